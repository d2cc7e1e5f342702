package jasyncio.bench;

import static jasyncio.Asyncio.run;

/// The smallest program: what it takes to start a loop, and to end it.
public final class Hello {
  private Hello() {}

  /// Prints `hello` from inside the loop.
  ///
  /// @param arguments none
  public static void main(String[] arguments) {
    run(() -> System.out.println("hello"));
  }
}
