package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;

import jasyncio.net.Streams;
import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/// Clients that connect again a second after the connection is lost. When a server is restarted
/// they all come at once, and would bring it down again.
final class ReconnectStorm {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "reconnect storm",
          sim -> restart(sim, (_, _) -> 1),
          sim -> restart(sim, (attempt, random) -> 30 * random.nextDouble() * attempt));

  private static final int CLIENTS = 12;
  private static final int CROWD = 8; // new ones in a second that are too many

  private ReconnectStorm() {}

  /// How long to wait before the next attempt.
  @FunctionalInterface
  private interface BackOff {
    double seconds(int attempt, SplittableRandom random);
  }

  private static final class Server {
    private final ArrayDeque<Double> arrivals = new ArrayDeque<>(); // of the last second
    private boolean crowded;

    void run() throws IOException {
      Streams.startServer(
              (reader, writer) -> {
                try (writer) {
                  arrive();
                  writer.write("welcome\n");
                  reader.read();
                } catch (IOException e) {
                  // it has gone
                }
              },
              "0.0.0.0",
              Rpc.PORT)
          .serveForever();
    }

    private void arrive() {
      double now = getRunningLoop().time();
      arrivals.add(now);
      while (arrivals.getFirst() < now - 1) {
        arrivals.removeFirst();
      }
      crowded |= arrivals.size() >= CROWD;
    }
  }

  private static void stayConnected(int id, BackOff backOff) {
    var random = new SplittableRandom(id);
    sleep(5 * id);
    int attempt = 1;
    while (true) {
      try (var connection = Streams.openConnection("server", Rpc.PORT)) {
        for (var _ : connection.reader().lines()) {
          attempt = 1; // it works
        }
      } catch (IOException e) {
        attempt++;
      }
      sleep(backOff.seconds(attempt, random));
    }
  }

  private static void restart(Simulation sim, BackOff backOff) {
    var server = new Server();
    sim.host("server", server::run);
    sim.hosts("client", CLIENTS, i -> () -> stayConnected(i, backOff));
    sim.always("no crowd at the door", () -> !server.crowded);
    sleep(60);
    if (sim.choose("the server is restarted", 2) == 1) {
      sim.host("server").stop();
      sleep(5);
      sim.host("server").restart();
    }
    sleep(30);
  }
}
