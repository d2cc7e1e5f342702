package jasyncio.http;

import jasyncio.net.ConnectOptions;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transports;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// How an [HttpClient] works; immutable: its methods give other options.
///
/// ```java fragment
/// var options = ClientOptions.defaults().connectTimeout(Duration.ofSeconds(3)).maxPerOrigin(50);
/// var client = new HttpClient(options);
/// ```
public final class ClientOptions {
  private static final ClientOptions DEFAULTS = new ClientOptions();

  private int maxConnections = 100;
  private int maxPerOrigin = 20;
  private Duration idleTime = Duration.ofSeconds(30);
  private @Nullable Duration poolTimeout = Duration.ofSeconds(30);
  private @Nullable Duration connectTimeout = Duration.ofSeconds(10);
  private @Nullable Duration readTimeout = Duration.ofSeconds(60);
  private @Nullable Duration timeout;
  private int maxRedirects = 10;
  private boolean redirectsToPlain;
  private boolean retries = true;
  private boolean decompression = true;
  private Set<HttpVersion> versions = Set.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1);
  private int headerBytes = 64 * 1024;
  private long maxBody = 32 * 1024 * 1024;
  private Headers headers = Headers.none();
  private @Nullable CookieJar cookies;
  private @Nullable ClientProxy proxy;
  private ClientProxy.@Nullable Choice proxies;
  private ConnectOptions connecting =
      ConnectOptions.defaults().happyEyeballs(Duration.ofMillis(250));
  private ClientConnector connector =
      (protocol, host, port, options) ->
          Transports.createConnection(() -> protocol, host, port, options).transport();

  private ClientOptions() {}

  private ClientOptions(ClientOptions other) {
    maxConnections = other.maxConnections;
    maxPerOrigin = other.maxPerOrigin;
    idleTime = other.idleTime;
    poolTimeout = other.poolTimeout;
    connectTimeout = other.connectTimeout;
    readTimeout = other.readTimeout;
    timeout = other.timeout;
    maxRedirects = other.maxRedirects;
    redirectsToPlain = other.redirectsToPlain;
    retries = other.retries;
    decompression = other.decompression;
    versions = other.versions;
    headerBytes = other.headerBytes;
    maxBody = other.maxBody;
    headers = other.headers;
    cookies = other.cookies;
    proxy = other.proxy;
    proxies = other.proxies;
    connecting = other.connecting;
    connector = other.connector;
  }

  private ClientOptions with(Consumer<ClientOptions> change) {
    var changed = new ClientOptions(this);
    change.accept(changed);
    return changed;
  }

  /// {@return what is said at each method}
  public static ClientOptions defaults() {
    return DEFAULTS;
  }

  // ---- the pool ---------------------------------------------------------------------------------

  /// {@return these options with another limit of connections}
  ///
  /// @param count how many there may be at the same time, idle ones included; 100 by default. Who
  ///   needs one more waits, in order
  /// @throws IllegalArgumentException unless it is positive
  public ClientOptions maxConnections(int count) {
    Checks.positive("maxConnections", count);
    return with(o -> o.maxConnections = count);
  }

  /// {@return these options with another limit of connections to one origin: scheme, host and port}
  ///
  /// @param count how many there may be at the same time; 20 by default
  /// @throws IllegalArgumentException unless it is positive
  public ClientOptions maxPerOrigin(int count) {
    Checks.positive("maxPerOrigin", count);
    return with(o -> o.maxPerOrigin = count);
  }

  /// {@return these options with another time for which connections are kept for the next request}
  ///
  /// @param time how long; 30 s by default, zero to keep none. A server that says less
  ///   (`Keep-Alive: timeout=5`) is heeded
  /// @throws IllegalArgumentException if it is negative
  public ClientOptions idleTime(Duration time) {
    Checks.notNegative("idleTime", time);
    return with(o -> o.idleTime = time);
  }

  /// {@return these options with other versions of HTTP}
  ///
  /// With both, which is so by default, a server that is asked over TLS chooses (ALPN), and others
  /// are asked by HTTP/1.1. With HTTP/2 alone it is spoken without TLS, too, whether the server
  /// knows it or not; one over TLS that does not is an error. By HTTP/2 one connection carries many
  /// requests at the same time: 100 at most, and no more than the server says.
  ///
  /// @param some one or both of [HttpVersion#HTTP_1_1] and [HttpVersion#HTTP_2]
  /// @throws IllegalArgumentException if there is none, or another
  public ClientOptions versions(HttpVersion... some) {
    var set = Set.of(some);
    if (set.isEmpty() || set.contains(HttpVersion.HTTP_1_0)) {
      throw new IllegalArgumentException(
          "a client speaks HTTP/1.1, HTTP/2 or both, not " + List.of(some));
    }
    return with(o -> o.versions = set);
  }

  // ---- time -------------------------------------------------------------------------------------

  /// {@return these options with another limit for the wait for a connection, while all that there
  /// may be are in use}
  ///
  /// @param limit 30 s by default; `null` for none
  /// @throws IllegalArgumentException unless it is positive
  public ClientOptions poolTimeout(@Nullable Duration limit) {
    Checks.positive("poolTimeout", limit);
    return with(o -> o.poolTimeout = limit);
  }

  /// {@return these options with another limit for connecting: name, TCP, proxy and TLS together}
  ///
  /// @param limit 10 s by default; `null` for none
  /// @throws IllegalArgumentException unless it is positive
  public ClientOptions connectTimeout(@Nullable Duration limit) {
    Checks.positive("connectTimeout", limit);
    return with(o -> o.connectTimeout = limit);
  }

  /// {@return these options with another limit for silence: how long a server may send nothing of a
  /// response, and take nothing of a request}
  ///
  /// @param limit 60 s by default; `null` for none
  /// @throws IllegalArgumentException unless it is positive
  public ClientOptions readTimeout(@Nullable Duration limit) {
    Checks.positive("readTimeout", limit);
    return with(o -> o.readTimeout = limit);
  }

  /// {@return these options with a limit for each request as a whole: see [ClientRequest#timeout]}
  ///
  /// @param limit none by default, `null`
  /// @throws IllegalArgumentException unless it is positive
  public ClientOptions timeout(@Nullable Duration limit) {
    Checks.positive("timeout", limit);
    return with(o -> o.timeout = limit);
  }

  // ---- requests ---------------------------------------------------------------------------------

  /// {@return these options with headers that each request has, unless it has those of the same
  /// name}
  ///
  /// @param common the headers; `User-Agent: jasyncio` is one by itself
  /// @throws IllegalArgumentException for those of the framing, as [ClientRequest#header]
  public ClientOptions headers(Headers common) {
    common.forEach((name, _) -> ClientRequest.checkHeader(name));
    return with(o -> o.headers = common);
  }

  /// {@return these options with cookies: those that responses set are sent with later requests}
  ///
  /// @param jar where they are kept; none by default, `null`
  public ClientOptions cookies(@Nullable CookieJar jar) {
    return with(o -> o.cookies = jar);
  }

  /// {@return these options with another limit of redirections in a row}
  ///
  /// @param count how many are followed; 10 by default. 0: none is, and the response that redirects
  ///   is that of the request
  /// @throws IllegalArgumentException if it is negative
  public ClientOptions maxRedirects(int count) {
    Checks.notNegative("maxRedirects", count);
    return with(o -> o.maxRedirects = count);
  }

  /// {@return these options with redirections from `https` to `http` followed, or not}
  ///
  /// @param followed whether they are; by default such a redirection is an error
  public ClientOptions redirectsToPlain(boolean followed) {
    return with(o -> o.redirectsToPlain = followed);
  }

  /// {@return these options with lost requests repeated, or not}
  ///
  /// @param repeated whether a request whose method is idempotent is sent once more if a connection
  ///   that was used before ends without a byte of a response, as it does where the server closes
  ///   it at that very moment; by default it is
  public ClientOptions retries(boolean repeated) {
    return with(o -> o.retries = repeated);
  }

  // ---- responses --------------------------------------------------------------------------------

  /// {@return these options with bodies decompressed, or left as they come}
  ///
  /// @param decompressed whether servers are asked for gzip and deflate, and bodies in these are
  ///   decompressed; by default they are. A body that grows to more than 100 times its size, and to
  ///   more than 1 MiB, is an error
  public ClientOptions decompression(boolean decompressed) {
    return with(o -> o.decompression = decompressed);
  }

  /// {@return these options with another limit of the headers of a response}
  ///
  /// @param bytes how long they may be together; 64 KiB by default
  /// @throws IllegalArgumentException unless it is positive
  public ClientOptions headerBytes(int bytes) {
    Checks.positive("headerBytes", bytes);
    return with(o -> o.headerBytes = bytes);
  }

  /// {@return these options with another limit of a body that is read as a whole, as by
  /// [ClientRequest#send()]}
  ///
  /// @param bytes how long it may be, decompressed; 32 MiB by default
  /// @throws IllegalArgumentException if it is negative, or 2 GiB or more
  public ClientOptions maxBody(long bytes) {
    checkBody(bytes);
    return with(o -> o.maxBody = bytes);
  }

  static void checkBody(long bytes) {
    if (bytes < 0 || bytes >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the limit of a body that is read as a whole is less than 2 GiB, and not " + bytes);
    }
  }

  // ---- connections ------------------------------------------------------------------------------

  /// {@return these options with a proxy} Instead of what [#proxies] has said.
  ///
  /// @param proxy the proxy, or `null` for none, which is the default
  public ClientOptions proxy(@Nullable ClientProxy proxy) {
    return with(o -> {
      o.proxy = proxy;
      o.proxies = null;
    });
  }

  /// {@return these options with a proxy for each address} Instead of what [#proxy] has said.
  ///
  /// @param choice says which, such as [ClientProxy#fromEnvironment()]
  public ClientOptions proxies(ClientProxy.Choice choice) {
    Objects.requireNonNull(choice, "choice");
    return with(o -> {
      o.proxy = null;
      o.proxies = choice;
    });
  }

  /// The proxy that leads to an address, or `null`.
  @Nullable ClientProxy proxyFor(URI url) {
    var chosen = proxies == null ? proxy : proxies.proxyFor(url);
    return chosen != null && chosen.isFor(Urls.origin(url).host()) ? chosen : null;
  }

  /// {@return these options with other ones for `https`}
  ///
  /// @param tls trust, keys and protocols; by default those of [SSLContext#getDefault()]
  public ClientOptions tls(TlsOptions tls) {
    Objects.requireNonNull(tls, "tls");
    return with(o -> o.connecting = o.connecting.tls(tls));
  }

  /// {@return these options with another context for `https`}
  ///
  /// @param context trust and keys
  public ClientOptions tls(SSLContext context) {
    return tls(TlsOptions.of(context));
  }

  /// {@return these options with other ways to connect: family, local address, Happy Eyeballs}
  ///
  /// @param options the options; their TLS is that of `https`. By default a second address is tried
  ///   after 250 ms
  public ClientOptions connecting(ConnectOptions options) {
    Objects.requireNonNull(options, "options");
    return with(o -> o.connecting = options);
  }

  /// {@return these options with connections of another kind}
  ///
  /// @param connector what makes them
  public ClientOptions connector(ClientConnector connector) {
    Objects.requireNonNull(connector, "connector");
    return with(o -> o.connector = connector);
  }

  /// {@return these options with all connections made to a Unix-domain socket, whatever host and
  /// port a URL has} Those still name the site, and with `https` what the certificate must be for.
  ///
  /// ```java fragment
  /// var docker = new HttpClient(ClientOptions.defaults().unixSocket(Path.of("/run/docker.sock")));
  /// var version = docker.get("http://docker/version").send().text();
  /// ```
  ///
  /// @param path the socket's file
  public ClientOptions unixSocket(Path path) {
    Objects.requireNonNull(path, "path");
    return connector((protocol, host, port, options) -> {
      var tls = options.tls();
      var named =
          tls == null || tls.serverHostname() != null
              ? options
              : options.tls(tls.serverHostname(host));
      return Transports.createUnixConnection(() -> protocol, path, named).transport();
    });
  }

  // ---- asking -----------------------------------------------------------------------------------

  /// {@return the versions of HTTP}
  public Set<HttpVersion> versions() {
    return versions;
  }

  /// {@return how many connections there may be}
  public int maxConnections() {
    return maxConnections;
  }

  /// {@return how many connections there may be to one origin}
  public int maxPerOrigin() {
    return maxPerOrigin;
  }

  /// {@return how long connections are kept for the next request}
  public Duration idleTime() {
    return idleTime;
  }

  /// {@return how long a connection is waited for while all are in use, or `null`}
  public @Nullable Duration poolTimeout() {
    return poolTimeout;
  }

  /// {@return how long connecting may take, or `null`}
  public @Nullable Duration connectTimeout() {
    return connectTimeout;
  }

  /// {@return how long a server may be silent, or `null`}
  public @Nullable Duration readTimeout() {
    return readTimeout;
  }

  /// {@return how long a request may take as a whole, or `null`}
  public @Nullable Duration timeout() {
    return timeout;
  }

  /// {@return the headers that each request has}
  public Headers headers() {
    return headers;
  }

  /// {@return where cookies are kept, or `null`}
  public @Nullable CookieJar cookies() {
    return cookies;
  }

  /// {@return how many redirections in a row are followed}
  public int maxRedirects() {
    return maxRedirects;
  }

  /// {@return whether redirections from `https` to `http` are followed}
  public boolean redirectsToPlain() {
    return redirectsToPlain;
  }

  /// {@return whether lost requests are repeated}
  public boolean retries() {
    return retries;
  }

  /// {@return whether bodies are decompressed}
  public boolean decompression() {
    return decompression;
  }

  /// {@return how long the headers of a response may be}
  public int headerBytes() {
    return headerBytes;
  }

  /// {@return how long a body may be that is read as a whole}
  public long maxBody() {
    return maxBody;
  }

  /// {@return the proxy, or `null`}
  public @Nullable ClientProxy proxy() {
    return proxy;
  }

  /// {@return how it connects}
  public ConnectOptions connecting() {
    return connecting;
  }

  /// {@return what makes connections}
  public ClientConnector connector() {
    return connector;
  }
}
