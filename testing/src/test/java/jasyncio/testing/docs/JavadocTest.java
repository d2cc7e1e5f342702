package jasyncio.testing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The examples in the kit's Javadoc that are tests, or parts of tests, are those of
/// [JavadocExamplesTest].
class JavadocTest {
  private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private static List<Path> sources(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(folder))) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static String withoutMarks(Path source) throws IOException {
    return Files.readAllLines(source).stream()
        .map(String::strip)
        .map(line -> line.startsWith("///") ? line.substring(3).strip() : line)
        .collect(Collectors.joining("\n"));
  }

  /// Each file breaks its lines elsewhere.
  private static String withoutBlanks(String text) {
    return text.replaceAll("\\s+", "");
  }

  @Test
  void examples_areRunAsTests() throws IOException {
    var tested =
        withoutBlanks(
            withoutMarks(Path.of("src/test/java/jasyncio/testing/docs/JavadocExamplesTest.java")));
    var unknown = new ArrayList<String>();
    int known = 0;
    for (var source : sources("src/main/java")) {
      var examples = EXAMPLE.matcher(withoutMarks(source));
      while (examples.find()) {
        if (tested.contains(withoutBlanks(examples.group(1)))) {
          known++;
        } else {
          unknown.add(source + ": " + examples.group(1));
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(known).isGreaterThan(3);
  }
}
