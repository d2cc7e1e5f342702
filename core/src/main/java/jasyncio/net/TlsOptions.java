package jasyncio.net;

import jasyncio.internal.base.Members;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// How a connection is protected by TLS; immutable. Python: the arguments `ssl`, `server_hostname`,
/// `ssl_handshake_timeout` and `ssl_shutdown_timeout`.
///
/// A client checks the server's certificate against the context's trust and, unless told otherwise,
/// against the host name.
public final class TlsOptions {
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  private final Supplier<? extends SSLContext> context;
  private final @Nullable String serverHostname;
  private final List<String> applicationProtocols;
  private final Duration handshakeTimeout;
  private final Duration shutdownTimeout;
  private final boolean suppressRaggedEofs;
  private final @Nullable Consumer<SSLParameters> parameters;

  private TlsOptions(
      Supplier<? extends SSLContext> context,
      @Nullable String serverHostname,
      List<String> applicationProtocols,
      Duration handshakeTimeout,
      Duration shutdownTimeout,
      boolean suppressRaggedEofs,
      @Nullable Consumer<SSLParameters> parameters) {
    this.context = context;
    this.serverHostname = serverHostname;
    this.applicationProtocols = applicationProtocols;
    this.handshakeTimeout = handshakeTimeout;
    this.shutdownTimeout = shutdownTimeout;
    this.suppressRaggedEofs = suppressRaggedEofs;
    this.parameters = parameters;
  }

  /// {@return options with a context, and the rest by default}
  ///
  /// @param context keys and trust; its provider makes the engine
  public static TlsOptions of(SSLContext context) {
    Objects.requireNonNull(context, "context");
    return of(() -> context);
  }

  /// {@return options with a context that is asked for at each new connection, so that a server
  /// that runs takes new keys} Connections that are open go on with those that they began with;
  /// sessions of a context before are not resumed.
  ///
  /// ```java fragment
  /// var chain = Path.of("chain.pem");
  /// var key = Path.of("key.pem");
  /// var keys = new AtomicReference<>(TlsContexts.server(chain, key));
  /// var options = ServerOptions.defaults().tls(TlsOptions.of(keys::get));
  /// // … and when the files have changed
  /// keys.set(toThread(() -> TlsContexts.server(chain, key)));
  /// ```
  ///
  /// @param contexts gives keys and trust; called on the loop's thread, and must not wait
  public static TlsOptions of(Supplier<? extends SSLContext> contexts) {
    Objects.requireNonNull(contexts, "contexts");
    return new TlsOptions(
        contexts, null, List.of(), HANDSHAKE_TIMEOUT, SHUTDOWN_TIMEOUT, false, null);
  }

  /// {@return these options with the name that the server's certificate must be for; sent as SNI,
  /// too, unless it is an address}
  ///
  /// @param name the name; `null`: the host that is connected to; empty: not checked
  public TlsOptions serverHostname(@Nullable String name) {
    return new TlsOptions(
        context,
        name,
        applicationProtocols,
        handshakeTimeout,
        shutdownTimeout,
        suppressRaggedEofs,
        parameters);
  }

  /// {@return these options with application protocols (ALPN), the most wanted first}
  ///
  /// @param names such as `h2` and `http/1.1`
  public TlsOptions applicationProtocols(String... names) {
    return new TlsOptions(
        context,
        serverHostname,
        Members.copy(Objects.requireNonNull(names, "names"), "name"),
        handshakeTimeout,
        shutdownTimeout,
        suppressRaggedEofs,
        parameters);
  }

  /// {@return these options with another limit for the handshake; 60 seconds by default}
  ///
  /// @param timeout the limit
  /// @throws IllegalArgumentException unless it is positive
  public TlsOptions handshakeTimeout(Duration timeout) {
    return new TlsOptions(
        context,
        serverHostname,
        applicationProtocols,
        positive(timeout, "handshake"),
        shutdownTimeout,
        suppressRaggedEofs,
        parameters);
  }

  /// {@return these options with another limit for the closing exchange; 30 seconds by default}
  ///
  /// @param timeout the limit
  /// @throws IllegalArgumentException unless it is positive
  public TlsOptions shutdownTimeout(Duration timeout) {
    return new TlsOptions(
        context,
        serverHostname,
        applicationProtocols,
        handshakeTimeout,
        positive(timeout, "shutdown"),
        suppressRaggedEofs,
        parameters);
  }

  /// {@return these options with a connection that ends without TLS's own end, `close_notify`,
  /// taken for a regular end or for an error}
  ///
  /// By default it is an error, an [javax.net.ssl.SSLException] for `connectionLost`: whoever can
  /// cut the connection could otherwise cut off what was sent. Protocols that say themselves how
  /// long their messages are, such as HTTP, can do without, and many HTTP servers save the trouble.
  /// Python: `suppress_ragged_eofs`.
  ///
  /// @param suppress whether it is a regular end
  public TlsOptions suppressRaggedEofs(boolean suppress) {
    return new TlsOptions(
        context,
        serverHostname,
        applicationProtocols,
        handshakeTimeout,
        shutdownTimeout,
        suppress,
        parameters);
  }

  /// {@return these options with a last word on the engine's parameters: client certificates wanted
  /// or needed, protocol versions, cipher suites}
  ///
  /// @param change called for every engine, after all other options
  public TlsOptions parameters(Consumer<SSLParameters> change) {
    return new TlsOptions(
        context,
        serverHostname,
        applicationProtocols,
        handshakeTimeout,
        shutdownTimeout,
        suppressRaggedEofs,
        Objects.requireNonNull(change, "change"));
  }

  private static Duration positive(Duration timeout, String what) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "the TLS " + what + " timeout should be a positive duration, got " + timeout);
    }
    return timeout;
  }

  /// {@return keys and trust, of a connection that is made now}
  public SSLContext context() {
    return Objects.requireNonNull(context.get(), "the supplier of TLS contexts gave none");
  }

  /// {@return the name the server's certificate must be for; `null`: the host that is connected to;
  /// empty: not checked}
  public @Nullable String serverHostname() {
    return serverHostname;
  }

  /// {@return the application protocols, the most wanted first}
  public List<String> applicationProtocols() {
    return applicationProtocols;
  }

  /// {@return how long the handshake may take}
  public Duration handshakeTimeout() {
    return handshakeTimeout;
  }

  /// {@return how long the closing exchange may take}
  public Duration shutdownTimeout() {
    return shutdownTimeout;
  }

  /// {@return whether an end without `close_notify` is a regular one}
  public boolean suppressRaggedEofs() {
    return suppressRaggedEofs;
  }

  /// {@return the last word on the engine's parameters, or `null`}
  public @Nullable Consumer<SSLParameters> parameters() {
    return parameters;
  }
}
