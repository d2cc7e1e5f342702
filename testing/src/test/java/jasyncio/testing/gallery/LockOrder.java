package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.sync.Lock;
import java.util.function.BiConsumer;

/// A transfer that locks one account, reads it, and then locks the other: two in opposite
/// directions may wait for each other.
///
/// FAITHFUL: it takes but two that overlap.
final class LockOrder {
  static final Exhibit EXHIBIT =
      Exhibit.faithful(
          "lock-order dead-lock",
          _ -> thereAndBack((from, to) -> transfer(from, to, from, to)),
          _ ->
              thereAndBack((from, to) -> {
                boolean inOrder = from.number < to.number;
                transfer(from, to, inOrder ? from : to, inOrder ? to : from);
              }));

  private LockOrder() {}

  private static final class Account {
    final int number;
    final Lock lock = new Lock();
    int balance = 100;

    Account(int number) {
      this.number = number;
    }

    void read() {
      sleep(0.02);
    }
  }

  private static void transfer(Account from, Account to, Account first, Account second) {
    try (var _ = first.lock.acquire()) {
      first.read();
      first.read();
      try (var _ = second.lock.acquire()) {
        from.balance -= 10;
        to.balance += 10;
      }
    }
  }

  private static void thereAndBack(BiConsumer<Account, Account> transfer) {
    var a = new Account(1);
    var b = new Account(2);
    var there = createTask(() -> transfer.accept(a, b), "there");
    sleep(0.5);
    var back = createTask(() -> transfer.accept(b, a), "back");
    await(there);
    await(back);
    assertThat(a.balance).isEqualTo(b.balance);
  }
}
