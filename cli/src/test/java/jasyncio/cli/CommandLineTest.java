package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParseResult;

class CommandLineTest {
  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ", -1);
  }

  private static RunRequest byPicocli(String line) throws CommandException {
    CommandLine commandLine = JasyncioCommand.newCommandLine();
    ParseResult result = JasyncioCommand.parse(commandLine, words(line));
    return ((RunCommand) result.subcommand().commandSpec().userObject()).request();
  }

  private static void assertMistake(String line, String message) {
    try (Output output = Output.capture()) {
      int status = Main.execute(words(line));
      assertThat(output.err().lines()).startsWith(message);
      assertThat(output.out()).isEmpty();
      assertThat(status).isEqualTo(ExitStatus.USAGE);
    } catch (Throwable e) {
      throw new AssertionError(line, e);
    }
  }

  @Test
  void commands_inTheList_haveAWholeSentence() {
    assertThat(JasyncioCommand.newCommandLine().getSubcommands())
        .allSatisfy((name, command) -> {
          var text = command.getCommandSpec().usageMessage();
          String[] shown = text.header().length > 0 ? text.header() : text.description();
          assertThat(text.hidden() || shown[0].endsWith(".")).as(name).isTrue();
        });
  }

  @Test
  void number_thatIsNone() {
    assertMistake("ps --older x 7", "jasyncio ps: --older takes a number, not x");
    assertMistake("top --count x 7", "jasyncio top: --count takes a number, not x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run A.java",
        "run -",
        "run --debug A.java",
        "run --fibers=portable A.java",
        "run --fibers=auto --blocking=switch --debug A.java",
        "run --fibers=SCHEDULED --blocking=Switch A.java",
        "run --blocking=forbid dir/A.java one two",
        "run A.java --debug --fibers=none -x -- @file - ''",
        "run A.java run --help",
      })
  void parsePlain_usualLine_agreesWithPicocli(String line) throws CommandException {
    assertThat(RunRequest.parsePlain(words(line))).isEqualTo(byPicocli(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run",
        "run --debug",
        "run --help",
        "run --fibers portable A.java",
        "run --fibers=quick A.java",
        "run --fibers=portable --blocking=switch A.java",
        "run --fibers=auto --fibers=auto A.java",
        "run --debug --debug A.java",
        "run -cp lib A.java",
        "run -- A.java",
        "--version",
        "A.java",
      })
  void parsePlain_otherLine_leftToPicocli(String line) {
    assertThat(RunRequest.parsePlain(words(line))).isNull();
  }

  @Test
  void run_separateValues_accepted() throws CommandException {
    RunRequest request = byPicocli("run --fibers scheduled --class-path a.jar:b A.java x");
    assertThat(request.settings().fibers()).isEqualTo("scheduled");
    assertThat(request.classPath()).isEqualTo("a.jar:b");
    assertThat(request.file()).isEqualTo("A.java");
    assertThat(request.args()).isEqualTo(List.of("x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run --debgu A.java         | jasyncio run: unknown option --debgu; did you mean --debug?
          run --xyz A.java           | jasyncio run: unknown option --xyz
          run -Dx=y A.java           | jasyncio run: unknown option -Dx=y; what is for the JVM goes into JASYNCIO_JAVA_OPTIONS
          run                        | jasyncio run: which program? Give the name of a .java file, behind the options
          run --fibers a.java        | jasyncio run: which program? Give the name of a .java file, behind the options
          run --debug=1 A.java       | jasyncio run: --debug takes no value
          ps --json=1 4711           | jasyncio ps: --json takes no value
          nope --help                | jasyncio: unknown command nope; did you mean top?
          help nope                  | jasyncio: unknown command nope; did you mean top?
          ps --help --nope           | jasyncio ps: unknown option --nope
          ps --help 1 2              | jasyncio ps: unexpected argument 2
          run --fibers=portable --blocking=SWITCH a.java | jasyncio run: --blocking=SWITCH needs scheduled fibers, and --fibers asks for portable ones
          repl --fibers portable --blocking forbid       | jasyncio repl: --blocking=forbid needs scheduled fibers, and --fibers asks for portable ones
          run --fibers               | jasyncio run: --fibers needs a value
          run --fibers=quick A.java  | jasyncio run: --fibers is one of auto, scheduled, portable; not quick
          run --blocking= A.java     | jasyncio run: --blocking is one of block, switch, forbid; not nothing
          run --debug --debug A.java | jasyncio run: option '--debug' should be specified only once
          hello.java                 | jasyncio: unknown command hello.java; did you mean 'jasyncio run hello.java'?
          rum                        | jasyncio: unknown command rum; did you mean run?
          report a.jfr --htlm b.html | jasyncio report: unknown option --htlm; did you mean --html?
          --verison                  | jasyncio: unknown option --verison; did you mean --version?
          """)
  void mistake_any_toldInOneSentence(String line, String message) {
    assertMistake(line, message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve site --port 0", "serve --port 0 site", "ps 4711 --json"})
  void options_behindTheArguments_taken(String line) throws CommandException {
    ParseResult result = JasyncioCommand.parse(JasyncioCommand.newCommandLine(), words(line));
    assertThat(result.subcommand().matchedOptions()).hasSize(1);
    assertThat(result.subcommand().unmatched()).isEmpty();
  }

  @Test
  void mistake_any_pointsToHelp() {
    assertThatThrownBy(
            () -> JasyncioCommand.parse(JasyncioCommand.newCommandLine(), words("run --xyz")))
        .isInstanceOf(CommandException.class)
        .hasMessageEndingWith("\nTry 'jasyncio run --help'.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run --help", "run -h", "help run", "run --debug --help A.java"})
  void help_ofRun_namesEverything(String line) throws Throwable {
    try (Output output = Output.capture()) {
      assertThat(Main.execute(words(line))).isEqualTo(ExitStatus.OK);
      assertThat(output.err()).isEmpty();
      assertThat(output.out())
          .startsWith("Usage: jasyncio run [OPTION]... FILE.java [ARGUMENT]...\n")
          .contains("--debug", "--fibers=KIND", "--blocking=POLICY", "--class-path=PATH")
          .contains("Exit status:", "Examples:");
      assertThat(output.out().lines().mapToInt(String::length).max().orElseThrow())
          .isLessThanOrEqualTo(80);
    }
  }

  /// So that no line is broken twice: by hand, and again because it does not fit.
  @Test
  void help_ofEachCommand_breaksAtTheEndOfLines() {
    for (CommandLine command : JasyncioCommand.newCommandLine().getSubcommands().values()) {
      var spec = command.getCommandSpec();
      assertThat(spec.usageMessage().description())
          .as(spec.name())
          .allMatch(line -> line.length() <= 78);
      for (ArgSpec argument : spec.args()) {
        assertThat(argument.description())
            .as(spec.name() + " " + argument.paramLabel())
            .hasSizeLessThanOrEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void help_ofAll_listsCommands(String line) throws Throwable {
    try (Output output = Output.capture()) {
      assertThat(Main.execute(words(line))).isEqualTo(ExitStatus.OK);
      assertThat(output.out())
          .contains("Commands:", "run", "Compile and run a single-file Java program.", "repl")
          .doesNotContain("warm-up");
    }
  }

  @Test
  void noCommand_helpOnStandardError() throws Throwable {
    try (Output output = Output.capture()) {
      assertThat(Main.execute(new String[0])).isEqualTo(ExitStatus.USAGE);
      assertThat(output.out()).isEmpty();
      assertThat(output.err()).contains("Usage: jasyncio COMMAND");
    }
  }

  @Test
  void version_namesJasyncioJdkAndFibers() throws Throwable {
    try (Output output = Output.capture()) {
      assertThat(Main.execute(words("--version"))).isEqualTo(ExitStatus.OK);
      assertThat(output.out().lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith("jasyncio "),
              line -> assertThat(line).startsWith("JDK " + Runtime.version()),
              line -> assertThat(line).matches("fibers: (scheduled|portable)"));
    }
  }
}
