package jasyncio.conformance;

import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.print;
import static jasyncio.generator.Generators.generator;
import static jasyncio.generator.Generators.iter;
import static jasyncio.generator.Generators.twoWayGenerator;
import static jasyncio.testing.InVirtualTime.run;

import jasyncio.GeneratorExit;
import jasyncio.StopIteration;
import jasyncio.generator.Generator;
import jasyncio.generator.TwoWayGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Generators: rules C3 and C6.
final class GeneratorsScenarios {
  private GeneratorsScenarios() {}

  private static Generator<Integer> numbers(int n) {
    return generator(g -> {
      for (int i = 0; i < n; i++) {
        g.yield(i);
      }
    });
  }

  private static TwoWayGenerator<String, String, String> echoing() {
    return twoWayGenerator(g -> {
      var got = g.yield("ready");
      while (got != null) {
        got = g.yield("got " + got);
      }
      return "end";
    });
  }

  private static Generator<String> cleaningUp(String name) {
    return generator(g -> {
      try {
        g.yield(name + " 1");
        g.yield(name + " 2");
      } catch (GeneratorExit e) {
        print(name, "exit");
        throw e;
      } finally {
        print(name, "finally");
      }
    });
  }

  private static <T> List<T> list(Generator<T> generator) {
    return generator.stream().toList();
  }

  @Scenario("C6")
  static void aGeneratorRunsBetweenItems() {
    Generator<Integer> g =
        generator(y -> {
          print("begin");
          y.yield(1);
          print("between");
          y.yield(2);
          print("end");
        });
    print("made");
    for (int item : g) {
      print("item", item);
    }
  }

  @Scenario("C6")
  static void aGeneratorIsIteratedOnce() {
    var g = numbers(3);
    print(list(g));
    print(list(g));
    print(attempt(() -> g.next()));
  }

  @Scenario("C6")
  static void statesOfAGenerator() {
    var self = new ArrayList<Generator<?>>();
    Generator<Integer> g =
        generator(y -> {
          print(self.getFirst().state());
          y.yield(null);
        });
    self.add(g);
    print(g.state());
    g.next();
    print(g.state());
    g.close();
    print(g.state());
  }

  @Scenario("C6")
  static void sendIsWhatYieldGives() {
    var g = echoing();
    print(attempt(() -> g.send("too early")));
    print(g.next());
    print(g.send("a"));
    print(g.send("b"));
    print(attempt(() -> g.next()));
    print(attempt(() -> g.next()));
    print(attempt(() -> g.send("too late")));
  }

  @Scenario("C6")
  static void throwRaisesAtTheYield() {
    Generator<Integer> g =
        generator(y -> {
          try {
            y.yield(1);
          } catch (Oops e) {
            print("caught", describe(e));
          }
          y.yield(2);
        });
    g.next();
    print(g.throwError(new Oops("a")));
    print(attempt(() -> g.throwError(new Oops("b"))));
    print(attempt(() -> g.next()));
    print(attempt(() -> g.throwError(new Oops("c"))));
  }

  @Scenario("C6")
  static void throwBeforeTheBeginningEndsIt() {
    var g = numbers(3);
    print(attempt(() -> g.throwError(new Oops("x"))));
    print(g.state(), list(g));
  }

  @Scenario("C6")
  static void throwThatIsAnsweredByAReturn() {
    TwoWayGenerator<Integer, Void, String> g =
        twoWayGenerator(y -> {
          try {
            y.yield(1);
          } catch (Oops e) {
            return "returned";
          }
          return null;
        });
    g.next();
    print(attempt(() -> g.throwError(new Oops("x"))));
  }

  @Scenario("C6")
  static void anErrorEndsAGenerator() {
    Generator<Integer> g =
        generator(y -> {
          y.yield(1);
          throw new Oops("x");
        });
    print(attempt(() -> g.next()));
    print(attempt(() -> g.next()));
    print(attempt(() -> g.next()));
    print(g.state());
  }

  @Scenario("C6")
  static void closeRaisesGeneratorExitAtTheYield() {
    var g = cleaningUp("g");
    print(g.next());
    g.close();
    print(g.state());
    g.close();
    print(attempt(() -> g.next()));
  }

  @Scenario("C6")
  static void closeBeforeTheBeginningRunsNothing() {
    var g = cleaningUp("g");
    g.close();
    print(g.state());
  }

  @Scenario("C6")
  static void aGeneratorMayNotIgnoreClose() {
    Generator<Integer> g =
        generator(y -> {
          try {
            y.yield(1);
          } catch (GeneratorExit e) {
            y.yield(2);
          }
          y.yield(3);
        });
    g.next();
    print(attempt(() -> g.close()));
    print(g.next());
  }

  @Scenario("C6")
  static void closePassesOnAnotherError() {
    Generator<Integer> g =
        generator(y -> {
          try {
            y.yield(1);
          } finally {
            Helpers.raise(new Oops("x"));
          }
        });
    g.next();
    print(attempt(() -> g.close()));
    print(g.state());
  }

  @Scenario("C6")
  static void aGeneratorCannotResumeItself() {
    var self = new ArrayList<Generator<Integer>>();
    Generator<Integer> g =
        generator(y -> {
          try {
            self.getFirst().next();
          } catch (IllegalStateException e) {
            print(e.getMessage());
          }
          y.yield(1);
        });
    self.add(g);
    print(g.next());
  }

  @Scenario("C3")
  static void stopIterationMayNotLeaveAGenerator() {
    Generator<Integer> g =
        generator(y -> {
          y.yield(1);
          throw new StopIteration("x");
        });
    g.next();
    try {
      g.next();
    } catch (IllegalStateException e) {
      print(describe(e), "| cause", kind(e.getCause()));
    }
  }

  @Scenario("C3")
  static void nextOnAnExhaustedGeneratorInsideAGenerator() {
    Generator<Integer> g =
        generator(y -> {
          var inner = numbers(1);
          while (true) {
            y.yield(inner.next());
          }
        });
    print(g.next());
    print(attempt(() -> g.next()));
  }

  private static Generator<Object> flat(Object... args) {
    return generator(y -> {
      for (var item : args) {
        y.yieldFrom(iter(item));
      }
    });
  }

  @Scenario("C6")
  static void yieldFromTakesAnythingWithItems() {
    print(list(flat("ABC", List.of(1, 2), Map.of("name", "x"), numbers(3))));
  }

  @Scenario("C6")
  static void yieldFromGivesWhatTheGeneratorReturns() {
    TwoWayGenerator<Integer, Void, String> inner =
        twoWayGenerator(y -> {
          y.yield(1);
          return "value";
        });
    Generator<Integer> outer =
        generator(y -> {
          print("inner returned", y.yieldFrom(inner));
          y.yieldFrom(List.of(2));
          print("list returned", null);
        });
    print(list(outer));
  }

  @Scenario("C6")
  static void yieldFromForwardsSend() {
    TwoWayGenerator<String, String, String> g =
        twoWayGenerator(y -> {
          print("inner returned", y.yieldFrom(echoing()));
          return "outer end";
        });
    print(g.next());
    print(g.send("a"));
    print(attempt(() -> g.next()));
  }

  @Scenario("C6")
  static void yieldFromForwardsSendToOneThatWasBegun() {
    var inner = echoing();
    print(inner.next());
    TwoWayGenerator<String, String, String> g = twoWayGenerator(y -> y.yieldFrom(inner));
    print(attempt(() -> g.next()));
    print(attempt(() -> g.next()));
  }

  @Scenario("C6")
  static void yieldFromForwardsThrow() {
    Generator<Integer> inner =
        generator(y -> {
          try {
            y.yield(1);
          } catch (Oops e) {
            print("inner caught", describe(e));
          }
          y.yield(2);
        });
    Generator<Integer> g =
        generator(y -> {
          try {
            y.yieldFrom(inner);
          } catch (Oops e) {
            print("outer caught", describe(e));
          }
          y.yield(3);
        });
    g.next();
    print(g.throwError(new Oops("a")));
    print(g.throwError(new Oops("b")));
    print(attempt(() -> g.throwError(new Oops("c"))));
  }

  private static Generator<String> over(Generator<String> inner) {
    return generator(y -> {
      try {
        y.yieldFrom(inner);
      } catch (GeneratorExit e) {
        print("outer exit");
        throw e;
      }
    });
  }

  @Scenario("C6")
  static void yieldFromForwardsClose() {
    var g = over(cleaningUp("inner"));
    print(g.next());
    g.close();
    print(g.state());
  }

  @Scenario("C6")
  static void yieldFromForwardsCloseToOneThatWasBegun() {
    var inner = cleaningUp("inner");
    print(inner.next());
    var g = over(inner);
    print(g.next());
    g.close();
    print(g.state(), inner.state());
  }

  @Scenario("C6")
  static void yieldFromOneThatSwallowsTheExit() {
    Generator<Integer> inner =
        generator(y -> {
          try {
            y.yield(1);
          } catch (GeneratorExit e) {
            print("swallowed");
          }
        });
    Generator<Integer> g =
        generator(y -> {
          try {
            y.yieldFrom(inner);
            print("never");
          } catch (GeneratorExit e) {
            print("outer exit");
            throw e;
          }
        });
    g.next();
    print(attempt(() -> g.close()));
  }

  @Scenario("C6")
  static void yieldFromOneThatIgnoresTheExit() {
    Generator<Integer> inner =
        generator(y -> {
          try {
            y.yield(1);
          } catch (GeneratorExit e) {
            y.yield(2);
          }
        });
    Generator<Integer> g =
        generator(y -> {
          try {
            y.yieldFrom(inner);
          } catch (IllegalStateException e) {
            print(describe(e));
          }
        });
    g.next();
    print(attempt(() -> g.close()));
    print(g.state());
  }

  @Scenario("C6")
  static void yieldFromItselfIsAnError() {
    var self = new ArrayList<Generator<Integer>>();
    Generator<Integer> g = generator(y -> y.yieldFrom(self.getFirst()));
    self.add(g);
    try {
      g.next();
    } catch (IllegalStateException e) {
      print(e.getMessage());
    }
  }

  @Scenario("C6")
  static void twoGeneratorsShareAThird() {
    var shared = numbers(5);
    Generator<Integer> a = generator(y -> y.yieldFrom(shared));
    Generator<Integer> b = generator(y -> y.yieldFrom(shared));
    print(a.next(), b.next(), shared.next(), a.next(), b.next());
    print(list(b), list(a), shared.state());
  }

  @Scenario("C6")
  static void aSharedGeneratorEndedByAnother() {
    TwoWayGenerator<Integer, Void, String> shared =
        twoWayGenerator(y -> {
          y.yield(1);
          return "value";
        });
    Generator<Integer> g =
        generator(y -> {
          print("inner returned", y.yieldFrom(shared));
          y.yield(2);
        });
    print(g.next());
    print(attempt(() -> shared.next()));
    print(g.state());
    print(g.next());
  }

  private static Generator<Integer> walk(int depth) {
    return generator(y -> {
      y.yield(depth);
      if (depth > 0) {
        y.yieldFrom(walk(depth - 1));
      }
      y.yield(-depth);
    });
  }

  @Scenario("C6")
  static void deepDelegation() {
    var items = list(walk(100));
    print(
        items.size(),
        items.getFirst(),
        items.get(100),
        items.get(101),
        items.getLast(),
        items.stream().mapToInt(i -> i).sum());
  }

  @Scenario("C6")
  static void aTaskIteratesLikeAnybody() {
    run(() -> {
      var g = echoing();
      print(g.next());
      sleep(0);
      print(g.send("a"));
      g.close();
      print(list(numbers(4)));
    });
  }
}
