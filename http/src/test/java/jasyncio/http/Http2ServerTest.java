package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// Requests and responses by HTTP/2, frame by frame.
class Http2ServerTest {
  private static final HttpOptions DEFAULTS = HttpOptions.defaults();

  private final List<String> steps = new ArrayList<>();

  private static HttpServer server(Handler handler) {
    return RawClient.server(handler, DEFAULTS);
  }

  private static HttpServer server(Handler handler, HttpOptions options) {
    return RawClient.server(handler, options);
  }

  private List<ErrorContext> collectErrors() {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    return errors;
  }

  /// A handler that waits for ever, and cleans up.
  private Response waitForEver() {
    try {
      steps.add("begun");
      sleep(1_000_000);
      return Response.empty(204);
    } catch (CancelledError e) {
      steps.add("cancelled");
      throw e;
    } finally {
      sleep(1); // to clean up may take time
      steps.add("clean");
    }
  }

  // ---- requests and responses -------------------------------------------------------------------

  @AsyncTest
  void request_getsTheResponse() throws Exception {
    try (var server =
            server(rq ->
                Response.text(rq.method() + rq.target() + rq.host() + rq.header("Host"))
                    .header("X-Version", rq.version().toString()));
        var client = RawHttp2Peer.inMemory(server).get(1, "/a?b=c")) {
      assertThat(client.next())
          .isEqualTo(
              "HEADERS 1 :status=200 content-type=text/plain; charset=utf-8 x-version=HTTP/2"
                  + " content-length=31");
      assertThat(client.next()).isEqualTo("DATA 1 end GET/a?b=cexample.orgexample.org");
    }
  }

  @AsyncTest
  void response_hasNothingOfConnections() throws Exception {
    try (var server =
            server(rq ->
                Response.empty(204).header("Keep-Alive", "timeout=5").header("Upgrade", "h3"));
        var client = RawHttp2Peer.inMemory(server).get(1, "/")) {
      assertThat(client.next()).isEqualTo("HEADERS 1 end :status=204");
    }
  }

  @AsyncTest
  void prefaceInPieces_isHttp2_andWhatBeginsLikeItIsNot() throws Exception {
    try (var server = server(rq -> Response.text(rq.method() + " by " + rq.version()))) {
      try (var client = new RawHttp2Peer(RawClient.inMemory(server))) {
        for (byte b : RawHttp2Peer.PREFACE.getBytes(US_ASCII)) {
          client.send(new byte[] {b});
          sleep(0);
        }
        client.settings().get(1, "/").skip("SETTINGS", "WINDOW_UPDATE 0", "SETTINGS ack");
        assertThat(client.skip("HEADERS 1 :status=200").next())
            .isEqualTo("DATA 1 end GET by HTTP/2");
      }
      for (int cut : new int[] {1, 2, 3}) {
        try (var client = RawClient.inMemory(server)) {
          var request = "PRINT / HTTP/1.1\r\nHost: x\r\n\r\n";
          client.send(request.substring(0, cut));
          sleep(1);
          client.send(request.substring(cut));
          assertThat(client.readResponse()).endsWith("PRINT by HTTP/1.1");
        }
      }
    }
  }

  @AsyncTest
  void requests_areAnsweredAtTheSameTime() throws Exception {
    try (var server =
            server(rq -> {
              sleep(rq.path().equals("/slow") ? 2 : 1);
              return Response.text(rq.path());
            });
        var client = RawHttp2Peer.inMemory(server)) {
      double began = getRunningLoop().time();
      client.get(1, "/slow").get(3, "/b").get(5, "/c");
      client.skip("HEADERS 3", "DATA 3 end /b", "HEADERS 5", "DATA 5 end /c");
      assertThat(getRunningLoop().time() - began).isEqualTo(1);
      client.skip("HEADERS 1", "DATA 1 end /slow");
      assertThat(getRunningLoop().time() - began).isEqualTo(2);
      assertThat(server.statistics()).isEqualTo(new HttpServer.Statistics(1, 3));
    }
  }

  @AsyncTest
  void head_hasTheLength_andNoBody() throws Exception {
    try (var server =
            server(rq ->
                rq.path().equals("/stream")
                    ? Response.stream(7, out -> out.write("not run"))
                    : Response.text("Hello"));
        var client = RawHttp2Peer.inMemory(server)) {
      client.headers(1, true, RawHttp2Peer.request("HEAD", "/"));
      assertThat(client.next())
          .startsWith("HEADERS 1 end :status=200")
          .contains("content-length=5");
      client.headers(3, true, RawHttp2Peer.request("HEAD", "/stream"));
      assertThat(client.next())
          .startsWith("HEADERS 3 end :status=200")
          .contains("content-length=7");
    }
  }

  @AsyncTest
  void cookiesInCrumbs_areOneHeader() throws Exception {
    try (var server =
            server(rq -> Response.text(rq.header("Cookie") + "|" + rq.cookie("b") + rq.cookies()));
        var client = RawHttp2Peer.inMemory(server)) {
      client.headers(
          1, true, RawHttp2Peer.request("GET", "/", "cookie", "a=1", "x", "y", "cookie", "b=2"));
      assertThat(client.skip("HEADERS 1").next()).isEqualTo("DATA 1 end a=1; b=2|2{a=1, b=2}");
    }
  }

  @AsyncTest
  void responseWithManyHeaders_comesInSeveralFrames() throws Exception {
    try (var server =
            server(rq -> {
              var response = Response.empty(200);
              for (int i = 0; i < 10; i++) {
                response = response.addHeader("X-" + i, "a".repeat(5000));
              }
              return response;
            });
        var client = RawHttp2Peer.inMemory(server).get(1, "/").raw()) {
      var frames = new ArrayList<String>();
      int flags;
      do {
        var head = client.connection().reader().readexactly(9);
        int length = ((head[1] & 0xff) << 8) | (head[2] & 0xff);
        flags = head[4];
        frames.add(head[3] + ":" + flags);
        client.read(length);
      } while ((flags & RawHttp2Peer.END_HEADERS) == 0);
      assertThat(frames.getFirst()).isEqualTo("1:" + RawHttp2Peer.END_STREAM);
      assertThat(frames.getLast()).isEqualTo("9:" + RawHttp2Peer.END_HEADERS);
    }
  }

  // ---- bodies of requests -----------------------------------------------------------------------

  @AsyncTest
  void body_isRead_withTrailersBehind() throws Exception {
    try (var server =
            server(rq -> Response.text("<" + rq.text() + ">" + rq.trailers().get("checksum")));
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/", "content-length", "5").data(1, false, "ab").data(1, true, "cde");
      assertThat(client.await("DATA 1")).isEqualTo("DATA 1 end <abcde>null");
      client.post(3, "/").data(3, false, "abc").headers(3, true, "checksum", "7");
      assertThat(client.await("DATA 3")).isEqualTo("DATA 3 end <abc>7");
      client.post(5, "/").send(RawHttp2Peer.DATA, 9, 5, new byte[] {2, 'x', 0, 0}); // padded
      assertThat(client.await("DATA 5")).isEqualTo("DATA 5 end <x>null");
    }
  }

  @AsyncTest
  void clientThatWaits_isAskedForTheBody_whenItIsRead() throws Exception {
    try (var server =
            server(rq -> Response.text(rq.path().equals("/read") ? rq.text() : "not read"));
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/read", "expect", "100-continue");
      assertThat(client.next()).isEqualTo("HEADERS 1 :status=100");
      client.data(1, true, "abc");
      assertThat(client.await("DATA 1")).isEqualTo("DATA 1 end abc");
      client.post(3, "/unread", "expect", "100-continue");
      client.skip("HEADERS 3 :status=200", "DATA 3 end not read", "RST_STREAM 3 NO_ERROR");
    }
  }

  @AsyncTest
  void bodyThatNobodyReads_isHeldBack_andThenDropped() throws Exception {
    var go = new Event();
    try (var server =
            server(rq -> {
              go.await();
              return Response.text("no");
            });
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/");
      for (int i = 0; i < 4; i++) {
        client.data(1, false, "a".repeat(16_383));
      }
      client.data(1, false, "aaa");
      sleep(1);
      go.set(); // nothing has come that would let the client send more
      client.skip("HEADERS 1", "DATA 1 end no");
      assertThat(client.next()).isEqualTo("WINDOW_UPDATE 1 65535");
      client.data(1, true, "the rest").get(3, "/");
      client.skip("HEADERS 3", "DATA 3 end no");
    }
  }

  @AsyncTest
  void bodyAsStream_isReadAsItComes_andNoFaster() throws Exception {
    var go = new Event();
    try (var server =
            server(rq -> {
              var body = rq.bodyLimit(100_000_000).body();
              go.await();
              int n = 0;
              while (!body.atEof()) {
                n += body.read(100_000).length;
              }
              return Response.text(n + " bytes");
            });
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/");
      int window = 65_535;
      int sent = 0;
      while (window >= 16_000) { // as much as it may
        client.data(1, false, "x".repeat(16_000));
        window -= 16_000;
        sent += 16_000;
        if (sent == 16_000) {
          window += Integer.parseInt(client.await("WINDOW_UPDATE 1").substring(16));
        }
      }
      assertThat(sent).isBetween(500_000, 530_000);
      sleep(20);
      go.set();
      assertThat(client.await("WINDOW_UPDATE 1")).isNotNull();
      client.data(1, true, "x");
      assertThat(client.await("DATA 1")).isEqualTo("DATA 1 end " + (sent + 1) + " bytes");
    }
  }

  // ---- bodies of responses ----------------------------------------------------------------------

  @AsyncTest
  void streamedBody_comesInFrames_withTrailers() throws Exception {
    try (var server =
            server(rq ->
                Response.stream(out -> {
                  out.write("abc");
                  out.flush();
                  sleep(1);
                  out.write("de");
                  out.trailer("Checksum", "7");
                }));
        var client = RawHttp2Peer.inMemory(server).get(1, "/")) {
      client.skip("HEADERS 1 :status=200", "DATA 1 abc", "DATA 1 de", "HEADERS 1 end checksum=7");
    }
  }

  @AsyncTest
  void headOfAStreamedBody_isSent_beforeTheBody_afterAWhile() throws Exception {
    var go = new Event();
    try (var server =
            server(rq ->
                Response.stream(out -> {
                  go.await();
                  out.write("x");
                }));
        var client = RawHttp2Peer.inMemory(server).get(1, "/")) {
      client.skip("HEADERS 1 :status=200");
      go.set();
      client.skip("DATA 1 x", "DATA 1 end ");
    }
  }

  @AsyncTest
  void writer_waits_whileTheStreamsWindowIsClosed_andOthersGoOn() throws Exception {
    var written = new int[1];
    try (var server =
            server(rq ->
                rq.path().equals("/small")
                    ? Response.text("small")
                    : Response.stream(out -> {
                      for (int i = 0; i < 10; i++) {
                        out.write(new byte[10]);
                        written[0]++;
                      }
                    }));
        var client = RawHttp2Peer.inMemory(server, 4, 25)) { // initial window
      client.get(1, "/");
      client.skip("HEADERS 1", "DATA 1 ", "DATA 1 ", "DATA 1 ");
      client.get(3, "/small").skip("HEADERS 3", "DATA 3 end small");
      assertThat(written[0]).isEqualTo(2);
      client.window(1, 30).skip("DATA 1 ", "DATA 1 ", "DATA 1 ", "DATA 1 ");
      assertThat(written[0]).isEqualTo(5);
      client.settings(4, 1000); // changes the windows of streams, too
      client.await("DATA 1 end ");
      assertThat(written[0]).isEqualTo(10);
    }
  }

  @AsyncTest
  void largeBodies_takeTurns_whenTheConnectionsWindowIsClosed() throws Exception {
    var bytes = new byte[100_000];
    try (var server = server(rq -> Response.bytes(bytes));
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.get(1, "/").get(3, "/").get(5, "/");
      var lengths = new int[6];
      int window = 65_535; // which the first takes: the others have not begun
      for (int received = 0; received < 300_000; ) {
        var frame = client.await("DATA");
        int stream = frame.charAt(5) - '0';
        int n = frame.length() - (frame.startsWith(" end", 6) ? 11 : 7);
        lengths[stream] += n;
        received += n;
        window -= n;
        if (window == 0 && received < 300_000) {
          assertThat(lengths[3] - lengths[5]).as("two frames").isBetween(-33_000, 33_000);
          window = 30_000;
          client.window(0, window);
        }
      }
      assertThat(lengths).containsExactly(0, 100_000, 0, 100_000, 0, 100_000);
    }
  }

  /// The data of a stream, up to its end.
  private static String dataOf(RawHttp2Peer client) throws IOException {
    var data = new StringBuilder();
    while (true) {
      var frame = client.await("DATA 1");
      boolean end = frame.startsWith("DATA 1 end");
      data.append(frame.substring(end ? 11 : 7));
      if (end) {
        return data.toString();
      }
    }
  }

  @AsyncTest
  void pieces_ofSeveralTasks_areNotMixed() throws Exception {
    var big = "a".repeat(80_000);
    Handler handler =
        _ ->
            Response.stream(out -> {
              var first = createTask(() -> out.write(big));
              var second = createTask(() -> out.write("comment"));
              first.await();
              second.await();
            });
    try (var server = server(handler);
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.get(1, "/");
      sleep(1); // the connection's window is closed
      client.window(0, 5_000);
      sleep(1);
      client.window(0, 1_000_000);
      assertThat(dataOf(client)).isEqualTo(big + "comment");
    }
  }

  @AsyncTest
  void pieceWhoseWriterIsCancelled_isSentToItsEnd() throws Exception {
    var steps = new ArrayList<String>();
    Handler handler =
        _ ->
            Response.stream(
                38,
                out -> {
                  for (var piece : List.of("0123456789abcdef", "left out", "0123456789ABCDEF")) {
                    try {
                      waitFor(() -> out.write(piece), 1);
                      steps.add("sent");
                    } catch (TimeoutException e) {
                      steps.add("late");
                    }
                    if (steps.size() == 2) {
                      sleep(1);
                    }
                  }
                  out.write("behind");
                });
    try (var server = server(handler);
        var client = RawHttp2Peer.inMemory(server, 4, 10)) {
      client.get(1, "/");
      sleep(2.5);
      client.window(1, 1000);
      assertThat(dataOf(client)).isEqualTo("0123456789abcdef0123456789ABCDEFbehind");
    }
    assertThat(steps).containsExactly("late", "late", "sent");
  }

  @AsyncTest
  void writerThatIsCancelled_whileItWaitsForItsTurn_passesItOn() throws Exception {
    try (var server = server(rq -> Response.bytes(new byte[50_000]));
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.get(1, "/").get(3, "/").get(5, "/");
      sleep(1); // the connection's window is closed
      client.reset(1).reset(3).window(0, 1_000_000);
      assertThat(client.await("DATA 5 end")).isNotEmpty();
    }
  }

  @AsyncTest
  void clientThatDoesNotRead_isNotAnsweredWithoutEnd() throws Exception {
    var written = new int[1];
    try (var server =
            server(rq ->
                Response.stream(out -> {
                  for (int i = 0; i < 50; i++) {
                    out.write(new byte[1_000_000]);
                    written[0]++;
                  }
                }));
        var client = RawHttp2Peer.inMemory(server, 4, Integer.MAX_VALUE)) {
      client.window(0, Integer.MAX_VALUE - 65_535).get(1, "/").skip("HEADERS 1");
      sleep(30);
      assertThat(written[0]).isZero();
      client.await("DATA 1 end");
      assertThat(written[0]).isEqualTo(50);
    }
  }

  @AsyncTest
  void bodies_inBothDirections_goTogether() throws Exception {
    Handler echo =
        rq -> {
          var body = rq.body();
          return Response.stream(out -> {
            while (!body.atEof()) {
              out.write(body.read(100));
              out.flush();
            }
          });
        };
    try (var server = server(echo);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/").data(1, false, "ab");
      client.skip("WINDOW_UPDATE 1", "HEADERS 1", "DATA 1 ab");
      client.data(1, true, "cd").skip("DATA 1 cd", "DATA 1 end ");
    }
  }

  // ---- what goes wrong --------------------------------------------------------------------------

  @AsyncTest
  void handlerThatThrows_isAnswered500_andTheConnectionGoesOn() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(rq -> {
              throw new IllegalStateException("the secret");
            });
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").skip("HEADERS 1 :status=500");
      assertThat(client.next()).startsWith("DATA 1 end ").doesNotContain("secret");
      client.get(3, "/").skip("HEADERS 3 :status=500");
    }
    assertThat(errors).hasSize(2);
  }

  @AsyncTest
  void streamedBodyThatThrows_orHasTheWrongLength_isReset_andNothingElse() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(rq ->
                switch (rq.path()) {
                  case "/throws" ->
                      Response.stream(out -> {
                        out.write("abc");
                        out.flush();
                        throw new IllegalStateException("broken");
                      });
                  case "/short" -> Response.stream(5, out -> out.write("abc"));
                  case "/long" ->
                      Response.stream(
                          2,
                          out -> {
                            out.write("ab");
                            out.write("c");
                          });
                  default -> Response.text("fine");
                });
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/throws").skip("HEADERS 1", "DATA 1 abc", "RST_STREAM 1 INTERNAL_ERROR");
      client.get(3, "/short").skip("HEADERS 3", "DATA 3 abc", "RST_STREAM 3 INTERNAL_ERROR");
      client.get(5, "/long").skip("HEADERS 5", "DATA 5 ab", "RST_STREAM 5 INTERNAL_ERROR");
      client.get(7, "/").skip("HEADERS 7", "DATA 7 end fine");
    }
    assertThat(errors).hasSize(3);
  }

  @AsyncTest
  void streamThatIsReset_cancelsItsHandler_andNoOther() throws Exception {
    try (var server = server(rq -> rq.path().equals("/other") ? slow() : waitForEver());
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").get(3, "/other");
      sleep(1);
      client.reset(1);
      client.skip("HEADERS 3", "DATA 3 end slow");
    }
    assertThat(steps).containsExactly("begun", "cancelled", "clean");
  }

  private static Response slow() {
    sleep(10);
    return Response.text("slow");
  }

  @AsyncTest
  void streamThatIsReset_doesNotCancel_ifToldNotTo() throws Exception {
    try (var server =
            RawClient.server(
                rq -> {
                  sleep(10);
                  steps.add("done");
                  return Response.text("nobody reads this");
                },
                DEFAULTS.cancelOnDisconnect(false));
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/");
      sleep(1);
      client.reset(1);
      sleep(20);
      client.send(RawHttp2Peer.PING, 0, 0, new byte[8]);
      assertThat(client.next()).as("nothing of the response").isEqualTo("PING ack");
    }
    assertThat(steps).containsExactly("done");
  }

  @AsyncTest
  void streamThatIsReset_endsTheReadingOfItsBody() throws Exception {
    var problems = new ArrayList<String>();
    try (var server =
            RawClient.server(
                rq -> {
                  try {
                    return Response.text(rq.text());
                  } catch (IOException e) {
                    problems.add(String.valueOf(e.getMessage()));
                    throw e;
                  }
                },
                DEFAULTS.cancelOnDisconnect(false));
        var client = RawHttp2Peer.inMemory(server)) {
      collectErrors();
      client.post(1, "/").data(1, false, "half");
      sleep(1);
      client.reset(1);
      sleep(1);
    }
    assertThat(problems).containsExactly("the client has gone");
  }

  @AsyncTest
  void clientThatLeaves_cancelsAllItsHandlers() throws Exception {
    try (var server = server(rq -> waitForEver())) {
      try (var client = RawHttp2Peer.inMemory(server)) {
        client.get(1, "/").get(3, "/");
        sleep(1);
        client.raw().abort();
      }
      sleep(2);
      assertThat(steps)
          .containsExactly("begun", "begun", "cancelled", "cancelled", "clean", "clean");
      assertThat(server.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void log_tellsOfEveryRequest() throws Exception {
    var lines = new ArrayList<String>();
    Handler handler =
        rq ->
            switch (rq.path()) {
              case "/large" -> Response.bytes(new byte[100_000]);
              case "/wait" -> waitForEver();
              default -> Response.text("Hello");
            };
    try (var server =
            server(
                handler.with(
                    AccessLog.entries(
                        e -> lines.add(e.target() + e.status() + e.bytes() + e.complete()))));
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").await("DATA 1 end");
      client.get(3, "/large").get(5, "/wait");
      sleep(1);
      client.reset(3).reset(5);
      sleep(2);
    }
    assertThat(lines).containsExactly("/2005true", "/large20065530false", "/wait4990false");
  }

  @AsyncTest
  void afterResponse_runs() throws Exception {
    try (var server =
            server(rq -> {
              rq.afterResponse(() -> steps.add("after"));
              return Response.text("now");
            });
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").await("DATA 1 end now");
      sleep(1);
      assertThat(steps).containsExactly("after");
    }
  }

  @AsyncTest
  void webSocket_isRefused() throws Exception {
    var router = new Router().webSocket("/", ws -> steps.add("never"));
    try (var server = server(router);
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").skip("HEADERS 1 :status=501");
      client.headers(
          3,
          false,
          ":method",
          "CONNECT",
          ":protocol",
          "websocket",
          ":scheme",
          "http",
          ":path",
          "/",
          ":authority",
          "x");
      assertThat(client.await("RST_STREAM")).isEqualTo("RST_STREAM 3 PROTOCOL_ERROR");
    }
    assertThat(steps).isEmpty();
  }

  @AsyncTest
  void http2_canBeTurnedOff() throws Exception {
    try (var server = RawClient.server(rq -> Response.empty(204), DEFAULTS.http2(false));
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(RawHttp2Peer.PREFACE).readAll()).startsWith("HTTP/1.1 505 ");
    }
  }

  // ---- shutting down ----------------------------------------------------------------------------

  @AsyncTest
  void idleConnection_isToldInTwoSteps_andEnded() throws Exception {
    var server = server(rq -> Response.text("Hello"));
    try (var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").skip("HEADERS 1", "DATA 1 end Hello");
      double began = getRunningLoop().time();
      var closing = createTask(server::close);
      client.skip("GOAWAY all NO_ERROR", "PING");
      client.get(3, "/"); // was on its way
      client.send(RawHttp2Peer.PING, RawHttp2Peer.ACK, 0, new byte[8]);
      client.get(5, "/"); // was not
      assertThat(client.next()).isEqualTo("GOAWAY 3 NO_ERROR");
      assertThat(client.rest())
          .containsExactly(
              "HEADERS 3 :status=200 content-type=text/plain; charset=utf-8 content-length=5",
              "DATA 3 end Hello");
      client.raw().end();
      closing.await();
      assertThat(getRunningLoop().time()).isEqualTo(began);
    }
  }

  @AsyncTest
  void clientThatDoesNotAnswer_isToldAllTheSame() throws Exception {
    var server = server(rq -> Response.text("Hello"));
    try (var client = RawHttp2Peer.inMemory(server)) {
      double began = getRunningLoop().time();
      var closing = createTask(server::close);
      assertThat(client.rest()).containsExactly("GOAWAY all NO_ERROR", "PING", "GOAWAY 0 NO_ERROR");
      assertThat(getRunningLoop().time() - began).isEqualTo(1);
      closing.await();
      assertThat(getRunningLoop().time() - began).as("it does not close").isEqualTo(3);
    }
  }

  @AsyncTest
  void requestUnderWay_isAnswered_beforeTheEnd() throws Exception {
    var server =
        server(rq -> {
          rq.shuttingDown().await();
          sleep(5);
          return Response.text("bye");
        });
    try (var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/");
      sleep(1);
      var closing = createTask(server::close);
      assertThat(client.rest())
          .contains("GOAWAY 1 NO_ERROR", "DATA 1 end bye")
          .doesNotHaveDuplicates();
      client.raw().end();
      closing.await();
    }
  }

  @AsyncTest
  void handlerThatDoesNotEnd_isCancelledAfterTheGrace_andAnswered503() throws Exception {
    var server = RawClient.server(rq -> waitForEver(), DEFAULTS.grace(Duration.ofSeconds(5)));
    try (var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/");
      sleep(1);
      double began = getRunningLoop().time();
      var closing = createTask(server::close);
      assertThat(client.await("HEADERS 1")).contains(":status=503");
      assertThat(getRunningLoop().time() - began).isEqualTo(6);
      client.rest();
      client.raw().end();
      closing.await();
    }
    assertThat(steps).containsExactly("begun", "cancelled", "clean");
  }

  @AsyncTest
  void streamThatDoesNotEnd_isReset_afterTheGrace() throws Exception {
    var server =
        server(rq ->
            Response.stream(out -> {
              while (true) {
                out.write("tick");
                out.flush();
                sleep(1);
              }
            }));
    try (var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").skip("HEADERS 1");
      var closing = createTask(server::close);
      assertThat(client.await("RST_STREAM")).isEqualTo("RST_STREAM 1 INTERNAL_ERROR");
      assertThat(client.rest()).isEmpty();
      client.raw().end();
      closing.await();
    }
  }

  @AsyncTest
  void handlerThatIsCancelled_beforeItBegins_isRefused() throws Exception {
    var server = server(rq -> waitForEver());
    try (var client = RawHttp2Peer.inMemory(server)) {
      var transport = client.raw().connection().writer();
      transport.write(
          RawHttp2Peer.frame(
              RawHttp2Peer.HEADERS, 5, 1, client.block(RawHttp2Peer.request("GET", "/"))));
      var _ = getRunningLoop().callSoon(server::abort);
      sleep(1);
      assertThat(server.statistics().connections()).isZero();
    }
    server.close();
    assertThat(steps).isEmpty();
  }

  @AsyncTest
  void responseThatCloses_endsTheConnection() throws Exception {
    try (var server = server(rq -> Response.text("bye").header("Connection", "close"));
        var client = RawHttp2Peer.inMemory(server).get(1, "/")) {
      client.skip("HEADERS 1", "DATA 1 end bye", "GOAWAY all NO_ERROR", "PING");
      assertThat(client.rest()).containsExactly("GOAWAY 1 NO_ERROR");
    }
  }

  @AsyncTest
  void connections_areForgotten_alsoIfTasksBeginAtOnce() throws Exception {
    var server = server(rq -> Response.text("Hello"));
    getRunningLoop().setTaskFactory(Asyncio.eagerTaskFactory());
    try (server) {
      try (var client = RawHttp2Peer.inMemory(server)) {
        client.get(1, "/").await("DATA 1 end");
      }
      sleep(3);
      assertThat(server.statistics()).isEqualTo(new HttpServer.Statistics(0, 1));
    } finally {
      getRunningLoop().setTaskFactory(null);
    }
  }

  @AsyncTest
  void log_tellsThatStreamsAreComplete() throws Exception {
    var lines = new ArrayList<String>();
    Handler handler = rq -> Response.stream(out -> out.write("Hello"));
    var log = AccessLog.entries(e -> lines.add(e.method() + e.status() + e.bytes() + e.complete()));
    try (var server = server(handler.with(log));
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").await("DATA 1 end");
      client.headers(3, true, RawHttp2Peer.request("HEAD", "/")).await("HEADERS 3 end");
      sleep(1);
    }
    assertThat(lines).containsExactly("GET2005true", "HEAD2000true");
  }

  @AsyncTest
  void request_thatIsResetAtOnce_isInTheLog() throws Exception {
    var lines = new ArrayList<String>();
    var log = AccessLog.entries(e -> lines.add(e.target() + e.status() + e.complete()));
    try (var server = server(_ -> waitForEver(), DEFAULTS.accessLog(log));
        var client = RawHttp2Peer.inMemory(server)) {
      byte[] block = client.block(RawHttp2Peer.request("GET", "/a"));
      client.sendAll(
          List.of(
              RawHttp2Peer.frame(1, 5, 1, block),
              RawHttp2Peer.frame(3, 0, 1, RawHttp2Peer.intBytes(8))));
      sleep(1);
    }
    assertThat(lines).containsExactly("/a499false");
    assertThat(steps).isEmpty();
  }

  @AsyncTest
  void bodiesThatWereRead_areGivenBack_whileTheirHandlersGoOn() throws Exception {
    Handler handler =
        rq -> {
          sleep(1); // by then all of the body is there
          steps.add("" + rq.bytes().length);
          sleep(1_000);
          return Response.empty(204);
        };
    try (var server = server(handler);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int stream = 1; stream < 2 * 17; stream += 2) {
        client.post(stream, "/");
        for (int sent = 0; sent < 60_000; sent += 15_000) {
          client.data(stream, sent == 45_000, "x".repeat(15_000));
        }
      }
      double before = getRunningLoop().time();
      client.await("WINDOW_UPDATE 0 ");
      assertThat(getRunningLoop().time() - before).isLessThan(10);
    }
    assertThat(steps).contains("60000");
  }
}
