package jasyncio;

import jasyncio.internal.base.ClassLoading;
import jasyncio.internal.base.Log;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Question;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Warns while a loop is held up: a task or a callback computes or blocks, and nothing else runs.
/// Always on; the loop itself does nothing for it.
final class StallWatch implements Watchdog.Eye {
  /* Overview
   * The watchdog's thread looks at what the loop writes anyway: which fiber is current, how many turns are left. While
   * these differ from look to look, or the loop waits for something to do, all is well. If they do not, that may be a
   * coincidence, so the loop is asked for a sign: an entry like any other, which another thread sends. Between that and
   * its turn lie one iteration and the rest of another, in which the turns that are left become less and less. So:
   *
   *   MOVING -> ASKED       two looks alike: a sign is sent
   *   ASKED -> MOVING       it came, or the looks differ, or the loop waits; what was told is told to be over
   *   ASKED -> ASKED        neither: the same step goes on, and has lasted for the time since
   *
   * If the watchdog itself has overslept, because the process was stopped or collected garbage, the time between two
   * looks counts only in part. Time in which classes are loaded counts a tenth. And a step that computes cannot do so for
   * longer than the process has had a processor: on a busy machine that may be long after.
   *
   * Fields without a remark are the watchdog thread's alone.
   */
  private static final double DEFAULT_SECONDS = 1;
  private static final long MIN_PERIOD_NANOS = 5_000_000;
  private static final long MAX_PERIOD_NANOS = 250_000_000;
  private static final int LOOKS = 8; // until the limit
  private static final double FIRST_SECONDS =
      0.25; // at most, until it first looks: a first step that blocks is to be told of, too
  private static final int LOADING_COUNTS = 10; // times less

  /// A step that has lasted from look to look: the sign that shows when it is over, how far it has
  /// been seen, in nanos, and when.
  private record Seen(Question sign, long nanos, long at) {}

  private final EventLoop loop;
  private final LongSupplier processorTime; // of the process: nanos
  private final AtomicBoolean open = new AtomicBoolean(); // to the watchdog; any thread
  private volatile boolean outside; // another thread has called the loop; any thread
  private volatile double limit = fromProperty(); // seconds; any thread
  private volatile @Nullable Seen seen; // the step that lasts; any thread reads it

  private long last; // when it looked
  private long due; // when to look again
  private @Nullable Fiber fiber; // that was seen, as the next
  private int turnsLeft;
  private @Nullable Question sign;
  private long lasted; // the step, in nanos, as far as it has been seen
  private long lastedAtSign; // likewise, when it was asked for
  private long counted; // of these
  private long processed; // the processor time at the last look
  private long tellAt; // when so much has counted
  private @Nullable StallReport told; // last, of this step
  private @Nullable Standstill standstill;
  private int frames; // a hash of the stack at the last look

  StallWatch(EventLoop loop) {
    this(loop, StallWatch::processorTime);
  }

  StallWatch(EventLoop loop, LongSupplier processorTime) {
    this.loop = loop;
    this.processorTime = processorTime;
  }

  private static long processorTime() {
    var known = ProcessHandle.current().info().totalCpuDuration();
    return known.isPresent() ? known.get().toNanos() : System.nanoTime();
  }

  private static double fromProperty() {
    var text = System.getProperty("jasyncio.stall");
    if (text == null || text.isBlank()) {
      return DEFAULT_SECONDS;
    }
    try {
      return checked(Double.parseDouble(text.strip()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "jasyncio.stall is '" + text + "'; it takes seconds, such as 1 or 0.5, or 0 for off", e);
    }
  }

  static double checked(double seconds) {
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException(
          "the stall limit is " + seconds + " seconds; it takes 0, for off, or more");
    }
    return seconds;
  }

  double limit() {
    return limit;
  }

  void setLimit(double seconds) {
    limit = checked(seconds);
    openIfNeeded();
  }

  /// For how many seconds the same step has been seen to hold the loop up; 0 if the loop gets on,
  /// or nobody has looked twice. Any thread.
  double heldUpFor() {
    var step = seen;
    if (step == null || step.sign.isAnswered()) {
      return 0;
    }
    long since = Math.clamp(System.nanoTime() - step.at, 0, 2 * period());
    return (step.nanos + since) / 1e9;
  }

  /// Another thread has called the loop. Any thread.
  void hasOutside() {
    if (!outside) {
      outside = true;
    }
  }

  /// The loop begins to run, or the limit has changed. The watchdog finds out by itself when that
  /// is over: a loop may run again and again for moments.
  void openIfNeeded() {
    if (limit > 0 && loop.isRunning() && !open.get() && open.compareAndSet(false, true)) {
      Watchdog.open(this, (long) (Math.min(limit, FIRST_SECONDS) * 1e9)); // short programs see none
    }
  }

  private long period() {
    return Math.clamp((long) (limit * 1e9 / LOOKS), MIN_PERIOD_NANOS, MAX_PERIOD_NANOS);
  }

  // ---- on the watchdog's thread -----------------------------------------------------------------

  @Override
  public long look(long now) {
    if (!(limit > 0) || !loop.isRunning()) {
      moves();
      fiber = null;
      Watchdog.close(this);
      open.set(false);
      openIfNeeded(); // it may have begun anew, and seen it open
      return Long.MAX_VALUE;
    }
    if (now < due) {
      return due - now;
    }
    long period = period();
    long gone = Math.min(now - last, 2 * period);
    last = now;
    due = now + period;
    if (loop.core.waiting().isWaiting()) {
      moves();
      fiber = null;
      lookForStandstill(period);
    } else {
      if (standstill != null) {
        standstill.moves();
      }
      compare(gone);
    }
    return period;
  }

  private void lookForStandstill(long period) {
    if (outside) {
      return;
    }
    if (standstill == null) {
      standstill = new Standstill(loop);
    }
    standstill.look(period, limit);
  }

  private void compare(long gone) {
    if (hasMoved()) {
      moves();
      fiber = loop.hub.current();
      turnsLeft = loop.core.turnsLeft();
    } else if (sign == null) {
      sign = loop.core.ask();
      lasted = gone;
      lastedAtSign = gone;
      seen = new Seen(sign, lasted, System.nanoTime());
      counted = 0;
      processed = processorTime.getAsLong();
      tellAt = (long) (limit * 1e9);
    } else if (fiber != null) {
      lasted += gone;
      seen = new Seen(sign, lasted, System.nanoTime());
      lasts(fiber, gone);
    }
  }

  private boolean hasMoved() {
    return loop.hub.current() != fiber
        || loop.core.turnsLeft() != turnsLeft
        || (sign != null && sign.isAnswered());
  }

  /// The loop gets on, or does not run.
  private void moves() {
    var answer = sign;
    sign = null;
    if (seen != null) {
      seen = null;
    }
    var report = told;
    if (report != null) {
      told = null;
      long whole = whole(answer);
      Log.log(Level.INFO, () -> report.over(whole));
    }
  }

  /// For how long the step has lasted that is over. It began between two looks, and ended between
  /// two: the sign says when, and of the beginning the middle is taken.
  private long whole(@Nullable Question answer) {
    long seenLast = lasted + period();
    long end = answer == null ? 0 : Math.min(lastedAtSign + answer.nanos(), seenLast);
    return Math.max(lasted, end) + period() / 2;
  }

  /// The step has gone on since the last look.
  private void lasts(Fiber fiber, long gone) {
    var thread = fiber.thread();
    if (thread == null) {
      return;
    }
    var state = thread.getState();
    var stack = thread.getStackTrace();
    counted += counts(gone, state, stack);
    boolean stands = frames == Arrays.hashCode(stack);
    frames = Arrays.hashCode(stack);
    if (counted < tellAt || isExit(stack)) {
      return;
    }
    var report = StallReport.of(loop, fiber, state, stack);
    if (report.computes() && stands && Debuggers.mayHoldThreads()) {
      return; // perhaps at a breakpoint
    }
    if (hasMoved() || loop.core.waiting().isWaiting()) {
      return; // it is over, and what was seen may be of another
    }
    var before = told;
    told = report;
    tellAt *= 2;
    Log.log(
        Level.WARNING, () -> before == null ? report.first(lasted) : report.again(lasted, before));
  }

  /// How much of the time since the last look counts.
  private long counts(long gone, Thread.State state, StackTraceElement[] stack) {
    long before = processed;
    processed = processorTime.getAsLong();
    boolean computes = state == Thread.State.RUNNABLE && !SlowSteps.isBelow(stack);
    long time = computes ? Math.min(gone, processed - before) : gone;
    return ClassLoading.isOn(stack) ? time / LOADING_COUNTS : time;
  }

  /// Whether it ends the JVM, which may take its time.
  private static boolean isExit(StackTraceElement[] stack) {
    return Arrays.stream(stack).anyMatch(f -> f.getClassName().equals("java.lang.Shutdown"));
  }
}
