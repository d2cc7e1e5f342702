package jasyncio.internal.fiber;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Runs fibers, one at a time, in the order that a [FiberSource] gives.
///
/// A hub is driven by a thread in [#run]; that thread and the fibers it runs form one *logical
/// thread*: whatever one of them wrote the next one sees, with no lock. Methods say who may call
/// them.
public abstract class Hub {
  /* Overview
   * Control moves along three arrows only:
   *   run()                 -> a fiber          the first one, or the one the source names
   *   fiber, switchTo(t)    -> t                t named by the fiber itself
   *   fiber, switchTo(null) -> its caller       the fiber that `call`ed it, once
   *                         -> source.next()    else; null ends run()
   * A fiber that ends behaves like switchTo(null).
   *
   * `current` belongs to the logical thread. Other threads may read it to compare its thread with
   * themselves: only the thread that is current can find itself there; what they see of others is a
   * guess. interruptBlocked() acts on one, and takeInterrupt() sets it right. One field, not two: a reference
   * stored into an old object is dear (the write barrier of G1), and this one is at every switch.
   */
  static final String FIBER_NAME = "jasyncio-fiber";

  final FiberSource source;

  @Nullable Fiber current;

  Hub(FiberSource source) {
    this.source = source;
  }

  /// A fiber that will run `body` once; it starts when control is first given to it.
  public abstract Fiber newFiber(Runnable body);

  /// Runs fibers, starting with `first` or else with what the source gives, until the source gives
  /// `null`. Called by a thread that is no fiber of this hub.
  public abstract void run(@Nullable Fiber first);

  /// Suspends the current fiber and gives control to `target`, or to the caller of the current
  /// fiber, or to what the source says. Returns when this fiber has got control again. Called on a
  /// fiber.
  ///
  /// @throws IllegalStateException if the stack cannot be suspended because a native frame is on
  ///   it; then nothing has happened
  /// @throws StackOverflowError if the stack is too deep for suspending it; likewise
  public abstract void switchTo(@Nullable Fiber target);

  /// Gives control to `callee` and gets it back when `callee` next gives it up. Called on a fiber.
  public final void call(Fiber callee) {
    callee.hub = this;
    callee.returnTo = current;
    try {
      switchTo(callee);
    } catch (Throwable e) {
      callee.returnTo = null;
      throw e;
    }
  }

  /// Suspends the current fiber and goes on with it at once. Its stack lies in the heap then, but
  /// for the uppermost frames: there is room for more. Called on a fiber.
  ///
  /// @throws IllegalStateException if the stack cannot be suspended
  /// @throws StackOverflowError likewise
  public abstract void relieveStack();

  /// Whether a fiber may serve several tasks in turn, because [#clean] tells when it may not.
  public abstract boolean reusesFibers();

  /// Wipes what user code may have left on the current fiber's thread: interrupt status, name,
  /// context class loader. Called on a fiber.
  ///
  /// @return whether the fiber may serve others. Not if there are thread locals: who keeps
  ///   something in them may remember the thread, too, and must not see it again without them.
  public abstract boolean clean();

  static void clean(Thread self, @Nullable ClassLoader contextLoader) {
    Thread.interrupted();
    if (!FIBER_NAME.equals(self.getName())) {
      self.setName(FIBER_NAME);
    }
    if (self.getContextClassLoader() != contextLoader) {
      self.setContextClassLoader(contextLoader);
    }
  }

  /// Runs `fiber` until it gives up control, while the current fiber waits in a blocking call.
  /// Called by the source from [FiberSource#blocked].
  public abstract void interlude(Fiber fiber);

  /// Waits while `fiber`, the current one, is in a blocking call. Called by the source from
  /// [FiberSource#blocked].
  ///
  /// @param nanos how long at most
  /// @return whether the call can go on
  public abstract boolean goesOnWithin(Fiber fiber, long nanos);

  /// Has the caller of `callee` go on now, in place of what the source says, as if it had been
  /// given control back. Called by the source from [FiberSource#blocked].
  public abstract void returnEarly(Fiber callee);

  /// Whether the fiber waits in a blocking call and the hub went on without it.
  public abstract boolean isDetached(Fiber fiber);

  /// The thread of a fiber that waits in a blocking call, while the hub goes on or waits for it,
  /// and that nothing has woken yet; else `null`. Called by the logical thread.
  public abstract @Nullable Thread blockedThread(Fiber fiber);

  /// The hub is closed: lets other threads run what is left of a fiber that waited in a blocking
  /// call.
  public abstract void abandon(Fiber fiber);

  /// Releases what belongs to the hub. Fibers that have not ended stay as they are.
  public abstract void close();

  /// Whether this hub can run a suspended fiber that `other` ran before.
  public final boolean canAdoptFrom(Hub other) {
    return getClass() == other.getClass();
  }

  /// The source has waited, and may have been interrupted: the flag is cleared, to be set again
  /// where it is due.
  public abstract void waited();

  /// The source is going to wait for channels, too, on the threads where it is asked what is next:
  /// has the JDK get ready for that. Idempotent.
  ///
  /// @throws IOException if it cannot
  public void prepareForChannels() throws IOException {}

  /// See [FiberSource#owner].
  public final Object owner() {
    return source.owner();
  }

  /// Whether the thread in [#run] was interrupted and will notice as soon as it gets control.
  public abstract boolean isInterrupted();

  /// Interrupts the fiber that blocks the hub in a call of user code, if one does as far as can be
  /// seen from outside. It may have gone on meanwhile, so the logical thread is to [take that
  /// back][#takeInterrupt] when it next has control. Called by any thread.
  ///
  /// @return the one that was interrupted, or `null`
  public final @Nullable Fiber interruptBlocked() {
    var fiber = current;
    if (fiber == null || !mayBlock(fiber) || source.isWaiting()) {
      return null;
    }
    var thread = fiber.thread;
    if (thread == null) {
      return null;
    }
    return switch (thread.getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> {
        thread.interrupt();
        yield fiber;
      }
      default -> null;
    };
  }

  /// Takes back an interrupt of a fiber, unless its code has got it. Called by the logical thread,
  /// where that code does not run.
  ///
  /// @return whether there was one
  public abstract boolean takeInterrupt(Fiber fiber);

  /// Whether the fiber, the current one, has control: it is neither about to get it, nor has the
  /// hub gone on without it. Called by any thread.
  abstract boolean mayBlock(Fiber fiber);

  /// Whether the hub notices by itself that a fiber waits in a blocking call.
  public abstract boolean noticesBlocked();

  /// If the hub waits for a fiber in a blocking call, have it call
  /// [FiberSource#interruptedWhileBlocked]. Called by any thread.
  public abstract void wakeFromBlocked();

  /// The fiber that has control, or had it last.
  public final @Nullable Fiber current() {
    return current;
  }

  /// The thread of the fiber that has control, if one has.
  public final @Nullable Thread currentThread() {
    var fiber = current;
    return fiber == null ? null : fiber.thread;
  }

  /// Whether `thread`, the calling one, is that of the fiber that has control.
  public final boolean isCurrent(Thread thread) {
    var fiber = current;
    return fiber != null && fiber.thread == thread;
  }

  /// Whether `thread`, the calling one, is the logical thread of this hub, or nobody drives the
  /// hub.
  public abstract boolean mayBeTouchedBy(Thread thread);
}
