package jasyncio.testing;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What has to be so in some run of an exploration, and whether it has been. The thread of the
/// exploration, and whoever it hands over to.
final class Properties {
  private final Map<String, Boolean> wanted = new LinkedHashMap<>();

  /// Somebody says that this has to be so in some run.
  void want(String property) {
    wanted.putIfAbsent(property, false);
  }

  boolean has(String property) {
    return wanted.getOrDefault(property, false);
  }

  /// It is so.
  void hold(String property) {
    wanted.put(property, true);
  }

  /// It is so, if anybody wants to know.
  void holdIfWanted(String property) {
    wanted.replace(property, true);
  }

  /// All of them, and whether each has been so.
  Map<String, Boolean> all() {
    return Collections.unmodifiableMap(wanted);
  }

  /// What has been so in no run.
  List<String> missing() {
    return wanted.entrySet().stream().filter(e -> !e.getValue()).map(Map.Entry::getKey).toList();
  }
}
