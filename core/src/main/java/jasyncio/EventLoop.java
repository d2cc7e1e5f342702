package jasyncio;

import jasyncio.internal.base.Durations;
import jasyncio.internal.base.LeakDetector;
import jasyncio.internal.fiber.Hub;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopCore;
import jasyncio.internal.loop.LoopParts;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Runs callbacks and tasks, one at a time, on one thread.
///
/// Most programs use [Asyncio#run(Awaitable)] and never see their loop. Methods are called on the
/// loop's thread, or by any thread while the loop does not run; those that any thread may call at
/// any time say so. Python: `asyncio.AbstractEventLoop`, as its selector loop.
public final class EventLoop implements AutoCloseable {
  static final LeakDetector LEAKS_OUTSIDE = new LeakDetector();

  // The machine, and the rooms.
  final FiberKind kind;
  final LoopCore core;
  final Hub hub;
  final LeakDetector leakDetector = new LeakDetector();
  final LoopLife life = new LoopLife(this);
  final LoopThread thread = new LoopThread(this);
  final TaskMaker taskMaker = new TaskMaker(this);
  final TaskList tasks = new TaskList(this);
  final Asyncgens asyncgens = new Asyncgens(this);
  final ErrorReports reports = new ErrorReports(this);
  final StepClock steps = new StepClock(this);
  final StallWatch stalls = new StallWatch(this);
  final LoopObserver observer = new LoopObserver(this);
  final BlockedFibers blocked = new BlockedFibers(this);
  final IdleHooks idleHooks = new IdleHooks(this);
  final DefaultExecutor defaultExecutor = new DefaultExecutor(this);
  final Signals signals;
  final RemoteCalls calls = new RemoteCalls();

  /// The context of what runs now: see [Context#of]. Loop thread only; meaningless between steps.
  @Nullable Object context;

  static {
    LoopAccess.install(new Access());
  }

  // Set by the loop's thread, asked by any; `debug` also set by others.
  private volatile BlockingPolicy blockingPolicy = BlockingPolicy.BLOCK;
  private volatile boolean debug = Debug.isDefault();
  volatile @Nullable String label; // of who made it, for messages: the name of a test, say

  EventLoop(@Nullable FiberKind kind, LoopParts parts) {
    this.kind = FiberKind.choose(kind);
    this.core = new LoopCore(this, this.kind::newHub, parts, blocked, idleHooks);
    this.hub = core.hub();
    this.signals = new Signals(this, parts.signals());
    setBlockingPolicy(BlockingPolicy.fromProperty());
  }

  /// A new loop with the given fiber runtime. Close it when it is no longer needed.
  ///
  /// @param kind the runtime, or `null` for the one that `-Djasyncio.fibers` names, or else the
  ///   best that works here
  /// @return the loop
  /// @throws IllegalStateException if that runtime cannot be used here; says which flag is missing
  public static EventLoop create(@Nullable FiberKind kind) {
    return new EventLoop(kind, LoopParts.real());
  }

  /// {@return the loop that runs on the calling thread, or `null`; [Asyncio#getRunningLoop()]
  /// throws in place of that. Python: `asyncio._get_running_loop`}
  public static @Nullable EventLoop running() {
    return Running.loop();
  }

  // ---- running ----------------------------------------------------------------------------------

  /// Runs until `main` is done. A coroutine becomes a task.
  ///
  /// @param <T> what `main` gives
  /// @param <X> what the coroutine throws
  /// @param main a future of this loop, or a coroutine
  /// @return what it gives; throws what it throws
  /// @throws X what the coroutine throws
  /// @throws IllegalArgumentException if `main` is a future of another loop
  /// @throws IllegalStateException if the loop is closed, runs already, was stopped before `main`
  ///   was done, or if another loop runs on this thread
  public <T extends @Nullable Object, X extends Exception> T runUntilComplete(Awaitable<T, X> main)
      throws X {
    Objects.requireNonNull(main, "main");
    return life.runUntilDone(main);
  }

  /// Runs until `main` is done.
  ///
  /// @param <X> what the coroutine throws
  /// @param main a coroutine
  /// @throws X what the coroutine throws
  /// @throws IllegalStateException as the other form
  @LowPriorityInOverloadResolution
  public <X extends Exception> void runUntilComplete(Action<X> main) throws X {
    runUntilComplete(CoroutineBody.of(main, "main"));
  }

  /// Runs until [#stop()] is called. If that was called before, runs what is ready and returns. A
  /// [KeyboardInterrupt] or [SystemExit] that a callback or a task throws comes out at once; the
  /// loop can be run again.
  ///
  /// @throws IllegalStateException if the loop is closed or runs already, or if another loop runs
  ///   on this thread
  public void runForever() {
    life.run();
  }

  /// Makes [#runForever()] return after the current iteration; what that scheduled runs the next
  /// time. Any thread.
  public void stop() {
    if (isRunning() && !thread.isHere()) {
      thread.sendUnlessClosed(core::stop);
    } else {
      core.stop();
    }
  }

  /// {@return whether the loop runs; any thread}
  public boolean isRunning() {
    return life.isRunning();
  }

  /// {@return whether the loop is closed; any thread}
  public boolean isClosed() {
    return life.isClosed();
  }

  /// Closes the loop: reports tasks that are not done and lets their `finally` blocks run, which
  /// cannot await any more, drops what is scheduled, closes connections and whatever else of the
  /// loop is open, and ends the executor without waiting for it.
  ///
  /// Whatever fails, the rest is done all the same; the first failure is thrown in the end. To call
  /// it again has no effect, also from another thread, or from code that it calls, while the loop
  /// is still being closed.
  ///
  /// @throws IllegalStateException if the loop runs
  @Override
  public void close() {
    life.close();
  }

  // ---- callbacks --------------------------------------------------------------------------------

  /// Has `callback` run in the next iteration, after all that were scheduled before.
  ///
  /// It runs in a copy of the current context. What it throws goes to the exception handler, except
  /// [KeyboardInterrupt] and [SystemExit], which leave the loop. Outside debug mode a call from
  /// another thread is taken as [#callSoonThreadsafe(Runnable)].
  ///
  /// @param callback what to run; must not await
  /// @return a handle to cancel it
  /// @throws IllegalStateException if the loop is closed; in debug mode also from another thread
  public Handle callSoon(Runnable callback) {
    return callSoon(callback, null);
  }

  /// Has `callback` run in the next iteration, in the given context.
  ///
  /// @param callback what to run
  /// @param context the context, or `null` for a copy of the current one
  /// @return a handle to cancel it
  /// @throws IllegalStateException as the other form
  public Handle callSoon(Runnable callback, @Nullable Context context) {
    life.checkNotClosed();
    thread.check();
    var handle = newHandle(callback, context);
    core.schedule(handle);
    return handle;
  }

  /// Has `callback` run by the loop, and wakes it if it waits. Any thread, at any time; never
  /// blocks.
  ///
  /// @param callback what to run
  /// @return a handle to cancel it, from any thread
  /// @throws IllegalStateException if the loop is closed
  public Handle callSoonThreadsafe(Runnable callback) {
    return callSoonThreadsafe(callback, null);
  }

  /// Has `callback` run by the loop in the given context. Any thread.
  ///
  /// @param callback what to run
  /// @param context the context, or `null` for a copy of the current one
  /// @return a handle to cancel it, from any thread
  /// @throws IllegalStateException if the loop is closed
  public Handle callSoonThreadsafe(Runnable callback, @Nullable Context context) {
    life.checkNotClosed();
    var handle = newHandle(callback, context);
    stalls.hasOutside();
    thread.send(handle);
    return handle;
  }

  Handle newHandle(Runnable callback, @Nullable Context context) {
    Objects.requireNonNull(callback, "callback");
    return new Handle(this, callback, context != null ? context : Context.current());
  }

  /// Has `callback` run after a while. Equal times run in the order in which they were scheduled.
  /// Outside debug mode a call from another thread is sent to the loop, and wakes it.
  ///
  /// @param delay seconds from now; at most 0 means the next iteration, after what is ready
  /// @param callback what to run
  /// @return a handle to cancel it
  /// @throws IllegalArgumentException if `delay` is not a number
  /// @throws IllegalStateException if the loop is closed; in debug mode also from another thread
  public TimerHandle callLater(double delay, Runnable callback) {
    return callLater(delay, callback, null);
  }

  /// Has `callback` run after a while, in the given context.
  ///
  /// @param delay seconds from now
  /// @param callback what to run
  /// @param context the context, or `null` for a copy of the current one
  /// @return a handle to cancel it
  public TimerHandle callLater(double delay, Runnable callback, @Nullable Context context) {
    return callAt(time() + delay, callback, context);
  }

  /// Has `callback` run after a while.
  ///
  /// @param delay from now
  /// @param callback what to run
  /// @return a handle to cancel it
  public TimerHandle callLater(Duration delay, Runnable callback) {
    return callLater(Durations.seconds(delay, "delay"), callback, null);
  }

  /// Has `callback` run after a while, in the given context.
  ///
  /// @param delay from now
  /// @param callback what to run
  /// @param context the context, or `null` for a copy of the current one
  /// @return a handle to cancel it
  public TimerHandle callLater(Duration delay, Runnable callback, @Nullable Context context) {
    return callLater(Durations.seconds(delay, "delay"), callback, context);
  }

  /// Has `callback` run at a given time. Outside debug mode a call from another thread is sent to
  /// the loop, and wakes it.
  ///
  /// @param when seconds of [#time()]
  /// @param callback what to run
  /// @return a handle to cancel it
  /// @throws IllegalArgumentException if `when` is not a number
  /// @throws IllegalStateException if the loop is closed; in debug mode also from another thread
  public TimerHandle callAt(double when, Runnable callback) {
    return callAt(when, callback, null);
  }

  /// Has `callback` run at a given time, in the given context.
  ///
  /// @param when seconds of [#time()]
  /// @param callback what to run
  /// @param context the context, or `null` for a copy of the current one
  /// @return a handle to cancel it
  public TimerHandle callAt(double when, Runnable callback, @Nullable Context context) {
    Objects.requireNonNull(callback, "callback");
    Times.checkNumber(when);
    life.checkNotClosed();
    thread.check();
    var handle =
        new TimerHandle(this, when, callback, context != null ? context : Context.current());
    core.schedule(Times.nanos(when), handle);
    return handle;
  }

  /// {@return the loop's clock, in seconds: monotonic, the same for all loops; any thread}
  public double time() {
    return core.nanos() / 1e9;
  }

  void schedule(Entry entry) {
    core.schedule(entry);
  }

  /// The time of the loop's clock, in nanoseconds, that is `delay` seconds from now.
  long nanosAfter(double delay) {
    return Times.nanosFromNow(core.nanos(), delay);
  }

  void scheduleUnlessClosed(Entry entry) {
    if (!isClosed()) {
      core.schedule(entry);
    }
  }

  /// {@return what it has to do at this moment} Costs little, whatever there is: nothing is walked
  /// through. Any thread, even if the loop is held up; for others than the loop's the numbers are
  /// near what they were a moment ago, and need not go together.
  public LoopStatistics statistics() {
    return new LoopStatistics(
        core.ready(),
        core.timers().waiting(),
        tasks.size(),
        blocked.tasks(),
        core.channels().size(),
        defaultExecutor.statistics());
  }

  // ---- futures and tasks ------------------------------------------------------------------------

  /// {@return a new future of this loop}
  ///
  /// @param <T> the type of its result
  public <T extends @Nullable Object> Future<T> createFuture() {
    return new Future<>(this);
  }

  /// {@return a new future of this loop, of which [Task#waitsFor()] knows more}
  ///
  /// @param <T> the type of its result
  /// @param info what tasks that await it wait for
  public <T extends @Nullable Object> Future<T> createFuture(WaitInfo.Source info) {
    return new DescribedFuture<>(this, Objects.requireNonNull(info, "info"));
  }

  /// {@return a new future of this loop that has a name}
  ///
  /// @param <T> the type of its result
  /// @param name for [Task#waitsFor()]: what it will bring, for example
  public <T extends @Nullable Object> Future<T> createFuture(String name) {
    Objects.requireNonNull(name, "name");
    return createFuture(() -> new WaitInfo(WaitInfo.Kind.FUTURE, WaitInfo.named("future", name)));
  }

  /// Makes a task that runs `body`, from the next iteration on.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @return the task
  /// @throws IllegalArgumentException if `body` is a future already
  /// @throws IllegalStateException if the loop is closed; or runs, and this is another thread,
  ///   which uses [Asyncio#runCoroutineThreadsafe(Awaitable, EventLoop)] instead
  public <T extends @Nullable Object> Task<T> createTask(Awaitable<T, ?> body) {
    return createTask(body, TaskOptions.defaults());
  }

  /// Makes a task with a name.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param name its name
  /// @return the task
  public <T extends @Nullable Object> Task<T> createTask(Awaitable<T, ?> body, String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Makes a task as described by `options`, by way of the task factory if there is one.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the task
  /// @throws IllegalArgumentException if `body` is a future already
  /// @throws ClassCastException if the task factory makes futures that are not tasks; see
  ///   [#createFutureFor]
  /// @throws IllegalStateException if the loop is closed; or runs, and this is another thread
  public <T extends @Nullable Object> Task<T> createTask(
      Awaitable<T, ?> body, TaskOptions options) {
    return taskMaker.task(body, options);
  }

  /// Makes a task that runs `body`.
  ///
  /// @param body the coroutine
  /// @return the task
  @LowPriorityInOverloadResolution
  public Task<Void> createTask(Action<?> body) {
    return createTask(body, TaskOptions.defaults());
  }

  /// Makes a task with a name.
  ///
  /// @param body the coroutine
  /// @param name its name
  /// @return the task
  @LowPriorityInOverloadResolution
  public Task<Void> createTask(Action<?> body, String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Makes a task as described by `options`.
  ///
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the task
  @LowPriorityInOverloadResolution
  public Task<Void> createTask(Action<?> body, TaskOptions options) {
    return taskMaker.task(body, options);
  }

  /// Makes what stands for a running `body`: a task, unless the task factory makes other futures.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the future
  public <T extends @Nullable Object> Future<T> createFutureFor(
      Awaitable<T, ?> body, TaskOptions options) {
    return taskMaker.future(body, options);
  }

  /// Sets what makes the tasks of this loop.
  ///
  /// @param factory the factory, or `null` for the default
  public void setTaskFactory(@Nullable TaskFactory factory) {
    taskMaker.setFactory(factory);
  }

  /// {@return what makes the tasks of this loop, or `null` for the default}
  public @Nullable TaskFactory getTaskFactory() {
    return taskMaker.factory();
  }

  /// Has this loop, which may run on another thread, run a coroutine, and gives a future of the
  /// caller's loop: to be awaited, or cancelled, here. Any loop's thread; does not wait.
  ///
  /// The task there runs in a copy of the caller's context. What it throws comes out here, the very
  /// object. **Cancellation** of the future cancels the task, and whoever awaits the future goes on
  /// when the task has ended, which may have refused. This may be the caller's own loop, too. If it
  /// does not run, the call waits until it does; cancelled before it has begun, it ends at once. If
  /// it is closed, or as a loop of a group stopped, before the task has ended, and nobody has
  /// cancelled the future, awaiting that throws an [IllegalStateException]. Both loops see whatever
  /// the body captures: see [LoopGroup] on what that may be.
  ///
  /// Under virtual time the caller's time stands still until the call has ended. So a task of
  /// another loop that calls the caller's loop in turn must not wait there for time to pass.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @return a future of the loop that runs here
  /// @throws IllegalArgumentException if `body` is a future already
  /// @throws IllegalStateException if this loop is closed; or if no loop runs here: a plain thread
  ///   uses [Asyncio#runCoroutineThreadsafe(Awaitable, EventLoop)]
  public <T extends @Nullable Object> Future<T> call(Awaitable<T, ?> body) {
    return RemoteCall.begin(this, body, TaskOptions.defaults());
  }

  /// Has this loop run a coroutine, as the other form does, in a task made as described by
  /// `options`.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param options the task's name, and its context, which nobody else is to use meanwhile; by
  ///   default it is a copy of the caller's
  /// @return a future of the loop that runs here
  public <T extends @Nullable Object> Future<T> call(Awaitable<T, ?> body, TaskOptions options) {
    return RemoteCall.begin(this, body, options);
  }

  /// Has this loop run a coroutine, as the other form does.
  ///
  /// @param body the coroutine
  /// @return a future of the loop that runs here
  @LowPriorityInOverloadResolution
  public Future<Void> call(Action<?> body) {
    return RemoteCall.begin(this, body, TaskOptions.defaults());
  }

  /// Has this loop run a coroutine, in a task made as described by `options`.
  ///
  /// @param body the coroutine
  /// @param options the task's name and context
  /// @return a future of the loop that runs here
  @LowPriorityInOverloadResolution
  public Future<Void> call(Action<?> body, TaskOptions options) {
    return RemoteCall.begin(this, body, options);
  }

  /// The task whose code runs now, or `null` in a callback.
  @Nullable Task<?> current() {
    var fiber = hub.current();
    return fiber == null ? null : Running.taskOf(fiber);
  }

  /// A callback, or the code of a task, begins or goes on, in the given context.
  void enter(@Nullable Object theirs) {
    if (context != theirs) { // see Hub on what a store costs
      context = theirs;
    }
    steps.begin();
  }

  /// It stops, for a while or for good.
  ///
  /// @param step the task or the callback
  void leave(Object step) {
    steps.end(step);
  }

  // ---- executor ---------------------------------------------------------------------------------

  /// Has `call` run by another thread. **Cancellation** of the future drops the call if it has not
  /// started, else its result.
  ///
  /// @param <T> what it gives
  /// @param executor who runs it, or `null` for the loop's own, which has a few threads named
  ///   `asyncio_N`
  /// @param call what may block
  /// @return a future of what it gives
  /// @throws IllegalStateException if the loop is closed, or its executor was shut down
  /// @throws java.util.concurrent.RejectedExecutionException if the executor refuses the call
  public <T extends @Nullable Object> Future<T> runInExecutor(
      @Nullable Executor executor, Callable<T> call) {
    Objects.requireNonNull(call, "call");
    return defaultExecutor.run(executor, call, call);
  }

  /// Has `call` run by a thread of the loop's own executor, as the other form does.
  ///
  /// @param <T> what it gives
  /// @param call what may block
  /// @return a future of what it gives
  /// @throws IllegalStateException if the loop is closed, or its executor was shut down
  public <T extends @Nullable Object> Future<T> runInExecutor(Callable<T> call) {
    return runInExecutor(null, call);
  }

  /// Has `call` run by a thread of the loop's own executor.
  ///
  /// @param call what may block
  /// @return a future that is done when it has run
  /// @throws IllegalStateException if the loop is closed, or its executor was shut down
  @LowPriorityInOverloadResolution
  public Future<Void> runInExecutor(Action<?> call) {
    return runInExecutor(null, call);
  }

  /// Has `call` run by another thread.
  ///
  /// @param executor who runs it, or `null` for the loop's own
  /// @param call what may block
  /// @return a future that is done when it has run
  @LowPriorityInOverloadResolution
  public Future<Void> runInExecutor(@Nullable Executor executor, Action<?> call) {
    Objects.requireNonNull(call, "call");
    return defaultExecutor.run(executor, () -> call.asAwaitable().await(), call);
  }

  /// Sets the executor that [#runInExecutor] uses by default. The loop shuts it down in the end,
  /// unless it has been given another by then.
  ///
  /// @param executor the executor
  public void setDefaultExecutor(ExecutorService executor) {
    defaultExecutor.setExecutor(Objects.requireNonNull(executor, "executor"));
  }

  /// Ends the default executor and waits for its threads, however long that takes. Suspends.
  /// **Cancellation** ends the wait alone.
  public void shutdownDefaultExecutor() {
    shutdownDefaultExecutor(Double.POSITIVE_INFINITY);
  }

  /// Ends the default executor and waits for its threads; warns if they take too long. Suspends.
  ///
  /// @param timeout seconds to wait at most
  public void shutdownDefaultExecutor(double timeout) {
    defaultExecutor.shutDown(timeout);
  }

  /// Ends the default executor and waits for its threads; warns if they take too long. Suspends.
  ///
  /// @param timeout how long to wait at most, or `null` for no limit
  public void shutdownDefaultExecutor(@Nullable Duration timeout) {
    shutdownDefaultExecutor(Times.seconds(timeout));
  }

  /// Closes the asynchronous generators that are not exhausted, side by side. Suspends.
  /// [Asyncio#run] does it in the end.
  ///
  /// What goes wrong is told to the exception handler. A generator that is first iterated
  /// afterwards is warned of: nobody would close it.
  public void shutdownAsyncgens() {
    asyncgens.closeAll();
  }

  // ---- errors -----------------------------------------------------------------------------------

  /// Sets what gets the errors that nobody else can get.
  ///
  /// @param handler the handler, or `null` for [#defaultExceptionHandler]
  public void setExceptionHandler(@Nullable ExceptionHandler handler) {
    reports.setHandler(handler);
  }

  /// {@return the exception handler, or `null` if it is the default}
  public @Nullable ExceptionHandler getExceptionHandler() {
    return reports.handler();
  }

  /// Logs an error. Any thread.
  ///
  /// @param error what is known about it
  public void defaultExceptionHandler(ErrorContext error) {
    Objects.requireNonNull(error, "error");
    reports.log(error);
  }

  /// Gives an error to the exception handler, on the loop in the context of the task or callback
  /// concerned. What the handler throws is reported in turn, except [KeyboardInterrupt] and
  /// [SystemExit].
  ///
  /// @param error what is known about it
  public void callExceptionHandler(ErrorContext error) {
    Objects.requireNonNull(error, "error");
    reports.tell(error);
  }

  // ---- debug mode -------------------------------------------------------------------------------

  /// {@return whether debug mode is on; any thread}
  public boolean getDebug() {
    return debug;
  }

  /// Switches debug mode: misuse is detected, stacks are kept, slow steps are reported. Slow.
  ///
  /// @param debug whether it is on
  public void setDebug(boolean debug) {
    this.debug = debug;
    steps.set();
  }

  /// {@return from how many seconds on a step is reported as slow in debug mode, or as blocking
  /// under policy `FORBID`; 0.1 unless it was set; any thread}
  public double getSlowCallbackDuration() {
    return steps.slowSeconds();
  }

  /// Sets from when on a callback or a task's step is reported: see [#getSlowCallbackDuration()].
  /// Any thread.
  ///
  /// @param seconds the duration
  public void setSlowCallbackDuration(double seconds) {
    steps.setSlowSeconds(seconds);
  }

  /// Sets from when on a callback or a task's step is reported. Any thread.
  ///
  /// @param duration the duration
  public void setSlowCallbackDuration(Duration duration) {
    setSlowCallbackDuration(Durations.seconds(duration));
  }

  // ---- what holds it up -------------------------------------------------------------------------

  /// {@return for how many seconds a task or a callback may hold up the loop before a warning is
  /// logged; 0 for never; 1 unless it was set, or `-Djasyncio.stall` says otherwise; any thread}
  public double getStallLimit() {
    return stalls.limit();
  }

  /// Sets for how long a task or a callback may hold up the loop, because it computes or blocks,
  /// before a warning is logged. Any thread.
  ///
  /// The warning comes while it lasts, in any mode, from a daemon thread; it says who it is, where,
  /// and what to do instead. It comes again after twice the time, and so on; when the loop goes on
  /// at last, that is logged, too. Time in which the process was stopped does not count, nor does
  /// most of that in which classes are loaded. After five times the limit it is also logged, once,
  /// that the main task waits and nothing is in sight that could ever wake the loop. The loop
  /// itself does nothing for this, so it costs the same with any limit. Python has none.
  ///
  /// @param seconds the limit; 0 for no warnings
  /// @throws IllegalArgumentException if it is negative, or not a number
  public void setStallLimit(double seconds) {
    stalls.setLimit(seconds);
  }

  /// Sets for how long a task or a callback may hold up the loop before a warning is logged. Any
  /// thread.
  ///
  /// @param limit the limit; zero for no warnings
  /// @throws IllegalArgumentException if it is negative
  public void setStallLimit(Duration limit) {
    setStallLimit(Durations.seconds(limit, "limit"));
  }

  // ---- blocking calls ---------------------------------------------------------------------------

  /// {@return which fiber runtime the loop uses; any thread}
  public FiberKind fibers() {
    return kind;
  }

  /// {@return what happens when a task blocks its thread}
  public BlockingPolicy getBlockingPolicy() {
    return blockingPolicy;
  }

  /// Sets what happens when a task blocks its thread.
  ///
  /// @param policy the policy
  /// @throws IllegalStateException if the fiber runtime cannot do it
  public void setBlockingPolicy(BlockingPolicy policy) {
    Objects.requireNonNull(policy, "policy");
    if (policy != BlockingPolicy.BLOCK && kind != FiberKind.SCHEDULED) {
      throw new IllegalStateException(
          "blocking policy "
              + policy
              + " needs the scheduled fiber runtime; "
              + FiberKind.whyNotScheduled());
    }
    blockingPolicy = policy;
    core.setBlockingMode(policy.core);
    steps.set();
  }

  // ---- signals ----------------------------------------------------------------------------------

  /// Has `callback` run by the loop whenever a signal comes, until it is removed or the loop
  /// closed. It takes the place of one that the signal had before.
  ///
  /// @param signal its name, such as `INT` or `SIGINT`
  /// @param callback what to run, as by [#callSoon(Runnable)]
  /// @throws IllegalArgumentException if there is no such signal
  /// @throws IllegalStateException if the loop is closed, or the signal cannot be caught, like
  ///   `KILL`, or like one that was ignored when the program began, without native access
  public void addSignalHandler(String signal, Runnable callback) {
    Objects.requireNonNull(signal, "signal");
    Objects.requireNonNull(callback, "callback");
    life.checkNotClosed();
    signals.add(signal, callback);
  }

  /// Gives a signal the meaning back that it had before [#addSignalHandler].
  ///
  /// @param signal its name
  /// @return whether it had a callback
  /// @throws IllegalArgumentException if there is no such signal
  public boolean removeSignalHandler(String signal) {
    return signals.remove(Objects.requireNonNull(signal, "signal"));
  }

  /// {@return `<EventLoop running=true closed=false debug=false>`}
  @Override
  public String toString() {
    return "<EventLoop"
        + (label == null ? "" : " of " + label)
        + " running="
        + isRunning()
        + " closed="
        + isClosed()
        + " debug="
        + debug
        + ">";
  }
}
