package jasyncio.cli;

import com.google.gson.JsonObject;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jasyncio where`: the whole stack of a task.
@Command(
    name = "where",
    customSynopsis = "jasyncio where [OPTION]... PID TASK",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Show where a task of a running program is: its whole stack, what it waits for,",
      "and who waits for it.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    There it is.",
      "  1    There is no such task, or the program cannot be entered.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio where 4711 Task-7",
      "  jasyncio where 4711 'fetch*'",
    })
final class WhereCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio where";

  @Mixin private VisitOptions options = new VisitOptions();

  @Parameters(
      index = "1",
      paramLabel = "TASK",
      description = "The name of a task, or #N for the one with this number; 'db*' means several.")
  private String task = "";

  private WhereCommand() {}

  @Override
  public int execute() throws Throwable {
    try (Visit visit = Visit.to(NAME, options.pid)) {
      String answer = visit.ask("where", Map.of("name", task));
      String text = text(Visit.parse(NAME, answer));
      if (text.isEmpty()) {
        throw CommandException.failure(
            NAME, "there is no task '" + task + "' in process " + options.pid);
      }
      System.out.println(options.json ? answer : text);
    }
    return ExitStatus.OK;
  }

  /// The answer for people.
  static String text(JsonObject answer) {
    var text = new StringBuilder();
    for (JsonObject loop : PsCommand.objects(answer, "loops")) {
      if (!loop.has("tasks")) {
        text.append(text.isEmpty() ? "" : "\n").append(PsCommand.heldUp(loop));
        continue;
      }
      for (JsonObject task : PsCommand.objects(loop, "tasks")) {
        text.append(text.isEmpty() ? "" : "\n").append(task(task));
      }
    }
    return text.toString();
  }

  private static String task(JsonObject task) {
    var text = new StringBuilder(task.get("name").getAsString());
    text.append(" (").append(task.get("coroutine").getAsString()).append("): ");
    text.append(task.get("doing").getAsString());
    if (task.has("cancellation")) {
      text.append("; ").append(task.get("cancellation").getAsString());
    }
    String before = "; awaited by ";
    for (var awaiter : task.getAsJsonArray("awaitedBy")) {
      text.append(before).append(awaiter.getAsString());
      before = ", ";
    }
    task.getAsJsonArray("stack")
        .forEach(frame -> text.append("\n    at ").append(frame.getAsString()));
    return text.toString();
  }
}
