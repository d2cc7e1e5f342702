package jasyncio.cli;

import com.google.gson.JsonObject;
import picocli.CommandLine.Parameters;

/// What a command takes that visits some tasks of a running program.
final class TaskVisitOptions extends VisitOptions {
  @Parameters(
      index = "1",
      paramLabel = "TASK",
      description = "The name of a task, or #N for the one with this number; 'db*' means several.")
  String task = "";

  TaskVisitOptions() {}

  /// Says that a program has none of them.
  String notThere(JsonObject answer) {
    return notThere(answer, new LoopFilter());
  }

  /// Says that a loop of it has none of them.
  String notThere(JsonObject answer, LoopFilter loops) {
    return "there is no task '"
        + task
        + "' in "
        + loops.of("process " + answer.get("pid").getAsLong())
        + hint(task);
  }

  /// What to add where there is no task of this name.
  static String hint(String task) {
    return task.startsWith("#") && !task.matches("#\\d+")
        ? "; after # stands the number of a task, such as #7"
        : "";
  }
}
