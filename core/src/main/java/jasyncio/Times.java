package jasyncio;

import jasyncio.internal.base.Durations;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Seconds, as asyncio counts, and nanoseconds, as the loop does.
final class Times {
  private static final long FOREVER_NANOS =
      Long.MAX_VALUE / 4; // 73 years, and sums do not overflow

  private Times() {}

  /// Seconds of a duration; `null` is forever.
  static double seconds(@Nullable Duration duration) {
    return duration == null ? Double.POSITIVE_INFINITY : Durations.seconds(duration);
  }

  static void checkNumber(double seconds) {
    if (Double.isNaN(seconds)) {
      throw new IllegalArgumentException("Invalid delay: NaN (not a number)");
    }
  }

  /// `sleep(500, MILLISECONDS)` compiles: it would give the unit after 500 s.
  static void checkNoUnit(@Nullable Object result) {
    if (result instanceof TimeUnit || result instanceof ChronoUnit) {
      throw new IllegalArgumentException(
          "sleep takes seconds, or a Duration, and what to give then: not the unit "
              + result
              + "; write sleep(0.5) or sleep(Duration.ofMillis(500))");
    }
  }

  /// Seconds for messages, exact to the microsecond: `0.2`.
  static String text(double seconds) {
    return Double.isInfinite(seconds)
        ? String.valueOf(seconds)
        : BigDecimal.valueOf(seconds)
            .setScale(6, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString();
  }

  /// Nanoseconds, rounded up so that nothing is early, of a time in seconds.
  static long nanos(double seconds) {
    double nanos = Math.ceil(seconds * 1e9);
    return (long) Math.clamp(nanos, (double) -FOREVER_NANOS, (double) FOREVER_NANOS);
  }

  static long nanosFromNow(long now, double delay) {
    return now + nanos(delay);
  }
}
