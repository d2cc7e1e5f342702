package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.internal.loop.CancellableEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.InterruptibleChannel;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/// Something that only blocking calls can read from. A thread of its own makes them, one at a time,
/// and only while somebody watches: at most one buffer is read ahead.
public final class ThreadReadEnd implements ReadEnd {
  private static final int BUFFER_SIZE = 64 * 1024;

  private final LoopIo io;
  private final BlockingCallThread thread;
  private final Source source;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_SIZE).limit(0);
  private @Nullable CancellableEntry reader;
  private boolean busy; // the buffer is the thread's
  private boolean ended;
  private @Nullable IOException error;

  private interface Source {
    int read(ByteBuffer target) throws IOException;
  }

  private ThreadReadEnd(EventLoop loop, Source source, AutoCloseable resource, boolean closes) {
    this.io = LoopIo.of(loop);
    this.source = source;
    this.thread = new BlockingCallThread(loop, "jasyncio-pipe-reader", resource, closes);
  }

  /// A stream. While a thread reads from it, it cannot be closed.
  public static ThreadReadEnd of(EventLoop loop, InputStream in) {
    return new ThreadReadEnd(
        loop, b -> in.read(b.array(), b.arrayOffset(), b.capacity()), in, false);
  }

  /// A channel in blocking mode.
  public static ThreadReadEnd of(EventLoop loop, ReadableByteChannel channel) {
    return new ThreadReadEnd(loop, channel::read, channel, channel instanceof InterruptibleChannel);
  }

  @Override
  public void watch(@Nullable CancellableEntry newReader) {
    reader = newReader;
    if (newReader != null && !busy) {
      if (hasNews()) {
        io.schedule(newReader);
      } else {
        thread.submit(this::fill);
        busy = true;
      }
    }
  }

  private boolean hasNews() {
    return buffer.hasRemaining() || ended || error != null;
  }

  /// By the thread.
  private Runnable fill() {
    int n;
    try {
      n = source.read(buffer.clear());
    } catch (IOException e) {
      return () -> filled(0, false, e);
    } catch (RuntimeException | Error e) { // a stream of the user's own making
      return () -> filled(0, false, new IOException("cannot read: " + e, e));
    }
    return () -> filled(n, n < 0, null);
  }

  private void filled(int n, boolean atEnd, @Nullable IOException e) {
    busy = false;
    buffer.position(0).limit(Math.max(n, 0));
    ended = atEnd;
    error = e;
    watch(reader);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (busy) {
      return 0;
    } else if (error != null) {
      throw error;
    } else if (ended) {
      return -1;
    }
    int n = Math.min(buffer.remaining(), target.remaining());
    target.put(target.position(), buffer, buffer.position(), n);
    target.position(target.position() + n);
    buffer.position(buffer.position() + n);
    watch(reader);
    return n;
  }

  @Override
  public void close() {
    reader = null;
    thread.close();
  }
}
