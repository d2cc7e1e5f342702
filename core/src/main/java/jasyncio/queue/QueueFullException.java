package jasyncio.queue;

/// Nothing can be put into the queue now. Python: `asyncio.QueueFull`.
public final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// An exception with a message.
  ///
  /// @param message the message
  public QueueFullException(String message) {
    super(message);
  }
}
