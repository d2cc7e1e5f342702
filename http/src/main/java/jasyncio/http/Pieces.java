package jasyncio.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Bytes that have come piece by piece. Small pieces are put together, so that a body that comes
/// byte by byte takes about as much memory as it is long.
final class Pieces {
  private static final int BLOCK = 8 * 1024; // what small pieces are put together to

  private final ArrayDeque<ByteBuffer> full = new ArrayDeque<>(2);
  private byte @Nullable [] last; // its first `size` bytes
  private int size;
  private long length;

  /// Adds a piece, which belongs to this from now on.
  void add(byte[] piece) {
    length += piece.length;
    var block = last;
    if (block != null && size + piece.length <= BLOCK) {
      if (size + piece.length > block.length) {
        block = Arrays.copyOf(block, Math.min(BLOCK, 2 * (size + piece.length)));
        last = block;
      }
      System.arraycopy(piece, 0, block, size, piece.length);
      size += piece.length;
    } else {
      close();
      last = piece;
      size = piece.length;
    }
  }

  private void close() {
    if (last != null) {
      full.add(ByteBuffer.wrap(last, 0, size));
      last = null;
    }
  }

  /// How many bytes there are.
  long length() {
    return length;
  }

  /// Gives the bytes away.
  void drainTo(Consumer<ByteBuffer> target) {
    close();
    full.forEach(target);
    clear();
  }

  /// All of the bytes, as one piece.
  byte[] joined() {
    if (full.isEmpty() && last != null && size == last.length) {
      return last;
    }
    var all = ByteBuffer.allocate(Math.toIntExact(length));
    drainTo(all::put);
    add(all.array());
    return all.array();
  }

  void clear() {
    full.clear();
    last = null;
    length = 0;
  }
}
