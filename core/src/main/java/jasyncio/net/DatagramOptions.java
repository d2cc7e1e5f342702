package jasyncio.net;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How an endpoint for datagrams is made; immutable. Python: the keyword arguments of
/// `create_datagram_endpoint`.
///
/// Addresses may be unresolved: then their hosts are looked up, off the loop.
///
/// @param localAddress what to bind to, or `null` for any port
/// @param remoteAddress the only address to send to and to receive from, or `null` for all. With
///   `allowBroadcast` the socket is not connected to it, and receives from all
/// @param family `INET` or `INET6` to use addresses of that kind alone, or `null` for both
/// @param reusePort whether others may bind to the same port, if all of them allow it; where the
///   system cannot do that, opening throws an `IllegalArgumentException`
/// @param allowBroadcast whether it may send to broadcast addresses
/// @param multicast groups and the like. With groups, others may bind to the same port, too
/// @param queueLimit how many datagrams a [DatagramStream] keeps until they are taken; while there
///   are so many, the rest waits in the system's buffer. 64 by default
public record DatagramOptions(
    @Nullable InetSocketAddress localAddress,
    @Nullable InetSocketAddress remoteAddress,
    @Nullable StandardProtocolFamily family,
    boolean reusePort,
    boolean allowBroadcast,
    MulticastOptions multicast,
    int queueLimit) {
  private static final int QUEUE_LIMIT = 64;
  private static final DatagramOptions DEFAULTS =
      new DatagramOptions(null, null, null, false, false, MulticastOptions.defaults(), QUEUE_LIMIT);

  /// Checks the options, as the methods below do.
  ///
  /// @throws IllegalArgumentException if the limit is not positive
  public DatagramOptions {
    Objects.requireNonNull(multicast, "multicast");
    if (queueLimit <= 0) {
      throw new IllegalArgumentException("queueLimit must be positive, got " + queueLimit);
    }
  }

  /// {@return no addresses yet, and nothing allowed}
  public static DatagramOptions defaults() {
    return DEFAULTS;
  }

  /// {@return an endpoint bound to an address of this machine}
  ///
  /// @param host a name or an address; empty or `null`: all of them
  /// @param port the port; 0: any
  public static DatagramOptions local(@Nullable String host, int port) {
    return DEFAULTS.localAddress(unresolved(host == null ? "" : host, port));
  }

  /// {@return an endpoint connected to another one}
  ///
  /// @param host a name or an address
  /// @param port the port
  public static DatagramOptions remote(String host, int port) {
    return DEFAULTS.remoteAddress(unresolved(host, port));
  }

  private static InetSocketAddress unresolved(String host, int port) {
    return InetSocketAddress.createUnresolved(Objects.requireNonNull(host, "host"), port);
  }

  /// {@return these options with another local address}
  ///
  /// @param address the address, or `null` for any port
  public DatagramOptions localAddress(@Nullable InetSocketAddress address) {
    return new DatagramOptions(
        address, remoteAddress, family, reusePort, allowBroadcast, multicast, queueLimit);
  }

  /// {@return these options with another remote address}
  ///
  /// @param address the address, or `null` for all
  public DatagramOptions remoteAddress(@Nullable InetSocketAddress address) {
    return new DatagramOptions(
        localAddress, address, family, reusePort, allowBroadcast, multicast, queueLimit);
  }

  /// {@return these options for one family of addresses}
  ///
  /// @param family `INET` or `INET6`, or `null` for both
  public DatagramOptions family(@Nullable StandardProtocolFamily family) {
    return new DatagramOptions(
        localAddress, remoteAddress, family, reusePort, allowBroadcast, multicast, queueLimit);
  }

  /// {@return these options with others on the port allowed or not}
  ///
  /// @param reuse whether they are
  public DatagramOptions reusePort(boolean reuse) {
    return new DatagramOptions(
        localAddress, remoteAddress, family, reuse, allowBroadcast, multicast, queueLimit);
  }

  /// {@return these options with broadcast allowed or not}
  ///
  /// @param allow whether it is
  public DatagramOptions allowBroadcast(boolean allow) {
    return new DatagramOptions(
        localAddress, remoteAddress, family, reusePort, allow, multicast, queueLimit);
  }

  /// {@return these options with multicast}
  ///
  /// @param multicast groups and the like
  public DatagramOptions multicast(MulticastOptions multicast) {
    return new DatagramOptions(
        localAddress, remoteAddress, family, reusePort, allowBroadcast, multicast, queueLimit);
  }

  /// {@return these options with another limit of what a [DatagramStream] keeps}
  ///
  /// @param datagrams how many
  public DatagramOptions queueLimit(int datagrams) {
    return new DatagramOptions(
        localAddress, remoteAddress, family, reusePort, allowBroadcast, multicast, datagrams);
  }
}
