package jasyncio.testing.docs;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.GatherOption;
import jasyncio.sync.Semaphore;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.Exploration;
import jasyncio.testing.Explore;
import jasyncio.testing.MemoryStreams;
import jasyncio.testing.Simulation;
import jasyncio.testing.StreamContract;
import jasyncio.testing.TestClock;
import jasyncio.testing.TestScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The examples in the kit's Javadoc that are tests, or parts of one: [JavadocTest] looks for them
/// here.
class JavadocExamplesTest {
  static final class Account {
    private int balance;

    int deposit(int amount) {
      sleep(0.1);
      balance += amount;
      return balance;
    }

    int balance() {
      return balance;
    }
  }

  static final class Pool {
    private final Semaphore free = new Semaphore(1);

    String query(String text) {
      try (var _ = free.acquire()) {
        return sleep(0.1, text);
      }
    }

    int free() {
      return free.locked() ? 0 : 1;
    }
  }

  static final class Lease {
    private double until;
    private int holders;

    int holders() {
      return holders;
    }

    boolean take(double now) {
      if (now < until) {
        return false;
      }
      until = now + 10;
      holders++;
      return true;
    }

    void giveBack() {
      holders--;
    }
  }

  private static void work(Lease lease) {
    while (true) {
      sleep(1);
      if (lease.take(getRunningLoop().time())) {
        lease.giveBack(); // before it waits for anything
      }
    }
  }

  @Nested
  class LeaseTest {
    @Explore
    void onlyOneHoldsTheLease(Simulation sim) {
      var lease = new Lease();
      var hosts = sim.hosts("n", 3, _ -> () -> work(lease));
      sim.always("one holder", () -> lease.holders() <= 1);
      hosts.getFirst().pause();
      sleep(20);
      hosts.getFirst().resume();
      sim.eventually(60, "it is free", () -> lease.holders() == 0);
    }
  }

  @Nested
  class RetriesTest {
    @AsyncTest
    void sleepsForAnHour(TestClock clock) {
      sleep(Duration.ofHours(1)); // takes no time
      assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
    }
  }

  @Nested
  class ReminderTest {
    @AsyncTest
    void remindsEveryMinute(TestClock clock) {
      var sent = new ArrayList<String>();
      var reminding =
          createTask(() -> {
            while (true) {
              sleep(60);
              sent.add("tea");
            }
          });
      clock.advance(59);
      assertThat(sent).isEmpty();
      clock.advance(1);
      assertThat(sent).containsExactly("tea");
      reminding.cancel();
    }
  }

  @Nested
  class AccountTest {
    @Explore(runs = 1000)
    void nothingIsLost() {
      var account = new Account();
      await(gather(() -> account.deposit(1), () -> account.deposit(2)));
      assertThat(account.balance()).isEqualTo(3);
    }
  }

  @Nested
  class MemoryStreamsContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
      return StreamContract.tests(() -> MemoryStreams.pair());
    }
  }

  @Test
  void exploration() {
    var result =
        Exploration.of(
                "two deposits",
                _ -> {
                  var account = new Account();
                  await(gather(() -> account.deposit(1), () -> account.deposit(2)));
                  assertThat(account.balance()).isEqualTo(3);
                })
            .level(Explore.Level.CHAOS)
            .strategy(Explore.Strategy.EXHAUSTIVE)
            .check();
    assertThat(result.exhausted()).isTrue();
  }

  @Explore(runs = 100)
  void mayBeCancelled(TestScope scope) {
    var pool = new Pool();
    var client = scope.mayBeCancelled(createTask(() -> pool.query("select 1")));
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(client)));
    assertThat(pool.free()).isEqualTo(1);
  }
}
