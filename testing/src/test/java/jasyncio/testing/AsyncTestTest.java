package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jasyncio.ContextVar;
import jasyncio.EventLoop;
import jasyncio.FiberKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsyncTestTest {
  // ---- time -------------------------------------------------------------------------------------

  @AsyncTest
  void sleep_inVirtualTime_takesExactlyThatTime(TestClock clock) {
    sleep(ofHours(5));
    assertThat(clock.elapsed()).isEqualTo(ofHours(5));
  }

  @AsyncTest
  void elapsed_atTheBeginning_isNothing(TestClock clock) {
    assertThat(clock.elapsed()).isEqualTo(Duration.ZERO);
    assertThat(clock.instant()).isEqualTo(Instant.parse("2000-01-01T00:00:00Z"));
    assertThat(getRunningLoop().time()).isZero();
  }

  @AsyncTest
  void sleeps_ofSeveralTasks_overlap(TestClock clock) {
    await(gather(() -> sleep(3, 3), () -> sleep(1, 1), () -> sleep(2, 2)));
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(3));
  }

  @AsyncTest
  void waitFor_inVirtualTime_ends(TestClock clock) {
    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> waitFor(() -> sleep(9), 2));
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(2));
  }

  @AsyncTest
  void advance_letsHappenWhatIsDue_andNoMore(TestClock clock) {
    var happened = new ArrayList<String>();
    var task =
        createTask(() -> {
          for (int i = 1; ; i++) {
            sleep(1);
            happened.add("second " + i + " at " + clock.elapsed().toSeconds());
          }
        });
    clock.advance(0.999999);
    assertThat(happened).isEmpty();
    clock.advance(Duration.ofNanos(1000));
    assertThat(happened).containsExactly("second 1 at 1");
    clock.advance(2);
    assertThat(happened).containsExactly("second 1 at 1", "second 2 at 2", "second 3 at 3");
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(3));
    task.cancel();
  }

  @AsyncTest
  void advance_withABadNumber_saysSo(TestClock clock) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clock.advance(-1))
        .withMessage("time can be advanced by 0 s or more, not by -1.0");
    assertThatIllegalArgumentException().isThrownBy(() -> clock.advance(Double.NaN));
  }

  @AsyncTest
  void settle_waitsUntilNothingCanRun(TestClock clock) {
    var steps = new ArrayList<Integer>();
    var task =
        createTask(() -> {
          for (int i = 0; i < 100; i++) {
            sleep(0);
            steps.add(i);
          }
          sleep(1);
          steps.add(-1);
        });
    clock.settle();
    assertThat(steps).hasSize(100);
    assertThat(clock.elapsed()).isEqualTo(Duration.ZERO);
    await(task);
    assertThat(steps).hasSize(101);
  }

  @AsyncTest
  void toThread_isWaitedFor_beforeTimeJumps(TestClock clock) throws Exception {
    var go = new CountDownLatch(1);
    var late =
        createTask(() -> {
          sleep(10);
          return "late";
        });
    var job =
        createTask(() ->
            toThread(() -> {
              go.await();
              return clock.elapsed();
            }));
    clock.settle();
    go.countDown();
    assertThat(await(job)).isEqualTo(Duration.ZERO);
    assertThat(await(late)).isEqualTo("late");
  }

  @AsyncTest
  @OnLoop(time = TimeMode.REAL)
  void realTime_passesByItself(TestClock clock) {
    assertThat(clock.isVirtual()).isFalse();
    sleep(0.01);
    assertThat(clock.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(10));
  }

  // ---- what belongs to a test -------------------------------------------------------------------

  @AsyncTest
  void test_isATask_namedAfterIt(EventLoop loop, TestScope scope, TestClock clock) {
    assertThat(currentTask().getName()).isEqualTo("test test_isATask_namedAfterIt()");
    assertThat(getRunningLoop()).isSameAs(loop).isSameAs(scope.loop());
    assertThat(scope.clock()).isSameAs(clock);
    assertThat(loop).asString().startsWith("<EventLoop of test AsyncTestTest.test_isATask_");
  }

  @AsyncTest
  void background_mayRunToTheEnd(TestScope scope) {
    scope.background(() -> {
      while (true) {
        sleep(1);
      }
    });
    sleep(3.5);
  }

  @AsyncTest
  void outside_announcesAThread(TestScope scope, EventLoop loop) {
    var future = loop.<String>createFuture();
    var outside = scope.outside("a thread of the test's");
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          loop.callSoonThreadsafe(() -> future.setResult("from outside"));
          outside.close();
        });
    assertThat(await(future)).isEqualTo("from outside");
  }

  // ---- kinds of tests ---------------------------------------------------------------------------

  @OnLoop
  @ParameterizedTest
  @ValueSource(ints = {1, 60, 3600})
  void parameterizedTest_isACoroutine(int seconds, TestClock clock) {
    sleep(seconds);
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(seconds));
  }

  @OnLoop
  @RepeatedTest(2)
  void repeatedTest_isACoroutine(TestClock clock) {
    sleep(1);
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(1));
  }

  @OnLoop
  @TestFactory
  Stream<DynamicTest> dynamicTests_areCoroutines(TestClock clock) {
    sleep(1);
    return Stream.of(1, 2)
        .map(i ->
            DynamicTest.dynamicTest(
                "sleeps " + i,
                () -> {
                  var before = clock.elapsed();
                  sleep(i);
                  assertThat(clock.elapsed().minus(before)).isEqualTo(ofSeconds(i));
                }));
  }

  private static final Set<FiberKind> RUNTIMES = EnumSet.noneOf(FiberKind.class);

  @OnEachRuntime
  void eachRuntime_hasARun(EventLoop loop, TestClock clock) {
    sleep(1);
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(1));
    assertThat(RUNTIMES.add(loop.fibers())).isTrue();
  }

  @OnLoop
  @Nested
  class Lifecycle {
    private static final ContextVar<String> USER = ContextVar.of("user");
    private static final List<Duration> ALL = new ArrayList<>();
    private EventLoop loop;

    @BeforeAll
    static void mayAwait() {
      sleep(1);
      ALL.add(ofSeconds(1));
    }

    @BeforeEach
    void before(EventLoop loop) {
      sleep(1);
      this.loop = loop;
      USER.set("somebody");
    }

    @AfterEach
    void after(TestClock clock) {
      sleep(1);
      assertThat(clock.elapsed()).isEqualTo(ofSeconds(3));
      assertThat(getRunningLoop()).isSameAs(loop);
    }

    @Test
    void methods_shareLoopTimeAndContext(TestClock clock) {
      sleep(1);
      assertThat(clock.elapsed()).isEqualTo(ofSeconds(2));
      assertThat(getRunningLoop()).isSameAs(loop);
      assertThat(USER.get()).isEqualTo("somebody");
      assertThat(ALL).containsExactly(ofSeconds(1));
    }
  }

  @Nested
  @OnLoop(scope = LoopScope.CLASS)
  class SharedLoop {
    private static EventLoop shared;

    @BeforeAll
    static void before(EventLoop loop) {
      shared = loop;
    }

    @Test
    void first_runsOnIt() {
      assertThat(getRunningLoop()).isSameAs(shared);
    }

    @AsyncTest
    void second_runsOnIt() {
      assertThat(getRunningLoop()).isSameAs(shared);
    }

    @Nested
    class Inner {
      @Test
      void nested_runsOnIt() {
        assertThat(getRunningLoop()).isSameAs(shared);
      }
    }
  }
}
