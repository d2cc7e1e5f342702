package jasyncio.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Has an [Explore] test run once, in the way that a failure has named: beside that annotation, as
/// long as the fault is looked for.
///
/// It holds for the code as it is: after a change of the test, or of what it tests, the same
/// choices may mean something else. When it passes, take it away: with it, nothing else is tried.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Test // so that one without an @Explore says so
@ExtendWith(ExploreExtension.class)
@SuppressWarnings("exports") // the extension is for JUnit alone
public @interface Replay {
  /// {@return the run, `j1:…`}
  String value();
}
