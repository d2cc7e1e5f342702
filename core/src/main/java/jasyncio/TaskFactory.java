package jasyncio;

import org.jspecify.annotations.Nullable;

/// Makes the tasks of a loop: see [EventLoop#setTaskFactory].
///
/// No lambda can be one, as the method has a type variable: write the method, and pass it as
/// `Tasks::make`.
///
/// ```java fragment
/// class Tasks {
///   static <T> jasyncio.Future<T> make(
///       EventLoop loop, Coroutine<T> coroutine, TaskOptions options) {
///     IO.println("makes a task");
///     return new Task<>(loop, coroutine, options);
///   }
/// }
/// getRunningLoop().setTaskFactory(Tasks::make);
/// ```
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
