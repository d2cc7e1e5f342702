package jasyncio.cli;

import jasyncio.WaitInfo;
import jasyncio.inspect.TaskInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// Which tasks are asked about.
final class TaskFilter {
  private static final double MAX_AGE = 1e6; // in seconds: eleven days
  private static final Pattern WORD = Pattern.compile("(?:[^\\s']|'[^']*')+");
  static final List<String> STATES = List.of("new", "running", "ready", "waiting", "blocked");

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

  @Option(
      names = "--limit",
      order = 4,
      paramLabel = "N",
      defaultValue = "50",
      description = "So many lines of tasks at most, for each loop (default: 50).")
  private int limit;

  TaskFilter() {}

  /// One of what is written behind a command, in a prompt.
  ///
  /// @param text options as the shell takes them, quotes and all
  /// @throws CommandException if they make no sense
  static TaskFilter of(String command, String text) throws CommandException {
    var filter = new TaskFilter();
    var commandLine = new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(filter));
    String[] words =
        WORD.matcher(text)
            .results()
            .map(word -> word.group().replace("'", ""))
            .toArray(String[]::new);
    try {
      commandLine.parseArgs(words);
    } catch (CommandLine.ParameterException e) {
      throw CommandException.usage(
          command,
          (e instanceof CommandLine.UnmatchedArgumentException unmatched
                  ? "unknown " + unmatched.getUnmatched().getFirst()
                  : e.getMessage())
              + "; it takes --name, --state, --waiting-on, --older and --limit");
    }
    filter.values(command);
    return filter;
  }

  /// How many lines.
  int limit() {
    return limit;
  }

  /// Whether it is about a task of our own.
  boolean isMeant(TaskInfo task) {
    WaitInfo waitsFor = task.waitsFor();
    return (name == null
            || Report.glob(name, 0).matcher(task.name()).matches()
            || name.equals("#" + task.number()))
        && (state == null || state.equalsIgnoreCase(task.state().name()))
        && (waitingOn == null
            || (waitsFor != null
                && Report.glob("*" + waitingOn + "*", Pattern.CASE_INSENSITIVE)
                    .matcher(waitsFor.toString())
                    .matches()))
        && task.age().toMillis() >= older * 1e3;
  }

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
    if (limit < 0) {
      throw UsageMistake.in(command, "--limit is 0 or more, not " + limit);
    }
    var values = new LinkedHashMap<String, @Nullable String>();
    values.put("name", name);
    values.put("state", given);
    values.put("waiting", waitingOn);
    values.put("older", Long.toString(Math.round(older * 1e3)));
    values.put("limit", Integer.toString(limit));
    return values;
  }
}
