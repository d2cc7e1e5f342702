package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.net.Streams;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/// Unmodified jasyncio.net and java.nio.file on simulated hosts.
class SimulatedNetworkTest {
  interface Body {
    void run(Simulation sim) throws Exception;
  }

  private static void simulate(Body body) {
    Exploration.of("simulated", scope -> body.run(scope.simulation())).simulated().runs(1).check();
  }

  private static void serveEcho() throws IOException {
    Streams.startServer(
            (reader, writer) -> {
              try (writer) {
                for (var line : reader) {
                  writer.write(line);
                  writer.drain();
                }
              } catch (IOException e) {
                // the client has gone
              }
            },
            "0.0.0.0",
            7000)
        .serveForever();
  }

  private static String ask(String host, String text) throws IOException {
    var connection = Streams.openConnection(host, 7000);
    try (var writer = connection.writer()) {
      writer.write((text + "\n").getBytes(UTF_8));
      return new String(connection.reader().readline(), UTF_8).strip();
    }
  }

  @Test
  void streams_betweenHosts_byName_takeTheLinksTime() {
    simulate(sim -> {
      var server = sim.host("server", SimulatedNetworkTest::serveEcho);
      var took = new ArrayList<Duration>();
      sim.host(
          "client",
          () -> {
            sleep(1);
            var before = sim.elapsed();
            assertThat(ask("server", "hello")).isEqualTo("hello");
            took.add(sim.elapsed().minus(before));
          });
      sleep(0.5);
      sim.link("client", "server").latency(0.1);
      assertThat(ask("server", "from the test")).isEqualTo("from the test");
      sleep(5);
      assertThat(took).containsExactly(Duration.ofMillis(400)); // two ways to connect, two for it
      assertThat(server.address().getHostAddress()).isEqualTo("10.0.0.2");
    });
  }

  @Test
  void whoListensNowhere_refuses_andUnknownNamesAreUnknown() {
    simulate(sim -> {
      sim.host("server", () -> sleep(100));
      assertThatThrownBy(() -> ask("server", "x")).isInstanceOf(ConnectException.class);
      assertThatThrownBy(() -> ask("nobody", "x")).isInstanceOf(UnknownHostException.class);
    });
  }

  @Test
  void crash_resetsWhoSends_andRestartServesAgain() {
    simulate(sim -> {
      var server = sim.host("server", SimulatedNetworkTest::serveEcho);
      sleep(1);
      var connection = Streams.openConnection("server", 7000);
      server.crash();
      try (var writer = connection.writer()) {
        writer.write("lost\n".getBytes(UTF_8));
        assertThatThrownBy(() -> connection.reader().readline())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      }
      server.restart();
      sleep(1);
      assertThat(ask("server", "again")).isEqualTo("again");
    });
  }

  @Test
  void partition_holdsUpWhatIsSent_untilItEnds() {
    simulate(sim -> {
      sim.host("server", SimulatedNetworkTest::serveEcho);
      sleep(1);
      try (var cut = sim.partition("server")) {
        assertThatThrownBy(() -> timeout(5, () -> ask("server", "in vain")))
            .isInstanceOf(TimeoutException.class);
      }
      assertThat(ask("server", "now")).isEqualTo("now");
      var late = createTask(() -> ask("server", "late"));
      try (var held = sim.link("test", "server").hold()) {
        sleep(3);
        assertThat(late.done()).isFalse();
      }
      assertThat(late.await()).isEqualTo("late");
    });
  }

  @Test
  void whatIsOnItsWay_isSeen() {
    simulate(sim -> {
      sim.host("server", SimulatedNetworkTest::serveEcho);
      sleep(1);
      assertThat(sim.inFlight()).isEmpty();
      sim.link("test", "server").latency(2);
      var asking = createTask(() -> ask("server", "hello"));
      sleep(1);
      assertThat(sim.inFlight())
          .containsExactly(
              new Simulation.InFlight("test", "server", "SYN", 0, Duration.ofSeconds(3)));
      assertThat(asking.await()).isEqualTo("hello");
    });
  }

  @Test
  void name_leadsElsewhere_orNowhere() {
    simulate(sim -> {
      sim.host("old", () -> sleep(100));
      sim.host("new", SimulatedNetworkTest::serveEcho);
      var client = sim.host("client", () -> sleep(100));
      client.names().point("service", "new");
      assertThat(await(client.loop().call(() -> ask("service", "a")))).isEqualTo("a");
      client.names().point("service", "old");
      var call = client.loop().call(() -> ask("service", "b"));
      assertThatThrownBy(() -> await(call)).isInstanceOf(ConnectException.class);
      client.names().reset("service");
      client.names().fail("new", true);
      for (var name : List.of("service", "new")) {
        var lookUp = client.loop().call(() -> ask(name, "c"));
        assertThatThrownBy(() -> await(lookUp)).isInstanceOf(UnknownHostException.class);
      }
      assertThat(ask("new", "d")).isEqualTo("d"); // from here
    });
  }

  @Test
  void hostWithoutDescriptors_hasTooManyOpenFiles() {
    simulate(sim -> {
      sim.host("server", SimulatedNetworkTest::serveEcho);
      var client = sim.host("client", () -> sleep(100));
      sleep(1);
      client.setDescriptorLimit(0);
      var call = client.loop().call(() -> ask("server", "a"));
      assertThatThrownBy(() -> await(call))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Too many open files");
    });
  }

  @Test
  void links_areBetweenTwo() {
    simulate(sim -> {
      sim.host("n", () -> {});
      assertThatIllegalArgumentException().isThrownBy(() -> sim.link("n", "n"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> sim.link("n", "m"))
          .withMessage("there is no host m among [n]");
      assertThatIllegalArgumentException().isThrownBy(() -> sim.partition("m"));
      assertThat(sim.link("n", "test")).hasToString("n -> test, test -> n");
      assertThatIllegalArgumentException().isThrownBy(() -> sim.link("n", "test").latency(2, 1));
    });
  }

  /// Who takes what one read gives for a whole message is found out when a segment is split.
  @Test
  void framingThatRelesOnSegments_isFound_andShrunk() {
    var failure =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            ExplorationFailure.class,
            () ->
                Exploration.of(
                        "framing",
                        scope -> {
                          var sim = scope.simulation();
                          var got = new ArrayList<String>();
                          sim.host(
                              "server",
                              () ->
                                  Streams.startServer(
                                          (reader, writer) -> {
                                            try (writer) {
                                              got.add(new String(reader.read(100), UTF_8));
                                            }
                                          },
                                          "0.0.0.0",
                                          7000)
                                      .serveForever());
                          sleep(1);
                          sim.links().splitting(0.3);
                          sim.link("test", "server").splitting(0.3).latency(0.001, 0.1);
                          for (int i = 0; i < 3; i++) {
                            var connection = Streams.openConnection("server", 7000);
                            try (var writer = connection.writer()) {
                              writer.write("one message".getBytes(UTF_8));
                              connection.reader().read();
                            }
                          }
                          assertThat(got)
                              .isEqualTo(List.of("one message", "one message", "one message"));
                        })
                    .simulated()
                    .check());
    assertThat(failure).isNotNull();
    assertThat(failure.deviations()).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void disk_keepsInACrash_whatWasSynced() {
    simulate(sim -> {
      var seen = new ArrayList<String>();
      var host =
          sim.host(
              "n",
              () -> {
                var disk = sim.host("n").disk();
                for (var name : List.of("synced", "lost")) {
                  var path = disk.path("/" + name);
                  seen.add(
                      name
                          + (Files.exists(path) ? ": " + Files.readString(path) : " is not there"));
                  try (var file =
                      FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    file.write(UTF_8.encode("data"));
                    if (name.equals("synced")) {
                      file.force(true);
                    }
                  }
                  if (name.equals("synced")) {
                    try (var root = FileChannel.open(disk.path("/"), StandardOpenOption.READ)) {
                      root.force(true);
                    }
                  }
                }
                sleep(100);
              });
      sleep(1);
      host.crash();
      host.restart();
      sleep(1);
      assertThat(seen)
          .containsExactly(
              "synced is not there", "lost is not there", "synced: data", "lost is not there");
    });
  }
}
