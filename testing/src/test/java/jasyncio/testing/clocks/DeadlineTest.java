package jasyncio.testing.clocks;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.BlockingPolicy;
import jasyncio.testing.OnLoop;
import jasyncio.testing.TestClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// A program that looks at the JDK's clocks itself: run by `TimeAgentTest` in a JVM whose agent is
/// told of this package.
@OnLoop(blocking = BlockingPolicy.SWITCH, timeoutSeconds = 20)
@EnabledIf("jasyncio.testing.BlockingTimeTest#isAgentThere")
@SuppressWarnings("LockNotBeforeTry")
class DeadlineTest {
  @Test
  void deadline_ofNanos_isReached(TestClock clock) throws Exception {
    var lock = new ReentrantLock();
    var condition = lock.newCondition();
    var ticking =
        createTask(() -> {
          while (true) {
            sleep(7);
            lock.lock();
            condition.signalAll(); // for nothing
            lock.unlock();
          }
        });
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    lock.lock();
    for (long left; (left = deadline - System.nanoTime()) > 0; ) {
      condition.awaitNanos(left);
    }
    lock.unlock();
    assertThat(clock.elapsed()).isEqualTo(Duration.ofMinutes(1));
    ticking.cancel();
  }

  @Test
  void deadline_ofMillis_isReached(TestClock clock) throws Exception {
    var monitor = new Object();
    long deadline = System.currentTimeMillis() + 60_000;
    synchronized (monitor) {
      for (long left; (left = deadline - System.currentTimeMillis()) > 0; ) {
        monitor.wait(left);
      }
    }
    assertThat(clock.elapsed()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void methodReference_isTheSameClock(TestClock clock) throws Exception {
    LongSupplier nanos = System::nanoTime;
    long before = nanos.getAsLong();
    Thread.sleep(Duration.ofHours(1));
    assertThat(nanos.getAsLong() - before).isEqualTo(Duration.ofHours(1).toNanos());
  }

  @Test
  void otherThread_seesRealTime() throws Exception {
    Thread.sleep(Duration.ofHours(1));
    long here = System.nanoTime();
    assertThat(toThread(() -> System.nanoTime()))
        .isLessThan(here - Duration.ofMinutes(59).toNanos());
  }

  @Test
  @OnLoop
  void policyForbid_leavesRealTime(TestClock clock) {
    long before = System.nanoTime();
    sleep(3600);
    assertThat(System.nanoTime() - before).isLessThan(Duration.ofMinutes(1).toNanos());
  }
}
