package jasyncio.testing;

import jasyncio.Action;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.internal.base.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Cancels a coroutine everywhere: runs a scenario again and again, and each time cancels its
/// victim at another moment.
///
/// ```java fragment
/// jasyncio.testing.CancelEverywhere.of(
///         scenario -> {
///           var lock = new jasyncio.sync.Lock();
///           scenario.other(() -> lock.run(() -> sleep(1)));
///           scenario.victim(() -> lock.run(() -> sleep(1)));
///           scenario.other(() -> lock.run(() -> sleep(1)));
///           scenario.invariant(
///               () -> {
///                 if (lock.locked()) throw new AssertionError("is left locked");
///               });
///         })
///     .check();
/// ```
///
/// A moment is before each turn of the loop, and each time when all wait for time to pass. In
/// between nothing changes, so these are all there are: before the victim begins; at each place
/// where it is suspended; and there also when its wake-up is queued but others of the same batch
/// come first, and when it is the next to go on. It is the test that finds lost wake-ups, and what
/// is left locked, open or counted when a task is cancelled.
///
/// In each run, on a loop of its own, the *scenario* makes what it needs, and says who takes part.
/// These run until all are done, in virtual time; then nobody may be left, the victim must have
/// been cancelled indeed, and the *invariant* must hold. Nothing else may be left either: no timer,
/// no watched channel, no open stream or generator, and no error that was told to the loop's
/// exception handler.
///
/// A run must be the same each time up to the moment when it is disturbed, so its network should be
/// [MemoryStreams], and its calls in threads go to the loop's executor, where they are made one by
/// one, each when nothing else can run. An instance is immutable; any thread that runs no loop.
public final class CancelEverywhere {
  /// What is done to the victim. The first four are tried unless [#ways] says otherwise.
  public enum Way {
    /// It is cancelled, and must end so.
    ONCE,
    /// It is cancelled two times in a row.
    TWICE,
    /// It is cancelled, and again at the next moment: in the middle of its clean-up, say.
    AGAIN,
    /// A [time limit][jasyncio.Asyncio#timeout] around it is over: the cancellation comes at the
    /// end of what is ready, and is taken back by the limit.
    TIME_OUT,
    /// It is cancelled, takes that back, and begins the same body again: that must succeed. For
    /// bodies that can be run twice.
    GO_ON,
    /// Not the victim is cancelled but the others, each in turn. Nobody need come to an end by
    /// themselves: what is left is cancelled, and then the invariant must hold.
    OTHERS
  }

  /// Makes what is needed, and says who takes part. A coroutine; the tasks begin when it is over.
  @FunctionalInterface
  public interface SetUp {
    /// Is called once in each run.
    ///
    /// @param scenario this run
    /// @throws Exception whatever goes wrong
    void accept(Scenario scenario) throws Exception;
  }

  /// One run of a scenario. Used on its loop's thread.
  public sealed interface Scenario permits CancelRun {
    /// Says who is cancelled: must be called once.
    ///
    /// @param body what the victim does
    /// @throws IllegalStateException if there is a victim already, or the set-up is over
    void victim(Action<?> body);

    /// Adds a task that must come to its end whatever happens to the victim. Tasks begin in the
    /// order in which they were named, the victim among them.
    ///
    /// @param body what it does
    /// @throws IllegalStateException if the set-up is over
    void other(Action<?> body);

    /// Adds a task that need not end by itself, such as a server: it is cancelled when all others
    /// are done.
    ///
    /// @param body what it does
    /// @throws IllegalStateException if the set-up is over
    void background(Action<?> body);

    /// Says what must hold in the end, whatever happened; a coroutine. Several are checked in their
    /// order.
    ///
    /// @param check fails if it does not hold
    void invariant(Action<?> check);

    /// {@return what is done in this run}
    Way way();

    /// {@return whether the victim has begun, and so may have taken something}
    boolean begun();

    /// {@return whether the victim has come to the end of its body: in time, not cancelled}
    boolean succeeded();
  }

  /// What went wrong in one run.
  ///
  /// @param position at which moment it was disturbed
  /// @param what in words; the same for the same mistake
  /// @param where when that was
  record Fault(Way way, int position, String what, String where, @Nullable Throwable cause) {
    boolean isUndisturbed() {
      return where.equals(CancelRun.UNDISTURBED);
    }
  }

  /// All faults of several runs.
  record Faults(int runs, int runsThatFailed, List<Fault> list) {}

  /// What it consists of.
  ///
  /// @param limitSeconds how long a run may take in real time
  record Options(
      SetUp setUp,
      Set<Way> ways,
      Predicate<? super ErrorContext> expected,
      long patienceNanos,
      double limitSeconds) {}

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final double LIMIT_SECONDS = 60;
  private static final int MAX_POSITIONS = 10_000;
  private static final int MAX_PLACES = 6; // that are told of

  private final Options options;

  private CancelEverywhere(Options options) {
    this.options = options;
  }

  /// A scenario, to be disturbed in the first four [ways][Way].
  ///
  /// @param setUp makes what is needed, and says who takes part
  /// @return what checks it
  public static CancelEverywhere of(SetUp setUp) {
    return new CancelEverywhere(
        new Options(
            Objects.requireNonNull(setUp, "setUp"),
            EnumSet.of(Way.ONCE, Way.TWICE, Way.AGAIN, Way.TIME_OUT),
            _ -> false,
            PATIENCE_NANOS,
            LIMIT_SECONDS));
  }

  /// Cancels `body` everywhere, and checks each time that `invariant` holds: a scenario of one. The
  /// body makes what belongs to a loop itself, as each run has another one.
  ///
  /// @param body what is cancelled; a coroutine
  /// @param invariant fails if it does not hold; a coroutine
  /// @throws AssertionError with everything that went wrong
  /// @throws IllegalStateException if a loop runs here
  public static void cancelEverywhere(Action<?> body, Action<?> invariant) {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(invariant, "invariant");
    of(
            scenario -> {
              scenario.victim(body);
              scenario.invariant(invariant);
            })
        .check();
  }

  /// Says what is done to the victim.
  ///
  /// @param wanted all that is done
  /// @return the same scenario, disturbed in those ways
  /// @throws IllegalArgumentException if there are none
  public CancelEverywhere ways(Way... wanted) {
    if (wanted.length == 0) {
      throw new IllegalArgumentException("at least one way is needed");
    }
    return new CancelEverywhere(
        new Options(
            options.setUp,
            EnumSet.copyOf(List.of(wanted)),
            options.expected,
            options.patienceNanos,
            options.limitSeconds));
  }

  /// Says which errors may be told to the loop's exception handler.
  ///
  /// @param reports which ones are no fault
  /// @return the same scenario, in which they are none
  public CancelEverywhere expecting(Predicate<? super ErrorContext> reports) {
    Objects.requireNonNull(reports, "reports");
    return new CancelEverywhere(
        new Options(
            options.setUp, options.ways, reports, options.patienceNanos, options.limitSeconds));
  }

  /// Says how long, in real time, other threads and watched channels are waited for while nothing
  /// else can happen: 2 s unless it is said. Where a timer could have its turn, channels are given
  /// a quarter of it.
  ///
  /// @param seconds how long; 0 if nobody else takes part, even if somebody could
  /// @return the same scenario, with that patience
  /// @throws IllegalArgumentException if it is negative or not a number
  public CancelEverywhere patience(double seconds) {
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException("patience must be 0 s or more, not " + seconds);
    }
    return new CancelEverywhere(
        new Options(
            options.setUp,
            options.ways,
            options.expected,
            (long) (seconds * 1e9),
            options.limitSeconds));
  }

  /// Says how long other threads and watched channels are waited for.
  ///
  /// @param duration how long
  /// @return the same scenario, with that patience
  /// @throws IllegalArgumentException if it is negative
  public CancelEverywhere patience(Duration duration) {
    return patience(Durations.seconds(duration, "duration"));
  }

  /// The same scenario, of which a run may take so long in real time.
  CancelEverywhere limit(double seconds) {
    return new CancelEverywhere(
        new Options(options.setUp, options.ways, options.expected, options.patienceNanos, seconds));
  }

  /// Runs the scenario, once as it is and then disturbed at every moment in every way.
  ///
  /// A run that takes a minute of real time, because something blocks the loop or computes, is
  /// interrupted, told of, and the last one.
  ///
  /// @throws AssertionError with everything that went wrong, and where the victim was then
  /// @throws IllegalStateException if a loop runs here, or the scenario names no victim, or for
  ///   [Way#OTHERS] alone no others
  public void check() {
    var faults = faults();
    if (!faults.list.isEmpty()) {
      throw failure(faults);
    }
  }

  /// Everything that goes wrong.
  Faults faults() {
    if (EventLoop.running() != null) {
      throw new IllegalStateException(
          "cancelEverywhere runs loops of its own, and so not inside of another: call it in a plain"
              + " @Test");
    }
    var found = new ArrayList<Fault>();
    var undisturbed = run(Way.ONCE, CancelRun.NEVER, 0, false);
    found.addAll(undisturbed.drive());
    if (!found.isEmpty()) {
      return new Faults(1, 1, found);
    }
    int runs = 1;
    int failed = 0;
    for (var way : options.ways) {
      int targets = way == Way.OTHERS ? undisturbed.others() : 1;
      for (int target = 0; target < targets; target++) {
        boolean more = true;
        for (int position = 0; more; position++) {
          if (position == MAX_POSITIONS) {
            throw new IllegalStateException(
                "the scenario has more than " + MAX_POSITIONS + " moments; make it shorter");
          }
          var run = run(way, position, target, false);
          var faults = run.drive();
          runs++;
          if (run.isLate()) { // others may take as long
            found.addAll(faults);
            return new Faults(runs, failed + 1, found);
          }
          if (!faults.isEmpty()) {
            found.addAll(tellingWhere(faults, way, position, target));
            failed++;
          }
          more = run.wasDisturbed(); // else it was done before: later is no different
        }
      }
    }
    if (runs == 1) {
      throw new IllegalStateException(
          "the scenario names nobody who could be cancelled: way OTHERS needs a"
              + " scenario.other(...)");
    }
    return new Faults(runs, failed, found);
  }

  private CancelRun run(Way way, int position, int target, boolean telling) {
    return new CancelRun(options, way, position, target, telling);
  }

  /// Has it go wrong once more, and looks where the victim is.
  private List<Fault> tellingWhere(List<Fault> faults, Way way, int position, int target) {
    var again = run(way, position, target, true).drive();
    if (!again.isEmpty()) {
      return again;
    }
    var where =
        "at moment "
            + (position + 1)
            + ", but not when it was run once more: the scenario is not the same each time";
    return faults.stream().map(f -> new Fault(way, position, f.what, where, f.cause)).toList();
  }

  private static AssertionError failure(Faults faults) {
    var text = new StringBuilder();
    if (faults.runs == 1) {
      text.append("goes wrong though nothing is cancelled:");
    } else {
      text.append("cancelled everywhere, and ")
          .append(faults.runsThatFailed)
          .append(" of ")
          .append(faults.runs)
          .append(" runs went wrong:");
      if (faults.list.stream().anyMatch(Fault::isUndisturbed)) {
        text.append(
            "\n(a run in which nothing was cancelled went wrong, and the first one did not: what is"
                + " kept from run to run is to be made in the scenario)");
      }
    }
    var places = new LinkedHashMap<String, Map<String, Set<Way>>>();
    for (var fault : faults.list) {
      places
          .computeIfAbsent(fault.what, _ -> new LinkedHashMap<>())
          .computeIfAbsent(fault.where, _ -> EnumSet.noneOf(Way.class))
          .add(fault.way);
    }
    places.forEach((what, where) -> {
      text.append("\n- ").append(what);
      where.entrySet().stream()
          .limit(MAX_PLACES)
          .forEach(e -> text.append("\n    ").append(e.getValue()).append(' ').append(e.getKey()));
      if (where.size() > MAX_PLACES) {
        text.append("\n    and at ").append(where.size() - MAX_PLACES).append(" moments more");
      }
    });
    var error = new AssertionError(text.toString());
    faults.list.stream()
        .map(Fault::cause)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(error::initCause);
    return error;
  }
}
