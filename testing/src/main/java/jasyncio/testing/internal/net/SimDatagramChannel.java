package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A channel on a [UdpSocket].
final class SimDatagramChannel extends DatagramChannel implements SimChannel {
  private final ProtocolFamily family;
  private final UdpSocket socket;
  private final SimNetwork net;
  private @Nullable InetSocketAddress unconnected; // its local address before it was connected
  private @Nullable DatagramSocket adaptor; // under the lock, as all

  SimDatagramChannel(SimProvider provider, ProtocolFamily family, UdpSocket socket) {
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

  // ---- addresses --------------------------------------------------------------------------------

  @Nullable InetSocketAddress local() {
    return net.call(socket::local);
  }

  @Nullable InetSocketAddress remote() {
    return net.call(socket::remote);
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return local();
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    ensureOpen();
    return remote();
  }

  @Override
  public boolean isConnected() {
    return isOpen() && remote() != null;
  }

  @Override
  public DatagramSocket socket() {
    return net.call(() -> {
      if (adaptor == null) {
        adaptor = new DatagramSocketView(this);
      }
      return adaptor;
    });
  }

  @Override
  public DatagramChannel bind(@Nullable SocketAddress address) throws IOException {
    net.io(() -> {
      ensureOpen();
      if (socket.local() != null) {
        throw new AlreadyBoundException();
      }
      socket.bind(Addresses.local(address, family));
      return this;
    });
    return this;
  }

  private void ensureBound() throws IOException {
    if (socket.local() == null) {
      socket.bind(Addresses.local(null, family));
    }
  }

  @Override
  public DatagramChannel connect(SocketAddress address) throws IOException {
    var target = Addresses.remote(address, family);
    net.io(() -> {
      ensureOpen();
      if (socket.remote() != null) {
        throw new AlreadyConnectedException();
      }
      if (target.getPort() == 0) {
        throw new SocketException("Can't connect to port 0");
      }
      ensureBound();
      unconnected = socket.local();
      socket.connect(target);
      return this;
    });
    return this;
  }

  @Override
  public DatagramChannel disconnect() {
    net.run(() -> {
      if (isOpen() && socket.remote() != null) {
        socket.disconnect(Objects.requireNonNull(unconnected));
      }
    });
    return this;
  }

  // ---- options ----------------------------------------------------------------------------------

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return socket.options.supported();
  }

  @Override
  public <T> DatagramChannel setOption(SocketOption<T> option, T value) throws IOException {
    socket.options.check(option, value);
    ensureOpen();
    net.run(() -> socket.options.set(option, value));
    return this;
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // it was checked when set; of interfaces, none
  public <T> T getOption(SocketOption<T> option) throws IOException {
    socket.options.check(option);
    ensureOpen();
    return (T) net.call(() -> socket.options.get(option));
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  public @Nullable SocketAddress receive(ByteBuffer to) throws IOException {
    if (to.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
    var datagram = next(false, Endpoint.FOREVER);
    if (datagram == null) {
      return null;
    }
    put(datagram, to);
    return datagram.from();
  }

  /// For the adaptor.
  ///
  /// @param nanos at most so long
  UdpSocket.Datagram receiveWithin(long nanos) throws IOException {
    long deadline = nanos == Endpoint.FOREVER ? nanos : net.nanos() + nanos;
    return Objects.requireNonNull(next(false, deadline));
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    Objects.requireNonNull(to);
    return (int) read(new ByteBuffer[] {to}, 0, 1);
  }

  @Override
  public long read(ByteBuffer[] to, int first, int count) throws IOException {
    Objects.checkFromIndexSize(first, count, to.length);
    Transfer.checkWritable(to, first, count);
    var datagram = next(true, Endpoint.FOREVER);
    if (datagram == null) {
      return 0;
    }
    int done = 0;
    for (int i = first; i < first + count; i++) {
      int n = Math.min(to[i].remaining(), datagram.data().length - done);
      to[i].put(datagram.data(), done, n);
      done += n;
    }
    return done;
  }

  /// What does not fit is lost.
  private static void put(UdpSocket.Datagram datagram, ByteBuffer to) {
    to.put(datagram.data(), 0, Math.min(to.remaining(), datagram.data().length));
  }

  private UdpSocket.@Nullable Datagram next(boolean mustBeConnected, long deadline)
      throws IOException {
    ensureOpen();
    boolean blocking = isBlocking();
    UdpSocket.Datagram datagram = null;
    try {
      if (blocking) {
        begin();
      }
      datagram =
          net.<UdpSocket.@Nullable Datagram>io(() -> next(mustBeConnected, blocking, deadline));
    } finally {
      if (blocking) {
        end(datagram != null);
      }
    }
    return datagram;
  }

  private UdpSocket.@Nullable Datagram next(
      boolean mustBeConnected, boolean blocking, long deadline) throws IOException {
    ensureReady(mustBeConnected);
    var datagram = socket.receive();
    while (datagram == null && blocking) {
      if (socket.isOver(deadline)) {
        throw new SocketTimeoutException("Receive timed out");
      }
      socket.await(deadline);
      if (!isOpen()) {
        return null;
      }
      datagram = socket.receive();
    }
    return datagram;
  }

  private void ensureReady(boolean mustBeConnected) throws IOException {
    ensureOpen();
    if (mustBeConnected && socket.remote() == null) {
      throw new NotYetConnectedException();
    }
    ensureBound();
  }

  // ---- sending ----------------------------------------------------------------------------------

  @Override
  public int send(ByteBuffer from, SocketAddress target) throws IOException {
    Objects.requireNonNull(from);
    var to = Addresses.inet(target, family);
    ensureOpen();
    return net.io(() -> {
      ensureReady(false);
      var remote = socket.remote();
      if (remote != null && !target.equals(remote)) {
        throw new AlreadyConnectedException();
      }
      if (to.getPort() == 0) {
        throw new SocketException("Can't send to port 0");
      }
      return socket.send(from, Addresses.remote(to, family));
    });
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    Objects.requireNonNull(from);
    ensureOpen();
    return net.io(() -> {
      ensureReady(true);
      return socket.write(from);
    });
  }

  @Override
  public long write(ByteBuffer[] from, int first, int count) throws IOException {
    Objects.checkFromIndexSize(first, count, from.length);
    long length = 0;
    for (int i = first; i < first + count; i++) {
      length += from[i].remaining();
    }
    var all = ByteBuffer.allocate((int) Math.min(length, 1 << 17)); // what is longer cannot go
    for (int i = first; i < first + count; i++) {
      var part = from[i].duplicate();
      part.limit(part.position() + Math.min(part.remaining(), all.remaining()));
      all.put(part);
    }
    int n = write(all.flip());
    for (int i = first; i < first + count; i++) {
      from[i].position(from[i].limit());
    }
    return n;
  }

  // ---- groups -----------------------------------------------------------------------------------

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
    return join(group, on, false, null);
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source)
      throws IOException {
    return join(group, on, true, Objects.requireNonNull(source));
  }

  private MembershipKey join(
      InetAddress group, NetworkInterface on, boolean single, @Nullable InetAddress source)
      throws IOException {
    checkGroup(group);
    if (single && source != null) {
      checkSource(group, source);
    }
    Objects.requireNonNull(on);
    return net.io(() -> {
      ensureOpen();
      var there = socket.membership(group, on, source);
      if (there != null) {
        return there;
      }
      var membership = new Membership(this, socket, group, on, source);
      socket.join(membership);
      return membership;
    });
  }

  private void checkGroup(InetAddress group) {
    if (!group.isMulticastAddress()) {
      throw new IllegalArgumentException("Group not a multicast address");
    }
    if (group instanceof Inet6Address && family != StandardProtocolFamily.INET6) {
      throw new IllegalArgumentException("Only IPv6 sockets can join IPv6 multicast group");
    }
  }

  private static void checkSource(InetAddress group, InetAddress source) {
    if (source.isAnyLocalAddress()) {
      throw new IllegalArgumentException("Source address is a wildcard address");
    }
    if (source.isMulticastAddress()) {
      throw new IllegalArgumentException("Source address is multicast address");
    }
    if (source instanceof Inet4Address != group instanceof Inet4Address) {
      throw new IllegalArgumentException("Source address is different type to group");
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  protected void implCloseSelectableChannel() {
    if (isBlocking() || !isRegistered()) {
      kill();
    } else {
      net.run(socket::leaveAll);
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
    return ((ops & SelectionKey.OP_READ) != 0 ? Poll.IN : 0)
        | ((ops & SelectionKey.OP_WRITE) != 0 ? Poll.OUT : 0);
  }

  @Override
  public int readyOps(int bits, int asked) {
    return asked
        & (((bits & Poll.IN) != 0 ? SelectionKey.OP_READ : 0)
            | ((bits & Poll.OUT) != 0 ? SelectionKey.OP_WRITE : 0));
  }

  @Override
  public String toString() {
    var text = new StringBuilder(getClass().getName()).append("[");
    if (!isOpen()) {
      return text.append("closed]").toString();
    }
    var local = local();
    var remote = remote();
    if (local == null) {
      text.append("unbound");
    } else {
      text.append(remote == null ? "" : "connected ").append("local=").append(local);
    }
    if (remote != null) {
      text.append(" remote=").append(remote);
    }
    return text.append(']').toString();
  }
}
