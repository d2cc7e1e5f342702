package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.runCoroutineThreadsafe;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import jasyncio.generator.Generators;
import jasyncio.inspect.TaskInfo;
import jasyncio.net.Streams;
import jasyncio.queue.Queue;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import jasyncio.testing.AsyncTests;
import jasyncio.testkit.Garbage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several loops in one program: calls between them, and one end for all.
@Timeout(600)
class LoopGroupTest {
  private static final ContextVar<String> USER = ContextVar.of("user");

  private final List<String> order = new CopyOnWriteArrayList<>();

  /// What any loop may set, and one waits for.
  private static final class Signal {
    private final CompletableFuture<Boolean> given = new CompletableFuture<>();

    void give() {
      given.complete(true);
    }

    void await() {
      Asyncio.await(given.copy());
    }
  }

  private static void never() {
    await(getRunningLoop().createFuture());
  }

  private static void pause() {
    LockSupport.parkNanos(1_000_000);
  }

  private static EventLoop first(LoopGroup group) {
    return group.loops().getFirst();
  }

  private static final String CLOSED = "the loop was closed";
  private static final String STOPPED = "the loop was stopped";
  private static final String GROUP_CLOSED = "the group was closed";

  /// Its loop came to an end before the task had ended, and nobody had cancelled the call.
  private static void assertLost(Future<?> call, String why) {
    assertThatIllegalStateException()
        .isThrownBy(() -> await(call))
        .withMessageMatching(
            why + " before it had run the call of .*\\(\\) on (jasyncio-)?loop-\\d+");
  }

  /// A task on another loop that has begun, waits for ever, and cleans up when `goOn` is given.
  private Future<String> stubborn(EventLoop loop, Signal begun, Signal goOn) {
    return loop.call(() -> {
      begun.give();
      try {
        never();
      } catch (CancelledError e) {
        order.add("cancelled there");
        goOn.await();
        order.add("ended there");
        throw e;
      }
      return "";
    });
  }

  // ---- loops ------------------------------------------------------------------------------------

  @Nested
  class Loops {
    @Test
    void eachHasAThreadOfItsName_whichIsUnique() {
      run(() -> {
        var names = new HashSet<String>();
        for (int groups = 0; groups < 2; groups++) {
          try (var group = LoopGroup.open(3)) {
            assertThat(group.callEach(() -> Thread.currentThread().isDaemon())).containsOnly(true);
            for (var loop : group.loops()) {
              assertThat(await(loop.call(() -> getRunningLoop()))).isSameAs(loop);
              var name = loop.observer.name();
              assertThat(name).matches("jasyncio-loop-\\d+");
              assertThat(names.add(name)).isTrue();
              assertThat(loop.toString()).contains("of " + name);
            }
          }
        }
      });
    }

    @Test
    void allRunAtTheSameTime() {
      run(() -> {
        try (var group = LoopGroup.open(3)) {
          var barrier = new CyclicBarrier(3);
          group.callEach(() -> barrier.await());
        }
      });
    }

    @Test
    void byDefault_areAsManyAsProcessors() {
      try (var group = LoopGroup.open()) {
        assertThat(group.loops()).hasSize(Runtime.getRuntime().availableProcessors());
      }
    }

    @Test
    void areMadeAsTheOptionsSay() {
      var made = new ArrayList<EventLoop>();
      var options =
          RunOptions.defaults()
              .debug(true)
              .loopFactory(() -> {
                made.add(newEventLoop());
                return made.getLast();
              });
      try (var group = LoopGroup.open(2, options)) {
        assertThat(group.loops()).isEqualTo(made).allMatch(EventLoop::getDebug);
      }
      assertThat(made).allMatch(EventLoop::isClosed);
    }

    @Test
    void factoryThatMakesOneLoopTwice_isRefused() {
      var loop = newEventLoop();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LoopGroup.open(2, RunOptions.defaults().loopFactory(() -> loop)))
          .withMessage(
              "the loop factory has made one loop twice: each thread of a group needs its own");
      assertThat(loop.isClosed()).isTrue();
    }

    private static void assertRefused(@Nullable EventLoop made, String sentence) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LoopGroup.open(1, RunOptions.defaults().loopFactory(() -> made)))
          .withMessage(sentence);
    }

    @Test
    void factoryThatGivesNoNewLoop_isRefused() {
      assertRefused(null, "the loop factory gave null; it is to make a loop");
      var closed = newEventLoop();
      closed.close();
      assertRefused(
          closed,
          "the loop factory gave a loop that is closed, " + closed + "; it is to make a new one");
      run(() -> {
        var here = getRunningLoop();
        assertRefused(
            here,
            "the loop factory gave a loop that runs already, "
                + here
                + "; it is to make a new one");
        sleep(0);
      });
    }

    @Test
    void optionsThatTheLoopRefuses_leaveNoLoopOpen() {
      var loop = EventLoop.create(FiberKind.PORTABLE);
      var options = RunOptions.defaults().loopFactory(() -> loop).blocking(BlockingPolicy.FORBID);
      assertThatIllegalStateException()
          .isThrownBy(() -> LoopGroup.open(1, options))
          .withMessageContaining("needs the scheduled fiber runtime");
      assertThat(loop.isClosed()).isTrue();
    }

    private static List<Object> waysOf(EventLoop loop) {
      return List.of(
          loop.getDebug(), loop.getBlockingPolicy(), loop.fibers(), loop.getStallLimit());
    }

    @Test
    void byDefault_areLikeTheLoopThatRunsHere() {
      for (boolean debug : List.of(true, false)) {
        var options = RunOptions.defaults().debug(debug).fibers(FiberKind.PORTABLE).stallLimit(30);
        run(
            () -> {
              try (var group = LoopGroup.open(2)) {
                assertThat(group.loops())
                    .allSatisfy(
                        loop -> assertThat(waysOf(loop)).isEqualTo(waysOf(getRunningLoop())));
              }
              try (var group = LoopGroup.open(1, RunOptions.defaults())) {
                assertThat(first(group).getStallLimit()).isNotEqualTo(30);
              }
            },
            options);
      }
    }

    @Test
    @Runtimes.ScheduledOnly
    void byDefault_haveTheBlockingPolicyOfTheLoopThatRunsHere() {
      run(
          () -> {
            try (var group = LoopGroup.open()) {
              assertThat(group.loops())
                  .allMatch(loop -> loop.getBlockingPolicy() == BlockingPolicy.SWITCH);
            }
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }

    @Test
    void factoryThatFails_leavesNoLoopOpen() {
      var made = new ArrayList<EventLoop>();
      var options =
          RunOptions.defaults()
              .loopFactory(() -> {
                if (made.size() == 2) {
                  throw new IllegalStateException("no more");
                }
                made.add(newEventLoop());
                return made.getLast();
              });
      assertThatIllegalStateException()
          .isThrownBy(() -> LoopGroup.open(3, options))
          .withMessage("no more");
      assertThat(made).hasSize(2).allMatch(EventLoop::isClosed);
    }

    @Test
    void threadThatCannotBeStarted_leavesNoLoopOpen() {
      var made = new ArrayList<EventLoop>();
      var options =
          RunOptions.defaults()
              .loopFactory(() -> {
                made.add(newEventLoop());
                return made.getLast();
              });
      var started = new AtomicInteger();
      ThreadFactory threads =
          run -> {
            if (started.incrementAndGet() == 2) {
              throw new OutOfMemoryError("no more threads");
            }
            return new Thread(run);
          };
      assertThatThrownBy(() -> LoopGroup.open(3, options, threads)).hasMessage("no more threads");
      Spin.until(() -> made.stream().allMatch(EventLoop::isClosed));
      assertThat(made).hasSize(3);
    }

    @Test
    void none_isRefused() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LoopGroup.open(0))
          .withMessage("a group has at least one loop, got 0");
    }
  }

  // ---- calls ------------------------------------------------------------------------------------

  @Nested
  class Calls {
    @Test
    void result_comesToTheLoopOfTheCaller() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var here = getRunningLoop();
          Future<EventLoop> call =
              group.submit(() -> {
                sleep(0);
                return getRunningLoop();
              });
          assertThat(call.getLoop()).isSameAs(here);
          assertThat(await(call)).isSameAs(first(group)).isNotSameAs(here);
          assertThat(getRunningLoop()).isSameAs(here);
        }
      });
    }

    @Test
    void bodyWithoutAResult_givesNull() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          Future<Void> call =
              group.submit(() -> {
                order.add("ran");
              });
          assertThat(await(call)).isNull();
          await(first(group).call(() -> order.add("again")));
          assertThat(order).containsExactly("ran", "again");
        }
      });
    }

    @Test
    void error_isTheVeryObject_andTellsWhereItWasAwaited() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var error = new IOException("there");
          var caught =
              catchThrowable(() ->
                  await(
                      group.submit(() -> {
                        if (true) {
                          throw error;
                        }
                        return 1;
                      })));
          assertThat(caught).isSameAs(error);
          assertThat(Arrays.toString(caught.getStackTrace()))
              .containsPattern("awaited at \\S*LoopGroupTest"); // there may be a module before it
        }
      });
    }

    @Test
    void contextVariables_areThoseOfTheCaller_andStayThere() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          USER.set("ada");
          var call =
              group.submit(() -> {
                var before = USER.get();
                USER.set("bob");
                sleep(0);
                return before + USER.get();
              });
          USER.set("eve"); // too late
          assertThat(await(call)).isEqualTo("adabob");
          assertThat(USER.get()).isEqualTo("eve");
        }
      });
    }

    @Test
    void options_nameTheTask_andGiveItAContext() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var context = new Context();
          var options = TaskOptions.named("job").context(context);
          var name =
              await(
                  first(group)
                      .call(
                          () -> {
                            USER.set("ada");
                            return currentTask().getName();
                          },
                          options));
          assertThat(name).isEqualTo("job");
          assertThat(context.get(USER)).isEqualTo("ada");
          await(first(group).call(() -> order.add(USER.get("nobody")), options.name("again")));
          assertThat(order).containsExactly("ada");
        }
      });
    }

    @Test
    void onTheLoopOfTheCaller_worksToo() {
      run(() -> {
        var here = getRunningLoop();
        assertThat(await(here.call(() -> getRunningLoop()))).isSameAs(here);
        var error = new IOException();
        assertThatThrownBy(() ->
                await(
                    here.call(() -> {
                      throw error;
                    })))
            .isSameAs(error);
        var call = here.call(() -> never());
        sleep(0);
        call.cancel("enough");
        assertThatThrownBy(() -> await(call)).isInstanceOf(CancelledError.class);
      });
    }

    @Test
    void onTheLoopOfTheCaller_virtualTimeGoesOn() throws Exception {
      AsyncTests.run(() -> {
        double begin = getRunningLoop().time();
        await(getRunningLoop().call(() -> sleep(1000)));
        assertThat(getRunningLoop().time() - begin).isCloseTo(1000, within(1e-6));
      });
    }

    @Test
    void fromALoopOfTheGroupToTheCallers_goesBack() {
      run(() -> {
        try (var group = LoopGroup.open(2)) {
          var here = getRunningLoop();
          var path =
              await(
                  group
                      .loops()
                      .get(0)
                      .call(() -> {
                        var next = await(group.loops().get(1).call(() -> getRunningLoop()));
                        var home = await(here.call(() -> getRunningLoop()));
                        return List.of(getRunningLoop(), next, home);
                      }));
          assertThat(path).containsExactly(group.loops().get(0), group.loops().get(1), here);
        }
      });
    }

    @Test
    void sentOneAfterTheOther_beginInThatOrder() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var calls = new ArrayList<Future<Void>>();
          for (int i = 0; i < 100; i++) {
            int n = i;
            calls.add(
                first(group)
                    .call(() -> {
                      order.add("" + n);
                    }));
          }
          await(gather(calls));
          assertThat(order).hasSize(100).isSortedAccordingTo((a, b) -> a.length() - b.length());
        }
      });
    }

    @Test
    void whereNoLoopRuns_saysWhatToDo() throws Exception {
      try (var group = LoopGroup.open(1)) {
        assertThatIllegalStateException()
            .isThrownBy(() -> group.submit(() -> 1))
            .withMessage(
                "no event loop runs here whose tasks could await the call; a plain thread uses"
                    + " runCoroutineThreadsafe(body, group.leastLoaded())");
        assertThat(runCoroutineThreadsafe(() -> 1, group.leastLoaded()).get()).isEqualTo(1);
        assertThatIllegalStateException()
            .isThrownBy(() -> first(group).call(() -> 1))
            .withMessageEndingWith("a plain thread uses runCoroutineThreadsafe(body, loop)");
        assertThatIllegalStateException()
            .isThrownBy(() -> group.callEach(() -> 1))
            .withMessage(
                "callEach waits for all loops, and no task runs here that could; use run(...) or"
                    + " createTask(...)");
      }
    }

    @Test
    void ofAFuture_isRefused_andToldWhereToAwaitIt() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var ours = getRunningLoop().<Integer>createFuture();
          var theirs = first(group).<Integer>createFuture();
          for (var future : List.of(ours, theirs)) {
            var remedy =
                future == ours
                    ? "await(future) waits for it here"
                    : "have its own loop wait for it: future.getLoop().call(() -> await(future))";
            for (var call :
                List.<Runnable>of(() -> group.submit(future), () -> first(group).call(future))) {
              assertThatIllegalArgumentException()
                  .isThrownBy(call::run)
                  .withMessage(
                      "a coroutine was expected, got "
                          + future
                          + ", which is on its way already; "
                          + remedy);
            }
          }
          first(group).callSoonThreadsafe(() -> theirs.setResult(5));
          assertThat(await(theirs.getLoop().call(() -> await(theirs)))).isEqualTo(5);
        }
      });
    }

    @Test
    void onEachLoop_ofWhatRunsOnlyOnce_isRefused() {
      try (var logs = Logs.capture()) {
        run(() -> {
          try (var group = LoopGroup.open(1)) {
            for (var once : List.of(coroutine("f", () -> 1), getRunningLoop().createFuture())) {
              assertThatIllegalArgumentException()
                  .isThrownBy(() -> group.callEach(once))
                  .withMessage(
                      "callEach runs a coroutine on each loop, got "
                          + once
                          + ", which runs only once; give a lambda: callEach(() -> { … })");
            }
          }
        });
        assertThat(logs.lines()).isEmpty();
      }
    }

    @Test
    void ofACoroutine_runsIt() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          assertThat(await(group.submit(coroutine("f", () -> 5)))).isEqualTo(5);
        }
      });
    }

    @Test
    void resultCannotBeSetByOthers() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          Future<Integer> call = group.submit(() -> 1);
          assertThatIllegalStateException()
              .isThrownBy(() -> call.setResult(2))
              .withMessage("the result of a call is set by the loop that runs it");
          assertThatIllegalStateException()
              .isThrownBy(() -> call.setException(new IOException()))
              .withMessage("the exception of a call is set by the loop that runs it");
          assertThat(await(call)).isEqualTo(1);
        }
      });
    }

    @Test
    void whoWaits_saysForWhatAndWhere() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var begun = new Signal();
          var call =
              first(group)
                  .call(
                      () -> {
                        begun.give();
                        never();
                      },
                      TaskOptions.named("fetcher"));
          var task = createTask(() -> await(call));
          sleep(0);
          begun.await();
          var info = task.waitsFor();
          assertThat(info.kind()).isEqualTo(WaitInfo.Kind.THREAD);
          assertThat(info.what()).endsWith("() on " + first(group).label + ", fetcher");
          assertThat(call.toString())
              .startsWith("<Future pending call=<")
              .contains(first(group).label);
          call.cancel();
        }
      });
    }

    @Test
    void whoLooksAtTheTaskThere_seesWhoHasCalled() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          currentTask().setName("boss");
          Awaitable<List<String>, RuntimeException> look =
              () -> {
                var found = TaskInfo.capture(currentTask()).awaitedBy();
                while (found.isEmpty()) { // it is not awaited yet
                  sleep(0);
                  found = TaskInfo.capture(currentTask()).awaitedBy();
                }
                return found;
              };
          var here = getRunningLoop();
          assertThat(await(group.submit(look))).containsExactly("boss on " + here.observer.name());
          assertThat(await(here.call(look))).containsExactly("boss");
          var called = here.<Future<List<String>>>createFuture();
          here.callSoon(() -> called.setResult(group.submit(look)));
          assertThat(await(await(called))).containsExactly("a callback on " + here.observer.name());
          var forgotten = new AtomicReference<Task<?>>();
          var unawaited =
              group.submit(() -> {
                forgotten.set(currentTask());
                never();
              });
          while (forgotten.get() == null) {
            sleep(0);
          }
          assertThat(await(group.submit(() -> TaskInfo.capture(forgotten.get()).awaitedBy())))
              .isEmpty();
          unawaited.cancel();
        }
      });
    }

    @Test
    void futureOfAnotherLoop_cannotBeAwaited() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var future = getRunningLoop().createFuture();
          assertThatThrownBy(() -> await(group.submit(() -> await(future))))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("attached to a different loop")
              .hasMessageContaining(first(group).label);
        }
      });
    }

    @Test
    void taskFactoryThatFails_failsTheCall() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          await(
              first(group)
                  .call(() -> {
                    getRunningLoop()
                        .setTaskFactory(
                            new TaskFactory() {
                              @Override
                              public <T extends @Nullable Object> Future<T> create(
                                  EventLoop loop, Coroutine<T> coroutine, TaskOptions options) {
                                throw new IllegalStateException("no tasks");
                              }
                            });
                  }));
          assertThatIllegalStateException()
              .isThrownBy(() -> await(group.submit(() -> 1)))
              .withMessage("no tasks");
          assertThat(first(group).calls.size()).isZero();
          first(group).setTaskFactory(null);
        }
      });
    }
  }

  // ---- cancellation -----------------------------------------------------------------------------

  @Nested
  class Cancelling {
    @Test
    void reachesTheTaskThere_withSourceAndReason() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var begun = new Signal();
          var seen = new AtomicReference<Cancellation>();
          var call =
              group.submit(() -> {
                begun.give();
                try {
                  never();
                } catch (CancelledError e) {
                  seen.set(e.cancellation());
                  throw e;
                }
              });
          begun.await();
          assertThat(call.cancel("enough")).isTrue();
          assertThat(call.done()).isFalse();
          assertThat(call.cancellation().reason()).isEqualTo("enough");
          assertThatThrownBy(() -> await(call))
              .isInstanceOf(CancelledError.class)
              .hasMessage("enough");
          assertThat(call.cancelled()).isTrue();
          assertThat(call.cancellation()).isNotNull();
          assertThat(seen.get().source()).isEqualTo(Cancellation.Source.CANCEL);
          assertThat(seen.get().reason()).isEqualTo("enough");
          assertThat(seen.get().by()).isEqualTo(currentTask().getName());
        }
      });
    }

    @Test
    void ofWhoAwaits_arrivesWhenTheTaskThereHasEnded() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var begun = new Signal();
          var goOn = new Signal();
          var call = stubborn(first(group), begun, goOn);
          var waiter =
              createTask(() -> {
                try {
                  await(call);
                } finally {
                  order.add("arrived here");
                }
              });
          sleep(0);
          begun.await();
          waiter.cancel();
          await(first(group).call(() -> order.add("asked again")));
          assertThat(waiter.done()).isFalse();
          goOn.give();
          assertThatThrownBy(() -> await(waiter)).isInstanceOf(CancelledError.class);
          assertThat(order)
              .containsExactly("cancelled there", "asked again", "ended there", "arrived here");
        }
      });
    }

    @Test
    void thatTheTaskRefuses_isRefusedHere() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var begun = new Signal();
          var call =
              group.submit(() -> {
                begun.give();
                try {
                  never();
                } catch (CancelledError e) {
                  sleep(0);
                }
                return "all the same";
              });
          var waiter = createTask(() -> await(call));
          sleep(0);
          begun.await();
          waiter.cancel();
          assertThat(await(waiter)).isEqualTo("all the same");
        }
      });
    }

    @Test
    void thatTheTaskAnswersWithAnError_isThatErrorHere() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var begun = new Signal();
          var call =
              group.submit(() -> {
                begun.give();
                try {
                  never();
                } catch (CancelledError e) {
                  throw new IOException("cannot clean up");
                }
              });
          begun.await();
          call.cancel();
          assertThatThrownBy(() -> await(call)).hasMessage("cannot clean up");
        }
      });
    }

    @Test
    void onALoopThatDoesNotRun_beforeItBegins_endsAtOnce() {
      run(() -> {
        var other = newEventLoop();
        var body = coroutine(() -> 1);
        var call = other.call(body);
        assertThatThrownBy(() -> waitFor(call, 0.01)).isInstanceOf(TimeoutException.class);
        assertThat(call.cancelled()).isTrue();
        assertThat(other.calls.size()).isZero();
        toThread(() -> {
          other.runUntilComplete(() -> sleep(0)); // what it was sent has no effect any more
          other.close();
        });
      });
    }

    @Test
    void beforeItBegins_theBodyIsNeverCalled() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var goOn = new CountDownLatch(1);
          first(group).callSoonThreadsafe(() -> Spin.until(() -> goOn.getCount() == 0));
          var call = group.submit(() -> order.add("ran"));
          call.cancel();
          goOn.countDown();
          assertThatThrownBy(() -> await(call)).isInstanceOf(CancelledError.class);
          assertThat(order).isEmpty();
        }
      });
    }

    @Test
    void thatComesTooLateForTheTask_countsHere() throws Exception {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var ended = new CountDownLatch(1);
          var call =
              first(group)
                  .call(() -> {
                    currentTask().addDoneCallback(_ -> getRunningLoop().callSoon(ended::countDown));
                    return 1;
                  });
          ended.await(); // this loop stands still meanwhile, and does not learn of the end
          assertThat(call.cancel("late")).isTrue();
          assertThatThrownBy(() -> await(call))
              .isInstanceOf(CancelledError.class)
              .hasMessage("late");
        }
      });
    }

    @Test
    void thatComesTooLateForATaskThatFailed_losesNoError() throws Exception {
      var reports = new ArrayList<String>();
      run(() -> {
        getRunningLoop()
            .setExceptionHandler((l, e) -> reports.add(e.message() + ": " + e.exception()));
        try (var group = LoopGroup.open(1)) {
          var ended = new CountDownLatch(1);
          var call =
              first(group)
                  .call(() -> {
                    currentTask().addDoneCallback(_ -> getRunningLoop().callSoon(ended::countDown));
                    throw new IOException("broken");
                  });
          ended.await();
          call.cancel();
          assertThatThrownBy(() -> await(call)).isInstanceOf(CancelledError.class);
        }
      });
      assertThat(reports).hasSize(1);
      assertThat(reports.getFirst())
          .matches(
              "the call of .*\\(\\) on jasyncio-loop-\\d+ has failed as it was cancelled: .*broken");
    }

    @Test
    void ofTheTaskThere_byItself_cancelsTheFuture() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var call =
              group.submit(() -> {
                currentTask().cancel("by itself");
                never();
              });
          assertThatThrownBy(() -> await(call))
              .isInstanceOf(CancelledError.class)
              .hasMessage("by itself");
        }
      });
    }

    @Test
    void afterTheEnd_isTooLate() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var call = group.submit(() -> 1);
          await(call);
          assertThat(call.cancel()).isFalse();
          assertThat(call.result()).isEqualTo(1);
        }
      });
    }

    @Test
    void shield_protectsTheCall() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var goOn = new Signal();
          var call =
              group.submit(() -> {
                goOn.await();
                return 1;
              });
          var waiter = createTask(() -> await(shield(call)));
          sleep(0);
          waiter.cancel();
          assertThatThrownBy(() -> await(waiter)).isInstanceOf(CancelledError.class);
          goOn.give();
          assertThat(await(call)).isEqualTo(1);
        }
      });
    }

    @Test
    void timeLimit_holdsOnTheOtherLoop() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var call = group.submit(LoopGroupTest::never);
          assertThatThrownBy(() -> Asyncio.waitFor(() -> await(call), 0.001))
              .isInstanceOf(java.util.concurrent.TimeoutException.class);
          assertThat(call.cancellation().source()).isEqualTo(Cancellation.Source.TIMEOUT);
        }
      });
    }

    @Test
    void circleOverTwoLoops_isBroken() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var here = getRunningLoop();
          var self = new AtomicReference<Task<?>>();
          var closed = new Signal();
          var circle =
              createTask(() ->
                  await(
                      first(group)
                          .call(() ->
                              await(
                                  here.call(() -> {
                                    closed.give();
                                    await(self.get());
                                  })))));
          self.set(circle);
          closed.await();
          sleep(0);
          circle.cancel("round and round");
          var error = catchThrowableOfType(CancelledError.class, () -> await(circle));
          assertThat(error.cancellation().reason()).isEqualTo("round and round");
        }
      });
    }
  }

  /// Under `SWITCH`: see [BlockingPolicy].
  @Nested
  @Runtimes.ScheduledOnly
  class Blocking {
    private static final RunOptions SWITCH = RunOptions.defaults().blocking(BlockingPolicy.SWITCH);

    @Test
    void callThatBlocks_leavesOthersOfItsLoopAlone_andIsInterruptedByCancelling() {
      run(() -> {
        try (var group = LoopGroup.open(1, SWITCH)) {
          var begun = new Signal();
          var blocked =
              group.submit(() -> {
                begun.give();
                new CountDownLatch(1).await();
              });
          begun.await();
          assertThat(await(group.submit(() -> 1))).isEqualTo(1);
          blocked.cancel("enough");
          assertThatThrownBy(() -> await(blocked))
              .isInstanceOf(CancelledError.class)
              .hasMessage("enough");
        }
      });
    }

    @Test
    void callThatBlocks_isInterruptedAtTheEnd() {
      run(() -> {
        var begun = new Signal();
        try (var group = LoopGroup.open(2, SWITCH)) {
          group.submit(() -> {
            begun.give();
            try {
              new CountDownLatch(1).await();
            } finally {
              order.add("ended");
            }
          });
          begun.await();
        }
        assertThat(order).containsExactly("ended");
      });
    }
  }

  // ---- groups of tasks --------------------------------------------------------------------------

  @Nested
  class TaskGroups {
    @Test
    void failureOnOneLoop_cancelsTheTasksOnTheOthers_andWaitsForThem() {
      run(() -> {
        try (var group = LoopGroup.open(3)) {
          var goOn = new Signal();
          var begun = new Signal();
          var begunToo = new Signal();
          var error =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      taskGroup(tg -> {
                        tg.createTask(() -> await(stubborn(group.loops().get(0), begun, goOn)));
                        tg.createTask(() ->
                            await(
                                group
                                    .loops()
                                    .get(1)
                                    .call(() -> {
                                      begun.await();
                                      begunToo.await();
                                      throw new IOException("broken");
                                    })));
                        tg.createTask(() ->
                            await(
                                group
                                    .loops()
                                    .get(2)
                                    .call(() -> {
                                      begunToo.give();
                                      try {
                                        never();
                                      } finally {
                                        goOn.give();
                                      }
                                    })));
                      }));
          assertThat(error.exceptions()).singleElement().isInstanceOf(IOException.class);
          assertThat(order).containsExactly("cancelled there", "ended there");
          assertThat(group.loops()).allMatch(loop -> loop.calls.size() == 0);
        }
      });
    }

    @Test
    void callEach_givesResultsInTheOrderOfTheLoops() {
      run(() -> {
        try (var group = LoopGroup.open(3)) {
          List<EventLoop> found = group.callEach(() -> getRunningLoop());
          assertThat(found).isEqualTo(group.loops());
          var count = new AtomicInteger();
          group.callEach(() -> {
            count.incrementAndGet();
          });
          assertThat(count).hasValue(3);
        }
      });
    }

    @Test
    void callEach_ofWhichOneFails_cancelsTheOthers() {
      run(() -> {
        try (var group = LoopGroup.open(2)) {
          var error =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      group.callEach(() -> {
                        if (getRunningLoop() == first(group)) {
                          throw new IOException("broken");
                        }
                        never();
                      }));
          assertThat(error.exceptions()).singleElement().isInstanceOf(IOException.class);
        }
      });
    }
  }

  // ---- placement --------------------------------------------------------------------------------

  @Nested
  class Placement {
    @Test
    void equallyLoadedLoops_takeTurns() {
      run(() -> {
        try (var group = LoopGroup.open(3)) {
          var chosen = new ArrayList<EventLoop>();
          for (int i = 0; i < 6; i++) {
            chosen.add(await(group.submit(() -> getRunningLoop())));
            assertThat(group.loops()).allMatch(loop -> loop.calls.size() == 0);
          }
          assertThat(chosen.subList(0, 3)).isEqualTo(group.loops());
          assertThat(chosen.subList(3, 6)).isEqualTo(group.loops());
        }
      });
    }

    @Test
    void loopWithTheFewestOpenCalls_isTaken() {
      run(() -> {
        try (var group = LoopGroup.open(3)) {
          var busy = List.of(0, 0, 1, 2, 2);
          var calls = new ArrayList<Future<Void>>();
          for (int i : busy) {
            calls.add(group.loops().get(i).call(LoopGroupTest::never));
          }
          for (int i = 0; i < 4; i++) {
            assertThat(group.leastLoaded()).isSameAs(group.loops().get(1));
          }
          calls.getFirst().cancel();
          calls.get(1).cancel();
          await(gather(calls.subList(0, 2).stream().map(LoopGroupTest::ended).toList()));
          assertThat(group.leastLoaded()).isSameAs(group.loops().get(0));
          calls.forEach(Future::cancel);
        }
      });
    }

    @Test
    void manyAtOnce_areSpreadEvenly() {
      run(() -> {
        try (var group = LoopGroup.open(4)) {
          var goOn = new Signal();
          var calls = new ArrayList<Future<Void>>();
          for (int i = 0; i < 100; i++) {
            calls.add(group.submit(() -> goOn.await()));
          }
          assertThat(group.loops()).allMatch(loop -> loop.calls.size() == 25);
          goOn.give();
          await(gather(calls));
        }
      });
    }

    @Test
    void aTaskStaysOnItsLoop() {
      run(() -> {
        try (var group = LoopGroup.open(2)) {
          var call =
              group.submit(() -> {
                var seen = new HashSet<EventLoop>();
                for (int i = 0; i < 20; i++) {
                  toThread(() -> seen.add(first(group)));
                  sleep(0);
                  seen.add(getRunningLoop());
                }
                return seen;
              });
          assertThat(await(call)).isEqualTo(Set.of(first(group)));
        }
      });
    }
  }

  /// Waits for the end of a call, whichever.
  private static Awaitable<Boolean, RuntimeException> ended(Future<?> call) {
    return () -> {
      try {
        await(call);
      } catch (CancelledError e) {
        return true;
      }
      return true;
    };
  }

  // ---- what may be shared -----------------------------------------------------------------------

  @Nested
  class Sharing {
    @Test
    void threadsafeQueue_suspendsOnAllLoops() {
      run(() -> {
        try (var group = LoopGroup.open(2)) {
          var there = new ThreadsafeQueue<Integer>(1);
          var back = new ThreadsafeQueue<Integer>(1);
          var squares =
              group
                  .loops()
                  .get(0)
                  .call(() -> {
                    for (int n : there) { // suspends while it is empty
                      back.put(n * n); // and here while it is full
                    }
                    back.shutdown();
                  });
          var sum =
              group
                  .loops()
                  .get(1)
                  .call(() -> {
                    int total = 0;
                    for (int n : back) {
                      total += n;
                    }
                    return total;
                  });
          for (int i = 1; i <= 100; i++) {
            there.put(i);
          }
          there.shutdown();
          await(squares);
          assertThat(await(sum)).isEqualTo(338350);
        }
      });
    }

    @Test
    void queueOfAnotherLoop_isRefused() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var queue = new Queue<Integer>();
          var waiter = createTask(() -> queue.get());
          sleep(0);
          assertThatThrownBy(() -> await(group.submit(() -> queue.get())))
              .isInstanceOf(IllegalStateException.class);
          waiter.cancel();
        }
      });
    }
  }

  /// What the tutorial says of what is shared by mistake.
  @Nested
  class SharingWrongly {
    /// The selector of the server's loop is locked while that waits.
    @Test
    void serverOfAnotherLoopThatWaits_isClosed_andHoldsNobodyUp() throws IOException {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var server =
              await(
                  group.submit(
                      () -> Streams.startServer((_, writer) -> writer.close(), "127.0.0.1", 0)),
                  IOException.class);
          while (!server.getLoop().core.waiting().isWaiting()) {
            sleep(0);
          }
          server.close();
          await(group.submit(server::waitClosed));
        }
      });
    }

    private static void assertRefusedThere(LoopGroup group, Action<?> wrong, String sentence) {
      assertThatThrownBy(() -> await(group.submit(wrong)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(sentence);
    }

    @Test
    void whatWouldWait_isRefused() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var here = getRunningLoop();
          var lock = new Lock();
          var holder = createTask(() -> lock.run(LoopGroupTest::never));
          var waiter = createTask(() -> lock.run(() -> {}));
          sleep(0);
          assertRefusedThere(group, () -> await(holder), "attached to a different loop");
          assertRefusedThere(group, () -> lock.run(() -> {}), "is bound to a different event loop");
          assertRefusedThere(group, () -> here.createTask(() -> 1), "Non-thread-safe operation");
          taskGroup(tg -> {
            assertRefusedThere(group, () -> tg.createTask(() -> 1), "Non-thread-safe operation");
          });
          holder.cancel();
          await(waiter);
        }
      });
    }

    @Test
    void whatWakesTasks_isRefusedInDebugMode() {
      run(
          () -> {
            try (var group = LoopGroup.open(1)) {
              var here = getRunningLoop();
              var future = here.<Integer>createFuture();
              var event = new Event();
              var queue = new Queue<Integer>();
              var waiters =
                  List.<Task<?>>of(
                      createTask(() -> await(future)),
                      createTask(() -> event.await()),
                      createTask(() -> queue.get()));
              sleep(0);
              var wrong = "Non-thread-safe operation";
              assertRefusedThere(group, () -> future.setResult(1), wrong);
              assertRefusedThere(group, () -> waiters.getFirst().cancel(), wrong);
              assertRefusedThere(group, () -> here.callSoon(() -> {}), wrong);
              assertRefusedThere(group, () -> event.set(), wrong);
              assertRefusedThere(group, () -> queue.putNowait(1), wrong);
              waiters.forEach(Task::cancel);
            }
          },
          RunOptions.defaults().debug(true));
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Nested
  class Closing {
    @Test
    void cancelsWhatIsLeft_andWaitsForIt() {
      run(() -> {
        var begun = new Signal();
        var seen = new AtomicReference<Cancellation>();
        Future<?> call;
        EventLoop loop;
        try (var group = LoopGroup.open(2)) {
          loop = first(group);
          call =
              loop.call(() -> {
                begun.give();
                try {
                  never();
                } catch (CancelledError e) {
                  seen.set(e.cancellation());
                  sleep(0.001); // may wait
                  order.add("cleaned up");
                  throw e;
                }
              });
          begun.await();
        }
        order.add("closed");
        assertThat(order).containsExactly("cleaned up", "closed");
        assertThat(loop.isClosed()).isTrue();
        assertLost(call, GROUP_CLOSED);
        assertThat(seen.get().source()).isEqualTo(Cancellation.Source.SHUTDOWN);
        assertThat(seen.get().by()).isEqualTo("the closing of the group");
      });
    }

    @Test
    void inAPlainThread_waitsAsWell() throws Exception {
      var begun = new CountDownLatch(1);
      var group = LoopGroup.open(2);
      var theirs =
          runCoroutineThreadsafe(
              () -> {
                begun.countDown();
                try {
                  never();
                } finally {
                  order.add("cleaned up");
                }
              },
              group.leastLoaded());
      begun.await();
      Thread.currentThread().interrupt();
      group.close();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(order).containsExactly("cleaned up");
      assertThat(group.loops()).allMatch(EventLoop::isClosed);
      assertThat(theirs).isCancelled();
      assertThat(group).hasToString("<LoopGroup loops=2 closed>");
      group.close();
    }

    @Test
    void cleanUpOfATask_mayStillCallOtherLoops() {
      run(() -> {
        var begun = new Signal();
        Future<?> call;
        try (var group = LoopGroup.open(2)) {
          call =
              group
                  .loops()
                  .get(0)
                  .call(() -> {
                    begun.give();
                    try {
                      never();
                    } finally {
                      for (int i = 0; i < 20; i++) {
                        sleep(0);
                        order.add(await(group.loops().get(1).call(() -> "helped")));
                      }
                    }
                  });
          begun.await();
        }
        assertLost(call, GROUP_CLOSED);
        assertThat(order).hasSize(20).containsOnly("helped");
      });
    }

    @Test
    void closesAsynchronousGeneratorsAndExecutors() throws Exception {
      run(() -> {
        var threads = new CopyOnWriteArrayList<Thread>();
        try (var group = LoopGroup.open(1)) {
          await(
              group.submit(() -> {
                toThread(() -> threads.add(Thread.currentThread()));
                var numbers =
                    Generators.<Integer>asyncGenerator(y -> {
                      try {
                        y.yield(1);
                        y.yield(2);
                      } finally {
                        order.add("generator closed");
                      }
                    });
                numbers.iterator().next();
              }));
        }
        assertThat(order).containsExactly("generator closed");
        assertThat(threads).hasSize(1);
        assertThat(threads.getFirst().join(Duration.ofMinutes(5))).isTrue();
      });
    }

    @Test
    void secondOne_waitsForTheFirst() {
      run(() -> {
        var group = LoopGroup.open(1);
        var begun = new Signal();
        var goOn = new Signal();
        var call = stubborn(first(group), begun, goOn);
        begun.await();
        var one = createTask(group::close);
        var two = createTask(group::close);
        while (order.isEmpty()) {
          sleep(0);
        }
        assertThat(one.done()).isFalse();
        assertThat(two.done()).isFalse();
        goOn.give();
        await(gather(one, two));
        assertThat(first(group).isClosed()).isTrue();
        assertLost(call, GROUP_CLOSED);
      });
    }

    @Test
    void cancelledMeanwhile_waitsAllTheSame_andIsCancelledAfterwards() {
      run(() -> {
        var group = LoopGroup.open(1);
        var begun = new Signal();
        var goOn = new Signal();
        var call = stubborn(first(group), begun, goOn);
        begun.await();
        var closer =
            createTask(() -> {
              group.close();
              order.add("closed");
              sleep(0);
              order.add("never");
            });
        while (order.isEmpty()) {
          sleep(0);
        }
        closer.cancel("hurry");
        sleep(0);
        sleep(0);
        assertThat(closer.done()).isFalse();
        goOn.give();
        assertThatThrownBy(() -> await(closer))
            .isInstanceOf(CancelledError.class)
            .hasMessage("hurry");
        assertThat(order).containsExactly("cancelled there", "ended there", "closed");
        assertLost(call, GROUP_CLOSED);
      });
    }

    @Test
    void onALoopOfTheGroup_onlyBegins() {
      run(() -> {
        var group = LoopGroup.open(2);
        var call =
            group.submit(() -> {
              group.close();
              order.add("went on");
              never();
            });
        assertLost(call, GROUP_CLOSED);
        group.close();
        assertThat(order).containsExactly("went on");
        assertThat(group.loops()).allMatch(EventLoop::isClosed);
      });
    }

    @Test
    void inACallback_onlyBegins() {
      run(() -> {
        var group = LoopGroup.open(1);
        var over = getRunningLoop().<Boolean>createFuture();
        getRunningLoop()
            .callSoon(() -> {
              group.close();
              over.setResult(true);
            });
        await(over);
        group.close();
        assertThat(group.loops()).allMatch(EventLoop::isClosed);
      });
    }

    @Test
    void whileTheLoopOfTheCallerIsClosed_onlyBegins() {
      var groups = new ArrayList<LoopGroup>();
      var loop = newEventLoop();
      loop.setExceptionHandler((l, e) -> {});
      loop.createTask(() -> {
        try (var group = LoopGroup.open(1)) {
          groups.add(group);
          await(group.submit(LoopGroupTest::never));
        }
      });
      loop.runUntilComplete(() -> sleep(0));
      loop.close();
      groups.getFirst().close();
      assertThat(first(groups.getFirst()).isClosed()).isTrue();
    }

    @Test
    void nothingCanBeSubmittedAfterwards() {
      run(() -> {
        var group = LoopGroup.open(2);
        group.close();
        assertThatIllegalStateException()
            .isThrownBy(() -> group.submit(() -> 1))
            .withMessage("LoopGroup is closed");
        assertThatIllegalStateException()
            .isThrownBy(() -> group.callEach(() -> 1))
            .withMessage("LoopGroup is closed");
        assertThatIllegalStateException()
            .isThrownBy(() -> first(group).call(() -> 1))
            .withMessage("Event loop is closed");
        assertThat(first(group).calls.size()).isZero();
      });
    }

    @Test
    void whoAwaitsCalls_isToldAtTheEnd() {
      run(() -> {
        var group = LoopGroup.open(2);
        var calls = new ArrayList<Future<Void>>();
        for (int i = 0; i < 20; i++) {
          calls.add(group.submit(LoopGroupTest::never));
        }
        group.close();
        for (var call : calls) {
          assertLost(call, GROUP_CLOSED);
        }
      });
    }

    @Test
    void loopThatEndsAlready_isNotStoppedInItsCleanUp() {
      run(() -> {
        var group = LoopGroup.open(2);
        var begun = new Signal();
        var goOn = new Signal();
        var call = stubborn(first(group), begun, goOn);
        begun.await();
        first(group).callSoonThreadsafe(first(group)::stop);
        while (order.isEmpty()) {
          sleep(0);
        }
        var closer = createTask(group::close);
        sleep(0); // it has told all loops to stop
        await(first(group).call(() -> order.add("asked afterwards")));
        goOn.give();
        await(closer);
        assertThat(order).containsExactly("cancelled there", "asked afterwards", "ended there");
        assertLost(call, STOPPED);
      });
    }

    /// A task on `loop` that ends when the group does; it has cancelled all its tasks by then, and
    /// the entries that it has sent to `other` have had their turn.
    private void tellsWhenAllAreCancelled(
        EventLoop loop, EventLoop other, Signal begun, Signal over) {
      loop.call(() -> {
        begun.give();
        try {
          never();
        } finally {
          await(other.call(() -> true));
          over.give();
        }
      });
    }

    @Test
    void cleanUpOfATaskThatAnotherLoopOfTheGroupAwaits_isNotCancelled() {
      run(() -> {
        for (int round = 0; round < 20; round++) {
          var begun = List.of(new Signal(), new Signal(), new Signal());
          var over = List.of(new Signal(), new Signal());
          Future<?> call;
          try (var group = LoopGroup.open(2)) {
            var one = group.loops().get(0);
            var two = group.loops().get(1);
            call =
                one.call(() -> {
                  taskGroup(tg ->
                      tg.createTask(() ->
                          await(
                              two.call(() -> {
                                begun.get(0).give();
                                try {
                                  never();
                                } finally {
                                  over.get(0).await();
                                  over.get(1).await();
                                  order.add("cleaned up");
                                }
                              }))));
                });
            tellsWhenAllAreCancelled(one, two, begun.get(1), over.get(0));
            tellsWhenAllAreCancelled(two, one, begun.get(2), over.get(1));
            begun.forEach(Signal::await);
          }
          assertLost(call, GROUP_CLOSED);
        }
        assertThat(order).hasSize(20).containsOnly("cleaned up");
      });
    }

    @Test
    void wordOfTheSameEnd_comesToATaskOnce() {
      run(() -> {
        var end = Cancellation.shutdown(getRunningLoop(), "the end");
        var child =
            createTask(() -> {
              try {
                never();
              } finally {
                sleep(0);
                sleep(0);
                order.add("child");
              }
            });
        var parent =
            createTask(() -> {
              try {
                await(child);
              } finally {
                sleep(0);
                sleep(0);
                order.add("parent");
              }
            });
        sleep(0);
        while (!parent.done()) {
          assertThat(end.reach(parent)).isTrue();
          assertThat(end.reach(child)).isEqualTo(!child.done());
          sleep(0);
        }
        assertThat(order).containsExactly("child", "parent");
        assertThat(parent.cancelled()).isTrue();
        assertThat(end.reach(parent)).isFalse();
      });
    }

    @Test
    void groupsWhoseTasksCloseEachOther_endBoth() {
      run(() -> {
        var one = LoopGroup.open(1);
        var two = LoopGroup.open(1);
        var both = new CyclicBarrier(2);
        var calls =
            List.of(
                first(one)
                    .call(() -> {
                      both.await();
                      two.close();
                    }),
                first(two)
                    .call(() -> {
                      both.await();
                      one.close();
                    }));
        for (var call : calls) { // one of them at least is lost; the other may see that end
          var error = catchThrowable(() -> await(call));
          assertThat(error == null || error instanceof IllegalStateException).isTrue();
        }
        one.close();
        two.close();
        assertThat(first(one).isClosed()).isTrue();
        assertThat(first(two).isClosed()).isTrue();
      });
    }

    @Test
    void closeThatATaskOfTheGroupWaitsFor_endsThatWait() {
      run(() -> {
        var here = getRunningLoop();
        var group = LoopGroup.open(1);
        var call = group.submit(() -> await(here.call(() -> group.close())));
        assertLost(call, GROUP_CLOSED);
        group.close();
        assertThat(first(group).isClosed()).isTrue();
      });
    }

    @Test
    void circleOverItsLoops_isBroken() {
      run(() -> {
        var closed = new Signal();
        Future<?> circle;
        try (var group = LoopGroup.open(2)) {
          var one = group.loops().get(0);
          var two = group.loops().get(1);
          circle =
              one.call(() -> {
                var self = currentTask();
                await(
                    two.call(() ->
                        await(
                            one.call(() -> {
                              closed.give();
                              await(self);
                            }))));
              });
          closed.await();
        }
        assertLost(circle, GROUP_CLOSED);
      });
    }
  }

  // ---- no end -----------------------------------------------------------------------------------

  @Nested
  class Forgetting {
    private static void end(List<EventLoop> loops) {
      loops.forEach(EventLoop::stop);
      Spin.until(() -> loops.stream().allMatch(EventLoop::isClosed));
    }

    @Test
    void groupThatIsForgotten_isTold_whenTheLoopEndsThatOpenedIt_andGoesOn() throws Exception {
      try (var logs = Logs.capture()) {
        var loops = run(() -> LoopGroup.open(1).loops());
        assertThat(logs.lines())
            .singleElement()
            .asString()
            .startsWith(
                "WARNING unclosed <LoopGroup loops=1>; call close(), or open it in a try statement")
            .matches(text -> text.contains("LoopGroup opened at:\n  at ") == Debug.isDefault());
        assertThat(runCoroutineThreadsafe(() -> 1, loops.getFirst()).get()).isEqualTo(1);
        end(loops);
      }
    }

    @Test
    void groupThatAPlainThreadForgets_isToldWhenItIsCollected() {
      try (var logs = Logs.capture()) {
        var loops = LoopGroup.open(1).loops();
        Garbage.collectUntil(() -> !logs.lines().isEmpty(), LoopGroupTest::pause);
        assertThat(logs.lines()).singleElement().asString().contains("unclosed <LoopGroup loops=1");
        end(loops);
      }
    }

    @Test
    void groupThatATestLeaves_failsIt() {
      var left = new AtomicReference<LoopGroup>();
      assertThatThrownBy(() ->
              AsyncTests.run(() -> {
                left.set(LoopGroup.open(1));
              }))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("unclosed <LoopGroup loops=1>; call close()");
      left.get().close();
    }

    @Test
    void groupThatIsClosed_isNotTold() {
      try (var logs = Logs.capture()) {
        run(() -> {
          LoopGroup.open(1).close();
        });
        assertThat(logs.lines()).isEmpty();
      }
    }
  }

  // ---- a loop that ends before the group does ---------------------------------------------------

  @Nested
  class LostLoops {
    @Test
    void callsThatWait_failWithASentence() {
      run(() -> {
        var loop = newEventLoop();
        Future<Integer> call = loop.call(() -> 1);
        loop.close();
        assertLost(call, CLOSED);
      });
    }

    @Test
    void callsOfCoroutinesThatNeverBegan_areNotReported() {
      var reports = new ArrayList<String>();
      run(() -> {
        getRunningLoop().setExceptionHandler((l, e) -> reports.add(e.message()));
        var loop = newEventLoop();
        loop.setExceptionHandler((l, e) -> reports.add(e.message()));
        Future<Integer> call = loop.call(coroutine("f", () -> 1));
        loop.close();
        assertThatIllegalStateException().isThrownBy(() -> await(call));
      });
      assertThat(reports).isEmpty();
    }

    @Test
    void callsThatWereCancelled_areCancelled() {
      run(() -> {
        var loop = newEventLoop();
        Future<Integer> call = loop.call(() -> 1);
        call.cancel();
        loop.close();
        assertThatThrownBy(() -> await(call)).isInstanceOf(CancelledError.class);
      });
    }

    @Test
    void tasksThatAreUnwound_tellTheirCallers() {
      var loop = newEventLoop();
      run(() -> {
        var call =
            loop.call(() -> {
              try {
                getRunningLoop().stop();
                never();
              } finally {
                order.add("unwound");
              }
            });
        toThread(() -> loop.runForever());
        loop.close();
        assertLost(call, CLOSED);
        assertThat(order).containsExactly("unwound");
      });
    }

    @Test
    void systemExitThere_comesToTheCaller_andEndsThatLoopAlone() {
      var groups = new ArrayList<LoopGroup>();
      var exit =
          catchThrowableOfType(
              SystemExit.class,
              () ->
                  run(() -> {
                    try (var group = LoopGroup.open(2)) {
                      groups.add(group);
                      await(
                          first(group)
                              .call(() -> {
                                throw new SystemExit(3);
                              }));
                    }
                  }));
      assertThat(exit.code()).isEqualTo(3);
      assertThat(exit.getSuppressed()).isEmpty();
      assertThat(groups.getFirst().loops()).allMatch(EventLoop::isClosed);
    }

    @Test
    void otherLoops_goOn_andAreChosen() {
      run(() -> {
        try (var group = LoopGroup.open(2)) {
          var left = first(group).call(LoopGroupTest::never);
          first(group).callSoonThreadsafe(first(group)::stop);
          assertLost(left, STOPPED);
          while (!first(group).isClosed()) {
            sleep(0);
          }
          for (int i = 0; i < 4; i++) {
            assertThat(await(group.submit(() -> getRunningLoop()))).isSameAs(group.loops().get(1));
          }
          group.loops().get(1).callSoonThreadsafe(group.loops().get(1)::stop);
          while (!group.loops().get(1).isClosed()) {
            sleep(0);
          }
          assertThatIllegalStateException()
              .isThrownBy(() -> group.submit(() -> 1))
              .withMessage("all loops of the group have ended");
        }
      });
    }

    @Test
    void exitThatCameToNobody_isThrownInTheEnd() {
      run(() -> {
        var group = LoopGroup.open(2);
        first(group)
            .callSoonThreadsafe(() -> {
              throw new SystemExit(4);
            });
        while (!first(group).isClosed()) {
          sleep(0);
        }
        assertThatThrownBy(group::close)
            .isInstanceOf(SystemExit.class)
            .hasFieldOrPropertyWithValue("code", 4);
        group.close();
      });
    }

    @Test
    void exitThere_isWhyOthersAreLost() {
      run(() -> {
        try (var group = LoopGroup.open(1)) {
          var left = group.submit(LoopGroupTest::never);
          var exit =
              group.submit(() -> {
                throw new SystemExit(3);
              });
          assertThatThrownBy(() -> await(exit)).isInstanceOf(SystemExit.class);
          assertLost(left, "the loop was ended by SystemExit");
        }
      });
    }

    @Test
    void exitThatATaskPassesOn_doesNotCutCleanUp() {
      run(() -> {
        var numbers = new AtomicReference<Object>(); // not collected before the end
        try (var group = LoopGroup.open(1)) {
          var call =
              group.submit(() -> {
                numbers.set(openGenerator());
                RunnerTest.exitWhileAnotherHasToCleanUp(order);
              });
          assertThatThrownBy(() -> await(call)).isInstanceOf(SystemExit.class);
        }
        assertThat(order).containsExactly("cleaned up", "generator closed");
        assertThat(numbers.get()).isNotNull();
      });
    }

    private Object openGenerator() {
      var numbers =
          Generators.<Integer>asyncGenerator(
                  y -> {
                    try {
                      y.yield(1);
                      y.yield(2);
                    } finally {
                      order.add("generator closed");
                    }
                  })
              .iterator();
      numbers.next();
      return numbers;
    }

    @Test
    void loopThatStillCleansUp_isNotChosen() {
      run(() -> {
        try (var group = LoopGroup.open(2)) {
          var begun = new Signal();
          var goOn = new Signal();
          var call = stubborn(first(group), begun, goOn);
          begun.await();
          for (int i = 0; i < 3; i++) { // the other one has more to do
            group.loops().get(1).call(LoopGroupTest::never);
          }
          first(group).callSoonThreadsafe(first(group)::stop);
          while (order.isEmpty()) {
            sleep(0);
          }
          for (int i = 0; i < 4; i++) {
            assertThat(group.leastLoaded()).isSameAs(group.loops().get(1));
          }
          goOn.give();
          assertLost(call, STOPPED);
        }
      });
    }

    @Test
    void exitOfACallThatNobodyAwaits_isThrownInTheEnd() {
      run(() -> {
        var group = LoopGroup.open(1);
        group.submit(() -> {
          throw new SystemExit(3);
        });
        while (!first(group).isClosed()) {
          sleep(0);
        }
        assertThatThrownBy(group::close)
            .isInstanceOf(SystemExit.class)
            .hasFieldOrPropertyWithValue("code", 3);
        group.close();
      });
    }

    @Test
    void errorForALoopThatIsClosed_isReportedThere() {
      var reports = new CopyOnWriteArrayList<ErrorContext>();
      var problem = new IOException("nobody knows");
      try (var group = LoopGroup.open(1)) {
        var goOn = new Signal();
        var caller = newEventLoop();
        caller.runUntilComplete(() -> {
          await(first(group).call(() -> handleBy(reports::add)));
          failLater(first(group), goOn, problem);
        });
        caller.close();
        goOn.give();
        Spin.until(() -> first(group).calls.size() == 0);
      }
      assertThat(reports)
          .singleElement()
          .satisfies(report -> {
            assertThat(report.message()).isEqualTo("Task exception was never retrieved");
            assertThat(report.exception()).isSameAs(problem);
          });
    }

    private static void handleBy(Consumer<ErrorContext> reports) {
      getRunningLoop().setExceptionHandler((loop, error) -> reports.accept(error));
    }

    private static void failLater(EventLoop loop, Signal goOn, IOException problem) {
      loop.call(() -> {
        goOn.await();
        throw problem;
      });
    }

    @Test
    void callEach_onALoopThatIsStopped_fails() {
      run(() -> {
        try (var group = LoopGroup.open(2)) {
          var begun = new Signal();
          createTask(() -> {
            begun.await();
            first(group).callSoonThreadsafe(first(group)::stop);
          });
          var error =
              catchThrowableOfType(
                  ExceptionGroup.class,
                  () ->
                      group.callEach(() -> {
                        if (getRunningLoop() == first(group)) {
                          begun.give();
                        }
                        never();
                      }));
          assertThat(error.exceptions())
              .singleElement()
              .isInstanceOf(IllegalStateException.class)
              .extracting(Throwable::getMessage)
              .asString()
              .startsWith("the loop was stopped before it had run the call of ");
        }
      });
    }
  }

  // ---- all at once ------------------------------------------------------------------------------

  /// What calls do, cancel and throw, by chance.
  @Nested
  class AtRandom {
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    private int act(LoopGroup group, Random random, int depth) throws IOException {
      begun.incrementAndGet();
      try {
        for (int i = random.nextInt(3); i > 0; i--) {
          sleep(0);
        }
        return switch (random.nextInt(depth > 0 ? 6 : 3)) {
          case 0 -> 1;
          case 1 -> throw new IOException("by chance");
          case 2 -> {
            try {
              sleep(100);
            } catch (CancelledError e) {
              sleep(0);
              if (random.nextBoolean()) {
                throw e;
              }
            }
            yield 2;
          }
          default -> callOther(group, random, depth - 1);
        };
      } finally {
        ended.incrementAndGet();
      }
    }

    private int callOther(LoopGroup group, Random random, int depth) {
      var theirs = new Random(random.nextLong());
      var loop = group.loops().get(random.nextInt(group.loops().size()));
      Future<Integer> call = loop.call(() -> act(group, theirs, depth));
      int patience = random.nextInt(5);
      var canceller =
          createTask(() -> {
            for (int i = 0; i < patience; i++) {
              sleep(0);
            }
            call.cancel(); // who refuses does something else, and ends
          });
      try {
        return await(call);
      } finally {
        canceller.cancel();
      }
    }

    /// An outcome that may be.
    private static void check(Future<Integer> call) {
      var error = catchThrowable(() -> await(call));
      assertThat(error)
          .satisfiesAnyOf(
              e -> assertThat(e).isNull(),
              e -> assertThat(e).isInstanceOf(CancelledError.class),
              e -> assertThat(e).hasMessage("by chance"),
              e -> assertThat(e).hasMessageStartingWith("the group was closed before"));
    }

    private void quietly(LoopGroup group) {
      getRunningLoop().setExceptionHandler((l, e) -> {});
      group.callEach(() -> getRunningLoop().setExceptionHandler((l, e) -> {}));
    }

    @Test
    void allCalls_haveOneEnd_andLeaveNothing() {
      run(() -> {
        var random = new Random(1);
        try (var group = LoopGroup.open(3)) {
          quietly(group);
          for (int round = 0; round < 50; round++) {
            var calls = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 10; i++) {
              var theirs = new Random(random.nextLong());
              calls.add(group.submit(() -> callOther(group, theirs, 3)));
            }
            for (var call : calls) {
              check(call);
            }
            assertThat(group.loops()).allMatch(loop -> loop.calls.size() == 0);
            assertThat(ended.get()).isEqualTo(begun.get());
          }
        }
      });
    }

    @Test
    void closedInTheMiddle_allCallsEndAllTheSame() {
      run(() -> {
        for (int round = 0; round < 20; round++) {
          var random = new Random(round);
          var calls = new ArrayList<Future<Integer>>();
          try (var group = LoopGroup.open(3)) {
            quietly(group);
            for (int i = 0; i < 20; i++) {
              var theirs = new Random(random.nextLong());
              calls.add(group.submit(() -> callOther(group, theirs, 3)));
            }
            for (int i = random.nextInt(20); i > 0; i--) {
              sleep(0);
            }
          }
          for (var call : calls) {
            check(call);
          }
          assertThat(ended.get()).isEqualTo(begun.get());
        }
      });
    }
  }

  // ---- Ctrl-C -----------------------------------------------------------------------------------

  /// Serves on two loops until Ctrl-C comes.
  static final class Interrupted {
    private Interrupted() {}

    static void main() {
      try {
        run(() -> {
          try (var group = LoopGroup.open(2)) {
            var begun = new CountDownLatch(2);
            createTask(() -> {
              toThread(() -> begun.await());
              System.out.println("ready");
            });
            group.callEach(() -> {
              begun.countDown();
              try {
                never();
              } finally {
                System.out.println("cleaned up");
              }
            });
          }
          System.out.println("not reached");
        });
      } catch (KeyboardInterrupt e) {
        System.out.println("interrupted");
      }
    }
  }

  @Test
  void ctrlC_endsAllLoops() {
    try (var child = ChildJvm.start(Interrupted.class, Runtimes.jvmOptions())) {
      child.awaitLine("ready");
      child.signal("INT");
      var result = child.finish();
      assertThat(result.output()).isEqualTo("cleaned up\ncleaned up\ninterrupted");
      assertThat(result.exitCode()).isZero();
    }
  }
}
