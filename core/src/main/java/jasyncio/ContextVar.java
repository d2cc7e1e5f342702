package jasyncio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A variable whose value belongs to the current [Context]: each task has its own.
///
/// Make one per use, in a static field. Python: `contextvars.ContextVar`.
///
/// @param <T> the type of its values
public final class ContextVar<T> {
  private final String name;
  private final @Nullable T defaultValue;

  private ContextVar(String name, @Nullable T defaultValue) {
    this.name = name;
    this.defaultValue = defaultValue;
  }

  /// {@return a variable without a default}
  ///
  /// @param <T> the type of its values
  /// @param name for descriptions
  public static <T> ContextVar<T> of(String name) {
    return new ContextVar<>(Objects.requireNonNull(name, "name"), null);
  }

  /// {@return a variable with a default}
  ///
  /// @param <T> the type of its values
  /// @param name for descriptions
  /// @param defaultValue what [#get()] gives where nothing was set
  public static <T> ContextVar<T> of(String name, T defaultValue) {
    return new ContextVar<>(Objects.requireNonNull(name, "name"), defaultValue);
  }

  /// {@return the name}
  public String name() {
    return name;
  }

  /// {@return the value in the current context, or else the default}
  ///
  /// @throws IllegalStateException if there is neither
  public T get() {
    var value = lookUp();
    if (value != null) {
      return value;
    }
    if (defaultValue == null) {
      throw new IllegalStateException(
          "context variable '"
              + name
              + "' has no value here and no default; set it, or use get(fallback)");
    }
    return defaultValue;
  }

  /// {@return the value in the current context, or else `fallback`}
  ///
  /// @param fallback what to give where nothing was set
  public T get(T fallback) {
    var value = lookUp();
    return value != null ? value : fallback;
  }

  @SuppressWarnings("unchecked")
  private @Nullable T lookUp() {
    return (T) Context.current().get(this);
  }

  /// Sets the value in the current context.
  ///
  /// @param value the value
  /// @return what [#reset] takes to undo this; closing it does the same
  public Token<T> set(T value) {
    Objects.requireNonNull(value, "value");
    var context = Context.writable();
    var token = new Token<>(this, context, context.get(this));
    context.bindings = context.bindings.with(this, value);
    return token;
  }

  /// Gives the variable the value back that it had before the `set` that made the token.
  ///
  /// @param token what [#set] returned, not used before
  /// @throws IllegalStateException if the token was used already, wherever
  /// @throws IllegalArgumentException if it belongs to another variable or another context
  public void reset(Token<T> token) {
    Objects.requireNonNull(token, "token").checkUnused();
    if (token.var() != this) {
      throw new IllegalArgumentException("the token was created by a different ContextVar");
    }
    var context = Context.writable();
    if (token.context != context) {
      throw new IllegalArgumentException("the token was created in a different Context");
    }
    token.use();
    var old = token.oldValue();
    context.bindings =
        old == null ? context.bindings.without(this) : context.bindings.with(this, old);
  }

  @Override
  public String toString() {
    return "<ContextVar name='" + name + "'>";
  }
}
