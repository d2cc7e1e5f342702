package jasyncio.inspect;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jasyncio.Asyncio;
import jasyncio.BlockingPolicy;
import jasyncio.LoopGroup;
import jasyncio.RunOptions;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.face.Loops;
import jasyncio.queue.Queue;
import jasyncio.queue.ThreadsafeQueue;
import jasyncio.sync.Event;
import jasyncio.sync.Lock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What visitors are told who measure.
class MeasureTest {
  private static final String PATIENTLY = "patience=600000"; // on a busy machine

  /// A part of an answer.
  private record Found(Map<?, ?> map) {
    boolean has(String name) {
      return map.containsKey(name);
    }

    Object get(String name) {
      return Objects.requireNonNull(map.get(name), name);
    }

    String text(String name) {
      return (String) get(name);
    }

    double number(String name) {
      return ((Number) get(name)).doubleValue();
    }

    List<Found> all(String name) {
      return ((List<?>) get(name)).stream().map(entry -> new Found((Map<?, ?>) entry)).toList();
    }

    Found named(String array, String name) {
      return all(array).stream()
          .filter(entry -> entry.text("name").equals(name))
          .findFirst()
          .orElseThrow(() -> new AssertionError(toString()));
    }
  }

  /// What the running loop is said to have done since the last time.
  private static Found measure(Conversation conversation) throws InterruptedException {
    return ask(conversation, "measure");
  }

  private static Found ask(Conversation conversation, String word, String... values)
      throws InterruptedException {
    var name = Loops.name(getRunningLoop());
    var all = new ArrayList<>(List.of(values));
    all.add(PATIENTLY);
    return toThread(
        () -> new Found(conversation.answer(word, Questions.of(all))).named("loops", name));
  }

  private static void compute(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private static void stop(Task<?>... tasks) {
    for (var task : tasks) {
      task.cancel();
    }
    Asyncio.wait(List.of(tasks));
  }

  @Test
  void steps_areCounted_fromTheFirstQuestionToTheNext() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        await(createTask(() -> sleep(0), "before"));
        var first = measure(conversation);
        assertThat(first.all("tasks")).isEmpty();
        await(
            createTask(
                () -> {
                  for (int i = 0; i < 9; i++) {
                    sleep(0);
                  }
                  compute(2_000_000);
                },
                "busy"));
        getRunningLoop().callSoon(() -> compute(1_000_000));
        sleep(0);
        var second = measure(conversation);
        assertThat(second.number("steps")).isGreaterThanOrEqualTo(11);
        var busy = second.named("tasks", "busy");
        assertThat(busy.number("steps")).isEqualTo(10);
        assertThat(busy.text("coroutine")).isEqualTo("MeasureTest.<lambda>");
        assertThat(busy.number("longest")).isGreaterThanOrEqualTo(0.002);
        assertThat(busy.number("seconds")).isBetween(busy.number("longest"), second.number("busy"));
        assertThat(second.number("busy")).isLessThanOrEqualTo(second.number("seconds"));
        assertThat(second.named("functions", "MeasureTest.<lambda>").number("seconds"))
            .as("the task's and the callback's")
            .isGreaterThanOrEqualTo(0.003);

        var third = measure(conversation);
        assertThat(third.all("tasks")).noneMatch(task -> task.text("name").equals("busy"));
      }
    });
  }

  /// A first question, while a step goes on; then the step ends.
  private static Thread askThenRelease(Conversation conversation, Semaphore release) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            conversation.answer("measure patience=1");
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          } finally {
            release.release();
          }
        });
  }

  @Test
  void step_thatWentOnWhenTheMeasurementBegan_isCountedFromThere_andNamed() throws Exception {
    for (boolean debug : List.of(false, true)) { // in which the time is taken anyway
      run(
          () -> {
            getRunningLoop().setSlowCallbackDuration(0.001);
            try (var conversation = new Conversation()) {
              var release = new Semaphore(0);
              await(
                  createTask(
                      () -> {
                        compute(20_000_000);
                        askThenRelease(conversation, release);
                        release.acquire();
                        compute(5_000_000);
                      },
                      "culprit"));
              var found = measure(conversation);
              var culprit = found.named("tasks", "culprit");
              assertThat(culprit.number("seconds"))
                  .isGreaterThanOrEqualTo(0.005)
                  .isLessThanOrEqualTo(found.number("seconds"));
              assertThat(found.number("inSteps"))
                  .isBetween(culprit.number("seconds"), found.number("busy"));
              assertThat(found.named("slow", "culprit").number("seconds")).isPositive();
            }
          },
          RunOptions.defaults().debug(debug).blocking(BlockingPolicy.BLOCK));
    }
  }

  @Test
  void waits_ofALoopThatWasHeldUpWhenItBegan_areAsLongAsThat() throws Exception {
    run(
        () -> {
          try (var conversation = new Conversation()) {
            var event = new Event();
            var waiter = createTask(() -> event.await(), "waiter");
            sleep(0);
            var release = new Semaphore(0);
            await(
                createTask(() -> {
                  askThenRelease(conversation, release);
                  release.acquire();
                  compute(5_000_000);
                }));
            assertThat(measure(conversation).named("waits", "waiter").number("seconds"))
                .isGreaterThanOrEqualTo(0.005);
            stop(waiter);
          }
        },
        RunOptions.defaults().blocking(BlockingPolicy.BLOCK));
  }

  @Test
  void mostWaitedFor_futuresOfTheirOwn_areOneThing() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        var tasks = new ArrayList<Task<?>>();
        for (var name : List.of("order a", "order b", "order c", "order d")) {
          tasks.add(createTask(() -> getRunningLoop().createFuture(name).await()));
        }
        sleep(0);
        var found = measure(conversation);
        assertThat(found.all("unawaited"))
            .filteredOn(task -> task.text("waitsFor").startsWith("future"))
            .singleElement()
            .satisfies(task -> assertThat(task.number("alike")).isEqualTo(4));
        assertThat(found.all("waits"))
            .filteredOn(task -> task.text("waitsFor").startsWith("future"))
            .singleElement()
            .satisfies(task -> assertThat(task.number("alike")).isEqualTo(4));
        var most = found.all("waitedFor").getFirst();
        assertThat(most.text("what")).isEqualTo("future 'order a' and the like");
        assertThat(most.text("waiting")).isEqualTo("future");
        assertThat(most.number("tasks")).isEqualTo(4);
        stop(tasks.toArray(Task<?>[]::new));
      }
    });
  }

  private static void poll() {
    sleep(0);
    sleep(0);
  }

  @Test
  void task_ofALambda_isNamedByWhatThatCalls() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        measure(conversation);
        await(gather(createTask(() -> poll(), "poll"), createTask(() -> sleep(0), "none")));
        await(createTask(MeasureTest::poll, "reference"));
        var functions = measure(conversation).all("functions");
        assertThat(functions.stream().map(function -> function.text("name")))
            .contains("MeasureTest.poll", "MeasureTest.<lambda>");
        assertThat(functions)
            .filteredOn(function -> function.text("name").equals("MeasureTest.poll"))
            .singleElement()
            .satisfies(poll -> assertThat(poll.number("steps")).isEqualTo(6)); // of both
      }
    });
  }

  @Test
  void slowStep_ofALambda_isNamedByWhatThatWasSeenToCall() {
    var seen =
        List.of(
            new StackTraceElement("Shop", "total", "Shop.java", 12),
            new StackTraceElement("Shop", "render", "Shop.java", 9),
            new StackTraceElement(
                null, "java.base", null, "java.util.List", "forEach", "List.java", 1),
            new StackTraceElement("Shop", "lambda$main$0", "Shop.java", 3));
    run(() -> {
      var costs = new StepCosts(getRunningLoop(), new LambdaNames(), _ -> true);
      var task = createTask(() -> {}, "slow");
      costs.stepEnded(task, 200_000_000, true, seen);
      costs.stepEnded(task, 200_000_000, true, seen.subList(3, 4));
      assertThat(costs.slow())
          .extracting(StepCosts.SlowStep::function)
          .containsExactly("Shop.render", "Shop.render");
      assertThat(costs.functions().keySet()).containsExactly("Shop.render");
    });
  }

  @Test
  void slowStep_isShown_withHowManyHadToWaitForIt() throws Exception {
    run(
        () -> {
          getRunningLoop().setSlowCallbackDuration(0.001);
          try (var conversation = new Conversation()) {
            measure(conversation);
            var slow =
                createTask(
                    () -> {
                      getRunningLoop().callSoon(() -> {});
                      getRunningLoop().callSoon(() -> {});
                      compute(5_000_000);
                    },
                    "slow");
            await(slow);
            var step = measure(conversation).named("slow", "slow");
            assertThat(step.number("seconds")).isGreaterThanOrEqualTo(0.005);
            assertThat(step.number("ago")).isGreaterThanOrEqualTo(0);
            assertThat(step.number("ready")).isGreaterThanOrEqualTo(2);
            assertThat(step.text("function"))
                .as("the latter if it was seen")
                .isIn("MeasureTest.<lambda>", "MeasureTest.compute");
          }
        },
        RunOptions.defaults().debug(false)); // which would log it
  }

  @Test
  void slowStep_timersThatBecameDueMeanwhile_hadToWait() throws Exception {
    run(
        () -> {
          getRunningLoop().setSlowCallbackDuration(0.001);
          try (var conversation = new Conversation()) {
            measure(conversation);
            await(
                createTask(
                    () -> {
                      for (int i = 0; i < 10; i++) {
                        getRunningLoop().callLater(0.001, () -> {});
                      }
                      compute(5_000_000);
                    },
                    "slow"));
            assertThat(measure(conversation).named("slow", "slow").number("ready"))
                .isGreaterThanOrEqualTo(10);
          }
        },
        RunOptions.defaults().debug(false)); // which would log it
  }

  @Test
  void busy_ofALoopOfVeryShortSteps_isAllTheTimeInWhichItDoesNotWait() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        var hops =
            Stream.generate(() ->
                    createTask(() -> {
                      while (true) {
                        sleep(0);
                      }
                    }))
                .limit(3)
                .toArray(Task<?>[]::new);
        measure(conversation);
        var full = measure(conversation);
        assertThat(full.number("busy")).isEqualTo(full.number("seconds"));
        assertThat(full.number("waited")).isZero();
        assertThat(full.number("inSteps")).isBetween(1e-9, full.number("busy"));
        stop(hops);

        measure(conversation);
        sleep(0.001);
        var idle = measure(conversation);
        assertThat(idle.number("waited")).isPositive();
        assertThat(idle.number("busy") + idle.number("waited"))
            .isCloseTo(idle.number("seconds"), within(1e-6));
      }
    });
  }

  @Test
  void collector_hasStoppedTheProgram_isInTheAnswer() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        measure(conversation);
        double paused = 0;
        while (paused == 0) { // less than a millisecond may not show
          System.gc();
          paused = measure(conversation).number("collector");
        }
        assertThat(paused).isPositive();
      }
    });
  }

  @Test
  void collector_thatWorksBesideTheProgram_doesNotStopIt() {
    assertThat(
            Stream.of(
                    "Copy",
                    "G1 Young Generation",
                    "G1 Concurrent GC",
                    "ZGC Major Cycles",
                    "ZGC Major Pauses",
                    "Shenandoah Cycles")
                .filter(CollectorPauses::stops))
        .containsExactly("Copy", "G1 Young Generation", "ZGC Major Pauses");
  }

  @Test
  void waits_lastFromLookToLook_andEndWithAStep() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        var lock = new Lock();
        lock.setName("db");
        var event = new Event();
        var turn = new Event();
        var holder =
            createTask(
                () -> {
                  try (var _ = lock.acquire()) {
                    event.await();
                  }
                },
                "holder");
        var patient = createTask(() -> lock.acquire().close(), "patient");
        var restless =
            createTask(
                () -> {
                  while (true) {
                    turn.await();
                    turn.clear();
                  }
                },
                "restless");
        sleep(0);
        measure(conversation);
        double before = measure(conversation).named("waits", "patient").number("seconds");
        turn.set();
        sleep(0);
        sleep(0);
        var found = measure(conversation);
        var wait = found.named("waits", "patient");
        assertThat(wait.text("waitsFor")).isEqualTo("Lock 'db', held by holder");
        assertThat(wait.number("seconds")).isGreaterThan(before);
        assertThat(wait.number("seconds"))
            .isGreaterThan(found.named("waits", "restless").number("seconds"));
        assertThat(found.all("waitedFor"))
            .anySatisfy(what -> {
              assertThat(what.text("what")).isEqualTo("Lock 'db', held by holder");
              assertThat(what.number("tasks")).isOne();
            });
        assertThat(found.named("unawaited", "restless").number("age")).isNotNegative();
        stop(restless, patient, holder);
      }
    });
  }

  @Test
  void wait_forALockWhoseHolderChanges_goesOn() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        var lock = new Lock();
        var first = new Event();
        var never = new Event();
        var one = createTask(() -> lock.run(first), "one");
        var two = createTask(() -> lock.run(never), "two");
        var patient = createTask(() -> lock.acquire().close(), "patient");
        sleep(0);
        measure(conversation);
        double before = measure(conversation).named("waits", "patient").number("seconds");
        assertThat(before).isPositive();
        first.set();
        await(one);
        sleep(0);
        var wait = measure(conversation).named("waits", "patient");
        assertThat(wait.text("waitsFor")).isEqualTo("Lock, held by two");
        assertThat(wait.number("seconds")).isGreaterThan(before);
        stop(patient, two);
      }
    });
  }

  @Test
  void unawaited_isNoTaskForWhoseEndAnotherLoopWaits() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(1);
          var conversation = new Conversation()) {
        var here = getRunningLoop();
        var event = new Event();
        var lone = createTask(() -> event.await(), "lone");
        var call =
            group.submit(() -> here.call(() -> event.await(), TaskOptions.named("called")).await());
        sleep(0);
        Found found;
        do { // until the call is here
          found = measure(conversation);
        } while (found.all("waits").stream().noneMatch(it -> it.text("name").equals("called")));
        assertThat(found.all("unawaited").stream().map(it -> it.text("name")))
            .contains("lone")
            .doesNotContain("called");
        event.set();
        await(call);
        await(lone);
      }
    });
  }

  @Test
  void waits_ofVeryManyTasks_areOfASample_thatStaysTheSame() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        var event = new Event();
        event.setName("start");
        var tasks = new Task<?>[12_000];
        for (int i = 0; i < tasks.length; i++) {
          tasks[i] = createTask(() -> event.await());
        }
        sleep(0);
        measure(conversation);
        var found = measure(conversation);
        assertThat(found.number("sampled")).isBetween(9_900.0, 10_100.0);
        assertThat(found.all("waitedFor").getFirst().text("what")).isEqualTo("Event 'start'");
        assertThat(found.all("waitedFor").getFirst().number("tasks")).isBetween(9_900.0, 10_100.0);
        double before = found.all("waits").getFirst().number("seconds");
        assertThat(before).isPositive();
        found = measure(conversation);
        assertThat(found.all("waits").getFirst().number("seconds")).isGreaterThan(before);
        assertThat(found.all("unawaited"))
            .hasSizeBetween(1, 2) // this one may be in the sample, or not
            .last()
            .satisfies(task -> assertThat(task.number("alike")).isBetween(9_900.0, 10_100.0));
        event.set();
        Asyncio.wait(List.of(tasks));
        assertThat(measure(conversation).has("sampled")).isFalse();
      }
    });
  }

  @Test
  void manyMoreSteppingTasksThanAreCounted_ofTheWatchedItIsKnown() {
    run(() -> {
      var watched = createTask(() -> sleep(3600));
      var other = createTask(() -> sleep(3600));
      var idle = createTask(() -> sleep(3600));
      var costs =
          new StepCosts(
              getRunningLoop(), new LambdaNames(), task -> task == watched || task == idle);
      var crowd = new Task<?>[10_000];
      for (int i = 0; i < crowd.length; i++) {
        crowd[i] = createTask(() -> sleep(3600));
        costs.stepEnded(crowd[i], 10, false, List.of());
      }
      costs.stepEnded(watched, 10, false, List.of());
      costs.stepEnded(other, 10, false, List.of());
      assertThat(costs.isWithoutStep(watched)).isFalse();
      assertThat(costs.isWithoutStep(idle)).isTrue();
      stop(crowd);
      stop(watched, other, idle);
    });
  }

  @Test
  void queues_thatTasksWaitFor_fullestFirst() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        var full = new Queue<Integer>(2);
        full.setName("full");
        full.put(1);
        full.put(2);
        var idle = new Queue<Integer>();
        var other = new Queue<Integer>();
        var nobodys = new Queue<Integer>();
        nobodys.put(1);
        var threads = new ThreadsafeQueue<Integer>();
        var tasks =
            new Task<?>[] {
              createTask(() -> full.put(3)),
              createTask(() -> full.put(4)),
              createTask(() -> idle.get()),
              createTask(() -> Queue.select(idle, other)),
              createTask(() -> threads.get())
            };
        sleep(0);
        measure(conversation);
        var queues = measure(conversation).all("queues");
        assertThat(queues.stream().map(queue -> queue.text("name")))
            .hasSize(4)
            .startsWith("Queue 'full'")
            .contains("Queue", "ThreadsafeQueue");
        var fullest = queues.getFirst();
        assertThat(fullest.number("size")).isEqualTo(2);
        assertThat(fullest.number("maxsize")).isEqualTo(2);
        assertThat(fullest.number("getting")).isZero();
        assertThat(fullest.number("putting")).isEqualTo(2);
        assertThat(fullest.number("seconds")).isPositive();
        assertThat(queues.stream().map(queue -> queue.number("getting")))
            .containsExactlyInAnyOrder(0.0, 2.0, 1.0, 1.0);
        var ps = ask(conversation, "ps", "waiting=full");
        assertThat(ps.all("groups").getFirst().text("waitsFor"))
            .isEqualTo("room in Queue 'full' (2 of 2)");
        assertThat(ps.all("groups").getFirst().named("queues", "Queue 'full'").number("size"))
            .isEqualTo(2);
        stop(tasks);
      }
    });
  }

  @Test
  void ps_inAVisitThatMeasures_saysWhatTheTasksHaveCost() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        assertThat(ask(conversation, "ps").all("groups").getFirst().has("steps")).isFalse();
        measure(conversation);
        var event = new Event();
        var task =
            createTask(
                () -> {
                  sleep(0);
                  event.await();
                },
                "counted");
        sleep(0);
        sleep(0);
        sleep(0);
        var group = ask(conversation, "ps", "name=counted").named("groups", "counted");
        assertThat(group.number("steps")).isEqualTo(2);
        assertThat(group.number("seconds")).isPositive();
        stop(task);
      }
    });
  }

  @Test
  void lag_ofALoopThatWaits_isNone_andOfOneThatIsBusy_isMeasured() throws Exception {
    run(() -> {
      try (var conversation = new Conversation()) {
        measure(conversation);
        Found found;
        do {
          compute(1_000_000);
          found = measure(conversation);
        } while (!found.has("lag"));
        var lag = new Found((Map<?, ?>) found.get("lag"));
        assertThat(lag.number("samples")).isPositive();
        assertThat(lag.number("p50")).isBetween(0.0, lag.number("p99"));
        assertThat(lag.number("p99")).isLessThanOrEqualTo(lag.number("max"));
      }
    });
  }

  @Test
  void visitors_takeNothingFromEachOther_andLeaveNoThread() throws Exception {
    run(() -> {
      try (var one = new Conversation();
          var other = new Conversation()) {
        measure(one);
        measure(other);
        var event = new Event();
        var shared =
            createTask(
                () -> {
                  sleep(0);
                  event.await();
                },
                "shared");
        sleep(0);
        sleep(0);
        sleep(0);
        assertThat(measure(one).named("tasks", "shared").number("steps")).isEqualTo(2);
        one.close();
        assertThat(measure(other).named("tasks", "shared").number("steps")).isEqualTo(2);
        stop(shared);
      }
    });
    for (var thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("jasyncio-insight-lag")) {
        assertThat(thread.join(Duration.ofMinutes(5))).isTrue();
      }
    }
  }

  @Test
  void taskThatIsDone_isAmongTheFunctions_andItselfIfItHasCostMuch() {
    var costs = new ArrayList<StepCosts>();
    run(() -> {
      var cost = new StepCosts(getRunningLoop(), new LambdaNames(), _ -> true);
      for (int i = 0; i < 2; i++) {
        var task = createTask(() -> {}, "light");
        await(task);
        cost.stepEnded(task, 10_000, false, List.of());
      }
      var heavy = createTask(() -> {}, "heavy");
      cost.stepEnded(heavy, 900_000, false, List.of());
      await(heavy);
      cost.stepEnded(heavy, 200_000, false, List.of());
      costs.add(cost);
    });
    assertThat(costs.getFirst().tasks())
        .singleElement()
        .satisfies(task -> {
          assertThat(task.task().name()).isEqualTo("heavy");
          assertThat(task.cost().steps).isEqualTo(2);
          assertThat(task.cost().nanos).isEqualTo(1_100_000);
        });
    assertThat(costs.getFirst().functions().get("MeasureTest.<lambda>"))
        .satisfies(cost -> {
          assertThat(cost.steps).isEqualTo(4);
          assertThat(cost.nanos).isEqualTo(1_120_000);
          assertThat(cost.longest).isEqualTo(900_000);
        });
    assertThat(costs.getFirst().all().steps).isEqualTo(4);
  }
}
