package jasyncio.sync;

/// A [Barrier] was aborted, or reset while somebody waited at it. Python:
/// `asyncio.BrokenBarrierError`.
///
/// Unchecked, in contrast to the one of `java.util.concurrent`: nothing that suspends throws
/// checked exceptions of its own.
public final class BrokenBarrierException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /// An exception with a message.
  ///
  /// @param message the message
  public BrokenBarrierException(String message) {
    super(message);
  }
}
