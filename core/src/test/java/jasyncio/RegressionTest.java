package jasyncio;

import static jasyncio.Asyncio.RETURN_EXCEPTIONS;
import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getEventLoop;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.internal.fiber.FallbackScheduler;
import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import jasyncio.lowlevel.Lowlevel;
import jasyncio.testing.AsyncTests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bugs that were found by reading, each with what failed before.
@Timeout(600)
class RegressionTest {
  private final List<String> trace = new ArrayList<>();

  private void cleanUpAfterCancellation(Action<?> waiting) {
    try {
      waiting.asAwaitable().await();
    } catch (CancelledError e) {
      trace.add("cancelled");
      sleep(0);
      trace.add("cleaned up");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void cancelTwice_whileItSleeps_isThrownOnce() {
    run(() -> {
      var task = createTask(() -> cleanUpAfterCancellation(() -> sleep(10)));
      sleep(0);
      task.cancel();
      task.cancel();
      await(task);
      assertThat(task.cancelling()).isEqualTo(2);
    });
    assertThat(trace).containsExactly("cancelled", "cleaned up");
  }

  @Test
  void cancelOfTheAwaitedFutureAndOfTheTask_isThrownOnce() {
    run(() -> {
      var future = getRunningLoop().<Integer>createFuture();
      var task = createTask(() -> cleanUpAfterCancellation(() -> await(future)));
      sleep(0);
      future.cancel();
      task.cancel();
      await(task);
    });
    assertThat(trace).containsExactly("cancelled", "cleaned up");
  }

  @Test
  void coroutineBegunInALoop_isContinuedOutside() {
    var c =
        new Coroutine<Void>(
            "c",
            (Action)
                () -> {
                  trace.add("begun");
                  try {
                    Lowlevel.suspend("handed out");
                  } finally {
                    trace.add("ended");
                  }
                });
    run(() -> {
      assertThat(c.send(null)).isEqualTo("handed out");
    });
    c.close();
    assertThat(trace).containsExactly("begun", "ended");
  }

  @Test
  void stop_fromAnotherThread_stopsTheLoop() {
    try (var loop = newEventLoop()) {
      loop.callSoon(() -> Thread.ofPlatform().start(loop::stop));
      loop.runForever();
      assertThat(loop.isRunning()).isFalse();
    }
  }

  @Test
  void waitFor_cancelledFutureAndNoTime_isACancellation() {
    run(() -> {
      var future = getRunningLoop().<Integer>createFuture();
      future.cancel();
      assertThatThrownBy(() -> waitFor(future, 0)).isInstanceOf(CancelledError.class);
    });
  }

  @Test
  void asCompleted_itemWhoseAwaiterGaveUp_doesNotHoldUpTheNext() throws Exception {
    run(() -> {
      var first = getRunningLoop().<String>createFuture();
      var never = getRunningLoop().<String>createFuture();
      var items = asCompleted(List.of(first, never)).iterator();
      var givenUp = items.next();
      var next = items.next();
      givenUp.cancel();
      first.setResult("first");
      assertThat(waitFor(next, 5)).isEqualTo("first");
      never.cancel();
    });
  }

  @Test
  void openGroup_cancelledWhileItCloses_passesTheCancellationOn() {
    AsyncTests.run(() ->
        assertThatThrownBy(() ->
                timeout(
                    0.01,
                    () -> {
                      try (var group = TaskGroup.open()) {
                        group.createTask(() -> {
                          try {
                            sleep(10);
                          } finally {
                            sleep(0.05); // outlives the time limit
                          }
                        });
                        sleep(0);
                      }
                      sleep(10);
                    }))
            .isInstanceOf(TimeoutException.class));
  }

  @Test
  void exceptionThatCannotDescribeItself_isAnExceptionLikeOthers() {
    class Odd extends RuntimeException {
      private static final long serialVersionUID = 1L;

      @Override
      public String getMessage() {
        throw new IllegalStateException("no message for you");
      }
    }
    var odd = new Odd();
    run(() -> {
      var task =
          createTask(() -> {
            sleep(0);
            throw odd;
          });
      var together = gather(task);
      assertThatThrownBy(() -> await(together)).isSameAs(odd);
      assertThat(task.toString()).contains("<unprintable Odd>");
    });
  }

  @Test
  @Timeout(30) // in quadratic time: minutes
  void manyFailures_areWatchedInLinearTime() {
    run(() -> {
      var bodies = new ArrayList<Awaitable<Object, ?>>();
      for (int i = 0; i < 30_000; i++) {
        bodies.add(() -> {
          throw new IllegalStateException();
        });
      }
      assertThat(await(gather(RETURN_EXCEPTIONS, bodies))).hasSize(30_000);
    });
  }

  @Test
  @Runtimes.ScheduledOnly
  @SuppressWarnings("LockNotBeforeTry") // the lock is what the call waits for
  void cancelOfACallThatIgnoresInterrupts_leavesNoInterruptBehind() throws Exception {
    var lock = new ReentrantLock();
    var held = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var holder =
        Thread.ofPlatform()
            .start(() -> {
              lock.lock();
              held.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              } finally {
                lock.unlock();
              }
            });
    run(
        () -> {
          held.await();
          var task =
              createTask(() -> {
                lock.lock();
                lock.unlock();
                try {
                  sleep(10);
                } finally {
                  trace.add("interrupted " + Thread.currentThread().isInterrupted());
                }
              });
          sleep(0);
          task.cancel();
          for (int i = 0; i < 5; i++) { // until lock() has taken the flag, and waits again
            sleep(0);
          }
          release.countDown();
          assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
          holder.join();
        },
        RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    assertThat(trace).containsExactly("interrupted false");
  }

  @Test
  @Runtimes.ScheduledOnly
  void virtualThreadOfATask_goesOnWhenTheLoopStops() throws Exception {
    var started = new Thread[1];
    try (var loop = newEventLoop()) {
      loop.setBlockingPolicy(BlockingPolicy.SWITCH);
      loop.runUntilComplete(() -> {
        started[0] = Thread.startVirtualThread(() -> trace.add("ran"));
      });
      started[0].join();
    }
    assertThat(trace).containsExactly("ran");
  }

  @Test
  void gather_ofBothKinds_losesNoResult() {
    run(() -> {
      var mixed =
          Asyncio.<Object>gather(
              () -> 1, coroutine(() -> trace.add("ran")), coroutine(() -> sleep(0)));
      assertThat(await(mixed)).containsExactly(1, true, null);
      assertThat(await(gather(RETURN_EXCEPTIONS))).isEmpty();
      assertThat(await(gatherActions(() -> sleep(0), () -> trace.add("ran too")))).hasSize(2);
    });
    assertThat(trace).containsExactly("ran", "ran too");
  }

  @Test
  void asCompleted_takesTasksOfAnyKind() {
    run(() -> {
      List<Task<?>> tasks = List.of(createTask(() -> 1), createTask(() -> "two"));
      var results = new ArrayList<Object>();
      for (var next : asCompleted(tasks)) {
        results.add(await(next));
      }
      assertThat(results).containsExactly(1, "two");
    });
  }

  @Test
  void wait_refusesFuturesOfAnotherLoop() {
    try (var other = newEventLoop()) {
      var foreign = other.<Integer>createFuture();
      run(() ->
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Asyncio.wait(List.of(foreign)))
              .withMessageContaining("belongs to a different loop"));
    }
  }

  @Test
  void callbackOnAFutureThatIsDone_ofAClosedLoop_isRefused() {
    var loop = newEventLoop();
    var future = loop.<Integer>createFuture();
    future.setResult(1);
    loop.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> future.addDoneCallback(f -> {}))
        .withMessage("Event loop is closed");
  }

  @Test
  void twoThreadsThatRunALoopAtTheSameMoment_oneIsRefused() throws Exception {
    for (int i = 0; i < 200; i++) {
      try (var loop = newEventLoop()) {
        var together = new CyclicBarrier(2);
        var refused = new CountDownLatch(1);
        Runnable runs =
            () -> {
              try {
                together.await();
                loop.runForever();
              } catch (IllegalStateException e) {
                trace.add(e.getMessage());
                refused.countDown();
                loop.callSoonThreadsafe(loop::stop);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            };
        var threads = List.of(Thread.ofPlatform().start(runs), Thread.ofPlatform().start(runs));
        refused.await();
        for (var thread : threads) {
          thread.join();
        }
      }
    }
    assertThat(trace).hasSize(200).containsOnly("This event loop is already running");
  }

  @Test
  void taskMadeWhileItsLoopCloses_isToldAndEnded() {
    var late = new ArrayList<Task<?>>();
    try (var loop = newEventLoop()) {
      loop.setExceptionHandler((l, error) -> trace.add(error.message()));
      var task =
          loop.createTask(() -> {
            try {
              sleep(10);
            } finally {
              late.add(getEventLoop().createTask(() -> trace.add("never runs")));
            }
          });
      loop.runUntilComplete(() -> sleep(0));
      loop.close();
      assertThat(task.cancelled()).isTrue();
      assertThat(late).singleElement().satisfies(t -> assertThat(t.cancelled()).isTrue());
      assertThat(Asyncio.allTasks(loop)).isEmpty();
    }
    assertThat(trace)
        .containsExactly(
            "Task was destroyed but it is pending!", "Task was destroyed but it is pending!");
  }

  @Test
  void shutdownAsyncgens_closesAllWhateverOneThrows() {
    run(() -> {
      var loop = getRunningLoop();
      loop.setExceptionHandler((l, error) -> trace.add("reported " + error.exception()));
      Lowlevel.registerAsyncgen(
          loop,
          new Object(),
          () -> {
            throw new CancelledError();
          });
      Lowlevel.registerAsyncgen(
          loop,
          new Object(),
          () -> {
            throw new AssertionError("broken");
          });
      Lowlevel.registerAsyncgen(loop, new Object(), () -> trace.add("closed"));
      loop.shutdownAsyncgens();
    });
    assertThat(trace).containsExactly("closed", "reported java.lang.AssertionError: broken");
  }

  @Test
  void shutdownAsyncgens_ofGeneratorsThatAreEqual_closesEach() {
    run(() -> {
      var loop = getRunningLoop();
      var one = new ArrayList<String>();
      var other = new ArrayList<String>();
      Lowlevel.registerAsyncgen(loop, one, () -> trace.add("one"));
      Lowlevel.registerAsyncgen(loop, other, () -> trace.add("other"));
      one.add("so that its hash is another one");
      Lowlevel.forgetAsyncgen(loop, one);
      loop.shutdownAsyncgens();
    });
    assertThat(trace).containsExactly("other");
  }

  @Test
  void shutdownAsyncgens_ofNone_needsNoTask() {
    run(() -> {
      var loop = getRunningLoop();
      loop.callSoon(() -> {
        loop.shutdownAsyncgens();
        trace.add("done");
      });
      sleep(0);
    });
    assertThat(trace).containsExactly("done");
  }

  @Test
  void shutdownAsyncgens_cancelled_isCancelled() {
    run(() -> {
      var loop = getRunningLoop();
      Lowlevel.registerAsyncgen(
          loop, new Object(), () -> sleep(0)); // it is closed when the loop is
      var task = createTask(() -> loop.shutdownAsyncgens());
      sleep(0);
      task.cancel();
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
    });
  }

  @Test
  @Tag("slow")
  void watchdog_ends_whenThereIsNoLoop() {
    try (var loop = newEventLoop()) {
      loop.runUntilComplete(() -> sleep(0));
    }
    var dog =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("jasyncio-watchdog"))
            .findFirst()
            .orElseThrow();
    Spin.until(() -> !dog.isAlive()); // a few seconds later
  }

  @Test
  void errorOfTheMachine_comesOutOfRunAndNotOutOfATask() {
    try (var loop = newEventLoop()) {
      var task =
          loop.createTask(() -> {
            loop.core.schedule(
                new Entry() {
                  @Override
                  protected Fiber turn() {
                    throw new IllegalStateException("the machine is broken");
                  }
                });
            try {
              sleep(0);
              trace.add("went on");
            } catch (IllegalStateException e) {
              trace.add("task got " + e);
            }
          });
      assertThatIllegalStateException()
          .isThrownBy(loop::runForever)
          .withMessage("the machine is broken");
      assertThat(task.done()).isFalse();
      loop.runUntilComplete(task);
    }
    assertThat(trace).containsExactly("went on");
  }

  @Test
  @Runtimes.ScheduledOnly
  void stackDumpsUnderSwitch_loseNoCallback() throws Exception {
    var dispatcher = new AtomicReference<Thread>();
    var over = new AtomicBoolean();
    var inspector =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                var thread = dispatcher.get();
                if (thread != null) {
                  thread.getStackTrace();
                }
              }
            });
    int rounds = 5000;
    try {
      run(
          () -> {
            var all = getRunningLoop().<Boolean>createFuture();
            for (int i = 0; i < rounds; i++) {
              getRunningLoop()
                  .callSoon(() -> {
                    dispatcher.set(Thread.currentThread());
                    trace.add("called");
                    if (trace.size() == rounds) {
                      all.setResult(true);
                    }
                  });
              sleep(0);
            }
            waitFor(all, 5);
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    } finally {
      over.set(true);
      inspector.join();
    }
    assertThat(trace).hasSize(rounds);
  }

  @Test
  @Runtimes.ScheduledOnly
  void logHandlerThatBlocksAsATaskSuspends_doesNotWakeItTwice() throws Exception {
    var done = new CountDownLatch(1);
    var blocks =
        new java.util.logging.Handler() {
          private boolean blocked;

          @Override
          public void publish(java.util.logging.LogRecord entry) {
            if (!blocked && entry.getMessage().contains("Executing <Task pending name='waits'")) {
              blocked = true;
              trace.add("blocks");
              try {
                done.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    var logger = java.util.logging.Logger.getLogger("jasyncio");
    try (var _ = Logs.capture()) {
      logger.addHandler(blocks);
      run(
          () -> {
            getRunningLoop().setSlowCallbackDuration(0);
            var future = getRunningLoop().<String>createFuture();
            var waits =
                createTask(
                    () -> {
                      trace.add(await(future));
                      sleep(0.001);
                      trace.add("slept");
                    },
                    "waits");
            sleep(0); // it suspends, and what it logs blocks
            future.setResult("result");
            sleep(0); // a wake-up that came too early would have its turn now
            sleep(0);
            done.countDown();
            waitFor(waits, 10);
          },
          RunOptions.defaults().debug(true).blocking(BlockingPolicy.SWITCH));
    } finally {
      logger.removeHandler(blocks);
    }
    assertThat(trace).containsExactly("blocks", "result", "slept");
  }

  @Test
  @Runtimes.ScheduledOnly
  void stackDumpOfACoroutine_ofAClosedLoop_doesNotWakeIt() throws Exception {
    var thread = new AtomicReference<Thread>();
    var coroutine =
        new Coroutine<Void>(
            "c",
            (Action)
                () -> {
                  thread.set(Thread.currentThread());
                  Lowlevel.suspend("handed out");
                  trace.add("went on");
                });
    run(() -> {
      coroutine.send(null);
    });
    for (int i = 0; i < 100; i++) {
      assertThat(thread.get().getStackTrace()).isNotEmpty();
    }
    var settled = new CountDownLatch(100); // whatever was handed to other threads has run
    for (int i = 0; i < 100; i++) {
      FallbackScheduler.run(settled::countDown);
    }
    settled.await();
    assertThat(trace).isEmpty();
    assertThatThrownBy(() -> coroutine.send(null)).isInstanceOf(StopIteration.class);
    assertThat(trace).containsExactly("went on");
  }

  @Test
  @Runtimes.ScheduledOnly
  void blockedCallThatReturnsAsTheLoopIsClosed_goesOnElsewhere() throws Exception {
    var release = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    var thread = new AtomicReference<Thread>();
    try (var loop = newEventLoop()) {
      loop.setBlockingPolicy(BlockingPolicy.SWITCH);
      loop.callSoon(() -> { // nobody ends it, as a task would be
        thread.set(Thread.currentThread());
        try {
          release.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        ended.countDown();
      });
      loop.callSoon(() -> { // when the first one blocks
        release.countDown();
        Spin.until(() -> thread.get().getState() == Thread.State.RUNNABLE);
        loop.callSoon(() -> trace.add("never called")); // fetches what other threads have sent
        loop.stop();
      });
      loop.runForever();
    }
    ended.await();
    assertThat(trace).isEmpty();
  }

  @Test
  @Tag("stack")
  void eagerStartAtTheEdgeOfTheStack_isALateStart() {
    run(() -> {
      dig(currentTask());
      sleep(0);
    });
    assertThat(trace).isNotEmpty().allMatch("ran"::equals);
  }

  /// Starts tasks at every depth that the stack has.
  @SuppressWarnings("InfiniteRecursion") // until the stack ends
  private void dig(Task<?> task) {
    try {
      dig(task);
    } catch (StackOverflowError e) {
      try {
        getRunningLoop()
            .createTask(() -> trace.add("ran"), TaskOptions.defaults().eagerStart(true));
      } catch (StackOverflowError again) {
        throw again; // one frame up there is more room
      }
    }
  }
}
