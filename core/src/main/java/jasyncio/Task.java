package jasyncio;

import jasyncio.internal.base.Interrupts;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Monitors;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.jetbrains.annotations.Async;
import org.jspecify.annotations.Nullable;

/// A coroutine that the loop runs, beside others; made by [Asyncio#createTask(Awaitable)].
///
/// A future whose result is what the coroutine gives. The loop keeps every task until it is done.
/// Like other futures it is used on its loop's thread, except where a method says otherwise.
/// Python: `asyncio.Task`.
///
/// @param <T> the type of the result
@SuppressWarnings("exports") // as for Future
public final class Task<T extends @Nullable Object> extends Future<T> {
  /* Overview
   * The task itself is the entry of the ready queue that starts it and goes on with it. Its phases:
   *   NEW          not started; the task is in the ready queue
   *   RUNNING      its code runs, or waits in a blocking call; `fiber` is set
   *   SUSPENDED    `fiber` is set; `waiter` will put the task into the ready queue, or it is there already
   * and while it sleeps, when it is its own timer, and suspended in the same way:
   *   SLEEPING     it is in the timer heap, by `ticket`
   *   FIRED        the timer is due: it is in the ready queue, where its turn will make it SUSPENDED and put it
   *                there again (asyncio needs two iterations as well: one resolves a future, one wakes the task)
   *   ROUSED       likewise, but it was cancelled meanwhile: that turn has no other effect, a Rouser wakes it
   * Only turn() takes it out of SUSPENDED or NEW, but for an eager start, a switch that fails and the end of the
   * loop; a turn that finds it RUNNING has no effect.
   *
   * Cancelling: cancel() passes the wish to `waiter`, which wakes the task with a CancelledError; where that is
   * another task, or a gather, `Cancelling` goes on from there. Where
   * there is nobody to pass it to, the wish is kept (see Future.setWish), and the next time the task would
   * go on, the error is thrown instead. A task that sleeps is woken at once. CPython: tasks.py, Task.cancel and
   * Task.__step. If the task blocks, or once it does, under policy SWITCH, the wish becomes an Interruption.
   *
   * There may be a million suspended tasks. Hence run() and sleep() call what suspends without another frame
   * between, and keep nothing in locals across that: it would be copied with the stack at every switch, and
   * lie there for as long as the task sleeps.
   */
  private static final byte NEW = 0;
  private static final byte RUNNING = 1;
  private static final byte SUSPENDED = 2;
  private static final byte SLEEPING = 3;
  private static final byte FIRED = 4;
  private static final byte ROUSED = 5;
  static final long UNKNOWN = Long.MAX_VALUE; // when it wakes
  private static final int MAX_REFUSALS = 100; // to let it wait while its loop is closed

  private static final AtomicInteger COUNTER = new AtomicInteger();

  @Nullable Object context; // see Context.of
  @Nullable Task<?> next; // see TaskList
  @Nullable Task<?> previous;
  private final int number = COUNTER.incrementAndGet();
  private @Nullable String name;
  private Object body; // an Awaitable<T, ?> or an Action; when done, CoroutineBody.remains of it
  private @Nullable Object waiter; // a Future, a Place in a WaitList, or a Cancellation: see rouse
  private @Nullable Fiber fiber;
  private int cancelRequests;
  private int ticket; // of the last sleep
  private byte phase = NEW;
  boolean reportIfDestroyed = true;

  /// A task of `loop`. Use [Asyncio#createTask(Awaitable)] instead, except in a [TaskFactory].
  ///
  /// @param loop the loop that runs it
  /// @param body the coroutine
  /// @param options name, context, eager start
  /// @throws IllegalStateException if the loop is closed; or runs, and this is another thread
  public Task(EventLoop loop, Awaitable<T, ?> body, TaskOptions options) {
    this(loop, (Object) body, options);
  }

  @Async.Schedule // debuggers show the stack of whoever made the task, above its own
  Task(EventLoop loop, Object body, TaskOptions options) {
    super(loop);
    Objects.requireNonNull(options, "options");
    this.body = Objects.requireNonNull(body, "body");
    this.name = options.name();
    this.context = options.context() != null ? options.context() : Context.current();
    loop.tasks.add(this);
    if (Boolean.TRUE.equals(options.eagerStart()) && loop.thread.isHere()) {
      startEagerly();
    } else {
      loop.core.scheduleHere(this);
    }
  }

  // ---- running ----------------------------------------------------------------------------------

  /// For the loop.
  ///
  /// @hidden
  @Override
  protected @Nullable Fiber turn() {
    if (phase == SUSPENDED) {
      phase = RUNNING;
      return fiber;
    } else if (phase == NEW) {
      phase = RUNNING;
      var hub = getLoop().hub;
      return hub.reusesFibers() ? IN_PLACE : hub.newFiber(this::run);
    } else if (phase == FIRED) {
      phase = SUSPENDED;
      getLoop().core.scheduleHere(this);
    } else if (phase == ROUSED) {
      phase = SUSPENDED;
    }
    return null;
  }

  /// For the loop.
  ///
  /// @hidden
  @Override
  protected boolean isWanted(int ticket) {
    return phase == SLEEPING && ticket == this.ticket;
  }

  /// For the loop.
  ///
  /// @hidden
  @Override
  protected void leftHeap(int ticket) {
    if (isWanted(ticket)) {
      phase = FIRED;
    }
  }

  /// Runs the task from its beginning, on the current fiber.
  ///
  /// @hidden
  @Override
  @Async.Execute
  @SuppressWarnings("unchecked") // the body knows its type
  protected void run() {
    begin();
    T value = CoroutineBody.nothing();
    Throwable error = null;
    try {
      if (hasWish()) {
        cancelBeforeStart();
      } else if (body instanceof Action<?> action) {
        action.run();
      } else {
        value = ((Awaitable<T, ?>) body).await();
      }
    } catch (Throwable e) {
      error = e;
    }
    end(value, error);
  }

  private void begin() {
    var self = Objects.requireNonNull(getLoop().hub.current());
    fiber = self;
    self.setOwner(this);
    getLoop().enter(context);
  }

  private void cancelBeforeStart() {
    CoroutineBody.drop(body);
    throw takeCancellation();
  }

  private void end(T value, @Nullable Throwable error) {
    var loop = getLoop();
    if (done()) {
      // its loop was closed while it waited in a blocking call
    } else if (error != null) {
      endWith(asCancellation(error));
    } else if (hasWish() && !hasSwallowedInterrupt()) {
      cancelWith(takeWish()); // it cancelled itself, or was cancelled in its last step
    } else {
      finish(value);
    }
    loop.leave(this);
    Objects.requireNonNull(fiber).setOwner(null);
    fiber = null;
    body = CoroutineBody.remains(body);
    loop.tasks.remove(this);
  }

  private void endWith(Throwable error) {
    var loop = getLoop();
    if (error instanceof CancelledError) {
      cancelWith(error);
    } else if (error instanceof GeneratorExit && loop.life.isClosing()) {
      cancelWith(loop.life.cancellation());
    } else if (error instanceof StopIteration) {
      fail(new IllegalStateException("coroutine raised StopIteration", error));
    } else {
      fail(Monitors.explained(error));
      if (error instanceof KeyboardInterrupt || error instanceof SystemExit) {
        loop.core.escape(error);
      }
    }
  }

  private void startEagerly() {
    var loop = getLoop();
    var outerContext = loop.context;
    long outerBegan = loop.steps.began();
    long began = outerBegan == 0 ? 0 : System.nanoTime();
    phase = RUNNING;
    try {
      if (loop.hub.reusesFibers()) {
        loop.core.runNested(this);
      } else {
        loop.hub.call(loop.hub.newFiber(this::run));
      }
    } catch (Throwable e) { // the caller's stack cannot be suspended: start like others
      phase = NEW;
      loop.schedule(this);
    } finally {
      loop.context = outerContext;
      loop.steps.goOnAfter(outerBegan, began);
    }
  }

  /* Suspending, in awaitFuture, sleep and yieldOnce: leave() first, because it may log, and so call user code;
   * then say who is to wake us; then switch. If that fails, because this stack cannot be suspended, it is all
   * taken back.
   */

  /// The code of the task stops here.
  private void leave() {
    if (getLoop().life.isClosing()) {
      refuseToWait();
    }
    getLoop().leave(this);
    settleInterrupt();
  }

  private void refuseToWait() {
    var loop = getLoop();
    if (++loop.life.refusals > MAX_REFUSALS) {
      loop.hub.switchTo(null); // it will not end by itself: it is never gone on with
    }
    throw new IllegalStateException(
        "coroutine ignored GeneratorExit: it awaited while its loop was being closed");
  }

  /// From now on `what` will wake the task; it learns of the wish to cancel.
  private void waitFor(Object what) {
    phase = SUSPENDED;
    waiter = what;
    if (hasDueWish() && cancelWaiter(wish())) {
      takeWish();
    }
  }

  /// Passes a wish to cancel on to what the task waits for; whether that has taken it.
  private boolean cancelWaiter(Cancellation cancellation) {
    return waiter instanceof Future<?> future
        ? !future.done()
            && future.cancelBy(cancellation) // else its error stays unread, to be told of
        : waiter instanceof WaitList.Place place && place.cancelBy(cancellation);
  }

  /// The code of the task goes on.
  private void resumed() {
    phase = RUNNING;
    var loop = getLoop();
    loop.enter(context);
    if (loop.life.isClosing()) {
      waiter = null;
      throw new GeneratorExit();
    }
  }

  /// The task could not be suspended: nobody is to wake it.
  private void stay() {
    if (waiter instanceof Future<?> future) {
      future.forget(this);
    } else if (waiter instanceof WaitList.Place place) {
      place.forgetTask();
    } else if (waiter instanceof Cancellation cancellation) {
      setWish(cancellation);
    } else if (phase == SLEEPING) {
      getLoop().core.returnTicket();
    }
    waiter = null;
    getLoop().core.takeBack(this);
    phase = RUNNING;
    getLoop().enter(context);
  }

  /// Waits until `future` is done, without looking at its result.
  void awaitFuture(Future<?> future) {
    if (future.getLoop() != getLoop()) {
      throw new IllegalStateException(
          "Task "
              + this
              + " got Future "
              + future
              + " attached to a different loop"
              + LoopMismatch.meeting(future.getLoop(), getLoop()));
    }
    if (future == this) {
      throw new IllegalStateException("Task cannot await on itself: " + this);
    }
    leave();
    try {
      future.whenDone(this);
      waitFor(future);
      getLoop().hub.switchTo(null);
    } catch (Throwable e) {
      stay();
      throw e;
    }
    resumed();
    checkCancelled(takeWaiter() instanceof Future<?> awaited && awaited.bringsCancellation());
  }

  /// Waits until `place` has woken the task. A future would do as well; this is the cheaper way.
  void awaitPlace(WaitList.Place place) {
    leave();
    try {
      waitFor(place);
      getLoop().hub.switchTo(null);
    } catch (Throwable e) {
      stay();
      throw e;
    }
    resumed();
    checkCancelled(((WaitList.Place) takeWaiter()).cancelled());
  }

  void sleep(double seconds) {
    leave();
    try {
      fallAsleep(seconds);
      getLoop().hub.switchTo(null);
    } catch (Throwable e) {
      stay();
      throw e;
    }
    resumed();
    slept();
  }

  private void fallAsleep(double seconds) {
    ticket = getLoop().core.scheduleTicket(getLoop().nanosAfter(seconds), this);
    phase = SLEEPING;
    if (hasDueWish()) {
      rouse(takeWish());
    }
  }

  /// Has a task that sleeps wake up to a cancellation.
  private void rouse(Cancellation cancellation) {
    var core = getLoop().core;
    waiter = cancellation;
    if (phase == SLEEPING) {
      phase = SUSPENDED;
      core.returnTicket();
      core.schedule(this);
    } else {
      phase = ROUSED;
      core.schedule(new Rouser(this));
    }
  }

  private void slept() {
    var cancellation = (Cancellation) waiter;
    waiter = null;
    checkCancelled(cancellation != null);
    if (cancellation != null) {
      throw cancellation.toError().arrived("sleep(...)");
    }
  }

  /// Wakes a task that is in the ready queue already, for a turn without effect.
  private static final class Rouser extends Entry {
    private final Task<?> task;

    Rouser(Task<?> task) {
      this.task = task;
    }

    @Override
    protected @Nullable Fiber turn() {
      return task.turn();
    }
  }

  /// Lets the loop run one iteration.
  void yieldOnce() {
    leave();
    if (!getLoop().core.isAlone()) {
      try {
        getLoop().core.scheduleHere(this);
        phase = SUSPENDED;
        getLoop().hub.switchTo(null);
      } catch (Throwable e) {
        stay();
        throw e;
      }
    }
    resumed();
    checkCancelled(false);
  }

  /// What the task waits for, as whatever suspended it says. Call on the loop's thread; suspends
  /// nobody and disturbs nobody. For a task that sleeps it looks through the loop's timers: with
  /// very many of them, ask of a few. Python: `Task._fut_waiter`, of which nothing more is known.
  ///
  /// @return what; `null` if it runs, is ready to run, or is done
  public @Nullable WaitInfo waitsFor() {
    return waitsFor(Task::wakesAt);
  }

  private long wakesAt() {
    return getLoop().core.timers().nanosOf(this, ticket);
  }

  /// The same, with a quicker way to learn when a task that sleeps will wake.
  @Nullable WaitInfo waitsFor(ToLongFunction<Task<?>> wakesAt) {
    boolean woken =
        waiter instanceof WaitList.Place place
            ? !place.waits()
            : waiter instanceof Future<?> future && future.done();
    return woken ? null : waitInfoOfWaiter(wakesAt);
  }

  /// What the task waits for; also if it has been woken, until it goes on.
  @Nullable WaitInfo waitInfoOfWaiter() {
    return waitInfoOfWaiter(Task::wakesAt);
  }

  private @Nullable WaitInfo waitInfoOfWaiter(ToLongFunction<Task<?>> wakesAt) {
    if (phase == SLEEPING) {
      long wakes = wakesAt.applyAsLong(this);
      if (wakes == UNKNOWN) {
        return new WaitInfo(WaitInfo.Kind.TIMER, "its sleep to end");
      }
      double left = ((double) wakes - getLoop().core.nanos()) / 1e9;
      return new WaitInfo(
          WaitInfo.Kind.TIMER,
          "its sleep to end in " + Times.text(Math.ceil(Math.max(0, left) * 1e3) / 1e3) + " s");
    } else if (getLoop().blocked.isSetAside(this)) {
      return new WaitInfo(WaitInfo.Kind.BLOCKING, "its blocking call to end");
    }
    return switch (waiter) {
      case WaitList.Place place -> place.waitInfo();
      case Future<?> future -> future.waitInfo();
      case null, default -> null; // nothing, or nothing any more
    };
  }

  @Override
  WaitInfo waitInfo() {
    var given = name;
    return new WaitInfo(
        WaitInfo.Kind.TASK, given == null ? getName() : WaitInfo.named("task", given));
  }

  private Object takeWaiter() {
    var w = Objects.requireNonNull(waiter);
    waiter = null;
    return w;
  }

  /// Throws a cancellation that has no other way to arrive. One that arrives through what was
  /// awaited uses up the wish as well.
  private void checkCancelled(boolean arrives) {
    if (hasDueWish()) {
      if (!arrives) {
        throw takeCancellation();
      }
      takeWish();
    }
  }

  /// Does what a value asks for that a coroutine driven by hand handed out.
  void handleYield(@Nullable Object value) {
    switch (value) {
      case null -> yieldOnce();
      case Future<?> future when future.has(BLOCKING) -> {
        future.unmark(BLOCKING);
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
      var loop = getLoop();
      loop.life.refusals = 0;
      loop.core.unwind(fiber);
      if (loop.life.refusals > MAX_REFUSALS) {
        Log.log(
            Level.ERROR,
            () -> "coroutine ignored GeneratorExit again and again, and is left as it is: " + this);
      }
    } else {
      CoroutineBody.drop(body);
      body = CoroutineBody.remains(body);
    }
    if (!done()) {
      cancelWith(getLoop().life.cancellation());
    }
  }

  /// What a blocking call threw because [#cancel()] interrupted it is the cancellation that it
  /// stands for; anything else is itself.
  Throwable asCancellation(Throwable error) {
    if (cancelRequests == 0 || !Interrupts.caused(error)) {
      return error;
    }
    var cancellation = takeCancellation();
    cancellation.addSuppressed(error);
    return cancellation;
  }

  // ---- cancellation -----------------------------------------------------------------------------

  /// The code of the task stops here: a blocking call that it was in has ended.
  void settleInterrupt() {
    var interruption = interruption();
    if (interruption != null) {
      interruption.settle();
    }
  }

  private boolean hasSwallowedInterrupt() {
    settleInterrupt();
    var interruption = interruption();
    return interruption != null && interruption.isNoticed();
  }

  /// Whether an interrupt is on its way already, and the wish need not be told twice.
  private boolean isInterrupted() {
    if (getLoop().thread.isHere() && getLoop().current() == this) {
      settleInterrupt();
    }
    var interruption = interruption();
    return interruption != null && interruption.isOnItsWay();
  }

  /// The wish to cancel goes to the blocking call in which the task waits, if it does.
  private void interrupt() {
    var blocked = hasWish() && !isSuspended() ? getLoop().blocked.threadOf(this) : null;
    if (blocked != null) {
      makeInterruption().send(blocked);
    }
  }

  /// The task waits in a blocking call under policy `SWITCH`, and is to be cancelled already.
  /// Called where no user code may run.
  void blocksThoughCancelled() {
    var core = getLoop().core;
    var entry =
        new Entry() {
          @Override
          protected void run() {
            interrupt();
          }
        };
    settleInterrupt();
    var interruption = interruption();
    if (interruption != null && interruption.isSpent()) {
      return;
    }
    if (interruption != null) {
      interruption.outlive();
    }
    long pause = interruption == null ? 0 : interruption.pauseNanos();
    if (pause == 0) {
      core.send(entry);
    } else {
      core.scheduleTicket(core.nanos() + pause, entry);
    }
  }

  /// Runs clean-up that may block: see [Asyncio#uninterrupted(Awaitable)].
  ///
  /// @param <X> what the body throws
  /// @throws X what the body throws
  <R extends @Nullable Object, X extends Exception> R uninterrupted(Awaitable<R, X> body) throws X {
    var heldOff = interruption();
    if (heldOff == null) {
      return body.await();
    }
    heldOff.holdOff();
    try {
      return body.await();
    } finally {
      heldOff.holdOffNoMore();
    }
  }

  private CancelledError takeCancellation() {
    return takeWish().toError().arrived(null);
  }

  /// Asks the task to end: a [CancelledError] is thrown into its code at the next opportunity.
  ///
  /// The code may clean up, and may refuse by swallowing the error. A task that waits in a blocking
  /// call under policy `SWITCH` is interrupted. Cancelling what the task awaits is part of it, so
  /// that [Asyncio#shield] can protect that.
  ///
  /// @param message the message of the [CancelledError], and the reason that [#cancellation()] has;
  ///   or `null`. If it is cancelled again before that is thrown, a task that waits keeps the first
  ///   one, any other takes the last
  /// @return whether the task was asked: `false` if it is done already
  @Override
  public boolean cancel(@Nullable String message) {
    return super.cancel(message);
  }

  @Override
  boolean cancelBy(Cancellation cancellation) {
    if (waiter instanceof Future<?> future && Cancelling.passesOn(future)) {
      return Cancelling.cancel(this, cancellation);
    } else if (!noteRequest()) {
      return false;
    } else if (!cancelWaiter(cancellation)) {
      cancelHere(cancellation);
    }
    note(cancellation);
    return true;
  }

  /// See `Lowlevel.cancelOnce`.
  boolean cancelOnce() {
    boolean asked = cancel();
    if (asked && hasWish()) {
      makeInterruption().sendOnlyOnce();
    }
    return asked;
  }

  /// Counts a request to cancel; whether there is still time for one.
  boolean noteRequest() {
    markRead();
    if (done()) {
      return false;
    }
    getLoop().thread.check();
    cancelRequests++;
    return true;
  }

  /// What it waits for, if that is a future.
  @Nullable Future<?> awaited() {
    return waiter instanceof Future<?> future ? future : null;
  }

  /// It waits for something that ends when it does: takes it out of there, to be cancelled.
  void cancelInCircle(Cancellation cancellation) {
    var awaited = Objects.requireNonNull(awaited());
    awaited.forget(this);
    awaited.mark(EXCUSED);
    waiter = cancellation;
    setWish(cancellation);
    getLoop().core.schedule(this);
  }

  /// No future that it waits for has taken the wish.
  void cancelItself(Cancellation cancellation) {
    if (waiter instanceof Future<?> || !cancelWaiter(cancellation)) {
      cancelHere(cancellation);
    }
  }

  /// There is nobody to pass the wish on to.
  private void cancelHere(Cancellation cancellation) {
    if (phase == SLEEPING || phase == FIRED) {
      rouse(cancellation);
      return;
    }
    if (!isInterrupted()) {
      setWish(cancellation);
      interrupt();
    }
  }

  /// Cancels the task, whose blocking call was interrupted for that already.
  void cancelInterrupted(Cancellation cancellation) {
    cancelRequests++;
    setWish(cancellation);
    makeInterruption().hasReached(Objects.requireNonNull(Objects.requireNonNull(fiber).thread()));
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
      forgetRequests();
    }
    return cancelRequests;
  }

  /// A cancellation that has come out in the wrong place is to arrive at the next await.
  void cancelAgain(CancelledError error) {
    uncancel();
    cancelBy(Cancellation.again(this, error));
  }

  /// To be the cause of what the task cancels.
  @Nullable Cancellation cancellationUnderWay() {
    var cancellation = cancelRequests > 0 ? cancellation() : null;
    return cancellation == null ? null : cancellation.link();
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

  /// The name, unless it is made of the number.
  @Nullable String givenName() {
    return name;
  }

  /// How many there have been in this JVM, so far. Any thread.
  static int lastNumber() {
    return COUNTER.get();
  }

  int number() {
    return number;
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
    return (Coroutine<T>) CoroutineBody.coroutine(body);
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
  /// @param limit how many frames at most, not negative
  /// @return the innermost frames, innermost first; empty if the task has not started or is done
  public List<StackTraceElement> getStack(int limit) {
    var frames = new ArrayList<StackTraceElement>();
    for (var f : fibers()) { // no stream, whose frames would be seen by one that looks at itself
      var thread = f.thread();
      if (thread != null) {
        frames.addAll(Debug.userStack(thread.getStackTrace()));
      }
    }
    return List.copyOf(frames.subList(0, Math.min(limit, frames.size())));
  }

  /// On which its code lies, innermost first: its own, and those of coroutines that it drives by
  /// hand, such as the bodies of generators.
  private List<Fiber> fibers() {
    var own = fiber;
    if (own == null) {
      return List.of();
    }
    var all = new ArrayList<Fiber>();
    if (isSuspended()) {
      for (var f = own; f != null; f = f.waitingFor()) {
        all.add(f);
      }
      return all.reversed();
    }
    for (var f = getLoop().blocked.fiberOf(this); f != null && f != own; f = f.caller()) {
      all.add(f);
    }
    all.add(own);
    return all;
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
    Objects.requireNonNull(out, "out");
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

  /// For the loop.
  ///
  /// @hidden
  @Override
  protected String callbackName() {
    return "Task.task_wakeup()";
  }

  String coroutineName() {
    return Describe.name(naming());
  }

  Object naming() {
    return CoroutineBody.naming(body);
  }

  /// Of its last sleep.
  int ticket() {
    return ticket;
  }

  boolean isSuspended() {
    return phase >= SUSPENDED;
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
    text.append(coroutineName()).append("()").append(done() ? " done" : "");
    var stack = isSuspended() ? getStack() : List.<StackTraceElement>of();
    if (!stack.isEmpty()) {
      text.append(" running at ").append(Describe.place(stack.getLast()));
    }
    text.append('>');
    var w = waiter;
    if (w != null && !done()) {
      text.append(" wait_for=").append(w instanceof Cancellation ? "<Future cancelled>" : w);
    } else if (phase == SLEEPING || phase == FIRED) {
      text.append(" wait_for=<Future pending cb=[Task.task_wakeup()]>");
    }
    return text.toString();
  }
}
