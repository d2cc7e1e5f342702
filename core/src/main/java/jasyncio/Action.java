package jasyncio;

/// The body of a coroutine that gives no value. Nearly all that takes a lambda [Awaitable] takes
/// this, too; what does not takes [#asAwaitable()].
@FunctionalInterface
public interface Action {
  /// Runs the body; may suspend.
  ///
  /// @throws Exception what the code throws
  void run() throws Exception;

  /// {@return this body as an awaitable that gives `null`}
  default Awaitable<Void> asAwaitable() {
    return new ActionBody(this);
  }
}
