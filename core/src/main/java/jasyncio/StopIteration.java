package jasyncio;

import org.jspecify.annotations.Nullable;

/// Thrown by [Coroutine#send] when the coroutine has returned.
///
/// Python: `StopIteration`.
public final class StopIteration extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Object value;

  /// The end of a coroutine that returned `value`.
  ///
  /// @param value what it returned
  public StopIteration(@Nullable Object value) {
    super(null, null, true, Debug.DEFAULT);
    this.value = value;
  }

  /// {@return what the coroutine returned}
  public @Nullable Object value() {
    return value;
  }

  @Override
  public String getMessage() {
    return String.valueOf(value);
  }
}
