package jasyncio.sync;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class LockTest {
  private final Lock lock = new Lock();

  @AsyncTest
  void run_givesTheValueAndReleases_alsoIfTheBodyThrows() {
    String value =
        lock.run(() -> {
          assertThat(lock.locked()).isTrue();
          return "value";
        });
    assertThat(value).isEqualTo("value");
    var problem = new IOException("checked");
    assertThatThrownBy(() ->
            lock.run(() -> {
              throw problem;
            }))
        .isSameAs(problem);
    assertThat(lock.locked()).isFalse();
  }

  @AsyncTest
  void held_closedTwice_releasesOnce() {
    var first = lock.acquire();
    first.close();
    try (var _ = lock.acquire()) {
      first.close(); // would release what is not its own
      assertThat(lock.locked()).isTrue();
    }
    assertThat(lock.locked()).isFalse();
  }

  @AsyncTest
  void statistics_tellOwnerAndWaiters() {
    assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(false, null, 0));
    lock.acquire();
    var waiter = createTask(() -> lock.run(() -> lock.statistics()));
    sleep(0);
    assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(true, currentTask(), 1));
    assertThat(lock).hasToString("<Lock [locked, waiters:1]>");
    lock.release();
    assertThat(await(waiter)).isEqualTo(new Lock.Statistics(true, waiter, 0));
    assertThat(lock.statistics().owner()).isNull();
  }

  @Test
  void acquire_whenFree_worksOutsideOfAnyLoop() {
    try (var _ = lock.acquire()) {
      assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(true, null, 0));
      assertThatThrownBy(lock::acquire)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "<Lock [locked]> would have to wait, but no event loop runs here");
    }
  }

  @AsyncTest
  void acquire_inACallback_isAMisuseThatLeavesNothingBehind() {
    lock.acquire();
    var seen = new ArrayList<Throwable>();
    var asked = new Event();
    Asyncio.getRunningLoop()
        .callSoon(() -> {
          try {
            lock.acquire();
          } catch (IllegalStateException e) {
            seen.add(e);
          }
          asked.set();
        });
    asked.await();
    assertThat(seen.getFirst()).hasMessageStartingWith("await outside a coroutine");
    assertThat(lock.statistics().tasksWaiting()).isZero();
  }

  @Test
  void release_whenFree_isAMisuse() {
    assertThatThrownBy(lock::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Lock is not acquired.");
  }

  @AsyncTest
  void waitFor_thatTimesOut_leavesTheLine() {
    lock.acquire();
    assertThatThrownBy(() -> waitFor(lock::acquire, 0.001)).isInstanceOf(TimeoutException.class);
    assertThat(lock).hasToString("<Lock [locked]>");
  }

  /// Whatever is cancelled when: one at a time holds it, everybody else gets it in order, and it is
  /// free in the end.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomCancellations_neverBreakExclusionOrOrder(long seed) {
    var random = new Random(seed);
    var got = new ArrayList<Integer>();
    run(() -> {
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < 200; i++) {
        int number = i;
        int pauses = random.nextInt(3);
        tasks.add(
            createTask(() ->
                lock.run(() -> {
                  got.add(number);
                  assertThat(lock.statistics().owner()).isSameAs(currentTask());
                  for (int k = 0; k < pauses; k++) {
                    sleep(0);
                    assertThat(lock.statistics().owner()).isSameAs(currentTask());
                  }
                })));
      }
      for (int i = 0; i < 150; i++) {
        tasks.get(random.nextInt(tasks.size())).cancel();
        if (random.nextBoolean()) {
          sleep(0);
        }
      }
      Asyncio.wait(tasks);
      for (var task : tasks) {
        assertThat(task.cancelled() || task.exception() == null).isTrue();
      }
    });
    assertThat(got).isSorted().doesNotHaveDuplicates();
    assertThat(lock).hasToString("<Lock [unlocked]>");
  }

  @AsyncTest
  void cancelledWaiter_hasAcquiredNothing() {
    lock.acquire();
    var waiter = createTask(() -> lock.acquire());
    sleep(0);
    lock.release();
    waiter.cancel();
    assertThatThrownBy(() -> await(waiter)).isInstanceOf(CancelledError.class);
    assertThat(lock.locked()).isFalse();
    assertThat(List.of(lock.statistics().tasksWaiting())).containsExactly(0);
  }
}
