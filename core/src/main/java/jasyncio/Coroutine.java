package jasyncio;

import jasyncio.internal.base.AwaitedAt;
import jasyncio.internal.base.LeakDetector;
import jasyncio.internal.base.Log;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.fiber.FallbackScheduler;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.fiber.FiberSource;
import jasyncio.internal.fiber.Hub;
import java.lang.System.Logger.Level;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A call that has not been made yet, or that is under way: made by [Asyncio#coroutine(Awaitable)].
///
/// It is awaited once, or given to a task, or driven by hand with [#send], [#throwError] and
/// [#close], which works without any event loop. One that is never awaited is reported when it has
/// been collected. Used by one thread at a time. Python: a coroutine object.
///
/// @param <T> what the call gives
public final class Coroutine<T extends @Nullable Object>
    implements Awaitable<T, RuntimeException>, AutoCloseable {
  /* Overview
   * States:  CREATED -> RUNNING -> CLOSED                  awaited: the body runs on the stack of who awaits it
   *          CREATED -> RUNNING <-> SUSPENDED -> CLOSED    driven by hand: it runs on a fiber of its own
   *          CREATED -> CLOSED                             closed, or an error thrown into it, before it ran
   * While it is driven by hand, the driver waits in resume() whenever the body runs, so the fields below pass
   * values between the two without any further ado.
   *
   * Who runs its fiber: the hub of the loop that runs here; else, if the driver is itself the body of a coroutine
   * driven by hand, the hub that runs the driver (so that a chain of generators is one logical thread); else a
   * hub of its own, in `lonely`. A fiber that one hub began another of the same kind can go on with.
   *
   * One that is closed keeps nothing of what it was: neither its body, nor its outcome once that has been told.
   *
   * `scopes` counts the time limits and task groups that the body has open. They belong to the task that
   * drives it, and a generator that handed out a value from inside one would leave the task in a scope that
   * it cannot see; emit() refuses (PEP 789). Awaiting inside a scope is fine: then the task waits, too.
   */

  /// What a coroutine is doing.
  public enum State {
    /// It has not run yet.
    CREATED,
    /// It runs.
    RUNNING,
    /// It waits, to be gone on with.
    SUSPENDED,
    /// It has ended.
    CLOSED
  }

  private @Nullable Object body; // an Awaitable<T, ?> or an Action; null once it is closed
  private final Object naming; // see Describe.naming
  private final Progress progress = new Progress();
  private @Nullable Fiber fiber; // when driven by hand
  private @Nullable Hub lonely; // runs it where no loop does
  private @Nullable Task<?> driver; // the task that drives it by hand now
  private @Nullable Fiber host; // when awaited
  private @Nullable Object sent;
  private @Nullable Throwable thrown;
  private @Nullable Object yielded;
  private int scopes;
  private @Nullable T value;
  private @Nullable Throwable error;

  Coroutine(@Nullable String name, Object body) {
    this.body = Objects.requireNonNull(body, "body");
    this.naming = name != null ? name : CoroutineBody.naming(body);
  }

  /// Has it reported if nobody awaits it.
  Coroutine<T> watched() {
    var loop = Running.loop();
    var detector = loop != null ? loop.leakDetector : EventLoop.LEAKS_OUTSIDE;
    progress.naming = naming;
    if (loop != null ? loop.getDebug() : Debug.DEFAULT) {
      progress.source = Debug.callerStack();
    }
    detector.track(this, progress);
    return this;
  }

  /// {@return the name: the one given, or one made from the body}
  public String name() {
    return Describe.name(naming);
  }

  /// See [Describe#naming].
  Object naming() {
    return naming;
  }

  /// {@return what it is doing}
  public State state() {
    if (progress.state == State.RUNNING && host != null) {
      return host.owner() instanceof Task<?> task && task.isSuspended()
          ? State.SUSPENDED
          : State.RUNNING;
    }
    return progress.state;
  }

  // ---- awaiting ---------------------------------------------------------------------------------

  /// Runs the body, on the stack of the caller, and gives what it gives; one that was begun by hand
  /// goes on. Suspends when the body does, and the body gets a **cancellation** of the caller.
  ///
  /// @return what the body gives; throws what it throws
  /// @throws IllegalStateException if it has ended, or runs, or if the caller runs in no coroutine
  @Override
  public T await() {
    return switch (progress.state) {
      case CREATED -> runHere();
      case SUSPENDED -> driveToEnd();
      case RUNNING -> throw new IllegalStateException("coroutine is being awaited already");
      case CLOSED -> throw reused();
    };
  }

  private T runHere() {
    if (Running.code() == null) {
      throw new IllegalStateException(
          "await outside a coroutine: no task runs here that could await "
              + this
              + "; use run(...) or createTask(...)");
    }
    progress.state = State.RUNNING;
    var loop = Running.loop();
    host = loop != null ? loop.hub.current() : null;
    try {
      return CoroutineBody.call(Objects.requireNonNull(body));
    } catch (StopIteration e) {
      throw stopIterationLeft(e);
    } catch (Exception e) {
      throw Sneaky.sneak(e);
    } finally {
      host = null;
      closed();
    }
  }

  private void closed() {
    progress.state = State.CLOSED;
    body = null;
  }

  /// Awaits what was begun by hand: hands on what the body awaits, and the answer back.
  @SuppressWarnings({"unchecked", "NullAway"}) // the value is what the body gave
  private T driveToEnd() {
    Object answer = null;
    Throwable problem = null;
    try {
      while (true) {
        var request = problem != null ? throwError(problem) : send(answer);
        answer = null;
        problem = null;
        try {
          answer = suspendFor(request);
        } catch (Throwable e) {
          problem = e;
        }
      }
    } catch (StopIteration e) {
      return (T) e.value();
    }
  }

  private static IllegalStateException reused() {
    return new IllegalStateException("cannot reuse already awaited coroutine");
  }

  private static IllegalStateException stopIterationLeft(StopIteration e) {
    return new IllegalStateException("coroutine raised StopIteration", e);
  }

  // ---- driving by hand --------------------------------------------------------------------------

  /// Starts the coroutine, or goes on with it, until it suspends or ends.
  ///
  /// @param value what `Lowlevel.suspend` returns inside; `null` the first time
  /// @return what the coroutine handed out: the future it awaits, `null` from `sleep(0)`, or what
  ///   it gave to `Lowlevel.suspend`; throws what the body throws
  /// @throws StopIteration if the coroutine returned; has its value
  /// @throws IllegalArgumentException if the first value is not `null`
  /// @throws IllegalStateException if it has ended, or runs
  public @Nullable Object send(@Nullable Object value) {
    ensureDrivable();
    if (progress.state == State.CLOSED) {
      throw reused();
    }
    if (progress.state == State.CREATED && value != null) {
      throw new IllegalArgumentException("can't send non-None value to a just-started coroutine");
    }
    sent = value;
    return resume();
  }

  /// Throws an error into the coroutine, where it is suspended, and lets it run until it suspends
  /// or ends. Python: `throw`.
  ///
  /// @param problem what to throw
  /// @return what the coroutine handed out, as in [#send]
  /// @throws StopIteration if the coroutine caught the error and returned
  /// @throws IllegalStateException if it has ended, or runs
  public @Nullable Object throwError(Throwable problem) {
    Objects.requireNonNull(problem, "problem");
    ensureDrivable();
    switch (progress.state) {
      case CREATED -> {
        closed();
        throw Sneaky.sneak(problem);
      }
      case CLOSED -> throw reused();
      default -> thrown = problem;
    }
    return resume();
  }

  /// Ends the coroutine: throws [GeneratorExit] into it where it is suspended. Without effect if it
  /// has ended.
  ///
  /// @throws IllegalStateException if it runs, or goes on after the exit
  @Override
  public void close() {
    ensureDrivable();
    switch (progress.state) {
      case CREATED -> closed();
      case SUSPENDED -> {
        try {
          throwError(new GeneratorExit());
        } catch (GeneratorExit | StopIteration e) {
          return; // as asked
        }
        throw new IllegalStateException("coroutine ignored GeneratorExit");
      }
      default -> {}
    }
  }

  private void ensureDrivable() {
    if (progress.state == State.RUNNING) {
      throw new IllegalStateException(
          host != null ? "coroutine is being awaited already" : "coroutine already executing");
    }
  }

  private @Nullable Object resume() {
    var loop = Running.loop();
    var here = Fiber.current();
    var hub = here == null ? null : here.hub();
    var before = progress.state;
    try {
      var f = fiber;
      if (f == null) {
        f = newFiber(hub != null ? hub : lonelyHub(null));
      } else if (hub != null && !hub.canAdoptFrom(f.hub())) {
        throw new IllegalStateException(
            "this coroutine was begun on another kind of fiber and cannot go on in this loop");
      }
      progress.state = State.RUNNING;
      if (hub != null) {
        driver = loop != null ? loop.current() : null;
        hub.call(f);
      } else {
        var lonelyHub = lonelyHub(f.hub());
        ((NoLoop) lonelyHub.owner()).context = Context.ofThread();
        lonelyHub.run(f);
      }
    } catch (Throwable e) { // refused, or the driver's stack cannot be suspended
      progress.state = before;
      sent = null;
      thrown = null;
      throw e;
    } finally {
      driver = null; // which may keep alive whoever keeps this one
    }
    return afterResume();
  }

  /// The task inside which it is driven: awaiting by hand is still the task's doing.
  @Nullable Task<?> drivingTask() {
    return driver;
  }

  private Fiber newFiber(Hub hub) {
    var f = hub.newFiber(this::main);
    fiber = f;
    return f;
  }

  /// The hub for driving it without a loop; of the kind of `before`, which ran it until now.
  private Hub lonelyHub(@Nullable Hub before) {
    var hub = lonely;
    if (hub == null) {
      FiberKind kind;
      if (before != null) {
        kind = FiberKind.of(before);
      } else {
        kind = Thread.currentThread().isVirtual() ? FiberKind.PORTABLE : FiberKind.choose(null);
      }
      hub = kind.newHub(new NoLoop());
      lonely = hub;
    }
    return hub;
  }

  private @Nullable Object afterResume() {
    if (progress.state != State.CLOSED) {
      progress.state = State.SUSPENDED;
      var y = yielded;
      yielded = null;
      return y;
    }
    fiber = null;
    lonely = null;
    var v = value;
    var e = error;
    value = null;
    error = null;
    throw e == null
        ? new StopIteration(v)
        : e instanceof StopIteration stop
            ? stopIterationLeft(stop)
            : Sneaky.sneak(AwaitedAt.addResumed(e));
  }

  // ---- inside -----------------------------------------------------------------------------------

  private void main() {
    Objects.requireNonNull(fiber).setOwner(this);
    try {
      value = CoroutineBody.call(Objects.requireNonNull(body));
    } catch (Throwable e) {
      error = e;
    }
    closed();
    Objects.requireNonNull(fiber).setOwner(null);
  }

  private @Nullable Object handOut(@Nullable Object what) {
    yielded = what;
    if (driver != null) {
      driver.settleInterrupt();
    }
    Objects.requireNonNull(fiber).hub().switchTo(null);
    var t = thrown;
    if (t != null) {
      thrown = null;
      throw Sneaky.rethrow(t);
    }
    var s = sent;
    sent = null;
    return s;
  }

  void awaitFuture(Future<?> future) {
    future.mark(Future.BLOCKING);
    handOut(future);
    if (!future.done()) {
      throw new IllegalStateException("await wasn't used with future");
    }
  }

  /// See `Lowlevel.suspend`.
  static @Nullable Object suspend(@Nullable Object value) {
    return switch (Running.code()) {
      case Coroutine<?> coroutine -> coroutine.handOut(value);
      case Task<?> task -> {
        task.handleYield(value);
        yield null;
      }
      case null, default ->
          throw new IllegalStateException(
              "nothing to suspend: the caller runs in no coroutine; use run(...), createTask(...), or"
                  + " coroutine(...).send(null)");
    };
  }

  /// See `Lowlevel.suspendFor`.
  @Nullable Object suspendFor(@Nullable Object request) {
    var here = Fiber.current();
    if (here == null) {
      return suspend(request);
    }
    var before = here.waitingFor();
    here.setWaitingFor(fiber);
    try {
      return suspend(request);
    } finally {
      here.setWaitingFor(before);
    }
  }

  /// See `Lowlevel.emit`.
  @Nullable Object emit(@Nullable Object value) {
    if (Running.code() != this) {
      throw new IllegalStateException(
          "yield outside of the body of its generator: only the code that the generator runs can"
              + " yield, and not another thread, task or generator");
    }
    if (scopes > 0) {
      throw new IllegalStateException(
          "yield inside a time limit or a task group of the generator's body: whoever iterates would"
              + " run inside of it; end it before the yield, or put it around the iteration");
    }
    return handOut(value);
  }

  /// See `Lowlevel.relieveStack`.
  void relieveStack() {
    if (Running.code() == this) {
      try {
        Objects.requireNonNull(fiber).hub().relieveStack();
      } catch (IllegalStateException | StackOverflowError e) {
        // then it grows where it is, as any other does
      }
    }
  }

  /// A time limit or a task group begins. Gives whose body it is in, for [#leaveScope].
  static @Nullable Coroutine<?> enterScope() {
    if (Running.code() instanceof Coroutine<?> coroutine) {
      coroutine.scopes++;
      return coroutine;
    }
    return null;
  }

  /// A time limit or a task group ends.
  static void leaveScope(@Nullable Coroutine<?> entered) {
    if (entered != null) {
      entered.scopes--;
    }
  }

  @Override
  public String toString() {
    return "<coroutine object " + name() + ">";
  }

  /// The state, apart from the coroutine so that it can be looked at when that has been collected;
  /// and what is said then, if it was never awaited.
  private static final class Progress implements LeakDetector.Tracker {
    volatile State state = State.CREATED;
    private @Nullable Object naming;
    private StackTraceElement @Nullable [] source;

    @Override
    public boolean settled() {
      return state != State.CREATED;
    }

    @Override
    public void report() {
      Log.log(Level.WARNING, this::warning);
    }

    @Override
    public String warning() {
      var stack = Debug.list(source);
      var created = stack.isEmpty() ? "" : "\nCoroutine created at:" + Describe.stack(stack);
      return "coroutine '"
          + Describe.name(Objects.requireNonNull(naming))
          + "' was never awaited"
          + created;
    }
  }

  /// Below a coroutine that is driven without a loop there is nothing else to run.
  static final class NoLoop implements FiberSource {
    Context context = Context.ofThread(); // of what runs now, from that of whoever drives it

    /// The one that runs the caller, or `null`.
    static @Nullable NoLoop running() {
      var fiber = Fiber.current();
      return fiber != null && fiber.hub().owner() instanceof NoLoop noLoop ? noLoop : null;
    }

    @Override
    public @Nullable Fiber next() {
      return null;
    }

    @Override
    public boolean blocked(Fiber fiber) {
      return false;
    }

    @Override
    public void unblocked(Fiber fiber) {}

    @Override
    public boolean interrupted() {
      return false;
    }

    @Override
    public boolean isWaiting() {
      return false;
    }

    @Override
    public void interruptedWhileBlocked() {}

    @Override
    public void onCarrier(Runnable job) {}

    @Override
    public void foreign(Runnable continuation) {
      FallbackScheduler.run(continuation);
    }

    @Override
    public Object owner() {
      return this;
    }
  }
}
