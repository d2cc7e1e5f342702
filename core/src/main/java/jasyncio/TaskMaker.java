package jasyncio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes the tasks of a loop, by way of its task factory if there is one. The factory belongs to
/// the loop's thread.
final class TaskMaker {
  private final EventLoop loop;
  private @Nullable TaskFactory factory;

  TaskMaker(EventLoop loop) {
    this.loop = loop;
  }

  void setFactory(@Nullable TaskFactory factory) {
    this.factory = factory;
  }

  @Nullable TaskFactory factory() {
    return factory;
  }

  /// Makes a task of an [Awaitable] of a `T`, or of an [Action].
  <T extends @Nullable Object> Task<T> task(Object body, TaskOptions options) {
    return asTask(this.<T>future(body, options));
  }

  private static <T extends @Nullable Object> Task<T> asTask(Future<T> future) {
    if (future instanceof Task<T> task) {
      return task;
    }
    throw new ClassCastException(
        "the task factory made " + future + ", which is not a task; use ensureFuture");
  }

  /// Makes what the task factory takes for a task.
  @SuppressWarnings("unchecked")
  <T extends @Nullable Object> Future<T> future(Object body, TaskOptions options) {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(options, "options");
    if (body instanceof Future<?>) {
      throw new IllegalArgumentException(
          "a coroutine was expected, got "
              + body
              + ", which is on its way already; wait for it with await(future), or to have something"
              + " done then give a lambda: createTask(() -> { await(future); … })");
    }
    loop.life.checkNotClosed();
    var f = factory;
    if (f == null) {
      return new Task<>(loop, body, options);
    }
    loop.thread.checkForTask();
    var coroutine =
        body instanceof Coroutine<?> c ? (Coroutine<T>) c : new Coroutine<T>(null, body);
    return f.create(loop, coroutine, options);
  }
}
