package jasyncio.testing;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Looks after tests that take too long, in real time: a daemon thread for all of them.
final class Watchdog {
  static final System.Logger LOGGER = System.getLogger("jasyncio.testing");
  private static final long REACTION_MILLIS = 1000;
  private static final ScheduledThreadPoolExecutor TIMER = newTimer();

  private Watchdog() {}

  private static ScheduledThreadPoolExecutor newTimer() {
    var timer =
        new ScheduledThreadPoolExecutor(
            1,
            job ->
                Thread.ofPlatform()
                    .name("jasyncio-test-watchdog")
                    .daemon()
                    .inheritInheritableThreadLocals(false)
                    .unstarted(job));
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /// Calls `tooLong` on a thread of its own, unless the watch is closed in time.
  ///
  /// @param seconds after how long; 0 for never
  static Watch watch(double seconds, Consumer<Watch> tooLong) {
    var watch = new Watch();
    if (seconds > 0) {
      watch.timer =
          TIMER.schedule(
              () ->
                  Thread.ofPlatform() // the carriers of virtual ones may be what is held up
                      .name("jasyncio-test-watchdog-reaction")
                      .daemon()
                      .inheritInheritableThreadLocals(false)
                      .start(() -> tooLong.accept(watch)),
              (long) (seconds * 1e9),
              TimeUnit.NANOSECONDS);
    }
    return watch;
  }

  /// Runs `job`, which is short, on a thread of the watchdog's. Any thread.
  static void later(Runnable job, long nanos) {
    var _ = TIMER.schedule(job, nanos, TimeUnit.NANOSECONDS);
  }

  /// A test is looked after until this is closed.
  static final class Watch implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable Future<?> timer;

    boolean isOver() {
      return over.getCount() == 0;
    }

    /// Waits for a moment; whether it is over by then. An interrupt ends it.
    boolean waitUntilOver() {
      try {
        return over.await(REACTION_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return true;
      }
    }

    /// Does something to what is looked after, which cannot be over before that is done.
    synchronized void unlessOver(Runnable action) {
      if (!isOver()) {
        action.run();
      }
    }

    /// Interrupts what holds a loop up, unless it is over.
    ///
    /// @param thread whose code that is
    /// @param what is wrong: how the text begins
    /// @param told gets the text before that, which says where it was
    void interrupt(Thread thread, String what, Consumer<String> told) {
      var text = new StringBuilder(what).append("\n  the loop is held up at");
      for (var frame : WaitGraph.withoutHarness(List.of(thread.getStackTrace()))) {
        text.append("\n      at ").append(frame);
      }
      unlessOver(() -> {
        told.accept(text.toString());
        thread.interrupt();
        LOGGER.log(
            System.Logger.Level.WARNING,
            text + "\nit is interrupted; if that has no effect, it hangs");
      });
    }

    @Override
    public void close() {
      synchronized (this) {
        over.countDown();
      }
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }
}
