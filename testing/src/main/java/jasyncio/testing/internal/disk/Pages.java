package jasyncio.testing.internal.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The content of a file: pages of 4 KiB, and nothing where nothing was written. Pages may be
/// shared with another content; who changes one in place knows that it is not.
final class Pages {
  static final int PAGE = 4096;

  private static final byte[] ZEROS = new byte[PAGE];

  private final TreeMap<Long, byte[]> pages = new TreeMap<>();
  private long size;

  static long indexOf(long position) {
    return position / PAGE;
  }

  /// {@return how many pages so many bytes take}
  static long count(long size) {
    return (size + PAGE - 1) / PAGE;
  }

  long size() {
    return size;
  }

  void setSize(long newSize) {
    size = newSize;
  }

  int allocated() {
    return pages.size();
  }

  byte @Nullable [] get(long index) {
    return pages.get(index);
  }

  /// {@return the page's bytes, zeros if there is none; not to be changed}
  byte[] orZeros(long index) {
    var page = pages.get(index);
    return page == null ? ZEROS : page;
  }

  void put(long index, byte[] page) {
    pages.put(index, page);
  }

  void remove(long index) {
    pages.remove(index);
  }

  /// {@return the indexes of all pages from one on, in their order}
  Iterable<Long> from(long index) {
    return pages.tailMap(index).keySet();
  }

  /// Removes all pages from one on.
  ///
  /// @return how many
  int removeFrom(long index) {
    var tail = pages.tailMap(index);
    int n = tail.size();
    tail.clear();
    return n;
  }

  /// Copies what is at a position, zeros where nothing is.
  void read(ByteBuffer target, long position, int length) {
    long at = position;
    int left = length;
    while (left > 0) {
      int offset = (int) (at % PAGE);
      int n = Math.min(left, PAGE - offset);
      target.put(orZeros(indexOf(at)), offset, n);
      at += n;
      left -= n;
    }
  }

  /// {@return whether a part of a page is the same in another content}
  boolean same(Pages other, long index, int from, int to) {
    return Arrays.equals(orZeros(index), from, to, other.orZeros(index), from, to);
  }

  /// {@return the same content, sharing the pages}
  Pages copy() {
    var copy = new Pages();
    copy.share(this);
    return copy;
  }

  /// Adds the pages of another content, and is as long as that.
  void share(Pages other) {
    size = other.size;
    pages.putAll(other.pages);
  }
}
