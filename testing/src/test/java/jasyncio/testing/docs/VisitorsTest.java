package jasyncio.testing.docs;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.sync.Lock;
import jasyncio.testing.CancelEverywhere;
import jasyncio.testing.Exploration;
import jasyncio.testing.ExplorationFailure;
import jasyncio.testing.Explore;
import jasyncio.testing.TestScope;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VisitorsTest {
  /// A counter of visitors that is kept elsewhere: reading and writing takes a while.
  static class Visitors {
    private final Lock lock = new Lock();
    private final AtomicInteger stored = new AtomicInteger();

    void come() {
      int before = read();
      write(before + 1);
    }

    void comeInTurn() {
      try (var _ = lock.acquire()) {
        come();
      }
    }

    int read() {
      return toThread(() -> stored.get()); // a driver that blocks
    }

    private void write(int number) {
      toThread(() -> stored.set(number));
    }
  }

  // @Explore, were it not meant to fail here
  void visitors_areCounted(TestScope scope) {
    var visitors = new Visitors();
    var first = createTask(() -> visitors.come(), "first");
    var second =
        createTask(
            () -> {
              sleep(0.05);
              visitors.come();
            },
            "second");
    await(gather(first, second));
    assertThat(visitors.read()).isEqualTo(2);
  }

  @Explore
  void visitors_whoComeInTurn_areCounted() {
    var visitors = new Visitors();
    var first = createTask(() -> visitors.comeInTurn(), "first");
    var second =
        createTask(
            () -> {
              sleep(0.05);
              visitors.comeInTurn();
            },
            "second");
    await(gather(first, second));
    assertThat(visitors.read()).isEqualTo(2);
  }

  @Test
  void exploration_findsWhenAVisitorIsLost() {
    var failure =
        catchThrowableOfType(
            ExplorationFailure.class,
            () -> Exploration.of("visitors", this::visitors_areCounted).check());
    assertThat(failure.deviations()).hasSizeBetween(1, 2);
  }

  @Test
  void lock_isFreeWhoeverIsCancelled() {
    CancelEverywhere.of(
            scenario -> {
              var visitors = new Visitors();
              scenario.other(() -> visitors.comeInTurn());
              scenario.victim(() -> visitors.comeInTurn());
              scenario.other(() -> visitors.comeInTurn());
              scenario.invariant(() -> assertThat(visitors.lock.locked()).isFalse());
            })
        .check();
  }
}
