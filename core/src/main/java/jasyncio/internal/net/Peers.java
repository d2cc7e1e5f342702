package jasyncio.internal.net;

import jasyncio.WaitInfo;
import jasyncio.net.BaseTransport;
import jasyncio.net.ExtraInfo;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// Who is on the other side, in few words: for people who look at what tasks wait for.
public final class Peers {
  private Peers() {}

  /// `10.0.0.3:5432`, the path of a socket, or `null` if the transport has nobody to name.
  public static @Nullable String name(@Nullable BaseTransport transport) {
    var address = transport == null ? null : transport.getExtraInfo(ExtraInfo.PEERNAME);
    var text = address == null ? "" : text(address);
    return text.isEmpty() ? null : text;
  }

  /// An address without what Java adds to it.
  public static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return address.toString();
    }
    var host = inet.getHostString();
    boolean brackets = inet.getAddress() instanceof Inet6Address && host.indexOf(':') >= 0;
    return (brackets ? "[" + host + "]" : host) + ":" + inet.getPort();
  }

  /// What is waited for, with the name of the other side, or without if there is none.
  public static WaitInfo waitInfo(
      @Nullable BaseTransport transport, String before, String after, String without) {
    var name = name(transport);
    return new WaitInfo(WaitInfo.Kind.IO, name == null ? without : before + name + after);
  }
}
