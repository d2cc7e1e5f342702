package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.util.List;

/// Requests and responses on real sockets, with servers that say exactly what the test wants.
@SuppressWarnings("StringConcatToTextBlock") // lines end as they do on the wire
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

  @AsyncTest
  void post_withoutABody_saysSo() throws Exception {
    try (var server = answering(OK);
        var client = server.client()) {
      client.post(server.url("/")).send();
      client.delete(server.url("/")).send();
      assertThat(server.heads.getFirst()).contains("\nContent-Length: 0\n");
      assertThat(server.heads.getLast()).startsWith("DELETE").doesNotContain("Content-Length");
    }
  }

  @AsyncTest
  void streamedBody_isSentInChunks() throws Exception {
    var body = new StringBuilder();
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              body.append(peer.body("3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n".length()));
              peer.ok("");
              peer.awaitEnd();
            });
        var client = server.client()) {
      var response =
          client
              .put(server.url("/"))
              .body(
                  "text/plain",
                  out -> {
                    out.write("abc");
                    sleep(0.01);
                    out.write("de");
                    out.trailer("X", "y");
                  })
              .send();
      assertThat(response.status()).isEqualTo(200);
      assertThat(body).hasToString("3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n");
      assertThat(client.statistics().idle()).isEqualTo(1);
    }
  }

  @AsyncTest
  void bodyOfAnotherLength_isAnError() throws Exception {
    try (var server = ScriptedServer.start(ScriptedServer.Peer::awaitEnd);
        var client = server.client()) {
      assertThatThrownBy(
              () -> client.put(server.url("/")).body("a/b", 5, out -> out.write("abc")).send())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has 3 bytes, and 5 were announced");
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void whatTheBodyThrows_isThrown() throws Exception {
    try (var server = ScriptedServer.start(ScriptedServer.Peer::awaitEnd);
        var client = server.client()) {
      var problem = new IOException("no such row");
      assertThatThrownBy(() ->
              client
                  .put(server.url("/"))
                  .body(
                      "a/b",
                      out -> {
                        throw problem;
                      })
                  .send())
          .isSameAs(problem);
    }
  }

  @AsyncTest
  void longBody_waitsForTheServer() throws Exception {
    var bytes = new byte[3_000_000];
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              sleep(0.1);
              peer.ok("" + peer.body(bytes.length).length());
            });
        var client = server.client()) {
      assertThat(client.put(server.url("/")).body("a/b", bytes).send().text()).isEqualTo("3000000");
    }
  }

  @AsyncTest
  void earlyAnswer_endsTheBody() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
              peer.awaitEnd();
            });
        var client = server.client()) {
      var response =
          client
              .put(server.url("/"))
              .body(
                  "a/b",
                  out -> {
                    while (true) {
                      out.write("x");
                      sleep(0.01);
                    }
                  })
              .send();
      assertThat(response.status()).isEqualTo(413);
      assertThat(response.text()).isEqualTo("no");
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void headers_ofTheClient_areThoseOfEachRequest() throws Exception {
    try (var server = answering(OK);
        var client =
            server.client(
                ClientOptions.defaults().headers(Headers.of("User-Agent", "me", "X", "1")))) {
      client.get(server.url("/")).header("X", "2").basicAuth("ann", "secret").send();
      assertThat(server.heads.getFirst())
          .contains("\nUser-Agent: me\n", "\nX: 2\n", "\nAuthorization: Basic YW5uOnNlY3JldA==\n")
          .doesNotContain("X: 1", "jasyncio");
    }
  }

  @AsyncTest
  void form_isEncoded() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.ok(peer.body("a=1+2&b=%C3%A4".length()));
            });
        var client = server.client()) {
      assertThat(client.post(server.url("/")).form("a", "1 2", "b", "ä").send().text())
          .isEqualTo("a=1+2&b=%C3%A4");
    }
  }

  @AsyncTest
  void wrongRequests_areRefusedAtOnce() {
    var client = new HttpClient();
    assertThatThrownBy(() -> client.get("ftp://x/")).hasMessageContaining("http://");
    assertThatThrownBy(() -> client.get("http:///x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> client.get("http://a:b@x/")).hasMessageContaining("basicAuth");
    assertThatThrownBy(() -> client.request("A B", "http://x/")).hasMessageContaining("method");
    var request = client.get("http://x/");
    assertThatThrownBy(() -> request.header("Content-Length", "1")).hasMessageContaining("length");
    assertThatThrownBy(() -> request.header("X", "a\r\nY: b")).hasMessageContaining("control");
    assertThatThrownBy(() -> request.timeout(0)).hasMessageContaining("positive");
    assertThat(client.get("http://user_1.example:8080/ü").url())
        .hasToString("http://user_1.example:8080/%C3%BC");
    assertThat(client.get("https://bücher.example/").url())
        .hasToString("https://xn--bcher-kva.example/");
  }

  // ---- the response -----------------------------------------------------------------------------

  @AsyncTest
  void chunkedBody_isRead_withItsTrailers() throws Exception {
    try (var server =
            answering(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nSum: 5\r\n\r\n");
        var client = server.client()) {
      var response = client.get(server.url("/")).send();
      assertThat(response.text()).isEqualTo("abcde");
      assertThat(response.trailers().get("Sum")).isEqualTo("5");
      assertThat(client.statistics().idle()).isEqualTo(1);
    }
  }

  @AsyncTest
  void responseByteByByte_isTheSame() throws Exception {
    var bytes =
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nSum: 5\r\n\r\n";
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              for (int i = 0; i < bytes.length(); i++) {
                peer.say(bytes.substring(i, i + 1));
                sleep(1);
              }
              peer.awaitEnd();
            });
        var client = server.client()) {
      var response = client.get(server.url("/")).send();
      assertThat(response.text()).isEqualTo("abc");
      assertThat(response.header("A")).isEqualTo("b");
      assertThat(response.trailers().get("Sum")).isEqualTo("5");
      assertThat(client.statistics().idle()).isEqualTo(1);
    }
  }

  @AsyncTest
  void bodyUntilTheEnd_isRead() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.say("HTTP/1.0 200 OK\r\n\r\nabc");
              sleep(0.01);
              peer.say("def");
            });
        var client = server.client()) {
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("abcdef");
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void responsesWithoutBody_endWithTheHead() throws Exception {
    try (var server =
            answering(
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                OK);
        var client = server.client()) {
      assertThat(client.head(server.url("/")).send().bytes()).isEmpty();
      assertThat(client.get(server.url("/")).send().status()).isEqualTo(204);
      assertThat(client.get(server.url("/")).send().status()).isEqualTo(304);
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("Hello");
      assertThat(server.connections).isEqualTo(1);
    }
  }

  @AsyncTest
  void brokenResponses_areToldApart() throws Exception {
    var wrong =
        List.of(
            "",
            "HELLO\r\n\r\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHell",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nHello",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nHello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHel",
            "HTTP/1.1 200 OK\nContent-Length: 5\n\nHello",
            "HTTP/1.1 200\r \r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA b: c\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\u0000c\r\nContent-Length: 0\r\n\r\n");
    for (var bytes : wrong) {
      try (var server =
              ScriptedServer.start(peer -> {
                peer.head();
                peer.say(bytes);
              });
          var client = server.client()) {
        assertThatThrownBy(() -> client.get(server.url("/")).send(), bytes)
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("GET http://127.0.0.1");
        assertThat(client.statistics().connections()).as(bytes).isZero();
      }
    }
  }

  @AsyncTest
  void longHead_isRefused() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\n");
              while (true) {
                peer.say("X-Filler: " + "x".repeat(100) + "\r\n");
              }
            });
        var client = server.client()) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("cannot be read");
    }
  }

  @AsyncTest
  void announcementsWithoutEnd_areRefused() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              while (true) {
                peer.say("HTTP/1.1 102 Processing\r\n\r\n");
              }
            });
        var client = server.client()) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("announcements");
    }
  }

  @AsyncTest
  void longBody_isRefused_andCanBeReadAsItComes() throws Exception {
    try (var server = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello");
        var client = server.client(ClientOptions.defaults().maxBody(4))) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("longer than 4 bytes");
      try (var response = client.get(server.url("/")).open()) {
        assertThat(response.length()).isEqualTo(5);
        assertThat(new String(response.body().read(), UTF_8)).isEqualTo("Hello");
      }
      assertThat(client.get(server.url("/")).maxBody(5).send().text()).isEqualTo("Hello");
    }
  }

  @AsyncTest
  void requireSuccess_tellsWhatWasAnswered() throws Exception {
    try (var server = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!", OK);
        var client = server.client()) {
      var response = client.get(server.url("/x")).send();
      assertThatThrownBy(response::requireSuccess)
          .isInstanceOf(StatusException.class)
          .hasMessage("GET " + server.url("/x") + " was answered 404: no!")
          .extracting(e -> ((StatusException) e).response())
          .isSameAs(response);
      assertThat(client.get(server.url("/x")).send().requireSuccess().status()).isEqualTo(200);
    }
  }

  @AsyncTest
  void streamedResponse_comesAsItIsSent_andNoMoreIsTakenThanIsRead() throws Exception {
    var sent = new int[1];
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
              for (; sent[0] < 100; sent[0]++) {
                peer.say(new byte[1_000_000]);
              }
            });
        var client = server.client()) {
      try (var response = client.get(server.url("/")).open()) {
        assertThat(response.body().readexactly(10)).hasSize(10);
        sleep(0.2);
        assertThat(sent[0]).isLessThan(50);
      }
      assertThat(client.statistics().connections()).isZero(); // too much is left
    }
  }

  @AsyncTest
  void littleRest_isDropped_andTheConnectionKept() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              while (!peer.head().isEmpty()) {
                peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
                sleep(0.01);
                peer.say("3\r\ndef\r\n0\r\n\r\n");
              }
            });
        var client = server.client(ClientOptions.defaults().maxConnections(1))) {
      try (var response = client.get(server.url("/")).open()) {
        assertThat(response.body().readexactly(1)).hasSize(1);
        response.close();
        assertThatThrownBy(() -> response.body().read()).hasMessageContaining("was closed");
      }
      assertThat(client.statistics().connections()).isEqualTo(1);
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("abcdef");
      assertThat(server.connections).isEqualTo(1);
    }
  }

  @AsyncTest
  void restThatDoesNotCome_isNotWaitedForLong() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
              peer.awaitEnd();
            });
        var client = server.client()) {
      client.get(server.url("/")).open().close();
      assertThat(client.statistics().connections()).isEqualTo(1);
      sleep(1.5);
      assertThat(client.statistics().connections()).isZero();
      assertThat(server.open).isZero();
    }
  }

  // ---- connections ------------------------------------------------------------------------------

  @AsyncTest
  void connection_isUsedAgain() throws Exception {
    try (var server = answering(OK);
        var client = server.client()) {
      for (int i = 0; i < 3; i++) {
        client.get(server.url("/")).send();
      }
      assertThat(server.connections).isEqualTo(1);
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(1, 1, 0, 3));
    }
  }

  @AsyncTest
  void connection_isNotUsedAgain_ifAnySideSaysSo() throws Exception {
    for (var bytes :
        List.of(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore")) {
      try (var server =
              ScriptedServer.start(peer -> {
                peer.head();
                peer.say(bytes);
                peer.awaitEnd();
              });
          var client = server.client()) {
        client.get(server.url("/")).send();
        client.get(server.url("/")).send();
        assertThat(server.connections).as(bytes).isEqualTo(2);
      }
    }
    try (var server = answering(OK);
        var client = server.client(ClientOptions.defaults().idleTime(java.time.Duration.ZERO))) {
      client.get(server.url("/")).send();
      client.get(server.url("/")).send();
      assertThat(server.connections).isEqualTo(2);
      assertThat(server.heads.getFirst()).contains("\nConnection: close\n");
    }
  }

  @AsyncTest
  void oldServer_thatStays_isUsedAgain() throws Exception {
    try (var server =
            answering("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
        var client = server.client()) {
      client.get(server.url("/")).send();
      client.get(server.url("/")).send();
      assertThat(server.connections).isEqualTo(1);
    }
  }

  @AsyncTest
  void idleConnection_endsInTime() throws Exception {
    for (var header : List.of("", "Keep-Alive: timeout=6, max=5\r\n")) {
      try (var server =
              ScriptedServer.inMemory(peer -> {
                peer.head();
                peer.say("HTTP/1.1 200 OK\r\n" + header + "Content-Length: 0\r\n\r\n");
                peer.awaitEnd();
              });
          var client = server.client()) {
        client.get(server.url("/")).send();
        sleep(header.isEmpty() ? 29 : 4.9);
        assertThat(client.statistics().idle()).as(header).isEqualTo(1);
        sleep(1.2);
        assertThat(client.statistics().connections()).as(header).isZero();
        assertThat(server.open).isZero();
      }
    }
  }

  @AsyncTest
  void idleConnection_thatTheServerEnds_isForgotten() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.ok("a");
              if (peer.number == 1) {
                sleep(0.05);
              } else {
                peer.awaitEnd();
              }
            });
        var client = server.client()) {
      client.get(server.url("/")).send();
      sleep(0.2);
      assertThat(client.statistics().connections()).isZero();
      client.post(server.url("/")).send(); // which would not be repeated
      assertThat(server.connections).isEqualTo(2);
    }
  }

  @AsyncTest
  void idleConnection_thatEndsWhileNobodyLooks_isNotUsed() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.ok("a");
              sleep(0.001);
            });
        var client = server.client()) {
      client.get(server.url("/")).send();
      sleep(0.05);
      client.post(server.url("/")).send();
      assertThat(server.connections).isEqualTo(2);
    }
  }

  @AsyncTest
  void unaskedBytes_endTheConnection() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.ok("a");
              sleep(1);
              peer.say("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n");
              peer.awaitEnd();
            });
        var client = server.client()) {
      client.get(server.url("/")).send();
      sleep(2);
      assertThat(client.statistics().connections()).isZero();
    }
  }

  // ---- repetition -------------------------------------------------------------------------------

  /// Answers the first request of the first connection, and ends that at the second.
  private static ScriptedServer dyingOnce() throws IOException {
    return ScriptedServer.start(peer -> {
      peer.head();
      peer.ok("" + peer.number);
      if (peer.number == 1) {
        peer.head();
        peer.reset();
      }
      peer.awaitEnd();
    });
  }

  @AsyncTest
  void requestOnADeadConnection_isRepeated() throws Exception {
    try (var server = dyingOnce();
        var client = server.client()) {
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("1");
      assertThat(client.put(server.url("/")).text("").send().text()).isEqualTo("2");
      assertThat(client.statistics().requests()).isEqualTo(3);
    }
  }

  @AsyncTest
  void requestThatIsNotIdempotent_isNotRepeated() throws Exception {
    try (var server = dyingOnce();
        var client = server.client()) {
      client.get(server.url("/")).send();
      assertThatThrownBy(() -> client.post(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("closed the connection before it answered POST");
      assertThat(server.connections).isEqualTo(1);
    }
  }

  @AsyncTest
  void requestOnANewConnection_isNotRepeated() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              peer.head();
              peer.reset();
            });
        var client = server.client()) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("before it answered");
      assertThat(server.connections).isEqualTo(1);
    }
  }

  @AsyncTest
  void repetition_canBeSwitchedOff() throws Exception {
    try (var server = dyingOnce();
        var client = server.client(ClientOptions.defaults().retries(false))) {
      client.get(server.url("/")).send();
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class);
    }
  }

  // ---- 100 Continue -----------------------------------------------------------------------------

  @AsyncTest
  void body_isSent_alsoIfTheResponseBeginsAlongWithTheAsking() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
              peer.say(peer.body(3));
            });
        var client = server.client()) {
      var response = client.put(server.url("/")).text("abc").expectContinue().send();
      assertThat(response.text()).isEqualTo("abc");
    }
  }

  @AsyncTest
  void body_isSentWhenItIsWanted() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              var head = peer.head();
              sleep(0.5);
              peer.say("HTTP/1.1 100 Continue\r\n\r\n");
              peer.ok(head.contains("\nExpect: 100-continue\n") + peer.body(3));
              peer.awaitEnd();
            });
        var client = server.client()) {
      var response = client.put(server.url("/")).text("abc").expectContinue().send();
      assertThat(response.text()).isEqualTo("trueabc");
      assertThat(client.statistics().idle()).isEqualTo(1);
    }
  }

  @AsyncTest
  void body_isSentAfterASecond() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.ok(peer.body(3));
              peer.awaitEnd();
            });
        var client = server.client()) {
      var loop = jasyncio.Asyncio.getRunningLoop();
      double before = loop.time();
      client.put(server.url("/")).text("abc").expectContinue().send();
      assertThat(loop.time() - before).isEqualTo(1);
    }
  }

  @AsyncTest
  void body_isNotSentWhenItIsNotWanted() throws Exception {
    var rest = new StringBuilder();
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
              rest.append(new String(peer.connection().reader().read(), UTF_8));
            });
        var client = server.client()) {
      var response = client.put(server.url("/")).text("abc").expectContinue().send();
      assertThat(response.status()).isEqualTo(401);
      assertThat(client.statistics().connections()).isZero();
      sleep(2);
      assertThat(rest).isEmpty();
    }
  }

  @AsyncTest
  void expectation_thatIsNotKnown_isLeftOut() throws Exception {
    try (var server =
            ScriptedServer.start(peer -> {
              if (peer.head().contains("Expect")) {
                peer.say("HTTP/1.1 417 What\r\nContent-Length: 0\r\n\r\n");
              } else {
                peer.ok(peer.body(3));
              }
            });
        var client = server.client()) {
      var response = client.post(server.url("/")).text("abc").expectContinue().send();
      assertThat(response.text()).isEqualTo("abc");
    }
  }

  // ---- the client -------------------------------------------------------------------------------

  @AsyncTest
  void close_endsWhatIsUnderWay() throws Exception {
    try (var server = ScriptedServer.start(ScriptedServer.Peer::awaitEnd)) {
      var client = server.client();
      var request = createTask(() -> client.get(server.url("/")).send());
      while (server.open == 0) {
        sleep(0.01);
      }
      client.close();
      client.close();
      assertThatThrownBy(request::await)
          .isInstanceOf(HttpException.class)
          .hasMessage("the client was closed");
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessage("the client is closed");
    }
  }

  @AsyncTest
  void cancelledRequest_closesItsConnection() throws Exception {
    try (var server = ScriptedServer.start(ScriptedServer.Peer::awaitEnd);
        var client = server.client()) {
      var request = createTask(() -> client.get(server.url("/")).send());
      while (server.open == 0) {
        sleep(0.01);
      }
      request.cancel();
      assertThatThrownBy(request::await).isInstanceOf(CancelledError.class);
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void refusedConnection_isWhatItIs() throws Exception {
    int port;
    try (var server = answering(OK)) {
      port = server.port();
    }
    try (var client = new HttpClient()) {
      assertThatThrownBy(() -> client.get("http://127.0.0.1:" + port).send())
          .isInstanceOf(java.net.ConnectException.class);
      assertThat(client.statistics().connections()).isZero();
    }
  }
}
