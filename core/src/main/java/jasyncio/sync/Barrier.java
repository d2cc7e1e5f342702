package jasyncio.sync;

import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.WaitInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lets so many coroutines go on together: each waits at it until all are there. Can be used again
/// and again.
///
/// Python: `asyncio.Barrier`. For `async with barrier as index:` write `int index =
/// barrier.await();`, as nothing happens at the end of the block.
public final class Barrier implements Awaitable<Integer, RuntimeException> {
  /* Overview
   * States:  FILLING -> DRAINING -> FILLING     the last one has come; the last one has gone
   *          FILLING, DRAINING -> RESETTING     reset() while some are inside
   *          RESETTING -> FILLING               the last one has gone
   *          any -> BROKEN                      abort()
   *          BROKEN -> FILLING                  reset(), by way of RESETTING if some are still inside
   * `count` is how many are inside, those on their way out included. Newcomers wait outside while DRAINING and
   * RESETTING.
   * All of it changes with the lock of `changed` held. CPython: locks.py, Barrier; but there a visitor is
   * numbered when it comes, so that two get the same number if one before them is cancelled.
   */
  private enum State {
    FILLING,
    DRAINING,
    RESETTING,
    BROKEN
  }

  private final int parties;
  private final Condition changed = new Condition(this::waitInfo);
  private State state = State.FILLING;
  private final List<Visitor> waiting = new ArrayList<>(); // while FILLING
  private int count;

  /// One that came, and how many of those that went on with it came before.
  private static final class Visitor {
    int index;
  }

  /// A barrier that nobody has come to yet.
  ///
  /// @param parties how many go on together
  /// @throws IllegalArgumentException if that is less than 1
  public Barrier(int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("parties must be > 0");
    }
    this.parties = parties;
  }

  /// Waits until as many are here as belong together. Suspends, except for the last one to come, if
  /// those of the time before have gone.
  ///
  /// **Cancellation** takes the task away; the others wait on for somebody else. Python:
  /// `asyncio.Barrier.wait`.
  ///
  /// @return how many were here before, a different number for each of those that go on together
  /// @throws BrokenBarrierException if the barrier is broken, or if it is aborted or reset
  ///   meanwhile
  /// @throws CancelledError if the task is cancelled
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine, or in one
  ///   of a loop other than the first that waited here
  @Override
  public Integer await() {
    try (var _ = changed.acquire()) {
      enter();
      changed.checkThread();
      var self = new Visitor();
      count++;
      waiting.add(self);
      try {
        if (waiting.size() == parties) {
          letAllGo();
        } else {
          waitForTheOthers();
        }
        return self.index;
      } finally {
        count--;
        waiting.remove(self);
        exit();
      }
    }
  }

  private void letAllGo() {
    for (int i = 0; i < parties; i++) {
      waiting.get(i).index = i;
    }
    waiting.clear();
    state = State.DRAINING;
    changed.signalAll();
  }

  private void enter() {
    changed.waitFor(() -> state != State.DRAINING && state != State.RESETTING);
    if (state == State.BROKEN) {
      throw new BrokenBarrierException("Barrier aborted");
    }
  }

  private void waitForTheOthers() {
    changed.waitFor(() -> state != State.FILLING);
    if (state != State.DRAINING) {
      throw new BrokenBarrierException("Abort or reset of barrier");
    }
  }

  private void exit() {
    if (count == 0) {
      if (state == State.RESETTING || state == State.DRAINING) {
        state = State.FILLING;
      }
      changed.signalAll();
    }
  }

  /// Starts anew: whoever waits gets a [BrokenBarrierException], whoever comes later can use it.
  /// Suspends while others pass. Python: `asyncio.Barrier.reset`.
  ///
  /// @throws CancelledError if the task is cancelled before
  public void reset() {
    try (var _ = changed.acquire()) {
      changed.checkThread();
      state = count > 0 ? State.RESETTING : State.FILLING;
      changed.signalAll();
    }
  }

  /// Breaks the barrier: whoever waits or comes gets a [BrokenBarrierException], until [#reset()].
  /// Suspends while others pass. Python: `asyncio.Barrier.abort`.
  ///
  /// @throws CancelledError if the task is cancelled before
  public void abort() {
    try (var _ = changed.acquire()) {
      changed.checkThread();
      state = State.BROKEN;
      changed.signalAll();
    }
  }

  /// {@return how many go on together} Python: `asyncio.Barrier.parties`.
  public int parties() {
    return parties;
  }

  /// {@return how many wait now} Python: `asyncio.Barrier.n_waiting`.
  public int nWaiting() {
    return state == State.FILLING ? count : 0;
  }

  /// {@return whether it was aborted, and not reset since} Python: `asyncio.Barrier.broken`.
  public boolean broken() {
    return state == State.BROKEN;
  }

  /// Names the barrier, for messages and [jasyncio.Task#waitsFor()].
  ///
  /// @param name the name
  public void setName(String name) {
    changed.setName(name);
  }

  /// {@return its name, or `null`}
  public @Nullable String getName() {
    return changed.getName();
  }

  private WaitInfo waitInfo() {
    return new WaitInfo(
        WaitInfo.Kind.SYNC,
        WaitInfo.named("Barrier", getName())
            + (state == State.FILLING
                ? ", where " + waiting.size() + " of " + parties + " are"
                : ", which others leave"));
  }

  /// {@return what it looks like now}
  public Statistics statistics() {
    return new Statistics(parties, nWaiting(), broken());
  }

  /// {@return `<Barrier [filling, waiters:1/3]>`, as asyncio describes it}
  @Override
  public String toString() {
    var text =
        switch (state) {
          case FILLING -> "filling";
          case DRAINING -> "draining";
          case RESETTING -> "resetting";
          case BROKEN -> "broken";
        };
    return "<"
        + WaitInfo.named("Barrier", getName())
        + " ["
        + text
        + (broken() ? "" : ", waiters:" + nWaiting() + "/" + parties)
        + "]>";
  }

  /// What a barrier looks like.
  ///
  /// @param parties how many go on together
  /// @param tasksWaiting how many wait now
  /// @param broken whether it was aborted
  public record Statistics(int parties, int tasksWaiting, boolean broken) {}
}
