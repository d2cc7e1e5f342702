package jasyncio.testing;

import jasyncio.BlockingPolicy;
import jasyncio.FiberKind;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Runs tests and their lifecycle methods as coroutines on a loop.
///
/// On a method it is for that test, of whatever kind (`@Test`, `@ParameterizedTest`,
/// `@RepeatedTest`, `@TestFactory`), on a class for all tests in it and in its nested classes. The
/// methods `@BeforeEach` and `@AfterEach` of a test run on its loop, too, and may await; so may
/// `@BeforeAll` and `@AfterAll` where the annotation is on the class. What context variables are
/// set to in one is seen by those that run later. The annotation next to a test decides, with all
/// its values, but for [#scope()], which that of the class does.
///
/// A test method takes a [TestClock], a [TestScope], its [Points] and the
/// [EventLoop][jasyncio.EventLoop] as parameters, if it wants.
///
/// A test fails, beside its own failure,
///
/// - as soon as nobody can ever run again: a **dead-lock**, with everybody who waits, for what, and
///   where (virtual time only, and not while a signal is handled, which may come; a thread that the
///   loop does not know of, and that is going to call it, has to be
///   [announced][TestScope#outside]);
/// - if it takes longer than [#timeoutSeconds()] in real time, with the same;
/// - if code on the loop **blocks** the thread, with the stack (scheduled fiber runtime only);
/// - if a task's or a callback's **error** is read by nobody: that includes an `AssertionError` in
///   a task;
/// - if something is **left** at its end, see [Leftover]. A task that is meant to run as long as
///   the test does is made with [TestScope#background].
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@ExtendWith(LoopExtension.class)
@SuppressWarnings("exports") // the extension is for JUnit alone
public @interface OnLoop {
  /// {@return how time passes}
  TimeMode time() default TimeMode.VIRTUAL;

  /// {@return what happens if code on the loop blocks the thread; only the scheduled fiber runtime
  /// can tell, on the portable one it is [BlockingPolicy#BLOCK]}
  BlockingPolicy blocking() default BlockingPolicy.FORBID;

  /// {@return the fiber runtime, at most one; none: the one that programs get}
  FiberKind[] fibers() default {};

  /// {@return whether the loop is in debug mode; that of the JVM holds anyway}
  boolean debug() default false;

  /// {@return after how many seconds of real time a test has failed; 0 for never}
  double timeoutSeconds() default 60;

  /// {@return how long the loop lives}
  LoopScope scope() default LoopScope.TEST;

  /// {@return what may be left at the end}
  Leftover[] allow() default {};
}
