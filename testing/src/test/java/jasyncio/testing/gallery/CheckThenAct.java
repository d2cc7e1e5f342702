package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.sync.Lock;

/// A wallet that looks whether there is enough, asks the fraud service, and takes the money.
/// Meanwhile somebody else may have taken it.
///
/// FAITHFUL: the answers are just late. Customers who come half a second apart, as they do in the
/// plain run, do not meet.
final class CheckThenAct {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "check, then act across an await",
          _ -> twoCustomers(new Wallet()),
          _ -> twoCustomers(new MendedWallet()));

  private CheckThenAct() {}

  private static class Wallet {
    int balance = 100;

    boolean withdraw(int amount) {
      if (balance < amount) {
        return false;
      }
      askFraudService();
      balance -= amount;
      return true;
    }

    final void askFraudService() {
      sleep(0.02); // it is asked
      sleep(0.02); // and answers
    }
  }

  private static final class MendedWallet extends Wallet {
    private final Lock lock = new Lock();

    @Override
    boolean withdraw(int amount) {
      try (var _ = lock.acquire()) {
        return super.withdraw(amount);
      }
    }
  }

  private static void twoCustomers(Wallet wallet) {
    var first = createTask(() -> wallet.withdraw(70), "first");
    sleep(0.5);
    var second = createTask(() -> wallet.withdraw(70), "second");
    await(first);
    await(second);
    assertThat(wallet.balance).isNotNegative();
  }
}
