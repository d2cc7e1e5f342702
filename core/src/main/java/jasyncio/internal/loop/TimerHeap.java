package jasyncio.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Timers ordered by due time, equal ones by insertion: a 4-ary heap.
///
/// The times lie in an array of their own, so that sifting reads few cache lines and touches a
/// timer object only for ties. What is added waits behind the heap until somebody asks for the
/// first timer: thus adding is a matter of a few instructions, wherever it is inlined. Cancelled
/// timers stay until they reach the top, or until they are more than half of more than a hundred,
/// as in asyncio.
///
/// Not thread-safe.
@SuppressWarnings("NullAway") // slots below `size` are not null
public final class TimerHeap {
  private static final int INITIAL = 64;
  private static final int MIN_SIZE_TO_COMPACT = 100;

  private long[] times = new long[INITIAL];
  private @Nullable Timer[] timers = new Timer[INITIAL];
  private int size;
  private int sifted; // so many are in heap order, the rest in the order in which they came
  private int cancelled; // that we were told of
  private int sequence;

  public int size() {
    return size;
  }

  public void add(long nanos, Timer timer) {
    if (size == times.length) {
      grow();
    }
    timer.sequence = sequence++;
    timer.inHeap = true;
    times[size] = nanos;
    timers[size++] = timer;
  }

  private void grow() {
    times = Arrays.copyOf(times, size * 2);
    timers = Arrays.copyOf(timers, size * 2);
  }

  /// Notes that a timer was cancelled.
  void noteCancelled(Timer timer) {
    if (timer.inHeap) {
      cancelled++;
    }
  }

  /// The time of the first timer that is not cancelled, or `Long.MAX_VALUE`.
  public long firstNanos() {
    if (size > MIN_SIZE_TO_COMPACT && cancelled > size / 2) {
      compact();
    }
    for (; sifted < size; sifted++) {
      siftUp(sifted, times[sifted], timers[sifted]);
    }
    while (size > 0 && timers[0].isCancelled()) {
      removeFirst();
      cancelled = Math.max(0, cancelled - 1);
    }
    return size == 0 ? Long.MAX_VALUE : times[0];
  }

  /// Removes and returns the first timer if it is due at `nanos`, else `null`.
  public @Nullable Timer pollDue(long nanos) {
    return firstNanos() <= nanos ? removeFirst() : null;
  }

  public void clear() {
    for (int i = 0; i < size; i++) {
      timers[i].inHeap = false;
    }
    times = new long[INITIAL];
    timers = new Timer[INITIAL];
    size = 0;
    sifted = 0;
    cancelled = 0;
  }

  /// Requires that all are sifted.
  private Timer removeFirst() {
    var first = timers[0];
    int last = --size;
    sifted = size;
    var moved = timers[last];
    timers[last] = null;
    if (last > 0) {
      siftDown(0, times[last], moved);
    }
    first.inHeap = false;
    return first;
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      var t = timers[i];
      if (t.isCancelled()) {
        t.inHeap = false;
      } else {
        times[kept] = times[i];
        timers[kept++] = t;
      }
    }
    Arrays.fill(timers, kept, size, null);
    size = kept;
    sifted = kept;
    cancelled = 0;
    for (int i = (kept - 2) >> 2; i >= 0; i--) {
      siftDown(i, times[i], timers[i]);
    }
  }

  private void siftUp(int at, long nanos, Timer timer) {
    while (at > 0) {
      int parent = (at - 1) >> 2;
      if (times[parent] <= nanos) { // a timer that is added is the youngest
        break;
      }
      times[at] = times[parent];
      timers[at] = timers[parent];
      at = parent;
    }
    times[at] = nanos;
    timers[at] = timer;
  }

  private void siftDown(int at, long nanos, Timer timer) {
    while (true) {
      int child = (at << 2) + 1;
      if (child >= size) {
        break;
      }
      int end = Math.min(child + 4, size);
      int least = child;
      for (int c = child + 1; c < end; c++) {
        if (before(times[c], timers[c], times[least], timers[least])) {
          least = c;
        }
      }
      if (!before(times[least], timers[least], nanos, timer)) {
        break;
      }
      times[at] = times[least];
      timers[at] = timers[least];
      at = least;
    }
    times[at] = nanos;
    timers[at] = timer;
  }

  private static boolean before(long t1, Timer a, long t2, Timer b) {
    return t1 != t2 ? t1 < t2 : a.sequence - b.sequence < 0;
  }
}
