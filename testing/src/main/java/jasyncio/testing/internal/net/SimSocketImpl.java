package jasyncio.testing.internal.net;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketImplFactory;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What `java.net`'s sockets stand on, of a simulated host: for [Socket#setSocketImplFactory] and
/// [java.net.ServerSocket#setSocketFactory].
///
/// Under it is a channel; until a server listens, that of a client.
public final class SimSocketImpl extends SocketImpl {
  private static final int MILLI = 1_000_000; // nanoseconds

  private final SimHost host;
  private @Nullable SimSocketChannel channel;
  private @Nullable SimServerSocketChannel server;
  private volatile int timeout; // milliseconds; 0 for none

  /// On a host, not open yet.
  public SimSocketImpl(SimHost host) {
    this.host = host;
  }

  /// Makes them, each on the host that then is the current one.
  public static SocketImplFactory factory(Supplier<SimHost> current) {
    return () -> new SimSocketImpl(current.get());
  }

  private SimSocketChannel channel() throws SocketException {
    if (channel == null) {
      throw new SocketException("Socket closed");
    }
    return channel;
  }

  private Socket socket() throws SocketException {
    return channel().socket();
  }

  // ---- connections ------------------------------------------------------------------------------

  @Override
  protected void create(boolean stream) throws IOException {
    if (!stream) {
      throw new IOException("a simulated host's sockets for datagrams are those of channels");
    }
    fd = new FileDescriptor(); // those above look whether there is one
    channel = (SimSocketChannel) host.provider().openSocketChannel();
  }

  @Override
  protected void bind(InetAddress address, int port) throws IOException {
    channel().bind(new InetSocketAddress(address, port));
    localport = Objects.requireNonNull(channel().localInet()).getPort();
  }

  @Override
  protected void connect(String name, int port) throws IOException {
    connect(new InetSocketAddress(host.resolve(name).getFirst(), port), 0);
  }

  @Override
  protected void connect(InetAddress to, int port) throws IOException {
    connect(new InetSocketAddress(to, port), 0);
  }

  @Override
  protected void connect(SocketAddress remote, int millis) throws IOException {
    if (!(remote instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("Unsupported address type");
    }
    var target = resolved(inet);
    address = target.getAddress();
    port = target.getPort();
    socket().connect(target, millis);
    localport = Objects.requireNonNull(channel().localInet()).getPort();
  }

  private InetSocketAddress resolved(InetSocketAddress inet) throws UnknownHostException {
    return inet.isUnresolved()
        ? new InetSocketAddress(host.resolve(inet.getHostString()).getFirst(), inet.getPort())
        : inet;
  }

  /// Only now is it known to be a server's.
  @Override
  protected void listen(int backlog) throws IOException {
    var bound = Objects.requireNonNull(channel().localInet());
    address = bound.getAddress();
    channel().close();
    var listening = (SimServerSocketChannel) host.provider().openServerSocketChannel();
    server = listening;
    listening.bind(bound, backlog);
  }

  @Override
  protected void accept(SocketImpl connection) throws IOException {
    if (!(connection instanceof SimSocketImpl accepted)) {
      throw new SocketException("a simulated host's server accepts only for its own sockets");
    }
    if (server == null) {
      throw new SocketException("Not listening");
    }
    try {
      var found = timeout == 0 ? server.accept() : server.acceptWithin((long) timeout * MILLI);
      accepted.accepted((SimSocketChannel) Objects.requireNonNull(found));
    } catch (ClosedChannelException e) {
      throw new SocketException("Socket closed");
    }
  }

  private void accepted(SimSocketChannel found) {
    channel = found;
    fd = new FileDescriptor();
    var remote = Objects.requireNonNull(found.remoteInet());
    address = remote.getAddress();
    port = remote.getPort();
    localport = Objects.requireNonNull(found.localInet()).getPort();
  }

  // ---- streams ----------------------------------------------------------------------------------

  @Override
  protected InputStream getInputStream() throws IOException {
    return new Input(channel());
  }

  @Override
  protected OutputStream getOutputStream() throws IOException {
    return new Output(channel());
  }

  @Override
  protected int available() throws IOException {
    return channel().available();
  }

  private final class Input extends InputStream {
    private final SimSocketChannel from;

    Input(SimSocketChannel from) {
      this.from = from;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) > 0 ? one[0] & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, to.length);
      if (length == 0) {
        return 0;
      }
      try {
        return from.read(
            to, offset, length, timeout == 0 ? Endpoint.FOREVER : (long) timeout * MILLI);
      } catch (ClosedChannelException e) {
        throw new SocketException("Socket closed");
      }
    }

    @Override
    public int available() throws IOException {
      return from.available();
    }

    @Override
    public void close() throws IOException {
      SimSocketImpl.this.close();
    }
  }

  private final class Output extends OutputStream {
    private final SimSocketChannel to;

    Output(SimSocketChannel to) {
      this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      try {
        to.writeFully(from, offset, length);
      } catch (ClosedChannelException e) {
        throw new SocketException("Socket closed");
      } catch (SocketException e) {
        throw e;
      } catch (IOException e) {
        throw new SocketException(e.getMessage()); // of a socket, whatever the channel said
      }
    }

    @Override
    public void close() throws IOException {
      SimSocketImpl.this.close();
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  protected void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected void shutdownInput() throws IOException {
    channel().shutdownInput();
  }

  @Override
  protected void shutdownOutput() throws IOException {
    channel().shutdownOutput();
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    throw new SocketException("Urgent data not supported");
  }

  // ---- options ----------------------------------------------------------------------------------

  @Override
  protected Set<SocketOption<?>> supportedOptions() {
    return server != null ? Options.LISTENER : Options.STREAM;
  }

  @Override
  protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
    if (server != null) {
      server.setOption(option, value);
    } else {
      channel().setOption(option, value);
    }
  }

  @Override
  protected <T> T getOption(SocketOption<T> option) throws IOException {
    return server != null ? server.getOption(option) : channel().getOption(option);
  }

  private static @Nullable SocketOption<?> option(int id) {
    return switch (id) {
      case SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
      case SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
      case SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
      case SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
      case SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
      case SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
      case SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
      case SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
      default -> null;
    };
  }

  @Override
  @SuppressWarnings("unchecked") // its channel checks
  public void setOption(int id, Object value) throws SocketException {
    if (id == SocketOptions.SO_TIMEOUT) {
      timeout = (Integer) value;
      return;
    }
    var option = option(id);
    if (option == null) {
      throw new SocketException("Unknown option " + id);
    }
    boolean off = id == SocketOptions.SO_LINGER && value instanceof Boolean;
    Object plain = off ? Integer.valueOf(-1) : value;
    SocketErrors.option(() -> {
      setOption((SocketOption<Object>) option, plain);
      return this;
    });
  }

  @Override
  public Object getOption(int id) throws SocketException {
    if (id == SocketOptions.SO_TIMEOUT) {
      return timeout;
    }
    if (id == SocketOptions.SO_BINDADDR) {
      var local = server != null ? (InetSocketAddress) server.local() : channel().localInet();
      return local == null ? Addresses.ANY_6 : local.getAddress();
    }
    var option = option(id);
    if (option == null) {
      throw new SocketException("Unknown option " + id);
    }
    return Objects.requireNonNull(SocketErrors.<Object>option(() -> getOption(option)));
  }
}
