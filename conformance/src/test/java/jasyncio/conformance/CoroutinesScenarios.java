package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.echo;
import static jasyncio.conformance.Helpers.fail;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.raise;
import static jasyncio.conformance.Helpers.steps;
import static jasyncio.conformance.Helpers.withLoop;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.lowlevel.Lowlevel.suspend;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.Coroutine;
import jasyncio.GeneratorExit;
import jasyncio.StopIteration;
import java.util.ArrayList;

/// The await machine: rules C1 to C6.
final class CoroutinesScenarios {
  private CoroutinesScenarios() {}

  @Scenario("C1")
  static void theReturnValueArrivesAsStopIteration() {
    var coro = coroutine(() -> echo("value"));
    try {
      coro.send(null);
    } catch (StopIteration stop) {
      print(stop.value());
    }
  }

  @Scenario("C1")
  static void theFirstSendMustBeNone() {
    var coro = coroutine(() -> echo("value"));
    print(attempt(() -> coro.send(1)));
    print(attempt(() -> coro.send(null)));
  }

  @Scenario("C1")
  static void valuesGoBothWays() {
    Awaitable<String, ?> talk =
        () -> {
          print("received", suspend("first"));
          print("received", suspend("second"));
          return "end";
        };
    var coro = coroutine(talk);
    print("yielded", coro.send(null));
    print("yielded", coro.send(1));
    try {
      coro.send(2);
    } catch (StopIteration stop) {
      print("returned", stop.value());
    }
  }

  @Scenario("C1")
  static void aFinishedCoroutineCannotBeSentTo() {
    var coro = coroutine(() -> echo("value"));
    print(attempt(() -> coro.send(null)));
    print(attempt(() -> coro.send(null)));
    print(attempt(() -> coro.throwError(new Oops("x"))));
    print(attempt(() -> coro.close()));
  }

  @Scenario("C1")
  static void aFailedCoroutineCannotBeSentTo() {
    var coro = coroutine(() -> fail("x"));
    print(attempt(() -> coro.send(null)));
    print(attempt(() -> coro.send(null)));
  }

  @Scenario("C1")
  static void aClosedCoroutineCannotBeSentTo() {
    var coro = coroutine(() -> echo("value"));
    coro.close();
    print(attempt(() -> coro.send(null)));
  }

  @Scenario("C1")
  static void statesOfACoroutine() {
    var coros = new ArrayList<Coroutine<?>>();
    Action<?> work =
        () -> {
          print(coros.getFirst().state());
          suspend(null);
        };
    var coro = coroutine(work);
    coros.add(coro);
    print(coro.state());
    coro.send(null);
    print(coro.state());
    coro.close();
    print(coro.state());
  }

  @Scenario("C1")
  static void throwRaisesWhereTheCoroutineWaits() {
    Awaitable<String, ?> work =
        () -> {
          try {
            suspend("waiting");
          } catch (Oops e) {
            print("caught", describe(e));
            print("received", suspend("waiting again"));
          }
          return "end";
        };
    var coro = coroutine(work);
    print(coro.send(null));
    print(coro.throwError(new Oops("x")));
    print(attempt(() -> coro.send("y")));
  }

  @Scenario("C1")
  static void throwThatIsNotCaughtEndsTheCoroutine() {
    Action<?> work =
        () -> {
          try {
            suspend(null);
          } finally {
            print("finally");
          }
        };
    var coro = coroutine(work);
    coro.send(null);
    var oops = new Oops("x");
    try {
      coro.throwError(oops);
    } catch (Oops e) {
      print(e == oops, coro.state());
    }
  }

  @Scenario("C1")
  static void throwIntoANewCoroutineSkipsItsBody() {
    var coro = coroutine(() -> print("never"));
    print(attempt(() -> coro.throwError(new Oops("x"))));
    print(coro.state());
  }

  private static void innerFinally() {
    try {
      suspend(null);
    } finally {
      print("inner finally");
    }
  }

  @Scenario("C1")
  static void closeRunsFinallyBlocks() {
    Action<?> outer =
        () -> {
          try {
            innerFinally();
          } catch (GeneratorExit e) {
            print("outer got", kind(e));
            throw e;
          }
        };
    var coro = coroutine(outer);
    coro.send(null);
    coro.close();
    print(coro.state());
    coro.close();
  }

  @Scenario("C1")
  static void closeOfANewCoroutineSkipsItsBody() {
    var coro = coroutine(() -> print("never"));
    coro.close();
    print(coro.state());
  }

  @Scenario("C1")
  static void aCoroutineMayNotIgnoreClose() {
    Action<?> work =
        () -> {
          try {
            suspend(null);
          } catch (GeneratorExit e) {
            suspend(null);
          }
        };
    var coro = coroutine(work);
    coro.send(null);
    print(attempt(() -> coro.close()));
  }

  @Scenario("C1")
  static void closePassesOnAnotherError() {
    Action<?> work =
        () -> {
          try {
            suspend(null);
          } finally {
            raise(new Oops("x"));
          }
        };
    var coro = coroutine(work);
    coro.send(null);
    print(attempt(() -> coro.close()));
    print(coro.state());
  }

  @Scenario("C1")
  static void aCoroutineCannotSendToItself() {
    var coros = new ArrayList<Coroutine<?>>();
    Action<?> work =
        () -> {
          try {
            coros.getFirst().send(null);
          } catch (IllegalStateException e) {
            print(e.getMessage());
          }
        };
    var coro = coroutine(work);
    coros.add(coro);
    print(attempt(() -> coro.send(null)));
  }

  @Scenario("C1")
  static void aCoroutineIsAwaitedOnce() {
    run(() -> {
      var coro = coroutine(() -> echo("value"));
      print(await(coro));
      print(outcome(coro));
    });
  }

  @Scenario("C1")
  static void twoTasksCannotAwaitOneCoroutine() {
    run(() -> {
      var coro = coroutine(() -> echo("value", 2));
      var first = createTask(() -> await(coro));
      var second = createTask(() -> await(coro));
      print(outcome(second));
      print(outcome(first));
    });
  }

  @Scenario("C1")
  static void aCoroutineMayBeDrivenInsideATask() {
    run(() -> {
      var coro = coroutine(() -> print("received", suspend("by hand")));
      print(coro.send(null));
      sleep(0);
      print(attempt(() -> coro.send("x")));
    });
  }

  private static void forget() {
    coroutine("forgotten", () -> print("never"));
  }

  @Scenario("C2")
  static void aCoroutineNeverAwaitedIsTold() throws Exception {
    logs(() -> {
      forget();
      collect(1);
    });
  }

  private static void forgetClosed() {
    coroutine(() -> echo("value")).close();
  }

  @Scenario("C2")
  static void aClosedCoroutineIsNotTold() throws Exception {
    logs(() -> {
      forgetClosed();
      collect();
      print("silent");
    });
  }

  @Scenario("C3")
  static void stopIterationMayNotLeaveACoroutine() {
    var coro = coroutine(() -> raise(new StopIteration("x")));
    try {
      coro.send(null);
    } catch (IllegalStateException e) {
      print(describe(e), "| cause", kind(e.getCause()));
    }
  }

  @Scenario("C3")
  static void stopIterationMayNotLeaveATask() {
    print(attempt(() -> run(() -> raise(new StopIteration("x")))));
  }

  @Scenario("C3")
  static void aFutureTurnsStopIterationIntoAnError() {
    run(() -> {
      var future = getRunningLoop().createFuture();
      future.setException(new StopIteration("x"));
      print(outcome(future));
      print("cause", kind(future.exception().getCause()));
    });
  }

  @Scenario("C4")
  static void aTaskMayNotAwaitAForeignFuture() throws Exception {
    withLoop(other -> {
      var foreign = other.createFuture();
      run(() -> {
        print(outcome(foreign));
        sleep(0);
        print("goes on");
      });
    });
  }

  @Scenario("C4")
  static void aTaskMayNotAwaitItself() {
    run(() -> {
      print(outcome(currentTask()));
      sleep(0);
      print("goes on");
    });
  }

  @Scenario("C4")
  static void aTaskMayNotYieldValues() {
    run(() -> {
      print(outcome(() -> suspend(42)));
      print(outcome(() -> suspend("text")));
    });
  }

  @Scenario("C4")
  static void aTaskMayNotYieldAFutureUnawaited() {
    run(() -> {
      var future = getRunningLoop().createFuture();
      print(outcome(() -> suspend(future)));
    });
  }

  @Scenario("C5")
  static void aBareYieldIsOneIteration() {
    run(() -> {
      var loop = getRunningLoop();
      loop.callSoon(() -> print("callback 1"));
      print("received", suspend(null));
      loop.callSoon(() -> print("callback 2"));
      sleep(0);
      loop.callSoon(() -> print("callback 3"));
      sleep(-1);
      print("end");
    });
  }

  @Scenario("C5")
  static void sleepZeroTakesTurns() {
    run(() -> await(gather(() -> steps("a", 3), () -> steps("b", 3), () -> steps("c", 2))));
  }

  @Scenario("C5")
  static void sleepGivesItsResult() {
    run(() -> {
      print(sleep(0, "zero"));
      print(sleep(0.01, "later"));
      print(outcome(() -> sleep(-1)));
    });
  }

  @Scenario("C5")
  static void sleepRefusesNan() {
    run(() -> print(outcome(() -> sleep(Double.NaN))));
  }

  private static void sleeper(String name, double seconds) {
    sleep(seconds);
    print(name);
  }

  @Scenario("C5")
  static void sleepersWakeByDeadline() {
    run(() ->
        await(
            gatherActions(
                () -> sleeper("c", 0.03), () -> sleeper("a", 0.01), () -> sleeper("b", 0.02))));
  }

  @Scenario("C6")
  static void sendReachesTheInnermostCoroutine() {
    Awaitable<Integer, ?> inner = () -> (Integer) suspend("from inner");
    Awaitable<Integer, ?> middle = () -> await(inner) + 1;
    Awaitable<Integer, ?> outer = () -> await(middle) * 10;
    var coro = coroutine(outer);
    print(coro.send(null));
    print(attempt(() -> coro.send(4)));
  }

  private static String middle() {
    try {
      innerFinally();
      return "nothing";
    } catch (Oops e) {
      print("middle caught", describe(e));
      return "handled";
    }
  }

  @Scenario("C6")
  static void throwTravelsOutwards() {
    Action<?> outer =
        () -> {
          print("outer got", middle());
          suspend("waiting");
        };
    var coro = coroutine(outer);
    coro.send(null);
    print(coro.throwError(new Oops("x")));
    coro.close();
  }

  @Scenario("C6")
  static void anErrorKeepsItsIdentityThroughFrames() {
    var oops = new Oops("x");
    Action<?> inner =
        () -> {
          sleep(0);
          throw oops;
        };
    Action<?> middle = () -> inner.run();
    run(() -> {
      var task = createTask(middle);
      try {
        await(task);
      } catch (Oops e) {
        print(e == oops, task.exception() == oops);
      }
    });
  }

  @Scenario("C6")
  static void aCoroutineObjectIsAwaitedLikeACall() {
    run(() -> {
      var coro = coroutine(() -> echo("object", 1));
      print(await(coro));
      print(echo("call", 1));
      print(coro.state());
    });
  }
}
