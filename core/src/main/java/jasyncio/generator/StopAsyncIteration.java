package jasyncio.generator;

import java.util.NoSuchElementException;

/// Thrown by an asynchronous generator that is asked for another item when it has ended.
///
/// Python: `StopAsyncIteration`.
public final class StopAsyncIteration extends NoSuchElementException {
  private static final long serialVersionUID = 1L;

  /// The end of an asynchronous generator.
  public StopAsyncIteration() {}
}
