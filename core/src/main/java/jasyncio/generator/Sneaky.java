package jasyncio.generator;

/// Throws any throwable as it is: errors are never wrapped here.
final class Sneaky {
  private Sneaky() {}

  /// Never returns; the return type lets callers write `throw sneak(e)`.
  static RuntimeException sneak(Throwable e) {
    throw Sneaky.<RuntimeException>as(e);
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // erased: nothing is checked, and that is the point
  private static <X extends Throwable> X as(Throwable e) throws X {
    throw (X) e;
  }
}
