package jasyncio.testing.internal.disk;

import jasyncio.testing.internal.world.World;
import java.util.Map;
import java.util.function.Supplier;

/// What the world has happen to a disk by chance.
final class Chance {
  private final World world;
  private final String disk;
  private final Map<Fault, Integer> chances;

  Chance(World world, DiskOptions options) {
    this.world = world;
    this.disk = options.name();
    this.chances = options.chances();
  }

  /// {@return whether a fault happens now}
  boolean happens(Fault fault) {
    int oneIn = chances.getOrDefault(fault, 0);
    return oneIn > 1 && world.happens(fault.what(), 1.0 / oneIn);
  }

  /// {@return a number from 0 to bound - 1; 0 is the plain thing}
  int choose(String what, int bound) {
    return bound <= 1 ? 0 : world.choose(what, bound);
  }

  void note(Supplier<String> what) {
    world.note(() -> disk + ": " + what.get());
  }
}
