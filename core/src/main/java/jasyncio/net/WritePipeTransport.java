package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.internal.base.Log;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.net.ConnectionErrors;
import jasyncio.internal.net.WriteEnd;
import jasyncio.internal.net.WriteQueue;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of a pipe that is written to. See [PipeTransport].
final class WritePipeTransport extends PipeTransport {
  private static final int FIRST_LATE_WRITE_WARNED_OF = 5;

  private final WriteEnd end;
  private final WriteQueue queue = new WriteQueue();
  private final CancellableEntry writer;
  private int lateWrites;

  WritePipeTransport(
      EventLoop loop, Protocol protocol, @Nullable SelectableChannel channel, WriteEnd end) {
    super(loop, protocol, channel);
    this.end = end;
    this.writer = io.callback(this::writeReady, context);
  }

  @Override
  public void write(ByteBuffer data) {
    if (!data.hasRemaining()) {
      return;
    } else if (isClosing()) {
      data.position(data.limit());
      noteLateWrite();
      return;
    }
    if (queue.size() == 0) {
      try {
        WriteQueue.send(end, data);
      } catch (IOException e) {
        data.position(data.limit());
        lateWrites++;
        fail(ConnectionErrors.ofSocketOrFile(e), "Fatal write error on pipe transport");
        return;
      }
      if (!data.hasRemaining()) {
        return;
      }
      queue.add(data);
      end.watch(writer);
    } else {
      queue.add(data);
    }
    flow.grown(queue.size());
  }

  @Override
  public void writelines(List<byte[]> pieces) {
    write(WriteQueue.join(pieces));
  }

  private void noteLateWrite() {
    if (++lateWrites >= FIRST_LATE_WRITE_WARNED_OF) {
      Log.log(Level.WARNING, "writing to a pipe that is closed: {0}", this);
    }
  }

  private void writeReady() {
    if (isLost() || queue.size() == 0) {
      return; // since it was found ready
    }
    try {
      queue.writeTo(end);
    } catch (IOException e) {
      lateWrites++;
      fail(ConnectionErrors.ofSocketOrFile(e), "Fatal write error on pipe transport");
      return;
    }
    if (queue.size() == 0) {
      end.watch(null);
    }
    flow.shrunk(queue.size()); // may write
    if (queue.size() == 0 && state == State.CLOSING) {
      state = State.LOST;
      connectionLost(null);
    }
  }

  /// Closes the pipe behind what is in the buffer: that is how a pipe ends.
  @Override
  public void writeEof() {
    close();
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public void close() {
    if (state == State.OPEN) {
      state = State.CLOSING;
      if (queue.size() == 0) {
        lose(null);
      }
    }
  }

  @Override
  void stop(@Nullable Throwable reason) {
    queue.clear();
    end.watch(null);
  }

  @Override
  CancellableEntry callback() {
    return writer;
  }

  @Override
  void closeEnd() throws IOException {
    queue.clear();
    end.close();
  }

  @Override
  public int getWriteBufferSize() {
    return queue.size();
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return flow.limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    flow.setLimits(new WriteBufferLimits(low, high), queue.size());
  }

  @Override
  String buffered() {
    return " bufsize=" + queue.size();
  }

  // ---- what only the other direction has --------------------------------------------------------

  private static UnsupportedOperationException writesOnly() {
    return new UnsupportedOperationException("this transport writes to a pipe; it cannot read");
  }

  @Override
  public boolean isReading() {
    return false;
  }

  @Override
  public void pauseReading() {
    throw writesOnly();
  }

  @Override
  public void resumeReading() {
    throw writesOnly();
  }
}
