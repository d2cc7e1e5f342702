package jasyncio.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/// The fixtures end their threads here, after JUnit has judged them.
class LeakCheckTest {
  private static final Duration GRACE = Duration.ofMillis(100);

  private static CountDownLatch end = new CountDownLatch(1);

  @Test
  void threadOfALoop_leftBehind_failsTheTestAndNotItsClassToo() {
    EngineExecutionResults results = run(LeavesALoop.class);
    results
        .testEvents()
        .assertThatEvents()
        .haveExactly(
            1,
            event(
                finishedWithFailure(
                    instanceOf(AssertionError.class),
                    message(text ->
                        text.startsWith("threads left behind")
                            && text.contains("jasyncio-loop-1")))));
    results.containerEvents().assertStatistics(s -> s.failed(0));
  }

  @Test
  void threadOfTheClass_leftBehind_failsTheClassOnly() {
    EngineExecutionResults results = run(LeavesAnExecutor.class);
    results.testEvents().assertStatistics(s -> s.succeeded(1).failed(0));
    results.containerEvents().assertStatistics(s -> s.failed(1));
  }

  @Test
  void threadOfTheClass_endedInAfterAll_isFine() {
    run(Tidy.class).allEvents().assertStatistics(s -> s.failed(0));
  }

  @Test
  void serviceThreadOfTheJvm_mayStay() {
    run(StartsAService.class).allEvents().assertStatistics(s -> s.failed(0));
  }

  @Test
  void threadThatEndsByItself_isWaitedFor() {
    run(EndsByItself.class).allEvents().assertStatistics(s -> s.failed(0));
  }

  private static EngineExecutionResults run(Class<?> fixture) {
    end = new CountDownLatch(1);
    try {
      return EngineTestKit.engine("junit-jupiter").selectors(selectClass(fixture)).execute();
    } finally {
      end.countDown();
    }
  }

  private static Thread start(String name) {
    CountDownLatch latch = end;
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          try {
            latch.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  static class LeavesALoop {
    @RegisterExtension static final LeakCheck CHECK = new LeakCheck(GRACE);

    @Test
    void test() {
      start("jasyncio-loop-1");
    }
  }

  static class LeavesAnExecutor {
    @RegisterExtension static final LeakCheck CHECK = new LeakCheck(GRACE);

    @BeforeAll
    static void open() {
      start("asyncio_0");
    }

    @Test
    void test() {}
  }

  static class Tidy {
    @RegisterExtension static final LeakCheck CHECK = new LeakCheck(GRACE);

    @BeforeAll
    static void open() {
      start("jasyncio-loop-1");
    }

    @AfterAll
    static void close() {
      end.countDown();
    }

    @Test
    void test() {}
  }

  static class StartsAService {
    @RegisterExtension static final LeakCheck CHECK = new LeakCheck(GRACE);

    @Test
    void test() {
      start("jasyncio-fallback-scheduler-1");
    }
  }

  static class EndsByItself {
    @RegisterExtension static final LeakCheck CHECK = new LeakCheck(GRACE);

    @Test
    void test() {
      Thread thread = start("jasyncio-loop-1");
      end.countDown();
      assertTrue(thread.isDaemon());
    }
  }
}
