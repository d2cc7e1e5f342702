package jasyncio.conformance;

import static jasyncio.Asyncio.asCompleted;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.eagerTaskFactory;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.shield;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.print;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.Future;
import java.util.List;

/// How many loop iterations an await costs: the measured table, row by row.
final class IterationsScenarios {
  private IterationsScenarios() {}

  @FunctionalInterface
  private interface Main {
    void run(Clock clock) throws Exception;
  }

  /// Runs a coroutine on a loop with a clock.
  private static void measure(Main main) throws Exception {
    withLoop(loop -> {
      var clock = new Clock(loop);
      loop.runUntilComplete(() -> main.run(clock));
    });
  }

  private static Future<String> done() {
    var future = getRunningLoop().<String>createFuture();
    future.setResult("done");
    return future;
  }

  @Scenario("2.0")
  static void aCoroutineThatReturnsAtOnce() throws Exception {
    measure(clock -> {
      print(clock.count(() -> echo("value")));
      print(clock.count(() -> fail("x")));
    });
  }

  @Scenario("2.0")
  static void aDoneFuture() throws Exception {
    measure(clock -> print(clock.count(done())));
  }

  @Scenario("2.0")
  static void sleepingZero() throws Exception {
    measure(clock -> {
      print(clock.count(() -> sleep(0)));
      print(clock.count(() -> sleep(-1)));
      print(clock.count(() -> pause(3)));
    });
  }

  @Scenario("2.0")
  static void aNewTask() throws Exception {
    measure(clock -> {
      print(clock.count(createTask(() -> echo("value"))));
      print(clock.count(createTask(() -> fail("x"))));
    });
  }

  @Scenario("2.0")
  static void aNewTaskThatSleepsOnce() throws Exception {
    measure(clock -> print(clock.count(createTask(() -> echo("value", 1)))));
  }

  @Scenario("2.0")
  static void aNewTaskThatAwaitsANewTask() throws Exception {
    measure(clock -> {
      Action<?> outer = () -> await(createTask(() -> echo("value")));
      print(clock.count(createTask(outer)));
    });
  }

  @Scenario("2.0")
  static void aFutureSetByACallback() throws Exception {
    measure(clock -> {
      var future = getRunningLoop().<Integer>createFuture();
      getRunningLoop().callSoon(() -> future.setResult(1));
      print(clock.count(future));
    });
  }

  @Scenario("2.0")
  static void gatherOfNothing() throws Exception {
    measure(clock -> print(clock.count(gather())));
  }

  @Scenario("2.0")
  static void gatherOfADoneFuture() throws Exception {
    measure(clock -> print(clock.count(gather(done()))));
  }

  @Scenario("2.0")
  static void gatherOfCoroutines() throws Exception {
    measure(clock -> {
      print(clock.count(gather(() -> echo(1))));
      print(clock.count(gather(() -> echo(1), () -> echo(2), () -> echo(3))));
      print(clock.count(gather(() -> echo(1), () -> fail("x"))));
    });
  }

  @Scenario("2.0")
  static void gatherOfGathers() throws Exception {
    measure(clock -> print(clock.count(gather(gather(() -> echo(1))))));
  }

  @Scenario("2.0")
  static void waitForOfACoroutine() throws Exception {
    measure(clock -> {
      print(clock.count(() -> waitFor(() -> echo(1), 1)));
      print(clock.count(() -> waitFor(() -> echo(1, 1), 1)));
    });
  }

  @Scenario("2.0")
  static void waitForOfAFuture() throws Exception {
    measure(clock -> {
      print(clock.count(() -> waitFor(done(), 1)));
      var task = createTask(() -> echo(1));
      print(clock.count(() -> waitFor(task, 1)));
    });
  }

  @Scenario("2.0")
  static void waitForOfACoroutineWithNoTime() throws Exception {
    measure(clock -> print(clock.count(() -> waitFor(() -> echo(1), 0))));
  }

  @Scenario("2.0")
  static void waitForOfAFutureWithNoTime() throws Exception {
    measure(clock -> {
      print(clock.count(() -> waitFor(done(), 0)));
      var task = createTask(() -> echo(1));
      print(clock.count(() -> waitFor(task, 0)));
    });
  }

  @Scenario("2.0")
  static void waitingForADoneFuture() throws Exception {
    measure(clock -> print(clock.count(() -> Asyncio.wait(List.of(done())))));
  }

  @Scenario("2.0")
  static void waitingForANewTask() throws Exception {
    measure(clock -> {
      var task = createTask(() -> echo(1));
      print(clock.count(() -> Asyncio.wait(List.of(task))));
    });
  }

  @Scenario("2.0")
  static void shieldOfADoneFuture() throws Exception {
    measure(clock -> print(clock.count(shield(done()))));
  }

  @Scenario("2.0")
  static void shieldOfACoroutine() throws Exception {
    measure(clock -> print(clock.count(shield(() -> echo(1)))));
  }

  @Scenario("2.0")
  static void anEmptyGroup() throws Exception {
    Action<?> group =
        () ->
            taskGroup(tg -> {
              // no tasks
            });
    measure(clock -> print(clock.count(group)));
  }

  private static void group(Awaitable<?, ?> child) {
    taskGroup(tg -> tg.createTask(child));
  }

  @Scenario("2.0")
  static void aGroupWithOneChild() throws Exception {
    measure(clock -> {
      print(clock.count(() -> group(() -> echo(1))));
      print(clock.count(() -> group(() -> fail("x"))));
    });
  }

  private static void nothing() {}

  @Scenario("2.0")
  static void aTimeoutAroundNothing() throws Exception {
    measure(clock -> {
      print(clock.count(() -> timeout(1, () -> nothing())));
      print(clock.count(() -> timeout(-1, () -> nothing())));
    });
  }

  @Scenario("2.0")
  static void aTimeoutOfZero() throws Exception {
    measure(clock -> {
      print(clock.count(() -> timeout(0, () -> sleep(10))));
      print(clock.count(() -> timeout(0, () -> sleep(0))));
    });
  }

  @Scenario("2.0")
  static void oneItemOfAsCompleted() throws Exception {
    measure(clock -> {
      for (var item : asCompleted(List.of(coroutine(() -> echo(1))))) {
        print(clock.count(item));
      }
    });
  }

  @Scenario("2.0")
  static void cancelOfAnUnstartedTask() throws Exception {
    measure(clock -> {
      var task = createTask(() -> echo(1));
      task.cancel();
      print(clock.count(task));
    });
  }

  @Scenario("2.0")
  static void cancelOfASleepingTask() throws Exception {
    measure(clock -> {
      Action<?> startAndCancel =
          () -> {
            var task = createTask(() -> sleep(60));
            sleep(0);
            task.cancel();
            await(task);
          };
      print(clock.count(startAndCancel));
    });
  }

  @Scenario("2.0")
  static void anEagerTask() throws Exception {
    measure(clock -> {
      getRunningLoop().setTaskFactory(eagerTaskFactory());
      print(clock.count(createTask(() -> echo(1))));
      print(clock.count(createTask(() -> echo(1, 1))));
      print(clock.count(gather(() -> echo(1), () -> echo(2))));
    });
  }

  @Scenario("2.0")
  static void aWholeRunOfACoroutine() throws Exception {
    withLoop(loop -> {
      var clock = new Clock(loop);
      loop.runUntilComplete(() -> echo("value"));
      print(clock.ticks());
    });
  }

  @Scenario("2.0")
  static void aWholeRunOfADoneFuture() throws Exception {
    withLoop(loop -> {
      var clock = new Clock(loop);
      var future = loop.<String>createFuture();
      future.setResult("done");
      loop.runUntilComplete(future);
      print(clock.ticks());
    });
  }
}
