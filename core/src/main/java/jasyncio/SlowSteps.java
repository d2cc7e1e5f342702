package jasyncio;

import jasyncio.internal.base.ClassLoading;
import jasyncio.internal.base.JdkClasses;
import java.util.List;

/// The eye on slow steps, in debug mode and under policy `FORBID`: when a callback or the step of a
/// task takes too long, it notes where that is. The loop reports it when the step is over.
final class SlowSteps implements Watchdog.Eye {
  /* Overview
   * Two threads: the loop's writes `stepStarted`, and clears what was seen before it does; the watchdog's reads that
   * before and after it looks, and what it saw counts only if it is the same.
   */
  private static final long MIN_PERIOD_NANOS = 5_000_000;
  private static final long MAX_PERIOD_NANOS = 50_000_000;

  /// What was seen of a step.
  ///
  /// @param stack where it was when it had taken too long; empty if that was not noticed
  /// @param below whether it was in a call below Java then, where nobody can see that it blocks
  /// @param loading which part of the looks found it loading or linking classes
  record Sight(List<StackTraceElement> stack, boolean below, double loading) {
    static final Sight NONE = new Sight(List.of(), false, 0);
  }

  private final EventLoop loop;
  private volatile long stepStarted; // written by the loop: nanos; 0 between steps
  private volatile Sight sight = Sight.NONE; // written by both
  private long seenStep; // watchdog's thread only, as the next
  private int looks; // at that step
  private int loads; // of these, while it was loading

  SlowSteps(EventLoop loop) {
    this.loop = loop;
  }

  void loopStarts() {
    Watchdog.open(this, MIN_PERIOD_NANOS);
  }

  void loopEnds() {
    Watchdog.close(this);
  }

  void stepBegins(long nanos) {
    sight = Sight.NONE;
    stepStarted = nanos;
  }

  void stepEnds() {
    stepStarted = 0;
  }

  /// When the step began; 0 between steps. Any thread.
  long stepStarted() {
    return stepStarted;
  }

  /// What was seen of the step, so far.
  Sight sight() {
    return sight;
  }

  @Override
  public long look(long now) {
    if (!loop.isRunning()) { // it was opened by somebody who did not know that yet
      Watchdog.close(this);
      if (loop.isRunning()) {
        loop.steps.set(); // or it has begun anew
      }
      return Long.MAX_VALUE;
    }
    long slow = (long) (loop.getSlowCallbackDuration() * 1e9);
    look(now, slow);
    return Math.clamp(slow / 4, MIN_PERIOD_NANOS, MAX_PERIOD_NANOS);
  }

  private void look(long now, long slow) {
    long began = stepStarted;
    if (began == 0 || now - began < slow / 4) {
      return;
    }
    var thread = loop.hub.currentThread();
    if (thread == null) {
      return;
    }
    if (began != seenStep) {
      seenStep = began;
      looks = 0;
      loads = 0;
    }
    var seen = sight(thread, sight, now - began >= slow);
    if (stepStarted == began) {
      sight = seen;
    }
  }

  private Sight sight(Thread thread, Sight before, boolean isSlow) {
    boolean waits = isWaiting(thread);
    var frames = thread.getStackTrace();
    boolean loading = ClassLoading.isOn(frames);
    looks++;
    loads += loading ? 1 : 0;
    var part = (double) loads / looks;
    boolean saysMore = loads == looks - 1 && !loading; // for the first time
    return isSlow && (before.stack.isEmpty() || saysMore)
        ? new Sight(Debug.userStack(frames), !waits && !loading && isBelow(frames), part)
        : new Sight(before.stack, before.below, part);
  }

  /// In a native method of a device, or of a program: the JDK's others compute, or load a class.
  static boolean isBelow(StackTraceElement[] frames) {
    if (frames.length == 0 || !frames[0].isNativeMethod()) {
      return false;
    }
    var name = frames[0].getClassName();
    return JdkClasses.areOfDevices(name) || !JdkClasses.areOf(name);
  }

  static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      default -> false;
    };
  }
}
