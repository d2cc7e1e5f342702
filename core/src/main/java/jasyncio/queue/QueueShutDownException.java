package jasyncio.queue;

/// The queue was shut down: nothing can be put into it any more, or, if it is empty, taken from it.
/// Python: `asyncio.QueueShutDown`.
public final class QueueShutDownException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// An exception with a message.
  ///
  /// @param message the message
  public QueueShutDownException(String message) {
    super(message);
  }
}
