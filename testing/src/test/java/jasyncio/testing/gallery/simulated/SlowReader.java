package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;

import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;

/// A feed that sends pictures to whoever has connected, as they come. Who does not read has them
/// pile up in the server's memory, unless it waits for `drain()` and leaves some out.
final class SlowReader {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "slow reader that exhausts memory",
          sim -> feed(sim, (writer, picture) -> writer.write(picture)),
          sim ->
              feed(
                  sim,
                  (writer, picture) -> {
                    writer.write(picture);
                    writer.drain();
                  }));

  private static final int PICTURE = 100_000;
  private static final int MEMORY = 1_000_000;

  private SlowReader() {}

  @FunctionalInterface
  private interface Sending {
    void send(StreamWriter writer, byte[] picture) throws IOException;
  }

  private static final class Camera {
    private final Sending sending;
    private int buffered;

    Camera(Sending sending) {
      this.sending = sending;
    }

    void run() throws IOException {
      Streams.startServer((_, writer) -> show(writer), "0.0.0.0", Rpc.PORT).serveForever();
    }

    private void show(StreamWriter writer) {
      try (writer) {
        while (!writer.isClosing()) {
          sending.send(writer, new byte[PICTURE]);
          buffered = writer.transport().getWriteBufferSize();
          sleep(0.5);
        }
      } catch (IOException e) {
        // who looked at it has gone
      }
    }
  }

  private static void look() throws IOException {
    sleep(1);
    try (var connection = Streams.openConnection("camera", Rpc.PORT)) {
      while (connection.reader().read(PICTURE).length > 0) {
        sleep(0.1);
      }
    }
  }

  private static void feed(Simulation sim, Sending sending) {
    var camera = new Camera(sending);
    sim.host("camera", camera::run);
    sim.host("phone", SlowReader::look);
    sim.always("at most 1 MB is buffered", () -> camera.buffered <= MEMORY);
    sim.sometimes("something is buffered", () -> camera.buffered > 0);
    sleep(5);
    if (sim.choose("the phone is in a tunnel", 2) == 1) {
      try (var tunnel = sim.link("camera", "phone").hold()) {
        sleep(30);
      }
    }
    sleep(5);
  }
}
