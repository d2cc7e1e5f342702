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

  /// The protocol of a transport, if it knows who is on the other side.
  public interface Named {
    /// Who that is: `process 123`.
    String peerName();
  }

  /// `10.0.0.3:5432`, the path of a socket, what the protocol says, or `null` if there is nobody to
  /// name.
  public static @Nullable String name(@Nullable BaseTransport transport) {
    if (transport instanceof PipeTransport pipe && pipe.getProtocol() instanceof Named named) {
      return named.peerName();
    }
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
    return waitInfo(name(transport), before, after, without);
  }

  /// The same with a name that is known.
  public static WaitInfo waitInfo(
      @Nullable String name, String before, String after, String without) {
    return new WaitInfo(WaitInfo.Kind.IO, name == null ? without : before + name + after);
  }
}
