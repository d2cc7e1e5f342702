package jasyncio;

import org.jspecify.annotations.Nullable;

/// A callback that is scheduled for a time: see [EventLoop#callLater(double, Runnable)].
///
/// Ordered by time. Python: `asyncio.TimerHandle`.
public final class TimerHandle extends Handle implements Comparable<TimerHandle> {
  private final double when;

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
    return Double.compare(when, other.when);
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
