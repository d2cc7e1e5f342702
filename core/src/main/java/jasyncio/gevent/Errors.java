package jasyncio.gevent;

import jasyncio.Awaitable;
import jasyncio.internal.base.AwaitedAt;
import org.jspecify.annotations.Nullable;

/// Throws any throwable as it is: errors are never wrapped here.
final class Errors {
  private Errors() {}

  /// Throws an error that may have been made elsewhere, and is told who waits. Never returns; the
  /// return type lets callers write `throw sneak(e)`.
  static RuntimeException sneak(Throwable e) {
    throw Errors.<RuntimeException>as(AwaitedAt.add(e));
  }

  /// Calls `body`; checked exceptions pass undeclared.
  static <T extends @Nullable Object> T rethrowing(Awaitable<T> body) {
    try {
      return body.await();
    } catch (Exception e) {
      throw Errors.<RuntimeException>as(e);
    }
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // erased: nothing is checked, and that is the point
  private static <X extends Throwable> X as(Throwable e) throws X {
    throw (X) e;
  }
}
