package jasyncio;

/// Asks the program to end: leaves callbacks, tasks and the loop itself.
///
/// Unlike [System#exit] it unwinds the stack, so `finally` blocks run. `jasyncio run` turns it into
/// the exit code; elsewhere catch it at the top. Python: `SystemExit`.
public final class SystemExit extends Error {
  private static final long serialVersionUID = 1L;

  /// The exit code.
  private final int code;

  /// An exit with `code`.
  ///
  /// @param code the exit code, 0 for success
  public SystemExit(int code) {
    super(Integer.toString(code));
    this.code = code;
  }

  /// {@return the exit code}
  public int code() {
    return code;
  }
}
