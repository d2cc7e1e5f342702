package jasyncio.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `jasyncio ps`: what every task of a running program does.
@Command(
    name = "ps",
    customSynopsis = "jasyncio ps [OPTION]... PID",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Show what every task of a running program does, and what it waits for.",
      "",
      "Nothing has to be prepared in the program, which is neither stopped nor",
      "changed, but for the JVM's management agent: that stays, for this user, until",
      "it ends. Tasks that do the like are one line, large groups last, with the age",
      "of the oldest. Of a loop that is held up, it is shown by whom.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit status:",
      "  0    There they are.",
      "  1    A loop did not answer, or the program cannot be entered.",
      "  2    The command line makes no sense; the message says why.",
      "",
      "Examples:",
      "  jasyncio ps 4711",
      "  jasyncio ps --waiting-on Lock --stack 4711",
      "  jasyncio ps --name 'db*' --older 60 --json 4711",
      "  jasyncio ps --measure 5 4711",
    })
final class PsCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio ps";
  private static final double MAX_MEASURE = 3600; // in seconds

  @Mixin private TaskFilter filter = new TaskFilter();
  @Mixin private LoopFilter loops = new LoopFilter();

  @Option(
      names = "--stack",
      order = 5,
      description =
          "Show where they are, too, innermost frame first; those that do the like in different places"
              + " are lines of their own. Of more than 10000 tasks, that is asked of some.")
  private boolean stack;

  @Option(
      names = "--measure",
      order = 6,
      paramLabel = "SECONDS",
      description =
          "Watch for so long first, and show for how long the tasks had the loop meanwhile, and their"
              + " longest step.")
  private @Nullable Double measure;

  @Mixin private VisitOptions options = new VisitOptions();

  private PsCommand() {}

  @Override
  public int execute() throws Throwable {
    var values = filter.values(NAME);
    if (!stack && !options.json) {
      values.put("brief", "1"); // stacks cost the program ten times as much as everything else
    }
    String answer = measure == null ? options.ask(NAME, "ps", values) : measure(values, measure);
    JsonObject found = loops.applyTo(Visit.parse(NAME, answer), NAME);
    System.out.println(options.json ? found : text(found, stack));
    checkAnswered(NAME, found);
    return ExitStatus.OK;
  }

  private String measure(Map<String, @Nullable String> values, double seconds) throws Throwable {
    if (!(seconds > 0 && seconds <= MAX_MEASURE)) {
      throw UsageMistake.in(NAME, "--measure is more than 0, and at most an hour; not " + seconds);
    }
    try (Visit visit = options.visit(NAME)) {
      Visit.parse(NAME, options.ask(visit, NAME, "measure", Map.of()));
      Thread.sleep(Duration.ofNanos(Math.round(seconds * 1e9)));
      return options.ask(visit, NAME, "ps", values);
    }
  }

  /// The answer for people.
  static String text(JsonObject answer, boolean stack) {
    String text =
        objects(answer, "loops").stream()
            .map(loop -> loop(loop, stack))
            .collect(Collectors.joining("\n\n"));
    return text.isEmpty() ? "no event loop runs in process " + answer.get("pid").getAsLong() : text;
  }

  private static String loop(JsonObject loop, boolean stack) {
    if (!loop.has("groups")) {
      return heldUp(loop);
    }
    var text = new StringBuilder(head(loop));
    var rows = new ArrayList<List<String>>();
    List<JsonObject> groups = objects(loop, "groups");
    boolean measured = groups.stream().anyMatch(group -> group.has("steps"));
    rows.add(head(measured));
    groups.forEach(group -> rows.add(row(group, measured)));
    List<String> lines = columns(rows);
    for (int i = 0; i < lines.size() && lines.size() > 1; i++) {
      text.append('\n').append(lines.get(i));
      if (stack && i > 0) {
        groups
            .get(i - 1)
            .getAsJsonArray("stack")
            .forEach(frame -> text.append("\n    at ").append(Visit.text(frame)));
      }
    }
    int left = loop.get("left").getAsInt();
    return text
        + (left == 0 ? "" : "\nand " + left + " more; --limit shows them")
        + (stack ? unasked(loop) : "");
  }

  /// Says that it was not asked of all where they are.
  private static String unasked(JsonObject loop) {
    int matching = loop.get("matching").getAsInt();
    int stacks = loop.has("stacks") ? loop.get("stacks").getAsInt() : matching;
    return stacks >= matching
        ? ""
        : "\n"
            + stacks
            + " were asked where they are; the others are counted with those that do the like";
  }

  /// Ends a command that was not answered by all loops.
  static void checkAnswered(String command, JsonObject answer) throws CommandException {
    List<String> silent =
        objects(answer, "loops").stream()
            .filter(loop -> loop.has("heldUpBy"))
            .map(PsCommand::name)
            .toList();
    if (!silent.isEmpty()) {
      throw CommandException.failure(
          command,
          String.join(", ", silent)
              + (silent.size() == 1 ? " has" : " have")
              + " not answered; --patience waits longer");
    }
  }

  /// A loop that did not answer.
  static String heldUp(JsonObject loop) {
    if (!loop.has("heldUpBy")) {
      return name(loop) + ": has just ended";
    }
    String time =
        loop.has("heldUpFor")
            ? ": has been held up for " + Times.text(loop.get("heldUpFor").getAsDouble())
            : ": has not answered for "
                + loop.get("noAnswerFor").getAsDouble()
                + " s, as it is held up";
    String by = loop.get("heldUpBy").getAsString().replaceAll("[\\p{Cntrl}\\p{Cf}&&[^\n]]", " ");
    return name(loop) + time + "\n" + by;
  }

  static String name(JsonObject loop) {
    return Visit.text(loop, "name");
  }

  private static List<String> head(boolean measured) {
    var head = new ArrayList<>(List.of("TASK", "AGE", "STATE", "WAITS FOR", "AWAITED BY"));
    if (measured) {
      head.addAll(2, List.of("ON LOOP", "LONGEST"));
    }
    head.add("COROUTINE");
    return head;
  }

  private static String head(JsonObject loop) {
    JsonObject statistics = loop.getAsJsonObject("statistics");
    int tasks = statistics.get("tasks").getAsInt();
    int matching = loop.get("matching").getAsInt();
    return name(loop)
        + ": "
        + (matching == tasks ? count(tasks, "task") : matching + " of " + count(tasks, "task"))
        + ", "
        + statistics.get("ready").getAsInt()
        + " ready, "
        + count(statistics.get("timers").getAsInt(), "timer")
        + ", "
        + count(statistics.get("channels").getAsInt(), "channel");
  }

  private static String count(int n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }

  private static List<String> row(JsonObject group, boolean measured) {
    int alike = group.get("alike").getAsInt();
    String waitsFor = group.has("waitsFor") ? Visit.text(group, "waitsFor") : "";
    String cancellation = group.has("cancellation") ? Visit.text(group, "cancellation") : "";
    var row = new ArrayList<String>();
    String about = group.has("estimated") ? "about " : "";
    row.add(
        Visit.text(group, "name") + (alike > 1 ? " and " + about + (alike - 1) + " like it" : ""));
    row.add(group.has("age") ? Times.text(group.get("age").getAsDouble()) : "");
    if (measured) {
      row.add(Times.text(group.get("seconds").getAsDouble()));
      row.add(Times.text(group.get("longest").getAsDouble()));
    }
    row.add(Visit.text(group, "state"));
    row.add(waitsFor + (waitsFor.isEmpty() || cancellation.isEmpty() ? "" : "; ") + cancellation);
    row.add(strings(group, "awaitedBy"));
    row.add(Visit.text(group, "coroutine"));
    return row;
  }

  private static String strings(JsonObject object, String name) {
    return StreamSupport.stream(object.getAsJsonArray(name).spliterator(), false)
        .map(Visit::text)
        .collect(Collectors.joining(", "));
  }

  static List<JsonObject> objects(JsonObject object, String name) {
    return StreamSupport.stream(object.getAsJsonArray(name).spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  /// Rows whose columns stand below each other.
  static List<String> columns(List<List<String>> rows) {
    int[] widths = widths(rows);
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static int[] widths(List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return widths;
  }

  private static String line(List<String> row, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
    }
    return line.toString().stripTrailing();
  }
}
