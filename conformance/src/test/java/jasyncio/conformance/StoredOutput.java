package jasyncio.conformance;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What CPython printed when it last ran, for machines that have none: a file for each group.
final class StoredOutput {
  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .disableHtmlEscaping()
          .setPrettyPrinting()
          .create();

  private StoredOutput() {}

  /// A scenario as it is in the file; without `debugOutput` if that is the same.
  private record Entry(
      String name, String rule, List<String> output, @Nullable List<String> debugOutput) {
    static Entry of(PythonScenario scenario) {
      var output = scenario.output().lines();
      var debugOutput = scenario.debugOutput().lines();
      return new Entry(
          scenario.name(),
          scenario.rule(),
          output,
          debugOutput.equals(output) ? null : debugOutput);
    }

    PythonScenario scenario() {
      return new PythonScenario(
          name, rule, Output.of(output), Output.of(debugOutput == null ? output : debugOutput));
    }
  }

  static Path file(String group) {
    return PythonSources.module().resolve("src/test/expected").resolve(group + ".json");
  }

  static List<PythonScenario> read(String group) {
    try {
      return parse(Files.readString(file(group)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "no stored output for " + group + "; -Djasyncio.conformance.update=true makes it", e);
    }
  }

  static void write(String group, List<PythonScenario> scenarios) {
    try {
      Files.createDirectories(file(group).getParent());
      Files.writeString(file(group), text(scenarios));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<PythonScenario> parse(String text) {
    return Stream.of(GSON.fromJson(text, Entry[].class)).map(Entry::scenario).toList();
  }

  static String text(List<PythonScenario> scenarios) {
    return GSON.toJson(scenarios.stream().map(Entry::of).toList()) + "\n";
  }
}
