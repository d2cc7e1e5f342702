package jasyncio.internal.base;

/// Throws any throwable as it is, where an interface between cannot name it: errors are never
/// wrapped here.
public final class Sneaky {
  private Sneaky() {}

  /// Never returns; the return type lets callers write `throw sneak(e)`.
  ///
  /// @param e what to throw
  /// @return never
  public static RuntimeException sneak(Throwable e) {
    throw Sneaky.<RuntimeException>as(e);
  }

  /// Throws an error that was made elsewhere, or may have been, and is told who waits.
  ///
  /// @param e what to throw
  /// @return never
  public static RuntimeException rethrow(Throwable e) {
    throw Sneaky.<RuntimeException>as(AwaitedAt.add(e));
  }

  /// Like [#rethrow(Throwable)], but the compiler is told what most of them are.
  ///
  /// @param <X> what to announce
  /// @param e what to throw
  /// @param announced the class of what to announce
  /// @return never
  /// @throws X most often
  public static <X extends Throwable> RuntimeException rethrow(Throwable e, Class<X> announced)
      throws X {
    throw Sneaky.<RuntimeException>as(AwaitedAt.add(e));
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // erased: nothing is checked, and that is the point
  private static <X extends Throwable> X as(Throwable e) throws X {
    throw (X) e;
  }
}
