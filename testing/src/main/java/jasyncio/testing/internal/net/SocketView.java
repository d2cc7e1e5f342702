package jasyncio.testing.internal.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A channel, as a socket. In the order of [Socket]'s methods.
final class SocketView extends Socket {
  private final SimSocketChannel channel;
  private volatile int timeout; // milliseconds; 0 for none

  SocketView(SimSocketChannel channel) throws SocketException {
    this.channel = channel;
    super(new NoSocketImpl());
  }

  @Override
  public void connect(SocketAddress remote) throws IOException {
    connect(remote, 0);
  }

  @Override
  public void connect(SocketAddress remote, int millis) throws IOException {
    if (remote == null) {
      throw new IllegalArgumentException("connect: The address can't be null");
    }
    if (remote instanceof InetSocketAddress inet && inet.isUnresolved()) {
      ensureOpen();
      if (channel.isConnected()) {
        throw new SocketException("Already connected");
      }
      close();
      throw new UnknownHostException(inet.toString());
    }
    if (millis < 0) {
      throw new IllegalArgumentException("connect: timeout can't be negative");
    }
    long nanos = millis == 0 ? Endpoint.FOREVER : TimeUnit.MILLISECONDS.toNanos(millis);
    SocketErrors.run(() -> {
      channel.connect(remote, nanos);
      return this;
    });
  }

  @Override
  public void bind(SocketAddress local) throws IOException {
    SocketErrors.run(() -> channel.bind(local));
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    var remote = channel.remoteInet();
    return remote == null ? null : remote.getAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    var local = channel.isOpen() ? channel.localInet() : null;
    return local != null ? local.getAddress() : new InetSocketAddress(0).getAddress();
  }

  @Override
  public int getPort() {
    var remote = channel.remoteInet();
    return remote == null ? 0 : remote.getPort();
  }

  @Override
  public int getLocalPort() {
    var local = channel.localInet();
    return local == null ? -1 : local.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return channel.remote();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return channel.local();
  }

  @Override
  public SocketChannel getChannel() {
    return channel;
  }

  // ---- streams ----------------------------------------------------------------------------------

  private void ensureOpen() throws SocketException {
    if (!channel.isOpen()) {
      throw new SocketException("Socket is closed");
    }
  }

  private void ensureConnected() throws SocketException {
    ensureOpen();
    if (!channel.isConnected()) {
      throw new SocketException("Socket is not connected");
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    ensureConnected();
    if (!channel.isInputOpen()) {
      throw new SocketException("Socket input is shutdown");
    }
    return new Input();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    ensureConnected();
    if (!channel.isOutputOpen()) {
      throw new SocketException("Socket output is shutdown");
    }
    return new Output();
  }

  private long nanos() {
    return timeout == 0 ? Endpoint.FOREVER : TimeUnit.MILLISECONDS.toNanos(timeout);
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) > 0 ? one[0] & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, to.length);
      return length == 0 ? 0 : channel.read(to, offset, length, nanos());
    }

    @Override
    public int available() throws IOException {
      return channel.available();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      channel.writeFully(from, offset, length);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  // ---- options ----------------------------------------------------------------------------------

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.TCP_NODELAY, on));
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.TCP_NODELAY));
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    int value = on ? linger : -1;
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.SO_LINGER, value));
  }

  @Override
  public int getSoLinger() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.SO_LINGER));
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    throw new SocketException("Urgent data not supported");
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    ensureOpen();
    if (on) {
      throw new SocketException("Urgent data not supported");
    }
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    ensureOpen();
    return false;
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
  public void setKeepAlive(boolean on) throws SocketException {
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.SO_KEEPALIVE, on));
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
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
  public void setReuseAddress(boolean on) throws SocketException {
    SocketErrors.option(() -> channel.setOption(StandardSocketOptions.SO_REUSEADDR, on));
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return SocketErrors.option(() -> channel.getOption(StandardSocketOptions.SO_REUSEADDR));
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public void shutdownInput() throws IOException {
    SocketErrors.run(channel::shutdownInput);
  }

  @Override
  public void shutdownOutput() throws IOException {
    SocketErrors.run(channel::shutdownOutput);
  }

  @Override
  public String toString() {
    return channel.isConnected()
        ? "Socket[addr="
            + getInetAddress()
            + ",port="
            + getPort()
            + ",localport="
            + getLocalPort()
            + "]"
        : "Socket[unconnected]";
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isBound() {
    return channel.local() != null;
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public boolean isInputShutdown() {
    return !channel.isInputOpen();
  }

  @Override
  public boolean isOutputShutdown() {
    return !channel.isOutputOpen();
  }

  @Override
  public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
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
