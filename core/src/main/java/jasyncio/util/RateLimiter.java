package jasyncio.util;

import jasyncio.internal.base.Durations;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import jasyncio.sync.Lock;
import java.time.Duration;

/// Lets so much pass in a period, and has the rest wait: a leaky bucket.
///
/// The bucket holds `maxRate`, and what was poured in runs out evenly over the period. So `maxRate`
/// may pass at once after a pause, and from then on as much as runs out. Fair: who comes first goes
/// first, also before somebody who wants less.
///
/// Belongs to one loop. Known from `aiolimiter.AsyncLimiter`.
public final class RateLimiter {
  /* Overview
   * One waits at a time for the bucket to run out, who holds `turn`; the others wait for that, in line. So there is
   * never more than one timer. Who is cancelled has poured nothing yet: that is the last thing that acquire() does.
   */
  private final double maxRate;
  private final double perSecond;
  private final Lock turn = new Lock();
  private int waiting; // in acquire()
  private double level;
  private double time; // when `level` was true

  /// A limiter with an empty bucket.
  ///
  /// @param maxRate how much may pass in the period
  /// @param period seconds
  /// @throws IllegalArgumentException if one of them is not a positive, finite number
  public RateLimiter(double maxRate, double period) {
    check("maxRate", maxRate);
    check("period", period);
    this.maxRate = maxRate;
    this.perSecond = maxRate / period;
    turn.setName("RateLimiter");
  }

  /// A limiter with an empty bucket.
  ///
  /// @param maxRate how much may pass in the period
  /// @param period the period
  /// @throws IllegalArgumentException if one of them is not positive
  public RateLimiter(double maxRate, Duration period) {
    this(maxRate, Durations.seconds(period, "period"));
  }

  private static void check(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be positive and finite, not " + value);
    }
  }

  /// Waits until 1 may pass, as [#acquire(double)] does.
  public void acquire() {
    acquire(1);
  }

  /// Waits until `amount` may pass. Suspends unless it may now.
  ///
  /// **Cancellation** ends the wait; nothing has passed then, and the next in line goes on.
  ///
  /// @param amount how much
  /// @throws jasyncio.CancelledError if the task is cancelled while it waits
  /// @throws IllegalArgumentException if it is negative, or more than the bucket holds
  /// @throws IllegalStateException if no loop runs here, or it has to wait and the caller runs in
  ///   no coroutine
  public void acquire(double amount) {
    if (tryAcquire(amount)) {
      return;
    }
    waiting++;
    try (var _ = turn.acquire()) {
      while (!pour(amount)) {
        Tasks.sleep((level + amount - maxRate) / perSecond);
      }
    } finally {
      waiting--;
    }
  }

  /// Has 1 pass if it may now, as [#tryAcquire(double)] does.
  ///
  /// @return whether it may
  public boolean tryAcquire() {
    return tryAcquire(1);
  }

  /// Has `amount` pass if it may now and nobody waits. Does not suspend.
  ///
  /// @param amount how much
  /// @return whether it may
  /// @throws IllegalArgumentException if it is negative, or more than the bucket holds
  /// @throws IllegalStateException if no loop runs here
  public boolean tryAcquire(double amount) {
    if (!(amount >= 0 && amount <= maxRate)) {
      throw new IllegalArgumentException(
          "what is to pass must be from 0 to " + maxRate + ", not " + amount);
    }
    return waiting == 0 && pour(amount);
  }

  private boolean pour(double amount) {
    double now = Current.loop().time();
    level = Math.max(0, level - (now - time) * perSecond);
    time = now;
    if (level + amount > maxRate) {
      return false;
    }
    level += amount;
    return true;
  }

  /// {@return `<RateLimiter [waiting:2]>`}
  @Override
  public String toString() {
    return "<RateLimiter [waiting:" + waiting + "]>";
  }
}
