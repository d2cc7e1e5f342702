package jasyncio.util;

import java.time.Duration;
import java.util.Objects;

/// Durations, as the face counts.
final class Seconds {
  private Seconds() {}

  static double of(Duration duration, String name) {
    Objects.requireNonNull(duration, name);
    return duration.getSeconds() + duration.getNano() / 1e9;
  }

  /// Refuses what is no time: less than nothing, or not a number.
  static double check(double seconds, String name) {
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + seconds);
    }
    return seconds;
  }
}
