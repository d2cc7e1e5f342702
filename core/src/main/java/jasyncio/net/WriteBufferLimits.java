package jasyncio.net;

/// The water marks of a transport's write buffer, in bytes.
///
/// @param low at or below it, writing goes on
/// @param high above it, writing is paused
public record WriteBufferLimits(int low, int high) {
  /// What transports begin with: 16 KiB and 64 KiB.
  public static final WriteBufferLimits DEFAULT = new WriteBufferLimits(16 * 1024, 64 * 1024);

  /// Checks the marks.
  ///
  /// @throws IllegalArgumentException unless `high >= low >= 0`
  public WriteBufferLimits {
    if (high < low || low < 0) {
      throw new IllegalArgumentException(
          "high (" + high + ") must be >= low (" + low + ") must be >= 0");
    }
  }
}
