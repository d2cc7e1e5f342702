package jasyncio.internal.loop;

import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.StampedLock;

/// Tells who waits for a lock that another thread holds. Most are held for a moment (those of
/// queues, maps and class loaders), so whether one has to wait is chance, and no fault of its code.
final class LockWaits {
  private LockWaits() {}

  /// Whether a thread, which does not run, waits for a monitor or a lock of
  /// `java.util.concurrent.locks`.
  static boolean isIn(Thread thread) {
    if (thread.getState() == Thread.State.BLOCKED) {
      return true;
    }
    var blocker = LockSupport.getBlocker(thread);
    return blocker instanceof StampedLock
        || (blocker instanceof AbstractOwnableSynchronizer // a latch or a semaphore is one, too
            && blocker.getClass().getName().startsWith("java.util.concurrent.locks."));
  }
}
