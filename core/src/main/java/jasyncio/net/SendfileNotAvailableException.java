package jasyncio.net;

/// A file can only be sent in the ordinary way, which was not wanted. Python:
/// `asyncio.SendfileNotAvailableError`.
public final class SendfileNotAvailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /// An exception with a message.
  ///
  /// @param message why not
  public SendfileNotAvailableException(String message) {
    super(message);
  }
}
