package jasyncio.internal.base;

import java.time.Duration;
import java.util.Objects;

/// Durations, as the face counts: in seconds. Any duration is one, however long.
public final class Durations {
  private Durations() {}

  /// Seconds of a duration.
  public static double seconds(Duration duration) {
    return seconds(duration, "duration");
  }

  /// Seconds of a duration, which is called `name` if there is none.
  public static double seconds(Duration duration, String name) {
    Objects.requireNonNull(duration, name);
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
