package jasyncio.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What every command takes that asks a running program, and prints the answer.
class VisitOptions extends VisitTarget {
  @Option(
      names = "--json",
      order = 90,
      description = "Print what the program answered, as one line of JSON.")
  boolean json;

  VisitOptions() {}

  /// Asks the program for what the options say.
  ///
  /// @param values what else the question depends on
  /// @return the answer, a line of JSON
  final String ask(String command, String question, Map<String, @Nullable String> values)
      throws CommandException, IOException {
    try (Visit visit = visit(command)) {
      return ask(visit, command, question, values);
    }
  }

  /// Asks it in a visit.
  final String ask(
      Visit visit, String command, String question, Map<String, @Nullable String> values)
      throws CommandException {
    var all = new LinkedHashMap<String, @Nullable String>(values);
    all.put("patience", Long.toString(patienceMillis(command)));
    try {
      return visit.ask(question, all);
    } catch (IOException e) {
      throw CommandException.failure(command, String.valueOf(e.getMessage()));
    }
  }
}
