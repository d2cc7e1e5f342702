package jasyncio.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What CPython printed when it last ran, for machines that have none: a file for each group.
final class StoredOutput {
  private StoredOutput() {}

  private static Path file(String group) {
    return PythonSources.module().resolve("src/test/expected").resolve(group + ".json");
  }

  static List<PythonScenario> read(String group) {
    try {
      var list = (List<?>) Json.parse(Files.readString(file(group)));
      return list.stream().map(element -> scenario((Map<?, ?>) element)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "no stored output for " + group + "; -Djasyncio.conformance.update=true makes it", e);
    }
  }

  private static PythonScenario scenario(Map<?, ?> object) {
    var output = lines(object, "output");
    var debugOutput = object.containsKey("debug_output") ? lines(object, "debug_output") : output;
    return new PythonScenario(
        (String) object.get("name"), (String) object.get("rule"), output, debugOutput);
  }

  private static Output lines(Map<?, ?> object, String key) {
    return Output.of(((List<?>) object.get(key)).stream().map(String::valueOf).toList());
  }

  static void write(String group, List<PythonScenario> scenarios) {
    try {
      Files.createDirectories(file(group).getParent());
      Files.writeString(file(group), text(scenarios));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(List<PythonScenario> scenarios) {
    return scenarios.stream()
        .map(StoredOutput::text)
        .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private static String text(PythonScenario scenario) {
    var output = scenario.output();
    var debugOutput = scenario.debugOutput();
    return "  {\n    \"name\": "
        + Json.quote(scenario.name())
        + ",\n    \"rule\": "
        + Json.quote(scenario.rule())
        + text("output", output)
        + (debugOutput.equals(output) ? "" : text("debug_output", debugOutput))
        + "\n  }";
  }

  private static String text(String key, Output output) {
    return output.lines().stream()
        .map(line -> "\n      " + Json.quote(line))
        .collect(
            Collectors.joining(
                ",",
                ",\n    " + Json.quote(key) + ": [",
                output.lines().isEmpty() ? "]" : "\n    ]"));
  }
}
