package jasyncio;

/// What coroutines and tasks run: an [Awaitable], or an [Action], which is not wrapped into one
/// because every object and every stack frame of a suspended task counts.
final class Bodies {
  private Bodies() {}

  /// Runs a body that gives a `T`, or nothing.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the body knows its type
  static <T> T call(Object body) throws Exception {
    if (body instanceof Action action) {
      action.run();
      return ActionBody.nothing();
    }
    return ((Awaitable<T>) body).await();
  }
}
