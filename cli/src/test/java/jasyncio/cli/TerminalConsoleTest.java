package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.jline.reader.Parser.ParseContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the line editor is given, without a terminal.
class TerminalConsoleTest {
  @TempDir Path dir;

  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no such permissions
  void history_new_isForItsOwnerAlone() throws IOException {
    Path file = TerminalConsole.history(dir.resolve("history"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(TerminalConsole.history(file)).isEqualTo(file);
  }

  @Test
  void history_noPlace_null() {
    assertThat(TerminalConsole.history(dir.resolve("none/history"))).isNull();
    assertThat(TerminalConsole.history(null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int x = 1; // one",
        "\"begun",
        "String s = \"a\\\"b\" + 'c' + \"\"\"\n  text\n  \"\"\";",
        "/* begun\n int",
        "",
      })
  void highlighter_anyText_addsColoursOnly(String text) {
    var coloured = new JavaHighlighter(new Colours(true)).highlight(null, text);
    assertThat(coloured.toString()).isEqualTo(text);
    assertThat(new JavaHighlighter(new Colours(false)).highlight(null, text).toAnsi())
        .isEqualTo(text);
  }

  @Test
  void highlighter_keywordsTextsAndNumbers_haveColours() {
    var coloured = new JavaHighlighter(new Colours(true)).highlight(null, "int x1 = \"int\" + 1;");
    assertThat(coloured.toAnsi())
        .contains("mint\033[", "\"int\"\033[", "m1\033[")
        .doesNotContain("mx1");
  }

  @Test
  void parser_command_isAWholeWordAndInput() {
    var parser = new SnippetParser(new CompletableFuture<>());
    assertThat(parser.parse("/ex", 3, ParseContext.COMPLETE).word()).isEqualTo("/ex");
    assertThat(parser.parse("/exit 3", 7, ParseContext.ACCEPT_LINE).line()).isEqualTo("/exit 3");
    assertThat(parser.parse("foo.bar", 7, ParseContext.COMPLETE).word()).isEqualTo("bar");
  }
}
