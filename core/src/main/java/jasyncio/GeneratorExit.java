package jasyncio;

/// Thrown into a suspended coroutine that is being closed. Clean up without awaiting, and let it go
/// on. Only the clean-up of an asynchronous generator may await, while its loop is not closed.
///
/// Python: `GeneratorExit`.
public final class GeneratorExit extends Error {
  private static final long serialVersionUID = 1L;

  /// A request to end.
  public GeneratorExit() {
    super(null, null, true, Debug.DEFAULT);
  }
}
