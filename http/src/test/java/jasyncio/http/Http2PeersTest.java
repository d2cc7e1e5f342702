package jasyncio.http;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.Task;
import jasyncio.net.Streams;
import jasyncio.net.TlsContexts;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/// HTTP/2 between this module and others.
class Http2PeersTest {
  private static final Path KEYS = Path.of("../conformance/src/test/python/certificates");

  @TempDir private static Path folder;

  private static Router app() {
    return new Router()
        .get("/hello", rq -> Response.text("Hello by " + rq.version()))
        .get("/large", rq -> Response.bytes(new byte[1_000_000]))
        .post(
            "/echo",
            rq -> {
              var body = rq.bodyLimit(10_000_000).body();
              return Response.stream(out -> out.writeAll(body));
            })
        .post("/length", rq -> Response.text("" + rq.bodyLimit(10_000_000).bytes().length));
  }

  private static HttpServer start(boolean tls) throws Exception {
    var options = HttpOptions.defaults();
    return Http.start(
        app(),
        "127.0.0.1",
        0,
        tls
            ? options.tls(TlsContexts.server(KEYS.resolve("cert.pem"), KEYS.resolve("key.pem")))
            : options);
  }

  /// What a program prints, which is skipped if it is not there.
  private static String run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "there is no program " + command[0] + " on this machine");
      throw e;
    }
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor(10, TimeUnit.SECONDS);
    return output;
  }

  private static String say(HttpServer server, boolean tls, String path) {
    return (tls ? "https" : "http") + "://127.0.0.1:" + server.port() + path;
  }

  @AsyncTest
  void curl_talksWithTheServer() throws Exception {
    var body =
        toThread(() -> Files.write(Files.createTempFile("curl", ".body"), new byte[2_000_000]));
    assumeTrue(
        toThread(() -> run("curl", "--version")).contains("HTTP2"),
        "curl does not speak HTTP/2 on this machine");
    for (boolean tls : new boolean[] {false, true}) {
      try (var server = start(tls)) {
        var how = tls ? "--http2" : "--http2-prior-knowledge";
        var curl = List.of("curl", "-s", "-k", how, "--max-time", "20");
        assertThat(ask(curl, say(server, tls, "/hello"))).isEqualTo("Hello by HTTP/2");
        assertThat(
                ask(curl, "-w", "%{size_download}", "-o", "/dev/null", say(server, tls, "/large")))
            .isEqualTo("1000000");
        assertThat(ask(curl, "--data-binary", "@" + body, say(server, tls, "/length")))
            .isEqualTo("2000000");
        assertThat(ask(curl, "-I", say(server, tls, "/hello"))).startsWith("HTTP/2 200");
        assertThat(ask(curl, "--data-binary", "@" + body, say(server, tls, "/echo")))
            .hasSize(2_000_000);
      }
    }
    toThread(() -> Files.delete(body));
  }

  private static String ask(List<String> curl, String... more) throws Exception {
    var command = new ArrayList<>(curl);
    command.addAll(List.of(more));
    return toThread(() -> run(command.toArray(new String[0])));
  }

  @AsyncTest
  void nghttp_talksWithTheServer() throws Exception {
    for (boolean tls : new boolean[] {false, true}) {
      try (var server = start(tls)) {
        var uri = say(server, tls, "/hello");
        var said = toThread(() -> run("nghttp", "-v", "-t", "20", "-m", "3", uri));
        assertThat(said).contains(":status: 200", "Hello by HTTP/2").doesNotContain("[ERROR]");
      }
    }
  }

  @AsyncTest
  void h2load_isAnswered() throws Exception {
    for (boolean tls : new boolean[] {false, true}) {
      try (var server = start(tls)) {
        var uri = say(server, tls, "/hello");
        var large = say(server, tls, "/large");
        var said = toThread(() -> run("h2load", "-n", "100", "-c", "5", "-m", "20", uri, large));
        assertThat(said).contains("100 succeeded, 0 failed, 0 errored, 0 timeout");
        assertThat(server.statistics().requests()).isEqualTo(100);
      }
    }
  }

  /// A server of nghttp2's, on a port that was free.
  private static Process nghttpd(Path root, int port, String... more) throws IOException {
    var command = new ArrayList<>(List.of("nghttpd", "-d", root.toString(), "--echo-upload"));
    command.addAll(List.of(more));
    command.add("" + port);
    if (more.length == 0) {
      command.add(KEYS.resolve("key.pem").toString());
      command.add(KEYS.resolve("cert.pem").toString());
    }
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "there is no program nghttpd on this machine");
      throw e;
    }
  }

  @AsyncTest
  void client_talksWithNghttpd() throws Exception {
    for (boolean tls : new boolean[] {false, true}) {
      int port;
      try (var socket = new ServerSocket(0)) {
        port = socket.getLocalPort();
      }
      var process =
          toThread(() -> nghttpd(folder, port, tls ? new String[] {} : new String[] {"--no-tls"}));
      var options = ClientOptions.defaults().tls(TlsContexts.client(KEYS.resolve("ca.pem")));
      try (var client = new HttpClient(tls ? options : options.versions(HttpVersion.HTTP_2))) {
        var base = (tls ? "https" : "http") + "://127.0.0.1:" + port;
        awaitListening(port);
        var bytes = new byte[300_000];
        Arrays.fill(bytes, (byte) 7);
        toThread(() -> Files.write(folder.resolve("large"), bytes));
        var asked = new ArrayList<Task<ClientResponse>>();
        for (int i = 0; i < 20; i++) {
          asked.add(createTask(() -> client.get(base + "/large").send()));
        }
        for (var each : asked) {
          assertThat(each.await().version()).isEqualTo(HttpVersion.HTTP_2);
          assertThat(each.await().bytes()).isEqualTo(bytes);
        }
        assertThat(client.post(base + "/echo").body("a/b", bytes).send().bytes()).isEqualTo(bytes);
        assertThat(client.get(base + "/none").send().status()).isEqualTo(404);
        assertThat(client.statistics().connections()).isEqualTo(1);
      } finally {
        process.destroy();
        toThread(() -> process.waitFor());
      }
    }
  }

  private static void awaitListening(int port) throws IOException {
    while (true) {
      try (var connection = Streams.openConnection("127.0.0.1", port)) {
        return;
      } catch (ConnectException e) {
        sleep(0.02);
      }
    }
  }

  @AsyncTest
  void clientOfTheJdk_talksWithTheServer() throws Exception {
    try (var server = start(true);
        var http =
            java.net.http.HttpClient.newBuilder()
                .sslContext(TlsContexts.client(KEYS.resolve("ca.pem")))
                .version(java.net.http.HttpClient.Version.HTTP_2)
                .build()) {
      var asked = new ArrayList<CompletableFuture<java.net.http.HttpResponse<String>>>();
      for (int i = 0; i < 50; i++) {
        asked.add(
            http.sendAsync(
                HttpRequest.newBuilder(
                        URI.create(say(server, true, i % 2 == 0 ? "/hello" : "/length")))
                    .method(
                        i % 2 == 0 ? "GET" : "POST",
                        i % 2 == 0
                            ? HttpRequest.BodyPublishers.noBody()
                            : HttpRequest.BodyPublishers.ofByteArray(new byte[100_000]))
                    .build(),
                java.net.http.HttpResponse.BodyHandlers.ofString()));
      }
      for (int i = 0; i < 50; i++) {
        var response = await(asked.get(i));
        assertThat(response.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
        assertThat(response.body()).isEqualTo(i % 2 == 0 ? "Hello by HTTP/2" : "100000");
      }
      toThread(http::close);
    }
  }
}
