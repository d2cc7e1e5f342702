package jasyncio.net;

import jasyncio.internal.base.Log;
import jasyncio.internal.face.Tasks;
import jasyncio.internal.loop.LoopAccess;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes to the other side. [#write] never waits; [#drain()] does, if too much waits to be sent:
///
/// ```java fragment
/// var writer = Streams.openConnection("127.0.0.1", 8888).writer();
/// writer.write(new byte[1000]);
/// writer.drain();
/// ```
///
/// Close it when you are done. One that is forgotten without, together with its reader, closes
/// itself when both have been collected, and logs a warning. Used on its loop's thread. Python:
/// `asyncio.StreamWriter`.
public final class StreamWriter implements AutoCloseable {
  /* Overview
   * Who can reach whom, -> strongly, ~> weakly:
   *
   *   program -> reader <-> writer -> transport <-> protocol ~> reader
   *   loop's selector -> transport
   *
   * The selector would keep a forgotten connection open for ever. So nothing that it reaches holds reader
   * or writer; they hold each other, because either of them in use needs the connection. A task that waits for one of them
   * is kept by its loop and has it on its stack.
   */
  private final FlowControlMixin protocol;
  private final @Nullable StreamReader reader;
  private WriteTransport transport;

  /// A writer for a transport.
  ///
  /// @param transport where the bytes go
  /// @param protocol the protocol that the transport tells of its state
  /// @param reader the reader of the same connection, whose errors [#drain()] throws, or `null`
  public StreamWriter(
      WriteTransport transport, FlowControlMixin protocol, @Nullable StreamReader reader) {
    this.transport = Objects.requireNonNull(transport, "transport");
    this.protocol = Objects.requireNonNull(protocol, "protocol");
    this.reader = reader;
    if (reader != null) {
      reader.setWriter(this);
    }
    // TLS put onto the transport closes it as well
    LoopAccess.get().watch(protocol.getLoop(), this, new Unclosed(transport));
  }

  /// What is closed with the writer, and without it if that is forgotten.
  private record Unclosed(WriteTransport transport) implements LoopAccess.Resource {
    @Override
    public boolean isClosed() {
      return transport.isClosing();
    }

    @Override
    public void forgotten() {
      if (!isClosed()) {
        Log.log(Level.WARNING, () -> "unclosed " + this + "; call close()");
        transport.close();
      }
    }

    @Override
    public String toString() {
      return "<StreamWriter transport=" + transport + ">";
    }
  }

  /// {@return what it writes to; another one after [#startTls]}
  ///
  /// @throws UnsupportedOperationException if it was made for a [WriteTransport] of the program's
  ///   own that is no [Transport]. Those of this library all are
  public Transport transport() {
    if (transport instanceof Transport both) {
      return both;
    }
    throw new UnsupportedOperationException("it is no Transport: " + transport);
  }

  // ---- writing ----------------------------------------------------------------------------------

  /// Sends bytes, at once or when that is possible. Does not suspend: call [#drain()] now and then.
  /// On a connection that is lost they are dropped.
  ///
  /// @param data the bytes; the array may be used again
  /// @throws IllegalStateException as [WriteTransport#write(byte[])], above all after [#writeEof()]
  public void write(byte[] data) {
    transport.write(data);
  }

  /// Sends bytes like [#write(byte[])].
  ///
  /// @param data the bytes between position and limit; afterwards the position is at the limit, and
  ///   the buffer may be used again
  /// @throws IllegalStateException after [#writeEof()]
  public void write(ByteBuffer data) {
    transport.write(data);
  }

  /// Sends text in UTF-8, like [#write(byte[])]. A line needs its newline.
  ///
  /// @param text the text
  /// @throws IllegalStateException after [#writeEof()]
  public void write(String text) {
    write(text, StandardCharsets.UTF_8);
  }

  /// Sends text like [#write(byte[])].
  ///
  /// @param text the text
  /// @param charset how it is encoded
  /// @throws IllegalStateException after [#writeEof()]
  public void write(String text, Charset charset) {
    transport.write(text.getBytes(charset));
  }

  /// Sends several pieces one after the other like [#write(byte[])], with one call of the system
  /// where it can be.
  ///
  /// @param pieces the pieces
  /// @throws IllegalStateException after [#writeEof()]
  public void writelines(List<byte[]> pieces) {
    transport.writelines(pieces);
  }

  /// Waits until it is a good time to write more. Suspends if more than the transport's high-water
  /// mark waits to be sent, until no more than the low one does; otherwise it does nothing and
  /// costs nothing. Several coroutines may wait at the same time.
  ///
  /// If the writer is being closed, it lets the loop run once, so that a loop of writes finds out
  /// that the connection has gone.
  ///
  /// @throws java.net.SocketException with the message "Connection lost" if the connection is
  ///   closed
  /// @throws IOException if the connection broke: that very error, if the reader saw it or this
  ///   waits meanwhile
  public void drain() throws IOException {
    if (reader != null) {
      reader.raiseStored();
    }
    if (transport.isClosing()) {
      Tasks.sleep(0); // connectionLost is called meanwhile
    }
    protocol.awaitResumed();
  }

  /// Sends what is buffered and then the end of the stream; reading goes on. Does not suspend.
  ///
  /// @throws UnsupportedOperationException if the transport cannot, as under TLS
  public void writeEof() {
    transport.writeEof();
  }

  /// {@return whether [#writeEof()] works here}
  public boolean canWriteEof() {
    return transport.canWriteEof();
  }

  // ---- closing ----------------------------------------------------------------------------------

  /// Closes the connection, for the reader, too: what is buffered is still sent, nothing more is
  /// received. Does not suspend; see [#waitClosed()]. Idempotent.
  @Override
  public void close() {
    transport.close();
  }

  /// {@return whether it is closed or being closed}
  public boolean isClosing() {
    return transport.isClosing();
  }

  /// Waits until the connection is closed; call [#close()] before. Suspends.
  ///
  /// **Cancellation** leaves the connection alone.
  ///
  /// @throws IOException if the connection ended with an error: that very error, each time
  public void waitClosed() throws IOException {
    protocol.awaitLost();
  }

  // ---- the connection ---------------------------------------------------------------------------

  /// {@return the other side's address; `null` for a pipe, which has none}
  public @Nullable SocketAddress remoteAddress() {
    return getExtraInfo(ExtraInfo.PEERNAME);
  }

  /// {@return this side's address; `null` for a pipe, which has none}
  public @Nullable SocketAddress localAddress() {
    return getExtraInfo(ExtraInfo.SOCKNAME);
  }

  /// What is known about the connection.
  ///
  /// @param <T> the type of the information
  /// @param info which one
  /// @return it, or `null` if the transport knows nothing of it
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return transport.getExtraInfo(info);
  }

  /// Puts TLS onto the connection, which is plain so far; the other side must do the same. What was
  /// written before is sent first, and what was received and not read belongs to TLS. Suspends
  /// until the handshake is done. NullProtocol may be reading or writing meanwhile.
  ///
  /// @param options how. A client needs [TlsOptions#serverHostname(String)]
  /// @throws IOException if the handshake fails; then the connection is closed, as it is if the
  ///   task is cancelled
  /// @throws IllegalArgumentException if a client does not say whose certificate it expects
  /// @throws IllegalStateException if it is not a connection with a [StreamReaderProtocol]
  public void startTls(TlsOptions options) throws IOException {
    Objects.requireNonNull(options, "options");
    if (!(protocol instanceof StreamReaderProtocol streams
        && transport instanceof Transport plain)) {
      throw new IllegalStateException(
          "startTls needs a connection with a StreamReaderProtocol, not " + this);
    }
    drain();
    transport = Transports.startTls(plain, streams, options, streams.isServerSide());
  }

  /// {@return this writer as a stream of `java.io`, for code that knows nothing of coroutines}
  ///
  /// It is not buffered: each write is a [#write(ByteBuffer)] and a [#drain()], which suspends the
  /// calling coroutine, and nothing else. Closing it ends its own use alone: the connection stays
  /// open.
  public OutputStream asOutputStream() {
    return new WriterOutputStream(this);
  }

  /// {@return `<StreamWriter transport=… reader=…>`, as asyncio describes it}
  @Override
  public String toString() {
    return "<StreamWriter transport="
        + transport
        + (reader == null ? "" : " reader=" + reader)
        + ">";
  }
}
