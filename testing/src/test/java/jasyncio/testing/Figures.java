package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import jasyncio.Task;
import jasyncio.sync.Lock;
import java.util.ArrayList;
import java.util.Locale;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.platform.testkit.engine.EngineTestKit;

/// Prints the figures of `docs/testing.md`: a program.
final class Figures {
  private static final int TESTS = 2000;

  private Figures() {}

  public static void main(String[] arguments) {
    print("first class with plain tests, in a fresh JVM", tests(Plain.class), "ms");
    print("first class with tests on loops, after that", tests(First.class), "ms");
    tests(Many.class);
    print("a plain test", tests(PlainMany.class) / TESTS, "ms");
    print("a test on a loop", tests(Many.class) / TESTS, "ms");
    simulate();
    print("simulated seconds a second, 100 tasks that sleep 1 s each", simulate(), "");
    explore(Explore.Level.FAITHFUL);
    print("runs a second, 4 tasks with a lock, FAITHFUL", explore(Explore.Level.FAITHFUL), "");
    print("runs a second, 4 tasks with a lock, CHAOS", explore(Explore.Level.CHAOS), "");
  }

  private static void print(String what, double value, String unit) {
    System.out.printf(Locale.ROOT, "%-60s %12.2f %s%n", what, value, unit);
  }

  /// How long all tests of a class take, in milliseconds.
  private static double tests(Class<?> type) {
    long began = System.nanoTime();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(type))
        .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
        .execute();
    return (System.nanoTime() - began) / 1e6;
  }

  private static double simulate() {
    long began = System.nanoTime();
    int seconds = 20_000;
    Exploration.of("sleeps", _ -> {}).runs(1).check(); // what belongs to a loop is loaded
    try {
      var run = new TestRun("sleeps", settings(), false);
      run.run(
          "sleeps",
          () -> {
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 100; i++) {
              tasks.add(
                  createTask(() -> {
                    for (int s = 0; s < seconds; s++) {
                      sleep(1);
                    }
                  }));
            }
            tasks.forEach(task -> await(task));
            return true;
          });
      run.finish();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    return seconds / ((System.nanoTime() - began) / 1e9);
  }

  private static Settings settings() {
    return new Settings(
        TimeMode.VIRTUAL,
        jasyncio.BlockingPolicy.BLOCK,
        null,
        false,
        0,
        LoopScope.TEST,
        java.util.Set.of());
  }

  private static double explore(Explore.Level level) {
    var result =
        Exploration.of(
                "lock",
                _ -> {
                  var lock = new Lock();
                  await(
                      gather(
                          () -> lock.run(() -> sleep(1, 1)),
                          () -> lock.run(() -> sleep(1, 2)),
                          () -> lock.run(() -> sleep(1, 3)),
                          () -> lock.run(() -> sleep(1, 4))));
                })
            .runs(20_000)
            .seconds(5)
            .level(level)
            .check();
    return result.runs() / (result.took().toNanos() / 1e9);
  }

  static class Plain {
    @RepeatedTest(1)
    void nothing() {}
  }

  @OnLoop
  static class First {
    @RepeatedTest(1)
    void sleeps() {
      sleep(1);
    }
  }

  static class PlainMany {
    @RepeatedTest(TESTS)
    void nothing() {}
  }

  @OnLoop
  static class Many {
    @RepeatedTest(TESTS)
    void sleeps() {
      sleep(1);
    }
  }
}
