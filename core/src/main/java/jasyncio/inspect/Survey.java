package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.LoopStatistics;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Loops;
import jasyncio.internal.face.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Looks at all tasks of a loop, for another thread.
///
/// The loop itself does it, between two of its own steps, some tasks at a time; so a million of
/// them hold up nobody. Those that end meanwhile are left out.
final class Survey {
  private static final int BATCH = 200; // tasks, a few microseconds each

  /// What is seen of a task. The loop's thread.
  interface Visitor {
    /// Looks at it.
    ///
    /// @param waitsFor what it waits for, if it waits
    void visit(Task<?> task, @Nullable WaitInfo waitsFor);
  }

  private final EventLoop loop;
  private final Visitor visitor;
  private final CompletableFuture<LoopStatistics> done = new CompletableFuture<>();
  private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
  private List<Task<?>> left = List.of(); // loop's thread, as the next
  private Function<Task<?>, @Nullable WaitInfo> waitInfos = _ -> null;
  private @Nullable LoopStatistics statistics;

  private Survey(EventLoop loop, Visitor visitor) {
    this.loop = loop;
    this.visitor = visitor;
  }

  /// Has the loop look. Waits; another thread than the loop's.
  ///
  /// @param patience for so many milliseconds until it begins
  /// @return what the loop has to do; `null` if it does not answer
  static @Nullable LoopStatistics of(EventLoop loop, long patience, Visitor visitor)
      throws InterruptedException {
    var survey = new Survey(loop, visitor);
    Loops.ask(loop, survey::goOn);
    try {
      survey.begun.get(patience, TimeUnit.MILLISECONDS);
      return survey.awaitEnd();
    } catch (TimeoutException e) {
      survey.done.cancel(false);
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the tasks of " + loop + " cannot be looked at", e.getCause());
    }
  }

  private @Nullable LoopStatistics awaitEnd() throws InterruptedException, ExecutionException {
    while (true) {
      try {
        return done.get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (!loop.isRunning()) { // it has ended meanwhile
          return null;
        }
      }
    }
  }

  // ---- on the loop ------------------------------------------------------------------------------

  /// Whether there is more to be looked at.
  private boolean goOn() {
    if (done.isDone()) {
      return false; // nobody waits any more
    }
    try {
      look();
    } catch (Throwable e) { // a toString, say
      done.completeExceptionally(e);
      begun.completeExceptionally(e);
    }
    return !done.isDone();
  }

  private void look() {
    if (statistics == null) {
      statistics = loop.statistics();
      left = new ArrayList<>(Tasks.all(loop)).reversed();
      waitInfos = Tasks.waitInfos(loop);
      begun.complete(true);
    }
    for (int i = 0; i < BATCH && !left.isEmpty(); i++) {
      var task = left.removeLast(); // of the reversed list: the oldest
      if (!task.done()) {
        visitor.visit(task, waitInfos.apply(task));
      }
    }
    if (left.isEmpty()) {
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
