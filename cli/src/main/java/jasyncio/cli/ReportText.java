package jasyncio.cli;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What `jasyncio report` prints.
final class ReportText {
  private static final int MAX_NAME = 48;
  private static final int MAX_PARTS = 12; // of a path
  private static final int MAX_SHARES = 5;
  private static final int MIN_PART = 200; // of a path: shorter ones are but counted
  private static final int MIN_SHARE = 1000; // of the whole: smaller ones have no name
  private static final int MAX_LINKS = 6; // of a chain
  private static final int MAX_FRAMES = 8;
  private static final int BAR = 20; // characters
  private static final long LONG_NANOS = 50_000_000; // of a step whose stack is of interest
  private static final long LOOKED_AT_NANOS = 500_000_000; // if anybody could

  /// What is said of a step without a stack.
  static String notSeen(long nanos) {
    return "its stack is not known: a step is looked at once it takes 0.1 s (setSlowCallbackDuration), and "
        + (nanos < LOOKED_AT_NANOS
            ? "this one was over before"
            : "nobody came to it: the process was stopped meanwhile, or had no processor");
  }

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  private final Report report;
  private final List<String> lines = new ArrayList<>();

  private ReportText(Report report) {
    this.report = report;
  }

  /// The lines.
  ///
  /// @param zone that of the time at which it begins
  static List<String> of(Report report, ZoneId zone) {
    var text = new ReportText(report);
    text.head(zone);
    text.steps();
    text.tasks();
    return text.lines;
  }

  private void add(String line) {
    lines.add(line.stripTrailing());
  }

  // ---- the whole --------------------------------------------------------------------------------

  private void head(ZoneId zone) {
    add(Visit.plain(report.file()) + ": " + span(report, zone));
    notes(report).forEach(this::add);
    report.loops().forEach(loop -> add(Visit.plain(loop.name()) + ": " + numbers(report, loop)));
  }

  /// What was recorded, and when.
  static String span(Report report, ZoneId zone) {
    return time(report.nanos())
        + " from "
        + TIME.withZone(zone).format(report.start())
        + ", "
        + count(report.turns(), "turn")
        + ", "
        + (report.pauses() == 0
            ? "no GC pause"
            : count(report.pauses(), "GC pause") + " of " + time(report.pauseNanos()) + " in all");
  }

  /// What is wrong with it.
  static List<String> notes(Report report) {
    var notes = new ArrayList<String>();
    KeptTime kept = report.kept();
    String cut = kept == null ? null : kept.note();
    if (cut != null) {
      notes.add(cut);
    }
    if (!report.problem().isEmpty()) {
      notes.add(
          "The file is damaged, or was not ended; what follows is of its first part ("
              + Visit.plain(report.problem())
              + ").");
    }
    report.cut().forEach(step -> notes.add(heldUp(step)));
    for (Report.Loop loop : report.loops()) {
      String name = Visit.plain(loop.name());
      if (loop.isShared()) {
        notes.add("Several loops are called " + name + ": some paths may mix them up.");
      } else if (loop.missing() > 0) {
        notes.add(
            "Of "
                + name
                + (loop.missing() == 1
                    ? ", 1 turn between the first and the last one is missing"
                    : ", "
                        + number(loop.missing())
                        + " turns between the first and the last one are missing")
                + ": paths that lead to them are not complete.");
      }
    }
    return notes;
  }

  /// Who held a loop up when the recording began, or ended.
  private static String heldUp(SlowStep step) {
    var cut = Objects.requireNonNull(step.cut());
    String when =
        cut.begunBefore() && cut.goesOn()
            ? " all the time that was recorded of it, " + time(step.nanos())
            : cut.begunBefore()
                ? " when the recording began, for " + time(step.nanos()) + " from there"
                : " when the recording ended, for " + time(step.nanos()) + " up to there";
    return Visit.plain(step.loop())
        + " was held up"
        + when
        + (cut.before() > 0 ? " (and for at least " + time(cut.before()) + " before)" : "")
        + ", by "
        + (step.task() == 0 ? "" : "task ")
        + who(step.who(), step.task(), step.function())
        + ": "
        + Visit.plain(cut.doing())
        + (step.stack().isEmpty() ? "" : ", at " + Visit.plain(place(step.stack())))
        + ".";
  }

  /// The innermost frame of the program's own.
  private static String place(List<String> stack) {
    return stack.stream()
        .map(line -> line.startsWith("at ") ? line.substring(3) : line)
        .filter(TopFrame::isOfProgram)
        .findFirst()
        .orElse(stack.getFirst());
  }

  static String numbers(Report report, Report.Loop loop) {
    return count(loop.turns(), "turn")
        + ", "
        + percent(loop.busyNanos(), report.nanos())
        + " of the time, longest turn "
        + time(loop.longestNanos())
        + ", longest time ready "
        + time(loop.longestReadyNanos());
  }

  // ---- steps ------------------------------------------------------------------------------------

  private void steps() {
    if (report.steps().isEmpty()) {
      return;
    }
    add("");
    add("SLOWEST STEPS");
    int rank = 0;
    for (SlowStep step : report.steps()) {
      add(
          "%d. %s  %s, from %s%s"
              .formatted(
                  ++rank,
                  time(step.nanos()),
                  who(step.who(), step.task(), step.function()),
                  offset(step.at()),
                  onLoop(step.loop())));
      consequences(step).forEach(line -> add("   " + line));
      if (wasNotSeen(step)) {
        add("   " + notSeen(step.nanos()));
      }
      step.stack().stream().limit(MAX_FRAMES).forEach(frame -> add("     " + Visit.plain(frame)));
      if (step.stack().size() > MAX_FRAMES) {
        add("     … " + count(step.stack().size() - MAX_FRAMES, "more frame"));
      }
    }
  }

  /// Whether somebody may look for the stack of a step that has none.
  static boolean wasNotSeen(SlowStep step) {
    return step.stack().isEmpty() && step.nanos() >= LONG_NANOS;
  }

  /// What a step did to others, and others to it.
  static List<String> consequences(SlowStep step) {
    var lines = new ArrayList<String>();
    var cut = step.cut();
    if (cut != null) {
      lines.add("cut off: " + cutOff(cut) + "; " + Visit.plain(cut.doing()));
    }
    if (step.heldUp() > 0) {
      lines.add(
          (step.heldUp() == 1 ? "1 turn was" : number(step.heldUp()) + " turns were")
              + " held up by it, for "
              + time(step.heldUpNanos())
              + (step.heldUp() == 1 ? "" : " together"));
    }
    if (step.pauseNanos() > 0) {
      lines.add("the garbage collector stopped it for " + time(step.pauseNanos()));
    }
    String chain = chain(step);
    if (!chain.isEmpty()) {
      lines.add("woken by: " + chain);
    }
    return lines;
  }

  private static String cutOff(RecordedLoop.Cut cut) {
    String before =
        cut.before() > 0 ? "it had lasted for at least " + time(cut.before()) + " before" : "";
    String began = cut.begunBefore() ? "it began before the recording" : "";
    String first = before.isEmpty() ? began : before;
    return first
        + (cut.goesOn()
            ? (first.isEmpty() ? "it" : ", and") + " went on when the recording ended"
            : "");
  }

  private static String chain(SlowStep step) {
    var links = new ArrayList<String>();
    if (step.outside() != null) {
      links.add(step.outside());
    } else if (step.cut() != null && step.chain().isEmpty()) {
      links.add("what was not recorded");
    }
    int left = Math.max(0, step.chain().size() - MAX_LINKS);
    if (left > 0) {
      links.add("… " + number(left) + " more");
    }
    step.chain().stream()
        .skip(left)
        .map(link ->
            name(link.who()) + (link.count() > 1 ? " (" + number(link.count()) + " times)" : ""))
        .forEach(links::add);
    return String.join(" → ", links);
  }

  // ---- tasks ------------------------------------------------------------------------------------

  private void tasks() {
    if (report.tasks().isEmpty()) {
      return;
    }
    add("");
    add("SLOWEST TASKS");
    int rank = 0;
    for (TaskReport task : report.tasks()) {
      if (rank > 0) {
        add("");
      }
      add(
          "%d. %s  %s, from %s%s%s"
              .formatted(
                  ++rank,
                  time(task.nanos()),
                  who(task.name(), task.number(), task.function()),
                  offset(task.at()),
                  onLoop(task.loop()),
                  partly(task)));
      add("   " + shares(task));
      if (task.waitedNanos() > 0) {
        add("   waited for: " + list(task.waits(), task.nanos()));
      }
      path(task);
      add("   by cause: " + list(task.causes(), task.nanos()));
    }
    if (report.partly() > 0) {
      add("");
      add(
          "and "
              + count(report.partly(), "task")
              + (report.partly() == 1 ? " that was" : " that were")
              + " only partly recorded; --task NAME shows them");
    }
  }

  static String partly(TaskReport task) {
    if (task.isWhole()) {
      return "";
    }
    return "; only partly recorded: "
        + (task.hasFirst()
            ? "not to its end"
            : task.hasLast() ? "not from its beginning" : "neither beginning nor end");
  }

  /// What the task did itself.
  static String shares(TaskReport task) {
    long whole = task.nanos();
    long ready = task.nanos(PathKind.READY);
    long halted = task.nanos(PathKind.HALTED);
    long unknown = task.nanos(PathKind.UNKNOWN);
    TaskReport.Share behind = task.behind();
    return count(task.turns(), "step")
        + " of its own "
        + share(task.nanos(PathKind.STEP), whole)
        + "; ready, while others ran "
        + share(ready, whole)
        + (behind == null || ready == 0
            ? ""
            : ", longest behind " + name(behind.what()) + " (" + time(behind.nanos()) + ")")
        + (halted == 0 ? "" : "; ready, and nobody ran " + share(halted, whole))
        + "; waited "
        + share(task.waitedNanos(), whole)
        + (unknown == 0 ? "" : "; not recorded " + share(unknown, whole));
  }

  private static String share(long nanos, long whole) {
    return time(nanos) + (nanos == 0 ? "" : ", " + percent(nanos, whole));
  }

  /// The largest of them, and what the others are together.
  static String list(List<TaskReport.Share> shares, long whole) {
    List<TaskReport.Share> largest =
        shares.stream()
            .limit(MAX_SHARES)
            .filter(share -> share == shares.getFirst() || share.nanos() * MIN_SHARE >= whole)
            .toList();
    var texts = new ArrayList<String>();
    largest.forEach(share -> texts.add(name(share.what()) + " " + percent(share.nanos(), whole)));
    long rest = shares.stream().skip(largest.size()).mapToLong(TaskReport.Share::nanos).sum();
    if (rest > 0) {
      texts.add("the rest " + percent(rest, whole));
    }
    return String.join(", ", texts);
  }

  private void path(TaskReport task) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of("   CRITICAL PATH", "TIME", "SHARE", "", "WHO", "DID WHAT", "WHILE IT WAITED FOR"));
    PathPart.Summary summary = summary(task, MAX_PARTS);
    for (PathPart part : summary.rows()) {
      rows.add(
          List.of(
              "   " + offset(part.start() - task.path().getFirst().start()),
              time(part.nanos()),
              percent(part.nanos(), task.nanos()),
              bar(part.nanos(), task.nanos()),
              name(part.who()),
              doing(part),
              name(part.meanwhile())));
    }
    if (summary.left() > 0) {
      rows.add(
          List.of(
              "   between them",
              time(summary.leftNanos()),
              percent(summary.leftNanos(), task.nanos()),
              bar(summary.leftNanos(), task.nanos()),
              "",
              left(summary),
              ""));
    }
    PsCommand.columns(rows).forEach(this::add);
  }

  static String doing(PathPart part) {
    return part.kind() == PathKind.SHORTER
        ? "… "
            + count(part.count(), "shorter one")
            + (part.what() == null ? "" : ", mostly " + name(part.what()))
        : name(part.doing());
  }

  /// What matters of a task's path.
  static PathPart.Summary summary(TaskReport task, int max) {
    return PathPart.summary(task.path(), max, MIN_PART);
  }

  /// What does not.
  static String left(PathPart.Summary summary) {
    return "… " + count(summary.left(), "shorter one");
  }

  private static String bar(long nanos, long whole) {
    int cells = whole == 0 ? 0 : (int) Math.round((double) BAR * nanos / whole);
    return cells == 0 ? "▏" : "█".repeat(cells);
  }

  // ---- texts ------------------------------------------------------------------------------------

  private String onLoop(String loop) {
    return report.loops().size() > 1 ? ", on " + name(loop) : "";
  }

  /// A task or a callback.
  static String who(String who, int task, String function) {
    String number = task == 0 || who.equals("Task-" + task) ? "" : " #" + task;
    return name(who) + number + (function.equals(who) ? "" : " (" + name(function) + ")");
  }

  static String name(@Nullable String name) {
    String text = name == null ? "" : Visit.plain(name);
    return text.length() <= MAX_NAME ? text : text.substring(0, MAX_NAME - 1) + "…";
  }

  static String time(long nanos) {
    return Times.text(nanos / 1e9);
  }

  /// A point in time, exact enough to find it elsewhere.
  static String offset(long nanos) {
    return String.format(Locale.ROOT, "%.3f s", Math.max(0, nanos) / 1e9);
  }

  static String percent(long part, long whole) {
    return whole <= 0 ? "0 %" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String count(long number, String what) {
    return number(number) + " " + what + (number == 1 ? "" : "s");
  }
}
