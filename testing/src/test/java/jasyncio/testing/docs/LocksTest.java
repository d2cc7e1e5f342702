package jasyncio.testing.docs;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.BlockingPolicy;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnLoop;
import jasyncio.testing.TestClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.condition.EnabledIf;

/// The test of `docs/testing.md` that needs the agent: `TimeAgentTest` runs it.
@EnabledIf("jasyncio.testing.BlockingTimeTest#isAgentThere")
@SuppressWarnings("LockNotBeforeTry")
class LocksTest {
  @AsyncTest
  @OnLoop(blocking = BlockingPolicy.SWITCH)
  void tryLock_isWorthTheWait(TestClock clock) throws Exception {
    var lock = new ReentrantLock();
    createTask(() -> {
      lock.lock();
      Thread.sleep(3000);
      lock.unlock();
    });
    sleep(0);
    assertThat(lock.tryLock(10, TimeUnit.SECONDS)).isTrue();
    assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3)); // and no real time
  }
}
