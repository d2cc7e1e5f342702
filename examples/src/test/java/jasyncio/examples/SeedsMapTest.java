package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds docs/seeds.md to what it says: every statement of the documents, and targets that exist.
class SeedsMapTest {
  private static final int STATEMENTS = 119;
  private static final Path ROOT = Programs.EXAMPLES.toAbsolutePath().normalize().getParent();
  private static final Path PAGE = ROOT.resolve("docs/seeds.md");
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (.+) \\| (.+) \\|");
  private static final Pattern LINK = Pattern.compile("\\[[^]]+]\\(([^)]+)\\)");
  private static final Pattern TEST = Pattern.compile("`(\\w+(?:Scenarios|Test))(?:\\.(\\w+))?`");

  private record Row(int number, String targets) {}

  private static List<Row> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .map(ROW::matcher)
        .filter(row -> row.matches())
        .map(row -> new Row(Integer.parseInt(row.group(1)), row.group(3)))
        .toList();
  }

  @Test
  void everyStatement_hasItsRow_inOrder() throws IOException {
    assertEquals(
        IntStream.rangeClosed(1, STATEMENTS).boxed().toList(),
        rows().stream().map(Row::number).toList());
  }

  @Test
  void everyTarget_exists() throws IOException {
    var problems = new ArrayList<String>();
    for (var row : rows()) {
      int targets = 0;
      for (var link = LINK.matcher(row.targets()); link.find(); targets++) {
        if (!Files.exists(PAGE.resolveSibling(link.group(1)).normalize())) {
          problems.add(row.number() + ": no file " + link.group(1));
        }
      }
      for (var test = TEST.matcher(row.targets()); test.find(); targets++) {
        if (!isThere(test.group(1), test.group(2))) {
          problems.add(row.number() + ": no test " + test.group());
        }
      }
      if (targets != row.targets().split("\\), |`, ", -1).length) {
        problems.add(row.number() + ": not understood: " + row.targets());
      }
    }
    assertEquals(List.of(), problems);
  }

  @Test
  void everySeedProgram_isOnThePage() throws IOException {
    var page = Files.readString(PAGE);
    try (var programs = Files.list(Programs.EXAMPLES.resolve("seeds"))) {
      for (var program : programs.filter(p -> p.toString().endsWith(".java")).toList()) {
        assertTrue(page.contains(program.getFileName().toString()), program::toString);
      }
    }
  }

  /// Whether some test source has that class, with that method if one is named.
  private static boolean isThere(String className, String method) throws IOException {
    for (var module : List.of("core", "conformance", "examples", "cli")) {
      try (Stream<Path> sources = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (var file : sources.filter(p -> p.endsWith(className + ".java")).toList()) {
          if (method == null || Files.readString(file).contains(" void " + method + "(")) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
