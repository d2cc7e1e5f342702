package jasyncio.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The Python files, as text.
final class PythonSources {
  private static final Set<String> OTHERS = Set.of("harness", "driver");
  private static final Pattern SCENARIO =
      Pattern.compile(
          "^@scenario\\(\\s*\"([^\"]+)\".*?^def (\\w+)\\(", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern REQUIREMENT =
      Pattern.compile("^# requires: (\\w+)$", Pattern.MULTILINE);

  private PythonSources() {}

  /// This module's folder.
  static Path module() {
    return Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  }

  static Path folder() {
    return module().resolve("src/test/python");
  }

  /// The names of the files with scenarios, without `.py`.
  static List<String> groups() {
    try (var files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".py"))
          .map(name -> name.substring(0, name.length() - ".py".length()))
          .filter(name -> !OTHERS.contains(name))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The scenarios of a file, in order: name and rule.
  static Map<String, String> scenarios(String group) {
    var scenarios = new LinkedHashMap<String, String>();
    var matcher = SCENARIO.matcher(text(group));
    while (matcher.find()) {
      scenarios.put(matcher.group(2), matcher.group(1));
    }
    return scenarios;
  }

  /// The module beyond Python's own that a file says it requires.
  static Optional<String> requirement(String group) {
    return REQUIREMENT.matcher(text(group)).results().map(found -> found.group(1)).findFirst();
  }

  private static String text(String group) {
    try {
      return Files.readString(folder().resolve(group + ".py"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
