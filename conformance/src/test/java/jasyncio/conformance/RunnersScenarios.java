package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Helpers.interruptThisProcess;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.raise;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.print;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.Context;
import jasyncio.ContextVar;
import jasyncio.EventLoop;
import jasyncio.RunOptions;
import jasyncio.Runner;
import jasyncio.Task;
import java.util.ArrayList;
import java.util.function.Supplier;

/// run and Runner: rules N1 to N4.
final class RunnersScenarios {
  private RunnersScenarios() {}

  @Scenario("N1")
  static void runGivesTheResult() {
    print(run(() -> echo("value", 2)));
  }

  @Scenario("N1")
  static void runRaisesTheVeryError() {
    var oops = new Oops("x");
    try {
      run(() -> raise(oops));
    } catch (Oops e) {
      print(e == oops);
    }
  }

  @Scenario("N1")
  static void runClosesItsLoop() throws Exception {
    var loops = new ArrayList<EventLoop>();
    Action<?> main =
        () -> {
          loops.add(getRunningLoop());
          print(loops.getLast().isRunning(), loops.getLast().isClosed());
        };
    run(main);
    run(main);
    print(loops.stream().map(EventLoop::isClosed).toList(), loops.getFirst() == loops.getLast());
  }

  @Scenario("N1")
  static void leftoverTasksAreCancelled() throws Exception {
    Awaitable<String, ?> main =
        () -> {
          createTask(() -> hang("leftover"));
          pause();
          print("main ends");
          return "value";
        };
    print(run(main));
  }

  @Scenario("N1")
  static void leftoverTasksMayCleanUp() {
    Action<?> leftover =
        () -> {
          try {
            sleep(60);
          } finally {
            sleep(0.01);
            print("cleaned up");
          }
        };
    run(() -> {
      createTask(leftover);
      pause();
    });
    print("after run");
  }

  @Scenario("N1")
  static void leftoverTasksAreCancelledAfterAFailureToo() {
    Action<?> main =
        () -> {
          createTask(() -> hang("leftover"));
          pause();
          throw new Oops("x");
        };
    print(attempt(() -> run(main)));
  }

  private static void failInTheCleanup() {
    try {
      sleep(60);
    } finally {
      raise(new Oops("in the cleanup"));
    }
  }

  @Scenario("N1")
  static void anErrorDuringTheShutdownIsReported() throws Exception {
    logs(() -> {
      run(() -> {
        report(getRunningLoop());
        createTask(() -> failInTheCleanup());
        pause();
      });
      collect();
    });
  }

  @Scenario("N1")
  static void anErrorDuringTheShutdownIsLogged() throws Exception {
    logs(() ->
        run(() -> {
          createTask(() -> failInTheCleanup());
          pause();
        }));
  }

  @Scenario("N1")
  static void aLeftoverTaskMayOutliveItsCancel() {
    Action<?> leftover =
        () -> {
          try {
            sleep(60);
          } catch (CancelledError e) {
            print("swallowed");
          }
          sleep(0.01);
          print("ends by itself");
        };
    run(() -> {
      createTask(leftover);
      pause();
    });
  }

  @Scenario("N1")
  static void theExecutorIsJoinedAfterTheTasks() {
    var release = new ThreadEvent();
    Action<?> call =
        () -> {
          release.waitUntilSet();
          print("call ended");
        };
    Action<?> leftover =
        () -> {
          try {
            sleep(60);
          } finally {
            print("task ended");
            release.set();
          }
        };
    run(() -> {
      getRunningLoop().runInExecutor(null, call);
      createTask(leftover);
      pause();
      print("main ended");
    });
    print("run ended");
  }

  @Scenario("N1")
  static void runWithDebug() throws Exception {
    Action<?> main = () -> print(getRunningLoop().getDebug());
    run(main, RunOptions.defaults().debug(true));
    run(main, RunOptions.defaults().debug(false));
  }

  @Scenario("N1")
  static void runWithALoopFactory() {
    var made = new ArrayList<EventLoop>();
    Supplier<EventLoop> factory =
        () -> {
          print("factory");
          made.add(newEventLoop());
          return made.getLast();
        };
    run(
        () -> print(getRunningLoop() == made.getLast()),
        RunOptions.defaults().loopFactory(factory));
    print(made.size(), made.getFirst().isClosed());
  }

  @Scenario("N1")
  static void runOfAMainThatIsCancelled() {
    Action<?> main =
        () -> {
          currentTask().cancel("why");
          sleep(0);
        };
    print(attempt(() -> run(main)));
  }

  @Scenario("N2")
  static void tasksMadeLastGetTheirFirstStep() {
    Action<?> late =
        () -> {
          print("late starts");
          sleep(0);
          print("never");
        };
    run(() -> {
      createTask(late);
      print("main ends");
    });
  }

  @Scenario("N2")
  static void tasksMadeLastMayFinishWithoutAwaiting() {
    run(() -> {
      createTask(() -> steps("late", 1));
      print("main ends");
    });
  }

  @Scenario("N2")
  static void callbacksMadeLastStillRun() {
    run(() -> {
      var loop = getRunningLoop();
      loop.callSoon(() -> {
        print("callback");
        loop.callSoon(() -> print("second callback"));
      });
      loop.callLater(30, () -> print("never"));
      print("main ends");
    });
  }

  @Scenario("N3")
  static void theFirstInterruptCancelsMain() {
    Action<?> main =
        () -> {
          interruptThisProcess();
          hang("main");
        };
    print(attempt(() -> run(main)));
  }

  @Scenario("N3")
  static void anInterruptThatMainSwallows() {
    Awaitable<String, ?> main =
        () -> {
          try {
            interruptThisProcess();
            hang("main");
            return "not interrupted";
          } catch (CancelledError e) {
            return "value";
          }
        };
    print(attempt(() -> run(main)));
  }

  @Scenario("N3")
  static void anInterruptOfAMainThatTakesTurns() {
    Action<?> main =
        () -> {
          createTask(() -> {
            sleep(0.01);
            interruptThisProcess();
          });
          try {
            while (true) {
              sleep(0);
            }
          } catch (CancelledError e) {
            print(describe(e));
          }
          throw new CancelledError();
        };
    print(attempt(() -> run(main)));
  }

  @Scenario("N3")
  static void anInterruptAfterACancellation() {
    Action<?> main =
        () -> {
          getRunningLoop().callSoon(currentTask()::cancel);
          try {
            hang("main");
          } catch (CancelledError e) {
            interruptThisProcess();
            hang("main again");
          }
        };
    print(attempt(() -> run(main)));
  }

  @Scenario("N3")
  static void anInterruptEndsLeftoverTasksToo() {
    Action<?> main =
        () -> {
          createTask(() -> hang("leftover"));
          pause();
          interruptThisProcess();
          hang("main");
        };
    print(attempt(() -> run(main)));
  }

  @Scenario("N4")
  static void runInsideARunningLoop() throws Exception {
    run(() -> {
      Awaitable<String, ?> coro = () -> echo("value");
      print(attempt(() -> run(coro)));
      print(await(coro));
    });
  }

  @Scenario("N4")
  static void runnerInsideARunningLoop() throws Exception {
    var runner = new Runner();
    run(() -> {
      Awaitable<String, ?> coro = () -> echo("value");
      print(attempt(() -> runner.run(coro)));
      print(await(coro));
    });
    runner.close();
  }

  @Scenario("N4")
  static void aRunnerRunsManyTimesOnOneLoop() {
    EventLoop first;
    try (var runner = new Runner()) {
      first = runner.run(() -> getRunningLoop());
      var second = runner.run(() -> getRunningLoop());
      print(first == second, first == runner.getLoop(), first.isClosed());
    }
    print(first.isClosed());
  }

  @Scenario("N4")
  static void theRunsOfARunnerShareTheirContext() throws Exception {
    var variable = ContextVar.of("var", "none");
    Action<?> setIt = () -> variable.set("set by the first run");
    Awaitable<String, ?> getIt = () -> variable.get();
    try (var runner = new Runner()) {
      runner.run(setIt);
      print(runner.run(getIt));
      print(runner.run(getIt, new Context()));
    }
    print(variable.get());
  }

  @Scenario("N4")
  static void tasksLiveOnBetweenTwoRuns() throws Exception {
    var tasks = new ArrayList<Task<String>>();
    Action<?> first =
        () -> {
          tasks.add(createTask(() -> steps("task", 4)));
          pause(2);
          print("first run ends");
        };
    Action<?> second =
        () -> {
          print("second run");
          print(await(tasks.getFirst()));
        };
    try (var runner = new Runner()) {
      runner.run(first);
      runner.run(second);
    }
  }

  @Scenario("N4")
  static void aRunnerClosesOnce() {
    var runner = new Runner();
    print(runner.run(() -> echo("value")));
    runner.close();
    runner.close();
    print(attempt(() -> runner.run(() -> echo("never"))));
    print(attempt(() -> runner.getLoop()));
  }

  @Scenario("N4")
  static void aRunnerGoesOnAfterAnError() {
    try (var runner = new Runner()) {
      print(attempt(() -> runner.run(() -> fail("x"))));
      print(attempt(() -> runner.run(() -> echo("value"))));
    }
  }

  @Scenario("N4")
  static void closingARunnerCancelsLeftovers() {
    try (var runner = new Runner()) {
      runner.run(() -> {
        createTask(() -> hang("leftover"));
        pause();
      });
      print("run ended");
    }
    print("closed");
  }

  @Scenario("N4")
  static void getLoopStartsARunner() {
    try (var runner = new Runner()) {
      var loop = runner.getLoop();
      print(loop.isRunning(), loop.isClosed());
      runner.run(() -> print(getRunningLoop() == loop));
    }
  }
}
