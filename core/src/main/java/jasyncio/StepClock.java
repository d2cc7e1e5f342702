package jasyncio;

import jasyncio.internal.base.Log;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;

/// Takes the time of callbacks and of tasks' steps, and tells of slow ones, for whoever wants to
/// know: debug mode, and policy `FORBID`.
final class StepClock {
  private final EventLoop loop;
  private final Watchdog watchdog;
  private volatile double slowSeconds = 0.1; // any thread
  private volatile boolean on; // set by whoever sets debug mode, asked by the loop's thread
  private long began; // loop's thread only: nanoseconds; 0 between steps, and while it is off

  StepClock(EventLoop loop) {
    this.loop = loop;
    this.watchdog = new Watchdog(loop);
  }

  double slowSeconds() {
    return slowSeconds;
  }

  void setSlowSeconds(double seconds) {
    slowSeconds = seconds;
  }

  /// The loop begins to run, or it has been decided anew who wants to know.
  void set() {
    on = loop.getDebug() || loop.getBlockingPolicy() == BlockingPolicy.FORBID;
    if (on && loop.isRunning()) {
      watchdog.loopStarts();
    } else {
      watchdog.loopEnds();
    }
  }

  void loopEnds() {
    watchdog.loopEnds();
  }

  // ---- steps ------------------------------------------------------------------------------------

  void begin() {
    if (on) {
      goOn(System.nanoTime());
      watchdog.stepBegins(began);
    }
  }

  /// @param step the task or the callback
  void end(Object step) {
    if (!on || began == 0) {
      return;
    }
    double took = (System.nanoTime() - began) / 1e9;
    forget();
    if (took >= slowSeconds) {
      if (loop.getDebug()) {
        logSlow(step, took);
      }
      if (loop.getBlockingPolicy() == BlockingPolicy.FORBID && watchdog.hasSeenNative()) {
        loop.reports.tellBlocking(step instanceof Task<?> task ? task : null, watchdog.seen());
      }
    }
  }

  private void logSlow(Object step, double took) {
    var seen = watchdog.seen();
    Log.log(
        Level.WARNING,
        () ->
            String.format(Locale.ROOT, "Executing %s took %.3f seconds", step, took)
                + (seen.isEmpty() ? "" : "; it was seen at" + Describe.stack(seen)));
  }

  /// When the step began that runs now.
  long began() {
    return began;
  }

  /// A step goes on that began then.
  void goOn(long began) {
    this.began = began;
  }

  /// What runs now is no step any more: its time is not the loop's.
  void forget() {
    began = 0;
    watchdog.stepEnds();
  }

  /// Where the step that runs now was when it had taken too long, if anybody looked. Any thread.
  List<StackTraceElement> seen() {
    return watchdog.seen();
  }
}
