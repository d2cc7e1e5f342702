package jasyncio.http;

import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.AsyncTest;
import jasyncio.testing.CancelEverywhere;
import jasyncio.testing.CancelEverywhere.Way;
import jasyncio.testing.Checkpoints;
import org.junit.jupiter.api.Test;

/// Cancelled at every moment, a request leaves no connection in an unknown state, and nobody
/// waiting.
class ClientCancelTest {
  /// What a task does with a client.
  private interface Use {
    void run(HttpClient client, String url) throws Exception;
  }

  /// Answers each request on a connection with its target, in pieces.
  private static ScriptedServer server() {
    return ScriptedServer.inMemory(peer -> {
      for (var head = peer.head(); !head.isEmpty(); head = peer.head()) {
        if (head.contains("Content-Length: 3")) {
          peer.body(3);
        }
        var target = head.split(" ", 3)[1];
        sleep(0.1);
        if (target.equals("/elsewhere")) {
          peer.say("HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n");
          continue;
        }
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: " + 2 * target.length() + "\r\n\r\n" + target);
        sleep(0.1);
        peer.say(target);
      }
    });
  }

  private static void check(ClientOptions options, Use victim) {
    CancelEverywhere.of(
            scenario -> {
              var server = server();
              var client = server.client(options);
              scenario.victim(() -> victim.run(client, server.url("/victim")));
              scenario.other(() -> {
                var body = client.get(server.url("/other")).send().text();
                assertThat(body).isEqualTo("/other/other");
              });
              scenario.other(() -> {
                sleep(0.05);
                var body = client.get(server.url("/third")).send().text();
                assertThat(body).isEqualTo("/third/third");
              });
              scenario.invariant(() -> {
                sleep(3);
                var now = client.statistics();
                assertThat(now.waiting()).isZero();
                assertThat(now.idle()).isEqualTo(now.connections());
                // what is kept is in a known state
                for (int i = 0; i < 3; i++) {
                  var text = client.get(server.url("/after" + i)).send().text();
                  assertThat(text).isEqualTo(("/after" + i).repeat(2));
                }
                assertThat(client.statistics().connections()).isLessThanOrEqualTo(2);
                client.close();
                server.close();
              });
            })
        .ways(Way.ONCE, Way.TWICE, Way.AGAIN, Way.TIME_OUT, Way.GO_ON)
        .check();
  }

  private static void check(Use victim) {
    check(ClientOptions.defaults(), victim);
    check(ClientOptions.defaults().maxConnections(1), victim);
  }

  @Test
  void send() {
    check((client, url) -> client.get(url).send());
  }

  @Test
  void send_twice() {
    check((client, url) -> {
      client.get(url).send();
      client.get(url).send();
    });
  }

  @Test
  void send_withTimeout() {
    check((client, url) -> client.get(url).timeout(100).send());
  }

  @Test
  void open_andRead() {
    check((client, url) -> {
      try (var response = client.get(url).open()) {
        response.body().readexactly(1);
        sleep(0.05);
        assertThat(response.text()).isEqualTo("victim/victim");
      }
    });
  }

  @Test
  void open_andLeave() {
    check((client, url) -> {
      try (var response = client.get(url).open()) {
        response.body().readexactly(1);
      }
    });
  }

  @Test
  void redirection() {
    check((client, url) -> client.get(url.replace("victim", "elsewhere")).send());
  }

  @Test
  void streamedRequest() {
    check((client, url) ->
        client
            .put(url)
            .body(
                "a/b",
                3,
                out -> {
                  out.write("a");
                  sleep(0.05);
                  out.write("bc");
                })
            .send());
  }

  @Test
  void expectContinue() {
    check((client, url) -> client.put(url).text("abc").expectContinue().send());
  }

  @Test
  void withTheServerOfThisModule() {
    CancelEverywhere.of(
            scenario -> {
              var client =
                  HttpClient.of(
                      rq -> {
                        sleep(0.1);
                        return Response.stream(out -> {
                          out.write(rq.bytes());
                          sleep(0.1);
                          out.write("end");
                        });
                      },
                      ClientOptions.defaults().maxConnections(1));
              scenario.victim(() -> client.post("http://x/").text("abc").send());
              scenario.other(() ->
                  assertThat(client.post("http://x/").text("abc").send().text())
                      .isEqualTo("abcend"));
              scenario.invariant(() -> {
                sleep(3);
                assertThat(client.post("http://x/").text("x").send().text()).isEqualTo("xend");
                client.close();
              });
            })
        .check();
  }

  /// Uses a client of a server in memory, on each moment of which nothing may be left.
  private static void checkLocal(Router app, Use victim) {
    app.get("/after", rq -> Response.text("after"));
    CancelEverywhere.of(
            scenario -> {
              var client = HttpClient.of(app);
              scenario.victim(() -> victim.run(client, "http://x/victim"));
              scenario.other(
                  () -> assertThat(client.get("http://x/after").send().text()).isEqualTo("after"));
              scenario.invariant(() -> {
                sleep(30);
                var now = client.statistics();
                assertThat(now.waiting()).isZero();
                assertThat(now.idle()).isEqualTo(now.connections());
                client.close();
              });
            })
        .ways(Way.ONCE, Way.TWICE, Way.AGAIN, Way.TIME_OUT, Way.GO_ON)
        .check();
  }

  @Test
  void events() {
    checkLocal(
        new Router()
            .sse(
                "/victim",
                (rq, out) -> {
                  out.send("one");
                  sleep(0.1);
                  out.send("two");
                }),
        (client, url) -> {
          try (var events = client.events(url)) {
            int count = 0;
            for (var _ : events) {
              count++;
            }
            assertThat(count).isEqualTo(2);
          }
        });
  }

  @Test
  void webSocket() {
    checkLocal(
        new Router()
            .webSocket(
                "/victim",
                ws -> {
                  for (var message : ws) {
                    sleep(0.1);
                    ws.send(message.text());
                  }
                }),
        (client, url) -> {
          try (var ws = client.webSocket(url.replace("http", "ws"))) {
            ws.send("x".repeat(200_000)); // which waits for room
            assertThat(ws.receive().text()).hasSize(200_000);
          }
        });
  }

  @Test
  void webSocket_throughATunnel() {
    CancelEverywhere.of(
            scenario -> {
              var server =
                  ScriptedServer.inMemory(peer -> {
                    peer.head();
                    sleep(0.1);
                    peer.say("HTTP/1.1 200 OK\r\n\r\n");
                    if (!peer.head().isEmpty()) {
                      sleep(0.1);
                      peer.say("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
                    }
                  });
              var client =
                  server.client(ClientOptions.defaults().proxy(ClientProxy.of("proxy", 80)));
              scenario.victim(() -> {
                try {
                  client.webSocket("ws://x/");
                } catch (WebSocketHandshakeException e) {
                  assertThat(e.status()).isEqualTo(403);
                }
              });
              scenario.invariant(() -> {
                sleep(3);
                assertThat(client.statistics().connections()).isZero();
                assertThat(server.open).isZero();
                client.close();
                server.close();
              });
            })
        .ways(Way.ONCE, Way.TWICE, Way.AGAIN, Way.TIME_OUT, Way.GO_ON)
        .check();
  }

  @Test
  void multipart() {
    checkLocal(
        new Router()
            .post(
                "/victim",
                rq -> {
                  long bytes = 0;
                  for (var part : rq.multipart()) {
                    bytes += part.bytes(1_000_000).length;
                  }
                  return Response.text("" + bytes);
                }),
        (client, url) -> {
          var form =
              new MultipartForm()
                  .field("a", "b")
                  .part(
                      "f",
                      "f",
                      "a/b",
                      -1,
                      out -> {
                        out.write("x".repeat(200_000));
                        sleep(0.1);
                        out.write("y");
                      });
          assertThat(client.post(url).multipart(form).send().text()).isEqualTo("200002");
        });
  }

  @Test
  void close() {
    CancelEverywhere.of(
            scenario -> {
              var server = server();
              var client = server.client();
              scenario.victim(() -> {
                sleep(0.15);
                client.close();
              });
              scenario.other(() -> {
                try {
                  client.get(server.url("/other")).send();
                } catch (HttpException e) {
                  return; // it was closed
                }
              });
              scenario.invariant(() -> {
                client.close();
                server.close();
              });
            })
        .check();
  }

  @AsyncTest
  void whatIsThere_isReadWithoutSuspending() throws Exception {
    try (var server = server();
        var client = server.client()) {
      Checkpoints.assertSuspends(() -> client.get(server.url("/")).send());
      try (var response = client.get(server.url("/")).open()) {
        sleep(1);
        assertThat(Checkpoints.assertDoesNotSuspend(response::bytes)).hasSize(2);
        Checkpoints.assertDoesNotSuspend(() -> response.close());
      }
      Checkpoints.assertSuspends(() -> client.close());
      Checkpoints.assertDoesNotSuspend(() -> client.close());
    }
  }
}
