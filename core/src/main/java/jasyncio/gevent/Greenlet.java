package jasyncio.gevent;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.GeneratorExit;
import jasyncio.Handle;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.internal.base.Functions;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.face.Current;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A function that runs beside others, all on one thread; made by [Gevent#spawn(Awaitable)].
///
/// It runs until it waits, in one of gevent's or asyncio's functions, or after [Monkey#patchAll()]
/// in any call that blocks; then others run. It is a task of the hub's loop. An error that leaves
/// it is reported by the hub, kept for [#get()], and stops nobody else; only [SystemExit] and
/// [KeyboardInterrupt] end the run of the loop, and come out of what the main program waits in.
///
/// Only the thread of its hub may wait for it or kill it, and it cannot wait for itself: else
/// [IllegalStateException] is thrown. Python: `gevent.Greenlet`.
///
/// @param <T> the type of what it gives
public final class Greenlet<T extends @Nullable Object> extends Linkable {
  /* Overview
   * States:  NEW -> SCHEDULED -> RUNNING -> DONE
   *          NEW, SCHEDULED              -> DONE     killed before it ran
   * `execution` is there from the moment it runs, or for its task's whole life if it stands for a task or a main program
   * that we did not make; such a stand-in has no body. What its task gave or threw it looks up when it is asked: an
   * error that nobody has asked for is reported by the task.
   */
  private enum State {
    NEW,
    SCHEDULED,
    RUNNING,
    DONE
  }

  private final Hub hub;
  private @Nullable Awaitable<T, ?> body; // null once it has begun
  private final String function;
  private State state = State.NEW;
  private @Nullable String name;
  private @Nullable Handle timer; // of startLater
  private @Nullable Task<?> task;
  private @Nullable Execution execution;
  private @Nullable Future<T> stoodFor; // whose outcome it has not looked up
  private @Nullable T value;
  private @Nullable Throwable exception;
  private @Nullable GreenletExit exit;

  /// A greenlet that has not been started.
  ///
  /// @param body what it will run
  public Greenlet(Awaitable<T, ?> body) {
    this(Hub.get(), Objects.requireNonNull(body, "body"), Functions.name(body.getClass()));
  }

  private Greenlet(Hub hub, @Nullable Awaitable<T, ?> body, String function) {
    this.hub = hub;
    this.body = body;
    this.function = function;
  }

  /// A greenlet that has not been started.
  ///
  /// @param body what it will run
  /// @return the greenlet
  public static Greenlet<Void> of(Action<?> body) {
    return new Greenlet<>(Hub.get(), body.asAwaitable(), Functions.name(body.getClass()));
  }

  /// The greenlet of somebody who was not spawned.
  static Greenlet<?> standIn(Execution execution) {
    var greenlet = new Greenlet<@Nullable Object>(execution.hub, null, "not spawned");
    greenlet.state = State.RUNNING;
    greenlet.execution = execution;
    greenlet.task = execution.task;
    greenlet.name = execution.task == null ? "main" : execution.task.getName();
    if (execution.task != null) {
      execution.task.addDoneCallback(greenlet::taskEnded);
    }
    return greenlet;
  }

  @SuppressWarnings("unchecked") // only a stand-in has a task that we did not make
  private void taskEnded(Future<?> ended) {
    stoodFor = (Future<T>) ended;
    end();
  }

  private void lookUp() {
    var ended = stoodFor;
    if (ended == null) {
      return;
    }
    stoodFor = null;
    if (ended.cancelled()) {
      exit = new GreenletExit("its task was cancelled");
    } else {
      exception = ended.exception();
      value = exception == null ? ended.result() : null;
    }
  }

  Hub hub() {
    return hub;
  }

  @Override
  Hub linkHub() {
    return hub;
  }

  // ---- starting and running ---------------------------------------------------------------------

  /// Has it run as soon as those who are ready have run. Without effect if it was started or killed
  /// before.
  public void start() {
    if (state == State.NEW) {
      schedule();
    }
  }

  /// Has it run after a while. Without effect if it was started or killed before.
  ///
  /// @param seconds from now
  public void startLater(double seconds) {
    if (state == State.NEW) {
      timer = hub.loop().callLater(seconds, this::schedule);
      state = State.SCHEDULED;
    }
  }

  /// Has it run after a while.
  ///
  /// @param delay from now
  public void startLater(Duration delay) {
    startLater(Seconds.of(delay));
  }

  private void schedule() {
    timer = null;
    state = State.SCHEDULED;
    try {
      var runner = hub.loop().createTask((Action<?>) this::run, getName());
      task = runner;
      runner.addDoneCallback(this::neverRan);
    } catch (Throwable e) { // the loop is closed
      state = task == null ? State.NEW : state;
      throw e;
    }
  }

  /// Somebody who knows asyncio may have cancelled its task before it ran.
  private void neverRan(Future<?> ended) {
    if (state == State.SCHEDULED) {
      body = null;
      finishAs(new GreenletExit("its task was cancelled"), null);
    }
  }

  private void run() {
    var self = new Execution(this, Objects.requireNonNull(Current.task()));
    task = self.task; // an eager task runs before whoever made it has it
    execution = self;
    self.enter();
    var toRun = Objects.requireNonNull(body);
    body = null;
    state = State.RUNNING;
    T result;
    try {
      result = toRun.await();
    } catch (Throwable e) {
      fail(self.arrived(e));
      return;
    }
    finish(result, null);
  }

  /// It was left by an error.
  private void fail(Throwable error) {
    switch (error) {
      case GreenletExit exit -> finishAs(exit, null);
      case CancelledError cancelled -> { // its task was cancelled, by somebody who knows asyncio
        finishAs(new GreenletExit("its task was cancelled"), null);
        throw cancelled;
      }
      case GeneratorExit closing -> {
        finishAs(new GreenletExit("the hub was closed"), null);
        throw closing;
      }
      case KeyboardInterrupt interrupt -> {
        finishAs(null, interrupt);
        throw escaping(interrupt);
      }
      case SystemExit exit -> {
        finishAs(null, exit);
        throw escaping(exit);
      }
      default -> {
        finishAs(null, error);
        hub.handleError(this, error);
      }
    }
  }

  /// The loop throws it out of its run: nobody needs to be told that the task has it, too.
  private <X extends Error> X escaping(X error) {
    Objects.requireNonNull(task).addDoneCallback(t -> t.exception());
    return error;
  }

  /// It ends without a value.
  @SuppressWarnings("NullAway") // nobody takes it for a value: `exit` or `exception` is there
  private void finishAs(@Nullable GreenletExit exit, @Nullable Throwable error) {
    this.exit = exit;
    finish(null, error);
  }

  private void finish(T result, @Nullable Throwable error) {
    value = result;
    exception = error;
    end();
  }

  private void end() {
    state = State.DONE;
    execution = null;
    fireLinks();
  }

  // ---- state ------------------------------------------------------------------------------------

  /// {@return whether it has ended, or will never run}
  @Override
  public boolean ready() {
    return state == State.DONE;
  }

  /// {@return whether it has ended without an error; having been killed is none}
  public boolean successful() {
    return ready() && exception() == null;
  }

  /// {@return whether it was started and has not ended}
  public boolean started() {
    return state == State.SCHEDULED || state == State.RUNNING;
  }

  /// {@return whether it has ended, or will never run; Python keeps apart from [#ready()] what is
  /// the same here}
  public boolean dead() {
    return ready();
  }

  /// {@return what its function gave; `null` if it has not ended, or failed, or was killed: see
  /// [#exit()]}
  public @Nullable T value() {
    lookUp();
    return value;
  }

  /// {@return the error that ended it, or `null` if there is none}
  public @Nullable Throwable exception() {
    lookUp();
    return exception;
  }

  /// {@return the exit that ended it, or `null` if none did; one is made where its task was
  /// cancelled or its hub closed. In Python that is its value, which a type parameter does not
  /// allow}
  public @Nullable GreenletExit exit() {
    lookUp();
    return exit;
  }

  /// {@return the name: `Greenlet-N`, unless it was given another}
  public String getName() {
    var n = name;
    if (n == null) {
      n = "Greenlet-" + hub.nextNumber();
      name = n;
    }
    return n;
  }

  /// Renames it.
  ///
  /// @param name the new name
  public void setName(String name) {
    this.name = Objects.requireNonNull(name, "name");
    if (task != null) {
      task.setName(name);
    }
  }

  // ---- waiting for it ---------------------------------------------------------------------------

  /// Waits until it has ended, well or not. Suspends unless it has.
  public void join() {
    join(Seconds.FOREVER);
  }

  /// Waits until it has ended, or the time is over. Suspends unless it has ended.
  ///
  /// @param timeout seconds to wait at most
  /// @return whether it has ended; Python gives nothing
  public boolean join(double timeout) {
    return ready() || (waitForEnd("join", timeout) && ready());
  }

  /// Waits until it has ended, or the time is over.
  ///
  /// @param timeout how long to wait at most
  /// @return whether it has ended
  public boolean join(Duration timeout) {
    return join(Seconds.of(timeout));
  }

  /// Waits for what it gives. Suspends unless it has ended.
  ///
  /// @return its value, `null` if it was killed; throws the very error that ended it
  public T get() {
    return get(Seconds.FOREVER);
  }

  /// Waits for what it gives, for a limited time.
  ///
  /// @param timeout seconds to wait at most
  /// @return its value; throws the very error that ended it
  /// @throws Timeout if the time is over first
  public T get(double timeout) {
    if (!ready() && !waitForEnd("get", timeout)) {
      throw new Timeout(timeout);
    }
    return outcome();
  }

  /// Waits for what it gives, for a limited time.
  ///
  /// @param timeout how long to wait at most
  /// @return its value; throws the very error that ended it
  /// @throws Timeout if the time is over first
  public T get(Duration timeout) {
    return get(Seconds.of(timeout));
  }

  /// What it has given; never suspends. Python: `get(block=False)`.
  ///
  /// @return its value; throws the very error that ended it
  /// @throws Timeout if it has not ended
  public T getNowait() {
    if (!ready()) {
      throw new Timeout();
    }
    return outcome();
  }

  @SuppressWarnings("NullAway") // the value is what the body gave
  private T outcome() {
    lookUp();
    if (exception != null) {
      throw Sneaky.rethrow(exception);
    }
    return value;
  }

  private boolean waitForEnd(String call, double timeout) {
    checkHub(call);
    if (execution != null && execution.isCurrent()) {
      throw new IllegalStateException(this + " cannot wait for its own end");
    }
    return waitUntilReady(call, timeout);
  }

  private void checkHub(String call) {
    if (Hub.get() != hub) {
      throw new IllegalStateException(
          call + ": " + this + " belongs to the hub of another thread; call it there");
    }
  }

  // ---- ending it --------------------------------------------------------------------------------

  /// Ends it: throws a [GreenletExit] into it where it waits, and waits until it has ended. One
  /// that has not begun never will. Without effect if it has ended. Whoever kills itself gets the
  /// error at once.
  public void kill() {
    kill(new GreenletExit());
  }

  /// Ends it with an error, and waits until it has ended.
  ///
  /// @param exception what is thrown into it
  public void kill(Throwable exception) {
    kill(exception, true, Seconds.FOREVER);
  }

  /// Ends it.
  ///
  /// @param block whether to wait until it has ended
  public void kill(boolean block) {
    kill(new GreenletExit(), block, Seconds.FOREVER);
  }

  /// Ends it with an error. In an await of asyncio's the error shows as a [CancelledError], in a
  /// blocking call as whatever an interrupt makes of that, and becomes itself as it leaves the
  /// greenlet; unless it is a [GreenletExit], the hub reports it. When the time is over first,
  /// nothing is thrown: see [#ready()].
  ///
  /// @param exception what is thrown into it
  /// @param block whether to wait until it has ended
  /// @param timeout seconds to wait at most
  public void kill(Throwable exception, boolean block, double timeout) {
    Objects.requireNonNull(exception, "exception");
    checkHub("kill");
    if (killBeforeStart(exception) || ready()) {
      return;
    }
    var target = Objects.requireNonNull(execution);
    if (block && target.isCurrent()) {
      throw Sneaky.rethrow(exception);
    }
    target.throwSoon(exception);
    if (block) {
      Waiter.letOthersRun("kill", this);
      join(timeout);
    }
  }

  /// Ends it with an error.
  ///
  /// @param exception what is thrown into it
  /// @param block whether to wait until it has ended
  /// @param timeout how long to wait at most
  public void kill(Throwable exception, boolean block, Duration timeout) {
    kill(exception, block, Seconds.of(timeout));
  }

  /// Ends it if it has not begun to run.
  boolean killBeforeStart(Throwable error) {
    if (state != State.NEW && state != State.SCHEDULED) {
      return false;
    }
    body = null;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (task != null) {
      task.cancel();
    }
    if (error instanceof GreenletExit exit) {
      finishAs(exit, null);
    } else {
      finishAs(null, error);
      hub.handleError(this, error);
    }
    return true;
  }

  /// Throws an error into it, if it runs; never waits.
  void throwSoon(Throwable error) {
    if (!killBeforeStart(error) && execution != null) {
      execution.throwSoon(error);
    }
  }

  // ---- links ------------------------------------------------------------------------------------

  /// Has `callback` called with this greenlet once it has ended, by a greenlet of its own, so that
  /// it may wait; soon, if it has ended already.
  ///
  /// @param callback what to call; what it throws is reported by the hub, as a greenlet's error is
  public void link(Consumer<? super Greenlet<T>> callback) {
    link(callback, () -> true);
  }

  /// Has `callback` called once this has ended, if that was without an error.
  ///
  /// @param callback what to call
  public void linkValue(Consumer<? super Greenlet<T>> callback) {
    link(callback, this::successful);
  }

  /// Has `callback` called once this has ended, if that was with an error.
  ///
  /// @param callback what to call
  public void linkException(Consumer<? super Greenlet<T>> callback) {
    link(callback, () -> !successful());
  }

  private void link(Consumer<? super Greenlet<T>> callback, BooleanSupplier wanted) {
    addLink(new Callback(Objects.requireNonNull(callback, "callback"), wanted));
  }

  /// A link of a user's.
  private final class Callback implements Link {
    private final Consumer<? super Greenlet<T>> callback;
    private final BooleanSupplier wanted;

    Callback(Consumer<? super Greenlet<T>> callback, BooleanSupplier wanted) {
      this.callback = callback;
      this.wanted = wanted;
    }

    @Override
    public void fire() {
      keepLink(this); // until it is called, it may be taken back
      hub.loop()
          .callSoon(() -> {
            if (removeLink(this) && wanted.getAsBoolean()) {
              hub.runLink(Greenlet.this, () -> callback.accept(Greenlet.this));
            }
          });
    }

    boolean calls(Consumer<?> other) {
      return callback.equals(other);
    }
  }

  /// Takes back a callback that was not called yet.
  ///
  /// @param callback what was given to one of the `link` methods
  public void unlink(Consumer<? super Greenlet<T>> callback) {
    removeFirstLink(link -> link instanceof Greenlet<?>.Callback c && c.calls(callback));
  }

  /// {@return `<Greenlet "Greenlet-0": Owner.<lambda>>`}
  @Override
  public String toString() {
    return "<Greenlet \"" + getName() + "\": " + function + ">";
  }
}
