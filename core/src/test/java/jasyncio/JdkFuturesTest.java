package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.runCoroutineThreadsafe;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.wrapFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Runtimes.ScheduledOnly;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnLoop;
import jasyncio.testing.TestClock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class JdkFuturesTest {
  private final IOException problem = new IOException("problem");

  @Nested
  class TheirsToOurs {
    @Test
    void completableFuture_completedByAnotherThread_isAwaited() throws Exception {
      run(() -> {
        var theirs = new CompletableFuture<Integer>();
        var thread = Thread.ofPlatform().start(() -> theirs.complete(42));
        assertThat(await(theirs)).isEqualTo(42);
        thread.join();
        assertThat(await(theirs)).isEqualTo(42); // done now
      });
    }

    @Test
    void completableFuture_failed_throwsTheVeryException() {
      run(() -> {
        assertThatThrownBy(() -> await(CompletableFuture.failedFuture(problem))).isSameAs(problem);
        var late = new CompletableFuture<Integer>();
        var dependent = late.thenApply(n -> n + 1); // fails with a CompletionException
        getRunningLoop().callSoon(() -> late.completeExceptionally(problem));
        assertThatThrownBy(() -> await(dependent)).isSameAs(problem);
      });
    }

    @Test
    void completableFuture_cancelled_isACancelledError() {
      run(() -> {
        var theirs = new CompletableFuture<Integer>();
        getRunningLoop().callSoon(() -> theirs.cancel(true));
        assertThatThrownBy(() -> await(theirs)).isInstanceOf(CancelledError.class);
        assertThatThrownBy(() -> await(theirs)).isInstanceOf(CancelledError.class);
      });
    }

    @Test
    void completionStage_isAwaited() {
      run(() -> {
        CompletionStage<Integer> stage = CompletableFuture.completedStage(42);
        assertThat(await(stage)).isEqualTo(42);
        assertThat(await(wrapFuture(stage))).isEqualTo(42);
        CompletionStage<Integer> failed = CompletableFuture.failedStage(problem);
        assertThatThrownBy(() -> await(failed)).isSameAs(problem);
      });
    }

    @Test
    void cancel_ofTheAwaitingTask_cancelsTheirs() {
      run(() -> {
        var theirs = new CompletableFuture<Integer>();
        var task = createTask(() -> await(theirs));
        sleep(0);
        task.cancel();
        assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
        sleep(0);
        assertThat(theirs).isCancelled();
      });
    }

    @Test
    void executorsFuture_isAwaited() {
      try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
        run(() -> {
          assertThat(await(executor.submit(() -> 42))).isEqualTo(42);
          assertThatThrownBy(() ->
                  await(
                      executor.submit(() -> {
                        throw problem;
                      })))
              .isSameAs(problem);
        });
      }
    }

    @Test
    void executorsFuture_ofACancelledTask_isCancelledAndInterrupted() throws Exception {
      var begun = new CountDownLatch(1);
      var interrupted = new CountDownLatch(1);
      try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
        var theirs =
            executor.submit(() -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            });
        begun.await();
        run(() -> {
          var task = createTask(() -> await(theirs));
          sleep(0);
          task.cancel();
          sleep(0);
          sleep(0);
          assertThat(task.cancelled()).isTrue();
        });
        interrupted.await();
        assertThat(theirs).isCancelled();
      }
    }

    @Test
    void plainFuture_doneAlready_isTakenAtOnce() {
      run(() -> {
        var theirs = new FutureTask<>(() -> 42);
        theirs.run();
        var ours = wrapFuture(theirs, getRunningLoop());
        assertThat(ours.done()).isTrue();
        assertThat(ours.result()).isEqualTo(42);
        var cancelled = new FutureTask<>(() -> 42);
        cancelled.cancel(true);
        assertThatThrownBy(() -> await(cancelled)).isInstanceOf(CancelledError.class);
      });
    }

    @Test
    void completionAfterTheLoopClosed_isIgnored() {
      var theirs = new CompletableFuture<Integer>();
      var ours = run(() -> wrapFuture(theirs));
      theirs.complete(1);
      assertThat(ours.done()).isFalse();
    }
  }

  @Nested
  class OursToTheirs {
    @Test
    void toCompletableFuture_followsTheResult() throws Exception {
      run(() -> {
        var task = createTask(() -> sleep(0, 42));
        var theirs = task.toCompletableFuture();
        assertThat(theirs).isNotDone();
        await(task);
        sleep(0);
        assertThat(theirs).isCompletedWithValue(42);
        var late = task.toCompletableFuture();
        sleep(0);
        assertThat(late).isCompletedWithValue(42);
      });
    }

    @Test
    void toCompletableFuture_waitedForByTheLoopsOwnThread_isRefused() throws Exception {
      run(() -> {
        var open = getRunningLoop().<Integer>createFuture();
        var threadsafe = runCoroutineThreadsafe(() -> await(open), getRunningLoop());
        for (var theirs : List.of(open.toCompletableFuture(), threadsafe)) {
          var dependent = theirs.thenApply(n -> n + 1);
          for (var each : List.of(theirs, dependent)) {
            assertRefused(each::join);
            assertRefused(each::get);
            assertRefused(() -> each.get(1, TimeUnit.SECONDS));
          }
        }
        var theirs = open.toCompletableFuture();
        var dependent = theirs.thenApply(n -> n + 1);
        open.setResult(42);
        assertThat(await(dependent)).isEqualTo(43);
        assertThat(theirs.join() + dependent.get()).isEqualTo(85); // they are done
      });
    }

    private static void assertRefused(ThrowingCallable waits) {
      assertThatThrownBy(waits)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("this would wait for ever: ");
    }

    @Test
    void toCompletableFuture_waitedForByAnotherThread_works() {
      run(() -> {
        var theirs = createTask(() -> sleep(0.001, 42)).toCompletableFuture();
        assertThat(Asyncio.toThread(theirs::join)).isEqualTo(42);
      });
    }

    @Test
    @ScheduledOnly
    void toCompletableFuture_waitedForUnderSwitch_works() {
      run(
          () ->
              assertThat(createTask(() -> sleep(0.001, 42)).toCompletableFuture().join())
                  .isEqualTo(42),
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }

    @Test
    void toCompletableFuture_hasTheVeryException() {
      run(() -> {
        var future = getRunningLoop().<Integer>createFuture();
        var theirs = future.toCompletableFuture();
        future.setException(problem);
        sleep(0);
        assertThatThrownBy(theirs::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isSameAs(problem);
      });
    }

    @Test
    void toCompletableFuture_isCancelledWithOurs() {
      run(() -> {
        var future = getRunningLoop().<Integer>createFuture();
        var theirs = future.toCompletableFuture();
        future.cancel();
        sleep(0);
        assertThat(theirs).isCancelled();
      });
    }

    @Test
    void cancel_ofTheirsByAnotherThread_cancelsOurs() throws Exception {
      run(() -> {
        var task = createTask(() -> sleep(100));
        var theirs = task.toCompletableFuture();
        sleep(0);
        var thread = Thread.ofPlatform().start(() -> theirs.cancel(true));
        assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
        thread.join();
      });
    }
  }

  @Nested
  class RunThreadsafe {
    /// Runs `code` on another thread while a loop runs here.
    private static void beside(java.util.function.Consumer<EventLoop> code) {
      var failure = new CompletableFuture<Boolean>();
      try (var loop = newEventLoop()) {
        var thread =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    code.accept(loop);
                    failure.complete(true);
                  } catch (Throwable e) {
                    failure.completeExceptionally(e);
                  }
                  loop.callSoonThreadsafe(loop::stop);
                });
        loop.runForever();
        try {
          thread.join();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      assertThat(failure.join()).isTrue();
    }

    @Test
    void coroutine_runsOnTheLoopAndGivesItsValue() {
      beside(loop -> {
        var here = Thread.currentThread();
        var value =
            runCoroutineThreadsafe(
                    () -> {
                      sleep(0.001);
                      return getRunningLoop() == loop && Thread.currentThread() != here;
                    },
                    loop)
                .join();
        assertThat(value).isTrue();
      });
    }

    @Test
    void coroutine_thatFails_givesTheVeryException() {
      var problem = new IOException();
      beside(loop ->
          assertThatThrownBy(() ->
                  runCoroutineThreadsafe(
                          () -> {
                            throw problem;
                          },
                          loop)
                      .get())
              .isInstanceOf(ExecutionException.class)
              .cause()
              .isSameAs(problem));
    }

    @Test
    void cancel_fromTheOtherThread_cancelsTheTask() {
      beside(loop -> {
        var begun = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        var theirs =
            runCoroutineThreadsafe(
                () -> {
                  begun.countDown();
                  try {
                    sleep(100);
                  } finally {
                    cancelled.countDown();
                  }
                },
                loop);
        try {
          begun.await();
          theirs.cancel(true);
          cancelled.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        assertThatThrownBy(theirs::join).isInstanceOf(CancellationException.class);
      });
    }

    @AsyncTest // CPython:
    // test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_and_cancel
    void cancel_beforeTheLoopHasSeenTheCall_runsNothing(TestClock clock) {
      var ran = new AtomicBoolean();
      var coroutine = jasyncio.Asyncio.coroutine(() -> ran.set(true));
      assertThat(runCoroutineThreadsafe(coroutine, getRunningLoop()).cancel(true)).isTrue();
      clock.settle();
      assertThat(ran).isFalse();
      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
    }

    @ParameterizedTest // CPython: the same, with the task made already
    @ValueSource(booleans = {true, false})
    @OnLoop(blocking = BlockingPolicy.BLOCK)
    void cancel_beforeTheFirstStep_runsNothing(boolean byAnotherThread, TestClock clock) {
      var loop = getRunningLoop();
      var ran = new AtomicBoolean();
      var coroutine = jasyncio.Asyncio.coroutine(() -> ran.set(true));
      var theirs = runCoroutineThreadsafe(coroutine, loop);
      loop.callSoonThreadsafe(() -> { // its task is in the ready queue
        if (byAnotherThread) {
          var _ = CompletableFuture.supplyAsync(() -> theirs.cancel(true)).join();
        } else {
          theirs.cancel(true);
        }
      });
      clock.settle();
      assertThat(ran).isFalse();
      assertThat(theirs).isCancelled();
      assertThat(coroutine.state()).isEqualTo(Coroutine.State.CLOSED);
    }

    @Test
    void future_isRefused() {
      try (var loop = newEventLoop()) {
        var future = loop.<Integer>createFuture();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> runCoroutineThreadsafe(future, loop))
            .withMessageStartingWith("A coroutine object is required, got a future");
      }
    }
  }
}
