package jasyncio.micrometer;

import io.micrometer.core.instrument.Timer;
import jasyncio.EventLoop;
import jasyncio.lowlevel.Lowlevel;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// Asks a loop, from outside and one question at a time, how late it is, and records the answers.
/// Until the loop is closed or forgotten.
///
/// A timer of the loop's own would tell it as well. But it wakes a loop that has nothing to do, and
/// is something that could end its wait: it hides a dead-lock, and in virtual time it would tick
/// for ever. And the loop would call Micrometer itself.
final class LagWatch {
  /* Overview
   * On the pacemaker's thread:  nothing asked -> asked     the loop is busy
   *                             nothing asked -> recorded  it waits for something to do, and is not late
   *                             asked -> recorded          the answer is there; then it is asked anew
   *                             asked -> nothing asked     it does not run any more
   */
  private record Question(DoubleSupplier answer, double asked) {}

  private final WeakReference<EventLoop> loop;
  private final Timer timer;
  private volatile @Nullable Question question; // written by look()
  private long interval; // nanoseconds, the pacemaker's, as the next
  private long due; // by System.nanoTime()

  LagWatch(WeakReference<EventLoop> loop, Timer timer) {
    this.loop = loop;
    this.timer = timer;
  }

  /// Looks, from now on. Any thread.
  void begin(Duration interval) {
    Pacemaker.begin(this, TimeUnit.NANOSECONDS.convert(interval));
  }

  /// Looks no more. Any thread.
  void end() {
    Pacemaker.end(this);
  }

  /// For how long there has been no answer.
  double currentNanos(EventLoop open) {
    var now = question;
    return now == null || !Double.isNaN(now.answer.getAsDouble())
        ? 0
        : Math.max(0, open.time() - now.asked) * 1e9;
  }

  /// Looks once.
  synchronized void look() {
    var open = loop.get();
    if (open == null || open.isClosed()) {
      question = null;
      end();
      return;
    }
    var before = question;
    if (before != null && !record(before.answer) && open.isRunning()) {
      return;
    }
    question = null;
    if (open.isRunning()) {
      double now = open.time();
      var answer = Lowlevel.measureLag(open);
      if (!record(answer)) {
        question = new Question(answer, now);
      }
    }
  }

  /// Records an answer, if it is one.
  private boolean record(DoubleSupplier answer) {
    double seconds = answer.getAsDouble();
    if (Double.isNaN(seconds)) {
      return false;
    }
    timer.record((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    return true;
  }

  /// The daemon thread that looks: one for all, as long as there is something to look at.
  private static final class Pacemaker implements Runnable {
    private static final Set<LagWatch> WATCHES = ConcurrentHashMap.newKeySet();
    private static volatile @Nullable Thread thread; // set under the lock of this class

    private Pacemaker() {}

    static synchronized void begin(LagWatch watch, long nanos) {
      watch.interval = nanos;
      watch.due = System.nanoTime() + nanos;
      WATCHES.add(watch);
      if (thread == null) {
        thread =
            Thread.ofPlatform()
                .name("jasyncio-metrics")
                .daemon()
                .inheritInheritableThreadLocals(false)
                .start(new Pacemaker());
      } else {
        LockSupport.unpark(thread);
      }
    }

    /// Without a lock: whoever ends it may be on a loop, where nobody waits for another thread.
    static void end(LagWatch watch) {
      WATCHES.remove(watch);
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      while (!isOver()) {
        long pause = Long.MAX_VALUE;
        for (var watch : WATCHES) {
          if (watch.due - System.nanoTime() <= 0) {
            lookAt(watch);
            watch.due = System.nanoTime() + watch.interval;
          }
          pause = Math.min(pause, watch.due - System.nanoTime());
        }
        if (!WATCHES.isEmpty()) {
          LockSupport.parkNanos(Math.max(pause, 1));
        }
      }
    }

    private static synchronized boolean isOver() {
      if (WATCHES.isEmpty()) {
        thread = null;
      }
      return thread == null;
    }

    private static void lookAt(LagWatch watch) {
      try {
        watch.look();
      } catch (Throwable e) { // of the registry; the next look may do better
      }
    }
  }
}
