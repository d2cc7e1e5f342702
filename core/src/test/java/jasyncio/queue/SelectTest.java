package jasyncio.queue;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.queue.Queue.Selected;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class SelectTest {
  private final Queue<Integer> first = new Queue<>();
  private final Queue<Integer> second = new Queue<>();

  @AsyncTest
  void select_prefersTheFirstThatHasAnItem() {
    second.put(2);
    assertThat(Queue.select(first, second)).isEqualTo(new Selected<>(second, 2));
    first.put(1);
    second.put(2);
    assertThat(Queue.select(first, second)).isEqualTo(new Selected<>(first, 1));
    assertThat(second.qsize()).isEqualTo(1);
  }

  @AsyncTest
  void select_ofDifferentTypes_hasTheirCommonType() {
    var texts = new Queue<String>();
    texts.put("text");
    var selected = Queue.<Object>select(List.of(first, texts));
    assertThat(selected.queue()).isSameAs(texts);
    assertThat(selected.item()).isEqualTo("text");
  }

  @AsyncTest
  void select_waitsForWhateverComesFirst_andLeavesTheOtherLines() {
    var task = createTask(() -> Queue.select(first, second));
    sleep(0);
    assertThat(first).hasToString("<Queue maxsize=0 _getters[1]>");
    assertThat(second).hasToString("<Queue maxsize=0 _getters[1]>");
    second.put(2);
    assertThat(await(task)).isEqualTo(new Selected<>(second, 2));
    assertThat(first).hasToString("<Queue maxsize=0>");
    assertThat(second).hasToString("<Queue maxsize=0 tasks=1>");
  }

  @AsyncTest
  void select_wokenByOneButTakingFromAnother_wakesTheNextInLine() {
    var selecting = createTask(() -> Queue.select(first, second));
    var getting = createTask(second::get);
    sleep(0);
    second.put(2); // wakes the selecting one
    first.put(1); // which prefers this
    assertThat(await(selecting)).isEqualTo(new Selected<>(first, 1));
    assertThat(await(getting)).isEqualTo(2);
  }

  @AsyncTest
  void select_cancelledAfterTheWakeUp_wakesTheNextInLine() {
    var selecting = createTask(() -> Queue.select(first, second));
    var getting = createTask(second::get);
    sleep(0);
    second.put(2);
    selecting.cancel();
    assertThat(await(getting)).isEqualTo(2);
    assertThat(selecting.cancelled()).isTrue();
  }

  @AsyncTest
  void select_wokenInVain_waitsAgain() {
    var selecting = createTask(() -> Queue.select(first, second));
    sleep(0);
    second.put(2);
    assertThat(second.getNowait()).isEqualTo(2);
    sleep(0);
    sleep(0);
    assertThat(selecting.done()).isFalse();
    first.put(1);
    assertThat(await(selecting).item()).isEqualTo(1);
  }

  @AsyncTest
  void select_withATimeLimit_takesNothing() {
    assertThatThrownBy(() -> waitFor(() -> Queue.select(first, second), 0.001))
        .isInstanceOf(TimeoutException.class);
    assertThat(first).hasToString("<Queue maxsize=0>");
  }

  @AsyncTest
  void queuesThatAreShutDown_arePassedOver_untilAllAre() {
    var selecting = createTask(() -> Queue.select(first, second));
    sleep(0);
    first.shutdown();
    sleep(0);
    second.put(2);
    assertThat(await(selecting).item()).isEqualTo(2);
    var last = createTask(() -> Queue.select(first, second));
    sleep(0);
    second.shutdown();
    assertThatThrownBy(() -> await(last))
        .isInstanceOf(QueueShutDownException.class)
        .hasMessage("all queues are shut down and empty");
  }

  @Test
  void misuse_isToldInOneSentence() {
    assertThatThrownBy(() -> Queue.select(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("select needs at least one queue to wait for");
    AsyncTests.run(() -> assertThatThrownBy(() -> waitFor(second::get, 0.001)).isNotNull());
    AsyncTests.run(() -> {
      assertThatThrownBy(() -> Queue.select(first, second))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is bound to a different event loop");
      assertThat(first).hasToString("<Queue maxsize=0>");
    });
  }

  /// Whoever is cancelled when, and whichever queue gets the items: each is got once.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomCancellations_loseNoItem(long seed) {
    var random = new Random(seed);
    var got = new ArrayList<Integer>();
    run(() -> {
      var queues = List.of(first, second, new Queue<Integer>());
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < 300; i++) {
        var some = queues.subList(random.nextInt(2), 2 + random.nextInt(2));
        tasks.add(
            createTask(() -> {
              got.add(Queue.select(some).item());
            }));
        if (random.nextBoolean()) {
          tasks.get(random.nextInt(tasks.size())).cancel();
        }
        queues.get(random.nextInt(3)).putNowait(i);
        if (random.nextBoolean()) {
          sleep(0);
        }
      }
      for (int i = 0; i < 5; i++) {
        sleep(0);
      }
      // Nobody waits beside an item that it could have.
      for (var queue : queues) {
        assertThat(queue.toString()).doesNotContainPattern("_queue=.*_getters");
      }
      tasks.forEach(Task::cancel);
      Asyncio.wait(tasks);
      for (var queue : queues) {
        while (!queue.empty()) {
          got.add(queue.getNowait());
        }
      }
    });
    assertThat(got).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 300).boxed().toList());
  }
}
