package jasyncio.net;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import java.util.function.Consumer;

/// The water marks of a write buffer: tells a protocol to pause above the high one, and to resume
/// at the low one, strictly in turn.
final class FlowControl {
  private final EventLoop loop;
  private final BaseTransport transport;
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private boolean paused;

  FlowControl(EventLoop loop, BaseTransport transport) {
    this.loop = loop;
    this.transport = transport;
  }

  /// Whether a transport's protocol has been told to pause.
  static boolean isPaused(Transport transport) {
    return switch (transport) {
      case LoopTransport loops -> loops.flow.isPaused();
      case TlsTransport tls -> tls.isWritingPaused();
      default -> // somebody else's, which does not tell
          transport.getWriteBufferSize() > transport.getWriteBufferLimits().high();
    };
  }

  boolean isPaused() {
    return paused;
  }

  WriteBufferLimits limits() {
    return limits;
  }

  void setLimits(WriteBufferLimits newLimits, int size) {
    limits = newLimits;
    grown(size);
  }

  /// The protocol is another one now: it is told what it has missed.
  void protocolReplaced() {
    if (paused) {
      tell(BaseProtocol::pauseWriting, "pauseWriting");
    }
  }

  /// A protocol comes from elsewhere, where it was told to pause: it is told to resume at the low
  /// mark.
  void adoptPause() {
    paused = true;
  }

  /// The buffer has grown to `size`.
  void grown(int size) {
    if (size > limits.high() && !paused) {
      paused = true;
      tell(BaseProtocol::pauseWriting, "pauseWriting");
    }
  }

  /// The buffer has shrunk to `size`.
  void shrunk(int size) {
    if (paused && size <= limits.low()) {
      paused = false;
      tell(BaseProtocol::resumeWriting, "resumeWriting");
    }
  }

  private void tell(Consumer<BaseProtocol> call, String name) {
    var protocol = transport.getProtocol();
    try {
      call.accept(protocol);
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      loop.callExceptionHandler(
          ErrorContext.of("protocol." + name + "() failed")
              .exception(e)
              .detail("transport", transport)
              .detail("protocol", protocol));
    }
  }
}
