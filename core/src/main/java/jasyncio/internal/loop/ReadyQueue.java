package jasyncio.internal.loop;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// First in, first out: a ring that grows. Not thread-safe.
///
/// Tests put one in its place that gives turns in another order, or looks on.
public class ReadyQueue {
  private static final int INITIAL = 64;
  private static final int MUCH = 1 << 16;

  private @Nullable Entry[] ring = new Entry[INITIAL];
  private int head;
  private int size;

  /// Adds an entry at the end.
  public void add(Entry entry) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size++) & (ring.length - 1)] = entry;
  }

  /// Adds an entry that another thread has given to the loop.
  void addFromOutside(Entry entry) {
    add(entry);
  }

  /// Adds an entry that was due at this time, by the loop's clock, which shows `now`.
  void addDue(Entry entry, long nanos, long now) {
    add(entry);
  }

  /// Takes out the oldest entry; there must be one.
  @SuppressWarnings("NullAway") // slots in use are not null
  public Entry remove() {
    var entry = ring[head];
    ring[head] = null;
    head = (head + 1) & (ring.length - 1);
    size--;
    if (size == 0 && ring.length > MUCH) { // a burst is over: do not keep its memory
      clear();
    }
    return entry;
  }

  /// Adds what waited for channels that are ready, in the order in which they were found.
  public void addFound(List<Entry> found) {
    for (var entry : found) {
      add(entry);
    }
  }

  /// All that was to get its turn in this iteration has got it.
  void iterationEnds() {}

  /// An iteration begins: what is here now gets its turn in it.
  ///
  /// @return how many that are
  public int beginBatch() {
    return size;
  }

  /// Whether all that is here are questions.
  boolean hasOnlyQuestions() {
    for (int i = 0; i < size; i++) {
      if (!get(i).isQuestion()) {
        return false;
      }
    }
    return true;
  }

  /// Whether each turn is looked at: then none is saved where it would change nothing.
  public boolean isWatched() {
    return false;
  }

  /// The entry that `index` others are ahead of.
  @SuppressWarnings("NullAway") // slots in use are not null
  protected final Entry get(int index) {
    return ring[(head + index) & (ring.length - 1)];
  }

  /// Lets the entry that `index` others are ahead of be the first.
  protected final void moveToFront(int index) {
    var chosen = get(index);
    for (int i = index; i > 0; i--) {
      ring[(head + i) & (ring.length - 1)] = get(i - 1);
    }
    ring[head] = chosen;
  }

  /// Takes out the youngest place of `entry`.
  ///
  /// @return how many entries were before it, or -1 if it is not there
  protected int removeLast(Entry entry) {
    int at = size;
    do {
      at--;
    } while (at >= 0 && ring[(head + at) & (ring.length - 1)] != entry);
    if (at >= 0) {
      for (int i = at + 1; i < size; i++) {
        ring[(head + i - 1) & (ring.length - 1)] = ring[(head + i) & (ring.length - 1)];
      }
      ring[(head + --size) & (ring.length - 1)] = null;
    }
    return at;
  }

  public int size() {
    return size;
  }

  public void clear() {
    ring = new Entry[INITIAL];
    head = 0;
    size = 0;
  }

  private void grow() {
    var wider = Arrays.copyOfRange(ring, head, head + ring.length * 2);
    System.arraycopy(ring, 0, wider, ring.length - head, head);
    ring = wider;
    head = 0;
  }
}
