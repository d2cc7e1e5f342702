package jasyncio.cli;

import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `jasyncio top`: what keeps the loops of a running program busy, again and again.
@Command(
    name = "top",
    customSynopsis = "jasyncio top [OPTION]... PID",
    sortOptions = false,
    descriptionHeading = "%n",
    description = {
      "Show once a second what keeps a running program busy.",
      "",
      "Of each event loop it says how late it is, which functions and tasks have it",
      "for how long, slow steps, the longest waits, what most tasks wait for, and the",
      "oldest tasks that nobody awaits. The loop that is shown first stays there",
      "while it lives.",
      "",
      "While it looks, the program takes the time of each step. q or Ctrl-C ends it.",
      "Where the output is no terminal, or TERM is dumb or not set, frames follow",
      "each other, until --count is reached.",
    },
    parameterListHeading = "%nArguments:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Examples:",
      "  jasyncio top 4711",
      "  jasyncio top --count 1 --interval 10 4711",
    })
final class TopCommand implements JasyncioCommand.Subcommand {
  private static final String NAME = "jasyncio top";
  private static final int MAX_SECONDS = 3600;
  private static final String PERCENT = "20"; // of a loop's time, while it looks at its tasks
  private static final int GLANCE_MILLIS = 100; // at the keyboard, and whether Ctrl-C has come
  private static final int PLAIN_WIDTH = 160; // where nobody knows how much fits
  private static final int USUAL_WIDTH = 80; // of a terminal that does not say it
  private static final int NARROW = 60;

  @Option(
      names = "--interval",
      order = 1,
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "Measure for so long each time (default: 1).")
  private double interval;

  @Option(
      names = "--count",
      order = 2,
      paramLabel = "N",
      description = "Show so many measurements, and end.")
  private @Nullable Integer count;

  @Mixin private LoopFilter filter = new LoopFilter();

  @Mixin private VisitOptions options = new VisitOptions();

  private volatile boolean leaves; // Ctrl-C

  private TopCommand() {}

  @Override
  public int execute() throws Throwable {
    if (!(interval > 0 && interval <= MAX_SECONDS)) {
      throw UsageMistake.in(
          NAME, "--interval is more than 0, and at most an hour; not " + interval);
    } else if (count != null && count < 1) {
      throw UsageMistake.in(NAME, "--count is 1 or more, not " + count);
    }
    try (Visit visit = options.visit(NAME)) {
      var loops = new TopLoops(filter);
      JsonObject first = Visit.parse(NAME, ask(visit)); // the measurement begins
      filter.check(first, NAME); // it may end later
      loops.arrange(first);
      if (options.json || !Repl.isTerminal() || isDumb(System.getenv("TERM"))) {
        print(visit, loops);
      } else {
        show(visit, loops);
      }
    }
    return ExitStatus.OK;
  }

  /// Whether a terminal of this kind cannot be written over; `null` if its kind is not known.
  static boolean isDumb(@Nullable String kind) {
    return kind == null ? File.separatorChar == '/' : kind.startsWith(Terminal.TYPE_DUMB);
  }

  private String ask(Visit visit) throws CommandException {
    return options.ask(visit, NAME, "measure", Map.of("percent", PERCENT));
  }

  private void print(Visit visit, TopLoops loops) throws CommandException, InterruptedException {
    for (int i = 0; count == null || i < count; i++) {
      Thread.sleep(Duration.ofNanos(Math.round(interval * 1e9)));
      JsonObject found = loops.arrange(Visit.parse(NAME, ask(visit)));
      if (options.json) {
        System.out.println(found);
      } else {
        System.out.println(
            (i == 0 ? "" : "\n") + String.join("\n", loops.lines(found, PLAIN_WIDTH)));
      }
      if (System.out.checkError()) {
        return; // nobody reads any more
      }
    }
  }

  private void show(Visit visit, TopLoops loops) throws CommandException, IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).nativeSignals(true).build()) {
      Attributes before = terminal.enterRawMode();
      var screen = new Thread(() -> leaveScreen(terminal, before), "jasyncio-top-end");
      Runtime.getRuntime().addShutdownHook(screen); // if somebody kills it
      terminal.handle(Terminal.Signal.INT, _ -> leaves = true);
      terminal.puts(Capability.enter_ca_mode);
      terminal.puts(Capability.cursor_invisible);
      try {
        show(visit, loops, terminal);
      } finally {
        leaveScreen(terminal, before);
        Runtime.getRuntime().removeShutdownHook(screen);
      }
    }
  }

  private static void leaveScreen(Terminal terminal, Attributes before) {
    terminal.puts(Capability.cursor_normal);
    terminal.puts(Capability.exit_ca_mode);
    terminal.flush();
    terminal.setAttributes(before);
  }

  private void show(Visit visit, TopLoops loops, Terminal terminal)
      throws CommandException, IOException {
    var display = new Display(terminal, true);
    for (int i = 0; count == null || i < count; i++) {
      if (isToEnd(terminal)) {
        return;
      }
      JsonObject found = loops.arrange(Visit.parse(NAME, ask(visit)));
      int width = terminal.getWidth() > 0 ? terminal.getWidth() : USUAL_WIDTH;
      int height = Math.max(terminal.getHeight(), 5);
      display.resize(height, width);
      var lines = new ArrayList<AttributedString>(); // which the display may change
      fitting(loops.lines(found, width), width).stream()
          .limit(height)
          .map(line ->
              line.isEmpty() ? " " : line) // of nothing JLine makes a character that is none
          .forEach(line -> lines.add(new AttributedString(line)));
      display.update(lines, -1);
    }
  }

  /// Says that a terminal is too narrow, as what is cut off may be what matters.
  static List<String> fitting(List<String> lines, int width) {
    if (width >= NARROW) {
      return lines;
    }
    var all = new ArrayList<String>();
    String note = width + " columns are too few, so lines are cut";
    all.add(note.substring(0, Math.min(width, note.length())));
    all.addAll(lines);
    return all;
  }

  /// Waits until it is time to look again, or somebody wants to leave.
  private boolean isToEnd(Terminal terminal) throws IOException {
    long end = System.nanoTime() + Math.round(interval * 1e9);
    for (long left; !leaves && (left = end - System.nanoTime()) > 0; ) {
      int key = terminal.reader().read(Math.clamp(left / 1_000_000, 1, GLANCE_MILLIS));
      if (key == 'q' || key == 'Q' || key == 4 || key == NonBlockingReader.EOF) { // Ctrl-D
        return true;
      }
    }
    return leaves;
  }
}
