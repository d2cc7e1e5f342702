package jasyncio;

import org.jspecify.annotations.Nullable;

/// Something that can be awaited: a [Future], a [Task], a [Coroutine], or a plain lambda.
///
/// A lambda `() -> f(1)` is a *cold* awaitable, the twin of a coroutine object that nobody has
/// awaited yet: awaiting it calls `f(1)`, each time anew.
///
/// @param <T> what awaiting it gives
@FunctionalInterface
public interface Awaitable<T extends @Nullable Object> {
  /// Waits for the value. Suspends unless the value is there already.
  ///
  /// @return the value
  /// @throws Exception what the awaited code throws, the very object
  T await() throws Exception;
}
