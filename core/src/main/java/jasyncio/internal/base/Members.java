package jasyncio.internal.base;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/// What a caller gives several of, none of which may be null.
public final class Members {
  private Members() {}

  /// {@return a list that stays as it is}
  ///
  /// @param name what one of them is called
  public static <T> List<T> copy(Collection<? extends T> all, String name) {
    for (T one : all) {
      Objects.requireNonNull(one, name);
    }
    return List.copyOf(all);
  }

  /// {@return a list that stays as it is}
  ///
  /// @param name what one of them is called
  public static <T> List<T> copy(T[] all, String name) {
    return copy(Arrays.asList(all), name);
  }
}
