package jasyncio.testing.docs;

import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.net.Streams;
import jasyncio.testing.Exploration;
import jasyncio.testing.ExplorationFailure;
import jasyncio.testing.Explore;
import jasyncio.testing.Simulation;
import jasyncio.testing.docs.store.Store;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StoreTest {
  static String ask(String line) throws IOException {
    var connection = Streams.openConnection("store", 7000);
    try (var writer = connection.writer()) {
      writer.write(line + "\n");
      return connection.reader().readLine();
    }
  }

  @Explore(runs = 100)
  void whatWasAnswered_isThere_afterACrash(Simulation sim) throws Exception {
    var store = sim.program("store", Store.class);
    sleep(10); // it has started
    assertThat(ask("put tea 3.20")).isEqualTo("ok");
    store.crash();
    store.restart();
    sleep(10);
    assertThat(ask("get tea")).isEqualTo("3.20");
  }

  @Explore(runs = 100)
  void badNetwork_changesNothing(Simulation sim) throws Exception {
    sim.program("store", Store.class);
    sleep(10);
    sim.link("test", "store").latency(0.001, 0.3).loss(0.1).splitting(0.2);
    assertThat(ask("put tea 3.20")).isEqualTo("ok");
    try (var cut = sim.partition("store")) {
      sleep(2);
    }
    assertThat(ask("get tea")).isEqualTo("3.20");
  }

  /// The same as the first one, with a program that syncs nothing.
  @Test
  void carelessStore_losesWhatItAnswered() {
    var failure =
        catchThrowableOfType(
            ExplorationFailure.class,
            () ->
                Exploration.of(
                        "careless",
                        scope -> {
                          var sim = scope.simulation();
                          var store = sim.program("store", Store.class, "--careless");
                          sleep(10);
                          assertThat(ask("put tea 3.20")).isEqualTo("ok");
                          store.crash();
                          store.restart();
                          sleep(10);
                          assertThat(ask("get tea")).isEqualTo("3.20");
                        })
                    .simulated()
                    .check());
    assertThat(failure).hasMessageContaining("in run 1, the plain one");
  }
}
