package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/// Has all sockets of a JVM be simulated, on one host with the machine's addresses, in real time:
/// for `-Djava.nio.channels.spi.SelectorProvider=` with this class's name. From when the first
/// channel is opened that goes for `java.net.Socket` and `ServerSocket`, too.
public final class RealTimeProvider extends SelectorProvider {
  private static final SimHost HOST = newHost();

  static {
    replacePlainSockets();
  }

  @SuppressWarnings("deprecation") // a JVM has one of these, and this one is made for that
  private static void replacePlainSockets() {
    try {
      var factory = SimSocketImpl.factory(() -> HOST);
      Socket.setSocketImplFactory(factory);
      ServerSocket.setSocketFactory(factory);
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static SimHost newHost() {
    try {
      var addresses =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> !address.isLoopbackAddress())
              .distinct()
              .toArray(InetAddress[]::new);
      return new SimNetwork(new RealTimeWorld()).host("this-machine", addresses);
    } catch (SocketException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// {@return the host that all channels are on}
  public static SimHost host() {
    return HOST;
  }

  private final SelectorProvider provider = HOST.provider();

  /// For the JDK, which calls it by its name.
  public RealTimeProvider() {}

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return provider.openSocketChannel();
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return provider.openSocketChannel(family);
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return provider.openServerSocketChannel();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return provider.openServerSocketChannel(family);
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return provider.openDatagramChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return provider.openDatagramChannel(family);
  }

  @Override
  public Pipe openPipe() throws IOException {
    return provider.openPipe();
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return provider.openSelector();
  }

  @Override
  public @Nullable Channel inheritedChannel() {
    return null;
  }
}
