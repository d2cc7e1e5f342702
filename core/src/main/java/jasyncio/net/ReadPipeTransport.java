package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.net.ReadEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is read from. See [PipeTransport].
final class ReadPipeTransport extends PipeTransport {
  private final ReadEnd end;
  private final CancellableEntry reader;

  ReadPipeTransport(
      EventLoop loop, Protocol protocol, @Nullable SelectableChannel channel, ReadEnd end) {
    super(loop, protocol, channel);
    this.end = end;
    this.reader = io.callback(this, context);
  }

  @Override
  void watchReading(boolean on) {
    end.watch(on ? reader : null);
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
    state = State.LOST;
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
      var room = b.getBuffer(data.remaining());
      int n = Math.min(room.remaining(), data.remaining());
      if (n == 0) {
        throw new IllegalStateException("getBuffer() returned an empty buffer");
      }
      room.put(room.position(), data, data.position(), n);
      room.position(room.position() + n);
      data.position(data.position() + n);
      b.bufferUpdated(n);
    }
  }

  @Override
  public void close() {
    lose(null);
  }

  @Override
  void stop(@Nullable Throwable reason) {
    end.watch(null);
  }

  @Override
  CancellableEntry callback() {
    return reader;
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

  @Override
  public int getWriteBufferSize() {
    return 0;
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
