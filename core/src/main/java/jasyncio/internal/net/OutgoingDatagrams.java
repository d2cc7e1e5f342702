package jasyncio.internal.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Datagrams, into a socket. Errors of the network concern one of them, and end nothing.
final class OutgoingDatagrams extends Outgoing {
  private static final int HEADER = 8; // what a datagram counts beyond its bytes: as in UDP

  /// A datagram that waits to be sent.
  private record Waiting(ByteBuffer data, @Nullable SocketAddress target, int size) {}

  private final UdpTransport transport;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private int size; // in bytes

  OutgoingDatagrams(UdpTransport transport) {
    super(transport.loop, transport);
    this.transport = transport;
  }

  /// Sends a datagram, or has it wait.
  ///
  /// @param target where to; `null` with a connected channel
  void send(ByteBuffer data, @Nullable SocketAddress target) {
    if (dropIfTooLate(data)) {
      return;
    }
    if (queue.isEmpty()) {
      try {
        if (transport.send(data, target)) {
          return;
        }
      } catch (IOException e) {
        drop(data);
        transport.sendingFailed(e);
        return;
      }
      transport.watchWriting();
    }
    int length = data.remaining() + HEADER;
    int newSize = WriteQueue.sum(size, length);
    queue.add(new Waiting(ByteBuffer.allocate(data.remaining()).put(data).flip(), target, length));
    size = newSize;
    grown();
  }

  @Override
  int size() {
    return size;
  }

  @Override
  boolean sendWaiting() {
    while (!queue.isEmpty()) {
      var first = queue.getFirst();
      try {
        if (!transport.send(first.data, first.target)) {
          break;
        }
      } catch (IOException | RuntimeException e) { // such as an address of another family
        remove(first);
        transport.sendingFailed(
            e instanceof IOException io ? io : new IOException(e.getMessage(), e));
        return false; // the others follow in the next iteration
      }
      remove(first);
    }
    return true;
  }

  private void remove(Waiting first) {
    if (queue.peek() == first) { // not cleared meanwhile
      size -= first.size;
      queue.remove();
    }
  }

  @Override
  void clear() {
    queue.clear();
    size = 0;
  }

  @Override
  boolean isTooLate() {
    return transport.dropsWrites();
  }
}
