package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.toThread;
import static jasyncio.conformance.Helpers.join;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.raise;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;

import jasyncio.Action;
import jasyncio.ContextVar;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// Threads and executors: rule N5, and L11 seen from tasks.
final class ThreadsScenarios {
  private ThreadsScenarios() {}

  @Scenario("N5")
  static void runInExecutorGivesTheResult() {
    run(() -> {
      var loop = getRunningLoop();
      print(await(loop.runInExecutor(null, () -> "value")));
      print(outcome(loop.runInExecutor(null, () -> attempt(() -> 1))));
    });
  }

  @Scenario("N5")
  static void runInExecutorGivesTheVeryError() {
    run(() -> {
      var oops = new Oops("x");
      try {
        await(getRunningLoop().runInExecutor(null, () -> raise(oops)));
      } catch (Oops e) {
        print(e == oops);
      }
    });
  }

  @Scenario("N5")
  static void executorCallsRunOnOtherThreads() {
    run(() -> {
      var loop = getRunningLoop();
      var mine = Thread.currentThread();
      var theirs = await(loop.runInExecutor(null, () -> Thread.currentThread()));
      print(mine == theirs);
      print(await(loop.runInExecutor(null, () -> attempt(() -> getRunningLoop()))));
    });
  }

  @Scenario("N5")
  static void namesOfTheDefaultExecutorsThreads() {
    run(() -> {
      var name = toThread(() -> Thread.currentThread().getName());
      print(name.startsWith("asyncio_"));
    });
  }

  @Scenario("N5")
  static void theLoopGoesOnMeanwhile() {
    run(() -> {
      var release = new ThreadEvent();
      var future = getRunningLoop().runInExecutor(null, () -> release.waitUntilSet());
      print(steps("loop", 3), future.done());
      release.set();
      await(future);
      print("done");
    });
  }

  @Scenario("N5")
  static void aGivenExecutorIsUsed() {
    run(() -> {
      var loop = getRunningLoop();
      try (var executor = Executors.newSingleThreadExecutor()) {
        var first = await(loop.runInExecutor(executor, () -> Thread.currentThread()));
        var second = await(loop.runInExecutor(executor, () -> Thread.currentThread()));
        var other = await(loop.runInExecutor(null, () -> Thread.currentThread()));
        print(first == second, first == other);
      }
    });
  }

  @Scenario("N5")
  static void theDefaultExecutorCanBeSet() {
    run(() -> {
      var loop = getRunningLoop();
      loop.setDefaultExecutor(Executors.newSingleThreadExecutor());
      var first = await(loop.runInExecutor(null, () -> Thread.currentThread()));
      var second = toThread(() -> Thread.currentThread());
      print(first == second);
    });
  }

  @Scenario("N5")
  static void cancelCannotStopAStartedCall() {
    run(() -> {
      var started = new ThreadEvent();
      var release = new ThreadEvent();
      Action<?> call =
          () -> {
            started.set();
            release.waitUntilSet();
            print("call ended");
          };
      var future = getRunningLoop().runInExecutor(null, call);
      started.waitUntilSet();
      print(future.cancel(), outcome(future));
      release.set();
    });
    print("run ended");
  }

  @Scenario("N5")
  static void cancelKeepsAWaitingCallFromStarting() {
    run(() -> {
      var loop = getRunningLoop();
      var release = new ThreadEvent();
      try (var executor = Executors.newSingleThreadExecutor()) {
        var first = loop.runInExecutor(executor, () -> release.waitUntilSet());
        var second = loop.runInExecutor(executor, () -> print("never"));
        print(second.cancel());
        pause(2);
        release.set();
        await(first);
        print(second.cancelled());
      }
    });
  }

  @Scenario("N5")
  static void aShutDownExecutorRefusesCalls() {
    run(() -> {
      var loop = getRunningLoop();
      print(await(loop.runInExecutor(null, () -> "value")));
      loop.shutdownDefaultExecutor();
      print(attempt(() -> loop.runInExecutor(null, () -> print())));
      print(outcome(() -> toThread(() -> print())));
    });
  }

  @Scenario("N5")
  static void shutdownWaitsForRunningCalls() {
    run(() -> {
      var loop = getRunningLoop();
      var release = new ThreadEvent();
      Action<?> call =
          () -> {
            release.waitUntilSet();
            print("call ended");
          };
      loop.runInExecutor(null, call);
      loop.callLater(0.01, release::set);
      loop.shutdownDefaultExecutor();
      print("shut down");
    });
  }

  @Scenario("N5")
  static void toThreadGivesResultAndError() {
    run(() -> {
      print(toThread(() -> "value"));
      print(outcome(() -> toThread(() -> raise(new Oops("x")))));
    });
  }

  @Scenario("N5")
  static void toThreadLetsOtherTasksRun() {
    run(() -> {
      var release = new ThreadEvent();
      Action<?> work =
          () -> {
            toThread(() -> release.waitUntilSet());
            print("thread done");
          };
      var task = createTask(work);
      pause();
      print(steps("loop", 2));
      release.set();
      await(task);
    });
  }

  @Scenario("N5")
  static void toThreadCopiesTheContext() throws Exception {
    var variable = ContextVar.of("var", "none");
    run(() -> {
      Action<?> call =
          () -> {
            print("thread reads", variable.get());
            variable.set("thread");
            print("thread reads", variable.get());
          };
      variable.set("task");
      toThread(call);
      print("task reads", variable.get());
    });
  }

  @Scenario("N5")
  static void aCancelledToThreadLeavesItsCallRunning() {
    run(() -> {
      var started = new ThreadEvent();
      var release = new ThreadEvent();
      Action<?> call =
          () -> {
            started.set();
            release.waitUntilSet();
            print("call ended");
          };
      var task = createTask(() -> toThread(call));
      pause();
      started.waitUntilSet();
      task.cancel();
      print(outcome(task));
      release.set();
    });
  }

  @Scenario("L11")
  static void aThreadMayWakeAWaitingTask() {
    run(() -> {
      var loop = getRunningLoop();
      var future = loop.<String>createFuture();
      var thread =
          new Thread(() -> loop.callSoonThreadsafe(() -> future.setResult("from a thread")));
      loop.callLater(0.01, thread::start);
      print(await(future));
      join(thread);
    });
  }

  @Scenario("L11")
  static void threadsafeCallsOfOneThreadKeepTheirOrder() {
    run(() -> {
      var loop = getRunningLoop();
      var seen = new ArrayList<Integer>();
      toThread(() -> {
        for (int i = 0; i < 200; i++) {
          int number = i;
          loop.callSoonThreadsafe(() -> seen.add(number));
        }
      });
      pause(2);
      print(seen.equals(IntStream.range(0, 200).boxed().toList()));
    });
  }

  @Scenario("L11")
  static void threadsafeCallbacksTakeTheirTurn() {
    run(() -> {
      var loop = getRunningLoop();
      loop.callSoon(() -> print("a"));
      loop.callSoonThreadsafe(() -> print("b"));
      loop.callSoon(() -> print("c"));
      pause();
    });
  }
}
