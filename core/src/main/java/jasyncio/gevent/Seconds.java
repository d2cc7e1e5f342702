package jasyncio.gevent;

import java.time.Duration;
import java.util.Objects;

/// Durations in seconds.
final class Seconds {
  static final double FOREVER = Double.POSITIVE_INFINITY;

  private Seconds() {}

  static double of(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    return duration.getSeconds() + duration.getNano() / 1e9;
  }

  /// As Python prints them unless they are very large or small: `2`, `0.1`.
  static String text(double seconds) {
    return seconds == Math.rint(seconds) && Math.abs(seconds) < 1e15
        ? Long.toString((long) seconds)
        : Double.toString(seconds);
  }
}
