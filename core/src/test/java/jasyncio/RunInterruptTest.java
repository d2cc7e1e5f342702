package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The thread that calls `run` is interrupted: the main task is cancelled, as by Ctrl-C, and the
/// caller gets an InterruptedException.
@Timeout(600)
class RunInterruptTest {
  private final List<String> order = new CopyOnWriteArrayList<>();

  /// In what the main task waits.
  enum Wait {
    AWAIT {
      @Override
      void waits(CompletableFuture<Runnable> ready, AtomicBoolean interrupted) {
        ready.complete(() -> {});
        sleep(100);
      }
    },
    BLOCKING_CALL {
      @Override
      void waits(CompletableFuture<Runnable> ready, AtomicBoolean interrupted) throws Exception {
        var self = Thread.currentThread();
        ready.complete(() -> Spin.untilWaiting(self));
        new CountDownLatch(1).await();
      }
    },
    COMPUTING_THEN_AWAIT {
      @Override
      void waits(CompletableFuture<Runnable> ready, AtomicBoolean interrupted) {
        ready.complete(() -> {});
        while (!interrupted.get()) {
          Thread.onSpinWait(); // a yield would unmount, and so drop the interrupt
        }
        sleep(100);
      }
    },
    BUSY {
      @Override
      void waits(CompletableFuture<Runnable> ready, AtomicBoolean interrupted) {
        ready.complete(() -> {});
        while (true) {
          sleep(0);
        }
      }
    };

    abstract void waits(CompletableFuture<Runnable> ready, AtomicBoolean interrupted)
        throws Exception;
  }

  static Stream<Arguments> combinations() {
    var all = new ArrayList<Arguments>();
    for (boolean virtual : new boolean[] {false, true}) {
      for (var policy : List.of(BlockingPolicy.BLOCK, BlockingPolicy.SWITCH)) {
        for (var wait : Wait.values()) {
          all.add(Arguments.of(virtual ? "virtual" : "platform", policy, wait));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} thread, {1}, {2}")
  @MethodSource("combinations")
  void interrupt_ofTheThreadInRun_cancelsMainAndIsAnInterruptedException(
      String kind, BlockingPolicy policy, Wait wait) throws Exception {
    assumeTrue(policy == BlockingPolicy.BLOCK || Runtimes.isScheduled());
    var ready = new CompletableFuture<Runnable>();
    var interrupted = new AtomicBoolean();
    var caller =
        (kind.equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform())
            .name("caller")
            .start(() -> {
              try {
                run(
                    () -> {
                      try {
                        wait.waits(ready, interrupted);
                      } catch (InterruptedException | CancelledError e) {
                        order.add(e instanceof CancelledError ? "cancelled" : "interrupted");
                        throw e;
                      } finally {
                        sleep(0.001); // clean-up is not cut off
                        order.add("cleaned");
                      }
                    },
                    RunOptions.defaults().blocking(policy));
                order.add("returned");
              } catch (Throwable e) {
                order.add(e.getClass().getSimpleName());
              }
              order.add("flag: " + Thread.interrupted());
            });
    ready.join().run();
    caller.interrupt();
    interrupted.set(true);
    caller.join();
    assertThat(order)
        .containsExactly(
            wait == Wait.BLOCKING_CALL ? "interrupted" : "cancelled",
            "cleaned",
            "InterruptedException",
            "flag: false");
  }

  @Test
  void interrupt_thatMainSwallows_isKeptForTheCaller() {
    var caller = Thread.currentThread();
    var value =
        run(() -> {
          try {
            getRunningLoop().runInExecutor(null, () -> caller.interrupt());
            sleep(100);
          } catch (CancelledError e) {
            order.add("cancelled");
          }
          return "value";
        });
    assertThat(value).isEqualTo("value");
    assertThat(Thread.interrupted()).isTrue();
  }

  /// The JDK clears the flag of a thread whenever that leaves a virtual one: half of the interrupts
  /// of a busy loop come just then.
  @Test
  void interrupt_ofABusyLoop_isNeverLost() throws Exception {
    for (int i = 0; i < 12; i++) {
      interruptBusyLoop();
    }
    assertThat(order).hasSize(12).containsOnly("InterruptedException");
  }

  private void interruptBusyLoop() throws InterruptedException {
    var turns = new AtomicInteger();
    var caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                run(() -> {
                  createTask(() -> {
                    while (true) {
                      sleep(0);
                    }
                  });
                  for (int i = 0; i < 500_000; i++) { // if the interrupt is lost
                    turns.getAndIncrement();
                    sleep(0);
                  }
                });
              } catch (Throwable e) {
                order.add(e.getClass().getSimpleName());
              }
            });
    Spin.until(() -> turns.get() > 300);
    caller.interrupt();
    caller.join();
  }

  @Test
  void interrupt_again_leavesRunAtOnce() throws Exception {
    var resists = new CompletableFuture<Boolean>();
    var began = new CompletableFuture<Boolean>();
    var caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                run(() -> {
                  try {
                    began.complete(true);
                    sleep(100);
                  } catch (CancelledError e) {
                    resists.complete(true);
                    sleep(100);
                  }
                });
              } catch (Throwable e) {
                order.add(e.getClass().getSimpleName());
              }
            });
    began.join();
    caller.interrupt();
    resists.join();
    caller.interrupt();
    caller.join();
    assertThat(order).containsExactly("InterruptedException");
  }

  /// A monitor minds no interrupt, so the next await is told of it.
  @Test
  void interrupt_ofACallThatWaitsOn_cancelsMain() throws Exception {
    interruptedAtAMonitor(new CompletableFuture<>(), () -> {}).join();
    assertThat(order)
        .containsExactly("locked", "cancelled, flag: false", "InterruptedException", "flag: false");
  }

  /// The second one comes before the first is told, and finds nobody who blocks.
  @Runtimes.PortableOnly
  @Test
  void interrupt_twice_ofACallThatWaitsOn_isTakenBack() throws Exception {
    var main = new CompletableFuture<Thread>();
    var goOn = new AtomicBoolean();
    var caller = interruptedAtAMonitor(main, () -> Spin.until(goOn::get));
    Spin.until(() -> main.join().getState() == Thread.State.RUNNABLE);
    caller.interrupt();
    Spin.until(() -> !caller.isInterrupted());
    Spin.untilWaiting(caller); // it has been noted
    goOn.set(true);
    caller.join();
    assertThat(order)
        .containsExactly("locked", "cancelled, flag: false", "InterruptedException", "flag: false");
  }

  /// A thread that calls `run`, and has been interrupted while the main task waited for a monitor,
  /// which that has been given then.
  ///
  /// @param main where to leave the thread of the main task
  /// @param afterwards run by that when it has had the monitor, before it sleeps
  private Thread interruptedAtAMonitor(CompletableFuture<Thread> main, Runnable afterwards) {
    var lock = new Object();
    synchronized (lock) {
      var caller =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  run(() -> {
                    main.complete(Thread.currentThread());
                    synchronized (lock) {
                      order.add("locked");
                    }
                    afterwards.run();
                    sleepUntilCancelled();
                  });
                } catch (Throwable e) {
                  order.add(e.getClass().getSimpleName());
                }
                order.add("flag: " + Thread.interrupted());
              });
      Spin.untilWaiting(main.join());
      caller.interrupt();
      Spin.until(() -> main.join().isInterrupted());
      return caller;
    }
  }

  private void sleepUntilCancelled() {
    try {
      sleep(1000);
    } catch (CancelledError e) {
      order.add("cancelled, flag: " + Thread.currentThread().isInterrupted());
      throw e;
    }
  }

  /// From outside a wait of the loop may look like a blocking call of the task that waited last.
  @Runtimes.PortableOnly
  @Test
  void interrupt_thatIsSentToTheLoopsOwnWait_cancelsMain() {
    runAndInterruptAsIfBlocked(() -> currentTask());
    assertThat(order).containsExactly("cancelled, flag: false");
  }

  /// So may a wait for control.
  @Runtimes.PortableOnly
  @Test
  void interrupt_thatIsSentToATaskThatHasGivenUpControl_cancelsMain() {
    runAndInterruptAsIfBlocked(() -> createTask(this::sleepUntilCancelled));
    assertThat(order).containsExactly("cancelled, flag: false", "cancelled, flag: false");
  }

  /// Has a main task sleep, and `last` gives the task that suspends last.
  private void runAndInterruptAsIfBlocked(Awaitable<Task<?>, RuntimeException> last) {
    try (var runner = new Runner()) {
      var loop = runner.getLoop();
      assertThatExceptionOfType(InterruptedException.class)
          .isThrownBy(() ->
              runner.run(() -> {
                var main = currentTask();
                var carrier = last.await();
                loop.runInExecutor(() -> {
                  while (!carrier.isSuspended() || !loop.core.isWaiting()) {
                    Thread.onSpinWait();
                  }
                  interruptAsIfBlocked(loop, main.fiber());
                });
                sleepUntilCancelled();
              }));
    }
  }

  /// What `LoopInterrupts.note` does when it takes `fiber` for one in a blocking call.
  private static void interruptAsIfBlocked(EventLoop loop, Fiber fiber)
      throws ReflectiveOperationException {
    fiber.thread().interrupt();
    var interrupts = field(loop.core, "interrupts").get(loop.core);
    field(interrupts, "interrupted").set(interrupts, fiber);
    field(interrupts, "pending").set(interrupts, true);
    var tell = interrupts.getClass().getDeclaredMethod("tell");
    tell.setAccessible(true);
    loop.core.send(
        new Entry() {
          @Override
          protected Fiber turn() {
            try {
              tell.invoke(interrupts);
            } catch (ReflectiveOperationException e) {
              throw new LinkageError(e.getMessage(), e);
            }
            return null;
          }
        });
  }

  private static Field field(Object object, String name) throws NoSuchFieldException {
    var field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  @Test
  void interrupt_ofALoopRunByHand_isKeptForTheCaller() {
    try (var loop = Asyncio.newEventLoop()) {
      var caller = Thread.currentThread();
      loop.runUntilComplete(() -> {
        await(getRunningLoop().runInExecutor(null, () -> caller.interrupt()));
      });
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
