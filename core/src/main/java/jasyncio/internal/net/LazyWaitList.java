package jasyncio.internal.net;

import jasyncio.WaitInfo;
import jasyncio.WaitList;
import org.jspecify.annotations.Nullable;

/// Coroutines that wait for the same news, which is for all of them. There is no [WaitList] while
/// nobody has ever waited: most connections end like that.
public final class LazyWaitList {
  private final Object owner;
  private @Nullable WaitList list;

  /// @param owner what is waited for
  public LazyWaitList(Object owner) {
    this.owner = owner;
  }

  /// Suspends until the next [#wakeAll()].
  ///
  /// @param info what tasks that wait say of that; the first call decides
  public void await(WaitInfo.Source info) {
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

  /// See [WaitList#checkThread].
  public void checkThread() {
    if (list != null) {
      list.checkThread();
    }
  }

  /// Wakes all that wait.
  public void wakeAll() {
    if (list != null) {
      list.wakeAll();
    }
  }
}
