package jasyncio.internal.net;

import jasyncio.WaitInfo;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import jasyncio.net.Protocol;
import jasyncio.net.SendfileNotAvailableException;
import jasyncio.net.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/// Sends files. See [Transports#sendfile(Transport, FileChannel, long, Long, boolean)].
public final class Sendfile {
  private static final int CHUNK = 256 * 1024;

  private final FileChannel file;
  private long position;
  private final long end;

  private Sendfile(FileChannel file, long position, long end) {
    this.file = file;
    this.position = position;
    this.end = end;
  }

  public static long send(
      Transport transport, FileChannel file, long offset, @Nullable Long count, boolean fallback)
      throws IOException {
    check(offset, count);
    if (transport.isClosing()) {
      throw new IllegalStateException("Transport is closing");
    } else if (transport.getProtocol() instanceof Gate) {
      throw new IllegalStateException("unable to sendfile; sendfile is in progress");
    }
    var sending = new Sendfile(file, offset, end(file, offset, count));
    try {
      if (transport instanceof SocketTransport socket) {
        sending.natively(socket);
      } else if (fallback) {
        sending.piecewise(transport);
      } else {
        throw new SendfileNotAvailableException(
            "sendfile syscall is not available for transport " + transport);
      }
    } finally {
      file.position(sending.position);
    }
    return sending.position - offset;
  }

  public static void check(long offset, @Nullable Long count) {
    if (offset < 0) {
      throw new IllegalArgumentException(
          "offset must be a non-negative integer (got " + offset + ")");
    }
    if (count != null && count <= 0) {
      throw new IllegalArgumentException("count must be a positive integer (got " + count + ")");
    }
  }

  /// Where sending ends: behind the part, or with the file.
  public static long end(FileChannel file, long offset, @Nullable Long count) throws IOException {
    long size = file.size();
    return count == null || count > size - offset ? size : offset + count;
  }

  private void natively(SocketTransport socket) throws IOException {
    boolean resume = socket.isReading();
    socket.pauseReading();
    try {
      transfer(socket);
    } finally {
      if (resume) {
        socket.resumeReading();
      }
    }
  }

  private void transfer(SocketTransport socket) throws IOException {
    var channel = socket.beginSendfile();
    try {
      while (position < end) {
        long sent = transfer(file, position, end, channel);
        if (sent == 0 && file.size() <= position) {
          return; // it has become shorter
        }
        position += sent;
        if (position < end) {
          socket.awaitWritable();
        }
      }
    } finally {
      socket.endSendfile();
    }
  }

  /// Sends as much as the channel takes now.
  public static long transfer(
      FileChannel file, long position, long end, WritableByteChannel channel) throws IOException {
    try {
      return file.transferTo(position, end - position, channel);
    } catch (IOException e) {
      throw ConnectionErrors.ofSocketOrFile(e);
    }
  }

  private void piecewise(Transport transport) throws IOException {
    var loop = Current.loop();
    var buffer = ByteBuffer.allocate(CHUNK);
    try (var gate = new Gate(transport)) {
      while (position < end) {
        gate.pass();
        buffer.clear().limit((int) Math.min(CHUNK, end - position));
        int n =
            Tasks.<Integer>runInExecutor(
                    loop,
                    () -> file.read(buffer, position),
                    () -> new WaitInfo(WaitInfo.Kind.THREAD, "a piece of the file to be sent"))
                .await(IOException.class);
        if (n < 0) {
          return;
        }
        gate.pass(); // it may have been lost meanwhile
        transport.write(buffer.flip());
        position += n;
      }
      gate.pass();
    }
  }

  /// Stands in for the protocol meanwhile: lets pieces through as fast as they can be sent. In the
  /// end the protocol is told what it has missed, strictly in turn as ever.
  private static final class Gate implements Protocol, AutoCloseable {
    private final Transport transport;
    private final Protocol protocol;
    private final boolean resume;
    private final boolean toldToPause; // what the protocol knows
    private final LazyWaitList passers = new LazyWaitList(this);
    private boolean closed;
    private @Nullable Throwable reason; // once the connection is lost

    Gate(Transport transport) {
      this.transport = transport;
      this.protocol = (Protocol) transport.getProtocol();
      this.resume = transport.isReading();
      this.toldToPause = Outgoing.isPaused(transport);
      this.closed = toldToPause;
      transport.pauseReading();
      standIn(this);
    }

    private void standIn(Protocol p) {
      switch (transport) {
        case PipeTransport pipe -> pipe.standIn(p);
        case TlsAppTransport tls -> tls.standIn(p);
        default -> transport.setProtocol(p);
      }
    }

    void pass() throws IOException {
      if (transport.isClosing()) {
        throw new SocketException("Connection closed by peer");
      }
      if (closed) {
        passers.await(
            () -> Peers.waitInfo(transport, "", " to take more", "the connection to take more"));
        if (reason != null) {
          throw Sneaky.rethrow(reason, IOException.class);
        }
      }
    }

    @Override
    public void pauseWriting() {
      closed = true;
    }

    @Override
    public void resumeWriting() {
      closed = false;
      passers.wakeAll();
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      reason = exception != null ? exception : new SocketException("Connection is closed by peer");
      passers.wakeAll();
      protocol.connectionLost(exception);
    }

    @Override
    public boolean eofReceived() {
      return protocol.eofReceived();
    }

    @Override
    public void close() {
      standIn(protocol);
      if (resume) {
        transport.resumeReading();
      }
      if (reason != null || closed == toldToPause) {
        return;
      }
      if (closed) {
        protocol.pauseWriting();
      } else {
        protocol.resumeWriting();
      }
    }
  }
}
