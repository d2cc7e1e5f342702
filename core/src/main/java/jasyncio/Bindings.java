package jasyncio;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Values of context variables; immutable, so that copying a context is copying a reference.
///
/// Programs have a handful of variables: a scan of an array beats any map, and a change copies it.
final class Bindings {
  static final Bindings EMPTY = new Bindings(new ContextVar<?>[0], new Object[0]);

  private final ContextVar<?>[] vars;
  private final @Nullable Object[] values;

  private Bindings(ContextVar<?>[] vars, @Nullable Object[] values) {
    this.vars = vars;
    this.values = values;
  }

  int size() {
    return vars.length;
  }

  boolean has(ContextVar<?> variable) {
    return indexOf(variable) >= 0;
  }

  /// The value, or `null` if there is none.
  @Nullable Object get(ContextVar<?> variable) {
    int i = indexOf(variable);
    return i < 0 ? null : values[i];
  }

  Bindings with(ContextVar<?> variable, @Nullable Object value) {
    int i = indexOf(variable);
    int length = i < 0 ? vars.length + 1 : vars.length;
    var newVars = i < 0 ? Arrays.copyOf(vars, length) : vars;
    var newValues = Arrays.copyOf(values, length);
    int at = i < 0 ? length - 1 : i;
    newVars[at] = variable;
    newValues[at] = value;
    return new Bindings(newVars, newValues);
  }

  Bindings without(ContextVar<?> variable) {
    int i = indexOf(variable);
    if (i < 0) {
      return this;
    }
    int last = vars.length - 1;
    var newVars = Arrays.copyOf(vars, last);
    var newValues = Arrays.copyOf(values, last);
    if (i < last) {
      newVars[i] = vars[last];
      newValues[i] = values[last];
    }
    return new Bindings(newVars, newValues);
  }

  private int indexOf(ContextVar<?> variable) {
    for (int i = 0; i < vars.length; i++) {
      if (vars[i] == variable) {
        return i;
      }
    }
    return -1;
  }
}
