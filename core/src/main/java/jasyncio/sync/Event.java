package jasyncio.sync;

import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import org.jspecify.annotations.Nullable;

/// Something that happens, and that others wait for: a flag that is set and cleared.
///
/// It is an [Awaitable], so `waitFor(event, 2)` waits with a time limit. Python: `asyncio.Event`.
public final class Event implements Awaitable<Boolean, RuntimeException> {
  private final WaitList waiters = new WaitList(this, this::waitInfo);
  private boolean set;

  /// An event that has not happened.
  public Event() {}

  /// Waits until it is set. Suspends unless it is.
  ///
  /// Everybody who waits when it is set goes on, even if it is cleared at once. **Cancellation**
  /// ends the wait. Python: `asyncio.Event.wait`; `wait()` is another thing in Java.
  ///
  /// @return `true`
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine, or in one
  ///   of a loop other than the first that waited for it
  @Override
  public Boolean await() {
    if (!set) {
      var place = waiters.enter();
      try {
        place.await();
      } finally {
        place.leave();
      }
    }
    return true;
  }

  /// Sets it, and wakes all that wait. Without effect if it is set. Does not suspend. Python:
  /// `asyncio.Event.set`.
  public void set() {
    if (!set) {
      waiters.checkThread();
      set = true;
      waiters.wakeAll();
    }
  }

  /// Clears it: from now on [#await()] waits. Does not suspend. Python: `asyncio.Event.clear`.
  public void clear() {
    set = false;
  }

  /// {@return whether it is set} Python: `asyncio.Event.is_set`.
  public boolean isSet() {
    return set;
  }

  /// Names the event, for messages and [jasyncio.Task#waitsFor()].
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
    return new WaitInfo(WaitInfo.Kind.SYNC, WaitInfo.named("Event", getName()));
  }

  /// {@return what it looks like now}
  public Statistics statistics() {
    return new Statistics(set, waiters.size());
  }

  /// {@return `<Event [unset, waiters:2]>`, as asyncio describes it}
  @Override
  public String toString() {
    return Descriptions.of("Event", getName(), set ? "set" : "unset", waiters.size());
  }

  /// What an event looks like.
  ///
  /// @param set whether it is set
  /// @param tasksWaiting how many wait for it
  public record Statistics(boolean set, int tasksWaiting) {}
}
