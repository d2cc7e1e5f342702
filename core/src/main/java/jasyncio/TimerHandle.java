package jasyncio;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A callback that is scheduled for a time: see [EventLoop#callLater(double, Runnable)].
///
/// Ordered by time; those of the same time in the order in which they were made. Python:
/// `asyncio.TimerHandle`.
public final class TimerHandle extends Handle implements Comparable<TimerHandle> {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final double when;
  private final int number = COUNT.getAndIncrement();

  TimerHandle(EventLoop loop, double when, Runnable callback, @Nullable Object context) {
    super(loop, callback, context);
    this.when = when;
  }

  /// {@return when the callback is due, in seconds of [EventLoop#time()]}
  public double when() {
    return when;
  }

  @Override
  public int compareTo(TimerHandle other) {
    int byTime = Double.compare(when, other.when);
    return byTime != 0 ? byTime : Integer.signum(number - other.number);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  String kind() {
    return "TimerHandle when=" + when;
  }
}
