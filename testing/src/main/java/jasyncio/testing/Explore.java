package jasyncio.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that is run again and again, each time with another order of events, until it fails or
/// enough has been tried.
///
/// ```java
/// class AccountTest {
///   @Explore(runs = 1000)
///   void nothingIsLost() {
///     var account = new Account();
///     await(gather(() -> account.deposit(1), () -> account.deposit(2)));
///     assertThat(account.balance()).isEqualTo(3);
///   }
/// }
/// ```
///
/// Each run has a fresh loop in virtual time, as [AsyncTest] has, and what an [OnLoop] beside it or
/// on the class says holds for it; the `@BeforeEach` and `@AfterEach` methods belong to the run.
/// The test's object is the same in all runs, so what a run needs is made in it, or in
/// `@BeforeEach`. Jobs in the loop's executor are run one by one, so that their order is known.
///
/// A run that does not come to an end within 100 000 turns of the loop has failed, or 2 000 000 of
/// all loops of a [simulation][Simulation]. One that an assumption calls off has neither failed nor
/// passed; if that is the plain one, so has the test.
///
/// The first run is the plain one, in which nothing happens out of order. When a run fails it is
/// run again, to see that it fails by the order of events and by nothing else; then it is
/// **shrunk**, to the fewest deviations from the plain order that make it fail in the same way. The
/// failure says what these are, and has the line that [replays][Replay] it.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Test
@ExtendWith(ExploreExtension.class)
@SuppressWarnings("exports") // the extension is for JUnit alone
public @interface Explore {
  /// What may be another way.
  enum Level {
    /// Only what may be so in production: which of several ready channels comes first, that a step
    /// of a task takes its time, or the loop wakes late, so that timers that are near each other
    /// come together, the order in which other threads complete, and when somebody cancels a task
    /// that [may be][TestScope#mayBeCancelled]. **Each failure is a fault** that can happen.
    FAITHFUL,

    /// Moreover, whatever is ready is given its turn in any order. asyncio promises that it is
    /// first come, first served: a failure says that the code relies on it, which is no fault by
    /// itself.
    CHAOS
  }

  /// How the next run is chosen.
  enum Strategy {
    /// By chance; from run to run with few or with many deviations.
    RANDOM,

    /// By chance, with few deviations in each run, and tasks of different priority: finds what
    /// needs few of them soonest. (Burckhardt et al., "A Randomized Scheduler with Probabilistic
    /// Guarantees of Finding Bugs".)
    PCT,

    /// By small changes to earlier runs that have seen somebody run after somebody else for the
    /// first time.
    COVERAGE,

    /// All of them, one after the other, if there are no more than the runs asked for; those with
    /// the fewest deviations first. For small tests. Steps take no time here; the loop wakes in
    /// time or a second late.
    EXHAUSTIVE
  }

  /// {@return how many runs at most}
  int runs() default 1000;

  /// {@return how many seconds of real time at most; what it does not suffice for is left out}
  double seconds() default 10;

  /// {@return what may be another way}
  Level level() default Level.FAITHFUL;

  /// {@return how runs are chosen}
  Strategy strategy() default Strategy.RANDOM;

  /// {@return what chance begins with; 0 for the same in each execution, derived from the test's
  /// name}
  long seed() default 0;
}
