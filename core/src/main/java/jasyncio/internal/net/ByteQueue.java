package jasyncio.internal.net;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The bytes that a stream has received and nobody has read yet: one array that grows at its end
/// and is read from its beginning.
public final class ByteQueue {
  /* Overview
   * The bytes lie between `start` and `end`; both are 0 when there are none.
   *
   * Cost: each byte is copied in once and out once, and moved at most once more on average: to the front, when
   * at least as many have been read before it, or into an array of twice the size.
   * An array is made as large as what has come, so that in the usual case, where everything is
   * read at once, it is handed out as it is: no second copy, and a connection that is idle holds no memory. A
   * small array that is not handed out is kept for what comes next.
   */
  private static final byte[] NONE = {};
  private static final int KEPT = 16 * 1024; // a larger array is dropped when it is empty
  private static final int MAX = Integer.MAX_VALUE - 8;

  private byte[] bytes = NONE;
  private int start;
  private int end;

  public int size() {
    return end - start;
  }

  public boolean isEmpty() {
    return start == end;
  }

  public void append(byte[] data) {
    makeRoom(data.length);
    System.arraycopy(data, 0, bytes, end, data.length);
    end += data.length;
  }

  /// Appends what is between position and limit; afterwards the position is at the limit.
  public void append(ByteBuffer data) {
    int count = data.remaining();
    makeRoom(count);
    data.get(bytes, end, count);
    end += count;
  }

  private void makeRoom(int count) {
    if (bytes.length - end >= count) {
      return;
    }
    int size = size();
    byte[] target = bytes;
    if (start < size || bytes.length - size < count) {
      target = new byte[capacity(size, count)];
    }
    System.arraycopy(bytes, start, target, 0, size);
    bytes = target;
    start = 0;
    end = size;
  }

  private static int capacity(int size, int count) {
    long needed = (long) size + count;
    if (needed > MAX) {
      throw new OutOfMemoryError("a stream cannot hold " + needed + " bytes that nobody reads");
    }
    return (int) Math.max(needed, Math.min(2L * size, MAX));
  }

  /// Takes the first `count` bytes, of which there must be so many.
  public byte[] take(int count) {
    if (count == bytes.length) { // it is full: the array itself will do
      var all = bytes;
      clear();
      return all;
    }
    var taken = Arrays.copyOfRange(bytes, start, start + count);
    skip(count);
    return taken;
  }

  public byte[] takeAll() {
    return take(size());
  }

  /// Takes as many bytes as there are and as `target` has room for. Keeps the array: who reads like
  /// this wants no allocation.
  public int take(ByteBuffer target) {
    int count = Math.min(size(), target.remaining());
    target.put(bytes, start, count);
    move(count);
    return count;
  }

  /// Takes the first byte, which there must be.
  public int takeByte() {
    int b = bytes[start] & 0xFF;
    move(1);
    return b;
  }

  /// The bytes, to be looked at before the next change.
  public ByteBuffer view() {
    return ByteBuffer.wrap(bytes, start, size());
  }

  /// Drops the first `count` bytes.
  public void skip(int count) {
    move(count);
    if (isEmpty() && bytes.length > KEPT) {
      bytes = NONE;
    }
  }

  private void move(int count) {
    start += count;
    if (start == end) {
      start = 0;
      end = 0;
    }
  }

  public void clear() {
    bytes = NONE;
    start = 0;
    end = 0;
  }

  /// Where `wanted` begins first, at `from` or behind; -1 if nowhere. Counts from the first byte.
  public int indexOf(byte[] wanted, int from) {
    byte first = wanted[0];
    int last = end - wanted.length;
    for (int i = start + from; i <= last; i++) {
      if (bytes[i] == first && isAt(i, wanted)) {
        return i - start;
      }
    }
    return -1;
  }

  private boolean isAt(int i, byte[] wanted) {
    return wanted.length == 1
        || Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length);
  }
}
