package jasyncio.net;

import jasyncio.Asyncio;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Connections and servers for code that reads and writes in coroutines, on the running loop.
///
/// Called in a coroutine. Python: the functions of the same names of `asyncio`.
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
    return new StreamReader(limit, Asyncio.getRunningLoop());
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

  /// The standard streams of this program: a reader of `System.in` and a writer to `System.out`.
  /// Suspends until they are there.
  ///
  /// ```java fragment
  /// var standard = Streams.standardStreams();
  /// for (var line : standard.reader()) {
  ///   standard.writer().write(line);
  ///   standard.writer().drain();
  /// }
  /// ```
  ///
  /// The writer's `drain` waits until everything is written. Closing it leaves `System.out` open;
  /// `System.in` is read ahead, so leave all reading to one reader, and make it once. A thread
  /// waits in each of them, which does not keep the program alive. asyncio has no such function;
  /// its users connect both pipes themselves.
  ///
  /// @return reader and writer
  /// @throws IOException if the program was started without a standard input
  public static StreamConnection standardStreams() throws IOException {
    var reader = newReader(StreamLimits.DEFAULT);
    var input = Pipes.connectReadPipe(protocolOf(reader), StandardStreams.input());
    try {
      var output = Pipes.connectWritePipe(FlowControlMixin::new, StandardStreams.output());
      output.transport().setWriteBufferLimits(0);
      var writer = new StreamWriter(output.transport(), output.protocol(), reader);
      return new StreamConnection(reader, writer);
    } catch (Throwable e) {
      input.transport().close();
      throw e;
    }
  }

  // ---- servers ----------------------------------------------------------------------------------

  /// Listens on a port, and has each client talked to by a task of its own.
  ///
  /// @param handler talks to one client; may suspend; closes the writer
  /// @param host a name or an address of this machine; empty or `null`: all of them
  /// @param port the port; 0: any, see [Server#sockets()]
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
  /// @param port the port; 0: any, see [Server#sockets()]
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
  /// @param port the port; 0: any, see [Server#sockets()]
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
    var loop = Asyncio.getRunningLoop();
    int limit = options.limit();
    return () -> new StreamReaderProtocol(new StreamReader(limit, loop), handler);
  }
}
