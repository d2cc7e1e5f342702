package jasyncio.http;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeoutException;

/// What is served in [SoakTest]: one of everything, handlers that never end among them.
final class SoakSite {
  /// What is thrown on purpose says so.
  static final String ON_PURPOSE = "on purpose";

  static final int BIG = 300_000;
  static final String TEXT = "to be compressed ".repeat(500);
  static final int EVENTS = 50;

  /// Limits of time have tests of their own: this one may be held up for as long as it likes.
  static final Duration LONG = Duration.ofMinutes(30);

  static final WebSocketOptions SOCKETS =
      WebSocketOptions.defaults().openTime(LONG).pingTime(LONG).closeTime(LONG);

  private final Path files;
  private final int spill;
  private final byte[] big = new byte[BIG];
  private final Router router;
  private int handlers;
  private int later;
  private long logged;

  /// A site.
  ///
  /// @param folder an empty one
  /// @param spill from how many bytes on uploads go to temporary files
  SoakSite(Path folder, int spill) throws IOException {
    this.spill = spill;
    new Random(1).nextBytes(big);
    files = Files.createDirectory(folder.resolve("files"));
    Files.write(files.resolve("big.bin"), big);
    router = router();
  }

  Path files() {
    return files;
  }

  byte[] big() {
    return big;
  }

  /// How many handlers, and actions after responses, are at work.
  int atWork() {
    return handlers + later;
  }

  Handler app() {
    return rq -> {
      handlers++;
      try {
        return router.handle(rq);
      } finally {
        handlers--;
      }
    };
  }

  private Router router() {
    return new Router()
        .get("/hello/{name}", rq -> Response.text("hi " + rq.path("name")))
        .get("/text", rq -> Response.text(TEXT))
        .get("/big", rq -> Response.stream(out -> out.write(big)))
        .get(
            "/fails",
            rq -> {
              throw HttpProblem.of(409, ON_PURPOSE);
            })
        .get("/breaks", rq -> Response.stream(SoakSite::breakOff))
        .get(
            "/slow",
            rq -> {
              sleep(LONG);
              return Response.text("slow");
            })
        .get("/late", this::late)
        .get("/after", this::after)
        .get("/endless", rq -> Response.stream(SoakSite::goOn))
        .post("/echo", SoakSite::echo)
        .post("/form", this::form)
        .sse(
            "/events",
            (rq, out) -> {
              for (int i = 0; i < EVENTS; i++) {
                out.send("event " + i);
                sleep(0.001);
              }
            })
        .webSocket("/echo", SOCKETS, SoakSite::talk)
        .files("/files", files)
        .with(AccessLog.entries(_ -> logged++), Compression.standard());
  }

  private static Response echo(Request request) throws IOException {
    var body = request.bodyLimit(BIG).body();
    return Response.stream(out -> out.writeAll(body));
  }

  private static void breakOff(BodyWriter out) throws IOException {
    out.write("the beginning");
    out.flush();
    throw new IllegalStateException(ON_PURPOSE);
  }

  private static void goOn(BodyWriter out) throws IOException {
    while (true) {
      out.write("and so on ");
      out.flush();
      sleep(0.001);
    }
  }

  private static void talk(WebSocket socket) throws IOException {
    for (var message : socket) {
      socket.send(message.text());
    }
  }

  /// Its tasks take longer than it lets them.
  private Response late(Request request) {
    try {
      timeout(
          0.002,
          () ->
              taskGroup(group -> {
                group.createTask(() -> sleep(LONG));
                group.createTask(() -> sleep(LONG));
              }));
      return Response.text("in time");
    } catch (TimeoutException e) {
      return Response.text("late");
    }
  }

  private Response after(Request request) {
    request.afterResponse(() -> {
      later++;
      try {
        sleep(0.005);
      } finally {
        later--;
      }
    });
    return Response.empty(204);
  }

  private Response form(Request request) throws IOException {
    long size = 0;
    for (var part : request.bodyLimit(2L * BIG).multipart()) {
      try (var upload = part.spill(spill)) {
        size += upload.size();
      }
    }
    return Response.text("" + size);
  }
}
