package jasyncio.net;

import jasyncio.internal.base.AwaitedAt;
import java.io.IOException;

/// Throws what a connection broke with, as it is: errors are never wrapped here. It was made
/// elsewhere, and is told who waits.
final class Raise {
  private Raise() {}

  /// Never returns; the return type lets callers write `throw raise(e)`.
  ///
  /// @throws IOException as most of them are
  static RuntimeException raise(Throwable e) throws IOException {
    throw Raise.<RuntimeException>as(AwaitedAt.add(e));
  }

  /// Like [#raise], where the compiler does not have to know.
  static RuntimeException sneak(Throwable e) {
    throw Raise.<RuntimeException>as(e);
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // erased: nothing is checked, and that is the point
  private static <X extends Throwable> X as(Throwable e) throws X {
    throw (X) e;
  }
}
