package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Log;
import jasyncio.internal.face.Tasks;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Names to addresses, off the loop: the system's resolver blocks.
public final class Resolver {
  private Resolver() {}

  /// The addresses of a host, in the resolver's order. Suspends; a literal address needs no
  /// resolver, and does not suspend.
  ///
  /// @throws UnknownHostException if there is none, or none of that family
  public static List<InetAddress> resolve(
      EventLoop loop, String host, @Nullable StandardProtocolFamily family) throws IOException {
    var literal = literal(host);
    var all = literal != null ? List.of(literal) : find(loop, host);
    var fitting = all.stream().filter(a -> family == null || family == familyOf(a)).toList();
    if (fitting.isEmpty()) {
      throw new UnknownHostException(host + " has no address of family " + family);
    }
    return fitting;
  }

  private static List<InetAddress> find(EventLoop loop, String host) throws UnknownHostException {
    var io = LoopIo.of(loop);
    return io.findsAddressesSlowly()
        ? Tasks.runInExecutor(
                loop,
                () -> loop.getDebug() ? lookUpTimed(loop, io, host) : io.addresses(host),
                () -> new WaitInfo(WaitInfo.Kind.THREAD, "the address of " + host))
            .await(UnknownHostException.class)
        : io.addresses(host);
  }

  private static List<InetAddress> lookUpTimed(EventLoop loop, LoopIo io, String host)
      throws UnknownHostException {
    double began = loop.time();
    var addresses = io.addresses(host);
    double took = loop.time() - began;
    Log.log(
        took >= loop.getSlowCallbackDuration() ? Level.INFO : Level.DEBUG,
        () ->
            String.format(
                Locale.ROOT,
                "Getting address info %s took %.3fms: %s",
                host,
                took * 1e3,
                addresses));
    return addresses;
  }

  /// An address whose host is looked up if that was not done yet. Suspends.
  public static SocketAddress ensureResolved(EventLoop loop, SocketAddress address)
      throws IOException {
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      var first = resolve(loop, inet.getHostString(), null).getFirst();
      return new InetSocketAddress(first, inet.getPort());
    }
    return Objects.requireNonNull(address, "address");
  }

  /// All that an address stands for: itself, or what its host is looked up as. Suspends.
  static List<InetSocketAddress> resolveAll(
      EventLoop loop, InetSocketAddress address, @Nullable StandardProtocolFamily family)
      throws IOException {
    if (!address.isUnresolved()) {
      return List.of(address);
    }
    return resolve(loop, address.getHostString(), family).stream()
        .map(a -> new InetSocketAddress(a, address.getPort()))
        .toList();
  }

  private static @Nullable InetAddress literal(String host) {
    if (host.isEmpty()
        || (host.indexOf(':') < 0 && Character.digit(host.charAt(host.length() - 1), 10) < 0)) {
      return null; // looks like a name
    }
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  static StandardProtocolFamily familyOf(InetAddress address) {
    return address instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  static InetSocketAddress wildcard(StandardProtocolFamily family, int port)
      throws UnknownHostException {
    var any = family == StandardProtocolFamily.INET ? new byte[4] : new byte[16];
    return new InetSocketAddress(InetAddress.getByAddress(any), port);
  }

  /// Has the families take turns, after `first` addresses of the first one: RFC 8305, section 4.
  public static List<InetAddress> interleave(List<InetAddress> addresses, int first) {
    var families = new LinkedHashMap<Class<?>, List<InetAddress>>();
    for (var address : addresses) {
      families
          .computeIfAbsent(
              address instanceof Inet4Address ? Inet4Address.class : Inet6Address.class,
              f -> new ArrayList<>())
          .add(address);
    }
    var lists = List.copyOf(families.values());
    if (first <= 0 || lists.size() < 2) {
      return addresses;
    }
    int head = Math.min(first - 1, lists.getFirst().size());
    var turns = new ArrayList<>(lists.getFirst().subList(0, head));
    var one = lists.getFirst().subList(head, lists.getFirst().size());
    var other = lists.getLast();
    for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
      int index = i;
      Stream.of(one, other).filter(l -> index < l.size()).forEach(l -> turns.add(l.get(index)));
    }
    return turns;
  }
}
