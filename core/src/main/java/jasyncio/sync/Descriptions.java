package jasyncio.sync;

import jasyncio.WaitInfo;
import org.jspecify.annotations.Nullable;

/// How these things describe themselves: as in asyncio, where they have no names.
final class Descriptions {
  private Descriptions() {}

  /// `<Kind 'name' [state, waiters:n]>`, without what there is not.
  static String of(String kind, @Nullable String name, String state, int waiters) {
    return "<"
        + WaitInfo.named(kind, name)
        + " ["
        + state
        + (waiters > 0 ? ", waiters:" + waiters : "")
        + "]>";
  }
}
