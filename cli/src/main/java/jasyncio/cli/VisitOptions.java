package jasyncio.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What every command takes that visits a running program.
final class VisitOptions {
  private static final int MAX_PATIENCE = 24 * 60 * 60;

  @Parameters(
      index = "0",
      paramLabel = "PID",
      description = {
        "The process id of a JVM of this user (jps lists them), or the path of the socket that it",
        "has opened."
      })
  private String pid = "";

  @Option(
      names = "--patience",
      order = 89,
      paramLabel = "SECONDS",
      defaultValue = "0.25",
      description = "A loop that has not answered for so long is held up (default: 0.25).")
  private double patience;

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

  /// Asks the program for what the options say.
  ///
  /// @param values what else the question depends on
  /// @return the answer, a line of JSON
  String ask(String command, String question, Map<String, @Nullable String> values)
      throws CommandException, IOException {
    checkPatience(command);
    try (Visit visit = visit(command)) {
      return ask(visit, command, question, values);
    }
  }

  /// Asks it in a visit.
  String ask(Visit visit, String command, String question, Map<String, @Nullable String> values)
      throws CommandException {
    try {
      return visit.ask(question, withPatience(values));
    } catch (IOException e) {
      throw CommandException.failure(command, String.valueOf(e.getMessage()));
    }
  }

  /// Enters the program.
  Visit visit(String command) throws CommandException {
    checkPatience(command);
    return Visit.to(command, pid);
  }

  private void checkPatience(String command) throws CommandException {
    millis(command, patience);
  }

  /// What a question depends on.
  Map<String, @Nullable String> withPatience(Map<String, @Nullable String> values) {
    var all = new LinkedHashMap<String, @Nullable String>(values);
    all.put("patience", Long.toString(Math.max(1, Math.round(patience * 1e3))));
    return all;
  }

  /// A patience in milliseconds.
  ///
  /// @throws CommandException if it makes no sense
  static long millis(String command, double patience) throws CommandException {
    if (!(patience > 0 && patience <= MAX_PATIENCE)) {
      throw UsageMistake.in(
          command, "--patience is more than 0, and at most a day; not " + patience);
    }
    return Math.max(1, Math.round(patience * 1e3));
  }
}
