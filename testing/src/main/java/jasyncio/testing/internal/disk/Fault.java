package jasyncio.testing.internal.disk;

/// What can go wrong by chance, with [DiskOptions#chance(Fault, int)].
public enum Fault {
  /// A sync fails with EIO; what was not durable is lost to the disk, and the next sync succeeds.
  SYNC_FAILS("fsync fails"),
  /// A write takes less than it was given.
  SHORT_WRITE("short write"),
  /// A read gives less than there is.
  SHORT_READ("short read"),
  /// A write finds the disk full.
  NO_SPACE("no space"),
  /// A write fails with EIO.
  WRITE_FAILS("write fails"),
  /// A read fails with EIO.
  READ_FAILS("read fails"),
  /// A read gives a byte with a flipped bit.
  BAD_READ("bad read"),
  /// A call takes much longer than others: [DiskOptions#slow()].
  SLOW("slow disk"),
  /// The system writes a file back before anybody syncs it. No fault of the disk, but not to be
  /// relied upon.
  WRITE_BACK("written back"),
  /// A directory lists its names in an order of its own. No fault either.
  LISTING_ORDER("order of a listing");

  private final String what;

  Fault(String what) {
    this.what = what;
  }

  /// {@return its name in reports of choices}
  String what() {
    return what;
  }
}
