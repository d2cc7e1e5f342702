package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.timeoutAt;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

@org.junit.jupiter.api.Timeout(600)
class TimeoutTest {

  @AsyncTest
  void body_thatIsInTime_givesItsValue() throws Exception {
    assertThat(timeout(100, () -> sleep(0, 42))).isEqualTo(42);
    assertThat(timeout(Duration.ofSeconds(100), () -> sleep(0, 42))).isEqualTo(42);
    assertThat(timeout((Duration) null, () -> sleep(0, 42))).isEqualTo(42);
    assertThat(timeout(Double.POSITIVE_INFINITY, () -> sleep(0, 42))).isEqualTo(42);
    assertThat(currentTask().cancelling()).isZero();
  }

  @AsyncTest
  void body_thatTakesTooLong_isATimeoutWithTheCancellationAsCause() {
    assertThatThrownBy(() -> timeout(0.001, () -> sleep(100)))
        .isInstanceOf(TimeoutException.class)
        .hasCauseInstanceOf(CancelledError.class);
    assertThatThrownBy(() -> timeout(Duration.ofMillis(1), () -> sleep(100)))
        .isInstanceOf(TimeoutException.class);
    assertThatThrownBy(() -> timeoutAt(getRunningLoop().time() + 0.001, () -> sleep(100)))
        .isInstanceOf(TimeoutException.class);
    assertThat(currentTask().cancelling()).isZero();
    sleep(0);
  }

  @AsyncTest
  void deadlineInThePast_letsABodyWithoutAwaitWin() throws Exception {
    assertThat(timeout(-1, () -> 42)).isEqualTo(42);
    assertThatThrownBy(() -> timeout(-1, () -> sleep(100))).isInstanceOf(TimeoutException.class);
    assertThat(timeout(0, () -> 42)).isEqualTo(42);
  }

  @AsyncTest
  void cancellationFromOutside_winsOverTheTimeout() {
    var order = new ArrayList<String>();
    var task =
        createTask(() -> {
          try {
            timeout(
                0.001,
                () -> {
                  try {
                    sleep(100);
                  } finally {
                    currentTask().cancel(); // somebody else's, as the count shows
                  }
                });
          } catch (TimeoutException e) {
            order.add("timeout");
          }
        });
    assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
    assertThat(order).isEmpty();
  }

  @AsyncTest
  void nested_innerExpiry_leavesTheOuterAlone() throws Exception {
    timeout(
        100,
        outer -> {
          var inner = jasyncio.Timeout.after(0.001);
          assertThatThrownBy(() -> inner.run(() -> sleep(100)))
              .isInstanceOf(TimeoutException.class);
          assertThat(inner.expired()).isTrue();
          assertThat(outer.expired()).isFalse();
          sleep(0);
        });
  }

  @AsyncTest
  void nested_sameDeadline_isTheOuterOnesTimeout() {
    double when = getRunningLoop().time() + 0.002;
    var outer = jasyncio.Timeout.at(when);
    var inner = jasyncio.Timeout.at(when);
    var seen = new ArrayList<Throwable>();
    assertThatThrownBy(() ->
            outer.run(() -> {
              try {
                inner.run(() -> sleep(100));
              } catch (Throwable e) {
                seen.add(e);
                throw e;
              }
            }))
        .isInstanceOf(TimeoutException.class);
    assertThat(seen).singleElement().isInstanceOf(CancelledError.class);
    assertThat(outer.expired()).isTrue();
    assertThat(inner.expired()).isTrue();
    assertThat(currentTask().cancelling()).isZero();
  }

  @AsyncTest
  void reschedule_movesTheDeadline() throws Exception {
    timeout(
        0.001,
        t -> {
          t.reschedule(Double.POSITIVE_INFINITY);
          assertThat(t.when()).isInfinite();
          sleep(0.005);
        });
    assertThatThrownBy(() ->
            timeout(
                (Duration) null,
                t -> {
                  t.reschedule(getRunningLoop().time() + 0.001);
                  sleep(100);
                }))
        .isInstanceOf(TimeoutException.class);
    assertThatThrownBy(() ->
            timeout(
                100,
                t -> {
                  t.reschedule(getRunningLoop().time() - 1);
                  sleep(100);
                }))
        .isInstanceOf(TimeoutException.class);
  }

  @AsyncTest
  void bodyThatThrowsItsOwnError_isToldOfTheTimeoutInIt() {
    var problem = new IOException("instead");
    var error =
        catchThrowable(() ->
            timeout(
                0.001,
                () -> {
                  try {
                    sleep(100);
                  } catch (CancelledError e) {
                    throw problem;
                  }
                }));
    assertThat(error).isSameAs(problem);
    assertThat(error.getSuppressed()).singleElement().isInstanceOf(TimeoutException.class);
    assertThat(currentTask().cancelling()).isZero();
  }

  @AsyncTest
  void limit_beginsWhenItIsMade() throws Exception {
    double before = getRunningLoop().time();
    var limit = jasyncio.Timeout.after(5);
    assertThat(limit.when()).isBetween(before + 5, getRunningLoop().time() + 5);
    double when = limit.when();
    limit.run(() -> assertThat(limit.when()).isEqualTo(when));
  }

  @Test
  void errorOfTheBodyInANestOfGroups_saysEverywhereThatTheTimeIsOver() {
    var problem = new IOException();
    Throwable nest = new ExceptionGroup("innermost", java.util.List.of(problem));
    for (int depth = 0; depth < 20_000; depth++) {
      nest = new ExceptionGroup("group", java.util.List.of(nest));
      nest.setStackTrace(new StackTraceElement[0]); // which would take all the memory
    }
    var thrown = (ExceptionGroup) nest;
    AsyncTests.run(() -> {
      var error =
          catchThrowable(() ->
              timeout(
                  0.001,
                  () -> {
                    try {
                      sleep(100);
                    } catch (CancelledError e) {
                      throw thrown;
                    }
                  }));
      assertThat(error).isSameAs(thrown);
    });
    assertThat(problem.getSuppressed()).hasAtLeastOneElementOfType(TimeoutException.class);
  }

  @AsyncTest
  void bodyThatSwallowsTheCancellation_givesItsValue() throws Exception {
    var limit = jasyncio.Timeout.after(0.001);
    var value =
        limit.run(() -> {
          try {
            return sleep(100, "late");
          } catch (CancelledError e) {
            return "swallowed";
          }
        });
    assertThat(value).isEqualTo("swallowed");
    assertThat(limit.expired()).isTrue();
    assertThat(currentTask().cancelling()).isZero();
    sleep(0);
  }

  @AsyncTest
  void toString_tellsTheState() throws Exception {
    var limit = jasyncio.Timeout.after(100);
    assertThat(limit).hasToString("<Timeout [created]>");
    limit.run(() -> assertThat(limit.toString()).startsWith("<Timeout [active] when="));
    assertThat(limit).hasToString("<Timeout [finished]>");
    assertThat(limit.expired()).isFalse();
  }

  @AsyncTest
  void waitFor_timesOutOrGivesTheValue() throws Exception {
    assertThat(waitFor(() -> sleep(0, 42), 100)).isEqualTo(42);
    assertThat(waitFor(() -> sleep(0, 42), (Duration) null)).isEqualTo(42);
    var order = new ArrayList<String>();
    var task =
        createTask(() -> {
          try {
            sleep(100);
          } finally {
            sleep(0.001);
            order.add("cleaned up");
          }
        });
    assertThatThrownBy(() -> waitFor(task, 0.001)).isInstanceOf(TimeoutException.class);
    assertThat(order).containsExactly("cleaned up");
    assertThat(task.cancelled()).isTrue();
  }

  @AsyncTest
  void waitFor_withNoTimeLeft_neverStartsTheBody() throws Exception {
    var order = new ArrayList<String>();
    assertThatThrownBy(() ->
            waitFor(
                () -> {
                  order.add("body");
                },
                0))
        .isInstanceOf(TimeoutException.class);
    assertThat(order).isEmpty();
    var done = getRunningLoop().<Integer>createFuture();
    done.setResult(1);
    assertThat(waitFor(done, 0)).isEqualTo(1);
  }
}
