package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import jasyncio.net.BaseProtocol;
import jasyncio.net.DatagramProtocol;
import jasyncio.net.DatagramTransport;
import jasyncio.net.ExtraInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An endpoint for datagrams. Not final, so that a test can have the socket's buffer full.
public class UdpTransport extends LoopTransport implements DatagramTransport {
  /* Errors of the network change nothing: the protocol is told. One datagram is received in an iteration, as in
   * asyncio: selector_events.py.
   */
  private final DatagramChannel channel;
  private final Watch watch;
  private final OutgoingDatagrams outgoing;
  private final @Nullable SocketAddress remote; // the only address there is to send to
  private final SocketInfo socket;
  private DatagramProtocol protocol;

  /// @param remote where everything goes though the channel is not connected, or `null`
  @SuppressWarnings("this-escape") // only tests extend it
  public UdpTransport(
      EventLoop loop,
      DatagramChannel channel,
      DatagramProtocol protocol,
      @Nullable SocketAddress remote)
      throws IOException {
    super(loop);
    this.channel = channel;
    this.protocol = checked(protocol);
    var peername = channel.getRemoteAddress();
    this.socket = SocketInfo.of(channel, peername);
    this.remote = peername != null ? peername : remote;
    this.outgoing = new OutgoingDatagrams(this);
    this.watch = io.watch(channel);
    watch.setOwner(this);
  }

  @Override
  void connectionMade() {
    protocol.connectionMade(this);
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  void watchReading(@Nullable CancellableEntry entry) {
    watch.setReader(entry);
  }

  @Override
  void receive() {
    var buffer = io.acquire();
    try {
      SocketAddress from;
      try {
        from = channel.receive(buffer);
      } catch (IOException e) {
        protocol.errorReceived(e);
        return;
      }
      if (from != null) {
        protocol.datagramReceived(buffer.flip(), from);
      }
    } finally {
      io.release(buffer);
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  @Override
  public void sendto(ByteBuffer data, @Nullable SocketAddress address) {
    var target = target(address);
    checkNotEmpty(isConnected(), data);
    outgoing.send(data, target);
  }

  @Override
  Outgoing outgoing() {
    return outgoing;
  }

  @Override
  void watchWriting(@Nullable CancellableEntry entry) {
    watch.setWriter(entry);
  }

  @Override
  void sendingFailed(IOException e) {
    protocol.errorReceived(e);
  }

  /// Where a datagram goes; with a connected channel, `null`.
  private @Nullable SocketAddress target(@Nullable SocketAddress address) {
    if (remote != null) {
      if (address != null && !address.equals(remote)) {
        throw new IllegalArgumentException("Invalid address: must be null or " + remote);
      }
      return isConnected() ? null : remote;
    }
    if (address == null) {
      throw new IllegalArgumentException(
          "sendto() needs an address: the endpoint was made without a remote one");
    }
    checkResolved(address);
    return address;
  }

  private static void checkResolved(SocketAddress target) {
    if (target instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new IllegalArgumentException("the address is not resolved: " + target);
    }
  }

  public static void checkNotEmpty(boolean connected, ByteBuffer data) {
    if (connected && !data.hasRemaining()) {
      throw new IllegalArgumentException(
          "the JDK cannot send an empty datagram on a connected channel; use one that is not, and"
              + " give the address");
    }
  }

  /// {@return whether the channel has taken it}
  protected boolean send(ByteBuffer data, @Nullable SocketAddress target) throws IOException {
    return target == null ? channel.write(data) > 0 : send(channel, data, target);
  }

  /// {@return whether the channel has taken it}
  public static boolean send(DatagramChannel channel, ByteBuffer data, SocketAddress target)
      throws IOException {
    checkResolved(target);
    try {
      boolean empty = !data.hasRemaining();
      return channel.send(data, target) > 0 || empty;
    } catch (UnsupportedAddressTypeException e) {
      throw new IllegalArgumentException(
          "the socket cannot send to " + target + ", an address of another family", e);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  void release() {
    watch.end();
    DatagramBinder.close(channel);
    io.letGo();
  }

  @Override
  void forget() {
    protocol = NullProtocol.INSTANCE;
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof DatagramProtocol p)) {
      throw new IllegalArgumentException("datagrams need a DatagramProtocol, got " + newProtocol);
    }
    if (p != protocol && !isClosed()) {
      protocol = checked(p);
      outgoing.protocolReplaced();
    }
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  private boolean isConnected() {
    return socket.peername() != null;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return socket.get(info);
  }

  @Override
  String kind() {
    return "DatagramTransport";
  }

  @Override
  String details() {
    return " sockname="
        + socket.sockname()
        + (isConnected() ? " peername=" + socket.peername() : "");
  }

  @Override
  String buffered() {
    return " bufsize=" + outgoing.size();
  }
}
