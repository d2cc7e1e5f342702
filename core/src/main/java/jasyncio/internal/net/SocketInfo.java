package jasyncio.internal.net;

import jasyncio.net.ExtraInfo;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import org.jspecify.annotations.Nullable;

/// What the transport of a socket tells of it, also when it is closed.
///
/// @param peername what it is connected to
record SocketInfo(
    @Nullable SocketAddress peername, @Nullable SocketAddress sockname, NetworkChannel socket) {

  static SocketInfo of(NetworkChannel socket, @Nullable SocketAddress peername) throws IOException {
    return new SocketInfo(peername, socket.getLocalAddress(), socket);
  }

  <T> @Nullable T get(ExtraInfo<T> info) {
    if (info == ExtraInfo.PEERNAME) {
      return info.type().cast(peername);
    } else if (info == ExtraInfo.SOCKNAME) {
      return info.type().cast(sockname);
    } else if (info == ExtraInfo.SOCKET) {
      return info.type().cast(socket);
    }
    return null;
  }
}
