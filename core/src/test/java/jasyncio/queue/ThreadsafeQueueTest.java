package jasyncio.queue;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.BlockingPolicy;
import jasyncio.Runtimes.ScheduledOnly;
import jasyncio.Task;
import jasyncio.testing.AsyncTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class ThreadsafeQueueTest {
  private final ThreadsafeQueue<Integer> queue = new ThreadsafeQueue<>(2);

  private static <T> FutureTask<T> onThread(Callable<T> body) {
    var task = new FutureTask<>(body);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  /// Waits, without sleeping, until so many wait in the line.
  private void awaitDescription(String part) {
    while (!queue.toString().contains(part)) {
      Thread.onSpinWait();
    }
  }

  // ---- one loop ---------------------------------------------------------------------------------

  @AsyncTest
  void coroutinesOfOneLoop_useItLikeAQueue() {
    var consumer =
        createTask(() -> {
          var seen = new ArrayList<Integer>();
          for (var item : queue) {
            seen.add(item);
            queue.taskDone();
          }
          return seen;
        });
    for (int i = 0; i < 10; i++) {
      queue.put(i);
    }
    queue.join();
    queue.shutdown();
    assertThat(await(consumer)).isEqualTo(IntStream.range(0, 10).boxed().toList());
  }

  @AsyncTest
  void handedItem_isNotTakenByOthers_andGoesToTheNextIfCancelled() {
    var first = createTask(queue::get);
    var second = createTask(queue::get);
    sleep(0);
    queue.putNowait(1);
    assertThatThrownBy(queue::getNowait).isInstanceOf(QueueEmptyException.class);
    first.cancel();
    assertThat(await(second)).isEqualTo(1);
    assertThat(first.cancelled()).isTrue();
    var third = createTask(queue::get);
    sleep(0);
    queue.putNowait(2);
    third.cancel();
    sleep(0);
    sleep(0);
    assertThat(queue.getNowait()).isEqualTo(2);
  }

  @AsyncTest
  void promisedRoom_isNotTakenByOthers_andGoesToTheNextIfCancelled() {
    queue.putNowait(1);
    queue.putNowait(2);
    var first = createTask(() -> queue.put(3));
    var second = createTask(() -> queue.put(4));
    sleep(0);
    assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=2 putters[2] tasks=2>");
    assertThat(queue.getNowait()).isEqualTo(1);
    assertThatThrownBy(() -> queue.putNowait(5)).isInstanceOf(QueueFullException.class);
    first.cancel();
    await(second);
    assertThat(first.cancelled()).isTrue();
    assertThat(List.of(queue.get(), queue.get())).containsExactly(2, 4);
  }

  @AsyncTest
  void roomThatAHandedItemLeaves_goesToTheNextThatWaits() {
    queue.putNowait(1);
    queue.putNowait(2);
    var second = createTask(() -> queue.put(3));
    var third = createTask(() -> queue.put(4));
    var fourth = createTask(() -> queue.put(5));
    sleep(0);
    assertThat(List.of(queue.getNowait(), queue.getNowait())).containsExactly(1, 2);
    var takers = List.of(createTask(queue::get), createTask(queue::get)); // wait, and are handed
    await(gather(takers));
    await(gather(second, third, fourth));
    assertThat(queue.getNowait()).isEqualTo(5);
  }

  @Test
  void timeLimit_losesNothing() {
    run(() -> {
      assertThatThrownBy(() -> waitFor(queue::get, 0.001)).isInstanceOf(TimeoutException.class);
      queue.put(1);
      queue.put(2);
      assertThatThrownBy(() -> waitFor(() -> queue.put(3), 0.001))
          .isInstanceOf(TimeoutException.class);
      assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=2 tasks=2>");
    });
  }

  @AsyncTest
  void shutdown_sendsAllAway_butWhoWasServedKeepsItsItem() {
    var served = createTask(queue::get);
    var sentAway = createTask(queue::get);
    sleep(0);
    queue.putNowait(1);
    queue.shutdown();
    assertThat(await(served)).isEqualTo(1);
    assertThatThrownBy(() -> await(sentAway)).isInstanceOf(QueueShutDownException.class);
    assertThatThrownBy(queue::get).isInstanceOf(QueueShutDownException.class);
    assertThatThrownBy(() -> queue.put(2)).isInstanceOf(QueueShutDownException.class);
    assertThat(queue.isShutdown()).isTrue();
  }

  @AsyncTest
  void itemGivenBackAfterShutdown_goesToOneWhoWasSentAway() {
    var first = createTask(queue::get);
    var second = createTask(queue::get);
    var third = createTask(queue::get);
    sleep(0);
    queue.putNowait(1);
    first.cancel();
    queue.shutdown();
    assertThat(await(second)).isEqualTo(1);
    assertThat(first.cancelled()).isTrue();
    assertThatThrownBy(() -> await(third)).isInstanceOf(QueueShutDownException.class);
  }

  @AsyncTest
  void shutdown_whileRoomIsPromised_putsNothing() {
    queue.put(1);
    queue.put(2);
    var promised = createTask(() -> queue.put(3));
    var waiting = createTask(() -> queue.put(4));
    sleep(0);
    queue.getNowait();
    queue.shutdown();
    assertThatThrownBy(() -> await(promised)).isInstanceOf(QueueShutDownException.class);
    assertThatThrownBy(() -> await(waiting)).isInstanceOf(QueueShutDownException.class);
    assertThat(queue.get()).isEqualTo(2);
    assertThat(queue.empty()).isTrue();
  }

  @AsyncTest
  void immediateShutdown_dropsItems_andReleasesJoin() {
    var getting = createTask(queue::get);
    var cancelled = createTask(queue::get);
    sleep(0);
    queue.putNowait(1);
    queue.putNowait(2);
    queue.putNowait(3);
    var joining = createTask(queue::join);
    sleep(0);
    cancelled.cancel(); // what it was handed goes back
    queue.shutdown(true);
    assertThat(await(getting)).isEqualTo(1);
    sleep(0);
    sleep(0);
    assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=0 tasks=1 shutdown>");
    queue.taskDone();
    await(joining);
  }

  @AsyncTest
  void servedTaker_thatGivesUp_putsItsItemBackInFront() {
    var getting = createTask(queue::get);
    sleep(0);
    queue.putNowait(1);
    queue.putNowait(2);
    queue.putNowait(3);
    getting.cancel();
    sleep(0);
    assertThat(queue.qsize()).isEqualTo(3); // one too many, for once
    assertThatThrownBy(() -> queue.putNowait(4)).isInstanceOf(QueueFullException.class);
    assertThat(List.of(queue.get(), queue.get(), queue.get())).containsExactly(1, 2, 3);
  }

  @AsyncTest
  void servedTakers_thatGiveUp_putTheirItemsBackInOrder() {
    var getting = List.of(createTask(queue::get), createTask(queue::get), createTask(queue::get));
    sleep(0);
    for (int i = 1; i <= 4; i++) {
      queue.putNowait(i); // 4 is kept
    }
    getting.forEach(Task::cancel);
    sleep(0);
    assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=4 tasks=4>");
    var taken = new ArrayList<Integer>();
    while (!queue.empty()) {
      taken.add(queue.getNowait());
    }
    assertThat(taken).containsExactly(1, 2, 3, 4);
  }

  @AsyncTest
  void immediateShutdown_dropsWhatWasGivenBack_too() {
    var getting = createTask(queue::get);
    sleep(0);
    queue.putNowait(1);
    getting.cancel();
    sleep(0);
    queue.shutdown(true);
    assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=0 shutdown>");
  }

  @Test
  void loopThatIsClosed_handsOnWhatItsCoroutinesWerePromised() {
    var loop = Asyncio.newEventLoop();
    loop.setExceptionHandler((l, error) -> {}); // the task is still pending
    loop.runUntilComplete(() -> {
      createTask(queue::get);
      sleep(0);
      queue.putNowait(1);
    });
    assertThatThrownBy(queue::getNowait).isInstanceOf(QueueEmptyException.class);
    loop.close();
    assertThat(queue.getNowait()).isEqualTo(1);
  }

  // ---- threads ----------------------------------------------------------------------------------

  @AsyncTest
  void threadPuts_coroutineGets() {
    var producer =
        onThread(() -> {
          for (int i = 0; i < 1000; i++) {
            queue.blocking().put(i);
          }
          queue.shutdown();
          return true;
        });
    var seen = new ArrayList<Integer>();
    for (var item : queue) {
      seen.add(item);
    }
    assertThat(seen).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    assertThat(await(producer)).isTrue();
  }

  @AsyncTest
  void coroutinePuts_threadTakes_andTellsThatItIsDone() {
    var consumer =
        onThread(() -> {
          int sum = 0;
          try {
            while (true) {
              sum += queue.blocking().take();
              queue.taskDone();
            }
          } catch (QueueShutDownException e) {
            return sum;
          }
        });
    for (int i = 0; i < 1000; i++) {
      queue.put(i);
    }
    queue.join();
    queue.shutdown();
    assertThat(await(consumer)).isEqualTo(499_500);
  }

  @Test
  void severalLoopsAndThreads_handOverEverythingOnce() throws Exception {
    int each = 500;
    var got = new ConcurrentLinkedQueue<Integer>();
    Callable<Boolean> loopProducer =
        () -> {
          run(() -> {
            for (int i = 0; i < each; i++) {
              queue.put(i);
            }
          });
          return true;
        };
    Callable<Boolean> threadProducer =
        () -> {
          for (int i = 0; i < each; i++) {
            queue.blocking().put(each + i);
          }
          return true;
        };
    Callable<Boolean> loopConsumer =
        () -> {
          run(() -> {
            for (var item : queue) {
              got.add(item);
            }
          });
          return true;
        };
    Callable<Boolean> threadConsumer =
        () -> {
          try {
            while (true) {
              got.add(queue.blocking().take());
            }
          } catch (QueueShutDownException e) {
            return true;
          }
        };
    var producers = List.of(onThread(loopProducer), onThread(threadProducer));
    var consumers =
        List.of(onThread(loopConsumer), onThread(loopConsumer), onThread(threadConsumer));
    for (var producer : producers) {
      assertThat(producer.get()).isTrue();
    }
    queue.shutdown();
    for (var consumer : consumers) {
      assertThat(consumer.get()).isTrue();
    }
    assertThat(got)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 2 * each).boxed().toList());
  }

  @Test
  void cancellationsAndInterrupts_loseNothing() throws Exception {
    var random = new Random(1);
    var got = new ConcurrentLinkedQueue<Integer>();
    var takers = new ArrayList<Thread>();
    for (int i = 0; i < 3; i++) {
      takers.add(
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                while (true) {
                  try {
                    got.add(queue.blocking().take());
                  } catch (InterruptedException e) {
                    // goes on
                  } catch (QueueShutDownException e) {
                    return;
                  }
                }
              }));
    }
    run(() -> {
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < 2000; i++) {
        tasks.add(
            createTask(() -> {
              try {
                got.add(queue.get());
              } catch (QueueShutDownException e) {
                // as the others
              }
            }));
        if (random.nextBoolean()) {
          tasks.get(random.nextInt(tasks.size())).cancel();
        }
        if (random.nextInt(4) == 0) {
          takers.get(random.nextInt(takers.size())).interrupt();
        }
        queue.put(i);
      }
      queue.shutdown();
      Asyncio.wait(tasks);
    });
    for (var taker : takers) {
      taker.join();
    }
    assertThat(got).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 2000).boxed().toList());
  }

  @Test
  void timeouts_ofThreads() throws Exception {
    var blocking = queue.blocking();
    assertThat(blocking.poll(0)).isNull();
    assertThat(blocking.poll(-1)).isNull();
    assertThat(blocking.poll(Double.NEGATIVE_INFINITY)).isNull();
    assertThat(blocking.poll(Duration.ofSeconds(Long.MIN_VALUE))).isNull();
    assertThat(blocking.poll(Duration.ofMillis(1))).isNull();
    assertThat(blocking.offer(1, 0)).isTrue();
    assertThat(blocking.offer(2, Duration.ZERO)).isTrue();
    assertThat(blocking.offer(3, 0.001)).isFalse();
    assertThat(blocking.poll(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(blocking.poll(Duration.ofDays(1_000_000_000L))).isEqualTo(2);
    assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=0 tasks=2>");
    assertThatThrownBy(() -> blocking.poll(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the timeout is not a number");
  }

  @Test
  void interrupt_endsTheWaitAndTakesNothing() {
    var thread = new Thread[1];
    var taker = new FutureTask<>(() -> queue.blocking().take());
    thread[0] = Thread.ofPlatform().daemon().start(taker);
    awaitDescription("takers[1]");
    thread[0].interrupt();
    assertThatThrownBy(taker::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    queue.putNowait(1);
    assertThat(queue.getNowait()).isEqualTo(1);
  }

  @AsyncTest
  void threadsAndCoroutines_areServedInTheOrderOfArrival() {
    var coroutine = createTask(queue::get);
    sleep(0);
    var thread = onThread(() -> queue.blocking().take());
    awaitDescription("takers[2]");
    queue.putNowait(1);
    assertThat(await(coroutine)).isEqualTo(1);
    assertThat(thread.isDone()).isFalse();
    queue.putNowait(2);
    assertThat(await(thread)).isEqualTo(2);
  }

  @Test
  void join_ofAThread() throws Exception {
    queue.blocking().join();
    queue.putNowait(1);
    var joining =
        onThread(() -> {
          queue.blocking().join();
          return true;
        });
    assertThat(queue.getNowait()).isEqualTo(1);
    queue.taskDone();
    assertThat(joining.get()).isTrue();
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void misuse_isToldInOneSentence() {
    assertThatThrownBy(queue::get)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "get() would have to wait, but no event loop runs here; a thread uses blocking().take()");
    run(() ->
        assertThatThrownBy(() -> queue.blocking().take())
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "take() would block the event loop and all its tasks; a coroutine uses get()"));
    assertThatNullPointerException().isThrownBy(() -> queue.putNowait(null)).withMessage("item");
    assertThatThrownBy(queue::taskDone)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("task_done() called too many times");
    assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=0>");
  }

  @AsyncTest
  void get_inACallback_isAMisuseThatLeavesNothingBehind() {
    var seen = getRunningLoop().<Throwable>createFuture();
    getRunningLoop()
        .callSoon(() -> {
          try {
            queue.get();
          } catch (IllegalStateException e) {
            seen.setResult(e);
          }
        });
    assertThat(await(seen)).hasMessageStartingWith("await outside a coroutine");
    assertThat(queue).hasToString("<ThreadsafeQueue maxsize=2 size=0>");
  }

  @AsyncTest
  void blockingSide_inACallback_isRefused() {
    var seen = getRunningLoop().<Throwable>createFuture();
    getRunningLoop()
        .callSoon(() -> {
          try {
            queue.blocking().poll(5);
            seen.setException(new AssertionError("it blocked"));
          } catch (IllegalStateException | InterruptedException e) {
            seen.setResult(e);
          }
        });
    assertThat(await(seen)).hasMessageStartingWith("take() would block the event loop");
  }

  @AsyncTest
  void blockingSide_thatNeedNotWait_worksInACoroutine() throws Exception {
    queue.blocking().put(1);
    assertThat(queue.blocking().take()).isEqualTo(1);
    assertThat(toThread(() -> queue.blocking().offer(2, 0))).isTrue();
  }

  @AsyncTest
  @ScheduledOnly
  void blockingSide_underSwitch_letsOthersRun() {
    getRunningLoop().setBlockingPolicy(BlockingPolicy.SWITCH);
    var taking = createTask(() -> queue.blocking().take());
    sleep(0);
    queue.put(1);
    assertThat(await(taking)).isEqualTo(1);
  }
}
