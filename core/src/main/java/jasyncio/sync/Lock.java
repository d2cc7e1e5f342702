package jasyncio.sync;

import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.internal.face.Current;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Held by one at a time.
///
/// Fair, not reentrant, and not bound to an owner: any coroutine of the loop may release it. A task
/// that acquires it twice waits for itself, and so for ever. Python: `asyncio.Lock`.
///
/// ```java fragment
/// var lock = new jasyncio.sync.Lock();
/// lock.run(() -> sleep(0.1));
/// ```
public final class Lock implements Acquirable {
  /* Overview
   * release() frees the lock and wakes the first that waits; the lock is free until that one has its turn and
   * takes it. Meanwhile others see a free lock, and wait nevertheless, because the list is not idle.
   * If the woken one is cancelled, or the first one was cancelled when the lock was freed, its coroutine
   * comes by in waitForTurn() and wakes the next. CPython: locks.py, Lock.
   */
  private final WaitList waiters = new WaitList(this, this::waitInfo);
  private final Runnable release = this::release;
  private boolean locked;
  private @Nullable Task<?> owner;

  /// A lock that is free.
  public Lock() {}

  /// {@inheritDoc} Python: `asyncio.Lock.acquire`.
  @Override
  public Held acquire() {
    if (locked || !waiters.isIdle()) {
      waitForTurn();
    }
    locked = true;
    owner = Current.task();
    return new Held(release);
  }

  private void waitForTurn() {
    var place = waiters.enter();
    try {
      place.await();
    } catch (Throwable e) {
      place.leave();
      if (!locked) {
        waiters.wakeFirstIfNoneIsOnTheWay();
      }
      throw e;
    }
    place.leave();
  }

  /// {@inheritDoc} Python: `asyncio.Lock.release`.
  @Override
  public void release() {
    if (!locked) {
      throw new IllegalStateException("Lock is not acquired.");
    }
    waiters.checkThread();
    locked = false;
    owner = null;
    waiters.wakeFirstIfNoneIsOnTheWay();
  }

  /// {@return whether somebody holds it} If not, others may wait nevertheless, of whom one is about
  /// to get it. Python: `asyncio.Lock.locked`.
  public boolean locked() {
    return locked;
  }

  /// Names the lock, for messages and [jasyncio.Task#waitsFor()].
  ///
  /// @param name the name
  public void setName(String name) {
    waiters.setName(name);
  }

  /// {@return its name, or `null`}
  public @Nullable String getName() {
    return waiters.getName();
  }

  private WaitInfo waitInfo() {
    return new WaitInfo(
        WaitInfo.Kind.SYNC,
        WaitInfo.named("Lock", getName()),
        owner == null ? List.of() : List.of(owner));
  }

  /// {@return what it looks like now}
  public Statistics statistics() {
    return new Statistics(locked, owner, waiters.size());
  }

  /// {@return `<Lock [unlocked]>`, `<Lock [locked, waiters:2]>`, as asyncio describes it}
  @Override
  public String toString() {
    return Descriptions.of("Lock", getName(), locked ? "locked" : "unlocked", waiters.size());
  }

  /// What a lock looks like.
  ///
  /// @param locked whether somebody holds it
  /// @param owner the task that acquired it, or `null` if it is free or was acquired outside of any
  /// @param tasksWaiting how many wait for it
  public record Statistics(boolean locked, @Nullable Task<?> owner, int tasksWaiting) {}
}
