package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.gatherActions;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;

/// A proxy that closes both connections when one side has said all that it has to say: the other
/// may not have answered yet.
final class HalfClosed {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "half-close that is taken for a close",
          sim -> download(sim, HalfClosed::relay),
          sim -> download(sim, HalfClosed::relayBothWays));

  private static final int SIZE = 200_000;

  private HalfClosed() {}

  @FunctionalInterface
  private interface Relay {
    void relay(StreamConnection client, StreamConnection server) throws Exception;
  }

  private static void relay(StreamConnection client, StreamConnection server) {
    try (client;
        server) {
      createTask(() -> pump(client.reader(), server.writer()));
      pump(server.reader(), client.writer());
    }
  }

  private static void pump(StreamReader from, StreamWriter to) {
    try (to) {
      from.transferTo(to);
    } catch (IOException e) {
      // one of them has gone
    }
  }

  private static void relayBothWays(StreamConnection client, StreamConnection server) {
    try (client;
        server) {
      await(
          gatherActions(
              () -> pumpAndTellTheEnd(client.reader(), server.writer()),
              () -> pumpAndTellTheEnd(server.reader(), client.writer())));
    }
  }

  private static void pumpAndTellTheEnd(StreamReader from, StreamWriter to) {
    try {
      from.transferTo(to);
      to.writeEof();
      to.drain();
    } catch (IOException e) {
      // one of them has gone
    }
  }

  private static void serveFiles() throws IOException {
    Streams.startServer(
            (reader, writer) -> {
              try (writer) {
                reader.readLine();
                writer.write(new byte[SIZE]);
                writer.drain();
              }
            },
            "0.0.0.0",
            Rpc.PORT)
        .serveForever();
  }

  private static void runProxy(Relay relay) throws IOException {
    Streams.startServer(
            (reader, writer) ->
                relay.relay(
                    new StreamConnection(reader, writer),
                    Streams.openConnection("server", Rpc.PORT)),
            "0.0.0.0",
            Rpc.PORT)
        .serveForever();
  }

  private static void download(Simulation sim, Relay relay) throws IOException {
    sim.host("server", HalfClosed::serveFiles);
    sim.host("proxy", () -> runProxy(relay));
    sleep(1.5);
    sim.link("proxy", "server").latency(0.001, 0.5);
    try (var connection = Streams.openConnection("proxy", Rpc.PORT)) {
      connection.writer().write("get\n");
      sleep(0.1);
      connection.writer().writeEof(); // that was all
      assertThat(connection.reader().read()).hasSize(SIZE);
    }
  }
}
