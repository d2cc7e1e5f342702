package jasyncio.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;

/// A test that is a coroutine, as [AsyncTest] makes it, and runs once on each [fiber
/// runtime][jasyncio.FiberKind] that this JVM allows.
///
/// For libraries, whose users may have the one or the other. Whatever [OnLoop] says beside it holds
/// for both, but for `fibers`; a policy that only one has ([SWITCH][
/// jasyncio.BlockingPolicy#SWITCH]) fails on the other. It stands alone: `@ParameterizedTest` and
/// the like run on both if they are in a class that two others extend, with an `@OnLoop(fibers =
/// …)` each. Counterpart: `pytest_asyncio_loop_factories`.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@TestTemplate
@OnLoop
public @interface OnEachRuntime {}
