package jasyncio.bench.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// What was measured once.
///
/// @param workload what was done
/// @param peer who has done it
/// @param round in which round
/// @param figures the results by name: `cpu_us` for CPU time per request, and so on
record Sample(String workload, String peer, int round, Map<String, Double> figures) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// Adds it to a file, as a line of JSON.
  void append(Path file) throws IOException {
    Files.writeString(
        file,
        JSON.writeValueAsString(this) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /// Those of a file.
  static List<Sample> read(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> JSON.readValue(line, Sample.class))
        .toList();
  }
}
