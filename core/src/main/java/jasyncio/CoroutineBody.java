package jasyncio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What coroutines and tasks run: an [Awaitable], or an [Action], which is not wrapped into one
/// because every object and every stack frame of a suspended task counts.
///
/// Where an awaitable is asked for, this stands for an action.
record CoroutineBody<X extends Exception>(Action<X> action) implements Awaitable<Void, X> {
  CoroutineBody {
    Objects.requireNonNull(action, "action");
  }

  /// What [Action#asAwaitable()] gives, and a sentence if there is no action.
  ///
  /// @param <X> what the coroutine throws
  static <X extends Exception> Awaitable<Void, X> of(Action<X> action, String name) {
    return Objects.requireNonNull(action, name).asAwaitable();
  }

  @Override
  @SuppressWarnings("NullAway") // Void has no other value
  public Void await() throws X {
    action.run();
    return nothing();
  }

  /// Runs a body that gives a `T`, or nothing.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the body knows its type
  static <T> T call(Object body) throws Exception {
    if (body instanceof Action<?> action) {
      action.run();
      return nothing();
    }
    return ((Awaitable<T, ?>) body).await();
  }

  @SuppressWarnings({
    "NullAway",
    "TypeParameterUnusedInFormals"
  }) // the one value that fits every type
  static <T> T nothing() {
    @Nullable T none = null;
    return none;
  }

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
    return coroutine != null ? coroutine : naming(body);
  }

  /// What [Describe#naming] is for other functions: what is to be kept of a body to name it by.
  static Object naming(Object body) {
    if (body instanceof CoroutineBody<?> b) { // no `switch`, as in Future
      return b.action().getClass();
    } else if (body instanceof JdkFutures.Call<?, ?> call) {
      return naming(call.body());
    }
    return body instanceof Coroutine<?> coroutine ? coroutine.naming() : Describe.naming(body);
  }

  /// The coroutine that a body is, or was given as.
  static @Nullable Coroutine<?> coroutine(Object body) {
    if (body instanceof JdkFutures.Call<?, ?> call) {
      return coroutine(call.body());
    }
    return body instanceof Coroutine<?> coroutine ? coroutine : null;
  }
}
