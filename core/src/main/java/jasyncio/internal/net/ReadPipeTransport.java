package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.net.BufferedProtocol;
import jasyncio.net.Protocol;
import jasyncio.net.WriteBufferLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is read from. See [PipeTransport].
public final class ReadPipeTransport extends PipeTransport {
  private final ReadEnd end;
  private final OutgoingNothing outgoing;

  public ReadPipeTransport(
      EventLoop loop, Protocol protocol, @Nullable SelectableChannel channel, ReadEnd end) {
    super(loop, protocol, channel);
    this.end = end;
    this.outgoing = new OutgoingNothing(this);
  }

  @Override
  void watchReading(@Nullable CancellableEntry entry) {
    end.watch(entry);
  }

  @Override
  void receive() {
    var buffer = io.acquire();
    try {
      int n = receive(buffer);
      if (n > 0) {
        deliver(buffer.flip());
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      fail(e, "Fatal error: the protocol failed to take data.");
    } finally {
      io.release(buffer);
    }
  }

  private int receive(ByteBuffer buffer) {
    try {
      int n = end.read(buffer);
      if (n < 0) {
        receiveEnd();
      }
      return n;
    } catch (IOException e) {
      fail(e, "Fatal read error on pipe transport");
      return 0;
    }
  }

  /// A pipe that has ended is closed, whatever the protocol answers.
  private void receiveEnd() {
    stop(null);
    callSoon(() -> protocol.eofReceived());
    callSoon(() -> connectionLost(null));
  }

  private void deliver(ByteBuffer data) {
    if (!(protocol instanceof BufferedProtocol b)) {
      protocol.dataReceived(data);
      return;
    }
    while (data.hasRemaining()) {
      BufferedInput.give(b, data);
    }
  }

  @Override
  void closeEnd() throws IOException {
    end.close();
  }

  // ---- what only the other direction has --------------------------------------------------------

  private static UnsupportedOperationException readsOnly() {
    return new UnsupportedOperationException("this transport reads from a pipe; it cannot write");
  }

  @Override
  public void write(ByteBuffer data) {
    throw readsOnly();
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    throw readsOnly();
  }

  @Override
  public void writeEof() {
    throw readsOnly();
  }

  @Override
  public boolean canWriteEof() {
    return false;
  }

  /// Nothing is ever written.
  private static final class OutgoingNothing extends Outgoing {
    OutgoingNothing(LoopTransport transport) {
      super(transport.loop, transport);
    }

    @Override
    int size() {
      return 0;
    }

    @Override
    boolean sendWaiting() {
      return true;
    }

    @Override
    void clear() {}

    @Override
    boolean isTooLate() {
      return true;
    }
  }

  @Override
  Outgoing outgoing() {
    return outgoing;
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    throw readsOnly();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    throw readsOnly();
  }
}
