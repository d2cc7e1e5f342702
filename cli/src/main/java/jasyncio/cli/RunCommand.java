package jasyncio.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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
      "It finds jasyncio on its class path, and classes in the files beside it.",
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

  @Option(
      names = "--debug",
      order = 1,
      description =
          "Turn on asyncio's debug mode: slow callbacks and blocking calls are reported, and wrong"
              + " use is found earlier.")
  private boolean debug;

  @Option(
      names = "--fibers",
      order = 2,
      paramLabel = "KIND",
      description =
          "How tasks are suspended: 'scheduled' (fast), 'portable' (public JDK API only) or 'auto',"
              + " which takes the best there is (default).")
  private @Nullable String fibers;

  @Option(
      names = "--blocking",
      order = 3,
      paramLabel = "POLICY",
      description =
          "What happens when a task blocks its thread: 'block' the loop (default), 'switch' to"
              + " other tasks, or 'forbid' it.")
  private @Nullable String blocking;

  @Option(
      names = {"-cp", "--class-path"},
      order = 4,
      paramLabel = "PATH",
      description = "Jars and directories that the program needs; 'lib/*' means all jars in lib.")
  private String classPath = "";

  @Option(
      names = {"-h", "--help"},
      order = 5,
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  private RunCommand() {}

  @Override
  public int execute() throws Throwable {
    return request().execute();
  }

  /// What the command line asks for.
  RunRequest request() throws CommandException {
    var settings =
        new RunRequest.Settings(
            debug,
            checked("--fibers", fibers, RunRequest.Settings.FIBERS),
            checked("--blocking", blocking, RunRequest.Settings.BLOCKING));
    return new RunRequest(settings, classPath, file, List.copyOf(arguments));
  }

  /// A value in lower case, which the user may have written in any.
  private static @Nullable String checked(
      String option, @Nullable String given, List<String> allowed) throws CommandException {
    String value = given == null ? null : given.toLowerCase(Locale.ROOT);
    if (value != null && !allowed.contains(value)) {
      throw UsageMistake.in(
          "jasyncio run",
          option
              + " is one of "
              + String.join(", ", allowed)
              + "; not "
              + (value.isEmpty() ? "nothing" : given));
    }
    return value;
  }
}
