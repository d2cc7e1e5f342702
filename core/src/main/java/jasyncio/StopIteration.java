package jasyncio;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Thrown by [Coroutine#send] when the coroutine has returned, and by a generator that is asked for
/// another item when it has.
///
/// It is what Java's iterators throw at their end, so that a generator is one of them. Python:
/// `StopIteration`.
public final class StopIteration extends NoSuchElementException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Object value;

  /// The end of a coroutine that returned `value`.
  ///
  /// @param value what it returned
  public StopIteration(@Nullable Object value) {
    this.value = value;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return Debug.DEFAULT ? super.fillInStackTrace() : this;
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
