package jasyncio.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How much of a time could be kept of a recording, of which the latest part is kept.
///
/// @param nanos so much of it is there
/// @param wholeNanos so long was recorded
/// @param maxBytes how much could be kept
record KeptTime(long nanos, long wholeNanos, long maxBytes) {
  private static final long MEGA = 1_000_000;
  private static final long SLACK_NANOS = 500_000_000; // the two are measured in different places
  private static final long SLACK_PARTS = 50; // likewise: such a part of the whole

  /// Whether something was recorded that is not there any more.
  boolean isCut() {
    return maxBytes > 0 && nanos + SLACK_NANOS + wholeNanos / SLACK_PARTS < wholeNanos;
  }

  /// A sentence about what is missing, and what to do; `null` if nothing is.
  @Nullable String note() {
    if (!isCut()) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "It holds the last %s of %s: --max-size %d (MB) was reached; for all of it, record with about"
            + " --max-size %d, or for a shorter time.",
        Times.text(nanos / 1e9),
        Times.text(wholeNanos / 1e9),
        maxBytes / MEGA,
        rounded(Math.ceil(maxBytes / (double) MEGA * wholeNanos / Math.max(1, nanos))));
  }

  /// Not less, and with two digits that count.
  private static long rounded(double megabytes) {
    long unit = 1;
    while (megabytes / unit >= 100) {
      unit *= 10;
    }
    return (long) Math.ceil(megabytes / unit) * unit;
  }
}
