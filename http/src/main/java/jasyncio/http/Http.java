package jasyncio.http;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.http.internal.JsonCodecs;
import jasyncio.net.Server;
import jasyncio.net.Transports;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Starts HTTP servers.
///
/// ```java fragment
/// void main() throws Exception {
///   var app = new Router().get("/hello/{name}", rq -> Response.text("hi " + rq.path("name")));
///   run(() -> Http.serve(app, "127.0.0.1", 8080)); // until Ctrl-C, or SIGTERM
/// }
/// ```
public final class Http {
  private Http() {}

  /// Serves as [#serve(Handler, String, int, HttpOptions)] with [HttpOptions#defaults()].
  ///
  /// @param handler what answers
  /// @param host the address to listen on, or `null` for all of this machine's
  /// @param port the port
  /// @throws IOException if it cannot listen
  public static void serve(Handler handler, @Nullable String host, int port) throws IOException {
    serve(handler, host, port, HttpOptions.defaults());
  }

  /// Serves until the task is cancelled, as by Ctrl-C, or SIGTERM comes, and then shuts down as
  /// [HttpServer#close()] does. Suspends until that is done. A second SIGTERM, or cancellation,
  /// ends the grace; a third SIGTERM aborts.
  ///
  /// **Cancellation** shuts down.
  ///
  /// @param handler what answers
  /// @param host the address to listen on, or `null` for all of this machine's
  /// @param port the port
  /// @param options how
  /// @throws IOException if it cannot listen
  public static void serve(Handler handler, @Nullable String host, int port, HttpOptions options)
      throws IOException {
    start(handler, host, port, options).serveForever();
  }

  /// Serves on a Unix-domain socket as [#serve(Handler, Path, HttpOptions)] with
  /// [HttpOptions#defaults()].
  ///
  /// @param handler what answers
  /// @param path the socket's file
  /// @throws IOException if it cannot listen
  public static void serve(Handler handler, Path path) throws IOException {
    serve(handler, path, HttpOptions.defaults());
  }

  /// Serves on a Unix-domain socket, as [#start(Handler, Path, HttpOptions)], until the end that
  /// [#serve(Handler, String, int, HttpOptions)] describes.
  ///
  /// **Cancellation** shuts down.
  ///
  /// @param handler what answers
  /// @param path the socket's file
  /// @param options how
  /// @throws IOException if it cannot listen
  public static void serve(Handler handler, Path path, HttpOptions options) throws IOException {
    start(handler, path, options).serveForever();
  }

  /// Starts a server with [HttpOptions#defaults()].
  ///
  /// @param handler what answers
  /// @param host the address to listen on, or `null` for all of this machine's
  /// @param port the port; 0 for one that is free: see [HttpServer#port()]
  /// @return the server, which serves
  /// @throws IOException if it cannot listen
  public static HttpServer start(Handler handler, @Nullable String host, int port)
      throws IOException {
    return start(handler, host, port, HttpOptions.defaults());
  }

  /// Starts a server. Suspends while the host is looked up, and, the first time, while the library
  /// for JSON is made ready in another thread, if there is one.
  ///
  /// @param handler what answers
  /// @param host the address to listen on, or `null` for all of this machine's
  /// @param port the port; 0 for one that is free: see [HttpServer#port()]
  /// @param options how
  /// @return the server, which serves
  /// @throws IOException if it cannot listen
  /// @throws IllegalArgumentException if there is no such port
  /// @throws CancelledError if the task is cancelled meanwhile; then nothing listens
  public static HttpServer start(
      Handler handler, @Nullable String host, int port, HttpOptions options) throws IOException {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "a port is a number from 0, which takes one that is free, to 65535, and not " + port);
    }
    var server = new HttpServer(loop(), handler, options);
    prepare();
    try {
      return listening(
          server,
          Transports.createServer(server::newConnection, host, port, options.serverOptions()));
    } catch (BindException e) {
      throw ListenErrors.explained(e, host, port);
    }
  }

  /// Starts a server on a Unix-domain socket, with [HttpOptions#defaults()].
  ///
  /// @param handler what answers
  /// @param path the socket's file, as in [#start(Handler, Path, HttpOptions)]
  /// @return the server, which serves
  /// @throws IOException if it cannot listen
  public static HttpServer start(Handler handler, Path path) throws IOException {
    return start(handler, path, HttpOptions.defaults());
  }

  /// Starts a server on a Unix-domain socket. Suspends, the first time, while the library for JSON
  /// is made ready in another thread, if there is one. Requests have no remote address beyond that
  /// of an unnamed socket; who may connect is said by the rights of the folder.
  ///
  /// @param handler what answers
  /// @param path the socket's file, which is made, and removed at the end. A socket that is there
  ///   already, left by a server that ended otherwise, or of one that still runs, is replaced; any
  ///   other file is an error
  /// @param options how
  /// @return the server, which serves
  /// @throws IOException if it cannot listen
  public static HttpServer start(Handler handler, Path path, HttpOptions options)
      throws IOException {
    var server = new HttpServer(loop(), handler, options);
    prepare();
    try {
      return listening(
          server,
          Transports.createUnixServer(server::newConnection, path, options.serverOptions()));
    } catch (BindException | NoSuchFileException e) {
      throw ListenErrors.explained(e, path);
    }
  }

  /// Makes JSON ready, elsewhere, so that no request holds up the loop by it.
  private static void prepare() {
    if (!JsonCodecs.isWarm() && Asyncio.currentTask() != null) {
      Asyncio.toThread(JsonCodecs::warmUp);
    }
  }

  private static HttpServer listening(HttpServer server, Server listening) {
    server.listening(listening);
    return server;
  }

  private static EventLoop loop() {
    var loop = EventLoop.running();
    if (loop == null) {
      throw new IllegalStateException(
          "a server is started in a coroutine, as in run(() -> Http.serve(app, host, port))");
    }
    return loop;
  }
}
