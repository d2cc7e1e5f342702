package jasyncio.testing.internal.disk;

import jasyncio.testing.internal.world.World;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// What stays when the disk is mounted anew: time, chance, faults, and how long things take. Used
/// with the disk's lock.
final class Device {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final World world;
  private final DiskOptions options;
  private final Chance chance;
  private final Faults faults = new Faults();
  private final Counters counters = new Counters();
  private final long epoch;
  private long capacity;
  private long cost;

  Device(World world, DiskOptions options) {
    this.world = world;
    this.options = options;
    this.chance = new Chance(world, options);
    this.epoch = nanos(options.epoch());
    setCapacity(options.capacity());
  }

  static long nanos(Instant instant) {
    return instant.getEpochSecond() * SECOND + instant.getNano();
  }

  DiskOptions options() {
    return options;
  }

  Chance chance() {
    return chance;
  }

  Faults faults() {
    return faults;
  }

  Counters counters() {
    return counters;
  }

  /// {@return in pages}
  long capacity() {
    return capacity;
  }

  void setCapacity(long bytes) {
    capacity = bytes / Pages.PAGE;
  }

  /// {@return the date, in nanoseconds since 1970}
  long now() {
    return epoch + world.nanos();
  }

  /// Notes how long a call takes.
  ///
  /// @param nanos of the call itself
  /// @param bytes that are moved
  void charge(long nanos, long bytes) {
    cost += nanos + (long) ((double) bytes * SECOND / options.bytesPerSecond());
    if (chance.happens(Fault.SLOW)) {
      cost += options.slow();
      chance.note(() -> "a call is slow");
    }
  }

  void addCost(long nanos) {
    cost += nanos;
  }

  /// {@return how long the call that ends took}
  long takeCost() {
    long taken = cost;
    cost = 0;
    return taken;
  }
}
