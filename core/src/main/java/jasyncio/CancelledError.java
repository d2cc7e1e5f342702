package jasyncio;

import org.jspecify.annotations.Nullable;

/// Thrown out of an await when the task was cancelled. Clean up and let it go on.
///
/// An [Error], so that `catch (Exception e)` does not swallow a cancellation by accident. It has a
/// stack trace only if debug mode was on when the program began: cancelling is cheap and its origin
/// is the caller of [Task#cancel()], not this place.
///
/// Python: `asyncio.CancelledError`.
public final class CancelledError extends Error {
  private static final long serialVersionUID = 1L;

  /// A cancellation without a message.
  public CancelledError() {
    this(null);
  }

  /// A cancellation with the message given to [Future#cancel(String)].
  ///
  /// @param message the message, or `null`
  public CancelledError(@Nullable String message) {
    super(message, null, true, Debug.DEFAULT);
  }
}
