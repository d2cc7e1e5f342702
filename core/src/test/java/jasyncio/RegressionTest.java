package jasyncio;

import static jasyncio.Asyncio.RETURN_EXCEPTIONS;
import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bugs that were found by reading, each with what failed before.
@Timeout(30)
class RegressionTest {
  private final List<String> trace = new ArrayList<>();

  private void cleanUpAfterCancellation(Action waiting) {
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
                    Coroutine.suspend("handed out");
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
  void asCompleted_itemWhoseAwaiterGaveUp_doesNotHoldUpTheNext() {
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
    run(() ->
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
  void manyFailures_areWatchedInLinearTime() {
    run(() -> {
      var bodies = new ArrayList<Awaitable<Object>>();
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
  void cancelOfACallThatIgnoresInterrupts_leavesNoInterruptBehind() {
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
          sleep(0.01);
          task.cancel();
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
  void eagerStartAtTheEdgeOfTheStack_isALateStart() {
    run(() -> {
      dig(currentTask());
      sleep(0.001);
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
