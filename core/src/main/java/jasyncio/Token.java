package jasyncio;

import org.jspecify.annotations.Nullable;

/// Undoes one [ContextVar#set], once: by [ContextVar#reset] or by closing it, so that it fits
/// try-with-resources. Python: `contextvars.Token`.
///
/// @param <T> the type of the variable's values
public final class Token<T> implements AutoCloseable {
  final Context context;
  private final ContextVar<T> variable;
  private final @Nullable T oldValue;
  private boolean used;

  Token(ContextVar<T> variable, Context context, @Nullable T oldValue) {
    this.variable = variable;
    this.context = context;
    this.oldValue = oldValue;
  }

  /// {@return the variable}
  public ContextVar<T> var() {
    return variable;
  }

  /// {@return the value that the variable had before, or `null` if it had none}
  public @Nullable T oldValue() {
    return oldValue;
  }

  void checkUnused() {
    if (used) {
      throw new IllegalStateException("the token has already been used once");
    }
  }

  void use() {
    used = true;
  }

  /// Resets the variable.
  ///
  /// @throws IllegalStateException if it was reset by this before
  /// @throws IllegalArgumentException if this belongs to another context
  @Override
  public void close() {
    variable.reset(this);
  }
}
