package jasyncio.queue;

import jasyncio.BlockingPolicy;
import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A coroutine or a thread that waits at a [ThreadsafeQueue].
abstract sealed class Waiter {
  /// Whether it got what it waited for. Guarded by the queue's lock, as is `item`.
  boolean served;

  /// What it got, if it waited for an item.
  @Nullable Object item;

  /// Which of all items that were handed to somebody that one is. Guarded, too.
  long number;

  /// Wakes it. Any thread, not under the queue's lock; called at most once.
  abstract void wake();

  /// A coroutine, of any loop.
  static final class OfTask extends Waiter {
    private final EventLoop loop;
    private final CompletableFuture<Boolean> wakeUp = new CompletableFuture<>();

    /// For the coroutine that runs here.
    OfTask(String what, String instead) {
      try {
        this.loop = Current.loop();
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            what + " would have to wait, but no event loop runs here; a thread uses " + instead, e);
      }
    }

    /// The loop knows meanwhile that another thread may wake us, and does not seem to wait in vain.
    ///
    /// @param info what for
    void await(WaitInfo.Source info) {
      try {
        Tasks.wrapFuture(wakeUp, loop, info).await();
      } finally {
        wakeUp.complete(true);
      }
    }

    @Override
    void wake() {
      wakeUp.complete(true);
    }
  }

  /// A thread that may block: not a loop's, except for a task under policy `SWITCH`.
  static final class OfThread extends Waiter {
    private final Thread thread = Thread.currentThread();
    private volatile boolean woken;

    /// For the thread that runs here.
    OfThread(String what, String instead) {
      var loop = EventLoop.running();
      if (loop != null
          && (Current.task() == null || loop.getBlockingPolicy() != BlockingPolicy.SWITCH)) {
        throw new IllegalStateException(
            what + " would block the event loop and all its tasks; a coroutine uses " + instead);
      }
    }

    /// Waits until it is woken, or until so many nanoseconds have passed; which of the two.
    boolean await(long nanos) throws InterruptedException {
      long end = System.nanoTime() + nanos;
      while (!woken) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (nanos == Long.MAX_VALUE) {
          LockSupport.park(this);
        } else {
          long left = end - System.nanoTime();
          if (left <= 0) {
            return false;
          }
          LockSupport.parkNanos(this, left);
        }
      }
      return true;
    }

    @Override
    void wake() {
      woken = true;
      LockSupport.unpark(thread);
    }
  }
}
