package jasyncio.sync;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.util.Collections;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class BarrierTest {
  private final Barrier barrier = new Barrier(3);

  @AsyncTest
  void await_numbersThoseWhoGoOnTogether() {
    for (int round = 0; round < 3; round++) {
      assertThat(await(gather(Collections.nCopies(3, barrier)))).containsExactly(0, 1, 2);
    }
    assertThat(await(gather(Collections.nCopies(6, barrier)))).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(barrier.statistics()).isEqualTo(new Barrier.Statistics(3, 0, false));
  }

  @AsyncTest
  void numbers_areDifferentAlsoIfAnEarlierOneWasCancelled() {
    var first = createTask(barrier);
    var second = createTask(barrier);
    sleep(0);
    first.cancel();
    sleep(0);
    assertThat(barrier.nWaiting()).isEqualTo(1);
    var others = gather(barrier, barrier);
    assertThat(await(second)).isEqualTo(0);
    assertThat(await(others)).containsExactly(1, 2);
  }

  @AsyncTest
  void timeLimit_takesTheTaskAway() {
    assertThatThrownBy(() -> waitFor(barrier, 0.001)).isInstanceOf(TimeoutException.class);
    assertThat(barrier).hasToString("<Barrier [filling, waiters:0/3]>");
  }

  @AsyncTest
  void abort_breaksItForAll_untilReset() {
    var waiting = createTask(barrier);
    sleep(0);
    barrier.abort();
    assertThatThrownBy(() -> await(waiting))
        .isInstanceOf(BrokenBarrierException.class)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Abort or reset of barrier");
    assertThatThrownBy(barrier::await)
        .isInstanceOf(BrokenBarrierException.class)
        .hasMessage("Barrier aborted");
    assertThat(barrier.broken()).isTrue();
    barrier.reset();
    assertThat(await(gather(Collections.nCopies(3, barrier)))).containsExactly(0, 1, 2);
  }

  @Test
  void parties_mustBeOneAtLeast() {
    assertThatThrownBy(() -> new Barrier(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parties must be > 0");
  }
}
