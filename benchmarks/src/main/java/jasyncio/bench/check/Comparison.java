package jasyncio.bench.check;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// One figure of a workload, of two builds, measured in turns.
///
/// @param workload what was done
/// @param figure what was looked at
/// @param base that of the older build, by round
/// @param now that of the newer one, by round
record Comparison(String workload, Figure figure, List<Double> base, List<Double> now) {
  /// What is looked at. Less is better, of each.
  enum Figure {
    /// Bytes allocated per operation.
    BYTES("bytes", true),
    /// Bytes of the live heap per task.
    HEAP("heap", true),
    /// System calls per operation.
    CALLS("system calls", true),
    /// Classes that a start loads.
    CLASSES("classes", true),
    /// Processor time per operation, in nanoseconds.
    CPU("CPU, ns", false);

    final String title;
    final boolean isCount; // which does not depend on the machine

    Figure(String title, boolean isCount) {
      this.title = title;
      this.isCount = isCount;
    }
  }

  /// What has become of a figure.
  enum Verdict {
    BETTER,
    SAME,
    WORSE
  }

  private static final double LEAST_OF_COUNTS = 0.01; // of the figure, and
  private static final double LEAST_COUNT = 0.5;
  private static final double LEAST_OF_TIMES = 0.03;

  double medianBase() {
    return median(base);
  }

  double medianNow() {
    return median(now);
  }

  /// By how much it grew, in the middle, as a factor.
  ///
  /// Times of one round are of the same minute, so it is their ratios that are compared.
  double ratio() {
    if (figure.isCount) {
      return medianBase() == medianNow() ? 1 : medianNow() / medianBase();
    }
    return median(ratios());
  }

  private List<Double> ratios() {
    return IntStream.range(0, base.size()).mapToObj(i -> now.get(i) / base.get(i)).toList();
  }

  /// Beyond noise: a count if no round of one build comes up to those of the other; a time if all
  /// rounds say the same, of which with seven one in 64 would do so by chance.
  Verdict verdict() {
    boolean isLarge =
        figure.isCount
            ? Math.abs(medianNow() - medianBase())
                > Math.max(LEAST_COUNT, LEAST_OF_COUNTS * medianBase())
            : Math.abs(ratio() - 1) > LEAST_OF_TIMES;
    if (!isLarge) {
      return Verdict.SAME;
    } else if (figure.isCount ? max(base) < min(now) : min(ratios()) > 1) {
      return Verdict.WORSE;
    } else if (figure.isCount ? max(now) < min(base) : max(ratios()) < 1) {
      return Verdict.BETTER;
    }
    return Verdict.SAME;
  }

  /// A line for people.
  @Override
  public String toString() {
    String change =
        figure.isCount
            ? ""
            : String.format(
                Locale.ROOT, "  (%s to %s)", percent(min(ratios())), percent(max(ratios())));
    String mark =
        switch (verdict()) {
          case BETTER -> "  better";
          case SAME -> "";
          case WORSE -> "  WORSE";
        };
    return String.format(
        Locale.ROOT,
        "%-14s %-13s %12s → %12s  %7s%s%s",
        workload,
        figure.title,
        number(medianBase()),
        number(medianNow()),
        percent(ratio()),
        change,
        mark);
  }

  private static String percent(double ratio) {
    if (Double.isInfinite(ratio)) {
      return "new";
    }
    return String.format(Locale.ROOT, "%+.1f %%", 100 * (ratio - 1));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
  }

  private static double median(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
  }

  private static double min(List<Double> values) {
    return Collections.min(values);
  }

  private static double max(List<Double> values) {
    return Collections.max(values);
  }
}
