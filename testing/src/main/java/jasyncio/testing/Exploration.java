package jasyncio.testing;

import jasyncio.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

  /// As many runs as there is time for.
  static final int UNLIMITED = Integer.MAX_VALUE;

  private static final int REPLAYED = 0; // in place of the number of a run

  private static final Pattern NUMBERS =
      Pattern.compile("[0-9][^:\n]* of virtual time|@[0-9a-f]+|[0-9]+([.][0-9]+)?");

  private final String name;
  private final Body body;
  private Settings settings = Settings.plain();
  private int runs = 1000;
  private double seconds = 10;
  private Explore.Level level = Explore.Level.FAITHFUL;
  private Explore.Strategy strategy = Explore.Strategy.RANDOM;
  private long seed;
  private boolean simulated;
  private final Properties properties = new Properties();
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

  /// Has each run in a world of its own: see [TestScope#simulation()].
  ///
  /// @return this
  public Exploration simulated() {
    simulated = true;
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
  /// @param late whether it took too long, in real time: then it is not tried again
  record Outcome(
      Explored explored, @Nullable Throwable failure, @Nullable String besides, boolean late) {
    /// What was chosen, without the plain choices at the end, which need not be said.
    int[] choices() {
      return Shrinker.trimmed(explored.choices().values());
    }

    /// Whether something is wrong. It is not if the run was called off, as something that it
    /// assumes does not hold.
    boolean failed() {
      return failure != null && !(failure instanceof TestAbortedException);
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

  /// Has a run once more, told of in words.
  private Outcome inWords(Outcome outcome) {
    return run(Choices.of(outcome.choices()), outcome.explored.turns());
  }

  /// @param turns how many there will be, to be told of in words; or [Explored#IN_SILENCE]
  Outcome run(Choices choices, int turns) {
    var explored = new Explored(name, choices, level, strategy, turns);
    var test =
        new TestRun(
            name,
            settings,
            false,
            explored,
            simulated ? new SimulatedWorld(explored, properties) : null);
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

  // ---- for campaigns ----------------------------------------------------------------------------

  /// A run with these choices, and plain ones after them.
  Outcome runWith(int[] choices) {
    return run(Choices.of(choices));
  }

  /// A search for more, after the plain run.
  Search search(Outcome plain) {
    return new Search(plain.explored, System.nanoTime());
  }

  /// What is said of a run that was asked for, and failed.
  ExplorationFailure found(Outcome outcome) {
    return found(outcome, null, outcome.choices().length == 0 ? 1 : REPLAYED, System.nanoTime());
  }

  /// What happened in a run, in words.
  List<String> events(Outcome outcome) {
    return inWords(outcome).explored.events();
  }

  /// What has to be so in some run, and whether it was, in those that there were.
  Map<String, Boolean> properties() {
    return properties.all();
  }

  // ---- all runs ---------------------------------------------------------------------------------

  /// Runs the body until it fails, or enough has been tried. A run that an assumption calls off has
  /// neither passed nor failed.
  ///
  /// @return what has been done
  /// @throws ExplorationFailure if a run failed
  /// @throws AssertionError if something that had to be so in some run of a
  ///   [simulation][Simulation] was so in none
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
    var search = new Search(runFirst(Choices.NOBODY, began), began);
    while (search.done < runs && System.nanoTime() < end) {
      var outcome = search.next();
      if (outcome == null) {
        return result(search.done, true, began);
      } else if (outcome.failed()) {
        throw search.found(outcome);
      }
    }
    return result(search.done, search.pickers.next() == null, began);
  }

  /// The runs of an exploration, one after the other, after the plain one.
  final class Search {
    private final Explored plain;
    private final long began;
    private final Pickers pickers =
        Pickers.of(strategy, seed != 0 ? seed : name.hashCode() * 0x9e3779b97f4a7c15L);
    private int done = 1;

    private Search(Explored plain, long began) {
      this.plain = plain;
      this.began = began;
      pickers.ran(plain);
    }

    /// The next run; `null` if there is no other.
    @Nullable Outcome next() {
      var picker = pickers.next();
      if (picker == null) {
        return null;
      }
      var outcome = run(new Choices(picker));
      done++;
      if (!outcome.failed()) {
        pickers.ran(outcome.explored);
      }
      return outcome;
    }

    /// What is said of the run that was last.
    ExplorationFailure found(Outcome outcome) {
      return Exploration.this.found(outcome, plain, done, began);
    }
  }

  private Result result(int done, boolean exhausted, long began) {
    var missing = properties.missing();
    if (!missing.isEmpty()) {
      throw new AssertionError(
          name
              + ": "
              + String.join(", ", missing)
              + (missing.size() == 1 ? " was" : " were")
              + " so in none of "
              + done
              + (done == 1 ? " run" : " runs")
              + "; more of them, other faults, or another level may get there");
    }
    return new Result(done, exhausted, took(began));
  }

  private Explored runFirst(int[] choices, long began) {
    var outcome = run(Choices.of(choices));
    if (outcome.failure instanceof TestAbortedException e) {
      throw e;
    } else if (outcome.failure != null) {
      throw found(outcome, null, 1, began);
    }
    return outcome.explored;
  }

  private static Duration took(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /// Sees that a failure is none of chance, and shrinks it.
  ///
  /// @param plain the run in which nothing deviates; `null` if the one that failed is not to be
  ///   shrunk: it is that itself, or was asked for
  private ExplorationFailure found(
      Outcome first, @Nullable Explored plain, int number, long began) {
    if (first.late) {
      return report(number, began, first).ofALateOne();
    }
    var told = inWords(first);
    var difference = plain == null ? null : first.explored.difference(told.explored);
    int shrinking = 0;
    if (plain != null && difference == null && told.failed()) {
      var shrinker = new Shrinker(choices -> run(choices), plain, first);
      var smallest = shrinker.smallest();
      shrinking = shrinker.runs();
      told = smallest == first ? told : inWords(smallest);
    }
    if (difference == null && !told.failed()) {
      difference = "it passed";
    }
    if (difference != null) {
      difference = "run again with the same choices, " + difference;
    } else if (plain != null && told.choices().length == 0) {
      difference = "the plain order of events passed in run 1, and fails now";
    }
    return difference != null
        ? report(number, began, first).ofChance(difference)
        : report(number, began, told).ofOrder(Shrinker.deviations(first.choices()), shrinking);
  }

  private FailureReport report(int number, long began, Outcome outcome) {
    var which =
        replay != null || number == REPLAYED
            ? "when it was replayed"
            : "in run "
                + number
                + (number == 1 ? ", the plain one" : runs == UNLIMITED ? "" : " of " + runs);
    return new FailureReport(name, number, which, took(began), outcome);
  }
}
