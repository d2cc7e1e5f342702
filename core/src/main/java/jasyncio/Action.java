package jasyncio;

/// The body of a coroutine that gives no value. Wherever a lambda [Awaitable] is taken, so is this.
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
