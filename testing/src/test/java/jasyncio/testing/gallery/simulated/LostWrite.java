package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.Simulation;
import jasyncio.testing.gallery.SimulatedExhibit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A journal that says "ok" when a record is written: which it is to the system's cache, and so it
/// is lost when the power goes.
final class LostWrite {
  public static final SimulatedExhibit EXHIBIT =
      new SimulatedExhibit(
          "write without fsync", sim -> orders(sim, false), sim -> orders(sim, true));

  private LostWrite() {}

  private static final class Journal implements AutoCloseable {
    private final FileChannel file;
    private final boolean synced;

    Journal(Path path, boolean synced) throws IOException {
      this.file = FileChannel.open(path, CREATE, READ, WRITE);
      this.synced = synced;
      if (synced) {
        Durable.syncFolderOf(path);
      }
      var all = read();
      file.position(all.lastIndexOf('\n') + 1); // a record that is not whole is none
    }

    private String read() throws IOException {
      var bytes = ByteBuffer.allocate((int) file.size());
      file.position(0);
      while (bytes.hasRemaining() && file.read(bytes) >= 0) {
        // the rest
      }
      return new String(bytes.array(), UTF_8);
    }

    List<String> records() throws IOException {
      return read().lines().toList();
    }

    void add(String record) throws IOException {
      var bytes = UTF_8.encode(record + "\n");
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      if (synced) {
        file.force(false);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static void serve(Path path, boolean synced) throws IOException {
    try (var journal = new Journal(path, synced)) {
      Rpc.serve(request -> {
        if (request.equals("list")) {
          return String.join(",", journal.records());
        }
        journal.add(request);
        return "ok";
      });
    }
  }

  private static void orders(Simulation sim, boolean synced) throws IOException {
    var shop = sim.host("shop", () -> serve(sim.host("shop").disk().path("/journal"), synced));
    var accepted = new ArrayList<String>();
    sleep(1.5);
    for (int i = 0; i < 5; i++) {
      try {
        Rpc.ask("shop", "order " + i);
        accepted.add("order " + i);
      } catch (IOException e) {
        // it may be there, or not
      }
      if (sim.choose("the power goes after order " + i, 2) == 1) {
        shop.restart();
        sleep(1.5);
      }
    }
    assertThat(Rpc.ask("shop", "list").split(",")).containsAll(accepted);
  }
}
