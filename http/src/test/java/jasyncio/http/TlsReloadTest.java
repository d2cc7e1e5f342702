package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.net.ConnectOptions;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Streams;
import jasyncio.net.TlsContexts;
import jasyncio.net.TlsOptions;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.io.TempDir;

/// Keys that are replaced while the server runs, and keys for several hosts.
class TlsReloadTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path folder;

  /// A context with a new key for each name.
  private SSLContext newKeys(String... names) throws Exception {
    var file = folder.resolve("keys" + names.length + names[0]);
    for (var name : names) {
      var command =
          new ArrayList<>(
              List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
      command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-alias", name, "-storetype"));
      command.addAll(List.of("PKCS12", "-storepass", "changeit", "-dname", "CN=" + name));
      command.addAll(List.of("-ext", "san=dns:" + name, "-keystore", file.toString()));
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
    }
    var store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    var factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private static String nameOf(SSLSession session) throws IOException {
    var certificate = (X509Certificate) session.getPeerCertificates()[0];
    return certificate.getSubjectX500Principal().getName();
  }

  /// Whose certificate a server shows.
  private static String shown(HttpServer server, SSLContext client, String name) throws Exception {
    var tls = TlsOptions.of(client).serverHostname(name);
    var options = ConnectOptions.defaults().tls(tls);
    try (var connection = Streams.openConnection("127.0.0.1", server.port(), options)) {
      var session = connection.writer().getExtraInfo(ExtraInfo.SSL_SESSION);
      return nameOf(Objects.requireNonNull(session));
    }
  }

  @OnEachRuntime
  void newKeys_areShownToNewConnections_andOldOnesGoOn() throws Exception {
    var keys = new AtomicReference<>(TestKeys.server());
    var renewed = Asyncio.toThread(() -> newKeys("renewed"));
    var options = HttpOptions.defaults().tls(TlsOptions.of(keys::get));
    try (var server = Http.start(rq -> Response.text("ok"), "127.0.0.1", 0, options);
        var client = new HttpClient(ClientOptions.defaults().tls(TestKeys.client()))) {
      var url = "https://localhost:" + server.port() + "/";
      assertThat(client.get(url).send().text()).isEqualTo("ok");
      var before = TlsContexts.insecureClient();
      var shownBefore = shown(server, before, "localhost");
      assertThat(shownBefore).doesNotContain("renewed");

      keys.set(renewed);

      assertThat(shown(server, before, "renewed")).isEqualTo("CN=renewed");
      assertThat(shown(server, before, "localhost")).isEqualTo("CN=renewed"); // not resumed
      assertThat(client.get(url).send().text()).isEqualTo("ok"); // on its old connection
      assertThat(client.statistics().connections()).isEqualTo(1);
      try (var other = new HttpClient(ClientOptions.defaults().tls(TestKeys.client()))) {
        assertThatThrownBy(() -> other.get(url).send()).isInstanceOf(IOException.class);
      }
    }
  }

  @OnEachRuntime
  void severalHosts_eachShowTheirOwnCertificate() throws Exception {
    var keys = Asyncio.toThread(() -> newKeys("one.example", "two.example"));
    try (var server =
        Http.start(
            new Hosts().host("one.example", rq -> Response.text("one")),
            "127.0.0.1",
            0,
            HttpOptions.defaults().tls(keys))) {
      var trusting = TlsContexts.insecureClient();
      for (var name : Arrays.asList("one.example", "two.example", "one.example")) {
        assertThat(shown(server, trusting, name)).isEqualTo("CN=" + name);
      }
    }
  }

  @OnEachRuntime
  void supplierThatFails_isReported_andTheServerGoesOn() throws Exception {
    var good = TestKeys.server();
    var fails = new boolean[] {true};
    var options =
        HttpOptions.defaults()
            .tls(
                TlsOptions.of(() -> {
                  if (fails[0]) {
                    throw new IllegalStateException("no keys");
                  }
                  return good;
                }));
    var errors = new ArrayList<String>();
    Asyncio.getRunningLoop()
        .setExceptionHandler((loop, error) -> errors.add(String.valueOf(error.exception())));
    try (var server = Http.start(rq -> Response.text("ok"), "127.0.0.1", 0, options);
        var client = new HttpClient(ClientOptions.defaults().tls(TestKeys.client()))) {
      var url = "https://localhost:" + server.port() + "/";
      assertThatThrownBy(() -> client.get(url).send()).isInstanceOf(IOException.class);
      assertThat(errors).hasSize(1).first().asString().contains("no keys");
      fails[0] = false;
      assertThat(client.get(url).send().text()).isEqualTo("ok");
    }
  }

  @OnEachRuntime
  void supplierThatFails_behindAProxy_isReported_andEndsTheConnection() throws Exception {
    var errors = new ArrayList<String>();
    Asyncio.getRunningLoop()
        .setExceptionHandler((loop, e) -> errors.add(e.message() + ": " + e.exception()));
    var options =
        HttpOptions.defaults()
            .proxyProtocol(true)
            .tls(
                TlsOptions.of(() -> {
                  throw new IllegalStateException("no keys");
                }));
    try (var server = Http.start(rq -> Response.text("ok"), "127.0.0.1", 0, options);
        var client = Streams.openConnection("127.0.0.1", server.port())) {
      client.writer().write("PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\n".getBytes(UTF_8));
      try {
        assertThat(client.reader().read()).isEmpty();
      } catch (IOException e) {
        // a reset is an end, too
      }
      assertThat(errors)
          .containsExactly(
              "TLS could not begin on a connection that a proxy has passed on:"
                  + " java.lang.IllegalStateException: no keys");
    }
  }
}
