package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.generator.Generators.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import jasyncio.Runtimes.PortableOnly;
import jasyncio.Runtimes.ScheduledOnly;
import jasyncio.generator.Generator;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What happens when a task blocks its thread without awaiting.
@Timeout(600)
class BlockingPolicyTest {
  private static RunOptions with(BlockingPolicy policy) {
    return RunOptions.defaults().blocking(policy);
  }

  private static void blockOn(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// A thread that answers each byte of one client with the next one, but not before it is told to.
  private static final class EchoServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Thread thread;
    final CountDownLatch answers = new CountDownLatch(1);

    EchoServer() throws IOException {
      socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
      thread = Thread.ofPlatform().name("echo-server").start(this::serve);
    }

    private void serve() {
      try (var client = socket.accept()) {
        for (int b = client.getInputStream().read(); b >= 0; b = client.getInputStream().read()) {
          blockOn(answers);
          client.getOutputStream().write(b + 1);
        }
      } catch (IOException e) {
        return; // closed
      }
    }

    Socket connect() throws IOException {
      return new Socket(socket.getInetAddress(), socket.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      answers.countDown();
      socket.close();
      join(thread);
    }
  }

  @Nested
  class Block {
    @Test
    void default_isBlock() {
      try (var loop = newEventLoop()) {
        assertThat(loop.getBlockingPolicy()).isEqualTo(BlockingPolicy.BLOCK);
      }
    }

    @Test
    void threadSleep_inTask_makesTheLoopWait() throws Exception {
      var order = new ArrayList<String>();
      run(() -> {
        var other = createTask(() -> order.add("other"));
        order.add("sleeps");
        Thread.sleep(5);
        order.add("slept");
        await(other);
      });
      assertThat(order).containsExactly("sleeps", "slept", "other");
    }

    @Test
    void blockingRead_inTask_makesTheLoopWait() throws Exception {
      var order = new ArrayList<String>();
      try (var server = new EchoServer()) {
        server.answers.countDown();
        run(() -> {
          var other = createTask(() -> order.add("other"));
          try (var socket = server.connect()) {
            socket.getOutputStream().write(1);
            order.add("read " + socket.getInputStream().read());
          }
          await(other);
        });
      }
      assertThat(order).containsExactly("read 2", "other");
    }

    @Test
    void slowStep_inDebugMode_isLoggedWithTheBlockingStack() {
      try (var logs = Logs.captureAll()) {
        run(
            () -> {
              getRunningLoop().setSlowCallbackDuration(60);
              var task = createTask(BlockingPolicyTest::naps, "napper");
              sleep(0);
              await(task);
            },
            RunOptions.defaults().debug(true));
        assertThat(logs.lines())
            .filteredOn(line -> line.contains("napper"))
            .singleElement()
            .asString()
            .containsPattern(
                "WARNING Executing <Task .*name='napper'.*> took \\d+\\.\\d\\d\\d seconds")
            .contains("java.lang.Thread.sleep")
            .contains("BlockingPolicyTest.naps(BlockingPolicyTest.java:")
            .doesNotContain("jasyncio.internal");
      }
    }

    @Test
    void slowCallback_inDebugMode_isLogged() {
      try (var logs = Logs.captureAll()) {
        run(
            () -> {
              getRunningLoop().setSlowCallbackDuration(60);
              getRunningLoop().callSoon(BlockingPolicyTest::naps);
              sleep(0);
            },
            RunOptions.defaults().debug(true));
        assertThat(logs.lines())
            .filteredOn(line -> line.contains("<Handle"))
            .singleElement()
            .asString()
            .containsPattern("WARNING Executing <Handle .*> took \\d+\\.\\d\\d\\d seconds")
            .contains("BlockingPolicyTest.naps(BlockingPolicyTest.java:");
      }
    }

    @Test
    void slowStep_outsideDebugMode_isNotLogged() throws Exception {
      try (var logs = Logs.capture()) {
        run(
            () -> {
              getRunningLoop().setSlowCallbackDuration(0.001);
              Thread.sleep(10);
              sleep(0);
            },
            RunOptions.defaults().debug(false));
        assertThat(logs.lines()).isEmpty();
      }
    }

    @Test
    void quickSteps_inDebugMode_areNotLogged() {
      try (var logs = Logs.capture()) {
        run(
            () -> {
              getRunningLoop().setSlowCallbackDuration(10);
              for (int i = 0; i < 100; i++) {
                sleep(0);
              }
            },
            RunOptions.defaults().debug(true));
        assertThat(logs.lines()).isEmpty();
      }
    }
  }

  /// Blocks until the watchdog has seen it, which does not look before this blocks.
  private static void naps() {
    var loop = getRunningLoop();
    var sleeper = Thread.currentThread();
    Thread.ofPlatform()
        .start(() -> {
          Spin.untilWaiting(sleeper);
          loop.setSlowCallbackDuration(0.001);
          Spin.until(() -> !loop.steps.seen().isEmpty());
          sleeper.interrupt();
        });
    try {
      Thread.sleep(60_000);
      throw new AssertionError("nobody looked");
    } catch (InterruptedException e) {
      assertThat(e).isNotNull();
    }
  }

  @Nested
  @ScheduledOnly
  class Switch {
    /// Runs a blocking call in a task, and lets it go on only after another task has run meanwhile.
    private static <T> T besideOthers(Awaitable<T, ?> call, Action<?> release) throws Exception {
      return run(
          () -> {
            var loop = getRunningLoop();
            var blocked = createTask(call, "blocked");
            var thread = loop.<Thread>createFuture();
            loop.callSoon(() -> thread.setResult(blocked.fiber().thread()));
            await(thread);
            while (thread.result().getState() == Thread.State.RUNNABLE) {
              sleep(0); // the other task runs, and this is the proof
            }
            assertThat(blocked.done()).isFalse();
            assertThat(currentTask()).isNotSameAs(blocked);
            release.run();
            var result = await(blocked);
            assertThat(currentTask().getName()).isNotEqualTo("blocked");
            return result;
          },
          with(BlockingPolicy.SWITCH));
    }

    @Test
    void countDownLatch_inTask_letsOthersRun() throws Exception {
      var latch = new CountDownLatch(1);
      var result =
          besideOthers(
              () -> {
                latch.await();
                return currentTask().getName();
              },
              latch::countDown);
      assertThat(result).isEqualTo("blocked");
    }

    @Test
    void blockingQueue_inTask_letsOthersRun() throws Exception {
      var queue = new LinkedBlockingQueue<Integer>();
      assertThat(besideOthers(queue::take, () -> queue.add(7))).isEqualTo(7);
    }

    @Test
    void park_inTask_letsOthersRun() throws Exception {
      var thread = new Thread[1];
      var result =
          besideOthers(
              () -> {
                thread[0] = Thread.currentThread();
                LockSupport.park();
                return "unparked";
              },
              () -> LockSupport.unpark(thread[0]));
      assertThat(result).isEqualTo("unparked");
    }

    @Test
    void reentrantLock_heldByATask_isWaitedForByAnother() {
      var lock = new ReentrantLock();
      var order = new ArrayList<String>();
      run(
          () -> {
            var open = getRunningLoop().<Boolean>createFuture();
            var holder =
                createTask(() -> {
                  lock.lock();
                  try {
                    await(open);
                    order.add("holder");
                  } finally {
                    lock.unlock();
                  }
                });
            var waiter =
                createTask(() -> {
                  lock.lock();
                  try {
                    order.add("waiter");
                  } finally {
                    lock.unlock();
                  }
                });
            while (!lock.hasQueuedThreads()) {
              sleep(0);
            }
            open.setResult(true);
            await(gather(holder, waiter));
          },
          with(BlockingPolicy.SWITCH));
      assertThat(order).containsExactly("holder", "waiter");
    }

    @Test
    void synchronousQueue_betweenTwoTasks_handsOver() throws Exception {
      var queue = new SynchronousQueue<Integer>();
      var received =
          run(
              () -> {
                createTask(() -> {
                  for (int i = 0; i < 100; i++) {
                    queue.put(i);
                  }
                });
                var list = new ArrayList<Integer>();
                for (int i = 0; i < 100; i++) {
                  list.add(queue.take());
                }
                return list;
              },
              with(BlockingPolicy.SWITCH));
      assertThat(received).hasSize(100).isSorted();
    }

    @Test
    void threadSleep_inManyTasks_overlaps() {
      var order = new ArrayList<Integer>();
      run(
          () -> {
            var tasks = new ArrayList<Task<Void>>();
            for (int i = 3; i >= 1; i--) {
              int n = i;
              tasks.add(
                  createTask(() -> {
                    Thread.sleep(n * 100L);
                    order.add(n);
                  }));
            }
            await(gather(tasks));
          },
          with(BlockingPolicy.SWITCH));
      assertThat(order).containsExactly(1, 2, 3); // one after the other it would be 3, 2, 1
    }

    @Test
    void socketRead_inTask_letsOthersRun() throws Exception {
      try (var server = new EchoServer()) {
        var answer =
            besideOthers(
                () -> {
                  try (var socket = server.connect()) {
                    socket.getOutputStream().write(41);
                    return socket.getInputStream().read();
                  }
                },
                server.answers::countDown);
        assertThat(answer).isEqualTo(42);
      }
    }

    @Test
    @Tag("slow")
    void httpClientSend_inTask_letsOthersRun() throws Exception {
      var answers = new CountDownLatch(1);
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            blockOn(answers);
            var body = "hello".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
              out.write(body);
            }
          });
      server.start();
      try (var client = HttpClient.newHttpClient()) {
        var uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
        var text =
            besideOthers(
                () ->
                    client
                        .send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofString())
                        .body(),
                answers::countDown);
        assertThat(text).isEqualTo("hello");
      } finally {
        answers.countDown();
        server.stop(0);
      }
    }

    @Test
    void currentTaskAndContext_afterABlockingCall_areTheTasksOwn() {
      var variable = ContextVar.<String>of("variable");
      var seen =
          run(
              () -> {
                var tasks = new ArrayList<Task<List<Object>>>();
                for (var name : List.of("a", "b", "c")) {
                  tasks.add(
                      createTask(
                          () -> {
                            variable.set(name);
                            Thread.sleep(5);
                            var self = currentTask();
                            var first = variable.get();
                            variable.set(name + name);
                            LockSupport.parkNanos(1000);
                            sleep(0);
                            return List.of(self.getName(), first, variable.get());
                          },
                          name));
                }
                return await(gather(tasks));
              },
              with(BlockingPolicy.SWITCH));
      assertThat(seen)
          .containsExactly(
              List.of("a", "a", "aa"), List.of("b", "b", "bb"), List.of("c", "c", "cc"));
    }

    @Test
    void callback_thatBlocks_letsOthersRun() {
      var order = new ArrayList<String>();
      var latch = new CountDownLatch(1);
      run(
          () -> {
            var loop = getRunningLoop();
            var called = loop.<Boolean>createFuture();
            loop.callSoon(() -> {
              order.add("callback " + currentTask());
              blockOn(latch);
              order.add("callback ends " + currentTask());
              called.setResult(true);
            });
            loop.callSoon(() -> order.add("next"));
            sleep(0);
            order.add("task");
            latch.countDown();
            await(called);
          },
          with(BlockingPolicy.SWITCH));
      assertThat(order).containsExactly("callback null", "next", "task", "callback ends null");
    }

    @Test
    void await_afterABlockingCall_works() throws Exception {
      var result =
          run(
              () -> {
                var sum = 0;
                for (int i = 0; i < 20; i++) {
                  LockSupport.parkNanos(1000);
                  sum += await(createTask(() -> sleep(0, 1)));
                  Thread.sleep(1);
                }
                return sum;
              },
              with(BlockingPolicy.SWITCH));
      assertThat(result).isEqualTo(20);
    }

    @Test
    void cancel_ofATaskInThreadSleep_endsItCancelled() {
      assertThat(cancelled(() -> Thread.sleep(100_000)).cancelled()).isTrue();
    }

    @Test
    void cancel_ofATaskInQueueTake_endsItCancelled() {
      assertThat(cancelled(() -> new LinkedBlockingQueue<String>().take()).cancelled()).isTrue();
    }

    @Test
    void cancel_ofATaskInSocketRead_endsItCancelled() throws Exception {
      try (var server = new EchoServer()) {
        var task =
            cancelled(() -> {
              try (var socket = server.connect()) {
                socket.getInputStream().read();
              }
            });
        assertThat(task.cancelled()).isTrue();
      }
    }

    @Test
    void cancel_ofATaskThatBlocksInAGeneratorBody_endsItCancelled() {
      var generator =
          generator(g -> {
            Thread.sleep(100_000);
            g.yield("never");
          });
      assertThat(cancelled(generator::next).cancelled()).isTrue();
    }

    @Test
    void cancel_ofATaskWhoseGeneratorBodyIgnoresTheInterrupt_arrivesAtTheNextAwait() {
      var order = new ArrayList<String>();
      Generator<String> generator =
          generator(g -> {
            LockSupport.park(); // ends without clearing the interrupt
            g.yield("parked");
            order.add(Thread.currentThread().isInterrupted() ? "interrupted" : "not interrupted");
            g.yield("again");
          });
      var task =
          cancelled(() -> {
            order.add(generator.next());
            order.add(generator.next());
            sleep(0);
          });
      assertThat(order).containsExactly("parked", "not interrupted", "again");
      assertThat(task.cancelled()).isTrue();
    }

    private static Task<?> cancelled(Action<?> body) {
      return run(
          () -> {
            var threads = new LinkedBlockingQueue<Thread>();
            var task =
                createTask(() -> {
                  threads.add(Thread.currentThread());
                  body.run();
                });
            while (threads.isEmpty()
                || (threads.peek().getState() == Thread.State.RUNNABLE
                    && getRunningLoop().blocked.isEmpty())) {
              sleep(0);
            }
            assertThat(task.cancel()).isTrue();
            Asyncio.wait(List.of(task));
            return task;
          },
          with(BlockingPolicy.SWITCH));
    }

    @Test
    @Tag("slow")
    void classInitialiser_thatWaits_isReportedWithWhatIsSetAside() {
      var aside = new CountDownLatch(1);
      try (var logs = Logs.captureAll()) {
        var helper =
            Thread.ofPlatform()
                .start(() -> {
                  Spin.until(() -> logs.lines().stream().anyMatch(l -> l.contains("has held up")));
                  Pinning.LATCH.countDown();
                  aside.countDown();
                });
        run(
            () -> {
              var holder = createTask(() -> blockOn(aside), "holder");
              sleep(0);
              sleep(0);
              new Pinned();
              await(holder);
            },
            with(BlockingPolicy.SWITCH).stallLimit(0.05));
        join(helper);
        assertThat(logs.lines())
            .filteredOn(line -> line.contains("has held up"))
            .singleElement()
            .asString()
            .contains("CountDownLatch.await, where it cannot be set aside", "Pinned.<clinit>")
            .contains("set aside are", "task 'holder'\n  at", "BlockingPolicyTest.blockOn");
      }
    }

    private static final class Pinning {
      static final CountDownLatch LATCH = new CountDownLatch(1);
    }

    private static final class Pinned {
      static {
        blockOn(Pinning.LATCH);
      }
    }

    @Test
    void eagerTasks_thatBlock_overlap() {
      var order = new ArrayList<String>();
      var latch = new CountDownLatch(1);
      run(
          () -> {
            var tasks = new ArrayList<Task<Void>>();
            for (int i = 0; i < 3; i++) {
              int n = i;
              Action<?> body =
                  () -> {
                    order.add("begins " + n);
                    latch.await();
                    order.add("ends " + n + " " + currentTask().getName());
                  };
              tasks.add(createTask(body, TaskOptions.named("eager-" + n).eagerStart(true)));
              order.add("made " + n + " " + (currentTask() != tasks.getLast()));
            }
            latch.countDown();
            await(gather(tasks));
          },
          with(BlockingPolicy.SWITCH));
      assertThat(order)
          .containsExactly(
              "begins 0",
              "made 0 true",
              "begins 1",
              "made 1 true",
              "begins 2",
              "made 2 true",
              "ends 0 eager-0",
              "ends 1 eager-1",
              "ends 2 eager-2");
    }

    @Test
    void eagerTask_thatBlocksInsideAGenerator_letsItsMakerGoOn() {
      var order = new ArrayList<String>();
      var latch = new CountDownLatch(1);
      run(
          () -> {
            Action<?> body =
                () -> {
                  Generator<String> items =
                      generator(g -> {
                        latch.await();
                        g.yield("item");
                      });
                  order.add(items.next());
                };
            var task = createTask(body, TaskOptions.defaults().eagerStart(true));
            order.add("made");
            latch.countDown();
            await(task);
          },
          with(BlockingPolicy.SWITCH));
      assertThat(order).containsExactly("made", "item");
    }

    @Test
    void timeout_aroundABlockingCall_isATimeout() {
      assertThatThrownBy(() ->
              run(() -> timeout(0.02, () -> Thread.sleep(100_000)), with(BlockingPolicy.SWITCH)))
          .isInstanceOf(TimeoutException.class);
    }

    @Test
    void taskGroup_withAFailingAndABlockedChild_raisesTheFailureAlone() {
      var problem = new IllegalStateException("fails");
      assertThatThrownBy(() ->
              run(
                  () ->
                      taskGroup(tg -> {
                        tg.createTask(() -> Thread.sleep(100_000));
                        tg.createTask(() -> {
                          sleep(0);
                          throw problem;
                        });
                      }),
                  with(BlockingPolicy.SWITCH)))
          .isInstanceOfSatisfying(
              ExceptionGroup.class,
              group -> assertThat(group.exceptions()).containsExactly(problem));
    }

    @Test
    void run_endingWhileATaskBlocks_cancelsThatTask() {
      var ended = new ArrayList<String>();
      run(
          () -> {
            createTask(() -> {
              try {
                Thread.sleep(100_000);
              } finally {
                ended.add("finally");
              }
            });
            sleep(0);
            sleep(0);
          },
          with(BlockingPolicy.SWITCH));
      assertThat(ended).containsExactly("finally");
    }

    @Test
    void runForever_withOnlyABlockedTask_waitsForIt() throws Exception {
      var latch = new CountDownLatch(1);
      var threads = new CompletableFuture<Thread>();
      var helper =
          Thread.ofPlatform()
              .start(() -> {
                Spin.untilWaiting(threads.join());
                latch.countDown();
              });
      var result =
          run(
              () -> {
                threads.complete(Thread.currentThread());
                latch.await();
                return "went on";
              },
              with(BlockingPolicy.SWITCH));
      join(helper);
      assertThat(result).isEqualTo("went on");
    }

    @Test
    void setBlockingPolicy_whileRunning_takesEffect() throws Exception {
      var order = new ArrayList<String>();
      run(() -> {
        var task = createTask(() -> order.add("other"));
        Thread.sleep(2);
        order.add("blocked");
        getRunningLoop().setBlockingPolicy(BlockingPolicy.SWITCH);
        await(task);
        var second = createTask(() -> order.add("other"));
        Thread.sleep(20);
        order.add("switched");
        await(second);
      });
      assertThat(order).containsExactly("blocked", "other", "other", "switched");
    }

    @Test
    void property_namesThePolicy() {
      var before = System.setProperty("jasyncio.blocking", "switch");
      try (var loop = newEventLoop()) {
        assertThat(loop.getBlockingPolicy()).isEqualTo(BlockingPolicy.SWITCH);
      } finally {
        if (before == null) {
          System.clearProperty("jasyncio.blocking");
        } else {
          System.setProperty("jasyncio.blocking", before);
        }
      }
    }

    @Test
    void coroutineDrivenByHand_thatBlocks_letsOthersRun() {
      var order = new ArrayList<String>();
      run(
          () -> {
            var other = createTask(() -> order.add("other"));
            var coroutine =
                Asyncio.coroutine(() -> {
                  Thread.sleep(20);
                  order.add("coroutine");
                  return 42;
                });
            try {
              coroutine.send(null);
            } catch (StopIteration e) {
              order.add("value " + e.value());
            }
            await(other);
          },
          with(BlockingPolicy.SWITCH));
      assertThat(order).containsExactly("other", "coroutine", "value 42");
    }
  }

  @Nested
  @ScheduledOnly
  class Forbid {
    @Test
    void blockingCall_inTask_isReportedAtOnceWhileItBlocks() {
      var reports = new ArrayList<ErrorContext>();
      var latch = new CountDownLatch(1);
      run(
          () -> {
            getRunningLoop()
                .setExceptionHandler((loop, error) -> {
                  reports.add(error);
                  latch.countDown(); // if the report came later, this would hang
                });
            await(createTask(() -> blocksHere(latch), "blocker"));
          },
          with(BlockingPolicy.FORBID));
      assertThat(reports)
          .singleElement()
          .satisfies(error -> {
            assertThat(error.message())
                .startsWith("<Task pending name='blocker'")
                .endsWith(" blocks the event loop");
            assertThat(error.task().getName()).isEqualTo("blocker");
            assertThat(error.blockedAt())
                .extracting(StackTraceElement::getMethodName)
                .contains("await", "blocksHere");
            assertThat(error.blockedAt())
                .noneMatch(frame -> frame.getClassName().startsWith("jasyncio.internal."));
          });
    }

    private static void blocksHere(CountDownLatch latch) {
      blockOn(latch);
    }

    private interface Reading {
      void of(InputStream in) throws Exception;
    }

    /// What is reported of a task that reads from a process, and waits for it below Java.
    private static List<ErrorContext> reportsOf(Reading reading) throws Exception {
      var reports = new ArrayList<ErrorContext>();
      var loops = new CompletableFuture<EventLoop>();
      var process = new ProcessBuilder("cat").start();
      var helper =
          Thread.ofPlatform()
              .start(() -> {
                Spin.until(() -> !loops.join().steps.seen().isEmpty());
                try (var out = process.getOutputStream()) {
                  out.write(1);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      run(
          () -> {
            getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
            getRunningLoop().setSlowCallbackDuration(0.02);
            loops.complete(getRunningLoop());
            await(createTask(() -> reading.of(process.getInputStream()), "reader"));
          },
          with(BlockingPolicy.FORBID).debug(false));
      helper.join();
      process.waitFor();
      return reports;
    }

    /// Nobody sees it while it blocks, so the watchdog has to.
    @Test
    @Tag("slow")
    void blockingCall_belowJava_isReportedWhenItIsOver() throws Exception {
      assertThat(reportsOf(InputStream::read))
          .singleElement()
          .satisfies(error -> {
            assertThat(error.message()).contains("'reader'").endsWith(" blocks the event loop");
            assertThat(error.blockedAt())
                .extracting(StackTraceElement::getClassName)
                .contains("java.io.FileInputStream");
          });
    }

    /// Nobody can help it: on a busy machine, it takes its time.
    @Test
    @Tag("slow")
    void classThatIsLoaded_isNoBlockingCall() throws Exception {
      assertThat(
              reportsOf(in ->
                  assertThatThrownBy(() -> Class.forName("Missing", true, new Slow(in)))
                      .isInstanceOf(ClassNotFoundException.class)))
          .isEmpty();
    }

    /// Takes its time.
    private static final class Slow extends ClassLoader {
      private final InputStream in;

      Slow(InputStream in) {
        this.in = in;
      }

      @Override
      protected Class<?> findClass(String name) throws ClassNotFoundException {
        try {
          in.read();
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        throw new ClassNotFoundException(name);
      }
    }

    @Test
    void blockingCall_inCallback_isReported() {
      var reports = new ArrayList<ErrorContext>();
      var latch = new CountDownLatch(1);
      run(
          () -> {
            getRunningLoop()
                .setExceptionHandler((loop, error) -> {
                  reports.add(error);
                  latch.countDown();
                });
            getRunningLoop().callSoon(() -> blockOn(latch));
            sleep(0);
          },
          with(BlockingPolicy.FORBID));
      assertThat(reports).hasSize(1);
      assertThat(reports.getFirst().message()).isEqualTo("A callback blocks the event loop");
      assertThat(reports.getFirst().task()).isNull();
    }

    /// The JDK does so itself, where a stack is asked for that another thread looks at just then.
    @Test
    @SuppressWarnings("ThreadPriorityCheck") // what yield() does here is what is tested
    void handler_thatYields_isNotSetAside() throws Exception {
      var latch = new CountDownLatch(1);
      run(
          () -> {
            getRunningLoop()
                .setExceptionHandler((loop, error) -> {
                  Thread.yield();
                  latch.countDown(); // if that came later, this would hang
                });
            latch.await();
          },
          with(BlockingPolicy.FORBID));
      assertThat(latch.getCount()).isZero();
    }

    @Test
    void blockingCall_underForbid_keepsTheOrder() throws Exception {
      var order = new ArrayList<String>();
      var latch = new CountDownLatch(1);
      run(
          () -> {
            getRunningLoop()
                .setExceptionHandler((loop, error) -> {
                  order.add("reported");
                  latch.countDown();
                });
            var other = createTask(() -> order.add("other"));
            latch.await();
            order.add("went on");
            await(other);
          },
          with(BlockingPolicy.FORBID));
      assertThat(order).containsExactly("reported", "went on", "other");
    }

    /// What runs code while nobody else has the lock.
    interface Exclusive {
      void run(Runnable code);

      static Exclusive of(Lock lock) {
        return code -> {
          lock.lock();
          try {
            code.run();
          } finally {
            lock.unlock();
          }
        };
      }

      static Exclusive ofMonitor() {
        var monitor = new Object();
        return code -> {
          synchronized (monitor) {
            code.run();
          }
        };
      }
    }

    private static Stream<Exclusive> exclusives() {
      return Stream.of(
          Exclusive.of(new ReentrantLock()),
          Exclusive.of(new ReentrantReadWriteLock().writeLock()),
          Exclusive.of(new StampedLock().asWriteLock()),
          Exclusive.ofMonitor());
    }

    /// What is reported of a task that waits for what another thread has.
    ///
    /// @param brief whether that is given up as soon as the task is seen to wait; else when it is
    ///   reported
    private static List<ErrorContext> reportsOfWaitingFor(
        Exclusive exclusive, double slow, boolean brief) throws Exception {
      var reports = new ArrayList<ErrorContext>();
      var held = new CountDownLatch(1);
      var reported = new CountDownLatch(1);
      var waiter = new CompletableFuture<Thread>();
      var holder =
          Thread.ofPlatform()
              .start(() ->
                  exclusive.run(() -> {
                    held.countDown();
                    if (brief) {
                      Spin.untilWaiting(waiter.join());
                    } else {
                      blockOn(reported);
                    }
                  }));
      blockOn(held);
      run(
          () -> {
            getRunningLoop().setSlowCallbackDuration(slow);
            getRunningLoop()
                .setExceptionHandler((loop, error) -> {
                  reports.add(error);
                  reported.countDown();
                });
            waiter.complete(Thread.currentThread());
            exclusive.run(() -> {});
          },
          with(BlockingPolicy.FORBID).debug(false));
      holder.join();
      return reports;
    }

    @ParameterizedTest
    @MethodSource("exclusives")
    void waitForALock_thatIsBrief_isNotReported(Exclusive exclusive) throws Exception {
      assertThat(reportsOfWaitingFor(exclusive, 3600, true)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("exclusives")
    void waitForALock_thatIsSlow_isReportedWhileItLasts(Exclusive exclusive) throws Exception {
      assertThat(reportsOfWaitingFor(exclusive, 0.001, false)).hasSize(1);
    }

    @Test
    void handler_thatBlocksItself_doesNotDeadlock() throws Exception {
      var order = new ArrayList<String>();
      var handled = new CountDownLatch(1);
      run(
          () -> {
            getRunningLoop()
                .setExceptionHandler((loop, error) -> {
                  try {
                    Thread.sleep(5);
                  } catch (InterruptedException e) {
                    order.add("interrupted");
                  }
                  order.add("handled");
                  handled.countDown();
                });
            Thread.sleep(100);
            order.add("slept");
            sleep(0.01);
          },
          with(BlockingPolicy.FORBID));
      blockOn(handled);
      assertThat(order).containsExactlyInAnyOrder("handled", "slept");
    }

    @Test
    void handler_thatThrows_isReportedInTurn() throws Exception {
      try (var logs = Logs.capture()) {
        run(
            () -> {
              getRunningLoop()
                  .setExceptionHandler((loop, error) -> {
                    throw new IllegalStateException("handler");
                  });
              Thread.sleep(100);
              sleep(0);
            },
            with(BlockingPolicy.FORBID));
        assertThat(logs.lines())
            .filteredOn(line -> line.startsWith("SEVERE"))
            .singleElement()
            .asString()
            .contains("Unhandled error in exception handler")
            .contains("handler");
      }
    }

    @Test
    void defaultHandler_logsTaskAndStack() {
      try (var logs = Logs.capture()) {
        run(
            () -> await(createTask(() -> Thread.sleep(100), "sleeper")),
            with(BlockingPolicy.FORBID).debug(false));
        assertThat(logs.lines())
            .singleElement()
            .asString()
            .contains("name='sleeper'")
            .contains("blocks the event loop")
            .contains("blocked at")
            .contains("java.lang.Thread.sleep")
            .contains("BlockingPolicyTest");
      }
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // what yield() does here is what is tested
    void awaits_areNotReported() {
      var reports = new ArrayList<ErrorContext>();
      run(
          () -> {
            getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
            for (int i = 0; i < 10; i++) {
              sleep(0.001);
              await(createTask(() -> sleep(0)));
              Thread.yield();
            }
          },
          with(BlockingPolicy.FORBID));
      assertThat(reports).isEmpty();
    }
  }

  @Nested
  @PortableOnly
  class Portable {
    @Test
    void switchAndForbid_sayWhatTheyNeed() {
      try (var loop = newEventLoop()) {
        for (var policy : List.of(BlockingPolicy.SWITCH, BlockingPolicy.FORBID)) {
          assertThatThrownBy(() -> loop.setBlockingPolicy(policy))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith(
                  "blocking policy "
                      + policy
                      + " needs the scheduled fiber runtime; the portable one is demanded by"
                      + " -Djasyncio.fibers=portable");
        }
        assertThat(loop.getBlockingPolicy()).isEqualTo(BlockingPolicy.BLOCK);
      }
    }

    @Test
    void runWithSwitch_saysWhatItNeeds() {
      assertThatThrownBy(() -> run(() -> sleep(0), with(BlockingPolicy.SWITCH)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("blocking policy SWITCH needs the scheduled fiber runtime; ");
    }
  }
}
