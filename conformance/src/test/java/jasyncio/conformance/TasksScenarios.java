package jasyncio.conformance;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.eagerTaskFactory;
import static jasyncio.Asyncio.ensureFuture;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.oneIteration;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.raise;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.conformance.Trace.tidy;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.ContextVar;
import jasyncio.Coroutine;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.TaskFactory;
import jasyncio.TaskOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Tasks and cancellation: rules T1 to T12.
final class TasksScenarios {
  private TasksScenarios() {}

  @Scenario("T1")
  static void aTaskDoesNotStartAtOnce() {
    run(() -> {
      var task = createTask(() -> steps("task", 1));
      print("created", task.done());
      sleep(0);
      print("slept", task.done());
    });
  }

  @Scenario("T1")
  static void tasksStartInOrderOfCreation() {
    run(() -> {
      getRunningLoop().callSoon(() -> print("callback 1"));
      var tasks = List.of(createTask(() -> steps("a", 2)), createTask(() -> steps("b", 2)));
      getRunningLoop().callSoon(() -> print("callback 2"));
      Asyncio.wait(tasks);
    });
  }

  private static int numberOf(Task<?> task) {
    return Integer.parseInt(task.getName().replace("Task-", ""));
  }

  @Scenario("T1")
  static void taskNames() {
    run(() -> {
      var first = createTask(() -> echo(1));
      var second = createTask(() -> echo(2));
      var named = createTask(() -> echo(3), "named");
      print(numberOf(second) - numberOf(first), named.getName());
      named.setName("renamed");
      print(named.getName());
      Asyncio.wait(List.of(first, second, named));
    });
  }

  @Scenario("T1")
  static void aTaskGivesItsResult() {
    run(() -> {
      var task = createTask(() -> echo("value", 1));
      print(await(task));
      print(task.result(), task.exception(), task.done(), task.cancelled());
    });
  }

  @Scenario("T1")
  static void aTaskMayBeAwaitedByMany() {
    run(() -> {
      var task = createTask(() -> echo("value", 1));
      await(gatherActions(() -> print("a", await(task)), () -> print("b", await(task))));
      print(await(task));
    });
  }

  @Scenario("T1")
  static void aTaskCannotBeSetFromOutside() {
    run(() -> {
      var task = createTask(() -> echo("value"));
      print(attempt(() -> task.setResult("other")));
      print(attempt(() -> task.setException(new Oops("x"))));
      print(attempt(() -> task.result()));
      print(await(task));
    });
  }

  @Scenario("T1")
  static void doneCallbacksOfATask() {
    run(() -> {
      var task = createTask(() -> echo("value"));
      task.addDoneCallback(t -> print("callback", t == task, t.result()));
      await(task);
      print("awaited");
    });
  }

  @Scenario("T2")
  static void cancelReachesTheAwaitedFuture() {
    run(() -> {
      var future = getRunningLoop().createFuture();
      var task = createTask(() -> await(future));
      sleep(0);
      print(task.cancel(), future.cancelled(), task.cancelled(), task.cancelling());
      print(outcome(task));
      print(task.cancelled(), task.cancelling());
    });
  }

  @Scenario("T2")
  static void cancelOfADoneTaskIsRefused() {
    run(() -> {
      var task = createTask(() -> echo("value"));
      await(task);
      print(task.cancel(), task.cancelling(), task.cancelled(), task.result());
    });
  }

  @Scenario("T2")
  static void everyCancelCounts() {
    run(() -> {
      var task = createTask(() -> hang("task"));
      sleep(0);
      print(task.cancelling());
      print(task.cancel(), task.cancelling());
      print(task.cancel(), task.cancelling());
      print(outcome(task));
    });
  }

  @Scenario("T2")
  static void theFirstCancelMessageWins() {
    run(() -> {
      var task = createTask(() -> hang("task"));
      sleep(0);
      task.cancel("first");
      task.cancel("second");
      Asyncio.wait(List.of(task));
    });
  }

  private static void waitFor(String name, Task<?> task) {
    try {
      await(task);
    } catch (CancelledError e) {
      print(name, describe(e));
      throw e;
    }
  }

  @Scenario("T2")
  static void cancelTravelsDownAChainOfTasks() {
    run(() -> {
      var a = createTask(() -> hang("a"));
      var b = createTask(() -> waitFor("b", a));
      var c = createTask(() -> waitFor("c", b));
      pause(2);
      c.cancel("why");
      Asyncio.wait(List.of(c));
      print(a.cancelled(), b.cancelled(), c.cancelled());
    });
  }

  @Scenario("T2")
  static void cancelInterruptsASleep() {
    run(() -> {
      Action<?> sleeper =
          () -> {
            try {
              sleep(60);
            } catch (CancelledError e) {
              print("sleeper", describe(e));
              throw e;
            }
          };
      var task = createTask(sleeper);
      sleep(0);
      task.cancel();
      print(outcome(task));
    });
  }

  @Scenario("T2")
  static void cancelDuringSleepZero() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              sleep(0);
              print("not reached");
            } catch (CancelledError e) {
              print("work", describe(e));
            }
          };
      var task = createTask(work);
      sleep(0);
      task.cancel("why");
      print(outcome(task), task.cancelled());
    });
  }

  @Scenario("T2")
  static void aCancelledFutureCancelsItsWaiter() {
    run(() -> {
      var future = getRunningLoop().createFuture();
      var task = createTask(() -> await(future));
      sleep(0);
      future.cancel();
      print(outcome(task));
      print(task.cancelled(), task.cancelling());
    });
  }

  @Scenario("T2")
  static void cancelAfterTheWakeUpStillArrives() {
    run(() -> {
      var future = getRunningLoop().<String>createFuture();
      Action<?> wait =
          () -> {
            try {
              print("received", await(future));
            } catch (CancelledError e) {
              print("wait", describe(e), "| future", future.result());
              throw e;
            }
          };
      var task = createTask(wait);
      sleep(0);
      future.setResult("value");
      print(task.cancel("late"));
      print(outcome(task));
    });
  }

  @Scenario("T3")
  static void cancelBeforeTheFirstStep() {
    run(() -> {
      var task = createTask(() -> print("never"));
      print(task.cancel("early"), task.cancelled());
      print(outcome(task));
      print(task.cancelled());
    });
  }

  @Scenario("T3")
  static void anUnstartedTaskTakesItsTurnToEnd() {
    run(() -> {
      var first = createTask(() -> steps("first", 1));
      var second = createTask(() -> hang("second"));
      second.addDoneCallback(t -> print("second ended"));
      second.cancel();
      Asyncio.wait(List.of(first));
      print(second.cancelled());
    });
  }

  @Scenario("T4")
  static void aTaskThatCancelsItselfAndReturns() {
    run(() -> {
      Awaitable<String, ?> work =
          () -> {
            currentTask().cancel();
            return "lost";
          };
      var task = createTask(work);
      print(outcome(task));
      print(task.cancelled());
    });
  }

  @Scenario("T4")
  static void aTaskThatCancelsItselfAndAwaits() {
    run(() -> {
      Action<?> work =
          () -> {
            print(currentTask().cancel("me"));
            print("goes on");
            try {
              sleep(0);
            } catch (CancelledError e) {
              print("work", describe(e));
              throw e;
            }
          };
      var task = createTask(work);
      print(outcome(task));
    });
  }

  @Scenario("T4")
  static void aTaskThatCancelsItselfAndFails() {
    run(() -> {
      Action<?> work =
          () -> {
            currentTask().cancel();
            throw new Oops("x");
          };
      print(outcome(createTask(work)));
    });
  }

  @Scenario("T4")
  static void selfCancelWaitsForARealSuspension() {
    run(() -> {
      Action<?> work =
          () -> {
            currentTask().cancel();
            var done = getRunningLoop().<String>createFuture();
            done.setResult("no suspension");
            print(await(done));
            print(echo("no suspension either"));
            print(outcome(() -> sleep(0)));
          };
      print(outcome(createTask(work)));
    });
  }

  @Scenario("T5")
  static void aSwallowedCancelIsOver() {
    run(() -> {
      Awaitable<String, ?> work =
          () -> {
            try {
              sleep(60);
            } catch (CancelledError e) {
              print("swallowed");
            }
            sleep(0);
            print("still alive", currentTask().cancelling());
            return "result";
          };
      var task = createTask(work);
      sleep(0);
      task.cancel();
      print(outcome(task), task.cancelled(), task.cancelling());
    });
  }

  @Scenario("T5")
  static void aTaskMaySwallowSeveralCancels() {
    run(() -> {
      Action<?> work =
          () -> {
            for (int i = 0; i < 3; i++) {
              try {
                sleep(60);
              } catch (CancelledError e) {
                print(i, describe(e), currentTask().cancelling());
              }
            }
          };
      var task = createTask(work);
      sleep(0);
      for (var message : List.of("one", "two", "three")) {
        task.cancel(message);
        sleep(0);
      }
      print(outcome(task), task.cancelled());
    });
  }

  @Scenario("T5")
  static void cleanupMayAwait() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              sleep(60);
            } finally {
              print("cleaning");
              sleep(0.01);
              print("cleaned");
            }
          };
      var task = createTask(work);
      sleep(0);
      task.cancel();
      print(outcome(task));
    });
  }

  @Scenario("T5")
  static void aSecondCancelInterruptsTheCleanup() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              sleep(60);
            } finally {
              print("cleaning");
              sleep(60);
              print("never");
            }
          };
      var task = createTask(work);
      sleep(0);
      task.cancel();
      sleep(0);
      task.cancel();
      print(outcome(task));
    });
  }

  @Scenario("T6")
  static void uncancelCountsDownToZero() {
    run(() -> {
      Action<?> work =
          () -> {
            var task = currentTask();
            try {
              sleep(60);
            } catch (CancelledError e) {
              print(task.cancelling());
            }
            print(task.uncancel(), task.uncancel(), task.uncancel(), task.cancelling());
          };
      var task = createTask(work);
      sleep(0);
      task.cancel();
      task.cancel();
      await(task);
    });
  }

  @Scenario("T6")
  static void uncancelToZeroTakesAPendingCancelBack() {
    run(() -> {
      Awaitable<String, ?> work =
          () -> {
            var task = currentTask();
            task.cancel();
            print(task.uncancel());
            sleep(0);
            return "not cancelled";
          };
      print(outcome(createTask(work)));
    });
  }

  @Scenario("T6")
  static void uncancelAboveZeroLeavesAPendingCancel() {
    run(() -> {
      Awaitable<String, ?> work =
          () -> {
            var task = currentTask();
            task.cancel();
            task.cancel();
            print(task.uncancel());
            sleep(0);
            return "not cancelled";
          };
      print(outcome(createTask(work)));
    });
  }

  @Scenario("T7")
  static void aCancelledErrorNobodyAskedFor() {
    run(() -> {
      var task = createTask(() -> raise(new CancelledError("own")));
      print(outcome(task));
      print(task.cancelled(), task.cancelling());
    });
  }

  @Scenario("T7")
  static void anotherErrorWinsOverTheCancel() {
    run(() -> {
      Action<?> work =
          () -> {
            try {
              sleep(60);
            } catch (CancelledError e) {
              throw new Oops("instead");
            }
          };
      var task = createTask(work);
      sleep(0);
      task.cancel();
      print(outcome(task));
      print(task.cancelled());
    });
  }

  @Scenario("T7")
  static void keyboardInterruptInATaskLeavesTheLoop() throws Exception {
    withLoop(loop -> {
      var task = loop.createTask(() -> raise(new KeyboardInterrupt()));
      var outer = loop.createTask(() -> await(task));
      print(attempt(() -> loop.runUntilComplete(outer)));
      print(task.done(), describe(task.exception()));
      print(attempt(() -> loop.runUntilComplete(outer)));
    });
  }

  @Scenario("T7")
  static void systemExitInTheMainTask() {
    try {
      run(() -> raise(new SystemExit(3)));
    } catch (SystemExit e) {
      print(kind(e), e.code());
    }
  }

  private static void abandon() throws Exception {
    withLoop(loop -> {
      loop.createTask(() -> await(getRunningLoop().createFuture()));
      oneIteration(loop);
    });
  }

  @Scenario("T8")
  static void aTaskDestroyedPendingIsTold() throws Exception {
    logs(() -> {
      abandon();
      collect(1);
    });
  }

  @Scenario("T8")
  static void aTaskTheLoopStillNeedsIsNotCollected() throws Exception {
    logs(() ->
        run(() -> {
          Action<?> work =
              () -> {
                sleep(0.01);
                print("finished");
              };
          createTask(work);
          sleep(0);
          collect();
          sleep(0.03);
        }));
  }

  @Scenario("T9")
  static void theResultIsReadWhenTheWaiterWakes() {
    run(() -> {
      var values = new ArrayList<String>();
      var future = getRunningLoop().<List<String>>createFuture();
      var task = createTask(() -> print(await(future)));
      sleep(0);
      future.setResult(values);
      values.add("added before the wake-up");
      await(task);
    });
  }

  @Scenario("T9")
  static void orderOfWaitersAndCallbacks() {
    run(() -> {
      var loop = getRunningLoop();
      var future = loop.<String>createFuture();
      var tasks = new ArrayList<Task<?>>();
      future.addDoneCallback(f -> print("callback 1"));
      tasks.add(createTask(() -> printAfter(future, "waiter 1")));
      sleep(0);
      future.addDoneCallback(f -> print("callback 2"));
      tasks.add(createTask(() -> printAfter(future, "waiter 2")));
      sleep(0);
      loop.callSoon(() -> print("before set"));
      future.setResult("value");
      loop.callSoon(() -> print("after set"));
      Asyncio.wait(tasks);
    });
  }

  private static void printAfter(Future<?> future, String name) {
    await(future);
    print(name);
  }

  /// Runs with the eager task factory.
  private static void eagerRun(Action<?> main) throws Exception {
    run(() -> {
      getRunningLoop().setTaskFactory(eagerTaskFactory());
      main.run();
    });
  }

  @Scenario("T10")
  static void anEagerTaskStartsInsideCreateTask() throws Exception {
    eagerRun(() -> {
      var task = createTask(() -> steps("task", 2));
      print("created", task.done());
      print(await(task));
    });
  }

  @Scenario("T10")
  static void anEagerTaskMayBeDoneAtOnce() throws Exception {
    eagerRun(() -> {
      var task = createTask(() -> echo("value"));
      print(task.done(), task.result());
      var failed = createTask(() -> fail("x"));
      print(failed.done(), describe(failed.exception()));
    });
  }

  @Scenario("T10")
  static void theCurrentTaskInsideAnEagerStart() throws Exception {
    eagerRun(() -> {
      var creator = currentTask();
      var seen = new ArrayList<Task<?>>();
      Action<?> work =
          () -> {
            seen.add(currentTask());
            sleep(0);
            seen.add(currentTask());
          };
      var task = createTask(work);
      print(seen.equals(List.of(task)), currentTask() == creator);
      print(allTasks().contains(task));
      await(task);
      print(seen.equals(List.of(task, task)));
    });
  }

  @Scenario("T10")
  static void gatherOfEagerTasksIsDoneAtOnce() throws Exception {
    eagerRun(() -> {
      var group = gather(() -> echo(1), () -> echo(2));
      print(group.done());
      print(await(group));
      var mixed = gather(() -> echo(1), () -> echo(2, 1));
      print(mixed.done());
      print(await(mixed));
    });
  }

  @Scenario("T10")
  static void anEagerTaskHasItsOwnContext() throws Exception {
    var variable = ContextVar.of("var", "none");
    eagerRun(() -> {
      Action<?> work =
          () -> {
            variable.set("task");
            print(variable.get());
          };
      variable.set("creator");
      createTask(work);
      print(variable.get());
    });
  }

  @Scenario("T10")
  static void anEagerTaskMayStartAnother() throws Exception {
    eagerRun(() -> {
      Action<?> outer =
          () -> {
            print("outer starts");
            var task = createTask(() -> steps("inner", 2));
            print("outer goes on");
            await(task);
            print("outer ends");
          };
      await(createTask(outer));
    });
  }

  @Scenario("T10")
  static void anEagerTaskIsCancelledAtItsFirstAwait() throws Exception {
    eagerRun(() -> {
      var task = createTask(() -> hang("task"));
      print(task.cancel());
      print(outcome(task));
    });
  }

  @Scenario("T10")
  static void anEagerStartNeedsARunningLoop() throws Exception {
    withLoop(loop -> {
      loop.setTaskFactory(eagerTaskFactory());
      var task = loop.createTask(() -> steps("task", 1));
      print("created");
      loop.runUntilComplete(task);
    });
  }

  @Scenario("T11")
  static void aTaskFactoryMakesTheTasks() {
    run(() -> {
      var loop = getRunningLoop();
      var factory =
          new TaskFactory() {
            @Override
            public <T> Future<T> create(EventLoop theLoop, Coroutine<T> coro, TaskOptions options) {
              print("factory", theLoop == loop, coro.state());
              return new Task<>(theLoop, coro, options);
            }
          };
      print((Object) loop.getTaskFactory());
      loop.setTaskFactory(factory);
      print(loop.getTaskFactory() == factory);
      print(await(createTask(() -> echo("one"))));
      print(await(gather(() -> echo("two"))));
      loop.setTaskFactory(null);
      print(await(createTask(() -> echo("three"))));
    });
  }

  @Scenario("T12")
  static void currentTaskIsNoneInCallbacks() {
    run(() -> {
      var loop = getRunningLoop();
      loop.callSoon(() -> print((Object) currentTask()));
      sleep(0);
      var task = currentTask();
      sleep(0);
      print(currentTask() == task);
    });
  }

  private static List<String> names(Set<Task<?>> tasks) {
    return tasks.stream().map(Task::getName).sorted().toList();
  }

  @Scenario("T12")
  static void allTasksLeavesTheDoneOnesOut() {
    run(() -> {
      currentTask().setName("main");
      var a = createTask(() -> echo("a"), "a");
      var b = createTask(() -> hang("b"), "b");
      print(names(allTasks()));
      await(a);
      print(names(allTasks()));
      b.cancel();
      print(names(allTasks()));
      Asyncio.wait(List.of(b));
      print(names(allTasks()));
    });
  }

  @Scenario("T12")
  static void allTasksOfAnotherLoop() throws Exception {
    withLoop(loop -> {
      var task = loop.createTask(() -> echo("value"), "idle");
      print(names(allTasks(loop)));
      run(() -> print(allTasks().size(), allTasks(loop).size()));
      print(loop.runUntilComplete(task));
      print(allTasks(loop).isEmpty());
    });
  }

  @Scenario("repr")
  static void reprOfATask() throws Exception {
    withLoop(loop -> {
      var future = loop.<String>createFuture();
      var task = loop.createTask(() -> await(future), "x");
      print(tidy(task));
      oneIteration(loop);
      print(tidy(task));
      future.setResult("value");
      oneIteration(loop);
      print(tidy(task));
      var failed = loop.createTask(() -> fail("x"), "y");
      var cancelled = loop.createTask(() -> echo("x"), "z");
      cancelled.cancel();
      oneIteration(loop);
      print(tidy(failed), describe(failed.exception()));
      print(tidy(cancelled));
    });
  }

  @Scenario("repr")
  static void reprOfATaskBeingCancelled() throws Exception {
    withLoop(loop -> {
      var task = loop.createTask(() -> echo("value", 1), "x");
      oneIteration(loop);
      task.cancel();
      print(tidy(task));
      oneIteration(loop);
      print(tidy(task));
    });
  }

  @Scenario("ensure_future")
  static void ensureFutureLeavesFuturesAlone() {
    run(() -> {
      var future = getRunningLoop().createFuture();
      print(ensureFuture(future) == future);
      var task = createTask(() -> echo("task"));
      print(ensureFuture(task) == task);
      var made = ensureFuture(() -> echo("coroutine"));
      print(made instanceof Task, await(made), await(task));
    });
  }
}
