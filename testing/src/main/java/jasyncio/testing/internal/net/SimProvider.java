package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;

/// Opens the channels and selectors of a simulated host's programs.
final class SimProvider extends SelectorProvider {
  private final SimHost host;

  SimProvider(SimHost host) {
    this.host = host;
  }

  SimHost host() {
    return host;
  }

  private ProtocolFamily standard() {
    return host.hasIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }

  private void check(ProtocolFamily family, boolean unix) {
    Objects.requireNonNull(family, "'family' is null");
    if (family == StandardProtocolFamily.INET6 && !host.hasIpv6()) {
      throw new UnsupportedOperationException("IPv6 not available");
    }
    boolean known =
        family == StandardProtocolFamily.INET
            || family == StandardProtocolFamily.INET6
            || (unix && family == StandardProtocolFamily.UNIX);
    if (!known) {
      throw new UnsupportedOperationException("Protocol family not supported");
    }
  }

  private <E extends Endpoint> E opened(E endpoint) throws IOException {
    return host.network()
        .io(() -> {
          if (!host.canOpen(1)) {
            throw Fault.TOO_MANY_FILES.ofSocket();
          }
          endpoint.open();
          return endpoint;
        });
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return openSocketChannel(standard());
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    check(family, true);
    var socket =
        family == StandardProtocolFamily.UNIX ? new LocalStream(host) : new TcpSocket(host, family);
    return new SimSocketChannel(this, family, opened(socket));
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return openServerSocketChannel(standard());
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    check(family, true);
    var socket =
        family == StandardProtocolFamily.UNIX
            ? new UnixListener(host)
            : new TcpListener(host, family);
    return new SimServerSocketChannel(this, family, opened(socket));
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return openDatagramChannel(standard());
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    check(family, false);
    return new SimDatagramChannel(this, family, opened(new UdpSocket(host, family)));
  }

  @Override
  public Pipe openPipe() throws IOException {
    var ends = LocalStream.pipe(host);
    return host.network()
        .io(() -> {
          if (!host.canOpen(2)) {
            throw Fault.TOO_MANY_FILES.ofFile();
          }
          ends[0].open();
          ends[1].open();
          return new SimPipe(this, ends[0], ends[1]);
        });
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    var selector = new SimSelector(this);
    return host.network()
        .io(() -> {
          if (!host.canOpen(1)) {
            throw Fault.TOO_MANY_FILES.ofFile();
          }
          selector.endpoint().open();
          return selector;
        });
  }

  @Override
  public String toString() {
    return "SimProvider[" + host + "]";
  }
}
