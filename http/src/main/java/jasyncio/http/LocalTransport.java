package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import jasyncio.net.WriteBufferLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One end of a connection inside of the process.
final class LocalTransport implements Transport {
  /* Overview
   * What is written waits in `outgoing` until the other end takes it, in a turn of the loop of its own: deliver().
   *
   *   open -> closing   close(): what was written is still taken, nothing more is received
   *   open -> lost      abort(), or the other end is lost before it has sent its end
   *   closing -> lost   everything has been taken
   */
  private static final Protocol NOBODY = new Protocol() {};

  private final EventLoop loop;
  private Protocol protocol;
  private @Nullable LocalTransport peer;
  private final ArrayDeque<byte[]> outgoing = new ArrayDeque<>();
  private int unsent; // bytes in it
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private boolean eofWritten;
  private boolean eofTaken; // by the other end
  private boolean closing;
  private boolean lost;
  private boolean readingPaused;
  private boolean writingPaused;
  private boolean scheduled;

  private LocalTransport(EventLoop loop, Protocol protocol) {
    this.loop = loop;
    this.protocol = protocol;
  }

  /// Connects two protocols; the transport of the first.
  static LocalTransport connect(EventLoop loop, Protocol first, Protocol second) {
    var one = new LocalTransport(loop, first);
    var other = new LocalTransport(loop, second);
    one.peer = other;
    other.peer = one;
    second.connectionMade(other);
    first.connectionMade(one);
    return one;
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  public boolean isReading() {
    return !readingPaused && !closing && !lost;
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

  private void schedule() {
    if (!scheduled && peer != null) {
      scheduled = true;
      var _ = loop.callSoon(this::deliver);
    }
  }

  /// Takes what the other end has written.
  private void deliver() {
    scheduled = false;
    var from = peer;
    if (from == null) {
      return;
    }
    while (isReading() && !from.outgoing.isEmpty()) {
      var data = from.outgoing.remove();
      from.unsent -= data.length;
      protocol.dataReceived(ByteBuffer.wrap(data));
      from.updateWriting();
    }
    if (closing || lost) { // nobody takes it any more
      from.outgoing.clear();
      from.unsent = 0;
    }
    if (from.outgoing.isEmpty() && from.eofWritten && !from.eofTaken && !readingPaused) {
      from.eofTaken = true;
      if (isReading() && !protocol.eofReceived()) {
        close();
      }
    }
    from.loseIfDone();
  }

  // ---- writing ----------------------------------------------------------------------------------

  @Override
  public void write(ByteBuffer data) {
    if (eofWritten && !closing) {
      throw new IllegalStateException("Cannot call write() after writeEof()");
    }
    var copy = new byte[data.remaining()];
    data.get(copy);
    if (lost || closing || copy.length == 0) {
      return;
    }
    outgoing.add(copy);
    unsent += copy.length;
    updateWriting();
    if (peer != null) {
      peer.schedule();
    }
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    pieces.forEach(this::write);
  }

  private void updateWriting() {
    if (!writingPaused && unsent > limits.high()) {
      writingPaused = true;
      protocol.pauseWriting();
    } else if (writingPaused && unsent <= limits.low()) {
      writingPaused = false;
      protocol.resumeWriting();
    }
  }

  @Override
  public void writeEof() {
    eofWritten = true;
    if (peer != null) {
      peer.schedule();
    }
  }

  @Override
  public boolean canWriteEof() {
    return true;
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
    updateWriting();
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public void close() {
    if (!closing && !lost) {
      closing = true;
      eofWritten = true;
      schedule(); // drops what has come
      if (peer != null) {
        peer.schedule();
      }
    }
  }

  private void loseIfDone() {
    if (closing && outgoing.isEmpty() && eofTaken) {
      lose(null);
    }
  }

  @Override
  public void abort() {
    lose(null);
  }

  private void lose(@Nullable Exception error) {
    if (lost) {
      return;
    }
    lost = true;
    closing = true;
    outgoing.clear();
    unsent = 0;
    var other = peer;
    var _ =
        loop.callSoon(() -> {
          var last = protocol;
          protocol = NOBODY;
          peer = null;
          last.connectionLost(error);
        });
    if (other != null && !eofTaken) {
      other.lose(new IOException("the other end was closed"));
    }
  }

  @Override
  public boolean isClosing() {
    return closing;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return null;
  }

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    protocol = (Protocol) newProtocol;
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public String toString() {
    return "<LocalTransport" + (lost ? " lost" : closing ? " closing" : "") + ">";
  }
}
