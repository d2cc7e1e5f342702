package jasyncio.cli;

import com.google.gson.JsonObject;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `jasyncio where`: the whole stack of a task.
@Command(
    name = "where",
    customSynopsis = "jasyncio where [OPTION]... PID TASK",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Show where a task of a running program is.",
      "",
      "That is its whole stack, what it waits for, and who waits for it.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    There it is.",
      "  1    There is no such task, or the loop that may have it did not answer, or",
      "       the program cannot be entered.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio where 4711 Task-7",
      "  jasyncio where 4711 'fetch*'",
    })
final class WhereCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio where";

  @Mixin private LoopFilter loops = new LoopFilter();
  @Mixin private TaskVisitOptions options = new TaskVisitOptions();

  private WhereCommand() {}

  @Override
  public int execute() throws Throwable {
    String answer = options.ask(NAME, "where", Map.of("name", options.task));
    JsonObject found = loops.applyTo(Visit.parse(NAME, answer), NAME);
    String text = text(found);
    if (isNowhere(found) && !isHeldUpBy(found, options.task)) {
      if (!text.isEmpty()) {
        System.err.println(text); // loops that do not answer
      }
      boolean all = PsCommand.objects(found, "loops").stream().allMatch(loop -> loop.has("tasks"));
      throw CommandException.failure(
          NAME,
          all
              ? options.notThere(found, loops)
              : "it is not known where '"
                  + options.task
                  + "' is, as not every loop has answered; --patience waits longer");
    }
    System.out.println(options.json ? found : text);
    if (!isHeldUpBy(found, options.task)) {
      PsCommand.checkAnswered(NAME, found);
    }
    return ExitStatus.OK;
  }

  private static boolean isNowhere(JsonObject answer) {
    return PsCommand.objects(answer, "loops").stream()
        .allMatch(loop -> !loop.has("tasks") || loop.getAsJsonArray("tasks").isEmpty());
  }

  /// Whether a loop did not answer because of this very task, of which it is then said where it is.
  static boolean isHeldUpBy(JsonObject answer, String task) {
    return PsCommand.objects(answer, "loops").stream()
        .filter(loop -> loop.has("holder"))
        .map(loop -> loop.getAsJsonObject("holder"))
        .filter(holder -> holder.has("name"))
        .anyMatch(holder ->
            task.equals(holder.get("name").getAsString())
                || task.equals("#" + holder.get("number").getAsInt()));
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
      int left = loop.get("left").getAsInt();
      text.append(left == 0 ? "" : "\nand " + left + " more");
    }
    return text.toString();
  }

  private static String task(JsonObject task) {
    var text = new StringBuilder(Visit.text(task, "name"));
    text.append(" (").append(Visit.text(task, "coroutine")).append("): ");
    text.append(Visit.text(task, "doing"));
    if (task.has("cancellation")) {
      text.append("; ").append(Visit.text(task, "cancellation"));
    }
    if (task.has("cancelledFor")) {
      text.append(", ").append(Times.text(task.get("cancelledFor").getAsDouble())).append(" ago");
    }
    String before = "; awaited by ";
    for (var awaiter : task.getAsJsonArray("awaitedBy")) {
      text.append(before).append(Visit.text(awaiter));
      before = ", ";
    }
    task.getAsJsonArray("stack")
        .forEach(frame -> text.append("\n    at ").append(Visit.text(frame)));
    return text.toString();
  }
}
