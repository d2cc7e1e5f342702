package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.internal.base.Log;
import jasyncio.internal.loop.CancellableEntry;
import jasyncio.internal.loop.Watch;
import jasyncio.internal.net.WriteQueue;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An endpoint for datagrams. Not final, so that a test can have the socket's buffer full.
class UdpTransport extends LoopTransport implements DatagramTransport {
  /* Errors of the network change nothing: the protocol is told. One datagram is received in an iteration, as in
   * asyncio: selector_events.py.
   */
  private static final int HEADER = 8; // what a datagram counts beyond its bytes: as in UDP
  private static final int FIRST_LATE_WRITE_WARNED_OF = 5;

  /// A datagram that waits to be sent.
  private record Unsent(ByteBuffer data, @Nullable SocketAddress target) {
    int size() {
      return data.remaining() + HEADER;
    }
  }

  private final DatagramChannel channel;
  private final Watch watch;
  private final ArrayDeque<Unsent> queue = new ArrayDeque<>();
  private final CancellableEntry reader;
  private final CancellableEntry writer;
  private final @Nullable SocketAddress remote; // the only address there is to send to
  private final @Nullable SocketAddress peername; // the channel is connected to it
  private final SocketAddress sockname;
  private DatagramProtocol protocol;
  private int queued; // in bytes
  private int lateWrites;

  /// @param remote where everything goes though the channel is not connected, or `null`
  UdpTransport(
      EventLoop loop,
      DatagramChannel channel,
      DatagramProtocol protocol,
      @Nullable SocketAddress remote)
      throws IOException {
    super(loop);
    this.channel = channel;
    this.protocol = checked(protocol);
    this.peername = channel.getRemoteAddress();
    this.remote = peername != null ? peername : remote;
    this.sockname = channel.getLocalAddress();
    this.reader = io.callback(this, context);
    this.writer = io.callback(this::writeReady, context);
    this.watch = io.watch(channel);
    watch.setOwner(this);
  }

  @Override
  void connectionMade() {
    protocol.connectionMade(this);
  }

  // ---- receiving --------------------------------------------------------------------------------

  @Override
  void watchReading(boolean on) {
    watch.setReader(on ? reader : null);
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
    checkNotEmpty(peername != null, data);
    if (isLost()) {
      data.position(data.limit());
      noteLateWrite();
      return;
    }
    if (queue.isEmpty()) {
      try {
        if (send(data, target)) {
          return;
        }
      } catch (IOException e) {
        data.position(data.limit());
        protocol.errorReceived(e);
        return;
      }
      watch.setWriter(writer);
    }
    enqueue(data, target);
  }

  /// Where a datagram goes; with a connected channel, `null`.
  private @Nullable SocketAddress target(@Nullable SocketAddress address) {
    if (remote != null) {
      if (address != null && !address.equals(remote)) {
        throw new IllegalArgumentException("Invalid address: must be null or " + remote);
      }
      return peername != null ? null : remote;
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

  static void checkNotEmpty(boolean connected, ByteBuffer data) {
    if (connected && !data.hasRemaining()) {
      throw new IllegalArgumentException(
          "the JDK cannot send an empty datagram on a connected channel; use one that is not, and"
              + " give the address");
    }
  }

  /// {@return whether the channel has taken it}
  boolean send(ByteBuffer data, @Nullable SocketAddress target) throws IOException {
    return target == null ? channel.write(data) > 0 : send(channel, data, target);
  }

  /// {@return whether the channel has taken it}
  static boolean send(DatagramChannel channel, ByteBuffer data, SocketAddress target)
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

  private void enqueue(ByteBuffer data, @Nullable SocketAddress target) {
    int newSize = WriteQueue.sum(queued, data.remaining() + HEADER);
    var copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
    queue.add(new Unsent(copy, target));
    queued = newSize;
    flow.grown(queued);
  }

  private void noteLateWrite() {
    if (remote != null && ++lateWrites >= FIRST_LATE_WRITE_WARNED_OF) {
      Log.log(Level.WARNING, "sending with a transport that is closed: {0}", this);
    }
  }

  private void writeReady() {
    if (isLost()) {
      return; // since it was found ready
    }
    while (!queue.isEmpty()) {
      var first = queue.getFirst();
      int size = first.size();
      try {
        if (!send(first.data, first.target)) {
          break;
        }
      } catch (IOException | RuntimeException e) { // such as an address of another family
        dequeue(size);
        protocol.errorReceived(
            e instanceof IOException io ? io : new IOException(e.getMessage(), e));
        return; // the others follow in the next iteration
      }
      dequeue(size);
    }
    flow.shrunk(queued); // may send
    if (queue.isEmpty()) {
      watch.setWriter(null);
      if (state == State.CLOSING) {
        state = State.LOST;
        connectionLost(null);
      }
    }
  }

  private void dequeue(int size) {
    if (!isLost()) {
      queue.removeFirst();
      queued -= size;
    }
  }

  @Override
  public int getWriteBufferSize() {
    return queued;
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return flow.limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    flow.setLimits(new WriteBufferLimits(low, high), queued);
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public void close() {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    updateReading();
    if (queue.isEmpty()) {
      lose(null);
    }
  }

  @Override
  void stop(@Nullable Throwable reason) {
    queue.clear();
    queued = 0;
    watch.setWriter(null);
    updateReading();
  }

  @Override
  void release() {
    watch.end();
    Datagrams.close(channel);
    io.letGo();
  }

  @Override
  void forget() {
    protocol = Nobody.NOBODY;
    io.cancel(reader);
    io.cancel(writer);
  }

  // ---- what it is -------------------------------------------------------------------------------

  @Override
  public void setProtocol(BaseProtocol newProtocol) {
    if (!(Objects.requireNonNull(newProtocol, "protocol") instanceof DatagramProtocol p)) {
      throw new IllegalArgumentException("datagrams need a DatagramProtocol, got " + newProtocol);
    }
    if (p != protocol && state != State.CLOSED) {
      protocol = checked(p);
      flow.protocolReplaced();
    }
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    if (info == ExtraInfo.PEERNAME) {
      return info.type().cast(peername);
    } else if (info == ExtraInfo.SOCKNAME) {
      return info.type().cast(sockname);
    } else if (info == ExtraInfo.SOCKET) {
      return info.type().cast((NetworkChannel) channel);
    }
    return null;
  }

  @Override
  String kind() {
    return "DatagramTransport";
  }

  @Override
  String details() {
    return " sockname=" + sockname + (peername == null ? "" : " peername=" + peername);
  }

  @Override
  String buffered() {
    return " bufsize=" + queued;
  }
}
