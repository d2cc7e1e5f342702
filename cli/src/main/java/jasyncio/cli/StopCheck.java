package jasyncio.cli;

import jasyncio.KeyboardInterrupt;

/// What the code of a REPL's inputs calls in its loops, so that Ctrl-C ends code that never waits.
///
/// The class loader of the inputs has a copy of its own of this class.
public final class StopCheck {
  private static volatile boolean asked;

  private StopCheck() {}

  /// Throws, once, if that was asked for.
  public static void check() {
    if (asked) {
      asked = false;
      throw new KeyboardInterrupt();
    }
  }

  static void ask(boolean on) {
    asked = on;
  }
}
