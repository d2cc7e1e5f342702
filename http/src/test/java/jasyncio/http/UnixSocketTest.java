package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// Servers and clients on Unix-domain sockets.
class UnixSocketTest {
  @TempDir private Path folder;

  private Path socket() {
    return folder.resolve("s");
  }

  private static Handler app() {
    return new Router()
        .get("/host", rq -> Response.text(rq.host() + " " + rq.isSecure()))
        .webSocket("/echo", ws -> ws.send(ws.receive().text()));
  }

  @OnEachRuntime
  void requests_andWebSockets() throws Exception {
    try (var _ = Http.start(app(), socket());
        var client = new HttpClient(ClientOptions.defaults().unixSocket(socket()))) {
      assertThat(client.get("http://some.site/host").send().text()).isEqualTo("some.site false");
      try (var ws = client.webSocket("ws://some.site/echo")) {
        ws.send("hello");
        assertThat(ws.receive().text()).isEqualTo("hello");
      }
    }
    assertThat(socket()).doesNotExist();
  }

  @OnEachRuntime
  void overTls_theCertificateIsForTheHostOfTheUrl() throws Exception {
    var options = HttpOptions.defaults().tls(TestKeys.server());
    var trusting = ClientOptions.defaults().tls(TestKeys.client()).unixSocket(socket());
    try (var _ = Http.start(app(), socket(), options);
        var client = new HttpClient(trusting)) {
      assertThat(client.get("https://localhost/host").send().text()).isEqualTo("localhost true");
      assertThatThrownBy(() -> client.get("https://other.site/host").send())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("other.site");
    }
  }

  @OnEachRuntime
  void socketOfADeadServer_isReplaced() throws Exception {
    try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket()));
    } // which leaves the file
    assertThat(socket()).exists();
    try (var _ = Http.start(app(), socket());
        var client = new HttpClient(ClientOptions.defaults().unixSocket(socket()))) {
      assertThat(client.get("http://x/host").send().status()).isEqualTo(200);
    }
  }

  @OnEachRuntime
  void otherFile_isNotReplaced() throws Exception {
    Asyncio.toThread(() -> Files.writeString(socket(), "dear"));
    assertThatThrownBy(() -> Http.start(app(), socket()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "there is a file or folder at "
                + socket()
                + " that is no socket; remove it, or take another path");
    assertThatThrownBy(() -> Http.start(app(), socket().resolveSibling("no").resolve("s")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageEndingWith("there is no folder for the socket; make it before");
    var tooLong = socket().resolveSibling("s".repeat(150));
    assertThatThrownBy(() -> Http.start(app(), tooLong))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the path of a socket has at most 107 bytes, and this one ");
    assertThat(Asyncio.toThread(() -> Files.readString(socket()))).isEqualTo("dear");
  }

  @OnEachRuntime
  void serve_untilItIsCancelled() throws Exception {
    var serving =
        Asyncio.createTask(() -> {
          Http.serve(app(), socket());
          return null;
        });
    try (var client = new HttpClient(ClientOptions.defaults().unixSocket(socket()))) {
      while (!Asyncio.toThread(() -> Files.exists(socket()))) {
        Asyncio.sleep(0);
      }
      assertThat(client.get("http://x/host").send().status()).isEqualTo(200);
    }
    serving.cancel();
    Asyncio.wait(java.util.List.of(serving));
    assertThat(serving.cancelled()).isTrue();
    assertThat(socket()).doesNotExist();
  }
}
