package jasyncio.cli;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Watches a running program for whoever looks at it: all pages of [WebServer] share two visits,
/// one that measures, and one that looks at all tasks, which may take longer.
///
/// While somebody looks, it is measured once a second, and the last minute is kept. While nobody
/// does, the visits are over, and so nothing is measured there.
///
/// Any thread may call the methods.
final class ProgramWatch implements AutoCloseable {
  private static final String NAME = "jasyncio web";
  private static final long SILENCE_MILLIS = 3_000; // a loop that is held up takes less
  // What a loop spares of its time, and for how long. A measurement looks at few tasks, and so it
  // takes
  // much less over the second until the next; it may not be late.
  private static final Map<String, String> MEASURED = Map.of("percent", "20");
  private static final Map<String, String> SOON = Map.of("percent", "10", "millis", "500");
  private static final Map<String, String> WHOLE = Map.of("percent", "3", "millis", "4000");
  private static final long ATTENTION_MILLIS = 10_000; // so long after a page has asked

  private final String program;
  private final long patience;
  private final long silence; // milliseconds after which the program as a whole does not answer
  private final Answers.Source source;
  private final LongSupplier clock; // nanoseconds

  private final CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();

  private final Questions measuring = new Questions();
  private final Questions looking = new Questions();

  // The rest is guarded by this, which is never held for long.
  private final Map<String, LoopPast> loops = new LinkedHashMap<>();
  private long sequence; // of rounds
  private long pid; // 0: not known yet
  private @Nullable Long lookedAt; // milliseconds
  private Runnable attention = () -> {};
  private @Nullable Long measuringSince; // milliseconds
  private @Nullable String problem;
  private @Nullable String ended;

  /// Creates a watch; nobody looks yet.
  ///
  /// @param program what the program is called
  /// @param patience milliseconds after which a loop is held up
  ProgramWatch(String program, long patience, Answers.Source source, LongSupplier clock) {
    this.program = program;
    this.patience = patience;
    this.silence = SILENCE_MILLIS + 2 * patience;
    this.source = source;
    this.clock = clock;
  }

  private long millis() {
    return NANOSECONDS.toMillis(clock.getAsLong());
  }

  /// What is to be done when somebody begins to look: a [#tick] on another thread.
  synchronized void onAttention(Runnable attention) {
    this.attention = attention;
  }

  /// Asks a question that is answered soon.
  ///
  /// @throws CommandException if the program cannot be entered
  /// @throws IOException if it has ended
  String ask(String question, Map<String, @Nullable String> values)
      throws CommandException, IOException {
    return measuring.ask(question, values);
  }

  /// Asks a question about all tasks, for which a loop spares a few percent of its time.
  ///
  /// @param soon after half a second it is enough what has been seen, else after some seconds
  /// @throws CommandException if the program cannot be entered
  /// @throws IOException if it has ended
  String askForAll(String question, Map<String, @Nullable String> values, boolean soon)
      throws CommandException, IOException {
    var all = new LinkedHashMap<String, @Nullable String>(values);
    all.put("brief", "1");
    all.putAll(soon ? SOON : WHOLE);
    return looking.ask(question, all);
  }

  /// A visit, in which one question follows the other.
  private final class Questions {
    private @Nullable Answers answers; // guarded by this

    synchronized String ask(String question, Map<String, @Nullable String> values)
        throws CommandException, IOException {
      var all = new LinkedHashMap<String, @Nullable String>(values);
      all.put("patience", Long.toString(patience));
      if (answers == null) {
        answers = source.open();
      }
      try {
        return answers.ask(question, all);
      } catch (IOException e) {
        leave();
        throw e;
      }
    }

    synchronized boolean haveBegun() {
      return answers != null;
    }

    synchronized void leave() {
      if (answers != null) {
        try {
          answers.close();
        } catch (IOException e) {
          // The program has closed it before.
        }
        answers = null;
      }
    }
  }

  private void leave() {
    measuring.leave();
    looking.leave();
  }

  /// Makes a measurement if somebody looks, else ends the visit; is to be called once a second.
  void tick() {
    if (!isLookedAt()) {
      leave();
      return;
    }
    setMeasuringSince(millis());
    try {
      add(Visit.parse(NAME, ask("measure", new LinkedHashMap<>(MEASURED))));
    } catch (CommandException | IOException | JsonParseException e) {
      tell(sentence(e));
      if (e instanceof CommandException && !measuring.haveBegun()) {
        gone.complete(null);
      }
    } finally {
      setMeasuringSince(null);
    }
  }

  private synchronized void setMeasuringSince(@Nullable Long since) {
    measuringSince = since;
  }

  /// Whether a page has asked in the last seconds.
  synchronized boolean isLookedAt() {
    return lookedAt != null && millis() - lookedAt <= ATTENTION_MILLIS;
  }

  /// Is done once somebody wanted to look, and could not enter the program.
  CompletableFuture<@Nullable Void> gone() {
    return gone;
  }

  /// What went wrong, for a page: that says itself who speaks.
  static String sentence(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("there is no question")
        ? "the program has an older jasyncio, which cannot be measured"
        : message.replaceFirst("^" + NAME + ": ", "");
  }

  private synchronized void tell(String problem) {
    this.problem = problem;
  }

  private synchronized void add(JsonObject answer) {
    problem = null;
    sequence++;
    pid = answer.get("pid").getAsLong();
    long now = millis();
    List<JsonObject> running = PsCommand.objects(answer, "loops");
    for (JsonObject loop : running) {
      loops.computeIfAbsent(loop.get("name").getAsString(), LoopPast::new).add(sequence, now, loop);
    }
    loops
        .values()
        .removeIf(past -> past.isOver(now) || (!running.isEmpty() && past.wasMomentary(sequence)));
  }

  /// Remembers that the program has ended; `sentence` says so.
  synchronized void end(String sentence) {
    ended = sentence;
  }

  /// What is to be shown now, as JSON; counts as a look.
  ///
  /// @param since the round up to which the page has points and slow steps
  /// @param window what is hottest is looked for in so many of the last seconds
  synchronized String now(long since, double window) {
    long now = millis();
    if (ended == null && !isLookedAt()) {
      attention.run();
    }
    lookedAt = now;
    var answer = new JsonObject();
    answer.addProperty("pid", pid);
    answer.addProperty("program", program);
    answer.addProperty("sequence", sequence);
    answer.addProperty("now", now);
    if (ended != null) {
      answer.addProperty("ended", ended);
    } else if (measuringSince != null && now - measuringSince > silence) {
      answer.addProperty(
          "problem",
          "the program has not answered for %d s".formatted((now - measuringSince) / 1000));
    } else if (problem != null) {
      answer.addProperty("problem", problem);
    }
    var described = new JsonArray();
    loops
        .values()
        .forEach(past -> described.add(past.describe(sequence, since, Math.round(window * 1e3))));
    answer.add("loops", described);
    return answer.toString();
  }

  /// Ends the visit.
  @Override
  public void close() {
    leave();
  }
}
