package jasyncio.gevent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A lock that its owner, a greenlet, may take again and again. Python: `gevent.lock.RLock`.
public final class RLock {
  private final Semaphore block = new Semaphore(1);
  private @Nullable Execution owner;
  private int count;

  /// A lock that is free.
  public RLock() {}

  /// Takes the lock. Suspends while another greenlet has it.
  public void acquire() {
    acquire(Seconds.FOREVER);
  }

  /// Takes the lock, if that is possible in time.
  ///
  /// @param timeout seconds to wait at most
  /// @return whether it was taken
  public boolean acquire(double timeout) {
    var me = Execution.current();
    if (owner != me) {
      if (!block.acquire(timeout)) {
        return false;
      }
      owner = me;
    }
    count++;
    return true;
  }

  /// Takes the lock, if that is possible in time.
  ///
  /// @param timeout how long to wait at most
  /// @return whether it was taken
  public boolean acquire(Duration timeout) {
    return acquire(Seconds.of(timeout));
  }

  /// Takes the lock, for a `try` statement. Suspends while another greenlet has it.
  ///
  /// @return what gives the lock back when it is closed
  public Semaphore.Permit hold() {
    acquire();
    return this::release;
  }

  /// Gives the lock back; it is free when it was given back as often as it was taken.
  ///
  /// @throws IllegalStateException if somebody else has it, or nobody
  public void release() {
    if (owner != Execution.current()) {
      throw new IllegalStateException("cannot release un-acquired lock");
    }
    if (--count == 0) {
      owner = null;
      block.release();
    }
  }

  /// {@return whether somebody has it, or has been given it and has not run since}
  public boolean locked() {
    return block.locked();
  }

  /// {@return `<RLock owner=... count=1>`}
  @Override
  public String toString() {
    return "<RLock owner=" + owner + " count=" + count + ">";
  }
}
