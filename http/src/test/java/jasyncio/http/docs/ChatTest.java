package jasyncio.http.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.files.AsyncFiles;
import jasyncio.http.Http;
import jasyncio.http.WebSocket;
import jasyncio.testing.AsyncTest;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class ChatTest {
  @TempDir Path www;

  @AsyncTest
  void message_isHeardByAll() throws Exception {
    try (var server = Http.start(new Chat().router(www), "127.0.0.1", 0)) {
      var uri = URI.create("ws://127.0.0.1:" + server.port() + "/chat");
      try (var one = WebSocket.connect(uri);
          var two = WebSocket.connect(uri)) {
        one.send("hello");
        assertThat(one.receive().text()).isEqualTo("hello");
        assertThat(two.receive().text()).isEqualTo("hello");
        two.send("hi");
        assertThat(one.receive().text()).isEqualTo("hi");
        assertThat(two.receive().text()).isEqualTo("hi");
      }
    }
  }

  @AsyncTest
  void picture_isKept_andServed() throws Exception {
    AsyncFiles.createDirectories(www.resolve("pictures"));
    var client = new Chat().router(www).test();
    var form =
        "--B\r\nContent-Disposition: form-data; name=p; filename=cat.png\r\n\r\nmeow\r\n--B--\r\n";
    for (int i = 0; i < 2; i++) {
      var answer =
          client
              .post("/pictures")
              .body("multipart/form-data; boundary=B", form.getBytes(UTF_8))
              .send();
      assertThat(answer.expect(200).text()).isEqualTo("1 pictures");
    }
    var pictures = AsyncFiles.list(www.resolve("pictures"));
    assertThat(pictures).hasSize(2);
    for (var picture : pictures) {
      var path = "/pictures/" + picture.getFileName();
      assertThat(client.get(path).send().expect(200).text()).isEqualTo("meow");
    }
  }
}
