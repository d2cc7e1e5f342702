package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.internal.base.Log;
import jasyncio.net.DatagramOptions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Opens, binds and connects the channel of an endpoint for datagrams. If it fails or is cancelled,
/// nothing is left open.
public final class DatagramBinder {
  private static final List<StandardProtocolFamily> BOTH =
      List.of(StandardProtocolFamily.INET6, StandardProtocolFamily.INET); // 6 hears 4 as well

  private final EventLoop loop;
  private final DatagramOptions options;
  private final @Nullable StandardProtocolFamily family;

  public DatagramBinder(EventLoop loop, DatagramOptions options) {
    this.loop = loop;
    this.options = options;
    var groups = options.multicast().groups();
    this.family =
        options.family() == null && !groups.isEmpty()
            ? Resolver.familyOf(groups.getFirst().address())
            : options.family();
  }

  /// A channel, and where it sends to though it is not connected.
  public record Bound(DatagramChannel channel, @Nullable InetSocketAddress remote) {}

  /// Addresses of one family.
  private record Pair(
      StandardProtocolFamily family,
      @Nullable InetSocketAddress local,
      @Nullable InetSocketAddress remote) {}

  /// Tries the families that have all the addresses, one after the other. Suspends while hosts are
  /// looked up.
  public Bound bind() throws IOException {
    IOException first = null;
    for (var pair : pairs()) {
      try {
        return bind(pair);
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first == null) {
      throw new IllegalArgumentException("can not get address information");
    }
    throw first;
  }

  private List<Pair> pairs() throws IOException {
    if (options.localAddress() == null && options.remoteAddress() == null) {
      if (family == null) {
        throw new IllegalArgumentException(
            "unexpected address family; give an address of this or the other side, or a family");
      }
      return List.of(new Pair(family, null, null));
    }
    var locals = resolve(options.localAddress());
    var remotes = resolve(options.remoteAddress());
    var families = new LinkedHashSet<StandardProtocolFamily>();
    for (var address : locals.isEmpty() ? remotes : locals) {
      families.add(Resolver.familyOf(address.getAddress()));
    }
    var pairs = new ArrayList<Pair>();
    for (var f : families) {
      var local = ofFamily(locals, f);
      var remote = ofFamily(remotes, f);
      if ((locals.isEmpty() || local != null) && (remotes.isEmpty() || remote != null)) {
        pairs.add(new Pair(f, local, remote));
      }
    }
    return pairs;
  }

  private static @Nullable InetSocketAddress ofFamily(
      List<InetSocketAddress> addresses, StandardProtocolFamily f) {
    for (var address : addresses) {
      if (Resolver.familyOf(address.getAddress()) == f) {
        return address;
      }
    }
    return null;
  }

  /// The addresses of a host; none for no address.
  private List<InetSocketAddress> resolve(@Nullable InetSocketAddress address) throws IOException {
    if (address == null) {
      return List.of();
    }
    var addresses = new ArrayList<InetSocketAddress>();
    if (!address.isUnresolved()) {
      if (family != null && family != Resolver.familyOf(address.getAddress())) {
        throw new UnknownHostException(address + " is no address of family " + family);
      }
      addresses.add(address);
    } else if (address.getHostString().isEmpty()) {
      for (var f : BOTH) {
        if (family == null || family == f) {
          addresses.add(Resolver.wildcard(f, address.getPort()));
        }
      }
    } else {
      for (var a : Resolver.resolve(loop, address.getHostString(), family)) {
        addresses.add(new InetSocketAddress(a, address.getPort()));
      }
    }
    return addresses;
  }

  private Bound bind(Pair pair) throws IOException {
    DatagramChannel channel;
    try {
      channel = LoopIo.of(loop).sockets().openDatagramChannel(pair.family);
    } catch (UnsupportedOperationException e) {
      throw new IOException("this system has no sockets of family " + pair.family, e);
    }
    try {
      setUp(channel);
      bind(channel, pair.local);
      var remote = pair.remote;
      if (remote != null && !options.allowBroadcast()) {
        connect(channel, remote);
        remote = null;
      }
      if (channel.getLocalAddress() == null) {
        channel.bind(null);
      }
      join(channel);
      return new Bound(channel, remote);
    } catch (Throwable e) {
      close(channel);
      throw e;
    }
  }

  private void setUp(DatagramChannel channel) throws IOException {
    channel.configureBlocking(false);
    if (options.reusePort()) {
      if (!channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        throw new IllegalArgumentException("reusePort is not supported by this system");
      }
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    if (options.allowBroadcast()) {
      channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
    }
    var multicast = options.multicast();
    if (!multicast.groups().isEmpty()) {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    }
    if (multicast.outgoing() != null) {
      channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, multicast.outgoing());
    }
    if (multicast.timeToLive() != null) {
      channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, multicast.timeToLive());
    }
    if (multicast.loopback() != null) {
      channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, multicast.loopback());
    }
  }

  private void bind(DatagramChannel channel, @Nullable InetSocketAddress local) throws IOException {
    if (local != null) {
      LoopIo.of(loop).beforeBind();
      try {
        channel.bind(local);
      } catch (IOException e) {
        throw AddressErrors.bind(local, e);
      }
    }
  }

  private static void connect(DatagramChannel channel, InetSocketAddress remote)
      throws IOException {
    try {
      channel.connect(remote);
    } catch (IOException e) {
      throw AddressErrors.connect(remote, e);
    }
  }

  private void join(DatagramChannel channel) throws IOException {
    for (var group : options.multicast().groups()) {
      var on = group.networkInterface();
      if (on == null) {
        on = firstFor(group.address());
      }
      if (group.source() == null) {
        channel.join(group.address(), on);
      } else {
        channel.join(group.address(), on, group.source());
      }
    }
  }

  /// An interface that is up and can do it; the loopback one only if there is no other.
  private static NetworkInterface firstFor(InetAddress group) throws IOException {
    NetworkInterface loopback = null;
    for (var each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isUp() && each.supportsMulticast() && hasFamilyOf(group, each)) {
        if (!each.isLoopback()) {
          return each;
        }
        loopback = each;
      }
    }
    if (loopback == null) {
      throw new SocketException("no network interface can receive from group " + group);
    }
    return loopback;
  }

  private static boolean hasFamilyOf(InetAddress group, NetworkInterface each) {
    return each.inetAddresses().anyMatch(a -> Resolver.familyOf(a) == Resolver.familyOf(group));
  }

  /// Closes a channel, of which nobody can expect anything any more.
  public static void close(DatagramChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      Log.log(Level.DEBUG, "cannot close a socket", e);
    }
  }
}
