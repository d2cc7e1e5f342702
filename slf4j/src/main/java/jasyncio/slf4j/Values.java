package jasyncio.slf4j;

import jasyncio.ContextVar;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the MDC has in the current context. What is there is never changed, only replaced: contexts
/// share it.
final class Values {
  /// @param map not changed any more
  /// @param view of it, to be given away; `null` if nothing was ever put there
  private record Entries(HashMap<String, String> map, @Nullable Map<String, String> view) {
    static final Entries NONE = new Entries(new HashMap<>(), null);

    /// @param map which belongs to it from now on
    static Entries of(HashMap<String, String> map) {
      return new Entries(map, Collections.unmodifiableMap(map));
    }
  }

  private record Stack(String top, @Nullable Stack below) {}

  private static final ContextVar<Entries> ENTRIES = ContextVar.of("mdc", Entries.NONE);
  private static final ContextVar<Map<String, Stack>> STACKS =
      ContextVar.of("mdc stacks", Map.of());

  private Values() {}

  // ---- one value a key --------------------------------------------------------------------------

  static @Nullable String get(@Nullable String key) {
    return ENTRIES.get().map.get(key);
  }

  @SuppressWarnings("NullAway") // a value may be null, which the types of SLF4J do not say
  static void put(String key, @Nullable String value) {
    var map = new HashMap<>(ENTRIES.get().map);
    map.put(key, value);
    ENTRIES.set(Entries.of(map));
  }

  static void remove(@Nullable String key) {
    var old = ENTRIES.get().map;
    if (old.containsKey(key)) {
      var map = new HashMap<>(old);
      map.remove(key);
      ENTRIES.set(Entries.of(map));
    }
  }

  /// Puts the values of `map` there, and nothing else; `null` for none.
  static void replace(@Nullable Map<String, String> map) {
    ENTRIES.set(map == null ? Entries.NONE : Entries.of(new HashMap<>(map)));
  }

  /// All of them, as they are now; `null` if there never was any, or all were cleared.
  static @Nullable Map<String, String> view() {
    return ENTRIES.get().view;
  }

  static @Nullable Map<String, String> copy() {
    var entries = ENTRIES.get();
    return entries.view == null ? null : new HashMap<>(entries.map);
  }

  // ---- a stack a key ----------------------------------------------------------------------------

  static @Nullable String peek(@Nullable String key) {
    var stack = stack(key);
    return stack == null ? null : stack.top;
  }

  static void push(@Nullable String key, String value) {
    if (key != null) {
      set(key, new Stack(value, stack(key)));
    }
  }

  static @Nullable String pop(@Nullable String key) {
    var stack = stack(key);
    if (key == null || stack == null) {
      return null;
    }
    set(key, stack.below);
    return stack.top;
  }

  static @Nullable Deque<String> copyOfStack(@Nullable String key) {
    var stack = stack(key);
    if (stack == null) {
      return null;
    }
    var copy = new ArrayDeque<String>();
    for (var s = stack; s != null; s = s.below) {
      copy.addLast(s.top);
    }
    return copy;
  }

  static void clearStack(@Nullable String key) {
    if (key != null && stack(key) != null) {
      set(key, null);
    }
  }

  private static @Nullable Stack stack(@Nullable String key) {
    return key == null ? null : STACKS.get().get(key);
  }

  private static void set(String key, @Nullable Stack stack) {
    var stacks = new HashMap<>(STACKS.get());
    if (stack == null) {
      stacks.remove(key);
    } else {
      stacks.put(key, stack);
    }
    STACKS.set(stacks);
  }
}
