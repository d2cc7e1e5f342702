package jasyncio.cli;

import java.util.Locale;

/// Times as people read them: `3.2 ms`, `1.5 s`, `2 min 3 s`, `5 h 10 min`.
final class Times {
  private static final double MINUTE = 60;
  private static final double HOUR = 60 * MINUTE;
  private static final double DAY = 24 * HOUR;

  private Times() {}

  static String text(double seconds) {
    if (seconds <= 0) {
      return "0";
    } else if (seconds < 999.5e-9) {
      return String.format(Locale.ROOT, "%.0f ns", seconds * 1e9);
    } else if (seconds < 999.5e-6) {
      return String.format(Locale.ROOT, "%.0f µs", seconds * 1e6);
    } else if (seconds < 999.5e-3) {
      return String.format(Locale.ROOT, seconds < 9.95e-3 ? "%.1f ms" : "%.0f ms", seconds * 1e3);
    } else if (seconds < MINUTE - 0.05) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    } else if (seconds < HOUR - 0.5) {
      return two(seconds, MINUTE, "min", 1, "s");
    } else if (seconds < DAY - MINUTE / 2) {
      return two(seconds, HOUR, "h", MINUTE, "min");
    }
    return two(seconds, DAY, "d", HOUR, "h");
  }

  private static String two(
      double seconds, double large, String largeUnit, double small, String smallUnit) {
    long smalls = Math.round(seconds / small);
    long whole = smalls / Math.round(large / small);
    long rest = smalls % Math.round(large / small);
    return whole + " " + largeUnit + (rest == 0 ? "" : " " + rest + " " + smallUnit);
  }
}
