package jasyncio;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Debug mode's eye on slow steps: a daemon thread that, when a callback or the step of a task
/// takes too long, notes where it is. The loop reports it when the step is over.
final class Watchdog {
  private static final long MIN_PERIOD_NANOS = 5_000_000;
  private static final Set<Watchdog> RUNNING = ConcurrentHashMap.newKeySet();
  private static @Nullable Thread thread; // guarded by the class

  private final EventLoop loop;
  private volatile long stepStarted; // nanos; 0 between steps
  private volatile List<StackTraceElement> seen = List.of();
  private long seenStep; // watchdog thread only

  Watchdog(EventLoop loop) {
    this.loop = loop;
  }

  void loopStarts() {
    RUNNING.add(this);
    wakeThread();
  }

  void loopEnds() {
    RUNNING.remove(this);
  }

  void stepBegins(long nanos) {
    seen = List.of();
    stepStarted = nanos;
  }

  void stepEnds() {
    stepStarted = 0;
  }

  /// Where the step was when it had already taken too long; empty if it was not noticed.
  List<StackTraceElement> seen() {
    return seen;
  }

  private static synchronized void wakeThread() {
    if (thread == null) {
      thread =
          Thread.ofPlatform()
              .name("jasyncio-watchdog")
              .daemon()
              .inheritInheritableThreadLocals(false)
              .start(Watchdog::watch);
    } else {
      LockSupport.unpark(thread);
    }
  }

  private static void watch() {
    while (true) {
      while (RUNNING.isEmpty()) { // no loop in debug mode runs: until one does
        LockSupport.park(RUNNING);
      }
      long period = 50_000_000;
      for (var dog : RUNNING) {
        try {
          dog.look();
        } catch (Throwable e) { // of one loop: not seen this time
          dog.seen = List.of();
        }
        period = Math.min(period, (long) (dog.loop.getSlowCallbackDuration() * 1e9) / 4);
      }
      LockSupport.parkNanos(Math.max(MIN_PERIOD_NANOS, period));
    }
  }

  private void look() {
    long began = stepStarted;
    if (began == 0
        || began == seenStep
        || System.nanoTime() - began < loop.getSlowCallbackDuration() * 1e9) {
      return;
    }
    var thread = loop.hub.currentThread();
    if (thread == null) {
      return;
    }
    var stack = Debug.userStack(thread.getStackTrace());
    if (stepStarted == began) {
      seenStep = began;
      seen = stack;
    }
  }
}
