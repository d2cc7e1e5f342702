package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.internal.face.Current;
import jasyncio.internal.net.Acceptor;
import jasyncio.internal.net.BareChannel;
import jasyncio.internal.net.Clients;
import jasyncio.internal.net.Connector;
import jasyncio.internal.net.Listeners;
import jasyncio.internal.net.Peers;
import jasyncio.internal.net.Sendfile;
import jasyncio.internal.net.SocketTransport;
import jasyncio.internal.net.TlsAppTransport;
import jasyncio.internal.net.TlsLayer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Connections and servers for protocols written as callbacks, on the running loop.
///
/// Called in a coroutine. Those that make something may suspend; if they fail or are cancelled,
/// nothing is left open. Python: the methods of the loop of the same names.
public final class Transports {
  private Transports() {}

  // ---- clients ----------------------------------------------------------------------------------

  /// Connects to a host by TCP.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol, once connected
  /// @param host a name or an address
  /// @param port the port
  /// @return the transport, and the protocol, which has heard of it
  /// @throws IOException if no address of the host can be connected to
  public static <P extends Protocol> Connection<Transport, P> createConnection(
      Supplier<? extends P> factory, String host, int port) throws IOException {
    return createConnection(factory, host, port, ConnectOptions.defaults());
  }

  /// Connects to a host by TCP, with TLS on top if the options say so.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol, once connected
  /// @param host a name or an address
  /// @param port the port
  /// @param options how
  /// @return the transport, and the protocol, which has heard of it
  /// @throws IOException if no address of the host can be connected to, or the TLS handshake fails
  /// @throws IllegalArgumentException with TLS, if neither the host nor
  ///   [TlsOptions#serverHostname(String)] says whose certificate to expect
  public static <P extends Protocol> Connection<Transport, P> createConnection(
      Supplier<? extends P> factory, String host, int port, ConnectOptions options)
      throws IOException {
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(host, "host");
    var tls = host.isEmpty() ? withHostname(options.tls()) : options.tls();
    var loop = Current.loop();
    var channel = new Connector(loop, options).connect(host, port);
    return begin(loop, factory, channel, tls, host, port);
  }

  /// Connects to an address, such as [Server#address()].
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol, once connected
  /// @param address an [InetSocketAddress], which is looked up if it is not resolved, or a
  ///   [UnixDomainSocketAddress]
  /// @return the transport, and the protocol, which has heard of it
  /// @throws IOException if nobody listens there
  /// @throws IllegalArgumentException if it is an address of another kind
  public static <P extends Protocol> Connection<Transport, P> createConnection(
      Supplier<? extends P> factory, SocketAddress address) throws IOException {
    return createConnection(factory, address, ConnectOptions.defaults());
  }

  /// Connects to an address, with TLS on top if the options say so.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol, once connected
  /// @param address an [InetSocketAddress], which is looked up if it is not resolved, or a
  ///   [UnixDomainSocketAddress]
  /// @param options how. To one address, TLS, the local address and `allErrors` count alone; to a
  ///   Unix-domain socket, TLS alone
  /// @return the transport, and the protocol, which has heard of it
  /// @throws IOException if nobody listens there, or the TLS handshake fails
  /// @throws IllegalArgumentException if it is an address of another kind; with TLS, if neither its
  ///   host nor [TlsOptions#serverHostname(String)] says whose certificate to expect
  public static <P extends Protocol> Connection<Transport, P> createConnection(
      Supplier<? extends P> factory, SocketAddress address, ConnectOptions options)
      throws IOException {
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(address, "address");
    var inet = address instanceof InetSocketAddress i ? i : null;
    var tls = inet == null ? withHostname(options.tls()) : options.tls();
    var loop = Current.loop();
    var channel = new Connector(loop, options).connect(address);
    return inet == null
        ? begin(loop, factory, channel, tls, null, -1)
        : begin(loop, factory, channel, tls, inet.getHostString(), inet.getPort());
  }

  /// Makes a transport of a channel that is connected already, and has it.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param channel a connected TCP or Unix-domain channel; the transport's from now on
  /// @return the transport and the protocol
  /// @throws IOException if the connection has broken
  /// @throws IllegalArgumentException if the channel is not connected, or closed
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static <P extends Protocol> Connection<Transport, P> createConnection(
      Supplier<? extends P> factory, SocketChannel channel) throws IOException {
    return createConnection(factory, channel, ConnectOptions.defaults());
  }

  /// Makes a transport of a channel that is connected already, and has it.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param channel a connected TCP or Unix-domain channel; the transport's from now on
  /// @param options TLS counts alone; with TLS, [TlsOptions#serverHostname(String)] is needed
  /// @return the transport and the protocol
  /// @throws IOException if the connection has broken, or the TLS handshake fails
  /// @throws IllegalArgumentException if the channel is not connected, or closed, or the server's
  ///   name is missing
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static <P extends Protocol> Connection<Transport, P> createConnection(
      Supplier<? extends P> factory, SocketChannel channel, ConnectOptions options)
      throws IOException {
    Objects.requireNonNull(factory, "factory");
    var tls = withHostname(options.tls());
    var loop = Current.loop();
    checkUsable(loop, channel);
    return begin(loop, factory, channel, tls, null, -1);
  }

  /// Connects to a Unix-domain socket.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol, once connected
  /// @param path the socket's file
  /// @return the transport and the protocol
  /// @throws IOException if nobody listens there
  public static <P extends Protocol> Connection<Transport, P> createUnixConnection(
      Supplier<? extends P> factory, Path path) throws IOException {
    return createUnixConnection(factory, path, ConnectOptions.defaults());
  }

  /// Connects to a Unix-domain socket.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol, once connected
  /// @param path the socket's file
  /// @param options TLS counts alone; with TLS, [TlsOptions#serverHostname(String)] is needed
  /// @return the transport and the protocol
  /// @throws IOException if nobody listens there, or the TLS handshake fails
  /// @throws IllegalArgumentException if the server's name is missing
  public static <P extends Protocol> Connection<Transport, P> createUnixConnection(
      Supplier<? extends P> factory, Path path, ConnectOptions options) throws IOException {
    return createConnection(factory, UnixDomainSocketAddress.of(path), options);
  }

  private static @Nullable TlsOptions withHostname(@Nullable TlsOptions tls) {
    if (tls != null && tls.serverHostname() == null) {
      throw new IllegalArgumentException(
          "a TLS connection without a host needs TlsOptions.serverHostname(...); empty: not checked");
    }
    return tls;
  }

  private static <P extends Protocol> Connection<Transport, P> begin(
      EventLoop loop,
      Supplier<? extends P> factory,
      SocketChannel channel,
      @Nullable TlsOptions tls,
      @Nullable String host,
      int port)
      throws IOException {
    try {
      var protocol = Objects.requireNonNull(factory.get(), "the factory gave no protocol");
      return new Connection<>(begin(loop, protocol, channel, tls, false, host, port), protocol);
    } catch (Throwable e) {
      Connector.close(channel);
      throw e;
    }
  }

  private static Transport begin(
      EventLoop loop,
      Protocol protocol,
      SocketChannel channel,
      @Nullable TlsOptions tls,
      boolean serverSide,
      @Nullable String host,
      int port)
      throws IOException {
    var waiter =
        loop.<@Nullable Void>createFuture(() ->
            new WaitInfo(
                WaitInfo.Kind.IO,
                (tls == null ? "the connection to " : "the TLS handshake with ")
                    + (host == null ? channel : host + ":" + port)));
    var layer =
        tls == null
            ? null
            : new TlsLayer(loop, protocol, tls, serverSide, host, port, waiter, true);
    var socket = new SocketTransport(loop, channel, layer == null ? protocol : layer, null);
    socket.start(layer == null ? waiter : null);
    try {
      waiter.await(IOException.class);
    } catch (Throwable e) {
      socket.abort();
      throw e;
    }
    return layer == null ? socket : layer.transport();
  }

  private static void checkUsable(EventLoop loop, SocketChannel channel) {
    if (!channel.isConnected()) {
      throw new IllegalArgumentException("a connected channel was expected, got " + channel);
    }
    BareChannel.free(loop, channel);
  }

  // ---- servers ----------------------------------------------------------------------------------

  /// Listens on a port and makes a protocol for every connection.
  ///
  /// @param factory makes a protocol for each connection
  /// @param host a name or an address of this machine; empty or `null`: all of them
  /// @param port the port; 0: any, see [Server#port()]
  /// @return the server, which accepts connections already
  /// @throws IOException if that cannot be listened on
  public static Server createServer(
      Supplier<? extends Protocol> factory, @Nullable String host, int port) throws IOException {
    return createServer(factory, host, port, ServerOptions.defaults());
  }

  /// Listens on a port and makes a protocol for every connection.
  ///
  /// @param factory makes a protocol for each connection
  /// @param host a name or an address of this machine; empty or `null`: all of them
  /// @param port the port; 0: any, see [Server#port()]
  /// @param options how
  /// @return the server
  /// @throws IOException if that cannot be listened on
  public static Server createServer(
      Supplier<? extends Protocol> factory, @Nullable String host, int port, ServerOptions options)
      throws IOException {
    return createServer(factory, Collections.singletonList(host), port, options);
  }

  /// Listens on a port of all of this machine's addresses and makes a protocol for every
  /// connection.
  ///
  /// @param factory makes a protocol for each connection
  /// @param port the port; 0: any, see [Server#port()]
  /// @return the server, which accepts connections already
  /// @throws IOException if that cannot be listened on
  public static Server createServer(Supplier<? extends Protocol> factory, int port)
      throws IOException {
    return createServer(factory, port, ServerOptions.defaults());
  }

  /// Listens on a port of all of this machine's addresses and makes a protocol for every
  /// connection.
  ///
  /// @param factory makes a protocol for each connection
  /// @param port the port; 0: any, see [Server#port()]
  /// @param options how
  /// @return the server
  /// @throws IOException if that cannot be listened on
  public static Server createServer(
      Supplier<? extends Protocol> factory, int port, ServerOptions options) throws IOException {
    return createServer(factory, (String) null, port, options);
  }

  /// Listens on a port of several hosts and makes a protocol for every connection. Each address is
  /// bound once, however often it comes up; one that this machine does not have is left out, unless
  /// there is no other.
  ///
  /// @param factory makes a protocol for each connection
  /// @param hosts names or addresses of this machine
  /// @param port the port; 0: any, another one for each address
  /// @param options how
  /// @return the server
  /// @throws IOException if one of them cannot be listened on; then none is
  public static Server createServer(
      Supplier<? extends Protocol> factory,
      Collection<? extends @Nullable String> hosts,
      int port,
      ServerOptions options)
      throws IOException {
    Objects.requireNonNull(factory, "factory");
    var loop = Current.loop();
    return serve(loop, new Listeners(loop, options).bind(hosts, port), factory, options);
  }

  /// Listens on an address and makes a protocol for every connection.
  ///
  /// @param factory makes a protocol for each connection
  /// @param address an [InetSocketAddress], of which the wildcard means all of this machine's
  ///   addresses, or a [UnixDomainSocketAddress]
  /// @return the server, which accepts connections already
  /// @throws IOException if that cannot be listened on
  /// @throws IllegalArgumentException if it is an address of another kind
  public static Server createServer(Supplier<? extends Protocol> factory, SocketAddress address)
      throws IOException {
    return createServer(factory, address, ServerOptions.defaults());
  }

  /// Listens on an address and makes a protocol for every connection. A Unix-domain socket that is
  /// there already is replaced, as by [#createUnixServer].
  ///
  /// @param factory makes a protocol for each connection
  /// @param address an [InetSocketAddress], of which the wildcard means all of this machine's
  ///   addresses, or a [UnixDomainSocketAddress]
  /// @param options how
  /// @return the server
  /// @throws IOException if that cannot be listened on
  /// @throws IllegalArgumentException if it is an address of another kind
  public static Server createServer(
      Supplier<? extends Protocol> factory, SocketAddress address, ServerOptions options)
      throws IOException {
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(address, "address");
    var loop = Current.loop();
    return serve(loop, new Listeners(loop, options).bind(address), factory, options);
  }

  /// Makes a server of a channel that is bound already, and has it.
  ///
  /// @param factory makes a protocol for each connection
  /// @param channel a bound TCP or Unix-domain channel; the server's from now on. The file of a
  ///   Unix-domain socket is removed at the end
  /// @return the server, which accepts connections already
  /// @throws IOException if the channel is closed
  /// @throws IllegalArgumentException if the channel is not bound
  /// @throws IllegalStateException if a server has the channel already, or a coroutine waits for it
  public static Server createServer(
      Supplier<? extends Protocol> factory, ServerSocketChannel channel) throws IOException {
    return createServer(factory, channel, ServerOptions.defaults());
  }

  /// Makes a server of a channel that is bound already, and has it.
  ///
  /// @param factory makes a protocol for each connection
  /// @param channel a bound TCP or Unix-domain channel; the server's from now on
  /// @param options how; what concerns binding does not count, but the file of a Unix-domain socket
  ///   is removed at the end unless they say that it is not
  /// @return the server
  /// @throws IOException if the channel is closed
  /// @throws IllegalArgumentException if the channel is not bound
  /// @throws IllegalStateException if a server has the channel already, or a coroutine waits for it
  public static Server createServer(
      Supplier<? extends Protocol> factory, ServerSocketChannel channel, ServerOptions options)
      throws IOException {
    Objects.requireNonNull(factory, "factory");
    if (channel.getLocalAddress() == null) {
      throw new IllegalArgumentException("a bound channel was expected, got " + channel);
    }
    var loop = Current.loop();
    BareChannel.free(loop, channel);
    return serve(loop, new Listeners(loop, options).listening(channel), factory, options);
  }

  /// Listens on a Unix-domain socket and makes a protocol for every connection. A socket that is
  /// there already is replaced, even if somebody listens on it; any other file is not.
  ///
  /// @param factory makes a protocol for each connection
  /// @param path the socket's file
  /// @return the server
  /// @throws IOException if that cannot be listened on
  public static Server createUnixServer(Supplier<? extends Protocol> factory, Path path)
      throws IOException {
    return createUnixServer(factory, path, ServerOptions.defaults());
  }

  /// Listens on a Unix-domain socket and makes a protocol for every connection.
  ///
  /// @param factory makes a protocol for each connection
  /// @param path the socket's file
  /// @param options how
  /// @return the server
  /// @throws IOException if that cannot be listened on
  public static Server createUnixServer(
      Supplier<? extends Protocol> factory, Path path, ServerOptions options) throws IOException {
    return createServer(factory, UnixDomainSocketAddress.of(path), options);
  }

  private static Server serve(
      EventLoop loop,
      Listeners.Listening listening,
      Supplier<? extends Protocol> factory,
      ServerOptions options)
      throws IOException {
    Server.Welcome welcome =
        (channel, clients) -> {
          if (clients.size() >= options.maxClients()) {
            channel.close();
            return;
          }
          if (options.keepAlive()
              && channel.supportedOptions().contains(StandardSocketOptions.SO_KEEPALIVE)) {
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
          }
          welcome(loop, channel, factory, options.tls(), clients);
        };
    Server server;
    try {
      server = new Server(loop, listening, welcome);
    } catch (Throwable e) {
      listening.channels().forEach(Acceptor::closeChannel);
      listening.cleanUp().run();
      throw e;
    }
    if (options.startServing()) {
      try {
        server.startServing();
      } catch (Throwable e) {
        server.close();
        throw e;
      }
    }
    return server;
  }

  private static void welcome(
      EventLoop loop,
      SocketChannel channel,
      Supplier<? extends Protocol> factory,
      @Nullable TlsOptions tls,
      Clients clients)
      throws IOException {
    var protocol = Objects.requireNonNull(factory.get(), "the factory gave no protocol");
    var below =
        tls == null ? protocol : new TlsLayer(loop, protocol, tls, true, null, -1, null, true);
    new SocketTransport(loop, channel, below, clients).start(null);
  }

  /// Makes a plain transport of a connection that somebody else has accepted, and has it.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param channel the accepted connection; the transport's from now on
  /// @return the transport and the protocol
  /// @throws IOException if the connection has broken
  /// @throws IllegalArgumentException if the channel is not connected, or closed
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static <P extends Protocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<? extends P> factory, SocketChannel channel) throws IOException {
    return connectAcceptedSocket(factory, channel, null);
  }

  /// Makes a transport of a connection that somebody else has accepted, and has it.
  ///
  /// @param <P> the protocol's type
  /// @param factory makes the protocol
  /// @param channel the accepted connection; the transport's from now on
  /// @param tls TLS, with this side as the server, or `null`
  /// @return the transport and the protocol
  /// @throws IOException if the connection has broken, or the TLS handshake fails
  /// @throws IllegalArgumentException if the channel is not connected, or closed
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static <P extends Protocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<? extends P> factory, SocketChannel channel, @Nullable TlsOptions tls)
      throws IOException {
    Objects.requireNonNull(factory, "factory");
    var loop = Current.loop();
    checkUsable(loop, channel);
    try {
      var protocol = Objects.requireNonNull(factory.get(), "the factory gave no protocol");
      return new Connection<>(begin(loop, protocol, channel, tls, true, null, -1), protocol);
    } catch (Throwable e) {
      Connector.close(channel);
      throw e;
    }
  }

  // ---- on a transport ---------------------------------------------------------------------------

  /// Sends a file from its position on, without the bytes passing through this program where the
  /// system can do that. Suspends until everything is sent.
  ///
  /// @param transport where to
  /// @param file the file
  /// @return how many bytes were sent
  /// @throws IOException if the connection is lost, or the file cannot be read
  public static long sendfile(Transport transport, FileChannel file) throws IOException {
    return Sendfile.send(transport, file, file.position(), null, true);
  }

  /// Sends a part of a file, like the other form. What was written before goes first; write nothing
  /// else until this returns, which a socket refuses, and TLS or a pipe would put in the middle.
  /// Afterwards, also after an error, the file's position is behind what was sent.
  ///
  /// **Cancellation** ends the sending where it is.
  ///
  /// @param transport where to
  /// @param file the file
  /// @param offset where to begin
  /// @param count how many bytes; `null`: to the end
  /// @param fallback whether to read the file and write it in the ordinary way where the system has
  ///   no other one, such as under TLS
  /// @return how many bytes were sent
  /// @throws IOException if the connection is lost, or the file cannot be read
  /// @throws IllegalArgumentException if the offset is negative or the count not positive
  /// @throws IllegalStateException if the transport is closing or sends a file already
  /// @throws SendfileNotAvailableException if only the ordinary way is left and `fallback` is false
  public static long sendfile(
      Transport transport, FileChannel file, long offset, @Nullable Long count, boolean fallback)
      throws IOException {
    return Sendfile.send(transport, file, offset, count, fallback);
  }

  /// Puts TLS onto a connection that is plain so far; both sides must do it at the same point.
  /// Suspends until the handshake is done.
  ///
  /// @param transport the transport beneath, plain or under TLS itself; not to be used any more
  /// @param protocol the protocol that the new transport will call; its `connectionMade` is not
  ///   called
  /// @param tls how. A client needs [TlsOptions#serverHostname(String)]
  /// @param serverSide whether this side is the server
  /// @return the transport to use from now on
  /// @throws IOException if the handshake fails; then the connection is closed. Also if the other
  ///   side has sent its end of stream already, or the transport is closing
  /// @throws IllegalArgumentException if it is not the transport of a socket, or of TLS, of this
  ///   package, or a client does not say whose certificate it expects
  /// @throws IllegalStateException if TLS was put onto the transport before
  public static Transport startTls(
      Transport transport, Protocol protocol, TlsOptions tls, boolean serverSide)
      throws IOException {
    if (!(transport instanceof SocketTransport || transport instanceof TlsAppTransport)) {
      throw new IllegalArgumentException(
          "transport " + transport + " is not supported by startTls()");
    }
    var loop = Current.loop();
    var waiter =
        loop.<@Nullable Void>createFuture(
            () -> Peers.waitInfo(transport, "the TLS handshake with ", "", "the TLS handshake"));
    var layer = new TlsLayer(loop, protocol, tls, serverSide, null, -1, waiter, false);
    if (transport.getProtocol() instanceof TlsLayer) {
      throw new IllegalStateException("TLS has begun on this transport already: use its own");
    } else if (transport.isClosing()) {
      throw new SocketException("the connection is closed: TLS cannot begin on it");
    }
    layer.takeOver(
        transport, protocol instanceof StreamReaderProtocol streams ? upgradable(streams) : null);
    try {
      waiter.await(IOException.class);
    } catch (Throwable e) {
      transport.close();
      throw e;
    }
    return layer.transport();
  }

  private static TlsLayer.Upgradable upgradable(StreamReaderProtocol streams) {
    return new TlsLayer.Upgradable() {
      @Override
      public byte[] takeBuffered() {
        return streams.takeBuffered();
      }

      @Override
      public void replaceTransport(Transport newTransport) {
        streams.replaceTransport(newTransport);
      }
    };
  }
}
