package jasyncio.net;

import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.internal.loop.Timer;
import jasyncio.internal.loop.Watch;
import jasyncio.internal.net.LoopIo;
import jasyncio.internal.net.LoopOwned;
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
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A connected TCP or Unix-domain socket.
final class SocketTransport implements Transport, LoopOwned, Runnable {
  /* Overview
   *   OPEN     -> CLOSING   close(), or the other side's end of stream if the protocol does not keep it open
   *   OPEN     -> LOST      abort(), or an error of the socket or the protocol; what is unsent is dropped
   *   CLOSING  -> LOST      everything is sent; or as above
   *   LOST     -> CLOSED    the loop has called connectionLost; the channel is closed
   * Nothing is read from CLOSING on, and what is written from LOST on is dropped. `paused`, `ended`
   * (the other side's end of stream has been seen) and `outputEnded` (ours is sent, or will be behind the
   * queue) matter in OPEN alone. The order of the callbacks is asyncio's: selector_events.py.
   */
  private enum State {
    OPEN,
    CLOSING,
    LOST,
    CLOSED
  }

  private static final int FIRST_LATE_WRITE_WARNED_OF = 5;

  private final EventLoop loop;
  private final LoopIo io;
  private final SocketChannel channel;
  private final Watch watch;
  private final @Nullable Server server;
  private final FlowControl flow;
  private @Nullable WriteQueue queue; // from the first piece on that had to wait
  private final Timer reader;
  private @Nullable Timer writer;
  private Protocol protocol;
  private @Nullable BufferedProtocol buffered; // the protocol, if it is one
  private State state = State.OPEN;
  private boolean begun;
  private boolean paused;
  private boolean delivering; // the protocol has the word; under policy SWITCH it may block
  private boolean held; // until it returns
  private boolean ended;
  private boolean outputEnded;
  private int lateWrites;
  private boolean sendingFile;
  private @Nullable Future<@Nullable Void> file; // it waits until more can be sent
  private final SocketAddress peername;
  private final SocketAddress sockname;

  SocketTransport(EventLoop loop, SocketChannel channel, Protocol protocol, @Nullable Server server)
      throws IOException {
    this.loop = loop;
    this.io = LoopIo.of(loop);
    this.channel = channel;
    this.protocol = protocol;
    this.buffered = protocol instanceof BufferedProtocol b ? b : null;
    this.server = server;
    this.flow = new FlowControl(loop, this);
    this.peername = channel.getRemoteAddress();
    this.sockname = channel.getLocalAddress();
    this.reader = io.callback(this);
    this.watch = io.watch(channel);
    watch.setOwner(this);
    if (peername instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    if (server != null) {
      server.attach(this);
    }
  }

  /// Has the loop begin: the protocol hears of the connection, then reading starts, then `waiter`
  /// is done.
  void start(@Nullable Future<@Nullable Void> waiter) {
    loop.callSoon(() -> {
      try {
        protocol.connectionMade(this);
      } finally {
        begun = true;
        updateReading();
        if (waiter != null && !waiter.done()) {
          waiter.setResult(null);
        }
      }
    });
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  public boolean isReading() {
    return state == State.OPEN && !paused;
  }

  @Override
  public void pauseReading() {
    if (isReading()) {
      paused = true;
      updateReading();
    }
  }

  @Override
  public void resumeReading() {
    if (state == State.OPEN && paused) {
      paused = false;
      updateReading();
    }
  }

  private void updateReading() {
    watch.setReader(begun && !ended && !held && isReading() ? reader : null);
  }

  /// There may be something to read. The transport itself is the callback: an object less to touch.
  @Override
  public void run() {
    if (delivering) {
      held = true;
      updateReading();
    } else if (!ended && isReading()) { // still
      delivering = true;
      try {
        read();
      } finally {
        delivering = false;
        if (held) {
          held = false;
          updateReading();
        }
      }
    }
  }

  private void read() {
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
    } catch (IOException | RuntimeException e) { // such as a buffer that is read-only
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
        fail(e, "Fatal write error on socket transport");
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
    boolean idle = getWriteBufferSize() == 0;
    pieces.forEach(piece -> queue().add(ByteBuffer.wrap(piece)));
    if (idle && getWriteBufferSize() > 0) {
      try {
        queue().writeTo(channel);
      } catch (IOException e) {
        fail(e, "Fatal write error on socket transport");
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
      NetLog.LOGGER.log(Level.WARNING, "writing to a connection that is lost: {0}", this);
    }
  }

  private void enqueue(ByteBuffer data) {
    if (getWriteBufferSize() == 0) {
      watchWriting();
    }
    queue().add(data);
    flow.grown(getWriteBufferSize());
  }

  private void watchWriting() {
    if (writer == null) {
      writer = io.callback(this::writeReady);
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
        fail(e, "Fatal write error on socket transport");
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
      fail(e, "Fatal error: the end of the stream could not be sent");
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

  boolean isWritingPaused() {
    return flow.isPaused();
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

  @Override
  public boolean isClosing() {
    return state != State.OPEN;
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

  @Override
  public void abort() {
    lose(null);
  }

  /// Closes it from the top: TLS has something to say to the other side before.
  void closeFromTop() {
    if (protocol instanceof TlsLayer tls) {
      tls.close();
    } else {
      close();
    }
  }

  /// An error ends the connection. One of the network is expected now and then; others are
  /// reported.
  private void fail(Throwable e, String message) {
    if (e instanceof IOException) {
      if (loop.getDebug()) {
        NetLog.LOGGER.log(Level.DEBUG, this + ": " + message, e);
      }
    } else {
      loop.callExceptionHandler(
          ErrorContext.of(message)
              .exception(e)
              .detail("transport", this)
              .detail("protocol", protocol));
    }
    lose(e);
  }

  private boolean isLost() {
    return state == State.LOST || state == State.CLOSED;
  }

  private void lose(@Nullable Throwable reason) {
    if (isLost()) {
      return;
    }
    state = State.LOST;
    if (getWriteBufferSize() > 0) {
      queue().clear();
      watch.setWriter(null);
    }
    updateReading();
    if (file != null && !file.done()) {
      file.setException(
          reason != null ? reason : new SocketException("Connection is closed by peer"));
    }
    loop.callSoon(() -> connectionLost(reason));
  }

  private void connectionLost(@Nullable Throwable reason) {
    try {
      protocol.connectionLost(reason);
    } finally {
      closeChannel();
    }
  }

  private void closeChannel() {
    state = State.CLOSED;
    watch.end();
    try {
      channel.close();
    } catch (IOException e) {
      NetLog.LOGGER.log(Level.DEBUG, "cannot close a socket", e);
    }
    if (server != null) {
      server.detach(this);
    }
  }

  @Override
  public void loopCloses() {
    if (state != State.CLOSED) {
      NetLog.LOGGER.log(Level.DEBUG, "unclosed transport {0}", this);
      closeChannel();
    }
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof Protocol p)) {
      throw new IllegalArgumentException("a socket needs a Protocol, got " + newProtocol);
    }
    protocol = p;
    buffered = p instanceof BufferedProtocol b ? b : null;
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

  /// {@return `<SocketTransport peername=… reading bufsize=0>` and so on}
  @Override
  public String toString() {
    return "<SocketTransport "
        + state.name().toLowerCase(Locale.ROOT)
        + " peername="
        + peername
        + (isReading() ? " reading" : "")
        + " bufsize="
        + getWriteBufferSize()
        + ">";
  }
}
