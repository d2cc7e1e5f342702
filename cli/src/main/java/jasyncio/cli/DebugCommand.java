package jasyncio.cli;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jasyncio debug`: switches the debug mode of a running program that allows it.
@Command(
    name = "debug",
    customSynopsis = "jasyncio debug [OPTION]... PID on|off",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Switch the debug mode of a running program on or off.",
      "",
      "In debug mode slow steps are logged, misuse is told, and tasks remember where",
      "they were made. The program must have been started with",
      "-Djasyncio.insight=control.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  jasyncio debug 4711 on",
    })
final class DebugCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio debug";

  @Mixin private VisitOptions options = new VisitOptions();

  @Parameters(
      index = "1",
      paramLabel = "on|off",
      completionCandidates = Choices.OfSwitch.class,
      description = "What it shall be.")
  private String mode = "";

  private DebugCommand() {}

  @Override
  public int execute() throws Throwable {
    if (!mode.equals("on") && !mode.equals("off")) {
      throw UsageMistake.in(NAME, "debug mode is on or off, not " + mode);
    }
    String answer = options.ask(NAME, "debug", Map.of("on", String.valueOf(mode.equals("on"))));
    JsonObject found = Visit.parse(NAME, answer);
    List<JsonObject> loops = PsCommand.objects(found, "loops");
    if (loops.isEmpty()) {
      throw CommandException.failure(
          NAME, "no event loop runs in process " + found.get("pid").getAsLong());
    }
    String switched =
        loops.stream()
            .filter(loop -> loop.has("debug"))
            .map(PsCommand::name)
            .collect(Collectors.joining(", "));
    if (!switched.isEmpty()) {
      System.out.println(options.json ? answer : "debug mode is " + mode + " for " + switched);
    }
    loops.stream()
        .filter(loop -> !loop.has("debug"))
        .forEach(loop -> System.err.println(PsCommand.heldUp(loop)));
    if (!loops.stream().allMatch(loop -> loop.has("debug"))) {
      throw CommandException.failure(
          NAME, "it was not switched for every loop; --patience waits longer");
    }
    return ExitStatus.OK;
  }
}
