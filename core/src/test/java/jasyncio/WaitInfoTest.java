package jasyncio;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.wrapFuture;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.net.Sockets;
import jasyncio.net.Streams;
import jasyncio.process.Subprocesses;
import jasyncio.queue.LifoQueue;
import jasyncio.queue.Queue;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.sync.Barrier;
import jasyncio.sync.CapacityLimiter;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import jasyncio.testing.AsyncTest;
import jasyncio.util.Correlator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever makes a task wait says what that is.
@Timeout(60)
class WaitInfoTest {

  private static Task<?> waiting(Action<?> call) {
    var task = createTask(call, "waiting");
    sleep(0);
    return task;
  }

  private static void assertWaits(Action<?> call, WaitInfo.Kind kind, String text) {
    var task = waiting(call);
    assertThat(task.waitsFor()).isNotNull().hasToString(text);
    assertThat(kind(task)).isEqualTo(kind);
    end(task);
  }

  private static WaitInfo.@Nullable Kind kind(Task<?> task) {
    var info = task.waitsFor();
    return info == null ? null : info.kind();
  }

  private static void end(Task<?> task) {
    task.cancel();
    Asyncio.wait(List.of(task));
    assertThat(task.waitsFor()).isNull();
  }

  @Nested
  class OfTheLoop {
    @AsyncTest
    void future_nameOrNothing() {
      var plain = getRunningLoop().<Integer>createFuture();
      assertWaits(plain::await, WaitInfo.Kind.FUTURE, plain(plain));
      var named = getRunningLoop().<Integer>createFuture("answer");
      assertWaits(named::await, WaitInfo.Kind.FUTURE, "future 'answer'");
    }

    private static String plain(Future<?> future) {
      var origin = Debug.origin(future);
      return origin.isEmpty()
          ? "a future"
          : "a future made at " + Describe.frame(origin.getFirst());
    }

    @AsyncTest
    void debugMode_saysWhereTheFutureWasMade() {
      getRunningLoop().setDebug(true);
      var future = getRunningLoop().<Integer>createFuture();
      assertThat(waiting(future::await).waitsFor().what())
          .startsWith("a future made at WaitInfoTest.")
          .contains("WaitInfoTest.java:");
      future.setResult(1);
    }

    @AsyncTest
    void sleep_timeLeft() {
      var task = waiting(() -> sleep(3.2));
      assertThat(task.waitsFor()).hasToString("its sleep to end in 3.2 s");
      sleep(Duration.ofMillis(1200));
      assertThat(task.waitsFor()).hasToString("its sleep to end in 2 s");
      assertThat(kind(task)).isEqualTo(WaitInfo.Kind.TIMER);
      end(task);
    }

    @AsyncTest
    void task_byItsName() {
      var named = createTask(() -> sleep(10), "report");
      assertWaits(named::await, WaitInfo.Kind.TASK, "task 'report'");
      var unnamed = createTask(() -> sleep(10));
      assertWaits(unnamed::await, WaitInfo.Kind.TASK, unnamed.getName());
    }

    @AsyncTest
    void several_howManyAreLeft() {
      var a = createTask(() -> sleep(1), "a");
      var b = createTask(() -> sleep(100), "b");
      sleep(2);
      assertWaits(
          () -> Asyncio.wait(List.of(a, b)),
          WaitInfo.Kind.TASKS,
          "wait(..., ALL_COMPLETED), 1 of 2 are not done");
      assertWaits(
          () -> {
            for (var _ : asCompleted(List.of(a, b)).async()) {}
          },
          WaitInfo.Kind.TASKS,
          "asCompleted(...), 1 are not done");
      assertWaits(() -> shield(b).await(), WaitInfo.Kind.TASK, "task 'b', shielded");
      assertWaits(gather(a, b)::await, WaitInfo.Kind.TASKS, "gather(...), 1 of 2 are not done");
    }

    @AsyncTest
    void taskGroup_howManyAreOpen() {
      assertWaits(
          () ->
              taskGroup(group -> {
                group.createTask(() -> sleep(1));
                group.createTask(() -> sleep(2));
              }),
          WaitInfo.Kind.TASKS,
          "a task group with 2 open tasks");
      assertWaits(
          () -> taskGroup(group -> group.start(ready -> sleep(1))),
          WaitInfo.Kind.TASK,
          "a task of the group to say that it is ready");
    }

    @AsyncTest
    void whoDoesNotWait_hasNothing() {
      assertThat(currentTask().waitsFor()).isNull();
      var task = createTask(() -> sleep(0));
      assertThat(task.waitsFor()).isNull();
      sleep(0);
      assertThat(task.waitsFor()).as("in the ready queue").isNull();
      task.await();
      assertThat(task.waitsFor()).isNull();
    }

    @AsyncTest
    void whoWasWoken_waitsNoMore() {
      var event = new Event();
      var task = waiting(event::await);
      event.set();
      assertThat(task.waitsFor()).isNull();
      var future = getRunningLoop().<Integer>createFuture("answer");
      var other = waiting(future::await);
      future.setResult(1);
      assertThat(other.waitsFor()).isNull();
      gather(task, other).await();
    }

    @AsyncTest
    void wakeUpTimes_ofManySleepers() {
      var tasks = new java.util.ArrayList<Task<?>>();
      for (int i = 1; i <= 100; i++) {
        int seconds = i;
        tasks.add(createTask(() -> sleep(seconds)));
      }
      sleep(0.5);
      for (int i = 1; i <= 100; i++) {
        assertThat(tasks.get(i - 1).waitsFor())
            .hasToString("its sleep to end in " + (i - 1 > 0 ? (i - 1) + ".5" : "0.5") + " s");
      }
      gather(tasks).await();
    }
  }

  @Nested
  class OfSyncAndQueue {
    @AsyncTest
    void lock_nameAndHolder() {
      var lock = new Lock();
      assertThat(lock.getName()).isNull();
      lock.setName("db");
      assertThat(lock.getName()).isEqualTo("db");
      assertThat(lock).hasToString("<Lock 'db' [unlocked]>");
      try (var _ = lock.acquire()) {
        assertWaits(
            lock::acquire, WaitInfo.Kind.SYNC, "Lock 'db', held by " + currentTask().getName());
        var task = waiting(lock::acquire);
        assertThat(task.waitsFor().heldBy()).containsExactly(currentTask());
        end(task);
      }
    }

    @AsyncTest
    void lock_acquiredOutsideOfTasks_isHeldByNobodyKnown() {
      var lock = new Lock();
      getRunningLoop().callSoon(lock::acquire);
      sleep(0);
      assertWaits(lock::acquire, WaitInfo.Kind.SYNC, "Lock");
      lock.release();
    }

    @AsyncTest
    void sync_namesItself() {
      var semaphore = new Semaphore(0);
      semaphore.setName("slots");
      assertWaits(semaphore::acquire, WaitInfo.Kind.SYNC, "Semaphore 'slots'");
      var event = new Event();
      event.setName("ready");
      assertWaits(event::await, WaitInfo.Kind.SYNC, "Event 'ready'");
      var condition = new Condition();
      condition.setName("changed");
      assertWaits(
          () -> condition.run(() -> condition.await()), WaitInfo.Kind.SYNC, "Condition 'changed'");
      var barrier = new Barrier(3);
      barrier.setName("start");
      assertWaits(barrier::await, WaitInfo.Kind.SYNC, "Barrier 'start', where 1 of 3 are");
      var limiter = new CapacityLimiter(1);
      limiter.setName("pool");
      try (var _ = limiter.acquire()) {
        assertWaits(
            limiter::acquire,
            WaitInfo.Kind.SYNC,
            "CapacityLimiter 'pool', held by " + currentTask().getName());
      }
    }

    @AsyncTest
    void queue_whatOfIt() {
      var queue = new Queue<Integer>(1);
      queue.setName("jobs");
      assertThat(queue.getName()).isEqualTo("jobs");
      assertWaits(queue::get, WaitInfo.Kind.QUEUE, "an item of Queue 'jobs'");
      queue.put(1);
      assertWaits(() -> queue.put(2), WaitInfo.Kind.QUEUE, "room in Queue 'jobs'");
      assertWaits(queue::join, WaitInfo.Kind.QUEUE, "the items to be done of Queue 'jobs'");
      var stack = new LifoQueue<Integer>();
      assertWaits(stack::get, WaitInfo.Kind.QUEUE, "an item of LifoQueue");
      var other = new Queue<Integer>();
      assertWaits(
          () -> Queue.select(List.of(stack, other)),
          WaitInfo.Kind.QUEUE,
          "an item of one of LifoQueue, Queue");
    }

    @AsyncTest
    void waitListOfAProgram_saysWhatItIsTold() {
      var plain = new WaitList("<Gate>");
      assertWaits(() -> plain.enter().await(), WaitInfo.Kind.OTHER, "<Gate>");
      var described =
          new WaitList("<Gate>", () -> new WaitInfo(WaitInfo.Kind.SYNC, "the gate to open"));
      assertWaits(() -> described.enter().await(), WaitInfo.Kind.SYNC, "the gate to open");
      var failing =
          new WaitList(
              "<Gate>",
              () -> {
                throw new IllegalStateException("no text");
              });
      assertWaits(() -> failing.enter().await(), WaitInfo.Kind.OTHER, "<Gate>");
    }

    @AsyncTest
    void manyHolders_areCut() {
      var limiter = new CapacityLimiter(7);
      var holders = new java.util.ArrayList<Task<?>>();
      for (int i = 0; i < 7; i++) {
        holders.add(createTask(() -> limiter.run(() -> sleep(10)), "t" + i));
      }
      sleep(0);
      assertWaits(
          limiter::acquire,
          WaitInfo.Kind.SYNC,
          "CapacityLimiter, held by t0, t1, t2, t3, t4 and 2 more");
      gather(holders).await();
    }
  }

  @Test
  void otherThreads_whatTheyDo() {
    run(() -> {
      var latch = new CountDownLatch(1);
      assertWaits(
          () -> toThread(() -> latch.await()),
          WaitInfo.Kind.THREAD,
          "WaitInfoTest.<lambda>() on another thread");
      latch.countDown();
      assertWaits(
          () -> wrapFuture(new CompletableFuture<Integer>()).await(),
          WaitInfo.Kind.FUTURE,
          "a CompletableFuture");
      var queue = new ThreadsafeQueue<Integer>();
      queue.setName("in");
      assertWaits(queue::get, WaitInfo.Kind.QUEUE, "an item of ThreadsafeQueue 'in'");
      assertThat(queue).hasToString("<ThreadsafeQueue 'in' maxsize=0 size=0>");
      assertWaits(
          () -> new Correlator<Integer, Integer>().request(7, () -> {}),
          WaitInfo.Kind.OTHER,
          "the answer to request 7");
    });
  }

  @Test
  void connections_whoIsOnTheOtherSide() throws Exception {
    run(() -> {
      var server = Streams.startServer((reader, writer) -> reader.read(), "127.0.0.1", 0);
      var stream = Streams.openConnection("127.0.0.1", server.port());
      var peer = "127.0.0.1:" + server.port();
      assertWaits(stream.reader()::read, WaitInfo.Kind.IO, "data from " + peer);
      assertWaits(
          stream.writer()::waitClosed,
          WaitInfo.Kind.IO,
          "the connection to " + peer + " to be closed");
      var forever = waiting(server::serveForever);
      assertThat(forever.waitsFor()).asString().startsWith("the end of <Server sockets=");
      stream.writer().close();
      end(forever);
    });
  }

  @Test
  void process_isNamedByItsId() throws Exception {
    run(() -> {
      var process = Subprocesses.createSubprocessExec("sleep", "100");
      assertWaits(process::waitFor, WaitInfo.Kind.PROCESS, "process " + process.pid() + " to end");
      process.kill();
      process.waitFor();
    });
  }

  @Test
  void channels_whichSide() throws Exception {
    var pipe = java.nio.channels.Pipe.open();
    try (var source = pipe.source();
        var _ = pipe.sink()) {
      source.configureBlocking(false);
      run(() ->
          assertWaits(
              () -> Sockets.sockRecv(source, 1),
              WaitInfo.Kind.IO,
              "something to read from " + source));
    }
  }
}
