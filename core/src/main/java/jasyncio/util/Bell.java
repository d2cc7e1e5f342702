package jasyncio.util;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.WaitInfo;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lets a task wait for something that other threads bring about.
///
/// Whoever waits says so, looks again, and only then sleeps; whoever rings has brought it about
/// before. So either sees the other.
final class Bell {
  private final EventLoop loop;
  private final WaitInfo.Source info;
  private final AtomicBoolean asleep = new AtomicBoolean();
  private @Nullable Future<@Nullable Void> waiter; // the loop's

  Bell(EventLoop loop, WaitInfo.Source info) {
    this.loop = loop;
    this.info = info;
  }

  /// Wakes the task, if it waits. Any thread.
  void ring() {
    if (asleep.compareAndSet(true, false)) {
      try {
        loop.callSoonThreadsafe(this::wake);
      } catch (IllegalStateException e) { // the loop was closed, and the task is gone
      }
    }
  }

  private void wake() {
    if (waiter != null && !waiter.done()) {
      waiter.setResult(null);
    }
  }

  /// Waits until `isThere`, which only the calling task makes untrue again. Suspends unless it is.
  ///
  /// @throws IllegalStateException if another task waits
  void await(BooleanSupplier isThere) {
    while (!isThere.getAsBoolean()) {
      if (waiter != null) {
        throw new IllegalStateException("another task waits here already; one at a time");
      }
      Future<@Nullable Void> future = loop.createFuture(info);
      asleep.set(true);
      if (isThere.getAsBoolean()) {
        asleep.set(false);
        return;
      }
      waiter = future;
      try {
        future.await();
      } finally {
        waiter = null;
        asleep.set(false);
      }
    }
  }
}
