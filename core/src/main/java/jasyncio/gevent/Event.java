package jasyncio.gevent;

import java.time.Duration;

/// A flag that greenlets wait for. Python: `gevent.event.Event`.
public final class Event extends Linkable {
  private boolean set;

  /// An event that is not set.
  public Event() {}

  @Override
  Hub linkHub() {
    return Hub.get();
  }

  /// Sets the flag and wakes all who wait.
  public void set() {
    set = true;
    fireLinks();
  }

  /// Takes the flag back. Those who were woken go on all the same.
  public void clear() {
    set = false;
  }

  /// {@return whether the flag is set}
  public boolean isSet() {
    return set;
  }

  /// {@return whether the flag is set}
  @Override
  public boolean ready() {
    return set;
  }

  /// Waits until the flag is set. Suspends unless it is. Python: `wait`, a name that every object
  /// has in Java.
  public void await() {
    await(Seconds.FOREVER);
  }

  /// Waits until the flag is set, or the time is over. Suspends unless it is set.
  ///
  /// @param timeout seconds to wait at most
  /// @return whether it was set in time
  public boolean await(double timeout) {
    return set || waitUntilReady("await", timeout) || set;
  }

  /// Waits until the flag is set, or the time is over.
  ///
  /// @param timeout how long to wait at most
  /// @return whether it was set in time
  public boolean await(Duration timeout) {
    return await(Seconds.of(timeout));
  }

  /// {@return `<Event set>` or `<Event unset>`}
  @Override
  public String toString() {
    return set ? "<Event set>" : "<Event unset>";
  }
}
