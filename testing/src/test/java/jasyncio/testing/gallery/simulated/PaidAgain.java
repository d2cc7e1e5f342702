package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/// A payment that is sent again when no answer comes: which may be lost though the money has gone.
/// The bank knows it by a key, if the shop keeps to one.
final class PaidAgain {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "retry that pays twice",
          sim -> shopping(sim, (order, attempt) -> order + "." + attempt),
          sim -> shopping(sim, (order, _) -> order));

  private PaidAgain() {}

  /// What the bank knows a payment by.
  @FunctionalInterface
  private interface Key {
    String of(String order, int attempt);
  }

  private static final class Bank {
    private final Map<String, Integer> payments = new HashMap<>();

    void run() throws IOException {
      Rpc.serve(request -> {
        var words = request.split(" ", -1);
        payments.putIfAbsent(words[0], Integer.valueOf(words[1]));
        return "paid";
      });
    }

    int balance() {
      return payments.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private static void pay(String order, int amount, Key key) {
    for (int attempt = 1; attempt <= 3; attempt++) {
      var request = key.of(order, attempt) + " " + amount;
      try {
        waitFor(() -> Rpc.ask("bank", request), 1);
        return;
      } catch (IOException | TimeoutException e) {
        sleep(attempt);
      }
    }
  }

  private static void shopping(Simulation sim, Key key) {
    var bank = new Bank();
    sim.host("bank", bank::run);
    sim.host(
        "shop",
        () -> {
          sleep(1);
          pay("shoes", 80, key);
          pay("hat", 20, key);
        });
    sim.always("nothing is paid twice", () -> bank.balance() <= 100);
    sim.sometimes("all is paid", () -> bank.balance() == 100);
    sim.oneWay("bank", "shop").loss(0.5);
    sleep(30);
  }
}
