package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.net.TlsContexts;
import jasyncio.net.TlsOptions;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/// The client with the server of this module: in memory, on sockets, over TLS, through a tunnel.
class ClientServerTest {
  private static final Path KEYS = Path.of("../conformance/src/test/python/certificates");

  private static SSLContext serverTls() throws Exception {
    return TlsContexts.server(KEYS.resolve("cert.pem"), KEYS.resolve("key.pem"));
  }

  private static ClientOptions trusting() throws Exception {
    return ClientOptions.defaults().tls(TlsContexts.client(KEYS.resolve("ca.pem")));
  }

  private static Handler app() {
    return new Router()
        .get("/hello/{name}", rq -> Response.text("hi " + rq.path("name")))
        .post("/echo", rq -> Response.stream(out -> out.writeAll(rq.body())))
        .get("/host", rq -> Response.text(rq.host() + " " + rq.isSecure()));
  }

  private static void checkAll(HttpClient client, String base) throws IOException {
    assertThat(client.get(base + "/hello/Ann").send().requireSuccess().text()).isEqualTo("hi Ann");
    var bytes = new byte[1_000_000];
    bytes[999_999] = 7;
    assertThat(client.post(base + "/echo").body("a/b", bytes).send().bytes()).isEqualTo(bytes);
    assertThat(client.get(base + "/nothing").send().status()).isEqualTo(404);
    assertThat(client.head(base + "/hello/Ann").send().header("Content-Length")).isEqualTo("6");
    assertThat(client.statistics().connections()).isEqualTo(1);
  }

  @OnEachRuntime
  void inMemory() throws Exception {
    try (var client = HttpClient.of(app())) {
      checkAll(client, "http://anything");
      assertThat(client.get("http://a/host").send().text()).isEqualTo("a false");
    }
  }

  @OnEachRuntime
  void inMemory_byHttp2() throws Exception {
    var options = ClientOptions.defaults().versions(HttpVersion.HTTP_2);
    try (var client = HttpClient.of(app(), options)) {
      checkAll(client, "http://anything");
      assertThat(client.get("http://a/host").send().text()).isEqualTo("a false");
      assertThat(client.get("http://a/host").send().version()).isEqualTo(HttpVersion.HTTP_2);
    }
  }

  @OnEachRuntime
  void onSockets_byHttp2() throws Exception {
    try (var server = Http.start(app(), "127.0.0.1", 0);
        var client = new HttpClient(ClientOptions.defaults().versions(HttpVersion.HTTP_2))) {
      checkAll(client, "http://127.0.0.1:" + server.port());
    }
  }

  @OnEachRuntime
  void onSockets() throws Exception {
    try (var server = Http.start(app(), "127.0.0.1", 0);
        var client = new HttpClient()) {
      checkAll(client, "http://127.0.0.1:" + server.port());
    }
  }

  @OnEachRuntime
  void overTls() throws Exception {
    try (var server = Http.start(app(), "127.0.0.1", 0, HttpOptions.defaults().tls(serverTls()));
        var client = new HttpClient(trusting())) {
      checkAll(client, "https://127.0.0.1:" + server.port());
      var response = client.get("https://127.0.0.1:" + server.port() + "/host").send();
      assertThat(response.text()).endsWith(" true");
      assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
    }
  }

  @AsyncTest
  void overTls_theVersionIsAgreedUpon() throws Exception {
    var options = HttpOptions.defaults().tls(serverTls());
    try (var old = Http.start(app(), "127.0.0.1", 0, options.http2(false));
        var both = Http.start(app(), "127.0.0.1", 0, options)) {
      var oldUrl = "https://127.0.0.1:" + old.port() + "/host";
      var bothUrl = "https://127.0.0.1:" + both.port() + "/host";
      try (var client = new HttpClient(trusting())) {
        assertThat(client.get(oldUrl).send().version()).isEqualTo(HttpVersion.HTTP_1_1);
        assertThat(client.get(bothUrl).send().version()).isEqualTo(HttpVersion.HTTP_2);
      }
      try (var client = new HttpClient(trusting().versions(HttpVersion.HTTP_1_1))) {
        assertThat(client.get(bothUrl).send().version()).isEqualTo(HttpVersion.HTTP_1_1);
      }
      try (var client = new HttpClient(trusting().versions(HttpVersion.HTTP_2))) {
        assertThat(client.get(bothUrl).send().version()).isEqualTo(HttpVersion.HTTP_2);
        assertThatThrownBy(() -> client.get(oldUrl).send()).isInstanceOf(IOException.class);
        assertThat(client.statistics().connections()).isEqualTo(1);
      }
    }
  }

  @AsyncTest
  void firstRequestsToAServer_waitToSeeWhetherTheyCanShareAConnection() throws Exception {
    var options = HttpOptions.defaults().tls(serverTls());
    for (boolean http2 : new boolean[] {true, false}) {
      try (var server = Http.start(app(), "127.0.0.1", 0, options.http2(http2));
          var client = new HttpClient(trusting())) {
        var asked = new ArrayList<Task<ClientResponse>>();
        for (int i = 0; i < 10; i++) {
          asked.add(
              createTask(
                  () -> client.get("https://127.0.0.1:" + server.port() + "/hello/Ann").send()));
        }
        for (var each : asked) {
          assertThat(each.await().text()).isEqualTo("hi Ann");
        }
        int connections = client.statistics().connections();
        if (http2) {
          assertThat(connections).isEqualTo(1);
        } else {
          assertThat(connections).isGreaterThan(1);
        }
      }
    }
  }

  @AsyncTest
  void certificateOfAnotherName_orOfNobodyKnown_isRefused() throws Exception {
    try (var server = Http.start(app(), "127.0.0.1", 0, HttpOptions.defaults().tls(serverTls()))) {
      var url = "https://127.0.0.1:" + server.port() + "/hello/Ann";
      try (var client = new HttpClient()) {
        assertThatThrownBy(() -> client.get(url).send()).isInstanceOf(SSLException.class);
        assertThat(client.statistics().connections()).isZero();
      }
      var other =
          TlsOptions.of(TlsContexts.client(KEYS.resolve("ca.pem"))).serverHostname("example.org");
      try (var client = new HttpClient(ClientOptions.defaults().tls(other))) {
        assertThatThrownBy(() -> client.get(url).send()).isInstanceOf(SSLException.class);
      }
    }
  }

  @AsyncTest
  void bodyThatBreaksOffUnderTls_isAnError() throws Exception {
    try (var server =
            ScriptedServer.start(
                peer -> {
                  peer.head();
                  peer.say("HTTP/1.1 200 OK\r\n\r\nhalf of it");
                  sleep(0.05);
                  peer.reset();
                },
                ServerOptions.defaults().tls(serverTls()));
        var client = new HttpClient(trusting())) {
      assertThatThrownBy(() -> client.get("https://127.0.0.1:" + server.port() + "/").send())
          .isInstanceOf(HttpException.class);
    }
  }

  // ---- a tunnel ---------------------------------------------------------------------------------

  /// Connects to where it is asked to.
  private static void tunnel(StreamReader reader, StreamWriter writer, List<String> heads) {
    try (writer) {
      var head = new String(reader.readuntil("\r\n\r\n".getBytes(ISO_8859_1)), ISO_8859_1);
      heads.add(head);
      int port = Integer.parseInt(head.split("[: ]", 4)[2]);
      try (var there = Streams.openConnection("127.0.0.1", port)) {
        writer.write("HTTP/1.1 200 Go ahead\r\n\r\n");
        var back = createTask(() -> there.reader().transferTo(writer));
        try {
          reader.transferTo(there.writer());
        } finally {
          back.cancel();
        }
      }
    } catch (IOException e) {
      // one of them has gone
    }
  }

  @AsyncTest
  void throughATunnel() throws Exception {
    var heads = new ArrayList<String>();
    var tasks = new ArrayList<Task<?>>();
    try (var server = Http.start(app(), "127.0.0.1", 0, HttpOptions.defaults().tls(serverTls()));
        var proxy =
            Streams.startServer(
                (reader, writer) -> {
                  tasks.add(Asyncio.currentTask());
                  tunnel(reader, writer, heads);
                },
                "127.0.0.1",
                0);
        var client =
            new HttpClient(
                trusting()
                    .proxy(ClientProxy.of("127.0.0.1", proxy.port()).credentials("a", "b")))) {
      checkAll(client, "https://localhost:" + server.port());
      assertThat(heads).hasSize(1);
      assertThat(heads.getFirst())
          .startsWith("CONNECT localhost:" + server.port() + " HTTP/1.1\r\n")
          .contains("\r\nProxy-Authorization: Basic YTpi\r\n");
      client.close();
      for (var task : tasks) {
        task.await();
      }
    }
  }

  @AsyncTest
  void tunnelToAServerThatIsNotTrusted_leavesNothing() throws Exception {
    var tasks = new ArrayList<Task<?>>();
    try (var server = Http.start(app(), "127.0.0.1", 0, HttpOptions.defaults().tls(serverTls()));
        var proxy =
            Streams.startServer(
                (reader, writer) -> {
                  tasks.add(Asyncio.currentTask());
                  tunnel(reader, writer, new ArrayList<>());
                },
                "127.0.0.1",
                0)) {
      var options = ClientOptions.defaults().proxy(ClientProxy.of("127.0.0.1", proxy.port()));
      try (var client = new HttpClient(options)) {
        assertThatThrownBy(() -> client.get("https://localhost:" + server.port() + "/").send())
            .isInstanceOf(SSLException.class);
        assertThat(client.statistics().connections()).isZero();
      }
      for (var task : tasks) {
        task.await();
      }
    }
  }

  // ---- the server of this module ----------------------------------------------------------------

  @AsyncTest
  void streamedBodies_goBothWaysAtTheSameTime() throws Exception {
    try (var client = HttpClient.of(app())) {
      var turn = new jasyncio.queue.Queue<String>();
      var request =
          client
              .post("http://x/echo")
              .body(
                  "text/plain",
                  out -> {
                    for (var word = turn.get(); !word.isEmpty(); word = turn.get()) {
                      out.write(word);
                    }
                  });
      turn.put("first");
      try (var response = request.open()) {
        assertThat(new String(response.body().readexactly(5), UTF_8)).isEqualTo("first");
        turn.put("second");
        assertThat(new String(response.body().readexactly(6), UTF_8)).isEqualTo("second");
        turn.put("");
        assertThat(response.body().read()).isEmpty();
      }
      assertThat(client.statistics().idle()).isEqualTo(1);
    }
  }

  @AsyncTest
  void handlerOfARequestThatIsCancelled_isCancelled() throws Exception {
    var ended = new boolean[1];
    Handler handler =
        rq -> {
          try {
            sleep(1000);
          } finally {
            ended[0] = true;
          }
          return Response.text("");
        };
    try (var client = HttpClient.of(handler)) {
      var task = createTask(() -> client.get("http://x/").send());
      sleep(1);
      task.cancel();
      sleep(2);
      assertThat(ended[0]).isTrue();
    }
  }

  @AsyncTest
  void severalTasks_shareAClient() throws Exception {
    try (var client = HttpClient.of(app(), ClientOptions.defaults().maxPerOrigin(3))) {
      var tasks = new ArrayList<Task<String>>();
      for (int i = 0; i < 100; i++) {
        int n = i;
        tasks.add(createTask(() -> client.get("http://x/hello/" + n).send().text()));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(tasks.get(i).await()).isEqualTo("hi " + i);
      }
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(3, 3, 0, 100));
    }
  }

  @Test
  void outsideOfALoop_itIsToldSo() {
    var client = new HttpClient();
    assertThatThrownBy(() -> client.get("http://x/").send())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("in a coroutine");
    client.close();
  }

  @Test
  void ofAnotherLoop_itIsToldSo() throws Exception {
    var client = HttpClient.of(app());
    Asyncio.run(() -> {
      client.get("http://x/hello/Ann").send();
      return null;
    });
    assertThatThrownBy(() -> Asyncio.run(() -> client.get("http://x/hello/Ann").send()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("different event loop");
    client.close();
  }
}
