package jasyncio.internal.fiber;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A fiber of a [ScheduledHub], and the scheduler of its own virtual thread.
final class ScheduledFiber extends Fiber implements Executor, Runnable {
  @Nullable Runnable continuation; // set once, by start()

  boolean announced; // logical thread: it has suspended by itself, not in a blocking call
  volatile boolean permit; // set by any thread: the continuation may be runnable
  volatile boolean detached; // set by the carrier: it no longer waits for `permit`
  volatile boolean ended;

  ScheduledFiber(ScheduledHub hub, Runnable body) {
    super(hub, body);
  }

  /// The fiber that schedules a virtual thread: its own, or one on which it was started.
  static @Nullable ScheduledFiber of(Thread virtual) {
    return VirtualThreads.schedulerOf(virtual) instanceof ScheduledFiber fiber ? fiber : null;
  }

  private ScheduledHub home() {
    return (ScheduledHub) hub;
  }

  @Override
  public void execute(Runnable r) {
    if (r == continuation) {
      if (!announced || !home().isCarrier(Thread.currentThread())) {
        home().unblocked(this);
      } // else it is our own yield, and who suspended it knows when to go on
    } else if (continuation == null) {
      continuation = r;
    } else {
      hub.source.foreign(r);
    }
  }

  @Override
  public void run() {
    try {
      takeBody().run();
    } finally {
      home().end(this);
    }
  }

  /// Runs the fiber on the calling platform thread until it suspends, if it is runnable.
  void resume() {
    Objects.requireNonNull(continuation).run();
  }

  /// Forgets what other threads said before this turn. Volatile writes are dear, so only if need
  /// be.
  void clearFlags() {
    if (detached) {
      detached = false;
    }
    if (permit) {
      permit = false;
    }
  }

  /// Waits until the continuation may be runnable.
  ///
  /// @param nanos how long at most
  /// @return whether it may be
  boolean awaitPermit(ScheduledHub blocker, FiberSource source, long nanos) {
    long until = System.nanoTime() + nanos;
    while (!permit) {
      if (nanos == Long.MAX_VALUE) {
        LockSupport.park(blocker);
      } else {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(blocker, left);
      }
      boolean interrupted = Thread.interrupted();
      if (interrupted) {
        blocker.tellOfInterrupt();
      }
      source.interruptedWhileBlocked();
      Thread t = thread; // an interrupt of the loop's thread is meant for the code that it runs
      if (interrupted && t != null && !t.isInterrupted()) {
        t.interrupt();
      }
    }
    return true;
  }

  @Override
  public boolean ended() {
    return ended;
  }
}
