package jasyncio.testing.docs;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/// The prices of a shop that is slow, and not always there.
class Prices {
  interface Shop {
    double price(String article) throws IOException;
  }

  private static final int ATTEMPTS = 3;

  private final Shop shop;
  private final Map<String, Double> known = new HashMap<>();

  Prices(Shop shop) {
    this.shop = shop;
  }

  double of(String article) throws IOException, TimeoutException {
    var price = known.get(article);
    if (price == null) {
      price = ask(article);
      known.put(article, price);
    }
    return price;
  }

  private double ask(String article) throws IOException, TimeoutException {
    for (int attempt = 1; ; attempt++) {
      try {
        return waitFor(() -> shop.price(article), 10);
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        sleep(attempt);
      }
    }
  }

  /// Asks anew for all that is known, every minute.
  void keepFresh() throws IOException, TimeoutException {
    while (true) {
      sleep(60);
      for (var article : List.copyOf(known.keySet())) {
        known.put(article, ask(article));
      }
    }
  }
}
