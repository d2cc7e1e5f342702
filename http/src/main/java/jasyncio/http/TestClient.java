package jasyncio.http;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.http.internal.RequestHead;
import jasyncio.sync.Event;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Calls a handler in the same process, without a socket: for tests. Made by [Handler#test()], and
/// used in coroutines, as of `@AsyncTest`.
///
/// ```java fragment
/// var client = app.test();
/// var item = client.post("/items").json(new Item("tea")).send().expect(201).json(Item.class);
/// ```
///
/// Where to is a path with a query, such as `/items?all=1`, which is of the host `test`, or a whole
/// address: `https://api.example.com/items` is of that host, and [Request#isSecure()], so that
/// [Hosts] and the like can be tested.
///
/// Routing, middleware, errors, bodies and what runs after the response are those of a server;
/// framing and time limits are not there, nor are limits on the length of bodies. Streams of events
/// and WebSockets go over HTTP, in memory; [#shuttingDown()] is not theirs. If they end because
/// their handler has thrown something, that is the cause of the exception that the test gets, as it
/// is for a body that breaks off.
public final class TestClient {
  private static final String HOST = "test";

  private final Handler handler;
  private final Event shuttingDown = new Event();

  TestClient(Handler handler) {
    this.handler = handler;
  }

  /// {@return a request with method `GET`, to be sent}
  ///
  /// @param target path and query, or a whole address
  public TestRequest get(String target) {
    return request("GET", target);
  }

  /// {@return a request with method `POST`, to be sent}
  ///
  /// @param target path and query, or a whole address
  public TestRequest post(String target) {
    return request("POST", target);
  }

  /// {@return a request with method `PUT`, to be sent}
  ///
  /// @param target path and query, or a whole address
  public TestRequest put(String target) {
    return request("PUT", target);
  }

  /// {@return a request with method `PATCH`, to be sent}
  ///
  /// @param target path and query, or a whole address
  public TestRequest patch(String target) {
    return request("PATCH", target);
  }

  /// {@return a request with method `DELETE`, to be sent}
  ///
  /// @param target path and query, or a whole address
  public TestRequest delete(String target) {
    return request("DELETE", target);
  }

  /// {@return a request with method `HEAD`, to be sent}
  ///
  /// @param target path and query, or a whole address
  public TestRequest head(String target) {
    return request("HEAD", target);
  }

  /// {@return a request with method `OPTIONS`, to be sent}
  ///
  /// @param target path and query, or a whole address
  public TestRequest options(String target) {
    return request("OPTIONS", target);
  }

  /// Asks for a stream of events, as [HttpClient#events] does. Does not suspend: that happens when
  /// the first event is asked for.
  ///
  /// ```java fragment
  /// try (var events = app.test().events("/clock")) {
  ///   assertThat(events.next().data()).isEqualTo("tick 1");
  /// }
  /// ```
  ///
  /// @param target path and query, or a whole address: `http` or `https`
  /// @return the events; to be closed, which ends the handler
  public EventSource events(String target) {
    var address = target.startsWith("/") ? "http://" + HOST + target : target;
    var connector = new LocalConnector(handler);
    return overHttp(connector).events(address).explainedBy(connector);
  }

  /// Opens a WebSocket, as [HttpClient#webSocket(String)] does. Suspends until the handler has
  /// agreed.
  ///
  /// ```java fragment
  /// try (var ws = app.test().webSocket("/chat")) {
  ///   ws.send("hello");
  ///   assertThat(ws.receive().text()).isEqualTo("hello");
  /// }
  /// ```
  ///
  /// @param target path and query, or a whole address: `ws` or `wss`
  /// @return the socket, open; to be closed
  /// @throws WebSocketHandshakeException if the handler does not agree
  /// @throws IOException if the connection breaks
  public WebSocket webSocket(String target) throws IOException {
    return webSocket(target, WebSocketOptions.defaults());
  }

  /// Opens a WebSocket, as [#webSocket(String)], with options.
  ///
  /// @param target path and query, or a whole address: `ws` or `wss`
  /// @param options how
  /// @return the socket, open; to be closed
  /// @throws WebSocketHandshakeException if the handler does not agree
  /// @throws IOException if the connection breaks
  public WebSocket webSocket(String target, WebSocketOptions options) throws IOException {
    var address = target.startsWith("/") ? "ws://" + HOST + target : target;
    var connector = new LocalConnector(handler);
    try {
      return overHttp(connector).webSocket(address, options).explainedBy(connector);
    } catch (WebSocketHandshakeException e) {
      throw connector.explained(e);
    }
  }

  /// What goes on for longer than a response is asked for over HTTP, in memory, and leaves nothing
  /// behind once it is closed.
  private static HttpClient overHttp(LocalConnector connector) {
    return new HttpClient(ClientOptions.defaults().idleTime(Duration.ZERO).connector(connector));
  }

  /// {@return a request, to be sent}
  ///
  /// @param method the method
  /// @param target path and query, or a whole address
  /// @throws IllegalArgumentException if it is neither
  public TestRequest request(String method, String target) {
    boolean path = target.startsWith("/") || (target.equals("*") && method.equals("OPTIONS"));
    if (!path && !target.matches("(?i)https?://.*")) {
      throw new IllegalArgumentException(
          "what is asked for is a path, such as /notes, or a whole address, such as"
              + " http://example.com/notes, and not '"
              + target
              + "'");
    }
    if (path) {
      return new TestRequest(this, method, target, false, Headers.of("Host", HOST), new byte[0]);
    }
    var url = Urls.parse(target);
    var origin = Urls.origin(url);
    return new TestRequest(
        this,
        method,
        Urls.target(url),
        origin.secure(),
        Headers.of("Host", origin.authority()),
        new byte[0]);
  }

  /// {@return what [Request#shuttingDown()] gives the handler; set it to begin a shutdown}
  public Event shuttingDown() {
    return shuttingDown;
  }

  TestResponse send(String method, String target, boolean secure, Headers headers, byte[] body)
      throws Exception {
    var loop = EventLoop.running();
    if (loop == null) {
      throw new IllegalStateException("a request is sent in a coroutine, as of @AsyncTest");
    }
    var host = Objects.requireNonNullElse(headers.get("Host"), "");
    var head =
        new RequestHead(
            1, HttpVersion.HTTP_1_1, method, target, host, headers, body.length, true, false);
    var exchange = new InProcess(loop, secure);
    var request = new Request(head, bodyOf(loop, body), exchange);
    try {
      var received = receive(Answers.answer(handler, request, loop), request);
      request.answered(received.status(), received.bytes().length, true);
      return received.becauseOf(exchange.failure);
    } catch (CancelledError e) { // as if the client had left
      request.answered(ServerExchange.CLIENT_CLOSED_REQUEST, 0, false);
      throw e;
    } finally {
      for (var action : request.after()) {
        var _ = loop.createTask((Action<?>) action, "after " + method + " " + target);
      }
    }
  }

  /// Takes all of a response, or of what is answered in its place if its body throws at once. If it
  /// does so later, a client gets no more than that the body breaks off.
  private static TestResponse receive(Response response, Request request) throws Exception {
    var out = new TestResponse.Collected();
    try {
      return TestResponse.receive(request.method(), response, out);
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      if (response.streamingBody() instanceof Upgrade) {
        throw e;
      } else if (out.hasBegun()) {
        Answers.reportBody(request, e);
        request.answered(response.status(), out.length(), false);
        throw new HttpException(
            "the response to %s %s broke off after %d bytes of its body"
                .formatted(request.method(), request.target(), out.length()),
            e);
      }
      var instead = Answers.instead(response, request, e, request.loop());
      return TestResponse.receive(request.method(), instead, out);
    }
  }

  private static @Nullable RequestBody bodyOf(EventLoop loop, byte[] bytes) {
    if (bytes.length == 0) {
      return null;
    }
    var body = new RequestBody(loop, new Everything(), bytes.length, Long.MAX_VALUE);
    body.feed(bytes);
    body.end(Headers.none());
    return body;
  }

  /// All of a body is there.
  private static final class Everything implements RequestBody.Source {
    @Override
    public void wanted() {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}
  }

  private final class InProcess implements Request.Exchange {
    private final EventLoop loop;
    private final boolean secure;
    private @Nullable Throwable failure;

    InProcess(EventLoop loop, boolean secure) {
      this.loop = loop;
      this.secure = secure;
    }

    @Override
    public void failed(Throwable e) {
      failure = e;
    }

    @Override
    public Event shuttingDown() {
      return shuttingDown;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
      return null;
    }

    @Override
    public boolean isSecure() {
      return secure;
    }
  }
}
