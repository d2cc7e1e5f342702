package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

  /// What bash offers for a line that ends at the cursor, as it takes lines apart.
  private String completions(String... words) throws Exception {
    String script =
        """
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _complete_jasyncio 2>/dev/null
        echo "${COMPREPLY[*]}"
        """;
    var command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.add(dir.resolve("bash-completion/completions/jasyncio").toString());
    command.addAll(List.of(words));
    var bash = new ProcessBuilder(command).redirectErrorStream(true).start();
    bash.getOutputStream().close();
    String offered = new String(bash.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(bash.waitFor()).as(offered).isZero();
    return offered;
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no bash
  void bash_offersTheWordsOfAnOption_behindABlankAndBehindAnEqualsSign() throws Throwable {
    assertThat(Main.execute(new String[] {"pages", "1.2.3", dir.toString()})).isZero();
    assertThat(completions("jasyncio", "run", "--blocking", "")).isEqualTo("block switch forbid");
    assertThat(completions("jasyncio", "run", "--blocking", "=")).isEqualTo("block switch forbid");
    assertThat(completions("jasyncio", "run", "--blocking", "=", "s")).isEqualTo("switch");
    assertThat(completions("jasyncio", "run", "--fibers", "=", "auto", "--blocking", "=", "f"))
        .isEqualTo("forbid");
    assertThat(completions("jasyncio", "run", "--blocking", "=", "switch", "--fib"))
        .isEqualTo("--fibers");
    assertThat(completions("jasyncio", "rec")).isEqualTo("record");
    assertThat(completions("jasyncio", "record", "--settings", "=", "p")).isEqualTo("profile");
    assertThat(completions("jasyncio", "debug", "1", "of")).isEqualTo("off");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no bash
  void bash_takesTheFirstWordForTheCommand_andWhatIsBehindAProgramForIts() throws Throwable {
    assertThat(Main.execute(new String[] {"pages", "1.2.3", dir.toString()})).isZero();
    assertThat(completions("jasyncio", "ps", "--name", "web", "--st")).isEqualTo("--stack --state");
    assertThat(completions("jasyncio", "new", "record", "--gr")).isEqualTo("--group");
    assertThat(completions("jasyncio", "run", "hello.java", "--deb")).isEmpty();
    assertThat(completions("jasyncio", "run", "-", "--deb")).isEmpty();
    assertThat(completions("jasyncio", "run", "-cp", "lib", "--deb")).isEqualTo("--debug");
    assertThat(completions("jasyncio", "run", "--fibers", "=", "auto", "--deb"))
        .isEqualTo("--debug");
    assertThat(completions("jasyncio", "help", "rec")).isEqualTo("record");
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
    assertThat(zsh)
        .contains("'2:on|off:(on off)'", ":NAME:(default profile none)'", "_arguments -A '-*' ");
    assertThat(zsh).contains(":KIND:(auto scheduled portable)'", ":POLICY:(block switch forbid)'");
  }
}
