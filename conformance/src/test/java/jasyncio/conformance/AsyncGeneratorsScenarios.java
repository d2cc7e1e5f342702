package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.conformance.Helpers.hang;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.twoWayAsyncGenerator;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.CancelledError;
import jasyncio.GeneratorExit;
import jasyncio.StopIteration;
import jasyncio.generator.AsyncGenerator;
import jasyncio.generator.StopAsyncIteration;
import jasyncio.generator.TwoWayAsyncGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// Asynchronous generators: rules C3 and C7.
final class AsyncGeneratorsScenarios {
  private AsyncGeneratorsScenarios() {}

  private static AsyncGenerator<Integer> ticker(int n) {
    return ticker(n, "ticker");
  }

  private static AsyncGenerator<Integer> ticker(int n, String name) {
    return asyncGenerator(g -> {
      try {
        for (int i = 0; i < n; i++) {
          sleep(0);
          g.yield(i);
        }
      } finally {
        print(name, "cleans up");
        sleep(0);
        print(name, "cleaned up");
      }
    });
  }

  private static TwoWayAsyncGenerator<String, String> echoing() {
    return twoWayAsyncGenerator(g -> {
      var got = g.yield("ready");
      while (got != null) {
        sleep(0);
        got = g.yield("got " + got);
      }
    });
  }

  @Scenario("C7")
  static void iterationLetsOthersRun() {
    run(() -> {
      var task =
          createTask(() -> {
            for (int i = 0; i < 4; i++) {
              print("other", i);
              sleep(0);
            }
          });
      for (int item : ticker(3)) {
        print("item", item);
      }
      await(task);
    });
  }

  @Scenario("C7")
  static void theEndOfAnAsyncGenerator() {
    run(() -> {
      var g = ticker(1);
      print(outcome(() -> g.next()));
      print(outcome(() -> g.next()));
      print(outcome(() -> g.next()));
    });
  }

  @Scenario("C7")
  static void asendIsWhatYieldGives() {
    run(() -> {
      var g = echoing();
      print(outcome(() -> g.asend("too early")));
      print(g.asend(null));
      print(g.asend("a"));
      print(outcome(() -> g.next()));
      print(outcome(() -> g.asend("too late")));
    });
  }

  @Scenario("C7")
  static void athrowRaisesAtTheYield() {
    run(() -> {
      AsyncGenerator<Integer> g =
          asyncGenerator(y -> {
            try {
              y.yield(1);
            } catch (Oops e) {
              print("caught", describe(e));
              sleep(0);
            }
            y.yield(2);
          });
      g.next();
      print(g.athrow(new Oops("a")));
      print(outcome(() -> g.athrow(new Oops("b"))));
      print(outcome(() -> g.next()));
    });
  }

  @Scenario("C7")
  static void athrowBeforeTheBeginningEndsIt() {
    run(() -> {
      var g = ticker(3);
      print(outcome(() -> g.athrow(new Oops("x"))));
      print(outcome(() -> g.next()));
    });
  }

  @Scenario("C7")
  static void acloseRunsFinallyBlocks() {
    run(() -> {
      var g = ticker(3);
      print(g.next());
      print(outcome(() -> g.aclose()));
      print(outcome(() -> g.next()));
      print(outcome(() -> g.aclose()));
    });
  }

  @Scenario("C7")
  static void acloseOfAFreshOneDoesNothing() {
    run(() -> {
      var g = ticker(3);
      print(outcome(() -> g.aclose()));
      print(outcome(() -> g.next()));
    });
  }

  @Scenario("C7")
  static void anAsyncGeneratorMayNotIgnoreAclose() {
    run(() -> {
      AsyncGenerator<Integer> g =
          asyncGenerator(y -> {
            try {
              y.yield(1);
            } catch (GeneratorExit e) {
              y.yield(2);
            }
          });
      g.next();
      print(outcome(() -> g.aclose()));
    });
  }

  private static AsyncGenerator<Integer> failingAtTheEnd() {
    return asyncGenerator(y -> {
      try {
        y.yield(1);
      } finally {
        Helpers.raise(new Oops("x"));
      }
    });
  }

  @Scenario("C7")
  static void aclosePassesOnAnotherError() {
    run(() -> {
      var g = failingAtTheEnd();
      g.next();
      print(outcome(() -> g.aclose()));
      print(outcome(() -> g.aclose()));
    });
  }

  @Scenario("C7")
  static void aSecondTaskIsRefused() {
    run(() -> {
      var gate = getRunningLoop().<String>createFuture();
      AsyncGenerator<String> g = asyncGenerator(y -> y.yield(await(gate)));
      var first = createTask(() -> outcome(() -> g.next()));
      sleep(0);
      print(outcome(() -> g.next()));
      print(outcome(() -> g.athrow(new Oops("x"))));
      print(outcome(() -> g.aclose()));
      gate.setResult("value");
      print(await(first));
      g.aclose();
    });
  }

  @Scenario("C7")
  static void cancellingReachesTheBody() {
    run(() -> {
      AsyncGenerator<Object> g =
          asyncGenerator(y -> {
            try {
              hang("body");
            } finally {
              print("finally");
            }
            y.yield(1);
          });
      var task = createTask(() -> g.next());
      sleep(0);
      task.cancel("enough");
      print(outcome(task));
      print(outcome(() -> g.next()));
    });
  }

  @Scenario("C7")
  static void aCancellationSwallowedByTheBody() {
    run(() -> {
      AsyncGenerator<String> g =
          asyncGenerator(y -> {
            try {
              hang("body");
            } catch (CancelledError e) {
              // swallowed
            }
            y.yield("goes on");
          });
      var task = createTask(() -> g.next());
      sleep(0);
      task.cancel();
      print(outcome(task));
      g.aclose();
    });
  }

  @Scenario("C7")
  static void breakingOffLeavesItOpen() {
    run(() -> {
      var g = ticker(3);
      for (int item : g) {
        print("item", item);
        break;
      }
      print("after the loop");
      print(g.next());
      g.aclose();
    });
  }

  @Scenario("C7")
  static void closingInAWithStatement() {
    run(() -> {
      try (var g = ticker(3)) {
        for (int item : g) {
          print("item", item);
          break;
        }
        print("leaving");
      }
      print("left");
    });
  }

  @Scenario("C7")
  static void runClosesWhatIsOpen() {
    var kept = new ArrayList<AsyncGenerator<Integer>>();
    run(() -> {
      for (int i = 0; i < 2; i++) {
        kept.add(ticker(3));
        kept.getLast().next();
      }
      print("main ends");
    });
    print("run is over", kept.getFirst().state());
  }

  @Scenario("C7")
  static void errorsOfClosingAtTheEndAreTold() {
    var kept = new ArrayList<AsyncGenerator<Integer>>();
    run(() -> {
      getRunningLoop()
          .setExceptionHandler((loop, context) ->
              print(context.message().replaceAll(" <.*", ""), "|", describe(context.exception())));
      kept.add(failingAtTheEnd());
      kept.getFirst().next();
    });
  }

  @Scenario("C7")
  static void oneThatHasEndedIsNotClosedAgain() {
    var kept = new ArrayList<AsyncGenerator<Integer>>();
    run(() -> {
      var g = ticker(1);
      kept.add(g);
      for (int item : g) {
        print("item", item);
      }
    });
    print("run is over", kept.getFirst().state());
  }

  @Scenario("C7")
  static void shutdownAsyncgensClosesSideBySide() {
    var kept = new ArrayList<AsyncGenerator<Integer>>();
    run(() -> {
      for (int i = 0; i < 3; i++) {
        kept.add(ticker(3));
        kept.getLast().next();
      }
      getRunningLoop().shutdownAsyncgens();
      print(outcome(() -> kept.getFirst().next()));
    });
  }

  @Scenario("C3")
  static void stopIterationMayNotLeaveAnAsyncGenerator() {
    run(() -> {
      for (var stop : List.of(new StopIteration("x"), new StopAsyncIteration())) {
        AsyncGenerator<Integer> g =
            asyncGenerator(y -> {
              y.yield(1);
              throw stop;
            });
        g.next();
        try {
          g.next();
        } catch (IllegalStateException e) {
          print(describe(e), "| cause", kind(e.getCause()));
        }
      }
    });
  }

  @Scenario("C7")
  static void anAsyncGeneratorOverAnother() {
    run(() -> {
      AsyncGenerator<Integer> doubled =
          asyncGenerator(y -> {
            for (int item : ticker(3)) {
              y.yield(2 * item);
            }
          });
      print(doubled.stream().toList());
    });
  }

  @Scenario("C7")
  static void aTimeoutAroundTheIteration() {
    run(() -> {
      AsyncGenerator<Integer> slow =
          asyncGenerator(y -> {
            try {
              y.yield(1);
              sleep(3600);
              y.yield(2);
            } finally {
              print("finally");
            }
          });
      try {
        timeout(
            0.01,
            () -> {
              for (int item : slow) {
                print("item", item);
              }
            });
      } catch (TimeoutException e) {
        print(describe(e));
      }
    });
  }

  private static void consume(String name) {
    for (int item : ticker(2, name)) {
      print(name, item);
    }
  }

  @Scenario("C7")
  static void twoAsyncGeneratorsTakeTurns() {
    run(() -> await(gatherActions(() -> consume("a"), () -> consume("b"))));
  }
}
