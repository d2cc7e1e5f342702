package jasyncio.net;

import jasyncio.WaitInfo;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import jasyncio.internal.net.AddressErrors;
import jasyncio.internal.net.BareChannel;
import jasyncio.internal.net.BareChannel.Side;
import jasyncio.internal.net.ConnectionErrors;
import jasyncio.internal.net.Connector;
import jasyncio.internal.net.Resolver;
import jasyncio.internal.net.Sendfile;
import jasyncio.internal.net.UdpTransport;
import jasyncio.internal.net.WriteQueue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the running loop can do with a bare channel, and names to addresses. For whoever writes a
/// transport, or a program that has channels of its own; else see [Streams], [Transports] and
/// [Datagrams].
///
/// Channels must be in non-blocking mode. They stay the program's: it closes them, and not while a
/// coroutine waits for them, as that one would never hear of it. A channel that a transport or a
/// server has cannot be used. Called on the loop's thread.
///
/// A coroutine that has to wait for a direction of a channel takes the place of a callback there,
/// for good. A second one that would have to wait gets an [IllegalStateException].
///
/// **Cancellation** of a coroutine that waits here takes nothing off the channel: what it would
/// have received is there for the next one. Python: the methods of the loop of the same names.
public final class Sockets {
  private Sockets() {}

  // ---- callbacks --------------------------------------------------------------------------------

  /// Has `callback` run by the loop, once in every iteration in which the channel can be read from,
  /// or accepts a connection. It takes the place of the one before, which does not run any more
  /// even if it is queued already.
  ///
  /// @param channel any selectable channel, such as that of a socket or a pipe
  /// @param callback what to run, as by [jasyncio.EventLoop#callSoon(Runnable)]
  /// @throws IllegalArgumentException if the channel is closed, blocks, or cannot be read from
  /// @throws IllegalStateException if a transport has the channel, a coroutine waits to read from
  ///   it, or no loop runs
  public static void addReader(SelectableChannel channel, Runnable callback) {
    add(channel, Side.READ, SelectionKey.OP_READ | SelectionKey.OP_ACCEPT, callback);
  }

  /// Takes the callback of [#addReader] away, even if it is queued already; a coroutine that waits
  /// is left alone.
  ///
  /// @param channel the channel
  /// @return whether there was one
  /// @throws IllegalStateException if a transport has the channel, or no loop runs
  public static boolean removeReader(SelectableChannel channel) {
    return remove(channel, Side.READ);
  }

  /// Has `callback` run by the loop, once in every iteration in which the channel can be written
  /// to, or a connect that is under way has ended. It takes the place of the one before.
  ///
  /// @param channel any selectable channel
  /// @param callback what to run
  /// @throws IllegalArgumentException if the channel is closed, blocks, or cannot be written to
  /// @throws IllegalStateException if a transport has the channel, a coroutine waits to write to
  ///   it, or no loop runs
  public static void addWriter(SelectableChannel channel, Runnable callback) {
    add(channel, Side.WRITE, SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT, callback);
  }

  /// Takes the callback of [#addWriter] away, even if it is queued already; a coroutine that waits
  /// is left alone.
  ///
  /// @param channel the channel
  /// @return whether there was one
  /// @throws IllegalStateException if a transport has the channel, or no loop runs
  public static boolean removeWriter(SelectableChannel channel) {
    return remove(channel, Side.WRITE);
  }

  private static void add(SelectableChannel channel, Side side, int ops, Runnable callback) {
    Objects.requireNonNull(channel, "channel");
    Objects.requireNonNull(callback, "callback");
    if ((channel.validOps() & ops) == 0) {
      throw new IllegalArgumentException(
          "the channel cannot be "
              + (side == Side.READ ? "read from: " : "written to: ")
              + channel);
    }
    BareChannel.of(Current.loop(), channel).set(side, callback);
  }

  private static boolean remove(SelectableChannel channel, Side side) {
    Objects.requireNonNull(channel, "channel");
    var bare = BareChannel.find(Current.loop(), channel);
    return bare != null && bare.removeCallback(side);
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// Receives some bytes, or one datagram. Suspends unless there is something.
  ///
  /// @param <C> the channel's type
  /// @param channel a connected socket, a pipe's source, or a datagram channel
  /// @param n how many bytes at most; what is left of a longer datagram is lost
  /// @return at least one byte; none at the end of the stream, for an empty datagram, or if `n` is
  ///   0
  /// @throws IOException if the connection is lost
  /// @throws IllegalArgumentException if the channel is closed or blocks, or `n` is negative
  /// @throws IllegalStateException if a transport has the channel, or another coroutine waits to
  ///   read from it
  public static <C extends SelectableChannel & ReadableByteChannel> byte[] sockRecv(
      C channel, int n) throws IOException {
    var buffer = allocate(n);
    sockRecvInto(channel, buffer);
    return contents(buffer);
  }

  /// Receives some bytes, or one datagram, into a buffer. Suspends unless there is something.
  ///
  /// @param <C> the channel's type
  /// @param channel a connected socket, a pipe's source, or a datagram channel
  /// @param buffer where they go
  /// @return how many bytes came, 0 if there is no room for any, or -1 at the end of the stream
  /// @throws IOException if the connection is lost
  public static <C extends SelectableChannel & ReadableByteChannel> int sockRecvInto(
      C channel, ByteBuffer buffer) throws IOException {
    if (channel instanceof DatagramChannel datagrams) {
      int before = buffer.position();
      sockRecvfromInto(datagrams, buffer);
      return buffer.position() - before;
    }
    boolean room = buffer.hasRemaining();
    return BareChannel.<Integer>await(
        Current.loop(),
        channel,
        Side.READ,
        () -> {
          int n = room ? receive(channel, buffer) : 0;
          return n == 0 && room ? null : n;
        });
  }

  private static int receive(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
    try {
      return channel.read(buffer);
    } catch (IOException e) {
      throw ConnectionErrors.ofSocket(e);
    }
  }

  /// Receives a datagram. Suspends unless there is one.
  ///
  /// @param channel a datagram channel
  /// @param n how many bytes at most; what is left of a longer datagram is lost
  /// @return the datagram, and who sent it
  /// @throws IOException if the socket has an error to tell, such as that nobody listens at the
  ///   other end of a connected one
  /// @throws IllegalArgumentException if the channel is closed or blocks, or `n` is negative
  public static Datagram sockRecvfrom(DatagramChannel channel, int n) throws IOException {
    var buffer = allocate(n);
    var from = sockRecvfromInto(channel, buffer);
    return new Datagram(contents(buffer), from);
  }

  /// Receives a datagram into a buffer. Suspends unless there is one.
  ///
  /// @param channel a datagram channel
  /// @param buffer where it goes, from the buffer's position on; what does not fit is lost
  /// @return who sent it
  /// @throws IOException if the socket has an error to tell
  public static SocketAddress sockRecvfromInto(DatagramChannel channel, ByteBuffer buffer)
      throws IOException {
    return BareChannel.<SocketAddress>await(
        Current.loop(), channel, Side.READ, () -> channel.receive(buffer));
  }

  private static ByteBuffer allocate(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("negative buffersize, got " + n);
    }
    return ByteBuffer.allocate(n);
  }

  private static byte[] contents(ByteBuffer buffer) {
    var bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    return bytes;
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Sends bytes, all of them. Suspends unless the channel takes them at once.
  ///
  /// **Cancellation** leaves open how much was sent.
  ///
  /// @param <C> the channel's type
  /// @param channel a connected socket, or a pipe's sink
  /// @param data the bytes
  /// @throws IOException if the connection is lost
  /// @throws IllegalArgumentException if the channel is closed or blocks
  /// @throws IllegalStateException if a transport has the channel, or another coroutine waits to
  ///   write to it
  public static <C extends SelectableChannel & WritableByteChannel> void sockSendall(
      C channel, byte[] data) throws IOException {
    sockSendall(channel, ByteBuffer.wrap(data));
  }

  /// Sends what remains of a buffer. Suspends unless the channel takes it at once.
  ///
  /// **Cancellation** leaves the buffer's position behind what was sent.
  ///
  /// @param <C> the channel's type
  /// @param channel a connected socket, or a pipe's sink
  /// @param data the bytes between position and limit
  /// @throws IOException if the connection is lost
  public static <C extends SelectableChannel & WritableByteChannel> void sockSendall(
      C channel, ByteBuffer data) throws IOException {
    if (channel instanceof DatagramChannel datagrams) {
      UdpTransport.checkNotEmpty(datagrams.isConnected(), data);
    }
    BareChannel.<Boolean>await(
        Current.loop(),
        channel,
        Side.WRITE,
        () -> {
          if (data.hasRemaining()) {
            send(channel, data);
          }
          return data.hasRemaining() ? null : true;
        });
  }

  private static void send(WritableByteChannel channel, ByteBuffer data) throws IOException {
    try {
      if (channel instanceof GatheringByteChannel gathering) {
        WriteQueue.send(gathering, data); // copies no more than the system may take
      } else {
        channel.write(data);
      }
    } catch (IOException e) {
      throw ConnectionErrors.ofSocket(e);
    }
  }

  /// Sends a datagram. Suspends unless the channel takes it at once.
  ///
  /// @param channel a datagram channel
  /// @param data the datagram
  /// @param address where to; with a connected channel, the address it is connected to
  /// @return how many bytes were sent: all
  /// @throws IOException if it cannot be sent, for example because it is too long
  /// @throws IllegalArgumentException if the channel is closed or blocks, or cannot send to that
  ///   address, or is connected and the datagram empty: the JDK cannot send that
  /// @throws IllegalStateException if the channel is connected to another address
  public static int sockSendto(DatagramChannel channel, byte[] data, SocketAddress address)
      throws IOException {
    return sockSendto(channel, ByteBuffer.wrap(data), address);
  }

  /// Sends what remains of a buffer as a datagram. Suspends unless the channel takes it at once.
  ///
  /// @param channel a datagram channel
  /// @param data the datagram between position and limit
  /// @param address where to
  /// @return how many bytes were sent: all
  /// @throws IOException if it cannot be sent
  public static int sockSendto(DatagramChannel channel, ByteBuffer data, SocketAddress address)
      throws IOException {
    Objects.requireNonNull(address, "address");
    UdpTransport.checkNotEmpty(channel.isConnected(), data);
    int length = data.remaining();
    return BareChannel.<Integer>await(
        Current.loop(),
        channel,
        Side.WRITE,
        () -> UdpTransport.send(channel, data, address) ? length : null);
  }

  // ---- connections ------------------------------------------------------------------------------

  /// Connects a channel. A host that is not resolved yet is, off the loop. Suspends until
  /// connected.
  ///
  /// A channel that could not be connected is closed, as the JDK does it.
  ///
  /// **Cancellation** leaves the channel connecting: close it.
  ///
  /// @param channel a channel that is not connected
  /// @param address where to
  /// @throws IOException if that fails
  /// @throws IllegalArgumentException if the channel is closed or blocks
  public static void sockConnect(SocketChannel channel, SocketAddress address) throws IOException {
    var loop = Current.loop();
    BareChannel.check(channel);
    var target = Resolver.ensureResolved(loop, address);
    try {
      if (!channel.connect(target)) {
        BareChannel.<Boolean>await(
            loop, channel, Side.WRITE, () -> channel.finishConnect() ? true : null);
      }
    } catch (IOException e) {
      throw AddressErrors.connect(target, e);
    }
  }

  /// Connects a datagram channel: from then on it receives from that address alone. Suspends only
  /// to resolve a host.
  ///
  /// @param channel a channel that is not connected
  /// @param address the other side
  /// @throws IOException if that fails
  /// @throws IllegalArgumentException if the channel is closed or blocks
  public static void sockConnect(DatagramChannel channel, SocketAddress address)
      throws IOException {
    var loop = Current.loop();
    BareChannel.check(channel);
    var target = Resolver.ensureResolved(loop, address);
    try {
      channel.connect(target);
    } catch (IOException e) {
      throw AddressErrors.connect(target, e);
    }
  }

  /// Accepts a connection. Suspends unless there is one.
  ///
  /// @param channel a listening channel
  /// @return the connection, in non-blocking mode; the address of the other side is its remote
  ///   address
  /// @throws IOException if that fails
  /// @throws IllegalArgumentException if the channel is closed or blocks
  public static SocketChannel sockAccept(ServerSocketChannel channel) throws IOException {
    var connection =
        BareChannel.<SocketChannel>await(Current.loop(), channel, Side.READ, channel::accept);
    try {
      connection.configureBlocking(false);
      return connection;
    } catch (Throwable e) {
      Connector.close(connection);
      throw e;
    }
  }

  /// Sends a file from its position on, without the bytes passing through this program where the
  /// system can do that. Suspends unless the channel takes all at once.
  ///
  /// @param channel a connected socket
  /// @param file the file
  /// @return how many bytes were sent
  /// @throws IOException if the connection is lost, or the file cannot be read
  public static long sockSendfile(SocketChannel channel, FileChannel file) throws IOException {
    return sockSendfile(channel, file, file.position(), null);
  }

  /// Sends a part of a file, like the other form. Afterwards, also after an error or a
  /// cancellation, the file's position is behind what was sent.
  ///
  /// @param channel a connected socket
  /// @param file the file
  /// @param offset where to begin
  /// @param count how many bytes; `null`: to the end
  /// @return how many bytes were sent
  /// @throws IOException if the connection is lost, or the file cannot be read
  /// @throws IllegalArgumentException if the offset is negative or the count not positive, or the
  ///   channel is closed or blocks
  public static long sockSendfile(
      SocketChannel channel, FileChannel file, long offset, @Nullable Long count)
      throws IOException {
    Sendfile.check(offset, count);
    long end = Sendfile.end(file, offset, count);
    file.position(offset);
    BareChannel.<Boolean>await(
        Current.loop(),
        channel,
        Side.WRITE,
        () -> {
          long position = file.position();
          long sent = position >= end ? 0 : Sendfile.transfer(file, position, end, channel);
          file.position(position + sent);
          boolean shorter = sent == 0 && file.size() <= position;
          return (shorter || position + sent >= end) ? true : null;
        });
    return file.position() - offset;
  }

  // ---- names ------------------------------------------------------------------------------------

  /// Looks up the addresses of a host, on the loop's executor. Suspends, unless `host` is an
  /// address. In debug mode it is logged how long that took.
  ///
  /// @param host a name or an address
  /// @param port the port of the addresses
  /// @return the addresses, in the order of the system's resolver
  /// @throws UnknownHostException if there is none
  public static List<InetSocketAddress> getaddrinfo(String host, int port) throws IOException {
    return getaddrinfo(host, port, null);
  }

  /// Looks up the addresses of a host, of one family. Suspends, unless `host` is an address.
  ///
  /// @param host a name or an address
  /// @param port the port of the addresses
  /// @param family `INET` or `INET6`, or `null` for both
  /// @return the addresses, in the order of the system's resolver
  /// @throws UnknownHostException if there is none
  public static List<InetSocketAddress> getaddrinfo(
      String host, int port, @Nullable StandardProtocolFamily family) throws IOException {
    Objects.requireNonNull(host, "host");
    return Resolver.resolve(Current.loop(), host, family).stream()
        .map(address -> new InetSocketAddress(address, port))
        .toList();
  }

  /// Looks up the name of a host, on the loop's executor. Suspends.
  ///
  /// @param address its address
  /// @return the name; the address as text if it has none
  /// @throws IOException if the address is not resolved
  public static String getnameinfo(InetSocketAddress address) throws IOException {
    return getnameinfo(address, false);
  }

  /// Looks up the name of a host. Suspends. Names of services are not known here: use the port.
  ///
  /// @param address its address
  /// @param nameRequired whether it is an error if the host has no name
  /// @return the name; else the address as text
  /// @throws UnknownHostException if the host has no name and needs one, or is not resolved
  public static String getnameinfo(InetSocketAddress address, boolean nameRequired)
      throws IOException {
    var loop = Current.loop();
    var host = address.getAddress();
    if (host == null) {
      throw new UnknownHostException("the address is not resolved: " + address);
    }
    var anonymous = InetAddress.getByAddress(host.getAddress()); // knows no name from before
    var name =
        Tasks.runInExecutor(
                loop,
                anonymous::getCanonicalHostName,
                () -> new WaitInfo(WaitInfo.Kind.THREAD, "the name of " + anonymous))
            .await(UnknownHostException.class);
    if (nameRequired && name.equals(anonymous.getHostAddress())) {
      throw new UnknownHostException(name + " has no name");
    }
    return name;
  }
}
