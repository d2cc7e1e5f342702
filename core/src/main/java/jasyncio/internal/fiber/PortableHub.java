package jasyncio.internal.fiber;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Fibers are virtual threads of the JDK's own scheduler that pass one baton. Public API only; a
/// class of the JDK that is named in one place may be missing.
public final class PortableHub extends Hub {
  /* Overview
   * Exactly one of the hub's threads runs: the one that holds the baton. Whoever gives up control
   * asks the source itself, on its own thread, and hands the baton straight to the fiber that is due: one
   * unpark and one park a step. Going through a thread in the middle would cost twice that, through a
   * platform thread twenty times. The thread in run() only waits until the baton comes back to it.
   *
   * What one fiber wrote the next one sees: `turn` is written before the unpark and read after the park.
   * A fiber that blocks keeps the baton, so the whole loop waits for it: policy BLOCK, and no other.
   *
   * A pending interrupt would turn every park and select into a spin. So whoever gives up control sets it aside, also
   * one that comes before it has got control back, or while it works for the source:
   *   NONE -> KEPT            the thread itself has found it
   *   KEPT -> NONE            the fiber goes on, interrupted again; or the interrupt was taken back
   *   NONE, KEPT -> UNWANTED  it was taken back, and is still pending
   *   UNWANTED -> NONE        the thread itself has found it, and forgets it
   *
   * The source works on the stack of whoever gives up control, and that may be all but used up. If it ran out in
   * the middle of it all, others would have left the ready queue without having had their turn, and a lock of the
   * selector's or of the JDK's scheduler might stay locked. So there has to be `room` for the whole of it
   * before anything happens.
   */
  private static final int ROOM =
      40; // frames of room(): 2.5 KB, or 8 KB as long as they are interpreted

  private @Nullable Baton host;
  private final @Nullable ClassLoader contextLoader =
      Thread.currentThread().getContextClassLoader();
  private boolean hostInterrupted; // host only: to be told to it when the run ends
  private volatile @Nullable Thread hostThread;

  public PortableHub(FiberSource source) {
    super(source);
  }

  @Override
  public Fiber newFiber(Runnable body) {
    return new PortableFiber(this, body);
  }

  @Override
  public void run(@Nullable Fiber first) {
    var me = new Baton(Thread.currentThread());
    host = me;
    hostThread = me.thread;
    current = null;
    hostInterrupted = Thread.interrupted();
    if (first != null) {
      first.hub = this;
    }
    try {
      var f = first != null ? first : source.next();
      if (f != null) {
        pass((PortableFiber) f);
        while (!me.awaitInterruptibly()) {
          takeInterruptOfHost();
        }
      }
    } finally {
      current = null;
      hostThread = null;
      host = null;
      if (hostInterrupted) {
        me.thread.interrupt();
      }
    }
  }

  @Override
  public void switchTo(@Nullable Fiber target) {
    var self = (PortableFiber) Objects.requireNonNull(current);
    room(ROOM, 1, 2, 3, 4, 5, 6, 7);
    self.baton.setInterruptAside();
    try {
      var next = target(self, target);
      if (next != self) {
        pass(next);
        self.baton.await();
      }
    } finally {
      self.baton.bringInterruptBack();
    }
  }

  /// Uses so much of the stack, and gives it back: with many values in each frame, which a compiler
  /// cannot leave out.
  ///
  /// @throws StackOverflowError if there is less
  private static long room(int frames, long a, long b, long c, long d, long e, long f, long g) {
    return frames == 0 ? a : room(frames - 1, b, c, d, e, f, g, a) + b + c + d + e + f + g;
  }

  @Override
  @SuppressWarnings(
      "ThreadPriorityCheck") // meant for the stack, not for other threads: we have the baton
  public void relieveStack() {
    Thread.yield();
  }

  private @Nullable PortableFiber target(PortableFiber self, @Nullable Fiber target) {
    if (target == null) {
      target = self.returnTo;
      self.returnTo = null;
    }
    return (PortableFiber) (target != null ? target : source.next());
  }

  private void pass(@Nullable PortableFiber to) {
    current = to;
    var baton = to != null ? to.baton : Objects.requireNonNull(host);
    baton.give();
  }

  /// The last act of a fiber, on the fiber.
  void end(PortableFiber self) {
    self.ended = true;
    Thread.interrupted();
    pass(target(self, null));
  }

  @Override
  public void waited() {
    if (Thread.interrupted()) {
      noteInterrupt();
    }
  }

  private void noteInterrupt() {
    if (Thread.currentThread() != hostThread) {
      ((PortableFiber) Objects.requireNonNull(current)).baton.keepInterrupt();
    } else if (!source.interrupted()) {
      hostInterrupted = true;
    }
  }

  private void takeInterruptOfHost() {
    if (Thread.interrupted()) {
      noteInterrupt();
    }
  }

  /// The source waits on virtual threads, whose selectors the JDK has pollers for. It makes them
  /// when the first one waits, never tries again if it fails, and needs files for them: there may
  /// be none by then, for a server that has many clients before it first has to wait.
  @Override
  public void prepareForChannels() throws IOException {
    try {
      Class.forName("sun.nio.ch.Poller");
    } catch (ClassNotFoundException e) {
      // another JDK, which has other ways
    } catch (LinkageError e) {
      throw new IOException("the JDK cannot make its pollers", e);
    }
  }

  @Override
  public boolean isInterrupted() {
    return false; // it notices by itself
  }

  @Override
  boolean mayBlock(Fiber fiber) {
    return !((PortableFiber) fiber).baton.turn;
  }

  @Override
  public boolean noticesBlocked() {
    return false;
  }

  @Override
  public boolean takeInterrupt(Fiber fiber) {
    return ((PortableFiber) fiber).baton.takeInterrupt();
  }

  @Override
  public void wakeFromBlocked() {}

  @Override
  public void interlude(Fiber fiber) {
    throw new IllegalStateException("a blocked portable fiber cannot be noticed");
  }

  @Override
  public boolean goesOnWithin(Fiber fiber, long nanos) {
    throw new IllegalStateException("a blocked portable fiber cannot be noticed");
  }

  @Override
  public void returnEarly(Fiber callee) {
    throw new IllegalStateException("a blocked portable fiber cannot be noticed");
  }

  @Override
  public boolean isDetached(Fiber fiber) {
    return false;
  }

  @Override
  public @Nullable Thread blockedThread(Fiber fiber) {
    return null;
  }

  @Override
  public void abandon(Fiber fiber) {}

  @Override
  public boolean reusesFibers() {
    return false; // whether there are thread locals cannot be seen by public means
  }

  @Override
  public boolean clean() {
    clean(Thread.currentThread(), contextLoader);
    return true; // only callbacks share a fiber, and its thread locals
  }

  @Override
  public boolean mayBeTouchedBy(Thread thread) {
    var h = hostThread;
    return isCurrent(thread) || thread == h || h == null;
  }

  @Override
  public void close() {}

  /// The right to run, as one thread waits for it.
  static final class Baton {
    private enum Aside {
      NONE,
      KEPT,
      UNWANTED
    }

    final Thread thread;
    private volatile boolean turn;
    private boolean started;
    private Aside interrupt = Aside.NONE; // guarded by this while the thread waits

    Baton(Thread thread) {
      this.thread = thread;
    }

    void give() {
      turn = true;
      if (!started && thread.getState() == Thread.State.NEW) {
        started = true;
        thread.start();
      } else {
        LockSupport.unpark(thread);
      }
    }

    /// Waits for the baton, or for an interrupt, which it leaves; returns whether it has the baton.
    boolean awaitInterruptibly() {
      while (!turn) {
        LockSupport.park(this);
        if (!turn && Thread.currentThread().isInterrupted()) {
          return false;
        }
      }
      turn = false;
      return true;
    }

    /// Waits for the baton; interrupts are set aside.
    void await() {
      StackOverflowError overflow = null;
      while (!turn) {
        try {
          LockSupport.park(this);
          setInterruptAside();
        } catch (StackOverflowError e) { // others run already: wait for our turn before we say so
          overflow = e;
          Thread.onSpinWait();
        }
      }
      turn = false;
      if (overflow != null) {
        throw overflow;
      }
    }

    /// Called by the thread itself, as the next two.
    void setInterruptAside() {
      if (Thread.currentThread().isInterrupted()) {
        keepInterrupt();
      }
    }

    /// The thread was interrupted.
    synchronized void keepInterrupt() {
      Thread.interrupted();
      interrupt = interrupt == Aside.UNWANTED ? Aside.NONE : Aside.KEPT;
    }

    /// The fiber goes on.
    void bringInterruptBack() {
      if (interrupt == Aside.NONE) {
        return; // and stores nothing: see Hub
      } else if (interrupt == Aside.KEPT) {
        thread.interrupt();
      } else {
        Thread.interrupted();
      }
      interrupt = Aside.NONE;
    }

    synchronized boolean takeInterrupt() {
      boolean here = Thread.currentThread() == thread;
      boolean pending = here ? Thread.interrupted() : thread.isInterrupted();
      boolean was = pending || interrupt == Aside.KEPT;
      interrupt = pending && !here ? Aside.UNWANTED : Aside.NONE;
      return was;
    }
  }

  static final class PortableFiber extends Fiber implements Runnable {
    /// The fiber whose thread this is.
    static final ThreadLocal<@Nullable PortableFiber> OF_THREAD = new ThreadLocal<>();

    private final Baton baton;
    private volatile boolean ended;

    PortableFiber(PortableHub hub, Runnable body) {
      super(hub, body);
      baton =
          new Baton(
              Thread.ofVirtual()
                  .name(FIBER_NAME)
                  .inheritInheritableThreadLocals(false)
                  .unstarted(this));
      baton.thread.setContextClassLoader(hub.contextLoader);
      thread = baton.thread;
    }

    @Override
    public void run() {
      baton.await();
      try {
        OF_THREAD.set(this);
        takeBody().run();
      } finally {
        ((PortableHub) hub).end(this);
      }
    }

    @Override
    public boolean ended() {
      return ended;
    }
  }
}
