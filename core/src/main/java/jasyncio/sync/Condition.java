package jasyncio.sync;

import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lets coroutines wait until state that a lock guards is as they need it.
///
/// ```java fragment
/// var changed = new jasyncio.sync.Condition();
/// var items = new java.util.ArrayDeque<String>();
/// changed.run(() -> { // one coroutine
///   changed.waitFor(() -> !items.isEmpty());
///   return items.remove();
/// });
/// changed.run(() -> { // another one
///   items.add("item");
///   changed.signal();
/// });
/// ```
///
/// The names are those of Java, `await` and `signal`, because `wait` and `notify` are other things
/// here. Python: `asyncio.Condition`.
public final class Condition implements Acquirable, Awaitable<Boolean, RuntimeException> {
  private final Lock lock;
  private final boolean ownsLock;
  private final WaitList waiters;

  /// A condition with a lock of its own.
  public Condition() {
    this(new Lock(), true);
  }

  /// A condition on what `lock` guards; several conditions may share a lock.
  ///
  /// @param lock the lock
  public Condition(Lock lock) {
    this(Objects.requireNonNull(lock, "lock"), false);
  }

  private Condition(Lock lock, boolean ownsLock) {
    this.lock = lock;
    this.ownsLock = ownsLock;
    this.waiters =
        new WaitList(
            this, () -> new WaitInfo(WaitInfo.Kind.SYNC, WaitInfo.named("Condition", getName())));
  }

  /// A part of something else, which says what those that wait in it wait for.
  Condition(WaitInfo.Source info) {
    this.lock = new Lock();
    this.ownsLock = true;
    this.waiters = new WaitList(this, info);
  }

  /// {@inheritDoc} Acquires the lock. Python: `asyncio.Condition.acquire`.
  @Override
  public Held acquire() {
    return lock.acquire();
  }

  /// {@inheritDoc} Releases the lock. Python: `asyncio.Condition.release`.
  @Override
  public void release() {
    lock.release();
  }

  /// {@return whether somebody holds the lock} Python: `asyncio.Condition.locked`.
  public boolean locked() {
    return lock.locked();
  }

  /// Releases the lock, waits for a signal, and acquires the lock again. Always suspends.
  ///
  /// May return without a signal meant for it, so look again whether what was waited for is there,
  /// or use [#waitFor]. **Cancellation** ends the wait, but the lock is acquired before the
  /// [CancelledError] comes out, however often the task is cancelled; a signal that it got
  /// meanwhile goes to another one. Python: `asyncio.Condition.wait`.
  ///
  /// @return `true`
  /// @throws CancelledError if the task is cancelled
  /// @throws IllegalStateException if nobody holds the lock, or as [Acquirable#acquire()]
  @Override
  public Boolean await() {
    ensureLocked("wait");
    var place = waiters.enter();
    lock.release();
    try {
      try {
        place.await();
      } finally {
        place.leave();
        acquireAgain();
      }
    } catch (Throwable e) {
      waiters.wakeFirst(); // the signal may have been for us
      throw e;
    }
    return true;
  }

  private void acquireAgain() {
    CancelledError cancellation = null;
    while (true) {
      try {
        lock.acquire();
        break;
      } catch (CancelledError e) {
        cancellation = e; // the last one goes on
      }
    }
    if (cancellation != null) {
      throw cancellation;
    }
  }

  /// Waits until `predicate` holds. Suspends unless it does at once.
  ///
  /// The predicate is called once now, and with the lock held after each signal; what it throws
  /// comes out. **Cancellation** as for [#await()]. Python: `asyncio.Condition.wait_for`.
  ///
  /// @param predicate what to wait for; must not suspend
  /// @return `true`, what the predicate gave last
  /// @throws CancelledError if the task is cancelled
  /// @throws IllegalStateException if it has to wait and nobody holds the lock, or as
  ///   [Acquirable#acquire()]
  public boolean waitFor(BooleanSupplier predicate) {
    Objects.requireNonNull(predicate, "predicate");
    while (!predicate.getAsBoolean()) {
      await();
    }
    return true;
  }

  /// Wakes one of those that wait; it goes on once it gets the lock. Does not suspend. Python:
  /// `asyncio.Condition.notify`; `notify()` is another thing in Java.
  ///
  /// @throws IllegalStateException if nobody holds the lock
  public void signal() {
    signal(1);
  }

  /// Wakes the first `n` of those that wait, or all if there are not as many. Does not suspend.
  ///
  /// @param n how many
  /// @throws IllegalStateException if nobody holds the lock
  public void signal(int n) {
    ensureLocked("notify");
    for (int i = 0; i < n && waiters.wakeFirst(); i++) {}
  }

  /// Wakes all that wait. Does not suspend. Python: `asyncio.Condition.notify_all`.
  ///
  /// @throws IllegalStateException if nobody holds the lock
  public void signalAll() {
    ensureLocked("notify");
    waiters.wakeAll();
  }

  /// See [WaitList#checkThread]: for what changes something before it signals.
  void checkThread() {
    waiters.checkThread();
  }

  private void ensureLocked(String doing) {
    if (!lock.locked()) {
      throw new IllegalStateException(
          "cannot " + doing + " on un-acquired lock; acquire the condition first");
    }
  }

  /// Names the condition, and its lock if that is its own, for messages and
  /// [jasyncio.Task#waitsFor()].
  ///
  /// @param name the name
  public void setName(String name) {
    waiters.setName(name);
    if (ownsLock) {
      lock.setName(name);
    }
  }

  /// {@return its name, or `null`}
  public @Nullable String getName() {
    return waiters.getName();
  }

  /// {@return what it looks like now}
  public Statistics statistics() {
    return new Statistics(waiters.size(), lock.statistics());
  }

  /// {@return `<Condition [locked, waiters:2]>`, as asyncio describes it}
  @Override
  public String toString() {
    return Descriptions.of(
        "Condition", getName(), locked() ? "locked" : "unlocked", waiters.size());
  }

  /// What a condition looks like.
  ///
  /// @param tasksWaiting how many wait for a signal
  /// @param lock what its lock looks like
  public record Statistics(int tasksWaiting, Lock.Statistics lock) {}
}
