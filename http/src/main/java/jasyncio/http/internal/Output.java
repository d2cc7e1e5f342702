package jasyncio.http.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/// What a connection sends: small pieces are put together, and handed on as one.
///
/// The room for them is one of those that all connections share. It is taken when there is
/// something to put into it, and given back when that is handed on: an idle connection has none.
abstract class Output {
  private static final byte[] NO_BYTES = {};

  private final Http1Shared shared;
  private final Consumer<ByteBuffer> target;
  private byte[] room = NO_BYTES;
  private int size;

  /// The output of a connection.
  ///
  /// @param shared where the room comes from
  /// @param target what takes the bytes; it does not keep the buffer
  Output(Http1Shared shared, Consumer<ByteBuffer> target) {
    this.shared = shared;
    this.target = target;
  }

  final boolean isEmpty() {
    return size == 0;
  }

  /// Hands on what there is.
  final void flush() {
    if (size > 0) {
      var full = room;
      int n = size;
      clear();
      target.accept(ByteBuffer.wrap(full, 0, n));
      shared.giveBack(full);
    }
  }

  /// Hands on what there is, if that is so much.
  final void flushFrom(int much) {
    if (size >= much) {
      flush();
    }
  }

  /// Hands on what there is, and something behind it.
  final void flushWith(ByteBuffer data) {
    flush();
    target.accept(data);
  }

  /// Forgets what there is.
  final void clear() {
    room = NO_BYTES;
    size = 0;
  }

  // ---- bytes ------------------------------------------------------------------------------------

  /// Makes room for so many bytes.
  final void need(int n) {
    if (room.length == 0) {
      room = shared.takeRoom();
    }
    if (size + n > room.length) {
      room = Arrays.copyOf(room, Math.max(2 * room.length, size + n));
    }
  }

  /// Puts a byte where there is room.
  final void putByte(int b) {
    room[size++] = (byte) b;
  }

  final void put(byte[] bytes) {
    need(bytes.length);
    System.arraycopy(bytes, 0, room, size, bytes.length);
    size += bytes.length;
  }

  @SuppressWarnings("deprecation") // the low bytes are ISO 8859-1, which Headers has checked
  final void put(String text) {
    int n = text.length();
    need(n);
    text.getBytes(0, n, room, size);
    size += n;
  }

  /// Puts the next `n` bytes of `data`.
  final void put(ByteBuffer data, int n) {
    need(n);
    data.get(room, size, n);
    size += n;
  }
}
