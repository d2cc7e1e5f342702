package jasyncio.internal.net;

import jasyncio.Awaitable;
import jasyncio.EventLoop;
import jasyncio.internal.base.Log;
import jasyncio.internal.face.Tasks;
import jasyncio.net.ServerOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Binds the sockets of a server: all of them that this machine has addresses for, or none.
public final class Listeners {
  private static final int SOCKET_TYPE = 0140000; // of a file's mode: S_IFSOCK
  private static final int TYPE_MASK = 0170000;

  private final EventLoop loop;
  private final ServerOptions options;

  public Listeners(EventLoop loop, ServerOptions options) {
    this.loop = loop;
    this.options = options;
  }

  /// Sockets that are bound and listen.
  public record Listening(List<ServerSocketChannel> channels, int backlog, Runnable cleanUp) {}

  /// One socket for each address of the hosts. Suspends while names are resolved.
  public Listening bind(Collection<? extends @Nullable String> hosts, int port) throws IOException {
    var lookups = new ArrayList<Awaitable<List<InetSocketAddress>, ?>>();
    hosts.forEach(host -> lookups.add(() -> resolve(host, port)));
    var addresses = new LinkedHashSet<InetSocketAddress>();
    Tasks.gather(lookups).await(IOException.class).forEach(addresses::addAll);
    return listen(addresses);
  }

  /// An address, of which there may be several if it is not resolved. Suspends while it is.
  public Listening bind(SocketAddress address) throws IOException {
    return switch (address) {
      case UnixDomainSocketAddress unix -> bindUnix(unix);
      case InetSocketAddress inet when inet.isUnresolved() ->
          listen(resolve(inet.getHostString(), inet.getPort()));
      case InetSocketAddress inet when inet.getAddress().isAnyLocalAddress() ->
          listen(List.of(everywhere(inet.getPort())));
      case InetSocketAddress inet -> listen(List.of(inet));
      default -> throw AddressErrors.unknown(address);
    };
  }

  private Listening listen(Collection<InetSocketAddress> addresses) throws IOException {
    var channels = new ArrayList<ServerSocketChannel>();
    var missing = new ArrayList<Exception>();
    try {
      for (var address : addresses) {
        try {
          channels.add(listen(address));
        } catch (UnsupportedOperationException | IOException e) {
          if (isAvailable(address.getAddress())) {
            throw e;
          }
          missing.add(e); // a family that is switched off, most likely: the others do
        }
      }
      if (channels.isEmpty()) {
        throw noneOf(addresses, missing);
      }
    } catch (Throwable e) {
      channels.forEach(Acceptor::closeChannel);
      throw e;
    }
    return new Listening(channels, options.backlog(), () -> {});
  }

  private List<InetSocketAddress> resolve(@Nullable String host, int port) throws IOException {
    if (host == null || host.isEmpty()) {
      return List.of(everywhere(port));
    }
    return Resolver.resolve(loop, host, options.family()).stream()
        .map(address -> new InetSocketAddress(address, port))
        .toList();
  }

  private ServerSocketChannel open(StandardProtocolFamily family) throws IOException {
    return LoopIo.of(loop).sockets().openServerSocketChannel(family);
  }

  private ServerSocketChannel listen(InetSocketAddress address) throws IOException {
    var channel = open(Resolver.familyOf(address.getAddress()));
    try {
      bind(channel, address);
      return channel;
    } catch (Throwable e) {
      Acceptor.closeChannel(channel);
      throw e;
    }
  }

  /// Whether an address is one of this machine's, or why it cannot be listened on is something
  /// else. Why a bind has failed, the JDK does not tell.
  private boolean isAvailable(InetAddress address) {
    try (var probe = open(Resolver.familyOf(address))) {
      return canBind(probe, address);
    } catch (UnsupportedOperationException e) {
      return false; // no sockets of that family
    } catch (IOException e) {
      return true; // no sockets at all any more, most likely
    }
  }

  private static boolean canBind(ServerSocketChannel probe, InetAddress address) {
    try {
      probe.bind(new InetSocketAddress(address, 0));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static IOException noneOf(
      Collection<InetSocketAddress> addresses, List<Exception> causes) {
    var none = new BindException("could not bind on any address out of " + addresses);
    causes.forEach(none::addSuppressed);
    return none;
  }

  /// All interfaces: of Java's sockets, one of family INET6 hears IPv4 as well, where there is
  /// IPv6.
  private InetSocketAddress everywhere(int port) throws IOException {
    var family = options.family();
    if (family == null) {
      family = hasIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }
    return Resolver.wildcard(family, port);
  }

  private boolean hasIpv6() throws IOException {
    try (var probe = open(StandardProtocolFamily.INET6)) {
      return probe.isOpen();
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  private void bind(ServerSocketChannel channel, InetSocketAddress address) throws IOException {
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, options.reuseAddress());
    if (options.reusePort()) {
      if (!channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        throw new IllegalArgumentException("reusePort is not supported by this system");
      }
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    doBind(channel, address);
  }

  private void doBind(ServerSocketChannel channel, SocketAddress address) throws IOException {
    LoopIo.of(loop).beforeBind();
    try {
      channel.bind(address, options.backlog());
    } catch (IOException e) {
      throw AddressErrors.bind(address, e);
    }
  }

  /// A Unix-domain socket. One that is there already is removed first, whoever listens on it.
  private Listening bindUnix(UnixDomainSocketAddress address) throws IOException {
    var path = address.getPath();
    if (isSocket(path)) {
      Files.deleteIfExists(path);
    }
    var channel = open(StandardProtocolFamily.UNIX);
    try {
      doBind(channel, address);
      return listening(channel);
    } catch (Throwable e) {
      Acceptor.closeChannel(channel);
      throw e;
    }
  }

  /// A bound channel; the file of a Unix-domain socket is removed at the end.
  public Listening listening(ServerSocketChannel channel) throws IOException {
    return new Listening(List.of(channel), options.backlog(), cleanUp(channel.getLocalAddress()));
  }

  private Runnable cleanUp(@Nullable SocketAddress address) throws IOException {
    if (!options.cleanUpSocket()
        || !(address instanceof UnixDomainSocketAddress unix)
        || !Files.exists(unix.getPath())) {
      return () -> {};
    }
    var path = unix.getPath();
    var inode = Files.getAttribute(path, "unix:ino");
    return () -> removeIfOurs(path, inode);
  }

  private static boolean isSocket(Path path) throws IOException {
    return Files.exists(path)
        && ((Integer) Files.getAttribute(path, "unix:mode") & TYPE_MASK) == SOCKET_TYPE;
  }

  private static void removeIfOurs(Path path, Object inode) {
    try {
      if (Files.exists(path) && Objects.equals(Files.getAttribute(path, "unix:ino"), inode)) {
        Files.delete(path);
      }
    } catch (IOException e) {
      Log.log(
          System.Logger.Level.WARNING,
          "cannot remove the socket " + path + " of a closed server",
          e);
    }
  }
}
