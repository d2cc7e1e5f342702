package jasyncio.sync;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class CapacityLimiterTest {
  private final CapacityLimiter limiter = new CapacityLimiter(2);
  private final List<String> order = new ArrayList<>();

  private Task<Void> borrower(String name, int pauses) {
    return createTask(() -> {
      try (var _ = limiter.acquireOnBehalfOf(name)) {
        order.add(name);
        for (int i = 0; i < pauses; i++) {
          sleep(0);
        }
      }
    });
  }

  @AsyncTest
  void tokens_areBorrowedByTasks() {
    limiter.run(() -> {
      assertThat(limiter.statistics())
          .isEqualTo(new CapacityLimiter.Statistics(2, 1, List.of(currentTask()), 0));
      assertThatThrownBy(limiter::acquire)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("this borrower is already holding one of this CapacityLimiter's");
    });
    assertThatThrownBy(limiter::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("this borrower isn't holding any of this CapacityLimiter's tokens");
    assertThat(limiter.tryAcquire()).isTrue();
    limiter.release();
    assertThat(limiter.availableTokens()).isEqualTo(2);
  }

  @Test
  void outsideOfATask_thereIsNoBorrower() {
    assertThatThrownBy(limiter::acquire)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no task runs here that could borrow a token; call it in a task, or acquire on behalf of somebody");
    assertThat(limiter.tryAcquireOnBehalfOf("somebody")).isTrue();
    limiter.releaseOnBehalfOf("somebody");
  }

  @AsyncTest
  void waiters_getTokensInOrder_andNobodyBargesIn() {
    var tasks = List.of(borrower("a", 3), borrower("b", 3), borrower("c", 0), borrower("d", 0));
    sleep(0);
    assertThat(limiter).hasToString("<CapacityLimiter [2/2, waiters:2]>");
    assertThatThrownBy(() -> limiter.acquireOnBehalfOf("c"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this borrower is already waiting for one of this CapacityLimiter's tokens: c");
    sleep(0);
    sleep(0);
    sleep(0); // a and b are done, c and d on their way
    assertThat(limiter.tryAcquireOnBehalfOf("main")).isFalse();
    Asyncio.wait(tasks);
    assertThat(order).containsExactly("a", "b", "c", "d");
    assertThat(limiter.borrowedTokens()).isZero();
  }

  @AsyncTest
  void total_canBeChangedAtAnyTime() {
    var tasks = List.of(borrower("a", 9), borrower("b", 9), borrower("c", 9), borrower("d", 0));
    sleep(0);
    limiter.setTotalTokens(3);
    assertThat(limiter.borrowedTokens()).isEqualTo(3); // one is promised
    assertThat(limiter).hasToString("<CapacityLimiter [3/3, waiters:1]>");
    sleep(0);
    assertThat(order).containsExactly("a", "b", "c");
    limiter.setTotalTokens(1);
    assertThat(limiter.availableTokens()).isEqualTo(-2);
    assertThat(limiter.totalTokens()).isEqualTo(1);
    await(tasks.get(0));
    assertThat(tasks.get(3).done()).isFalse();
    Asyncio.wait(tasks);
    limiter.setTotalTokens(0);
    assertThat(limiter.tryAcquireOnBehalfOf("e")).isFalse();
    assertThatThrownBy(() -> limiter.setTotalTokens(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("totalTokens must be >= 0, not -1");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomCancellationsAndTotals_loseNoToken(long seed) {
    var random = new Random(seed);
    run(() -> {
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < 200; i++) {
        tasks.add(borrower(String.format("%03d", i), random.nextInt(4)));
      }
      for (int i = 0; i < 150; i++) {
        tasks.get(random.nextInt(tasks.size())).cancel();
        if (random.nextInt(4) == 0) {
          limiter.setTotalTokens(random.nextInt(4));
        }
        if (random.nextBoolean()) {
          sleep(0);
        }
      }
      limiter.setTotalTokens(2);
      Asyncio.wait(tasks);
    });
    assertThat(order).isSorted();
    assertThat(limiter).hasToString("<CapacityLimiter [0/2]>");
  }
}
