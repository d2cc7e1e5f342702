package jasyncio.http;

import jasyncio.Action;
import jasyncio.EventLoop;
import jasyncio.Timeout;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.ClientCodec;
import jasyncio.http.internal.ClientEvents;
import jasyncio.http.internal.Http1ClientCodec;
import jasyncio.http.internal.ResponseHead;
import jasyncio.net.ExtraInfo;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A connection of a client by HTTP/1.1, or to be connected.
final class Http1ClientConnection extends ClientConnection
    implements ClientEvents, ClientStream, ClientLimits.Watched {
  /* Overview
   * It carries one exchange at a time. That is over when its response has come as a whole; if the request has been sent by
   * then, too, and nothing else has come, the connection is idle and goes to the pool, in the very callback that received
   * the end. In every other case it is closed, so that what is in the pool is always in a known state.
   *
   * While it is idle it goes on receiving: whatever comes then, an end above all, closes it.
   *
   * If HTTP/2 was agreed upon, an Http2ClientConnection takes its place when it is connected.
   */
  private final boolean mayBecome; // one of HTTP/2
  private ClientCodec codec;
  private @Nullable ClientExchange exchange;
  private @Nullable Timeout connecting; // while somebody waits for that
  private boolean connected; // as far as the pool: the tunnel is there, and TLS
  private boolean used;
  private double keptByServer = ClientLimits.NEVER; // seconds
  private boolean complete; // the response that is being received
  private boolean keepAlive; // after it

  private boolean readingPaused;
  private boolean writingPaused;
  private @Nullable WaitList draining;

  private final ClientLimits limits;
  private int unsent; // when it was looked at last

  /// One that is to be connected.
  ///
  /// @param mayBecome whether it may turn out to speak HTTP/2
  Http1ClientConnection(
      HttpClient client,
      ConnectionPool pool,
      ConnectionPool.Group group,
      EventLoop loop,
      boolean mayBecome) {
    super(client, pool, group, loop);
    this.mayBecome = mayBecome;
    this.codec = newCodec();
    this.limits = new ClientLimits(loop, this);
  }

  private ClientCodec newCodec() {
    return new Http1ClientCodec(client.shared, this, bytes -> transport().write(bytes));
  }

  // ---- connecting -------------------------------------------------------------------------------

  @Override
  boolean isConnected() {
    return connected;
  }

  @Override
  ClientConnection connect() throws IOException {
    if (isShut()) {
      throw closed();
    }
    pool.opened(this); // the end of the client waits for this
    var limit = Timeout.at(ClientLimits.NEVER);
    connecting = limit;
    try {
      limit.run((Action<IOException>) this::establish);
    } catch (TimeoutException e) {
      throw closed();
    } catch (SSLException e) {
      throw TlsErrors.explained(e, group.route.toString());
    } finally {
      connecting = null;
      if (!hasTransport()) {
        pool.gone(this);
      }
    }
    boolean http2;
    try {
      http2 = isHttp2();
    } catch (HttpException e) {
      abort(); // nobody else is to be given it
      throw e;
    }
    if (http2) {
      return becomeHttp2();
    }
    pool.connected(this);
    return this;
  }

  private static HttpException closed() {
    return new HttpException("the client was closed");
  }

  private void establish() throws IOException {
    var origin = group.route.origin();
    var proxy = group.route.tunnel();
    var options = client.options().connecting();
    var connector = client.options().connector();
    var tls = origin.secure() ? (mayBecome ? client.tls() : client.http1Tls()) : null;
    if (proxy == null) {
      made(connector.connect(this, origin.host(), origin.port(), options.tls(tls)));
    } else {
      made(connector.connect(this, proxy.host(), proxy.port(), options.tls(tlsTo(proxy))));
      tunnel(origin, proxy);
      if (tls != null) {
        var named = tls.serverHostname() == null ? tls.serverHostname(origin.host()) : tls;
        transport(Transports.startTls(transport(), this, named, false));
      }
    }
    if (isLost() || isShut()) {
      throw new HttpException("the connection to " + group.route + " was closed at once");
    }
    connected = true;
  }

  private @Nullable TlsOptions tlsTo(ClientProxy proxy) {
    if (!proxy.tls()) {
      return null;
    }
    var tls = client.http1Tls(); // which may name the server, or say that no name is checked
    return "".equals(tls.serverHostname()) ? tls : tls.serverHostname(proxy.host());
  }

  /// Gives the connection to another protocol, for good: it is neither this one's nor the pool's.
  Transport handOver() {
    codec.close();
    limits.stop();
    return forget();
  }

  /// Whether HTTP/2 was agreed upon, or is spoken in any case.
  private boolean isHttp2() throws HttpException {
    if (!mayBecome) {
      return false;
    }
    var versions = client.options().versions();
    var engine = transport().getExtraInfo(ExtraInfo.SSL_OBJECT);
    boolean agreed = engine != null && HttpServer.HTTP_2.equals(engine.getApplicationProtocol());
    if (engine != null && !agreed && !versions.contains(HttpVersion.HTTP_1_1)) {
      throw new HttpException(group.route + " does not speak HTTP/2 (versions)");
    }
    return agreed || !versions.contains(HttpVersion.HTTP_1_1);
  }

  private ClientConnection becomeHttp2() {
    codec.close();
    limits.stop();
    var other = new Http2ClientConnection(this, transport());
    transport().setProtocol(other);
    pool.replaced(this, other);
    other.start();
    pool.connected(other);
    return other;
  }

  private void made(Transport newTransport) {
    transport(newTransport); // which connectionMade has told, unless the connector is lazy
    if (isLost()) {
      pool.gone(this);
    }
  }

  private void tunnel(Urls.Origin origin, ClientProxy proxy) throws IOException {
    var authority =
        (origin.host().indexOf(':') >= 0 ? "[" + origin.host() + "]" : origin.host())
            + ":"
            + origin.port();
    var headers = Headers.of("Host", authority);
    if (proxy.authorization() != null) {
      headers = headers.and("Proxy-Authorization", proxy.authorization());
    }
    var connecting = new ClientExchange(loop, group.route, "CONNECT " + authority);
    connecting.on(begin(connecting));
    connecting.start("CONNECT", authority, headers);
    var head = connecting.awaitHead();
    if (head.status() < 200 || head.status() > 299) {
      throw new HttpException(
          "the proxy %s:%d refused a tunnel to %s: status %d"
              .formatted(proxy.host(), proxy.port(), authority, head.status()));
    } else if (codec.hasLeftover()) {
      throw new HttpException(
          "the proxy %s:%d sent something before the tunnel was used"
              .formatted(proxy.host(), proxy.port()));
    }
    codec = newCodec();
  }

  // ---- for the pool -----------------------------------------------------------------------------

  @Override
  boolean isUsable() {
    return connected && !isShut() && !isLost() && exchange == null && !transport().isClosing();
  }

  @Override
  boolean isUsed() {
    return used;
  }

  @Override
  double keptByServer() {
    return keptByServer;
  }

  @Override
  void unused() {
    if (connected && exchange == null) {
      pool.release(this);
    } else {
      abort();
    }
  }

  @Override
  void closing() {
    codec.close();
    limits.stop();
  }

  @Override
  void clientClosed() {
    var current = exchange;
    if (current != null) {
      current.fail(closed());
    } else {
      shut();
    }
    var limit = connecting;
    if (limit != null && EventLoop.running() == loop) {
      connecting = null;
      limit.reschedule(loop.time());
    }
  }

  // ---- an exchange ------------------------------------------------------------------------------

  @Override
  ClientStream begin(ClientExchange newExchange) {
    exchange = newExchange;
    idle(false);
    complete = false;
    used |= connected;
    unsent = 0;
    limits.begin(newExchange);
    return this;
  }

  /// The exchange is over before its end: the connection is of no use any more.
  @Override
  public void giveUp(ClientExchange which) {
    if (exchange == which) {
      exchange = null;
      limits.end();
      abort();
    }
  }

  @Override
  public void drainUntil(double when) {
    readingPaused = false;
    transport().resumeReading();
    limits.until(when);
  }

  /// The response has come as a whole.
  private void finish() {
    var finished = Objects.requireNonNull(exchange);
    complete = false;
    exchange = null;
    limits.end();
    boolean sent = finished.isSent() && transport().getWriteBufferSize() == 0;
    boolean reusable = keepAlive && sent && !codec.hasLeftover() && !isLost() && !isShut();
    finished.completed();
    if (!connected) { // this was the tunnel
      return;
    }
    if (readingPaused) {
      readingPaused = false;
      transport().resumeReading();
    }
    if (reusable) {
      pool.release(this);
    } else if (!sent) {
      abort(); // the server may never take the rest of the request
    } else {
      shut();
    }
  }

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void dataReceived(byte[] data) {
    dataReceived(ByteBuffer.wrap(data));
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    var current = exchange;
    if (current == null) {
      data.position(data.limit());
      abort(); // nobody has asked for anything
      return;
    }
    limits.active();
    current.answerBegins();
    codec.receive(data);
    if (complete && exchange != null) {
      finish();
    }
  }

  @Override
  public boolean eofReceived() {
    var current = exchange;
    if (current == null) {
      shut();
    } else if (!current.hasAnswer()) {
      current.died(null);
    } else {
      codec.endOfInput();
      if (complete && exchange != null) {
        finish();
      }
    }
    return false;
  }

  @Override
  void died(@Nullable Throwable exception) {
    limits.stop();
    var current = exchange;
    if (current != null) {
      current.died(exception);
    }
    wakeWriters();
  }

  // ---- what the codec tells ---------------------------------------------------------------------

  private ClientExchange current() {
    return Objects.requireNonNull(exchange);
  }

  @Override
  public void informational(ResponseHead head) {
    if (exchange != null && head.status() == 100) {
      exchange.continued();
    }
  }

  @Override
  public void response(ResponseHead head, boolean ended) {
    keepAlive = head.keepAlive() && head.status() != 101;
    complete = ended;
    keptByServer = keptBy(head.headers().get("Keep-Alive"));
    current().response(head, ended);
  }

  /// What `Keep-Alive: timeout=5` says, and one second less, as the server's clock runs already.
  private static double keptBy(@Nullable String value) {
    int at = value == null ? -1 : value.indexOf("timeout=");
    if (value == null || at < 0) {
      return ClientLimits.NEVER;
    }
    int from = at + "timeout=".length();
    int to = from;
    while (to < value.length() && to - from < 6 && Character.isDigit(value.charAt(to))) {
      to++;
    }
    return to == from ? ClientLimits.NEVER : Integer.parseInt(value.substring(from, to)) - 1;
  }

  @Override
  public void data(byte[] data) {
    if (exchange != null) {
      exchange.data(data);
    }
  }

  @Override
  public void end(Headers trailers) {
    if (exchange != null) {
      complete = true;
      exchange.end(trailers);
    }
  }

  @Override
  public void unreadable(String why) {
    if (exchange != null) {
      exchange.unreadable(why);
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  @Override
  public void pauseReading(ClientExchange which) {
    if (exchange == which) {
      readingPaused = true;
      transport().pauseReading();
    }
  }

  @Override
  public void resumeReading(ClientExchange which) {
    if (exchange == which && readingPaused) {
      readingPaused = false;
      limits.active();
      transport().resumeReading();
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  @Override
  public void pauseWriting() {
    writingPaused = true;
  }

  @Override
  public void resumeWriting() {
    writingPaused = false;
    limits.active();
    if (draining != null) {
      draining.wakeAll();
    }
  }

  @Override
  public void drain(ClientExchange which) {
    codec.flush();
    wait(which);
  }

  /// Waits while the server does not take what was written.
  private void wait(ClientExchange which) {
    while (writingPaused && exchange == which) {
      if (draining == null) {
        draining =
            new WaitList(
                this,
                () -> new WaitInfo(WaitInfo.Kind.IO, group.route + " to take more of the request"));
      }
      var place = draining.enter();
      try {
        place.await();
      } finally {
        place.leave();
      }
    }
  }

  @Override
  public void wakeWriters() {
    if (draining != null) {
      draining.wakeAll();
    }
  }

  // ---- a request --------------------------------------------------------------------------------

  @Override
  public void head(String method, String target, Headers headers, long length) {
    codec.head(method, target, headers, length);
  }

  @Override
  public boolean dataAtOnce(ByteBuffer data) {
    codec.data(data);
    return true;
  }

  @Override
  public void data(ClientExchange which, ByteBuffer data) {
    codec.data(data);
    limits.active();
    if (codec.hasUnflushed()) {
      var _ = loop.callSoon(() -> flushIfOpen(which));
    }
    wait(which);
  }

  private void flushIfOpen(ClientExchange which) {
    if (exchange == which) {
      codec.flush();
    }
  }

  @Override
  public void endBody(Headers trailers) {
    codec.end(trailers);
    limits.active();
  }

  @Override
  public void flush() {
    codec.flush();
  }

  // ---- time -------------------------------------------------------------------------------------

  @Override
  public void late() {
    if (exchange != null) {
      exchange.late();
    }
  }

  @Override
  public void silent() {
    if (exchange != null) {
      exchange.silent();
    }
  }

  /// This side does not read, or has not asked to the end, or the server takes what it is sent.
  @Override
  public boolean isExcused() {
    var current = exchange;
    if (current == null || readingPaused) {
      return true;
    } else if (current.isSent()) {
      return false;
    }
    int now = transport().getWriteBufferSize();
    boolean excused = !writingPaused || now < unsent || unsent == 0;
    unsent = now;
    return excused;
  }
}
