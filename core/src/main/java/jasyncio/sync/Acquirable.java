package jasyncio.sync;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import java.util.Objects;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// What is acquired, held for a while, and released.
public sealed interface Acquirable permits Lock, Condition, Semaphore, CapacityLimiter {

  /// Acquires it. Suspends while it is not to be had, and not at all if it is.
  ///
  /// **Cancellation** ends the wait; nothing has been acquired then.
  ///
  /// @return what releases it when it is closed, for a `try` statement; may be ignored by who calls
  ///   [#release()] instead
  /// @throws CancelledError if the task is cancelled while it waits
  /// @throws IllegalStateException if it has to wait and the caller runs in no coroutine, or in one
  ///   of a loop other than the first that waited for it
  Held acquire();

  /// Releases it; the first that waits for it goes on in the loop's next iteration. Does not
  /// suspend.
  ///
  /// @throws IllegalStateException if it was not acquired, of which a plain [Semaphore] knows
  ///   nothing
  void release();

  /// Runs `body` while holding it. Suspends as [#acquire()] and the body do. Python: `async with`.
  ///
  /// @param <T> what the body gives
  /// @param <X> what the body throws
  /// @param body what to run
  /// @return what it gives; throws what it throws, the very object
  /// @throws X what the body throws
  /// @throws CancelledError if the task is cancelled
  default <T extends @Nullable Object, X extends Exception> T run(Awaitable<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    try (var _ = acquire()) {
      return body.await();
    }
  }

  /// Runs `body` while holding it.
  ///
  /// @param <X> what the body throws
  /// @param body what to run; what it throws comes out, the very object
  /// @throws X what the body throws
  @LowPriorityInOverloadResolution
  default <X extends Exception> void run(Action<X> body) throws X {
    run(body.asAwaitable());
  }
}
