package jasyncio.testing;

import jasyncio.EventLoop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What methods of tests on a loop may have as parameters.
final class Parameters {
  private static final Map<Class<?>, Function<TestScope, Object>> KNOWN = new LinkedHashMap<>();

  static {
    KNOWN.put(TestClock.class, TestScope::clock);
    KNOWN.put(TestScope.class, scope -> scope);
    KNOWN.put(Points.class, TestScope::points);
    KNOWN.put(EventLoop.class, TestScope::loop);
    KNOWN.put(Simulation.class, TestScope::simulation);
  }

  private Parameters() {}

  static boolean areOf(Class<?> type) {
    return KNOWN.containsKey(type);
  }

  /// The argument for a parameter.
  ///
  /// @throws IllegalArgumentException if there is none of that type
  static Object of(Class<?> type, TestScope scope) {
    if (!areOf(type)) {
      throw new IllegalArgumentException(
          "a method of an @Explore test takes "
              + KNOWN.keySet().stream().map(Class::getSimpleName).collect(Collectors.joining(", "))
              + ", and not a "
              + type.getName());
    }
    return Objects.requireNonNull(KNOWN.get(type)).apply(scope);
  }
}
