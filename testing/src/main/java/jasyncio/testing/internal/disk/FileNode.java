package jasyncio.testing.internal.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/// A regular file: its content in the cache, which programs see, and on the medium, which a crash
/// leaves.
final class FileNode extends Node {
  /* Overview
   * A page of the cache is dirty (changed since it was last given to the medium) or clean. A dirty page's bytes
   * are the cache's own and changed in place; a clean one may be the medium's, too, and is copied first.
   * Clean does not mean durable: after a failed sync the pages are clean, as Linux has it, and nowhere but here.
   * `cut` is the smallest size since the last sync. What the medium has behind it is not the file's any more.
   */
  private static final long NEVER = Long.MAX_VALUE;

  private final Pages cache;
  private final Pages medium;
  private final TreeSet<Long> dirty = new TreeSet<>();
  private long cut = NEVER;
  private int failures; // of writing back, as Linux' errseq_t counts them
  private int reported; // of them, to whom had the file open
  private int openings;

  FileNode(long number, Meta meta) {
    this(number, meta, new Pages());
  }

  /// One whose content is durable.
  FileNode(long number, Meta meta, Pages content) {
    super(number, meta);
    this.medium = content;
    this.cache = content.copy();
  }

  @Override
  long size() {
    return cache.size();
  }

  Pages cache() {
    return cache;
  }

  Pages medium() {
    return medium;
  }

  NavigableSet<Long> dirty() {
    return dirty;
  }

  long cut() {
    return cut;
  }

  boolean sizeUnsynced() {
    return cut != NEVER || cache.size() != medium.size();
  }

  boolean dataUnsynced() {
    return !dirty.isEmpty() || sizeUnsynced();
  }

  int failures() {
    return failures;
  }

  /// {@return the failures that somebody has heard of; who opens the file now need not}
  int reported() {
    return reported;
  }

  void addFailure() {
    failures++;
  }

  void report() {
    reported = failures;
  }

  int openings() {
    return openings;
  }

  void addOpenings(int n) {
    openings += n;
  }

  // ---- what programs do -------------------------------------------------------------------------

  void read(ByteBuffer target, long position, int length) {
    cache.read(target, position, length);
  }

  /// Writes as much as there is space for.
  ///
  /// @return how many bytes
  int write(ByteBuffer source, long position, int length, Space space) {
    int written = 0;
    while (written < length) {
      long at = position + written;
      int offset = (int) (at % Pages.PAGE);
      int n = Math.min(length - written, Pages.PAGE - offset);
      if (cache.get(Pages.indexOf(at)) == null && !space.take()) {
        break;
      }
      source.get(own(Pages.indexOf(at)), offset, n);
      written += n;
    }
    if (written > 0) {
      cache.setSize(Math.max(cache.size(), position + written));
    }
    return written;
  }

  void truncate(long newSize, Space space) {
    if (newSize < cache.size()) {
      long first = Pages.count(newSize);
      space.give(cache.removeFrom(first));
      dirty.tailSet(first).clear();
      int kept = (int) (newSize % Pages.PAGE);
      if (kept > 0 && cache.get(Pages.indexOf(newSize)) != null) {
        Arrays.fill(own(Pages.indexOf(newSize)), kept, Pages.PAGE, (byte) 0);
      }
      cut = Math.min(cut, newSize);
    }
    cache.setSize(newSize);
  }

  /// {@return a page that may be changed, and is dirty from now on}
  private byte[] own(long index) {
    if (dirty.add(index)) {
      cache.put(index, cache.orZeros(index).clone());
    }
    return cache.orZeros(index);
  }

  // ---- cache and medium -------------------------------------------------------------------------

  /// Makes content and size durable.
  ///
  /// @param lost which pages cannot be written; they are clean all the same
  /// @return whether all could
  boolean sync(LongPredicate lost) {
    cutMedium(medium);
    boolean whole = true;
    for (long index : dirty) {
      if (lost.test(index)) {
        whole = false;
      } else {
        medium.put(index, cache.orZeros(index));
      }
    }
    dirty.clear();
    medium.setSize(cache.size());
    cut = NEVER;
    return whole;
  }

  /// Has a sync failed altogether: pages are clean, and size and cut are still to be made durable.
  void lose() {
    dirty.clear();
  }

  /// Forgets all that is not on the medium: nobody writes back what belongs to no name.
  void forget() {
    dirty.clear();
    cut = NEVER;
    cache.removeFrom(0);
    cache.share(medium);
  }

  /// Takes from a content what has been cut off.
  void cutMedium(Pages content) {
    if (cut == NEVER) {
      return;
    }
    content.removeFrom(Pages.count(cut));
    int kept = (int) (cut % Pages.PAGE);
    var last = content.get(Pages.indexOf(cut));
    if (kept > 0 && last != null) {
      content.put(Pages.indexOf(cut), Arrays.copyOf(Arrays.copyOf(last, kept), Pages.PAGE));
    }
  }

  /// Forgets the clean pages, so that what is read next is what the medium has.
  void evict(Space space) {
    var read = medium.copy();
    cutMedium(read);
    for (long index : dirty) {
      read.put(index, cache.orZeros(index));
    }
    space.give(cache.allocated());
    cache.removeFrom(0);
    for (long index : read.from(0)) {
      cache.put(index, read.orZeros(index));
    }
    space.count(cache.allocated());
  }

  /// Flips bits on the medium, and in clean pages of the cache.
  ///
  /// @param mask which bits of each byte
  void corrupt(long from, long to, int mask) {
    for (long at = from; at < to; ) {
      long index = Pages.indexOf(at);
      int start = (int) (at % Pages.PAGE);
      int end = (int) Math.min(Pages.PAGE, start + (to - at));
      boolean clean = !dirty.contains(index);
      boolean shared = cache.get(index) == medium.get(index);
      if (medium.get(index) != null) {
        medium.put(index, flipped(medium.orZeros(index), start, end, mask));
      }
      if (clean && cache.get(index) != null) {
        var page = shared ? medium.orZeros(index) : flipped(cache.orZeros(index), start, end, mask);
        cache.put(index, page);
      }
      at += end - start;
    }
  }

  private static byte[] flipped(byte[] page, int from, int to, int mask) {
    var copy = page.clone();
    for (int i = from; i < to; i++) {
      copy[i] ^= (byte) mask;
    }
    return copy;
  }
}
