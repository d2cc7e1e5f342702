package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.BlockingPolicy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/// Blocking calls in virtual time, where they let others run.
@OnLoop(blocking = BlockingPolicy.SWITCH)
@DisabledIfSystemProperty(
    named = "jasyncio.fibers",
    matches = "portable",
    disabledReason = "policy SWITCH needs the scheduled fiber runtime")
class SwitchTest {
  @Test
  void lock_heldByATaskThatSleeps_doesNotHoldTimeBack(TestClock clock) {
    var lock = new ReentrantLock();
    var holder =
        createTask(() -> {
          lock.lock();
          try {
            sleep(3600);
          } finally {
            lock.unlock();
          }
        });
    sleep(0);
    lock.lock();
    try {
      assertThat(clock.elapsed()).isEqualTo(ofHours(1));
    } finally {
      lock.unlock();
    }
    await(holder);
  }

  @Test
  void latch_thatIsCountedDownByATask_doesNotHoldTimeBack(TestClock clock) throws Exception {
    var latch = new CountDownLatch(1);
    createTask(() -> {
      sleep(3600);
      latch.countDown();
    });
    latch.await();
    assertThat(clock.elapsed()).isEqualTo(ofHours(1));
  }

  @Test
  @DisabledIf("jasyncio.testing.BlockingTimeTest#isAgentThere")
  void waitWithALimit_passesAsOutside() throws Exception {
    var latch = new CountDownLatch(1);
    long began = System.nanoTime();
    createTask(() -> {
      sleep(0.005);
      latch.countDown();
    });
    assertThat(latch.await(1, TimeUnit.HOURS)).isTrue();
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(5_000_000);
  }
}
