package jasyncio.util;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.testing.AsyncTests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class BoundedTest {
  private final List<Object> seen = new ArrayList<>();
  private int active;
  private int most;

  private int work(int n) {
    most = Math.max(most, ++active);
    try {
      sleep(10 - n);
    } finally {
      active--;
    }
    return n * n;
  }

  @Test
  void map_keepsTheOrderAndTheLimit() {
    AsyncTests.run(() -> {
      var items = IntStream.range(0, 10).boxed().toList();
      assertThat(Bounded.map(3, items, n -> work(n)))
          .containsExactly(0, 1, 4, 9, 16, 25, 36, 49, 64, 81);
      assertThat(most).isEqualTo(3);
      assertThat(Bounded.map(3, List.<Integer>of(), n -> work(n))).isEmpty();
    });
  }

  @Test
  void map_takesAnItemWhenThereIsAPlaceForIt() {
    AsyncTests.run(() -> {
      Iterable<Integer> items =
          () -> IntStream.range(0, 4).peek(n -> seen.add(active)).boxed().iterator();
      Bounded.map(2, items, n -> work(n));
      assertThat(seen).first().isEqualTo(0);
      assertThat(seen).allMatch(n -> (int) n <= 2);
      assertThat(most).isEqualTo(2);
    });
  }

  @Test
  void firstFailure_cancelsTheOthersAndComesOutAlone() {
    var problem = new IOException("problem");
    AsyncTests.run(() -> {
      double begin = getRunningLoop().time();
      try {
        Bounded.map(
            2,
            List.of(1, 2, 3),
            n -> {
              seen.add(n);
              if (n == 2) {
                sleep(1);
                throw problem;
              }
              return work(n);
            });
      } catch (IOException e) { // the compiler asks for it
        assertThat(e).isSameAs(problem);
        seen.add("failed");
      }
      assertThat(getRunningLoop().time() - begin).isLessThan(2);
    });
    assertThat(seen).containsExactly(1, 2, "failed");
    assertThat(active).isZero();
  }

  @Test
  void callThatIsCancelled_cancelsTheOthers() {
    AsyncTests.run(() -> {
      assertThatThrownBy(() ->
              Bounded.map(
                  2,
                  List.of(1, 2),
                  n -> {
                    if (n == 2) {
                      throw new CancelledError();
                    }
                    return work(n);
                  }))
          .isInstanceOf(CancelledError.class);
      assertThat(Asyncio.currentTask().cancelling()).isZero();
    });
    assertThat(active).isZero();
  }

  @Test
  void gather_awaitsAFewAtATime() {
    AsyncTests.run(() -> {
      assertThat(Bounded.gather(2, () -> work(1), () -> work(2), () -> work(3)))
          .containsExactly(1, 4, 9);
      assertThat(most).isEqualTo(2);
      assertThatThrownBy(() -> Bounded.gather(0, () -> 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("limit must be positive, not 0");
    });
  }
}
