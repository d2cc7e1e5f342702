package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A channel on a [ListenSocket].
final class SimServerSocketChannel extends ServerSocketChannel implements SimChannel {
  private static final int BACKLOG = 50; // if none is given

  private final ProtocolFamily family;
  private final ListenSocket socket;
  private final SimNetwork net;
  private @Nullable ServerSocket adaptor; // under the lock

  SimServerSocketChannel(SimProvider provider, ProtocolFamily family, ListenSocket socket) {
    super(provider);
    this.family = family;
    this.socket = socket;
    this.net = socket.net;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Nullable SocketAddress local() {
    return net.call(socket::local);
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return local();
  }

  @Override
  public ServerSocket socket() {
    return net.call(() -> {
      if (family == StandardProtocolFamily.UNIX) {
        throw new UnsupportedOperationException("Not supported");
      }
      if (adaptor == null) {
        adaptor = new ServerSocketView(this);
      }
      return adaptor;
    });
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return socket.options.supported();
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException {
    socket.options.check(option, value);
    ensureOpen();
    net.run(() -> socket.options.set(option, value));
    return this;
  }

  @Override
  @SuppressWarnings("unchecked") // it was checked when it was set
  public <T> T getOption(SocketOption<T> option) throws IOException {
    socket.options.check(option);
    ensureOpen();
    return (T) Objects.requireNonNull(net.call(() -> socket.options.get(option)));
  }

  @Override
  public ServerSocketChannel bind(@Nullable SocketAddress address, int backlog) throws IOException {
    net.io(() -> {
      ensureOpen();
      if (socket.local() != null) {
        throw new AlreadyBoundException();
      }
      socket.listen(address, backlog < 1 ? BACKLOG : backlog);
      return this;
    });
    return this;
  }

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    return accept(Endpoint.FOREVER);
  }

  /// For the adaptor: in blocking mode only.
  ///
  /// @param nanos at most so long
  SocketChannel acceptWithin(long nanos) throws IOException {
    if (!isBlocking()) {
      throw new IllegalBlockingModeException();
    }
    return Objects.requireNonNull(accept(net.nanos() + nanos));
  }

  private @Nullable SocketChannel accept(long deadline) throws IOException {
    ensureOpen();
    boolean blocking = isBlocking();
    StreamSocket accepted = null;
    try {
      if (blocking) {
        begin();
      }
      accepted = net.<@Nullable StreamSocket>io(() -> accept(blocking, deadline));
    } finally {
      if (blocking) {
        end(accepted != null);
      }
    }
    return accepted == null ? null : channel(accepted);
  }

  private @Nullable StreamSocket accept(boolean blocking, long deadline) throws IOException {
    ensureOpen();
    if (socket.local() == null) {
      throw new NotYetBoundException();
    }
    var accepted = socket.accept();
    while (accepted == null && blocking) {
      if (socket.isOver(deadline)) {
        throw new SocketTimeoutException("Accept timed out");
      }
      socket.await(deadline);
      if (!isOpen()) {
        return null;
      }
      accepted = socket.accept();
    }
    return accepted;
  }

  private SocketChannel channel(StreamSocket accepted) {
    return net.call(() -> {
      SocketAddress remote =
          switch (accepted) {
            case TcpSocket tcp -> tcp.remote();
            case LocalStream local -> local.remote();
            default -> throw new AssertionError(accepted);
          };
      return new SimSocketChannel((SimProvider) provider(), family, accepted, remote);
    });
  }

  @Override
  protected void implCloseSelectableChannel() {
    if (isBlocking() || !isRegistered()) {
      kill();
    }
  }

  @Override
  public void kill() {
    net.run(socket::close);
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
    return socket;
  }

  @Override
  public int pollBits(int ops) {
    return (ops & SelectionKey.OP_ACCEPT) != 0 ? Poll.IN : 0;
  }

  @Override
  public int readyOps(int bits, int asked) {
    return (bits & Poll.IN) != 0 ? SelectionKey.OP_ACCEPT & asked : 0;
  }

  @Override
  public String toString() {
    var text = getClass().getName() + "[";
    if (!isOpen()) {
      return text + "closed]";
    }
    var local = local();
    if (local == null) {
      return text + "unbound]";
    }
    return text + (family == StandardProtocolFamily.UNIX ? local : "") + "]"; // as the JDK has it
  }
}
