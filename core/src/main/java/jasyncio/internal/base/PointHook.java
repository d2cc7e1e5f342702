package jasyncio.internal.base;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happens at the points of the program: nothing, but in tests. Any thread.
public final class PointHook {
  private static volatile @Nullable Consumer<String> hook;

  private PointHook() {}

  /// Sets what is called, with the name of the point, on the thread that comes to it.
  ///
  /// @param newHook what to call, or `null` for nothing
  public static void set(@Nullable Consumer<String> newHook) {
    hook = newHook;
  }

  /// {@return what is called, or `null` for nothing}
  public static @Nullable Consumer<String> get() {
    return hook;
  }
}
