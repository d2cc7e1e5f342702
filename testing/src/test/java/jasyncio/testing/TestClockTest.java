package jasyncio.testing;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;

class TestClockTest {
  @Explore(level = Explore.Level.CHAOS, strategy = Explore.Strategy.EXHAUSTIVE)
  void settle_whoeverIsCancelledMeanwhile_isExact(TestScope scope) {
    var second = createTask(() -> sleep(1), "second");
    var left = new AtomicBoolean();
    var first =
        createTask(
            () -> {
              try {
                sleep(1);
              } finally {
                left.set(true);
                second.cancel();
              }
            },
            "first");
    scope.mayBeCancelled(first);
    scope.clock().settle();
    assertThat(second.cancelled()).isEqualTo(left.get());
    scope.clock().advance(1);
    assertThat(second.done()).isTrue();
  }
}
