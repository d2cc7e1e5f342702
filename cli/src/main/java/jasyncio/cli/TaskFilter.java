package jasyncio.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which tasks are asked about.
final class TaskFilter {
  private static final double MAX_AGE = 1e6; // in seconds: eleven days
  static final List<String> STATES =
      List.of("new", "running", "ready", "waiting", "blocked");

  @Option(
      names = "--name",
      order = 1,
      paramLabel = "NAME",
      description = "Only tasks of this name; 'db*' means all whose name begins with db.")
  private @Nullable String name;

  @Option(
      names = "--state",
      order = 2,
      paramLabel = "STATE",
      completionCandidates = Choices.OfStates.class,
      description = "Only tasks that are new, running, ready, waiting or blocked.")
  private @Nullable String state;

  @Option(
      names = "--waiting-on",
      order = 3,
      paramLabel = "TEXT",
      description =
          "Only tasks that wait for something with this in its description: Lock, 10.0.0.3.")
  private @Nullable String waitingOn;

  @Option(
      names = "--older",
      order = 3,
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Only tasks that there have been for so long.")
  private double older;

  TaskFilter() {}

  /// As a question has it.
  ///
  /// @throws CommandException if there is no such state
  Map<String, @Nullable String> values(String command) throws CommandException {
    String given = state == null ? null : state.toLowerCase(Locale.ROOT);
    if (given != null && !STATES.contains(given)) {
      throw UsageMistake.in(
          command, "--state is one of " + String.join(", ", STATES) + "; not " + state);
    }
    if (!(older >= 0 && older <= MAX_AGE)) {
      throw UsageMistake.in(command, "--older takes seconds, 0 to 1000000, not " + older);
    }
    var values = new LinkedHashMap<String, @Nullable String>();
    values.put("name", name);
    values.put("state", given);
    values.put("waiting", waitingOn);
    values.put("older", Long.toString(Math.round(older * 1e3)));
    return values;
  }
}
