package jasyncio.sync;

import jasyncio.WaitInfo;
import jasyncio.WaitList;
import org.jspecify.annotations.Nullable;

/// Held by so many at a time: a counter that `acquire` lowers and `release` raises.
///
/// Fair. Anybody may release it, also without having acquired it, which raises the number. Python:
/// `asyncio.Semaphore`.
public sealed class Semaphore implements Acquirable permits BoundedSemaphore {
  /* Overview
   * A permit that is released while somebody waits belongs to that one at once: release() takes it back
   * from the counter when it wakes the first. If the woken one is cancelled before it goes on, its
   * coroutine returns the permit. Newcomers wait while others do, even if the counter allows more; whoever
   * leaves the list lets in as many as it allows. CPython: locks.py, Semaphore.
   */
  private final WaitList waiters = new WaitList(this, this::waitInfo);
  private final Runnable release = this::release;
  private int value;

  /// A semaphore with one permit.
  public Semaphore() {
    this(1);
  }

  /// A semaphore.
  ///
  /// @param value how many can hold it at a time
  /// @throws IllegalArgumentException if that is negative
  public Semaphore(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("Semaphore initial value must be >= 0");
    }
    this.value = value;
  }

  /// {@inheritDoc} Python: `asyncio.Semaphore.acquire`.
  @Override
  public final Held acquire() {
    if (locked()) {
      waitForPermit();
    } else {
      value--;
    }
    return new Held(release);
  }

  private void waitForPermit() {
    var place = waiters.enter();
    try {
      place.await();
    } catch (Throwable e) {
      if (place.woken()) {
        value++;
      }
      throw e;
    } finally {
      place.leave();
      while (value > 0 && waiters.wakeFirst()) {
        value--;
      }
    }
  }

  /// Raises the counter by one; the first that waits goes on in the loop's next iteration. Does not
  /// suspend. Python: `asyncio.Semaphore.release`.
  @Override
  public void release() {
    waiters.checkThread();
    value++;
    if (waiters.wakeFirst()) {
      value--;
    }
  }

  /// {@return whether `acquire` would have to wait: because the counter is 0, or because others
  /// wait already} Python: `asyncio.Semaphore.locked`.
  public final boolean locked() {
    return value == 0 || !waiters.isIdle();
  }

  final int value() {
    return value;
  }

  /// Names the semaphore, for messages and [jasyncio.Task#waitsFor()].
  ///
  /// @param name the name
  public final void setName(String name) {
    waiters.setName(name);
  }

  /// {@return its name, or `null`}
  public final @Nullable String getName() {
    return waiters.getName();
  }

  private WaitInfo waitInfo() {
    return new WaitInfo(WaitInfo.Kind.SYNC, WaitInfo.named(getClass().getSimpleName(), getName()));
  }

  /// {@return what it looks like now}
  public final Statistics statistics() {
    return new Statistics(value, waiters.size());
  }

  /// {@return `<Semaphore [unlocked, value:2]>`, `<Semaphore [locked, waiters:1]>`, as asyncio
  /// describes it}
  @Override
  public final String toString() {
    return Descriptions.of(
        getClass().getSimpleName(),
        getName(),
        locked() ? "locked" : "unlocked, value:" + value,
        waiters.size());
  }

  /// What a semaphore looks like.
  ///
  /// @param value how many more can hold it
  /// @param tasksWaiting how many wait for it
  public record Statistics(int value, int tasksWaiting) {}
}
