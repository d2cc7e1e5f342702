package jasyncio.net;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// How a connection is made; immutable. Python: the keyword arguments of `create_connection` and
/// `open_connection`.
///
/// @param tls TLS, or `null` for a plain connection
/// @param family `INET` or `INET6` to try addresses of that kind alone, or `null` for both
/// @param localAddress what to bind this side to, or `null`; addresses of the host that are of
///   another family are not tried then
/// @param happyEyeballsDelay how long one address may take before the next one is tried beside it
///   (RFC 8305 says 250 ms), or `null` to try them one after the other
/// @param interleave how many addresses of the first family come before those of the other ones
///   take turns with it; `null`: 1 with Happy Eyeballs, else 0, which keeps the resolver's order
/// @param allErrors whether a failure to connect is an [ExceptionGroup][jasyncio.ExceptionGroup] of
///   all that went wrong, also with one address. If not, it is an `IOException`: the error, if it
///   is the same for all addresses, else one that has them suppressed
/// @param limit the limit of a [StreamReader], in bytes; for [Streams] alone
public record ConnectOptions(
    @Nullable TlsOptions tls,
    @Nullable StandardProtocolFamily family,
    @Nullable InetSocketAddress localAddress,
    @Nullable Duration happyEyeballsDelay,
    @Nullable Integer interleave,
    boolean allErrors,
    int limit) {
  private static final ConnectOptions DEFAULTS =
      new ConnectOptions(null, null, null, null, null, false, StreamLimits.DEFAULT);

  /// Checks the options, as the methods below do.
  ///
  /// @throws IllegalArgumentException if the limit is not positive, or the delay or the
  ///   interleaving negative
  public ConnectOptions {
    StreamLimits.check(limit);
    if (happyEyeballsDelay != null && happyEyeballsDelay.isNegative()) {
      throw new IllegalArgumentException(
          "happyEyeballsDelay must not be negative, got " + happyEyeballsDelay);
    }
    if (interleave != null && interleave < 0) {
      throw new IllegalArgumentException("interleave must not be negative, got " + interleave);
    }
  }

  /// {@return a plain connection, addresses one after the other}
  public static ConnectOptions defaults() {
    return DEFAULTS;
  }

  /// {@return these options with TLS}
  ///
  /// @param tls how, or `null` for a plain connection
  public ConnectOptions tls(@Nullable TlsOptions tls) {
    return new ConnectOptions(
        tls, family, localAddress, happyEyeballsDelay, interleave, allErrors, limit);
  }

  /// {@return these options with TLS}
  ///
  /// @param context keys and trust
  public ConnectOptions tls(SSLContext context) {
    return tls(TlsOptions.of(context));
  }

  /// {@return these options for one family of addresses}
  ///
  /// @param family `INET` or `INET6`, or `null` for both
  public ConnectOptions family(@Nullable StandardProtocolFamily family) {
    return new ConnectOptions(
        tls, family, localAddress, happyEyeballsDelay, interleave, allErrors, limit);
  }

  /// {@return these options with an address to bind this side to}
  ///
  /// @param localAddress the address; port 0 for any
  public ConnectOptions localAddress(@Nullable InetSocketAddress localAddress) {
    return new ConnectOptions(
        tls, family, localAddress, happyEyeballsDelay, interleave, allErrors, limit);
  }

  /// {@return these options with Happy Eyeballs}
  ///
  /// @param delay how long one address may take before the next one is tried beside it
  public ConnectOptions happyEyeballs(Duration delay) {
    return new ConnectOptions(
        tls,
        family,
        localAddress,
        Objects.requireNonNull(delay, "delay"),
        interleave,
        allErrors,
        limit);
  }

  /// {@return these options with another order of the addresses}
  ///
  /// @param count how many of the first family come first; 0 keeps the resolver's order
  public ConnectOptions interleave(int count) {
    return new ConnectOptions(
        tls, family, localAddress, happyEyeballsDelay, count, allErrors, limit);
  }

  /// {@return these options with all errors thrown as a group, or not}
  ///
  /// @param allErrors whether to throw a group of them
  public ConnectOptions allErrors(boolean allErrors) {
    return new ConnectOptions(
        tls, family, localAddress, happyEyeballsDelay, interleave, allErrors, limit);
  }

  /// {@return these options with another limit of the [StreamReader]}
  ///
  /// @param limit in bytes; 64 KiB by default
  public ConnectOptions limit(int limit) {
    return new ConnectOptions(
        tls, family, localAddress, happyEyeballsDelay, interleave, allErrors, limit);
  }
}
