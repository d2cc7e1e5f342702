package jasyncio;

import org.jspecify.annotations.Nullable;

/// Makes the tasks of a loop: see [EventLoop#setTaskFactory].
@FunctionalInterface
public interface TaskFactory {
  /// Makes a task, or another future that stands for it.
  ///
  /// @param <T> what the coroutine gives
  /// @param loop the loop it will belong to
  /// @param coroutine what it will run
  /// @param options how it was asked for
  /// @return the future
  <T extends @Nullable Object> Future<T> create(
      EventLoop loop, Coroutine<T> coroutine, TaskOptions options);
}
