package jasyncio.testing.docs.store;

import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.toThread;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import jasyncio.files.AsyncFile;
import jasyncio.files.AsyncFiles;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.sync.Lock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps what it is told, also when it is started again: each change is a line of a log.
public final class Store {
  private final Map<String, String> values = new HashMap<>();
  private final Lock lock = new Lock();
  private final AsyncFile log;
  private final boolean synced;

  private Store(AsyncFile log, boolean synced) {
    this.log = log;
    this.synced = synced;
  }

  public static void main(String[] args) throws Exception {
    run(() -> serve(Path.of("/data"), !List.of(args).contains("--careless")));
  }

  private static void serve(Path folder, boolean careful) throws IOException {
    Files.createDirectories(folder);
    var file = folder.resolve("store.log");
    try (var log = AsyncFiles.open(file, CREATE, APPEND)) {
      if (careful) {
        toThread(() -> sync(folder)); // or the log is there, and its name is not
      }
      var store = new Store(log, careful);
      AsyncFiles.readLines(file).forEach(store::apply);
      Streams.startServer(store::answerAll, 7000).serveForever();
    }
  }

  private static void sync(Path folder) throws IOException {
    for (var path = folder; path != null; path = path.getParent()) {
      try (var directory = FileChannel.open(path)) {
        directory.force(true);
      }
    }
  }

  private void answerAll(StreamReader reader, StreamWriter writer) throws IOException {
    try (writer) {
      for (String line; (line = reader.readLine()) != null; ) {
        writer.write(answer(line) + "\n");
        writer.drain();
      }
    }
  }

  private String answer(String line) throws IOException {
    var words = line.split(" ", -1);
    if (words[0].equals("get")) {
      return values.getOrDefault(words[1], "nothing");
    }
    try (var _ = lock.acquire()) {
      log.writeString(line + "\n");
      log.flush(synced); // true: the disk has it when this returns
    }
    apply(line);
    return "ok";
  }

  private void apply(String line) {
    var words = line.split(" ", -1);
    values.put(words[1], words[2]);
  }
}
