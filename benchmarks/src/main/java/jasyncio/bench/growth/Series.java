package jasyncio.bench.growth;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Something that can become many or large, and what one of it costs then.
///
/// @param name what it is
/// @param unit of the cost: `ns a task`, `bytes a connection`
/// @param most the largest size
/// @param body measures it
record Series(String name, String unit, int most, Body body) {
  /// Measures what one costs.
  interface Body {
    /// Gives the cost of one, where there are `size`.
    double each(int size) throws Exception;
  }

  /// What was measured.
  record Point(int size, double each) {}

  private static final int FEW = 100; // below that what does not depend on the size is most of it
  private static final double CONSTANT = 0.15; // steeper is not

  /// Sizes up to the largest, in steps of about three.
  int[] sizes() {
    return IntStream.concat(
            IntStream.iterate(1, size -> size < most, Series::next), IntStream.of(most))
        .toArray();
  }

  private static int next(int size) {
    return Integer.toString(size).startsWith("3") ? size / 3 * 10 : size * 3;
  }

  /// How fast the cost of one grows: the `b` of `size^b` that fits best; 0 is what is wanted, and
  /// `n log n` in all is some 0.07. Of small sizes nothing is said, unless there are no others.
  static double slope(List<Point> points) {
    boolean areFew = points.getLast().size() < 10 * FEW;
    var counted = points.stream().filter(p -> areFew || p.size() >= FEW).toList();
    double meanX = mean(counted.stream().mapToDouble(p -> Math.log(p.size())).toArray());
    double meanY = mean(counted.stream().mapToDouble(p -> Math.log(p.each())).toArray());
    double above = 0;
    double below = 0;
    for (var point : counted) {
      double x = Math.log(point.size()) - meanX;
      above += x * (Math.log(point.each()) - meanY);
      below += x * x;
    }
    return below == 0 ? 0 : above / below;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  /// Whether all of them together cost more than in proportion.
  static boolean isSteep(List<Point> points) {
    return slope(points) > CONSTANT;
  }
}
