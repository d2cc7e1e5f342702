package jasyncio.bench.compare;

/// What a start costs that does nothing: `Hello hello`.
public final class Hello {
  private Hello() {}

  /// Says hello.
  ///
  /// @param arguments ignored
  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
