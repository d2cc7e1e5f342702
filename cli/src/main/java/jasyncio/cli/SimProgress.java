package jasyncio.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How far a campaign is: on a terminal one line that is written over, elsewhere a line now and
/// then.
final class SimProgress {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30); // elsewhere

  private final PrintStream out;
  private final boolean isTerminal;
  private final LongSupplier clock; // nanoseconds
  private final long began;
  private final double seconds;
  private long next; // time to say something
  private boolean isShown;

  /// @param seconds how long the campaign takes
  SimProgress(PrintStream out, boolean isTerminal, LongSupplier clock, double seconds) {
    this.out = out;
    this.isTerminal = isTerminal;
    this.clock = clock;
    this.seconds = seconds;
    began = clock.getAsLong();
    next = began + INTERVAL_NANOS;
  }

  double passed() {
    return (clock.getAsLong() - began) / 1e9;
  }

  void show(long runs, int failures) {
    if (isTerminal) {
      out.print("\r\033[K" + text(runs, failures));
      out.flush();
      isShown = true;
    } else if (clock.getAsLong() - next >= 0) {
      next = clock.getAsLong() + INTERVAL_NANOS;
      out.println(text(runs, failures));
    }
  }

  private String text(long runs, int failures) {
    double passed = passed();
    double left = Math.max(0, seconds - passed);
    return String.format(
        Locale.ROOT,
        "sim: %s, %s, %s",
        rate(runs, passed),
        left > 0 ? Times.text(Math.ceil(left)) + " left" : "the last runs end",
        failures == 0 ? "no failure" : failures == 1 ? "1 failure" : failures + " failures");
  }

  /// `12,345 runs (4,100/s)`
  static String rate(long runs, double seconds) {
    return String.format(
        Locale.ROOT,
        "%,d %s (%,.0f/s)",
        runs,
        runs == 1 ? "run" : "runs",
        runs / Math.max(seconds, 1e-3));
  }

  /// Makes way for other output.
  void clear() {
    if (isShown) {
      out.print("\r\033[K");
      out.flush();
      isShown = false;
    }
  }
}
