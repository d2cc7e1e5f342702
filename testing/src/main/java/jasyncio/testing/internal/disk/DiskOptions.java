package jasyncio.testing.internal.disk;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/// What a disk is like.
///
/// @param name of the disk, in notes
/// @param capacity in bytes
/// @param sector how many bytes are written whole or not at all: 512 or 4096
/// @param promise what of names is durable when
/// @param chances how often each fault happens: once in so many times; at least 2
/// @param read how long a read takes, in nanoseconds; the others likewise
/// @param write how long a write takes
/// @param sync how long a sync takes
/// @param bytesPerSecond how many bytes are read or written in a second
/// @param slow how much longer a call takes that [Fault#SLOW] hits
/// @param epoch the date when the world's time is 0
public record DiskOptions(
    String name,
    long capacity,
    int sector,
    Promise promise,
    Map<Fault, Integer> chances,
    long read,
    long write,
    long sync,
    long bytesPerSecond,
    long slow,
    Instant epoch) {
  private static final long TERABYTE = 1L << 40;
  private static final long SECOND = 1_000_000_000L;

  /// Checks them.
  public DiskOptions {
    if (sector < 1 || Pages.PAGE % sector != 0) {
      throw new IllegalArgumentException("a page of 4096 bytes has no sectors of " + sector);
    }
    if (capacity < 0) {
      throw new IllegalArgumentException("a capacity must not be negative, got " + capacity);
    }
    chances = Map.copyOf(chances);
  }

  /// {@return those of a disk of 1 TiB that takes no time, promises what POSIX does and has no
  /// faults by chance}
  public static DiskOptions defaults() {
    return new DiskOptions(
        "disk",
        TERABYTE,
        512,
        Promise.POSIX,
        Map.of(),
        0,
        0,
        0,
        Long.MAX_VALUE,
        SECOND,
        Instant.parse("2026-01-01T00:00:00Z"));
  }

  /// {@return these, of a disk of that name}
  ///
  /// @param newName the name
  public DiskOptions named(String newName) {
    return new DiskOptions(
        newName,
        capacity,
        sector,
        promise,
        chances,
        read,
        write,
        sync,
        bytesPerSecond,
        slow,
        epoch);
  }

  /// {@return these, of a disk of that size}
  ///
  /// @param bytes how large
  public DiskOptions capacity(long bytes) {
    return new DiskOptions(
        name, bytes, sector, promise, chances, read, write, sync, bytesPerSecond, slow, epoch);
  }

  /// {@return these, with sectors of another size}
  ///
  /// @param bytes how large: 512 or 4096
  public DiskOptions sector(int bytes) {
    return new DiskOptions(
        name, capacity, bytes, promise, chances, read, write, sync, bytesPerSecond, slow, epoch);
  }

  /// {@return these, with another promise}
  ///
  /// @param newPromise what it promises of names
  public DiskOptions promise(Promise newPromise) {
    return new DiskOptions(
        name,
        capacity,
        sector,
        newPromise,
        chances,
        read,
        write,
        sync,
        bytesPerSecond,
        slow,
        epoch);
  }

  /// {@return these, with a fault that happens once in so many times}
  ///
  /// @param fault which
  /// @param oneIn in how many; 0: never
  public DiskOptions chance(Fault fault, int oneIn) {
    if (oneIn < 0 || oneIn == 1) {
      throw new IllegalArgumentException(
          "a fault by chance happens once in 2 or more times, or never (0), got " + oneIn);
    }
    var newChances = new EnumMap<Fault, Integer>(Fault.class);
    newChances.putAll(chances);
    newChances.put(fault, oneIn);
    return new DiskOptions(
        name,
        capacity,
        sector,
        promise,
        newChances,
        read,
        write,
        sync,
        bytesPerSecond,
        slow,
        epoch);
  }

  /// {@return these, of a disk that takes time; see [SimDisk#onCost]}
  ///
  /// @param newRead nanoseconds of a read
  /// @param newWrite nanoseconds of a write
  /// @param newSync nanoseconds of a sync
  /// @param newBytesPerSecond bytes a second, at least 1
  public DiskOptions speed(long newRead, long newWrite, long newSync, long newBytesPerSecond) {
    if (newBytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "a disk moves at least 1 byte a second, got " + newBytesPerSecond);
    }
    return new DiskOptions(
        name,
        capacity,
        sector,
        promise,
        chances,
        newRead,
        newWrite,
        newSync,
        newBytesPerSecond,
        slow,
        epoch);
  }

  /// {@return these, with another time that [Fault#SLOW] adds}
  ///
  /// @param nanos how long
  public DiskOptions slow(long nanos) {
    return new DiskOptions(
        name, capacity, sector, promise, chances, read, write, sync, bytesPerSecond, nanos, epoch);
  }
}
