package jasyncio.http;

import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.io.TempDir;

/// What goes past the usual way on plain connections, over TLS: files, WebSockets, events.
class TlsServerTest {
  @TempDir private Path folder;

  private static HttpServer start(Handler app) throws Exception {
    return Http.start(app, "127.0.0.1", 0, HttpOptions.defaults().tls(TestKeys.server()));
  }

  private static HttpClient client() throws Exception {
    return new HttpClient(ClientOptions.defaults().tls(TestKeys.client()));
  }

  private static String url(String scheme, HttpServer server, String path) {
    return scheme + "://localhost:" + server.port() + path;
  }

  private byte[] bigFile() throws IOException {
    var content = new byte[2_000_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + i / 977);
    }
    Files.write(folder.resolve("big.bin"), content);
    return content;
  }

  @OnEachRuntime
  void files_areSent_wholeAndInPart() throws Exception {
    var content = toThread(this::bigFile);
    try (var server = start(new Router().files("/", folder));
        var client = client()) {
      var big = url("https", server, "/big.bin");
      assertThat(client.get(big).send().requireSuccess().bytes()).isEqualTo(content);
      var part = client.get(big).header("Range", "bytes=1000000-1000009").send();
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.bytes())
          .containsExactly(java.util.Arrays.copyOfRange(content, 1_000_000, 1_000_010));
      var tag = part.header("ETag");
      assertThat(client.get(big).header("If-None-Match", tag).send().status()).isEqualTo(304);
      assertThat(client.head(big).send().header("Content-Length")).isEqualTo("2000000");
      assertThat(client.statistics().connections()).isEqualTo(1);
    }
  }

  @OnEachRuntime
  void clientThatLeavesInTheMiddleOfAFile_endsIt() throws Exception {
    var _ = toThread(this::bigFile);
    try (var server = start(new Router().files("/", folder));
        var client = client()) {
      for (int i = 0; i < 3; i++) {
        try (var response = client.get(url("https", server, "/big.bin")).open()) {
          assertThat(response.body().readexactly(10)).hasSize(10);
        }
      }
    } // which waits for the last handler
  }

  @OnEachRuntime
  void webSocket_isSecret() throws Exception {
    var app =
        new Router()
            .webSocket(
                "/echo",
                ws -> {
                  for (var message : ws) {
                    ws.send(ws.request().isSecure() + " " + message.text());
                  }
                });
    try (var server = start(app);
        var client = client();
        var ws = client.webSocket(url("wss", server, "/echo"))) {
      for (var text : new String[] {"", "short", "long ".repeat(50_000)}) {
        ws.send(text);
        assertThat(ws.receive().text()).isEqualTo("true " + text);
      }
      var _ = ws.ping(); // is answered
    }
  }

  @OnEachRuntime
  void webSocket_isTold_thatTheServerShutsDown() throws Exception {
    var app = new Router().webSocket("/", ws -> ws.iterator().forEachRemaining(message -> {}));
    try (var client = client()) {
      WebSocket ws;
      try (var server = start(app)) {
        ws = client.webSocket(url("wss", server, "/"));
      }
      assertThat(ws.iterator().hasNext()).isFalse();
      assertThat(ws.closeCode()).isEqualTo(1001);
    }
  }

  @OnEachRuntime
  void events_comeOneByOne() throws Exception {
    var app =
        new Router()
            .sse(
                "/e",
                (rq, out) -> {
                  out.send(ServerSentEvent.of("one"));
                  out.send(ServerSentEvent.of("two"));
                });
    try (var server = start(app);
        var client = client();
        var events = client.events(url("https", server, "/e"))) {
      var all = new StringBuilder();
      for (var event : events) {
        all.append(event.data()).append(' ');
      }
      assertThat(all).hasToString("one two ");
    }
  }

  @OnEachRuntime
  void bodies_goBothWays() throws Exception {
    Handler echo = rq -> Response.stream(out -> out.writeAll(rq.bodyLimit(10_000_000).body()));
    try (var server = start(echo);
        var client = client()) {
      var text = "0123456789".repeat(300_000);
      var body = client.post(url("https", server, "/")).text(text).send().bytes();
      assertThat(new String(body, UTF_8)).isEqualTo(text);
    }
  }

  @OnEachRuntime
  void errorOfTls_saysWithWhom_andWhatToDo() throws Exception {
    Handler app = rq -> Response.empty(204);
    try (var server = start(app);
        var plain = Http.start(app, "127.0.0.1", 0);
        var client = client();
        var stranger = new HttpClient()) {
      var url = url("https", server, "/a");
      assertThatThrownBy(() -> stranger.get(url).send())
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageStartingWith("TLS with https://localhost:" + server.port() + " failed: ")
          .hasMessageEndingWith("connect with tls(TlsContexts.client(authorities))");
      assertThatThrownBy(() -> client.get(url("https", plain, "/")).send())
          .isInstanceOf(SSLException.class)
          .hasMessageStartingWith("TLS with https://localhost:" + plain.port() + " failed: ")
          .hasMessageContaining("does not speak TLS");
      var socket = URI.create(url("wss", server, "/chat"));
      assertThatThrownBy(() -> WebSocket.connect(socket))
          .isInstanceOf(SSLException.class)
          .hasMessageStartingWith("TLS with " + socket + " failed: ");
    }
  }
}
