package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.net.TlsOptions;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Requests and WebSockets by way of proxies, and which proxies the environment names.
class ClientProxyTest {
  /// A proxy that tunnels, and otherwise tells what it was asked.
  private static final class Proxy implements AutoCloseable {
    final List<String> heads = new ArrayList<>();
    private final Set<Task<?>> tasks = new LinkedHashSet<>();
    private final Server server;

    Proxy(boolean tls) throws Exception {
      var options = ServerOptions.defaults();
      server =
          Streams.startServer(
              this::serve, "127.0.0.1", 0, tls ? options.tls(TestKeys.server()) : options);
    }

    private void serve(StreamReader reader, StreamWriter writer) throws IOException {
      var own = Asyncio.currentTask();
      tasks.add(own);
      try (writer) {
        var head = new String(reader.readuntil("\r\n\r\n".getBytes(ISO_8859_1)), ISO_8859_1);
        heads.add(head.substring(0, head.indexOf("\r\n")));
        if (!head.startsWith("CONNECT ")) {
          say(writer, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nproxy");
          return;
        }
        var authority = head.split(" ", 3)[1];
        int port = Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1));
        try (var there = Streams.openConnection("127.0.0.1", port)) {
          say(writer, "HTTP/1.1 200 OK\r\n\r\n");
          relay(reader, writer, there);
        }
      } catch (IOException e) {
        // one of them has gone
      } finally {
        tasks.remove(own);
      }
    }

    private static void relay(StreamReader reader, StreamWriter writer, StreamConnection there)
        throws IOException {
      var back =
          Asyncio.createTask(() -> {
            copy(there.reader(), writer);
            writer.close(); // with the server's end
            return null;
          });
      try {
        copy(reader, there.writer());
      } finally {
        back.cancel();
        Asyncio.wait(List.of(back));
      }
    }

    private static void copy(StreamReader from, StreamWriter to) throws IOException {
      for (var data = from.read(65_536); data.length > 0; data = from.read(65_536)) {
        to.write(data);
        to.drain();
      }
    }

    private static void say(StreamWriter writer, String text) throws IOException {
      writer.write(text.getBytes(ISO_8859_1));
      writer.drain();
    }

    ClientProxy proxy(boolean tls) {
      return ClientProxy.of("localhost", server.port()).tls(tls);
    }

    @Override
    public void close() {
      server.close();
      for (var task : List.copyOf(tasks)) {
        task.cancel();
        try {
          task.await();
        } catch (CancelledError e) {
          // as it should
        }
      }
    }
  }

  private static Handler app() {
    return new Router()
        .get("/", rq -> Response.text("server " + rq.isSecure()))
        .webSocket("/echo", ws -> ws.send(ws.receive().text() + " " + ws.request().isSecure()));
  }

  private static HttpServer start(boolean tls) throws Exception {
    var options = HttpOptions.defaults();
    return Http.start(app(), "127.0.0.1", 0, tls ? options.tls(TestKeys.server()) : options);
  }

  // ---- TLS to the proxy -------------------------------------------------------------------------

  @OnEachRuntime
  void tlsToTheProxy_forPlainAddresses() throws Exception {
    try (var proxy = new Proxy(true);
        var client =
            new HttpClient(
                ClientOptions.defaults().tls(TestKeys.client()).proxy(proxy.proxy(true)))) {
      assertThat(client.get("http://some.site/a").send().text()).isEqualTo("proxy");
      assertThat(proxy.heads).containsExactly("GET http://some.site/a HTTP/1.1");
    }
  }

  @OnEachRuntime
  void tlsToTheProxy_andTlsToTheServerInside() throws Exception {
    try (var proxy = new Proxy(true);
        var server = start(true);
        var client =
            new HttpClient(
                ClientOptions.defaults().tls(TestKeys.client()).proxy(proxy.proxy(true)))) {
      var url = "https://localhost:" + server.port() + "/";
      assertThat(client.get(url).send().text()).isEqualTo("server true");
      assertThat(client.get(url).send().text()).isEqualTo("server true");
      assertThat(proxy.heads)
          .containsExactly("CONNECT localhost:%d HTTP/1.1".formatted(server.port()));
    }
  }

  @OnEachRuntime
  void proxyWithoutTrust_isNotSpokenTo() throws Exception {
    try (var proxy = new Proxy(true);
        var client =
            new HttpClient(
                ClientOptions.defaults()
                    .tls(TlsOptions.of(TestKeys.client()))
                    .proxy(ClientProxy.of("127.0.0.2", proxy.server.port()).tls(true)))) {
      assertThatThrownBy(() -> client.get("http://some.site/").send())
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> client.get("https://some.site/").send())
          .isInstanceOf(IOException.class);
      assertThat(proxy.heads).isEmpty();
      assertThat(client.statistics().connections()).isZero();
    }
  }

  // ---- WebSockets -------------------------------------------------------------------------------

  @OnEachRuntime
  void webSockets_goThroughATunnel_inAnyCase() throws Exception {
    for (boolean proxyTls : new boolean[] {false, true}) {
      for (boolean serverTls : new boolean[] {false, true}) {
        try (var proxy = new Proxy(proxyTls);
            var server = start(serverTls);
            var client =
                new HttpClient(
                    ClientOptions.defaults().tls(TestKeys.client()).proxy(proxy.proxy(proxyTls)))) {
          var url = (serverTls ? "wss" : "ws") + "://localhost:" + server.port() + "/echo";
          try (var ws = client.webSocket(url)) {
            ws.send("hello");
            assertThat(ws.receive().text()).isEqualTo("hello " + serverTls);
          }
          assertThat(proxy.heads).hasSize(1).first().asString().startsWith("CONNECT localhost:");
          assertThat(client.statistics().connections()).isZero();
        }
      }
    }
  }

  @OnEachRuntime
  void webSocket_hasHeadersAndCookiesOfTheClient() throws Exception {
    var seen = new ArrayList<String>();
    Handler login = rq -> Response.empty(204).cookie(Cookie.of("session", "1"));
    Handler asked =
        rq -> {
          seen.add(rq.cookie("session") + " " + rq.header("X-Common") + " " + rq.header("X-Own"));
          return WebSocketServer.accept(
              rq, WebSocketOptions.defaults(), ws -> ws.send(ws.receive().text()));
        };
    try (var server =
            Http.start(new Router().get("/login", login).get("/ws", asked), "127.0.0.1", 0);
        var client =
            new HttpClient(
                ClientOptions.defaults()
                    .headers(Headers.of("X-Common", "a", "X-Own", "not this"))
                    .cookies(new CookieJar()))) {
      var host = "://127.0.0.1:" + server.port();
      client.get("http" + host + "/login").send();
      var options = WebSocketOptions.defaults().headers(Headers.of("X-Own", "b"));
      try (var ws = client.webSocket("ws" + host + "/ws", options)) {
        ws.send("x");
        assertThat(ws.receive().text()).isEqualTo("x");
      }
      assertThat(seen).containsExactly("1 a b");
    }
  }

  @OnEachRuntime
  void webSocket_toWhatIsNone_leavesNothing() throws Exception {
    try (var server = start(false);
        var client = new HttpClient()) {
      var url = "ws://127.0.0.1:" + server.port() + "/";
      assertThatThrownBy(() -> client.webSocket(url))
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class, e -> assertThat(e.status()).isEqualTo(200));
      for (var wrong : new String[] {"http://x/", "ws:///", "ws://x/#f", "ws://u@x/"}) {
        assertThatThrownBy(() -> client.webSocket(wrong))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  // ---- the environment --------------------------------------------------------------------------

  private static String chosen(Map<String, String> environment, String url) {
    var proxy = new EnvironmentProxies(environment).proxyFor(URI.create(url));
    return proxy == null
        ? "none"
        : (proxy.tls() ? "https " : "http ") + proxy.host() + " " + proxy.port();
  }

  @Test
  void variables_areForTheirSchemes() {
    var both = Map.of("http_proxy", "http://a:1", "https_proxy", "http://b:2");
    assertThat(chosen(both, "http://x/")).isEqualTo("http a 1");
    assertThat(chosen(both, "https://x/")).isEqualTo("http b 2");
    assertThat(chosen(Map.of("all_proxy", "c:3"), "http://x/")).isEqualTo("http c 3");
    assertThat(chosen(Map.of("ALL_PROXY", "c:3", "https_proxy", "b:2"), "https://x/"))
        .isEqualTo("http b 2");
    assertThat(chosen(Map.of("https_proxy", "b:2"), "http://x/")).isEqualTo("none");
    assertThat(chosen(Map.of(), "http://x/")).isEqualTo("none");
    assertThat(chosen(Map.of("http_proxy", ""), "http://x/")).isEqualTo("none");
  }

  @Test
  void smallLetters_goBeforeCapitals_andCgiIsNotFooled() {
    assertThat(chosen(Map.of("HTTP_PROXY", "a:1"), "http://x/")).isEqualTo("http a 1");
    assertThat(chosen(Map.of("HTTP_PROXY", "a:1", "http_proxy", "b:2"), "http://x/"))
        .isEqualTo("http b 2");
    assertThat(chosen(Map.of("HTTP_PROXY", "a:1", "REQUEST_METHOD", "GET"), "http://x/"))
        .isEqualTo("none");
    assertThat(chosen(Map.of("http_proxy", "", "HTTP_PROXY", "a:1"), "http://x/"))
        .isEqualTo("none"); // switched off
  }

  @Test
  void value_isAnAddress() {
    assertThat(chosen(Map.of("http_proxy", "a"), "http://x/")).isEqualTo("http a 80");
    assertThat(chosen(Map.of("http_proxy", "HTTPS://a/"), "http://x/")).isEqualTo("https a 443");
    assertThat(chosen(Map.of("http_proxy", "http://[::1]:9/"), "http://x/"))
        .isEqualTo("http ::1 9");
    var proxy =
        new EnvironmentProxies(Map.of("http_proxy", "http://me%40b:p%3Aw+d@a:1"))
            .proxyFor(URI.create("http://x/"));
    assertThat(proxy).isEqualTo(ClientProxy.of("a", 1).credentials("me@b", "p:w+d"));
  }

  @Test
  void hostThatIsNone_isRefused_whereItIsWritten() {
    for (var host : new String[] {"", "http://proxy", "u:p@proxy", "proxy:80", "[::1]", "a b"}) {
      assertThatThrownBy(() -> ClientProxy.of(host, 3128))
          .as(host)
          .isInstanceOf(IllegalArgumentException.class);
    }
    ClientProxy.of("::1", 3128); // which is an address
  }

  @Test
  void valueThatIsNoProxy_isRefused_withoutBeingShown() {
    for (var value :
        new String[] {"socks5://u:secret@a:1", "http://secret@", "a:b", "a:99999", "://secret"}) {
      assertThatThrownBy(() -> new EnvironmentProxies(Map.of("http_proxy", value)))
          .as(value)
          .isInstanceOf(IllegalArgumentException.class)
          .extracting(Throwable::getMessage)
          .asString()
          .doesNotContain("secret");
    }
  }

  @Test
  void exceptions_areConnectedToDirectly() {
    record Case(String exceptions, String url, boolean direct) {}
    var cases =
        List.of(
            new Case("example.com", "http://example.com/", true),
            new Case("example.com", "http://www.EXAMPLE.com/", true),
            new Case("example.com", "http://badexample.com/", false),
            new Case("example.com", "http://example.com./", true),
            new Case(".example.com", "http://example.com/", true),
            new Case("*.example.com", "http://a.example.com/", true),
            new Case(" a , example.com ", "http://example.com/", true),
            new Case("a example.com", "http://example.com/", true),
            new Case("EXAMPLE.com:80", "http://example.com/", true),
            new Case("example.com:81", "http://example.com/", false),
            new Case("example.com:443", "https://example.com/", true),
            new Case("*", "http://anything/", true),
            new Case("", "http://anything/", false),
            new Case(",,", "http://anything/", false),
            new Case("10.0.0.0/8", "http://10.1.2.3/", true),
            new Case("10.0.0.0/8", "http://11.1.2.3/", false),
            new Case("10.0.0.0/8", "http://a10.0.0.1/", false),
            new Case("192.0.2.1", "http://192.0.2.1:99/", true),
            new Case("192.0.2.1:99", "http://192.0.2.1:99/", true),
            new Case("192.0.2.1:98", "http://192.0.2.1:99/", false),
            new Case("2.1", "http://192.0.2.1/", false),
            new Case("::1", "http://[::1]/", true),
            new Case("[::1]:80", "http://[::1]/", true),
            new Case("[::1]:81", "http://[::1]/", false),
            new Case("fd00::/8", "http://[fd12::1]/", true),
            new Case("fd00::/8", "http://[fe80::1]/", false));
    for (var each : cases) {
      var environment = new HashMap<String, String>(Map.of("all_proxy", "a:1"));
      environment.put("no_proxy", each.exceptions());
      assertThat(chosen(environment, each.url()))
          .as(each.toString())
          .isEqualTo(each.direct() ? "none" : "http a 1");
    }
  }

  @OnEachRuntime
  void proxies_areChosenForEachAddress() throws Exception {
    try (var proxy = new Proxy(false);
        var server = start(false);
        var client =
            new HttpClient(
                ClientOptions.defaults()
                    .proxies(
                        url -> url.getHost().equals("some.site") ? proxy.proxy(false) : null))) {
      assertThat(client.get("http://some.site/").send().text()).isEqualTo("proxy");
      assertThat(client.get("http://127.0.0.1:" + server.port() + "/").send().text())
          .isEqualTo("server false");
    }
  }

  @OnEachRuntime
  void proxy_isNotAskedByHttp2() throws Exception {
    var options =
        ClientOptions.defaults().proxy(ClientProxy.of("127.0.0.1", 1)).versions(HttpVersion.HTTP_2);
    try (var client = new HttpClient(options)) {
      assertThatThrownBy(() -> client.get("http://x/").send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("a proxy is asked by HTTP/1.1");
    }
  }
}
