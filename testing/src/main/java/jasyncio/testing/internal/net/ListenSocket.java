package jasyncio.testing.internal.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A socket that others connect to. Under the lock.
abstract class ListenSocket extends Endpoint {
  final Options options;
  final ArrayDeque<StreamSocket> arrived = new ArrayDeque<>(); // connected, not accepted
  int backlog;
  boolean listening;

  ListenSocket(SimHost host, Options options) {
    super(host);
    this.options = options;
  }

  abstract @Nullable SocketAddress local();

  abstract void listen(@Nullable SocketAddress local, int backlog) throws IOException;

  /// Whether there is no room for one more. Linux has room for one more than it was told.
  final boolean isFull() {
    return arrived.size() > backlog;
  }

  /// The one that has waited longest; `null` if there is none.
  ///
  /// @throws IOException if there is no descriptor left, which is told even if nobody waits
  final @Nullable StreamSocket accept() throws IOException {
    if (vanished) {
      throw Fault.CRASHED.ofFile();
    }
    if (!host.canOpen(1)) {
      throw Fault.TOO_MANY_FILES.ofFile();
    }
    var socket = arrived.poll();
    if (socket != null) {
      socket.open();
      accepted(socket);
    }
    return socket;
  }

  void accepted(StreamSocket socket) {}

  final void arrived(StreamSocket socket) {
    arrived.add(socket);
    changed(Poll.IN);
  }

  @Override
  int poll() {
    if (!listening) {
      return Poll.OUT | Poll.HUP;
    }
    return arrived.isEmpty() ? 0 : Poll.IN;
  }
}
