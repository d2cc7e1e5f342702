package jasyncio.internal.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Bytes that wait for their turn, in order; holds no memory while there are none. Not thread-safe.
///
/// Whoever works on them takes all, and puts back what is left: what comes meanwhile goes behind
/// it.
final class PendingBytes {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);
  private static final int SMALLEST = 512;

  private @Nullable ByteBuffer bytes; // between position and limit; never empty

  /// How many bytes there are.
  int size() {
    return bytes == null ? 0 : bytes.remaining();
  }

  boolean isEmpty() {
    return bytes == null;
  }

  /// Adds a copy of what remains of `data`, and moves its position to the limit.
  void add(ByteBuffer data) {
    int length = data.remaining();
    if (length == 0) {
      return;
    }
    var b = room(length);
    int end = b.limit();
    b.limit(end + length).put(end, data, data.position(), length);
    data.position(data.limit());
    bytes = b;
  }

  /// The bytes that there are, in a buffer with room for `more` behind them.
  private ByteBuffer room(int more) {
    var b = bytes;
    if (b == null) {
      return ByteBuffer.allocate(Math.max(more, SMALLEST)).limit(0);
    }
    int size = b.remaining();
    if (b.capacity() - b.limit() >= more) {
      return b;
    }
    int needed = WriteQueue.sum(size, more);
    if (b.capacity() >= needed && b.position() >= size) { // most of it is used up: move the rest
      return b.compact().flip();
    }
    var larger = ByteBuffer.allocate(Math.max(needed, (int) Math.min(2L * size, 1 << 30)));
    return larger.put(b).flip();
  }

  /// Copies all bytes to `target`; they stay here, too.
  void copyTo(ByteBuffer target) {
    if (bytes != null) {
      int length = bytes.remaining();
      target.put(target.position(), bytes, bytes.position(), length);
      target.position(target.position() + length);
    }
  }

  /// Takes all bytes out.
  ByteBuffer take() {
    var b = bytes;
    bytes = null;
    return b == null ? NONE : b;
  }

  /// Puts what is left of what [#take()] gave in front of what came meanwhile.
  void putBack(ByteBuffer rest) {
    if (!rest.hasRemaining()) {
      return;
    }
    var later = bytes;
    bytes = rest;
    if (later != null) {
      add(later);
    }
  }

  /// Drops everything.
  void clear() {
    bytes = null;
  }
}
