package jasyncio.recipes.jackson;

import static jasyncio.Asyncio.*;

import jasyncio.http.Response;
import jasyncio.http.Router;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// Sales, as JSON: in files that are too long for the memory, and over HTTP.
public final class Sales {
  /// A record is mapped as it is.
  public record Sale(String item, long cents) {}

  // One for all tasks: readers and mappers are immutable.
  private static final ObjectReader READER = new JsonMapper().readerFor(Sale.class);

  private final List<Sale> sales = new ArrayList<>(); // no lock: all runs on one thread

  /// Adds up the sales of a stream, one after the other. Nothing in it knows of a loop.
  public static long total(InputStream in, AtomicBoolean stopped) throws IOException {
    long total = 0;
    try (var sales = READER.<Sale>readValues(in)) {
      while (!stopped.get() && sales.hasNextValue()) {
        total += sales.nextValue().cents();
      }
    }
    return total;
  }

  /// Adds up the sales of a file in another thread. A task that is cancelled stops it.
  public static long total(Path file) throws IOException {
    var stopped = new AtomicBoolean();
    try {
      return toThread(() -> {
        try (var in = Files.newInputStream(file)) {
          return total(in, stopped);
        }
      });
    } finally {
      stopped.set(true);
    }
  }

  /// Small ones need no thread: `rq.json` suspends until the request is there, and reads it.
  public Router router() {
    return new Router()
        .post(
            "/sales",
            rq -> {
              sales.add(rq.json(Sale.class));
              return Response.empty(204);
            })
        .get("/sales", _ -> Response.json(sales));
  }

  static void main(String[] file) throws Exception {
    run(() -> IO.println(total(Path.of(file[0]))));
  }
}
