package jasyncio.internal.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.testing.AsyncTests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class StaggeredTest {
  private final List<Throwable> errors = new ArrayList<>();
  private final List<String> late = new ArrayList<>();
  private final List<String> log = new ArrayList<>();

  private Awaitable<String, ?> attempt(String name, double seconds, boolean succeeds) {
    return () -> {
      log.add(name);
      try {
        sleep(seconds);
      } catch (CancelledError e) {
        log.add(name + " cancelled");
        throw e;
      }
      if (!succeeds) {
        throw new IOException(name);
      }
      return name;
    };
  }

  @Test
  void slowAttempt_isOvertaken() {
    AsyncTests.run(() -> {
      var winner =
          Staggered.race(
              List.of(
                  attempt("slow", 100, true),
                  attempt("fast", 0.01, true),
                  attempt("never", 0, true)),
              0.02,
              errors,
              late::add);
      assertThat(winner).isEqualTo("fast");
    });
    assertThat(log).containsExactly("slow", "fast", "slow cancelled");
    assertThat(errors).isEmpty();
  }

  @Test
  void failedAttempt_startsTheNextAtOnce() {
    AsyncTests.run(() -> {
      var winner =
          Staggered.race(
              List.of(attempt("bad", 0, false), attempt("good", 0, true)), 1000, errors, late::add);
      assertThat(winner).isEqualTo("good");
    });
    assertThat(errors).singleElement().satisfies(e -> assertThat(e).hasMessage("bad"));
  }

  // CPython: an attempt is followed when the one before it has failed, or after the delay
  @Test
  void failureOfAnEarlierAttempt_startsNothing() {
    double delay = 0.02;
    AsyncTests.run(() -> {
      var loop = getRunningLoop();
      var secondBegan = loop.<@Nullable Void>createFuture();
      Awaitable<Double, ?> first =
          () -> {
            secondBegan.await();
            throw new IOException("first");
          };
      Awaitable<Double, ?> second =
          () -> {
            secondBegan.setResult(null);
            sleep(100);
            return 0.0;
          };
      double began = loop.time();
      var third =
          Staggered.race(
              List.of(first, second, loop::time), delay, errors, late -> assertThat(late).isZero());
      assertThat(third - began).isCloseTo(2 * delay, within(1e-6));
    });
    assertThat(errors).extracting(Throwable::getMessage).containsExactly("first");
  }

  @Test
  void allFailed_isNull() {
    AsyncTests.run(() ->
        assertThat(
                Staggered.race(
                    List.of(attempt("a", 0.01, false), attempt("b", 0, false)),
                    0.001,
                    errors,
                    late::add))
            .isNull());
    assertThat(errors).extracting(Throwable::getMessage).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void whatComesTooLate_isDiscarded() {
    AsyncTests.run(() -> {
      Awaitable<String, ?> stubborn =
          () -> {
            try {
              sleep(100);
            } catch (CancelledError e) {
              return "late";
            }
            return "never";
          };
      assertThat(
              Staggered.race(
                  List.of(stubborn, attempt("first", 0, true)), 0.001, errors, late::add))
          .isEqualTo("first");
    });
    assertThat(late).containsExactly("late");
  }

  @Test
  void cancellation_afterASuccess_losesNothing() {
    AsyncTests.run(() -> {
      var mayEnd = getRunningLoop().<@Nullable Void>createFuture();
      Awaitable<String, ?> stubborn =
          () -> {
            try {
              sleep(100);
            } catch (CancelledError e) {
              log.add("asked to end");
              mayEnd.await();
            }
            return "late";
          };
      var race =
          createTask(() ->
              Staggered.race(
                  List.of(stubborn, attempt("first", 0, true)), 0.001, errors, late::add));
      while (!log.contains("asked to end")) {
        sleep(0.001);
      }
      race.cancel();
      mayEnd.setResult(null);
      assertThat(race.await()).isEqualTo("first");
    });
    assertThat(late).containsExactly("late");
  }

  @Test
  void secondSuccessAtTheSameTime_isDiscarded() {
    AsyncTests.run(() -> {
      var go = getRunningLoop().<@Nullable Void>createFuture();
      Awaitable<String, ?> a =
          () -> {
            go.await();
            return "a";
          };
      Awaitable<String, ?> b =
          () -> {
            go.setResult(null);
            return "b";
          };
      var winner = Staggered.race(List.of(a, b), 0.001, errors, late::add);
      assertThat(winner).isIn("a", "b");
      late.add(0, winner);
    });
    assertThat(late).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void cancellation_cancelsAllAttempts() {
    AsyncTests.run(() -> {
      var race =
          createTask(() ->
              Staggered.race(
                  List.of(attempt("a", 100, true), attempt("b", 100, true)),
                  0.001,
                  errors,
                  late::add));
      sleep(0.02);
      race.cancel();
      assertThatThrownBy(race::await).isInstanceOf(CancelledError.class);
    });
    assertThat(log).containsExactlyInAnyOrder("a", "b", "a cancelled", "b cancelled");
  }

  // CPython: test_staggered.StaggeredTests.test_empty
  @Test
  void nothingToTry_isNull() {
    AsyncTests.run(() ->
        assertThat(Staggered.race(List.<Awaitable<String, ?>>of(), 0.001, errors, late::add))
            .isNull());
    assertThat(errors).isEmpty();
  }

  // CPython: test_staggered.StaggeredTests.test_one_successful
  @Test
  void oneAttempt_wins_andTheNextNeverStarts() {
    AsyncTests.run(() ->
        assertThat(
                Staggered.race(
                    List.of(attempt("first", 0, true), attempt("never", 0, true)),
                    1000,
                    errors,
                    late::add))
            .isEqualTo("first"));
    assertThat(log).containsExactly("first");
    assertThat(errors).isEmpty();
  }

  // CPython: test_eager_task_factory.EagerTaskFactoryLoopTests
  //     .test_staggered_race_with_eager_tasks, …_no_delay
  @Test
  void eagerTasks_raceAlike() {
    AsyncTests.run(() -> {
      getRunningLoop().setTaskFactory(Asyncio.eagerTaskFactory());
      Awaitable<String, ?> fails =
          () -> {
            throw new IOException("at once");
          };
      Awaitable<String, ?> second =
          () -> {
            while (errors.size() < 2) {
              sleep(0.001);
            }
            return "second";
          };
      assertThat(
              Staggered.race(
                  List.of(fails, attempt("good", 0.001, true), attempt("never", 0, true)),
                  1000,
                  errors,
                  late::add))
          .isEqualTo("good");
      assertThat(
              Staggered.race(
                  List.of(attempt("blocked", 100, true), second, attempt("bad", 0, false)),
                  0.001,
                  errors,
                  late::add))
          .isEqualTo("second");
    });
    assertThat(log).contains("blocked cancelled").doesNotContain("never");
    assertThat(errors).extracting(Throwable::getMessage).containsExactly("at once", "bad");
  }
}
