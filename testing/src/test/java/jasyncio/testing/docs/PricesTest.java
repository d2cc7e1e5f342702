package jasyncio.testing.docs;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.TestClock;
import jasyncio.testing.TestScope;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

class PricesTest {
  @AsyncTest
  void of_aShopThatFailsTwice_asksAgain(TestClock clock) throws Exception {
    var calls = new int[1];
    var prices =
        new Prices(article -> {
          if (++calls[0] < 3) {
            throw new IOException("out of order");
          }
          return 1.5;
        });
    assertThat(prices.of("tea")).isEqualTo(1.5);
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(1 + 2));
  }

  @AsyncTest
  void of_aShopThatDoesNotAnswer_givesUp(TestClock clock) {
    var prices =
        new Prices(article -> {
          sleep(3600);
          return 0;
        });
    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> prices.of("tea"));
    assertThat(clock.elapsed()).isEqualTo(ofSeconds(10));
  }

  @AsyncTest
  void keepFresh_asksEveryMinute(TestClock clock, TestScope scope) throws Exception {
    var price = new double[] {1};
    var prices = new Prices(article -> price[0]);
    prices.of("tea");
    scope.background(() -> prices.keepFresh());
    price[0] = 2;
    clock.advance(59);
    assertThat(prices.of("tea")).isEqualTo(1);
    clock.advance(1);
    assertThat(prices.of("tea")).isEqualTo(2);
  }

  @AsyncTest
  void of_twoWhoAsk_bothGetIt(TestClock clock) {
    var prices =
        new Prices(article -> {
          sleep(1);
          return 3;
        });
    var first = createTask(() -> prices.of("tea"), "first");
    var second = createTask(() -> prices.of("tea"), "second");
    clock.settle(); // both wait for the shop now
    assertThat(first.done()).isFalse();
    assertThat(await(gather(first, second))).containsExactly(3.0, 3.0);
  }
}
