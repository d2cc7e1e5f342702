package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import jasyncio.net.BaseProtocol;
import jasyncio.net.BufferedProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connected TCP or Unix-domain socket.
public final class SocketTransport extends LoopTransport implements Transport {
  /* `ended`, the other side's end of stream has been seen, matters in OPEN alone. The order of the callbacks is
   * asyncio's: selector_events.py.
   */
  private final SocketChannel channel;
  private final Watch watch;
  private final @Nullable Clients clients;
  private final OutgoingBytes outgoing;
  private Protocol protocol;
  private @Nullable BufferedProtocol buffered; // the protocol, if it is one
  private boolean ended;
  private boolean sendingFile;
  private @Nullable LazyWaitList writable; // for a file, of which more can be sent
  private @Nullable Throwable reason; // why it was lost
  private final SocketInfo socket;

  public SocketTransport(
      EventLoop loop, SocketChannel channel, Protocol protocol, @Nullable Clients clients)
      throws IOException {
    super(loop);
    this.channel = channel;
    this.protocol = checked(protocol);
    this.buffered = protocol instanceof BufferedProtocol b ? b : null;
    this.clients = clients;
    this.socket = SocketInfo.of(channel, channel.getRemoteAddress());
    this.outgoing = new OutgoingBytes(this, channel);
    this.watch = io.watch(channel);
    watch.setOwner(this);
    if (socket.peername() instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    if (clients != null) {
      clients.add(this);
    }
  }

  @Override
  void connectionMade() {
    protocol.connectionMade(this);
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  void watchReading(@Nullable CancellableEntry entry) {
    watch.setReader(entry);
  }

  @Override
  boolean wantsToReceive() {
    return !ended && isReading();
  }

  @Override
  void receive() {
    var b = buffered;
    if (b != null) {
      readInto(b);
      return;
    }
    var buffer = io.acquire();
    try {
      if (receive(buffer) > 0) {
        protocol.dataReceived(buffer.flip());
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      fail(e, "Fatal error: protocol.dataReceived() call failed.");
    } finally {
      io.release(buffer);
    }
  }

  private void readInto(BufferedProtocol b) {
    ByteBuffer buffer;
    try {
      buffer = BufferedInput.room(b, -1);
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      fail(e, "Fatal error: protocol.getBuffer() call failed.");
      return;
    }
    int n = receive(buffer);
    if (n > 0) {
      try {
        b.bufferUpdated(n);
      } catch (KeyboardInterrupt | SystemExit e) {
        throw e;
      } catch (Throwable e) {
        fail(e, "Fatal error: protocol.bufferUpdated() call failed.");
      }
    }
  }

  /// {@return how many bytes have come; with none, all has been said that there is to say}
  private int receive(ByteBuffer buffer) {
    try {
      int n = channel.read(buffer);
      if (n < 0) {
        receiveEnd();
      }
      return n;
    } catch (IOException e) {
      broken(e, "Fatal read error on socket transport");
      return 0;
    } catch (RuntimeException e) { // such as a buffer that is read-only
      fail(e, "Fatal read error on socket transport");
      return 0;
    }
  }

  private void receiveEnd() {
    ended = true;
    boolean keepOpen;
    try {
      keepOpen = protocol.eofReceived();
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      fail(e, "Fatal error: protocol.eofReceived() call failed.");
      return;
    }
    if (keepOpen) {
      updateReading();
    } else {
      close();
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  @Override
  Outgoing outgoing() {
    return outgoing;
  }

  @Override
  public void write(ByteBuffer data) {
    checkWritable("write");
    outgoing.write(data);
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    checkWritable("writelines");
    outgoing.writelines(pieces);
  }

  private void checkWritable(String call) {
    if (outgoing.hasEnded()) {
      throw new IllegalStateException("Cannot call " + call + "() after writeEof()");
    }
    if (sendingFile) {
      throw new IllegalStateException("unable to " + call + "; sendfile is in progress");
    }
  }

  @Override
  void watchWriting(@Nullable CancellableEntry entry) {
    watch.setWriter(entry);
  }

  @Override
  void sendingFailed(IOException e) {
    broken(e, "Fatal write error on socket transport");
  }

  @Override
  void drained() {
    if (writable != null) {
      writable.wakeAll();
    }
    if (isClosing()) {
      super.drained();
    } else if (outgoing.hasEnded()) {
      endOutput();
    }
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public void writeEof() {
    if (!isClosing()) {
      outgoing.end();
    }
  }

  @Override
  void endOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      broken(e, "Fatal error: the end of the stream could not be sent");
    }
  }

  /// Refuses writes until [#endSendfile()], and waits until everything is sent that was written
  /// before. Suspends.
  SocketChannel beginSendfile() throws IOException {
    checkWritable("sendfile");
    sendingFile = true;
    try {
      if (getWriteBufferSize() > 0) {
        awaitWritable();
      }
    } catch (Throwable e) {
      endSendfile();
      throw e;
    }
    return channel;
  }

  /// Waits until the queue is empty and the channel takes more. Suspends.
  void awaitWritable() throws IOException {
    throwIfLost();
    if (writable == null) {
      writable = new LazyWaitList(this);
    }
    watchWriting();
    writable.await(() -> Peers.waitInfo(this, "", " to take more", "the connection to take more"));
    throwIfLost();
  }

  private void throwIfLost() throws IOException {
    if (reason != null) {
      throw Sneaky.rethrow(reason, IOException.class);
    } else if (isLost()) {
      throw new SocketException("Connection is closed by peer");
    }
  }

  void endSendfile() {
    sendingFile = false;
    writable = null;
  }

  // ---- the end ----------------------------------------------------------------------------------

  private void broken(IOException e, String message) {
    fail(ConnectionErrors.ofSocket(e), message);
  }

  /// Closes it from the top: TLS has something to say to the other side before.
  void closeFromTop() {
    if (protocol instanceof TlsLayer tls) {
      tls.closeFromTop();
    } else {
      close();
    }
  }

  @Override
  void stopped(@Nullable Throwable why) {
    if (writable != null) {
      reason = why; // not kept for nobody
      writable.wakeAll();
    }
  }

  @Override
  void release() throws IOException {
    watch.end();
    try {
      channel.close();
    } finally {
      if (clients != null) {
        clients.remove(this);
      }
    }
  }

  @Override
  void forget() {
    protocol = NullProtocol.INSTANCE;
    buffered = null;
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof Protocol p)) {
      throw new IllegalArgumentException("a socket needs a Protocol, got " + newProtocol);
    }
    if (p != protocol && !isClosed()) {
      protocol = checked(p);
      buffered = p instanceof BufferedProtocol b ? b : null;
      ended = false; // it is read once more, for the new one
      updateReading();
      outgoing.protocolReplaced();
    }
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return socket.get(info);
  }

  @Override
  String details() {
    return " peername=" + socket.peername();
  }

  @Override
  String buffered() {
    return " bufsize=" + getWriteBufferSize();
  }
}
