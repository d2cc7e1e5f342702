package jasyncio.net;

import jasyncio.WaitList;
import org.jspecify.annotations.Nullable;

/// Coroutines that wait for the same news, which is for all of them; no list while nobody ever
/// waited.
final class Waiters {
  private final Object owner;
  private @Nullable WaitList list;

  /// @param owner what is waited for
  Waiters(Object owner) {
    this.owner = owner;
  }

  /// Suspends until the next [#wakeAll()].
  void await() {
    if (list == null) {
      list = new WaitList(owner);
    }
    var place = list.enter();
    try {
      place.await();
    } finally {
      place.leave();
    }
  }

  /// How many wait.
  int size() {
    return list == null ? 0 : list.waiting();
  }

  void wakeAll() {
    if (list != null) {
      list.wakeAll();
    }
  }
}
