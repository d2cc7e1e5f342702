package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.util.List;

/// Requests and responses on real sockets, with servers that say exactly what the test wants.
class HttpClientTest {
  record Item(String name, int count) {}

  /// Answers each request with what is said, on connections that are kept.
  private static ScriptedServer answering(String... responses) throws IOException {
    var next = new int[1];
    return ScriptedServer.start(peer -> {
      while (!peer.head().isEmpty()) {
        peer.say(responses[Math.min(next[0]++, responses.length - 1)]);
      }
    });
  }

  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello";

  // ---- the request ------------------------------------------------------------------------------

  @AsyncTest
  void get_sendsTheseBytes() throws Exception {
    try (var server = answering(OK);
        var client = server.client()) {
      var response = client.get(server.url("/a b?x=ä")).query("y", "1&2").send();
      assertThat(server.heads)
          .containsExactly(
              """
              GET /a%%20b?x=%%C3%%A4&y=1%%262 HTTP/1.1
              Host: 127.0.0.1:%d
              User-Agent: jasyncio
              Accept: */*
              Accept-Encoding: gzip, deflate

              """
                  .formatted(server.port()));
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.text()).isEqualTo("Hello");
      assertThat(response.header("content-length")).isEqualTo("5");
    }
  }

  @AsyncTest
  void post_sendsTheBody() throws Exception {
    var bodies = new java.util.ArrayList<String>();
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              bodies.add(peer.body(24));
              peer.ok("{\"name\":\"cup\",\"count\":2}");
            });
        var client = server.client()) {
      var response = client.post(server.url("/")).json(new Item("tea", 1)).send();
      assertThat(bodies).containsExactly("{\"name\":\"tea\",\"count\":1}");
      assertThat(response.json(Item.class)).isEqualTo(new Item("cup", 2));
      assertThat(server.heads.getFirst())
          .contains("\nContent-Type: application/json\n")
          .contains("\nContent-Length: 24\n");
    }
  }
}
