package jasyncio.bench.http;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/// Results as Markdown.
final class Tables {
  private final List<Sample> samples;
  private final StringBuilder text = new StringBuilder();

  private Tables(List<Sample> samples) {
    this.samples = samples;
  }

  /// A table for each figure that somebody has; a cell is the median, and half the range of the
  /// rounds as a share of it.
  static String of(List<Sample> samples) {
    var tables = new Tables(samples);
    tables.table("CPU of the server, or of the client, per request, in µs", "cpu_us");
    tables.table("of that in user mode", "user_us");
    tables.table("requests a second", "ops_s");
    tables.table("50 % of the responses within, in µs", "p50_us");
    tables.table("99 % of the responses within, in µs", "p99_us");
    tables.table("heap per idle connection, in bytes", "heap_each");
    tables.table("memory of the process per idle connection, in bytes", "rss_each");
    tables.table("other processes, in cores", "foreign");
    return tables.text.toString();
  }

  private void table(String title, String figure) {
    var workloads = new LinkedHashSet<String>();
    var peers = new LinkedHashSet<String>();
    for (var sample : samples) {
      if (sample.figures().containsKey(figure)) {
        workloads.add(sample.workload());
        peers.add(sample.peer());
      }
    }
    if (workloads.isEmpty()) {
      return;
    }
    text.append('\n').append(title).append(":\n\n| ");
    workloads.forEach(workload -> text.append("| ").append(workload).append(' '));
    text.append("|\n| --- ").append("| --- ".repeat(workloads.size())).append("|\n");
    for (var peer : peers) {
      text.append("| ").append(peer).append(' ');
      for (var workload : workloads) {
        text.append("| ").append(cell(workload, peer, figure)).append(' ');
      }
      text.append("|\n");
    }
  }

  private String cell(String workload, String peer, String figure) {
    var values =
        samples.stream()
            .filter(s -> s.workload().equals(workload) && s.peer().equals(peer))
            .filter(s -> s.figures().containsKey(figure))
            .mapToDouble(s -> s.figures().get(figure))
            .sorted()
            .toArray();
    if (values.length == 0) {
      return "";
    }
    double median = median(values);
    double spread = (values[values.length - 1] - values[0]) / 2 / median;
    return number(median)
        + (values.length > 1 ? String.format(Locale.ROOT, " ±%.0f%%", 100 * spread) : "");
  }

  /// The one in the middle.
  static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f", value);
  }
}
