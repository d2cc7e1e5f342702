package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.Future;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// TLS between a socket and an application's protocol.
final class TlsLayer implements BufferedProtocol {
  private @Nullable Transport later;

  TlsLayer(
      EventLoop loop,
      Protocol app,
      TlsOptions options,
      boolean serverSide,
      @Nullable String peerHost,
      int peerPort,
      @Nullable Future<@Nullable Void> waiter,
      boolean callConnectionMade) {
    later = null;
    throw new IllegalStateException("TLS is not there yet");
  }

  Transport transport() {
    return java.util.Objects.requireNonNull(later);
  }

  @Override
  public ByteBuffer getBuffer(int sizeHint) {
    return ByteBuffer.allocate(sizeHint);
  }

  @Override
  public void bufferUpdated(int bytes) {}
}
