package jasyncio.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jasyncio run`, as picocli sees it.
@Command(
    name = "run",
    customSynopsis = "jasyncio run [OPTION]... FILE.java [ARGUMENT]...",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Compile and run a single-file Java program.",
      "",
      "The file holds a class with a main method, or just 'void main() { ... }'.",
      "It finds jasyncio on its class path, with HTTP and JSON (Jackson 3), and",
      "classes in the files beside it.",
      "A line '//DEPS group:artifact:version' in it gets a library, as Maven would.",
      "What was compiled once starts at once the next time.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0      The program ended, or what it gave to System.exit or SystemExit.",
      "  1      It did not compile, or an exception was not caught.",
      "  2      There was nothing to run; the message says why.",
      "  130    It was interrupted with Ctrl-C.",
      "",
      "Examples:",
      "  jasyncio run hello.java",
      "  jasyncio run --debug server.java --port 8080",
      "  jasyncio run --blocking=switch -cp 'lib/*' report.java",
    })
final class RunCommand implements JasyncioCommand.Subcommand {
  @Parameters(
      index = "0",
      paramLabel = "FILE.java",
      description = "The program; '-' reads it from standard input.")
  private String file = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARGUMENT",
      description = "Given to the program as it is.")
  private List<String> arguments = new ArrayList<>();

  @Mixin private LoopOptions options = new LoopOptions();

  private RunCommand() {}

  @Override
  public int execute() throws Throwable {
    return request().execute();
  }

  /// What the command line asks for.
  RunRequest request() throws CommandException {
    return new RunRequest(
        options.settings("jasyncio run"), options.classPath(), file, List.copyOf(arguments));
  }
}
