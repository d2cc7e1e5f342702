package jasyncio.http;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Timeout;
import jasyncio.http.internal.Http1Shared;
import jasyncio.http.internal.Http2Limits;
import jasyncio.http.internal.Http2Shared;
import jasyncio.http.internal.HttpLimits;
import jasyncio.http.internal.ResponseHead;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import java.io.IOException;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Asks servers, by HTTP/2 or HTTP/1.1. Python: `aiohttp.ClientSession`, `httpx.AsyncClient`.
///
/// ```java fragment
/// try (var client = new HttpClient()) {
///   var page = client.get("https://example.org/").timeout(5).send().text();
/// }
/// ```
///
/// Connections are kept and used again, so one client is made for many requests; any number of
/// tasks may use it at the same time. It belongs to the loop of its first request, and is closed at
/// the end.
public final class HttpClient implements AutoCloseable {
  /* Overview
   *   open()      follows redirections: hop by hop, each with its address, method, headers and body
   *   attempt()   one hop; twice, if a connection that was used before dies without an answer, or the server wants HTTP/1.1
   *   connection  from the pool, which may have to be waited for, and be connected
   *
   * Time limits: before there is a connection, a Timeout around the wait; then the connection's own timer, which also
   * looks after bodies that are read later.
   */
  private static final int MOST_STREAMS = 100; // of a connection
  private static final int STREAM_WINDOW = 256 * 1024; // bytes that come without being read
  private static final int MOST_HEADERS = 1000;
  private static final int MOST_REFUSALS = 3; // of one request
  private static final double CLOSING = 1; // seconds for connections to end
  private static final double SURELY_FRESH = 0.05; // seconds
  private static final int LONGEST_LINE = 8 * 1024; // the first of a response, in bytes
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
  private static final double NEVER = Double.POSITIVE_INFINITY;

  private final ClientOptions options;
  final Http1Shared shared;
  double surelyFresh = SURELY_FRESH; // tests change it
  private @Nullable Http2Shared shared2; // once there is a server that speaks it
  private @Nullable EventLoop loop;
  private @Nullable ConnectionPool pool;
  private @Nullable TlsOptions tls;
  private long requests;
  private boolean closed;

  /// A client with the options that are said at [ClientOptions].
  public HttpClient() {
    this(ClientOptions.defaults());
  }

  /// A client.
  ///
  /// @param options how it works
  public HttpClient(ClientOptions options) {
    this.options = options;
    this.shared =
        new Http1Shared(new HttpLimits(LONGEST_LINE, options.headerBytes(), Integer.MAX_VALUE));
  }

  /// {@return a client all of whose requests, to whatever host, are answered by a handler in the
  /// same process, over HTTP as ever but without a socket: for tests}
  ///
  /// @param handler the handler
  public static HttpClient of(Handler handler) {
    return of(handler, ClientOptions.defaults());
  }

  /// {@return as [#of(Handler)], with options}
  ///
  /// @param handler the handler
  /// @param options how the client works; its connector is not used
  public static HttpClient of(Handler handler, ClientOptions options) {
    return new HttpClient(options.connector(new LocalConnector(handler)));
  }

  /// What connections have in common that speak HTTP/2.
  Http2Shared shared2() {
    if (shared2 == null) {
      shared2 =
          new Http2Shared(
              shared,
              new Http2Limits(
                  new HttpLimits(LONGEST_LINE, options.headerBytes(), MOST_HEADERS),
                  MOST_STREAMS,
                  STREAM_WINDOW,
                  STREAM_WINDOW,
                  MOST_STREAMS * STREAM_WINDOW));
    }
    return shared2;
  }

  /// Whether connections to a place may turn out to be shared by requests.
  boolean mayShare(ConnectionPool.Route route) {
    var versions = options.versions();
    return versions.contains(HttpVersion.HTTP_2)
        && !route.http1()
        && (route.origin().secure() || !versions.contains(HttpVersion.HTTP_1_1));
  }

  ClientOptions options() {
    return options;
  }

  // ---- requests ---------------------------------------------------------------------------------

  /// {@return a request with method `GET`, to be sent}
  ///
  /// @param url the address; characters that cannot stand in one are encoded
  /// @throws IllegalArgumentException if it is none, or not one of `http` or `https`
  public ClientRequest get(String url) {
    return request("GET", url);
  }

  /// {@return a request with method `HEAD`, to be sent}
  ///
  /// @param url the address, as in [#get]
  public ClientRequest head(String url) {
    return request("HEAD", url);
  }

  /// {@return a request with method `POST`, to be sent}
  ///
  /// @param url the address, as in [#get]
  public ClientRequest post(String url) {
    return request("POST", url);
  }

  /// {@return a request with method `PUT`, to be sent}
  ///
  /// @param url the address, as in [#get]
  public ClientRequest put(String url) {
    return request("PUT", url);
  }

  /// {@return a request with method `PATCH`, to be sent}
  ///
  /// @param url the address, as in [#get]
  public ClientRequest patch(String url) {
    return request("PATCH", url);
  }

  /// {@return a request with method `DELETE`, to be sent}
  ///
  /// @param url the address, as in [#get]
  public ClientRequest delete(String url) {
    return request("DELETE", url);
  }

  /// {@return a request, to be sent}
  ///
  /// @param method the method, such as `OPTIONS`
  /// @param url the address, as in [#get]
  public ClientRequest request(String method, String url) {
    return new ClientRequest(this, method, Urls.parse(url));
  }

  /// {@return a request, to be sent}
  ///
  /// @param method the method, such as `OPTIONS`
  /// @param url the address
  /// @throws IllegalArgumentException if it is not one of `http` or `https`, or has credentials
  public ClientRequest request(String method, URI url) {
    return new ClientRequest(this, method, Urls.check(URI.create(url.toASCIIString())));
  }

  /// {@return the events of a server, see [ClientRequest#events()]}
  ///
  /// @param url the address, as in [#get]
  public EventSource events(String url) {
    return get(url).events();
  }

  /// Opens a WebSocket as [#webSocket(String, WebSocketOptions)] with
  /// [WebSocketOptions#defaults()].
  ///
  /// @param url the address, `ws` or `wss`
  /// @return the socket, open
  /// @throws WebSocketHandshakeException if the server does not agree
  /// @throws IOException if it cannot be reached
  public WebSocket webSocket(String url) throws IOException {
    return webSocket(url, WebSocketOptions.defaults());
  }

  /// Opens a WebSocket with this client's connector, TLS, proxy (by a tunnel), headers and cookies.
  /// Suspends until the server has agreed, [WebSocketOptions#openTime()] at most. Redirects are not
  /// followed.
  ///
  /// The socket is on its own: it does not count among the client's connections, and lives on when
  /// the client is closed.
  ///
  /// **Cancellation** closes what was opened.
  ///
  /// @param url the address, `ws` or `wss`
  /// @param socketOptions how; [WebSocketOptions#connect()] does not count
  /// @return the socket, open; to be closed
  /// @throws IllegalArgumentException if it is no such address
  /// @throws WebSocketHandshakeException if the server does not agree
  /// @throws IOException if it cannot be reached, or takes too long
  public WebSocket webSocket(String url, WebSocketOptions socketOptions) throws IOException {
    begin();
    return new WebSocketClient(URI.create(url), socketOptions).connect(this);
  }

  /// What the handshake of a WebSocket says beside its own.
  Headers headersFor(URI url, Headers own) {
    var headers = own.contains("User-Agent") ? own : own.and("User-Agent", "jasyncio");
    var common = options.headers();
    for (int i = 0; i < common.size(); i++) {
      if (!own.contains(common.name(i))) {
        headers = headers.and(common.name(i), common.value(i));
      }
    }
    var jar = options.cookies();
    var cookies = jar == null || headers.contains("Cookie") ? null : jar.header(url);
    return cookies == null ? headers : headers.and("Cookie", cookies);
  }

  void answered(URI url, Headers headers) {
    if (options.cookies() != null) {
      options.cookies().store(url, headers);
    }
  }

  /// A connection that becomes another protocol's, for good. Suspends.
  Transport dial(URI url) throws IOException {
    var running = begin();
    var route = new ConnectionPool.Route(Urls.origin(url), options.proxyFor(url), false);
    prepare(route);
    var connection = // which the pool does not count
        new Http1ClientConnection(this, pool(), new ConnectionPool.Group(route), running, false);
    try {
      connection.connect();
      return connection.handOver();
    } catch (Throwable e) {
      connection.unused();
      throw e;
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// What has to be sent, before and after redirections.
  private static final class Hop {
    final ClientRequest request;
    URI url;
    String method;
    Headers headers;
    byte @Nullable [] bytes;
    @Nullable StreamingBody stream;
    long length;
    boolean expects;

    Hop(ClientRequest request, Headers common) {
      this.request = request;
      url = request.url();
      method = request.method();
      headers = request.headers();
      for (int i = 0; i < common.size(); i++) {
        if (!request.headers().contains(common.name(i))) {
          headers = headers.and(common.name(i), common.value(i));
        }
      }
      bytes = request.bytes();
      stream = request.stream();
      length = request.length();
      expects = request.expectsContinue() && (bytes != null || stream != null);
    }

    String what() {
      return method + " " + url;
    }

    void dropBody() {
      bytes = null;
      stream = null;
      length = 0;
      expects = false;
      for (var name : headers.toMap().keySet()) {
        if (BodyHeaders.describes(name)) {
          headers = headers.without(name);
        }
      }
    }
  }

  ClientResponse send(ClientRequest request) throws IOException {
    try (var response = open(request)) {
      return response.readAll();
    }
  }

  StreamedResponse open(ClientRequest request) throws IOException {
    var running = begin();
    var total = request.timeout();
    double deadline = total == null ? NEVER : running.time() + Checks.seconds(total);
    var hop = new Hop(request, options.headers());
    for (int followed = 0; ; followed++) {
      var response = attempt(hop, deadline);
      var next = redirection(hop, response);
      if (next == null || request.maxRedirects() == 0) {
        return response;
      }
      response.close();
      if (followed == request.maxRedirects()) {
        throw new HttpException(
            "%s %s was redirected more than %d times (maxRedirects), at last to %s"
                .formatted(request.method(), request.url(), followed, next));
      }
      redirect(hop, response.status(), next);
    }
  }

  private EventLoop begin() throws HttpException {
    var running = EventLoop.running();
    if (running == null) {
      throw new IllegalStateException("a request is sent in a coroutine: run(() -> …)");
    } else if (closed) {
      throw new HttpException("the client is closed");
    } else if (loop == null) {
      loop = running;
      pool = new ConnectionPool(running, this, options);
    } else if (loop != running) {
      throw new IllegalStateException("the client is bound to a different event loop");
    }
    return running;
  }

  private ConnectionPool pool() {
    return Objects.requireNonNull(pool);
  }

  // ---- one hop ----------------------------------------------------------------------------------

  private StreamedResponse attempt(Hop hop, double deadline) throws IOException {
    boolean fresh = false;
    boolean http1 = false;
    int refusals = 0;
    while (true) {
      var origin = Urls.origin(hop.url);
      var proxy = options.proxyFor(hop.url);
      var asked = origin.secure() ? null : proxy; // it is given the whole address
      if (asked != null && !options.versions().contains(HttpVersion.HTTP_1_1)) {
        throw new HttpException("a proxy is asked by HTTP/1.1, and not by HTTP/2 alone (versions)");
      }
      var route =
          asked != null
              ? new ConnectionPool.Route(
                  new Urls.Origin(asked.tls(), asked.host(), asked.port()), null, true)
              : new ConnectionPool.Route(origin, proxy, http1);
      var connection = connection(route, fresh, hop, deadline);
      boolean used = connection.isUsed();
      var exchange = new ClientExchange(pool().loop(), route, hop.what());
      exchange.limits(hop.request.readTimeout(), deadline, hop.request.timeout());
      exchange.body(hop.bytes, hop.stream, hop.length);
      var headers = headers(hop, origin, proxy);
      if (options.decompression()) {
        exchange.decompress();
      }
      if (hop.expects) {
        exchange.expectContinue();
      }
      requests++;
      exchange.on(connection.begin(exchange));
      ResponseHead head;
      try {
        exchange.start(
            hop.method, (asked != null ? origin.toString() : "") + Urls.target(hop.url), headers);
        head = exchange.awaitHead();
      } catch (HttpException e) {
        if (exchange.wasRefused()
            && ++refusals <= MOST_REFUSALS
            && isRepeatableByAll(hop, exchange)) {
          continue; // it has not been looked at
        }
        if (exchange.wantsHttp1()
            && !http1
            && options.versions().contains(HttpVersion.HTTP_1_1)
            && isRepeatableByAll(hop, exchange)) {
          http1 = true;
          continue;
        }
        if (used && !fresh && exchange.diedEarly() && isRepeatable(hop, exchange)) {
          fresh = true;
          continue;
        }
        throw e;
      }
      if (options.cookies() != null) {
        options.cookies().store(hop.url, head.headers());
      }
      if (head.status() == 417 && hop.expects && exchange.keptBody()) {
        hop.expects = false; // it does not know that, and may want the body all the same
        exchange.abort();
        continue;
      }
      return new StreamedResponse(hop.request, hop.url, head, exchange);
    }
  }

  private boolean isRepeatable(Hop hop, ClientExchange exchange) {
    return options.retries()
        && (exchange.keptBody() || (IDEMPOTENT.contains(hop.method) && hop.stream == null));
  }

  /// Whether it can be sent again if nothing has come of it.
  private boolean isRepeatableByAll(Hop hop, ClientExchange exchange) {
    return options.retries() && (exchange.keptBody() || hop.stream == null);
  }

  private Headers headers(Hop hop, Urls.Origin origin, @Nullable ClientProxy proxy) {
    var own = hop.headers;
    var headers = Headers.of("Host", own.contains("Host") ? text(own, "Host") : origin.authority());
    own = own.without("Host");
    if (!own.contains("User-Agent")) {
      headers = headers.and("User-Agent", "jasyncio");
    }
    if (!own.contains("Accept")) {
      headers = headers.and("Accept", "*/*");
    }
    if (options.decompression() && !own.contains("Accept-Encoding")) {
      headers = headers.and("Accept-Encoding", "gzip, deflate");
    }
    var jar = options.cookies();
    var cookies = jar == null || own.contains("Cookie") ? null : jar.header(hop.url);
    if (cookies != null) {
      headers = headers.and("Cookie", cookies);
    }
    if (proxy != null && !origin.secure() && proxy.authorization() != null) {
      headers = headers.and("Proxy-Authorization", proxy.authorization());
    }
    if (hop.expects) {
      headers = headers.and("Expect", "100-continue");
    }
    if (options.idleTime().isZero()) {
      headers = headers.and("Connection", "close");
    }
    for (int i = 0; i < own.size(); i++) {
      headers = headers.and(own.name(i), own.value(i));
    }
    return headers;
  }

  private static String text(Headers headers, String name) {
    return Objects.requireNonNull(headers.get(name));
  }

  // ---- connections ------------------------------------------------------------------------------

  /// A connection that a request can be sent on. Suspends.
  private ClientConnection connection(
      ConnectionPool.Route route, boolean fresh, Hop hop, double deadline) throws IOException {
    while (true) {
      var connection =
          limited(
              options.poolTimeout(),
              deadline,
              hop,
              limit ->
                  new HttpTimeoutException(
                      HttpTimeoutException.Limit.POOL,
                      "no connection to %s became free within %s for %s: %s (poolTimeout)"
                          .formatted(
                              route,
                              HttpTimeoutException.text(limit),
                              hop.what(),
                              pool().inUse(route))),
              () -> pool().acquire(route, fresh));
      try {
        if (!connection.isConnected()) {
          return limited(
              options.connectTimeout(),
              deadline,
              hop,
              limit ->
                  new HttpTimeoutException(
                      HttpTimeoutException.Limit.CONNECT,
                      "%s could not be connected to within %s for %s (connectTimeout)"
                          .formatted(route, HttpTimeoutException.text(limit), hop.what())),
              () -> {
                prepare(route);
                return connection.connect();
              });
        }
        if (connection.idleFor() > surelyFresh) {
          Asyncio.sleep(0); // an end that has come meanwhile is noticed
          Asyncio.sleep(0); // and told: that comes behind what was ready in its turn
        }
        if (connection.isUsable()) {
          return connection;
        }
      } catch (Throwable e) {
        connection.unused();
        throw e;
      }
      connection.unused();
    }
  }

  /// What makes the error.
  private interface Late {
    HttpTimeoutException error(Duration limit);
  }

  /// What is waited for.
  private interface Step {
    ClientConnection run() throws IOException;
  }

  private ClientConnection limited(
      @Nullable Duration limit, double deadline, Hop hop, Late late, Step step) throws IOException {
    double own = limit == null ? NEVER : Checks.seconds(limit);
    double left = deadline - Objects.requireNonNull(loop).time();
    if (left <= 0) {
      throw tooLong(hop);
    }
    double shorter = Math.min(own, left);
    if (shorter == NEVER) {
      return step.run();
    }
    try {
      return Timeout.after(shorter).<ClientConnection, IOException>run(step::run);
    } catch (TimeoutException e) {
      var error = limit != null && own <= left ? late.error(limit) : tooLong(hop);
      error.initCause(e);
      throw error;
    }
  }

  private static HttpTimeoutException tooLong(Hop hop) {
    return ClientExchange.tooLong(hop.what(), Objects.requireNonNull(hop.request.timeout()));
  }

  /// Loads what TLS needs, which takes a while the first time.
  private void prepare(ConnectionPool.Route route) {
    var tunnel = route.tunnel();
    boolean secure = route.origin().secure() || (tunnel != null && tunnel.tls());
    if (!secure || tls != null) {
      return;
    }
    var given = options.connecting().tls();
    if (given == null) {
      given =
          TlsOptions.of(Asyncio.toThread(HttpClient::defaultContext))
              .shutdownTimeout(Duration.ofSeconds(1));
    }
    var versions = options.versions();
    tls =
        !versions.contains(HttpVersion.HTTP_2)
            ? given.applicationProtocols(HttpServer.HTTP_1_1)
            : !versions.contains(HttpVersion.HTTP_1_1)
                ? given.applicationProtocols(HttpServer.HTTP_2)
                : given.applicationProtocols(HttpServer.HTTP_2, HttpServer.HTTP_1_1);
  }

  private static SSLContext defaultContext() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no TLS: " + e.getMessage(), e);
    }
  }

  /// TLS for what is spoken by HTTP/1.1 alone.
  TlsOptions http1Tls() {
    return tls().applicationProtocols(HttpServer.HTTP_1_1);
  }

  TlsOptions tls() {
    return Objects.requireNonNull(tls);
  }

  // ---- redirections -----------------------------------------------------------------------------

  /// Where a response leads, or `null`.
  private @Nullable URI redirection(Hop hop, StreamedResponse response) throws HttpException {
    if (hop.request.maxRedirects() == 0) {
      return null;
    }
    var location = response.header("Location");
    boolean leads =
        switch (response.status()) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    if (location == null || !leads) {
      return null;
    }
    try {
      var next = Urls.resolve(hop.url, location);
      if (Urls.origin(hop.url).secure()
          && !Urls.origin(next).secure()
          && !options.redirectsToPlain()) {
        throw new HttpException(
            hop.what()
                + " was redirected from https to "
                + next
                + ", which anybody on the way could read (redirectsToPlain)");
      }
      return next;
    } catch (HttpException e) {
      response.close();
      throw e;
    }
  }

  private static void redirect(Hop hop, int status, URI next) throws HttpException {
    boolean get =
        switch (status) {
          case 301, 302 -> hop.method.equals("POST");
          case 303 -> !hop.method.equals("GET") && !hop.method.equals("HEAD");
          default -> false;
        };
    if (get) {
      hop.method = "GET";
      hop.dropBody();
    } else if (hop.stream != null) {
      throw new HttpException(
          "%s was redirected to %s, which wants the body again, and that is written only once"
              .formatted(hop.what(), next));
    }
    if (!Urls.origin(hop.url).equals(Urls.origin(next))) {
      for (var secret : new String[] {"Authorization", "Cookie", "Proxy-Authorization", "Host"}) {
        hop.headers = hop.headers.without(secret);
      }
    }
    hop.url = next;
  }

  // ---- the client -------------------------------------------------------------------------------

  /// What a client looks like.
  ///
  /// @param connections how many there are, idle ones included
  /// @param idle how many of these can be used at once
  /// @param waiting how many requests wait for one
  /// @param requests how many have been sent since it began; each redirection and each repetition
  ///   counts
  public record Statistics(int connections, int idle, int waiting, long requests) {}

  /// {@return what it looks like now}
  public Statistics statistics() {
    return pool == null
        ? new Statistics(0, 0, 0, requests)
        : new Statistics(pool.open(), pool.idle(), pool.waiting(), requests);
  }

  /// Closes all connections; a request under way ends with an [HttpException]. Suspends until they
  /// have ended, for a second at most, if it is called in a coroutine. Idempotent.
  ///
  /// **Cancellation** ends the waiting: connections are closed at once.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (pool == null || loop == null || loop.isClosed()) { // with which its connections went
      return;
    }
    var closing = pool;
    closing.close();
    if (EventLoop.running() != loop || Asyncio.currentTask() == null) {
      closing.abort();
      return;
    }
    if (closing.isEmpty()) {
      return;
    }
    try {
      if (!awaitGone(closing)) {
        closing.abort();
        awaitGone(closing);
      }
    } catch (CancelledError e) {
      closing.abort();
      throw e;
    }
  }

  private static boolean awaitGone(ConnectionPool closing) {
    try {
      Timeout.after(CLOSING).run((Action<RuntimeException>) closing::awaitGone);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  boolean isClosed() {
    return closed;
  }

  /// {@return such as `<HttpClient 3 connections, 2 idle>`}
  @Override
  public String toString() {
    var now = statistics();
    return "<HttpClient " + now.connections() + " connections, " + now.idle() + " idle>";
  }
}
