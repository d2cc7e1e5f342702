package jasyncio.internal.net;

import jasyncio.WaitInfo;
import jasyncio.WaitList;
import org.jspecify.annotations.Nullable;

/// Coroutines that wait for the same news, which is for all of them. There is no [WaitList] while
/// nobody has ever waited: most connections end like that.
public final class LazyWaitList {
  private final Object owner;
  private final WaitInfo.Source info;
  private @Nullable WaitList list;

  /// @param owner what is waited for
  /// @param info what tasks that wait say of that
  public LazyWaitList(Object owner, WaitInfo.Source info) {
    this.owner = owner;
    this.info = info;
  }

  /// Suspends until the next [#wakeAll()].
  public void await() {
    if (list == null) {
      list = new WaitList(owner, info);
    }
    var place = list.enter();
    try {
      place.await();
    } finally {
      place.leave();
    }
  }

  /// How many wait.
  public int size() {
    return list == null ? 0 : list.waiting();
  }

  /// Wakes all that wait.
  public void wakeAll() {
    if (list != null) {
      list.wakeAll();
    }
  }
}
