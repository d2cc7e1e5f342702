package jasyncio.bench;

import java.util.Locale;

/// One line of results, as the peer harness reads it.
///
/// @param workload the workload
/// @param value its figure
/// @param unit the figure's unit
/// @param more further figures, ready-made JSON members
record Result(String workload, double value, String unit, String more) {
  static String member(String name, double value) {
    return String.format(Locale.ROOT, ", \"%s\": %.3f", name, value);
  }

  void print() {
    System.out.printf(
        Locale.ROOT,
        "{\"peer\": \"%s\", \"workload\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"%s}%n",
        Settings.PEER,
        workload,
        value,
        unit,
        more);
    System.out.flush();
  }
}
