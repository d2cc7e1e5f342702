package jasyncio.testing.programs;

import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Writes down what it sees of the outside.
final class Diary {
  private static int starts;

  private final Path file = Path.of("/diary");

  public static void main(String[] args) throws IOException {
    run(() -> new Diary().write(args));
  }

  private void write(String[] args) throws IOException {
    note("start " + ++starts + " " + List.of(args));
    LongSupplier millis = System::currentTimeMillis;
    long before = System.nanoTime();
    note("time " + Instant.now() + " " + millis.getAsLong());
    sleep(10);
    note("later " + Instant.now() + " " + (System.nanoTime() - before));
    Supplier<UUID> ids = UUID::randomUUID;
    note("chance " + ids.get() + " " + new Random().nextInt(1000) + " " + Math.random());
    note(
        "more "
            + ThreadLocalRandom.current().nextInt(5, 1000)
            + " "
            + new SecureRandom().nextInt(1000));
    note("order " + Set.of("z", "y", "x", "w") + " " + Map.of("b", 1, "a", 2, "c", 3));
    note("thread " + toThread(() -> Instant.now()));
    note("host " + InetAddress.getLocalHost());
    if (args.length > 1) {
      System.exit(0);
    }
    note("end");
  }

  private void note(String line) throws IOException {
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
