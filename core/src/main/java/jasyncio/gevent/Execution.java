package jasyncio.gevent;

import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.ContextVar;
import jasyncio.Task;
import jasyncio.internal.base.Interrupts;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import jasyncio.lowlevel.Lowlevel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Somebody who can wait: the main program of a thread, a greenlet, or a task that is neither.
final class Execution {
  /* Overview
   * How an execution waits:  in one of our own calls      `waiter` set, which has a future of its own
   *                          in an await of asyncio's  `waiter` null; it is the task that knows
   *                          in a blocking call        likewise; other executions run under SWITCH only
   * An error for it (of a kill or a timeout) takes the way that fits. In our own calls the future gets it, so it
   * comes out of the call itself. If that future is done already, whatever it brings must not get lost: the
   * error is thrown later, when the execution has run. Elsewhere the task is cancelled, and `interruption` says what
   * the cancellation stands for: as soon as it comes out into one of our own calls or out of the greenlet,
   * arrived() puts the error in its place. User code may swallow it before; we know that as soon as one of our
   * calls has waited. In a blocking call the cancellation is an interrupt, and that may have been heard before:
   * what it made the call throw is on its way while clean-up waits, so `heard` remembers what it stands for.
   * Another error does not wait for that, but only until the cancellation has had its turn:
   * before, both would arrive as one.
   */
  private static final Object NOBODY = new Object();
  private static final ContextVar<Object> CURRENT = ContextVar.of("jasyncio.gevent", NOBODY);

  final Hub hub;
  final @Nullable Task<?> task; // null for the main program
  private @Nullable Greenlet<?> greenlet; // made on demand where there is none
  private @Nullable Waiter waiter;
  private @Nullable Throwable interruption;
  private @Nullable Throwable heard; // the last interruption, once it is settled
  private boolean beingCancelled; // it has not had its turn
  private final ArrayDeque<Throwable> pending = new ArrayDeque<>(); // the main program's

  Execution(Hub hub, @Nullable Task<?> task) {
    this.hub = hub;
    this.task = task;
  }

  Execution(Greenlet<?> greenlet, Task<?> task) {
    this(greenlet.hub(), task);
    this.greenlet = greenlet;
  }

  /// Who runs here.
  ///
  /// @throws IllegalStateException in a callback of a loop
  static Execution current() {
    var task = Current.task();
    if (task != null) {
      return of(task);
    }
    var hub = Hub.get();
    if (hub.loop().isRunning()) {
      throw new IllegalStateException(
          "Impossible to call blocking function in the event loop callback; spawn a greenlet that calls"
              + " it");
    }
    return hub.main();
  }

  private static Execution of(Task<?> task) {
    if (CURRENT.get() instanceof Execution execution && execution.task == task) {
      return execution;
    }
    var execution = new Execution(Hub.of(task.getLoop()), task);
    execution.enter();
    return execution;
  }

  /// The execution of a task that is not done, if it has called one of our functions.
  static @Nullable Execution find(Task<?> task) {
    return task.getContext().get(CURRENT) instanceof Execution execution && execution.task == task
        ? execution
        : null;
  }

  /// Makes itself known to the code that runs here.
  void enter() {
    CURRENT.set(this);
  }

  Greenlet<?> greenlet() {
    var g = greenlet;
    if (g == null) {
      g = Greenlet.standIn(this);
      greenlet = g;
    }
    return g;
  }

  boolean isCurrent() {
    return task == null ? !hub.loop().isRunning() : Current.task() == task;
  }

  @Nullable Waiter waiter() {
    return waiter;
  }

  // ---- waiting ----------------------------------------------------------------------------------

  /// Waits for the future of `w`. Even if it is done already, those who are ready run first.
  boolean await(Waiter w) {
    waiter = w;
    try {
      if (!pending.isEmpty()) {
        throw Sneaky.rethrow(pending.remove());
      }
      if (task == null) {
        hub.runUntilTurnOf(w);
      } else if (w.future.done()) {
        pause();
      }
      return task == null ? w.future.result() : w.future.await();
    } catch (CancelledError e) {
      throw Sneaky.rethrow(arrived(e));
    } finally {
      waiter = null;
      settle(); // what was on its way would have come here
    }
  }

  /// Lets those run who are ready.
  void pause() {
    try {
      Tasks.sleep(0);
    } catch (CancelledError e) {
      throw Sneaky.rethrow(arrived(e));
    } finally {
      settle();
    }
  }

  /// Calls `body`; an error for this execution comes out as it is, whatever it had to pass through.
  ///
  /// @param <X> what the body throws
  /// @throws X what the body throws
  <T extends @Nullable Object, X extends Exception> T translating(Awaitable<T, X> body) throws X {
    try {
      return body.await();
    } catch (Throwable e) {
      throw Sneaky.rethrow(arrived(e));
    }
  }

  // ---- errors from outside ----------------------------------------------------------------------

  /// Throws `error` into the execution as soon as that is possible.
  void throwSoon(Throwable error) {
    if (!interrupt(error) && !isDone()) {
      hub.loop().callSoon(() -> throwSoon(error));
    }
  }

  private boolean isDone() {
    return task != null && task.done();
  }

  /// Throws `error` into the execution.
  ///
  /// @return whether that was possible; if not, it will run first
  boolean interrupt(Throwable error) {
    var w = waiter;
    if (w != null && !w.future.done()) {
      w.future.setException(error);
      w.future.exception(); // read: it is no loss if a cancellation comes first
    } else if (task == null) {
      pending.add(error);
    } else if (w != null || isCurrent() || beingCancelled) {
      return false;
    } else {
      settle();
      interruption = error;
      beingCancelled = true;
      Lowlevel.cancelOnce(task); // gevent throws once, too
      hub.loop().callSoon(() -> beingCancelled = false);
    }
    return true;
  }

  /// Takes `error` back if it has not arrived. For others than the execution itself one that is on
  /// its way has arrived.
  void withdraw(Throwable error) {
    pending.remove(error);
    if (interruption == error && isCurrent()) {
      settle();
    }
    if (heard == error) {
      heard = null;
    }
  }

  /// What `error` stands for: the error that we wanted to be thrown here, if it is what became of
  /// that.
  Throwable arrived(Throwable error) {
    boolean interrupted = Interrupts.caused(error);
    var wanted = interruption == null && interrupted ? heard : interruption;
    if (wanted == null || !(error instanceof CancelledError || interrupted)) {
      return error;
    }
    settle();
    heard = null;
    if (error instanceof CancelledError || error == wanted) {
      return wanted;
    }
    wanted.addSuppressed(error);
    return wanted;
  }

  /// The cancellation that stood for an error has arrived, or was swallowed on its way.
  private void settle() {
    if (interruption != null && task != null) {
      heard = interruption;
      interruption = null;
      task.uncancel();
    }
  }

  @Override
  public String toString() {
    var g = greenlet;
    if (g != null) {
      return g.toString();
    }
    return task == null ? "main program" : task.toString();
  }
}
