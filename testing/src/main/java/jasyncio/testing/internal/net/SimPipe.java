package jasyncio.testing.internal.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.Objects;

/// A pipe within a host.
final class SimPipe extends Pipe {
  private final Source source;
  private final Sink sink;

  SimPipe(SimProvider provider, LocalStream source, LocalStream sink) {
    this.source = new Source(provider, source);
    this.sink = new Sink(provider, sink);
  }

  @Override
  public SourceChannel source() {
    return source;
  }

  @Override
  public SinkChannel sink() {
    return sink;
  }

  private static final class Source extends SourceChannel implements SimChannel {
    private final LocalStream stream;

    Source(SimProvider provider, LocalStream stream) {
      super(provider);
      this.stream = stream;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      Objects.requireNonNull(to);
      return (int) read(new ByteBuffer[] {to}, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] to) throws IOException {
      return read(to, 0, to.length);
    }

    @Override
    public long read(ByteBuffer[] to, int first, int count) throws IOException {
      Objects.checkFromIndexSize(first, count, to.length);
      ensureOpen(this);
      boolean blocking = isBlocking();
      long n = 0;
      try {
        if (blocking) {
          begin();
        }
        n = stream.net.io(() -> read(to, first, count, blocking));
      } finally {
        if (blocking) {
          end(n > 0);
        }
      }
      return n == StreamSocket.UNAVAILABLE ? 0 : n;
    }

    private long read(ByteBuffer[] to, int first, int count, boolean blocking) throws IOException {
      ensureOpen(this);
      Transfer.checkWritable(to, first, count);
      long n = Transfer.read(stream, to, first, count);
      while (n == StreamSocket.UNAVAILABLE && blocking) {
        stream.await(Endpoint.FOREVER);
        if (!isOpen()) {
          return n;
        }
        n = Transfer.read(stream, to, first, count);
      }
      return n;
    }

    @Override
    protected void implCloseSelectableChannel() {
      if (isBlocking() || !isRegistered()) {
        kill();
      }
    }

    @Override
    public void kill() {
      stream.net.run(stream::close);
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
      // each call looks
    }

    @Override
    public SelectableChannel self() {
      return this;
    }

    @Override
    public Endpoint endpoint() {
      return stream;
    }

    @Override
    public int pollBits(int ops) {
      return (ops & SelectionKey.OP_READ) != 0 ? Poll.IN : 0;
    }

    @Override
    public int readyOps(int bits, int asked) {
      return (bits & Poll.IN) != 0 ? SelectionKey.OP_READ & asked : 0;
    }
  }

  private static final class Sink extends SinkChannel implements SimChannel {
    private final LocalStream stream;

    Sink(SimProvider provider, LocalStream stream) {
      super(provider);
      this.stream = stream;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      Objects.requireNonNull(from);
      return (int) write(new ByteBuffer[] {from}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] from) throws IOException {
      return write(from, 0, from.length);
    }

    @Override
    public long write(ByteBuffer[] from, int first, int count) throws IOException {
      Objects.checkFromIndexSize(first, count, from.length);
      ensureOpen(this);
      boolean blocking = isBlocking();
      long n = 0;
      try {
        if (blocking) {
          begin();
        }
        n = stream.net.io(() -> write(from, first, count, blocking));
      } finally {
        if (blocking) {
          end(n > 0);
        }
      }
      return n == StreamSocket.UNAVAILABLE ? 0 : n;
    }

    private long write(ByteBuffer[] from, int first, int count, boolean blocking)
        throws IOException {
      ensureOpen(this);
      long n = Transfer.write(stream, from, first, count);
      while (n == StreamSocket.UNAVAILABLE && blocking) {
        stream.await(Endpoint.FOREVER);
        if (!isOpen()) {
          return n;
        }
        n = Transfer.write(stream, from, first, count);
      }
      return n;
    }

    @Override
    protected void implCloseSelectableChannel() {
      if (isBlocking() || !isRegistered()) {
        kill();
      }
    }

    @Override
    public void kill() {
      stream.net.run(stream::close);
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
      // each call looks
    }

    @Override
    public SelectableChannel self() {
      return this;
    }

    @Override
    public Endpoint endpoint() {
      return stream;
    }

    @Override
    public int pollBits(int ops) {
      return (ops & SelectionKey.OP_WRITE) != 0 ? Poll.OUT : 0;
    }

    @Override
    public int readyOps(int bits, int asked) {
      return (bits & Poll.OUT) != 0 ? SelectionKey.OP_WRITE & asked : 0;
    }
  }

  private static void ensureOpen(SelectableChannel channel) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
