package jasyncio.sync;

/// How these things describe themselves: as in asyncio.
final class Descriptions {
  private Descriptions() {}

  /// `<Kind [state, waiters:n]>`, without the waiters if there are none.
  static String of(String kind, String state, int waiters) {
    return "<" + kind + " [" + state + (waiters > 0 ? ", waiters:" + waiters : "") + "]>";
  }
}
