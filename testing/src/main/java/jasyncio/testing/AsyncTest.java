package jasyncio.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;

/// A test that is a coroutine: its method may await, on a loop of its own, in time that jumps.
///
/// ```java
/// class RetriesTest {
///   @AsyncTest
///   void sleepsForAnHour(TestClock clock) {
///     sleep(Duration.ofHours(1)); // takes no time
///     assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
///   }
/// }
/// ```
///
/// Short for `@Test @OnLoop`, see [OnLoop] for all that holds. Other kinds of tests, such as
/// `@ParameterizedTest`, become coroutines with `@OnLoop` alone. Counterparts:
/// `@pytest.mark.asyncio`, `@pytest.mark.anyio`, `runTest` of kotlinx-coroutines-test.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Test
@OnLoop
public @interface AsyncTest {}
