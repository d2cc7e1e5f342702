package jasyncio;

import jasyncio.internal.fiber.Fiber;
import java.io.PrintStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A coroutine that the loop runs, beside others; made by [Asyncio#createTask(Awaitable)].
///
/// A future whose result is what the coroutine gives. The loop keeps every task until it is done.
/// Python: `asyncio.Task`.
///
/// @param <T> the type of the result
public final class Task<T extends @Nullable Object> extends Future<T> {
  /* Overview
   * A task that is not done is in one of three states:
   *   new        not started; `step` is in the ready queue
   *   running    its code runs, or waits in a blocking call; `fiber` set, `suspended` false
   *   suspended  `fiber` set; `waiter` will put `step` into the ready queue, or `step` is there already
   * Only turn() takes it out of `suspended` or `new`; a step that finds it in another state is stale.
   *
   * Cancelling: cancel() passes the wish to `waiter`, which wakes the task with a CancelledError. Where
   * there is nobody to pass it to, `mustCancel` is set, and the next time the task would go on, the error is
   * thrown instead. CPython: tasks.py, Task.cancel and Task.__step.
   */
  private static final AtomicInteger COUNTER = new AtomicInteger();

  TaskStep step = new TaskStep(this); // replaced only where one has to be taken back
  @Nullable Object context; // see Context.of
  @Nullable Task<?> next; // list of the loop's tasks
  @Nullable Task<?> previous;
  private final int number = COUNTER.incrementAndGet();
  private @Nullable String name;
  private final Object body; // an Awaitable<T> or an Action
  private @Nullable Waitable waiter;
  private @Nullable Fiber fiber;
  private int cancelRequests;
  private boolean started;
  private boolean suspended;
  private boolean mustCancel;
  private boolean interrupted; // by cancel(), in a blocking call
  boolean reportIfDestroyed = true;

  /// A task of `loop`. Use [Asyncio#createTask(Awaitable)] instead, except in a [TaskFactory].
  ///
  /// @param loop the loop that runs it
  /// @param body the coroutine
  /// @param options name, context, eager start
  public Task(EventLoop loop, Awaitable<T> body, TaskOptions options) {
    this(loop, (Object) body, options);
  }

  Task(EventLoop loop, Object body, TaskOptions options) {
    super(loop);
    this.body = Objects.requireNonNull(body, "body");
    this.name = options.name();
    this.context = options.context() != null ? options.context() : Context.current();
    loop.register(this);
    if (Boolean.TRUE.equals(options.eagerStart()) && loop.isRunningHere()) {
      startEagerly();
    } else {
      loop.schedule(step);
    }
  }

  // ---- running ----------------------------------------------------------------------------------

  /// The step has its turn in the ready queue: whether that is the first one.
  boolean begins() {
    boolean first = !started;
    started = true;
    return first;
  }

  /// The fiber on which to go on, or `null` if the step is stale.
  @Nullable Fiber resume() {
    if (!suspended) {
      return null;
    }
    suspended = false;
    return fiber;
  }

  /// Runs the task from its beginning, on the current fiber.
  void start() {
    var loop = getLoop();
    var self = Objects.requireNonNull(loop.hub.current());
    fiber = self;
    self.setOwner(this);
    loop.enter(context);
    T value = ActionBody.nothing();
    Throwable error = null;
    try { // keep little on the stack: it is there for as long as the task is suspended
      value = mustCancel ? cancelBeforeStart() : Bodies.call(body);
    } catch (Throwable e) {
      error = e;
    }
    end(value, error);
  }

  private T cancelBeforeStart() {
    if (body instanceof Coroutine<?> coroutine) {
      coroutine.close();
    }
    throw takeCancellation();
  }

  private void end(T value, @Nullable Throwable error) {
    var loop = getLoop();
    if (done()) {
      // its loop was closed while it waited in a blocking call
    } else if (error != null) {
      endWith(asCancellation(error));
    } else if (mustCancel) { // it cancelled itself, or was cancelled in its last step
      cancelWith(takeCancellation().getMessage());
    } else {
      finish(value);
    }
    loop.leave(this);
    Objects.requireNonNull(fiber).setOwner(null);
    fiber = null;
    loop.unregister(this);
  }

  private void endWith(Throwable error) {
    var loop = getLoop();
    if (error instanceof CancelledError) {
      cancelWith(error);
    } else if (error instanceof GeneratorExit && loop.isClosing()) {
      cancelWith(null);
    } else if (error instanceof StopIteration) {
      fail(new IllegalStateException("coroutine raised StopIteration", error));
    } else {
      fail(error);
      if (error instanceof KeyboardInterrupt || error instanceof SystemExit) {
        loop.core.escape(error);
      }
    }
  }

  private void startEagerly() {
    var loop = getLoop();
    started = true;
    var outerContext = loop.context;
    try {
      step.startNested();
    } catch (Throwable e) { // the caller's stack cannot be suspended: start like others
      started = false;
      loop.schedule(step);
    } finally {
      loop.context = outerContext;
    }
  }

  /* Suspending, in awaitFuture, sleep and yieldOnce: leave() first, because it may log, and so call user code;
   * then say who is to wake us; then hop(). If that fails, because this stack cannot be suspended, it is all
   * taken back. Nothing is kept in locals across the switch: it would be copied with the stack at every
   * switch, and lie there for as long as the task sleeps.
   */

  /// The code of the task stops here.
  private void leave() {
    if (getLoop().isClosing()) {
      throw new IllegalStateException(
          "coroutine ignored GeneratorExit: it awaited while its loop was being closed");
    }
    getLoop().leave(this);
  }

  /// Suspends until `step` has its turn.
  private void hop(@Nullable Waitable what) {
    suspended = true;
    if (what != null) {
      waiter = what;
      if (mustCancel && what.cancel(cancelMessage())) {
        mustCancel = false;
      }
    }
    getLoop().hub.switchTo(null);
  }

  /// The code of the task goes on.
  private void resumed() {
    suspended = false;
    takeBackInterrupt();
    var loop = getLoop();
    loop.enter(context);
    if (loop.isClosing()) {
      waiter = null;
      throw new GeneratorExit();
    }
  }

  private void takeBackStep() {
    if (waiter instanceof Future<?> future) {
      future.forget(step);
    } else if (waiter instanceof Sleeper sleeper) {
      getLoop().core.cancel(sleeper);
    }
    waiter = null;
    step.retire();
    step = new TaskStep(this);
    suspended = false;
    getLoop().enter(context);
  }

  /// Waits until `future` is done, without looking at its result.
  void awaitFuture(Future<?> future) {
    if (future.getLoop() != getLoop()) {
      throw new IllegalStateException(
          "Task " + this + " got Future " + future + " attached to a different loop");
    }
    if (future == this) {
      throw new IllegalStateException("Task cannot await on itself: " + this);
    }
    leave();
    try {
      waiter = future;
      future.whenDone(step);
      hop(future);
    } catch (Throwable e) {
      takeBackStep();
      throw e;
    }
    resumed();
    var awaited = (Future<?>) takeWaiter();
    checkCancelled(awaited.cancelled());
  }

  void sleep(double seconds) {
    leave();
    try {
      var sleeper = new Sleeper(this);
      waiter = sleeper;
      getLoop().schedule(seconds, sleeper);
      hop(sleeper);
    } catch (Throwable e) {
      takeBackStep();
      throw e;
    }
    resumed();
    var sleeper = (Sleeper) takeWaiter();
    checkCancelled(sleeper.isCancelledByTask());
    sleeper.check();
  }

  /// Lets the loop run one iteration.
  void yieldOnce() {
    leave();
    try {
      getLoop().core.scheduleHere(step);
      hop(null);
    } catch (Throwable e) {
      takeBackStep();
      throw e;
    }
    resumed();
    checkCancelled(false);
  }

  private Waitable takeWaiter() {
    var w = Objects.requireNonNull(waiter);
    waiter = null;
    return w;
  }

  /// Throws a cancellation that has no other way to arrive. One that arrives through what was
  /// awaited uses up the wish as well.
  private void checkCancelled(boolean arrives) {
    if (mustCancel) {
      if (!arrives) {
        throw takeCancellation();
      }
      mustCancel = false;
      setCancelMessage(null);
    }
  }

  /// Does what a value asks for that a coroutine driven by hand handed out.
  void handleYield(@Nullable Object value) {
    switch (value) {
      case null -> yieldOnce();
      case Future<?> future when future.blocking -> {
        future.blocking = false;
        awaitFuture(future);
      }
      case Future<?> future ->
          throw new IllegalStateException(
              "yield was used instead of yield from in task " + this + " with " + future);
      default -> throw new IllegalStateException("Task got bad yield: " + Describe.value(value));
    }
  }

  /// The loop is closed for good: lets the task's `finally` blocks run.
  void unwind() {
    if (fiber != null) {
      getLoop().core.unwind(fiber);
    } else if (body instanceof Coroutine<?> coroutine) {
      coroutine.close();
    }
    if (!done()) {
      cancelWith(null);
    }
  }

  /// What a blocking call threw because [#cancel()] interrupted it is the cancellation that it
  /// stands for; anything else is itself.
  Throwable asCancellation(Throwable error) {
    if (!interrupted || !mustCancel || !(error instanceof Exception)) {
      return error;
    }
    interrupted = false;
    Thread.interrupted();
    var cancellation = takeCancellation();
    cancellation.addSuppressed(error);
    return cancellation;
  }

  // ---- cancellation -----------------------------------------------------------------------------

  /// The interrupt that [#cancel()] sent into a blocking call: the call did not mind it, and nobody
  /// else is to get it.
  private void takeBackInterrupt() {
    if (interrupted) {
      interrupted = false;
      Thread.interrupted();
    }
  }

  private CancelledError takeCancellation() {
    mustCancel = false;
    takeBackInterrupt();
    return new CancelledError(takeCancelMessage());
  }

  /// Asks the task to end: a [CancelledError] is thrown into its code at the next opportunity.
  ///
  /// The code may clean up, and may refuse by swallowing the error. A task that waits in a blocking
  /// call under policy `SWITCH` is interrupted. Cancelling what the task awaits is part of it, so
  /// that [Asyncio#shield] can protect that.
  ///
  /// @param message the message of the [CancelledError], or `null`; the first one wins
  /// @return whether the task was asked: `false` if it is done already
  @Override
  public boolean cancel(@Nullable String message) {
    markRead();
    if (done()) {
      return false;
    }
    getLoop().checkThread();
    cancelRequests++;
    if (waiter != null && waiter.cancel(message)) {
      return true;
    }
    mustCancel = true;
    setCancelMessage(message);
    var f = fiber;
    if (f != null && !suspended && getLoop().hub.isDetached(f)) {
      interrupted = true;
      Objects.requireNonNull(f.thread()).interrupt();
    }
    return true;
  }

  /// {@return how often [#cancel()] was called, less the calls of [#uncancel()]}
  public int cancelling() {
    return cancelRequests;
  }

  /// Takes back one [#cancel()]: for code that handled the cancellation and ends it here. At zero,
  /// a cancellation that has not arrived yet is dropped.
  ///
  /// @return [#cancelling()] afterwards
  public int uncancel() {
    if (cancelRequests > 0 && --cancelRequests == 0) {
      mustCancel = false;
    }
    return cancelRequests;
  }

  /// @throws IllegalStateException always: a task sets its result itself
  @Override
  public void setResult(T result) {
    throw new IllegalStateException("Task does not support set_result operation");
  }

  /// @throws IllegalStateException always: a task sets its exception itself
  @Override
  public void setException(Throwable exception) {
    throw new IllegalStateException("Task does not support set_exception operation");
  }

  // ---- inspection -------------------------------------------------------------------------------

  /// {@return the name}
  public String getName() {
    return name != null ? name : "Task-" + number;
  }

  /// Renames the task.
  ///
  /// @param name the new name
  public void setName(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /// {@return the coroutine that the task was given, or `null` if it was given a lambda}
  @SuppressWarnings("unchecked")
  public @Nullable Coroutine<T> getCoro() {
    return body instanceof Coroutine<?> coroutine ? (Coroutine<T>) coroutine : null;
  }

  /// {@return the context in which the task runs}
  public Context getContext() {
    if (context instanceof Context c) {
      return c;
    }
    var c = new Context(Context.of(context));
    if (getLoop().current() == this && getLoop().context == context) {
      getLoop().context = c;
    }
    context = c;
    return c;
  }

  /// {@return the stack of the task, innermost frame first; empty if it has not started or is done}
  public List<StackTraceElement> getStack() {
    return getStack(Integer.MAX_VALUE);
  }

  /// The stack of the task: where it waits, or where it runs. Any thread; the task is not
  /// disturbed.
  ///
  /// @param limit how many frames at most
  /// @return the innermost frames, innermost first; empty if the task has not started or is done
  public List<StackTraceElement> getStack(int limit) {
    var f = fiber;
    var thread = f == null ? null : f.thread();
    if (thread == null) {
      return List.of();
    }
    return Debug.userStack(thread.getStackTrace()).stream().limit(limit).toList();
  }

  /// Prints the stack, or the stack trace of the exception if the task failed.
  ///
  /// @param out where to
  public void printStack(PrintStream out) {
    printStack(Integer.MAX_VALUE, out);
  }

  /// Prints the stack, or the stack trace of the exception if the task failed.
  ///
  /// @param limit how many frames at most
  /// @param out where to
  public void printStack(int limit, PrintStream out) {
    var error = peekException();
    if (error != null) {
      out.println("Traceback for " + this + " (most recent call first):");
      error.printStackTrace(out);
      return;
    }
    var stack = getStack(limit);
    if (stack.isEmpty()) {
      out.println("No stack for " + this);
    } else {
      out.println("Stack for " + this + " (most recent call first):" + Describe.stack(stack));
    }
  }

  /// What it waits for, if it is suspended.
  @Nullable Waitable waiter() {
    return waiter;
  }

  boolean isSuspended() {
    return suspended;
  }

  @Nullable Fiber fiber() {
    return fiber;
  }

  @Override
  String kind() {
    return "Task";
  }

  @Override
  String stateName() {
    return cancelRequests > 0 && !done() ? "cancelling" : super.stateName();
  }

  @Override
  String details() {
    var text = new StringBuilder(" name='").append(getName()).append("' coro=<");
    text.append(Describe.function(body)).append(done() ? " done" : "");
    var stack = suspended ? getStack() : List.<StackTraceElement>of();
    if (!stack.isEmpty()) {
      text.append(" running at ").append(Describe.place(stack.getLast()));
    }
    text.append('>');
    var w = waiter;
    if (w != null && !done()) {
      text.append(" wait_for=").append(w);
    }
    return text.toString();
  }
}
