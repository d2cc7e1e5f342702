package jasyncio;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Runtimes.ScheduledOnly;
import jasyncio.net.Streams;
import jasyncio.queue.Queue;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What loops, queues and servers say of how busy they are.
@Timeout(600)
class StatisticsTest {
  private static LoopStatistics now() {
    return getRunningLoop().statistics();
  }

  @AsyncTest
  void loop_readyTimersAndTasks() {
    var before = now();
    assertThat(before.tasks()).isEqualTo(1);
    assertThat(before.ready()).isZero();
    assertThat(before.executor()).isNull();
    getRunningLoop().callSoon(() -> {});
    var task = createTask(() -> sleep(10));
    assertThat(now().ready()).isEqualTo(2);
    assertThat(now().tasks()).isEqualTo(2);
    sleep(0);
    assertThat(now().ready()).isZero();
    assertThat(now().timers()).isEqualTo(before.timers() + 1);
    var later = getRunningLoop().callLater(10, () -> {});
    assertThat(now().timers()).isEqualTo(before.timers() + 2);
    later.cancel();
    task.cancel();
    assertThat(now().timers()).isEqualTo(before.timers());
    Asyncio.wait(List.of(task));
    assertThat(now()).isEqualTo(before);
  }

  @Test
  void loop_manyTasksComeAndGo() {
    run(() -> {
      var tasks = new ArrayList<Task<?>>();
      for (int i = 0; i < 1_000; i++) {
        int turns = i % 5;
        tasks.add(
            createTask(() -> {
              for (int j = 0; j < turns; j++) {
                sleep(0);
              }
            }));
      }
      assertThat(now().tasks()).isEqualTo(1_001);
      gather(tasks).await();
      assertThat(now().tasks()).isEqualTo(1);
    });
  }

  @Test
  void loop_executor() throws Exception {
    run(() -> {
      var begun = new CountDownLatch(1);
      var release = new CountDownLatch(1);
      var call =
          createTask(() ->
              toThread(() -> {
                begun.countDown();
                release.await();
              }));
      sleep(0);
      toThread(() -> begun.await());
      var executor = now().executor();
      assertThat(executor).isNotNull();
      assertThat(executor.threads()).isBetween(1, executor.maxThreads());
      assertThat(executor.active()).isPositive();
      assertThat(executor.queued()).isZero();
      release.countDown();
      call.await();
    });
  }

  @Test
  @ScheduledOnly
  @OnLoop(blocking = BlockingPolicy.SWITCH)
  void loop_taskInABlockingCall_isBlocked() {
    var release = new CountDownLatch(1);
    var task = createTask(() -> release.await());
    sleep(0);
    assertThat(now().tasks()).isEqualTo(2);
    assertThat(now().blocked()).isEqualTo(1);
    release.countDown();
    task.await();
    assertThat(now().blocked()).isZero();
  }

  @Test
  void loop_executorOfTheProgramsOwn_isNotLookedInto() {
    run(() -> {
      getRunningLoop().setDefaultExecutor(Executors.newVirtualThreadPerTaskExecutor());
      toThread(() -> {});
      assertThat(now().executor()).isNull();
    });
  }

  @AsyncTest
  void queue_whoWaits() {
    var queue = new Queue<Integer>(1);
    var getter = createTask(queue::get);
    sleep(0);
    assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(0, 1, 0, 1, 0, 0, false));
    queue.putNowait(1);
    getter.await();
    queue.putNowait(2);
    var putter = createTask(() -> queue.put(3));
    var joiner = createTask(() -> queue.join());
    sleep(0);
    assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(1, 1, 2, 0, 1, 1, false));
    queue.get();
    putter.await();
    queue.get();
    for (int i = 0; i < 3; i++) {
      queue.taskDone();
    }
    joiner.await();
    queue.shutdown();
    assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(0, 1, 0, 0, 0, 0, true));
  }

  @Test
  void threadsafeQueue_whoWaits() {
    run(() -> {
      var queue = new ThreadsafeQueue<Integer>(1);
      var getter = createTask(queue::get);
      sleep(0);
      assertThat(queue.statistics())
          .isEqualTo(new ThreadsafeQueue.Statistics(0, 1, 0, 1, 0, 0, false));
      queue.put(1);
      getter.await();
      queue.put(2);
      var putter = createTask(() -> queue.put(3));
      var joiner = createTask(() -> queue.join());
      sleep(0);
      assertThat(queue.statistics())
          .isEqualTo(new ThreadsafeQueue.Statistics(1, 1, 2, 0, 1, 1, false));
      queue.get();
      putter.await();
      queue.get();
      for (int i = 0; i < 3; i++) {
        queue.taskDone();
      }
      joiner.await();
    });
  }

  @Test
  void server_clients() throws Exception {
    run(() -> {
      var connected = new Event();
      var server =
          Streams.startServer(
              (reader, writer) -> {
                connected.set();
                reader.read();
                writer.close();
              },
              "127.0.0.1",
              0);
      assertThat(server.statistics().isServing()).isTrue();
      assertThat(server.statistics().clients()).isZero();
      int channels = now().channels();
      assertThat(channels).isPositive();
      var stream = Streams.openConnection("127.0.0.1", server.port());
      connected.await();
      assertThat(server.statistics().clients()).isEqualTo(1);
      assertThat(now().channels()).isEqualTo(channels + 2);
      stream.writer().close();
      stream.writer().waitClosed();
      server.close();
      server.waitClosed();
      assertThat(server.statistics()).isEqualTo(new jasyncio.net.Server.Statistics(false, 0));
    });
  }
}
