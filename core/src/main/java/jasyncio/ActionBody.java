package jasyncio;

import org.jspecify.annotations.Nullable;

/// An [Action] as an awaitable; a class of its own so that descriptions can name the action.
record ActionBody(Action action) implements Awaitable<Void> {
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
