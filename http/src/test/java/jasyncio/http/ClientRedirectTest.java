package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Redirections, cookies and proxies.
@SuppressWarnings("StringConcatToTextBlock") // lines end as they do on the wire
class ClientRedirectTest {
  /// Redirects `/NNN` with that status to the location, and answers all else with what was asked.
  private static ScriptedServer redirecting(String location) {
    return ScriptedServer.inMemory(peer -> {
      for (var head = peer.head(); !head.isEmpty(); head = peer.head()) {
        var target = head.split(" ", 3)[1];
        int at = head.indexOf("Content-Length: ");
        var body =
            at < 0 ? "" : peer.body(Integer.parseInt(head.substring(at + 16).split("\n", 2)[0]));
        if (target.matches("/[0-9]{3}")) {
          peer.say(
              "HTTP/1.1 "
                  + target.substring(1)
                  + " Elsewhere\r\nContent-Length: 3\r\nLocation: "
                  + location
                  + "\r\n\r\nabc");
        } else {
          peer.ok(head.split("\n", 2)[0] + " " + body);
        }
      }
    });
  }

  @AsyncTest
  void redirections_changeTheMethod_asBrowsersDo() throws Exception {
    record Case(String method, int status, String then) {}
    for (var each :
        List.of(
            new Case("GET", 301, "GET /x HTTP/1.1 "),
            new Case("GET", 303, "GET /x HTTP/1.1 "),
            new Case("POST", 301, "GET /x HTTP/1.1 "),
            new Case("POST", 302, "GET /x HTTP/1.1 "),
            new Case("POST", 303, "GET /x HTTP/1.1 "),
            new Case("PUT", 302, "PUT /x HTTP/1.1 body"),
            new Case("PUT", 303, "GET /x HTTP/1.1 "),
            new Case("POST", 307, "POST /x HTTP/1.1 body"),
            new Case("POST", 308, "POST /x HTTP/1.1 body"),
            new Case("PUT", 307, "PUT /x HTTP/1.1 body"))) {
      try (var server = redirecting("/x");
          var client = server.client()) {
        var request =
            client
                .request(each.method, server.url("/" + each.status))
                .header("Repr-Digest", "sha-256=:AAAA:")
                .header("Cache-Control", "no-cache");
        var response = (each.method.equals("GET") ? request : request.text("body")).send();
        assertThat(response.text()).as(each.toString()).isEqualTo(each.then);
        assertThat(response.url()).hasToString(server.url("/x"));
        assertThat(server.connections).isEqualTo(1);
        assertThat(server.heads.getLast()).contains("Cache-Control: no-cache");
        if (!each.method.equals("GET") && each.then.startsWith("GET")) { // what was of the body
          assertThat(server.heads.getLast()).doesNotContain("Content-", "Repr-Digest");
        }
      }
    }
  }

  @AsyncTest
  void locations_areResolved() throws Exception {
    for (var each :
        List.of(
            List.of("y?a=b", "http://scripted/y?a=b#end"),
            List.of("http://scripted/y z#other", "http://scripted/y%20z#other"),
            List.of("//scripted:81/", "http://scripted:81/#end"),
            List.of("http://ann:secret@scripted/y", "http://scripted/y#end"))) {
      try (var server = redirecting(each.get(0));
          var client = server.client()) {
        assertThat(client.get(server.url("/302#end")).send().url()).hasToString(each.get(1));
        assertThat(server.heads.getLast()).doesNotContain("#", "Authorization");
      }
    }
  }

  @Test
  void locations_areResolved_asRfc3986Says() throws Exception {
    for (var each :
        List.of(
            "g http://a/b/c/g",
            "./g http://a/b/c/g",
            "g/ http://a/b/c/g/",
            "/g http://a/g",
            "//g http://g",
            "?y http://a/b/c/d;p?y",
            "g?y http://a/b/c/g?y",
            "#s http://a/b/c/d;p?q#s",
            ";x http://a/b/c/;x",
            " http://a/b/c/d;p?q",
            ". http://a/b/c/",
            ".. http://a/b/",
            "../g http://a/b/g",
            "../../../g http://a/g",
            "/./g http://a/g",
            "/../g http://a/g",
            "g/../h http://a/b/c/h",
            "g?y/../x http://a/b/c/g?y/../x")) {
      var parts = each.split(" ", -1);
      assertThat(Urls.resolve(URI.create("http://a/b/c/d;p?q"), parts[0]))
          .as(each)
          .hasToString(parts[1]);
    }
    var bare = URI.create("http://a#end");
    assertThat(Urls.resolve(bare, "x")).hasToString("http://a/x#end");
    assertThat(Urls.resolve(bare, ".evil/")).hasToString("http://a/.evil/#end");
    assertThat(Urls.resolve(bare, "?x")).hasToString("http://a/?x#end");
  }

  @Test
  void addresses_whoseHostIsNotWhatItSeems_areRefused() {
    try (var client = new HttpClient()) {
      for (var url :
          List.of(
              "http://good.c\u2100.example/", // a/c
              "http://good\uFF0Fx.example/",
              "http://good\uFF1Fx.example/",
              "http://ann:secret@my_host:80/",
              "http://ann@my_host/")) {
        assertThatThrownBy(() -> client.get(url), url).isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(client.get("http://b\u00FCcher.example/?u=http://b\u00FCcher.example/").url())
          .hasToString("http://xn--bcher-kva.example/?u=http://b%C3%BCcher.example/");
      assertThat(client.get("http://my_host/").url()).hasToString("http://my_host/");
    }
  }

  @Test
  void headersOfTheFraming_areNotCommonHeaders() {
    for (var name : List.of("Content-Length", "transfer-encoding", "Connection", "Expect")) {
      assertThatThrownBy(() -> ClientOptions.defaults().headers(Headers.of(name, "1")), name)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @AsyncTest
  void wrongLocations_areErrors() throws Exception {
    for (var location : List.of("ftp://x/", "http://", "http://[x/", "file:///etc/passwd")) {
      try (var server = redirecting(location);
          var client = server.client()) {
        assertThatThrownBy(() -> client.get(server.url("/302")).send(), location)
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("redirects to an address that cannot be asked");
      }
    }
  }

  @AsyncTest
  void tooManyRedirections_areAnError() throws Exception {
    try (var server = redirecting("/302");
        var client = server.client(ClientOptions.defaults().maxRedirects(3))) {
      assertThatThrownBy(() -> client.get(server.url("/302")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("redirected more than 3 times (maxRedirects)");
      assertThat(server.heads).hasSize(4);
      assertThat(client.get(server.url("/302")).maxRedirects(0).send().text()).isEqualTo("abc");
    }
  }

  @AsyncTest
  void redirectionWithoutLocation_isAResponse() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
            });
        var client = server.client()) {
      assertThat(client.get(server.url("/")).send().status()).isEqualTo(302);
    }
  }

  @AsyncTest
  void credentials_areNotSentElsewhere() throws Exception {
    for (var location : List.of("/x", "http://other/x", "http://scripted:81/x")) {
      try (var server = redirecting(location);
          var client = server.client()) {
        client.get(server.url("/302")).bearer("secret").header("Cookie", "a=b").send();
        assertThat(server.heads.getLast().contains("secret")).isEqualTo(location.equals("/x"));
        assertThat(server.heads.getLast().contains("a=b")).isEqualTo(location.equals("/x"));
      }
    }
  }

  @AsyncTest
  void redirectionToPlain_isRefused() throws Exception {
    try (var server = redirecting("http://scripted/x")) {
      try (var client = server.client()) {
        assertThatThrownBy(() -> client.get("https://scripted/302").send())
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("from https to http://scripted/x");
      }
      try (var client = server.client(ClientOptions.defaults().redirectsToPlain(true))) {
        assertThat(client.get("https://scripted/302").send().status()).isEqualTo(200);
      }
    }
  }

  @AsyncTest
  void bodyThatIsWrittenOnce_isNotSentAgain() throws Exception {
    try (var server = redirecting("/x");
        var client = server.client()) {
      assertThatThrownBy(
              () -> client.put(server.url("/307")).body("a/b", 3, out -> out.write("abc")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("written only once");
    }
  }

  // ---- cookies ----------------------------------------------------------------------------------

  private static final URI SITE = URI.create("http://www.example.org/a/b");
  private static final URI SECURE = URI.create("https://www.example.org/a/b");

  private static CookieJar jar(URI url, String... setCookies) {
    var jar = new CookieJar();
    for (var each : setCookies) {
      jar.store(url, Headers.of("Set-Cookie", each));
    }
    return jar;
  }

  @AsyncTest
  void cookies_areSentWithLaterRequests_ifWanted() throws Exception {
    for (boolean wanted : new boolean[] {true, false}) {
      try (var server =
              ScriptedServer.inMemory(peer -> {
                while (!peer.head().isEmpty()) {
                  peer.say(
                      "HTTP/1.1 302 Found\r\nSet-Cookie: a=1; HttpOnly\r\nSet-Cookie: b=2\r\n"
                          + "Location: /\r\nContent-Length: 0\r\n\r\n");
                }
              });
          var client =
              server.client(ClientOptions.defaults().cookies(wanted ? new CookieJar() : null))) {
        assertThatThrownBy(() -> client.get(server.url("/")).maxRedirects(1).send())
            .isInstanceOf(HttpException.class);
        assertThat(server.heads.getFirst()).doesNotContain("Cookie");
        assertThat(server.heads.getLast().contains("\nCookie: a=1; b=2\n")).isEqualTo(wanted);
      }
    }
  }

  @AsyncTest
  void cookie_isForItsHostAndPath() {
    var jar = jar(SITE, "a=1");
    assertThat(jar.header(SITE)).isEqualTo("a=1");
    assertThat(jar.header(SECURE)).isEqualTo("a=1");
    assertThat(jar.header(URI.create("http://www.example.org:8080/a"))).isEqualTo("a=1");
    assertThat(jar.header(URI.create("http://www.example.org/ab"))).isNull();
    assertThat(jar.header(URI.create("http://www.example.org/"))).isNull();
    assertThat(jar.header(URI.create("http://x.www.example.org/a/"))).isNull();
    assertThat(jar.header(URI.create("http://example.org/a/"))).isNull();
  }

  @AsyncTest
  void cookie_ofADomain_isForWhatIsBelow() {
    var jar = jar(SITE, "a=1; Domain=.Example.org; Path=/");
    assertThat(jar.header(URI.create("http://example.org/"))).isEqualTo("a=1");
    assertThat(jar.header(URI.create("http://x.y.example.org/"))).isEqualTo("a=1");
    assertThat(jar.header(URI.create("http://badexample.org/"))).isNull();
    for (var domain : List.of("other.org", "org", "x.www.example.org", "ample.org")) {
      assertThat(jar(SITE, "a=1; Domain=" + domain).size()).as(domain).isZero();
    }
    assertThat(jar(URI.create("http://127.0.0.1/"), "a=1; Domain=0.0.1").size()).isZero();
  }

  @AsyncTest
  void cookie_forTls_isForTlsAlone() {
    var jar = jar(SECURE, "a=1; Secure");
    assertThat(jar.header(SECURE)).isEqualTo("a=1");
    assertThat(jar.header(SITE)).isNull();
    assertThat(jar(SITE, "a=1; Secure").size()).isZero();
    assertThat(jar(SECURE, "__Secure-a=1").size()).isZero();
    assertThat(jar(SECURE, "__Host-a=1; Secure").size()).isZero();
    assertThat(jar(SECURE, "__Host-a=1; Secure; Path=/").size()).isEqualTo(1);
  }

  @Test
  void cookie_forTls_isNotReplacedByWhatCameInPlain() {
    var jar = jar(SECURE, "a=1; Secure; Domain=example.org; Path=/");
    for (var forged : List.of("a=2; Path=/", "a=2; Domain=example.org; Path=/", "a=2; Path=/x")) {
      jar.store(SITE, Headers.of("Set-Cookie", forged));
      assertThat(jar.header(SECURE)).as(forged).isEqualTo("a=1");
      assertThat(jar.size()).as(forged).isEqualTo(1);
    }
    jar.store(SITE, Headers.of("Set-Cookie", "b=2; Path=/"));
    jar.store(SECURE, Headers.of("Set-Cookie", "a=3; Domain=example.org; Path=/"));
    assertThat(jar.header(SITE)).isEqualTo("b=2; a=3");
  }

  @AsyncTest
  void cookie_isForgottenInTime() {
    assertThat(jar(SITE, "a=1; Max-Age=100", "a=2; Max-Age=0").size()).isZero();
    assertThat(jar(SITE, "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT").size()).isZero();
    assertThat(jar(SITE, "a=1; Expires=Sunday, 06-Nov-94 08:49:37 GMT").size()).isZero();
    assertThat(jar(SITE, "a=1; Expires=Sun Nov  6 08:49:37 1994").size()).isZero();
    assertThat(jar(SITE, "a=1; Expires=Sun, 06 Nov 2994 08:49:37 GMT").size()).isEqualTo(1);
    assertThat(jar(SITE, "a=1; Expires=whenever").size()).isEqualTo(1);
    assertThat(jar(SITE, "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=9").size())
        .isEqualTo(1);
  }

  @AsyncTest
  void cookie_ofTheSameName_replacesTheOther_unlessItIsElsewhere() {
    var jar = jar(SITE, "a=1; Path=/", "b=2; Path=/", "a=3; Path=/", "a=4; Path=/a");
    assertThat(jar.header(SITE)).isEqualTo("a=4; b=2; a=3");
    assertThat(jar.get(SITE, "a")).isEqualTo("4");
    jar.add(SITE, Cookie.of("c", "5").maxAge(Duration.ofHours(1)));
    assertThat(jar.get(SITE, "c")).isEqualTo("5");
    jar.clear();
    assertThat(jar.size()).isZero();
  }

  @AsyncTest
  void cookies_areNotKeptWithoutEnd() {
    var jar = new CookieJar();
    for (int i = 0; i < 200; i++) {
      jar.store(SITE, Headers.of("Set-Cookie", "c" + i + "=1"));
    }
    jar.store(SITE, Headers.of("Set-Cookie", "c=" + "x".repeat(5000)));
    assertThat(jar.size()).isEqualTo(50);
    assertThat(jar.get(SITE, "c199")).isEqualTo("1");
  }

  // ---- proxies ----------------------------------------------------------------------------------

  @AsyncTest
  void proxy_isSentTheWholeAddress() throws Exception {
    try (var server =
        ScriptedServer.inMemory(peer -> {
          while (!peer.head().isEmpty()) {
            peer.ok("");
          }
        })) {
      var hosts = new ArrayList<String>();
      var proxy =
          ClientProxy.of("proxy", 3128).credentials("ann", "secret").except("near", ".local");
      var options =
          ClientOptions.defaults()
              .proxy(proxy)
              .connector((protocol, host, port, how) -> {
                hosts.add(host + ":" + port);
                return server.connector().connect(protocol, host, port, how);
              });
      try (var client = new HttpClient(options)) {
        client.get("http://a/x?y=z#f").send();
        client.get("http://b/").send();
        client.get("http://near/").send();
        client.get("http://x.local/").send();
      }
      assertThat(hosts).containsExactly("proxy:3128", "near:80", "x.local:80");
      assertThat(server.heads.get(0))
          .startsWith("GET http://a/x?y=z HTTP/1.1\nHost: a\n")
          .contains("\nProxy-Authorization: Basic YW5uOnNlY3JldA==\n");
      assertThat(server.heads.get(1)).startsWith("GET http://b/ HTTP/1.1\nHost: b\n");
      assertThat(server.heads.get(2))
          .startsWith("GET / HTTP/1.1\nHost: near\n")
          .doesNotContain("Proxy");
      assertThat(proxy).asString().doesNotContain("secret");
    }
  }

  @AsyncTest
  void proxyThatRefusesATunnel_isTold() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 407 Who are you?\r\nContent-Length: 3\r\n\r\nno!");
              peer.awaitEnd();
            });
        var client = server.client(ClientOptions.defaults().proxy(ClientProxy.of("proxy", 3128)))) {
      assertThatThrownBy(() -> client.get("https://a/").send())
          .isInstanceOf(HttpException.class)
          .hasMessage("the proxy proxy:3128 refused a tunnel to a:443: status 407");
      assertThat(server.heads).containsExactly("CONNECT a:443 HTTP/1.1\nHost: a:443\n\n");
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void portOfTheScheme_isTheSameOriginAsNone() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              for (var head = peer.head(); !head.isEmpty(); head = peer.head()) {
                peer.say(
                    head.startsWith("GET /there")
                        ? "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 302 Found\r\nLocation: http://SCRIPTED/there\r\nContent-Length: 0\r\n\r\n");
              }
            });
        var client = server.client(ClientOptions.defaults().cookies(new CookieJar()))) {
      client.get("http://scripted:80/").header("Authorization", "secret").send();
      client.get("http://scripted:80/there").send();
      client.get("http://scripted/there").send();
      assertThat(server.connections).isEqualTo(1);
      assertThat(server.heads)
          .hasSize(4)
          .allSatisfy(head -> assertThat(head).contains("Host: scripted\n"));
      assertThat(server.heads.get(1)).contains("Authorization: secret\n");
      assertThat(server.heads.get(2)).contains("Cookie: a=1\n");
      assertThat(server.heads.get(3)).contains("Cookie: a=1\n");
    }
  }
}
