package jasyncio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An [Action] as an awaitable; a class of its own so that descriptions can name the action.
record ActionBody<X extends Exception>(Action<X> action) implements Awaitable<Void, X> {
  ActionBody {
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

  @SuppressWarnings({
    "NullAway",
    "TypeParameterUnusedInFormals"
  }) // the one value that fits every type
  static <T> T nothing() {
    @Nullable T none = null;
    return none;
  }
}
