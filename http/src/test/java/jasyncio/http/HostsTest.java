package jasyncio.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnEachRuntime;
import org.junit.jupiter.api.Test;

/// Several sites on one port.
class HostsTest {
  private static Handler named(String name) {
    return rq -> Response.text(name);
  }

  private static Hosts hosts() {
    return new Hosts()
        .host("example.com", named("site"))
        .host("API.example.com", named("api"))
        .host("*.example.com", named("any"))
        .host("*.deep.example.com", named("deep"))
        .host("[::1]", named("six"))
        .host("127.0.0.1", named("four"));
  }

  private static String ask(Hosts hosts, String host) throws Exception {
    try (var client = HttpClient.of(hosts)) {
      var response = client.get("http://x/").header("Host", host).send();
      return response.status() == 200 ? response.text() : "" + response.status();
    }
  }

  @OnEachRuntime
  void hosts_areToldApart() throws Exception {
    var hosts = hosts();
    assertThat(ask(hosts, "example.com")).isEqualTo("site");
    assertThat(ask(hosts, "EXAMPLE.com:8080")).isEqualTo("site");
    assertThat(ask(hosts, "example.com.")).isEqualTo("site");
    assertThat(ask(hosts, "api.example.com.:80")).isEqualTo("api");
    assertThat(ask(hosts, "www.example.com")).isEqualTo("any");
    assertThat(ask(hosts, "a.b.example.com")).isEqualTo("any");
    assertThat(ask(hosts, "x.api.example.com")).isEqualTo("any");
    assertThat(ask(hosts, "x.deep.example.com")).isEqualTo("deep");
    assertThat(ask(hosts, "deep.example.com")).isEqualTo("any");
    assertThat(ask(hosts, "[::1]:80")).isEqualTo("six");
    assertThat(ask(hosts, "[::1]")).isEqualTo("six");
    assertThat(ask(hosts, "127.0.0.1:80")).isEqualTo("four");
  }

  @AsyncTest
  void otherHosts_areMisdirected_unlessThereIsAnotherHandler() throws Exception {
    var hosts = hosts();
    for (var host : new String[] {"example.org", "badexample.com", ".example.com", "com", "::1"}) {
      assertThat(ask(hosts, host)).as(host).isIn("421", "400");
    }
    assertThat(ask(hosts, "example.org")).isEqualTo("421");
    assertThat(ask(hosts.otherwise(named("other")), "example.org")).isEqualTo("other");
  }

  @AsyncTest
  void testClient_leadsAddressesToTheirHosts() throws Exception {
    Handler tells =
        rq -> Response.text(rq.host() + " " + rq.target() + (rq.isSecure() ? " secure" : ""));
    var app =
        new Hosts()
            .host("test", named("test"))
            .host("api.example.com", tells)
            .host(
                "*.example.com",
                new Router()
                    .sse("/events", (rq, out) -> out.send(rq.host() + " " + rq.isSecure()))
                    .webSocket("/ws", ws -> ws.send(ws.request().host())));
    var client = app.test();
    assertThat(client.get("/x").send().expect(200).text()).isEqualTo("test");
    assertThat(client.get("http://api.example.com/a/b?c=d#e").send().expect(200).text())
        .isEqualTo("api.example.com /a/b?c=d");
    assertThat(client.post("HTTPS://API.example.com:8443").send().expect(200).text())
        .isEqualTo("api.example.com:8443 / secure");
    client.get("http://example.org/").send().expect(421);
    try (var events = client.events("https://www.example.com/events")) {
      assertThat(events.next().data()).isEqualTo("www.example.com true");
    }
    try (var ws = client.webSocket("ws://www.example.com/ws")) {
      assertThat(ws.receive().text()).isEqualTo("www.example.com");
    }
    for (var wrong : new String[] {"", "x", "example.com/x", "ftp://example.com/", "*"}) {
      assertThatThrownBy(() -> client.get(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("http://example.com/notes");
    }
  }

  @Test
  void wrongNames_areRefused() {
    for (var name : new String[] {"", "*.", "*", "a:80", "a.*.b", "a b", "http://a", "*.*.a"}) {
      assertThatThrownBy(() -> new Hosts().host(name, named("")))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> hosts().host("Example.com", named("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("already");
  }
}
