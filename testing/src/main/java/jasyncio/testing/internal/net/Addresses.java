package jasyncio.testing.internal.net;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Addresses, checked as the JDK's channels do.
final class Addresses {
  static final InetAddress ANY_4 = of(new byte[4]);
  static final InetAddress ANY_6 = of(new byte[16]);
  static final InetAddress LOOPBACK_4 = of(127, 0, 0, 1);
  static final InetAddress LOOPBACK_6 = of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  static final InetAddress BROADCAST = of(255, 255, 255, 255);
  static final UnixDomainSocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  private Addresses() {}

  private static InetAddress of(int... bytes) {
    var address = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      address[i] = (byte) bytes[i];
    }
    return of(address);
  }

  private static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  static InetAddress any(ProtocolFamily family) {
    return family == StandardProtocolFamily.INET ? ANY_4 : ANY_6;
  }

  static boolean isIpv4(InetAddress address) {
    return address instanceof Inet4Address;
  }

  static InetSocketAddress inet(SocketAddress address, ProtocolFamily family) {
    Objects.requireNonNull(address);
    if (!(address instanceof InetSocketAddress inet)) {
      throw new UnsupportedAddressTypeException();
    }
    if (inet.isUnresolved()) {
      throw new UnresolvedAddressException();
    }
    if (family == StandardProtocolFamily.INET && inet.getAddress() instanceof Inet6Address) {
      throw new UnsupportedAddressTypeException();
    }
    return inet;
  }

  /// What to connect to: this host, if it is no address.
  static InetSocketAddress remote(SocketAddress address, ProtocolFamily family) {
    var inet = inet(address, family);
    if (!inet.getAddress().isAnyLocalAddress()) {
      return inet;
    }
    var loopback = isIpv4(inet.getAddress()) ? LOOPBACK_4 : LOOPBACK_6;
    return new InetSocketAddress(loopback, inet.getPort());
  }

  /// What to bind to.
  static InetSocketAddress local(@Nullable SocketAddress address, ProtocolFamily family) {
    if (address == null) {
      return new InetSocketAddress(any(family), 0);
    }
    var inet = inet(address, family);
    // of a socket of both families, there is but one address that means all
    return inet.getAddress().isAnyLocalAddress()
        ? new InetSocketAddress(any(family), inet.getPort())
        : inet;
  }

  static UnixDomainSocketAddress unix(SocketAddress address) {
    Objects.requireNonNull(address);
    if (!(address instanceof UnixDomainSocketAddress unix)) {
      throw new UnsupportedAddressTypeException();
    }
    return unix;
  }
}
