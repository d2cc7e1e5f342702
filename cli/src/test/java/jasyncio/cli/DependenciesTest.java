package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    assertThat(of("  //DEPS a:b:1\nvar s = \"//DEPS a:b:1\";")).isEmpty();
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
  void whatWasFoundBefore_isTakenWhileItIsThere(@TempDir Path directory)
      throws IOException, CommandException {
    var jar = Files.createFile(directory.resolve("some.jar"));
    Files.writeString(directory.resolve("no.such-library-0.jars"), jar + "\n");
    assertThat(new Dependencies(directory).resolve(List.of("no.such:library:0")))
        .containsExactly(jar);
    assertThat(new Dependencies(directory).resolve(List.of())).isEmpty();
  }
}
