package jasyncio.http;

import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Forms with files, as the client sends them.
class MultipartFormTest {
  @TempDir private Path folder;

  private static long sum(byte[] bytes) {
    var sum = new CRC32();
    sum.update(bytes);
    return sum.getValue();
  }

  /// Tells what has come.
  private static Response describe(Request request) throws IOException {
    var text = new StringBuilder();
    text.append(request.header("Content-Length") == null ? "chunked" : "known").append('\n');
    for (var part : request.bodyLimit(10_000_000).multipart()) {
      var bytes = part.bytes(10_000_000);
      text.append(part.name()).append('|').append(part.filename()).append('|');
      text.append(part.contentType()).append('|').append(bytes.length).append('|');
      text.append(bytes.length < 20 ? new String(bytes, UTF_8) : "" + sum(bytes)).append('\n');
    }
    return Response.text(text.toString());
  }

  private static String send(MultipartForm form) throws IOException {
    try (var client = HttpClient.of(MultipartFormTest::describe)) {
      return client.post("http://x/").multipart(form).send().requireSuccess().text();
    }
  }

  @OnEachRuntime
  void fieldsAndBytes() throws Exception {
    var form =
        new MultipartForm()
            .field("title", "Grüße")
            .field("a\"b\r\nc", "")
            .part("data", "\"x\".bin", "a/b", new byte[] {'1', '2'});
    assertThat(send(form))
        .isEqualTo(
            """
            known
            title|null|null|7|Grüße
            a"b\r
            c|null|null|0|
            data|"x".bin|a/b|2|12
            """);
    assertThat(send(new MultipartForm())).isEqualTo("known\n");
  }

  @OnEachRuntime
  void files_areStreamed() throws Exception {
    var content = new byte[3_000_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + i / 977);
    }
    var file = folder.resolve("Über.jpg");
    toThread(() -> Files.write(file, content));
    var form = new MultipartForm().field("a", "b").file("f", file).file("g", "x", "c/d", file);
    assertThat(send(form))
        .isEqualTo(
            """
            known
            a|null|null|1|b
            f|Über.jpg|image/jpeg|3000000|%1$d
            g|x|c/d|3000000|%1$d
            """
                .formatted(sum(content)));
  }

  @OnEachRuntime
  void streams_tellHowFarTheyAre() throws Exception {
    var progress = new ArrayList<Integer>();
    StreamingBody content =
        out -> {
          for (int i = 1; i <= 3; i++) {
            out.write("12345");
            progress.add(5 * i);
          }
        };
    var known = new MultipartForm().part("s", "s.txt", "text/plain", 15, content);
    assertThat(send(known)).isEqualTo("known\ns|s.txt|text/plain|15|123451234512345\n");
    assertThat(progress).containsExactly(5, 10, 15);
    var unknown = new MultipartForm().part("s", "s.txt", "text/plain", -1, content);
    assertThat(send(unknown)).isEqualTo("chunked\ns|s.txt|text/plain|15|123451234512345\n");
  }

  @AsyncTest
  void partThatIsNotAsLongAsItSays_isAnError() {
    for (var text : new String[] {"1234", "123456"}) {
      var form = new MultipartForm().part("s", "s", "a/b", 5, out -> out.write(text));
      assertThatThrownBy(() -> send(form))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("announced");
    }
  }

  @AsyncTest
  void fileThatIsNotThere_isSaidAtOnce() {
    assertThatThrownBy(() -> new MultipartForm().file("f", folder.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
    assertThatThrownBy(() -> new MultipartForm().file("f", folder)).isInstanceOf(IOException.class);
  }

  @AsyncTest
  void fileThatHasBecomeShorter_isAnError() throws Exception {
    var file = folder.resolve("f");
    toThread(() -> Files.writeString(file, "12345"));
    var form = new MultipartForm().file("f", file);
    toThread(() -> Files.writeString(file, "1"));
    assertThatThrownBy(() -> send(form))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shorter");
  }

  @AsyncTest
  void formInMemory_isSentAgain_afterARedirection() throws Exception {
    var app =
        new Router()
            .post("/old", rq -> Response.empty(307).header("Location", "/new"))
            .post("/new", MultipartFormTest::describe);
    try (var client = HttpClient.of(app)) {
      var form = new MultipartForm().field("a", "b");
      assertThat(client.post("http://x/old").multipart(form).send().text())
          .isEqualTo("known\na|null|null|1|b\n");
    }
  }

  @Test
  void wrongParts_areRefused() {
    assertThatThrownBy(() -> new MultipartForm().part("a", "b", "c\r\nd", new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MultipartForm().part("a", "b", "c/d", -2, out -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new MultipartForm().field("a", "b")).hasToString("<MultipartForm of 1 parts>");
  }
}
