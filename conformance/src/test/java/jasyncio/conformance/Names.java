package jasyncio.conformance;

import java.util.Arrays;
import java.util.stream.Collectors;

/// Python's names and the Java names that belong to them.
final class Names {
  private Names() {}

  /// `call_soon` becomes `callSoon`.
  static String method(String python) {
    var name = words(python);
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  /// `task_groups` becomes `jasyncio.conformance.TaskGroupsScenarios`.
  static String className(String pythonFile) {
    return Names.class.getPackageName() + "." + words(pythonFile) + "Scenarios";
  }

  private static String words(String python) {
    return Arrays.stream(python.split("_"))
        .map(w -> Character.toUpperCase(w.charAt(0)) + w.substring(1))
        .collect(Collectors.joining());
  }
}
