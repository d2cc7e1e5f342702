package jasyncio.gevent;

import jasyncio.internal.base.Durations;
import java.time.Duration;

/// Durations in seconds.
final class Seconds {
  static final double FOREVER = Double.POSITIVE_INFINITY;

  private Seconds() {}

  static double of(Duration duration) {
    return Durations.seconds(duration);
  }

  /// As Python prints them unless they are very large or small: `2`, `0.1`.
  static String text(double seconds) {
    return seconds == Math.rint(seconds) && Math.abs(seconds) < 1e15
        ? Long.toString((long) seconds)
        : Double.toString(seconds);
  }
}
