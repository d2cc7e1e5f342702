package jasyncio.testing.internal.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A channel, as a socket for datagrams.
///
/// Unlike with the JDK's own, a packet that something was received into takes as much the next time
/// as its array has room for, whatever length it was given before: only the JDK can see that.
final class DatagramSocketView extends DatagramSocket {
  private final SimDatagramChannel channel;
  private volatile int timeout; // milliseconds; 0 for none

  DatagramSocketView(SimDatagramChannel channel) {
    this.channel = channel;
    super(new NoDatagramSocketImpl());
  }

  @Override
  public void bind(@Nullable SocketAddress local) throws SocketException {
    var address = local == null ? new InetSocketAddress(0) : local;
    SocketErrors.option(() -> channel.bind(address));
  }

  @Override
  public void connect(InetAddress address, int port) {
    try {
      connect(new InetSocketAddress(address, port));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void connect(SocketAddress remote) throws SocketException {
    SocketErrors.option(() -> channel.connect(remote));
  }

  @Override
  public void disconnect() {
    channel.disconnect();
  }

  @Override
  public boolean isBound() {
    return channel.local() != null;
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    var remote = channel.remote();
    return remote == null ? null : remote.getAddress();
  }

  @Override
  public int getPort() {
    var remote = channel.remote();
    return remote == null ? -1 : remote.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return channel.remote();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return channel.isOpen() ? channel.local() : null;
  }

  @Override
  public @Nullable InetAddress getLocalAddress() {
    if (!channel.isOpen()) {
      return null;
    }
    var local = channel.local();
    return local != null ? local.getAddress() : new InetSocketAddress(0).getAddress();
  }

  @Override
  public int getLocalPort() {
    var local = channel.local();
    return !channel.isOpen() ? -1 : local == null ? 0 : local.getPort();
  }

  @Override
  public void send(DatagramPacket packet) throws IOException {
    SocketErrors.run(() -> sendLocked(packet));
  }

  private int sendLocked(DatagramPacket packet) throws IOException {
    ensureUsable();
    synchronized (packet) {
      var remote = channel.remote();
      if (packet.getAddress() == null) {
        if (remote == null) {
          throw new IllegalArgumentException("Address not set");
        }
        packet.setSocketAddress(remote);
      }
      var data = ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
      try {
        return channel.send(data, packet.getSocketAddress());
      } catch (AlreadyConnectedException e) {
        throw new IllegalArgumentException("Connected and packet address differ", e);
      }
    }
  }

  private void ensureUsable() throws SocketException {
    if (!channel.isOpen()) {
      throw new SocketException("Socket closed");
    }
    if (!channel.isBlocking()) {
      throw new IllegalBlockingModeException();
    }
  }

  @Override
  public void receive(DatagramPacket packet) throws IOException {
    SocketErrors.run(() -> {
      ensureUsable();
      long nanos = timeout == 0 ? Endpoint.FOREVER : TimeUnit.MILLISECONDS.toNanos(timeout);
      var datagram = channel.receiveWithin(nanos);
      synchronized (packet) {
        int room = packet.getData().length - packet.getOffset();
        int length = Math.min(room, datagram.data().length);
        System.arraycopy(datagram.data(), 0, packet.getData(), packet.getOffset(), length);
        packet.setLength(length);
        packet.setSocketAddress(datagram.from());
      }
      return packet;
    });
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public DatagramChannel getChannel() {
    return channel;
  }

  @Override
  public void joinGroup(SocketAddress group, NetworkInterface on) throws IOException {
    channel.join(((InetSocketAddress) group).getAddress(), on);
  }

  private void ensureOpen() throws SocketException {
    if (!channel.isOpen()) {
      throw new SocketException("Socket is closed");
    }
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    ensureOpen();
    if (millis < 0) {
      throw new IllegalArgumentException("timeout < 0");
    }
    timeout = millis;
  }

  @Override
  public int getSoTimeout() throws SocketException {
    ensureOpen();
    return timeout;
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    if (size <= 0) {
      throw new IllegalArgumentException("Invalid send size");
    }
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, size));
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.SO_SNDBUF));
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    if (size <= 0) {
      throw new IllegalArgumentException("Invalid receive size");
    }
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, size));
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.SO_RCVBUF));
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.SO_REUSEADDR, on));
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.SO_REUSEADDR));
  }

  @Override
  public void setBroadcast(boolean on) throws SocketException {
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.SO_BROADCAST, on));
  }

  @Override
  public boolean getBroadcast() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.SO_BROADCAST));
  }

  @Override
  public void setTrafficClass(int tc) throws SocketException {
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.IP_TOS, tc));
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.IP_TOS));
  }

  @Override
  public <T> DatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
    channel.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return channel.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return channel.supportedOptions();
  }
}
