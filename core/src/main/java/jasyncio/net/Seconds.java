package jasyncio.net;

import java.time.Duration;

/// Durations in seconds, as the loop counts them: any duration is one, however long.
final class Seconds {
  private Seconds() {}

  static double of(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
