package jasyncio.http.internal;

/// How much of a body in chunks is none of its data: sizes, extensions, ends of lines.
///
/// Nobody needs much of that, but a sender can make a server read gigabytes of it with a body that
/// stays within its limit. So there is an allowance, which is used up by what is no data, and which
/// data fills up again: the least of all chunks, of one byte, costs five.
final class ChunkOverhead {
  private static final int ALLOWANCE = 16 * 1024; // bytes
  private static final int PER_BYTE = 8; // bytes, for each of data

  private long left = ALLOWANCE;

  /// A body begins.
  void reset() {
    left = ALLOWANCE;
  }

  /// Counts bytes of which some are data. Whether that is too much.
  boolean isTooMuch(int bytes, int data) {
    left = Math.min(ALLOWANCE, left + (long) PER_BYTE * data) - (bytes - data);
    return left < 0;
  }
}
