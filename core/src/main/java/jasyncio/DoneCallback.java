package jasyncio;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A user's callback on a future.
final class DoneCallback<T extends @Nullable Object> extends Handle {
  private @Nullable Consumer<? super Future<T>> function; // null once it ran

  DoneCallback(Future<T> future, Consumer<? super Future<T>> function, @Nullable Object context) {
    super(future.getLoop(), () -> function.accept(future), context);
    this.function = function;
  }

  /// Whether this calls `other`.
  boolean calls(Consumer<?> other) {
    return other.equals(function);
  }

  @Override
  Object naming(Runnable callback) {
    return Describe.naming(function != null ? function : callback);
  }

  @Override
  protected String callbackName() {
    return Describe.function(function != null ? function : this);
  }

  @Override
  void drop() {
    super.drop();
    function = null;
  }
}
