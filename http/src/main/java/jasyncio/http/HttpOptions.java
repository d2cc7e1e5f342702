package jasyncio.http;

import jasyncio.net.ServerOptions;
import jasyncio.net.TlsOptions;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// How a server behaves, and what it puts up with; immutable: its methods give other options.
///
/// ```java fragment
/// HttpOptions.defaults().tls(context).maxBody(50_000_000).grace(Duration.ofSeconds(30));
/// ```
public final class HttpOptions {
  private static final HttpOptions DEFAULTS = new HttpOptions();
  private static final int REFUSED = 100; // connections that are told that there are too many

  private @Nullable TlsOptions tls;
  private boolean http2 = true;
  private boolean proxyProtocol;
  private int backlog = 1024;
  private boolean reusePort;
  private int maxConnections = 10_000;
  private int pipelined = 16;
  private int streams = 100;
  private int requestLine = 8 * 1024;
  private int headerBytes = 16 * 1024;
  private int headerCount = 100;
  private Duration headerTime = Duration.ofSeconds(10);
  private long maxBody = 1024 * 1024;
  private int bodyRate = 240;
  private Duration idleTime = Duration.ofSeconds(60);
  private int responseRate = 240;
  private Duration fileReuse = Duration.ofSeconds(1);
  private Duration grace = Duration.ofSeconds(10);
  private boolean signals = true;
  private boolean cancelOnDisconnect = true;
  private @Nullable AccessLog accessLog;

  private HttpOptions() {}

  private HttpOptions(HttpOptions other) {
    tls = other.tls;
    http2 = other.http2;
    proxyProtocol = other.proxyProtocol;
    backlog = other.backlog;
    reusePort = other.reusePort;
    maxConnections = other.maxConnections;
    pipelined = other.pipelined;
    streams = other.streams;
    requestLine = other.requestLine;
    headerBytes = other.headerBytes;
    headerCount = other.headerCount;
    headerTime = other.headerTime;
    maxBody = other.maxBody;
    bodyRate = other.bodyRate;
    idleTime = other.idleTime;
    responseRate = other.responseRate;
    fileReuse = other.fileReuse;
    grace = other.grace;
    signals = other.signals;
    cancelOnDisconnect = other.cancelOnDisconnect;
    accessLog = other.accessLog;
  }

  private HttpOptions with(Consumer<HttpOptions> change) {
    var changed = new HttpOptions(this);
    change.accept(changed);
    return changed;
  }

  /// {@return plain connections, and the limits that are named at each method}
  public static HttpOptions defaults() {
    return DEFAULTS;
  }

  // ---- connections
  // ----------------------------------------------------------------------------------

  /// {@return these options with TLS}
  ///
  /// @param tls TLS for every connection, or `null`, the default, for plain ones
  public HttpOptions tls(@Nullable TlsOptions tls) {
    return with(o -> o.tls = tls);
  }

  /// {@return these options with TLS}
  ///
  /// @param context keys and trust
  public HttpOptions tls(SSLContext context) {
    return tls(TlsOptions.of(context));
  }

  /// {@return these options with HTTP/2, or without}
  ///
  /// @param http2 whether HTTP/2 is spoken with clients that want it; true by default. Over TLS
  ///   they say so in the handshake (ALPN), unless `tls` names other application protocols; else
  ///   they begin with it (prior knowledge)
  public HttpOptions http2(boolean http2) {
    return with(o -> o.http2 = http2);
  }

  /// {@return these options with the PROXY protocol before each connection, or without}
  ///
  /// @param proxyProtocol whether each connection begins with a header of the PROXY protocol,
  ///   version 1 or 2, from which [Request#remoteAddress] and [Request#isSecure] come; false by
  ///   default. One that begins in another way is aborted, as is one whose header is longer than
  ///   `headerBytes` or takes longer than `headerTime`. Only for servers that nobody but the proxy
  ///   can reach: anybody else could claim any address
  public HttpOptions proxyProtocol(boolean proxyProtocol) {
    return with(o -> o.proxyProtocol = proxyProtocol);
  }

  /// {@return these options with another `backlog`}
  ///
  /// @param backlog how many connections may wait to be accepted; 1024 by default
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions backlog(int backlog) {
    Checks.positive("backlog", backlog);
    return with(o -> o.backlog = backlog);
  }

  /// {@return these options with other servers on the same port allowed, or not}
  ///
  /// @param reusePort whether other servers may listen on the same port, if all of them allow it;
  ///   false by default
  public HttpOptions reusePort(boolean reusePort) {
    return with(o -> o.reusePort = reusePort);
  }

  /// {@return these options with another limit of connections}
  ///
  /// @param maxConnections how many connections there may be; 10 000 by default. On one more the
  ///   first request is answered 503; when a hundred are told so, others are closed as soon as they
  ///   are accepted
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions maxConnections(int maxConnections) {
    Checks.positive("maxConnections", maxConnections);
    return with(o -> o.maxConnections = maxConnections);
  }

  /// {@return these options with another limit of requests that wait}
  ///
  /// @param pipelined how many requests of an HTTP/1.1 connection may wait for their turn before no
  ///   more is read; 16 by default
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions pipelined(int pipelined) {
    Checks.positive("pipelined", pipelined);
    return with(o -> o.pipelined = pipelined);
  }

  /// {@return these options with another limit of requests at the same time}
  ///
  /// @param streams how many requests of an HTTP/2 connection may be under way; 100 by default.
  ///   More are refused with `REFUSED_STREAM`: they may be sent again
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions streams(int streams) {
    Checks.positive("streams", streams);
    return with(o -> o.streams = streams);
  }

  /// {@return these options with another limit for idle connections}
  ///
  /// @param idleTime for how long a connection may be without a request before it is closed; 60 s
  ///   by default. Also the time in which a client that is slow has to take as much of a response
  ///   as [#responseRate(int)] says
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions idleTime(Duration idleTime) {
    Checks.positive("idleTime", idleTime);
    return with(o -> o.idleTime = idleTime);
  }

  // ---- requests
  // -------------------------------------------------------------------------------------

  /// {@return these options with another limit for the first line of a request}
  ///
  /// @param requestLine how long it may be, in bytes; 8 KiB by default. A longer one is answered
  ///   414
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions requestLine(int requestLine) {
    Checks.positive("requestLine", requestLine);
    return with(o -> o.requestLine = requestLine);
  }

  /// {@return these options with another limit for headers}
  ///
  /// @param headerBytes how long the headers of a request may be together, in bytes, and trailers
  ///   behind its body; 16 KiB by default. Longer ones are answered 431
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions headerBytes(int headerBytes) {
    Checks.positive("headerBytes", headerBytes);
    return with(o -> o.headerBytes = headerBytes);
  }

  /// {@return these options with another limit of headers}
  ///
  /// @param headerCount how many headers a request may have; 100 by default. More are answered 431
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions headerCount(int headerCount) {
    Checks.positive("headerCount", headerCount);
    return with(o -> o.headerCount = headerCount);
  }

  /// {@return these options with another limit for the time of a head}
  ///
  /// @param headerTime for how long the head of a request may come; 10 s by default. A slower one
  ///   is answered 408; a new connection on which nothing comes is closed
  /// @throws IllegalArgumentException unless it is positive
  public HttpOptions headerTime(Duration headerTime) {
    Checks.positive("headerTime", headerTime);
    return with(o -> o.headerTime = headerTime);
  }

  /// {@return these options with another limit for bodies of requests}
  ///
  /// @param maxBody how long a body may be, in bytes; 1 MiB by default, and [Request#bodyLimit]
  ///   says otherwise for one request. Reading a longer one throws an [HttpProblem] with status 413
  /// @throws IllegalArgumentException if it is negative
  public HttpOptions maxBody(long maxBody) {
    Checks.notNegative("maxBody", maxBody);
    return with(o -> o.maxBody = maxBody);
  }

  /// {@return these options with another least rate for bodies of requests}
  ///
  /// @param bodyRate how fast a body has to come while somebody reads it, in bytes per second, over
  ///   5 s; 240 by default. For a slower one, reading throws an [HttpProblem] with status 408; 0:
  ///   there is no such limit
  /// @throws IllegalArgumentException if it is negative
  public HttpOptions bodyRate(int bodyRate) {
    Checks.notNegative("bodyRate", bodyRate);
    return with(o -> o.bodyRate = bodyRate);
  }

  // ---- responses
  // ------------------------------------------------------------------------------------

  /// {@return these options with another least rate for responses}
  ///
  /// @param responseRate how fast a client has to take a response while more of it waits than is
  ///   good for the memory, or all that is left, in bytes per second over `idleTime`; 240 by
  ///   default. For a slower one the connection is aborted; 0: it has to take anything at all
  /// @throws IllegalArgumentException if it is negative
  public HttpOptions responseRate(int responseRate) {
    Checks.notNegative("responseRate", responseRate);
    return with(o -> o.responseRate = responseRate);
  }

  /// {@return these options with another time for which files are reused}
  ///
  /// What [StaticFiles] and [Response#file] have sent is kept for the next request: files above 32
  /// KiB stay open, shorter ones are kept as bytes, 128 files at most, none of more than 1 MiB,
  /// none that a symbolic link leads to, none that has changed in the last two seconds. Before one
  /// is sent again, the system is asked whether its name still leads to that file, and whether size
  /// and time are the same, by one call on the loop's thread; so a file that has changed is not
  /// sent as it was. Which file it is that a path leads to, as of `index.html` for a folder or of
  /// compressed forms, is looked up anew when the time is over.
  ///
  /// @param fileReuse for how long, from when a file was looked for by another thread; 1 s by
  ///   default. Zero: each file is looked for so, for each request, as is better where to ask
  ///   whether it has changed may take long, such as in network file systems
  /// @throws IllegalArgumentException if it is negative
  public HttpOptions fileReuse(Duration fileReuse) {
    Checks.notNegative("fileReuse", fileReuse);
    return with(o -> o.fileReuse = fileReuse);
  }

  /// {@return these options with the handlers of clients that have gone cancelled, or not}
  ///
  /// @param cancelOnDisconnect whether they are; true by default
  public HttpOptions cancelOnDisconnect(boolean cancelOnDisconnect) {
    return with(o -> o.cancelOnDisconnect = cancelOnDisconnect);
  }

  /// {@return these options with an access log}
  ///
  /// @param accessLog what is told of every request, also of those that are refused before they
  ///   come to the handler; `null`, the default: nothing
  public HttpOptions accessLog(@Nullable AccessLog accessLog) {
    return with(o -> o.accessLog = accessLog);
  }

  // ---- the end
  // --------------------------------------------------------------------------------------

  /// {@return these options with another time for what is under way}
  ///
  /// @param grace how long a shutdown waits for it; 10 s by default, zero not to wait
  /// @throws IllegalArgumentException if it is negative
  public HttpOptions grace(Duration grace) {
    Checks.notNegative("grace", grace);
    return with(o -> o.grace = grace);
  }

  /// {@return these options with SIGTERM ending `serve`, or not}
  ///
  /// A signal goes to one loop, the last that has asked for it. So servers on several loops leave
  /// it to somebody who ends them all.
  ///
  /// @param signals whether [Http#serve] ends in an orderly way on SIGTERM; true by default
  public HttpOptions signals(boolean signals) {
    return with(o -> o.signals = signals);
  }

  // ---- asking
  // ---------------------------------------------------------------------------------------

  /// {@return TLS for every connection, or `null`}
  public @Nullable TlsOptions tls() {
    return tls;
  }

  /// {@return whether HTTP/2 is spoken}
  public boolean http2() {
    return http2;
  }

  /// {@return whether each connection begins with a header of the PROXY protocol}
  public boolean proxyProtocol() {
    return proxyProtocol;
  }

  /// {@return how many connections may wait to be accepted}
  public int backlog() {
    return backlog;
  }

  /// {@return whether other servers may listen on the same port}
  public boolean reusePort() {
    return reusePort;
  }

  /// {@return how many connections there may be}
  public int maxConnections() {
    return maxConnections;
  }

  /// {@return how many requests of a connection may wait for their turn}
  public int pipelined() {
    return pipelined;
  }

  /// {@return how many requests of an HTTP/2 connection may be under way}
  public int streams() {
    return streams;
  }

  /// {@return for how long a connection may be without a request}
  public Duration idleTime() {
    return idleTime;
  }

  /// {@return how long the first line of a request may be, in bytes}
  public int requestLine() {
    return requestLine;
  }

  /// {@return how long the headers of a request may be, in bytes}
  public int headerBytes() {
    return headerBytes;
  }

  /// {@return how many headers a request may have}
  public int headerCount() {
    return headerCount;
  }

  /// {@return for how long the head of a request may come}
  public Duration headerTime() {
    return headerTime;
  }

  /// {@return how long the body of a request may be, in bytes}
  public long maxBody() {
    return maxBody;
  }

  /// {@return how fast the body of a request has to come, in bytes per second}
  public int bodyRate() {
    return bodyRate;
  }

  /// {@return how fast a client has to take a response, in bytes per second}
  public int responseRate() {
    return responseRate;
  }

  /// {@return for how long files that were sent are kept for the next request}
  public Duration fileReuse() {
    return fileReuse;
  }

  /// {@return whether the handlers of clients that have gone are cancelled}
  public boolean cancelOnDisconnect() {
    return cancelOnDisconnect;
  }

  /// {@return what is told of every request, or `null`}
  public @Nullable AccessLog accessLog() {
    return accessLog;
  }

  /// {@return how long a shutdown waits for what is under way}
  public Duration grace() {
    return grace;
  }

  /// {@return whether SIGTERM ends `serve`}
  public boolean signals() {
    return signals;
  }

  /// How many bytes of a response a client takes in each idle time, at least.
  long leastTaken() {
    return Math.max(1, (long) (responseRate * Checks.seconds(idleTime)));
  }

  ServerOptions serverOptions() {
    return ServerOptions.defaults()
        .tls(proxyProtocol ? null : negotiated())
        .backlog(backlog)
        .reusePort(reusePort)
        .maxClients((int) Math.min(Integer.MAX_VALUE, (long) maxConnections + REFUSED));
  }

  /// TLS with the versions of HTTP that there are.
  @Nullable TlsOptions negotiated() {
    if (tls == null || !tls.applicationProtocols().isEmpty()) {
      return tls;
    }
    return http2
        ? tls.applicationProtocols(HttpServer.HTTP_2, HttpServer.HTTP_1_1)
        : tls.applicationProtocols(HttpServer.HTTP_1_1);
  }
}
