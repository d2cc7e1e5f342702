package jasyncio.conformance;

import java.util.List;
import java.util.stream.Stream;

/// Compares two traces, and shows them in two columns.
final class SideBySide {
  private SideBySide() {}

  /// Does nothing if the traces are equal.
  ///
  /// @throws AssertionError with both traces, if they are not
  static void compare(String title, List<String> python, List<String> java) {
    if (!python.equals(java)) {
      throw new AssertionError(title + "\n" + text(python, java));
    }
  }

  /// Both traces; an arrow marks the first line that differs.
  static String text(List<String> python, List<String> java) {
    int width =
        Stream.concat(Stream.of("Python"), python.stream())
            .mapToInt(String::length)
            .max()
            .orElse(0);
    int first = firstDifference(python, java);
    var text = new StringBuilder(row(" ", width, "Python", "Java"));
    for (int i = 0; i < Math.max(python.size(), java.size()); i++) {
      text.append(row(i == first ? ">" : " ", width, line(python, i), line(java, i)));
    }
    return text.toString();
  }

  private static String row(String mark, int width, String left, String right) {
    return (mark + " " + left + " ".repeat(width - left.length()) + " | " + right).stripTrailing()
        + "\n";
  }

  private static int firstDifference(List<String> python, List<String> java) {
    int i = 0;
    while (i < python.size() && i < java.size() && python.get(i).equals(java.get(i))) {
      i++;
    }
    return i;
  }

  private static String line(List<String> lines, int i) {
    return i < lines.size() ? lines.get(i) : "";
  }
}
