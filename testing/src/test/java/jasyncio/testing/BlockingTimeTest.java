package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static jasyncio.Asyncio.waitFor;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.BlockingPolicy;
import jasyncio.CancelledError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Blocking calls with a limit, in virtual time: run by [TimeAgentTest] in a JVM with the agent.
@OnLoop(blocking = BlockingPolicy.SWITCH, timeoutSeconds = 20)
@EnabledIf("isAgentThere")
@SuppressWarnings({"JavaUtilDate", "LockNotBeforeTry", "WaitNotInLoop"}) // they are what is tested
class BlockingTimeTest {
  static boolean isAgentThere() {
    return JdkTime.isThere();
  }

  private static void isAt(TestClock clock, Duration time) {
    assertThat(clock.elapsed()).isEqualTo(time);
  }

  private static void hasTaken(TestClock clock, long seconds) {
    isAt(clock, Duration.ofSeconds(seconds));
  }

  // ---- each call, to its limit ------------------------------------------------------------------

  interface Call {
    void run() throws Exception;
  }

  record Limited(String name, Call call) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// Each waits for ten seconds, in vain.
  static List<Limited> calls() {
    var taken = new ReentrantLock();
    return List.of(
        new Limited("Thread.sleep(millis)", () -> Thread.sleep(10_000)),
        new Limited("Thread.sleep(millis, nanos)", () -> Thread.sleep(10_000, 0)),
        new Limited("Thread.sleep(Duration)", () -> Thread.sleep(Duration.ofSeconds(10))),
        new Limited("TimeUnit.sleep", () -> SECONDS.sleep(10)),
        new Limited("LockSupport.parkNanos", () -> LockSupport.parkNanos(10_000_000_000L)),
        new Limited(
            "Object.wait",
            () -> {
              var monitor = new Object();
              synchronized (monitor) {
                monitor.wait(10_000);
              }
            }),
        new Limited(
            "TimeUnit.timedWait",
            () -> {
              var monitor = new Object();
              synchronized (monitor) {
                SECONDS.timedWait(monitor, 10);
              }
            }),
        new Limited(
            "Lock.tryLock",
            () -> {
              whileHeld(taken, () -> assertThat(taken.tryLock(10, SECONDS)).isFalse());
            }),
        new Limited(
            "ReadLock.tryLock",
            () -> {
              var lock = new ReentrantReadWriteLock();
              whileHeld(
                  lock.writeLock(),
                  () -> assertThat(lock.readLock().tryLock(10, SECONDS)).isFalse());
            }),
        new Limited(
            "StampedLock.tryWriteLock",
            () -> {
              var lock = new StampedLock();
              lock.writeLock();
              assertThat(lock.tryWriteLock(10, SECONDS)).isZero();
            }),
        new Limited(
            "StampedLock.tryReadLock",
            () -> {
              var lock = new StampedLock();
              lock.writeLock();
              assertThat(lock.tryReadLock(10, SECONDS)).isZero();
            }),
        new Limited(
            "Condition.await",
            () -> {
              var lock = new ReentrantLock();
              lock.lock();
              assertThat(lock.newCondition().await(10, SECONDS)).isFalse();
            }),
        new Limited(
            "Condition.awaitNanos",
            () -> {
              var lock = new ReentrantLock();
              lock.lock();
              assertThat(lock.newCondition().awaitNanos(10_000_000_000L)).isZero();
            }),
        new Limited(
            "Semaphore.tryAcquire",
            () -> assertThat(new Semaphore(0).tryAcquire(10, SECONDS)).isFalse()),
        new Limited(
            "CountDownLatch.await",
            () -> assertThat(new CountDownLatch(1).await(10, SECONDS)).isFalse()),
        timesOut("CyclicBarrier.await", () -> new CyclicBarrier(2).await(10, SECONDS)),
        timesOut("Phaser.await", () -> new Phaser(1).awaitAdvanceInterruptibly(0, 10, SECONDS)),
        timesOut("Exchanger.exchange", () -> new Exchanger<String>().exchange("a", 10, SECONDS)),
        timesOut("FutureTask.get", () -> new FutureTask<>(() -> "a").get(10, SECONDS)),
        timesOut("CompletableFuture.get", () -> new CompletableFuture<>().get(10, SECONDS)),
        timesOut("ForkJoinTask.get", () -> ForkJoinTask.adapt(() -> {}).get(10, SECONDS)),
        poll("ArrayBlockingQueue", new ArrayBlockingQueue<>(1)),
        poll("LinkedBlockingQueue", new LinkedBlockingQueue<>()),
        poll("LinkedBlockingDeque", new LinkedBlockingDeque<>()),
        poll("PriorityBlockingQueue", new PriorityBlockingQueue<>()),
        poll("SynchronousQueue", new SynchronousQueue<>()),
        poll("fair SynchronousQueue", new SynchronousQueue<>(true)),
        poll("LinkedTransferQueue", new LinkedTransferQueue<>()),
        poll("DelayQueue", new DelayQueue<>()),
        offer("ArrayBlockingQueue", new ArrayBlockingQueue<>(1, false, List.of("a"))),
        offer("LinkedBlockingQueue", full(new LinkedBlockingQueue<>(1))),
        offer("LinkedBlockingDeque", full(new LinkedBlockingDeque<>(1))),
        offer("SynchronousQueue", new SynchronousQueue<>()),
        new Limited(
            "LinkedTransferQueue.tryTransfer",
            () ->
                assertThat(new LinkedTransferQueue<String>().tryTransfer("a", 10, SECONDS))
                    .isFalse()),
        new Limited(
            "Thread.join of a fiber's thread",
            () -> {
              var parked = Thread.ofVirtual().start(() -> LockSupport.park());
              assertThat(parked.join(Duration.ofSeconds(10))).isFalse();
              LockSupport.unpark(parked);
              parked.join();
            }));
  }

  private static void whileHeld(java.util.concurrent.locks.Lock lock, Call call) throws Exception {
    var done = new jasyncio.sync.Event();
    var holder =
        createTask(() -> {
          lock.lock();
          try {
            done.await();
          } finally {
            lock.unlock();
          }
        });
    sleep(0);
    call.run();
    done.set();
    await(holder);
  }

  private static Limited timesOut(String name, Call call) {
    return new Limited(
        name, () -> assertThatExceptionOfType(TimeoutException.class).isThrownBy(call::run));
  }

  private static Limited poll(String name, BlockingQueue<?> queue) {
    return new Limited(name + ".poll", () -> assertThat(queue.poll(10, SECONDS)).isNull());
  }

  private static Limited offer(String name, BlockingQueue<String> queue) {
    return new Limited(name + ".offer", () -> assertThat(queue.offer("b", 10, SECONDS)).isFalse());
  }

  private static BlockingQueue<String> full(BlockingQueue<String> queue) {
    queue.add("a");
    return queue;
  }

  @ParameterizedTest
  @MethodSource("calls")
  void callWithALimit_inVain_takesJustThat(Limited limited, TestClock clock) throws Exception {
    limited.call.run();
    hasTaken(clock, 10);
  }

  @Test
  void callsWithALimit_ofTwoTasks_goOnTogether(TestClock clock) throws Exception {
    var latch = new CountDownLatch(1);
    var order = new ArrayList<String>();
    var other =
        createTask(() -> {
          Thread.sleep(Duration.ofHours(1));
          order.add("slept");
          isAt(clock, Duration.ofHours(1));
          return Thread.interrupted();
        });
    assertThat(latch.await(30, MINUTES)).isFalse();
    order.add("waited");
    isAt(clock, Duration.ofMinutes(30));
    await(other);
    assertThat(order).containsExactly("waited", "slept");
  }

  @Test
  void delayQueue_givesWhatIsDue_byTheClockOfTheTest(TestClock clock) throws Exception {
    record Later(TestClock clock, Duration due) implements Delayed {
      @Override
      public long getDelay(TimeUnit unit) {
        return unit.convert(due.minus(clock.elapsed()));
      }

      @Override
      public int compareTo(Delayed other) {
        return Long.compare(getDelay(NANOSECONDS), other.getDelay(NANOSECONDS));
      }
    }

    var queue = new DelayQueue<Later>();
    queue.add(new Later(clock, Duration.ofSeconds(5)));
    assertThat(queue.poll(1, HOURS)).isNotNull();
    hasTaken(clock, 5);
    queue.add(new Later(clock, Duration.ofSeconds(7)));
    assertThat(queue.take()).isNotNull();
    hasTaken(clock, 7);
  }

  @Test
  void untilADate_isThatOfTheJdksClock(TestClock clock) throws Exception {
    var lock = new ReentrantLock();
    lock.lock();
    long began = System.currentTimeMillis();
    assertThat(lock.newCondition().awaitUntil(new Date(began + 3_600_000))).isFalse();
    assertThat(clock.elapsed()).isBetween(Duration.ofHours(1), Duration.ofHours(1).plusSeconds(20));
    LockSupport.parkUntil(began + 2 * 3_600_000L);
    assertThat(clock.elapsed()).isBetween(Duration.ofHours(2), Duration.ofHours(2).plusSeconds(20));
  }

  // ---- ended before -----------------------------------------------------------------------------

  @Test
  void lock_thatIsUnlockedBefore_isHad_andTimeGoesNoFurther(TestClock clock) throws Exception {
    var lock = new ReentrantLock();
    var holder =
        createTask(() -> {
          lock.lock();
          sleep(3);
          lock.unlock();
        });
    sleep(0);
    assertThat(lock.tryLock(10, SECONDS)).isTrue();
    hasTaken(clock, 3);
    lock.unlock();
    await(holder);
    clock.settle();
    sleep(1);
    hasTaken(clock, 4);
  }

  @Test
  void timer_ofACallThatHasEnded_isGone(TestClock clock) throws Exception {
    var queue = new LinkedBlockingQueue<String>();
    createTask(() -> {
      Thread.sleep(1_000);
      queue.add("a");
    });
    assertThat(queue.poll(1, HOURS)).isEqualTo("a");
    hasTaken(clock, 1);
    new CountDownLatch(0).await();
    Thread.sleep(1); // the next timer is this one, and not that of the poll
    isAt(clock, Duration.ofMillis(1_001));
  }

  @Test
  void awaitNanos_givesWhatIsLeft(TestClock clock) throws Exception {
    var lock = new ReentrantLock();
    var condition = lock.newCondition();
    createTask(() -> {
      sleep(3);
      lock.lock();
      condition.signal();
      lock.unlock();
    });
    lock.lock();
    assertThat(condition.awaitNanos(SECONDS.toNanos(10))).isEqualTo(SECONDS.toNanos(7));
    lock.unlock();
    hasTaken(clock, 3);
  }

  @Test
  void objectWait_thatIsNotified_takesNoLonger(TestClock clock) throws Exception {
    for (int i = 0; i < 50; i++) { // a thread of the JDK hands the monitor over
      var monitor = new Object();
      var before = clock.elapsed();
      createTask(() -> {
        sleep(3);
        synchronized (monitor) {
          monitor.notifyAll();
        }
      });
      synchronized (monitor) {
        monitor.wait(3_600_000);
      }
      isAt(clock, before.plusSeconds(3));
    }
  }

  @Test
  void monitor_thatIsLeft_isHadBeforeTimeGoesOn(TestClock clock) {
    var monitor = new Object();
    for (int i = 0; i < 50; i++) {
      var before = clock.elapsed();
      var holder =
          createTask(() -> {
            synchronized (monitor) {
              sleep(3);
            }
          });
      sleep(0);
      var later = createTask(() -> sleep(3600));
      synchronized (monitor) {
        isAt(clock, before.plusSeconds(3));
      }
      later.cancel();
      await(holder);
    }
  }

  @Test
  void fiberThatIsInterrupted_isSoInTime(TestClock clock) {
    var thread = new CompletableFuture<Thread>();
    var sleeper =
        createTask(() -> {
          thread.complete(Thread.currentThread());
          assertThatExceptionOfType(InterruptedException.class)
              .isThrownBy(() -> Thread.sleep(Duration.ofHours(1)));
          hasTaken(clock, 2);
        });
    sleep(2);
    thread.join().interrupt();
    await(sleeper);
    hasTaken(clock, 2);
  }

  // ---- with asyncio's own time ------------------------------------------------------------------

  @Test
  void timers_ofTheLoopAndOfTheJdk_areDueInOrder(TestClock clock) throws Exception {
    var order = new ArrayList<String>();
    var slow =
        createTask(() -> {
          for (int i = 1; i <= 3; i++) {
            Thread.sleep(1_000);
            order.add("jdk " + i);
          }
        });
    var quick =
        createTask(() -> {
          sleep(0.5);
          for (int i = 1; i <= 3; i++) {
            order.add("loop " + i);
            sleep(1);
          }
        });
    await(slow);
    await(quick);
    assertThat(order).containsExactly("loop 1", "jdk 1", "loop 2", "jdk 2", "loop 3", "jdk 3");
    isAt(clock, Duration.ofMillis(3_500));
  }

  @Test
  void waitFor_endsACall_atItsOwnTime(TestClock clock) {
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> waitFor(() -> Thread.sleep(Duration.ofHours(1)), 5));
    hasTaken(clock, 5);
    sleep(1);
    hasTaken(clock, 6);
  }

  @Test
  void cancelledTask_leavesACallThatWaits(TestClock clock) {
    var lock = new ReentrantLock();
    lock.lock();
    var task = createTask(() -> new Semaphore(0).tryAcquire(1, HOURS));
    sleep(7);
    task.cancel();
    assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(task));
    hasTaken(clock, 7);
    lock.unlock();
  }

  @Test
  void advance_hasCallsEndThatAreDue(TestClock clock) throws Exception {
    var seen = new ArrayList<Integer>();
    var task =
        createTask(() -> {
          for (int i = 1; i <= 3; i++) {
            Thread.sleep(10_000);
            seen.add(i);
          }
        });
    clock.advance(9);
    assertThat(seen).isEmpty();
    clock.advance(1);
    assertThat(seen).containsExactly(1);
    clock.advance(20);
    assertThat(seen).containsExactly(1, 2, 3);
    assertThat(task.done()).isTrue();
    hasTaken(clock, 30);
  }

  @Test
  void settle_waitsForWhoGetsAMonitor(TestClock clock) {
    for (int i = 0; i < 50; i++) {
      var monitor = new Object();
      var held = new jasyncio.sync.Event();
      var got = new boolean[1];
      var holder =
          createTask(() -> {
            synchronized (monitor) {
              held.await();
            }
          });
      var waiter =
          createTask(() -> {
            synchronized (monitor) {
              got[0] = true;
            }
          });
      clock.settle();
      assertThat(got[0]).isFalse();
      held.set();
      clock.settle();
      assertThat(got[0]).isTrue();
      await(holder);
      await(waiter);
    }
  }

  @Explore(runs = 200)
  @OnLoop(blocking = BlockingPolicy.SWITCH)
  void exploration_isTheSameAgain(TestClock clock) throws Exception {
    var queue = new ArrayBlockingQueue<Integer>(1);
    var producer =
        createTask(() -> {
          for (int i = 0; i < 3; i++) {
            Thread.sleep(100);
            assertThat(queue.offer(i, 1, HOURS)).isTrue();
          }
        });
    for (int i = 0; i < 3; i++) {
      assertThat(queue.poll(1, HOURS)).isEqualTo(i);
      sleep(0.1);
    }
    await(producer);
    assertThat(clock.elapsed()).isLessThan(Duration.ofMinutes(5));
  }

  // ---- other threads ----------------------------------------------------------------------------

  @Test
  void jobOfTheLoop_isWaitedFor_inRealTime(TestClock clock) throws Exception {
    var latch = new CountDownLatch(1);
    var job =
        createTask(() ->
            toThread(() -> {
              Thread.sleep(30);
              latch.countDown();
              return "done";
            }));
    assertThat(latch.await(1, HOURS)).isTrue();
    await(job);
    assertThat(clock.elapsed()).isLessThan(Duration.ofHours(1));
  }

  @Test
  void threadOfTheProgram_isWaitedFor_inStep(TestClock clock) throws Exception {
    try (var executor = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < 3; i++) {
        var job =
            executor.submit(() -> {
              Thread.sleep(30);
              return "done";
            });
        assertThat(job.get(1, HOURS)).isEqualTo("done");
      }
      assertThat(clock.elapsed()).isBetween(Duration.ofMillis(80), Duration.ofSeconds(20));
      var before = clock.elapsed();
      Thread.sleep(Duration.ofHours(1));
      isAt(clock, before.plusHours(1));
      executor.shutdown();
    }
  }

  @Test
  void threadOfTheProgram_thatDoesNothing_doesNotHoldTimeBackForLong(TestClock clock)
      throws Exception {
    try (var executor = Executors.newSingleThreadExecutor()) {
      assertThat(executor.submit(() -> "done").get()).isEqualTo("done");
      assertThat(new CountDownLatch(1).await(1, HOURS)).isFalse();
      isAt(clock, Duration.ofHours(1));
      executor.shutdown();
    }
  }

  @Test
  void join_ofAThreadThatWaitsForEver_takesItsLimit(TestClock clock) throws Exception {
    var thread = Thread.ofPlatform().daemon().start(LockSupport::park);
    assertThat(thread.join(Duration.ofHours(1))).isFalse();
    thread.join(1_000);
    isAt(clock, Duration.ofHours(1).plusSeconds(1));
    LockSupport.unpark(thread);
    thread.join();
  }

  @Test
  void threadOfTheProgram_thatDoesSomethingLater_isWaitedFor(TestClock clock) throws Exception {
    try (var executor = Executors.newSingleThreadScheduledExecutor()) {
      var latch = new CountDownLatch(1);
      var _ = executor.schedule(() -> latch.countDown(), 700, MILLISECONDS);
      assertThat(latch.await(1, HOURS)).isTrue();
      assertThat(clock.elapsed()).isBetween(Duration.ofMillis(600), Duration.ofSeconds(20));
      executor.shutdown();
    }
  }

  @Test
  void virtualThread_thatAFiberStarts_hasTheTimeOfItsLoop(TestClock clock) throws Exception {
    var latch = new CountDownLatch(1);
    var thread =
        Thread.startVirtualThread(() -> {
          try {
            Thread.sleep(10_000);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          latch.countDown();
        });
    assertThat(latch.await(1, HOURS)).isTrue();
    hasTaken(clock, 10);
    thread.join();
  }

  @Test
  void threadThatIsPinned_takesItsTimeOutside(TestClock clock) {
    assertThat(Pinned.value()).isEqualTo("slept");
    assertThat(clock.elapsed()).isBetween(Duration.ofMillis(20), Duration.ofSeconds(20));
  }

  /// A class initialiser is called by native code, and cannot be left.
  private static final class Pinned {
    static final String VALUE;

    static {
      try {
        Thread.sleep(20);
        VALUE = "slept";
      } catch (InterruptedException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    static String value() {
      return VALUE;
    }
  }

  @Nested
  @OnLoop(time = TimeMode.REAL, blocking = BlockingPolicy.SWITCH)
  class InRealTime {
    @Test
    void call_takesItsTime() throws Exception {
      long began = System.nanoTime();
      Thread.sleep(20);
      assertThat(new CountDownLatch(1).await(20, MILLISECONDS)).isFalse();
      assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(40_000_000);
    }
  }

  @Nested
  @OnLoop(blocking = BlockingPolicy.BLOCK)
  class WhereNobodyElseRuns {
    @Test
    void call_takesItsTime(TestClock clock) throws Exception {
      long began = System.nanoTime();
      Thread.sleep(20);
      assertThat(new CountDownLatch(1).await(20, MILLISECONDS)).isFalse();
      assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(40_000_000);
      hasTaken(clock, 0);
    }
  }
}
