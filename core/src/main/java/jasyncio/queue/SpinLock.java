package jasyncio.queue;

import java.util.concurrent.atomic.AtomicBoolean;

/// Mutual exclusion for a few dozen instructions.
///
/// It never parks the thread. Any lock that does would, when it is contended, look like a blocking
/// call of the task that took it: a switch to other tasks under policy `SWITCH`, and an error under
/// `FORBID`. Who holds it neither waits nor calls anybody else's code, so it is free again at once,
/// unless the system takes the processor away from its thread; then others spin, and platform
/// threads offer theirs.
final class SpinLock {
  private static final int PATIENCE = 100;

  private final AtomicBoolean held = new AtomicBoolean();

  void lock() {
    int spins = 0;
    while (!held.compareAndSet(false, true)) {
      while (held.get()) {
        pause(++spins);
      }
    }
  }

  void unlock() {
    held.setRelease(false);
  }

  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is meant
  private static void pause(int spins) {
    if (spins % PATIENCE == 0 && !Thread.currentThread().isVirtual()) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }
}
