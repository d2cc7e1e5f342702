package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.internal.base.Log;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import jasyncio.internal.net.ConnectionErrors;
import jasyncio.internal.net.WriteQueue;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connected TCP or Unix-domain socket.
final class SocketTransport extends LoopTransport implements Transport {
  /* `ended` (the other side's end of stream has been seen) and `outputEnded` (ours is sent, or will be behind the
   * queue) matter in OPEN alone, but that write() stays refused after writeEof(). The order of the callbacks is
   * asyncio's: selector_events.py.
   */
  private static final int FIRST_LATE_WRITE_WARNED_OF = 5;

  private final SocketChannel channel;
  private final Watch watch;
  private final @Nullable Server server;
  private @Nullable WriteQueue queue; // from the first piece on that had to wait
  private final CancellableEntry reader;
  private @Nullable CancellableEntry writer;
  private Protocol protocol;
  private @Nullable BufferedProtocol buffered; // the protocol, if it is one
  private boolean ended;
  private boolean outputEnded;
  private int lateWrites;
  private boolean sendingFile;
  private @Nullable Future<@Nullable Void> file; // it waits until more can be sent
  private final SocketAddress peername;
  private final SocketAddress sockname;

  SocketTransport(EventLoop loop, SocketChannel channel, Protocol protocol, @Nullable Server server)
      throws IOException {
    super(loop);
    this.channel = channel;
    this.protocol = checked(protocol);
    this.buffered = protocol instanceof BufferedProtocol b ? b : null;
    this.server = server;
    this.peername = channel.getRemoteAddress();
    this.sockname = channel.getLocalAddress();
    this.reader = io.callback(this, context);
    this.watch = io.watch(channel);
    watch.setOwner(this);
    if (peername instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    if (server != null) {
      server.attach(this);
    }
  }

  @Override
  void connectionMade() {
    protocol.connectionMade(this);
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  void watchReading(boolean on) {
    watch.setReader(on ? reader : null);
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
      buffer = b.getBuffer(-1);
      if (!buffer.hasRemaining()) {
        throw new IllegalStateException("getBuffer() returned an empty buffer");
      }
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
  public void write(ByteBuffer data) {
    checkWritable("write");
    if (isLost()) {
      data.position(data.limit());
      noteLateWrite();
      return;
    }
    if (getWriteBufferSize() == 0) {
      try {
        WriteQueue.send(channel, data);
      } catch (IOException e) {
        data.position(data.limit());
        broken(e, "Fatal write error on socket transport");
        return;
      }
      if (!data.hasRemaining()) {
        return;
      }
    }
    enqueue(data);
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    checkWritable("writelines");
    for (var piece : pieces) {
      Objects.requireNonNull(piece, "piece"); // before anything is queued
    }
    if (isLost()) {
      noteLateWrite();
      return;
    }
    int size = getWriteBufferSize();
    boolean idle = size == 0;
    for (var piece : pieces) {
      size = WriteQueue.sum(size, piece.length); // all of them or none
    }
    pieces.forEach(piece -> queue().add(ByteBuffer.wrap(piece)));
    if (idle && getWriteBufferSize() > 0) {
      try {
        queue().writeTo(channel);
      } catch (IOException e) {
        broken(e, "Fatal write error on socket transport");
        return;
      }
      if (getWriteBufferSize() > 0) {
        watchWriting();
      }
    }
    flow.grown(getWriteBufferSize());
  }

  private void checkWritable(String call) {
    if (outputEnded) {
      throw new IllegalStateException("Cannot call " + call + "() after writeEof()");
    }
    if (sendingFile) {
      throw new IllegalStateException("unable to " + call + "; sendfile is in progress");
    }
  }

  private void noteLateWrite() {
    if (++lateWrites >= FIRST_LATE_WRITE_WARNED_OF) {
      Log.log(Level.WARNING, "writing to a connection that is lost: {0}", this);
    }
  }

  private void enqueue(ByteBuffer data) {
    boolean idle = getWriteBufferSize() == 0;
    queue().add(data);
    if (idle) {
      watchWriting();
    }
    flow.grown(getWriteBufferSize());
  }

  private void watchWriting() {
    if (writer == null) {
      writer = io.callback(this::writeReady, context);
    }
    watch.setWriter(writer);
  }

  private void writeReady() {
    if (isLost()) {
      return; // since it was found ready
    }
    if (getWriteBufferSize() > 0) {
      try {
        queue().writeTo(channel);
      } catch (IOException e) {
        broken(e, "Fatal write error on socket transport");
        return;
      }
      flow.shrunk(getWriteBufferSize()); // may write
    }
    if (getWriteBufferSize() == 0) {
      watch.setWriter(null);
      drained();
    }
  }

  private void drained() {
    if (file != null && !file.done()) {
      file.setResult(null);
    }
    if (state == State.CLOSING) {
      state = State.LOST;
      connectionLost(null);
    } else if (outputEnded) {
      endOutput();
    }
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public void writeEof() {
    if (state != State.OPEN || outputEnded) {
      return;
    }
    outputEnded = true;
    if (getWriteBufferSize() == 0) {
      endOutput();
    }
  }

  private void endOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      broken(e, "Fatal error: the end of the stream could not be sent");
    }
  }

  @Override
  public int getWriteBufferSize() {
    return queue == null ? 0 : queue.size();
  }

  private WriteQueue queue() {
    if (queue == null) {
      queue = new WriteQueue();
    }
    return queue;
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return flow.limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    flow.setLimits(new WriteBufferLimits(low, high), getWriteBufferSize());
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
    if (isLost()) {
      throw new SocketException("Connection is closed by peer");
    }
    var waiter = loop.<@Nullable Void>createFuture();
    file = waiter;
    watchWriting();
    waiter.await(IOException.class);
  }

  void endSendfile() {
    sendingFile = false;
    file = null;
  }

  // ---- the end ----------------------------------------------------------------------------------

  private void broken(IOException e, String message) {
    fail(ConnectionErrors.ofSocket(e), message);
  }

  @Override
  public void close() {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    updateReading();
    if (getWriteBufferSize() == 0) {
      lose(null);
    }
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
  void stop(@Nullable Throwable reason) {
    if (queue != null && queue.size() > 0) {
      queue.clear();
      watch.setWriter(null);
    }
    updateReading();
    if (file != null && !file.done()) {
      Failures.tell(
          file, reason != null ? reason : new SocketException("Connection is closed by peer"));
    }
  }

  @Override
  void release() throws IOException {
    watch.end();
    try {
      channel.close();
    } finally {
      if (server != null) {
        server.detach(this);
      }
    }
  }

  @Override
  void forget() {
    protocol = Nobody.NOBODY;
    buffered = null;
    file = null;
    io.cancel(reader);
    if (writer != null) {
      io.cancel(writer);
    }
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof Protocol p)) {
      throw new IllegalArgumentException("a socket needs a Protocol, got " + newProtocol);
    }
    if (p != protocol && state != State.CLOSED) {
      protocol = checked(p);
      buffered = p instanceof BufferedProtocol b ? b : null;
      ended = false; // it is read once more, for the new one
      updateReading();
      flow.protocolReplaced();
    }
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    if (info == ExtraInfo.PEERNAME) {
      return info.type().cast(peername);
    } else if (info == ExtraInfo.SOCKNAME) {
      return info.type().cast(sockname);
    } else if (info == ExtraInfo.SOCKET) {
      return info.type().cast((NetworkChannel) channel);
    }
    return null;
  }

  @Override
  String details() {
    return " peername=" + peername;
  }

  @Override
  String buffered() {
    return " bufsize=" + getWriteBufferSize();
  }
}
