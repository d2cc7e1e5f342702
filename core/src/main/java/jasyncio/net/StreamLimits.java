package jasyncio.net;

/// How much a stream reader buffers.
final class StreamLimits {
  static final int DEFAULT = 64 * 1024;

  private StreamLimits() {}

  static void check(int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("Limit cannot be <= 0, got " + limit);
    }
  }
}
