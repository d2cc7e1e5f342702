package jasyncio.net;

import jasyncio.EventLoop;
import java.io.IOException;
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

/// Binds the sockets of a server: all of them, or none.
final class Listeners {
  private static final int SOCKET_TYPE = 0140000; // of a file's mode: S_IFSOCK
  private static final int TYPE_MASK = 0170000;

  private final EventLoop loop;
  private final ServerOptions options;

  Listeners(EventLoop loop, ServerOptions options) {
    this.loop = loop;
    this.options = options;
  }

  /// One socket for each address of the hosts. Suspends while names are resolved.
  Server.Listening bind(Collection<? extends @Nullable String> hosts, int port) throws IOException {
    var addresses = new LinkedHashSet<InetSocketAddress>();
    for (var host : hosts) {
      if (host == null || host.isEmpty()) {
        addresses.add(everywhere(port));
      } else {
        for (var address : Resolver.resolve(loop, host, options.family())) {
          addresses.add(new InetSocketAddress(address, port));
        }
      }
    }
    var channels = new ArrayList<ServerSocketChannel>();
    try {
      for (var address : addresses) {
        var channel = ServerSocketChannel.open(Resolver.familyOf(address.getAddress()));
        channels.add(channel);
        bind(channel, address);
      }
    } catch (Throwable e) {
      channels.forEach(Acceptor::closeChannel);
      throw e;
    }
    return new Server.Listening(channels, options.backlog(), null);
  }

  /// All interfaces: of Java's sockets, one of family INET6 hears IPv4 as well, where there is
  /// IPv6.
  private InetSocketAddress everywhere(int port) throws IOException {
    var family = options.family() != null ? options.family() : StandardProtocolFamily.INET6;
    if (family == StandardProtocolFamily.INET6 && !hasIpv6()) {
      family = StandardProtocolFamily.INET;
    }
    return Resolver.wildcard(family, port);
  }

  private static boolean hasIpv6() throws IOException {
    try (var probe = ServerSocketChannel.open(StandardProtocolFamily.INET6)) {
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
    try {
      channel.bind(address, options.backlog());
    } catch (IOException e) {
      throw Failures.bind(address, e);
    }
  }

  /// A Unix-domain socket. A file that a former server left behind is removed first.
  Server.Listening bind(Path path) throws IOException {
    if (isSocket(path)) {
      Files.deleteIfExists(path);
    }
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      doBind(channel, UnixDomainSocketAddress.of(path));
      var inode = Files.getAttribute(path, "unix:ino");
      Runnable cleanUp = options.cleanUpSocket() ? () -> removeIfOurs(path, inode) : null;
      return new Server.Listening(List.of(channel), options.backlog(), cleanUp);
    } catch (Throwable e) {
      Acceptor.closeChannel(channel);
      throw e;
    }
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
      NetLog.LOGGER.log(
          System.Logger.Level.WARNING,
          "cannot remove the socket " + path + " of a closed server",
          e);
    }
  }
}
