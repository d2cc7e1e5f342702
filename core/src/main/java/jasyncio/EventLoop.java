package jasyncio;

import jasyncio.internal.base.Durations;
import jasyncio.internal.base.LeakDetector;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.fiber.Hub;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopCore;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.BooleanSupplier;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Runs callbacks and tasks, one at a time, on one thread.
///
/// Most programs use [Asyncio#run(Awaitable)] and never see their loop. Methods are called on the
/// loop's thread, or by any thread while the loop does not run; those that any thread may call at
/// any time say so. Python: `asyncio.AbstractEventLoop`, as its selector loop.
public final class EventLoop implements AutoCloseable {
  static final LeakDetector LEAKS_OUTSIDE = new LeakDetector();
  private static final long EPOCH = System.nanoTime();
  private static final String THREADSAFE_TASKS = "runCoroutineThreadsafe";

  /* Overview
   * The life of a loop:  IDLE -> RUNNING -> IDLE    run; any number of times
   *                      IDLE -> CLOSING -> CLOSED  close
   * Each arrow out of IDLE is taken by one thread alone, by compare-and-set, before any user code is called; who
   * comes second is refused, or has nothing to do. That thread takes the others, too. CLOSING: tasks are being unwound;
   * they may still schedule, to no effect. Nobody can await from then on.
   */
  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int CLOSING = 2;
  private static final int CLOSED = 3;
  private static final AtomicIntegerFieldUpdater<EventLoop> LIFE =
      AtomicIntegerFieldUpdater.newUpdater(EventLoop.class, "life");

  final FiberKind kind;
  final LoopCore core;
  final Hub hub;
  final LeakDetector leakDetector = new LeakDetector();
  final IdleHooks idleHooks = new IdleHooks(this);

  /// The context of what runs now: see [Context#of]. Loop thread only; meaningless between steps.
  @Nullable Object context;

  static {
    LoopAccess.install(new Access());
  }

  private final DefaultExecutor defaultExecutor = new DefaultExecutor(this);
  private final Signals signals = new Signals(this);
  private final Watchdog watchdog = new Watchdog(this);
  private final Blocking blocking = new Blocking();
  private final Set<AsyncCloseable> asyncgens = new LinkedHashSet<>();
  private boolean asyncgensShutDown;
  private @Nullable Task<?> tasks; // head of the list of tasks that are not done
  private @Nullable TaskFactory taskFactory;
  private @Nullable ExceptionHandler exceptionHandler;
  private BlockingPolicy blockingPolicy = BlockingPolicy.BLOCK;
  private volatile double slowCallbackDuration = 0.1;
  private volatile boolean watched; // the time of steps is taken
  private volatile boolean debug = Debug.isDefault();
  private volatile int life = IDLE;
  private final Queue<ErrorContext> reports = new ConcurrentLinkedQueue<>(); // any thread
  private long stepBegan;

  EventLoop(@Nullable FiberKind kind) {
    this.kind = FiberKind.choose(kind);
    this.core = new LoopCore(this, this.kind::newHub, () -> System.nanoTime() - EPOCH, blocking);
    this.hub = core.hub();
    setBlockingPolicy(BlockingPolicy.fromProperty());
  }

  /// A new loop with the given fiber runtime. Close it when it is no longer needed.
  ///
  /// @param kind the runtime, or `null` for the one that `-Djasyncio.fibers` names, or else the
  ///   best that works here
  /// @return the loop
  /// @throws IllegalStateException if that runtime cannot be used here; says which flag is missing
  public static EventLoop create(@Nullable FiberKind kind) {
    return new EventLoop(kind);
  }

  /// {@return the loop that runs on the calling thread, or `null`; [Asyncio#getRunningLoop()]
  /// throws in place of that. Python: `asyncio._get_running_loop`}
  public static @Nullable EventLoop running() {
    var fiber = Fiber.current();
    return fiber != null && fiber.hub().owner() instanceof EventLoop loop ? loop : null;
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
    checkRunnable();
    boolean isNew = !(main instanceof Future<?>);
    var future = Asyncio.ensureFuture(main, this);
    future.mark(Future.MAIN);
    if (isNew && future instanceof Task<?> task) {
      task.reportIfDestroyed = false;
    }
    var stopper =
        new Entry() {
          @Override
          protected @Nullable Fiber turn() {
            future.markRead();
            var error = future.peekException();
            if (!(error instanceof KeyboardInterrupt || error instanceof SystemExit)) {
              core.stop();
            }
            return null;
          }

          @Override
          public String toString() {
            return "_run_until_complete_cb()";
          }
        };
    future.whenDone(stopper);
    try {
      runForever();
    } catch (Throwable e) {
      future.markRead();
      throw e;
    } finally {
      future.forget(stopper);
      core.takeBack(stopper); // it is queued if something forced its way out before its turn
    }
    if (!future.done()) {
      throw new IllegalStateException("Event loop stopped before Future completed.");
    }
    return future.result();
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
    checkRunnable();
    if (!LIFE.compareAndSet(this, IDLE, RUNNING)) {
      throw notIdle();
    }
    try {
      watchSteps();
      core.run();
    } catch (Throwable e) {
      throw Sneaky.rethrow(e);
    } finally {
      watchdog.loopEnds();
      context = null; // what ran last is not kept until the next run
      life = IDLE;
      tellReports(); // those that came too late for the last iteration
    }
  }

  private IllegalStateException notIdle() {
    return new IllegalStateException(
        switch (life) {
          case CLOSING -> "Event loop is being closed";
          case CLOSED -> "Event loop is closed";
          default -> "This event loop is already running";
        });
  }

  private void checkRunnable() {
    if (life != IDLE) {
      throw notIdle();
    }
    if (running() != null) {
      throw new IllegalStateException("Cannot run the event loop while another loop is running");
    }
  }

  /// Makes [#runForever()] return after the current iteration; what that scheduled runs the next
  /// time. Any thread.
  public void stop() {
    if (isRunning() && !isRunningHere()) {
      sendUnlessClosed(core::stop);
    } else {
      core.stop();
    }
  }

  /// Makes [#runForever()] return at once: what is left of the current iteration keeps its place
  /// and has its turn in the next run. For code that runs a loop whenever it has to wait, and goes
  /// on as soon as it can.
  public void stopNow() {
    checkThread();
    core.halt();
  }

  /// {@return whether the loop runs; any thread}
  public boolean isRunning() {
    return life == RUNNING;
  }

  /// {@return whether the loop is closed; any thread}
  public boolean isClosed() {
    return life == CLOSED;
  }

  /// Whether the caller is a callback or a coroutine of this loop.
  boolean isRunningHere() {
    return isRunning() && hub.isCurrent(Thread.currentThread());
  }

  /// Whether [#close()] was called: nobody can await any more.
  boolean isClosing() {
    return life >= CLOSING;
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
    while (!LIFE.compareAndSet(this, IDLE, CLOSING)) {
      int now = life;
      if (now == RUNNING) {
        throw new IllegalStateException("Cannot close a running event loop");
      } else if (now != IDLE) {
        return;
      }
    }
    var steps = new Steps();
    steps.take(signals::removeAll);
    abandonTasks(steps);
    life = CLOSED;
    abandonTasks(steps); // what the `finally` blocks of those made; there can be no more after that
    steps.take(core::close);
    steps.take(defaultExecutor::close);
    steps.take(leakDetector::flush);
    idleHooks.clear();
    context = null;
    steps.end();
  }

  private void abandonTasks(Steps steps) {
    for (var task : taskList()) {
      if (task.reportIfDestroyed) {
        steps.take(() ->
            callExceptionHandler(
                ErrorContext.of("Task was destroyed but it is pending!").task(task)));
      }
    }
    for (var task : taskList()) {
      steps.take(task::unwind);
      unregister(task);
    }
  }

  /// Things to be done one after the other, whether or not those before have failed.
  private static final class Steps {
    private @Nullable Throwable failure;

    void take(Runnable step) {
      try {
        step.run();
      } catch (Throwable e) {
        if (failure == null) {
          failure = e;
        } else if (failure != e) {
          failure.addSuppressed(e);
        }
      }
    }

    void end() {
      if (failure != null) {
        throw Sneaky.sneak(failure);
      }
    }
  }

  void checkClosed() {
    if (isClosed()) {
      throw new IllegalStateException("Event loop is closed");
    }
  }

  /// @throws IllegalArgumentException if the future is of another loop
  void checkOwns(Future<?> future) {
    if (Objects.requireNonNull(future, "future").getLoop() != this) {
      throw new IllegalArgumentException(
          "The future belongs to a different loop than the one specified as the loop argument");
    }
  }

  void checkThread() {
    if (debug) {
      checkThreadAlways("callSoonThreadsafe");
    }
  }

  /// @param instead what another thread is to use
  private void checkThreadAlways(String instead) {
    if (!hub.mayBeTouchedBy(Thread.currentThread())) {
      throw new IllegalStateException(
          "Non-thread-safe operation invoked on an event loop other than the current one; from another"
              + " thread use "
              + instead);
    }
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
    checkClosed();
    checkThread();
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
    checkClosed();
    var handle = newHandle(callback, context);
    send(handle);
    return handle;
  }

  private Handle newHandle(Runnable callback, @Nullable Context context) {
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
    checkClosed();
    checkThread();
    var handle =
        new TimerHandle(this, when, callback, context != null ? context : Context.current());
    core.schedule(Times.nanos(when), handle);
    return handle;
  }

  /// Has `callback` run once, as soon as nothing else is ready and the loop would wait. Outside
  /// debug mode a call from another thread is sent to the loop, and wakes it.
  ///
  /// @param callback what to run; must not await
  /// @return a handle to cancel it
  /// @throws IllegalStateException if the loop is closed; in debug mode also from another thread
  public Handle callWhenIdle(Runnable callback) {
    checkClosed();
    checkThread();
    var handle = newHandle(callback, null);
    core.inTurn(() -> idleHooks.add(handle));
    return handle;
  }

  /// Sets what is called when the loop would wait forever: nothing is ready, and there is no timer,
  /// no channel, no call in an executor, no awaited future of the JDK and no task in a blocking
  /// call that could end the wait. If the handler does nothing about it, the loop waits: a signal,
  /// or another thread with [#callSoonThreadsafe(Runnable)], may still wake it.
  ///
  /// Outside debug mode a call from another thread is sent to the loop, and wakes it.
  ///
  /// @param handler what to call, as a callback; or `null` for nothing
  /// @throws IllegalStateException in debug mode, from another thread
  public void setStallHandler(@Nullable Runnable handler) {
    checkThread();
    core.inTurn(() -> idleHooks.setStallHandler(handler));
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

  void sendUnlessClosed(Runnable callback) {
    sendUnlessClosed(new Handle(this, callback, Bindings.EMPTY));
  }

  void sendUnlessClosed(Entry entry) {
    if (!isClosed()) {
      send(entry);
    }
  }

  /// Any thread. On the loop's own the entry takes its place in the queue like any other.
  private void send(Entry entry) {
    if (isRunningHere()) {
      core.schedule(entry);
    } else {
      core.send(entry);
    }
  }

  /// Runs a callback, on a fiber. What it throws ends here.
  void runCallback(Handle handle, Runnable callback) {
    context = handle.context();
    beginStep();
    try {
      try {
        callback.run();
      } finally {
        handle.keepContext(context); // which was but values, until the callback set one
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      core.escape(e);
    } catch (Throwable e) {
      reportOnLoop(ErrorContext.of("Exception in callback " + handle).exception(e).handle(handle));
    } finally {
      endStep(handle);
    }
  }

  // ---- futures and tasks ------------------------------------------------------------------------

  /// {@return a new future of this loop}
  ///
  /// @param <T> the type of its result
  public <T extends @Nullable Object> Future<T> createFuture() {
    return new Future<>(this);
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
    return makeTask(body, options);
  }

  /// Makes a task of an [Awaitable] of a `T`, or of an [Action].
  <T extends @Nullable Object> Task<T> makeTask(Object body, TaskOptions options) {
    return asTask(this.<T>newFuture(body, options));
  }

  private static <T extends @Nullable Object> Task<T> asTask(Future<T> future) {
    if (future instanceof Task<T> task) {
      return task;
    }
    throw new ClassCastException(
        "the task factory made " + future + ", which is not a task; use ensureFuture");
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
    return makeTask(body, options);
  }

  /// Makes what stands for a running `body`: a task, unless the task factory makes other futures.
  ///
  /// @param <T> what it gives
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @return the future
  public <T extends @Nullable Object> Future<T> createFutureFor(
      Awaitable<T, ?> body, TaskOptions options) {
    return newFuture(body, options);
  }

  @SuppressWarnings("unchecked")
  private <T extends @Nullable Object> Future<T> newFuture(Object body, TaskOptions options) {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(options, "options");
    if (body instanceof Future<?>) {
      throw new IllegalArgumentException(
          "a coroutine was expected, got "
              + body
              + ", which is on its way already; wait for it with await(future), or to have something"
              + " done then give a lambda: createTask(() -> { await(future); … })");
    }
    checkClosed();
    var factory = taskFactory;
    if (factory == null) {
      return new Task<>(this, body, options);
    }
    checkThreadAlways(THREADSAFE_TASKS);
    var coroutine =
        body instanceof Coroutine<?> c ? (Coroutine<T>) c : new Coroutine<T>(null, body);
    return factory.create(this, coroutine, options);
  }

  /// Sets what makes the tasks of this loop.
  ///
  /// @param factory the factory, or `null` for the default
  public void setTaskFactory(@Nullable TaskFactory factory) {
    taskFactory = factory;
  }

  /// {@return what makes the tasks of this loop, or `null` for the default}
  public @Nullable TaskFactory getTaskFactory() {
    return taskFactory;
  }

  /// @throws IllegalStateException if the loop is closed, or on another thread than the loop's: the
  ///   list is not made for that
  void register(Task<?> task) {
    checkClosed();
    checkThreadAlways(THREADSAFE_TASKS);
    task.next = tasks;
    if (tasks != null) {
      tasks.previous = task;
    }
    tasks = task;
  }

  void unregister(Task<?> task) {
    if (task.previous != null) {
      task.previous.next = task.next;
    } else if (tasks == task) {
      tasks = task.next;
    }
    if (task.next != null) {
      task.next.previous = task.previous;
    }
    task.next = null;
    task.previous = null;
  }

  /// The tasks that are not done, oldest first.
  List<Task<?>> taskList() {
    var list = new ArrayList<Task<?>>();
    for (var task = tasks; task != null; task = task.next) {
      if (!task.done()) {
        list.add(task);
      }
    }
    return list.reversed();
  }

  /// The task whose code runs now, or `null` in a callback.
  @Nullable Task<?> current() {
    var fiber = hub.current();
    return fiber == null ? null : taskOf(fiber);
  }

  /// The task whose code `fiber` runs, be it in a coroutine that the task drives by hand.
  private static @Nullable Task<?> taskOf(Fiber fiber) {
    var owner = fiber.owner();
    if (owner instanceof Task<?> task) {
      return task;
    }
    return owner instanceof Coroutine<?> coroutine ? coroutine.drivingTask() : null;
  }

  /// The code of a task goes on, in the given context.
  void enter(@Nullable Object taskContext) {
    if (context != taskContext) { // see Hub on what a store costs
      context = taskContext;
    }
    beginStep();
  }

  /// The code of `task` stops, for a while or for good.
  void leave(Task<?> task) {
    endStep(task);
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
    checkClosed();
    return defaultExecutor.run(executor, call);
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
    return runInExecutor(executor, () -> call.asAwaitable().await());
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
    asyncgensShutDown = true;
    var open = List.copyOf(asyncgens);
    if (open.isEmpty()) {
      return;
    }
    var closing =
        open.stream().<Action<?>>map(g -> () -> closeAsyncgen(g)).toArray(Action<?>[]::new);
    var results = Asyncio.gatherActions(GatherOption.RETURN_EXCEPTIONS, closing).await();
    for (int i = 0; i < closing.length; i++) {
      if (results.get(i) instanceof Throwable e && !(e instanceof CancelledError)) {
        callExceptionHandler(
            ErrorContext.of(
                    "an error occurred during closing of asynchronous generator "
                        + Describe.text(open.get(i)))
                .exception(e)
                .detail("asyncgen", open.get(i)));
      }
    }
  }

  /// One that is cancelled before it begins stays registered.
  private void closeAsyncgen(AsyncCloseable generator) throws Exception {
    asyncgens.remove(generator);
    generator.aclose();
  }

  /// Something to close before the loop ends, which may take awaiting: an asynchronous generator.
  public interface AsyncCloseable {
    /// Closes it. May suspend.
    ///
    /// @throws Exception what the code throws that is to clean up
    void aclose() throws Exception;
  }

  /// Has `generator` closed by [#shutdownAsyncgens()], unless it is forgotten before. For builders
  /// of asynchronous generators. Python: the hook `firstiter` of `sys.set_asyncgen_hooks`.
  ///
  /// @param generator what to close
  public void registerAsyncgen(AsyncCloseable generator) {
    Objects.requireNonNull(generator, "generator");
    if (asyncgensShutDown) {
      Log.log(
          Level.WARNING,
          () ->
              "asynchronous generator "
                  + generator
                  + " was scheduled after loop.shutdown_asyncgens() call");
    }
    asyncgens.add(generator);
  }

  /// Takes back [#registerAsyncgen]: it is closed.
  ///
  /// @param generator what was registered
  public void forgetAsyncgen(AsyncCloseable generator) {
    Objects.requireNonNull(generator, "generator");
    asyncgens.remove(generator);
  }

  // ---- errors -----------------------------------------------------------------------------------

  /// Sets what gets the errors that nobody else can get.
  ///
  /// @param handler the handler, or `null` for [#defaultExceptionHandler]
  public void setExceptionHandler(@Nullable ExceptionHandler handler) {
    exceptionHandler = handler;
  }

  /// {@return the exception handler, or `null` if it is the default}
  public @Nullable ExceptionHandler getExceptionHandler() {
    return exceptionHandler;
  }

  /// Logs an error. Any thread.
  ///
  /// @param error what is known about it
  public void defaultExceptionHandler(ErrorContext error) {
    Objects.requireNonNull(error, "error");
    Log.log(Level.ERROR, () -> Reports.text(error), error.exception());
  }

  /// Gives an error to the exception handler, on the loop in the context of the task or callback
  /// concerned. What the handler throws is reported in turn, except [KeyboardInterrupt] and
  /// [SystemExit].
  ///
  /// @param error what is known about it
  public void callExceptionHandler(ErrorContext error) {
    Objects.requireNonNull(error, "error");
    var handler = exceptionHandler;
    try {
      if (handler == null) {
        defaultExceptionHandler(error);
      } else {
        inContextOf(error, () -> handler.handle(this, error));
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      defaultExceptionHandler(
          ErrorContext.of(
                  "Unhandled error in exception handler\nwhile handling: " + Reports.text(error))
              .exception(e));
    }
  }

  private void inContextOf(ErrorContext error, Runnable code) {
    Object wanted = null;
    if (error.task() != null) {
      wanted = error.task().context;
    } else if (error.future() instanceof Task<?> task) {
      wanted = task.context;
    } else if (error.handle() != null) {
      wanted = error.handle().context();
    }
    if (wanted == null || !isRunningHere()) {
      code.run();
      return;
    }
    var outer = context;
    context = wanted;
    try {
      code.run();
    } finally {
      context = outer;
    }
  }

  /// Calls the exception handler where an escaping interrupt must not unwind our own code.
  void reportOnLoop(ErrorContext error) {
    try {
      callExceptionHandler(error);
    } catch (KeyboardInterrupt | SystemExit e) {
      core.escape(e);
    }
  }

  /// Calls the exception handler: on the loop if it runs, else here. Any thread.
  void reportFromAnywhere(ErrorContext error) {
    if (exceptionHandler == null) {
      defaultExceptionHandler(error);
      return;
    }
    // The loop tells what is there at the end of each run: so either it comes upon this one, or
    // we see that it does not run.
    reports.add(error);
    if (isRunning() && !isRunningHere()) {
      core.send(
          new Entry() {
            @Override
            protected void run() {
              tellReports();
            }
          });
    } else {
      tellReports();
    }
  }

  private void tellReports() {
    for (ErrorContext error; (error = reports.poll()) != null; ) {
      if (isRunningHere()) {
        reportOnLoop(error);
      } else {
        reportOutside(error);
      }
    }
  }

  /// Calls the exception handler where nothing runs that an order to exit could end.
  private void reportOutside(ErrorContext error) {
    try {
      callExceptionHandler(error);
    } catch (KeyboardInterrupt | SystemExit e) {
      Log.log(Level.ERROR, "Exception ignored in an exception handler", e);
    }
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
    watchSteps();
  }

  /// Steps are timed for whoever wants to know of slow ones.
  private void watchSteps() {
    watched = debug || blockingPolicy == BlockingPolicy.FORBID;
    if (watched && isRunning()) {
      watchdog.loopStarts();
    } else {
      watchdog.loopEnds();
    }
  }

  /// {@return from how many seconds on a step is reported as slow in debug mode, or as blocking
  /// under policy `FORBID`; 0.1 unless it was set; any thread}
  public double getSlowCallbackDuration() {
    return slowCallbackDuration;
  }

  /// Sets from when on a callback or a task's step is reported: see [#getSlowCallbackDuration()].
  /// Any thread.
  ///
  /// @param seconds the duration
  public void setSlowCallbackDuration(double seconds) {
    slowCallbackDuration = seconds;
  }

  /// Sets from when on a callback or a task's step is reported. Any thread.
  ///
  /// @param duration the duration
  public void setSlowCallbackDuration(Duration duration) {
    setSlowCallbackDuration(Durations.seconds(duration));
  }

  private void beginStep() {
    if (watched) {
      stepBegan = System.nanoTime();
      watchdog.stepBegins(stepBegan);
    }
  }

  private void endStep(Object step) {
    if (!watched || stepBegan == 0) {
      return;
    }
    double took = (System.nanoTime() - stepBegan) / 1e9;
    stepBegan = 0;
    watchdog.stepEnds();
    if (took >= slowCallbackDuration) {
      if (debug) {
        logSlow(step, took);
      }
      if (blockingPolicy == BlockingPolicy.FORBID && watchdog.hasSeenNative()) {
        reportBlocking(step instanceof Task<?> task ? task : null, watchdog.seen());
      }
    }
  }

  private void reportBlocking(@Nullable Task<?> task, List<StackTraceElement> stack) {
    var what = task == null ? "A callback" : task.toString();
    var context = ErrorContext.of(what + " blocks the event loop").blockedAt(stack);
    reportOnLoop(task == null ? context : context.task(task));
  }

  private void logSlow(Object step, double took) {
    var seen = watchdog.seen();
    Log.log(
        Level.WARNING,
        () ->
            String.format(Locale.ROOT, "Executing %s took %.3f seconds", step, took)
                + (seen.isEmpty() ? "" : "; it was seen at" + Describe.stack(seen)));
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
    watchSteps();
  }

  /// The thread of the blocking call that `task` waits in while others run, or `null`.
  @Nullable Thread blockedThread(Task<?> task) {
    var fiber = blocking.fibers.get(task);
    if (fiber == null && current() == task) {
      fiber = hub.current();
    }
    return fiber == null ? null : hub.blockedThread(fiber);
  }

  /// Where the step that runs now was when it had taken too long, if anybody looked.
  List<StackTraceElement> seenStep() {
    return watchdog.seen();
  }

  /// The fibers that wait in blocking calls while the loop goes on. For other threads while the
  /// loop is stuck.
  List<Fiber> setAside() {
    return List.copyOf(blocking.saved.keySet());
  }

  /// The fiber on which the code of `task` runs, or waits in a blocking call: perhaps that of a
  /// coroutine which the task drives by hand.
  @Nullable Fiber runningFiberOf(Task<?> task) {
    var blocked = blocking.fibers.get(task);
    var current = hub.current();
    return blocked != null ? blocked : current != null && taskOf(current) == task ? current : null;
  }

  /// Whether a task waits in a blocking call while the loop goes on.
  boolean hasBlockedTasks() {
    return !blocking.saved.isEmpty();
  }

  /// Keeps what belongs to a fiber while the loop goes on without it.
  private final class Blocking implements LoopCore.BlockingListener {
    private final IdentityHashMap<Fiber, Saved> saved = new IdentityHashMap<>();
    private final IdentityHashMap<Task<?>, Fiber> fibers = new IdentityHashMap<>(); // set aside

    @Override
    public void leave(Fiber fiber) {
      var task = taskOf(fiber);
      saved.put(fiber, new Saved(task, context, stepBegan));
      if (blockingPolicy == BlockingPolicy.SWITCH) { // others run: its time is not the loop's
        stepBegan = 0;
        watchdog.stepEnds();
        if (task != null) {
          fibers.put(task, fiber);
          if (task.hasWish()) {
            task.blocksThoughCancelled();
          }
        }
        returnFromEagerStart(fiber);
      }
    }

    /// A task that was started eagerly is set aside: whoever made it goes on.
    private void returnFromEagerStart(Fiber fiber) {
      for (var f = fiber; f != null; f = f.caller()) {
        if (f.owner() instanceof Task<?> && f.hasCaller()) {
          hub.returnEarly(f);
          return;
        }
      }
    }

    @Override
    public void enter(Fiber fiber) {
      var back = saved.remove(fiber);
      if (back != null) {
        fibers.remove(back.task, fiber);
        context = back.context;
        if (blockingPolicy == BlockingPolicy.SWITCH) {
          beginStep();
        } else {
          stepBegan = back.stepBegan;
        }
      }
    }

    @Override
    public Entry report(Fiber fiber) {
      var task = taskOf(fiber);
      return new Entry() {
        @Override
        protected void run() {
          var thread = Objects.requireNonNull(fiber.thread()); // it has run
          reportBlocking(task, Debug.userStack(thread.getStackTrace()));
        }
      };
    }
  }

  private record Saved(@Nullable Task<?> task, @Nullable Object context, long stepBegan) {}

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
    checkClosed();
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

  /// The way to the machine for the packages beside this one.
  private static final class Access extends LoopAccess {
    @Override
    public LoopCore core(Object eventLoop) {
      return ((EventLoop) eventLoop).core;
    }

    @Override
    public CancellableEntry callback(Object eventLoop, Runnable callback) {
      return ((EventLoop) eventLoop).newHandle(callback, null).repeating();
    }

    @Override
    public CancellableEntry callback(Object eventLoop, Runnable callback, Object context) {
      return ((EventLoop) eventLoop).newHandle(callback, (Context) context).repeating();
    }

    @Override
    public void watch(Object eventLoop, Object object, BooleanSupplier settled, Runnable report) {
      var loop = (EventLoop) eventLoop;
      loop.leakDetector.track(
          object,
          new LeakDetector.Tracker() {
            @Override
            public boolean settled() {
              return loop.isClosed() || settled.getAsBoolean();
            }

            @Override
            public void report() {
              loop.sendUnlessClosed(report);
            }
          });
    }

    @Override
    public void answerExpected(Object eventLoop) {
      ((EventLoop) eventLoop).idleHooks.answerExpected();
    }

    @Override
    public void answered(Object eventLoop) {
      ((EventLoop) eventLoop).idleHooks.answered();
    }
  }

  /// {@return `<EventLoop running=true closed=false debug=false>`}
  @Override
  public String toString() {
    return "<EventLoop running=" + isRunning() + " closed=" + isClosed() + " debug=" + debug + ">";
  }
}
