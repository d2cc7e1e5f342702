package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DependenciesTest {

  private static List<String> of(String text) throws CommandException {
    return Dependencies.of(new SourceFile(Path.of("P.java"), "P.java", text.getBytes(UTF_8)));
  }

  @Test
  void lines_mayNameOneLibraryOrSeveral() throws CommandException {
    assertThat(of("void main() {}")).isEmpty();
    assertThat(of("//DEPS a.b:c-d:1.0\n//DEPS e:f:2, g:h:3\r\nvoid main() {}"))
        .containsExactly("a.b:c-d:1.0", "e:f:2", "g:h:3");
    assertThat(of("//DEPS a:b:jar:linux-x86_64:1")).containsExactly("a:b:jar:linux-x86_64:1");
    assertThat(of("var s = \"//DEPS a:b:1\";")).isEmpty();
  }

  @Test
  void somethingElse_isToldHowToWriteIt() {
    assertThatThrownBy(() -> of("//DEPS h2\n"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(
            "P.java asks for 'h2'; a library is written //DEPS group:artifact:version");
    assertThatThrownBy(() -> of("//DEPS a:b:</version>\n")).isInstanceOf(CommandException.class);
  }

  @Test
  void nearMiss_isToldOnceALine() throws CommandException {
    try (Output output = Output.capture()) {
      assertThat(
              of(
                  """
                  // DEPS a:b:1
                  //DEP a:b:2
                   //DEPS a:b:3
                  //deps: a:b:4
                  // Deps are fine
                  // DEPS
                  //DEPS a:b:5
                  """))
          .containsExactly("a:b:5");
      assertThat(of("//Deps a:b:6")).isEmpty(); // and nothing else that looks like one
      assertThat(output.err().lines())
          .hasSize(5)
          .allMatch(line -> line.endsWith("asked for by a line that begins with //DEPS"))
          .first()
          .asString()
          .startsWith("P.java:1: '// DEPS a:b:1' asks for nothing;");
    }
  }

  /// Remembers jars for the first libraries; says what is known of the second ones.
  private static void assertApart(Path directory, List<String> some, List<String> others)
      throws IOException {
    var jar = Files.createFile(directory.resolve("some.jar"));
    var dependencies = new Dependencies(directory);
    dependencies.remember(some, List.of(jar));
    assertThat(dependencies.recall(some)).containsExactly(jar);
    assertThat(dependencies.recall(others)).isNull();
    Files.delete(jar);
    assertThat(dependencies.recall(some)).isNull();
  }

  @Test
  void whatWasFoundBefore_isTakenWhileItIsThere(@TempDir Path directory) throws Exception {
    assertApart(directory, List.of("a-b:c:1"), List.of("a:b-c:1"));
    assertThat(new Dependencies(directory).resolve(List.of())).isEmpty();
  }

  @Test
  void manyLibraries_areRemembered(@TempDir Path directory) throws Exception {
    var many = Collections.nCopies(50, "org.example.quite.long:artifact-of-some-length:1.0.0");
    assertApart(directory, many, many.subList(1, 50));
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void damagedMemory_isAsGoodAsNone(@TempDir Path directory) throws Exception {
    var dependencies = new Dependencies(directory);
    dependencies.remember(List.of("a:b:1"), List.of(directory));
    Path file;
    try (var files = Files.list(directory)) {
      file = files.findFirst().orElseThrow();
    }
    for (var text : List.of("", "a:b:2\n/", "a:b:1\n\0")) {
      Files.writeString(file, text);
      assertThat(dependencies.recall(List.of("a:b:1"))).isNull();
    }
  }

  @Test
  void snapshots_areNotRemembered(@TempDir Path directory) {
    var dependencies = new Dependencies(directory);
    dependencies.remember(List.of("a:b:1-SNAPSHOT"), List.of(directory));
    assertThat(dependencies.recall(List.of("a:b:1-SNAPSHOT"))).isNull();
  }
}
