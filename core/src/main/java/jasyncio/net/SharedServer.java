package jasyncio.net;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.LoopGroup;
import jasyncio.TaskGroup;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Loops;
import jasyncio.internal.loop.LoopAccess;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Servers that listen on one port, one on each loop of a [LoopGroup]: the system hands each new
/// connection to one of them, where it stays.
///
/// ```java
/// import static jasyncio.Asyncio.*;
///
/// import jasyncio.LoopGroup;
/// import jasyncio.net.*;
///
/// void main() throws IOException {
///   run(() -> {
///     try (var group = LoopGroup.open();
///         var server =
///             SharedServer.start(
///                 group, 0, (port, options) -> Streams.startServer(this::echo, port, options))) {
///       IO.println("listens at " + server.port());
///     }
///   });
/// }
///
/// void echo(StreamReader reader, StreamWriter writer) throws IOException {
///   try (writer) {
///     for (var line : reader) {
///       writer.write(line);
///       writer.drain();
///     }
///   }
/// }
/// ```
///
/// It needs `SO_REUSEPORT`, which Linux and macOS have; Linux alone spreads connections. Python:
/// `start_server(…, reuse_port=True)` in several processes.
public final class SharedServer implements AutoCloseable {
  private final List<Server> servers;
  private volatile boolean closed; // or about to be, by close()

  private SharedServer(List<Server> servers) {
    this.servers = List.copyOf(servers);
  }

  /// Makes the server of one loop.
  @FunctionalInterface
  public interface Opening {
    /// Makes the server of the loop that runs here. May suspend.
    ///
    /// @param port the port to listen on
    /// @param options how, `reusePort` among it
    /// @return the server, a new one
    /// @throws Exception if that cannot be listened on
    Server open(int port, ServerOptions options) throws Exception;
  }

  /// Has every loop of a group listen on the same port. Suspends.
  ///
  /// @param group the loops
  /// @param port the port; 0: any, the same for all
  /// @param opening makes the server of each loop: it is called there
  /// @return the servers, which accept connections already
  /// @throws IOException if one of them cannot listen; then none does
  /// @throws IllegalArgumentException if this system has no `SO_REUSEPORT`; or if `opening` gives
  ///   something else than a new server of the loop that runs there, which listens as it is told
  /// @throws IllegalStateException if a loop of the group has ended, or the caller runs in no task
  public static SharedServer start(LoopGroup group, int port, Opening opening) throws IOException {
    return start(group, port, ServerOptions.defaults(), opening);
  }

  /// Has every loop of a group listen on the same port, as the other form does.
  ///
  /// @param group the loops
  /// @param port the port; 0: any, the same for all
  /// @param options how; `opening` gets them with `reusePort`
  /// @param opening makes the server of each loop
  /// @return the servers
  /// @throws IOException if one of them cannot listen; then none does
  public static SharedServer start(
      LoopGroup group, int port, ServerOptions options, Opening opening) throws IOException {
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(opening, "opening");
    var shared = Objects.requireNonNull(options, "options").reusePort(true);
    if (Current.task() == null) {
      throw new IllegalStateException(
          "to start a shared server is to wait for all its loops, and no task runs here that could;"
              + " use run(...) or createTask(...)");
    }
    var servers = new ArrayList<Server>();
    try {
      for (var loop : group.loops()) {
        int common = servers.isEmpty() ? port : servers.getFirst().port();
        Action<?> open = // one after the other: so the list is never used by two
            () -> servers.add(checked(opening.open(common, shared), loop, common));
        loop.call(open).await(IOException.class);
      }
    } catch (Throwable e) {
      closeAndWait(servers, e);
      if (e instanceof BindException taken && !servers.isEmpty()) {
        throw withoutOptions(taken);
      }
      throw e;
    }
    return new SharedServer(servers);
  }

  /// The port is taken by one of our own servers.
  private static IllegalArgumentException withoutOptions(BindException taken) {
    return new IllegalArgumentException(
        "the opening is to use the options that it is given, which have reusePort: "
            + taken.getMessage(),
        taken);
  }

  /// What the opening has made on `loop`, which runs here; closed if it is of no use.
  private static Server checked(@Nullable Server server, EventLoop loop, int port) {
    var problem = problemOf(server, loop, port);
    if (server == null || problem != null) {
      if (server != null) {
        close(server);
      }
      throw new IllegalArgumentException("the opening gave " + Loops.name(loop) + " " + problem);
    }
    return server;
  }

  private static @Nullable String problemOf(@Nullable Server server, EventLoop loop, int port) {
    if (server == null) {
      return "no server, but null";
    } else if (server.getLoop() != loop) {
      return "a server of "
          + Loops.name(server.getLoop())
          + "; it is to make one on the loop that runs where it is called";
    } else if (server.sockets().isEmpty()) {
      return "a server that is closed already";
    } else if (!(server.address() instanceof InetSocketAddress address)) {
      return "a server at " + server.address() + ", which is no port";
    } else if (port != 0 && address.getPort() != port) {
      return "a server at port "
          + address.getPort()
          + "; it is to listen at the one that it is given, "
          + port;
    }
    return null;
  }

  /// None listens any more when it returns; nor when it is cancelled, which is passed on then.
  private static void closeAndWait(List<Server> servers, Throwable why) {
    servers.forEach(SharedServer::close);
    try {
      onEach(servers, _ -> {}); // each loop comes to it after the closing
    } catch (CancelledError e) {
      if (e != why) {
        e.addSuppressed(why);
      }
      throw e;
    }
  }

  /// {@return the servers, one for each loop; each is used on its loop's thread, by
  /// [jasyncio.EventLoop#call]} Any thread may ask them for their address and port.
  public List<Server> servers() {
    return servers;
  }

  /// {@return the address of the first; any thread}
  public SocketAddress address() {
    return servers.getFirst().address();
  }

  /// {@return the port that all listen on; any thread}
  public int port() {
    return servers.getFirst().port();
  }

  /// Accepts connections until the task is cancelled or the server closed: see
  /// [Server#serveForever()], which is called on every loop. Suspends.
  ///
  /// **Cancellation** closes the servers and the connections of their clients, and waits until all
  /// are closed.
  ///
  /// @throws CancelledError when it ends, also by [#close()]
  /// @throws IllegalStateException if it is closed
  public void serveForever() {
    if (closed) {
      throw new IllegalStateException("server " + this + " is closed");
    }
    onEach(
        servers,
        server -> {
          if (!server.sockets().isEmpty()) { // else it has been closed meanwhile
            server.serveForever();
          }
        });
    throw new CancelledError();
  }

  /// Waits until the servers are closed and the last client has gone. Suspends.
  public void waitClosed() {
    onEach(servers, Server::waitClosed);
  }

  /// Stops accepting connections; clients go on. Idempotent. Any thread; does not suspend: each
  /// loop closes its listening socket as soon as it comes to it, [#waitClosed()] waits for that and
  /// the clients.
  @Override
  public void close() {
    closed = true;
    servers.forEach(SharedServer::close);
  }

  private static void close(Server server) {
    try {
      server.getLoop().callSoonThreadsafe(server::close);
    } catch (IllegalStateException e) {
      return; // the loop is closed, which has closed it
    }
  }

  /// Stops accepting connections, waits until the clients have ended by themselves, but not longer
  /// than `grace`, and aborts those that are left: see [Server#close(Duration)]. Suspends.
  ///
  /// **Cancellation** ends the waiting; the clients that are left go on.
  ///
  /// @param grace how long clients may take
  public void close(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    closed = true;
    onEach(servers, server -> server.close(grace));
  }

  /// What is done with a server, on its loop.
  private interface Use {
    void of(Server server);
  }

  private static void onEach(List<Server> servers, Use use) {
    new TaskGroup()
        .run(tg -> {
          for (var server : servers) {
            tg.createTask((Action<?>) () -> on(server, use));
          }
          return true;
        });
  }

  private static void on(Server server, Use use) {
    var loop = server.getLoop();
    try {
      loop.call(() -> use.of(server)).await();
    } catch (IllegalStateException e) {
      if (!LoopAccess.get().isEnding(loop)) { // which closes the server, and its clients
        throw e;
      }
    }
  }

  /// {@return `<SharedServer of 4 at /127.0.0.1:8888>`}
  @Override
  public String toString() {
    return "<SharedServer of " + servers.size() + " at " + address() + ">";
  }
}
