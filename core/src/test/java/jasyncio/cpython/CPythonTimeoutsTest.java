package jasyncio.cpython;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Timeout;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What CPython's test_timeouts.py and test_waitfor.py assert and nothing else here does.
@org.junit.jupiter.api.Timeout(600)
class CPythonTimeoutsTest {
  private final List<Object> order = new ArrayList<>();

  /// Keeps the loop busy until its clock shows that time.
  private static void computeUntil(double when) {
    var loop = getRunningLoop();
    while (loop.time() < when) {
      Thread.onSpinWait();
    }
  }

  // CPython: test_timeouts.TimeoutTests.test_timeout_disabled, test_timeout_at_disabled,
  // test_repr_disabled
  @Test
  void noLimit_isNeverOver() throws Exception {
    AsyncTests.run(() -> {
      for (var limit :
          List.of(Timeout.after(Double.POSITIVE_INFINITY), Timeout.at(Double.POSITIVE_INFINITY))) {
        limit.run(() -> {
          sleep(0.001);
          assertThat(limit).hasToString("<Timeout [active] when=Infinity>");
        });
        assertThat(limit.expired()).isFalse();
        assertThat(limit.when()).isInfinite();
      }
    });
  }

  // CPython: test_timeouts.TimeoutTests.test_timeout_zero, test_timeout_zero_sleep_zero,
  // test_timeout_in_the_past_sleep_zero, test_repr_expired
  @AsyncTest
  void limitOfZeroOrLess_endsTheFirstAwait() {
    var loop = getRunningLoop();
    for (double delay : new double[] {0, 0, -11}) {
      double before = loop.time();
      var limit = Timeout.after(delay);
      assertThatThrownBy(() -> limit.run(() -> sleep(0))).isInstanceOf(TimeoutException.class);
      assertThat(limit.expired()).isTrue();
      assertThat(limit.when()).isBetween(before + delay, loop.time());
      assertThat(limit).hasToString("<Timeout [expired]>");
    }
    assertThatThrownBy(() -> Asyncio.timeout(0.0, () -> sleep(10)))
        .isInstanceOf(TimeoutException.class);
  }

  // CPython: test_timeouts.TimeoutTests.test_nested_timeouts_concurrent
  @Test
  void outerLimitThatIsOverWhileTheInnerOneRuns_isThrownOutside() {
    run(() -> {
      double start = getRunningLoop().time();
      var inner = Timeout.after(0.004);
      var outer = Timeout.at(start + 0.002);
      assertThatThrownBy(() ->
              outer.run(() -> {
                try {
                  inner.run(() -> {
                    computeUntil(start + 0.01); // both are over when it awaits
                    sleep(10);
                  });
                } catch (TimeoutException e) {
                  order.add("inner");
                  sleep(10);
                }
              }))
          .isInstanceOf(TimeoutException.class);
      assertThat(outer.expired()).isTrue();
    });
  }

  // CPython: test_timeouts.TimeoutTests.test_nested_timeouts_loop_busy
  @Test
  void innerLimitOnABusyLoop_leavesTheOuterOneItsOwn() {
    run(() -> {
      double start = getRunningLoop().time();
      assertThatThrownBy(() ->
              Asyncio.timeoutAt(
                  start + 100,
                  outer -> {
                    assertThatThrownBy(() ->
                            Asyncio.timeoutAt(
                                start + 0.005,
                                () -> {
                                  computeUntil(start + 0.02);
                                  sleep(10);
                                }))
                        .isInstanceOf(TimeoutException.class);
                    order.add("inner");
                    outer.reschedule(getRunningLoop().time() + 0.001);
                    sleep(10);
                  }))
          .isInstanceOf(TimeoutException.class);
      assertThat(order).containsExactly("inner");
    });
  }

  // CPython: test_timeouts.TimeoutTests.test_nested_timeout_in_finally
  @AsyncTest
  void limitInTheCleanupOfALimit_isAnError_ofItsOwn() {
    assertThatThrownBy(() ->
            Asyncio.timeout(
                0.001,
                () -> {
                  try {
                    sleep(10);
                  } finally {
                    assertThatThrownBy(() -> Asyncio.timeout(0.001, () -> sleep(10)))
                        .isInstanceOf(TimeoutException.class)
                        .hasCauseInstanceOf(CancelledError.class);
                    order.add("cleaned up");
                  }
                }))
        .isInstanceOf(TimeoutException.class)
        .hasCauseInstanceOf(CancelledError.class);
    assertThat(order).containsExactly("cleaned up");
    assertThat(currentTask().cancelling()).isZero();
  }

  // CPython: test_timeouts.TimeoutTests.test_timeout_after_cancellation,
  // test_cancel_in_timeout_after_cancellation
  @AsyncTest
  void limitAfterASwallowedCancellation_countsOnItsOwn() {
    currentTask().cancel();
    assertThatThrownBy(() -> sleep(1)).isInstanceOf(CancelledError.class);
    assertThatThrownBy(() -> Asyncio.timeout(0.0, () -> sleep(1)))
        .isInstanceOf(TimeoutException.class);
    assertThatThrownBy(() ->
            Asyncio.timeout(
                1.0,
                () -> {
                  currentTask().cancel();
                  sleep(2);
                }))
        .isInstanceOf(CancelledError.class);
  }

  @Nested
  class WaitFor {
    /// Goes on until `end` is set, and ignores cancellations.
    private void stubborn(Event end) {
      while (!end.isSet()) {
        try {
          end.await();
        } catch (CancelledError e) {
          order.add("ignored");
        }
      }
      order.add("exited");
    }

    // CPython: test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_cancelled
    @AsyncTest
    void cancelled_aroundABodyThatIgnoresIt_waitsForIt() {
      var end = new Event();
      var task = createTask(() -> waitFor(() -> stubborn(end), 10));
      sleep(0);
      sleep(0);
      task.cancel();
      sleep(0);
      sleep(0);
      assertThat(task.done()).isFalse();
      end.set();
      Asyncio.wait(List.of(task));
      assertThat(order).containsExactly("ignored", "exited");
    }

    // CPython: test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_timeout
    @Test
    void timedOut_aroundABodyThatIgnoresIt_waitsForIt() {
      AsyncTests.run(() -> {
        var end = new Event();
        var task = createTask(() -> waitFor(() -> stubborn(end), 0.001));
        while (order.isEmpty()) {
          sleep(0.001);
        }
        assertThat(task.done()).isFalse();
        end.set();
        Asyncio.wait(List.of(task));
        assertThat(order).containsExactly("ignored", "exited");
      });
    }

    // CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0
    @AsyncTest
    void noTimeLeft_cancelsATaskThatRuns() {
      for (double timeout : new double[] {0, -1}) {
        var started = new Event();
        var task =
            createTask(() -> {
              started.set();
              try {
                sleep(10);
              } finally {
                order.add("ended");
              }
              return "done";
            });
        started.await();
        assertThatThrownBy(() -> waitFor(task, timeout)).isInstanceOf(TimeoutException.class);
        assertThat(task.cancelled()).isTrue();
      }
      assertThat(order).containsExactly("ended", "ended");
    }

    // CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_race_condition
    @AsyncTest
    void futureSetAtOnce_isInTime() throws Exception {
      var future = getRunningLoop().<String>createFuture();
      getRunningLoop().callSoon(() -> future.setResult("ok"));
      assertThat(waitFor(future, 10)).isEqualTo("ok");
    }

    // CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation,
    // …_w_timeout_0
    @Test
    void cleanupOfATask_isWaitedFor_alsoWithNoTimeLeft() {
      AsyncTests.run(() -> {
        for (double timeout : new double[] {0.001, 0}) {
          order.clear();
          var task =
              createTask(() -> {
                try {
                  sleep(10);
                } catch (CancelledError e) {
                  sleep(0.001);
                  order.add("cleaned up");
                  throw e;
                }
              });
          sleep(0);
          assertThatThrownBy(() -> waitFor(task, timeout))
              .isInstanceOf(TimeoutException.class)
              .hasCauseInstanceOf(CancelledError.class);
          assertThat(order).containsExactly("cleaned up");
        }
      });
    }

    // CPython: test_waitfor.AsyncioWaitForTest.test_cancel_blocking_wait_for, test_cancel_wait_for
    @AsyncTest
    void cancelled_cancelsItsTask_withALimitOrWithout() {
      for (double timeout : new double[] {Double.POSITIVE_INFINITY, 60}) {
        var task = createTask(() -> await(getRunningLoop().createFuture()));
        var waiting = createTask(() -> waitFor(task, timeout));
        getRunningLoop().callSoon(waiting::cancel);
        assertThatThrownBy(() -> await(waiting)).isInstanceOf(CancelledError.class);
        assertThat(task.cancelled()).isTrue();
      }
    }

    // CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_issue86296
    @AsyncTest
    void cancelled_whenItsTaskIsJustDone_isCancelled() {
      var inner = createTask(() -> "done");
      var task =
          createTask(() -> {
            waitFor(inner, 100);
            sleep(1);
            order.add("never");
          });
      sleep(0);
      task.cancel();
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
      assertThat(await(inner)).isEqualTo("done");
      assertThat(order).isEmpty();
    }

    // CPython: test_waitfor.WaitForShieldTests.test_zero_timeout, test_none_timeout
    @AsyncTest
    void shieldedTask_goesOn() throws Exception {
      var end = new Event();
      var task =
          createTask(() -> {
            end.await();
            return "done";
          });
      var shielded = shield(task);
      assertThatThrownBy(() -> waitFor(shielded, 0)).isInstanceOf(TimeoutException.class);
      assertThat(task.done()).isFalse();
      assertThat(task.cancelled()).isFalse();
      assertThat(shielded.cancelled()).isTrue();
      getRunningLoop().callSoon(end::set);
      assertThat(waitFor(shield(task), Double.POSITIVE_INFINITY)).isEqualTo("done");
      assertThat(task.done()).isTrue();
    }
  }
}
