package jasyncio.cpython;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.sync.Barrier;
import jasyncio.sync.BrokenBarrierException;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What CPython's test_locks.py asserts and nothing else here does.
@Timeout(600)
class CPythonLocksTest {
  private static final int N = 5;
  private final List<Object> results = new ArrayList<>();

  // CPython: test_locks.EventTests.test_wait
  @AsyncTest
  void event_whoComesToASetOneDoesNotWait() {
    var event = new Event();
    var first = createTask(() -> results.add(event.await() ? 1 : 0));
    var second = createTask(() -> results.add(event.await() ? 2 : 0));
    sleep(0);
    assertThat(results).isEmpty();
    var third = createTask(() -> results.add(event.await() ? 3 : 0));
    event.set();
    sleep(0);
    assertThat(results).containsExactly(3, 1, 2);
    assertThat(List.of(first.done(), second.done(), third.done())).containsOnly(true);
  }

  // CPython: test_locks.ConditionTests.test_wait_for
  @AsyncTest
  void condition_waitForLooksAtItsPredicate() {
    var condition = new Condition();
    var right = new boolean[1];
    var waiter =
        createTask(() -> {
          condition.acquire();
          condition.waitFor(() -> right[0]);
          results.add(1);
          condition.release();
        });
    sleep(0);
    condition.run(() -> condition.signal());
    sleep(0);
    assertThat(results).isEmpty();
    right[0] = true;
    condition.run(() -> condition.signal());
    sleep(0);
    assertThat(results).containsExactly(1);
    assertThat(waiter.done()).isTrue();
  }

  // CPython: test_locks.ConditionTests.test_cancelled_error_wakeup
  @AsyncTest
  void condition_cancelledWaitRaisesTheVeryError() {
    var condition = new Condition();
    var raised = new ArrayList<CancelledError>();
    var task =
        createTask(() ->
            condition.run(() -> {
              try {
                condition.waitFor(() -> false);
              } catch (CancelledError e) {
                raised.add(e);
                throw e;
              }
            }));
    sleep(0);
    task.cancel("foo");
    assertThatThrownBy(() -> await(task)).isSameAs(raised.getFirst()).hasMessage("foo");
  }

  /// Barriers that are passed again, reset and aborted while some have passed them and some wait.
  @Nested
  class Barriers {
    private final Barrier barrier = new Barrier(N);

    private void runAll(Action<?> coroutine) {
      run(() -> {
        var tasks = new ArrayList<Task<Void>>();
        for (int i = 0; i < N; i++) {
          tasks.add(createTask(coroutine));
        }
        await(gather(tasks));
      });
      assertThat(barrier.nWaiting()).isZero();
      assertThat(barrier.toString()).doesNotContain("resetting");
    }

    private boolean breaks(Callable<?> call) throws Exception {
      try {
        call.call();
        return false;
      } catch (BrokenBarrierException _) {
        return true;
      }
    }

    // CPython: test_locks.BarrierTests.test_filling_one_task_twice
    @AsyncTest
    void barrier_ofOneNeverWaits() {
      var single = new Barrier(1);
      var first = createTask(single);
      sleep(0);
      assertThat(single.nWaiting()).isZero();
      var second = createTask(single);
      sleep(0);
      assertThat(List.of(first.result(), second.result())).containsExactly(0, 0);
      assertThat(single.nWaiting()).isZero();
      assertThat(single.broken()).isFalse();
    }

    // CPython: test_locks.BarrierTests.test_filling_task_by_task
    @AsyncTest
    void barrier_filledTaskByTask() {
      var three = new Barrier(3);
      var first = createTask(three);
      sleep(0);
      assertThat(three).hasToString("<Barrier [filling, waiters:1/3]>");
      var second = createTask(three);
      sleep(0);
      assertThat(three).hasToString("<Barrier [filling, waiters:2/3]>");
      var third = createTask(three);
      sleep(0);
      await(gather(first, second, third));
      assertThat(three.nWaiting()).isZero();
      assertThat(three.broken()).isFalse();
    }

    // CPython: test_locks.BarrierTests.test_filling_tasks_wait_twice, …_check_return_value
    @Test
    void barrier_passedTwice() {
      var numbers = new ArrayList<Integer>();
      runAll(() -> {
        barrier.await();
        results.add("first");
        numbers.add(barrier.await());
        results.add("second");
      });
      assertThat(results).hasSize(2 * N);
      assertThat(results.subList(0, N)).containsOnly("first");
      assertThat(results.subList(N, 2 * N)).containsOnly("second");
      assertThat(numbers).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
      assertThat(barrier.broken()).isFalse();
    }

    // CPython: test_locks.BarrierTests.test_blocking_tasks_while_draining
    @Test
    void barrier_someWaitAgainWhileItDrains() {
      var others = new Barrier(N - 2);
      var again = new int[] {2};
      runAll(() -> {
        barrier.await();
        if (again[0] > 0) {
          again[0]--;
        } else {
          others.await();
        }
        barrier.await();
      });
      assertThat(others.nWaiting()).isZero();
    }

    // CPython: test_locks.BarrierTests.test_reset_barrier
    @AsyncTest
    void barrier_resetWithoutWaiters() {
      barrier.reset();
      sleep(0);
      assertThat(barrier.nWaiting()).isZero();
      assertThat(barrier.broken()).isFalse();
    }

    // CPython: test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining
    @Test
    void barrier_resetWhenHalfOfThemAreOut() {
      var out = new int[1];
      runAll(() -> {
        if (breaks(barrier::await)) {
          results.add("broken");
        } else if (++out[0] == N - N / 2) {
          barrier.reset();
        }
      });
      assertThat(results).isEqualTo(Collections.nCopies(N / 2, "broken"));
      assertThat(barrier.broken()).isFalse();
    }

    // CPython: test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking
    @Test
    void barrier_resetWhenSomeAreOutAndSomeWaitAgain() {
      int blocking = N / 2;
      var count = new int[1];
      runAll(() -> {
        if (breaks(barrier::await)) {
          results.add("still inside");
          barrier.await();
        } else if (++count[0] > blocking) {
          barrier.reset();
          barrier.await();
        } else if (breaks(barrier::await)) {
          results.add("never: those who wait to get in are not concerned");
        }
      });
      assertThat(results).isEqualTo(Collections.nCopies(blocking, "still inside"));
      assertThat(barrier.broken()).isFalse();
    }

    // CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again
    @AsyncTest
    void barrier_resetAndWaitedForAgain() {
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < N - 1; i++) {
        tasks.add(
            createTask(() -> {
              try {
                results.add(breaks(barrier::await));
              } finally {
                barrier.await();
                results.add("passed");
              }
            }));
      }
      createTask(() -> barrier.reset());
      sleep(0);
      createTask(() -> {
        barrier.await();
        results.add("passed");
      });
      await(gather(tasks));
      assertThat(barrier.broken()).isFalse();
      assertThat(results.subList(0, N - 1)).containsOnly(true);
      assertThat(results.subList(N - 1, results.size()))
          .isEqualTo(Collections.nCopies(N, "passed"));
      assertThat(barrier.nWaiting()).isZero();
    }

    // CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_draining
    @Test
    void barrier_resetByTheLastOneOut() {
      var count = new int[1];
      runAll(() -> {
        barrier.await();
        if (++count[0] == N) {
          barrier.reset();
          barrier.await();
        } else {
          barrier.await();
          results.add("second");
        }
        barrier.await();
        results.add("third");
      });
      assertThat(barrier.broken()).isFalse();
      assertThat(results).filteredOn("second"::equals).hasSize(N - 1);
      assertThat(results).filteredOn("third"::equals).hasSize(N);
    }

    // CPython: test_locks.BarrierTests.test_abort_barrier
    @AsyncTest
    void barrier_abortWithoutWaiters() {
      barrier.abort();
      assertThat(barrier.nWaiting()).isZero();
      assertThat(barrier.broken()).isTrue();
    }

    // CPython: test_locks.BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking
    @Test
    void barrier_abortWhenSomeAreOutAndSomeWaitAgain() {
      int blocking = N / 2;
      var count = new int[1];
      runAll(() -> {
        if (breaks(barrier::await)) {
          results.add("still inside");
        } else if (++count[0] > blocking) {
          barrier.abort();
        } else if (breaks(barrier::await)) {
          results.add("wants in again");
        }
      });
      assertThat(barrier.broken()).isTrue();
      assertThat(results).filteredOn("still inside"::equals).hasSize(blocking);
      assertThat(results).filteredOn("wants in again"::equals).hasSize(N - blocking - 1);
    }

    // CPython: test_locks.BarrierTests.test_abort_barrier_when_exception
    @Test
    void barrier_abortAfterAnError() {
      runAll(() -> {
        try {
          if (barrier.await() == N / 2) {
            throw new IllegalArgumentException();
          }
          barrier.await();
          results.add("never");
        } catch (BrokenBarrierException _) {
          results.add("broken");
        } catch (IllegalArgumentException _) {
          barrier.abort();
        }
      });
      assertThat(barrier.broken()).isTrue();
      assertThat(results).isEqualTo(Collections.nCopies(N - 1, "broken"));
    }

    // CPython: test_locks.BarrierTests.test_abort_barrier_when_exception_then_resetting
    @Test
    void barrier_abortAfterAnErrorThenReset() {
      var sync = new Barrier(N);
      runAll(() -> {
        try {
          if (barrier.await() == N / 2) {
            throw new IllegalArgumentException();
          }
          barrier.await();
          results.add("never");
        } catch (BrokenBarrierException _) {
          results.add("broken");
        } catch (IllegalArgumentException _) {
          barrier.abort();
        }
        // everybody has left it when it is reset, and nobody enters before
        if (sync.await() == N / 2) {
          barrier.reset();
        }
        sync.await();
        barrier.await();
        results.add("passed");
      });
      assertThat(barrier.broken()).isFalse();
      assertThat(results.subList(0, N - 1)).containsOnly("broken");
      assertThat(results.subList(N - 1, results.size()))
          .isEqualTo(Collections.nCopies(N, "passed"));
    }
  }
}
