package jasyncio.gevent;

import java.time.Duration;
import java.util.LinkedHashSet;

/// A number of permits that greenlets take and give back, first come, first served: a permit that
/// is given back goes to whoever waits longest. Python: `gevent.lock.Semaphore`.
public sealed class Semaphore permits BoundedSemaphore {
  private final LinkedHashSet<Waiter> waiters = new LinkedHashSet<>(); // many may leave at once
  private int counter;

  /// A semaphore with one permit.
  public Semaphore() {
    this(1);
  }

  /// A semaphore.
  ///
  /// @param value the number of permits
  /// @throws IllegalArgumentException if it is negative
  public Semaphore(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("semaphore initial value must be >= 0");
    }
    counter = value;
  }

  /// Takes a permit. Suspends while there is none.
  public void acquire() {
    acquire(Seconds.FOREVER);
  }

  /// Takes a permit, if there is one in time.
  ///
  /// @param timeout seconds to wait at most
  /// @return whether it was taken
  public boolean acquire(double timeout) {
    if (acquireNowait()) {
      return true;
    }
    var waiter = new Waiter("acquire", this);
    waiters.add(waiter);
    boolean taken = false;
    try {
      taken = waiter.await(timeout);
      return taken;
    } finally {
      if (!taken) {
        waiters.remove(waiter);
        if (waiter.wasWoken()) { // the permit came, and then an error
          release();
        }
      }
    }
  }

  /// Takes a permit, if there is one in time.
  ///
  /// @param timeout how long to wait at most
  /// @return whether it was taken
  public boolean acquire(Duration timeout) {
    return acquire(Seconds.of(timeout));
  }

  /// Takes a permit if there is one; never suspends. Python: `acquire(blocking=False)`.
  ///
  /// @return whether it was taken
  public boolean acquireNowait() {
    if (counter > 0) {
      counter--;
      return true;
    }
    return false;
  }

  /// Takes a permit, for a `try` statement. Suspends while there is none. Python: `with semaphore`.
  ///
  /// @return what gives the permit back when it is closed
  public Permit hold() {
    acquire();
    return this::release;
  }

  /// A permit that is given back when this is closed, which is to happen once.
  @FunctionalInterface
  public interface Permit extends AutoCloseable {
    @Override
    void close();
  }

  /// Gives a permit back.
  ///
  /// @throws IllegalStateException if a [BoundedSemaphore] has all its permits already
  public void release() {
    while (!waiters.isEmpty()) {
      var next = waiters.removeFirst();
      if (!next.future.done()) {
        next.wake();
        return;
      }
    }
    counter++;
  }

  /// {@return how many permits there are now}
  public int counter() {
    return counter;
  }

  /// {@return whether [#acquire()] would suspend}
  public boolean locked() {
    return counter == 0;
  }

  /// {@return `<Semaphore counter=1 waiters=0>`}
  @Override
  public String toString() {
    return "<"
        + getClass().getSimpleName()
        + " counter="
        + counter
        + " waiters="
        + waiters.size()
        + ">";
  }
}
