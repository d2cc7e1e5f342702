package jasyncio.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line as a whole: whatever [RunRequest#parsePlain] does not take.
@Command(
    name = "jasyncio",
    subcommands = {
      RunCommand.class,
      ReplCommand.class,
      NewCommand.class,
      SimCommand.class,
      ServeCommand.class,
      PsCommand.class,
      PstreeCommand.class,
      TopCommand.class,
      WhereCommand.class,
      CancelCommand.class,
      DebugCommand.class,
      WebCommand.class,
      RecordCommand.class,
      ReportCommand.class,
      HelpCommand.class,
      WarmUpCommand.class,
      PagesCommand.class
    },
    versionProvider = VersionText.class,
    customSynopsis = "jasyncio COMMAND [ARGUMENT]...",
    descriptionHeading = "%n",
    description = "Python's asyncio for the JVM.",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  jasyncio run hello.java      compile and run a program",
      "  jasyncio run --help          what 'run' can do",
      "  jasyncio repl                try things out, line by line",
      "  jasyncio new greeter         a project to start from, for Maven",
      "  jasyncio sim BankTest.java   tests, for minutes or hours, until they fail",
      "  jasyncio serve site          the files of a folder over HTTP",
      "  jasyncio ps 4711             what every task of a running program does",
      "  jasyncio web 4711            the same and more in the browser",
      "  jasyncio record 4711         what it does, to see later why it took so long",
      "  jasyncio report crawl.jfr    where the time of a recording went",
      "",
      "Environment:",
      "  JAVA_HOME                    the JDK to use, if it is 25 or newer",
      "  JASYNCIO_JAVA_OPTIONS        options for the JVM, such as -Xmx4g",
      "  TERM                         what the terminal can do; dumb if nothing",
      "  NO_COLOR                     if it is set, the prompt has no colours",
    })
final class JasyncioCommand {
  @Mixin HelpOption help = new HelpOption();

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of jasyncio and its JDK and exit.")
  boolean version;

  private JasyncioCommand() {}

  /// One of the commands.
  interface Subcommand {
    /// Does what the command is for, and returns the exit status.
    ///
    /// @throws CommandException if the arguments do not fit
    /// @throws Throwable if a program that is run throws it
    int execute() throws Throwable;
  }

  /// Parses a command line and does what it says.
  ///
  /// @return the exit status
  static int execute(String[] args) throws Throwable {
    CommandLine commandLine = newCommandLine();
    ParseResult result = parse(commandLine, args);
    Integer helpStatus = help(result);
    if (helpStatus != null) {
      return helpStatus;
    }
    if (result.hasSubcommand()
        && result.subcommand().commandSpec().userObject() instanceof Subcommand subcommand) {
      return subcommand.execute();
    }
    commandLine.usage(System.err);
    return ExitStatus.USAGE;
  }

  private static @Nullable Integer help(ParseResult result) throws CommandException {
    for (ParseResult part :
        result.asCommandLineList().stream().map(CommandLine::getParseResult).toList()) {
      if (!part.unmatched().isEmpty()) { // which help forgives
        throw UsageMistake.explain(
            new UnmatchedArgumentException(part.commandSpec().commandLine(), part.unmatched()));
      }
    }
    try {
      return CommandLine.executeHelpRequest(result);
    } catch (ParameterException e) { // of the command help
      throw UsageMistake.explain(
          new UnmatchedArgumentException(result.commandSpec().commandLine(), asked(result)));
    }
  }

  /// The command of which help was asked for.
  private static List<String> asked(ParseResult result) {
    return result.subcommand().matchedPositionals().stream()
        .flatMap(argument -> argument.originalStringValues().stream())
        .toList();
  }

  /// Options may stand anywhere, but that what comes behind the file of `run` is the program's.
  static CommandLine newCommandLine() {
    CommandLine commandLine =
        new CommandLine(new JasyncioCommand()).setExpandAtFiles(false).setUsageHelpAutoWidth(true);
    commandLine
        .getSubcommands()
        .forEach((name, command) -> command.setStopAtPositional(name.equals("run")));
    return commandLine;
  }

  static ParseResult parse(CommandLine commandLine, String[] args) throws CommandException {
    try {
      return commandLine.parseArgs(args);
    } catch (ParameterException e) {
      throw UsageMistake.explain(e);
    }
  }
}
