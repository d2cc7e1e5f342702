package jasyncio;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.ensureFuture;
import static jasyncio.Asyncio.getEventLoop;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.lowlevel.Lowlevel;
import jasyncio.net.StreamReader;
import jasyncio.queue.Queue;
import jasyncio.queue.QueueShutDownException;
import jasyncio.sync.Barrier;
import jasyncio.sync.BrokenBarrierException;
import jasyncio.sync.CapacityLimiter;
import jasyncio.sync.Condition;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Wrong use is told at once, in one clear sentence.
@Timeout(600)
class MisuseTest {
  private static AbstractThrowableAssert<?, ?> assertIllegalState(ThrowingCallable code) {
    return assertThatThrownBy(code).isInstanceOf(IllegalStateException.class);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// What `code` throws on another thread, or `null`.
  private static Throwable onAnotherThread(ThrowingCallable code) {
    var error = new AtomicReference<Throwable>();
    join(
        Thread.ofPlatform()
            .start(() -> {
              try {
                code.call();
              } catch (Throwable e) {
                error.set(e);
              }
            }));
    return error.get();
  }

  /// Somebody waits, another thread tries to wake them, and the loop's own does so afterwards.
  private static void assertRefusedBeforeAnythingChanges(Action<?> waiting, Runnable waking) {
    run(
        () -> {
          var waiter = createTask(waiting, "waiter");
          sleep(0);
          assertThat(onAnotherThread(waking::run))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("callSoonThreadsafe");
          sleep(0);
          assertThat(waiter.done()).isFalse();
          waking.run();
          await(waiter); // woken
        },
        RunOptions.defaults().debug(true));
  }

  @Test
  void wakingFromAnotherThread_inDebugMode_isRefused_andNobodyIsLost() {
    var queue = new Queue<Integer>();
    assertRefusedBeforeAnythingChanges(queue::get, () -> queue.putNowait(1));
    assertThat(queue.qsize()).isZero();
    var full = new Queue<Integer>(1);
    full.putNowait(1);
    assertRefusedBeforeAnythingChanges(() -> full.put(2), full::getNowait);
    assertThat(full.getNowait()).isEqualTo(2);
    var ended = new Queue<Integer>();
    assertRefusedBeforeAnythingChanges(
        () -> assertThatThrownBy(ended::get).isInstanceOf(QueueShutDownException.class),
        ended::shutdown);
    var joined = new Queue<Integer>();
    joined.putNowait(1);
    assertRefusedBeforeAnythingChanges(joined::join, joined::taskDone);
    var event = new Event();
    assertRefusedBeforeAnythingChanges(() -> event.await(), event::set);
    var semaphore = new Semaphore(0);
    assertRefusedBeforeAnythingChanges(() -> semaphore.acquire(), semaphore::release);
    assertThat(semaphore.locked()).isTrue();
    var limiter = new CapacityLimiter(0);
    assertRefusedBeforeAnythingChanges(
        () -> limiter.acquire().close(), () -> limiter.setTotalTokens(1));
    for (Consumer<Barrier> breaking : List.<Consumer<Barrier>>of(Barrier::abort, Barrier::reset)) {
      var barrier = new Barrier(2);
      assertRefusedBeforeAnythingChanges(
          () -> assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class),
          () -> breaking.accept(barrier));
    }
    var barrier = new Barrier(2);
    assertRefusedBeforeAnythingChanges(barrier::await, barrier::await);
    assertThat(barrier.nWaiting()).isZero();
  }

  @Test
  void feedingFromAnotherThread_inDebugMode_isRefused_andNothingIsLost() {
    for (Consumer<StreamReader> feeding :
        List.<Consumer<StreamReader>>of(
            reader -> reader.feedData(new byte[] {7}),
            StreamReader::feedEof,
            reader -> reader.feedEof(new IOException("gone")),
            reader -> reader.setException(new IOException("gone")))) {
      run(
          () -> {
            var reader = new StreamReader();
            var waiter = createTask(() -> reader.read(1), "waiter");
            sleep(0);
            assertThat(onAnotherThread(() -> feeding.accept(reader)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("callSoonThreadsafe");
            assertThat(reader.exception()).isNull();
            reader.feedData(new byte[] {1});
            assertThat(await(waiter)).containsExactly(1);
            assertThat(reader.atEof()).isFalse();
          },
          RunOptions.defaults().debug(true));
    }
  }

  @Test
  void lock_releasedByAnotherThread_inDebugMode_staysHeld() {
    run(
        () -> {
          var lock = new Lock();
          var held = lock.acquire();
          var waiter = createTask(() -> lock.acquire().close(), "waiter");
          try (held) {
            sleep(0);
            assertThat(onAnotherThread(lock::release)).hasMessageContaining("callSoonThreadsafe");
            assertThat(lock.locked()).isTrue();
            sleep(0);
            assertThat(waiter.done()).isFalse();
          }
          await(waiter); // woken
        },
        RunOptions.defaults().debug(true));
  }

  @Test
  void sleep_withAUnit_saysThatItTakesSeconds() {
    run(() -> {
      assertThatThrownBy(() -> sleep(500, TimeUnit.MILLISECONDS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("sleep takes seconds", "MILLISECONDS", "Duration.ofMillis");
      assertThatThrownBy(() -> sleep(Duration.ofMillis(1), ChronoUnit.MILLIS))
          .isInstanceOf(IllegalArgumentException.class);
    });
  }

  @Nested
  class OutsideACoroutine {
    private static final String AWAIT =
        "await outside a coroutine: <Future pending> is not done, and no task runs here that could"
            + " wait; use run(...), createTask(...) or addDoneCallback(...)";
    private static final String SLEEP =
        "sleep outside a coroutine: no task runs here that could be suspended; use run(...) or"
            + " createTask(...)";

    @Test
    void await_withoutLoop_saysSo() {
      try (var loop = newEventLoop()) {
        loop.setDebug(false);
        var future = loop.<Integer>createFuture();
        assertIllegalState(future::await).hasMessage(AWAIT);
        assertIllegalState(() -> await(future)).hasMessage(AWAIT);
      }
    }

    @Test
    void await_inCallback_saysSo() {
      var errors = new ArrayList<Throwable>();
      run(
          () -> {
            var loop = getRunningLoop();
            loop.setExceptionHandler((l, error) -> errors.add(error.exception()));
            var future = loop.<Integer>createFuture();
            loop.callSoon(future::await);
            sleep(0);
          },
          RunOptions.defaults().debug(false));
      assertThat(errors)
          .singleElement()
          .satisfies(
              e -> assertThat(e).isInstanceOf(IllegalStateException.class).hasMessage(AWAIT));
    }

    @Test
    void await_ofADoneFuture_needsNoTask() {
      try (var loop = newEventLoop()) {
        var future = loop.<Integer>createFuture();
        future.setResult(42);
        assertThat(await(future)).isEqualTo(42);
      }
    }

    @Test
    void await_ofACoroutine_saysSo() {
      var coroutine = coroutine(() -> 42);
      assertIllegalState(() -> await(coroutine))
          .hasMessageStartingWith("await outside a coroutine: ");
      coroutine.close();
    }

    @Test
    void await_ofACoroutineInCallback_saysSo() {
      var errors = new ArrayList<Throwable>();
      run(() -> {
        var loop = getRunningLoop();
        loop.setExceptionHandler((l, error) -> errors.add(error.exception()));
        var coroutine = coroutine(() -> 42);
        loop.callSoon(() -> await(coroutine));
        sleep(0);
        coroutine.close();
      });
      assertThat(errors)
          .singleElement()
          .asString()
          .contains("IllegalStateException: await outside a coroutine: ");
    }

    @Test
    void sleep_withoutLoop_saysSo() {
      assertIllegalState(() -> sleep(0)).hasMessage(SLEEP);
      assertIllegalState(() -> sleep(1)).hasMessage(SLEEP);
    }

    @Test
    void sleep_inCallback_saysSo() {
      var errors = new ArrayList<Throwable>();
      run(() -> {
        var loop = getRunningLoop();
        loop.setExceptionHandler((l, error) -> errors.add(error.exception()));
        loop.callSoon(() -> sleep(1));
        sleep(0);
      });
      assertThat(errors)
          .singleElement()
          .satisfies(
              e -> assertThat(e).isInstanceOf(IllegalStateException.class).hasMessage(SLEEP));
    }

    @Test
    void suspend_withoutCoroutine_saysSo() {
      assertIllegalState(() -> Lowlevel.suspend(null))
          .hasMessage(
              "nothing to suspend: the caller runs in no coroutine; use run(...), createTask(...), or"
                  + " coroutine(...).send(null)");
    }

    @Test
    void runningLoop_outsideALoop_isAnError() {
      assertIllegalState(() -> getRunningLoop()).hasMessageStartingWith("no running event loop; ");
      assertIllegalState(() -> allTasks()).hasMessageStartingWith("no running event loop; ");
      assertIllegalState(() -> createTask(() -> 1))
          .hasMessageStartingWith("no running event loop; ");
      assertThat(currentTask()).isNull();
    }

    @Test
    void eventLoop_ofAThreadWithoutOne_isAnError() {
      assertThat(onAnotherThread(() -> getEventLoop()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("There is no current event loop in thread '")
          .hasMessageEndingWith("'; use run(...), or newEventLoop() and setEventLoop(...)");
    }

    @Test
    void timeoutAndTaskGroup_outsideATask_areErrors() {
      assertIllegalState(() -> timeout(1, () -> 1))
          .hasMessage("Timeout should be used inside a task; use run(...) or createTask(...)");
      assertIllegalState(() -> taskGroup(tg -> {}))
          .hasMessageEndingWith("parent task; use run(...) or createTask(...)");
      assertIllegalState(TaskGroup::open)
          .hasMessageEndingWith("parent task; use run(...) or createTask(...)");
    }
  }

  @Nested
  class OtherThreads {
    private static final String UNSAFE =
        "Non-thread-safe operation invoked on an event loop other than the current one; from"
            + " another thread use callSoonThreadsafe";

    /// What each use of a running loop throws on another thread.
    private static Map<String, Throwable> usesFromAnotherThread(boolean debug) {
      var errors = new LinkedHashMap<String, Throwable>();
      run(
          () -> {
            var loop = getRunningLoop();
            var uses = new LinkedHashMap<String, ThrowingCallable>();
            uses.put("callSoon", () -> loop.callSoon(() -> {}));
            uses.put("callLater", () -> loop.callLater(0, () -> {}));
            uses.put("callAt", () -> loop.callAt(0, () -> {}));
            uses.put("createTask", () -> loop.createTask(() -> 1));
            var future = loop.<Integer>createFuture();
            var waiter = createTask(() -> await(future));
            sleep(0);
            uses.put("setResult", () -> future.setResult(1));
            var task = createTask(() -> sleep(10));
            sleep(0);
            uses.put("cancel", task::cancel);
            for (var use : uses.entrySet()) {
              errors.put(use.getKey(), onAnotherThread(use.getValue()));
            }
            if (!future.done()) {
              future.setResult(1);
            }
            task.cancel();
            assertThat(await(waiter)).isEqualTo(1);
            assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
          },
          RunOptions.defaults().debug(debug));
      return errors;
    }

    @Test
    void use_fromAnotherThreadInDebugMode_isAnError() {
      var errors = usesFromAnotherThread(true);
      assertThat(errors)
          .allSatisfy((use, error) ->
              assertThat(error)
                  .as(use)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessage(
                      use.equals("createTask")
                          ? UNSAFE.replace("callSoonThreadsafe", "runCoroutineThreadsafe")
                          : UNSAFE));
    }

    @Test
    void use_fromAnotherThreadOutsideDebugMode_doesNotCrash() {
      try (var loop = newEventLoop()) {
        loop.setDebug(false);
        var called = new CompletableFuture<String>();
        loop.runUntilComplete(() -> {
          assertThat(onAnotherThread(() -> loop.callSoon(() -> called.complete("called"))))
              .isNull();
          assertThat(await(called)).isEqualTo("called");
          var future = loop.<String>createFuture();
          var waiter = createTask(() -> await(future));
          sleep(0);
          assertThat(onAnotherThread(() -> future.setResult("set"))).isNull();
          assertThat(await(waiter)).isEqualTo("set");
        });
      }
    }

    @Test
    void callSoonThreadsafe_fromAnotherThreadInDebugMode_isAllowed() {
      run(
          () -> {
            var loop = getRunningLoop();
            var called = loop.<String>createFuture();
            assertThat(
                    onAnotherThread(
                        () -> loop.callSoonThreadsafe(() -> called.setResult("called"))))
                .isNull();
            assertThat(await(called)).isEqualTo("called");
          },
          RunOptions.defaults().debug(true));
    }

    @Test
    void use_ofALoopThatDoesNotRun_isAllowedInAnyThread() {
      try (var loop = newEventLoop()) {
        loop.setDebug(true);
        assertThat(onAnotherThread(() -> loop.callSoon(() -> {}))).isNull();
        assertThat(onAnotherThread(() -> loop.createTask(() -> 1))).isNull();
        loop.runUntilComplete(() -> sleep(0));
      }
    }

    @Test
    void runForever_fromAnotherThreadWhileRunning_isAnError() {
      run(() -> {
        var loop = getRunningLoop();
        assertThat(onAnotherThread(loop::runForever))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("This event loop is already running");
        assertThat(onAnotherThread(loop::close))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("Cannot close a running event loop");
      });
    }
  }

  @Nested
  class ClosedLoops {
    @Test
    void methods_ofAClosedLoop_sayThatItIsClosed() {
      var loop = newEventLoop();
      loop.close();
      var uses = new LinkedHashMap<String, ThrowingCallable>();
      uses.put("callSoon", () -> loop.callSoon(() -> {}));
      uses.put("callSoonThreadsafe", () -> loop.callSoonThreadsafe(() -> {}));
      uses.put("callLater", () -> loop.callLater(1, () -> {}));
      uses.put("callAt", () -> loop.callAt(1, () -> {}));
      uses.put("createTask", () -> loop.createTask(() -> 1));
      uses.put("createTask of an action", () -> loop.createTask(() -> {}));
      uses.put("new Task", () -> new Task<>(loop, () -> 1, TaskOptions.defaults()));
      uses.put("runUntilComplete", () -> loop.runUntilComplete(() -> 1));
      uses.put("runForever", loop::runForever);
      uses.put("runInExecutor", () -> loop.runInExecutor(null, () -> 1));
      uses.put("addSignalHandler", () -> loop.addSignalHandler("USR2", () -> {}));
      uses.put("runCoroutineThreadsafe", () -> Asyncio.runCoroutineThreadsafe(() -> 1, loop));
      assertThat(uses)
          .allSatisfy(
              (use, code) -> assertIllegalState(code).as(use).hasMessage("Event loop is closed"));
      assertThat(loop.isClosed()).isTrue();
      assertThat(loop.isRunning()).isFalse();
      assertThatCode(loop::close).doesNotThrowAnyException();
      assertThat(loop)
          .hasToString("<EventLoop running=false closed=true debug=" + loop.getDebug() + ">");
    }

    @Test
    void futures_ofAClosedLoop_canStillBeSettled() {
      var loop = newEventLoop();
      var future = loop.<Integer>createFuture();
      future.addDoneCallback(f -> {});
      var other = loop.<Integer>createFuture();
      loop.close();
      future.setResult(1);
      assertThat(future.result()).isEqualTo(1);
      assertThat(other.cancel()).isTrue();
    }

    @Test
    void runner_closed_saysSo() {
      var runner = new Runner();
      runner.close();
      assertIllegalState(runner::getLoop).hasMessage("Runner is closed");
      assertIllegalState(() -> runner.run(() -> 1)).hasMessage("Runner is closed");
    }
  }

  @Nested
  class NestedLoops {
    private static final String OTHER_LOOP =
        "Cannot run the event loop while another loop is running";

    @Test
    void run_insideARunningLoop_saysWhatToDo() {
      run(() ->
          assertIllegalState(() -> run(() -> 1))
              .hasMessage(
                  "asyncio.run() cannot be called from a running event loop; call the coroutine"
                      + " directly to await it, or make a task of it with createTask"));
    }

    @Test
    void runnerRun_insideARunningLoop_saysWhatToDo() {
      run(() -> {
        try (var runner = new Runner()) {
          assertIllegalState(() -> runner.run(() -> 1))
              .hasMessage(
                  "Runner.run() cannot be called from a running event loop; await the coroutine, or"
                      + " make a task of it");
        }
      });
    }

    @Test
    void runUntilComplete_ofTheRunningLoop_isAnError() {
      run(() -> {
        var loop = getRunningLoop();
        assertIllegalState(() -> loop.runUntilComplete(() -> 1))
            .hasMessage("This event loop is already running");
        assertIllegalState(loop::runForever).hasMessage("This event loop is already running");
        assertIllegalState(loop::close).hasMessage("Cannot close a running event loop");
      });
    }

    @Test
    void anotherLoop_inAThreadWithARunningLoop_isAnError() {
      try (var other = newEventLoop()) {
        run(() -> {
          assertIllegalState(other::runForever).hasMessage(OTHER_LOOP);
          assertIllegalState(() -> other.runUntilComplete(() -> 1)).hasMessage(OTHER_LOOP);
        });
        run(() -> {
          var error = getRunningLoop().<Throwable>createFuture();
          getRunningLoop()
              .callSoon(() -> {
                try {
                  other.runForever();
                } catch (IllegalStateException e) {
                  error.setResult(e);
                }
              });
          assertThat(await(error)).hasMessage(OTHER_LOOP);
        });
        assertThat(other.isRunning()).isFalse();
      }
    }

    @Test
    void runUntilComplete_stoppedTooEarly_saysSo() {
      try (var loop = newEventLoop()) {
        var never = loop.<Integer>createFuture();
        loop.callSoon(loop::stop);
        assertIllegalState(() -> loop.runUntilComplete(never))
            .hasMessage("Event loop stopped before Future completed.");
      }
    }
  }

  @Nested
  class Futures {
    @Test
    void result_askedForTooEarly_isAnInvalidState() {
      try (var loop = newEventLoop()) {
        var future = loop.<Integer>createFuture();
        assertThatThrownBy(future::result)
            .isInstanceOf(InvalidStateException.class)
            .hasMessageStartingWith("Result is not set.");
        assertThatThrownBy(future::exception)
            .isInstanceOf(InvalidStateException.class)
            .hasMessageStartingWith("Exception is not set.");
      }
    }

    @Test
    void result_setTwice_isAnInvalidState() {
      try (var loop = newEventLoop()) {
        loop.setDebug(false);
        var future = loop.<Integer>createFuture();
        future.setResult(1);
        assertThatThrownBy(() -> future.setResult(2))
            .isInstanceOf(InvalidStateException.class)
            .hasMessageContaining("invalid state");
        assertThatThrownBy(() -> future.setException(new Exception()))
            .isInstanceOf(InvalidStateException.class)
            .hasMessageContaining("invalid state");
        assertThat(future.result()).isEqualTo(1);
      }
    }

    @Test
    void setters_ofATask_areRefused() {
      run(() -> {
        var task = createTask(() -> 1);
        assertIllegalState(() -> task.setResult(2))
            .hasMessage("Task does not support set_result operation");
        assertIllegalState(() -> task.setException(new Exception()))
            .hasMessage("Task does not support set_exception operation");
        assertThat(await(task)).isEqualTo(1);
      });
    }

    @Test
    void await_ofAFutureOfAnotherLoop_isAnError() {
      try (var other = newEventLoop()) {
        var foreign = other.<Integer>createFuture();
        run(() ->
            assertIllegalState(() -> await(foreign))
                .hasMessageStartingWith("Task <Task pending name='")
                .hasMessageContaining("got Future <Future pending")
                .hasMessageEndingWith("attached to a different loop"));
      }
    }

    @Test
    void ensureFuture_withAFutureOfAnotherLoop_isAnError() {
      try (var other = newEventLoop()) {
        var foreign = other.<Integer>createFuture();
        run(() -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> ensureFuture(foreign, getRunningLoop()))
              .withMessage(
                  "The future belongs to a different loop than the one specified as the loop"
                      + " argument");
          var here = getRunningLoop().<Integer>createFuture();
          assertThatIllegalArgumentException().isThrownBy(() -> Asyncio.gather(here, foreign));
        });
      }
    }

    @Test
    void runUntilComplete_ofAFutureOfAnotherLoop_isAnError() {
      try (var loop = newEventLoop();
          var other = newEventLoop()) {
        var foreign = other.<Integer>createFuture();
        assertThatIllegalArgumentException().isThrownBy(() -> loop.runUntilComplete(foreign));
      }
    }

    @Test
    void await_ofOneself_isAnError() {
      run(() -> {
        var self = new AtomicReference<Task<Integer>>();
        self.set(createTask(() -> await(self.get())));
        assertIllegalState(() -> await(self.get()))
            .hasMessageStartingWith("Task cannot await on itself: <Task pending");
      });
    }

    @Test
    void methodsOfObject_ofAnEvent_sayWhatIsCalledSo() {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> new Event().wait(),
              () -> new Event().wait(1),
              () -> new Condition().notifyAll())) {
        assertThatThrownBy(() ->
                run(() -> {
                  try {
                    call.call();
                  } catch (Throwable e) {
                    throw (Exception) e;
                  }
                }))
            .isInstanceOf(IllegalMonitorStateException.class)
            .satisfies(e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(advice ->
                        assertThat(advice)
                            .hasMessage(
                                "wait() and notify() are methods of every Object, for threads that hold its"
                                    + " monitor; asyncio's are called await() and signal() here")));
      }
    }

    @Test
    void methodsOfObject_throughTwoTasksOrInACallback_areExplainedOnce() {
      var reported = new ArrayList<Throwable>();
      run(() -> {
        getRunningLoop().setExceptionHandler((l, error) -> reported.add(error.exception()));
        getRunningLoop().callSoon(() -> new Condition().notifyAll());
        var inner = createTask(() -> new Condition().notifyAll());
        var outer = createTask(() -> await(inner));
        reported.add(catchThrowable(() -> await(outer)));
      });
      assertThat(reported).hasSize(2).allSatisfy(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void monitorStateOfAnother_isLeftAlone() {
      assertThatThrownBy(() -> run(() -> new ReentrantLock().unlock()))
          .isInstanceOf(IllegalMonitorStateException.class)
          .hasNoSuppressedExceptions();
    }

    @Test
    void createTask_ofAFuture_isAnError() {
      run(() -> {
        var future = getRunningLoop().<Integer>createFuture();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> createTask(future))
            .withMessageStartingWith("a coroutine was expected, got <Future pending")
            .withMessageContaining("await(future)");
      });
    }
  }

  @Nested
  class Coroutines {
    @Test
    void coroutine_awaitedTwice_isAnError() {
      run(() -> {
        var coroutine = coroutine(() -> 1);
        assertThat(await(coroutine)).isEqualTo(1);
        assertIllegalState(() -> await(coroutine))
            .hasMessage("cannot reuse already awaited coroutine");
        assertIllegalState(() -> coroutine.send(null))
            .hasMessage("cannot reuse already awaited coroutine");
        assertIllegalState(() -> await(createTask(coroutine)))
            .hasMessage("cannot reuse already awaited coroutine");
      });
    }

    @Test
    void coroutine_awaitedWhileItIsAwaited_isAnError() {
      run(() -> {
        var open = getRunningLoop().<Integer>createFuture();
        var coroutine = coroutine(() -> await(open));
        var task = createTask(coroutine);
        sleep(0);
        assertIllegalState(() -> await(coroutine)).hasMessage("coroutine is being awaited already");
        open.setResult(1);
        assertThat(await(task)).isEqualTo(1);
      });
    }

    @Test
    void send_ofAValueToANewCoroutine_isAnError() {
      try (var coroutine = coroutine(() -> 1)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> coroutine.send(1))
            .withMessage("can't send non-None value to a just-started coroutine");
      }
    }

    @Test
    void bareFuture_yieldedToATask_isAnError() {
      run(() -> {
        var future = getRunningLoop().<Integer>createFuture();
        assertIllegalState(() -> Lowlevel.suspend(future))
            .hasMessageStartingWith("yield was used instead of yield from in task <Task pending");
        assertIllegalState(() -> Lowlevel.suspend("something"))
            .hasMessage("Task got bad yield: 'something'");
      });
    }

    @Test
    void stopIteration_outOfACoroutine_isAnError() {
      run(() -> {
        var stop = new StopIteration(1);
        var task =
            createTask(() -> {
              throw stop;
            });
        assertIllegalState(() -> await(task))
            .hasMessage("coroutine raised StopIteration")
            .hasCause(stop);
      });
    }

    @Test
    void stopIteration_setOnAFuture_isAnError() {
      run(() -> {
        var future = getRunningLoop().<Integer>createFuture();
        future.setException(new StopIteration(1));
        assertIllegalState(() -> await(future))
            .hasMessage(
                "StopIteration interacts badly with generators and cannot be raised into a Future");
      });
    }
  }

  /// Nothing is lost silently.
  @Nested
  class LostThings {
    @Test
    void task_pendingWhenItsLoopCloses_isReportedAndUnwound() {
      var order = new ArrayList<String>();
      var reports = new ArrayList<ErrorContext>();
      var loop = newEventLoop();
      loop.setExceptionHandler((l, error) -> reports.add(error));
      var task =
          loop.createTask(
              () -> {
                try {
                  order.add("begins");
                  sleep(100);
                } finally {
                  order.add("finally " + (currentTask() != null));
                }
              },
              "forgotten");
      loop.runUntilComplete(() -> sleep(0));
      loop.close();
      assertThat(order).containsExactly("begins", "finally true");
      assertThat(reports)
          .singleElement()
          .satisfies(error -> {
            assertThat(error.message()).isEqualTo("Task was destroyed but it is pending!");
            assertThat(error.task()).isSameAs(task);
            assertThat(error.exception()).isNull();
          });
      assertThat(task.cancelled()).isTrue();
    }

    @Test
    void task_neverStartedWhenItsLoopCloses_isReported() {
      var reports = new ArrayList<String>();
      var order = new ArrayList<String>();
      var loop = newEventLoop();
      loop.setExceptionHandler((l, error) -> reports.add(error.message()));
      var task = loop.createTask(() -> order.add("begins"));
      loop.close();
      assertThat(reports).containsExactly("Task was destroyed but it is pending!");
      assertThat(order).isEmpty();
      assertThat(task.done()).isTrue();
    }

    @Test
    void task_thatAwaitsWhileItIsUnwound_isToldNotTo() {
      var errors = new ArrayList<Throwable>();
      var loop = newEventLoop();
      loop.setExceptionHandler((l, error) -> {});
      loop.createTask(() -> {
        try {
          sleep(100);
        } finally {
          try {
            sleep(0);
          } catch (IllegalStateException e) {
            errors.add(e);
          }
        }
      });
      loop.runUntilComplete(() -> sleep(0));
      loop.close();
      assertThat(errors)
          .singleElement()
          .asString()
          .endsWith("coroutine ignored GeneratorExit: it awaited while its loop was being closed");
    }

    @Test
    void task_thatWillNotEndWhileItIsUnwound_isLeftAsItIs() {
      var ends = new AtomicInteger();
      var loop = newEventLoop();
      loop.setExceptionHandler((l, error) -> {});
      var stubborn =
          loop.createTask(() -> {
            while (true) {
              try {
                sleep(100);
              } catch (Throwable e) {
                ends.incrementAndGet(); // and goes on
              }
            }
          });
      var other =
          loop.createTask(() -> {
            try {
              sleep(100);
            } finally {
              ends.set(-1);
            }
          });
      loop.runUntilComplete(() -> sleep(0));
      try (var logs = Logs.capture()) {
        loop.close();
        assertThat(logs.lines())
            .anyMatch(line -> line.contains("ignored GeneratorExit again and again"));
      }
      assertThat(stubborn.cancelled()).isTrue();
      assertThat(other.cancelled()).isTrue();
      assertThat(ends).hasValue(-1);
    }

    @Test
    void manyPendingTasks_whenTheirLoopCloses_areAllUnwound() {
      var ended = new int[1];
      var loop = newEventLoop();
      loop.setExceptionHandler((l, error) -> {});
      for (int i = 0; i < 1000; i++) {
        loop.createTask(() -> {
          try {
            sleep(100);
          } finally {
            ended[0]++;
          }
        });
      }
      loop.runUntilComplete(() -> sleep(0));
      loop.close();
      assertThat(ended[0]).isEqualTo(1000);
    }

    @Test
    void pendingTask_ofRun_isNotReportedButCancelled() {
      try (var logs = Logs.capture()) {
        var order = new ArrayList<String>();
        run(() -> {
          createTask(() -> {
            try {
              sleep(100);
            } catch (CancelledError e) {
              order.add("cancelled");
              throw e;
            }
          });
          sleep(0);
        });
        assertThat(order).containsExactly("cancelled");
        assertThat(logs.lines()).isEmpty();
      }
    }

    @Test
    void exception_neverRetrieved_isReportedWhenCollected() {
      var reports = new ArrayList<ErrorContext>();
      var problem = new IllegalStateException("unread");
      run(() -> {
        getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
        failAndForget(problem);
        sleep(0);
      });
      assertThat(reports)
          .singleElement()
          .satisfies(error -> {
            assertThat(error.message()).isEqualTo("Task exception was never retrieved");
            assertThat(error.exception()).isSameAs(problem);
            assertThat(error.future().toString())
                .startsWith("<Task finished name='forgotten'")
                .contains("exception=IllegalStateException('unread')");
          });
    }

    private static void failAndForget(RuntimeException problem) {
      createTask(
          () -> {
            throw problem;
          },
          "forgotten");
    }

    @Test
    void exception_neverRetrievedOfAFuture_isReportedWhenCollected() {
      var reports = new ArrayList<ErrorContext>();
      run(() -> {
        getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
        getRunningLoop().createFuture().setException(new IllegalStateException("unread"));
      });
      assertThat(reports)
          .singleElement()
          .extracting(ErrorContext::message)
          .isEqualTo("Future exception was never retrieved");
    }

    @Test
    void exception_thatWasRead_isNotReported() {
      var reports = new ArrayList<ErrorContext>();
      run(() -> {
        getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
        var read = getRunningLoop().<Integer>createFuture();
        read.setException(new IllegalStateException());
        assertThat(read.exception()).isNotNull();
        var awaited = createTask(() -> failing());
        assertIllegalState(() -> await(awaited));
        var cancelled = getRunningLoop().<Integer>createFuture();
        cancelled.setException(new IllegalStateException());
        cancelled.cancel();
        var waited = createTask(() -> failing());
        Asyncio.wait(List.of(waited), Asyncio.FIRST_EXCEPTION);
        assertThat(waited.exception()).isNotNull();
      });
      assertThat(reports).isEmpty();
    }

    private static int failing() {
      throw new IllegalStateException("fails");
    }

    @Test
    void coroutine_neverAwaited_isReportedWhenCollected() {
      try (var logs = Logs.capture()) {
        run(
            () -> {
              coroutine("forgotten", () -> 1);
            },
            RunOptions.defaults().debug(false));
        assertThat(logs.lines())
            .filteredOn(line -> line.contains("was never awaited"))
            .singleElement()
            .asString()
            .startsWith("WARNING coroutine 'forgotten' was never awaited");
      }
    }

    @Test
    void coroutine_neverAwaitedInDebugMode_isReportedWithItsOrigin() {
      try (var logs = Logs.capture()) {
        run(
            () -> {
              coroutine("forgotten", () -> 1);
            },
            RunOptions.defaults().debug(true));
        assertThat(logs.lines())
            .filteredOn(line -> line.contains("was never awaited"))
            .singleElement()
            .asString()
            .contains("Coroutine created at:")
            .contains("MisuseTest.java:");
      }
    }

    @Test
    void coroutine_awaitedOrClosed_isNotReported() {
      try (var logs = Logs.capture()) {
        run(() -> {
          await(coroutine("awaited", () -> 1));
          coroutine("closed", () -> 1).close();
          await(createTask(coroutine("task", () -> 1)));
        });
        assertThat(logs.lines()).isEmpty();
      }
    }
  }

  @Nested
  class Arguments {
    @Test
    void null_whereSomethingToCallIsWanted_isAnError() {
      try (var loop = newEventLoop()) {
        assertThatNullPointerException().isThrownBy(() -> loop.callSoon(null));
        assertThatNullPointerException().isThrownBy(() -> loop.callSoonThreadsafe(null));
        assertThatNullPointerException().isThrownBy(() -> loop.callLater(1, null));
        assertThatNullPointerException().isThrownBy(() -> loop.callAt(1, null));
        assertThatNullPointerException()
            .isThrownBy(() -> loop.createTask((Awaitable<Integer, ?>) null));
        assertThatNullPointerException().isThrownBy(() -> loop.createTask((Action<?>) null));
        assertThatNullPointerException()
            .isThrownBy(() -> loop.createFuture().addDoneCallback(null));
        assertThatNullPointerException().isThrownBy(() -> loop.addSignalHandler("USR2", null));
        assertThatNullPointerException()
            .isThrownBy(() -> loop.runInExecutor(null, (Action<?>) null));
        assertThatNullPointerException().isThrownBy(() -> loop.setBlockingPolicy(null));
        assertThatNullPointerException().isThrownBy(() -> loop.createFuture().setException(null));
        loop.runUntilComplete(() -> sleep(0)); // none of them left anything behind
      }
    }

    @Test
    void null_whereACoroutineIsWanted_isAnError() {
      assertThatNullPointerException().isThrownBy(() -> run((Awaitable<Integer, ?>) null));
      assertThatNullPointerException().isThrownBy(() -> run((Action<?>) null));
      assertThatNullPointerException().isThrownBy(() -> coroutine((Awaitable<Integer, ?>) null));
      assertThatNullPointerException().isThrownBy(() -> coroutine((Action<?>) null));
    }

    @Test
    void nan_whereATimeIsWanted_isAnError() throws Exception {
      var text = "Invalid delay: NaN (not a number)";
      try (var loop = newEventLoop()) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> loop.callLater(Double.NaN, () -> {}))
            .withMessage(text);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> loop.callAt(Double.NaN, () -> {}))
            .withMessage(text);
      }
      run(() -> {
        var future = getRunningLoop().<Integer>createFuture();
        assertThatIllegalArgumentException().isThrownBy(() -> sleep(Double.NaN)).withMessage(text);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> timeout(Double.NaN, () -> 1))
            .withMessage(text);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> waitFor(future, Double.NaN))
            .withMessage(text);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Asyncio.wait(List.of(future), Double.NaN))
            .withMessage(text);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Asyncio.asCompleted(List.of(future), Double.NaN))
            .withMessage(text);
        timeout(
            1,
            t -> {
              assertThatIllegalArgumentException()
                  .isThrownBy(() -> t.reschedule(Double.NaN))
                  .withMessage(text);
            });
      });
    }

    @Test
    void wait_onNothing_isAnError() {
      run(() ->
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Asyncio.wait(List.<Future<Integer>>of()))
              .withMessage("Set of Tasks/Futures is empty."));
    }

    @Test
    void timeout_usedTwice_isAnError() throws Exception {
      run(() -> {
        var limit = jasyncio.Timeout.after(1);
        assertIllegalState(() -> limit.reschedule(1)).hasMessage("Timeout has not been entered");
        limit.run(() -> {
          assertIllegalState(() -> limit.run(() -> 1))
              .hasMessage("Timeout has already been entered");
        });
        assertIllegalState(() -> limit.run(() -> 1)).hasMessage("Timeout has already been entered");
        assertIllegalState(() -> limit.reschedule(1))
            .hasMessage("Cannot change state of finished Timeout");
      });
    }

    @Test
    void taskGroup_usedWrongly_isAnError() {
      run(() -> {
        var group = new TaskGroup();
        assertIllegalState(() -> group.createTask(() -> 1))
            .hasMessage("TaskGroup <TaskGroup> has not been entered");
        group.run(tg -> {
          assertIllegalState(() -> group.run(inner -> 1))
              .hasMessageEndingWith("has already been entered");
          return 1;
        });
        assertIllegalState(() -> group.run(tg -> 1))
            .hasMessageEndingWith("has already been entered");
        assertIllegalState(() -> group.createTask(() -> 1)).hasMessageEndingWith("is finished");
        var refused = coroutine(() -> 1);
        assertIllegalState(() -> group.createTask(refused));
        assertThat(refused.state()).isEqualTo(Coroutine.State.CLOSED);
        try (var open = TaskGroup.open()) {
          open.join();
          assertIllegalState(open::join).hasMessageEndingWith("has already been joined");
        }
      });
    }

    @Test
    void groupOfALambda_joinedOrClosedByItsBody_refusesAndGoesOn() {
      run(() -> {
        var group = new TaskGroup();
        assertIllegalState(group::join).hasMessageContaining("was not made by TaskGroup.open()");
        int value =
            group.run(tg -> {
              var task = tg.createTask(() -> sleep(0, 1));
              assertIllegalState(tg::join).hasMessageContaining("was not made by TaskGroup.open()");
              assertIllegalState(tg::close)
                  .hasMessageContaining("was not made by TaskGroup.open()");
              return await(task);
            });
        assertThat(value).isEqualTo(1);
        assertThatCode(group::close).doesNotThrowAnyException();
      });
    }

    @Test
    void executorShutdown_withATimeThatIsNoNumber_changesNothing() {
      run(() -> {
        var loop = getRunningLoop();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> loop.shutdownDefaultExecutor(Double.NaN));
        assertThat(await(loop.runInExecutor(null, () -> 1))).isEqualTo(1);
      });
    }

    @Test
    void executor_afterItsShutdown_isRefused() {
      run(() -> {
        var loop = getRunningLoop();
        loop.shutdownDefaultExecutor();
        assertIllegalState(() -> loop.runInExecutor(null, () -> 1))
            .hasMessage("Executor shutdown has been called");
        try (var own = Executors.newSingleThreadExecutor()) {
          assertThat(await(loop.runInExecutor(own, () -> 1))).isEqualTo(1);
        }
      });
    }
  }

  @Nested
  class Properties {
    private static void withProperty(String name, String value, Runnable code) {
      var before = System.setProperty(name, value);
      try {
        code.run();
      } finally {
        if (before == null) {
          System.clearProperty(name);
        } else {
          System.setProperty(name, before);
        }
      }
    }

    @Test
    void fibers_withNonsense_saysWhatItTakes() {
      withProperty(
          "jasyncio.fibers",
          "nonsense",
          () ->
              assertThatIllegalArgumentException()
                  .isThrownBy(Asyncio::newEventLoop)
                  .withMessage("jasyncio.fibers is 'nonsense'; it takes scheduled or portable"));
    }

    @Test
    void blocking_withNonsense_saysWhatItTakes() {
      withProperty(
          "jasyncio.blocking",
          "nonsense",
          () ->
              assertThatIllegalArgumentException()
                  .isThrownBy(Asyncio::newEventLoop)
                  .withMessage(
                      "jasyncio.blocking is 'nonsense'; it takes block, switch or forbid"));
    }

    @Test
    void stall_withNonsense_saysWhatItTakes() {
      for (var value : List.of("nonsense", "-1", "NaN", "1s")) {
        withProperty(
            "jasyncio.stall",
            value,
            () ->
                assertThatIllegalArgumentException()
                    .isThrownBy(Asyncio::newEventLoop)
                    .withMessage(
                        "jasyncio.stall is '"
                            + value
                            + "'; it takes seconds, such as 1 or 0.5, or 0 for off"));
      }
    }

    @Test
    void values_inOtherCaseOrWithBlanks_areTaken() {
      withProperty(
          "jasyncio.fibers",
          " PORTABLE ",
          () -> {
            try (var loop = newEventLoop()) {
              assertThat(loop.fibers()).isEqualTo(FiberKind.PORTABLE);
            }
          });
      withProperty(
          "jasyncio.stall",
          " 2.5 ",
          () -> {
            try (var loop = newEventLoop()) {
              assertThat(loop.getStallLimit()).isEqualTo(2.5);
            }
          });
      withProperty(
          "jasyncio.blocking",
          " Block ",
          () -> {
            try (var loop = newEventLoop()) {
              assertThat(loop.getBlockingPolicy()).isEqualTo(BlockingPolicy.BLOCK);
            }
          });
    }
  }

  /// In a JVM without `--add-opens`.
  @Nested
  @Tag("slow")
  class WithoutFlag {
    @Test
    void scheduled_demanded_saysWhichFlagIsMissing() {
      var result = ChildJvm.run(PrintsFibers.class, List.of("-Djasyncio.fibers=scheduled"));
      assertThat(result.output())
          .contains(
              "IllegalStateException: the scheduled fiber runtime cannot be used: the JVM was"
                  + " started without --add-opens java.base/java.lang=ALL-UNNAMED");
      assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void scheduled_notDemanded_fallsBackWithOneLineThatNamesTheFlag() {
      var result = ChildJvm.run(PrintsFibers.class, List.of());
      assertThat(result.output()).contains("PORTABLE PORTABLE");
      assertThat(result.output().lines().filter(line -> line.contains("--add-opens")))
          .singleElement()
          .asString()
          .endsWith(
              "using the portable fiber runtime, which is slower: the JVM was started without"
                  + " --add-opens java.base/java.lang=ALL-UNNAMED");
      assertThat(result.exitCode()).isZero();
    }

    @Test
    void portable_demanded_saysNothing() {
      var result = ChildJvm.run(PrintsFibers.class, List.of("-Djasyncio.fibers=portable"));
      assertThat(result.output()).isEqualTo("PORTABLE PORTABLE");
    }
  }

  /// Prints the fiber runtime of two loops.
  static final class PrintsFibers {
    public static void main(String[] args) {
      var first = run(() -> getRunningLoop().fibers());
      var second = run(() -> getRunningLoop().fibers());
      System.out.println(first + " " + second);
    }
  }
}
