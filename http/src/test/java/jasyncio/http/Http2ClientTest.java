package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.net.ExtraInfo;
import jasyncio.net.ServerOptions;
import jasyncio.net.TlsOptions;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The client by HTTP/2: with this module's server, and with one that says what a test wants.
class Http2ClientTest {
  private static final ClientOptions HTTP_2 = ClientOptions.defaults().versions(HttpVersion.HTTP_2);
  private static final String URL = "http://server/";

  private final List<String> steps = new ArrayList<>();

  private static HttpClient client(Handler handler) {
    return HttpClient.of(handler, HTTP_2);
  }

  private static List<Task<ClientResponse>> sendAll(HttpClient client, int count) {
    var tasks = new ArrayList<Task<ClientResponse>>();
    for (int i = 0; i < count; i++) {
      var url = URL + i;
      tasks.add(createTask(() -> client.get(url).send()));
    }
    return tasks;
  }

  // ---- with this module's server ----------------------------------------------------------------

  @AsyncTest
  void requests_shareAConnection() throws Exception {
    try (var client =
        client(rq -> {
          sleep(1);
          return Response.text(rq.target() + " by " + rq.version());
        })) {
      double began = getRunningLoop().time();
      var tasks = sendAll(client, 50);
      for (int i = 0; i < 50; i++) {
        var response = tasks.get(i).await();
        assertThat(response.text()).isEqualTo("/" + i + " by HTTP/2");
        assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
      }
      assertThat(getRunningLoop().time() - began).isEqualTo(1);
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(1, 1, 0, 50));
    }
  }

  @AsyncTest
  void requests_haveWhatTheyHaveInHttp1() throws Exception {
    var router =
        new Router()
            .get("/from", rq -> Response.redirect("/to"))
            .get("/to", rq -> Response.text(rq.host() + rq.header("User-Agent")))
            .post("/read", rq -> Response.text(rq.text()))
            .post(
                "/trailers",
                rq ->
                    Response.stream(out -> {
                      out.write(rq.text());
                      out.trailer("Checksum", "7");
                    }));
    try (var client = client(router)) {
      assertThat(client.get(URL + "from").send().text()).isEqualTo("serverjasyncio");
      var head = client.head(URL + "to").send();
      assertThat(head.header("Content-Length")).isEqualTo("14");
      assertThat(head.bytes()).isEmpty();
      var response = client.post(URL + "trailers").text("body").send();
      assertThat(response.text()).isEqualTo("body");
      assertThat(response.trailers().get("checksum")).isEqualTo("7");
      double began = getRunningLoop().time();
      assertThat(client.post(URL + "read").expectContinue().text("asked").send().text())
          .isEqualTo("asked");
      assertThat(getRunningLoop().time()).as("it was asked").isEqualTo(began);
      assertThat(client.post(URL + "read").text("").send().text()).isEmpty();
      assertThat(client.get(URL + "nothing").send().status()).isEqualTo(404);
    }
  }

  @AsyncTest
  void bodies_ofAnySize_goBothWays() throws Exception {
    try (var client =
        client(rq -> {
          var body = rq.bodyLimit(100_000_000).body();
          return Response.stream(out -> out.writeAll(body));
        })) {
      for (int length : new int[] {1, 65_535, 65_536, 100_000, 3_000_000}) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) 7);
        assertThat(client.post(URL).body("a/b", bytes).send().bytes()).isEqualTo(bytes);
        var streamed =
            client
                .post(URL)
                .body(
                    "a/b",
                    out -> {
                      for (int i = 0; i < length; i += 10_000) {
                        out.write(Arrays.copyOfRange(bytes, i, Math.min(length, i + 10_000)));
                      }
                    })
                .send();
        assertThat(streamed.bytes()).isEqualTo(bytes);
      }
      assertThat(client.statistics().connections()).isEqualTo(1);
    }
  }

  @AsyncTest
  void writer_waits_whileTheHandlerDoesNotRead_andOthersGoOn() throws Exception {
    var go = new Event();
    var written = new int[1];
    try (var client =
        client(rq -> {
          if (rq.path().equals("/other")) {
            return Response.text("other");
          }
          go.await();
          return Response.text("" + rq.bodyLimit(100_000_000).bytes().length);
        })) {
      var posting =
          createTask(() ->
              client
                  .post(URL)
                  .body(
                      "a/b",
                      out -> {
                        for (int i = 0; i < 500; i++) {
                          out.write(new byte[10_000]);
                          written[0]++;
                        }
                      })
                  .send());
      sleep(1);
      assertThat(written[0]).isEqualTo(6);
      assertThat(client.get(URL + "other").send().text()).isEqualTo("other");
      go.set();
      assertThat(posting.await().text()).isEqualTo("5000000");
    }
  }

  @AsyncTest
  void responseThatIsNotRead_holdsUpNoOther() throws Exception {
    var sent = new int[1];
    try (var client =
        client(rq -> {
          if (rq.path().equals("/other")) {
            return Response.bytes(new byte[1_000_000]);
          }
          return Response.stream(out -> {
            for (int i = 0; i < 500; i++) {
              out.write(new byte[10_000]);
              sent[0]++;
            }
          });
        })) {
      try (var unread = client.get(URL).open()) {
        sleep(1);
        assertThat(sent[0]).isBetween(20, 60);
        assertThat(client.get(URL + "other").send().bytes()).hasSize(1_000_000);
        assertThat(unread.bytes()).hasSize(5_000_000);
      }
    }
  }

  @AsyncTest
  void requestThatIsCancelled_cancelsItsHandler_andNothingElse() throws Exception {
    try (var client =
        client(rq -> {
          if (rq.path().equals("/other")) {
            sleep(10);
            return Response.text("other");
          }
          try {
            sleep(1_000_000);
          } finally {
            steps.add("cancelled");
          }
          return Response.empty(204);
        })) {
      var waiting = createTask(() -> client.get(URL).send());
      var other = createTask(() -> client.get(URL + "other").send());
      sleep(1);
      waiting.cancel();
      assertThatThrownBy(waiting::await).isInstanceOf(CancelledError.class);
      assertThat(other.await().text()).isEqualTo("other");
      assertThat(steps).containsExactly("cancelled");
      assertThat(client.statistics().connections()).isEqualTo(1);
    }
  }

  @AsyncTest
  void responseThatIsClosed_beforeItsEnd_isReset_andNothingElse() throws Exception {
    try (var client =
        client(rq ->
            Response.stream(out -> {
              try {
                while (true) {
                  out.write("tick");
                  out.flush();
                  sleep(1);
                }
              } finally {
                steps.add("ended");
              }
            }))) {
      try (var response = client.get(URL).open()) {
        assertThat(response.body().readexactly(4)).hasSize(4);
      }
      sleep(3);
      assertThat(steps).containsExactly("ended");
      assertThat(client.statistics().idle()).isEqualTo(1);
    }
  }

  @AsyncTest
  void requestThatTakesTooLong_endsAlone() throws Exception {
    try (var client =
        client(rq -> {
          sleep(rq.path().equals("/slow") ? 100 : 5);
          return Response.text("done");
        })) {
      var other = createTask(() -> client.get(URL).send());
      assertThatThrownBy(() -> client.get(URL + "slow").timeout(3).send())
          .isInstanceOf(HttpTimeoutException.class);
      assertThat(other.await().text()).isEqualTo("done");
      assertThat(client.statistics().connections()).isEqualTo(1);
    }
  }

  @AsyncTest
  void silence_isOfOneRequest_andTheConnectionGetsNoOthers() throws Exception {
    var options = HTTP_2.readTimeout(Duration.ofSeconds(3));
    try (var client =
        HttpClient.of(
            rq -> {
              if (rq.path().equals("/slow")) {
                sleep(100);
              }
              return Response.stream(out -> {
                for (int i = 0; i < 5; i++) {
                  out.write("x");
                  sleep(1);
                }
              });
            },
            options)) {
      var other = createTask(() -> client.get(URL).send());
      assertThatThrownBy(() -> client.get(URL + "slow").send())
          .isInstanceOf(HttpTimeoutException.class)
          .hasMessageContaining("(readTimeout)");
      assertThat(client.get(URL).send().text()).isEqualTo("xxxxx");
      assertThat(other.await().text()).isEqualTo("xxxxx");
      sleep(1);
      assertThat(client.statistics().connections()).as("the second").isEqualTo(1);
    }
  }

  @AsyncTest
  void clientThatIsClosed_endsItsRequests() throws Exception {
    var client =
        client(rq -> {
          sleep(100);
          return Response.empty(204);
        });
    var tasks = sendAll(client, 2);
    sleep(1);
    client.close();
    for (var task : tasks) {
      assertThatThrownBy(task::await)
          .isInstanceOf(HttpException.class)
          .hasMessage("the client was closed");
    }
  }

  @AsyncTest
  void connectionThatIsIdle_isClosed() throws Exception {
    try (var client = client(rq -> Response.text("Hello"))) {
      client.get(URL).send();
      sleep(29);
      client.get(URL).send();
      sleep(29);
      assertThat(client.statistics().connections()).isEqualTo(1);
      sleep(2);
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void events_areIterated() throws Exception {
    var router =
        new Router()
            .sse(
                "/",
                (rq, out) -> {
                  for (int i = 0; i < 3; i++) {
                    out.send(ServerSentEvent.of("tick " + i));
                  }
                });
    try (var client = client(router)) {
      for (var event : client.events(URL)) {
        steps.add(event.data());
      }
    }
    assertThat(steps).containsExactly("tick 0", "tick 1", "tick 2");
  }

  // ---- with a server that says what a test wants ------------------------------------------------

  private interface Script {
    void run(RawHttp2Peer server, ScriptedServer.Peer peer) throws Exception;
  }

  private static ScriptedServer scripted(Script script, int... settings) {
    return ScriptedServer.inMemory(peer -> script.run(RawHttp2Peer.accept(peer, settings), peer));
  }

  private static void ok(RawHttp2Peer server, int stream) throws IOException {
    server.headers(stream, false, ":status", "200").data(stream, true, "number " + stream);
  }

  @AsyncTest
  void request_isWhatItShouldBe() throws Exception {
    try (var server =
            scripted((it, _) -> {
              steps.add(it.await("HEADERS"));
              it.headers(1, false, ":status", "103", "link", "x");
              it.headers(1, false, ":status", "200", "x", "y");
              it.data(1, true, "Hello");
              steps.add(it.next());
            });
        var client = server.client(HTTP_2)) {
      var response = client.get(server.url("/a?b")).header("X-Y", "z").send();
      assertThat(response.text()).isEqualTo("Hello");
      assertThat(response.headers()).isEqualTo(Headers.of("x", "y"));
      client.close();
    }
    assertThat(steps)
        .containsExactly(
            "HEADERS 1 end :method=GET :path=/a?b :scheme=http :authority=scripted"
                + " user-agent=jasyncio accept=*/* accept-encoding=gzip, deflate x-y=z",
            "GOAWAY 0 NO_ERROR");
  }

  @AsyncTest
  void streamsThatTheServerTakes_areNotExceeded() throws Exception {
    try (var server =
            scripted(
                (it, _) -> {
                  it.await("HEADERS 1");
                  ok(it, 1);
                  it.skip("HEADERS 3", "HEADERS 5");
                  sleep(1); // no more comes
                  ok(it, 3);
                  it.skip("HEADERS 7");
                  ok(it, 7);
                  it.skip("HEADERS 9");
                  ok(it, 5);
                  ok(it, 9);
                  it.next();
                },
                3,
                2);
        var client = server.client(HTTP_2.maxPerOrigin(1))) {
      client.get(server.url("/")).send();
      var tasks = new ArrayList<Task<ClientResponse>>();
      for (int i = 0; i < 4; i++) {
        tasks.add(createTask(() -> client.get(server.url("/")).send()));
      }
      for (var task : tasks) {
        steps.add(task.await().text());
      }
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(1, 1, 0, 5));
    }
    assertThat(steps).containsExactly("number 3", "number 5", "number 7", "number 9");
  }

  @AsyncTest
  void requestThatIsCancelled_whileItWaitsForAStream_leavesItToTheNext() throws Exception {
    var go = new Event();
    try (var server =
            scripted(
                (it, _) -> {
                  it.await("HEADERS 1");
                  ok(it, 1);
                  it.skip("HEADERS 3");
                  go.await();
                  ok(it, 3);
                  it.skip("HEADERS 5");
                  ok(it, 5);
                },
                3,
                1);
        var client = server.client(HTTP_2.maxPerOrigin(1))) {
      client.get(server.url("/")).send();
      var first = createTask(() -> client.get(server.url("/")).send());
      var second = createTask(() -> client.get(server.url("/")).send());
      var third = createTask(() -> client.get(server.url("/")).send());
      sleep(1);
      assertThat(client.statistics().waiting()).isEqualTo(2);
      second.cancel();
      go.set();
      assertThat(first.await().text()).isEqualTo("number 3");
      assertThat(third.await().text()).isEqualTo("number 5");
      assertThatThrownBy(second::await).isInstanceOf(CancelledError.class);
    }
  }

  @AsyncTest
  void requestsBehindGoAway_areSentAgainOnAnotherConnection_theOthersAreAnswered()
      throws Exception {
    try (var server =
            scripted((it, peer) -> {
              it.await("HEADERS 1");
              if (peer.number == 1) {
                it.skip("HEADERS 3");
                it.goAway(1, 0);
                sleep(1);
                ok(it, 1);
                steps.add(it.next());
              } else {
                it.headers(1, false, ":status", "200").data(1, true, "the second");
                it.next();
              }
            });
        var client = server.client(HTTP_2)) {
      var first = createTask(() -> client.get(server.url("/")).send());
      var second = createTask(() -> client.post(server.url("/")).text("").send());
      assertThat(second.await().text()).isEqualTo("the second");
      assertThat(first.await().text()).isEqualTo("number 1");
      sleep(1);
      assertThat(client.statistics().connections()).isEqualTo(1);
      assertThat(server.connections).isEqualTo(2);
    }
  }

  @AsyncTest
  void requestThatIsRefused_isSentAgain_butNotForEver() throws Exception {
    try (var server =
            scripted((it, _) -> {
              it.await("HEADERS 1");
              it.skip("DATA 1 end body").reset(1, 7); // refused
              it.skip("HEADERS 3 ", "DATA 3 end body");
              ok(it, 3);
              for (int stream = 5; stream <= 11; stream += 2) {
                it.skip("HEADERS " + stream).reset(stream, 7);
              }
            });
        var client = server.client(HTTP_2)) {
      assertThat(client.post(server.url("/")).text("body").send().text()).isEqualTo("number 3");
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("refused GET http://scripted/");
    }
  }

  @AsyncTest
  void streamThatTheServerResets_isAnError_ofThatAlone() throws Exception {
    try (var server =
            scripted((it, _) -> {
              it.await("HEADERS 1");
              it.headers(1, false, ":status", "200").data(1, false, "half").reset(1, 2);
              it.skip("HEADERS 3");
              ok(it, 3);
            });
        var client = server.client(HTTP_2)) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessage(
              "http://scripted broke off the response to GET http://scripted/ (INTERNAL_ERROR)");
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("number 3");
      assertThat(server.connections).isEqualTo(1);
    }
  }

  @AsyncTest
  void responseBeforeTheRequestHasEnded_isTaken_andTheRestIsNotSent() throws Exception {
    try (var server =
            scripted((it, _) -> {
              it.await("HEADERS 1");
              it.await("DATA 1");
              it.headers(1, false, ":status", "413").data(1, true, "too long").reset(1, 0);
              steps.add(it.await("HEADERS 3"));
              ok(it, 3);
            });
        var client = server.client(HTTP_2)) {
      var response = client.post(server.url("/")).body("a/b", new byte[1_000_000]).send();
      assertThat(response.status()).isEqualTo(413);
      assertThat(response.text()).isEqualTo("too long");
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("number 3");
    }
  }

  @AsyncTest
  void responsesThatBreakTheRules_areErrors() throws Exception {
    var responses =
        List.of(
            new String[] {":status", "20"},
            new String[] {":status", "200", ":status", "200"},
            new String[] {"x", "y"},
            new String[] {":status", "200", "connection", "close"},
            new String[] {":status", "200", "X", "y"},
            new String[] {":status", "200", ":path", "/"},
            new String[] {":status", "101"},
            new String[] {":status", "200", "content-length", "5"},
            new String[] {":status", "200", "x", "a\nb"});
    try (var server =
            scripted((it, _) -> {
              int stream = 1;
              for (var response : responses) {
                it.await("HEADERS " + stream);
                it.headers(stream, true, response);
                steps.add(it.await("RST_STREAM"));
                stream += 2;
              }
            });
        var client = server.client(HTTP_2)) {
      for (var response : responses) {
        assertThatThrownBy(() -> client.get(server.url("/")).send())
            .as(Arrays.toString(response))
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("cannot be read");
      }
      assertThat(server.connections).isEqualTo(1);
    }
    assertThat(steps).hasSameSizeAs(responses).allMatch(s -> s.endsWith("PROTOCOL_ERROR"));
  }

  @AsyncTest
  void connectionThatBreaksTheRules_isEnded_withAllOfItsRequests() throws Exception {
    try (var server =
            scripted((it, peer) -> {
              it.await("HEADERS 1");
              if (peer.number == 1) {
                it.skip("HEADERS 3").send(RawHttp2Peer.DATA, 0, 5, new byte[1]);
                steps.add(it.await("GOAWAY"));
              } else {
                ok(it, 1);
              }
            });
        var client = server.client(HTTP_2)) {
      for (var task : sendTo(client, server, 2)) {
        assertThatThrownBy(task::await)
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("a stream that has not begun");
      }
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("number 1");
    }
    assertThat(steps).singleElement().asString().startsWith("GOAWAY 0 PROTOCOL_ERROR");
  }

  private static List<Task<ClientResponse>> sendTo(
      HttpClient client, ScriptedServer server, int count) {
    var tasks = new ArrayList<Task<ClientResponse>>();
    for (int i = 0; i < count; i++) {
      tasks.add(createTask(() -> client.get(server.url("/")).send()));
    }
    return tasks;
  }

  @AsyncTest
  void connectionThatDies_whenItWasUsedBefore_isReplaced() throws Exception {
    try (var server =
            scripted((it, peer) -> {
              it.await("HEADERS 1");
              ok(it, 1);
              if (peer.number == 1) {
                it.skip("HEADERS 3", "HEADERS 5"); // and it goes
              } else {
                it.skip("HEADERS 3");
                ok(it, 3);
              }
            });
        var client = server.client(HTTP_2)) {
      client.get(server.url("/")).send();
      var tasks = sendTo(client, server, 2);
      for (var task : tasks) {
        assertThat(task.await().status()).isEqualTo(200);
      }
      assertThat(server.connections).isEqualTo(2);
    }
  }

  @AsyncTest
  void bodyWaitsForTheWindow_andIsSentPieceByPiece() throws Exception {
    try (var server =
            scripted(
                (it, _) -> {
                  it.await("HEADERS 1");
                  it.window(1, 100);
                  ok(it, 1);
                  it.skip("HEADERS 3");
                  sleep(5);
                  it.window(3, 3).skip("DATA 3 abc").window(3, 2).skip("DATA 3 de");
                  it.window(3, 10).skip("DATA 3 f", "DATA 3 end ");
                  ok(it, 3);
                },
                4,
                0);
        var client = server.client(HTTP_2)) {
      client.get(server.url("/")).send();
      assertThat(client.post(server.url("/")).text("abcdef").send().text()).isEqualTo("number 3");
    }
  }

  @AsyncTest
  void serverThatTakesNothing_isTooSlow() throws Exception {
    try (var server =
            scripted(
                (it, _) -> {
                  it.await("HEADERS 1");
                  ok(it, 1);
                  steps.add(it.await("RST_STREAM"));
                },
                4,
                0);
        var client = server.client(HTTP_2.readTimeout(Duration.ofSeconds(3)))) {
      client.get(server.url("/")).send();
      assertThatThrownBy(() -> client.post(server.url("/")).text("abc").send())
          .isInstanceOf(HttpTimeoutException.class)
          .hasMessageContaining("took nothing for 3 s");
    }
    assertThat(steps).containsExactly("RST_STREAM 3 CANCEL");
  }

  @AsyncTest
  void headThatIsTooLong_isAnError() throws Exception {
    try (var server =
            scripted((it, _) -> {
              it.await("HEADERS 1");
              var fields = new ArrayList<>(List.of(":status", "200"));
              for (int i = 0; i < 20; i++) {
                fields.addAll(List.of("x" + i, "a".repeat(700)));
              }
              it.headers(1, true, fields.toArray(new String[0]));
              it.await("RST_STREAM 1");
            });
        var client = server.client(HTTP_2.headerBytes(10_000))) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("longer than 10000 bytes");
    }
  }

  @AsyncTest
  void serverThatPushes_isLeft() throws Exception {
    try (var server =
            scripted((it, _) -> {
              it.await("HEADERS 1");
              it.send(5, RawHttp2Peer.END_HEADERS, 1, new byte[] {0, 0, 0, 2, (byte) 0x82});
              steps.add(it.await("GOAWAY"));
            });
        var client = server.client(HTTP_2)) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("nothing may be pushed");
    }
    assertThat(steps).singleElement().asString().startsWith("GOAWAY 0 PROTOCOL_ERROR");
  }

  @AsyncTest
  void serverThatDoesNotSpeakIt_isAnError() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
              peer.awaitEnd();
            });
        var client = server.client(HTTP_2)) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class);
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @Test
  void versions_areChecked() {
    assertThatThrownBy(() -> HTTP_2.versions(HttpVersion.HTTP_1_0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HTTP/1.0");
  }

  @AsyncTest
  void bodyWithoutAHead_isAnError_ofThatRequestAlone() throws Exception {
    try (var server =
            scripted((it, _) -> {
              it.await("HEADERS 1");
              it.data(1, true, "");
              steps.add(it.await("RST_STREAM"));
              it.await("HEADERS 3");
              it.data(3, false, "abc");
              steps.add(it.await("RST_STREAM"));
              it.await("HEADERS 5");
              it.headers(5, true, ":status", "204");
            });
        var client = server.client(HTTP_2)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> client.get(server.url("/")).send())
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("cannot be read");
      }
      assertThat(client.get(server.url("/")).send().status()).isEqualTo(204);
    }
    assertThat(steps).containsExactly("RST_STREAM 1 PROTOCOL_ERROR", "RST_STREAM 3 PROTOCOL_ERROR");
  }

  // ---- HTTP_1_1_REQUIRED ------------------------------------------------------------------------

  /// A server that says of its connections of HTTP/2 that it wants HTTP/1.1.
  private ScriptedServer insistent(boolean goesAway) throws Exception {
    var tls = TlsOptions.of(TestKeys.server()).applicationProtocols("h2", "http/1.1");
    return ScriptedServer.start(
        peer -> {
          var engine = peer.connection().writer().getExtraInfo(ExtraInfo.SSL_OBJECT);
          if (!"h2".equals(Objects.requireNonNull(engine).getApplicationProtocol())) {
            steps.add(peer.head().lines().findFirst().orElseThrow());
            peer.ok("by HTTP/1.1: " + peer.body(3));
            peer.awaitEnd();
            return;
          }
          try (var http2 = RawHttp2Peer.accept(peer)) {
            steps.add(http2.await("HEADERS").substring(0, 10));
            if (goesAway) {
              http2.goAway(0, 13);
            } else {
              http2.reset(1, 13);
            }
            http2.rest();
          }
        },
        ServerOptions.defaults().tls(tls));
  }

  @OnEachRuntime
  void serverThatWantsHttp1_isAskedByIt_onAConnectionOfItsOwn() throws Exception {
    for (boolean goesAway : new boolean[] {false, true}) {
      steps.clear();
      try (var server = insistent(goesAway);
          var client = new HttpClient(ClientOptions.defaults().tls(TestKeys.client()))) {
        var url = "https://localhost:" + server.port() + "/";
        var response = client.post(url).text("abc").send();
        assertThat(response.text()).isEqualTo("by HTTP/1.1: abc");
        assertThat(response.version()).isEqualTo(HttpVersion.HTTP_1_1);
        assertThat(steps).containsExactly("HEADERS 1 ", "POST / HTTP/1.1");
        assertThat(client.statistics().connections()).isEqualTo(goesAway ? 1 : 2);
      }
    }
  }

  @OnEachRuntime
  void serverThatWantsHttp1_isNotAskedByIt_ifThatIsNotToBe() throws Exception {
    var options = ClientOptions.defaults().tls(TestKeys.client());
    for (var refusing :
        List.of(options.versions(HttpVersion.HTTP_2), options.retries(false))) {
      try (var server = insistent(false);
          var client = new HttpClient(refusing)) {
        var url = "https://localhost:" + server.port() + "/";
        assertThatThrownBy(() -> client.post(url).text("abc").send())
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("by HTTP/1.1 alone");
        assertThat(server.connections).isEqualTo(1);
      }
    }
  }

  @OnEachRuntime
  void serverWithoutHttp2_isNotAsked_ifNothingElseIsSpoken_andItsConnectionEnds() throws Exception {
    var tls = TlsOptions.of(TestKeys.server()); // which agrees upon nothing
    var options = ClientOptions.defaults().tls(TestKeys.client()).versions(HttpVersion.HTTP_2);
    try (var server =
            ScriptedServer.start(
                peer -> steps.add("asked: " + peer.head().lines().findFirst().orElse("nothing")),
                ServerOptions.defaults().tls(tls));
        var client = new HttpClient(options.maxPerOrigin(1))) {
      var url = "https://localhost:" + server.port() + "/";
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> client.get(url).send())
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("does not speak HTTP/2");
        assertThat(client.statistics().connections()).isZero();
      }
    }
    assertThat(steps).doesNotContain("asked: GET / HTTP/1.1");
  }
}
