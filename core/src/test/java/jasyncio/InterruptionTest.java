package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.uninterrupted;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Runtimes.ScheduledOnly;
import jasyncio.files.AsyncFiles;
import jasyncio.generator.Generator;
import jasyncio.queue.Queue;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.sync.Lock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The interrupt that a cancellation sends into a blocking call, under policy SWITCH: it is
/// delivered once, and ends with the cancellation. See docs/decisions/0017.
@Timeout(600)
@ScheduledOnly
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop", "ThreadPriorityCheck"})
class InterruptionTest {
  private static final int LONG_MILLIS = 100_000;
  private static final Set<String> TYPICAL_CALLS =
      Set.of("Thread.sleep", "Socket.read", "a library that restores the flag", "in a generator");

  @TempDir private Path folder;
  private ServerSocket server;
  private Socket client; // of a connection on which nothing ever comes
  private Socket accepted;
  private final List<String> order = new ArrayList<>();

  @BeforeEach
  void connect() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    client = new Socket(server.getInetAddress(), server.getLocalPort());
    accepted = server.accept();
  }

  @AfterEach
  void disconnect() throws IOException {
    accepted.close();
    client.close();
    server.close();
  }

  private static RunOptions switching() {
    return RunOptions.defaults().blocking(BlockingPolicy.SWITCH);
  }

  /// Calls that mind an interrupt, each in its own way.
  private Map<String, Action<?>> calls() {
    var calls = new LinkedHashMap<String, Action<?>>();
    calls.put("Thread.sleep", () -> Thread.sleep(LONG_MILLIS));
    calls.put(
        "Object.wait",
        () -> {
          synchronized (order) {
            order.wait();
          }
        });
    calls.put("BlockingQueue.take", () -> new LinkedBlockingQueue<String>().take());
    calls.put("CountDownLatch.await", () -> new CountDownLatch(1).await());
    calls.put("Semaphore.acquire", () -> new Semaphore(0).acquire());
    calls.put("Condition.await", InterruptionTest::awaitCondition);
    calls.put("CompletableFuture.get", () -> new CompletableFuture<String>().get());
    calls.put("Thread.join", () -> currentThread().join());
    calls.put("ThreadsafeQueue.take", () -> new ThreadsafeQueue<String>().blocking().take());
    calls.put("Socket.read", () -> client.getInputStream().read());
    calls.put("ServerSocket.accept", () -> new ServerSocket(0).accept().close());
    calls.put("SocketChannel.read", InterruptionTest::readChannel);
    calls.put("a library that restores the flag", () -> wrapped(true));
    calls.put("a library that does not", () -> wrapped(false));
    calls.put("in a generator", () -> generator(g -> Thread.sleep(LONG_MILLIS)).next());
    return calls;
  }

  private static Thread currentThread() {
    return Thread.currentThread();
  }

  private static void awaitCondition() throws InterruptedException {
    var lock = new ReentrantLock();
    lock.lock();
    try {
      lock.newCondition().await();
    } finally {
      lock.unlock();
    }
  }

  private static void readChannel() throws IOException {
    try (var listener = ServerSocketChannel.open().bind(null);
        var channel = SocketChannel.open(listener.getLocalAddress())) {
      channel.read(ByteBuffer.allocate(1));
    }
  }

  private static void wrapped(boolean restores) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      if (restores) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException("no connection", new IOException(e));
    }
  }

  /// Clean-up, which must neither be cut off nor change how the task ends.
  private Map<String, Action<?>> cleanUps() {
    var cleanUps = new LinkedHashMap<String, Action<?>>();
    cleanUps.put("nothing", () -> {});
    cleanUps.put("sleep(0)", () -> sleep(0));
    cleanUps.put("sleep", () -> sleep(0.001));
    cleanUps.put("a future", () -> await(later()));
    cleanUps.put("a task", () -> await(createTask(() -> sleep(0))));
    cleanUps.put("a coroutine", () -> await(Asyncio.coroutine(() -> sleep(0, 1))));
    cleanUps.put("gather", () -> await(gather(() -> sleep(0, 1), () -> sleep(0, 2))));
    cleanUps.put("shield", () -> await(Asyncio.shield(later())));
    cleanUps.put("wait", () -> Asyncio.wait(List.of(later())));
    cleanUps.put("a thread", () -> toThread(() -> 1));
    cleanUps.put("a group", () -> taskGroup(tg -> tg.createTask(() -> sleep(0))));
    cleanUps.put("a time limit", () -> timeout(10, () -> sleep(0)));
    cleanUps.put("a time limit that is over", InterruptionTest::limitThatIsOver);
    cleanUps.put("a lock", InterruptionTest::contendedLock);
    cleanUps.put("a queue", InterruptionTest::queue);
    cleanUps.put("a file", () -> AsyncFiles.writeString(folder.resolve("file"), "text"));
    cleanUps.put("generators", InterruptionTest::generators);
    cleanUps.put("a socket that need not wait", () -> accepted.getOutputStream().write(1));
    cleanUps.put("a call that blocks", () -> uninterrupted(() -> Thread.sleep(1)));
    cleanUps.put("several calls that block", this::blockSeveralTimes);
    return cleanUps;
  }

  private static Future<Boolean> later() {
    var future = getRunningLoop().<Boolean>createFuture();
    getRunningLoop().callSoon(() -> future.setResult(true));
    return future;
  }

  private static void limitThatIsOver() {
    assertThatThrownBy(() -> timeout(0, () -> sleep(100))).isInstanceOf(TimeoutException.class);
  }

  private static void contendedLock() {
    var lock = new Lock();
    var held = lock.acquire();
    getRunningLoop().callSoon(held::close);
    lock.acquire().close();
  }

  private static void queue() {
    var queue = new Queue<String>();
    getRunningLoop().callSoon(() -> queue.putNowait("item"));
    queue.get();
  }

  private static void generators() {
    var items =
        asyncGenerator(g -> {
          sleep(0);
          g.yield(1);
          sleep(0);
          g.yield(2);
        });
    for (var item : items) {
      assertThat(item).isEqualTo(1);
      break;
    }
    items.aclose();
  }

  private void blockSeveralTimes() throws Exception {
    uninterrupted(() -> {
      Thread.sleep(1);
      sleep(0);
      try (var other = new Socket(server.getInetAddress(), server.getLocalPort());
          var peer = server.accept()) {
        createTask(() -> peer.getOutputStream().write(7));
        assertThat(other.getInputStream().read()).isEqualTo(7);
      }
      sleep(0);
      Thread.sleep(1);
    });
  }

  @Test
  @Tag("slow")
  void cancel_ofABlockingCall_lets_everyFormOfCleanUpRunToItsEnd() throws IOException {
    var failed = new ArrayList<String>();
    for (var call : calls().keySet()) {
      for (var cleanUp : cleanUps().keySet()) {
        for (var shape : Shape.values()) {
          if (shape == Shape.FINALLY || TYPICAL_CALLS.contains(call)) {
            order.clear();
            var task =
                cancelled(() -> shape.run(calls().get(call), cleanUps().get(cleanUp), order));
            var how = String.join(" ", order) + (task.cancelled() ? " cancelled" : " " + task);
            if (!how.equals("begins cleaned cancelled")) {
              failed.add(call + ", then " + cleanUp + " by " + shape + ": " + how);
            }
            disconnect();
            connect();
          }
        }
      }
    }
    assertThat(failed).isEmpty();
  }

  @Test
  void limit_thatIsOverAsTheCallEnds_leavesNoInterruptBehind() throws Exception {
    run(
        () -> {
          for (int i = 0; i < 100; i++) {
            var queue = new LinkedBlockingQueue<Integer>();
            int n = i;
            timeout(
                1000,
                limit -> {
                  getRunningLoop()
                      .callSoon(() -> {
                        limit.reschedule(
                            0); // over in the next iteration, in which the item comes, too
                        getRunningLoop().callSoon(() -> queue.add(n));
                      });
                  assertThat(queue.take()).isEqualTo(n);
                });
            assertThat(currentThread().isInterrupted()).isFalse();
            Thread.sleep(0, 1000); // an innocent call
          }
        },
        switching());
  }

  @Test
  void limit_overACallThatDoesNotMind_leavesNoInterruptBehind() throws Exception {
    run(
        () -> {
          var lock = new ReentrantLock();
          var release = getRunningLoop().<Boolean>createFuture();
          createTask(() -> {
            lock.lock();
            await(release);
            lock.unlock();
          });
          sleep(0);
          timeout(
              1000,
              limit -> {
                getRunningLoop()
                    .callSoon(() -> {
                      limit.reschedule(0);
                      getRunningLoop().callLater(0.02, () -> release.setResult(true));
                    });
                lock.lock();
                lock.unlock();
                order.add("locked");
              });
          assertThat(order).containsExactly("locked");
          assertThat(currentThread().isInterrupted()).isFalse();
          assertThat(currentTask().cancelling()).isZero();
          accepted.getOutputStream().write(1);
          assertThat(client.getInputStream().read()).isEqualTo(1);
        },
        switching());
  }

  @Test
  void limit_overABodyThatCatchesTheError_leavesNoInterruptBehind() throws Exception {
    run(
        () -> {
          timeout(
              0.001,
              () -> {
                try {
                  client.getInputStream().read();
                } catch (IOException e) {
                  order.add(e.getMessage());
                }
              });
          assertThat(currentThread().isInterrupted()).isFalse();
          try (var other = new Socket(server.getInetAddress(), server.getLocalPort());
              var peer = server.accept()) {
            createTask(() -> peer.getOutputStream().write(1));
            assertThat(other.getInputStream().read()).isEqualTo(1);
          }
        },
        switching());
    assertThat(order).containsExactly("Closed by interrupt");
  }

  @Test
  void uncancel_fromOutside_takesTheInterruptBack() {
    var queue = new LinkedBlockingQueue<String>();
    var got =
        run(
            () -> {
              var task = createTask(queue::take);
              untilBlocked(task);
              task.cancel();
              assertThat(task.uncancel()).isZero();
              for (int i = 0; i < 3; i++) {
                sleep(0);
              }
              queue.add("item");
              return await(task);
            },
            switching());
    assertThat(got).isEqualTo("item");
  }

  @Test
  void interrupt_thatIsSwallowed_comesAgainAtTheNextBlockingCall() {
    var task =
        cancelled(() -> {
          for (int i = 0; i < 3; i++) {
            try {
              Thread.sleep(LONG_MILLIS);
            } catch (InterruptedException e) {
              order.add("swallowed");
            }
          }
          order.add("tries again");
          Thread.sleep(LONG_MILLIS);
          order.add("never");
        });
    assertThat(order).containsExactly("swallowed", "swallowed", "swallowed", "tries again");
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  void interrupt_thatIsSwallowedAgain_isThrownByTheNextAwait() {
    var task =
        cancelled(() -> {
          while (order.size() < 10) {
            try {
              Thread.sleep(LONG_MILLIS);
            } catch (Exception e) {
              order.add("swallowed");
            }
            sleep(0);
            order.add("went on");
          }
        });
    assertThat(order).containsExactly("swallowed", "went on", "swallowed");
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  void interrupt_thatIsSwallowed_isNotThrownByAnAwait() {
    var task =
        cancelled(() -> {
          try {
            Thread.sleep(LONG_MILLIS);
          } catch (InterruptedException e) {
            order.add("swallowed");
          }
          sleep(0);
          order.add("went on");
        });
    assertThat(order).containsExactly("swallowed", "went on");
    assertThat(task.cancelled()).isFalse();
  }

  /// As the clients of several brokers do: the answer may come at any moment.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void interrupt_ofALibraryThatTriesAgainAndRestoresTheFlag_isSwallowed(int turns) {
    var answered = new CountDownLatch(1);
    var result =
        run(
            () -> {
              var task =
                  createTask(() -> {
                    awaitUninterruptibly(answered);
                    return "answer";
                  });
              sleep(0);
              task.cancel();
              for (int i = 0; i < turns; i++) {
                sleep(0); // it was heard, and is sent again to the next try
              }
              answered.countDown();
              return await(task);
            },
            switching());
    assertThat(result).isEqualTo("answer");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void cancel_beforeTheTaskBlocks_interruptsTheCall() {
    var task =
        run(
            () -> {
              var self =
                  createTask(() -> {
                    currentTask().cancel();
                    Thread.sleep(LONG_MILLIS);
                  });
              Asyncio.wait(List.of(self));
              return self;
            },
            switching());
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  void cancel_again_interruptsCleanUp() {
    run(
        () -> {
          var task =
              createTask(() -> {
                try {
                  Thread.sleep(LONG_MILLIS);
                } finally {
                  uninterrupted(() -> {
                    try {
                      Thread.sleep(LONG_MILLIS);
                    } finally {
                      order.add("cut off");
                    }
                  });
                }
              });
          untilBlocked(task);
          task.cancel();
          sleep(0);
          sleep(0);
          untilBlocked(task);
          assertThat(order).isEmpty();
          task.cancel();
          Asyncio.wait(List.of(task));
          assertThat(task.cancelled()).isTrue();
        },
        switching());
    assertThat(order).containsExactly("cut off");
  }

  @Test
  void error_ofACallThatDidNotMind_staysItself() {
    var lock = new ReentrantLock();
    var problem = new IllegalStateException("of its own");
    run(
        () -> {
          lock.lock();
          var task =
              createTask(() -> {
                lock.lock();
                lock.unlock();
                throw problem;
              });
          untilBlocked(task);
          task.cancel();
          lock.unlock();
          Asyncio.wait(List.of(task));
          assertThat(task.exception()).isSameAs(problem);
        },
        switching());
  }

  @Test
  void error_ofACallThatDidNotMind_isNotATimeout() {
    var problem = new IllegalStateException("of its own");
    assertThatThrownBy(() ->
            run(
                () ->
                    timeout(
                        1000,
                        limit -> {
                          getRunningLoop().callSoon(() -> limit.reschedule(0));
                          var end = System.nanoTime() + 20_000_000;
                          while (System.nanoTime() < end) {
                            LockSupport.parkNanos(1_000_000);
                          }
                          throw problem;
                        }),
                switching()))
        .isSameAs(problem);
  }

  @Test
  void monitor_thatIsWaitedForInVain_doesNotLoseTheCancellation() throws Exception {
    var lock = new Object();
    run(
        () -> {
          var entered = new CountDownLatch(1);
          var leave = new CountDownLatch(1);
          var holder =
              Thread.ofPlatform()
                  .start(() -> {
                    synchronized (lock) {
                      entered.countDown();
                      awaitQuietly(leave);
                    }
                  });
          entered.await();
          var task =
              createTask(() -> {
                synchronized (lock) {
                  order.add("entered");
                }
                sleep(0);
                order.add("never");
              });
          untilBlocked(task);
          task.cancel();
          leave.countDown();
          Asyncio.wait(List.of(task));
          holder.join();
          assertThat(task.cancelled()).isTrue();
        },
        switching());
    assertThat(order).containsExactly("entered");
  }

  @Test
  void generator_whoseBodyIsInterruptedAndYields_isPartOfOneLogicalThread() {
    var task =
        cancelled(() -> {
          Generator<String> items =
              generator(g -> {
                try {
                  Thread.sleep(LONG_MILLIS);
                } catch (InterruptedException e) {
                  g.yield("interrupted");
                  throw e;
                }
              });
          order.add(items.next());
          sleep(0); // clean-up, as it were
          order.add(items.hasNext() ? "more" : "ended");
        });
    assertThat(order).containsExactly("interrupted");
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  @Timeout(60) // in quadratic time: minutes
  void cancel_ofManyTasksThatBlock_isLinear() {
    run(
        () -> {
          var tasks = new ArrayList<Task<Void>>();
          for (int i = 0; i < 4_000; i++) {
            tasks.add(createTask(() -> new CountDownLatch(1).await()));
          }
          untilBlocked(tasks.getLast());
          tasks.forEach(Task::cancel);
          Asyncio.wait(tasks);
          assertThat(tasks).allMatch(Future::cancelled);
        },
        switching());
  }

  /// Where clean-up may stand.
  enum Shape {
    FINALLY {
      @Override
      void run(Action<?> call, Action<?> cleanUp, List<String> order) throws Exception {
        try {
          order.add("begins");
          call.run();
        } finally {
          cleanUp.run();
          order.add("cleaned");
        }
      }
    },
    RESOURCE {
      @Override
      @SuppressWarnings("try")
      void run(Action<?> call, Action<?> cleanUp, List<String> order) throws Exception {
        AutoCloseable resource =
            () -> {
              cleanUp.run();
              order.add("cleaned");
            };
        try (resource) {
          order.add("begins");
          call.run();
        }
      }
    },
    CATCH {
      @Override
      void run(Action<?> call, Action<?> cleanUp, List<String> order) throws Exception {
        try {
          order.add("begins");
          call.run();
        } catch (Exception e) {
          cleanUp.run();
          order.add("cleaned");
          throw new IllegalStateException("failed", e);
        }
      }
    },
    AROUND_A_GROUP {
      @Override
      void run(Action<?> call, Action<?> cleanUp, List<String> order) throws Exception {
        try {
          taskGroup(tg -> {
            tg.createTask(() -> sleep(100));
            order.add("begins");
            call.run();
          });
        } finally {
          cleanUp.run();
          order.add("cleaned");
        }
      }
    },
    AROUND_AN_OPEN_GROUP {
      @Override
      void run(Action<?> call, Action<?> cleanUp, List<String> order) throws Exception {
        try (var tg = TaskGroup.open()) {
          tg.createTask(() -> sleep(100));
          order.add("begins");
          call.run();
          tg.join();
        } finally {
          cleanUp.run();
          order.add("cleaned");
        }
      }
    },
    AROUND_A_LIMIT {
      @Override
      void run(Action<?> call, Action<?> cleanUp, List<String> order) throws Exception {
        try {
          timeout(
              100,
              () -> {
                order.add("begins");
                call.run();
              });
        } finally {
          cleanUp.run();
          order.add("cleaned");
        }
      }
    };

    abstract void run(Action<?> call, Action<?> cleanUp, List<String> order) throws Exception;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Cancels `body` as soon as it blocks.
  private static Task<?> cancelled(Action<?> body) {
    return run(
        () -> {
          var task = createTask(body);
          untilBlocked(task);
          assertThat(task.cancel()).isTrue();
          Asyncio.wait(List.of(task));
          return task;
        },
        switching());
  }

  private static void untilBlocked(Task<?> task) {
    while (getRunningLoop().blocked.threadOf(task) == null && !task.done()) {
      sleep(0);
    }
  }
}
