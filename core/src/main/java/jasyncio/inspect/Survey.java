package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.LoopStatistics;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Loops;
import jasyncio.internal.face.Tasks;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Looks at all tasks of a loop, for another thread.
///
/// The loop itself does it, between two of its own steps, for 0.2 ms at a time; only the list of
/// them is made in one go, which takes some hundredths of a second for a million. Those that end
/// meanwhile are left out.
///
/// Who looks again and again does it at a [Pace].
final class Survey {
  private static final long TURN_NANOS = 200_000;
  private static final long LONG_TURN_NANOS = 2_000_000; // for which a pause makes up, no more
  private static final int OWN_PATIENCE = 40; // times as long as with others
  private static final long GLANCE_MILLIS = 100; // after which it is seen that a loop has ended
  private static final int MAX_LISTED = 100_000; // in one go, for those who look again and again
  private static final double GOLDEN = 0.6180339887498949;

  /// How fast the loop is to look.
  ///
  /// @param percent of the loop's time that it takes, while it lasts
  /// @param millis it ends after so long, though it has not looked at all: those that it has looked
  ///   at then are spread evenly over the youngest hundred thousand
  record Pace(int percent, int millis) {
    /// As soon as can be, at all.
    static final Pace FULL = new Pace(100, Integer.MAX_VALUE);

    Pace {
      if (percent < 1 || percent > 100 || millis < 1) {
        throw new IllegalArgumentException(
            "a look takes 1 to 100 percent of the loop's time, and at least a millisecond");
      }
    }

    /// Whether it may end before it has looked at all.
    boolean ends() {
      return millis < Integer.MAX_VALUE;
    }

    /// For how long the loop is left alone after a turn. One that has taken long has loaded
    /// classes, say, or had to wait for a processor: that does not come again.
    long pauseNanos(long turnNanos) {
      return Math.min(turnNanos, LONG_TURN_NANOS) * (100 - percent) / percent;
    }
  }

  /// What is seen of a task. The loop's thread.
  interface Visitor {
    /// Whether a task is to be looked at. Asked first, as it costs less than to look.
    default boolean isMeant(Task<?> task) {
      return true;
    }

    /// It begins to look.
    ///
    /// @param all how many tasks there are
    /// @param waitInfos what tasks wait for, also those that it does not come to
    default void begin(int all, Function<Task<?>, @Nullable WaitInfo> waitInfos) {}

    /// The tasks to look at, in this order, in a list from which the first can be removed cheaply;
    /// `null` for all, or as many as fit its [Pace].
    default @Nullable List<Task<?>> chosen() {
      return null;
    }

    /// Looks at it.
    ///
    /// @param waitsFor what it waits for, if it waits
    void visit(Task<?> task, @Nullable WaitInfo waitsFor);

    /// It has looked.
    ///
    /// @param unseen at all but so many
    default void end(int unseen) {}
  }

  private final EventLoop loop;
  private final Pace pace;
  private final Visitor visitor;
  private final CompletableFuture<LoopStatistics> done = new CompletableFuture<>();
  private final Semaphore turns = new Semaphore(0); // that the loop has taken
  private volatile boolean looks; // a turn goes on
  private volatile long pause; // nanoseconds, before the next of them

  // The loop's thread.
  private @Nullable LoopStatistics statistics; // once it has begun
  private long begun;
  private List<Task<?>> tasks = List.of(); // without an end, those that it has not looked at
  private int count; // so many are to be looked at
  private int seen; // so many of them have been
  private int place; // of the last
  private int stride; // to the one after it
  private int unlisted; // tasks that are none of them
  private Function<Task<?>, @Nullable WaitInfo> waitInfos = _ -> null;

  private Survey(EventLoop loop, Pace pace, Visitor visitor) {
    this.loop = loop;
    this.pace = pace;
    this.visitor = visitor;
  }

  /// Has the loop look. Waits; another thread than the loop's.
  ///
  /// @param patience for so many milliseconds while the loop does not get on
  /// @return what the loop has to do; `null` if it does not get on, or has ended
  static @Nullable LoopStatistics of(EventLoop loop, long patience, Pace pace, Visitor visitor)
      throws InterruptedException {
    var survey = new Survey(loop, pace, visitor);
    try {
      return survey.awaitEnd(patience);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the tasks of " + loop + " cannot be looked at", e.getCause());
    } finally {
      survey.done.cancel(false); // if it is given up
    }
  }

  /// Has the loop look as soon as can be, at all.
  static @Nullable LoopStatistics of(EventLoop loop, long patience, Visitor visitor)
      throws InterruptedException {
    return of(loop, patience, Pace.FULL, visitor);
  }

  private @Nullable LoopStatistics awaitEnd(long patience)
      throws InterruptedException, ExecutionException {
    Loops.ask(loop, this::goOn);
    while (awaitTurn(patience)) {
      if (done.isDone()) {
        return done.get();
      } else if (pause > 0) {
        TimeUnit.NANOSECONDS.sleep(pause);
        Loops.ask(loop, this::goOn);
      }
    }
    return null;
  }

  /// While it is us for whom the loop takes its time, it is not held up: classes have to be loaded,
  /// or the machine is busy.
  private boolean awaitTurn(long patience) throws InterruptedException {
    return awaitTurnFor(patience) || (looks && awaitTurnFor(OWN_PATIENCE * patience));
  }

  /// A loop that ends meanwhile takes none any more, and tells nobody.
  private boolean awaitTurnFor(long millis) throws InterruptedException {
    for (long left = millis; left > 0; left -= GLANCE_MILLIS) {
      if (turns.tryAcquire(Math.min(left, GLANCE_MILLIS), TimeUnit.MILLISECONDS)) {
        return true;
      } else if (!loop.isRunning()) {
        return turns.tryAcquire(); // its last one perhaps
      }
    }
    return false;
  }

  // ---- on the loop ------------------------------------------------------------------------------

  /// Takes a turn.
  ///
  /// @return whether the next one is to follow at once
  private boolean goOn() {
    if (done.isDone()) { // nobody waits any more
      tasks = List.of();
      return false;
    }
    long start = System.nanoTime();
    looks = true;
    try {
      look(start);
    } catch (Throwable e) { // a toString, say
      done.completeExceptionally(e);
    }
    looks = false;
    pause = pace.pauseNanos(System.nanoTime() - start);
    boolean goesOn = pause == 0 && !done.isDone();
    turns.release();
    return goesOn;
  }

  private void look(long start) {
    if (statistics == null) {
      begin(start);
    }
    boolean ends = pace.ends() && start - begun >= TimeUnit.MILLISECONDS.toNanos(pace.millis);
    int least = seen + 1; // if the list took its time, or others do
    while (!ends && seen < count && (seen < least || System.nanoTime() - start < TURN_NANOS)) {
      var task = next();
      if (!task.done() && visitor.isMeant(task)) {
        visitor.visit(task, waitInfos.apply(task));
      }
    }
    if (ends || seen == count) {
      visitor.end(unlisted + count - seen);
      done.complete(statistics);
    }
  }

  private void begin(long start) {
    begun = start;
    var found = Loops.statistics(loop);
    statistics = found;
    waitInfos = Tasks.waitInfos(loop);
    visitor.begin(found.tasks(), waitInfos);
    var chosen = visitor.chosen();
    tasks =
        chosen != null ? chosen : pace.ends() ? Tasks.youngest(loop, MAX_LISTED) : Tasks.all(loop);
    count = tasks.size();
    stride = evenStride(count);
    boolean isPart = chosen != null || (count == MAX_LISTED && pace.ends());
    unlisted = isPart ? Math.max(0, found.tasks() - count) : 0;
  }

  private Task<?> next() {
    seen++;
    if (!pace.ends()) {
      return tasks.removeFirst(); // which is the last in memory, and cheap to remove
    }
    place = (int) (((long) place + stride) % count);
    return tasks.get(place);
  }

  /// With this step from each to the next, all of so many are met, and the first few of them are
  /// spread evenly.
  private static int evenStride(int size) {
    int stride = Math.max(1, (int) (size * GOLDEN));
    while (BigInteger.valueOf(stride).gcd(BigInteger.valueOf(size)).intValue() > 1) {
      stride++;
    }
    return stride;
  }

  /// The number of the one that must go on first. Where several hold a part, each of them will do.
  static List<Integer> holder(@Nullable WaitInfo waitsFor) {
    return waitsFor == null || waitsFor.heldBy().size() != 1
        ? List.of()
        : List.of(Tasks.number(waitsFor.heldBy().getFirst()));
  }

  /// The numbers of the tasks that wait for `future`.
  static List<Integer> awaiters(Future<?> future) {
    return future.awaitedBy().stream()
        .<Integer>mapMulti((awaiter, numbers) -> {
          if (awaiter instanceof Task<?> task) {
            numbers.accept(Tasks.number(task));
          }
        })
        .toList();
  }
}
