package jasyncio;

import static jasyncio.Asyncio.newEventLoop;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TimerHandleTest {
  @Test
  void compareTo_equalTimes_isTheOrderInWhichTheyWereMade() {
    Runnable callback = () -> {};
    try (var loop = newEventLoop()) {
      var first = loop.callAt(5, callback);
      var second = loop.callAt(5, callback);
      var before = loop.callAt(4, callback);
      assertThat(new TreeSet<>(List.of(second, first, before)))
          .containsExactly(before, first, second);
      assertThat(first).isEqualByComparingTo(first).isLessThan(second).isNotEqualTo(second);
    }
  }
}
