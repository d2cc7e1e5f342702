package jasyncio.net;

import jasyncio.internal.face.Current;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Connections and servers for code that reads and writes in coroutines, on the running loop.
///
/// Called in a coroutine. All may suspend until what they make is there; if they fail or are
/// cancelled, nothing is left open. Python: the functions of the same names of `asyncio`.
public final class Streams {
  private Streams() {}

  // ---- clients ----------------------------------------------------------------------------------

  /// Connects to a host by TCP. Suspends until connected.
  ///
  /// @param host a name or an address
  /// @param port the port
  /// @return reader and writer
  /// @throws IOException if no address of the host can be connected to
  public static StreamConnection openConnection(String host, int port) throws IOException {
    return openConnection(host, port, ConnectOptions.defaults());
  }

  /// Connects to a host by TCP, with TLS on top if the options say so. Suspends until connected.
  ///
  /// @param host a name or an address
  /// @param port the port
  /// @param options how, and the reader's limit
  /// @return reader and writer
  /// @throws IOException if no address of the host can be connected to, or the TLS handshake fails
  public static StreamConnection openConnection(String host, int port, ConnectOptions options)
      throws IOException {
    var reader = newReader(options.limit());
    return streams(reader, Transports.createConnection(protocolOf(reader), host, port, options));
  }

  /// Connects to an address, such as [Server#address()]. Suspends until connected.
  ///
  /// @param address an [java.net.InetSocketAddress], which is looked up if it is not resolved, or a
  ///   [java.net.UnixDomainSocketAddress]
  /// @return reader and writer
  /// @throws IOException if nobody listens there
  /// @throws IllegalArgumentException if it is an address of another kind
  public static StreamConnection openConnection(SocketAddress address) throws IOException {
    return openConnection(address, ConnectOptions.defaults());
  }

  /// Connects to an address, with TLS on top if the options say so. Suspends until connected.
  ///
  /// @param address an [java.net.InetSocketAddress], which is looked up if it is not resolved, or a
  ///   [java.net.UnixDomainSocketAddress]
  /// @param options how, and the reader's limit
  /// @return reader and writer
  /// @throws IOException if nobody listens there, or the TLS handshake fails
  /// @throws IllegalArgumentException if it is an address of another kind; with TLS, if neither its
  ///   host nor [TlsOptions#serverHostname(String)] says whose certificate to expect
  public static StreamConnection openConnection(SocketAddress address, ConnectOptions options)
      throws IOException {
    var reader = newReader(options.limit());
    return streams(reader, Transports.createConnection(protocolOf(reader), address, options));
  }

  /// Reads from and writes to a channel that is connected already.
  ///
  /// @param channel a connected TCP or Unix-domain channel; the connection's from now on
  /// @return reader and writer
  /// @throws IOException if the connection has broken
  /// @throws IllegalArgumentException if the channel is not connected, or closed
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static StreamConnection openConnection(SocketChannel channel) throws IOException {
    return openConnection(channel, ConnectOptions.defaults());
  }

  /// Reads from and writes to a channel that is connected already, with TLS on top if the options
  /// say so. Suspends until the handshake is done.
  ///
  /// @param channel a connected TCP or Unix-domain channel; the connection's from now on
  /// @param options TLS, which needs [TlsOptions#serverHostname(String)], and the reader's limit;
  ///   the rest does not count
  /// @return reader and writer
  /// @throws IOException if the connection has broken, or the TLS handshake fails
  /// @throws IllegalArgumentException if the channel is not connected, or closed, or the server's
  ///   name is missing
  /// @throws IllegalStateException if a transport has the channel already, or a coroutine waits for
  ///   it
  public static StreamConnection openConnection(SocketChannel channel, ConnectOptions options)
      throws IOException {
    var reader = newReader(options.limit());
    return streams(reader, Transports.createConnection(protocolOf(reader), channel, options));
  }

  /// Connects to a Unix-domain socket. Suspends until connected.
  ///
  /// @param path the socket's file
  /// @return reader and writer
  /// @throws IOException if nobody listens there
  public static StreamConnection openUnixConnection(Path path) throws IOException {
    return openUnixConnection(path, ConnectOptions.defaults());
  }

  /// Connects to a Unix-domain socket, with TLS on top if the options say so. Suspends until
  /// connected.
  ///
  /// @param path the socket's file
  /// @param options TLS and the reader's limit; the rest does not count
  /// @return reader and writer
  /// @throws IOException if nobody listens there, or the TLS handshake fails
  /// @throws IllegalArgumentException with TLS but without [TlsOptions#serverHostname(String)]
  public static StreamConnection openUnixConnection(Path path, ConnectOptions options)
      throws IOException {
    var reader = newReader(options.limit());
    return streams(reader, Transports.createUnixConnection(protocolOf(reader), path, options));
  }

  private static StreamReader newReader(int limit) {
    return new StreamReader(limit, Current.loop());
  }

  private static Supplier<StreamReaderProtocol> protocolOf(StreamReader reader) {
    return () -> new StreamReaderProtocol(reader);
  }

  private static StreamConnection streams(
      StreamReader reader, Connection<Transport, StreamReaderProtocol> connection) {
    var writer = new StreamWriter(connection.transport(), connection.protocol(), reader);
    return new StreamConnection(reader, writer);
  }

  // ---- this program's own -----------------------------------------------------------------------

  /// The standard streams of this program, [#stdin()] and [#stdout()], for a program that talks to
  /// its parent by them. Suspends until they are there.
  ///
  /// ```java fragment
  /// var standard = Streams.standardStreams();
  /// for (var line : standard.reader()) {
  ///   standard.writer().write(line);
  ///   standard.writer().drain();
  /// }
  /// ```
  ///
  /// @return reader and writer; closing the writer leaves `System.out` open
  /// @throws IOException if the program was started without a standard input
  public static StreamConnection standardStreams() throws IOException {
    var reader = newReader(StreamLimits.DEFAULT);
    var input = Pipes.connectReadPipe(protocolOf(reader), StandardStreams.in());
    try {
      return new StreamConnection(reader, writer(StandardStreams.out(), reader));
    } catch (Throwable e) {
      input.transport().close();
      throw e;
    }
  }

  /// A reader of `System.in`. Suspends until it is there.
  ///
  /// ```java fragment
  /// var stdin = Streams.stdin();
  /// for (String line; (line = stdin.readLine()) != null; ) {
  ///   IO.println("you typed " + line);
  /// }
  /// ```
  ///
  /// It reads ahead, so make one, once, and leave all reading to it. A thread waits in `System.in`
  /// for it, which does not keep the program alive. asyncio has no such function; its users connect
  /// the pipe themselves.
  ///
  /// @return the reader
  /// @throws IOException if the program was started without a standard input
  public static StreamReader stdin() throws IOException {
    var reader = newReader(StreamLimits.DEFAULT);
    Pipes.connectReadPipe(protocolOf(reader), StandardStreams.in());
    return reader;
  }

  /// A writer to `System.out`, for output that others may be slow to take: it never holds up the
  /// loop. Suspends until it is there.
  ///
  /// Its `drain` waits until everything is written. Closing it leaves `System.out` open. A thread
  /// writes, which does not keep the program alive.
  ///
  /// @return the writer
  /// @throws IOException never, so far
  public static StreamWriter stdout() throws IOException {
    return writer(StandardStreams.out(), null);
  }

  /// A writer to `System.err`, like [#stdout()].
  ///
  /// @return the writer
  /// @throws IOException never, so far
  public static StreamWriter stderr() throws IOException {
    return writer(StandardStreams.err(), null);
  }

  private static StreamWriter writer(OutputStream out, @Nullable StreamReader reader)
      throws IOException {
    var output = Pipes.connectWritePipe(FlowControlMixin::new, out);
    output.transport().setWriteBufferLimits(0);
    return new StreamWriter(output.transport(), output.protocol(), reader);
  }

  // ---- servers ----------------------------------------------------------------------------------

  /// Listens on a port, and has each client talked to by a task of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param host a name or an address of this machine; empty or `null`: all of them
  /// @param port the port; 0: any, see [Server#port()]
  /// @return the server, which accepts connections already
  /// @throws IOException if that cannot be listened on
  public static Server startServer(ClientHandler handler, @Nullable String host, int port)
      throws IOException {
    return startServer(handler, host, port, ServerOptions.defaults());
  }

  /// Listens on a port, and has each client talked to by a task of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param host a name or an address of this machine; empty or `null`: all of them
  /// @param port the port; 0: any, see [Server#port()]
  /// @param options how, and the limit of the clients' readers
  /// @return the server
  /// @throws IOException if that cannot be listened on
  public static Server startServer(
      ClientHandler handler, @Nullable String host, int port, ServerOptions options)
      throws IOException {
    return Transports.createServer(protocolOf(handler, options), host, port, options);
  }

  /// Listens on a port of all of this machine's addresses, and has each client talked to by a task
  /// of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param port the port; 0: any, see [Server#port()]
  /// @return the server, which accepts connections already
  /// @throws IOException if that cannot be listened on
  public static Server startServer(ClientHandler handler, int port) throws IOException {
    return startServer(handler, port, ServerOptions.defaults());
  }

  /// Listens on a port of all of this machine's addresses, and has each client talked to by a task
  /// of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param port the port; 0: any, see [Server#port()]
  /// @param options how, and the limit of the clients' readers
  /// @return the server
  /// @throws IOException if that cannot be listened on
  public static Server startServer(ClientHandler handler, int port, ServerOptions options)
      throws IOException {
    return startServer(handler, (String) null, port, options);
  }

  /// Listens on a port of several hosts, and has each client talked to by a task of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param hosts names or addresses of this machine
  /// @param port the port; 0: any, another one for each address
  /// @param options how, and the limit of the clients' readers
  /// @return the server
  /// @throws IOException if one of them cannot be listened on; then none is
  public static Server startServer(
      ClientHandler handler,
      Collection<? extends @Nullable String> hosts,
      int port,
      ServerOptions options)
      throws IOException {
    return Transports.createServer(protocolOf(handler, options), hosts, port, options);
  }

  /// Listens on an address, and has each client talked to by a task of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param address an [java.net.InetSocketAddress], of which the wildcard means all of this
  ///   machine's addresses, or a [java.net.UnixDomainSocketAddress]
  /// @return the server, which accepts connections already
  /// @throws IOException if that cannot be listened on
  /// @throws IllegalArgumentException if it is an address of another kind
  public static Server startServer(ClientHandler handler, SocketAddress address)
      throws IOException {
    return startServer(handler, address, ServerOptions.defaults());
  }

  /// Listens on an address, and has each client talked to by a task of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param address an [java.net.InetSocketAddress], of which the wildcard means all of this
  ///   machine's addresses, or a [java.net.UnixDomainSocketAddress]
  /// @param options how, and the limit of the clients' readers
  /// @return the server
  /// @throws IOException if that cannot be listened on
  /// @throws IllegalArgumentException if it is an address of another kind
  public static Server startServer(
      ClientHandler handler, SocketAddress address, ServerOptions options) throws IOException {
    return Transports.createServer(protocolOf(handler, options), address, options);
  }

  /// Listens on a channel that is bound already, and has each client talked to by a task of its
  /// own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param channel a bound TCP or Unix-domain channel; the server's from now on. The file of a
  ///   Unix-domain socket is removed at the end
  /// @return the server, which accepts connections already
  /// @throws IOException if the channel is closed
  /// @throws IllegalArgumentException if the channel is not bound
  /// @throws IllegalStateException if a server has the channel already, or a coroutine waits for it
  public static Server startServer(ClientHandler handler, ServerSocketChannel channel)
      throws IOException {
    return startServer(handler, channel, ServerOptions.defaults());
  }

  /// Listens on a channel that is bound already, and has each client talked to by a task of its
  /// own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param channel a bound TCP or Unix-domain channel; the server's from now on
  /// @param options how, and the limit of the clients' readers; what concerns binding does not
  ///   count, but the file of a Unix-domain socket is removed at the end unless they say that it is
  ///   not
  /// @return the server
  /// @throws IOException if the channel is closed
  /// @throws IllegalArgumentException if the channel is not bound
  /// @throws IllegalStateException if a server has the channel already, or a coroutine waits for it
  public static Server startServer(
      ClientHandler handler, ServerSocketChannel channel, ServerOptions options)
      throws IOException {
    return Transports.createServer(protocolOf(handler, options), channel, options);
  }

  /// Listens on a Unix-domain socket, and has each client talked to by a task of its own. A socket
  /// that is there already is replaced, even if somebody listens on it; any other file is not.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param path the socket's file
  /// @return the server, which accepts connections already
  /// @throws IOException if that cannot be listened on
  public static Server startUnixServer(ClientHandler handler, Path path) throws IOException {
    return startUnixServer(handler, path, ServerOptions.defaults());
  }

  /// Listens on a Unix-domain socket, and has each client talked to by a task of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param path the socket's file
  /// @param options how, and the limit of the clients' readers
  /// @return the server
  /// @throws IOException if that cannot be listened on
  public static Server startUnixServer(ClientHandler handler, Path path, ServerOptions options)
      throws IOException {
    return Transports.createUnixServer(protocolOf(handler, options), path, options);
  }

  private static Supplier<StreamReaderProtocol> protocolOf(
      ClientHandler handler, ServerOptions options) {
    Objects.requireNonNull(handler, "handler");
    var loop = Current.loop();
    int limit = options.limit();
    return () -> new StreamReaderProtocol(new StreamReader(limit, loop), handler);
  }
}
