package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class EventLoopTest {
  private final EventLoop loop = newEventLoop();
  private final List<String> order = new ArrayList<>();

  @AfterEach
  void close() {
    loop.close();
  }

  /// Runs what is ready now, once.
  private void runOnce() {
    loop.stop();
    loop.runForever();
  }

  @Nested
  class Callbacks {
    @Test
    void callSoon_insideACallback_waitsForTheNextIteration() {
      loop.callSoon(() -> {
        order.add("a");
        loop.callSoon(() -> order.add("c"));
      });
      loop.callSoon(() -> order.add("b"));
      runOnce();
      assertThat(order).containsExactly("a", "b");
      runOnce();
      assertThat(order).containsExactly("a", "b", "c");
    }

    @Test
    void callSoon_manyTimes_keepsTheOrder() {
      int count = 10_000;
      for (int i = 0; i < count; i++) {
        int n = i;
        loop.callSoon(() -> order.add(Integer.toString(n)));
      }
      runOnce();
      assertThat(order).hasSize(count).startsWith("0", "1", "2").endsWith("9998", "9999");
    }

    @Test
    void handle_cancelled_doesNotRunAndForgetsItsCallback() {
      var handle = loop.callSoon(() -> order.add("cancelled"));
      loop.callSoon(() -> order.add("runs"));
      handle.cancel();
      handle.cancel();
      runOnce();
      assertThat(order).containsExactly("runs");
      assertThat(handle.cancelled()).isTrue();
      assertThat(handle.callback()).isNull();
    }

    @Test
    void handle_cancelledByAnEarlierCallbackOfTheSameIteration_doesNotRun() {
      var handles = new ArrayList<Handle>();
      loop.callSoon(() -> handles.getFirst().cancel());
      handles.add(loop.callSoon(() -> order.add("too late")));
      runOnce();
      assertThat(order).isEmpty();
    }

    @Test
    void callback_thatThrows_isReportedAndTheOthersRun() {
      var reports = new ArrayList<ErrorContext>();
      loop.setExceptionHandler((l, error) -> reports.add(error));
      var problem = new IllegalStateException("problem");
      var handle =
          loop.callSoon(() -> {
            throw problem;
          });
      loop.callSoon(() -> order.add("runs"));
      runOnce();
      assertThat(order).containsExactly("runs");
      assertThat(reports)
          .singleElement()
          .satisfies(error -> {
            assertThat(error.message()).startsWith("Exception in callback <Handle ");
            assertThat(error.exception()).isSameAs(problem);
            assertThat(error.handle()).isSameAs(handle);
          });
    }

    @Test
    void callback_thatThrowsAnExit_leavesTheLoopAndKeepsTheRest() {
      loop.callSoon(() -> {
        throw new SystemExit(3);
      });
      loop.callSoon(() -> order.add("rest"));
      assertThatThrownBy(loop::runForever)
          .isInstanceOfSatisfying(SystemExit.class, e -> assertThat(e.code()).isEqualTo(3));
      assertThat(loop.isRunning()).isFalse();
      runOnce();
      assertThat(order).containsExactly("rest");
    }

    @Test
    void stop_inACallback_letsTheIterationFinish() {
      loop.callSoon(() -> {
        loop.stop();
        loop.callSoon(() -> order.add("next run"));
      });
      loop.callSoon(() -> order.add("same iteration"));
      loop.runForever();
      assertThat(order).containsExactly("same iteration");
      runOnce();
      assertThat(order).containsExactly("same iteration", "next run");
    }

    @Test
    void currentTask_inACallback_isNull() {
      var seen = new ArrayList<Object>();
      loop.callSoon(() -> seen.add(currentTask()));
      loop.createTask(() -> seen.add(currentTask()));
      loop.callSoon(() -> seen.add(currentTask()));
      runOnce();
      assertThat(seen).hasSize(3);
      assertThat(seen.get(0)).isNull();
      assertThat(seen.get(1)).isInstanceOf(Task.class);
      assertThat(seen.get(2)).isNull();
    }
  }

  @Nested
  class Timers {
    @Test
    void callLater_dueTimers_runAfterWhatIsReadyInTheSameIteration() {
      loop.callLater(0, () -> order.add("timer"));
      loop.callLater(-1, () -> order.add("late timer"));
      loop.callSoon(() -> order.add("soon"));
      runOnce();
      assertThat(order).containsExactly("soon", "late timer", "timer");
    }

    @Test
    void callAt_equalTimes_runInTheOrderOfScheduling() {
      double when = loop.time() + 0.002;
      for (int i = 0; i < 10; i++) {
        int n = i;
        loop.callAt(when, () -> order.add(Integer.toString(n)));
      }
      loop.callAt(when, loop::stop);
      loop.runForever();
      assertThat(order).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void callLater_byDuration_knowsWhen() {
      var before = loop.time();
      var handle = loop.callLater(Duration.ofMillis(1500), () -> {});
      assertThat(handle.when()).isBetween(before + 1.5, loop.time() + 1.5);
      var earlier = loop.callAt(handle.when() - 1, () -> {});
      assertThat(earlier).isLessThan(handle);
      assertThat(handle.cancelled()).isFalse();
    }

    @Test
    void callLater_isNeverEarly() {
      var late = new ArrayList<Double>();
      for (int i = 1; i <= 20; i++) {
        double when = loop.time() + i * 0.0007;
        loop.callAt(when, () -> late.add(loop.time() - when));
      }
      loop.callLater(0.02, loop::stop);
      loop.runForever();
      assertThat(late).hasSize(20).allMatch(seconds -> seconds >= 0);
    }

    @Test
    void cancelledTimer_keepsNothingOfItsCallbackAlive() {
      var kept = new WeakReference<>(cancelledTimer());
      Spin.until(() -> {
        System.gc();
        return kept.get() == null;
      });
    }

    private Object cancelledTimer() {
      var big = new byte[1000];
      var handle = loop.callLater(1000, () -> order.add("" + big.length));
      handle.cancel();
      return big;
    }

    @Test
    void cancelledTimers_manyOfThem_doNotPileUp() {
      for (int i = 0; i < 10_000; i++) {
        loop.callLater(1000 + i, () -> {}).cancel();
        if (i % 100 == 0) {
          runOnce();
        }
      }
      loop.callLater(0.001, loop::stop);
      loop.runForever(); // and the loop does not wait for any of them
    }

    @Test
    void cancelledFirstTimer_doesNotShortenTheWait() {
      loop.callLater(0.001, () -> order.add("cancelled")).cancel();
      loop.callLater(
          0.004,
          () -> {
            order.add("fires");
            loop.stop();
          });
      loop.runForever();
      assertThat(order).containsExactly("fires");
    }

    @Test
    void hugeDelays_areAccepted() {
      loop.callLater(1e18, () -> order.add("never"));
      loop.callLater(Double.POSITIVE_INFINITY, () -> order.add("never"));
      loop.callAt(Double.NEGATIVE_INFINITY, () -> order.add("at once"));
      loop.callLater(0.001, loop::stop);
      loop.runForever();
      assertThat(order).containsExactly("at once");
    }
  }

  @Nested
  class Closing {
    @Test
    void close_dropsWhatIsScheduledAndIsIdempotent() {
      loop.callSoon(() -> order.add("soon"));
      loop.callLater(0, () -> order.add("later"));
      loop.callSoonThreadsafe(() -> order.add("threadsafe"));
      loop.close();
      loop.close();
      assertThat(order).isEmpty();
      assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void close_endsTheExecutorsThreads() {
      var threads = new ArrayList<Thread>();
      loop.runUntilComplete(() -> {
        threads.add(await(loop.runInExecutor(null, () -> Thread.currentThread())));
      });
      loop.close();
      Spin.until(() -> !threads.getFirst().isAlive());
    }

    @Test
    void callSoonThreadsafe_racingWithClose_neitherBlocksNorCrashes() throws Exception {
      for (int i = 0; i < 50; i++) {
        var victim = newEventLoop();
        var start = new CountDownLatch(1);
        var problems = new ArrayList<Throwable>();
        var sender =
            Thread.ofPlatform()
                .start(() -> {
                  start.countDown();
                  try {
                    for (int sent = 1; ; sent++) {
                      victim.callSoonThreadsafe(() -> {});
                      if (sent % 100 == 0) { // else a loop that is given no core drowns
                        LockSupport.parkNanos(1);
                      }
                    }
                  } catch (IllegalStateException e) {
                    return; // closed
                  } catch (Throwable e) {
                    problems.add(e);
                  }
                });
        start.await();
        victim.runUntilComplete(() -> sleep(0));
        victim.close();
        sender.join();
        assertThat(problems).isEmpty();
      }
    }
  }

  @Nested
  class Threadsafe {
    @Test
    void callSoonThreadsafe_byEightThreads_runsAllInTheOrderOfEach() throws Exception {
      int threads = 8;
      int each = 10_000;
      var next = new int[threads];
      var disorder = new ArrayList<String>();
      var left = new int[] {threads * each};
      var senders = new ArrayList<Thread>();
      for (int t = 0; t < threads; t++) {
        int sender = t;
        senders.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < each; i++) {
                    int n = i;
                    loop.callSoonThreadsafe(() -> {
                      if (next[sender]++ != n) {
                        disorder.add(sender + ": " + n);
                      }
                      if (--left[0] == 0) {
                        loop.stop();
                      }
                    });
                  }
                }));
      }
      loop.runForever();
      for (var sender : senders) {
        sender.join();
      }
      assertThat(disorder).isEmpty();
      assertThat(next).containsOnly(each);
    }

    @Test
    void callSoonThreadsafe_whileTheLoopSleeps_wakesIt() throws Exception {
      for (int i = 0; i < 200; i++) {
        var sender = Thread.ofPlatform().start(() -> loop.callSoonThreadsafe(loop::stop));
        loop.runForever(); // without the wake-up it would never end
        sender.join();
      }
    }

    @Test
    void callSoonThreadsafe_onTheLoopsOwnThread_takesItsTurn() {
      loop.callSoon(() -> {
        loop.callSoon(() -> order.add("a"));
        loop.callSoonThreadsafe(() -> order.add("b"));
        loop.callSoon(() -> order.add("c"));
      });
      runOnce();
      runOnce();
      assertThat(order).containsExactly("a", "b", "c");
    }

    @Test
    void handle_cancelledByAnotherThread_doesNotRun() throws Exception {
      var handle = loop.callSoonThreadsafe(() -> order.add("runs"));
      var other = Thread.ofPlatform().start(handle::cancel);
      other.join();
      runOnce();
      assertThat(order).isEmpty();
      assertThat(handle.cancelled()).isTrue();
    }

    @Test
    void handles_cancelledByAnotherThreadWhileTheyRun_runAtMostOnce() throws Exception {
      int count = 20_000;
      var runs = new int[count];
      var handles = new Handle[count];
      for (int i = 0; i < count; i++) {
        int n = i;
        handles[i] = loop.callSoonThreadsafe(() -> runs[n]++);
      }
      var other =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = count - 1; i >= 0; i--) {
                  handles[i].cancel();
                }
              });
      runOnce();
      other.join();
      assertThat(runs).doesNotContain(2);
    }
  }

  @Nested
  class Handlers {
    private void fail(String message) {
      loop.callSoon(() -> {
        throw new IllegalStateException(message);
      });
      runOnce();
    }

    @Test
    void handler_none_logs() {
      try (var logs = Logs.capture()) {
        loop.setDebug(false);
        fail("problem");
        assertThat(logs.lines())
            .singleElement()
            .asString()
            .startsWith("SEVERE Exception in callback <Handle EventLoopTest.")
            .contains("handle: <Handle ")
            .endsWith("java.lang.IllegalStateException: problem");
      }
      assertThat(loop.getExceptionHandler()).isNull();
    }

    @Test
    void handler_set_isCalledInsteadAndCanBeUnset() {
      ExceptionHandler handler = (l, error) -> order.add(error.exception().getMessage());
      loop.setExceptionHandler(handler);
      assertThat(loop.getExceptionHandler()).isSameAs(handler);
      fail("problem");
      assertThat(order).containsExactly("problem");
      loop.setExceptionHandler(null);
      try (var logs = Logs.capture()) {
        fail("other");
        assertThat(logs.lines()).hasSize(1);
      }
    }

    @Test
    void handler_thatThrows_isReportedByTheDefaultOne() {
      try (var logs = Logs.capture()) {
        loop.setExceptionHandler((l, error) -> {
          throw new IllegalArgumentException("handler");
        });
        fail("problem");
        loop.callSoon(() -> order.add("goes on"));
        runOnce();
        assertThat(logs.lines())
            .singleElement()
            .asString()
            .startsWith("SEVERE Unhandled error in exception handler")
            .endsWith("java.lang.IllegalArgumentException: handler");
      }
      assertThat(order).containsExactly("goes on");
    }

    @Test
    void handler_thatThrowsAnExit_leavesTheLoop() {
      loop.setExceptionHandler((l, error) -> {
        throw new SystemExit(4);
      });
      assertThatThrownBy(() -> fail("problem")).isInstanceOf(SystemExit.class);
    }

    @Test
    void handler_mayCallTheDefaultOne() {
      try (var logs = Logs.capture()) {
        loop.setExceptionHandler(EventLoop::defaultExceptionHandler);
        fail("problem");
        assertThat(logs.lines()).singleElement().asString().contains("Exception in callback");
      }
    }

    @Test
    void callExceptionHandler_byAnyone_reachesTheHandler() {
      loop.setExceptionHandler((l, error) -> order.add(error.message()));
      loop.callExceptionHandler(ErrorContext.of("by hand"));
      assertThat(order).containsExactly("by hand");
    }

    @Test
    void handler_mayUseTheLoop() {
      loop.setExceptionHandler((l, error) -> l.callSoon(() -> order.add("scheduled")));
      fail("problem");
      runOnce();
      assertThat(order).containsExactly("scheduled");
    }
  }

  @Nested
  class SignalHandlers {
    private static void kill(String signal) {
      try {
        var pid = Long.toString(ProcessHandle.current().pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
      } catch (java.io.IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Test
    void signal_withACallback_runsItOnTheLoop() {
      loop.addSignalHandler(
          "USR2",
          () -> {
            order.add("signal " + (getRunningLoop() == loop));
            loop.stop();
          });
      kill("USR2");
      loop.runForever();
      kill("USR2");
      loop.runForever();
      assertThat(order).containsExactly("signal true", "signal true");
      assertThat(loop.removeSignalHandler("USR2")).isTrue();
      assertThat(loop.removeSignalHandler("USR2")).isFalse();
    }

    @Test
    void signal_addedTwice_callsTheLastOne() {
      loop.addSignalHandler("SIGUSR2", () -> order.add("first"));
      loop.addSignalHandler(
          "usr2",
          () -> {
            order.add("second");
            loop.stop();
          });
      kill("USR2");
      loop.runForever();
      assertThat(order).containsExactly("second");
      assertThat(loop.removeSignalHandler("SIGUSR2")).isTrue();
    }

    @Test
    void signal_ofAClosedLoop_goesToWhoHadItBefore() {
      try (var outer = newEventLoop()) {
        outer.addSignalHandler(
            "USR2",
            () -> {
              order.add("outer");
              outer.stop();
            });
        loop.addSignalHandler("USR2", () -> order.add("inner"));
        loop.close();
        kill("USR2");
        outer.runForever();
      }
      assertThat(order).containsExactly("outer");
    }

    @Test
    void signal_unknown_isAnError() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.addSignalHandler("NONSENSE", () -> {}))
          .withMessage(
              "'NONSENSE' is not a signal of this system; give a name such as INT or TERM");
      assertThatIllegalArgumentException().isThrownBy(() -> loop.removeSignalHandler("NONSENSE"));
      assertThatIllegalArgumentException().isThrownBy(() -> loop.addSignalHandler("", () -> {}));
    }

    @Test
    void signal_thatCannotBeCaught_isAnError() {
      assertThatIllegalStateException()
          .isThrownBy(() -> loop.addSignalHandler("KILL", () -> {}))
          .withMessageStartingWith("signal KILL cannot be caught: ");
      assertThat(loop.removeSignalHandler("KILL")).isFalse();
    }
  }

  @Nested
  class Running {
    @Test
    void runUntilComplete_givesTheValueOrThrowsTheVeryException() {
      assertThat(loop.runUntilComplete(() -> 42)).isEqualTo(42);
      var problem = new java.io.IOException("very");
      assertThatThrownBy(() ->
              loop.runUntilComplete(() -> {
                throw problem;
              }))
          .isSameAs(problem);
      assertThat(loop.isRunning()).isFalse();
    }

    @Test
    void runUntilComplete_manyTimes_keepsTheLoop() {
      var future = loop.<Integer>createFuture();
      loop.runUntilComplete(() -> future.setResult(1));
      assertThat(loop.runUntilComplete(future)).isEqualTo(1);
      assertThat(loop.runUntilComplete(() -> await(createTask(() -> sleep(0, 2))))).isEqualTo(2);
    }

    @Test
    void eventLoopOfTheThread_isUsedOutsideAndTheRunningOneInside() {
      Asyncio.setEventLoop(loop);
      try {
        assertThat(Asyncio.getEventLoop()).isSameAs(loop);
        run(() -> assertThat(Asyncio.getEventLoop()).isSameAs(getRunningLoop()).isNotSameAs(loop));
        assertThat(new Future<Integer>().getLoop()).isSameAs(loop);
      } finally {
        Asyncio.setEventLoop(null);
      }
    }

    @Test
    void debugMode_followsPropertyAndSetter() {
      assertThat(loop.getDebug()).isEqualTo(Debug.isDefault());
      loop.setDebug(true);
      assertThat(loop.getDebug()).isTrue();
      assertThat(loop.getSlowCallbackDuration()).isEqualTo(0.1);
    }

    @Test
    void toString_tellsTheState() {
      loop.setDebug(false);
      assertThat(loop).hasToString("<EventLoop running=false closed=false debug=false>");
      var inside = loop.runUntilComplete(() -> loop.toString());
      assertThat(inside).isEqualTo("<EventLoop running=true closed=false debug=false>");
    }
  }
}
