package jasyncio.internal.loop;

/// For how long a loop has not waited. The loop's logical thread starts and stops it; any thread
/// looks at it.
final class BusyClock {
  /* Overview
   * All of it is in one number, so that whoever looks sees no half of it:
   *   x >= 0   the loop is busy, and has waited for x before
   *   x <  0   the loop waits, and has been busy for ~x before
   * Busy and waited together are the time since the clock began.
   */
  private final long began; // nanoseconds of the loop's clock, as all here
  private volatile long state; // written by the logical thread

  BusyClock(long now, boolean waits) {
    began = now;
    state = waits ? ~0L : 0L;
  }

  /// The loop begins to wait.
  void waits(long now) {
    long waited = state;
    if (waited >= 0) {
      state = ~Math.max(0, now - began - waited);
    }
  }

  /// The loop has something to do.
  void goesOn(long now) {
    long busy = ~state;
    if (busy >= 0) {
      state = Math.max(0, now - began - busy);
    }
  }

  /// For how long it has been busy. Any thread.
  long busy(long now) {
    long seen = state;
    return seen < 0 ? ~seen : Math.max(0, now - began - seen);
  }
}
