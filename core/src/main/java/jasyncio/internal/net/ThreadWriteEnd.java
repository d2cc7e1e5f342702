package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.internal.loop.CancellableEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.InterruptibleChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/// Something that only blocking calls can write to. A thread of its own makes them, one at a time.
public final class ThreadWriteEnd implements WriteEnd {
  /* Overview
   * `write` gives a copy of the first bytes that it is offered to the thread, and takes none of them. When the
   * thread has written them, the next `write`, which is offered the same bytes again, takes them. So what
   * was not really written stays in the buffer of whoever writes, and counts there.
   */
  private static final int BUFFER_SIZE = 64 * 1024;

  private final LoopIo io;
  private final BlockingCallThread thread;
  private final Sink sink;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_SIZE);
  private @Nullable CancellableEntry writer;
  private boolean busy; // the buffer is the thread's
  private boolean closed;
  private int written; // by the thread, and not taken yet
  private @Nullable IOException error;

  private interface Sink {
    void write(ByteBuffer data) throws IOException;
  }

  private ThreadWriteEnd(EventLoop loop, Sink sink, AutoCloseable resource, boolean closes) {
    this.io = LoopIo.of(loop);
    this.sink = sink;
    this.thread = new BlockingCallThread(loop, "jasyncio-pipe-writer", resource, closes);
  }

  /// A stream, which is flushed after each write. While a thread writes to it, it cannot be closed.
  public static ThreadWriteEnd of(EventLoop loop, OutputStream out) {
    return new ThreadWriteEnd(
        loop,
        b -> {
          out.write(b.array(), b.arrayOffset(), b.limit());
          out.flush();
        },
        out,
        false);
  }

  /// A channel in blocking mode.
  public static ThreadWriteEnd of(EventLoop loop, WritableByteChannel channel) {
    return new ThreadWriteEnd(
        loop,
        b -> {
          while (b.hasRemaining()) {
            channel.write(b);
          }
        },
        channel,
        channel instanceof InterruptibleChannel);
  }

  @Override
  public void watch(@Nullable CancellableEntry newWriter) {
    writer = newWriter;
    if (newWriter != null && !busy) {
      io.schedule(newWriter);
    }
  }

  @Override
  public int write(ByteBuffer data) throws IOException {
    return (int) write(new ByteBuffer[] {data}, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] data) throws IOException {
    return write(data, 0, data.length);
  }

  @Override
  public long write(ByteBuffer[] data, int offset, int length) throws IOException {
    if (error != null) {
      throw error;
    }
    long taken = written;
    for (int i = offset; i < offset + length && written > 0; i++) {
      int n = Math.min(written, data[i].remaining());
      data[i].position(data[i].position() + n);
      written -= n;
    }
    if (!busy) {
      buffer.clear();
      for (int i = offset; i < offset + length && buffer.hasRemaining(); i++) {
        int n = Math.min(buffer.remaining(), data[i].remaining());
        buffer.put(buffer.position(), data[i], data[i].position(), n);
        buffer.position(buffer.position() + n);
      }
      if (buffer.flip().hasRemaining()) {
        thread.submit(this::drain);
        busy = true;
      }
    }
    return taken;
  }

  /// By the thread.
  private Runnable drain() {
    int n = buffer.remaining();
    try {
      sink.write(buffer);
    } catch (IOException e) {
      return () -> drained(0, e);
    } catch (RuntimeException | Error e) { // a stream of the user's own making
      return () -> drained(0, new IOException("cannot write: " + e, e));
    }
    return () -> drained(n, null);
  }

  private void drained(int n, @Nullable IOException e) {
    busy = false;
    written += n;
    error = e;
    watch(writer);
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
    writer = null;
    thread.close();
  }
}
