package jasyncio;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testkit.ApiListing;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Who has a [Duration] need not make seconds of it: whatever takes seconds takes durations, too.
@Tag("architecture")
class DurationsTest {
  /// What takes a number that is no length of time: a time on the loop's clock, a rate, a factor;
  /// and the constructors of records, whose components are what they are.
  private static final Set<String> OTHERS =
      Set.of(
          "jasyncio.Asyncio.timeoutAt(double, Action)",
          "jasyncio.Asyncio.timeoutAt(double, Awaitable)",
          "jasyncio.Asyncio.timeoutAt(double, Body)",
          "jasyncio.EventLoop.callAt(double, Runnable)",
          "jasyncio.EventLoop.callAt(double, Runnable, Context)",
          "jasyncio.Timeout.at(double)",
          "jasyncio.Timeout.reschedule(double)",
          "jasyncio.gevent.WaitOptions(double, int, boolean)",
          "jasyncio.util.RateLimiter(double, double)", // the first is a rate
          "jasyncio.util.RateLimiter(double, Duration)",
          "jasyncio.util.RateLimiter.acquire(double)",
          "jasyncio.util.RateLimiter.tryAcquire(double)",
          "jasyncio.util.Retry.factor(double)",
          "jasyncio.util.Retry.jitter(double)",
          "jasyncio.util.Retry.jitter(double, RandomGenerator)",
          "jasyncio.util.Retry$Failure(int, Exception, double)");

  @Test
  void whateverTakesSeconds_takesDurationsToo() {
    var types = ApiListing.types(Path.of("src/main/java/module-info.java"), Asyncio.class);
    assertThat(
            types.stream()
                .flatMap(DurationsTest::members)
                .filter(member -> !hasDurationForm(member))
                .map(DurationsTest::describe))
        .containsExactlyInAnyOrderElementsOf(OTHERS);
  }

  private static Stream<Executable> members(Class<?> type) {
    return Stream.<Executable>concat(
            Arrays.stream(type.getDeclaredConstructors()), Arrays.stream(type.getDeclaredMethods()))
        .filter(m -> Modifier.isPublic(m.getModifiers()) && !m.isSynthetic());
  }

  private static boolean hasDurationForm(Executable member) {
    var parameters = member.getParameterTypes();
    if (!Arrays.asList(parameters).contains(double.class)) {
      return true;
    }
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] == double.class) {
        parameters[i] = Duration.class;
      }
    }
    return members(member.getDeclaringClass())
        .anyMatch(other ->
            other.getName().equals(member.getName())
                && Arrays.equals(other.getParameterTypes(), parameters));
  }

  private static String describe(Executable member) {
    return member.getDeclaringClass().getName()
        + (member instanceof Constructor ? "" : "." + member.getName())
        + Arrays.stream(member.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(joining(", ", "(", ")"));
  }
}
