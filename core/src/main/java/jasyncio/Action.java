package jasyncio;

/// The body of a coroutine that gives no value. Nearly all that takes a lambda [Awaitable] takes
/// this, too; what does not takes [#asAwaitable()].
///
/// @param <X> the checked exceptions that it throws; [RuntimeException] for none
@FunctionalInterface
public interface Action<X extends Exception> {
  /// Runs the body; may suspend.
  ///
  /// @throws X what the code throws
  void run() throws X;

  /// {@return this body as an awaitable that gives `null`}
  default Awaitable<Void, X> asAwaitable() {
    return new CoroutineBody<>(this);
  }
}
