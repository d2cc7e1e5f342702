package jasyncio.internal.loop;

import java.util.Arrays;

/// A ready queue that knows since when each entry has been ready, and which turn has made it so. In
/// use while somebody records; see [LoopCore#logWakes].
public final class WakeLog extends ReadyQueue {
  /* Overview
   * Beside each entry lie the nanoseconds at which it was added and the number of the turn that did it: `cause`.
   *   - From when a step or callback begins until the next entry is taken out, it is its number: see turnBegins().
   *   - An entry whose turn is the machine's own passes on its cause, and since when it was ready: a task that has ended
   *     wakes a gather, which wakes whoever awaits that; a timer that is due wakes the task that sleeps.
   *   - What is added between iterations, or by another thread, comes from outside. A timer has been ready since it was
   *     due; of I/O and threads it is only known when the loop took notice.
   */

  /// The cause of what was ready before anybody logged.
  public static final long UNKNOWN = -1;

  /// The cause of what no turn has made ready: I/O, a timer, another thread.
  public static final long OUTSIDE = 0;

  private static final int INITIAL = 128;

  private long[] notes = new long[INITIAL]; // two for each entry, in a ring
  private int head; // in entries
  private int count; // of entries
  private long cause = OUTSIDE;
  private long since; // when that was, if it is passed on; else 0, for now

  private boolean taken; // an entry was removed whose turn has not begun
  private long causeOfTaken;
  private long readySince;

  /// What is in `other` goes over.
  WakeLog(ReadyQueue other) {
    cause = UNKNOWN;
    while (other.size() > 0) {
      add(other.remove());
    }
    cause = OUTSIDE; // no turn runs
  }

  // ---- turns ------------------------------------------------------------------------------------

  /// A step or a callback begins. If it is that of the entry which was removed last,
  /// [#causeOfTurn()] and [#readySince()] are about it.
  ///
  /// @return whether it is
  public boolean turnBegins(long number) {
    boolean was = taken;
    taken = false;
    turnGoesOn(number);
    return was;
  }

  /// A step goes on in which another one has run.
  public void turnGoesOn(long number) {
    cause = number;
    since = 0;
  }

  /// The number of the turn that has made ready what runs now, [#UNKNOWN] or [#OUTSIDE].
  public long causeOfTurn() {
    return causeOfTaken;
  }

  /// When it was made ready, by [System#nanoTime()].
  public long readySince() {
    return readySince;
  }

  // ---- the queue --------------------------------------------------------------------------------

  @Override
  public void add(Entry entry) {
    add(entry, cause, since == 0 ? System.nanoTime() : since);
  }

  @Override
  void addFromOutside(Entry entry) {
    add(entry, OUTSIDE, System.nanoTime());
  }

  @Override
  void addDue(Entry entry, long nanos, long now) {
    add(entry, OUTSIDE, System.nanoTime() - (now - nanos));
  }

  private void add(Entry entry, long cause, long since) {
    if (count * 2 == notes.length) {
      grow();
    }
    super.add(entry);
    int at = at(count++);
    notes[at] = since;
    notes[at + 1] = cause;
  }

  @Override
  public Entry remove() {
    readySince = notes[at(0)];
    causeOfTaken = notes[at(0) + 1];
    taken = true;
    cause = causeOfTaken;
    since = readySince;
    head = (head + 1) & (notes.length / 2 - 1);
    count--;
    return super.remove();
  }

  @Override
  void iterationEnds() {
    turnGoesOn(OUTSIDE);
    taken = false;
  }

  @Override
  protected int removeLast(Entry entry) {
    int before = super.removeLast(entry);
    if (before >= 0) {
      for (int i = before + 1; i < count; i++) {
        notes[at(i - 1)] = notes[at(i)];
        notes[at(i - 1) + 1] = notes[at(i) + 1];
      }
      count--;
    }
    return before;
  }

  @Override
  public boolean isWatched() {
    return true;
  }

  @Override
  public void clear() {
    super.clear();
    notes = new long[INITIAL];
    head = 0;
    count = 0;
  }

  private int at(int index) {
    return ((head + index) & (notes.length / 2 - 1)) * 2;
  }

  private void grow() {
    var wider = Arrays.copyOfRange(notes, head * 2, head * 2 + notes.length * 2);
    System.arraycopy(notes, 0, wider, notes.length - head * 2, head * 2);
    notes = wider;
    head = 0;
  }
}
