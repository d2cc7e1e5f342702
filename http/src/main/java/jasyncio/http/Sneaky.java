package jasyncio.http;

/// Throws checked exceptions where the compiler does not expect them: out of an iterator.
final class Sneaky {
  private Sneaky() {}

  /// Never returns; the return type lets callers write `throw sneak(e)`.
  static RuntimeException sneak(Throwable e) {
    throw Sneaky.<RuntimeException>cast(e);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased: nothing is checked
  private static <X extends Throwable> X cast(Throwable e) throws X {
    throw (X) e;
  }
}
