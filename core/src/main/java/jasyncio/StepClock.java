package jasyncio;

import jasyncio.internal.base.Log;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;

/// Takes the time of callbacks and of tasks' steps, and tells of slow ones, for whoever wants to
/// know: debug mode, and policy `FORBID`.
final class StepClock {
  private final EventLoop loop;
  private final SlowSteps slowSteps;
  private volatile double slowSeconds = 0.1; // any thread
  private volatile boolean on; // set by whoever sets debug mode, asked by the loop's thread
  private long began; // loop's thread only: nanoseconds; 0 between steps, and while it is off

  StepClock(EventLoop loop) {
    this.loop = loop;
    this.slowSteps = new SlowSteps(loop);
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
      slowSteps.loopStarts();
    } else {
      slowSteps.loopEnds();
    }
  }

  void loopEnds() {
    slowSteps.loopEnds();
  }

  // ---- steps ------------------------------------------------------------------------------------

  void begin() {
    if (on) {
      goOn(System.nanoTime());
      slowSteps.stepBegins(began);
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
      if (loop.getDebug() && took * (1 - slowSteps.sight().loading()) >= slowSeconds) {
        logSlow(step, took);
      }
      if (loop.getBlockingPolicy() == BlockingPolicy.FORBID && slowSteps.sight().below()) {
        var stack = slowSteps.sight().stack();
        loop.reports.tellBlocking(step instanceof Task<?> task ? task : null, stack, true);
      }
    }
  }

  private void logSlow(Object step, double took) {
    var seen = slowSteps.sight().stack();
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
    slowSteps.stepEnds();
  }

  /// Where the step that runs now was when it had taken too long, if anybody looked. Any thread.
  List<StackTraceElement> seen() {
    return slowSteps.sight().stack();
  }
}
