package jasyncio.bench.growth;

import java.util.List;
import java.util.Locale;

/// A series as a picture: the cost of one against how many there are, both in powers of ten. What
/// grows no faster than it should is level.
final class Chart {
  private static final int WIDTH = 420;
  private static final int HEIGHT = 220;
  private static final int LEFT = 56;
  private static final int BOTTOM = 34;
  private static final int TOP = 30;
  private static final int RIGHT = 14;

  private final double maxX;
  private final int minY;
  private final int maxY;
  private final StringBuilder svg = new StringBuilder();

  private Chart(List<Series.Point> points) {
    maxX = Math.max(1, Math.ceil(Math.log10(points.getLast().size())));
    var costs = points.stream().mapToDouble(p -> Math.log10(p.each())).summaryStatistics();
    minY = (int) Math.floor(costs.getMin());
    maxY = Math.max(minY + 1, (int) Math.ceil(costs.getMax()));
  }

  /// An `svg` element, which takes its colours from the page.
  static String of(Series series, List<Series.Point> points) {
    return new Chart(points).draw(series, points);
  }

  private String draw(Series series, List<Series.Point> points) {
    boolean isSteep = Series.isSteep(points);
    add(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT,
            series.name()));
    add(
        String.format(
            Locale.ROOT,
            "<text class=\"title\" x=\"8\" y=\"18\">%s, %s</text>",
            series.name(),
            series.unit()));
    for (int i = 0; i <= maxX; i++) {
      double x = x(Math.pow(10, i));
      add(
          String.format(
              Locale.ROOT,
              "<line x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\"/>",
              x,
              TOP,
              HEIGHT - BOTTOM));
      add(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
              x,
              HEIGHT - 12,
              power(i)));
    }
    for (int i = minY; i <= maxY; i++) {
      double y = y(Math.pow(10, i));
      add(
          String.format(
              Locale.ROOT,
              "<line x1=\"%1$d\" y1=\"%2$.1f\" x2=\"%3$d\" y2=\"%2$.1f\"/>",
              LEFT,
              y,
              WIDTH - RIGHT));
      add(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
              LEFT - 6,
              y + 4,
              power(i)));
    }
    var line = new StringBuilder();
    points.forEach(
        p -> line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(p.size()), y(p.each()))));
    add(
        String.format(
            Locale.ROOT,
            "<polyline class=\"%s\" points=\"%s\"/>",
            isSteep ? "steep" : "level",
            line));
    for (var point : points) {
      add(
          String.format(
              Locale.ROOT,
              "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%,d: %s</title></circle>",
              isSteep ? "steep" : "level",
              x(point.size()),
              y(point.each()),
              point.size(),
              number(point.each())));
    }
    add("</svg>");
    return svg.toString();
  }

  private void add(String element) {
    svg.append(element).append('\n');
  }

  private double x(double size) {
    return LEFT + Math.log10(size) / maxX * (WIDTH - LEFT - RIGHT);
  }

  private double y(double each) {
    double share = (Math.log10(each) - minY) / (maxY - minY);
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  }

  private static String power(int exponent) {
    return exponent >= 0 && exponent <= 3
        ? String.format(Locale.ROOT, "%,.0f", Math.pow(10, exponent))
        : "10<tspan dy=\"-5\" font-size=\"8\">" + exponent + "</tspan>";
  }

  /// A cost with three digits.
  static String number(double value) {
    return String.format(
        Locale.ROOT,
        value < 1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f",
        value);
  }
}
