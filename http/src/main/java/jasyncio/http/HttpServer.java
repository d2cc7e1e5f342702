package jasyncio.http;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.Timeout;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.Http1Shared;
import jasyncio.http.internal.Http2Limits;
import jasyncio.http.internal.Http2Shared;
import jasyncio.http.internal.HttpLimits;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.net.Protocol;
import jasyncio.net.Server;
import jasyncio.sync.Event;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A server that runs; made by [Http#start]. Used on its loop's thread.
///
/// At the end of `try (var server = Http.start(…))` it shuts down.
public final class HttpServer implements AutoCloseable {
  /* Overview
   *   serving -> stopping   stop(): nobody is accepted, idle connections end, the others are told
   *   stopping -> closed    the last connection has gone, and the last task ended: awaited by close(), which, once the grace
   *                         is over, or hurried, cancels the tasks that are left, and at last aborts
   */
  static final String HTTP_2 = "h2"; // in ALPN
  static final String HTTP_1_1 = "http/1.1";

  private static final double CLEAN_UP = 2; // seconds for cancelled handlers
  private static final int STREAM_WINDOW = 65_535; // bytes of a body that nobody has asked for
  private static final int READING_WINDOW = 512 * 1024; // of one that is read
  private static final int CONNECTION_WINDOW = 1024 * 1024; // of all of a connection

  private final EventLoop loop;
  private final Handler handler;
  private final HttpOptions options;
  private final Event shuttingDown = new Event();
  private boolean hurried; // the grace is over, whatever the time
  private final Set<ServerConnection> connections = new LinkedHashSet<>();
  private final Set<ProxyPreamble> arriving = new LinkedHashSet<>();
  private final Set<Task<?>> background = new LinkedHashSet<>();
  private final WaitList closers =
      new WaitList(this, () -> new WaitInfo(WaitInfo.Kind.IO, "the last request of " + this));
  final OpenFiles files;
  final Http1Shared shared;
  private @Nullable Http2Shared shared2; // once there is a client that speaks it
  private @Nullable Server server;
  private @Nullable Consumer<? super Throwable> failures;
  long requests;

  HttpServer(EventLoop loop, Handler handler, HttpOptions options) {
    this.loop = loop;
    this.handler = Objects.requireNonNull(handler, "handler");
    this.options = options;
    this.files = new OpenFiles(loop, Checks.seconds(options.fileReuse()));
    this.shared = new Http1Shared(limits(options));
    shuttingDown.setName("shutting down");
  }

  /// Has errors of handlers told to somebody, beside the loop's exception handler.
  void whenFailed(Consumer<? super Throwable> watcher) {
    failures = watcher;
  }

  void failed(Throwable e) {
    if (failures != null) {
      failures.accept(e);
    }
  }

  void listening(Server listening) {
    server = listening;
  }

  /// The protocol of a new connection.
  Protocol newConnection() {
    return options.proxyProtocol() ? new ProxyPreamble(this) : newConnection(null);
  }

  /// The protocol of a connection that a proxy has passed on, or of a direct one.
  Protocol newConnection(@Nullable ProxyHeader proxied) {
    boolean tooMany = connections.size() + arriving.size() >= options.maxConnections();
    return new Http1Connection(this, tooMany, proxied);
  }

  /// What connections have in common that speak HTTP/2.
  Http2Shared shared2() {
    if (shared2 == null) {
      shared2 =
          new Http2Shared(
              shared,
              new Http2Limits(
                  limits(options),
                  options.streams(),
                  STREAM_WINDOW,
                  READING_WINDOW,
                  CONNECTION_WINDOW));
    }
    return shared2;
  }

  private static HttpLimits limits(HttpOptions options) {
    return new HttpLimits(options.requestLine(), options.headerBytes(), options.headerCount());
  }

  private Server server() {
    return Objects.requireNonNull(server);
  }

  Handler handler() {
    return handler;
  }

  HttpOptions options() {
    return options;
  }

  /// {@return the loop}
  public EventLoop getLoop() {
    return loop;
  }

  /// {@return the address that it listens on; of several the first}
  public SocketAddress address() {
    return server().address();
  }

  /// {@return the addresses that it listens on}
  public List<SocketAddress> addresses() {
    return server().addresses();
  }

  /// {@return the port of [#address()]}
  ///
  /// @throws UnsupportedOperationException if that is a Unix-domain socket
  public int port() {
    return server().port();
  }

  /// {@return what is set when the server begins to shut down}
  public Event shuttingDown() {
    return shuttingDown;
  }

  boolean isShuttingDown() {
    return shuttingDown.isSet();
  }

  /// {@return what it looks like now}
  public Statistics statistics() {
    return new Statistics(connections.size() + arriving.size(), requests);
  }

  /// What a server looks like.
  ///
  /// @param connections how many clients are connected
  /// @param requests how many requests have been taken since it began
  public record Statistics(int connections, long requests) {}

  // ---- connections and tasks --------------------------------------------------------------------

  void connected(ServerConnection connection) {
    connections.add(connection);
  }

  /// A proxy is about to say whose connection it is. `false`: there are too many, or too late.
  boolean arriving(ProxyPreamble preamble) {
    return !isShuttingDown()
        && arriving.size() < options.maxConnections()
        && arriving.add(preamble);
  }

  void arrived(ProxyPreamble preamble) {
    if (arriving.remove(preamble)) {
      wakeIfFinished();
    }
  }

  void disconnected(ServerConnection connection) {
    connections.remove(connection);
    wakeIfFinished();
  }

  /// Runs what is to run after a response.
  void afterResponse(Request request, Action<?> action) {
    var task =
        loop.createTask(
            () -> {
              try {
                action.run();
              } catch (Exception e) {
                Answers.report("Unhandled exception after the response to ", request, e, loop);
              }
            },
            TaskOptions.named("after " + request.method() + " " + request.target()));
    background.add(task);
    task.addDoneCallback(_ -> {
      background.remove(task);
      wakeIfFinished();
    });
  }

  private boolean isFinished() {
    return connections.isEmpty() && arriving.isEmpty() && background.isEmpty();
  }

  private void wakeIfFinished() {
    if (isFinished()) {
      closers.wakeAll();
    }
  }

  // ---- shutting down ----------------------------------------------------------------------------

  /// Serves until the task is cancelled, as by Ctrl-C, or SIGTERM comes, or somebody calls
  /// [#stop()], and then shuts down as [#close()] does. Suspends until that is done. A second
  /// SIGTERM, or cancellation, ends the grace; a third SIGTERM aborts. Whether SIGTERM is listened
  /// for says [HttpOptions#signals()].
  ///
  /// [Http#serve(Handler, String, int)] is the same for a server that nobody needs to know; with
  /// this one its port can be told before:
  ///
  /// ```java fragment
  /// try (var server = Http.start(app, "127.0.0.1", 0)) {
  ///   IO.println("serving on http://127.0.0.1:" + server.port() + "/");
  ///   server.serveForever();
  /// }
  /// ```
  ///
  /// **Cancellation** shuts down. Python: `asyncio.Server.serve_forever`.
  public void serveForever() {
    boolean listens = options.signals() && catchTermination();
    try {
      shuttingDown.await();
    } finally {
      try {
        close();
      } finally {
        if (listens) {
          loop.removeSignalHandler("TERM");
        }
      }
    }
  }

  private boolean catchTermination() {
    try {
      loop.addSignalHandler("TERM", this::terminate);
      return true;
    } catch (IllegalArgumentException | IllegalStateException e) {
      return false; // it is another's, or there is none on this system: a signal ends the JVM
    }
  }

  /// SIGTERM has come: the first stops, the second ends the grace, the third all.
  void terminate() {
    if (!isShuttingDown()) {
      stop();
    } else if (!hurried) {
      hurried = true;
      closers.wakeAll();
    } else {
      abort();
    }
  }

  /// Begins to shut down: nobody is accepted any more, idle connections are closed, responses from
  /// now on are the last of their connections, and [Request#shuttingDown()] is set. Idempotent.
  /// Does not suspend: [#close()] waits.
  public void stop() {
    if (shuttingDown.isSet()) {
      return;
    }
    if (server != null) {
      server.close();
    }
    shuttingDown.set();
    files.close();
    List.copyOf(arriving).forEach(ProxyPreamble::abort);
    List.copyOf(connections).forEach(ServerConnection::shutDown);
  }

  /// Shuts down. Suspends until everything has ended: requests under way may take
  /// [HttpOptions#grace()], then their tasks are cancelled, and may clean up for two seconds, then
  /// connections are aborted. Whose task is cancelled before its response has begun is answered
  /// 503, and a WebSocket is closed with code 1001.
  ///
  /// **Cancellation** ends the grace, no more: tasks are cancelled, clients are told, and the two
  /// seconds are waited for. A second one aborts.
  @Override
  public void close() {
    stop();
    try {
      if (waitFinished(Checks.seconds(options.grace()), true)) {
        return;
      }
    } catch (CancelledError e) {
      endTasks();
      throw e;
    }
    endTasks();
  }

  /// The grace is over. Suspends until everything has ended.
  private void endTasks() {
    cancelTasks();
    try {
      if (!waitFinished(CLEAN_UP, false)) {
        abortConnections();
        waitFinished(CLEAN_UP, false);
      }
    } catch (CancelledError e) {
      abort();
      throw e;
    }
  }

  /// Ends everything at once: tasks are cancelled, connections aborted; clients are told nothing.
  /// Does not suspend.
  public void abort() {
    stop();
    abortConnections(); // first: what the tasks still write is not sent
    cancelTasks();
  }

  private void cancelTasks() {
    List.copyOf(connections).forEach(connection -> connection.cancel("the server shuts down"));
    List.copyOf(background).forEach(task -> task.cancel("the server shuts down"));
  }

  private void abortConnections() {
    List.copyOf(connections).forEach(ServerConnection::abort);
  }

  /// Whether everything has ended within a time, or, if that is wished, before somebody hurries.
  private boolean waitFinished(double seconds, boolean patiently) {
    try {
      Timeout.after(seconds)
          .run(() -> {
            while (!isFinished() && !(patiently && hurried)) {
              awaitClosers();
            }
          });
    } catch (TimeoutException e) {
      // as is seen below
    }
    return isFinished();
  }

  /// Waits until the server has been stopped, and everything has ended, however long that takes.
  /// Suspends.
  public void waitClosed() {
    while (!shuttingDown.isSet()) {
      shuttingDown.await();
    }
    while (!isFinished()) {
      awaitClosers();
    }
  }

  private void awaitClosers() {
    var place = closers.enter();
    try {
      place.await();
    } finally {
      place.leave();
    }
  }

  /// {@return such as `<HttpServer at /127.0.0.1:8080>`}
  @Override
  public String toString() {
    return "<HttpServer at " + (server == null ? "no address" : server.address()) + ">";
  }
}
