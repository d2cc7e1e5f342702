package jasyncio.http;

import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.sync.Event;
import jasyncio.testing.CancelEverywhere;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cancelled at every moment, a handler, whatever it waits for, leaves a server that goes on, and
/// no file.
@SuppressWarnings("StringConcatToTextBlock") // which has no carriage returns
class ServerCancelTest {
  private static final String FORM = "multipart/form-data; boundary=b";

  @TempDir private Path folder;

  /// The task of a handler, which cancellation is passed on to: the server has made it.
  private static final class Victim {
    private @Nullable Task<?> task;
    private final Event ended = new Event();

    Response handle(Handler handler, Request request) throws Exception {
      task = Asyncio.currentTask();
      try {
        return handler.handle(request);
      } finally {
        ended.set();
      }
    }

    /// Is cancelled in the handler's place.
    void await() {
      try {
        ended.await();
      } catch (CancelledError e) {
        if (task != null && !ended.isSet()) {
          task.cancel();
        }
        throw e;
      }
    }
  }

  /// Cancels a handler everywhere. The client sends `pieces`, and takes what comes.
  private void check(Handler handler, String... pieces) {
    CancelEverywhere.of(
            scenario -> {
              var victim = new Victim();
              var server =
                  RawClient.server(
                      rq ->
                          rq.target().equals("/other")
                              ? Response.text("other")
                              : victim.handle(handler, rq),
                      HttpOptions.defaults());
              scenario.victim(victim::await);
              scenario.other(() -> {
                try (var client = RawClient.inMemory(server)) {
                  for (var piece : pieces) {
                    client.send(piece);
                    sleep(0.1);
                  }
                  client.end();
                  client.readAll();
                } catch (IOException e) {
                  // a part of the response, most likely
                }
              });
              scenario.other(() -> {
                try (var client = RawClient.inMemory(server)) {
                  client.send("GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                  assertThat(client.readAll()).endsWith("other");
                }
              });
              scenario.invariant(() -> {
                server.close();
                assertThat(server.statistics().connections()).isZero();
                assertThat(toThread(this::leftFiles)).isEmpty();
                assertThat(toThread(StaticFilesTest::openFiles))
                    .noneMatch(f -> f.endsWith("/given"));
              });
            })
        .check();
  }

  /// The files that are there but for the given one, and for one that was saved as a whole, which
  /// is deleted.
  private List<Path> leftFiles() throws IOException {
    var saved = folder.resolve("saved");
    if (Files.exists(saved) && Files.readString(saved).equals("1234567890")) {
      Files.delete(saved);
    }
    try (var files = Files.list(folder)) {
      return files.filter(file -> !file.endsWith("given")).toList();
    }
  }

  private static String post(String type, String body) {
    return "POST /victim HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        .formatted(type, body.length());
  }

  private void checkPost(Handler handler, String type, String... pieces) {
    var all = new ArrayList<String>();
    all.add(post(type, String.join("", pieces)));
    all.addAll(List.of(pieces));
    check(handler, all.toArray(new String[0]));
  }

  // ---- reading ----------------------------------------------------------------------------------

  @Test
  void body_asAWhole() {
    checkPost(rq -> Response.text(rq.text()), "text/plain", "abc", "def");
  }

  @Test
  void body_pieceByPiece() {
    checkPost(
        rq -> Response.text("" + rq.body().readexactly(4).length + rq.body().read().length),
        "text/plain",
        "abc",
        "def");
  }

  @Test
  void body_ofAClientThatIsToBeAsked() {
    var head = post("text/plain", "abc").replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    check(rq -> Response.text(rq.text()), head, "abc");
  }

  private static final String[] PARTS = {
    "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n12",
    "3\r\n--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n",
    "12345",
    "67890\r\n--b--\r\n"
  };

  @Test
  void form_partByPart() {
    checkPost(
        rq -> {
          int bytes = 0;
          for (var part : rq.multipart()) {
            bytes += part.bytes().length;
          }
          return Response.text("" + bytes);
        },
        FORM,
        PARTS);
  }

  @Test
  void form_savedToAFile() {
    checkPost(
        rq -> {
          int saved = 0;
          var file = folder.resolve("saved");
          for (var part : rq.multipart()) {
            if (part.filename() != null) {
              part.saveTo(file);
              saved++;
            }
          }
          return Response.text("" + saved);
        },
        FORM,
        PARTS);
  }

  @Test
  void form_spilled() {
    var before = temporaryFiles();
    checkPost(
        rq -> {
          long bytes = 0;
          for (var part : rq.multipart()) {
            try (var upload = part.spill(4)) {
              bytes += upload.size();
              sleep(0.01);
            }
          }
          return Response.text("" + bytes);
        },
        FORM,
        PARTS);
    assertThat(temporaryFiles()).isEqualTo(before);
  }

  private static List<Path> temporaryFiles() {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> Objects.toString(file.getFileName()).endsWith(".upload"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  private static final String GET = "GET /victim HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  @Test
  void response_pieceByPiece() {
    check(
        rq ->
            Response.stream(out -> {
              out.write("first");
              sleep(0.05);
              out.write(new byte[300_000]); // which has to be waited for
              out.flush();
              out.write("last");
            }),
        GET);
  }

  @Test
  void response_ofAFile() throws IOException {
    var file = folder.resolve("given");
    Files.write(file, new byte[300_000]);
    var files = StaticFiles.of(folder);
    check(files, GET.replace("/victim", "/given"));
  }

  @Test
  void response_ofAFileThatWasSentBefore() throws IOException {
    var file = folder.resolve("given");
    Files.write(file, new byte[300_000]);
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    var get = GET.replace("/victim", "/given");
    check(StaticFiles.of(folder), get.replace("Connection: close\r\n", ""), get);
  }

  @Test
  void events() {
    check(
        new Router()
            .sse(
                "/victim",
                (rq, out) -> {
                  out.send("one");
                  sleep(0.05);
                  out.send("x".repeat(200_000));
                }),
        GET);
  }

  @Test
  void afterTheResponse() {
    check(
        rq -> {
          rq.afterResponse(() -> sleep(0.1));
          sleep(0.05);
          return Response.text("ok");
        },
        GET);
  }

  // ---- WebSockets -------------------------------------------------------------------------------

  private static final String UPGRADE =
      "GET /victim HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  private static final String MESSAGE = "\201\203\0\0\0\0abc"; // masked, by zeros
  private static final String CLOSE = "\210\202\0\0\0\0\3\350"; // 1000

  @Test
  void webSocket() {
    check(
        new Router()
            .webSocket(
                "/victim",
                ws -> {
                  for (var message : ws) {
                    ws.send(message.text().repeat(50_000));
                  }
                }),
        UPGRADE,
        MESSAGE,
        CLOSE);
  }

  // ---- shutting down ----------------------------------------------------------------------------

  @Test
  void close_ofAServer() {
    CancelEverywhere.of(
            scenario -> {
              var server =
                  RawClient.server(
                      rq -> {
                        sleep(0.2);
                        return Response.text("done");
                      },
                      HttpOptions.defaults());
              scenario.victim(() -> {
                sleep(0.1);
                server.close();
              });
              scenario.other(() -> {
                try (var client = RawClient.inMemory(server)) {
                  client.send(GET).readAll();
                } catch (IOException e) {
                  // it was aborted
                }
              });
              scenario.invariant(() -> {
                server.close();
                assertThat(server.statistics().connections()).isZero();
              });
            })
        .check();
  }
}
