package jasyncio.internal.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Entries ordered by due time, equal ones by insertion: a 4-ary heap.
///
/// What orders them, the time and a ticket, lies in an array of its own, so that sifting reads one
/// cache line a level and touches no entry. What is added waits behind the heap until somebody asks
/// for the first time: thus adding is a matter of a few instructions, wherever it is inlined.
/// Entries that are not wanted any more stay until they reach the top, or until they are more than
/// half of more than a hundred, as in asyncio. An entry may be there under several tickets, if it
/// knows which of them it wants.
///
/// Not thread-safe.
@SuppressWarnings("NullAway") // slots below `size` are not null
public final class TimerHeap {
  private static final int SPARE = 4; // large arrays and their headers fill G1's regions
  private static final int INITIAL = 64 - SPARE;
  private static final int MIN_SIZE_TO_COMPACT = 100;

  private long[] keys = new long[INITIAL * 2]; // a time and a ticket for each entry
  private @Nullable Entry[] entries = new Entry[INITIAL];
  private int size;
  private int sifted; // so many are in heap order, the rest in the order in which they came
  private int unwanted; // that we were told of
  private int nextTicket;

  public int size() {
    return size;
  }

  /// How many are wanted, as far as it is known. Any thread, for others than the loop's a guess.
  public int waiting() {
    return Math.max(0, size - unwanted);
  }

  /// How many are wanted, and due at `nanos`. Looks at those that are due, and at those that nobody
  /// has asked for since they were added.
  public int due(long nanos) {
    int due = due(0, nanos);
    for (int i = sifted; i < size; i++) {
      due += isDue(i, nanos) ? 1 : 0;
    }
    return due;
  }

  /// Those from here on down the heap.
  private int due(int at, long nanos) {
    if (at >= sifted || nanos(at) > nanos) {
      return 0;
    }
    int due = isDue(at, nanos) ? 1 : 0;
    int child = (at << 2) + 1;
    for (int i = 0; i < 4; i++) {
      due += due(child + i, nanos);
    }
    return due;
  }

  private boolean isDue(int at, long nanos) {
    return nanos(at) <= nanos && entries[at].isWanted(ticket(at));
  }

  /// Those that are wanted, in no particular order.
  public List<Entry> wanted() {
    var wanted = new ArrayList<Entry>();
    for (int i = 0; i < size; i++) {
      if (entries[i].isWanted(ticket(i))) {
        wanted.add(entries[i]);
      }
    }
    return wanted;
  }

  /// When an entry is due that has this ticket; long ago, if it is not here. Looks at all of them.
  public long nanosOf(Entry entry, int ticket) {
    for (int i = 0; i < size; i++) {
      if (entries[i] == entry && ticket(i) == ticket) {
        return nanos(i);
      }
    }
    return Long.MIN_VALUE;
  }

  /// When all that are wanted are due, by their tickets.
  public Map<Integer, Long> times() {
    var times = HashMap.<Integer, Long>newHashMap(waiting());
    for (int i = 0; i < size; i++) {
      if (entries[i].isWanted(ticket(i))) {
        times.put(ticket(i), nanos(i));
      }
    }
    return times;
  }

  /// Adds a timer.
  public void add(long nanos, CancellableEntry timer) {
    timer.inHeap = true;
    addEntry(nanos, timer);
  }

  /// Adds an entry that says by itself whether it is still wanted.
  ///
  /// @return its ticket: equal times fire in the order of their tickets
  public int addEntry(long nanos, Entry entry) {
    if (size == entries.length) {
      grow();
    }
    int ticket = nextTicket;
    put(size, nanos, ticket, entry); // first what the end of the stack could prevent
    size++;
    nextTicket++;
    return ticket;
  }

  private void grow() {
    int length = (size + SPARE) * 2 - SPARE;
    keys = Arrays.copyOf(keys, length * 2);
    entries = Arrays.copyOf(entries, length);
  }

  /// Notes that a timer was cancelled.
  void noteCancelled(CancellableEntry timer) {
    if (timer.inHeap) {
      noteUnwanted();
    }
  }

  /// Notes that one of the entries that are here is not wanted any more.
  void noteUnwanted() {
    unwanted++;
  }

  /// The time of the first entry that is wanted, or `Long.MAX_VALUE`.
  public long firstNanos() {
    if (size > MIN_SIZE_TO_COMPACT && unwanted > size / 2) {
      compact();
    }
    for (; sifted < size; sifted++) {
      siftUp(sifted, nanos(sifted), ticket(sifted), entries[sifted]);
    }
    while (size > 0 && !entries[0].isWanted(ticket(0))) {
      removeFirst();
      unwanted = Math.max(0, unwanted - 1);
    }
    return size == 0 ? Long.MAX_VALUE : nanos(0);
  }

  /// Removes and returns the first entry if it is due at `nanos`, else `null`.
  public @Nullable Entry pollDue(long nanos) {
    return firstNanos() <= nanos ? removeFirst() : null;
  }

  public void clear() {
    for (int i = 0; i < size; i++) {
      entries[i].leftHeap(ticket(i));
    }
    keys = new long[INITIAL * 2];
    entries = new Entry[INITIAL];
    size = 0;
    sifted = 0;
    unwanted = 0;
  }

  /// Removes the first entry. Requires that [#firstNanos] has just been asked, and there is one.
  Entry removeFirst() {
    var first = entries[0];
    int ticket = ticket(0);
    int last = --size;
    sifted = size;
    var moved = entries[last];
    entries[last] = null;
    if (last > 0) {
      siftDown(0, nanos(last), ticket(last), moved);
    }
    first.leftHeap(ticket);
    return first;
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (entries[i].isWanted(ticket(i))) {
        put(kept++, nanos(i), ticket(i), entries[i]);
      } else {
        entries[i].leftHeap(ticket(i));
      }
    }
    Arrays.fill(entries, kept, size, null);
    size = kept;
    sifted = kept;
    unwanted = 0;
    for (int i = (kept - 2) >> 2; i >= 0; i--) {
      siftDown(i, nanos(i), ticket(i), entries[i]);
    }
  }

  private long nanos(int at) {
    return keys[at * 2];
  }

  private int ticket(int at) {
    return (int) keys[at * 2 + 1];
  }

  private void put(int at, long nanos, int ticket, Entry entry) {
    keys[at * 2] = nanos;
    keys[at * 2 + 1] = ticket;
    entries[at] = entry;
  }

  private void siftUp(int at, long nanos, int ticket, Entry entry) {
    while (at > 0) {
      int parent = (at - 1) >> 2;
      if (nanos(parent) <= nanos) { // what is added is the youngest
        break;
      }
      put(at, nanos(parent), ticket(parent), entries[parent]);
      at = parent;
    }
    put(at, nanos, ticket, entry);
  }

  private void siftDown(int at, long nanos, int ticket, Entry entry) {
    while (true) {
      int child = (at << 2) + 1;
      if (child >= size) {
        break;
      }
      int end = Math.min(child + 4, size);
      int least = child;
      for (int c = child + 1; c < end; c++) {
        if (before(nanos(c), ticket(c), nanos(least), ticket(least))) {
          least = c;
        }
      }
      if (!before(nanos(least), ticket(least), nanos, ticket)) {
        break;
      }
      put(at, nanos(least), ticket(least), entries[least]);
      at = least;
    }
    put(at, nanos, ticket, entry);
  }

  private static boolean before(long t1, int ticket1, long t2, int ticket2) {
    return t1 != t2 ? t1 < t2 : ticket1 - ticket2 < 0;
  }
}
