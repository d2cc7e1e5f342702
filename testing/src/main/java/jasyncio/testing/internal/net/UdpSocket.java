package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A socket for datagrams. Under the lock.
final class UdpSocket extends Endpoint implements PortTable.Bound {
  private static final int LONGEST = 65_507;
  private static final int OVERHEAD = 768; // what Linux takes of the buffer for the smallest

  final Options options = new Options(Options.DATAGRAM);
  private final ProtocolFamily family;
  private @Nullable InetSocketAddress local;
  private @Nullable InetSocketAddress remote;
  private boolean refused; // nobody has the port that was sent to, which one hears once
  private final ArrayDeque<Datagram> received = new ArrayDeque<>();
  private int receivedSize;
  private final ArrayList<Membership> memberships = new ArrayList<>();

  /// What has come; nobody compares them.
  @SuppressWarnings("ArrayRecordComponent")
  record Datagram(byte[] data, InetSocketAddress from) {
    int size() {
      return Math.ceilDiv(data.length + 1, 256) * 256 + OVERHEAD - 256;
    }
  }

  UdpSocket(SimHost host, ProtocolFamily family) {
    super(host);
    this.family = family;
  }

  @Nullable InetSocketAddress local() {
    return local;
  }

  @Nullable InetSocketAddress remote() {
    return remote;
  }

  @Override
  public InetSocketAddress boundTo() {
    return Objects.requireNonNull(local);
  }

  @Override
  public boolean reuseAddress() {
    return options.is(StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public boolean reusePort() {
    return options.is(StandardSocketOptions.SO_REUSEPORT);
  }

  @Override
  public boolean isListening() {
    return false;
  }

  private void ensureThere() throws IOException {
    if (vanished) {
      throw Fault.CRASHED.ofFile();
    }
  }

  // ---- addresses --------------------------------------------------------------------------------

  void bind(InetSocketAddress wanted) throws IOException {
    ensureThere();
    var address = wanted.getAddress();
    boolean foreign =
        !address.isAnyLocalAddress() && !address.isMulticastAddress() && !host.owns(address);
    if (foreign && !address.equals(Addresses.BROADCAST)) {
      throw Fault.ADDRESS_NOT_AVAILABLE.ofSocket();
    }
    int port = wanted.getPort() != 0 ? wanted.getPort() : host.udp.anyPort(net.nanos());
    local = new InetSocketAddress(address, port);
    try {
      host.udp.add(this, net.nanos());
    } catch (IOException e) {
      local = null;
      throw e;
    }
  }

  void connect(InetSocketAddress target) throws IOException {
    ensureThere();
    var source = sourceFor(target.getAddress());
    move(new InetSocketAddress(source, boundTo().getPort()));
    remote = target;
    received.clear();
    receivedSize = 0;
  }

  void disconnect(InetSocketAddress before) {
    remote = null;
    refused = false;
    move(before);
  }

  private void move(InetSocketAddress to) {
    host.udp.remove(this);
    local = to;
    host.udp.addAnyway(this);
  }

  private InetAddress sourceFor(InetAddress target) throws IOException {
    var own = boundTo().getAddress();
    if (!own.isAnyLocalAddress()) {
      return own;
    }
    if (target.isMulticastAddress() || target.equals(Addresses.BROADCAST)) {
      boolean ipv4 = Addresses.isIpv4(target);
      for (var address : host.addresses()) {
        if (Addresses.isIpv4(address) == ipv4) {
          return address;
        }
      }
      return ipv4 ? Addresses.LOOPBACK_4 : Addresses.LOOPBACK_6;
    }
    return host.source(target);
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Sends all that is left of a buffer.
  int send(ByteBuffer from, InetSocketAddress target) throws IOException {
    ensureThere();
    tellRefusal();
    int length = from.remaining();
    if (length > LONGEST) {
      throw Fault.MESSAGE_TOO_LONG.ofSocket();
    }
    var address = target.getAddress();
    if (address.equals(Addresses.BROADCAST) && !options.is(StandardSocketOptions.SO_BROADCAST)) {
      throw Fault.ACCESS.ofSocket();
    }
    var source = new InetSocketAddress(sourceFor(address), boundTo().getPort());
    var data = new byte[length];
    from.get(data);
    for (var to : targets(address)) {
      send(data, source, target, to);
    }
    return length;
  }

  /// Sends to where it is connected.
  int write(ByteBuffer from) throws IOException {
    return send(from, Objects.requireNonNull(remote));
  }

  private List<SimHost> targets(InetAddress address) {
    if (address.isMulticastAddress()) {
      if (address.isMCNodeLocal() || options.timeToLive() == 0) {
        return List.of(host);
      }
      boolean own = options.is(StandardSocketOptions.IP_MULTICAST_LOOP);
      return net.everybody().stream()
          .filter(to -> to == host ? own : !host.addresses().isEmpty())
          .filter(to -> to.hasMember(address))
          .toList();
    }
    if (address.equals(Addresses.BROADCAST)) {
      return List.copyOf(net.everybody());
    }
    var to = net.find(host, address);
    return to == null ? List.of() : List.of(to);
  }

  private void send(byte[] data, InetSocketAddress source, InetSocketAddress target, SimHost to) {
    host.linkTo(to)
        .sendDatagram(
            new OnTheWay(data, source, target, to), () -> new OnTheWay(data, source, target, to));
  }

  private final class OnTheWay extends Packet {
    private static final int IP_AND_UDP = 28;
    private final byte[] data;
    private final InetSocketAddress source;
    private final InetSocketAddress target;
    private final SimHost to;

    OnTheWay(byte[] data, InetSocketAddress source, InetSocketAddress target, SimHost to) {
      super("datagram", data.length);
      this.data = data;
      this.source = source;
      this.target = target;
      this.to = to;
    }

    @Override
    int size() {
      return bytes + IP_AND_UDP;
    }

    @Override
    void arrive() {
      var address = target.getAddress();
      boolean many = address.isMulticastAddress() || address.equals(Addresses.BROADCAST);
      var receivers = many ? all() : one();
      var datagram = new Datagram(data, source);
      receivers.forEach(receiver -> receiver.receive(datagram));
      if (receivers.isEmpty() && !many) {
        to.linkTo(host).send(new Unreachable());
      }
    }

    private List<UdpSocket> all() {
      return to.udp.at(target.getPort()).stream()
          .filter(socket -> socket.score(source, target.getAddress()) > 0)
          .toList();
    }

    /// Of several that fit equally, the first of those that share the port by SO_REUSEPORT that the
    /// sender's port points at; else the youngest.
    private List<UdpSocket> one() {
      var best = new ArrayList<UdpSocket>();
      int score = 1;
      for (var socket : to.udp.at(target.getPort())) {
        int its = socket.score(source, target.getAddress());
        if (its > score) {
          best.clear();
          score = its;
        }
        if (its == score) {
          best.add(socket);
        }
      }
      if (best.isEmpty()) {
        return best;
      }
      var last = best.getLast();
      return List.of(last.reusePort() ? best.get(source.getPort() % best.size()) : last);
    }
  }

  /// Tells the sender that nobody has the port.
  private final class Unreachable extends Packet {
    Unreachable() {
      super("port unreachable", 0);
    }

    @Override
    void arrive() {
      if (remote != null) { // others are not told
        refused = true;
        changed(Poll.ALL);
      }
    }
  }

  private void tellRefusal() throws PortUnreachableException {
    if (refused) {
      refused = false;
      throw new PortUnreachableException();
    }
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// How well it fits what has come; 0 if it is not for it.
  private int score(InetSocketAddress from, InetAddress to) {
    var own = boundTo().getAddress();
    if (remote != null && !remote.equals(from)) {
      return 0;
    }
    if (to.isMulticastAddress()) {
      boolean takes = own.equals(to) || PortTable.covers(own, to);
      return takes && memberships.stream().anyMatch(m -> m.takes(to, from.getAddress())) ? 1 : 0;
    }
    boolean broadcast = to.equals(Addresses.BROADCAST);
    if (!own.equals(to) && !PortTable.covers(own, to)) {
      return 0;
    }
    return 1 + (remote != null ? 4 : 0) + (own.equals(to) && !broadcast ? 2 : 0);
  }

  private void receive(Datagram datagram) {
    if (receivedSize + datagram.size() > 2 * options.receiveCapacity()) {
      net.note(() -> host + ": a datagram is lost by a full buffer");
      return;
    }
    received.add(datagram);
    receivedSize += datagram.size();
    changed(Poll.IN);
  }

  /// What has waited longest; `null` if there is none.
  @Nullable Datagram receive() throws IOException {
    ensureThere();
    tellRefusal();
    var datagram = received.poll();
    if (datagram != null) {
      receivedSize -= datagram.size();
    }
    return datagram;
  }

  // ---- groups -----------------------------------------------------------------------------------

  void join(Membership membership) {
    memberships.add(membership);
  }

  void leave(Membership membership) {
    memberships.remove(membership);
  }

  @Nullable Membership membership(InetAddress group, Object on, @Nullable InetAddress source) {
    for (var each : memberships) {
      if (each.is(group, on, source)) {
        return each;
      }
    }
    return null;
  }

  void leaveAll() {
    memberships.forEach(Membership::invalidate);
    memberships.clear();
  }

  boolean isMember(InetAddress group) {
    return memberships.stream().anyMatch(m -> m.group().equals(group));
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  void close() {
    if (!release()) {
      return;
    }
    if (local != null && !vanished) {
      host.udp.remove(this);
    }
    leaveAll();
    received.clear();
    changed(Poll.ALL);
  }

  @Override
  int poll() {
    return Poll.OUT | (received.isEmpty() ? 0 : Poll.IN) | (refused ? Poll.ERR | Poll.IN : 0);
  }

  ProtocolFamily family() {
    return family;
  }
}
