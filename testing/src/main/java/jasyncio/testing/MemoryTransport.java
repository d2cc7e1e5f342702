package jasyncio.testing;

import jasyncio.Context;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import jasyncio.net.WriteBufferLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One end of a connection in memory: what is written waits here until the other end takes it.
final class MemoryTransport implements Transport {
  /* Overview
   *   OPEN     -> CLOSING   close()
   *   OPEN     -> LOST      abort(), or the other end is gone
   *   CLOSING  -> LOST      all that was written has been taken; abort(), or the other end is gone
   * From CLOSING on nothing is received; from LOST on what is written is dropped. The protocol hears of LOST in a turn
   * of its own.
   *
   * What the other end takes, it takes in a turn of its own, too: receive(), which schedule() asks for whenever there may be
   * something to take. After each piece comes taken() here, which may have the protocol resume, or end a close().
   */
  private enum State {
    OPEN,
    CLOSING,
    LOST
  }

  private static final Protocol NOBODY = new Protocol() {};

  private final EventLoop loop;
  private final Context context = Context.copyContext();
  private final InetSocketAddress address;
  private final ArrayDeque<ByteBuffer> outgoing = new ArrayDeque<>();
  private MemoryTransport peer = this; // until they are connected
  private Protocol protocol;
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private State state = State.OPEN;
  private int unsent; // bytes in `outgoing`
  private boolean eofWritten;
  private boolean ended; // nothing is sent any more, and the other end is to learn of it
  private boolean endSeen; // by the protocol
  private boolean readingPaused;
  private boolean writingPaused; // which the protocol knows
  private boolean scheduled; // receive(), which may be under way

  MemoryTransport(EventLoop loop, Protocol protocol, int port) {
    this.loop = loop;
    this.protocol = protocol;
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  void connect(MemoryTransport other) {
    peer = other;
    other.peer = this;
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  public boolean isReading() {
    return state == State.OPEN && !readingPaused;
  }

  @Override
  public void pauseReading() {
    readingPaused = true;
  }

  @Override
  public void resumeReading() {
    readingPaused = false;
    schedule();
  }

  /// Has what there is taken soon, if there is something.
  private void schedule() {
    if (!scheduled && isReading() && peer.hasNews(this)) {
      scheduled = true;
      callSoon(this::receive);
    }
  }

  /// Whether there is something that `reader` has not taken.
  private boolean hasNews(MemoryTransport reader) {
    return unsent > 0 || (ended && !reader.endSeen);
  }

  private void receive() {
    try {
      while (isReading() && peer.unsent > 0) {
        protocol.dataReceived(peer.take());
        peer.taken();
      }
      if (isReading() && peer.ended && !endSeen) {
        endSeen = true;
        if (!protocol.eofReceived()) {
          close();
        }
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      if (!(e instanceof IOException)) { // which could be one of the network
        report("Fatal error: the protocol failed to receive.", e);
      }
      lose(e);
    } finally {
      scheduled = false;
      schedule();
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  @Override
  public void write(ByteBuffer data) {
    checkWritable("write");
    if (isLost() || !data.hasRemaining()) {
      data.position(data.limit());
      return;
    }
    var copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
    if (peer.isLost()) {
      lose(reset());
      return;
    }
    outgoing.add(copy);
    unsent += copy.remaining();
    pauseAboveMark();
    peer.schedule();
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    checkWritable("writelines");
    pieces.forEach(this::write);
  }

  private void checkWritable(String call) {
    if (eofWritten) {
      throw new IllegalStateException("Cannot call " + call + "() after writeEof()");
    }
  }

  @Override
  public void writeEof() {
    if (state == State.OPEN) {
      eofWritten = true;
      end();
    }
  }

  private void end() {
    ended = true;
    peer.schedule();
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  private ByteBuffer take() {
    var piece = outgoing.remove();
    unsent -= piece.remaining();
    return piece;
  }

  /// The other end has taken something.
  private void taken() {
    if (writingPaused && unsent <= limits.low() && !isLost()) {
      writingPaused = false;
      tell("resumeWriting", protocol::resumeWriting); // which may write
    }
    if (state == State.CLOSING && unsent == 0) {
      lose(null);
    }
  }

  @Override
  public int getWriteBufferSize() {
    return unsent;
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return limits;
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    limits = new WriteBufferLimits(low, high);
    pauseAboveMark();
  }

  private void pauseAboveMark() {
    if (!writingPaused && unsent > limits.high()) {
      writingPaused = true;
      tell("pauseWriting", protocol::pauseWriting);
    }
  }

  private void tell(String name, Runnable call) {
    try {
      call.run();
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      report("protocol." + name + "() failed", e);
    }
  }

  private void report(String message, Throwable e) {
    loop.callExceptionHandler(
        ErrorContext.of(message)
            .exception(e)
            .detail("transport", this)
            .detail("protocol", protocol));
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public boolean isClosing() {
    return state != State.OPEN;
  }

  private boolean isLost() {
    return state == State.LOST;
  }

  @Override
  public void close() {
    if (state == State.OPEN) {
      state = State.CLOSING;
      end();
      if (unsent == 0) {
        lose(null);
      }
    }
  }

  @Override
  public void abort() {
    lose(null, true);
  }

  private void resetSoon() {
    callSoon(() -> lose(reset()));
  }

  private static SocketException reset() {
    return new SocketException("Connection reset");
  }

  private void lose(@Nullable Throwable reason) {
    lose(reason, reason != null || peer.unsent > 0); // which nobody will take any more
  }

  private void lose(@Nullable Throwable reason, boolean resetPeer) {
    if (isLost()) {
      return;
    }
    state = State.LOST;
    outgoing.clear();
    unsent = 0;
    callSoon(() -> connectionLost(reason));
    if (resetPeer) {
      peer.resetSoon();
    } else {
      end();
    }
  }

  private void callSoon(Runnable callback) {
    if (!loop.isClosed()) { // then nobody hears of it
      loop.callSoon(callback, context);
    }
  }

  private void connectionLost(@Nullable Throwable reason) {
    try {
      protocol.connectionLost(reason);
    } finally {
      protocol = NOBODY;
    }
  }

  // ---- what is known ----------------------------------------------------------------------------

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    if (info.equals(ExtraInfo.SOCKNAME)) {
      return info.type().cast(address);
    } else if (info.equals(ExtraInfo.PEERNAME)) {
      return info.type().cast(peer.address);
    }
    return null;
  }

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    Objects.requireNonNull(newProtocol, "protocol");
    if (!(newProtocol instanceof Protocol streams)) {
      throw new IllegalArgumentException("a connection in memory needs a Protocol: " + newProtocol);
    }
    protocol = streams;
    endSeen = false;
    schedule();
    if (writingPaused) {
      tell("pauseWriting", protocol::pauseWriting);
    }
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  /// {@return `<MemoryTransport open reading bufsize=5>` and so on}
  @Override
  public String toString() {
    return "<MemoryTransport "
        + state.name().toLowerCase(Locale.ROOT)
        + (isReading() ? " reading" : "")
        + " bufsize="
        + unsent
        + ">";
  }
}
