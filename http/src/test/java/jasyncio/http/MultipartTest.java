package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.files.AsyncFiles;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;

/// Forms with files.
class MultipartTest {
  private static final String TYPE = "multipart/form-data; boundary=XX";

  @TempDir Path folder;
  private final List<String> steps = new ArrayList<>();

  private static String part(String headers, String content) {
    return "--XX\r\n" + headers + "\r\n\r\n" + content + "\r\n";
  }

  private static String field(String name, String content) {
    return part("Content-Disposition: form-data; name=\"" + name + "\"", content);
  }

  private TestResponse post(String body, Handler handler) throws Exception {
    return post(TYPE, body, handler);
  }

  private TestResponse post(String type, String body, Handler handler) throws Exception {
    return handler
        .test()
        .post("/")
        .header("Content-Type", type)
        .body(type, body.getBytes(ISO_8859_1))
        .send();
  }

  /// A handler that notes all parts.
  private Response note(Request rq) throws IOException {
    for (var part : rq.multipart()) {
      steps.add(part.name() + "|" + part.filename() + "|" + part.text());
    }
    return Response.empty(204);
  }

  @AsyncTest
  void parts_comeInOrder() throws Exception {
    var body =
        field("a", "one")
            + field("b", "")
            + part(
                "content-disposition: FORM-DATA; name=file; filename=\"x.txt\"\r\nContent-Type: text/plain",
                "two\r\nlines\r\n--X\r\n\r")
            + "--XX--\r\nepilogue";
    post(body, this::note).expect(204);
    assertThat(steps)
        .containsExactly("a|null|one", "b|null|", "file|x.txt|two\r\nlines\r\n--X\r\n\r");
  }

  @AsyncTest
  void partThatWasRead_isNotReadOnceMore_butSaysSo() throws Exception {
    Handler app =
        rq -> {
          for (var part : rq.multipart()) {
            steps.add(part.text());
            assertThat(part.read()).isEmpty();
            for (var again :
                List.<ThrowingCallable>of(
                    part::text,
                    () -> part.bytes(7),
                    () -> part.spill(1),
                    () -> part.saveTo(folder.resolve("never")))) {
              assertThatThrownBy(again)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessage(
                      "the part 'a' has been read already: it comes once; keep what was read");
            }
          }
          assertThatThrownBy(rq::multipart)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has been read already");
          assertThatThrownBy(rq::body).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(rq::text).isInstanceOf(IllegalStateException.class);
          return Response.empty(204);
        };
    post(field("a", "one") + field("a", "") + "--XX--", app).expect(204);
    assertThat(steps).containsExactly("one", "");
    assertThat(folder.resolve("never")).doesNotExist();
  }

  @AsyncTest
  void fileThatIsThere_isNotWrittenOver_andTheErrorSaysWhatToDo() throws Exception {
    toThread(() -> Files.writeString(folder.resolve("there"), "dear"));
    Handler app =
        rq -> {
          var form = rq.multipart();
          for (var target : List.of("there", "no/folder")) {
            var part = form.next();
            assertThatThrownBy(() -> part.saveTo(folder.resolve(target)))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(target)
                .hasMessageContaining(
                    target.equals("there")
                        ? "give each upload a name of its own"
                        : "make it before");
          }
          try (var upload = form.next().spill(100)) {
            assertThatThrownBy(() -> upload.copyTo(folder.resolve("there")))
                .hasMessageContaining("give each upload a name of its own");
          }
          return Response.empty(204);
        };
    post(field("a", "1") + field("b", "2") + field("c", "3") + "--XX--", app).expect(204);
    assertThat(toThread(() -> Files.readString(folder.resolve("there")))).isEqualTo("dear");
  }

  @AsyncTest
  void preamble_isSkipped_andAnEmptyFormIsOne() throws Exception {
    post("before\r\n" + field("a", "1") + "--XX--", this::note).expect(204);
    post("--XX--\r\n", this::note).expect(204);
    assertThat(steps).containsExactly("a|null|1");
  }

  @AsyncTest
  void names_areWhatBrowsersMean() throws Exception {
    var body =
        part(
                "Content-Disposition: form-data; name=\"a\\\"b%22c;d\"; filename=\"C:\\dir\\\u00C3\u00A4.txt\"",
                "1")
            + part("Content-Disposition: form-data; filename=\"../../etc/passwd\"; name=x", "2")
            + part("Content-Disposition: form-data; name=x; filename=\"\"", "")
            + part("Content-Disposition: form-data; name=x; filename=\"a/..\"", "3")
            + part("Content-Disposition: form-data; name=x; filename=.", "4")
            + part(
                "Content-Disposition: form-data; name=l\r\nContent-Type: text/plain; charset=iso-8859-1",
                "\u00E4")
            + "--XX--";
    post(body, this::note).expect(204);
    assertThat(steps)
        .containsExactly("a\"b\"c;d|ä.txt|1", "x|passwd|2", "x||", "x||3", "x||4", "l|null|ä");
  }

  @AsyncTest
  void boundary_mayBeQuoted_andIsNeeded() throws Exception {
    post("multipart/form-data; charset=x; boundary=\"XX\"", field("a", "1") + "--XX--", this::note)
        .expect(204);
    for (var type :
        List.of(
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=" + "x".repeat(71),
            "multipart/form-data; boundary=\"x\u00E4\"",
            "multipart/mixed; boundary=XX",
            "text/plain")) {
      post(type, field("a", "1") + "--XX--", this::note).expect(415);
    }
  }

  @AsyncTest
  void wrongForms_areAnswered400() throws Exception {
    for (var body :
        List.of(
            "nothing",
            field("a", "1"),
            field("a", "1") + "--XX",
            field("a", "1") + "--XX-",
            field("a", "1") + "--XXYY\r\n",
            part("X: y", "1") + "--XX--",
            part("Content-Disposition: attachment; name=a", "1") + "--XX--",
            part("Content-Disposition: form-data", "1") + "--XX--",
            part("no header", "1") + "--XX--",
            "--XX\r\nContent-Disposition: form-data; name=a\r\n")) {
      post(body, this::note).expect(400);
    }
  }

  @AsyncTest
  void tooMuch_isAnswered413() throws Exception {
    post(field("a", "").repeat(1001) + "--XX--", this::note).expect(413);
    post(part("X: " + "y".repeat(9000), "") + "--XX--", this::note).expect(413);
    post(part("X: y\r\n".repeat(2000), "") + "--XX--", this::note).expect(413);
    post(field("a", "x".repeat(1024 * 1024 + 1)) + "--XX--", this::note).expect(413);
    Handler small = rq -> Response.text(rq.multipart().iterator().next().bytes(3).length + "");
    assertThat(post(field("a", "xyz") + "--XX--", small).expect(200).text()).isEqualTo("3");
    post(field("a", "wxyz") + "--XX--", small).expect(413);
  }

  @AsyncTest
  void partThatWasLeft_cannotBeRead_andWhatWasNotReadIsSkipped() throws Exception {
    post(
            field("a", "x".repeat(100_000)) + field("b", "2") + "--XX--",
            rq -> {
              var form = rq.multipart();
              var first = form.iterator().next();
              assertThat(first.read()).isNotEmpty();
              steps.add(form.iterator().next().text());
              assertThatThrownBy(first::read).isInstanceOf(IllegalStateException.class);
              assertThat(form.next()).isNull();
              assertThat(form.next()).isNull();
              return Response.empty(204);
            })
        .expect(204);
    assertThat(steps).containsExactly("2");
  }

  @AsyncTest
  void content_isTheSame_howeverItIsCut() throws Exception {
    var content = "a\r\n--X\r\r\n--XY\n--XX\r\n-";
    var body = field("a", content) + field("b", content) + "--XX--\r\n";
    try (var server = RawClient.server(this::note, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(TYPE, body.length()));
      for (var each : body.split("", -1)) {
        client.send(each);
        sleep(0);
      }
      assertThat(client.readResponse()).startsWith("HTTP/1.1 204 ");
    }
    assertThat(steps).containsExactly("a|null|" + content, "b|null|" + content);
  }

  @AsyncTest
  void bodyBeyondItsLimit_isAnswered413_withoutBeingRead() throws Exception {
    var options = HttpOptions.defaults().maxBody(1000);
    try (var server = RawClient.server(this::note, options);
        var client = RawClient.inMemory(server)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 2000\r\n\r\n"
              .formatted(TYPE));
      assertThat(client.readResponse()).startsWith("HTTP/1.1 413 ");
    }
    try (var server = RawClient.server(this::note, options);
        var client = RawClient.inMemory(server)) {
      client.send(
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
              .formatted(TYPE));
      var body = field("a", "x".repeat(2000));
      client.send("%x\r\n%s\r\n".formatted(body.length(), body));
      assertThat(client.readResponse()).startsWith("HTTP/1.1 413 ");
    }
  }

  // ---- to disk ----------------------------------------------------------------------------------

  private static String file(String content) {
    return part("Content-Disposition: form-data; name=f; filename=f", content) + "--XX--";
  }

  @AsyncTest
  void part_canBeSaved() throws Exception {
    var content = "0123456789".repeat(20_000);
    var target = folder.resolve("saved");
    Handler save = rq -> Response.text("" + rq.multipart().iterator().next().saveTo(target));
    assertThat(post(file(content), save).expect(200).text()).isEqualTo("200000");
    assertThat(AsyncFiles.readString(target)).isEqualTo(content);
  }

  @AsyncTest
  void part_thatBreaksOff_leavesNoFile() throws Exception {
    var target = folder.resolve("saved");
    Handler save = rq -> Response.text("" + rq.multipart().iterator().next().saveTo(target));
    post("--XX\r\nContent-Disposition: form-data; name=f\r\n\r\n" + "x".repeat(100_000), save)
        .expect(400);
    assertThat(target).doesNotExist();
  }

  @AsyncTest
  void upload_isInMemory_orInAFileThatGoesAway() throws Exception {
    Handler spill =
        rq -> {
          try (var upload = rq.multipart().iterator().next().spill(1000)) {
            steps.add(upload.isInMemory() + " " + upload.size());
            upload.copyTo(folder.resolve("copy" + upload.size()));
            return Response.bytes(upload.bytes());
          }
        };
    for (int size : new int[] {0, 1000, 1001, 300_000}) {
      var content = "x".repeat(size);
      long before = temporaryFiles();
      assertThat(post(file(content), spill).expect(200).text()).isEqualTo(content);
      var copy = AsyncFiles.readString(folder.resolve("copy" + size));
      assertThat(copy).isEqualTo(content);
      assertThat(temporaryFiles()).isEqualTo(before);
    }
    assertThat(steps).containsExactly("true 0", "true 1000", "false 1001", "false 300000");
  }

  private static long temporaryFiles() throws IOException {
    return toThread(() -> {
      try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
        return files.filter(file -> file.toString().endsWith(".upload")).count();
      }
    });
  }

  @AsyncTest
  void closeThatIsCancelled_removesTheFileAllTheSame() throws Exception {
    getRunningLoop().setDefaultExecutor(Executors.newSingleThreadExecutor());
    Handler handler =
        rq -> {
          long before = temporaryFiles();
          var upload = rq.multipart().iterator().next().spill(10);
          assertThat(temporaryFiles()).isEqualTo(before + 1);
          var gate = new CountDownLatch(1);
          var busy = createTask(() -> toThread(() -> gate.await()));
          sleep(0);
          var closing = createTask(upload::close);
          sleep(0);
          closing.cancel();
          assertThatThrownBy(closing::await).isInstanceOf(CancelledError.class);
          gate.countDown();
          busy.await();
          toThread(() -> {}); // behind what was still to be done
          assertThat(temporaryFiles()).isEqualTo(before);
          return Response.empty(204);
        };
    post(file("x".repeat(1000)), handler).expect(204);
  }

  @AsyncTest
  void clientThatLeaves_inTheMiddleOfAnUpload_leavesNothing() throws Exception {
    long before = temporaryFiles();
    Handler handler =
        rq -> {
          try (var upload = rq.multipart().iterator().next().spill(10)) {
            return Response.text("" + upload.size());
          } catch (IOException | UncheckedIOException | CancelledError e) {
            steps.add("broken off");
            throw e;
          }
        };
    try (var server = Http.start(handler, "127.0.0.1", 0)) {
      try (var client = new RawClient(server)) {
        client.send(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 90000\r\n\r\n"
                .formatted(TYPE));
        client.send(file("x".repeat(50_000)).substring(0, 40_000));
        sleep(0.1);
        client.abort();
      }
      while (server.statistics().connections() > 0) {
        sleep(0.01);
      }
    }
    assertThat(steps).containsExactly("broken off");
    assertThat(temporaryFiles()).isEqualTo(before);
  }
}
