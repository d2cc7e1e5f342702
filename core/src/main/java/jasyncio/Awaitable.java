package jasyncio;

import org.jspecify.annotations.Nullable;

/// Something that can be awaited: a [Future], a [Task], a [Coroutine], or a plain lambda.
///
/// A lambda `() -> f(1)` is a *cold* awaitable, the twin of a coroutine object that nobody has
/// awaited yet: awaiting it calls `f(1)`, each time anew.
///
/// What a lambda throws is part of its type, inferred by the compiler: what runs it here and now
/// (`await`, `waitFor`, `timeout`, …) announces just that. What runs beside its caller keeps its
/// errors: a future, a task or a coroutine is an `Awaitable<T, RuntimeException>`, and awaiting it
/// throws the very object without announcing it; see [Asyncio#await(Awaitable, Class)].
///
/// @param <T> what awaiting it gives
/// @param <X> the checked exceptions that awaiting it announces; [RuntimeException] for none
@FunctionalInterface
public interface Awaitable<T extends @Nullable Object, X extends Exception> {
  /// Waits for the value. Suspends unless the value is there already.
  ///
  /// @return the value
  /// @throws X what the awaited code throws, the very object
  T await() throws X;
}
