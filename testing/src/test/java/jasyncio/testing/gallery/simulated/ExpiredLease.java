package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Workers of which one at a time may write, whoever has the lease: until its end, by a clock that
/// may be wrong, and if it does not stand still meanwhile. What is written has to say by which
/// lease, and the store has to refuse older ones.
final class ExpiredLease {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "clock that is wrong, or a pause, and a lease",
          sim -> twoWorkers(sim, new Store(false)),
          sim -> twoWorkers(sim, new Store(true)));

  private static final Duration LEASE = Duration.ofSeconds(5);

  private ExpiredLease() {}

  private static final class LeaseServer {
    private final InstantSource clock;
    private Instant end = Instant.MIN;
    private int number;

    LeaseServer(InstantSource clock) {
      this.clock = clock;
    }

    String acquire() {
      var now = clock.instant();
      if (now.isBefore(end)) {
        return "taken";
      }
      end = now.plus(LEASE);
      return ++number + " " + end;
    }
  }

  private static final class Store {
    private final boolean fenced;
    private final List<Integer> written = new ArrayList<>(); // by which leases

    Store(boolean fenced) {
      this.fenced = fenced;
    }

    String write(int lease) {
      if (fenced && !written.isEmpty() && lease < written.getLast()) {
        return "refused";
      }
      written.add(lease);
      return "written";
    }
  }

  private static void work(InstantSource clock) throws IOException {
    while (true) {
      sleep(1);
      var answer = Rpc.ask("leases", "acquire");
      if (!answer.equals("taken")) {
        var lease = answer.split(" ", -1);
        var end = Instant.parse(lease[1]);
        while (clock.instant().plusSeconds(1).isBefore(end)) {
          Rpc.ask("store", lease[0]);
          sleep(0.5);
        }
        sleep(2); // it is the other's turn
      }
    }
  }

  private static void twoWorkers(Simulation sim, Store store) {
    sim.host(
        "leases",
        () -> {
          var leases = new LeaseServer(sim.host("leases").clock());
          Rpc.serve(_ -> leases.acquire());
        });
    sim.host("store", () -> Rpc.serve(lease -> store.write(Integer.parseInt(lease))));
    sleep(1.5);
    sim.hosts("worker", 2, i -> () -> work(sim.host("worker" + i).clock()));
    sleep(2);
    int seconds = new int[] {0, -10, 10}[sim.choose("the clock of worker0 is set", 3)];
    sim.host("worker0").setClock(Duration.ofSeconds(seconds), 0);
    sleep(20);
    assertThat(store.written).isSorted();
  }
}
