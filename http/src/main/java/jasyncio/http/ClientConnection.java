package jasyncio.http;

import jasyncio.Action;
import jasyncio.EventLoop;
import jasyncio.Timeout;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.ClientCodec;
import jasyncio.http.internal.ClientEvents;
import jasyncio.http.internal.Http1ClientCodec;
import jasyncio.http.internal.ResponseHead;
import jasyncio.net.Protocol;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A connection of a client.
final class ClientConnection implements Protocol, ClientEvents {
  /* Overview
   * It carries one exchange at a time. That is over when its response has come as a whole; if the request has been sent by
   * then, too, and nothing else has come, the connection is idle and goes to the pool, in the very callback that received
   * the end. In every other case it is closed, so that what is in the pool is always in a known state.
   *
   * While it is idle it goes on receiving: whatever comes then, an end above all, closes it.
   *
   * Both time limits of an exchange share one timer, which is not moved with each piece that comes: it looks at what is
   * due when it fires.
   */
  private static final double NEVER = Double.POSITIVE_INFINITY;

  final HttpClient client;
  final ConnectionPool pool;
  final ConnectionPool.Group group;
  final EventLoop loop;
  double idleUntil;

  private ClientCodec codec;
  private @Nullable Transport transport;
  private @Nullable ClientExchange exchange;
  private @Nullable Timeout connecting; // while somebody waits for that
  private boolean connected; // as far as the pool: the tunnel is there, and TLS
  private boolean used;
  private double idleSince = NEVER;
  private double keptByServer = NEVER; // seconds
  private boolean complete; // the response that is being received
  private boolean keepAlive; // after it
  private boolean shut;
  private boolean lost;

  private boolean readingPaused;
  private boolean writingPaused;
  private @Nullable WaitList draining;

  private @Nullable TimerHandle timer;
  private double lastActivity;
  private double silence = NEVER; // seconds for which there may be none
  private double deadline = NEVER;
  private int unsent; // when it was looked at last

  ClientConnection(
      HttpClient client, ConnectionPool pool, ConnectionPool.Group group, EventLoop loop) {
    this.client = client;
    this.pool = pool;
    this.group = group;
    this.loop = loop;
    this.codec = newCodec();
  }

  private ClientCodec newCodec() {
    return new Http1ClientCodec(client.shared, this, bytes -> transport().write(bytes));
  }

  private Transport transport() {
    return Objects.requireNonNull(transport);
  }

  ClientCodec codec() {
    return codec;
  }

  // ---- connecting -------------------------------------------------------------------------------

  boolean isConnected() {
    return connected;
  }

  /// Connects. Suspends. If it fails, or is cancelled, [#unused()] has to be called.
  void connect() throws IOException {
    if (shut) {
      throw closed();
    }
    pool.opened(this); // the end of the client waits for this
    var limit = Timeout.at(NEVER);
    connecting = limit;
    try {
      limit.run((Action<IOException>) this::establish);
    } catch (TimeoutException e) {
      throw closed();
    } finally {
      connecting = null;
      if (transport == null) {
        pool.gone(this);
      }
    }
  }

  private static HttpException closed() {
    return new HttpException("the client was closed");
  }

  private void establish() throws IOException {
    var origin = group.route.origin();
    var proxy = group.route.tunnel();
    var options = client.options().connecting();
    var connector = client.options().connector();
    var tls = origin.secure() ? client.tls() : null;
    if (proxy == null) {
      made(connector.connect(this, origin.host(), origin.port(), options.tls(tls)));
    } else {
      made(connector.connect(this, proxy.host(), proxy.port(), options.tls(tlsTo(proxy))));
      tunnel(origin, proxy);
      if (tls != null) {
        var named = tls.serverHostname() == null ? tls.serverHostname(origin.host()) : tls;
        transport = Transports.startTls(transport(), this, named, false);
      }
    }
    if (lost || shut) {
      throw new HttpException("the connection to " + group.route + " was closed at once");
    }
    connected = true;
  }

  private @Nullable TlsOptions tlsTo(ClientProxy proxy) {
    if (!proxy.tls()) {
      return null;
    }
    var tls = client.tls(); // which may name the server, or say that no name is checked
    return "".equals(tls.serverHostname()) ? tls : tls.serverHostname(proxy.host());
  }

  /// Gives the connection to another protocol, for good: it is neither this one's nor the pool's.
  Transport handOver() {
    var given = transport();
    shut = true;
    codec.close();
    cancelTimer();
    pool.gone(this);
    transport = null;
    return given;
  }

  private void made(Transport newTransport) {
    transport = newTransport; // which connectionMade has told, unless the connector is lazy
    if (lost) {
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
    var connecting = new ClientExchange(this, "CONNECT " + authority);
    begin(connecting);
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

  /// Whether a request can be sent on it, as far as is known.
  boolean isUsable() {
    return connected && !shut && !lost && exchange == null && !transport().isClosing();
  }

  /// Whether a request was sent on it before.
  boolean isUsed() {
    return used;
  }

  /// For how long it has been idle, in seconds.
  double idleFor() {
    return loop.time() - idleSince;
  }

  /// For how long the server keeps it, in seconds.
  double keptByServer() {
    return keptByServer;
  }

  /// Whoever has it does not need it.
  void unused() {
    if (connected && exchange == null) {
      pool.release(this);
    } else {
      abort();
    }
  }

  /// Closes it, once what was written is sent.
  void shut() {
    if (!shut) {
      shut = true;
      codec.close();
      pool.remove(this);
      cancelTimer();
      if (transport != null) {
        transport.close();
      }
    }
  }

  /// Closes it at once.
  void abort() {
    shut();
    abortTransport();
  }

  void abortTransport() {
    if (transport != null) {
      transport.abort();
    }
  }

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

  /// An exchange begins.
  void begin(ClientExchange newExchange) {
    exchange = newExchange;
    complete = false;
    used |= connected;
    lastActivity = loop.time();
    unsent = 0;
    idleSince = NEVER;
    silence = newExchange.silence();
    deadline = newExchange.deadline();
    watch();
  }

  /// The exchange is over before its end: the connection is of no use any more.
  void giveUp(ClientExchange which) {
    if (exchange == which) {
      exchange = null;
      unwatch();
      abort();
    }
  }

  /// Only a little rest is still received, for a short time.
  void drainUntil(double when) {
    readingPaused = false;
    transport().resumeReading();
    deadline = Math.min(deadline, when);
    watch();
  }

  /// The response has come as a whole.
  private void finish() {
    var finished = Objects.requireNonNull(exchange);
    complete = false;
    exchange = null;
    unwatch();
    boolean sent = finished.isSent() && transport().getWriteBufferSize() == 0;
    boolean reusable = keepAlive && sent && !codec.hasLeftover() && !lost && !shut;
    finished.completed();
    if (!connected) { // this was the tunnel
      return;
    }
    if (readingPaused) {
      readingPaused = false;
      transport().resumeReading();
    }
    if (reusable) {
      idleSince = loop.time();
      pool.release(this);
    } else if (!sent) {
      abort(); // the server may never take the rest of the request
    } else {
      shut();
    }
  }

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void connectionMade(Transport newTransport) {
    transport = newTransport;
  }

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
    lastActivity = loop.time();
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
  public void connectionLost(@Nullable Throwable exception) {
    lost = true;
    cancelTimer();
    var current = exchange;
    if (current != null) {
      current.died(exception);
    }
    shut();
    pool.gone(this);
    if (draining != null) {
      draining.wakeAll();
    }
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
      return NEVER;
    }
    int from = at + "timeout=".length();
    int to = from;
    while (to < value.length() && to - from < 6 && Character.isDigit(value.charAt(to))) {
      to++;
    }
    return to == from ? NEVER : Integer.parseInt(value.substring(from, to)) - 1;
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

  void pauseReading(ClientExchange which) {
    if (exchange == which) {
      readingPaused = true;
      transport().pauseReading();
    }
  }

  void resumeReading(ClientExchange which) {
    if (exchange == which && readingPaused) {
      readingPaused = false;
      lastActivity = loop.time();
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
    lastActivity = loop.time();
    if (draining != null) {
      draining.wakeAll();
    }
  }

  /// Waits while the server does not take what was written.
  void drain(ClientExchange which) {
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

  /// Wakes who waits to write more of an exchange that is over.
  void wakeWriters() {
    if (draining != null) {
      draining.wakeAll();
    }
  }

  /// Something of the request was written.
  void active() {
    lastActivity = loop.time();
  }

  // ---- time -------------------------------------------------------------------------------------

  private void unwatch() {
    silence = NEVER;
    deadline = NEVER; // the timer finds nothing to do
  }

  private void watch() {
    double next = Math.min(deadline, lastActivity + silence);
    if (timer != null && timer.when() > next) {
      cancelTimer();
    }
    if (timer == null && next != NEVER) {
      timer = loop.callAt(next, this::fire);
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void fire() {
    timer = null;
    var current = exchange;
    if (current == null) {
      return;
    }
    double now = loop.time();
    if (now >= deadline) {
      current.late();
    } else if (now >= lastActivity + silence) {
      if (isExcused(current)) {
        lastActivity = now;
        watch();
      } else {
        current.silent();
      }
    } else {
      watch();
    }
  }

  /// Whether it is not the server that is silent: this side does not read, or has not asked to the
  /// end, or the server takes what it is sent.
  private boolean isExcused(ClientExchange current) {
    if (readingPaused) {
      return true;
    } else if (current.isSent()) {
      return false;
    }
    int now = transport().getWriteBufferSize();
    boolean excused = !writingPaused || now < unsent || unsent == 0;
    unsent = now;
    return excused;
  }

  @Override
  public String toString() {
    return "<connection to " + group.route + ">";
  }
}
