package jasyncio.cli;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `jasyncio pstree`: who waits for whom in a running program.
@Command(
    name = "pstree",
    customSynopsis = "jasyncio pstree [OPTION]... PID",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Show who waits for whom in a running program: each task above those it awaits.",
      "",
      "Tasks that wait for each other in a circle, by awaits or by locks, come first:",
      "none of them will go on, unless a time limit ends one. Those that do the like,",
      "and that nobody tells apart, are one line. With --json the 10 000 oldest tasks",
      "of each loop are there, each for itself.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    Nobody waits in a circle.",
      "  1    Some do, or a loop did not answer, or the program cannot be entered.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Example:",
      "  jasyncio pstree 4711",
    })
final class PstreeCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio pstree";

  @Mixin private LoopFilter loops = new LoopFilter();
  @Mixin private VisitOptions options = new VisitOptions();

  private PstreeCommand() {}

  @Override
  public int execute() throws Throwable {
    Map<String, @Nullable String> values = options.json ? Map.of() : Map.of("brief", "1");
    String answer = options.ask(NAME, "pstree", values);
    JsonObject found = loops.applyTo(Visit.parse(NAME, answer), NAME);
    System.out.println(options.json ? found : text(found));
    PsCommand.checkAnswered(NAME, found);
    return PsCommand.objects(found, "loops").stream()
            .filter(loop -> loop.has("tasks"))
            .noneMatch(loop -> TaskTree.of(loop).hasCircles())
        ? ExitStatus.OK
        : ExitStatus.FAILED;
  }

  /// The answer for people.
  static String text(JsonObject answer) {
    String text =
        PsCommand.objects(answer, "loops").stream()
            .map(loop -> loop.has("tasks") ? TaskTree.of(loop).text() : PsCommand.heldUp(loop))
            .collect(Collectors.joining("\n\n"));
    return text.isEmpty() ? "no event loop runs in process " + answer.get("pid").getAsLong() : text;
  }
}
