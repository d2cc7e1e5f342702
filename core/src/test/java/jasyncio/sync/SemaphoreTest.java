package jasyncio.sync;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class SemaphoreTest {

  /// Whatever is cancelled when: never more than three hold it, in order, and all permits are back.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomCancellations_loseNoPermit(long seed) {
    var random = new Random(seed);
    var semaphore = new BoundedSemaphore(3);
    var got = new ArrayList<Integer>();
    var inside = new int[1];
    run(() -> {
      var tasks = new ArrayList<Task<Void>>();
      for (int i = 0; i < 200; i++) {
        int number = i;
        int pauses = random.nextInt(4);
        tasks.add(
            createTask(() ->
                semaphore.run(() -> {
                  got.add(number);
                  try {
                    assertThat(++inside[0]).isLessThanOrEqualTo(3);
                    for (int k = 0; k < pauses; k++) {
                      sleep(0);
                    }
                  } finally {
                    inside[0]--;
                  }
                })));
      }
      for (int i = 0; i < 150; i++) {
        tasks.get(random.nextInt(tasks.size())).cancel();
        if (random.nextBoolean()) {
          sleep(0);
        }
      }
      Asyncio.wait(tasks);
      for (var task : tasks) {
        assertThat(task.cancelled() || task.exception() == null).isTrue();
      }
    });
    assertThat(got).isSorted();
    assertThat(semaphore).hasToString("<BoundedSemaphore [unlocked, value:3]>");
  }

  @AsyncTest
  void statistics_tellPermitsAndWaiters() {
    var semaphore = new Semaphore(1);
    assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(1, 0));
    try (var _ = semaphore.acquire()) {
      var waiter = createTask(() -> semaphore.acquire());
      sleep(0);
      assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(0, 1));
      waiter.cancel();
    }
    sleep(0);
    assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(1, 0));
  }

  @Test
  void bounds_areKept() {
    assertThatThrownBy(() -> new Semaphore(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Semaphore initial value must be >= 0");
    var bounded = new BoundedSemaphore();
    assertThatThrownBy(bounded::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("BoundedSemaphore released too many times");
    var held = bounded.acquire();
    held.close();
    held.close(); // has no effect
    assertThat(bounded.locked()).isFalse();
  }
}
