package jasyncio.testing;

import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.ReadyQueue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A ready queue that counts moments, and slips in a turn of its own at a given one, or two. A
/// moment is before each turn, and each time when all wait.
final class TurnQueue extends ReadyQueue {
  /* Overview
   * From count() to stop() moments are numbered from 0. At moment `first`, and each one up to `last`, `intruder` has a
   * turn. Before a turn that is in the same batch, so that what was ready in it stays so: beginBatch() counts it in. While
   * it runs, upcoming() is at the head of the queue. Should the turn never come after all, because somebody took an entry
   * back, it runs all the same. When all wait, allWait() gives it to be sent, and no turn is counted for it.
   */
  private final Runnable tooMany;
  private @Nullable Entry intruder;
  private int next; // at which moment it is to run next
  private int last;
  private int moments; // that have passed
  private int more; // turns in this batch that were promised
  private int limit = Integer.MAX_VALUE;
  private boolean counting;

  /// @param tooMany what to do when there were more turns than allowed
  TurnQueue(Runnable tooMany) {
    this.tooMany = tooMany;
  }

  /// Numbers moments from now on.
  ///
  /// @param entry what is slipped in
  void count(Entry entry, int first, int last) {
    intruder = entry;
    next = first;
    this.last = last;
    limit -= moments;
    moments = 0;
    more = 0;
    counting = true;
  }

  void stop() {
    counting = false;
  }

  /// Allows for so many moments from now on.
  void allow(int count) {
    limit = moments + count;
  }

  boolean isBeyondLimit() {
    return moments > limit;
  }

  /// Whose turn is next, if somebody's is.
  @Nullable Entry upcoming() {
    return size() == 0 ? null : get(0);
  }

  /// Whether an entry waits for its turn.
  boolean holds(Object entry) {
    for (int i = 0; i < size(); i++) {
      if (get(i) == entry) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isWatched() {
    return true;
  }

  /// A moment when nothing is ready.
  ///
  /// @return what is to have a turn in it, if something is
  @Nullable Entry allWait() {
    if (!counting || moments++ != next || next > last) {
      return null;
    }
    next++;
    return intruder;
  }

  @Override
  public int beginBatch() {
    int count = super.beginBatch();
    if (!counting) {
      return count;
    }
    int others = upcoming() == intruder ? count - 1 : count; // sent when all waited
    more = Math.max(0, Math.min(last + 1, moments + others) - Math.max(next, moments));
    return count + more;
  }

  @Override
  public Entry remove() {
    if (counting && upcoming() == intruder) {
      return super.remove();
    } else if (counting && more > 0 && (moments == next || size() == 0)) {
      more--;
      next++;
      return Objects.requireNonNull(intruder);
    }
    if (++moments > limit) {
      tooMany.run();
    }
    return super.remove();
  }
}
