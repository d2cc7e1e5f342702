package jasyncio.net;

/// The water marks of a transport's read buffer, in bytes.
///
/// @param low at or below it, the transport beneath is read from again
/// @param high above it, the transport beneath is paused
public record ReadBufferLimits(int low, int high) {
  /// What TLS begins with: 64 KiB and 256 KiB.
  public static final ReadBufferLimits DEFAULT = new ReadBufferLimits(64 * 1024, 256 * 1024);

  /// Checks the marks.
  ///
  /// @throws IllegalArgumentException unless `high >= low >= 0`
  public ReadBufferLimits {
    if (high < low || low < 0) {
      throw new IllegalArgumentException(
          "high (" + high + ") must be >= low (" + low + ") must be >= 0");
    }
  }
}
