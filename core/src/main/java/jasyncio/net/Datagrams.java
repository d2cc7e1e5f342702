package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Current;
import jasyncio.internal.net.BareChannel;
import jasyncio.internal.net.DatagramBinder;
import jasyncio.internal.net.DatagramQueue;
import jasyncio.internal.net.UdpTransport;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Endpoints for datagrams (UDP) on the running loop: for coroutines, [#open], [#bind] and
/// [#connect]; for protocols written as callbacks, [#createDatagramEndpoint].
///
/// ```java fragment
/// try (var socket = jasyncio.net.Datagrams.bind("127.0.0.1", 9999)) {
///   for (var datagram : socket) { // suspends until one comes
///     socket.send(datagram.data(), datagram.address());
///   }
/// }
/// ```
///
/// Called in a coroutine. All suspend; if they fail or are cancelled, nothing is left open. The JDK
/// has no datagrams over Unix-domain sockets.
public final class Datagrams {
  private Datagrams() {}

  // ---- for coroutines ---------------------------------------------------------------------------

  /// Opens an endpoint that receives from everybody, and sends to any address.
  ///
  /// @param host a name or an address of this machine; empty or `null`: all of them
  /// @param port the port; 0: any, see [DatagramStream#localAddress()]
  /// @return the endpoint
  /// @throws IOException if that cannot be bound to
  public static DatagramStream bind(@Nullable String host, int port) throws IOException {
    return open(DatagramOptions.local(host, port));
  }

  /// Opens an endpoint that sends to one address and receives from there alone. Nothing is sent
  /// yet: whether anybody listens shows when it sends.
  ///
  /// @param host a name or an address
  /// @param port the port
  /// @return the endpoint
  /// @throws IOException if there is no such host, or no way to it
  public static DatagramStream connect(String host, int port) throws IOException {
    return open(DatagramOptions.remote(host, port));
  }

  /// Opens an endpoint.
  ///
  /// @param options how
  /// @return the endpoint
  /// @throws IOException if an address cannot be resolved, bound to or connected to
  /// @throws IllegalArgumentException if the options have no address and no family, or the
  ///   addresses are of different families
  public static DatagramStream open(DatagramOptions options) throws IOException {
    var queue = new DatagramQueue(options.queueLimit());
    createDatagramEndpoint(() -> queue, options);
    return new DatagramStream(queue);
  }

  /// Makes an endpoint of a channel, and has it.
  ///
  /// @param channel a datagram channel; the endpoint's from now on
  /// @return the endpoint
  /// @throws IOException if the channel is closed
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static DatagramStream open(DatagramChannel channel) throws IOException {
    var queue = new DatagramQueue(DatagramOptions.defaults().queueLimit());
    createDatagramEndpoint(() -> queue, channel);
    return new DatagramStream(queue);
  }

  // ---- for protocols ----------------------------------------------------------------------------

  /// Makes an endpoint whose protocol is told of every datagram. Python:
  /// `loop.create_datagram_endpoint`.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol, once the socket is there
  /// @param options how
  /// @return the transport, and the protocol, which has heard of it
  /// @throws IOException if an address cannot be resolved, bound to or connected to
  /// @throws IllegalArgumentException if the options have no address and no family, or the
  ///   addresses are of different families
  public static <P extends DatagramProtocol>
      Connection<DatagramTransport, P> createDatagramEndpoint(
          Supplier<? extends P> factory, DatagramOptions options) throws IOException {
    Objects.requireNonNull(factory, "factory");
    var loop = Current.loop();
    var bound = new DatagramBinder(loop, options).bind();
    return begin(loop, factory, bound);
  }

  /// Makes an endpoint of a channel, and has it. If the channel is connected, so is the endpoint.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param channel a datagram channel; the transport's from now on
  /// @return the transport and the protocol
  /// @throws IOException if the channel is closed
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static <P extends DatagramProtocol>
      Connection<DatagramTransport, P> createDatagramEndpoint(
          Supplier<? extends P> factory, DatagramChannel channel) throws IOException {
    Objects.requireNonNull(factory, "factory");
    var loop = Current.loop();
    BareChannel.free(loop, channel);
    if (channel.getLocalAddress() == null) {
      channel.bind(null);
    }
    return begin(loop, factory, new DatagramBinder.Bound(channel, null));
  }

  private static <P extends DatagramProtocol> Connection<DatagramTransport, P> begin(
      EventLoop loop, Supplier<? extends P> factory, DatagramBinder.Bound bound)
      throws IOException {
    P protocol;
    UdpTransport transport;
    try {
      protocol = Objects.requireNonNull(factory.get(), "the factory gave no protocol");
      transport = new UdpTransport(loop, bound.channel(), protocol, bound.remote());
    } catch (Throwable e) {
      DatagramBinder.close(bound.channel());
      throw e;
    }
    Future<@Nullable Void> waiter =
        loop.createFuture(() -> new WaitInfo(WaitInfo.Kind.IO, "the endpoint to be set up"));
    transport.start(waiter);
    try {
      waiter.await();
    } catch (Throwable e) {
      transport.close();
      throw e;
    }
    return new Connection<>(transport, protocol);
  }
}
