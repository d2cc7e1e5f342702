package jasyncio;

import static jasyncio.Asyncio.sleep;
import static jasyncio.CancelEverywhere.Scenario.scenario;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Run;
import jasyncio.CancelEverywhere.Scenario;
import jasyncio.queue.Queue;
import jasyncio.testing.CancelEverywhere.Way;
import jasyncio.util.Bounded;
import jasyncio.util.ContextManager;
import jasyncio.util.Correlator;
import jasyncio.util.ExitStack;
import jasyncio.util.Flows;
import jasyncio.util.RateLimiter;
import jasyncio.util.Retry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Every wait of `jasyncio.util`, cancelled everywhere.
@Tag("slow")
class CancelUtilTest {

  @TestFactory
  Stream<DynamicTest> cancelledEverywhere_losesNothing() {
    return CancelEverywhere.tests(scenarios());
  }

  /// Opens with a pause, and closes with one; whatever is opened has to be closed.
  private static ContextManager<String, RuntimeException> manager(List<String> open) {
    return ContextManager.of(scope -> {
      sleep(0);
      open.add("open");
      try {
        scope.yield("value");
        sleep(0);
      } finally {
        open.removeLast();
        sleep(0);
      }
    });
  }

  private static List<String> open(Run run) {
    var open = new ArrayList<String>();
    run.atEnd(() -> assertThat(open).isEmpty());
    return open;
  }

  static List<Scenario> scenarios() {
    return List.of(
        scenario(
            "ContextManager.run ContextManager.call",
            "opens, uses, closes",
            run -> {
              var manager = manager(open(run));
              run.victim(() -> {
                manager.run(v -> sleep(1));
                run.got(
                    manager.call(v -> {
                      sleep(0);
                      return v;
                    }));
              });
            }),
        scenario(
            "ContextManager.enter Entered.finish Entered.close",
            "in a try statement",
            run -> {
              var manager = manager(open(run));
              run.victim(() -> {
                try (var entered = manager.enter()) {
                  sleep(1);
                  entered.finish();
                }
                try (var entered = manager.enter()) {
                  run.got(entered.value());
                }
              });
            }),
        scenario(
            "ExitStack.run ExitStack.call ExitStack.enter",
            "whatever is on it is closed",
            run -> {
              var open = open(run);
              var manager = manager(open);
              run.victim(() -> {
                ExitStack.run(stack -> {
                  stack.enter(manager);
                  open.add("callback");
                  stack.callback(() -> {
                    open.removeLast();
                    sleep(0);
                  });
                  stack.enter(manager);
                  sleep(1);
                });
                run.got(ExitStack.call(stack -> stack.enter(manager)));
              });
            }),
        scenario(
            "ExitStack.finish ExitStack.close",
            "in a try statement",
            run -> {
              var manager = manager(open(run));
              run.victim(() -> {
                try (var stack = new ExitStack()) {
                  stack.enter(manager);
                  stack.enter(manager);
                  sleep(0);
                  stack.finish();
                  stack.enter(manager);
                }
              });
            }),
        scenario(
            "Bounded.map Bounded.gather",
            "two at a time, which clean up",
            run -> {
              var open = open(run);
              run.victim(() -> {
                var all =
                    Bounded.map(
                        2,
                        List.of(1, 2, 3),
                        n -> {
                          open.add("open");
                          try {
                            sleep(n);
                          } finally {
                            open.removeLast();
                            sleep(0);
                          }
                          return n;
                        });
                run.got(all);
                run.got(Bounded.gather(1, () -> sleep(0, 1), () -> 2));
              });
            }),
        scenario(
            "FlowItems.iterator",
            "of a publisher that takes from a queue",
            run -> {
              var queue = new Queue<String>();
              run.victim(() -> {
                try (var items = Flows.iterate(Flows.publisher(queue), 2)) {
                  for (var item : items) {
                    run.got(item);
                  }
                }
              });
              run.other(() -> {
                for (var item : List.of("a", "b", "c")) {
                  queue.put(item);
                  sleep(0);
                }
                queue.shutdown();
              });
            }),
        scenario(
            "Retry.run",
            "fails twice",
            run -> {
              run.victim(() -> {
                var tries = new int[1];
                Retry.attempts(3)
                    .run(() -> {
                      sleep(0);
                      if (++tries[0] < 3) {
                        throw new IllegalStateException("again");
                      }
                    });
                assertThat(tries[0]).isEqualTo(3);
                run.got("done");
              });
            }),
        limiter(0),
        limiter(1),
        limiter(3),
        scenario(
                "Correlator.request",
                "an answer, and an error",
                run -> {
                  var correlator = new Correlator<Integer, String>();
                  run.atEnd(() -> assertThat(correlator.size()).isZero());
                  run.victim(() -> run.got(correlator.request(1, () -> sleep(0))));
                  run.other(() -> {
                    sleep(0);
                    sleep(0);
                    sleep(0);
                    correlator.answer(1, "one");
                    correlator.close(new IllegalStateException("lost"));
                  });
                })
            .without(Way.GO_ON, Way.OTHERS));
  }

  private static Scenario limiter(int victimAt) {
    return scenario(
        "RateLimiter.acquire",
        "victim at " + victimAt,
        run -> {
          var limiter = run.watch(new RateLimiter(2, 1));
          run.inLine(
              4,
              victimAt,
              () -> {
                limiter.acquire();
                run.got("passed");
              });
          run.atEnd(() -> {
            if (run.othersUndisturbed()) {
              assertThat(run.got()).hasSize(run.succeeded() ? 4 : 3);
            }
            assertThat(limiter).hasToString("<RateLimiter [waiting:0]>");
            limiter.acquire(2); // it can still be had, all of it
          });
        });
  }
}
