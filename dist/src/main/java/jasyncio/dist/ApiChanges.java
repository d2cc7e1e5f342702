package jasyncio.dist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What of a public API is no longer as it was released, from two of the listings in `docs/api`.
///
/// Told are a type or a member that is gone or has another line, and a method that whoever
/// implements a type would have to add. What has been added otherwise, or deprecated, breaks nobody
/// and is not told.
public final class ApiChanges {
  private final Map<String, Set<String>> members = new LinkedHashMap<>();
  private final Map<String, String> lines = new LinkedHashMap<>();

  private ApiChanges(String listing) {
    String type = "";
    for (String line : listing.lines().toList()) {
      String text = line.replace("@Deprecated ", "");
      if (text.startsWith("  ")) {
        members.getOrDefault(type, new LinkedHashSet<>()).add(text.strip());
      } else if (!text.isBlank() && !text.startsWith("package ")) {
        type = nameOf(text);
        members.put(type, new LinkedHashSet<>());
        lines.put(type, text);
      }
    }
  }

  /// The name comes behind the kind, and before what it extends.
  private static String nameOf(String line) {
    String head = line.split(" : ", 2)[0].replaceFirst("<.*", "");
    return head.substring(head.lastIndexOf(' ') + 1);
  }

  /// {@return the changes that break somebody, a line each: the type, and what it had (`-`), or
  /// what it has now (`+`)}
  ///
  /// @param released the listing of the last release
  /// @param current the listing as it is
  public static List<String> between(String released, String current) {
    var was = new ApiChanges(released);
    var is = new ApiChanges(current);
    var found = new ArrayList<String>();
    was.lines.forEach((type, line) -> {
      if (!is.lines.containsKey(type)) {
        found.add(type + " -");
        return;
      }
      if (!line.equals(is.lines.get(type))) {
        found.add(type + " - " + line);
      }
      Set<String> old = was.members.getOrDefault(type, Set.of());
      Set<String> now = is.members.getOrDefault(type, Set.of());
      old.stream()
          .filter(member -> !now.contains(member))
          .map(m -> type + " - " + m)
          .forEach(found::add);
      now.stream()
          .filter(member -> !old.contains(member) && member.contains(": abstract "))
          .filter(_ -> !line.contains("sealed ") && !line.contains("@interface "))
          .map(member -> type + " + " + member)
          .forEach(found::add);
    });
    return List.copyOf(found);
  }
}
