package jasyncio.bench.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A build of jasyncio that workloads are run with, each in a process of its own.
///
/// @param name for messages
/// @param core its jar
/// @param java a JVM and its options
/// @param workloads what has the workloads, and what these need beside the core
record Build(String name, Path core, List<String> java, String workloads) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Pattern CALL =
      Pattern.compile(" *[\\d.]+( +\\d[\\d.]*){3,4} +(?!total)\\w+");
  private static final int FEW = 2000; // round trips
  private static final int MANY = 12_000;

  /// Runs a workload, and gives its figures by their names.
  Map<String, Object> run(String workload, Map<String, String> settings)
      throws IOException, InterruptedException {
    var text = output(List.of(), List.of(), settings, workload);
    try {
      @SuppressWarnings("unchecked")
      Map<String, Object> figures =
          JSON.readValue(text.lines().reduce("", (_, line) -> line), Map.class);
      return figures;
    } catch (JacksonException e) {
      throw failure(workload, text);
    }
  }

  /// System calls of a round trip over a socket: what more round trips make in more calls.
  double callsOfEcho() throws IOException, InterruptedException {
    return (double) (calls(MANY) - calls(FEW)) / (MANY - FEW);
  }

  private long calls(int trips) throws IOException, InterruptedException {
    Path counts = Files.createTempFile("check-calls", ".txt");
    try {
      var strace = List.of("strace", "-f", "-c", "-o", counts.toString());
      output(strace, List.of(), Map.of(), "echo", Integer.toString(trips));
      long calls = 0;
      for (var line : Files.readAllLines(counts)) { // % time, seconds, µs a call, calls, ..., name
        if (CALL.matcher(line).matches()) {
          calls += Long.parseLong(line.strip().split(" +", -1)[3]);
        }
      }
      if (calls == 0) {
        throw new IOException("strace has counted nothing");
      }
      return calls;
    } finally {
      Files.delete(counts);
    }
  }

  /// How many classes a start loads, from a cache or from jars.
  double classesOfHello() throws IOException, InterruptedException {
    return output(List.of(), List.of("-Xlog:class+load"), Map.of(), "hello")
        .lines()
        .filter(line -> line.contains(" source: "))
        .count();
  }

  private String output(
      List<String> before, List<String> options, Map<String, String> settings, String... words)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(before);
    command.addAll(java);
    command.addAll(options);
    command.addAll(List.of("-cp", core + ":" + workloads, "jasyncio.bench.Peer"));
    command.addAll(List.of(words));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(settings);
    var process = builder.start();
    process.getOutputStream().close();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw failure(String.join(" ", words), text);
    }
    return text;
  }

  private IOException failure(String workload, String text) {
    return new IOException(
        workload
            + " fails with "
            + name
            + (text.contains("NoSuchMethodError") || text.contains("NoClassDefFoundError")
                ? ", as its API is another one"
                : "")
            + ":\n"
            + text.strip());
  }
}
