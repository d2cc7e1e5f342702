package jasyncio;

import jasyncio.internal.base.Durations;
import jasyncio.internal.base.Interrupts;
import jasyncio.internal.base.Sneaky;
import java.lang.ScopedValue.CallableOp;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// asyncio's functions. Import them statically:
///
/// ```java
/// import static jasyncio.Asyncio.*;
///
/// void main() {
///   run(() -> {
///     IO.println("hello");
///     sleep(1);
///     IO.println("world");
///   });
/// }
/// ```
///
/// A coroutine function is a plain method that suspends: to call it is to await it. To run it
/// beside others, give a lambda that calls it to [#createTask(Awaitable)], [#gather(Awaitable...)]
/// and the like. Between two awaits nothing else runs on the loop, unless code blocks under
/// [BlockingPolicy#SWITCH].
///
/// Times are in seconds; one that is not a number is an [IllegalArgumentException]. Where a time is
/// a limit, an infinite one, or a `null` [Duration], means none.
public final class Asyncio {
  /// See [ReturnWhen#FIRST_COMPLETED].
  public static final ReturnWhen FIRST_COMPLETED = ReturnWhen.FIRST_COMPLETED;

  /// See [ReturnWhen#FIRST_EXCEPTION].
  public static final ReturnWhen FIRST_EXCEPTION = ReturnWhen.FIRST_EXCEPTION;

  /// See [ReturnWhen#ALL_COMPLETED].
  public static final ReturnWhen ALL_COMPLETED = ReturnWhen.ALL_COMPLETED;

  /// See [GatherOption#RETURN_EXCEPTIONS].
  public static final GatherOption RETURN_EXCEPTIONS = GatherOption.RETURN_EXCEPTIONS;

  private Asyncio() {}

  // ---- running ----------------------------------------------------------------------------------

  /// Runs a program: makes a loop, runs `main` on it, cancels what is left of other tasks and waits
  /// for them, closes asynchronous generators, ends the loop's executor, which is waited for up to
  /// five minutes, and closes the loop.
  ///
  /// @param <T> what `main` gives
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @return what it gives; throws what it throws, the very object
  /// @throws X what the coroutine throws
  /// @throws IllegalStateException if a loop runs on this thread
  /// @throws KeyboardInterrupt if Ctrl-C ended it; see [Runner]
  public static <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> main)
      throws X {
    return run(main, RunOptions.defaults());
  }

  /// Runs a program, on a loop made as described by `options`.
  ///
  /// @param <T> what `main` gives
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @param options debug mode, blocking policy, loop
  /// @return what it gives; throws what it throws
  /// @throws X what the coroutine throws
  /// @throws IllegalStateException if a loop runs on this thread, or if this JVM cannot do what the
  ///   options say
  public static <T extends @Nullable Object, X extends Exception> T run(
      Awaitable<T, X> main, RunOptions options) throws X {
    Objects.requireNonNull(main, "main");
    Objects.requireNonNull(options, "options");
    if (Running.loop() != null) {
      throw new IllegalStateException(
          "asyncio.run() cannot be called from a running event loop; call the coroutine directly to await it, or"
              + " make a task of it with createTask");
    }
    try (var runner = new Runner(options)) {
      return runner.run(main);
    }
  }

  /// Runs a program.
  ///
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @throws X what the coroutine throws
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void run(Action<X> main) throws X {
    run(CoroutineBody.of(main, "main"));
  }

  /// Runs a program, on a loop made as described by `options`.
  ///
  /// @param <X> what the coroutine throws
  /// @param main the coroutine
  /// @param options debug mode, blocking policy, loop
  /// @throws X what the coroutine throws
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void run(Action<X> main, RunOptions options) throws X {
    run(CoroutineBody.of(main, "main"), options);
  }

  // ---- loops ------------------------------------------------------------------------------------

  /// {@return the loop that runs on this thread}
  ///
  /// @throws IllegalStateException if none does
  public static EventLoop getRunningLoop() {
    return Running.getRunningLoop();
  }

  /// {@return the loop that runs on this thread, or else the one given to [#setEventLoop]}
  ///
  /// @throws IllegalStateException if there is neither
  public static EventLoop getEventLoop() {
    return Running.getEventLoop();
  }

  /// Sets the loop of this thread, for code that asks for it before it runs.
  ///
  /// @param loop the loop, or `null` for none
  public static void setEventLoop(@Nullable EventLoop loop) {
    Running.setEventLoop(loop);
  }

  /// {@return a new loop; close it when it is no longer needed}
  public static EventLoop newEventLoop() {
    return EventLoop.create(null);
  }

  // ---- awaiting ---------------------------------------------------------------------------------

  /// Waits for a future, a task, a coroutine or a lambda. Suspends unless the value is there.
  ///
  /// **Cancellation** of the waiting task cancels what it waits for.
  ///
  /// @param <T> what it gives
  /// @param <X> what a lambda throws, which is announced; a future, a task or a coroutine announces
  ///   nothing, see [#await(Awaitable, Class)]
  /// @param awaitable what to wait for
  /// @return what it gives; throws what it throws, the very object
  /// @throws X what it throws
  /// @throws CancelledError if it, or the waiting task, is cancelled
  /// @throws IllegalStateException if it is a future that is not done, or a coroutine, and the
  ///   caller runs in no coroutine
  public static <T extends @Nullable Object, X extends Exception> T await(Awaitable<T, X> awaitable)
      throws X {
    return Objects.requireNonNull(awaitable, "awaitable").await();
  }

  /// Waits like [#await(Awaitable)], and tells the compiler of a checked exception that may come
  /// out.
  ///
  /// @param <T> what it gives
  /// @param <X> the exception
  /// @param awaitable what to wait for
  /// @param mayThrow the exception's class
  /// @return what it gives
  /// @throws X if it fails with that
  public static <T extends @Nullable Object, X extends Throwable> T await(
      Awaitable<T, ?> awaitable, Class<X> mayThrow) throws X {
    Objects.requireNonNull(mayThrow, "mayThrow");
    return awaitSilently(awaitable);
  }

  /// Waits like [#await(Awaitable)], and tells the compiler of two checked exceptions that may come
  /// out.
  ///
  /// @param <T> what it gives
  /// @param <X> the one exception
  /// @param <Y> the other
  /// @param awaitable what to wait for
  /// @param mayThrow the one exception's class
  /// @param orThrow the other's
  /// @return what it gives
  /// @throws X if it fails with that
  /// @throws Y if it fails with that
  public static <T extends @Nullable Object, X extends Throwable, Y extends Throwable> T await(
      Awaitable<T, ?> awaitable, Class<X> mayThrow, Class<Y> orThrow) throws X, Y {
    Objects.requireNonNull(mayThrow, "mayThrow");
    Objects.requireNonNull(orThrow, "orThrow");
    return awaitSilently(awaitable);
  }

  private static <T extends @Nullable Object> T awaitSilently(Awaitable<T, ?> awaitable) {
    try {
      return Objects.requireNonNull(awaitable, "awaitable").await();
    } catch (Exception e) {
      throw Sneaky.sneak(e); // the caller has said what may come
    }
  }

  /// Waits for a [CompletionStage], as for [#wrapFuture(CompletionStage)] of it. **Cancellation**
  /// of the waiting task cancels the stage, if that can be cancelled.
  ///
  /// @param <T> what it gives
  /// @param stage what to wait for
  /// @return what it gives; throws the very exception it was completed with
  public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    return wrapFuture(stage).await();
  }

  /// Waits for a [CompletableFuture]. **Cancellation** of the waiting task cancels it.
  ///
  /// @param <T> what it gives
  /// @param future what to wait for
  /// @return what it gives; throws the very exception it was completed with
  public static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
    return wrapFuture(future).await();
  }

  /// Waits for a future of the JDK's. **Cancellation** of the waiting task cancels it. Unless it is
  /// a [CompletionStage], a virtual thread is occupied with waiting for it.
  ///
  /// @param <T> what it gives
  /// @param future what to wait for
  /// @return what it gives; throws the very exception it failed with
  public static <T extends @Nullable Object> T await(java.util.concurrent.Future<T> future) {
    return wrapFuture(future).await();
  }

  /// Suspends the task for a while. At most 0 lets the loop run one iteration.
  ///
  /// **Cancellation** ends it at once.
  ///
  /// @param seconds how long
  /// @throws IllegalArgumentException if that is not a number
  /// @throws IllegalStateException if the caller runs in no coroutine, or there is no loop to wake
  ///   it
  public static void sleep(double seconds) {
    Times.checkNumber(seconds);
    if (Running.code() instanceof Task<?> task) { // here: a frame more would lie on every sleeper
      if (seconds <= 0) {
        task.yieldOnce();
      } else {
        task.sleep(seconds);
      }
    } else {
      Waits.sleepByHand(seconds);
    }
  }

  /// Suspends the task for a while.
  ///
  /// @param delay how long
  public static void sleep(Duration delay) {
    sleep(Durations.seconds(delay, "delay"));
  }

  /// Suspends the task for a while, and gives `result` then.
  ///
  /// @param <T> the result's type
  /// @param seconds how long
  /// @param result what to give
  /// @return the result
  /// @throws IllegalArgumentException if the result is a unit of time, which is a mistake
  public static <T extends @Nullable Object> T sleep(double seconds, T result) {
    Times.checkNoUnit(result);
    sleep(seconds);
    return result;
  }

  /// Suspends the task for a while, and gives `result` then.
  ///
  /// @param <T> the result's type
  /// @param delay how long
  /// @param result what to give
  /// @return the result
  public static <T extends @Nullable Object> T sleep(Duration delay, T result) {
    return sleep(Durations.seconds(delay, "delay"), result);
  }

  // ---- coroutines, tasks, futures ---------------------------------------------------------------

  /// A call that is not made yet: to be awaited once, made a task of, or driven by hand. If none of
  /// that happens, a warning says so. Where it is passed on at once, the bare lambda does as well.
  ///
  /// @param <T> what the call gives
  /// @param body the call
  /// @return the coroutine
  public static <T extends @Nullable Object> Coroutine<T> coroutine(Awaitable<T, ?> body) {
    return new Coroutine<T>(null, body).watched();
  }

  /// A call that is not made yet.
  ///
  /// @param body the call
  /// @return the coroutine
  @LowPriorityInOverloadResolution
  public static Coroutine<Void> coroutine(Action<?> body) {
    return new Coroutine<Void>(null, body).watched();
  }

  /// A call that is not made yet, with a name for descriptions.
  ///
  /// @param <T> what the call gives
  /// @param name its name
  /// @param body the call
  /// @return the coroutine
  public static <T extends @Nullable Object> Coroutine<T> coroutine(
      String name, Awaitable<T, ?> body) {
    return new Coroutine<T>(Objects.requireNonNull(name, "name"), body).watched();
  }

  /// A call that is not made yet, with a name for descriptions.
  ///
  /// @param name its name
  /// @param body the call
  /// @return the coroutine
  @LowPriorityInOverloadResolution
  public static Coroutine<Void> coroutine(String name, Action<?> body) {
    return new Coroutine<Void>(Objects.requireNonNull(name, "name"), body).watched();
  }

  /// Makes a task that runs `body` beside the caller, from the next iteration of the loop on.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @return the task; the loop keeps it until it is done
  /// @throws IllegalArgumentException if `body` is a future already
  /// @throws IllegalStateException if no loop runs on this thread
  public static <T extends @Nullable Object> Task<T> createTask(Awaitable<T, ?> body) {
    return getRunningLoop().createTask(body);
  }

  /// Makes a task with a name.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param name its name
  /// @return the task
  public static <T extends @Nullable Object> Task<T> createTask(Awaitable<T, ?> body, String name) {
    return getRunningLoop().createTask(body, name);
  }

  /// Makes a task as described by `options`.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the task
  public static <T extends @Nullable Object> Task<T> createTask(
      Awaitable<T, ?> body, TaskOptions options) {
    return getRunningLoop().createTask(body, options);
  }

  /// Makes a task that runs `body` beside the caller.
  ///
  /// @param body the coroutine
  /// @return the task
  @LowPriorityInOverloadResolution
  public static Task<Void> createTask(Action<?> body) {
    return getRunningLoop().createTask(body);
  }

  /// Makes a task with a name.
  ///
  /// @param body the coroutine
  /// @param name its name
  /// @return the task
  @LowPriorityInOverloadResolution
  public static Task<Void> createTask(Action<?> body, String name) {
    return getRunningLoop().createTask(body, name);
  }

  /// Makes a task as described by `options`.
  ///
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the task
  @LowPriorityInOverloadResolution
  public static Task<Void> createTask(Action<?> body, TaskOptions options) {
    return getRunningLoop().createTask(body, options);
  }

  /// {@return `awaitable` itself if it is a future, else a new task of it}
  ///
  /// @param <T> what it gives
  /// @param awaitable a future or a coroutine
  /// @throws IllegalStateException if there is no loop to run a coroutine; see [#getEventLoop()]
  public static <T extends @Nullable Object> Future<T> ensureFuture(Awaitable<T, ?> awaitable) {
    return Future.ensure(awaitable);
  }

  /// {@return `awaitable` itself if it is a future, else a new task of `loop`}
  ///
  /// @param <T> what it gives
  /// @param awaitable a future or a coroutine
  /// @param loop the loop
  /// @throws IllegalArgumentException if it is a future of another loop
  /// @throws IllegalStateException if it is no future and `loop` can make no task: it is closed, or
  ///   runs on another thread
  public static <T extends @Nullable Object> Future<T> ensureFuture(
      Awaitable<T, ?> awaitable, EventLoop loop) {
    return Future.ensure(awaitable, loop);
  }

  /// A future of the running loop that follows a [CompletionStage]; cancelling it cancels the
  /// stage, if that can be cancelled.
  ///
  /// @param <T> the result's type
  /// @param stage what to follow
  /// @return the future
  /// @throws IllegalStateException if there is no loop; see [#getEventLoop()]
  public static <T extends @Nullable Object> Future<T> wrapFuture(CompletionStage<T> stage) {
    return JdkFutures.wrap(stage, getEventLoop());
  }

  /// A future of the running loop that follows a [CompletableFuture]; cancelling it cancels that.
  ///
  /// @param <T> the result's type
  /// @param future what to follow
  /// @return the future
  /// @throws IllegalStateException if there is no loop; see [#getEventLoop()]
  public static <T extends @Nullable Object> Future<T> wrapFuture(CompletableFuture<T> future) {
    return JdkFutures.wrap((CompletionStage<T>) future, getEventLoop());
  }

  /// A future of the running loop that follows one of the JDK's; cancelling it cancels that.
  ///
  /// @param <T> the result's type
  /// @param future what to follow
  /// @return the future
  /// @throws IllegalStateException if there is no loop; see [#getEventLoop()]
  public static <T extends @Nullable Object> Future<T> wrapFuture(
      java.util.concurrent.Future<T> future) {
    return JdkFutures.wrap(future, getEventLoop());
  }

  /// A future of `loop` that follows a [CompletionStage]; cancelling it cancels the stage, if that
  /// can be cancelled.
  ///
  /// @param <T> the result's type
  /// @param stage what to follow
  /// @param loop the loop
  /// @return the future
  public static <T extends @Nullable Object> Future<T> wrapFuture(
      CompletionStage<T> stage, EventLoop loop) {
    return JdkFutures.wrap(stage, loop);
  }

  /// A future of `loop` that follows a [CompletableFuture]; cancelling it cancels that.
  ///
  /// @param <T> the result's type
  /// @param future what to follow
  /// @param loop the loop
  /// @return the future
  public static <T extends @Nullable Object> Future<T> wrapFuture(
      CompletableFuture<T> future, EventLoop loop) {
    return JdkFutures.wrap((CompletionStage<T>) future, loop);
  }

  /// A future of `loop` that follows one of the JDK's; cancelling it cancels that.
  ///
  /// @param <T> the result's type
  /// @param future what to follow
  /// @param loop the loop
  /// @return the future
  public static <T extends @Nullable Object> Future<T> wrapFuture(
      java.util.concurrent.Future<T> future, EventLoop loop) {
    return JdkFutures.wrap(future, loop);
  }

  /// {@return the task that runs here, or `null` in a callback or where no loop runs}
  public static @Nullable Task<?> currentTask() {
    return Running.task();
  }

  /// {@return the task that `loop` runs now, or `null`}
  ///
  /// @param loop the loop
  public static @Nullable Task<?> currentTask(EventLoop loop) {
    return Objects.requireNonNull(loop, "loop").current();
  }

  /// {@return the tasks of the running loop that are not done, oldest first}
  ///
  /// @throws IllegalStateException if no loop runs on this thread
  public static Set<Task<?>> allTasks() {
    return allTasks(getRunningLoop());
  }

  /// {@return the tasks of `loop` that are not done, oldest first}
  ///
  /// @param loop the loop
  public static Set<Task<?>> allTasks(EventLoop loop) {
    return new LinkedHashSet<>(Objects.requireNonNull(loop, "loop").tasks.toList());
  }

  /// {@return a task factory that starts tasks inside `createTask`, up to their first suspension}
  public static TaskFactory eagerTaskFactory() {
    return createEagerTaskFactory(Task::new);
  }

  /// {@return a task factory that starts tasks eagerly and makes them with `constructor`}
  ///
  /// @param constructor makes the task
  public static TaskFactory createEagerTaskFactory(TaskConstructor constructor) {
    Objects.requireNonNull(constructor, "constructor");
    return new TaskFactory() {
      @Override
      public <T extends @Nullable Object> Future<T> create(
          EventLoop loop, Coroutine<T> coroutine, TaskOptions options) {
        var eager = options.eagerStart() == null ? options.eagerStart(true) : options;
        return constructor.create(loop, coroutine, eager);
      }
    };
  }

  /// Makes a task: `Task::new`, or what stands for it.
  @FunctionalInterface
  public interface TaskConstructor {
    /// Makes a task.
    ///
    /// @param <T> what it gives
    /// @param loop its loop
    /// @param body the coroutine
    /// @param options how it was asked for
    /// @return the task
    <T extends @Nullable Object> Task<T> create(
        EventLoop loop, Awaitable<T, ?> body, TaskOptions options);
  }

  /// {@return a copy of the current context}
  public static Context copyContext() {
    return Context.copyContext();
  }

  // ---- waiting for several ----------------------------------------------------------------------

  /// {@return a future that is done, with an empty list}
  ///
  /// @throws IllegalStateException if there is no loop; see [#getEventLoop()]
  public static Future<List<Object>> gather() {
    return Gather.of(getEventLoop(), List.<Awaitable<Object, ?>>of());
  }

  /// Runs coroutines side by side, and waits for other futures with them.
  ///
  /// The first failure is the future's at once; the others go on. **Cancelling** the future cancels
  /// all that are not done. A cancelled member counts as a failure.
  ///
  /// @param <T> what they give
  /// @param awaitables futures and coroutines
  /// @return a future of all results, in the order of the arguments
  /// @throws IllegalArgumentException if there are futures of different loops
  /// @throws IllegalStateException if there is no loop to run coroutines
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public static <T extends @Nullable Object> Future<List<T>> gather(
      Awaitable<? extends T, ?>... awaitables) {
    return gather(Arrays.asList(Objects.requireNonNull(awaitables, "awaitables")));
  }

  /// Runs coroutines side by side, and waits for other futures with them.
  ///
  /// @param <T> what they give
  /// @param awaitables futures and coroutines
  /// @return a future of all results, in the order of the collection
  public static <T extends @Nullable Object> Future<List<T>> gather(
      Collection<? extends Awaitable<? extends T, ?>> awaitables) {
    return Gather.of(Future.loopOf(awaitables), awaitables);
  }

  /// Runs coroutines that give nothing side by side, like [#gather(Awaitable...)].
  ///
  /// It has a name of its own because a lambda that gives a value fits an [Action], too: one `void`
  /// call among the arguments of `gather` would make the compiler choose this form, and drop what
  /// the others give. To mix both kinds, make the void one a [#coroutine(Action)].
  ///
  /// @param actions the coroutines
  /// @return a future that is done when all are
  /// @throws IllegalStateException if there is no loop to run them
  public static Future<List<Void>> gatherActions(Action<?>... actions) {
    return gather(awaitables(actions));
  }

  /// Runs coroutines side by side, and waits for all; exceptions are results like others.
  ///
  /// @param option [#RETURN_EXCEPTIONS]
  /// @param awaitables futures and coroutines
  /// @return a future of results and exceptions, in the order of the arguments
  public static Future<List<@Nullable Object>> gather(
      GatherOption option, Awaitable<?, ?>... awaitables) {
    return gather(option, Arrays.asList(Objects.requireNonNull(awaitables, "awaitables")));
  }

  /// Runs coroutines side by side, and waits for all; exceptions are results like others.
  ///
  /// @param option [#RETURN_EXCEPTIONS]
  /// @param awaitables futures and coroutines
  /// @return a future of results and exceptions, in the order of the collection
  public static Future<List<@Nullable Object>> gather(
      GatherOption option, Collection<? extends Awaitable<?, ?>> awaitables) {
    Objects.requireNonNull(option, "option");
    return Gather.returningExceptions(Future.loopOf(awaitables), awaitables);
  }

  /// Runs coroutines that give nothing side by side, and waits for all; exceptions are results.
  ///
  /// @param option [#RETURN_EXCEPTIONS]
  /// @param actions the coroutines
  /// @return a future of exceptions and nulls, in the order of the arguments
  /// @throws IllegalStateException if there is no loop to run them
  public static Future<List<@Nullable Object>> gatherActions(
      GatherOption option, Action<?>... actions) {
    return gather(option, awaitables(actions));
  }

  private static List<Awaitable<Void, ?>> awaitables(Action<?>... actions) {
    Objects.requireNonNull(actions, "actions");
    return Arrays.stream(actions)
        .<Awaitable<Void, ?>>map(a -> CoroutineBody.of(a, "action"))
        .toList();
  }

  /// Waits until all are done. Suspends, for two iterations of the loop at least.
  ///
  /// Never cancels them and never throws what they throw. Coroutines must be made tasks first.
  ///
  /// @param <F> the kind of future
  /// @param futures what to wait for
  /// @return those that are done and, empty here, those that are not
  /// @throws IllegalArgumentException if there are none, or one is of another loop
  /// @throws IllegalStateException if no loop runs on this thread, or the caller in no coroutine
  public static <F extends Future<?>> WaitResult<F> wait(Collection<F> futures) {
    return Waits.wait(futures, Double.POSITIVE_INFINITY, ALL_COMPLETED);
  }

  /// Waits until `when` says.
  ///
  /// @param <F> the kind of future
  /// @param futures what to wait for
  /// @param when how many to wait for
  /// @return those that are done and those that are not
  /// @throws IllegalArgumentException if there are none, or one is of another loop
  /// @throws IllegalStateException if no loop runs on this thread, or the caller in no coroutine
  public static <F extends Future<?>> WaitResult<F> wait(Collection<F> futures, ReturnWhen when) {
    return Waits.wait(futures, Double.POSITIVE_INFINITY, when);
  }

  /// Waits until all are done or the time is over, which is no error.
  ///
  /// @param <F> the kind of future
  /// @param futures what to wait for
  /// @param timeout seconds
  /// @return those that are done and those that are not
  /// @throws IllegalArgumentException if there are none, or one is of another loop
  /// @throws IllegalStateException if no loop runs on this thread, or the caller in no coroutine
  public static <F extends Future<?>> WaitResult<F> wait(Collection<F> futures, double timeout) {
    return Waits.wait(futures, timeout, ALL_COMPLETED);
  }

  /// Waits until all are done or the time is over, which is no error.
  ///
  /// @param <F> the kind of future
  /// @param futures what to wait for
  /// @param timeout the time
  /// @return those that are done and those that are not
  /// @throws IllegalArgumentException if there are none, or one is of another loop
  /// @throws IllegalStateException if no loop runs on this thread, or the caller in no coroutine
  public static <F extends Future<?>> WaitResult<F> wait(
      Collection<F> futures, @Nullable Duration timeout) {
    return Waits.wait(futures, Times.seconds(timeout), ALL_COMPLETED);
  }

  /// Waits until `when` says or the time is over, which is no error.
  ///
  /// @param <F> the kind of future
  /// @param futures what to wait for
  /// @param timeout seconds
  /// @param when how many to wait for
  /// @return those that are done and those that are not
  /// @throws IllegalArgumentException if there are none, or one is of another loop
  /// @throws IllegalStateException if no loop runs on this thread, or the caller in no coroutine
  public static <F extends Future<?>> WaitResult<F> wait(
      Collection<F> futures, double timeout, ReturnWhen when) {
    return Waits.wait(futures, timeout, when);
  }

  /// Waits until `when` says or the time is over, which is no error.
  ///
  /// @param <F> the kind of future
  /// @param futures what to wait for
  /// @param timeout the time
  /// @param when how many to wait for
  /// @return those that are done and those that are not
  /// @throws IllegalArgumentException if there are none, or one is of another loop
  /// @throws IllegalStateException if no loop runs on this thread, or the caller in no coroutine
  public static <F extends Future<?>> WaitResult<F> wait(
      Collection<F> futures, @Nullable Duration timeout, ReturnWhen when) {
    return Waits.wait(futures, Times.seconds(timeout), when);
  }

  /// Results in the order in which they come. See [AsCompleted] for the two ways to iterate.
  ///
  /// @param <T> what they give
  /// @param awaitables futures and coroutines; coroutines become tasks now
  /// @return what to iterate over, once
  /// @throws IllegalArgumentException if there are futures of different loops
  /// @throws IllegalStateException if there is no loop to run coroutines
  public static <T extends @Nullable Object> AsCompleted<T> asCompleted(
      Collection<? extends Awaitable<? extends T, ?>> awaitables) {
    return asCompleted(awaitables, Double.POSITIVE_INFINITY);
  }

  /// Results in the order in which they come, like [#asCompleted(Collection)].
  ///
  /// @param <T> what they give
  /// @param awaitables futures and coroutines; coroutines become tasks now
  /// @return what to iterate over, once
  /// @throws IllegalStateException if there is no loop to run coroutines
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public static <T extends @Nullable Object> AsCompleted<T> asCompleted(
      Awaitable<? extends T, ?>... awaitables) {
    return asCompleted(Arrays.asList(Objects.requireNonNull(awaitables, "awaitables")));
  }

  /// Results in the order in which they come, until the time is over. Nothing is cancelled then.
  ///
  /// @param <T> what they give
  /// @param awaitables futures and coroutines
  /// @param timeout seconds, from now
  /// @return what to iterate over, once; gives [TimeoutException]s for what is late
  public static <T extends @Nullable Object> AsCompleted<T> asCompleted(
      Collection<? extends Awaitable<? extends T, ?>> awaitables, double timeout) {
    return new AsCompleted<>(awaitables, timeout, Future.loopOf(awaitables));
  }

  /// Results in the order in which they come, until the time is over.
  ///
  /// @param <T> what they give
  /// @param awaitables futures and coroutines
  /// @param timeout the time, from now
  /// @return what to iterate over, once
  public static <T extends @Nullable Object> AsCompleted<T> asCompleted(
      Collection<? extends Awaitable<? extends T, ?>> awaitables, @Nullable Duration timeout) {
    return asCompleted(awaitables, Times.seconds(timeout));
  }

  /// Protects `awaitable` from the cancellation of who awaits the result: it goes on, and its
  /// error, if any, is reported.
  ///
  /// @param <T> what it gives
  /// @param awaitable a future or a coroutine
  /// @return a future to await in its place
  /// @throws IllegalStateException if there is no loop to run a coroutine
  public static <T extends @Nullable Object> Future<T> shield(Awaitable<T, ?> awaitable) {
    return Waits.shield(awaitable);
  }

  /// Protects a coroutine from the cancellation of who awaits the result.
  ///
  /// @param action the coroutine
  /// @return a future to await in its place
  @LowPriorityInOverloadResolution
  public static Future<Void> shield(Action<?> action) {
    return shield(CoroutineBody.of(action, "action"));
  }

  /// Runs clean-up that blocks, under [BlockingPolicy#SWITCH]: what a `finally` block has to wait
  /// for although its task was interrupted in a blocking call.
  ///
  /// Without it such a call is interrupted again, because a library that swallows the interrupt and
  /// tries once more looks just the same. Awaits need no such thing. Anywhere else this is a plain
  /// call. **Cancellation** that is asked for meanwhile interrupts as always.
  ///
  /// @param <T> what it gives
  /// @param <X> what the body throws
  /// @param body the clean-up
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  public static <T extends @Nullable Object, X extends Exception> T uninterrupted(
      Awaitable<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    var task = currentTask();
    return task == null ? body.await() : task.uninterrupted(body);
  }

  /// Runs clean-up that blocks, as the other form does.
  ///
  /// @param <X> what the body throws
  /// @param body the clean-up
  /// @throws X what the body throws
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void uninterrupted(Action<X> body) throws X {
    uninterrupted(CoroutineBody.of(body, "body"));
  }

  /// {@return whether an interrupt is behind an exception: it, or one of its causes, is what a
  /// blocking call throws when its thread is interrupted; `false` for an [Error]}
  ///
  /// For code under [BlockingPolicy#SWITCH] that catches `Exception` and goes on: a task that is
  /// cancelled in a blocking call gets such an error, and should end with it.
  ///
  /// @param error what was thrown
  public static boolean comesFromInterrupt(Throwable error) {
    return Interrupts.caused(Objects.requireNonNull(error, "error"));
  }

  // ---- time limits ------------------------------------------------------------------------------

  /// Waits for `awaitable`, but not for ever. Suspends.
  ///
  /// When the time is over it is cancelled and waited for. If it gives a result nevertheless, that
  /// is returned. **Cancellation** of the caller cancels it.
  ///
  /// @param <T> what it gives
  /// @param <X> what the coroutine throws
  /// @param awaitable a future or a coroutine
  /// @param timeout seconds; at most 0 gives it no chance unless it is done
  /// @return what it gives; throws what it throws
  /// @throws X what the coroutine throws
  /// @throws TimeoutException if the time was over
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, X extends Exception> T waitFor(
      Awaitable<T, X> awaitable, double timeout) throws X, TimeoutException {
    return Waits.waitFor(awaitable, timeout);
  }

  /// Waits for a coroutine, but not for ever.
  ///
  /// @param <X> what the coroutine throws
  /// @param action the coroutine
  /// @param timeout seconds; at most 0 gives it no chance unless it is done
  /// @throws X what the coroutine throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void waitFor(Action<X> action, double timeout)
      throws X, TimeoutException {
    waitFor(CoroutineBody.of(action, "action"), timeout);
  }

  /// Waits for `awaitable`, but not for ever. Suspends.
  ///
  /// When the time is over it is cancelled and waited for. If it gives a result nevertheless, that
  /// is returned. **Cancellation** of the caller cancels it.
  ///
  /// @param <T> what it gives
  /// @param <X> what the coroutine throws
  /// @param awaitable a future or a coroutine
  /// @param timeout the time
  /// @return what it gives
  /// @throws X what the coroutine throws
  /// @throws TimeoutException if the time was over
  public static <T extends @Nullable Object, X extends Exception> T waitFor(
      Awaitable<T, X> awaitable, @Nullable Duration timeout) throws X, TimeoutException {
    return Waits.waitFor(awaitable, Times.seconds(timeout));
  }

  /// Waits for a coroutine, but not for ever.
  ///
  /// @param <X> what the coroutine throws
  /// @param action the coroutine
  /// @param timeout the time
  /// @throws X what the coroutine throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void waitFor(Action<X> action, @Nullable Duration timeout)
      throws X, TimeoutException {
    waitFor(CoroutineBody.of(action, "action"), timeout);
  }

  /// Runs `body` with a time limit. Suspends when the body does.
  ///
  /// When the time is over, the task is cancelled and the [CancelledError] becomes a
  /// [TimeoutException].
  ///
  /// @param <T> what the body gives
  /// @param <X> what the body throws
  /// @param delay seconds
  /// @param body what to run
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, X extends Exception> T timeout(
      double delay, Awaitable<T, X> body) throws X, TimeoutException {
    return Timeout.after(delay).run(body);
  }

  /// Runs `body` with a time limit.
  ///
  /// @param <X> what the body throws
  /// @param delay seconds
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void timeout(double delay, Action<X> body)
      throws X, TimeoutException {
    Timeout.after(delay).run(body);
  }

  /// Runs `body` with a time limit that it may change.
  ///
  /// @param <X> what the body throws
  /// @param delay seconds
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void timeout(double delay, Timeout.Body<X> body)
      throws X, TimeoutException {
    Timeout.after(delay).run(body);
  }

  /// Runs `body` with a time limit.
  ///
  /// When the time is over, the task is cancelled and the [CancelledError] becomes a
  /// [TimeoutException].
  ///
  /// @param <T> what the body gives
  /// @param <X> what the body throws
  /// @param delay the time
  /// @param body what to run
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, X extends Exception> T timeout(
      @Nullable Duration delay, Awaitable<T, X> body) throws X, TimeoutException {
    return Timeout.after(Times.seconds(delay)).run(body);
  }

  /// Runs `body` with a time limit.
  ///
  /// @param <X> what the body throws
  /// @param delay the time
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void timeout(@Nullable Duration delay, Action<X> body)
      throws X, TimeoutException {
    Timeout.after(Times.seconds(delay)).run(body);
  }

  /// Runs `body` with a time limit that it may change.
  ///
  /// @param <X> what the body throws
  /// @param delay the time
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void timeout(@Nullable Duration delay, Timeout.Body<X> body)
      throws X, TimeoutException {
    Timeout.after(Times.seconds(delay)).run(body);
  }

  /// Runs `body` until a given time.
  ///
  /// When the time is over, the task is cancelled and the [CancelledError] becomes a
  /// [TimeoutException].
  ///
  /// @param <T> what the body gives
  /// @param <X> what the body throws
  /// @param when seconds of the loop's [EventLoop#time()]
  /// @param body what to run
  /// @return what it gives; throws what it throws
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  /// @throws IllegalStateException if the caller runs in no task
  public static <T extends @Nullable Object, X extends Exception> T timeoutAt(
      double when, Awaitable<T, X> body) throws X, TimeoutException {
    return Timeout.at(when).run(body);
  }

  /// Runs `body` until a given time.
  ///
  /// @param <X> what the body throws
  /// @param when seconds of the loop's [EventLoop#time()]
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void timeoutAt(double when, Action<X> body)
      throws X, TimeoutException {
    Timeout.at(when).run(body);
  }

  /// Runs `body` with a time limit that it may change.
  ///
  /// @param <X> what the body throws
  /// @param when seconds of the loop's [EventLoop#time()]
  /// @param body what to run
  /// @throws X what the body throws
  /// @throws TimeoutException if the time was over
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void timeoutAt(double when, Timeout.Body<X> body)
      throws X, TimeoutException {
    Timeout.at(when).run(body);
  }

  // ---- structure, threads -----------------------------------------------------------------------

  /// Runs `body` with a group of tasks, and waits for them. See [TaskGroup#run].
  ///
  /// @param body what makes the tasks
  /// @throws ExceptionGroup if tasks or the body failed
  /// @throws IllegalStateException if the caller runs in no task
  public static void taskGroup(TaskGroup.VoidBody body) {
    Objects.requireNonNull(body, "body");
    new TaskGroup()
        .run(tg -> {
          body.run(tg);
          return Boolean.TRUE;
        });
  }

  /// Has a blocking call made by another thread, in a copy of the current context. Suspends.
  ///
  /// **Cancellation** leaves the call alone once it has started, and drops its result.
  ///
  /// @param <T> what it gives
  /// @param <X> what the call throws
  /// @param call what may block
  /// @return what it gives; throws what it throws
  /// @throws X what the call throws
  /// @throws IllegalStateException if no loop runs on this thread, or its executor was shut down
  public static <T extends @Nullable Object, X extends Exception> T toThread(CallableOp<T, X> call)
      throws X {
    return offload(null, call, call);
  }

  /// Has a blocking call made by another thread, in a copy of the current context. Suspends.
  ///
  /// @param <X> what the call throws
  /// @param call what may block
  /// @throws X what the call throws
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void toThread(Action<X> call) throws X {
    Objects.requireNonNull(call, "call");
    offload(null, call.asAwaitable()::await, call);
  }

  /// Has a blocking call made by a thread of `executor`, in a copy of the current context.
  /// Suspends.
  ///
  /// **Cancellation** leaves the call alone once it has started, and drops its result.
  ///
  /// @param <T> what it gives
  /// @param <X> what it throws
  /// @param executor whose thread makes the call
  /// @param call what may block
  /// @return what it gives
  /// @throws X what it throws, the very object
  /// @throws IllegalStateException if no loop runs on this thread
  /// @throws java.util.concurrent.RejectedExecutionException if the executor refuses the call
  public static <T extends @Nullable Object, X extends Exception> T toThread(
      Executor executor, CallableOp<T, X> call) throws X {
    return offload(Objects.requireNonNull(executor, "executor"), call, call);
  }

  /// Has a blocking call made by a thread of `executor`, as the other form does.
  ///
  /// @param <X> what it throws
  /// @param executor whose thread makes the call
  /// @param call what may block
  /// @throws X what it throws, the very object
  @LowPriorityInOverloadResolution
  public static <X extends Exception> void toThread(Executor executor, Action<X> call) throws X {
    Objects.requireNonNull(call, "call");
    Objects.requireNonNull(executor, "executor");
    offload(executor, call.asAwaitable()::await, call);
  }

  private static <T extends @Nullable Object, X extends Exception> T offload(
      @Nullable Executor executor, CallableOp<T, X> call, Object origin) throws X {
    Objects.requireNonNull(call, "call");
    var context = Context.copyContext();
    return getRunningLoop()
        .defaultExecutor
        .<T>run(executor, () -> context.run(call), origin)
        .await();
  }

  /// Has a coroutine run by a loop that runs on another thread. Any thread; does not wait.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param loop the loop
  /// @return a future for other threads; cancelling it cancels the task
  /// @throws IllegalArgumentException if `body` is a future
  /// @throws IllegalStateException if the loop is closed
  public static <T extends @Nullable Object> CompletableFuture<T> runCoroutineThreadsafe(
      Awaitable<T, ?> body, EventLoop loop) {
    return JdkFutures.runThreadsafe(body, loop);
  }

  /// Has a coroutine run by a loop that runs on another thread. Any thread; does not wait.
  ///
  /// @param body the coroutine
  /// @param loop the loop
  /// @return a future for other threads
  @LowPriorityInOverloadResolution
  public static CompletableFuture<Void> runCoroutineThreadsafe(Action<?> body, EventLoop loop) {
    return runCoroutineThreadsafe(CoroutineBody.of(body, "body"), loop);
  }
}
