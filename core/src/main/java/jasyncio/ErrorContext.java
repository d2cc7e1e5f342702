package jasyncio;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known about an error that reached the loop; immutable. Python: the context dictionary.
///
/// @param message what happened
/// @param exception the exception, if there is one
/// @param future the future concerned
/// @param task the task concerned
/// @param handle the callback concerned
/// @param sourceTraceback where the future or task was created, in debug mode; innermost frame
///   first
/// @param handleTraceback where the callback was scheduled, in debug mode
/// @param blockedAt the stack of a task that blocks the loop
/// @param details whatever else is concerned, by asyncio's names for it: `transport`, `protocol`,
///   `socket`, `asyncgen`, `task_group`
public record ErrorContext(
    String message,
    @Nullable Throwable exception,
    @Nullable Future<?> future,
    @Nullable Task<?> task,
    @Nullable Handle handle,
    List<StackTraceElement> sourceTraceback,
    List<StackTraceElement> handleTraceback,
    List<StackTraceElement> blockedAt,
    Map<String, Object> details) {

  /// A context with copies of the lists.
  public ErrorContext {
    sourceTraceback = List.copyOf(sourceTraceback);
    handleTraceback = List.copyOf(handleTraceback);
    blockedAt = List.copyOf(blockedAt);
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /// {@return a context with a message alone}
  ///
  /// @param message what happened
  public static ErrorContext of(String message) {
    return new ErrorContext(
        message, null, null, null, null, List.of(), List.of(), List.of(), Map.of());
  }

  /// {@return this context with an exception}
  ///
  /// @param exception what was thrown
  public ErrorContext exception(@Nullable Throwable exception) {
    return new ErrorContext(
        message,
        exception,
        future,
        task,
        handle,
        sourceTraceback,
        handleTraceback,
        blockedAt,
        details);
  }

  /// {@return this context with a future, and where it was created if that is known}
  ///
  /// @param future the future concerned
  public ErrorContext future(Future<?> future) {
    return new ErrorContext(
        message,
        exception,
        future,
        task,
        handle,
        future.source(),
        handleTraceback,
        blockedAt,
        details);
  }

  /// {@return this context with a task, and where it was created if that is known}
  ///
  /// @param task the task concerned
  public ErrorContext task(Task<?> task) {
    return new ErrorContext(
        message,
        exception,
        future,
        task,
        handle,
        task.source(),
        handleTraceback,
        blockedAt,
        details);
  }

  /// {@return this context with a callback, and where it was scheduled if that is known}
  ///
  /// @param handle the callback concerned
  public ErrorContext handle(Handle handle) {
    return new ErrorContext(
        message,
        exception,
        future,
        task,
        handle,
        sourceTraceback,
        handle.source(),
        blockedAt,
        details);
  }

  /// {@return this context with the stack of a blocked task}
  ///
  /// @param stack innermost frame first
  public ErrorContext blockedAt(List<StackTraceElement> stack) {
    return new ErrorContext(
        message, exception, future, task, handle, sourceTraceback, handleTraceback, stack, details);
  }

  /// {@return this context with something else that is concerned}
  ///
  /// @param name asyncio's name for it
  /// @param value the object
  public ErrorContext detail(String name, Object value) {
    var more = new LinkedHashMap<>(details);
    more.put(name, value);
    return new ErrorContext(
        message,
        exception,
        future,
        task,
        handle,
        sourceTraceback,
        handleTraceback,
        blockedAt,
        more);
  }
}
