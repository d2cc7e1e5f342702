package jasyncio;

import org.jspecify.annotations.Nullable;

/// What coroutines and tasks run: an [Awaitable], or an [Action], which is not wrapped into one
/// because every object and every stack frame of a suspended task counts.
final class Bodies {
  private Bodies() {}

  /// A body will not be run: nobody need be told that it was not.
  static void drop(Object body) {
    var coroutine = coroutine(body);
    if (coroutine != null) {
      coroutine.close();
    }
  }

  /// What is left of a body that has run, or never will: enough to describe it by. The body itself,
  /// and all that it captured, is not to live as long as its task. (A coroutine drops its own.)
  static Object remains(Object body) {
    var coroutine = coroutine(body);
    return coroutine != null ? coroutine : Describe.naming(body);
  }

  /// The coroutine that a body is, or was given as.
  static @Nullable Coroutine<?> coroutine(Object body) {
    if (body instanceof Bridges.Call<?, ?> call) {
      return coroutine(call.body());
    }
    return body instanceof Coroutine<?> coroutine ? coroutine : null;
  }

  /// Runs a body that gives a `T`, or nothing.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the body knows its type
  static <T> T call(Object body) throws Exception {
    if (body instanceof Action<?> action) {
      action.run();
      return ActionBody.nothing();
    }
    return ((Awaitable<T, ?>) body).await();
  }
}
