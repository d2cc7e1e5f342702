package jasyncio.testing.gallery;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/// A payment that is tried again when the bank does not answer in time: which does not say that the
/// bank has not paid.
///
/// FAITHFUL: it takes but an answer that is late.
final class PaidTwice {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "retry that pays twice",
          _ -> onePayment(bank -> pay(() -> bank.pay(new UUID(0, bank.paid.size()), 10))),
          _ ->
              onePayment(bank -> {
                var key = new UUID(0, 42);
                pay(() -> bank.pay(key, 10));
              }));

  private PaidTwice() {}

  private static final class Bank {
    final Map<UUID, Integer> paid = new HashMap<>();

    void pay(UUID key, int amount) {
      sleep(0.1);
      paid.put(key, amount);
      sleep(0.1);
    }
  }

  @FunctionalInterface
  private interface Payment {
    void pay();
  }

  @FunctionalInterface
  private interface Customer {
    void buy(Bank bank) throws Exception;
  }

  private static void pay(Payment payment) throws TimeoutException {
    for (int attempt = 1; ; attempt++) {
      try {
        waitFor(() -> payment.pay(), 1);
        return;
      } catch (TimeoutException e) {
        if (attempt == 3) {
          throw e;
        }
      }
    }
  }

  private static void onePayment(Customer customer) throws Exception {
    var bank = new Bank();
    try {
      customer.buy(bank);
    } catch (TimeoutException e) { // then it may be paid or not
    }
    assertThat(bank.paid.size()).isLessThanOrEqualTo(1);
  }
}
