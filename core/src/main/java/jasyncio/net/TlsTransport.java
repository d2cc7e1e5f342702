package jasyncio.net;

import jasyncio.Context;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connection under TLS, as the application sees it. Beyond what every [Transport] does it has a
/// read buffer with limits of its own. The write buffer holds what is not encrypted yet, because
/// the transport beneath has enough to send, and pauses the protocol above 512 KiB.
///
/// TLS cannot close one direction alone: there is no `writeEof`, and the peer's end of stream
/// closes the connection, whatever the protocol's `eofReceived` returns.
public final class TlsTransport implements Transport {
  private final TlsLayer layer;

  TlsTransport(TlsLayer layer) {
    this.layer = layer;
  }

  Context context() {
    return layer.context();
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  public boolean isReading() {
    return layer.isReading();
  }

  @Override
  public void pauseReading() {
    layer.pauseReading();
  }

  @Override
  public void resumeReading() {
    layer.resumeReading();
  }

  /// {@return how many bytes were received and not given to the protocol yet}
  public int getReadBufferSize() {
    return layer.readBufferSize();
  }

  /// {@return the water marks of the read buffer}
  public ReadBufferLimits getReadBufferLimits() {
    return layer.readLimits();
  }

  /// Sets the water marks of the read buffer, which fills while reading is paused: above `high`
  /// nothing more is received, at `low` or below it receiving goes on.
  ///
  /// @param high in bytes
  /// @param low in bytes
  /// @throws IllegalArgumentException unless `high >= low >= 0`
  public void setReadBufferLimits(int high, int low) {
    layer.setReadLimits(new ReadBufferLimits(low, high));
  }

  /// Sets the high-water mark of the read buffer; the low one becomes a quarter of it.
  ///
  /// @param high in bytes
  /// @throws IllegalArgumentException if it is negative
  public void setReadBufferLimits(int high) {
    setReadBufferLimits(high, high / 4);
  }

  // ---- sending ----------------------------------------------------------------------------------

  @Override
  public void write(ByteBuffer data) {
    layer.write(data);
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    layer.writelines(pieces);
  }

  /// Does not work with TLS.
  ///
  /// @throws UnsupportedOperationException always
  @Override
  public void writeEof() {
    throw new UnsupportedOperationException(
        "TLS cannot close its sending side alone; close() closes both");
  }

  @Override
  public boolean canWriteEof() {
    return false;
  }

  @Override
  public int getWriteBufferSize() {
    return layer.outgoing().size();
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return layer.outgoing().limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    layer.outgoing().setLimits(new WriteBufferLimits(low, high));
  }

  Outgoing outgoing() {
    return layer.outgoing();
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public boolean isClosing() {
    return layer.isClosing();
  }

  /// Closes the connection: what is in the write buffer is sent, then TLS's `close_notify`, and the
  /// peer's answer is awaited, for as long as the shutdown timeout says; after that
  /// `connectionLost` gets an [javax.net.ssl.SSLException]. What still comes is dropped. If there
  /// is something that the protocol has not read, because it has paused reading, the answer is not
  /// awaited.
  @Override
  public void close() {
    layer.close();
  }

  @Override
  public void abort() {
    layer.abort();
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return layer.getExtraInfo(info);
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    if (!(Objects.requireNonNull(protocol, "protocol") instanceof Protocol p)) {
      throw new IllegalArgumentException("TLS needs a Protocol, got " + protocol);
    }
    layer.setApp(p);
  }

  /// Has another protocol called, which knows what the one before was told.
  void standIn(Protocol p) {
    layer.standIn(p);
  }

  @Override
  public BaseProtocol getProtocol() {
    return layer.app();
  }

  /// {@return `<TlsTransport open>` and so on, with the transport beneath}
  @Override
  public String toString() {
    return "<TlsTransport " + layer + ">";
  }
}
