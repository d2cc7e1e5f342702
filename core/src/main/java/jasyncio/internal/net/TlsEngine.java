package jasyncio.internal.net;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One side of a TLS connection, as a machine that turns bytes into other bytes: knows no sockets,
/// loops or protocols. Not thread-safe.
///
/// Whatever it has to say to the peer collects in its [#output()]; the caller sends that, and calls
/// [#outputSent()].
public final class TlsEngine {
  /* Overview
   * An SSLEngine says after each step what it wants next; proceed() does that until it wants input. One direction can
   * stop without the other: `decrypt` ends when the input is used up, the plaintext is full, the handshake is done, a
   * record has no data or the peer has closed; `encrypt` ends when the data is used up or the output is full.
   * Delegated tasks (signatures, certificate checks) run here and now. They take up to a millisecond or so, as long as
   * the trust manager does not ask others; handing them to a thread would cost two hops between threads each, and
   * asyncio and Netty run them in place, too.
   * Engines differ. The JDK's refuses to begin a record that might not fit; Conscrypt's begins it and keeps the rest to
   * itself. So there is always room for a whole record, in both directions.
   */
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int LAST_WORDS =
      8; // attempts; two are enough, but no engine shall hold us up

  /// Why [#decrypt] has come to an end.
  public enum Progress {
    /// No whole record is left.
    NEEDS_INPUT,
    /// The handshake is done; there may be more to decrypt.
    ESTABLISHED,
    /// The plaintext has no room for another record; there may be more to decrypt.
    PLAIN_FULL,
    /// The last record had no data in it, and no part in the first handshake; there may be more to
    /// decrypt.
    NO_DATA,
    /// The peer has said that it sends no more.
    CLOSED
  }

  private final SSLEngine engine;
  private final TlsBuffers.Slot outputs;
  private @Nullable ByteBuffer output; // taken while there is something in it
  private boolean established;
  private boolean modern; // TLS 1.3 or later
  private int packetSize; // the longest record
  private int plainSize; // what is in the longest record

  /// A side that has not begun yet. The engine is the new machine's from now on.
  public TlsEngine(SSLEngine engine, TlsBuffers buffers) {
    this.engine = engine;
    this.outputs = buffers.output;
    noteSizes();
  }

  private void noteSizes() {
    var session = engine.getSession();
    packetSize = session.getPacketBufferSize();
    plainSize = session.getApplicationBufferSize();
  }

  /// The engine, to ask what was negotiated.
  public SSLEngine engine() {
    return engine;
  }

  /// Begins the handshake.
  public void begin() throws SSLException {
    engine.beginHandshake();
    proceed(engine.getHandshakeStatus());
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// Decrypts whole records of `input`, behind the position of `plain`; what cannot go on is left
  /// in `input`.
  ///
  /// @throws SSLException if the peer or the handshake is at fault; `plain` has what came before
  public Progress decrypt(ByteBuffer input, ByteBuffer plain) throws SSLException {
    boolean idle = false;
    while (input.hasRemaining()) {
      if (plain.remaining() < plainSize && plain.position() > 0) {
        return Progress.PLAIN_FULL;
      }
      var result = engine.unwrap(input, plain);
      var wanted = result.getHandshakeStatus();
      switch (result.getStatus()) {
        case BUFFER_UNDERFLOW -> {
          return Progress.NEEDS_INPUT;
        }
        case BUFFER_OVERFLOW -> {
          overflow(plain);
          return Progress.PLAIN_FULL;
        }
        case CLOSED -> {
          return Progress.CLOSED;
        }
        case OK -> {}
      }
      if (wanted != HandshakeStatus.NOT_HANDSHAKING || !established) {
        if (handshake(wanted)) {
          return Progress.ESTABLISHED;
        }
      }
      if (established && result.bytesConsumed() > 0 && result.bytesProduced() == 0) {
        return Progress.NO_DATA;
      }
      boolean moved = result.bytesConsumed() > 0 || result.bytesProduced() > 0;
      if (!moved && idle) {
        return Progress.NEEDS_INPUT;
      }
      idle = !moved;
    }
    return Progress.NEEDS_INPUT;
  }

  private void overflow(ByteBuffer plain) throws SSLException {
    int known = plainSize;
    noteSizes(); // they grow when a peer sends longer records than the standard allows
    if (plain.position() == 0 && plainSize <= known) {
      throw new SSLException("a TLS record of the peer is too long");
    }
  }

  /// {@return whether this was the end of the handshake}
  private boolean handshake(HandshakeStatus wanted) throws SSLException {
    boolean before = established;
    if (before && !modern && wanted != HandshakeStatus.FINISHED) {
      throw new SSLException(
          "the peer asked for a TLS renegotiation, which is refused; use TLS 1.3, which has none");
    }
    proceed(wanted);
    return established && !before;
  }

  /// Does what the engine wants until that is input.
  private void proceed(HandshakeStatus first) throws SSLException {
    var wanted = first;
    while (true) {
      switch (wanted) {
        case NEED_TASK -> {
          for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
            task.run();
          }
          wanted = engine.getHandshakeStatus();
        }
        case NEED_WRAP -> {
          var result = wrap(NOTHING);
          wanted = result.getHandshakeStatus();
          boolean stuck = result.bytesProduced() == 0 && wanted == HandshakeStatus.NEED_WRAP;
          if (stuck || result.getStatus() == Status.CLOSED) {
            return;
          }
        }
        case FINISHED -> {
          noteEstablished();
          wanted = engine.getHandshakeStatus();
        }
        case NOT_HANDSHAKING -> {
          noteEstablished();
          return;
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          return;
        }
      }
    }
  }

  private void noteEstablished() {
    if (!established) {
      established = true;
      modern = engine.getSession().getProtocol().compareTo("TLSv1.2") > 0; // TLSv1.3; SSLv3 is not
      noteSizes();
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Encrypts `data`, as much as the output has room for.
  ///
  /// @throws SSLException if the engine has failed
  public void encrypt(ByteBuffer data) throws SSLException {
    while (data.hasRemaining() && hasRoom()) {
      var result = wrap(data);
      if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
        return; // closed
      }
    }
  }

  private boolean hasRoom() {
    return output == null || output.remaining() >= packetSize;
  }

  /// Whether nothing can be encrypted any more: this side has closed, or the peer has under TLS
  /// 1.2, which ends both directions.
  public boolean isOutboundClosed() {
    return engine.isOutboundDone();
  }

  /// Says to the peer that this side sends no more.
  public void close() {
    engine.closeOutbound();
    for (int i = 0; i < LAST_WORDS && !engine.isOutboundDone(); i++) {
      wrapLastWords();
    }
  }

  /// Says to the peer what has failed, if the engine has noticed the failure.
  public void alert() {
    for (int i = 0;
        i < LAST_WORDS && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        i++) {
      wrapLastWords();
    }
  }

  private void wrapLastWords() {
    try {
      wrap(NOTHING);
    } catch (SSLException e) {
      // the engine repeats what has failed; the alert comes behind that
    }
  }

  private SSLEngineResult wrap(ByteBuffer data) throws SSLException {
    while (true) {
      var out = outputWithRoom();
      var result = engine.wrap(data, out);
      if (out.position() == 0) {
        outputSent();
      }
      if (result.getStatus() != Status.BUFFER_OVERFLOW) {
        return result;
      }
      packetSize = Math.max(2 * packetSize, engine.getSession().getPacketBufferSize());
    }
  }

  private ByteBuffer outputWithRoom() {
    var out = output;
    if (out == null) {
      out = outputs.take();
    }
    if (out.remaining() < packetSize) { // a very long handshake
      out = ByteBuffer.allocate(out.position() + 2 * packetSize).put(out.flip());
    }
    output = out;
    return out;
  }

  /// What is to be sent, or `null` for nothing. Call [#outputSent()] afterwards.
  public @Nullable ByteBuffer output() {
    if (output != null && output.position() == 0) {
      outputSent();
    }
    return output == null ? null : output.flip();
  }

  /// What [#output()] gave is sent.
  public void outputSent() {
    if (output != null) {
      outputs.give(output);
      output = null;
    }
  }

  /// How many bytes there are to be sent.
  public int outputSize() {
    return output == null ? 0 : output.position();
  }
}
