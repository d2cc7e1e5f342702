package jasyncio;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Waits for what no latch tells of, such as the state of a thread.
final class Spin {
  private static final long LIMIT_NANOS = Duration.ofMinutes(2).toNanos();

  private Spin() {}

  /// Returns when `condition` holds; fails after two minutes.
  @SuppressWarnings("ThreadPriorityCheck") // somebody else is to get the processor
  static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain");
      }
      Thread.yield();
    }
  }

  /// Returns when `thread` waits for something, other than for its turn.
  static void untilWaiting(Thread thread) {
    until(() ->
        switch (thread.getState()) {
          case BLOCKED, WAITING, TIMED_WAITING -> true;
          default -> false;
        });
  }
}
