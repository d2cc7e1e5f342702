package jasyncio.testing.docs;

import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.OnLoop;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@OnLoop
class ManyPricesTest {
  private Prices prices;

  @BeforeEach
  void askOnce() throws Exception { // a coroutine, too
    prices =
        new Prices(article -> {
          sleep(1);
          return article.length();
        });
    prices.of("tea");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tea", "coffee"})
  void of_anyArticle(String article) throws Exception {
    assertThat(prices.of(article)).isEqualTo(article.length());
  }
}
