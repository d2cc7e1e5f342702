package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Completions and man pages tell of all that help tells of.
class PagesCommandTest {
  @TempDir Path dir;

  @Test
  void manPage_ofRun_hasItsOptionsAndExamples() {
    CommandLine run = PagesCommand.visibleCommands().getSubcommands().get("run");
    assertThat(ManPage.of(run, "1.2.3").lines())
        .startsWith(
            ".TH JASYNCIO-RUN 1 \"\" \"jasyncio 1.2.3\"",
            ".SH NAME",
            "jasyncio\\-run \\- Compile and run a single\\-file Java program")
        .containsSubsequence(
            ".SH SYNOPSIS",
            ".SH DESCRIPTION",
            ".SH ARGUMENTS",
            ".B FILE.java",
            ".SH OPTIONS",
            ".SH EXIT STATUS",
            ".SH EXAMPLES",
            "jasyncio run hello.java",
            ".SH SEE ALSO",
            "jasyncio(1)");
  }

  @Test
  void pages_ofAllCommands_tellOfEachOption() throws Throwable {
    assertThat(Main.execute(new String[] {"pages", "1.2.3", dir.toString()})).isZero();
    String zsh = Files.readString(dir.resolve("zsh/site-functions/_jasyncio"));
    String bash = Files.readString(dir.resolve("bash-completion/completions/jasyncio"));
    var commands = PagesCommand.visibleCommands().getSubcommands();
    assertThat(commands).containsKeys("run", "new").doesNotContainKeys("pages", "warm-up");
    commands.forEach((name, command) -> {
      Path page = dir.resolve("man/man1/jasyncio-" + name + ".1");
      assertThat(zsh).contains("'" + name + ":", "        " + name + ")\n");
      assertThat(bash).contains(name);
      command.getCommandSpec().options().stream()
          .filter(option -> !option.hidden())
          .forEach(option -> {
            assertThat(page).content().contains(option.longestName().replace("-", "\\-"));
            assertThat(zsh).contains(option.longestName());
            assertThat(bash).contains(option.longestName());
          });
    });
    assertThat(zsh + bash).doesNotContain("warm-up");
    assertThat(bash).contains("-o default").doesNotContain("+o default"); // names of files
    assertThat(bash).contains("\"auto\" \"scheduled\" \"portable\"", "\"block\" \"switch\"");
    assertThat(zsh).contains(":KIND:(auto scheduled portable)'", ":POLICY:(block switch forbid)'");
  }
}
