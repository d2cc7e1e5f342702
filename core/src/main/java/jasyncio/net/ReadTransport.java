package jasyncio.net;

/// A transport that receives. Python: `asyncio.ReadTransport`.
public interface ReadTransport extends BaseTransport {

  /// {@return whether it receives: it is neither paused nor closing}
  boolean isReading();

  /// Stops receiving until [#resumeReading()]; the other side will have to wait. Idempotent.
  void pauseReading();

  /// Receives again. Idempotent.
  void resumeReading();
}
