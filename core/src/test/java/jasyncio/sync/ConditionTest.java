package jasyncio.sync;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.testing.AsyncTest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class ConditionTest {
  private final Condition condition = new Condition();

  @AsyncTest
  void timeLimit_insideTheLock_leavesItHeld() {
    condition.run(() -> {
      assertThatThrownBy(() -> waitFor(condition, 0.001)).isInstanceOf(TimeoutException.class);
      assertThat(condition.locked()).isTrue();
    });
    assertThat(condition).hasToString("<Condition [unlocked]>");
  }

  @AsyncTest
  void await_isRaisedTheVeryCancellation_whileItWaitsForTheLockAgain() {
    var seen = new ArrayList<CancelledError>();
    var task =
        createTask(() ->
            condition.run(() -> {
              try {
                condition.await();
              } catch (CancelledError e) {
                seen.add(e);
                throw e;
              }
            }));
    sleep(0);
    condition.acquire();
    condition.signal();
    sleep(0); // it waits for the lock again
    task.cancel("foo");
    condition.release();
    assertThatThrownBy(() -> await(task)).isSameAs(seen.getFirst()).hasMessage("foo");
  }

  @AsyncTest
  void statistics_tellOfTheLockToo() {
    var task = createTask(() -> condition.run(condition));
    sleep(0);
    assertThat(condition.statistics())
        .isEqualTo(new Condition.Statistics(1, new Lock.Statistics(false, null, 0)));
    condition.run(() -> condition.signal());
    assertThat(await(task)).isTrue();
  }

  @AsyncTest
  void withoutTheLock_allIsRefused() {
    assertThatThrownBy(condition::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot wait on un-acquired lock; acquire the condition first");
    assertThatThrownBy(condition::signal)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot notify on un-acquired lock; acquire the condition first");
    assertThatThrownBy(condition::signalAll).isInstanceOf(IllegalStateException.class);
  }

  /// Each item is signalled once, and consumers are cancelled at random: no signal may be lost.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomCancellations_loseNoSignal(long seed) {
    var random = new Random(seed);
    var items = new ArrayDeque<Integer>();
    var consumed = new ArrayList<Integer>();
    run(() -> {
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < 100; i++) {
        tasks.add(
            createTask(() ->
                condition.run(() -> {
                  condition.waitFor(() -> !items.isEmpty());
                  consumed.add(items.remove());
                })));
      }
      sleep(0);
      for (int i = 0; i < 50; i++) {
        int item = i;
        condition.run(() -> {
          items.add(item);
          condition.signal();
          if (random.nextBoolean()) {
            sleep(0);
          }
          tasks.get(item).cancel();
        });
        if (random.nextBoolean()) {
          sleep(0);
        }
      }
      while (consumed.size() < 50) {
        sleep(0);
      }
      tasks.forEach(Task::cancel);
      Asyncio.wait(tasks);
    });
    assertThat(consumed).hasSize(50).isSorted();
  }
}
