package jasyncio;

import jasyncio.internal.base.JdkClasses;
import jasyncio.internal.base.Log;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The eye on slow steps, in debug mode and under policy `FORBID`: a daemon thread that, when a
/// callback or the step of a task takes too long, notes where it is. The loop reports it when the
/// step is over.
///
/// One that waits under policy `SWITCH` and cannot be set aside is reported at once: it may wait
/// for what a task holds that was set aside, and then it will never be over.
final class Watchdog {
  /* Overview
   * A step, as the watchdog sees it:
   *   UNSEEN -> SEEN                 it has taken too long: `seen` is where it was
   *   SEEN -> SUSPECTED              likewise, and it waited under policy SWITCH
   *   SUSPECTED -> TOLD              it still waits at the next look
   *   any -> UNSEEN                  the loop has gone on to another step, which `stepStarted` tells apart
   *
   * Two threads: the loop's writes `stepStarted`, and clears what was seen before it does; the watchdog's, one for
   * all loops, reads that before and after it looks, and what it saw counts only if it is the same.
   */
  private static final long MIN_PERIOD_NANOS = 5_000_000;
  private static final int MAX_OTHERS = 10;
  private static final Set<Watchdog> RUNNING = ConcurrentHashMap.newKeySet();
  private static @Nullable Thread thread; // guarded by the class

  private final EventLoop loop;
  private volatile long stepStarted; // written by the loop: nanos; 0 between steps
  private volatile List<StackTraceElement> seen = List.of(); // written by both
  private volatile boolean seenNative; // written by both
  private long seenStep; // watchdog thread only
  private boolean suspected; // watchdog thread only: of waiting where it cannot be set aside

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
    seenNative = false;
    stepStarted = nanos;
  }

  void stepEnds() {
    stepStarted = 0;
  }

  /// Where the step was when it had already taken too long; empty if it was not noticed.
  List<StackTraceElement> seen() {
    return seen;
  }

  /// Whether it was in a call below Java then, where nobody can see that it blocks.
  boolean hasSeenNative() {
    return seenNative;
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
    if (began == 0 || System.nanoTime() - began < loop.getSlowCallbackDuration() * 1e9) {
      return;
    }
    var thread = loop.hub.currentThread();
    if (thread == null) {
      return;
    }
    boolean waits = isWaiting(thread);
    if (began == seenStep) {
      lookAgain(began, waits ? thread : null);
      return;
    }
    var frames = thread.getStackTrace();
    var stack = Debug.userStack(frames);
    if (stepStarted == began) {
      seenStep = began;
      seenNative = !waits && frames.length > 0 && isOutside(frames[0]) && !loadsClass(frames);
      seen = stack;
      suspected = waits && loop.getBlockingPolicy() == BlockingPolicy.SWITCH;
    }
  }

  /// Whether it is there only to load a class, which nobody can do elsewhere.
  private static boolean loadsClass(StackTraceElement[] frames) {
    return Arrays.stream(frames)
        .anyMatch(frame ->
            frame.getClassName().equals("java.lang.ClassLoader")
                && frame.getMethodName().equals("loadClass"));
  }

  /// Whoever has waited since the last look is not just about to be set aside.
  private void lookAgain(long began, @Nullable Thread waiting) {
    if (suspected && waiting != null) {
      var stack = Debug.userStack(waiting.getStackTrace());
      if (stepStarted == began) {
        Log.log(Level.WARNING, () -> stuck(stack));
      }
    }
    suspected = false;
  }

  /// A native method of a device, or of a program: the JDK's others compute, or load a class.
  private static boolean isOutside(StackTraceElement frame) {
    var name = frame.getClassName();
    return frame.isNativeMethod() && (JdkClasses.areOfDevices(name) || !JdkClasses.areOf(name));
  }

  private static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      default -> false;
    };
  }

  private String stuck(List<StackTraceElement> stack) {
    var text =
        new StringBuilder(
                "the event loop is stuck: a task or callback waits where it cannot be set")
            .append(" aside, below a class initialiser or native code, at")
            .append(Describe.stack(stack));
    var others = loop.blocked.toList();
    if (!others.isEmpty()) {
      text.append("\nset aside are, of which one may hold what it waits for:");
    }
    others.stream()
        .limit(MAX_OTHERS)
        .forEach(fiber -> {
          text.append('\n').append(fiber.owner() instanceof Task<?> task ? task.getName() : "-");
          var thread = Objects.requireNonNull(fiber.thread());
          text.append(" at").append(Describe.stack(Debug.userStack(thread.getStackTrace())));
        });
    return text.toString();
  }
}
