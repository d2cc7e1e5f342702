package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A channel on a [StreamSocket]: what the JDK's own does above the system's calls, in the same
/// order, with the same exceptions.
final class SimSocketChannel extends SocketChannel implements SimChannel {
  private final ProtocolFamily family;
  private final StreamSocket socket;
  private final SimNetwork net;
  private volatile boolean pending; // connecting
  private volatile boolean connected;
  private volatile boolean inputClosed;
  private volatile boolean outputClosed;
  private boolean reset; // the other end has broken the connection: under the lock
  private @Nullable SocketAddress local; // under the lock, as the next
  private @Nullable SocketAddress remote;
  private @Nullable Socket adaptor;

  SimSocketChannel(SimProvider provider, ProtocolFamily family, StreamSocket socket) {
    super(provider);
    this.family = family;
    this.socket = socket;
    this.net = socket.net;
  }

  /// One that was accepted.
  SimSocketChannel(
      SimProvider provider, ProtocolFamily family, StreamSocket socket, SocketAddress remote) {
    this(provider, family, socket);
    this.local = socket.local();
    this.remote = remote;
    this.connected = true;
  }

  // ---- state ------------------------------------------------------------------------------------

  private boolean isUnix() {
    return family == StandardProtocolFamily.UNIX;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void ensureConnected() throws ClosedChannelException {
    ensureOpen();
    if (!connected) {
      throw new NotYetConnectedException();
    }
  }

  @Override
  public boolean isConnected() {
    return isOpen() && connected;
  }

  @Override
  public boolean isConnectionPending() {
    return isOpen() && pending;
  }

  boolean isInputOpen() {
    return !inputClosed;
  }

  boolean isOutputOpen() {
    return !outputClosed;
  }

  @Nullable SocketAddress local() {
    return net.call(() -> local);
  }

  @Nullable SocketAddress remote() {
    return net.call(() -> remote);
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
  public Socket socket() {
    return net.call(() -> {
      if (isUnix()) {
        throw new UnsupportedOperationException("Not supported");
      }
      if (adaptor == null) {
        adaptor = newAdaptor();
      }
      return adaptor;
    });
  }

  private Socket newAdaptor() {
    try {
      return new SocketView(this);
    } catch (SocketException e) {
      throw new AssertionError("declared, but never thrown", e);
    }
  }

  // ---- options ----------------------------------------------------------------------------------

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return socket.options.supported();
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
    socket.options.check(option, value);
    ensureOpen();
    net.run(() -> socket.options.set(option, value));
    return this;
  }

  @Override
  @SuppressWarnings("unchecked") // it was checked when it was set
  public <T> T getOption(SocketOption<T> option) throws IOException {
    socket.options.check(option);
    ensureOpen();
    return (T) Objects.requireNonNull(net.call(() -> socket.options.get(option)));
  }

  // ---- connecting -------------------------------------------------------------------------------

  @Override
  public SocketChannel bind(@Nullable SocketAddress address) throws IOException {
    net.io(() -> {
      ensureOpen();
      if (pending) {
        throw new ConnectionPendingException();
      }
      if (local != null) {
        throw new AlreadyBoundException();
      }
      socket.bind(address);
      local = socket.local();
      return this;
    });
    return this;
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    return connect(address, Endpoint.FOREVER, false);
  }

  /// For the adaptor: in blocking mode only, and not longer than so.
  void connect(SocketAddress address, long nanos) throws IOException {
    long deadline = nanos == Endpoint.FOREVER ? nanos : net.nanos() + nanos;
    connect(address, deadline, true);
  }

  private boolean connect(SocketAddress address, long deadline, boolean mustBlock)
      throws IOException {
    SocketAddress target = isUnix() ? Addresses.unix(address) : Addresses.remote(address, family);
    try {
      ensureOpen();
      boolean blocking = isBlocking();
      if (mustBlock && !blocking) {
        throw new IllegalBlockingModeException();
      }
      boolean done = false;
      try {
        if (blocking) {
          begin();
        }
        done = net.io(() -> connect(target, blocking, deadline));
      } finally {
        if (blocking) {
          end(done);
        }
      }
      return done;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private boolean connect(SocketAddress target, boolean blocking, long deadline)
      throws IOException {
    ensureOpen();
    if (connected) {
      throw new AlreadyConnectedException();
    }
    if (pending) {
      throw new ConnectionPendingException();
    }
    pending = true;
    remote = target;
    boolean done = socket.connect(target) || (blocking && awaitConnection(deadline));
    if (done) {
      nowConnected();
    }
    return done;
  }

  private boolean awaitConnection(long deadline) throws IOException {
    while (isOpen()) {
      if (socket.pollConnect()) {
        return true;
      }
      if (socket.isOver(deadline)) {
        throw new SocketTimeoutException("Connect timed out");
      }
      socket.await(deadline);
    }
    return false;
  }

  private void nowConnected() {
    pending = false;
    connected = true;
    local = socket.local();
  }

  @Override
  public boolean finishConnect() throws IOException {
    try {
      if (isConnected()) {
        return true;
      }
      ensureOpen();
      boolean blocking = isBlocking();
      boolean done = false;
      try {
        if (blocking) {
          begin();
        }
        done = net.io(() -> finishConnect(blocking));
      } finally {
        if (blocking) {
          end(done);
        }
      }
      return done;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private boolean finishConnect(boolean blocking) throws IOException {
    ensureOpen();
    if (!pending) {
      throw new NoConnectionPendingException();
    }
    boolean done = blocking ? awaitConnection(Endpoint.FOREVER) : socket.pollConnect();
    if (done) {
      nowConnected();
    }
    return done;
  }

  // ---- reading ----------------------------------------------------------------------------------

  @Override
  public int read(ByteBuffer to) throws IOException {
    Objects.requireNonNull(to);
    return (int) read(new ByteBuffer[] {to}, 0, 1, Endpoint.FOREVER);
  }

  @Override
  public long read(ByteBuffer[] to, int first, int count) throws IOException {
    Objects.checkFromIndexSize(first, count, to.length);
    return read(to, first, count, Endpoint.FOREVER);
  }

  /// For the adaptor: in blocking mode only.
  ///
  /// @param nanos at most so long
  int read(byte[] to, int offset, int length, long nanos) throws IOException {
    ensureConnected();
    if (!isBlocking()) {
      throw new IllegalBlockingModeException();
    }
    long deadline = nanos == Endpoint.FOREVER ? nanos : net.nanos() + nanos;
    return (int) read(new ByteBuffer[] {ByteBuffer.wrap(to, offset, length)}, 0, 1, deadline);
  }

  private long read(ByteBuffer[] to, int first, int count, long deadline) throws IOException {
    ensureConnected();
    boolean blocking = isBlocking();
    long n = 0;
    try {
      if (blocking) {
        begin();
      }
      n = net.io(() -> read(to, first, count, blocking, deadline));
    } finally {
      if (blocking) {
        end(n > 0);
      }
    }
    return n == StreamSocket.UNAVAILABLE ? 0 : n;
  }

  private long read(ByteBuffer[] to, int first, int count, boolean blocking, long deadline)
      throws IOException {
    ensureOpen();
    if (reset) {
      throw new SocketException("Connection reset");
    }
    if (inputClosed) {
      return StreamSocket.END;
    }
    Transfer.checkWritable(to, first, count);
    try {
      long n = Transfer.read(socket, to, first, count);
      while (n == StreamSocket.UNAVAILABLE && blocking) {
        if (socket.isOver(deadline)) {
          throw new SocketTimeoutException("Read timed out");
        }
        socket.await(deadline);
        if (!isOpen()) {
          return n;
        }
        n = inputClosed ? StreamSocket.END : Transfer.read(socket, to, first, count);
      }
      return n;
    } catch (StreamSocket.Reset e) {
      reset = true;
      throw new SocketException("Connection reset");
    }
  }

  int available() throws IOException {
    ensureConnected();
    return inputClosed ? 0 : net.call(socket::available);
  }

  // ---- writing ----------------------------------------------------------------------------------

  @Override
  public int write(ByteBuffer from) throws IOException {
    Objects.requireNonNull(from);
    return (int) write(new ByteBuffer[] {from}, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] from, int first, int count) throws IOException {
    Objects.checkFromIndexSize(first, count, from.length);
    ensureConnected();
    long n;
    try {
      n = writeSome(from, first, count);
    } catch (IOException e) {
      throw outputClosed ? new AsynchronousCloseException() : e; // as the JDK has it
    }
    if (n <= 0 && outputClosed) {
      throw new AsynchronousCloseException();
    }
    return n == StreamSocket.UNAVAILABLE ? 0 : n;
  }

  private long writeSome(ByteBuffer[] from, int first, int count) throws IOException {
    boolean blocking = isBlocking();
    long n = 0;
    try {
      if (blocking) {
        begin();
      }
      n = net.io(() -> write(from, first, count, blocking));
    } finally {
      if (blocking) {
        end(n > 0);
      }
    }
    return n;
  }

  private long write(ByteBuffer[] from, int first, int count, boolean blocking) throws IOException {
    ensureOpen();
    long n = Transfer.write(socket, from, first, count);
    while (n == StreamSocket.UNAVAILABLE && blocking) {
      socket.await(Endpoint.FOREVER);
      if (!isOpen()) {
        return n;
      }
      n = Transfer.write(socket, from, first, count);
    }
    return n;
  }

  /// For the adaptor: all of it, in blocking mode only.
  void writeFully(byte[] from, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, from.length);
    if (length == 0) {
      return;
    }
    ensureConnected();
    if (!isBlocking()) {
      throw new IllegalBlockingModeException();
    }
    var left = ByteBuffer.wrap(from, offset, length);
    while (left.hasRemaining()) {
      write(left);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  public SocketChannel shutdownInput() throws IOException {
    return shutdown(() -> {
      if (!inputClosed) {
        inputClosed = true;
        socket.shutdownInput();
      }
    });
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    return shutdown(() -> {
      if (!outputClosed) {
        outputClosed = true;
        socket.shutdownOutput();
      }
    });
  }

  private SocketChannel shutdown(Runnable how) throws IOException {
    net.io(() -> {
      ensureOpen();
      if (!connected) {
        throw new NotYetConnectedException();
      }
      how.run();
      return this;
    });
    return this;
  }

  /// What is on a selector keeps its socket until that lets go of it; the other end hears now.
  @Override
  protected void implCloseSelectableChannel() {
    boolean registered = !isBlocking() && isRegistered();
    net.run(() -> {
      if (!registered) {
        socket.close();
      } else if (connected && (socket instanceof LocalStream || socket.options.linger() != 0)) {
        socket.shutdownOutput();
      }
    });
  }

  @Override
  public void kill() {
    net.run(socket::close);
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    // each call looks
  }

  // ---- for the selector -------------------------------------------------------------------------

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
    boolean out = (ops & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0;
    return ((ops & SelectionKey.OP_READ) != 0 ? Poll.IN : 0) | (out ? Poll.OUT : 0);
  }

  @Override
  public int readyOps(int bits, int asked) {
    int ready = 0;
    if ((bits & Poll.IN) != 0 && isConnected()) {
      ready |= SelectionKey.OP_READ;
    }
    if ((bits & Poll.OUT) != 0) {
      ready |= isConnected() ? SelectionKey.OP_WRITE : 0;
      ready |= isConnectionPending() ? SelectionKey.OP_CONNECT : 0;
    }
    return ready & asked;
  }

  @Override
  public String toString() {
    var text = new StringBuilder(SocketChannel.class.getName()).append('[');
    if (!isOpen()) {
      return text.append("closed]").toString();
    }
    if (connected) {
      text.append("connected");
      text.append(inputClosed ? " ishut" : "").append(outputClosed ? " oshut" : "");
    } else {
      text.append(pending ? "connection-pending" : "unconnected");
    }
    append(text, " local=", local());
    append(text, " remote=", remote());
    return text.append(']').toString();
  }

  private static void append(StringBuilder text, String what, @Nullable SocketAddress address) {
    if (address != null) {
      text.append(what).append(address);
    }
  }

  @Nullable InetSocketAddress localInet() {
    return (InetSocketAddress) local();
  }

  @Nullable InetSocketAddress remoteInet() {
    return (InetSocketAddress) remote();
  }
}
