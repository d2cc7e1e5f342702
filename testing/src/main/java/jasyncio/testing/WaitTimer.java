package jasyncio.testing;

import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.LoopCore;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Ends a blocking call when its limit is over, in the time of a loop. What the JDK knows of it is
/// that it can be cancelled.
final class WaitTimer extends Entry implements Future<Object> {
  /// The JDK says so where it means "for ever".
  private static final long FOR_EVER_NANOS = TimeUnit.DAYS.toNanos(100 * 365);

  private final LoopCore core;
  private final Runnable command;
  private final long dueNanos;
  private boolean inHeap; // the loop's logical thread only
  private volatile boolean wanted = true;

  private WaitTimer(LoopCore core, Runnable command, long dueNanos) {
    this.core = core;
    this.command = command;
    this.dueNanos = dueNanos;
  }

  /// The loop's logical thread only.
  ///
  /// @param command what ends the call: it must be run by a platform thread
  /// @param nanos after which time
  static WaitTimer start(LoopCore core, Runnable command, long nanos) {
    boolean ends = nanos < FOR_EVER_NANOS;
    var timer = new WaitTimer(core, command, ends ? core.nanos() + nanos : Long.MAX_VALUE);
    if (ends) {
      timer.inHeap = true;
      core.scheduleTicket(timer.dueNanos, timer);
    }
    return timer;
  }

  @Override
  protected void run() {
    if (wanted) {
      wanted = false;
      core.foreign(command);
    }
  }

  @Override
  protected boolean isWanted(int ticket) {
    return wanted;
  }

  @Override
  protected void leftHeap(int ticket) {
    inHeap = false;
    if (wanted && !core.switches()) { // the loop has been closed: real time goes on
      wanted = false;
      Watchdog.later(command, dueNanos - core.nanos());
    }
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    boolean was = wanted;
    wanted = false;
    if (was && inHeap) {
      core.returnTicket();
    }
    return was;
  }

  @Override
  public boolean isCancelled() {
    return !wanted;
  }

  @Override
  public boolean isDone() {
    return !wanted;
  }

  @Override
  public Object get() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object get(long timeout, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String toString() {
    return "the end of a wait";
  }
}
