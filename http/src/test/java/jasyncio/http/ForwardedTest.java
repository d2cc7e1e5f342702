package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnEachRuntime;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What proxies say about their clients, believed or not.
class ForwardedTest {
  private static final Handler WHO =
      rq -> Response.text(rq.remoteAddress() + " " + rq.isSecure() + " " + rq.host());

  private static String ask(Forwarded forwarded, String... headers) throws Exception {
    try (var server = Http.start(WHO.with(forwarded), "127.0.0.1", 0);
        var client = new HttpClient()) {
      var request = client.get("http://127.0.0.1:" + server.port() + "/").header("Host", "own");
      for (int i = 0; i < headers.length; i += 2) {
        request = request.addHeader(headers[i], headers[i + 1]);
      }
      return request.send().text().replaceFirst("^/127.0.0.1:\\d+ ", "direct ");
    }
  }

  private static String standard(String... values) throws Exception {
    var headers = new String[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      headers[2 * i] = "Forwarded";
      headers[2 * i + 1] = values[i];
    }
    return ask(Forwarded.trust("127.0.0.1", "10.0.0.0/8", "2001:db8::/32"), headers);
  }

  @OnEachRuntime
  void standardHeader_isBelieved() throws Exception {
    assertThat(standard("for=192.0.2.1;proto=https;host=example.org"))
        .isEqualTo("/192.0.2.1:0 true example.org");
    assertThat(standard("For=\"192.0.2.1:4711\"; Proto=http"))
        .isEqualTo("/192.0.2.1:4711 false own");
    assertThat(standard("for=\"[2001:db9::1]:80\";host=\"example.org:8080\""))
        .isEqualTo("/[2001:db9:0:0:0:0:0:1]:80 false example.org:8080");
  }

  @AsyncTest
  void ofSeveralHops_theFirstThatIsNotTrustedCounts_fromTheEndOn() throws Exception {
    assertThat(standard("for=1.1.1.1, for=192.0.2.1;proto=https, for=10.1.2.3"))
        .isEqualTo("/192.0.2.1:0 true own");
    assertThat(standard("for=1.1.1.1", "for=192.0.2.1;host=a, for=10.1.2.3;host=b"))
        .isEqualTo("/192.0.2.1:0 false a");
    assertThat(standard("for=10.0.0.1, for=\"[2001:db8::7]\"")).isEqualTo("/10.0.0.1:0 false own");
    assertThat(standard("for=1.1.1.1;proto=https, for=\"a,b;c=\\\"d\", for=10.1.1.1"))
        .isEqualTo("null false own");
  }

  @AsyncTest
  void hiddenClient_isNobody() throws Exception {
    assertThat(standard("for=1.1.1.1, for=unknown;proto=https")).isEqualTo("null true own");
    assertThat(standard("for=_secret")).isEqualTo("null false own");
    assertThat(standard("proto=https")).isEqualTo("null true own");
  }

  @AsyncTest
  void nonsense_isNotBelieved() throws Exception {
    assertThat(standard("")).isEqualTo("null false own");
    assertThat(standard("for=1.2.3")).isEqualTo("null false own");
    assertThat(standard("for=\"[::1\"")).isEqualTo("null false own");
    assertThat(standard("for=\"[::1]x:80\"")).isEqualTo("null false own");
    assertThat(standard("for=1.2.3.4:70000")).isEqualTo("null false own");
    assertThat(standard("for=1.2.3.4;host=\"a b\"")).isEqualTo("/1.2.3.4:0 false own");
    assertThat(standard("for=1.2.3.4;host=\"a/../b\"")).isEqualTo("/1.2.3.4:0 false own");
  }

  @AsyncTest
  void headersOfOthers_areNotLookedAt() throws Exception {
    var other = Forwarded.trust("10.0.0.0/8");
    assertThat(ask(other, "Forwarded", "for=1.1.1.1;proto=https")).isEqualTo("direct false own");
    assertThat(standard()).isEqualTo("direct false own");
    assertThat(ask(Forwarded.trust("127.0.0.1"), "X-Forwarded-For", "1.1.1.1"))
        .isEqualTo("direct false own");
    assertThat(ask(Forwarded.trustX("127.0.0.1"), "Forwarded", "for=1.1.1.1"))
        .isEqualTo("direct false own");
  }

  @OnEachRuntime
  void commonHeaders_areBelieved() throws Exception {
    var trust = Forwarded.trustX("127.0.0.0/8");
    assertThat(
            ask(
                trust,
                "X-Forwarded-For",
                "6.6.6.6, 192.0.2.1, 127.0.0.9",
                "X-Forwarded-Proto",
                "http, https",
                "X-Forwarded-Host",
                "example.org"))
        .isEqualTo("/192.0.2.1:0 true example.org");
    assertThat(ask(trust, "X-Forwarded-For", "2001:db8::1")).startsWith("/[2001:db8:");
    assertThat(ask(trust, "X-Forwarded-For", "[2001:db8::1]:7")).contains(":7 false own");
    assertThat(ask(trust, "X-Forwarded-For", "1.1.1.1", "X-Forwarded-For", "2.2.2.2"))
        .startsWith("/2.2.2.2:0");
  }

  @AsyncTest
  void unixSocket_canBeTrusted(@TempDir Path folder) throws Exception {
    for (boolean trusted : new boolean[] {true, false}) {
      var app = WHO.with(Forwarded.trust(trusted ? "unix" : "127.0.0.1"));
      try (var _ = Http.start(app, folder.resolve("s"));
          var client = new HttpClient(ClientOptions.defaults().unixSocket(folder.resolve("s")))) {
        var answer = client.get("http://own/").header("Forwarded", "for=1.1.1.1").send().text();
        assertThat(answer).isEqualTo((trusted ? "/1.1.1.1:0" : "") + " false own");
      }
    }
  }

  @Test
  void wrongProxies_areRefused() {
    for (var proxy : new String[] {"", "localhost", "10.0.0.0/33", "10.0.0/8", "::1/129", "a/8"}) {
      assertThatThrownBy(() -> Forwarded.trust(proxy))
          .as(proxy)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + proxy + "'");
    }
  }

  @Test
  void noProxies_areRefused() {
    assertThatThrownBy(Forwarded::trust)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name the proxies");
    assertThatThrownBy(Forwarded::trustX).isInstanceOf(IllegalArgumentException.class);
  }
}
