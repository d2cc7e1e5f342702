package jasyncio.internal.base;

import java.util.List;

/// Is told of every step of a loop that ends: of a task's, and of callbacks. On the loop's thread;
/// must not throw.
@FunctionalInterface
public interface StepListener {
  /// A step has ended.
  ///
  /// @param step the task or the callback
  /// @param nanos how long it has taken
  /// @param isSlow whether that is too long for this loop
  /// @param seen where it was then, if somebody looked; else empty
  void stepEnded(Object step, long nanos, boolean isSlow, List<StackTraceElement> seen);
}
