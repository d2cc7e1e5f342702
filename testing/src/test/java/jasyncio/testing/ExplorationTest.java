package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.GatherOption;
import jasyncio.Task;
import jasyncio.net.Sockets;
import jasyncio.sync.Event;
import jasyncio.testing.Explore.Level;
import jasyncio.testing.Explore.Strategy;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

class ExplorationTest {
  private static ExplorationFailure failure(Exploration exploration) {
    return catchThrowableOfType(ExplorationFailure.class, exploration::check);
  }

  /// Relies on the order in which two tasks were made.
  private static void inOrder(TestScope scope) {
    var order = new ArrayList<String>();
    var first = createTask(() -> order.add("first"), "first");
    var second = createTask(() -> order.add("second"), "second");
    await(first);
    await(second);
    assertThat(order).containsExactly("first", "second");
  }

  /// What takes almost as long as it may.
  private static void nearlyTooLong(TestScope scope) throws Exception {
    waitFor(() -> sleep(0.9), 1);
  }

  // ---- what is found ----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void chaos_findsWhatReliesOnOrder(Strategy strategy) {
    var failure =
        failure(
            Exploration.of("in order", ExplorationTest::inOrder)
                .level(Level.CHAOS)
                .strategy(strategy));
    assertThat(failure.deviations())
        .containsExactly("task 'second' runs before task 'first', though ready after that");
    assertThat(failure)
        .hasMessageContainingAll(
            "in order failed in run ", "replay:  @Replay(\"j1:", "full trace: ")
        .hasCauseInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void faithful_keepsTheOrderThatIsPromised(Strategy strategy) {
    var result = Exploration.of("in order", ExplorationTest::inOrder).strategy(strategy).check();
    assertThat(result.exhausted()).isEqualTo(strategy == Strategy.EXHAUSTIVE);
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void faithful_letsTheLoopBeLate(Strategy strategy) {
    var failure =
        failure(
            Exploration.of("nearly too long", ExplorationTest::nearlyTooLong).strategy(strategy));
    assertThat(failure).hasCauseInstanceOf(TimeoutException.class);
    assertThat(failure.deviations()).hasSize(1);
  }

  @Test
  void faithful_letsJobsEndInAnyOrder() {
    var failure =
        failure(
            Exploration.of(
                "jobs",
                _ -> {
                  var ended = new ArrayList<Integer>();
                  await(
                      gather(
                          () -> toThread(() -> ended.add(1)), () -> toThread(() -> ended.add(2))));
                  assertThat(ended).containsExactly(1, 2);
                }));
    assertThat(failure.deviations()).hasSize(1);
    assertThat(failure.deviations().getFirst()).contains("the 2nd");
  }

  @Test
  void faithful_letsTimeGoOnWhileAJobRuns() {
    var failure = failure(Exploration.of("job", _ -> waitFor(() -> toThread(() -> "in time"), 1)));
    assertThat(failure).hasCauseInstanceOf(TimeoutException.class);
    assertThat(failure.deviations()).hasSize(1);
  }

  @Test
  void deadlock_isFound_withTheGraph() {
    var failure =
        failure(
            Exploration.of(
                    "lost",
                    _ -> {
                      var event = new Event();
                      var waiting = createTask(() -> event.await(), "waiting");
                      createTask(() -> {
                        event.set();
                        event.clear();
                      });
                      await(waiting);
                    })
                .level(Level.CHAOS));
    assertThat(failure).hasMessageContainingAll("dead-lock in lost", "task 'waiting'");
    assertThat(failure.deviations()).hasSize(1);
  }

  @Test
  void deadlock_becauseSomebodyHasFailed_saysWho() {
    var failure =
        failure(
            Exploration.of(
                "service",
                _ -> {
                  var started = new Event();
                  createTask(
                      () -> {
                        waitFor(() -> sleep(0.9), 1);
                        started.set();
                      },
                      "starter");
                  started.await();
                }));
    assertThat(failure)
        .hasMessageContainingAll(
            "dead-lock in service: nobody can ever run again",
            "Task exception was never retrieved: java.util.concurrent.TimeoutException",
            "in <Task finished name='starter'");
  }

  @Test
  void runThatDoesNotEnd_fails() {
    var failure =
        failure(
            Exploration.of(
                    "spins",
                    _ -> {
                      var order = new ArrayList<String>();
                      createTask(() -> order.add("first"), "first");
                      createTask(() -> order.add("second"), "second");
                      sleep(0);
                      while (order.indexOf("first") > 0) {
                        sleep(0);
                      }
                    })
                .level(Level.CHAOS));
    assertThat(failure)
        .hasMessageContaining("spins does not come to an end within 100000 turns of the loop");
    assertThat(failure.deviations())
        .containsExactly("task 'second' runs before task 'first', though ready after that");
  }

  @Test
  @Tag("slow") // a second in which it could still come to an end
  void jobThatDoesNotEnd_isToldAtTheTimeLimit() {
    var choices = Choices.of(Choices.NOBODY);
    var explored =
        new Explored("spins", choices, Level.FAITHFUL, Strategy.RANDOM, Explored.IN_SILENCE);
    var plain = Settings.plain();
    var settings =
        new Settings(
            plain.time(), plain.blocking(), null, false, 1, plain.scope(), plain.allowed());
    var run = new TestRun("spins", settings, false, explored, null);
    var end = new AtomicBoolean();
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() ->
            run.run(
                "spins",
                () ->
                    toThread(() -> {
                      while (!end.get()) {
                        Thread.onSpinWait();
                      }
                      return true;
                    })))
        .withMessageContainingAll(
            "spins is not over after 1 s of real time",
            "others are at work for the loop",
            "thread 'asyncio_0'");
    run.finish();
    end.set(true);
  }

  @Test
  void assumption_ofThePlainRun_callsItOff() {
    assertThatExceptionOfType(TestAbortedException.class)
        .isThrownBy(() -> Exploration.of("never", _ -> assumeTrue(false)).check());
    assertThat(Failures.aborts(Fixtures.class, "assumesTooMuch")).isTrue();
  }

  @Test
  void assumption_ofAnotherRun_isNoFailure() {
    var called = new AtomicInteger();
    var result =
        Exploration.of(
                "in time",
                scope -> {
                  sleep(1);
                  if (scope.clock().elapsed().compareTo(Duration.ofSeconds(1)) > 0) {
                    called.incrementAndGet();
                    assumeTrue(false, "late");
                  }
                })
            .runs(50)
            .check();
    assertThat(result.runs()).isEqualTo(50);
    assertThat(called.get()).isPositive();
  }

  @Test
  void leftover_failsARun() {
    assertThat(failure(Exploration.of("leaves", _ -> createTask(() -> sleep(1), "left"))))
        .hasMessageContainingAll(
            "leaves failed in run 1, the plain one",
            "what it takes: nothing, it is the plain order of events",
            "a task is left: task 'left'");
  }

  // ---- all of them ------------------------------------------------------------------------------

  @Test
  void exhaustive_triesEachOrderOnce() {
    Set<List<Integer>> orders = new HashSet<>();
    var runs = new AtomicInteger();
    var result =
        Exploration.of(
                "orders",
                _ -> {
                  var order = new ArrayList<Integer>();
                  await(gather(() -> order.add(1), () -> order.add(2), () -> order.add(3)));
                  orders.add(order);
                  runs.incrementAndGet();
                })
            .level(Level.CHAOS)
            .strategy(Strategy.EXHAUSTIVE)
            .check();
    assertThat(orders).hasSize(6);
    assertThat(result.exhausted()).isTrue();
    assertThat(result.runs()).isEqualTo(runs.get()).isLessThan(100);
  }

  @Test
  void runs_limitThem() {
    var runs = new AtomicInteger();
    var result = Exploration.of("few", _ -> runs.incrementAndGet()).runs(7).check();
    assertThat(runs).hasValue(7);
    assertThat(result.runs()).isEqualTo(7);
    assertThat(result.exhausted()).isFalse();
  }

  @Test
  void sameSeed_sameRuns() {
    var first = failure(Exploration.of("a", ExplorationTest::nearlyTooLong).seed(42));
    var second = failure(Exploration.of("b", ExplorationTest::nearlyTooLong).seed(42));
    assertThat(second.run()).isEqualTo(first.run());
    assertThat(second.replay()).isEqualTo(first.replay());
  }

  // ---- cancellation -----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void mayBeCancelled_isCancelledAtSomeMoment(Strategy strategy) {
    var failure =
        failure(
            Exploration.of(
                    "cleans up",
                    scope -> {
                      var log = new ArrayList<String>();
                      var task =
                          createTask(
                              () -> {
                                log.add("begins");
                                sleep(1);
                                log.add("goes on");
                                sleep(1);
                                log.add("ends");
                              },
                              "task");
                      await(
                          gather(
                              GatherOption.RETURN_EXCEPTIONS, List.of(scope.mayBeCancelled(task))));
                      assertThat(log).isNotEqualTo(List.of("begins", "goes on"));
                    })
                .strategy(strategy));
    assertThat(failure.deviations()).hasSize(1);
    assertThat(failure.deviations().getFirst())
        .startsWith("task 'task' at ExplorationTest.")
        .endsWith(" is cancelled");
  }

  @Test
  void mayBeCancelled_isTriedBeforeEachTurn_onceATask() {
    Set<List<String>> outcomes = new HashSet<>();
    var result =
        Exploration.of(
                "two",
                scope -> {
                  var tasks =
                      List.of(createTask(() -> sleep(1), "a"), createTask(() -> sleep(2), "b"));
                  tasks.forEach(scope::mayBeCancelled);
                  await(gather(GatherOption.RETURN_EXCEPTIONS, tasks));
                  outcomes.add(tasks.stream().map(t -> t.getName() + " " + t.cancelled()).toList());
                })
            .strategy(Strategy.EXHAUSTIVE)
            .check();
    assertThat(result.exhausted()).isTrue();
    assertThat(outcomes).hasSize(4);
  }

  @Test
  void mayBeCancelled_whileItsJobRuns_orWaitsForOne() {
    Set<String> outcomes = new HashSet<>();
    var result =
        Exploration.of(
                "jobs",
                scope -> {
                  var ran = new ArrayList<Integer>();
                  var task = createTask(() -> toThread(() -> ran.add(1)), "task");
                  scope.mayBeCancelled(task);
                  await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(task)));
                  sleep(1); // the job goes on
                  outcomes.add(task.cancelled() + " " + ran);
                })
            .strategy(Strategy.EXHAUSTIVE)
            .check();
    assertThat(result.exhausted()).isTrue();
    assertThat(outcomes).contains("false [1]", "true [1]", "true []");
  }

  @Test
  void mayBeCancelled_whileItWaitsForARealChannel_isTheSameEachTime() {
    var failure =
        failure(
            Exploration.of(
                "pipe",
                scope -> {
                  var pipe = Pipe.open();
                  pipe.source().configureBlocking(false);
                  var readable = new Event();
                  Sockets.addReader(pipe.source(), readable::set);
                  try {
                    var reading =
                        scope.mayBeCancelled(createTask(() -> readable.await(), "reading"));
                    sleep(0.001);
                    pipe.sink().write(ByteBuffer.wrap(new byte[1]));
                    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(reading)));
                    assertThat(reading.cancelled()).isFalse();
                  } finally {
                    Sockets.removeReader(pipe.source());
                    pipe.source().close();
                    pipe.sink().close();
                  }
                }));
    assertThat(failure.deviations()).hasSize(1);
  }

  @Test
  void mayBeCancelled_inAPlainRun_isNot() {
    assertThat(Failures.none(Fixtures.class, "isLeftAlone")).isTrue();
  }

  // ---- shrinking --------------------------------------------------------------------------------

  @Test
  void exhaustive_triesFewDeviationsFirst() {
    var failure =
        failure(
            Exploration.of("in order", ExplorationTest::inOrder)
                .level(Level.CHAOS)
                .strategy(Strategy.EXHAUSTIVE));
    assertThat(failure.run()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void severalDeviations_whereAnotherOneWouldDo_areReplaced(Strategy strategy) {
    var failure =
        failure(
            Exploration.of(
                    "late",
                    _ ->
                        waitFor(
                            () -> {
                              for (int i = 0; i < 9; i++) {
                                sleep(0.1);
                              }
                            },
                            1))
                .strategy(strategy));
    assertThat(failure.deviations()).hasSize(1);
  }

  @Test
  void failureElsewhere_isAnotherOne() {
    var failure =
        failure(
            Exploration.of(
                    "two ways",
                    _ -> {
                      var order = new ArrayList<Integer>();
                      var tasks = new ArrayList<Task<?>>();
                      for (int i = 0; i < 4; i++) {
                        int number = i;
                        tasks.add(createTask(() -> order.add(number), "task-" + i));
                      }
                      tasks.forEach(task -> await(task));
                      if (order.equals(List.of(3, 2, 1, 0))) {
                        throw new IllegalStateException("all 4 reversed");
                      }
                      if (order.getFirst() == 3 && order.get(1) == 2) {
                        throw new IllegalStateException("2 reversed");
                      }
                    })
                .level(Level.CHAOS)
                .strategy(Strategy.PCT)
                .runs(10_000));
    assertThat(failure.getCause()).isInstanceOf(IllegalStateException.class);
    assertThat(failure.deviations())
        .hasSize(failure.getCause().getMessage().startsWith("all") ? 3 : 2);
  }

  // ---- again ------------------------------------------------------------------------------------

  @Test
  void replay_failsInTheSameWay_inOneRun() {
    var found = failure(Exploration.of("in order", ExplorationTest::inOrder).level(Level.CHAOS));
    var again =
        failure(
            Exploration.of("in order", ExplorationTest::inOrder)
                .level(Level.CHAOS)
                .replay(found.replay()));
    assertThat(again.run()).isEqualTo(1);
    assertThat(again).hasMessageStartingWith("in order failed when it was replayed (");
    assertThat(again.deviations()).isEqualTo(found.deviations());
  }

  @Test
  void replay_ofAMendedTest_passes() {
    var result = Exploration.of("fine", _ -> sleep(1)).replay("j1:AAE").check();
    assertThat(result.runs()).isEqualTo(1);
  }

  @Test
  void replay_ofSomethingElse_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Exploration.of("x", _ -> {}).replay("4711"))
        .withMessage("'4711' is no run to replay: it must begin with j1:");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Exploration.of("x", _ -> {}).replay("j1:_w"))
        .withMessageContaining("it is cut off, or was changed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Exploration.of("x", _ -> {}).replay("j1:____fwE")) // 2^28 plain ones
        .withMessageContaining("it is cut off, or was changed");
  }

  @Test
  void code_keepsTheChoices() {
    int[] choices = {0, 0, 3, 1, 0, 200, 0, 0, 0, 1};
    assertThat(ReplayCode.decode(ReplayCode.encode(choices))).isEqualTo(choices);
    int[] far = new int[1000];
    far[999] = 70_000;
    assertThat(ReplayCode.decode(ReplayCode.encode(far))).isEqualTo(far);
  }

  @Test
  void whatIsKeptFromRunToRun_isToldOf_andNoOrderOfEvents() {
    var runs = new AtomicInteger();
    var failure =
        failure(
            Exploration.of(
                "keeps",
                _ -> {
                  sleep(1);
                  assertThat(runs.incrementAndGet()).isLessThan(3);
                }));
    assertThat(failure)
        .hasMessageContainingAll(
            "keeps failed in run 3 of 1000",
            "NOT DETERMINISTIC: the plain order of events passed in run 1, and fails now.",
            "Usual suspects: what is kept from run to run, in static fields")
        .hasMessageNotContaining("@Replay");
  }

  @Test
  void whatIsNotDeterministic_isTold_withTheFirstDifference() {
    var runs = new AtomicInteger();
    var failure =
        failure(
            Exploration.of(
                "counts",
                _ -> {
                  int run = runs.incrementAndGet();
                  await(createTask(() -> sleep(1), "task of run " + run));
                  assertThat(run).isLessThan(3);
                }));
    assertThat(failure)
        .hasMessageContainingAll(
            "NOT DETERMINISTIC",
            "turn 2 was that of task of run 3, and then that of task of run 4",
            "Usual suspects");
  }

  @Test
  void plainRunThatFailsByChance_isTold() {
    var runs = new AtomicInteger();
    assertThat(
            failure(
                Exploration.of("once", _ -> assertThat(runs.incrementAndGet()).isGreaterThan(1))))
        .hasMessageContainingAll(
            "once failed in run 1, the plain one",
            "NOT DETERMINISTIC: run again with the same choices, it passed");
  }

  @Test
  void runThatTakesTooLong_isToldAtOnce() {
    assertThat(Failures.of(Fixtures.class, "isLate"))
        .hasMessageContainingAll(
            "is not over after 1 s of real time", "not looked for, as each run would take as long");
    Fixtures.END.countDown();
  }

  // ---- bad input --------------------------------------------------------------------------------

  @Test
  void badNumbers_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Exploration.of("x", _ -> {}).runs(0))
        .withMessage("an exploration has 1 run or more, not 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Exploration.of("x", _ -> {}).seconds(Double.NaN));
  }

  @Test
  void insideOfALoop_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> run(() -> Exploration.of("x", _ -> {}).check()))
        .withMessage(
            "an exploration runs loops of its own, and so not inside of another: call it in a plain"
                + " @Test");
  }

  @Test
  void mayBeCancelled_taskOfAnotherLoop_isRefused() {
    Task<?> other =
        run(() -> {
          var task = createTask(() -> 1);
          await(task);
          return task;
        });
    assertThat(failure(Exploration.of("x", scope -> scope.mayBeCancelled(other))))
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the task belongs to another loop: <Task finished");
  }

  // ---- as a test --------------------------------------------------------------------------------

  @Test
  void annotation_runsTheLifecycleInEachRun() {
    Fixtures.LOG.clear();
    assertThat(Failures.none(Fixtures.class, "passes")).isTrue();
    assertThat(Fixtures.LOG)
        .containsExactly(
            "before", "test", "after", "before", "test", "after", "before", "test", "after");
  }

  @Test
  void annotation_saysHowItFails() {
    assertThat(Failures.of(Fixtures.class, "fails"))
        .isInstanceOf(ExplorationFailure.class)
        .hasMessageContaining("test Fixtures.fails() failed in run ");
  }

  @Test
  void replayAnnotation_runsOnce() {
    Fixtures.LOG.clear();
    assertThat(Failures.of(Fixtures.class, "isReplayed"))
        .hasMessageContaining("test Fixtures.isReplayed() failed when it was replayed");
  }

  @Test
  void reportEntry_saysWhatWasDone() {
    assertThat(Failures.reportEntries(Fixtures.class, "passes"))
        .containsExactly(Map.entry("explored", "3 runs"));
    assertThat(Failures.reportEntries(Fixtures.class, "isRunOnce"))
        .containsExactly(Map.entry("explored", "1 run"));
    assertThat(Failures.reportEntries(Fixtures.class, "isReplayedInVain"))
        .containsExactly(
            Map.entry("replayed", "it passes; without the @Replay the test explores again"));
  }

  @Test
  void parameter_thatCannotBe_isRefused() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> {
          throw Failures.of(Fixtures.class, "wantsInfo");
        })
        .withMessageContaining(
            "takes TestClock, TestScope, Points, EventLoop, Simulation, and not a org.junit");
  }

  @Test
  void onLoop_holdsForTheRuns() {
    assertThat(Failures.none(Allowing.class, "leavesATask")).isTrue();
    assertThat(Failures.of(Allowing.class, "wantsRealTime"))
        .hasMessageContaining("real time cannot be explored");
  }

  /// Tests that may leave tasks.
  @OnLoop(allow = Leftover.TASKS)
  static class Allowing {
    @Explore(runs = 2)
    void leavesATask() {
      createTask(() -> sleep(1));
    }

    @Explore
    @OnLoop(time = TimeMode.REAL)
    void wantsRealTime() {}
  }

  @ParameterizedTest
  @CsvSource({
    "isExploredAndRepeated, @Explore is a @Test already; for another kind of test, call",
    "isRunAndRepeated, '@AsyncTest is a @Test already; beside another kind of test, write @OnLoop'",
    "isOnEachRuntimeAndATest, @OnEachRuntime stands alone",
    "isOnEachRuntimeAndRepeated, '@OnEachRuntime stands alone; to have other kinds on each runtime,'",
    "replaysNothing, '@Replay, and no @Explore whose run that could be: write both'",
    "replaysATest, '@Replay, and no @Explore whose run that could be: write both'",
    "replaysAlone, '@Replay, and no @Explore whose run that could be: write both'"
  })
  void annotations_thatDoNotGoTogether_areRefused(String method, String text) {
    assertThat(Failures.allOf(Misfits.class, method))
        .isNotEmpty()
        .allSatisfy(failure ->
            assertThat(failure)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(text));
  }

  /// Tests with annotations that do not go together.
  static class Misfits {
    @Explore
    @RepeatedTest(1)
    void isExploredAndRepeated() {}

    @AsyncTest
    @RepeatedTest(1)
    void isRunAndRepeated() {}

    @OnEachRuntime
    @Test
    void isOnEachRuntimeAndATest() {}

    @OnEachRuntime
    @RepeatedTest(1)
    void isOnEachRuntimeAndRepeated() {}

    @AsyncTest
    @Replay("j1:AAQ")
    void replaysNothing() {}

    @Test
    @Replay("j1:AAQ")
    void replaysATest() {}

    @Replay("j1:AAQ")
    void replaysAlone() {}
  }

  /// Tests that are explored.
  static class Fixtures {
    static final List<String> LOG = new ArrayList<>();
    static final CountDownLatch END = new CountDownLatch(1);

    @BeforeEach
    void before(TestClock clock) {
      sleep(0);
      LOG.add("before");
    }

    @AfterEach
    void after() {
      LOG.add("after");
    }

    @Explore(runs = 3)
    void passes(TestClock clock) {
      sleep(1);
      LOG.add("test");
    }

    @Explore(level = Level.CHAOS)
    void fails(TestScope scope) {
      inOrder(scope);
    }

    @Explore
    @Replay("j1:AAQ")
    void isReplayed() {
      throw new AssertionError("always");
    }

    @Explore
    @Replay("j1:AAQ")
    void isReplayedInVain() {}

    @Explore(runs = 1)
    void isRunOnce() {}

    @AsyncTest
    void isLeftAlone(TestScope scope) {
      var task = createTask(() -> sleep(1));
      assertThat(scope.mayBeCancelled(task)).isSameAs(task);
      await(task);
    }

    @Explore
    void assumesTooMuch() {
      assumeTrue(false);
    }

    @Explore
    @OnLoop(timeoutSeconds = 1)
    void isLate() throws Exception {
      toThread(() -> END.await());
    }

    @Explore
    void wantsInfo(TestInfo info) {}
  }
}
