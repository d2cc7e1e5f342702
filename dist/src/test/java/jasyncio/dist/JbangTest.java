package jasyncio.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What JBang reads: lines in the examples, and the catalogue. JBang itself is not run.
class JbangTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern SCRIPT =
      Pattern.compile("\"script-ref\": \"(examples/\\w+\\.java)\"");

  private static List<String> examples() throws IOException {
    try (var files = Files.list(ROOT.resolve("examples"))) {
      return files
          .map(file -> "examples/" + file.getFileName())
          .filter(name -> name.endsWith(".java"))
          .sorted()
          .toList();
    }
  }

  @Test
  void examples_sayWhatTheyNeed() throws IOException {
    for (var example : examples()) {
      assertThat(Files.readAllLines(ROOT.resolve(example)))
          .as(example)
          .startsWith("//JAVA 25+")
          .anyMatch(line -> line.matches("//DEPS io\\.github\\.jasyncio:jasyncio(-http)?:[\\d.]+"))
          .contains("//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED");
    }
  }

  @Test
  void catalogue_hasEachExample() throws IOException {
    var catalogue = Files.readString(ROOT.resolve("jbang-catalog.json"));
    var scripts = SCRIPT.matcher(catalogue).results().map(found -> found.group(1)).sorted();
    assertThat(scripts.toList()).isNotEmpty().isEqualTo(examples());
  }
}
