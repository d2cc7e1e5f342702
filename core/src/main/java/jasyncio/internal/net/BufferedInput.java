package jasyncio.internal.net;

import jasyncio.net.BufferedProtocol;
import java.nio.ByteBuffer;

/// How a [BufferedProtocol] is given what has been received.
final class BufferedInput {
  private BufferedInput() {}

  /// Room in a protocol's own buffer.
  ///
  /// @param sizeHint how much there is to be put there, or -1
  /// @throws IllegalStateException if there is no room
  static ByteBuffer room(BufferedProtocol protocol, int sizeHint) {
    var room = protocol.getBuffer(sizeHint);
    if (!room.hasRemaining()) {
      throw new IllegalStateException("getBuffer() returned an empty buffer");
    }
    return room;
  }

  /// Gives a protocol of `data` as much as its buffer has room for.
  static void give(BufferedProtocol protocol, ByteBuffer data) {
    var room = room(protocol, data.remaining());
    int length = Math.min(room.remaining(), data.remaining());
    room.put(room.position(), data, data.position(), length);
    room.position(room.position() + length);
    data.position(data.position() + length);
    protocol.bufferUpdated(length);
  }
}
