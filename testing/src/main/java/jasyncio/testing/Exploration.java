package jasyncio.testing;

import jasyncio.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/// Runs a body again and again, each time with another order of events: [Explore] for those who do
/// not write a test method, or have more to say.
///
/// ```java
/// var result =
///     Exploration.of("two deposits", _ -> {
///           var account = new Account();
///           await(gather(() -> account.deposit(1), () -> account.deposit(2)));
///           assertThat(account.balance()).isEqualTo(3);
///         })
///         .level(Explore.Level.CHAOS)
///         .strategy(Explore.Strategy.EXHAUSTIVE)
///         .check();
/// assertThat(result.exhausted()).isTrue();
/// ```
///
/// It has a loop of its own for each run, and so is called where none runs. One thread only.
public final class Exploration {
  /// What is explored: a coroutine, which makes what it needs, and fails if something is wrong.
  @FunctionalInterface
  public interface Body {
    /// Runs once.
    ///
    /// @param scope what belongs to this run
    /// @throws Exception if something is wrong
    void run(TestScope scope) throws Exception;
  }

  /// What an exploration has done in which no run failed.
  ///
  /// @param runs how many there were
  /// @param exhausted whether those were all that there are: with
  ///   [EXHAUSTIVE][Explore.Strategy#EXHAUSTIVE] only
  /// @param took how long it took, in real time
  public record Result(int runs, boolean exhausted, Duration took) {}

  private static final Pattern NUMBERS =
      Pattern.compile("[0-9][^:\n]* of virtual time|@[0-9a-f]+|[0-9]+([.][0-9]+)?");
  private static final int LAST_EVENTS = 12;
  private static final int MOST_DEVIATIONS = 20; // that are told of

  private final String name;
  private final Body body;
  private Settings settings = Settings.plain();
  private int runs = 1000;
  private double seconds = 10;
  private Explore.Level level = Explore.Level.FAITHFUL;
  private Explore.Strategy strategy = Explore.Strategy.RANDOM;
  private long seed;
  private int @Nullable [] replay;

  private Exploration(String name, Body body) {
    this.name = name;
    this.body = body;
  }

  /// An exploration that has not begun.
  ///
  /// @param name for messages; and where chance begins
  /// @param body what is explored
  /// @return the exploration: 1000 runs or 10 seconds, [FAITHFUL][Explore.Level#FAITHFUL] and
  ///   [RANDOM][Explore.Strategy#RANDOM] unless told otherwise
  public static Exploration of(String name, Body body) {
    return new Exploration(
        Objects.requireNonNull(name, "name"), Objects.requireNonNull(body, "body"));
  }

  /// Those of the loops; time is virtual.
  ///
  /// @throws IllegalArgumentException if it is to be real
  Exploration settings(Settings settings) {
    if (settings.time() == TimeMode.REAL) {
      throw new IllegalArgumentException(
          "real time cannot be explored: @Explore and @OnLoop(time = REAL) exclude each other");
    }
    this.settings = settings;
    return this;
  }

  /// How many runs at most.
  ///
  /// @param runs at least 1
  /// @return this
  public Exploration runs(int runs) {
    if (runs < 1) {
      throw new IllegalArgumentException("an exploration has 1 run or more, not " + runs);
    }
    this.runs = runs;
    return this;
  }

  /// How long at most, in real time.
  ///
  /// @param seconds more than 0
  /// @return this
  public Exploration seconds(double seconds) {
    if (!(seconds > 0)) {
      throw new IllegalArgumentException("an exploration takes more than 0 s, not " + seconds);
    }
    this.seconds = seconds;
    return this;
  }

  /// What may be another way.
  ///
  /// @param level what may
  /// @return this
  public Exploration level(Explore.Level level) {
    this.level = Objects.requireNonNull(level, "level");
    return this;
  }

  /// How runs are chosen.
  ///
  /// @param strategy how
  /// @return this
  public Exploration strategy(Explore.Strategy strategy) {
    this.strategy = Objects.requireNonNull(strategy, "strategy");
    return this;
  }

  /// What chance begins with.
  ///
  /// @param seed 0 for one that comes from the name
  /// @return this
  public Exploration seed(long seed) {
    this.seed = seed;
    return this;
  }

  /// Has but one run: that which a failure has named.
  ///
  /// @param code what [ExplorationFailure#replay] gave
  /// @return this
  /// @throws IllegalArgumentException if it is no such text
  public Exploration replay(String code) {
    replay = ReplayCode.decode(code);
    return this;
  }

  // ---- one run ----------------------------------------------------------------------------------

  /// A run, and how it failed, if it did.
  ///
  /// @param besides what else was wrong when it was given up
  ///
  /// @param late whether it took too long, in real time: then it is not tried again
  record Outcome(
      Explored explored, @Nullable Throwable failure, @Nullable String besides, boolean late) {
    /// Whether it was called off: something that it assumes does not hold.
    boolean aborted() {
      return failure instanceof TestAbortedException;
    }

    /// What makes two failures the same one: the place in the program; or, if it has none, what is
    /// said, but for numbers and addresses.
    String kind() {
      var error = Objects.requireNonNull(failure);
      var inside =
          Arrays.stream(error.getStackTrace())
              .takeWhile(frame -> !frame.getClassName().equals(Exploration.class.getName()))
              .filter(frame -> !frame.getClassName().startsWith("java."))
              .toList();
      var places = WaitGraph.withoutHarness(inside);
      return error.getClass().getName()
          + (places.isEmpty()
              ? ": "
                  + NUMBERS
                      .matcher(
                          String.valueOf(error.getMessage())
                              .lines()
                              .limit(2)
                              .collect(Collectors.joining("\n")))
                      .replaceAll("#")
              : " at " + places.getFirst());
    }
  }

  private Outcome run(Choices choices) {
    return run(choices, Explored.IN_SILENCE);
  }

  /// @param turns how many there will be, to be told of in words; or [Explored#IN_SILENCE]
  private Outcome run(Choices choices, int turns) {
    var explored = new Explored(name, choices, level, strategy, turns);
    var test = new TestRun(name, settings, false, explored);
    Throwable failure = null;
    String besides = null;
    try {
      test.run(
          name,
          () -> {
            body.run(test.scope());
            return true;
          });
    } catch (Throwable e) {
      failure = e;
    }
    explored.end();
    try {
      test.finish();
    } catch (Throwable e) {
      if (failure == null) {
        failure = e;
      } else {
        failure.addSuppressed(e);
        besides = test.verdict() == null ? null : e.getMessage();
      }
    }
    return new Outcome(explored, failure, besides, test.isLate());
  }

  // ---- all runs ---------------------------------------------------------------------------------

  /// Runs the body until it fails, or enough has been tried. A run that an assumption calls off has
  /// neither passed nor failed.
  ///
  /// @return what has been done
  /// @throws ExplorationFailure if a run failed
  /// @throws TestAbortedException if an assumption does not hold in the plain run, or the one that
  ///   is replayed
  /// @throws IllegalStateException if a loop runs here
  public Result check() {
    if (EventLoop.running() != null) {
      throw new IllegalStateException(
          "an exploration runs loops of its own, and so not inside of another: call it in a plain"
              + " @Test");
    }
    long began = System.nanoTime();
    long end = began + (long) (seconds * 1e9);
    if (replay != null) {
      runFirst(replay, began);
      return new Result(1, false, took(began));
    }
    var plain = runFirst(Choices.NOBODY, began);
    var pickers = Pickers.of(strategy, seed != 0 ? seed : name.hashCode() * 0x9e3779b97f4a7c15L);
    pickers.ran(plain);
    int done = 1;
    while (done < runs && System.nanoTime() < end) {
      var picker = pickers.next();
      if (picker == null) {
        return new Result(done, true, took(began));
      }
      var outcome = run(new Choices(picker));
      done++;
      if (outcome.failure != null && !outcome.aborted()) {
        throw found(outcome, plain, done, began);
      }
      pickers.ran(outcome.explored);
    }
    return new Result(done, pickers.next() == null, took(began));
  }

  private Explored runFirst(int[] choices, long began) {
    var outcome = run(Choices.of(choices));
    if (outcome.failure instanceof TestAbortedException e) {
      throw e;
    } else if (outcome.failure != null) {
      throw failure(outcome, outcome, 1, 1, began, null);
    }
    return outcome.explored;
  }

  private static Duration took(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private ExplorationFailure found(Outcome first, Explored plain, int number, long began) {
    if (first.late) {
      return failure(first, first, number, 0, began, null);
    }
    var again = run(Choices.of(first.explored.choices().values()));
    var difference = first.explored.difference(again.explored);
    if (difference == null && again.failure == null) {
      difference = "it passed";
    }
    if (difference != null) {
      difference = "run again with the same choices, " + difference;
      return failure(first, first, number, 1, began, difference);
    }
    var shrinker = new Shrinker(choices -> run(choices), plain, first);
    var smallest = shrinker.smallest();
    if (!smallest.late && isPlain(smallest)) {
      difference = "the plain order of events passed in run 1, and fails now";
      return failure(first, first, number, shrinker.runs(), began, difference);
    }
    return failure(first, smallest, number, shrinker.runs(), began, null);
  }

  private static boolean isPlain(Outcome outcome) {
    return Shrinker.trimmed(outcome.explored.choices().values()).length == 0;
  }

  // ---- what is said -----------------------------------------------------------------------------

  private ExplorationFailure failure(
      Outcome first,
      Outcome smallest,
      int number,
      int shrinking,
      long began,
      @Nullable String difference) {
    var values = Shrinker.trimmed(smallest.explored.choices().values());
    boolean again = difference == null && !smallest.late;
    var words = again ? run(Choices.of(values), smallest.explored.turns()) : smallest;
    var cause = words.failure != null ? words.failure : Objects.requireNonNull(smallest.failure);
    var code = ReplayCode.encode(values);
    var text = new StringBuilder(name);
    if (replay != null) {
      text.append(" failed when it was replayed");
    } else {
      text.append(" failed in run ").append(number);
      text.append(number > 1 ? " of " + runs : ", the plain one");
    }
    text.append(" (").append(VirtualTime.text(took(began).toMillis() * 1_000_000)).append("): ");
    text.append(cause);
    if (words.besides != null) {
      text.append("\n").append(words.besides);
    }
    if (difference != null) {
      text.append("\n  NOT DETERMINISTIC: ")
          .append(difference)
          .append(
              ".\n  Usual suspects: what is kept from run to run, in static fields or those of the"
                  + " test's object; the order of a HashMap or HashSet of objects without a hashCode"
                  + " of their own; random numbers; the clock on the wall; threads that the loop does"
                  + " not know of.");
    } else {
      text.append("\n  replay:  @Replay(\"").append(code).append("\")");
      int before = Shrinker.deviations(first.explored.choices().values());
      if (before > Shrinker.deviations(values)) {
        text.append("    shrunk from ").append(before).append(" deviations to ");
        text.append(Shrinker.deviations(values)).append(" in ").append(shrinking).append(" runs");
      }
      text.append(
          smallest.late
              ? "\n  what it takes: not looked for, as each run would take as long"
              : words.explored.deviations().isEmpty()
                  ? "\n  what it takes: nothing, it is the plain order of events"
                  : "\n  what it takes:");
      int i = 1;
      var deviations = words.explored.deviations();
      for (var deviation : deviations.subList(0, Math.min(deviations.size(), MOST_DEVIATIONS))) {
        text.append("\n    ").append(i++).append(". ").append(deviation);
      }
      if (deviations.size() > MOST_DEVIATIONS) {
        text.append("\n    and ").append(deviations.size() - MOST_DEVIATIONS).append(" more");
      }
      var events = words.explored.events();
      text.append("\n  the last events:");
      for (var event : events.subList(Math.max(0, events.size() - LAST_EVENTS), events.size())) {
        text.append("\n    ").append(event);
      }
      var file = write(text, events, code);
      if (file != null) {
        text.append("\n  full trace: ").append(file);
      }
    }
    return new ExplorationFailure(
        text.toString(), cause, code, words.explored.deviations(), number);
  }

  /// Where the whole trace lies, if it could be written.
  private @Nullable Path write(CharSequence text, List<String> events, String code) {
    try {
      var file =
          traces().resolve(name.replaceAll("[^A-Za-z0-9_.-]+", "-") + "-" + hash(code) + ".txt");
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text + "\n\nall events:\n" + String.join("\n", events) + "\n");
      return file;
    } catch (IOException | SecurityException e) {
      Watchdog.LOGGER.log(System.Logger.Level.WARNING, "cannot write the trace of a run", e);
      return null;
    }
  }

  private static String hash(String code) {
    return Integer.toHexString(code.hashCode());
  }

  private static Path traces() {
    for (var place : List.of("target", "build")) {
      if (Files.isDirectory(Path.of(place))) {
        return Path.of(place, "jasyncio");
      }
    }
    return Path.of(System.getProperty("java.io.tmpdir"), "jasyncio");
  }
}
