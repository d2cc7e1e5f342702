package jasyncio;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How a task is made; immutable. Python: the keyword arguments of `create_task`.
///
/// @param name its name, or `null` for `Task-N`
/// @param context the context it runs in, shared with whoever else uses it, or `null` for a copy of
///   the current one
/// @param eagerStart whether its first step runs inside `createTask`, if the loop runs there, or
///   `null` for what the task factory does
public record TaskOptions(
    @Nullable String name, @Nullable Context context, @Nullable Boolean eagerStart) {
  private static final TaskOptions DEFAULTS = new TaskOptions(null, null, null);

  /// {@return options that leave everything as it is by default}
  public static TaskOptions defaults() {
    return DEFAULTS;
  }

  /// {@return options with a name}
  ///
  /// @param name the task's name
  public static TaskOptions named(String name) {
    return DEFAULTS.name(Objects.requireNonNull(name, "name"));
  }

  /// {@return these options with another name}
  ///
  /// @param name the task's name
  public TaskOptions name(@Nullable String name) {
    return new TaskOptions(name, context, eagerStart);
  }

  /// {@return these options with another context}
  ///
  /// @param context the context, shared
  public TaskOptions context(@Nullable Context context) {
    return new TaskOptions(name, context, eagerStart);
  }

  /// {@return these options with or without an eager start}
  ///
  /// @param eagerStart whether the first step runs at once
  public TaskOptions eagerStart(boolean eagerStart) {
    return new TaskOptions(name, context, eagerStart);
  }
}
