package jasyncio;

/// When [Asyncio#wait(java.util.Collection, ReturnWhen)] returns.
public enum ReturnWhen {
  /// When any of them is done.
  FIRST_COMPLETED,
  /// When any of them has failed (cancellation does not count), or all are done.
  FIRST_EXCEPTION,
  /// When all are done.
  ALL_COMPLETED
}
