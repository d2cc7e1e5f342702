package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// A host of a [SimNetwork]: its addresses, names, and what its programs have open. Any thread may
/// call anything.
public final class SimHost {
  private final SimNetwork network;
  private final String name;
  private final List<InetAddress> addresses;
  private final SimProvider provider = new SimProvider(this);
  private final Map<SimHost, Link> links = new LinkedHashMap<>();
  private final LinkedHashSet<Endpoint> descriptors = new LinkedHashSet<>();
  private final Names names;

  final PortTable<TcpBound> tcp = new PortTable<>();
  final PortTable<UdpSocket> udp = new PortTable<>();
  final Map<Path, UnixListener> unix = new LinkedHashMap<>();
  private UnaryOperator<Path> files = path -> path;
  private int descriptorLimit = Integer.MAX_VALUE;
  private boolean up = true;
  private boolean ipv6 = true;
  private volatile Runnable onReady = () -> {};

  SimHost(SimNetwork network, String name, List<InetAddress> addresses) {
    this.network = network;
    this.name = name;
    this.addresses = addresses;
    this.names = new Names(this);
  }

  /// {@return the network}
  public SimNetwork network() {
    return network;
  }

  /// {@return its name}
  public String name() {
    return name;
  }

  /// {@return what others reach it by; its loopback addresses are not among them}
  public List<InetAddress> addresses() {
    return addresses;
  }

  /// {@return what opens the sockets, pipes and selectors of its programs}
  public SelectorProvider provider() {
    return provider;
  }

  // ---- names ------------------------------------------------------------------------------------

  /// Looks up a name, as this host sees it. Waits, if that was made slow: a thread waits for the
  /// world's time.
  ///
  /// @param host a host's name, `localhost`, or a literal address
  /// @throws UnknownHostException if there is no such name, or that was asked for
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    return names.resolve(host);
  }

  /// {@return how this host finds names}
  public Names names() {
    return names;
  }

  // ---- what it is like --------------------------------------------------------------------------

  /// How many descriptors its programs can have open at a time; default: no limit. A pipe takes
  /// two.
  public void descriptorLimit(int limit) {
    network.run(() -> descriptorLimit = limit);
  }

  /// {@return how many descriptors its programs have open}
  public int descriptors() {
    return network.call(descriptors::size);
  }

  /// Whether there are sockets of family INET6; default true.
  public void ipv6(boolean available) {
    network.run(() -> ipv6 = available);
  }

  boolean hasIpv6() {
    return ipv6;
  }

  /// Where the file of a Unix-domain socket is, given the path in its address: in the default file
  /// system, if nothing is said.
  public void files(UnaryOperator<Path> place) {
    network.run(() -> files = place);
  }

  Path file(Path path) {
    return files.apply(path);
  }

  /// Has `hook` run whenever a selector of this host's may have found something, or was woken: a
  /// call of its [Selector#selectNow()] would tell. It is called with the network's lock held,
  /// often more than once, by any thread; it does not block.
  public void onReady(Runnable hook) {
    onReady = hook;
  }

  void selectorReady() {
    onReady.run();
  }

  /// Whether a selector of this host's has something, or was woken: to wait in it would end at
  /// once.
  ///
  /// @throws IllegalArgumentException if it is none of a simulated host
  public static boolean isReady(Selector selector) {
    if (!(selector instanceof SimSelector simulated)) {
      throw new IllegalArgumentException(selector + " is not a selector of a simulated host");
    }
    return simulated.isReady();
  }

  // ---- life -------------------------------------------------------------------------------------

  /// All that its programs have open vanishes, without a word: what is on its way to others arrives
  /// there; who sends to one of its sockets gets a reset. The host itself stays there, so programs
  /// may start on it again.
  ///
  /// @param resetPeers whether those at the other end of its connections get their reset now
  public void crash(boolean resetPeers) {
    network.run(() -> {
      network.note(() -> name + " crashes");
      if (resetPeers) {
        tcp.forEach(TcpBound::resetPeer);
      }
      var sockets = new LinkedHashSet<Endpoint>(descriptors);
      tcp.forEach(bound -> sockets.add((Endpoint) bound));
      descriptors.clear();
      tcp.clear();
      udp.clear();
      unix.clear();
      sockets.forEach(Endpoint::vanish);
    });
  }

  /// Whether it answers at all: what comes to a host that is down is lost. It is up at first. What
  /// its programs have open stays.
  public void up(boolean on) {
    network.run(() -> up = on);
  }

  /// {@return whether it answers}
  public boolean isUp() {
    return network.call(() -> up);
  }

  /// Takes it off the network, with all that it has open. Its name and addresses are free again.
  public void close() {
    network.remove(this);
    up(false);
  }

  // ---- under the lock ---------------------------------------------------------------------------

  boolean owns(InetAddress address) {
    return address.isLoopbackAddress() || addresses.contains(address);
  }

  /// The address that others see, of what is sent to one of theirs.
  InetAddress source(InetAddress target) throws IOException {
    boolean ipv4 = Addresses.isIpv4(target);
    if (target.isLoopbackAddress()) {
      return ipv4 ? Addresses.LOOPBACK_4 : Addresses.LOOPBACK_6;
    }
    if (owns(target)) {
      return target;
    }
    for (var address : addresses) {
      if (Addresses.isIpv4(address) == ipv4) {
        return address;
      }
    }
    throw Fault.NETWORK_UNREACHABLE.ofSocket();
  }

  Link linkTo(SimHost other) {
    var link = links.get(other);
    if (link == null) {
      link = network.newLink(this, other);
      links.put(other, link);
    }
    return link;
  }

  /// All that there are to others.
  Collection<Link> links() {
    return links.values().stream().filter(link -> link.to() != this).toList();
  }

  /// Whether so many more descriptors could be opened.
  boolean canOpen(int more) {
    return descriptors.size() + more <= descriptorLimit;
  }

  void opened(Endpoint endpoint) {
    descriptors.add(endpoint);
  }

  void released(Endpoint endpoint) {
    descriptors.remove(endpoint);
  }

  /// Whether one of its sockets is in a group.
  boolean hasMember(InetAddress group) {
    boolean[] found = {false};
    udp.forEach(socket -> found[0] |= socket.isMember(group));
    return found[0];
  }

  void addConnectionsTo(List<SimNetwork.Connection> all) {
    tcp.forEach(bound -> bound.addConnectionTo(all));
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public boolean equals(Object o) {
    return this == o;
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(name);
  }
}
