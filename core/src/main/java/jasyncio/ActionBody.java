package jasyncio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An [Action] as an awaitable; a class of its own so that descriptions can name the action.
record ActionBody(Action action) implements Awaitable<Void> {
  ActionBody {
    Objects.requireNonNull(action, "action");
  }

  /// What [Action#asAwaitable()] gives, and a sentence if there is no action.
  static Awaitable<Void> of(Action action, String name) {
    return Objects.requireNonNull(action, name).asAwaitable();
  }

  @Override
  @SuppressWarnings("NullAway") // Void has no other value
  public Void await() throws Exception {
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
