package jasyncio.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `jasyncio cancel`: cancels tasks of a running program that allows it.
@Command(
    name = "cancel",
    customSynopsis = "jasyncio cancel [OPTION]... PID TASK",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Cancel tasks of a running program.",
      "",
      "It does what Task.cancel does: they are asked to end, and may clean up. The",
      "program must have been started with -Djasyncio.insight=control.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    They have been asked to end.",
      "  1    There is no such task, or the program does not allow it.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio cancel 4711 Task-7",
      "  jasyncio cancel 4711 'fetch*'",
    })
final class CancelCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio cancel";

  @Mixin private TaskVisitOptions options = new TaskVisitOptions();

  private CancelCommand() {}

  @Override
  public int execute() throws Throwable {
    String answer = options.ask(NAME, "cancel", Map.of("name", options.task));
    JsonObject found = Visit.parse(NAME, answer);
    var cancelled = new ArrayList<String>();
    boolean all = true;
    for (JsonObject loop : PsCommand.objects(found, "loops")) {
      JsonArray names = loop.getAsJsonArray("cancelled");
      names.forEach(name -> cancelled.add(Visit.text(name)));
      if (!loop.has("statistics")) {
        all = false;
        System.err.println(PsCommand.heldUp(loop));
      }
    }
    if (cancelled.isEmpty()) {
      throw CommandException.failure(
          NAME,
          all
              ? options.notThere(found)
              : "none was cancelled, as not every loop has answered; --patience waits longer");
    }
    System.out.println(options.json ? answer : "asked to end: " + String.join(", ", cancelled));
    if (!all) {
      throw CommandException.failure(NAME, "there may be more, as not every loop has answered");
    }
    return ExitStatus.OK;
  }
}
