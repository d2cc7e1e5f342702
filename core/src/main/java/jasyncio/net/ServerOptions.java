package jasyncio.net;

import java.net.StandardProtocolFamily;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// How a server listens; immutable. Python: the keyword arguments of `create_server` and
/// `start_server`.
///
/// @param tls TLS for every connection, or `null` for plain ones
/// @param family `INET` or `INET6` to listen on addresses of that kind alone, or `null` for both
/// @param backlog how many connections may wait to be accepted; 100 by default
/// @param reuseAddress whether a port may be taken that connections of a former server still linger
///   on; by default true except on Windows
/// @param reusePort whether other servers may listen on the same port, if all of them allow it;
///   where the system cannot do that, listening throws an `IllegalArgumentException`
/// @param keepAlive whether the system probes idle connections
/// @param startServing whether it accepts connections at once
/// @param cleanUpSocket whether the file of a Unix-domain socket is removed when the server closes
/// @param limit the limit of each client's [StreamReader], in bytes; for [Streams] alone
/// @param maxClients how many connections there may be, those included whose TLS handshake goes on;
///   one more is closed as soon as it is accepted, and nobody is told. By default there is no such
///   limit
public record ServerOptions(
    @Nullable TlsOptions tls,
    @Nullable StandardProtocolFamily family,
    int backlog,
    boolean reuseAddress,
    boolean reusePort,
    boolean keepAlive,
    boolean startServing,
    boolean cleanUpSocket,
    int limit,
    int maxClients) {
  private static final int BACKLOG = 100;
  private static final ServerOptions DEFAULTS =
      new ServerOptions(
          null,
          null,
          BACKLOG,
          !System.getProperty("os.name", "").startsWith("Windows"),
          false,
          false,
          true,
          true,
          StreamLimits.DEFAULT,
          Integer.MAX_VALUE);

  /// Checks the options, as the methods below do.
  ///
  /// @throws IllegalArgumentException if limit, backlog or maxClients is not positive
  public ServerOptions {
    StreamLimits.check(limit);
    if (backlog <= 0) {
      throw new IllegalArgumentException("backlog must be positive, got " + backlog);
    }
    if (maxClients <= 0) {
      throw new IllegalArgumentException("maxClients must be positive, got " + maxClients);
    }
  }

  /// {@return plain connections, accepted at once}
  public static ServerOptions defaults() {
    return DEFAULTS;
  }

  /// {@return these options with TLS}
  ///
  /// @param tls how, or `null` for plain connections
  public ServerOptions tls(@Nullable TlsOptions tls) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        keepAlive,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with TLS}
  ///
  /// @param context keys and trust
  public ServerOptions tls(SSLContext context) {
    return tls(TlsOptions.of(context));
  }

  /// {@return these options for one family of addresses}
  ///
  /// @param family `INET` or `INET6`, or `null` for both
  public ServerOptions family(@Nullable StandardProtocolFamily family) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        keepAlive,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with another backlog}
  ///
  /// @param backlog how many connections may wait to be accepted
  public ServerOptions backlog(int backlog) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        keepAlive,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with lingering connections on the port allowed or not}
  ///
  /// @param reuse whether they are
  public ServerOptions reuseAddress(boolean reuse) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuse,
        reusePort,
        keepAlive,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with other servers on the port allowed or not}
  ///
  /// @param reuse whether they are
  public ServerOptions reusePort(boolean reuse) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reuse,
        keepAlive,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with probes on idle connections, or without}
  ///
  /// @param probe whether there are
  public ServerOptions keepAlive(boolean probe) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        probe,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with the server accepting at once, or when it is told}
  ///
  /// @param start whether it accepts at once
  public ServerOptions startServing(boolean start) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        keepAlive,
        start,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with the file of a Unix-domain socket removed at the end, or left}
  ///
  /// @param remove whether it is removed
  public ServerOptions cleanUpSocket(boolean remove) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        keepAlive,
        startServing,
        remove,
        limit,
        maxClients);
  }

  /// {@return these options with another limit of the clients' [StreamReader]s}
  ///
  /// @param limit in bytes; 64 KiB by default
  public ServerOptions limit(int limit) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        keepAlive,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }

  /// {@return these options with another limit of connections}
  ///
  /// @param maxClients how many there may be; one more is closed as soon as it is accepted
  public ServerOptions maxClients(int maxClients) {
    return new ServerOptions(
        tls,
        family,
        backlog,
        reuseAddress,
        reusePort,
        keepAlive,
        startServing,
        cleanUpSocket,
        limit,
        maxClients);
  }
}
