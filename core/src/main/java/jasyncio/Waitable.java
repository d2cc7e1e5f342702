package jasyncio;

import org.jspecify.annotations.Nullable;

/// What a suspended task waits for.
sealed interface Waitable permits Future, Sleeper {
  /// Cancels it, if it is not done.
  boolean cancel(@Nullable String message);
}
