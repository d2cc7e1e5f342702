package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.LoopStatistics;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Loops;
import jasyncio.internal.face.Tasks;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Looks at all tasks of a loop, for another thread.
///
/// The loop itself does it, between two of its own steps, for a millisecond at a time; only the
/// list of them is made in one go, which takes some hundredths of a second for a million. Those
/// that end meanwhile are left out.
final class Survey {
  private static final long TURN_NANOS = 1_000_000;

  /// What is seen of a task. The loop's thread.
  interface Visitor {
    /// Looks at it.
    ///
    /// @param waitsFor what it waits for, if it waits
    void visit(Task<?> task, @Nullable WaitInfo waitsFor);

    /// With more tasks than that it looks at none.
    default int maxTasks() {
      return Integer.MAX_VALUE;
    }

    /// It has looked at all.
    default void end() {}
  }

  private final EventLoop loop;
  private final Visitor visitor;
  private final CompletableFuture<LoopStatistics> done = new CompletableFuture<>();
  private final AtomicInteger turns = new AtomicInteger(); // that the loop has taken
  private List<Task<?>> left = List.of(); // loop's thread, as the next
  private @Nullable LoopStatistics statistics;

  private Survey(EventLoop loop, Visitor visitor) {
    this.loop = loop;
    this.visitor = visitor;
  }

  /// Has the loop look. Waits; another thread than the loop's.
  ///
  /// @param patience for so many milliseconds while the loop does not get on
  /// @return what the loop has to do; `null` if it does not get on, or has ended
  static @Nullable LoopStatistics of(EventLoop loop, long patience, Visitor visitor)
      throws InterruptedException {
    var survey = new Survey(loop, visitor);
    Loops.ask(loop, survey::goOn);
    try {
      return survey.awaitEnd(patience);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the tasks of " + loop + " cannot be looked at", e.getCause());
    } finally {
      survey.done.cancel(false); // if it is given up
    }
  }

  private @Nullable LoopStatistics awaitEnd(long patience)
      throws InterruptedException, ExecutionException {
    int seen = 0;
    while (true) {
      try {
        return done.get(patience, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        int now = turns.get();
        if (now == seen || !loop.isRunning()) {
          return null;
        }
        seen = now;
      }
    }
  }

  // ---- on the loop ------------------------------------------------------------------------------

  /// Whether there is more to be looked at.
  private boolean goOn() {
    if (done.isDone()) { // nobody waits any more
      left = List.of();
      return false;
    }
    turns.incrementAndGet();
    try {
      look();
    } catch (Throwable e) { // a toString, say
      done.completeExceptionally(e);
    }
    return !done.isDone();
  }

  private void look() {
    if (statistics == null) {
      statistics = Loops.statistics(loop);
      boolean few = statistics.tasks() <= visitor.maxTasks();
      left =
          few
              ? Tasks.all(loop)
              : List.of(); // of which the first is the last in memory, and cheap to remove
    }
    var waitInfos = Tasks.waitInfos(loop); // of this turn: who sleeps may have woken since the last
    long until = System.nanoTime() + TURN_NANOS;
    while (!left.isEmpty() && System.nanoTime() < until) {
      var task = left.removeFirst();
      if (!task.done()) {
        visitor.visit(task, waitInfos.apply(task));
      }
    }
    if (left.isEmpty()) {
      visitor.end();
      done.complete(statistics);
    }
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
