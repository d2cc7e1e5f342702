package jasyncio.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which running program a command visits, and how patiently.
class VisitTarget {
  private static final int MAX_PATIENCE = 24 * 60 * 60;

  @Parameters(
      index = "0",
      paramLabel = "PID",
      description =
          "The process id of a JVM of this user (jps lists them), or the path of the socket that it"
              + " has opened.")
  String pid = "";

  @Option(
      names = "--patience",
      order = 89,
      paramLabel = "SECONDS",
      defaultValue = "0.25",
      description = "A loop that has not answered for so long is held up (default: 0.25).")
  private double patience;

  @Mixin HelpOption help = new HelpOption();

  VisitTarget() {}

  /// Enters the program.
  ///
  /// @param command who wants to, for messages
  final Visit visit(String command) throws CommandException {
    patienceMillis(command);
    return Visit.to(command, pid);
  }

  /// The patience in milliseconds.
  ///
  /// @throws CommandException if it makes no sense
  final long patienceMillis(String command) throws CommandException {
    if (!(patience > 0 && patience <= MAX_PATIENCE)) {
      throw UsageMistake.in(
          command, "--patience is more than 0, and at most a day; not " + patience);
    }
    return Math.max(1, Math.round(patience * 1e3));
  }
}
