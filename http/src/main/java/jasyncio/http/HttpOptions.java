package jasyncio.http;

import jasyncio.net.ServerOptions;
import jasyncio.net.TlsOptions;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// How a server behaves, and what it puts up with; immutable.
///
/// ```java fragment
/// HttpOptions.defaults().tls(context).maxBody(50_000_000).grace(Duration.ofSeconds(30));
/// ```
///
/// @param tls TLS for every connection, or `null` for plain ones
/// @param requestLine how long the first line of a request may be, in bytes; 8 KiB by default. A
///   longer one is answered 414
/// @param headerBytes how long the headers of a request may be together, in bytes, and trailers
///   behind its body; 16 KiB by default. Longer ones are answered 431
/// @param headerCount how many headers a request may have; 100 by default. More are answered 431
/// @param maxBody how long the body of a request may be, in bytes; 1 MiB by default, and
///   [Request#bodyLimit] says otherwise for one request. Reading a longer one throws an
///   [HttpProblem] with status 413
/// @param headerTime for how long the head of a request may come; 10 s by default. A slower one is
///   answered 408; a new connection on which nothing comes is closed
/// @param bodyRate how fast the body of a request has to come while somebody reads it, in bytes per
///   second, over 5 s; 240 by default. For a slower one, reading throws an [HttpProblem] with
///   status 408; 0: there is no such limit
/// @param idleTime for how long a connection may be without a request before it is closed; 60 s by
///   default. Also the time in which a client that is slow has to take as much of a response as
///   `responseRate` says
/// @param responseRate how fast a client has to take a response while more of it waits than is good
///   for the memory, or all that is left, in bytes per second over `idleTime`; 240 by default. For
///   a slower one the connection is aborted; 0: it has to take anything at all
/// @param maxConnections how many connections there may be; 10 000 by default. On one more the
///   first request is answered 503; when a hundred are told so, others are closed as soon as they
///   are accepted
/// @param pipelined how many requests of a connection may wait for their turn before no more is
///   read; 16 by default
/// @param http2 whether HTTP/2 is spoken with clients that want it; true by default. Over TLS they
///   say so in the handshake (ALPN), unless `tls` names other application protocols; else they
///   begin with it (prior knowledge)
/// @param streams how many requests of an HTTP/2 connection may be under way; 100 by default. More
///   are refused with `REFUSED_STREAM`: they may be sent again
/// @param grace how long a shutdown waits for what is under way; 10 s by default
/// @param cancelOnDisconnect whether the handler of a client that has gone is cancelled; true by
///   default
/// @param signals whether [Http#serve] ends in an orderly way on SIGTERM; true by default
/// @param backlog how many connections may wait to be accepted; 1024 by default
/// @param reusePort whether other servers may listen on the same port, if all of them allow it;
///   false by default
/// @param proxyProtocol whether each connection begins with a header of the PROXY protocol, version
///   1 or 2, from which [Request#remoteAddress] and [Request#isSecure] come; false by default. One
///   that begins in another way is aborted, as is one whose header is longer than `headerBytes` or
///   takes longer than `headerTime`. Only for servers that nobody but the proxy can reach: anybody
///   else could claim any address
/// @param accessLog what is told of every request, also of those that are refused before they come
///   to the handler; `null`, the default: nothing
public record HttpOptions(
    @Nullable TlsOptions tls,
    int requestLine,
    int headerBytes,
    int headerCount,
    long maxBody,
    Duration headerTime,
    int bodyRate,
    Duration idleTime,
    int responseRate,
    int maxConnections,
    int pipelined,
    boolean http2,
    int streams,
    Duration grace,
    boolean cancelOnDisconnect,
    boolean signals,
    int backlog,
    boolean reusePort,
    boolean proxyProtocol,
    @Nullable AccessLog accessLog) {
  private static final int REFUSED = 100; // connections that are told that there are too many
  private static final HttpOptions DEFAULTS =
      new HttpOptions(
          null,
          8 * 1024,
          16 * 1024,
          100,
          1024 * 1024,
          Duration.ofSeconds(10),
          240,
          Duration.ofSeconds(60),
          240,
          10_000,
          16,
          true,
          100,
          Duration.ofSeconds(10),
          true,
          true,
          1024,
          false,
          false,
          null);

  /// Checks the options, as the methods below do.
  ///
  /// @throws IllegalArgumentException if a limit is not positive, or a rate, or the grace, is
  ///   negative
  public HttpOptions {
    positive("requestLine", requestLine);
    positive("headerBytes", headerBytes);
    positive("headerCount", headerCount);
    positive("maxBody", maxBody < 0 ? -1 : 1);
    positive("headerTime", headerTime.toNanos());
    positive("bodyRate", bodyRate + 1L);
    positive("idleTime", idleTime.toNanos());
    positive("responseRate", responseRate + 1L);
    positive("maxConnections", maxConnections);
    positive("pipelined", pipelined);
    positive("streams", streams);
    positive("grace", grace.isNegative() ? -1 : 1);
    positive("backlog", backlog);
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " is too small");
    }
  }

  /// How many bytes of a response a client takes in each idle time, at least.
  long leastTaken() {
    return Math.max(1, (long) (responseRate * (idleTime.toNanos() / 1e9)));
  }

  /// {@return plain connections, and the limits that are named above}
  public static HttpOptions defaults() {
    return DEFAULTS;
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

  /// {@return these options with TLS}
  ///
  /// @param tls TLS for every connection, or `null` for plain ones
  public HttpOptions tls(@Nullable TlsOptions tls) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with TLS}
  ///
  /// @param context keys and trust
  public HttpOptions tls(SSLContext context) {
    return tls(TlsOptions.of(context));
  }

  /// {@return these options with another `requestLine`}
  ///
  /// @param requestLine how long the first line of a request may be, in bytes
  public HttpOptions requestLine(int requestLine) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `headerBytes`}
  ///
  /// @param headerBytes how long the headers of a request may be together, in bytes
  public HttpOptions headerBytes(int headerBytes) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `headerCount`}
  ///
  /// @param headerCount how many headers a request may have
  public HttpOptions headerCount(int headerCount) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `maxBody`}
  ///
  /// @param maxBody how long the body of a request may be, in bytes
  public HttpOptions maxBody(long maxBody) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `headerTime`}
  ///
  /// @param headerTime for how long the head of a request may come
  public HttpOptions headerTime(Duration headerTime) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `bodyRate`}
  ///
  /// @param bodyRate how fast the body of a request has to come while somebody reads it, in bytes
  ///   per second, over 5 s
  public HttpOptions bodyRate(int bodyRate) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `idleTime`}
  ///
  /// @param idleTime for how long a connection may be without a request, and a client without
  ///   taking more of a response, before it is closed
  public HttpOptions idleTime(Duration idleTime) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `responseRate`}
  ///
  /// @param responseRate how fast a client has to take a response, in bytes per second over the
  ///   idle time; 0: it has to take anything at all
  public HttpOptions responseRate(int responseRate) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `maxConnections`}
  ///
  /// @param maxConnections how many connections there may be
  public HttpOptions maxConnections(int maxConnections) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `pipelined`}
  ///
  /// @param pipelined how many requests of a connection may wait for their turn before no more is
  ///   read
  public HttpOptions pipelined(int pipelined) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with HTTP/2, or without}
  ///
  /// @param http2 whether HTTP/2 is spoken with clients that want it
  public HttpOptions http2(boolean http2) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `streams`}
  ///
  /// @param streams how many requests of an HTTP/2 connection may be under way
  public HttpOptions streams(int streams) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `grace`}
  ///
  /// @param grace how long a shutdown waits for what is under way
  public HttpOptions grace(Duration grace) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with the handlers of clients that have gone cancelled, or not}
  ///
  /// @param cancelOnDisconnect whether the handler of a client that has gone is cancelled
  public HttpOptions cancelOnDisconnect(boolean cancelOnDisconnect) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with SIGTERM ending `serve`, or not}
  ///
  /// @param signals whether [Http#serve] ends in an orderly way on SIGTERM
  public HttpOptions signals(boolean signals) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with another `backlog`}
  ///
  /// @param backlog how many connections may wait to be accepted
  public HttpOptions backlog(int backlog) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with other servers on the same port allowed, or not}
  ///
  /// @param reusePort whether other servers may listen on the same port, if all of them allow it
  public HttpOptions reusePort(boolean reusePort) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with the PROXY protocol before each connection, or without}
  ///
  /// @param proxyProtocol whether each connection begins with a header of the PROXY protocol
  public HttpOptions proxyProtocol(boolean proxyProtocol) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }

  /// {@return these options with an access log}
  ///
  /// @param accessLog what is told of every request, or `null` for nothing
  public HttpOptions accessLog(@Nullable AccessLog accessLog) {
    return new HttpOptions(
        tls,
        requestLine,
        headerBytes,
        headerCount,
        maxBody,
        headerTime,
        bodyRate,
        idleTime,
        responseRate,
        maxConnections,
        pipelined,
        http2,
        streams,
        grace,
        cancelOnDisconnect,
        signals,
        backlog,
        reusePort,
        proxyProtocol,
        accessLog);
  }
}
