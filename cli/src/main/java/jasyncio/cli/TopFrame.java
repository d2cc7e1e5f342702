package jasyncio.cli;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/// What `jasyncio top` shows of one measurement, line by line.
final class TopFrame {
  private static final int ROWS = 8; // of each table
  private static final int MAX_NAME = 48;
  private static final Pattern OF_JDK =
      Pattern.compile(
          "(java\\.[a-z]+|jdk\\.[a-z]+(\\.[a-z]+)*)/|(java|javax|jdk|sun|com\\.sun)\\.");

  private final int width;
  private final List<String> lines = new ArrayList<>();

  private TopFrame(int width) {
    this.width = width;
  }

  /// The lines, none wider than `width`.
  ///
  /// @param answer to the question `measure`
  static List<String> of(JsonObject answer, int width) {
    var frame = new TopFrame(width);
    List<JsonObject> loops = PsCommand.objects(answer, "loops");
    if (loops.isEmpty()) {
      frame.add("no event loop runs in process " + answer.get("pid").getAsLong());
    }
    loops.forEach(frame::loop);
    return frame.lines;
  }

  private void add(String line) {
    String text = line.stripTrailing();
    lines.add(text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…");
  }

  private void loop(JsonObject loop) {
    if (!lines.isEmpty()) {
      add("");
    }
    if (!loop.has("steps")) {
      PsCommand.heldUp(loop).lines().forEach(this::add);
      return;
    }
    if (loop.has("new")) {
      add(PsCommand.name(loop) + ": has just begun");
      return;
    }
    head(loop);
    slow(PsCommand.objects(loop, "slow"));
    costs("BUSIEST FUNCTIONS", PsCommand.objects(loop, "functions"), loop);
    costs("BUSIEST TASKS", PsCommand.objects(loop, "tasks"), loop);
    waits(loop);
  }

  /// What tasks wait for. An older program does not say it if it has very many.
  private void waits(JsonObject loop) {
    if (loop.has("waits")) {
      sampled(loop);
      table(
          List.of("LONGEST WAITS", "AT LEAST", "WAITS FOR"),
          PsCommand.objects(loop, "waits"),
          wait -> List.of(alike(wait), wait(wait), Visit.text(wait, "waitsFor")));
      table(
          List.of("MOST WAITED FOR", "TASKS"),
          PsCommand.objects(loop, "waitedFor"),
          what -> List.of(Visit.text(what, "what"), what.get("tasks").getAsString()));
      if (loop.has("queues")) {
        table(
            List.of("QUEUES WAITED FOR", "ITEMS", "GETTING", "PUTTING", "LONGEST WAIT"),
            PsCommand.objects(loop, "queues"),
            TopFrame::queue);
      }
      table(
          List.of("OLDEST THAT NOBODY AWAITS", "AGE", "WAITS FOR"),
          PsCommand.objects(loop, "unawaited"),
          task -> List.of(alike(task), time(task, "age"), Visit.text(task, "waitsFor")));
    } else {
      add("");
      add(
          "Waits are not shown: there are too many tasks to look at each of them every time; jasyncio ps does.");
    }
  }

  private void sampled(JsonObject loop) {
    if (loop.has("sampled")) {
      add("");
      add(
          "There are too many tasks to look at each of them every time: what follows is of "
              + number(loop, "sampled")
              + " of them, spread evenly.");
    }
  }

  private static List<String> queue(JsonObject queue) {
    String size = number(queue, "size");
    return List.of(
        name(queue, "name"),
        queue.get("maxsize").getAsInt() > 0 ? size + " of " + number(queue, "maxsize") : size,
        number(queue, "getting"),
        number(queue, "putting"),
        wait(queue));
  }

  private void head(JsonObject loop) {
    JsonObject statistics = loop.getAsJsonObject("statistics");
    double seconds = loop.get("seconds").getAsDouble();
    add(
        PsCommand.name(loop)
            + "  busy "
            + percent(loop.get("busy").getAsDouble(), seconds)
            + "  lag "
            + lag(loop)
            + "  "
            + String.format(Locale.ROOT, "%,.0f", rate(loop, seconds))
            + " steps/s");
    shares(loop, seconds);
    add(
        "  tasks "
            + number(statistics, "tasks")
            + "  ready "
            + number(statistics, "ready")
            + "  blocked "
            + number(statistics, "blocked")
            + "  timers "
            + number(statistics, "timers")
            + "  channels "
            + number(statistics, "channels")
            + executor(statistics));
  }

  /// Where the time went. An older program does not say, and not every JVM knows its collector.
  private void shares(JsonObject loop, double seconds) {
    if (loop.has("waited")) {
      double inSteps = loop.get("inSteps").getAsDouble();
      add(
          "  in steps "
              + percent(inSteps, seconds)
              + "  between them "
              + percent(Math.max(0, loop.get("busy").getAsDouble() - inSteps), seconds)
              + "  waiting "
              + percent(loop.get("waited").getAsDouble(), seconds)
              + (loop.has("collector")
                  ? "  collector "
                      + percent(Math.min(seconds, loop.get("collector").getAsDouble()), seconds)
                  : ""));
    }
  }

  private static double rate(JsonObject loop, double seconds) {
    return seconds <= 0 ? 0 : loop.get("steps").getAsLong() / seconds;
  }

  private static String lag(JsonObject loop) {
    if (!loop.has("lag")) {
      return "not known yet";
    }
    JsonObject lag = loop.getAsJsonObject("lag");
    return "p50 " + time(lag, "p50") + "  p99 " + time(lag, "p99") + "  max " + time(lag, "max");
  }

  private static String executor(JsonObject statistics) {
    if (!statistics.has("executor")) {
      return "";
    }
    JsonObject executor = statistics.getAsJsonObject("executor");
    return "  executor "
        + number(executor, "active")
        + "/"
        + number(executor, "maxThreads")
        + ", "
        + number(executor, "queued")
        + " queued";
  }

  private void slow(List<JsonObject> steps) {
    for (JsonObject step : steps.subList(Math.max(0, steps.size() - ROWS), steps.size())) {
      int ready = step.get("ready").getAsInt();
      String who = step.has("number") ? "task '" + name(step, "name") + "'" : "a callback";
      String where = place(step);
      String what =
          "  slow: "
              + who
              + " took "
              + time(step, "seconds")
              + (ready > 0 ? ", and " + ready + " had to wait: " : ": ");
      if (what.length() + where.length() <= width) {
        add(what + where);
      } else {
        add(what);
        add("    " + where);
      }
    }
  }

  /// The innermost frame of the program's own: that it blocks in a method of the JDK's is no news.
  private static String place(JsonObject step) {
    return step.getAsJsonArray("stack").asList().stream()
        .map(Visit::text)
        .filter(TopFrame::isOfProgram)
        .findFirst()
        .orElse(Visit.text(step, "function"));
  }

  /// Whether a frame, as a text, is of the program, and not of the JDK.
  static boolean isOfProgram(String frame) {
    return !OF_JDK.matcher(frame).lookingAt();
  }

  private void costs(String title, List<JsonObject> costs, JsonObject loop) {
    double seconds = loop.get("seconds").getAsDouble();
    table(
        List.of(title, "LOOP", "STEPS", "LONGEST"),
        costs,
        cost ->
            List.of(
                name(cost, "name"),
                percent(cost.get("seconds").getAsDouble(), seconds),
                cost.get("steps").getAsString(),
                time(cost, "longest")));
  }

  private void table(
      List<String> head, List<JsonObject> objects, Function<JsonObject, List<String>> row) {
    if (objects.isEmpty()) {
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(head);
    objects.stream().limit(ROWS).map(row).forEach(rows::add);
    add("");
    PsCommand.columns(rows).forEach(this::add);
  }

  private static String name(JsonObject object, String name) {
    String text = Visit.text(object, name);
    return text.length() <= MAX_NAME ? text : text.substring(0, MAX_NAME - 1) + "…";
  }

  /// The first of tasks that do the like. An older program tells each of them.
  private static String alike(JsonObject task) {
    int alike = task.has("alike") ? task.get("alike").getAsInt() : 1;
    return name(task, "name") + (alike > 1 ? " and " + (alike - 1) + " like it" : "");
  }

  private static String time(JsonObject object, String name) {
    return Times.text(object.get(name).getAsDouble());
  }

  /// For how long, at least. Of what has begun since the last look, nobody knows.
  private static String wait(JsonObject object) {
    return object.get("seconds").getAsDouble() > 0 ? time(object, "seconds") : "–";
  }

  private static String number(JsonObject object, String name) {
    return String.format(Locale.ROOT, "%,d", object.get(name).getAsLong());
  }

  private static String percent(double part, double whole) {
    return whole <= 0 ? "0 %" : String.format(Locale.ROOT, "%.1f %%", 100 * part / whole);
  }
}
