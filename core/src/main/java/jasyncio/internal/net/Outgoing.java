package jasyncio.internal.net;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.internal.base.Log;
import jasyncio.net.BaseProtocol;
import jasyncio.net.BaseTransport;
import jasyncio.net.Transport;
import jasyncio.net.WriteBufferLimits;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// The outgoing half of a transport: what waits to be sent, the water marks between which the
/// protocol is paused, and what is written too late.
abstract class Outgoing {
  /* Overview
   * What is written is sent at once, if nothing waits and as far as it is taken. The rest waits: above the high mark the
   * protocol is told to pause, at the low one or below it to resume, strictly in turn. Whoever hears that more is taken
   * calls goOn(). What is written when it is too late is dropped, and warned of if that goes on.
   *
   * How something is sent, and when it is too late, the subclasses know:
   *   OutgoingBytes      a stream of bytes, into a socket or a pipe
   *   OutgoingDatagrams  datagrams, into a socket
   *   TlsLayer.Plaintext what is not encrypted yet, into the engine
   *
   * `paused` is what the protocol knows.
   */
  private static final int FIRST_LATE_WRITE_WARNED_OF = 5;

  private final EventLoop loop;
  private final BaseTransport transport;
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private boolean paused;
  private int lateWrites;

  /// @param transport whose protocol is told
  Outgoing(EventLoop loop, BaseTransport transport) {
    this.loop = loop;
    this.transport = transport;
  }

  // ---- what the kinds differ in -----------------------------------------------------------------

  /// How many bytes wait.
  abstract int size();

  /// Sends of what waits as much as is taken now; {@return whether that went well} If not, who has
  /// to know of it has been told.
  abstract boolean sendWaiting();

  /// Drops what waits.
  abstract void clear();

  /// Whether it is too late to write something.
  abstract boolean isTooLate();

  // ---- what they have in common -----------------------------------------------------------------

  /// More is taken now: goes on sending, and has the protocol resume.
  ///
  /// @return whether nothing waits any more
  final boolean goOn() {
    if (size() > 0 && !sendWaiting()) {
      return false;
    }
    if (paused && size() <= limits.low()) {
      paused = false;
      tell(BaseProtocol::resumeWriting, "resumeWriting"); // which may write
    }
    return size() == 0;
  }

  /// More waits than before: may have the protocol pause.
  final void grown() {
    if (!paused && size() > limits.high()) {
      paused = true;
      tell(BaseProtocol::pauseWriting, "pauseWriting");
    }
  }

  /// Drops something that is written too late, if that is so.
  final boolean dropIfTooLate(ByteBuffer data) {
    if (!isTooLate()) {
      return false;
    }
    drop(data);
    noteLateWrite();
    return true;
  }

  final void noteLateWrite() {
    if (++lateWrites >= FIRST_LATE_WRITE_WARNED_OF) {
      Log.log(Level.WARNING, "writing to a transport that is closed: {0}", transport);
    }
  }

  static void drop(ByteBuffer data) {
    data.position(data.limit());
  }

  // ---- the water marks --------------------------------------------------------------------------

  final WriteBufferLimits limits() {
    return limits;
  }

  final void setLimits(WriteBufferLimits newLimits) {
    limits = newLimits;
    grown();
  }

  /// Whether a transport's protocol has been told to pause.
  static boolean isPaused(Transport transport) {
    return switch (transport) {
      case LoopTransport loops -> loops.outgoing().paused;
      case TlsAppTransport tls -> tls.outgoing().paused;
      default -> // somebody else's, which does not tell
          transport.getWriteBufferSize() > transport.getWriteBufferLimits().high();
    };
  }

  /// The protocol is another one now: it is told what it has missed.
  final void protocolReplaced() {
    if (paused) {
      tell(BaseProtocol::pauseWriting, "pauseWriting");
    }
  }

  /// A protocol comes from elsewhere, where it was told to pause: it is told to resume at the low
  /// mark.
  final void adoptPause() {
    paused = true;
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
