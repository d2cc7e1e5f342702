package jasyncio;

/// The operation does not fit the state of the future: a result asked for too early, or given
/// twice.
///
/// Python: `asyncio.InvalidStateError`.
public final class InvalidStateException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /// An exception with a message.
  ///
  /// @param message what was wrong
  public InvalidStateException(String message) {
    super(message);
  }
}
