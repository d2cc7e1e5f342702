package jasyncio.generator;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.generator.Generators.asyncGenerator;
import static jasyncio.generator.Generators.generator;
import static jasyncio.testkit.Garbage.collectUntil;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.EventLoop;
import jasyncio.Logs;
import jasyncio.Task;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Generators that nobody can iterate any more.
@Timeout(600)
class AbandonedGeneratorTest {
  private static final int MANY = 10_000;

  private static void parkBriefly() {
    LockSupport.parkNanos(1_000_000);
  }

  private static Generator<Integer> counting(CountDownLatch closed, Queue<Object> closers) {
    return generator(g -> {
      try {
        for (int i = 0; ; i++) {
          g.yield(i);
        }
      } finally {
        closers.add(currentTask() != null ? EventLoop.running() : "no task");
        closed.countDown();
      }
    });
  }

  private static void abandon(CountDownLatch closed, Queue<Object> closers) {
    assertThat(counting(closed, closers).next()).isZero();
  }

  @Test
  void outsideALoop_isClosedWhenItHasBeenCollected() {
    var closed = new CountDownLatch(1);
    var closers = new ConcurrentLinkedQueue<>();
    abandon(closed, closers);
    collectUntil(() -> closed.getCount() == 0, AbandonedGeneratorTest::parkBriefly);
    assertThat(closers).containsExactly("no task");
  }

  @Test
  void begunOnALoop_isClosedByATaskOfIt() {
    var closed = new CountDownLatch(1);
    var closers = new ConcurrentLinkedQueue<>();
    run(() -> {
      abandon(closed, closers);
      collectUntil(() -> closed.getCount() == 0, () -> sleep(0.001));
      assertThat(closers).containsExactly(getRunningLoop());
    });
  }

  @Test
  void keptByTheTaskThatIteratedOverIt_isClosedByAnother() {
    var closed = new CountDownLatch(1);
    var closers = new ConcurrentLinkedQueue<>();
    run(() -> {
      iterateInATask(closed, closers).await();
      collectUntil(() -> closed.getCount() == 0, () -> sleep(0.001));
    });
  }

  private static Task<Integer> iterateInATask(CountDownLatch closed, Queue<Object> closers) {
    var generator = counting(closed, closers);
    return createTask(() -> generator.next()); // its body leads to the generator, and did so back
  }

  @Test
  void begunOnALoopThatIsClosed_isClosedNevertheless() {
    var closed = new CountDownLatch(1);
    var closers = new ConcurrentLinkedQueue<>();
    run(() -> abandon(closed, closers));
    collectUntil(() -> closed.getCount() == 0, AbandonedGeneratorTest::parkBriefly);
    assertThat(closers).hasSize(1);
  }

  @Test
  void onALoopThatIsClosedBeforeItsTaskRuns_isClosedNevertheless() {
    var closed = new CountDownLatch(1);
    var closers = new ConcurrentLinkedQueue<>();
    var loop = newEventLoop();
    loop.runUntilComplete(() -> abandon(closed, closers));
    for (int i = 0; i < 5; i++) { // the loop is told, but does not run
      System.gc();
      parkBriefly();
    }
    loop.close();
    loop = null;
    collectUntil(() -> closed.getCount() == 0, AbandonedGeneratorTest::parkBriefly);
    assertThat(closers).hasSize(1);
  }

  @Test
  void async_isClosedByATaskAndMayAwait() {
    var order = new ArrayList<String>();
    run(() -> {
      abandonAsync(order);
      collectUntil(() -> order.contains("cleaned up"), () -> sleep(0.001));
    });
    assertThat(order).containsExactly("cleaning up", "cleaned up");
  }

  private static void abandonAsync(List<String> order) {
    AsyncGenerator<Integer> generator =
        asyncGenerator(g -> {
          try {
            g.yield(1);
          } finally {
            order.add("cleaning up");
            sleep(0.001);
            order.add("cleaned up");
          }
        });
    generator.next();
  }

  @Test
  void many_leaveNoThreads() {
    var closed = new CountDownLatch(MANY);
    var threads = new ArrayList<WeakReference<@Nullable Thread>>();
    for (int i = 0; i < MANY; i++) {
      abandonNoting(threads, closed);
    }
    collectUntil(() -> closed.getCount() == 0, AbandonedGeneratorTest::parkBriefly);
    assertThreadsEnd(threads);
  }

  @Test
  void many_onALoop_leaveNoThreads() {
    var closed = new CountDownLatch(MANY);
    var threads = new ArrayList<WeakReference<@Nullable Thread>>();
    run(() -> {
      for (int i = 0; i < MANY; i++) {
        abandonNoting(threads, closed);
      }
      collectUntil(() -> closed.getCount() == 0, () -> sleep(0.001));
    });
    assertThreadsEnd(threads);
  }

  private static void abandonNoting(
      List<WeakReference<@Nullable Thread>> threads, CountDownLatch closed) {
    Generator<Integer> generator =
        generator(g -> {
          threads.add(new WeakReference<>(Thread.currentThread()));
          try {
            g.yield(1);
          } finally {
            closed.countDown();
          }
        });
    generator.next();
  }

  private static void assertThreadsEnd(List<WeakReference<@Nullable Thread>> threads) {
    assertThat(threads).hasSize(MANY);
    collectUntil(
        () -> threads.stream().map(WeakReference::get).noneMatch(t -> t != null && t.isAlive()),
        AbandonedGeneratorTest::parkBriefly);
  }

  @Test
  void errorOfTheCleanUp_isLogged() {
    try (var logs = Logs.capture()) {
      abandonFaulty();
      collectUntil(() -> !logs.lines().isEmpty(), AbandonedGeneratorTest::parkBriefly);
      assertThat(logs.lines())
          .containsExactly(
              "WARNING Exception ignored in: <generator object faulty>\n"
                  + "java.lang.IllegalArgumentException: broken");
    }
  }

  @Test
  void errorOfTheCleanUp_onALoop_isToldToItsHandler() {
    var told = new ArrayList<String>();
    run(() -> {
      getRunningLoop().setExceptionHandler((loop, error) -> told.add(error.message()));
      abandonFaulty();
      collectUntil(() -> !told.isEmpty(), () -> sleep(0.001));
    });
    assertThat(told).containsExactly("Exception ignored in: <generator object faulty>");
  }

  private static void abandonFaulty() {
    Generator<Integer> generator =
        generator(
            "faulty",
            g -> {
              try {
                g.yield(1);
              } finally {
                throwIt();
              }
            });
    generator.next();
  }

  private static void throwIt() {
    throw new IllegalArgumentException("broken");
  }
}
