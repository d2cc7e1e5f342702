package jasyncio.queue;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class QueueTest {

  @AsyncTest
  void iteration_endsWithTheShutdown() {
    var queue = new Queue<Integer>(2);
    var consumer =
        createTask(() -> {
          int sum = 0;
          for (var item : queue) {
            sum += item;
            queue.taskDone();
          }
          return sum;
        });
    for (int i = 1; i <= 10; i++) {
      queue.put(i);
    }
    queue.join();
    queue.shutdown();
    assertThat(await(consumer)).isEqualTo(55);
    assertThat(queue).isEmpty();
  }

  @AsyncTest
  void iteration_ofSeveral_sharesTheItems() {
    var queue = new Queue<Integer>(3);
    var seen = new ArrayList<Integer>();
    var tasks = new ArrayList<Task<Void>>();
    for (int i = 0; i < 4; i++) {
      tasks.add(
          createTask(() -> {
            for (var item : queue) {
              seen.add(item);
              sleep(0);
            }
          }));
    }
    for (int i = 0; i < 100; i++) {
      queue.put(i);
    }
    queue.shutdown();
    Asyncio.wait(tasks);
    assertThat(seen).hasSize(100).isSorted();
  }

  @AsyncTest
  void iterator_nextWithoutHasNext_waits_andThrowsAtTheEnd() {
    var queue = new Queue<String>();
    var iterator = queue.iterator();
    getRunningLoop().callSoon(() -> queue.putNowait("item"));
    assertThat(iterator.next()).isEqualTo("item");
    getRunningLoop().callSoon(() -> queue.shutdown());
    assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    assertThat(iterator.hasNext()).isFalse();
  }

  @AsyncTest
  void hasNext_cancelledAfterTheWakeUp_leavesTheItemToTheNext() {
    var queue = new Queue<String>();
    var iterating = createTask(() -> queue.iterator().hasNext());
    var getting = createTask(queue::get);
    sleep(0);
    queue.putNowait("item");
    iterating.cancel();
    assertThat(await(getting)).isEqualTo("item");
    assertThat(iterating.cancelled()).isTrue();
  }

  @AsyncTest
  void orders_areThoseOfTheCollection() {
    var longest = new PriorityQueue<>(Comparator.comparingInt(String::length).reversed());
    var custom = new Queue<>(2, new PriorityBlockingQueue<String>());
    for (var item : new String[] {"bb", "a"}) {
      longest.put(item);
      custom.put(item);
    }
    assertThat(longest.get()).isEqualTo("bb");
    assertThat(custom.get()).isEqualTo("a");
    assertThat(custom).hasToString("<Queue maxsize=2 _queue=[bb] tasks=2>");
    assertThat(longest).hasToString("<PriorityQueue maxsize=0 _queue=[a] tasks=2>");
    var lifo = new LifoQueue<Integer>();
    lifo.put(1);
    lifo.put(2);
    assertThat(lifo.get()).isEqualTo(2);
  }

  @AsyncTest
  void putThatFails_countsNothing() {
    var queue = new PriorityQueue<Object>();
    queue.put("text");
    assertThatThrownBy(() -> queue.put(1)).isInstanceOf(ClassCastException.class);
    assertThat(queue.get()).isEqualTo("text");
    queue.taskDone();
    queue.join();
  }

  @AsyncTest
  void putThatFails_afterItHasWaited_leavesTheRoomToTheNext() throws Exception {
    var queue = new PriorityQueue<Object>(1);
    queue.put("text");
    var failing = createTask(() -> queue.put(new Object()));
    var next = createTask(() -> queue.put("more"));
    sleep(0);
    assertThat(queue.getNowait()).isEqualTo("text");
    assertThatThrownBy(() -> await(failing)).isInstanceOf(ClassCastException.class);
    waitFor(next, 30);
    assertThat(queue.getNowait()).isEqualTo("more");
  }

  @Test
  void withoutWaiting_itWorksOutsideOfAnyLoop() {
    var queue = new Queue<String>(1);
    queue.put("item");
    assertThatThrownBy(() -> queue.put("more"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith(
            "would have to wait, but no event loop runs here; call it in a coroutine, by run(...) or"
                + " createTask(...)");
    assertThat(queue.get()).isEqualTo("item");
    assertThat(queue).hasToString("<Queue maxsize=1 tasks=1>");
  }

  @Test
  void misuse_isToldInOneSentence() {
    var queue = new Queue<String>(1);
    assertThatNullPointerException().isThrownBy(() -> queue.putNowait(null)).withMessage("item");
    assertThatNullPointerException().isThrownBy(() -> queue.put(null)).withMessage("item");
    assertThatThrownBy(queue::getNowait)
        .isInstanceOf(QueueEmptyException.class)
        .hasMessage("the queue is empty");
    assertThatThrownBy(queue::taskDone)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("task_done() called too many times");
    queue.putNowait("item");
    assertThatThrownBy(() -> queue.putNowait("item"))
        .isInstanceOf(QueueFullException.class)
        .hasMessage("the queue is full");
    queue.shutdown(true);
    assertThat(queue.isShutdown()).isTrue();
    assertThatThrownBy(() -> queue.put("item"))
        .isInstanceOf(QueueShutDownException.class)
        .hasMessage("the queue is shut down: nothing can be put into it");
    assertThatThrownBy(queue::get)
        .isInstanceOf(QueueShutDownException.class)
        .hasMessage("the queue is shut down and empty");
  }

  @AsyncTest
  void waitFor_thatTimesOut_leavesTheLine() {
    var queue = new Queue<String>(1);
    assertThatThrownBy(() -> waitFor(queue::get, 0.001)).isInstanceOf(TimeoutException.class);
    queue.put("item");
    assertThatThrownBy(() -> waitFor(() -> queue.put("more"), 0.001))
        .isInstanceOf(TimeoutException.class);
    assertThat(queue).hasToString("<Queue maxsize=1 _queue=[item] tasks=1>");
  }

  /// Whoever is cancelled when: what was put is got, once, and nothing else.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomCancellations_loseNoItem(long seed) {
    var random = new Random(seed);
    var put = new TreeSet<Integer>();
    var got = new ArrayList<Integer>();
    run(() -> {
      var queue = new Queue<Integer>(1 + random.nextInt(3));
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < 300; i++) {
        int item = i;
        tasks.add(
            random.nextBoolean()
                ? createTask(() -> {
                  queue.put(item);
                  put.add(item);
                })
                : createTask(() -> {
                  got.add(queue.get());
                }));
        if (random.nextInt(3) == 0) {
          sleep(0);
        }
        if (random.nextInt(3) == 0) {
          tasks.get(random.nextInt(tasks.size())).cancel();
        }
      }
      sleep(0);
      sleep(0);
      tasks.forEach(Task::cancel);
      Asyncio.wait(tasks);
      while (!queue.empty()) {
        got.add(queue.getNowait());
      }
      assertThat(queue.toString()).doesNotContain("etters").doesNotContain("utters");
    });
    assertThat(got).doesNotHaveDuplicates().hasSameElementsAs(put);
    assertThat(put.size()).isPositive();
  }

  @AsyncTest
  void get_cancelled_throwsTheCancellation() {
    var queue = new Queue<String>();
    var task = createTask(queue::get);
    sleep(0);
    task.cancel("why");
    assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class).hasMessage("why");
  }
}
