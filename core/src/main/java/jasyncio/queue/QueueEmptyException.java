package jasyncio.queue;

/// Nothing can be taken from the queue now. Python: `asyncio.QueueEmpty`.
public final class QueueEmptyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// An exception with a message.
  ///
  /// @param message the message
  public QueueEmptyException(String message) {
    super(message);
  }
}
