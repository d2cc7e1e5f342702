package jasyncio.bench;

/// What the peer harness says through the environment.
final class Settings {
  /// The name under which the results are filed.
  static final String PEER = get("BENCH_PEER", "jasyncio");

  /// Multiplies the counts of the workloads.
  static final double SCALE = Double.parseDouble(get("BENCH_SCALE", "1"));

  /// Seconds for which a workload is repeated before it is measured.
  static final double WARM_UP_SECONDS = Double.parseDouble(get("BENCH_WARM_S", "3"));

  /// How many samples are taken.
  static final int SAMPLES = Integer.parseInt(get("BENCH_INNER", "5"));

  private Settings() {}

  private static String get(String name, String fallback) {
    var value = System.getenv(name);
    return value == null || value.isBlank() ? fallback : value.strip();
  }

  /// A count, scaled.
  static int scaled(int count) {
    return Math.max(1, (int) (count * SCALE));
  }
}
