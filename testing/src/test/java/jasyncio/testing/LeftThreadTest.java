package jasyncio.testing;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.BlockingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Virtual threads that tasks have started, and that outlive the loop: run by [TimeAgentTest] in a
/// JVM with the agent.
@EnabledIf("jasyncio.testing.BlockingTimeTest#isAgentThere")
@SuppressWarnings("LockNotBeforeTry")
class LeftThreadTest {
  @Test
  void wait_thatOutlivesTheLoop_takesWhatIsLeft_inRealTime() throws Exception {
    var taken = new ReentrantLock();
    taken.lock();
    var left = new ArrayList<Thread>();
    AsyncTests.run(
        () -> {
          getRunningLoop().setBlockingPolicy(BlockingPolicy.SWITCH);
          sleep(3600); // the clocks go apart
          left.add(Thread.startVirtualThread(() -> unchecked(() -> Thread.sleep(60))));
          left.add(
              Thread.startVirtualThread(
                  () -> unchecked(() -> taken.tryLock(60, TimeUnit.MILLISECONDS))));
          sleep(0.03);
        },
        Leftover.values());
    for (var thread : left) {
      assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  private static void unchecked(BlockingTimeTest.Call call) {
    try {
      call.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
