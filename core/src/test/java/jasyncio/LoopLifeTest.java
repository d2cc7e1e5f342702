package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.lowlevel.Lowlevel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A loop is run, stopped and closed, by several threads and by code that it calls itself.
@Timeout(600)
class LoopLifeTest {
  private final EventLoop loop = newEventLoop();
  private final List<String> order = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    loop.close();
  }

  /// What `code` throws on a thread of its own, once that has ended.
  private static @Nullable Throwable elsewhere(Runnable code) {
    var error = new AtomicReference<Throwable>();
    var thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                code.run();
              } catch (Throwable e) {
                error.set(e);
              }
            });
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return error.get();
  }

  private void startTask(Action<?> body) {
    loop.setExceptionHandler((l, e) -> order.add(e.message()));
    loop.createTask(body);
    loop.runUntilComplete(() -> sleep(0));
  }

  @Nested
  class Close {
    @Test
    void again_inAFinallyBlockThatItUnwinds_hasNoEffect() {
      startTask(() -> {
        try {
          sleep(100);
        } finally {
          loop.close();
          order.add("cleaned up");
        }
      });
      loop.close();
      assertThat(order).containsExactly("Task was destroyed but it is pending!", "cleaned up");
      assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void again_onAnotherThreadMeanwhile_returnsAtOnce() {
      startTask(() -> {
        try {
          sleep(100);
        } finally {
          assertThat(elsewhere(loop::close)).isNull();
          order.add("cleaned up");
        }
      });
      loop.close();
      assertThat(order).containsExactly("Task was destroyed but it is pending!", "cleaned up");
    }

    @Test
    void again_inTheExceptionHandler_hasNoEffect() {
      startTask(() -> sleep(100));
      loop.setExceptionHandler((l, e) -> {
        order.add(e.message());
        l.close();
      });
      loop.close();
      assertThat(order).containsExactly("Task was destroyed but it is pending!");
      assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void handlerThatThrowsSystemExit_leavesNothingUndone() {
      startTask(() -> {
        try {
          sleep(100);
        } finally {
          order.add("cleaned up");
        }
      });
      loop.setExceptionHandler((l, e) -> {
        throw new SystemExit(3);
      });
      assertThatThrownBy(loop::close).isInstanceOf(SystemExit.class);
      assertThat(loop.isClosed()).isTrue();
      assertThat(order).containsExactly("cleaned up");
      loop.close();
    }

    @Test
    void run_whileItIsBeingClosed_isRefused() {
      startTask(() -> sleep(100));
      var errors = new ArrayList<Throwable>();
      loop.setExceptionHandler((l, e) -> {
        assertThatThrownBy(l::runForever).satisfies(errors::add);
        errors.add(elsewhere(l::runForever));
      });
      loop.close();
      assertThat(errors)
          .hasSize(2)
          .allSatisfy(e ->
              assertThat(e)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessage("Event loop is being closed"));
    }

    @Test
    void taskInsideAGroup_endsCleanly() {
      try (var logs = Logs.capture()) {
        startTask(() ->
            Asyncio.taskGroup(group -> {
              group.createTask(() -> sleep(100));
              sleep(100);
            }));
        startTask(() ->
            Asyncio.taskGroup(group -> {
              group.createTask(() -> sleep(100));
            }));
        startTask(() -> {
          try (var group = TaskGroup.open()) {
            group.createTask(() -> sleep(100));
            sleep(100);
          }
        });
        loop.close();
        assertThat(order).hasSize(6).containsOnly("Task was destroyed but it is pending!");
        assertThat(logs.lines()).isEmpty();
      }
    }

    @Test
    void byManyThreadsAtOnce_isDoneOnce() throws InterruptedException {
      startTask(() -> sleep(100));
      var go = new CountDownLatch(1);
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    go.await();
                    loop.close();
                  } catch (InterruptedException e) {
                    order.add("interrupted");
                  }
                }));
      }
      go.countDown();
      for (var thread : threads) {
        thread.join();
      }
      assertThat(order).containsExactly("Task was destroyed but it is pending!");
      assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void runner_inCodeThatItRuns_isRefusedAndCanBeClosedLater() {
      var runner = new Runner();
      runner.run(() ->
          assertThatIllegalStateException()
              .isThrownBy(runner::close)
              .withMessage("Cannot close a runner while it runs"));
      var its = runner.getLoop();
      runner.close();
      assertThat(its.isClosed()).isTrue();
    }
  }

  @Nested
  class Stop {
    @Test
    void systemExit_inTheIterationInWhichTheMainCoroutineEnds_doesNotStopTheNextRun() {
      assertThatExceptionOfType(SystemExit.class)
          .isThrownBy(() ->
              loop.runUntilComplete(() ->
                  loop.callSoon(() -> {
                    throw new SystemExit(1);
                  })));
      loop.runUntilComplete(() -> {
        sleep(0);
        sleep(0);
        order.add("clean-up with awaits");
      });
      assertThat(order).containsExactly("clean-up with awaits");
    }
  }

  @Nested
  class OtherThreads {
    @Test
    void createTask_outsideDebugMode_isRefused() {
      loop.setDebug(false);
      loop.runUntilComplete(() ->
          assertThat(elsewhere(() -> loop.createTask(() -> sleep(1))))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "Non-thread-safe operation invoked on an event loop other than the current one;"
                      + " from another thread use runCoroutineThreadsafe"));
      assertThat(loop.tasks.toList()).isEmpty();
    }

    @Test
    void callLater_outsideDebugMode_wakesTheLoop() throws Exception {
      loop.setDebug(false);
      loop.runUntilComplete(() -> {
        var called = loop.<String>createFuture();
        var thread =
            Thread.ofPlatform().start(() -> loop.callLater(0, () -> called.setResult("called")));
        assertThat(await(called)).isEqualTo("called");
        thread.join();
      });
    }

    @Test
    void callLater_cancelledBeforeItArrives_doesNotRun() {
      loop.setDebug(false);
      loop.runUntilComplete(() -> {
        var called = loop.<String>createFuture();
        elsewhere(() -> loop.callLater(0, () -> order.add("cancelled")).cancel());
        elsewhere(() -> loop.callLater(0, () -> called.setResult("called")));
        order.add(await(called));
      });
      assertThat(order).containsExactly("called");
    }

    @Test
    void callLater_byManyThreadsWhileTheLoopSetsTimers_losesNone() throws Exception {
      int each = 2_000;
      loop.setDebug(false);
      loop.runUntilComplete(() -> {
        var left = new int[] {5 * each};
        var all = loop.<Boolean>createFuture();
        Runnable fired =
            () -> {
              if (--left[0] == 0) {
                all.setResult(true);
              }
            };
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
          threads.add(
              Thread.ofPlatform()
                  .start(() -> {
                    for (int i = 0; i < each; i++) {
                      loop.callLater(i % 7 * 0.001, fired);
                    }
                  }));
        }
        for (int i = 0; i < each; i++) {
          loop.callLater(i % 5 * 0.001, fired);
          if (i % 50 == 0) {
            sleep(0);
          }
        }
        await(all);
        for (var thread : threads) {
          thread.join();
        }
      });
    }

    @Test
    void callWhenIdle_outsideDebugMode_isSent() {
      loop.setDebug(false);
      loop.runUntilComplete(() -> {
        var called = loop.<String>createFuture();
        elsewhere(() -> Lowlevel.callWhenIdle(loop, () -> called.setResult("called")));
        assertThat(await(called)).isEqualTo("called");
      });
    }
  }

  @Nested
  class WhoRunsHere {
    @Test
    void running_withOtherLoops_isTheOwn() throws InterruptedException {
      var started = new CountDownLatch(3);
      var end = new CountDownLatch(1);
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 3; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() ->
                    run(
                        coroutine(() -> {
                          var own = getRunningLoop();
                          started.countDown();
                          createTask(() -> assertThat(getRunningLoop()).isSameAs(own)).await();
                          end.await();
                        }))));
      }
      started.await();
      loop.runUntilComplete(() -> {
        assertThat(getRunningLoop()).isSameAs(loop);
        assertThat(currentTask()).isNotNull();
        var inner = coroutineThatTells();
        assertThat(inner.await()).isSameAs(loop);
      });
      assertThat(EventLoop.running()).isNull();
      end.countDown();
      for (var thread : threads) {
        thread.join();
      }
    }

    private Coroutine<EventLoop> coroutineThatTells() {
      return Asyncio.coroutine(() -> {
        sleep(0);
        return getRunningLoop();
      });
    }

    @Test
    void running_inAVirtualThreadThatATaskStarted_isNull() {
      loop.runUntilComplete(() -> {
        var seen = new AtomicReference<Object>("nothing yet");
        var done = loop.<Boolean>createFuture();
        Thread.ofVirtual()
            .start(() -> {
              seen.set(EventLoop.running() == null ? "no loop" : "a loop");
              loop.callSoonThreadsafe(() -> done.setResult(true));
            });
        await(done);
        assertThat(seen).hasValue("no loop");
      });
    }

    /// The classes that know the JDK are initialised by the thread that first needs them.
    @Test
    @Tag("slow")
    void run_onAVirtualThread_mayBeTheFirstThingThatAProgramDoes() {
      var result = ChildJvm.run(OnVirtualThread.class, Runtimes.jvmOptions());
      assertThat(result.output().strip()).isEqualTo("ran");
      assertThat(result.exitCode()).isZero();
    }

    /// To find out what the JDK can do runs a virtual thread, and the JDK clears the interrupt of
    /// the thread that carries it.
    @Test
    @Tag("slow")
    void firstRun_ofAThreadThatIsInterrupted_leavesTheInterrupt() {
      for (String kind : List.of("platform", "virtual")) {
        var result = ChildJvm.run(Interrupted.class, Runtimes.jvmOptions(), kind);
        assertThat(result.output().strip()).as(kind).isEqualTo("ran, interrupted true");
      }
    }
  }

  static final class Interrupted {
    public static void main(String[] args) throws InterruptedException {
      Runnable program =
          () -> {
            Thread.currentThread().interrupt();
            run(() -> sleep(0));
            System.out.println("ran, interrupted " + Thread.interrupted());
          };
      if (args[0].equals("virtual")) {
        Thread.startVirtualThread(program).join();
      } else {
        program.run();
      }
    }
  }

  static final class OnVirtualThread {
    public static void main(String[] args) throws InterruptedException {
      Thread.startVirtualThread(() ->
              run(() -> {
                sleep(0);
                System.out.println("ran");
              }))
          .join();
    }
  }
}
