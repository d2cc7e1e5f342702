package jasyncio.util;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.testing.AsyncTests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class RateLimiterTest {
  private final List<String> passed = new ArrayList<>();

  private Task<Void> passes(RateLimiter limiter, String name, double amount) {
    double begin = getRunningLoop().time();
    return createTask(() -> {
      limiter.acquire(amount);
      passed.add(name + Math.round((getRunningLoop().time() - begin) * 1000));
    });
  }

  @Test
  void limiter_letsABurstPass_thenSoMuchAsRunsOut() {
    AsyncTests.run(() -> {
      var limiter = new RateLimiter(2, 1);
      var tasks = new ArrayList<Task<Void>>();
      for (var name : List.of("a", "b", "c", "d")) {
        tasks.add(passes(limiter, name, 1));
      }
      Asyncio.wait(tasks);
      assertThat(passed).containsExactly("a0", "b0", "c500", "d1000");
      sleep(10);
      limiter.acquire(2);
      assertThat(limiter.tryAcquire()).isFalse();
    });
  }

  @Test
  void whoComesFirst_goesFirst_alsoBeforeWhoWantsLess() {
    AsyncTests.run(() -> {
      var limiter = new RateLimiter(2, Duration.ofSeconds(1));
      limiter.acquire(2);
      var big = passes(limiter, "big", 2);
      var small = passes(limiter, "small", 0.5);
      sleep(0.5);
      assertThat(limiter.tryAcquire(0.5)).isFalse(); // others wait
      assertThat(limiter).hasToString("<RateLimiter [waiting:2]>");
      Asyncio.wait(List.of(big, small));
      assertThat(passed).containsExactly("big1000", "small1250");
    });
  }

  @Test
  void whoIsCancelled_hasTakenNothing() {
    AsyncTests.run(() -> {
      var limiter = new RateLimiter(2, 1);
      limiter.acquire(2);
      var first = passes(limiter, "first", 2);
      var second = passes(limiter, "second", 1);
      sleep(0.25);
      first.cancel();
      Asyncio.wait(List.of(first, second));
      assertThat(passed).containsExactly("second500");
    });
  }

  @Test
  void amounts_outOfRange_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new RateLimiter(0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new RateLimiter(1, Double.NaN));
    var limiter = new RateLimiter(1, 1);
    assertThatIllegalArgumentException().isThrownBy(() -> limiter.acquire(2));
    assertThatIllegalArgumentException().isThrownBy(() -> limiter.tryAcquire(-1));
  }
}
