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
import static org.assertj.core.api.Assertions.tuple;

import jasyncio.files.AsyncFiles;
import jasyncio.net.Pipes;
import jasyncio.net.Sockets;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamReaderProtocol;
import jasyncio.net.Streams;
import jasyncio.process.ProcessOptions;
import jasyncio.process.Stdio;
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
import jasyncio.util.Bounded;
import jasyncio.util.Correlator;
import jasyncio.util.RateLimiter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever makes a task wait says what that is.
@Timeout(600)
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
          "wait(..., ALL_COMPLETED), 1 of 2 not done");
      assertWaits(
          () -> {
            for (var _ : asCompleted(List.of(a, b)).async()) {}
          },
          WaitInfo.Kind.TASKS,
          "asCompleted(...), 1 not done");
      assertWaits(() -> shield(b).await(), WaitInfo.Kind.TASK, "task 'b', shielded");
      assertWaits(gather(a, b)::await, WaitInfo.Kind.TASKS, "gather(...), 1 of 2 not done");
    }

    @AsyncTest
    void shieldOfShields_asksOnce() {
      var asked = new ArrayList<Integer>();
      Future<Integer> future =
          getRunningLoop()
              .createFuture(() -> {
                asked.add(1);
                return new WaitInfo(WaitInfo.Kind.IO, "an answer");
              });
      for (int i = 0; i < 10; i++) {
        future = shield(future);
      }
      var task = waiting(future::await);
      assertThat(task.waitsFor()).asString().startsWith("an answer, shielded");
      assertThat(asked).hasSize(1);
      end(task);
    }

    @AsyncTest
    void shieldOfSomethingHeld_saysWhoHoldsIt() {
      var holder = createTask(() -> sleep(100), "holder");
      var future =
          getRunningLoop()
              .<Integer>createFuture(
                  () -> new WaitInfo(WaitInfo.Kind.SYNC, "the door", List.of(holder)));
      assertWaits(
          () -> shield(future).await(), WaitInfo.Kind.SYNC, "the door, shielded, held by holder");
      holder.cancel();
    }

    @AsyncTest
    void asCompleted_whoAwaitsTheSameFutureAsAnother() {
      var a = createTask(() -> sleep(100), "a");
      var promise = asCompleted(List.of(a)).iterator().next();
      var first = waiting(promise::await);
      assertWaits(promise::await, WaitInfo.Kind.TASKS, "asCompleted(...), 1 not done");
      end(first);
      a.cancel();
    }

    @AsyncTest
    void waitForWithoutTime_theEndOfWhatIsCancelled() {
      var stubborn =
          waiting(() -> {
            try {
              sleep(100);
            } finally {
              sleep(1);
            }
          });
      stubborn.setName("stubborn");
      assertWaits(
          () -> Asyncio.waitFor(stubborn, 0), WaitInfo.Kind.TASK, "the end of task 'stubborn'");
      Asyncio.wait(List.of(stubborn));
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
      var tasks = new ArrayList<Task<?>>();
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
    void condition_namesItsOwnLock_andNoOther() {
      var condition = new Condition();
      condition.setName("changed");
      try (var _ = condition.acquire()) {
        assertWaits(
            condition::acquire,
            WaitInfo.Kind.SYNC,
            "Lock 'changed', held by " + currentTask().getName());
      }
      var lock = new Lock();
      new Condition(lock).setName("changed");
      assertThat(lock.getName()).isNull();
    }

    @AsyncTest
    void util_saysWhoseLockItIs() {
      var limiter = new RateLimiter(1, 100);
      limiter.acquire();
      var first = waiting(limiter::acquire);
      first.setName("first");
      assertWaits(limiter::acquire, WaitInfo.Kind.SYNC, "Lock 'RateLimiter', held by first");
      end(first);
      assertWaits(
          () -> Bounded.gather(1, () -> sleepOn(1), () -> sleepOn(2)),
          WaitInfo.Kind.SYNC,
          "Semaphore 'limit of 1'");
    }

    private static int sleepOn(int value) {
      sleep(100);
      return value;
    }

    @AsyncTest
    void queue_whatOfIt() {
      var queue = new Queue<Integer>(1);
      queue.setName("jobs");
      assertThat(queue.getName()).isEqualTo("jobs");
      assertWaits(queue::get, WaitInfo.Kind.QUEUE, "an item of Queue 'jobs' (0 of 1)");
      queue.put(1);
      assertWaits(() -> queue.put(2), WaitInfo.Kind.QUEUE, "room in Queue 'jobs' (1 of 1)");
      assertWaits(
          queue::join,
          WaitInfo.Kind.QUEUE,
          "the items to be done of Queue 'jobs', 1 not done (1 of 1)");
      var stack = new LifoQueue<Integer>();
      assertWaits(stack::get, WaitInfo.Kind.QUEUE, "an item of LifoQueue (0 in it)");
      var other = new Queue<Integer>();
      assertWaits(
          () -> Queue.select(List.of(stack, other)),
          WaitInfo.Kind.QUEUE,
          "an item of one of LifoQueue, Queue");
    }

    @AsyncTest
    void queue_thatIsJoined_saysThatThoseWhoCouldEndItWaitForMore() {
      var queue = new Queue<Integer>();
      queue.setName("jobs");
      queue.put(1);
      queue.put(2);
      queue.get();
      queue.get(); // and taskDone() is forgotten
      var consumers = List.of(waiting(queue::get), waiting(queue::get));
      assertWaits(
          queue::join,
          WaitInfo.Kind.QUEUE,
          "the items to be done of Queue 'jobs', 2 not done, while 2 wait for an item (0 in it)");
      consumers.forEach(WaitInfoTest::end);
    }

    @AsyncTest
    void lock_thatATaskHasNotReleased_isHeldByOneThatHasEnded() {
      var lock = new Lock();
      lock.setName("db");
      var holder = createTask(() -> lock.acquire(), "holder");
      holder.await();
      assertWaits(lock::acquire, WaitInfo.Kind.SYNC, "Lock 'db', held by holder, which has ended");
    }

    @AsyncTest
    void geventQueue_saysHowFullItIs() {
      var queue = new jasyncio.gevent.Queue<Integer>(1);
      assertWaits(queue::get, WaitInfo.Kind.QUEUE, "an item of gevent Queue (0 of 1)");
      queue.put(1);
      assertWaits(() -> queue.put(2), WaitInfo.Kind.QUEUE, "room in gevent Queue (1 of 1)");
      var endless = new jasyncio.gevent.Queue<Integer>();
      assertWaits(endless::get, WaitInfo.Kind.QUEUE, "an item of gevent Queue (0 in it)");
    }

    @AsyncTest
    void queue_howFull_andHowManyWaitForIt_asItsStatisticsSay() {
      var jobs = new Queue<Integer>(2);
      jobs.setName("jobs");
      jobs.put(1);
      jobs.put(2);
      var putters = List.of(createTask(() -> jobs.put(3)), createTask(() -> jobs.put(4)));
      sleep(0);
      var waitsFor = Objects.requireNonNull(putters.getFirst().waitsFor());
      assertThat(waitsFor.what()).as("what stays the same").isEqualTo("room in Queue 'jobs'");
      assertThat(waitsFor.queues())
          .containsExactly(
              new WaitInfo.Depth("Queue 'jobs'", System.identityHashCode(jobs), 2, 2, 0, 2));
      putters.forEach(WaitInfoTest::end);
      assertThat(waitsFor.queues().getFirst().putting()).as("a snapshot").isEqualTo(2);

      var idle = List.of(new Queue<Integer>(), new Queue<Integer>(5));
      var selecting = createTask(() -> Queue.select(idle));
      sleep(0);
      waitsFor = Objects.requireNonNull(selecting.waitsFor());
      assertThat(waitsFor).hasToString("an item of one of Queue, Queue");
      assertThat(waitsFor.queues())
          .extracting(WaitInfo.Depth::id, WaitInfo.Depth::maxsize, WaitInfo.Depth::getting)
          .containsExactly(
              tuple(System.identityHashCode(idle.getFirst()), 0, 1),
              tuple(System.identityHashCode(idle.getLast()), 5, 1));
      end(selecting);
    }

    @AsyncTest
    void queue_anonymousClass() {
      var queue = new Queue<Integer>(1) {};
      assertWaits(queue::get, WaitInfo.Kind.QUEUE, "an item of Queue (0 of 1)");
      assertThat(queue).asString().startsWith("<Queue maxsize=1");
    }

    @AsyncTest
    void waitListOfAProgram_whoseSourceGivesNothing_isItsOwner() {
      var list = new WaitList("<Gate>", () -> null);
      assertWaits(() -> list.enter().await(), WaitInfo.Kind.OTHER, "<Gate>");
      var future = getRunningLoop().<Integer>createFuture(() -> null);
      var task = waiting(future::await);
      assertThat(task.waitsFor()).asString().startsWith("<Future pending");
      end(task);
    }

    @AsyncTest
    void waitListOfAProgram_withAName() {
      var list = new WaitList("gate");
      list.setName("north");
      assertWaits(() -> list.enter().await(), WaitInfo.Kind.OTHER, "gate 'north'");
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
      var holders = new ArrayList<Task<?>>();
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
          "CompletableFuture");
      var queue = new ThreadsafeQueue<Integer>();
      queue.setName("in");
      assertWaits(queue::get, WaitInfo.Kind.QUEUE, "an item of ThreadsafeQueue 'in' (0 in it)");
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
      end(forever);
      stream.writer().close();
    });
  }

  @Test
  void server_thatIsClosed_saysWhere() throws Exception {
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
      var where = "the server at 127.0.0.1:" + server.port();
      assertWaits(server::waitClosed, WaitInfo.Kind.IO, where + " to be closed");
      var stream = Streams.openConnection("127.0.0.1", server.port());
      connected.await();
      server.close();
      assertWaits(server::waitClosed, WaitInfo.Kind.IO, "a client to leave " + where);
      stream.writer().close();
      server.waitClosed();
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
  void pipesOfAProcess_whichAndWhose() throws Exception {
    run(() -> {
      var process =
          Subprocesses.createSubprocessExec(
              ProcessOptions.defaults().stdin(Stdio.PIPE).stdout(Stdio.PIPE).stderr(Stdio.PIPE),
              "sleep",
              "100");
      var name = "process " + process.pid();
      assertWaits(process.stdout()::read, WaitInfo.Kind.IO, "data from stdout of " + name);
      assertWaits(process.stderr()::read, WaitInfo.Kind.IO, "data from stderr of " + name);
      var stdin = process.stdin();
      while (stdin.transport().getWriteBufferSize() == 0) {
        stdin.write(new byte[1 << 20]);
      }
      assertWaits(stdin::drain, WaitInfo.Kind.IO, name + " to take what was written");
      process.kill();
      process.waitFor();
    });
  }

  @Test
  void streamsWithoutAnAddress_byTheirTransport() throws Exception {
    run(() -> {
      var fed = new StreamReader();
      assertWaits(fed::read, WaitInfo.Kind.IO, "data for a StreamReader");
      var pipe = java.nio.channels.Pipe.open();
      try (var _ = pipe.sink()) {
        var reader = new StreamReader();
        Pipes.connectReadPipe(() -> new StreamReaderProtocol(reader), pipe.source());
        assertWaits(reader::read, WaitInfo.Kind.IO, "data from <ReadPipeTransport open reading>");
      }
    });
  }

  @Test
  void files_which() {
    run(() -> {
      var release = new CountDownLatch(1);
      getRunningLoop().setDefaultExecutor(Executors.newSingleThreadExecutor());
      getRunningLoop().runInExecutor(() -> release.await()); // its only thread
      try {
        var path = Path.of("no-such-file");
        assertWaits(
            () -> AsyncFiles.readBytes(path),
            WaitInfo.Kind.THREAD,
            "a call on no-such-file, by another thread");
        assertWaits(
            () -> AsyncFiles.open(path),
            WaitInfo.Kind.THREAD,
            "a call on no-such-file, by another thread");
      } finally {
        release.countDown();
      }
    });
  }

  @Test
  void channels_whichSide() throws Exception {
    try (var server = ServerSocketChannel.open()) {
      server
          .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .configureBlocking(false);
      var address = (InetSocketAddress) server.getLocalAddress();
      run(() ->
          assertWaits(
              () -> Sockets.sockAccept(server),
              WaitInfo.Kind.IO,
              "a connection to 127.0.0.1:" + address.getPort()));
    }
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
