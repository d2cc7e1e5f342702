package jasyncio.testing.internal.net;

import java.nio.ByteBuffer;

/// A queue of bytes, which takes no memory while it is empty for long.
final class Ring {
  private static final byte[] NONE = {};
  private static final int FIRST = 512;
  private static final int KEPT = 16 * 1024; // what an empty one holds on to

  private byte[] bytes = NONE; // a power of two long, or none
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Appends the first `n` of a buffer.
  void put(ByteBuffer from, int n) {
    reserve(n);
    int at = (head + size) & (bytes.length - 1);
    int first = Math.min(n, bytes.length - at);
    from.get(bytes, at, first);
    from.get(bytes, 0, n - first);
    size += n;
  }

  /// Appends `n` bytes of another, from its byte number `offset` on; they stay there.
  void put(Ring from, int offset, int n) {
    reserve(n);
    for (int left = n, skip = offset; left > 0; ) {
      int there = (from.head + skip) & (from.bytes.length - 1);
      int here = (head + size) & (bytes.length - 1);
      int part = Math.min(left, Math.min(from.bytes.length - there, bytes.length - here));
      System.arraycopy(from.bytes, there, bytes, here, part);
      size += part;
      skip += part;
      left -= part;
    }
  }

  /// Moves as many as there are, and room for, into a buffer.
  int take(ByteBuffer to) {
    int n = Math.min(size, to.remaining());
    if (n > 0) {
      int first = Math.min(n, bytes.length - head);
      to.put(bytes, head, first);
      to.put(bytes, 0, n - first);
      drop(n);
    }
    return n;
  }

  /// Forgets the first `n`.
  void drop(int n) {
    size -= n;
    if (size == 0) {
      clear();
    } else {
      head = (head + n) & (bytes.length - 1);
    }
  }

  void clear() {
    size = 0;
    head = 0;
    if (bytes.length > KEPT) {
      bytes = NONE;
    }
  }

  private void reserve(int more) {
    int needed = size + more;
    if (needed > bytes.length) {
      int length = Math.max(FIRST, Integer.highestOneBit(needed - 1) << 1);
      var now = new byte[length];
      if (size > 0) {
        int first = Math.min(size, bytes.length - head);
        System.arraycopy(bytes, head, now, 0, first);
        System.arraycopy(bytes, 0, now, first, size - first);
      }
      bytes = now;
      head = 0;
    }
  }
}
