package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.net.StreamConnection;
import jasyncio.net.Streams;
import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A client that looks the address of the database up once: when the database moves, it goes on
/// talking to nobody.
final class StaleAddress {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "stale DNS",
          sim -> failover(sim, new Client(true)),
          sim -> failover(sim, new Client(false)));

  private StaleAddress() {}

  private static final class Client {
    private final boolean remembers;
    private @Nullable SocketAddress address;

    Client(boolean remembers) {
      this.remembers = remembers;
    }

    String ask(String request) throws IOException {
      for (int attempt = 1; ; attempt++) {
        try {
          return waitFor(() -> askOnce(request), 2);
        } catch (IOException | TimeoutException e) {
          if (attempt == 20) {
            throw new IOException("the database does not answer", e);
          }
          sleep(1);
        }
      }
    }

    private String askOnce(String request) throws IOException {
      try (var connection = connect()) {
        connection.writer().write(request + "\n");
        var answer = connection.reader().readLine();
        if (answer == null) {
          throw new EOFException();
        }
        return answer;
      }
    }

    private StreamConnection connect() throws IOException {
      if (remembers && address != null) {
        return Streams.openConnection(address);
      }
      var connection = Streams.openConnection("database", Rpc.PORT);
      address = connection.writer().remoteAddress();
      return connection;
    }
  }

  private static void failover(Simulation sim, Client client) {
    sim.hosts("db", 2, i -> () -> Rpc.serve(request -> request + " from db" + i));
    List<String> answers = new ArrayList<>();
    var shop =
        sim.host(
            "shop",
            () -> {
              sleep(1.5);
              answers.add(client.ask("first"));
              sleep(3.5);
              answers.add(client.ask("second"));
            });
    shop.names().point("database", "db0");
    sleep(3);
    if (sim.choose("db0 dies, and its standby takes over", 2) == 1) {
      sim.host("db0").crash();
      sleep(5);
      shop.names().point("database", "db1");
    }
    sim.eventually(100, "all is answered", () -> answers.size() == 2);
  }
}
