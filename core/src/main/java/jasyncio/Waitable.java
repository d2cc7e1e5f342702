package jasyncio;

import org.jspecify.annotations.Nullable;

/// What a suspended task waits for.
sealed interface Waitable permits Future, Task.CancelledSleep {
  /// Cancels it, if it is not done.
  boolean cancel(@Nullable String message);
}
