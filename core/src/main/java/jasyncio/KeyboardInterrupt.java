package jasyncio;

/// Ctrl-C. Leaves callbacks, tasks and the loop itself, and ends the program unless it is caught.
///
/// Python: `KeyboardInterrupt`.
public final class KeyboardInterrupt extends Error {
  private static final long serialVersionUID = 1L;

  /// An interrupt.
  public KeyboardInterrupt() {
    super();
  }
}
