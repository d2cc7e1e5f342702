package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.generator;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.generator.AsyncGenerator;
import jasyncio.generator.Generators;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait in a generator, cancelled everywhere.
@Tag("slow")
class CancelGeneratorTest {

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  /// Notes "open" and "clean" on both ends of its life.
  private static AsyncGenerator<String> items(Run run) {
    return asyncGenerator(
        "items",
        g -> {
          run.got("open");
          try {
            sleep(0);
            g.yield("a");
            sleep(1);
            g.yield("b");
          } finally {
            try {
              sleep(0);
            } finally {
              run.got("clean");
            }
          }
        });
  }

  private static void checkEachIsCleanedUp(Run run) {
    assertThat(run.got().stream().filter("open"::equals).count())
        .isEqualTo(run.got().stream().filter("clean"::equals).count());
  }

  static List<Scenario> scenarios() {
    return List.of(
        scenario(
            "AsyncGenerator.next AsyncGenerator.hasNext AsyncGenerator.iterator"
                + " AsyncGenerator.close AsyncGenerator.aclose",
            "iterated, and closed after that",
            run -> {
              run.victim(() -> {
                try (var items = items(run)) {
                  for (var item : items) {
                    sleep(0);
                    run.got(item);
                  }
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }),
        scenario(
            "AsyncGenerator.next AsyncGenerator.aclose",
            "left early, closed by hand",
            run -> {
              run.victim(() -> {
                var items = items(run);
                try {
                  run.got(items.next());
                  sleep(0);
                } finally {
                  items.aclose();
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }),
        scenario(
            "AsyncGenerator.next",
            "never closed: the end of the loop does",
            run -> {
              run.victim(() -> {
                var items = items(run);
                run.got(items.next());
                sleep(0);
                run.watch(items); // is not collected before
              });
              run.atEnd(() -> {
                run.loop().shutdownAsyncgens();
                sleep(1);
                checkEachIsCleanedUp(run);
              });
            }),
        scenario(
            "AsyncGenerator.athrow",
            "the body catches it and waits",
            run -> {
              run.victim(() -> {
                try (var items =
                    asyncGenerator(
                        "items",
                        g -> {
                          run.got("open");
                          try {
                            g.yield("a");
                          } catch (IllegalStateException e) {
                            sleep(1);
                            g.yield("b");
                            sleep(0);
                          } finally {
                            run.got("clean");
                          }
                        })) {
                  items.next();
                  run.got(items.athrow(new IllegalStateException()));
                  try {
                    items.next();
                  } catch (NoSuchElementException e) {
                    run.got("end");
                  }
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }),
        scenario(
            "AsyncGenerator.stream",
            "collected",
            run -> {
              run.victim(() -> {
                try (var items = items(run)) {
                  run.got(items.stream().toList());
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }),
        scenario(
            "TwoWayAsyncGenerator.asend TwoWayAsyncGenerator.next TwoWayAsyncGenerator.aclose",
            "what is sent is answered after a while",
            run -> {
              run.victim(() -> {
                try (var echo =
                    Generators.<String, String>twoWayAsyncGenerator(
                        "echo",
                        g -> {
                          run.got("open");
                          try {
                            var next = g.yield("ready");
                            while (true) {
                              sleep(1);
                              next = g.yield("got " + next);
                            }
                          } finally {
                            run.got("clean");
                          }
                        })) {
                  echo.next();
                  run.got(echo.asend("a"));
                  run.got(echo.asend("b"));
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }),
        scenario(
            "Generator.next Generator.hasNext Generator.iterator Generator.throwError"
                + " Generator.close Generator.stream",
            "a plain one whose body waits in the task that iterates",
            run -> {
              run.victim(() -> {
                try (var items =
                    generator(
                        "items",
                        g -> {
                          run.got("open");
                          try {
                            sleep(0);
                            g.yield("a");
                            sleep(1);
                            g.yield("b");
                          } finally {
                            run.got("clean");
                          }
                        })) {
                  for (var item : items) {
                    sleep(0);
                    run.got(item);
                  }
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }),
        scenario(
            "TwoWayGenerator.send TwoWayGenerator.next TwoWayGenerator.close",
            "a plain one that is sent to and waits",
            run -> {
              run.victim(() -> {
                try (var echo =
                    Generators.<String, String, String>twoWayGenerator(
                        "echo",
                        g -> {
                          run.got("open");
                          try {
                            var next = g.yield("ready");
                            sleep(1);
                            g.yield("got " + next);
                            return "end";
                          } finally {
                            run.got("clean");
                          }
                        })) {
                  echo.next();
                  run.got(echo.send("a"));
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }),
        scenario(
            "Yielder.yieldFrom TwoWayYielder.yieldFrom",
            "one in another",
            run -> {
              run.victim(() -> {
                try (var inner = items(run);
                    var outer = asyncGenerator("outer", g -> g.yieldFrom(inner))) {
                  for (var item : outer) {
                    sleep(0);
                    run.got(item);
                  }
                }
              });
              run.atEnd(() -> checkEachIsCleanedUp(run));
            }));
  }
}
