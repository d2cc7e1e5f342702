package jasyncio.internal.net;

import jasyncio.Context;
import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.ReadBufferLimits;
import jasyncio.net.TlsTransport;
import jasyncio.net.WriteBufferLimits;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connection under TLS, as the application sees it.
public final class TlsAppTransport implements TlsTransport {
  private final TlsLayer layer;

  TlsAppTransport(TlsLayer layer) {
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

  @Override
  public int getReadBufferSize() {
    return layer.readBufferSize();
  }

  @Override
  public ReadBufferLimits getReadBufferLimits() {
    return layer.readLimits();
  }

  @Override
  public void setReadBufferLimits(int high, int low) {
    layer.setReadLimits(new ReadBufferLimits(low, high));
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
