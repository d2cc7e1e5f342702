package jasyncio.internal.face;

import static jasyncio.internal.face.Current.ACCESS;

import jasyncio.Awaitable;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.ReturnWhen;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.WaitResult;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What tasks wait for, and how: asyncio's module `tasks`, as far as the library itself uses it.
@SuppressWarnings("unchecked") // the access knows no face, and so no types
public final class Tasks {
  private Tasks() {}

  /// The tasks of `loop` that are not done, oldest first.
  public static List<Task<?>> all(EventLoop loop) {
    return youngest(loop, Integer.MAX_VALUE);
  }

  /// Those of them that are meant, oldest first; the others leave nothing in memory.
  public static List<Task<?>> all(EventLoop loop, Predicate<Task<?>> isMeant) {
    return (List<Task<?>>)
        ACCESS.tasks(loop, Integer.MAX_VALUE, (Predicate<Object>) (Predicate<?>) isMeant);
  }

  /// The youngest of them, so many at most, oldest first.
  public static List<Task<?>> youngest(EventLoop loop, int limit) {
    return (List<Task<?>>) ACCESS.tasks(loop, limit, _ -> true);
  }

  /// The number of a task, of which its name is made if it was given none.
  public static int number(Task<?> task) {
    return ACCESS.number(task);
  }

  /// For how many seconds there has been a task: at least so many, and some percent or a quarter of
  /// a second more at most. Any thread.
  public static double age(Task<?> task) {
    return ACCESS.age(task);
  }

  /// What the function is called that a task runs.
  public static String coroutineName(Task<?> task) {
    return ACCESS.coroutineName(task);
  }

  /// What names that function: its class, or the name itself.
  public static Object naming(Task<?> task) {
    return ACCESS.naming(task);
  }

  /// Who has called the loop, most likely from another one, and waits for the end of this task:
  /// `Task-3 on jasyncio-loop-1`; `null` for other tasks. The loop's thread only.
  public static @Nullable String caller(Task<?> task) {
    return ACCESS.caller(task);
  }

  /// Whether anybody waits for a task, on this loop or another. The loop's thread only.
  public static boolean isAwaited(Task<?> task) {
    return !task.awaitedBy().isEmpty() || caller(task) != null;
  }

  /// Whether the code of a task runs now. The loop's thread only.
  public static boolean isRunning(Task<?> task) {
    return ACCESS.isRunning(task);
  }

  /// Whether a task has had its first turn. The loop's thread only.
  public static boolean hasBegun(Task<?> task) {
    return ACCESS.hasBegun(task);
  }

  /// [Task#waitsFor()] for many tasks of a loop: cheaper than to ask each of them. It looks once at
  /// the timers; of those that go to sleep afterwards it does not know until when.
  public static Function<Task<?>, @Nullable WaitInfo> waitInfos(EventLoop loop) {
    return (Function<Task<?>, @Nullable WaitInfo>) (Function<?, ?>) ACCESS.waitInfos(loop);
  }

  /// Suspends the task for so many seconds, or for one iteration of the loop.
  public static void sleep(double seconds) {
    ACCESS.sleep(seconds);
  }

  /// A future of what all of them give; the first failure fails it.
  public static <T extends @Nullable Object> Future<List<T>> gather(
      Collection<? extends Awaitable<? extends T, ?>> awaitables) {
    return (Future<List<T>>) ACCESS.gather(awaitables);
  }

  /// Waits until the futures are done or the time, in seconds, is over. Suspends.
  public static <F extends Future<?>> WaitResult<F> wait(
      Collection<F> futures, double timeout, ReturnWhen when) {
    return (WaitResult<F>) ACCESS.wait(futures, timeout, when);
  }

  /// Has a thread of the loop's executor make a call; the future says what is waited for.
  public static <T extends @Nullable Object> Future<T> runInExecutor(
      EventLoop loop, Callable<T> call, WaitInfo.Source info) {
    return (Future<T>) ACCESS.runInExecutor(loop, call, info);
  }

  /// A future of `loop` that follows `stage`, and says what those that await it wait for.
  public static <T extends @Nullable Object> Future<T> wrapFuture(
      CompletionStage<T> stage, EventLoop loop, WaitInfo.Source info) {
    return (Future<T>) ACCESS.wrapFuture(stage, loop, info);
  }
}
