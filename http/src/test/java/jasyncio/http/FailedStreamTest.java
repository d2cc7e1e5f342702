package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// What throws in the middle of a response, or before it has begun.
class FailedStreamTest {
  private static final String GET = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String ASK =
      """
      GET /ws HTTP/1.1
      Host: x
      Upgrade: websocket
      Connection: Upgrade
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

      """
          .replace("\n", "\r\n");
  private static final String OF_BODY =
      "ETag Last-Modified Content-Digest Repr-Digest Signature Age CDN-Cache-Control"
          + " X-Accel-Buffering X-Accel-Redirect Trailer";
  private static final String CLOSE_1011 = "\u0088\u0002\u0003\u00f3";

  private final List<String> errors = new ArrayList<>();

  private Router app() {
    getRunningLoop()
        .setExceptionHandler((_, context) -> errors.add(String.valueOf(context.exception())));
    return new Router()
        .sse("/gone", (_, _) -> refuse(404))
        .sse(
            "/late",
            (_, _) -> {
              sleep(0.4);
              refuse(404);
            })
        .sse(
            "/tooLate",
            (_, _) -> {
              sleep(0.6);
              refuse(404);
            })
        .sse("/bug", (_, _) -> fail())
        .sse(
            "/slow",
            (_, _) -> {
              throw new TimeoutException();
            })
        .sse(
            "/one",
            (_, out) -> {
              out.send("one");
              fail();
            })
        .get("/stream", _ -> described(Response.stream(_ -> refuse(409))))
        .get("/text", _ -> Response.stream(_ -> refuse(409)).type("text/plain"))
        .get("/short", _ -> Response.stream(3, _ -> {}))
        .get(
            "/two",
            _ ->
                Response.stream(
                        out -> {
                          out.write("one");
                          out.flush();
                          out.write("two");
                          fail();
                        })
                    .type("text/plain"))
        .get("/wait", _ -> Response.stream(_ -> sleep(1000)));
  }

  private static Response described(Response response) {
    for (var name : OF_BODY.split(" ", -1)) {
      response = response.header(name, "x");
    }
    return response;
  }

  private static void refuse(int status) {
    throw HttpProblem.of(status, "Because.").header("X-Why", "test");
  }

  private static void fail() {
    throw new IllegalStateException("bug");
  }

  private HttpServer server() {
    return RawClient.server(app(), HttpOptions.defaults());
  }

  // ---- before anything was sent -----------------------------------------------------------------

  @AsyncTest
  void problem_beforeAnythingWasSent_isTheResponse() throws Exception {
    try (var server = server();
        var client = RawClient.inMemory(server)) {
      for (var path : List.of("/gone", "/late", "/gone")) { // the connection goes on
        assertThat(client.send(GET.formatted(path)).readResponse())
            .startsWith("HTTP/1.1 404 Not Found\nContent-Type: application/problem+json\n")
            .contains("X-Why: test\n")
            .doesNotContain("chunked", "event-stream", "Cache-Control", "X-Accel-Buffering")
            .endsWith("{\"title\":\"Not Found\",\"status\":404,\"detail\":\"Because.\"}");
      }
      assertThat(client.send(GET.formatted("/stream")).readResponse())
          .startsWith("HTTP/1.1 409 ")
          .doesNotContain(OF_BODY.split(" ", -1));
    }
    assertThat(errors).isEmpty();
  }

  @AsyncTest
  void error_beforeAnythingWasSent_isAnsweredLikeThatOfAHandler_andReported() throws Exception {
    try (var server = server();
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET.formatted("/bug")).readResponse()).startsWith("HTTP/1.1 500 ");
      assertThat(client.send(GET.formatted("/slow")).readResponse()).startsWith("HTTP/1.1 503 ");
      assertThat(client.send(GET.formatted("/short")).readResponse()).startsWith("HTTP/1.1 500 ");
    }
    assertThat(errors).hasSize(3).first().isEqualTo("java.lang.IllegalStateException: bug");
  }

  @AsyncTest
  void problem_overHttp2_isTheResponse() throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/gone").skip("HEADERS 1 :status=404", "DATA 1 end {\"title\":\"Not Found\"");
      client.get(3, "/late").skip("HEADERS 3 :status=404", "DATA 3 end {\"title\":\"Not Found\"");
      client.get(5, "/bug").skip("HEADERS 5 :status=500", "DATA 5 end ");
    }
    assertThat(errors).hasSize(1);
  }

  @AsyncTest
  void head_isSent_afterHalfASecond_andThenAProblemBreaksOff() throws Exception {
    try (var server = server();
        var client = RawClient.inMemory(server).send(GET.formatted("/tooLate"))) {
      double began = getRunningLoop().time();
      assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
      assertThat(getRunningLoop().time()).isEqualTo(began + 0.5);
      assertThat(client.readAll()).isEmpty();
    }
    assertThat(errors).hasSize(1);
  }

  @AsyncTest
  void problem_keepsWhatMiddlewareAdds_andNothingOfTheBody() throws Exception {
    var app =
        app()
            .with(
                Compression.standard(),
                (rq, next) ->
                    next.handle(rq).header("X-Frame-Options", "DENY").header("ETag", "\"1\""));
    var request = GET.formatted("/text").replace("\r\n\r\n", "\r\nAccept-Encoding: gzip\r\n\r\n");
    try (var server = RawClient.server(app, HttpOptions.defaults());
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(request).readResponse())
          .startsWith("HTTP/1.1 409 ")
          .contains("X-Frame-Options: DENY\n", "Vary: Accept-Encoding\n")
          .doesNotContain("ETag", "Content-Encoding");
    }
  }

  @AsyncTest
  void testClient_isAnsweredTheSame() throws Exception {
    var client = app().test();
    assertThat(client.get("/late").send().expect(404).header("X-Why")).isEqualTo("test");
    client.get("/bug").send().expect(500);
    client.get("/stream").send().expect(409);
    assertThat(errors).hasSize(1);
  }

  @AsyncTest
  void testClient_ofABodyThatBreaksOff_hasAnErrorOfItsOwn_withTheHandlersAsCause()
      throws Exception {
    var answered = new ArrayList<String>();
    Handler late =
        rq -> {
          rq.whenAnswered(outcome -> answered.add(outcome.status() + " " + outcome.complete()));
          rq.afterResponse(() -> answered.add("after"));
          return Response.stream(out -> {
            out.write("one");
            refuse(404);
          });
        };
    app(); // which collects errors
    assertThatThrownBy(() -> late.test().get("/late?a=b").send())
        .isInstanceOf(HttpException.class)
        .hasMessage("the response to GET /late?a=b broke off after 3 bytes of its body")
        .cause()
        .isInstanceOf(HttpProblem.class)
        .hasMessage("404 Not Found: Because.");
    assertThatThrownBy(() -> app().test().get("/one").send())
        .isInstanceOf(HttpException.class)
        .hasRootCauseMessage("bug");
    sleep(0);
    assertThat(answered).containsExactly("200 false", "after");
    assertThat(errors).hasSize(2);
  }

  @AsyncTest
  void shutdown_answersWhatHasNotBegun_by503() throws Exception {
    var options = HttpOptions.defaults().grace(Duration.ofMillis(1));
    var server = RawClient.server(app(), options);
    try (var client = RawClient.inMemory(server).send(GET.formatted("/wait"))) {
      sleep(0.1);
      var closing = createTask(server::close);
      assertThat(client.readResponse()).startsWith("HTTP/1.1 503 ");
      closing.await();
    }
  }

  // ---- after something was sent -----------------------------------------------------------------

  @AsyncTest
  void whatWasWritten_goesOut_beforeTheConnectionEnds() throws Exception {
    for (var path : List.of("/two", "/one")) {
      var expected = path.equals("/two") ? "3\none\n3\ntwo\n" : "b\ndata: one\n\n\n";
      try (var server = server();
          var client = RawClient.inMemory(server).send(GET.formatted(path))) {
        client.readHead();
        assertThat(client.readAll()).isEqualTo(expected);
      }
    }
    assertThat(errors).hasSize(2);
  }

  @AsyncTest
  void whatWasWritten_goesOut_toASlowClient_too_withinLimits() throws Exception {
    var big = "x".repeat(300_000);
    Handler handler =
        _ ->
            Response.stream(out -> {
              var _ = createTask(() -> out.write(big));
              sleep(0);
              fail();
            });
    getRunningLoop().setExceptionHandler((_, _) -> {});
    try (var server = RawClient.server(handler, HttpOptions.defaults())) {
      try (var client = RawClient.inMemory(server, 1000).send(GET.formatted("/"))) {
        client.readHead();
        sleep(5);
        assertThat(client.readAll()).hasSize("493e0\n\n".length() + big.length());
      }
      try (var client = RawClient.inMemory(server, 1000).send(GET.formatted("/"))) {
        client.readHead();
        sleep(130); // it takes something at first, and then nothing
        assertThat(server.statistics().connections()).isZero();
      }
    }
  }

  @AsyncTest
  void bodyThatEndsWithTheConnection_isReset() throws Exception {
    try (var server = server();
        var client = RawClient.inMemory(server).send("GET /two HTTP/1.0\r\n\r\n")) {
      assertThatThrownBy(client::readAll).isInstanceOf(IOException.class);
    }
  }

  @AsyncTest
  void whatWasWritten_overHttp2_goesOut_beforeTheReset() throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      client
          .get(1, "/one")
          .skip("HEADERS 1 :status=200", "DATA 1 data: one", "RST_STREAM 1 INTERNAL_ERROR");
    }
  }

  @AsyncTest
  void client_getsWhatWasWritten_andThenTheError() throws Exception {
    for (var version : List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)) {
      try (var client = HttpClient.of(app(), ClientOptions.defaults().versions(version))) {
        try (var events = client.events("http://x/one")) {
          assertThat(events.next().data()).isEqualTo("one");
          assertThatThrownBy(events::next).isInstanceOf(HttpException.class);
        }
        try (var response = client.get("http://x/two").open()) {
          sleep(1); // all of it has come
          assertThat(response.body().readexactly(6)).asString().isEqualTo("onetwo");
          assertThat(response.body().atEof()).isFalse();
          assertThatThrownBy(() -> response.body().read(1)).isInstanceOf(HttpException.class);
        }
        assertThatThrownBy(() -> client.get("http://x/two").send())
            .isInstanceOf(HttpException.class);
      }
    }
  }

  @AsyncTest
  void whatWasWritten_compressed_goesOut() throws Exception {
    try (var client = HttpClient.of(app().with(Compression.standard()));
        var response = client.get("http://x/two").open()) {
      assertThat(response.header("Content-Encoding")).isEqualTo("gzip");
      assertThat(response.body().readexactly(6)).asString().isEqualTo("onetwo");
      assertThatThrownBy(() -> response.body().read(1)).isInstanceOf(HttpException.class);
    }
  }

  // ---- WebSockets -------------------------------------------------------------------------------

  private RawClient talk(WebSocketHandler handler) throws Exception {
    var server = RawClient.server(app().webSocket("/ws", handler), HttpOptions.defaults());
    return RawClient.inMemory(server).send(ASK);
  }

  @AsyncTest
  void problemOfAWebSocket_beforeAnythingWasSent_isTheResponse() throws Exception {
    for (double wait : new double[] {0, 0.4}) {
      var kept = new ArrayList<WebSocket>();
      try (var client =
          talk(ws -> {
            kept.add(ws);
            sleep(wait);
            refuse(403);
          })) {
        assertThat(client.readAll())
            .startsWith("HTTP/1.1 403 Forbidden\n")
            .contains("X-Why: test\n", "Connection: close\n")
            .endsWith("\"detail\":\"Because.\"}");
      }
      assertThatThrownBy(() -> kept.getFirst().send("x"))
          .isInstanceOf(WebSocketClosedException.class);
    }
    assertThat(errors).isEmpty();
  }

  @AsyncTest
  void errorOfAWebSocket_beforeAnythingWasSent_isAnswered500_andReported() throws Exception {
    try (var client = talk(_ -> fail())) {
      assertThat(client.readAll()).startsWith("HTTP/1.1 500 ");
    }
    assertThat(errors).containsExactly("java.lang.IllegalStateException: bug");
  }

  @AsyncTest
  void webSocket_thatWaitsForSomethingElse_isAgreedOn_afterHalfASecond() throws Exception {
    try (var client =
        talk(_ -> {
          sleep(0.6);
          refuse(403);
        })) {
      double began = getRunningLoop().time();
      assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
      assertThat(getRunningLoop().time()).isEqualTo(began + 0.5);
      assertThat(client.read(4)).isEqualTo(CLOSE_1011);
    }
    assertThat(errors).hasSize(1);
  }

  @AsyncTest
  void webSocket_thatWantsAMessage_isAgreedOnAtOnce() throws Exception {
    try (var client = talk(WebSocket::receive)) {
      double began = getRunningLoop().time();
      assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
      assertThat(getRunningLoop().time()).isEqualTo(began);
    }
  }

  @AsyncTest
  void whatAWebSocketHasSent_goesOut_beforeTheClose() throws Exception {
    try (var client =
        talk(ws -> {
          ws.send("one");
          fail();
        })) {
      client.readHead();
      assertThat(client.read(9)).isEqualTo("\u0081\u0003one" + CLOSE_1011);
    }
  }

  // ---- why, in a test ---------------------------------------------------------------------------

  @AsyncTest
  void testClient_tellsWhatTheHandlerHasThrown() throws Exception {
    var client =
        app()
            .webSocket(
                "/talk",
                ws -> {
                  ws.receive();
                  fail();
                })
            .webSocket("/refused", _ -> fail())
            .test();
    try (var events = client.events("/one")) {
      assertThat(events.next().data()).isEqualTo("one");
      assertThatThrownBy(events::next).isInstanceOf(IOException.class).hasRootCauseMessage("bug");
    }
    try (var events = client.events("/bug")) {
      assertThatThrownBy(events::next)
          .isInstanceOf(StatusException.class)
          .hasRootCauseMessage("bug");
    }
    try (var ws = client.webSocket("/talk")) {
      ws.send("x");
      assertThatThrownBy(ws::receive)
          .isInstanceOf(WebSocketClosedException.class)
          .hasRootCauseMessage("bug");
    }
    try (var ws = client.webSocket("/talk")) {
      ws.send("x");
      assertThatThrownBy(ws.iterator()::hasNext)
          .isInstanceOf(WebSocketClosedException.class)
          .hasRootCauseMessage("bug");
    }
    assertThatThrownBy(() -> client.webSocket("/refused"))
        .isInstanceOf(WebSocketHandshakeException.class)
        .hasRootCauseMessage("bug");
    assertThatThrownBy(() -> client.get("/bug").send().expect(200))
        .isInstanceOf(AssertionError.class)
        .hasRootCauseMessage("bug");
  }
}
