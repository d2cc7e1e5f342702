package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Settings that are written to another file, synced, and moved to their place: half of them is
/// never seen. But the move is in the directory, which is not synced, so it may not have happened.
final class LostRename {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "rename without directory sync", sim -> settings(sim, false), sim -> settings(sim, true));

  private LostRename() {}

  private record Settings(Path file, boolean synced) {
    String load() throws IOException {
      return Files.exists(file) ? Files.readString(file) : "";
    }

    void save(String text) throws IOException {
      var other = file.resolveSibling("settings.new");
      try (var channel = FileChannel.open(other, CREATE, WRITE, TRUNCATE_EXISTING)) {
        var bytes = UTF_8.encode(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(other, file, ATOMIC_MOVE);
      if (synced) {
        Durable.syncFolderOf(file);
      }
    }
  }

  private static void serve(Settings settings) throws IOException {
    Rpc.serve(request -> {
      if (request.equals("get")) {
        return settings.load();
      }
      settings.save(request);
      return "saved";
    });
  }

  private static void settings(Simulation sim, boolean synced) throws IOException {
    var host =
        sim.host(
            "host", () -> serve(new Settings(sim.host("host").disk().path("/settings"), synced)));
    sleep(1.5);
    for (int version = 1; version <= 3; version++) {
      Rpc.ask("host", "version " + version);
      if (sim.choose("the power goes after version " + version, 2) == 1) {
        host.restart();
        sleep(1.5);
      }
    }
    assertThat(Rpc.ask("host", "get")).isEqualTo("version 3");
  }
}
