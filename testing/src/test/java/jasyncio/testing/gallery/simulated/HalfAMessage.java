package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.net.StreamReader;
import jasyncio.net.Streams;
import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Sensors that send values, each with its length before it. What one `read` gives is as much as
/// there is, and no message.
final class HalfAMessage {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "message across segments",
          sim -> sensors(sim, StreamReader::read),
          sim -> sensors(sim, StreamReader::readexactly));

  private HalfAMessage() {}

  @FunctionalInterface
  private interface Reading {
    byte[] read(StreamReader reader, int count) throws IOException;
  }

  private static final class Station {
    private final Reading reading;
    private final List<String> values = new ArrayList<>();

    Station(Reading reading) {
      this.reading = reading;
    }

    void run() throws IOException {
      Streams.startServer(
              (reader, writer) -> {
                try (writer) {
                  int length = ByteBuffer.wrap(reading.read(reader, 4)).getInt();
                  values.add(new String(reading.read(reader, length), UTF_8));
                  writer.write(new byte[] {1});
                }
              },
              "0.0.0.0",
              Rpc.PORT)
          .serveForever();
    }
  }

  private static void measure(String value) throws IOException {
    var bytes = value.getBytes(UTF_8);
    try (var connection = Streams.openConnection("station", Rpc.PORT)) {
      connection
          .writer()
          .write(ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).flip());
      connection.reader().read(1);
    }
  }

  private static void sensors(Simulation sim, Reading reading) {
    var station = new Station(reading);
    sim.host("station", station::run);
    sim.hosts(
        "sensor",
        3,
        i ->
            () -> {
              sleep(1.5 + i);
              measure("21.5 degrees");
            });
    sim.always("values are whole", () -> station.values.stream().allMatch("21.5 degrees"::equals));
    sim.sometimes("there are values", () -> station.values.size() == 3);
    sim.links().splitting(0.3).latency(0.001, 0.1);
    sleep(10);
  }
}
