package jasyncio;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A user's callback on a future.
final class DoneCallback<T extends @Nullable Object> extends Handle {
  final Consumer<? super Future<T>> function;

  DoneCallback(Future<T> future, Consumer<? super Future<T>> function, @Nullable Object context) {
    super(future.getLoop(), () -> function.accept(future), context);
    this.function = function;
  }

  @Override
  String describe(Runnable callback) {
    return Describe.function(function);
  }
}
