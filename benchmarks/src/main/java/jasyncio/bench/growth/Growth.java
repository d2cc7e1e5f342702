package jasyncio.bench.growth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Measures what things cost as they become many or large, and draws it. What costs more than in
/// proportion ends it with status 1. `benchmarks/growth` starts this.
public final class Growth {
  private static final int WARM_UP = 100_000; // of whatever it is, at most

  private final int most;
  private final Map<Series, List<Series.Point>> found = new LinkedHashMap<>();

  private Growth(int most) {
    this.most = most;
  }

  /// Measures.
  ///
  /// @param arguments the largest size, the file of the page, and the beginnings of names of
  ///   series, or none for all
  public static void main(String[] arguments) throws Exception {
    var growth = new Growth(Integer.parseInt(arguments[0]));
    var page = Path.of(arguments[1]);
    var names = List.of(arguments).subList(2, arguments.length);
    var all = all(System.getenv("BENCH_TLS_DIR"));
    for (var name : names) {
      if (all.stream().noneMatch(series -> series.name().startsWith(name))) {
        System.err.println(
            "growth: there is no series '"
                + name
                + "'; there are "
                + String.join(", ", all.stream().map(Series::name).toList()));
        System.exit(2);
      }
    }
    for (var series : all) {
      if (names.isEmpty() || names.stream().anyMatch(series.name()::startsWith)) {
        growth.measure(series);
      }
    }
    growth.write(page);
    System.exit(growth.conclude() ? 0 : 1);
  }

  static List<Series> all(@Nullable String tls) {
    var all = new ArrayList<Series>(TaskSeries.all());
    all.addAll(ConnectionSeries.all(tls == null ? null : Path.of(tls)));
    all.addAll(LoopSeries.all());
    return all;
  }

  private void measure(Series series) throws Exception {
    var points = new ArrayList<Series.Point>();
    int reached = 1;
    try {
      warmUp(series);
      for (int size : series.sizes()) {
        if (size <= most) {
          reached = size;
          points.add(new Series.Point(size, series.body().each(size)));
        }
      }
    } catch (IOException e) { // too many open files, most likely
      System.err.printf("growth: %s ends before %,d: %s%n", series.name(), reached, e.getMessage());
    }
    if (points.isEmpty()) {
      return;
    }
    found.put(series, points);
    System.out.printf(
        Locale.ROOT,
        "%-18s %-20s %s  grows by n^%.2f%s%n",
        series.name(),
        series.unit(),
        String.join(
            "  ",
            points.stream()
                .map(p -> String.format(Locale.ROOT, "%,d: %s", p.size(), Chart.number(p.each())))
                .toList()),
        Series.slope(points),
        Series.isSteep(points) ? "  STEEP" : "");
  }

  private void warmUp(Series series) throws Exception {
    series.body().each(Math.min(most, Math.min(series.most(), WARM_UP)));
  }

  private void write(Path page) throws IOException {
    var html =
        new StringBuilder(
            """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>How jasyncio grows</title>
            <style>
            :root { color-scheme: light dark; --ink: light-dark(#1c2430, #dbe2ea); --grid: light-dark(#d9dee5, #333c48);
              --level: light-dark(#12715b, #4cc9a4); --steep: light-dark(#b3261e, #ff8a80); }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 1320px; margin: 1.5rem auto; padding: 0 1rem; }
            main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(400px, 100%), 1fr)); gap: 1rem; }
            svg { width: 100%; height: auto; font-size: 11px; fill: var(--ink); }
            svg .title { font-size: 13px; font-weight: 600; }
            svg line { stroke: var(--grid); }
            polyline { fill: none; stroke-width: 2; }
            polyline.level { stroke: var(--level); } polyline.steep { stroke: var(--steep); }
            circle.level { fill: var(--level); } circle.steep { fill: var(--steep); }
            </style>
            <h1>How jasyncio grows</h1>
            <p>What one costs, against how many there are. Level is in proportion; what is steeper is red. At the left of each
            picture stands what does not depend on how many there are.</p>
            <main>
            """);
    found.forEach((series, points) -> html.append(Chart.of(series, points)));
    Files.writeString(page, html.append("</main>\n"));
    var json = new ArrayList<Map<String, Object>>();
    found.forEach((series, points) ->
        json.add(
            Map.of(
                "series", series.name(),
                "unit", series.unit(),
                "slope", Series.slope(points),
                "points", points)));
    var file =
        page.resolveSibling(page.getFileName().toString().replaceFirst("\\.html$", "") + ".json");
    Files.writeString(file, JsonMapper.shared().writeValueAsString(json));
    System.out.println(page + " and " + file);
  }

  /// Whether all is level.
  private boolean conclude() {
    var steep =
        found.entrySet().stream()
            .filter(entry -> Series.isSteep(entry.getValue()))
            .map(entry -> entry.getKey().name())
            .toList();
    System.out.println(
        steep.isEmpty()
            ? "nothing grows faster than in proportion"
            : "faster than in proportion: " + String.join(", ", steep));
    return steep.isEmpty();
  }
}
