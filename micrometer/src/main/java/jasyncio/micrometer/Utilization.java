package jasyncio.micrometer;

import jasyncio.EventLoop;
import jasyncio.lowlevel.Lowlevel;

/// The share of time in which a loop is busy, since somebody last wanted to know, and for a second
/// at least: several may ask, one soon after the other. Any thread.
final class Utilization {
  private static final double LEAST_SECONDS = 1;

  private record Sample(double time, double busy) { // both in seconds
    static Sample of(EventLoop loop) {
      return new Sample(loop.time(), Lowlevel.busyTime(loop));
    }
  }

  private Sample old; // of the last reading that is long enough ago
  private Sample young; // of the last reading from which the second was counted

  Utilization(EventLoop loop) {
    this.old = Sample.of(loop);
    this.young = old;
  }

  /// The share, 0 to 1; `NaN` if no time has passed.
  synchronized double of(EventLoop loop) {
    var now = Sample.of(loop);
    if (now.time - young.time >= LEAST_SECONDS) {
      old = young;
      young = now;
    }
    double passed = now.time - old.time;
    return passed > 0 ? Math.clamp((now.busy - old.busy) / passed, 0.0, 1.0) : Double.NaN;
  }
}
