package jasyncio.cli;

import picocli.CommandLine.Option;

/// The option that every command has.
final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      order = 91,
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help; // picocli reads it: not private, or javac would find it unused

  HelpOption() {}
}
