package jasyncio.conformance;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.blockFor;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.join;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.onThread;
import static jasyncio.conformance.Helpers.oneIteration;
import static jasyncio.conformance.Helpers.raise;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.print;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.ContextVar;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.ExceptionHandler;
import jasyncio.Future;
import jasyncio.Handle;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.TimerHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The loop core: rules L1 to L14.
final class LoopScenarios {
  private LoopScenarios() {}

  @Scenario("L1")
  static void callSoonIsFifo() throws Exception {
    withLoop(loop -> {
      for (var name : List.of("a", "b", "c")) {
        loop.callSoon(() -> print(name));
      }
      oneIteration(loop);
    });
  }

  @Scenario("L1")
  static void everyCallSoonRunsOnce() throws Exception {
    withLoop(loop -> {
      Runnable same = () -> print("same");
      var first = loop.callSoon(same);
      var second = loop.callSoon(same);
      print(first == second);
      oneIteration(loop);
      print("--");
      oneIteration(loop);
    });
  }

  @Scenario("L1")
  static void cancelledHandleDoesNotRun() throws Exception {
    withLoop(loop -> {
      var handle = loop.callSoon(() -> print("cancelled"));
      loop.callSoon(() -> print("kept"));
      print(handle.cancelled());
      handle.cancel();
      handle.cancel();
      print(handle.cancelled());
      oneIteration(loop);
    });
  }

  @Scenario("L2")
  static void whatABatchSchedulesWaitsForTheNext() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> {
        print("a");
        loop.callSoon(() -> print("c"));
      });
      loop.callSoon(() -> print("b"));
      oneIteration(loop);
      print("--");
      oneIteration(loop);
    });
  }

  private static void breed(EventLoop loop, String name, int depth) {
    print(name);
    if (depth > 0) {
      loop.callSoon(() -> breed(loop, name + "0", depth - 1));
      loop.callSoon(() -> breed(loop, name + "1", depth - 1));
    }
  }

  @Scenario("L2")
  static void threeGenerationsOfCallbacks() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> breed(loop, "x", 2));
      loop.callSoon(() -> breed(loop, "y", 1));
      for (int i = 0; i < 3; i++) {
        oneIteration(loop);
        print("--");
      }
    });
  }

  @Scenario("L2")
  static void aHandleCancelledByItsOwnBatchIsSkipped() throws Exception {
    withLoop(loop -> {
      var handles = new ArrayList<Handle>();
      loop.callSoon(() -> handles.getFirst().cancel());
      handles.add(loop.callSoon(() -> print("victim")));
      loop.callSoon(() -> print("after"));
      oneIteration(loop);
    });
  }

  @Scenario("L3")
  static void dueTimersRunAfterWhatWasReady() throws Exception {
    withLoop(loop -> {
      loop.callLater(0, () -> print("timer"));
      loop.callLater(-1, () -> print("older timer"));
      loop.callSoon(() -> print("a"));
      loop.callSoon(() -> print("b"));
      oneIteration(loop);
    });
  }

  @Scenario("L3")
  static void aDueTimerRunsBeforeWhatItsBatchSchedules() throws Exception {
    withLoop(loop -> {
      loop.callLater(0, () -> print("timer"));
      loop.callSoon(() -> {
        print("a");
        loop.callSoon(() -> print("next batch"));
      });
      oneIteration(loop);
      print("--");
      oneIteration(loop);
    });
  }

  @Scenario("L3")
  static void aTimerSetByABatchWaitsForTheNextPoll() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> {
        print("a");
        loop.callLater(0, () -> print("timer"));
        loop.callSoon(() -> print("soon"));
      });
      oneIteration(loop);
      print("--");
      oneIteration(loop);
    });
  }

  @Scenario("L4")
  static void timersRunByDeadline() throws Exception {
    withLoop(loop -> {
      loop.callLater(0.03, () -> print("c"));
      loop.callLater(0.01, () -> print("a"));
      loop.callLater(0.02, () -> print("b"));
      loop.callLater(0.04, loop::stop);
      loop.runForever();
    });
  }

  @Scenario("L4")
  static void overdueTimersRunByDeadlineInOneBatch() throws Exception {
    withLoop(loop -> {
      double now = loop.time();
      for (int i : List.of(3, 1, 4, 0, 2)) {
        loop.callAt(now - 1 + i / 10.0, () -> print(i));
      }
      oneIteration(loop);
    });
  }

  @Scenario("L4")
  static void noTimerRunsEarly() throws Exception {
    withLoop(loop -> {
      var late = new ArrayList<Boolean>();
      for (int i = 1; i < 6; i++) {
        double when = loop.time() + i / 500.0;
        loop.callAt(when, () -> late.add(loop.time() >= when - 1e-6));
      }
      loop.callLater(0.02, loop::stop);
      loop.runForever();
      print(late);
    });
  }

  @Scenario("L4")
  static void aTimerHandleKnowsItsDeadline() throws Exception {
    withLoop(loop -> {
      double when = loop.time() + 5;
      var handle = loop.callAt(when, () -> print("never"));
      print(handle.when() == when);
      var later = loop.callLater(10, () -> print("never"));
      double left = later.when() - loop.time();
      print(9 < left && left <= 10);
      handle.cancel();
      print(handle.cancelled(), handle.when() == when);
    });
  }

  @Scenario("L5")
  static void anIdleLoopSleepsUntilItsFirstTimer() throws Exception {
    withLoop(loop -> {
      double start = loop.time();
      loop.callLater(60, () -> print("never"));
      loop.callLater(0.02, loop::stop);
      loop.runForever();
      double took = loop.time() - start;
      print(0.0199 <= took && took < 10);
    });
  }

  @Scenario("L5")
  static void aFarTimerHoldsUpNeitherCallbacksNorStop() throws Exception {
    withLoop(loop -> {
      double start = loop.time();
      loop.callLater(1e10, () -> print("never"));
      loop.callLater(60, () -> print("never"));
      loop.callSoon(() -> print("callback"));
      oneIteration(loop);
      oneIteration(loop);
      print(loop.time() - start < 10);
    });
  }

  @Scenario("L6")
  static void cancelledTimersNeverRun() throws Exception {
    withLoop(loop -> {
      double start = loop.time();
      var ran = new ArrayList<Integer>();
      for (int i = 0; i < 300; i++) {
        int number = i;
        var handle = loop.callAt(start + i * 1e-4, () -> ran.add(number));
        if (i % 3 != 0) {
          handle.cancel();
        }
      }
      loop.callAt(start + 0.05, loop::stop);
      loop.runForever();
      print(ran.equals(IntStream.range(0, 100).mapToObj(i -> 3 * i).toList()));
    });
  }

  @Scenario("L6")
  static void aTimerMayCancelADueOne() throws Exception {
    withLoop(loop -> {
      double now = loop.time();
      var second = new ArrayList<TimerHandle>();
      loop.callAt(
          now - 2,
          () -> {
            print("first");
            second.getFirst().cancel();
          });
      second.add(loop.callAt(now - 1, () -> print("second")));
      oneIteration(loop);
      oneIteration(loop);
      print(second.getFirst().cancelled());
    });
  }

  @Scenario("L7")
  static void stopBeforeRunForeverRunsOneBatch() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> {
        print("a");
        loop.callSoon(() -> print("b"));
      });
      loop.stop();
      loop.runForever();
      print("stopped");
      loop.stop();
      loop.runForever();
    });
  }

  @Scenario("L7")
  static void theBatchThatStopsIsFinished() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> print("a"));
      loop.callSoon(loop::stop);
      loop.callSoon(() -> {
        print("b");
        loop.callSoon(() -> print("next run"));
      });
      loop.runForever();
      print("stopped", loop.isRunning(), loop.isClosed());
      oneIteration(loop);
    });
  }

  @Scenario("L7")
  static void stopDoesNotOutliveTheRun() throws Exception {
    withLoop(loop -> {
      loop.stop();
      loop.stop();
      loop.runForever();
      loop.callLater(
          0.01,
          () -> {
            print("timer");
            loop.stop();
          });
      loop.runForever();
    });
  }

  @Scenario("L8")
  static void runUntilCompleteGivesTheResult() throws Exception {
    withLoop(loop -> {
      print(loop.runUntilComplete(() -> echo("value", 2)));
      var future = loop.<Integer>createFuture();
      loop.callSoon(() -> future.setResult(7));
      print(loop.runUntilComplete(future));
      print(loop.isRunning());
    });
  }

  @Scenario("L8")
  static void runUntilCompleteRaisesTheVeryError() throws Exception {
    withLoop(loop -> {
      var oops = new Oops("x");
      try {
        loop.runUntilComplete(() -> raise(oops));
      } catch (Oops e) {
        print(e == oops);
      }
      var future = loop.createFuture();
      future.setException(oops);
      print(attempt(() -> loop.runUntilComplete(future)));
    });
  }

  @Scenario("L8")
  static void aRunningLoopCannotBeRunAgain() throws Exception {
    withLoop(loop ->
        loop.runUntilComplete(() -> {
          print(loop.isRunning());
          print(attempt(() -> loop.runUntilComplete(loop.createFuture())));
        }));
  }

  @Scenario("L8")
  static void aLoopStoppedTooEarly() throws Exception {
    withLoop(loop -> {
      var future = loop.<String>createFuture();
      loop.callSoon(loop::stop);
      print(attempt(() -> loop.runUntilComplete(future)));
      future.setResult("late");
      print(attempt(() -> loop.runUntilComplete(future)));
    });
  }

  @Scenario("L8")
  static void aMainCoroutineCutOffIsNotToldAsDestroyed() throws Exception {
    Action<?> forever = () -> new Future<>().await();
    logs(() -> {
      withLoop(loop -> {
        loop.callLater(0.01, loop::stop);
        print(attempt(() -> loop.runUntilComplete(forever)));
      });
      collect();
    });
  }

  @Scenario("L8")
  static void runUntilCompleteRefusesAForeignFuture() throws Exception {
    withLoop(loop ->
        withLoop(other -> {
          var future = other.createFuture();
          print(attempt(() -> loop.runUntilComplete(future)));
        }));
  }

  @Scenario("L8")
  static void runUntilCompleteLeavesOtherTasksPending() throws Exception {
    withLoop(loop -> {
      var other = loop.createTask(() -> steps("other", 3));
      loop.runUntilComplete(() -> echo("main"));
      print("done");
      print(other.done());
      loop.runUntilComplete(other);
    });
  }

  @Scenario("L9")
  static void closeIsIdempotent() {
    var loop = newEventLoop();
    print(loop.isClosed());
    loop.close();
    print(loop.isClosed());
    loop.close();
    print(loop.isClosed());
  }

  @Scenario("L9")
  static void aRunningLoopCannotBeClosed() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> print(attempt(() -> loop.close())));
      oneIteration(loop);
      print(loop.isClosed());
    });
  }

  @Scenario("L9")
  static void aClosedLoopRefusesWork() {
    var loop = newEventLoop();
    var future = loop.createFuture();
    loop.close();
    print(attempt(() -> loop.callSoon(() -> print())));
    print(attempt(() -> loop.callSoonThreadsafe(() -> print())));
    print(attempt(() -> loop.callLater(1, () -> print())));
    print(attempt(() -> loop.callAt(1, () -> print())));
    print(attempt(() -> loop.createTask(() -> echo(1))));
    print(attempt(() -> loop.runUntilComplete(future)));
    print(attempt(() -> loop.runForever()));
    print(attempt(() -> loop.runInExecutor(null, () -> print())));
  }

  @Scenario("L10")
  static void noSecondLoopInAThreadThatRunsOne() throws Exception {
    withLoop(loop ->
        withLoop(other -> {
          loop.callSoon(() -> {
            print(attempt(() -> other.runUntilComplete(other.createFuture())));
            print(other.isRunning());
          });
          oneIteration(loop);
        }));
  }

  @Scenario("L10")
  static void getRunningLoopIsKnownOnlyInside() throws Exception {
    print(attempt(() -> getRunningLoop()));
    withLoop(loop -> {
      loop.callSoon(() -> print(getRunningLoop() == loop));
      oneIteration(loop);
      print(attempt(() -> getRunningLoop()));
    });
  }

  @Scenario("L10")
  static void getRunningLoopBelongsToTheThread() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> onThread(() -> print(attempt(() -> getRunningLoop()))));
      oneIteration(loop);
    });
  }

  @Scenario("L10")
  static void twoThreadsMayRunTwoLoops() {
    run(() -> {
      var loops = new ArrayList<EventLoop>();
      loops.add(getRunningLoop());
      onThread(() -> loops.add(run(() -> getRunningLoop())));
      var mine = loops.getFirst();
      var theirs = loops.getLast();
      print(mine != theirs, mine.isRunning(), theirs.isClosed());
    });
  }

  @Scenario("L11")
  static void callSoonFromAnotherThreadIsRefusedInDebugMode() throws Exception {
    withLoop(loop -> {
      Runnable elsewhere =
          () ->
              print(
                  attempt(() -> {
                    loop.callSoon(() -> print("scheduled"));
                  }));
      loop.callSoon(() -> onThread(elsewhere));
      oneIteration(loop);
      print("--");
      oneIteration(loop);
    });
  }

  @Scenario("L11")
  static void callSoonThreadsafeWakesTheLoop() throws Exception {
    withLoop(loop -> {
      var thread =
          new Thread(() -> {
            loop.callSoonThreadsafe(() -> print("a"));
            loop.callSoonThreadsafe(() -> print("b"));
            loop.callSoonThreadsafe(loop::stop);
          });
      loop.callLater(0.01, thread::start);
      loop.runForever();
      join(thread);
      print("stopped");
    });
  }

  @Scenario("L11")
  static void aThreadsafeHandleCanBeCancelled() throws Exception {
    withLoop(loop -> {
      var handle = loop.callSoonThreadsafe(() -> print("cancelled"));
      loop.callSoonThreadsafe(() -> print("kept"));
      handle.cancel();
      oneIteration(loop);
    });
  }

  @Scenario("L12")
  static void aFailingCallbackDoesNotStopTheLoop() throws Exception {
    withLoop(loop -> {
      report(loop);
      Runnable bad = () -> raise(new Oops("x"));
      loop.callSoon(bad);
      loop.callSoon(() -> print("same batch"));
      loop.callLater(0, bad);
      oneIteration(loop);
      loop.callSoon(() -> print("next batch"));
      oneIteration(loop);
    });
  }

  @Scenario("L12")
  static void aCancelledErrorInACallbackIsOnlyReported() throws Exception {
    withLoop(loop -> {
      report(loop);
      loop.callSoon(() -> raise(new CancelledError("x")));
      loop.callSoon(() -> print("goes on"));
      oneIteration(loop);
    });
  }

  @Scenario("L12")
  static void keyboardInterruptLeavesTheLoop() throws Exception {
    withLoop(loop -> {
      report(loop);
      loop.callSoon(() -> print("a"));
      loop.callSoon(() -> raise(new KeyboardInterrupt()));
      loop.callSoon(() -> print("b"));
      print(attempt(() -> loop.runForever()));
      print(loop.isRunning());
      oneIteration(loop);
    });
  }

  @Scenario("L12")
  static void systemExitLeavesTheLoop() throws Exception {
    withLoop(loop -> {
      loop.callSoon(() -> raise(new SystemExit(3)));
      try {
        loop.runForever();
      } catch (SystemExit e) {
        print(kind(e), e.code());
      }
      loop.callSoon(() -> print("still usable"));
      oneIteration(loop);
    });
  }

  @Scenario("L13")
  static void theDefaultHandlerLogs() throws Exception {
    logs(() ->
        withLoop(loop -> {
          print((Object) loop.getExceptionHandler());
          loop.callSoon(() -> raise(new Oops("x")));
          oneIteration(loop);
          loop.callExceptionHandler(ErrorContext.of("told by hand"));
        }));
  }

  @Scenario("L13")
  static void theExceptionHandlerCanBeReplacedAndRestored() throws Exception {
    logs(() ->
        withLoop(loop -> {
          ExceptionHandler handler =
              (theLoop, context) -> print("handler:", theLoop == loop, context.message());
          loop.setExceptionHandler(handler);
          print(loop.getExceptionHandler() == handler);
          loop.callExceptionHandler(ErrorContext.of("first"));
          loop.setExceptionHandler(null);
          print((Object) loop.getExceptionHandler());
          loop.callExceptionHandler(ErrorContext.of("second"));
        }));
  }

  @Scenario("L13")
  static void aCustomHandlerMayPassOnToTheDefaultOne() throws Exception {
    logs(() ->
        withLoop(loop -> {
          loop.setExceptionHandler((theLoop, context) -> {
            print("handler:", context.message());
            theLoop.defaultExceptionHandler(context);
          });
          loop.callExceptionHandler(ErrorContext.of("x"));
        }));
  }

  @Scenario("L13")
  static void aFailingHandlerIsReportedByTheDefaultOne() throws Exception {
    logs(() ->
        withLoop(loop -> {
          loop.setExceptionHandler((theLoop, context) -> raise(new Oops("in the handler")));
          loop.callExceptionHandler(ErrorContext.of("x"));
          print("goes on");
        }));
  }

  @Scenario("L13")
  static void theHandlerRunsInTheContextOfTheCallback() throws Exception {
    var variable = ContextVar.of("var", "outside");
    withLoop(loop -> {
      loop.setExceptionHandler((theLoop, context) -> print(variable.get()));
      loop.callSoon(() -> {
        variable.set("in the callback");
        raise(new Oops("x"));
      });
      oneIteration(loop);
      print(variable.get());
    });
  }

  @Scenario("L14")
  static void slowCallbacksAreLoggedInDebugMode() throws Exception {
    logs(
        true,
        () ->
            withLoop(loop -> {
              loop.setSlowCallbackDuration(60);
              loop.callSoon(() -> {
                loop.setSlowCallbackDuration(0.05);
                blockFor(0.08);
              });
              loop.callSoon(() -> {
                loop.setSlowCallbackDuration(60); // a busy machine makes any callback slow
                print("quick");
              });
              oneIteration(loop);
            }));
  }

  @Scenario("L14")
  static void slowStepsAreLoggedInDebugMode() throws Exception {
    logs(
        true,
        () ->
            withLoop(loop -> {
              loop.setSlowCallbackDuration(60);
              loop.runUntilComplete(() -> {
                loop.setSlowCallbackDuration(0.05);
                blockFor(0.08);
                sleep(0);
                loop.setSlowCallbackDuration(60); // a busy machine makes any step slow
                print("quick");
              });
            }));
  }

  @Scenario("L14")
  static void debugModeIsSeenAndSet() throws Exception {
    withLoop(loop -> {
      print(loop.getDebug());
      loop.setDebug(true);
      print(loop.getDebug());
      loop.setDebug(false);
      print(loop.getDebug());
      print(loop.getSlowCallbackDuration());
    });
  }
}
