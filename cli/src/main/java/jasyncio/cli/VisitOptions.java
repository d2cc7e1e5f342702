package jasyncio.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What every command takes that visits a running program.
final class VisitOptions {
  @Parameters(
      index = "0",
      paramLabel = "PID",
      description = "The process id of a JVM of this user; jps lists them.")
  String pid = "";

  @Option(
      names = "--json",
      order = 90,
      description = "Print what the program answered, as one line of JSON.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      order = 91,
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  VisitOptions() {}
}
