package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnLoop;
import jasyncio.testing.TimeMode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/// Each limit is exceeded once.
@SuppressWarnings("StringConcatToTextBlock") // which has no carriage returns
class LimitsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String LAST = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  private static final HttpOptions DEFAULTS = HttpOptions.defaults();

  private static HttpServer server(HttpOptions options) {
    return RawClient.server(rq -> Response.text("<" + rq.text().length() + ">"), options);
  }

  /// What a server says, and when it closes.
  private static String ask(HttpOptions options, String... pieces) throws IOException {
    try (var server = server(options);
        var client = RawClient.inMemory(server)) {
      for (var piece : pieces) {
        client.send(piece);
      }
      return client.readAll();
    }
  }

  private static String post(int length) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n";
  }

  // ---- sizes ------------------------------------------------------------------------------------

  @AsyncTest
  void requestLine_thatIsTooLong_isRefused() throws Exception {
    int rest = "GET / HTTP/1.1".length();
    assertThat(
            ask(DEFAULTS, "GET /" + "a".repeat(8192 - rest + 1) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 414 ");
    assertThat(ask(DEFAULTS, "a".repeat(8193))).as("without an end").startsWith("HTTP/1.1 414 ");
    assertThat(
            ask(
                DEFAULTS,
                "GET /"
                    + "a".repeat(8192 - rest)
                    + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @AsyncTest
  void headers_thatAreTooLong_areRefused() throws Exception {
    var begin = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ";
    int room = 16 * 1024 - "Host: x\r\nConnection: close\r\nX: ".length();
    assertThat(ask(DEFAULTS, begin + "a".repeat(room + 1) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(ask(DEFAULTS, begin, "a".repeat(20_000))).startsWith("HTTP/1.1 431 ");
    assertThat(ask(DEFAULTS, begin + "a".repeat(room - 2) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @AsyncTest
  void headers_thatAreTooMany_areRefused() throws Exception {
    var begin = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    assertThat(ask(DEFAULTS, begin + "X: y\r\n".repeat(99) + "\r\n")).startsWith("HTTP/1.1 431 ");
    assertThat(ask(DEFAULTS, begin + "X: y\r\n".repeat(98) + "\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @AsyncTest
  void trailers_thatAreTooLong_areRefused() throws Exception {
    assertThat(
            ask(
                DEFAULTS,
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "
                    + "a".repeat(17_000)
                    + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
  }

  @AsyncTest
  void body_thatSaysItIsTooLong_isRefused() throws Exception {
    assertThat(ask(DEFAULTS, post(1024 * 1024 + 1)))
        .startsWith("HTTP/1.1 413 Content Too Large\n")
        .contains("Connection: close\n");
    assertThat(ask(DEFAULTS.maxBody(5), post(5) + "abcde", GET, "-")).contains("<5>");
  }

  @AsyncTest
  void chunkedBody_thatIsTooLong_isRefused() throws Exception {
    var head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertThat(ask(DEFAULTS.maxBody(5), head + "6\r\nabcdef\r\n")).startsWith("HTTP/1.1 413 ");
  }

  @AsyncTest
  void bodyLimit_ofARequest_isAnother() throws Exception {
    try (var server =
            RawClient.server(
                rq -> Response.text("<" + rq.bytes(3).length + ">"), DEFAULTS.maxBody(2));
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(post(3) + "abc").readResponse()).endsWith("<3>");
      assertThat(client.send(post(4) + "abcd").readResponse()).startsWith("HTTP/1.1 413 ");
    }
  }

  @AsyncTest
  void bodyThatWasReadAsAStream_andIsTooLong_breaksOff() throws Exception {
    var read = new ArrayList<String>();
    try (var server =
            RawClient.server(
                rq -> {
                  var body = rq.body();
                  read.add(new String(body.readexactly(3), UTF_8));
                  return Response.text(new String(body.read(), UTF_8));
                },
                DEFAULTS.maxBody(5));
        var client = RawClient.inMemory(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      sleep(1);
      client.send("3\r\ndef\r\n");
      assertThat(client.readResponse()).startsWith("HTTP/1.1 413 ");
    }
    assertThat(read).containsExactly("abc");
  }

  // ---- times ------------------------------------------------------------------------------------

  @AsyncTest
  void connection_onWhichNothingComes_isClosed() throws Exception {
    double began = getRunningLoop().time();
    assertThat(ask(DEFAULTS)).isEmpty();
    assertThat(getRunningLoop().time() - began).isEqualTo(10);
  }

  @AsyncTest
  void head_thatComesTooSlowly_isRefused() throws Exception {
    double began = getRunningLoop().time();
    try (var server = server(DEFAULTS);
        var client = RawClient.inMemory(server)) {
      for (int i = 0; i < 9; i++) {
        client.send(GET.substring(i, i + 1));
        sleep(1);
      }
      assertThat(client.readAll()).startsWith("HTTP/1.1 408 Request Timeout\n");
      assertThat(getRunningLoop().time() - began).isEqualTo(10);
    }
  }

  /// Slowloris.
  @AsyncTest
  void thousandsOfSlowHeads_stopNobody() throws Exception {
    var slow = new ArrayList<RawClient>();
    try (var server = server(DEFAULTS)) {
      double began = getRunningLoop().time();
      for (int i = 0; i < 2000; i++) {
        slow.add(RawClient.inMemory(server).send("G"));
      }
      for (int i = 1; i < 10; i++) {
        sleep(1);
        for (var client : slow) {
          client.send(GET.substring(i, i + 1));
        }
        try (var quick = RawClient.inMemory(server)) {
          assertThat(quick.send(GET).readResponse()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(getRunningLoop().time() - began).isEqualTo(i);
      }
      for (var client : slow) {
        assertThat(client.readAll()).startsWith("HTTP/1.1 408 Request Timeout\n");
      }
      assertThat(getRunningLoop().time() - began).isEqualTo(10);
    } finally {
      slow.forEach(RawClient::close);
    }
  }

  @AsyncTest
  void headOfALaterRequest_hasItsOwnTime() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawClient.inMemory(server)) {
      client.send(GET).readResponse();
      sleep(30);
      double began = getRunningLoop().time();
      assertThat(client.send("GET").readAll()).startsWith("HTTP/1.1 408 ");
      assertThat(getRunningLoop().time() - began).isEqualTo(10);
    }
  }

  @AsyncTest
  void connection_thatIsIdle_isClosed() throws Exception {
    try (var server = server(DEFAULTS.idleTime(Duration.ofSeconds(20)));
        var client = RawClient.inMemory(server)) {
      client.send(GET).readResponse();
      sleep(15);
      client.send(GET).readResponse();
      double began = getRunningLoop().time();
      assertThat(client.readAll()).isEmpty();
      assertThat(getRunningLoop().time() - began).isEqualTo(20);
    }
  }

  @AsyncTest
  void handler_mayTakeItsTime() throws Exception {
    try (var server =
            RawClient.server(
                rq -> {
                  sleep(3600);
                  return Response.text("late");
                },
                DEFAULTS);
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse()).endsWith("late");
    }
  }

  @AsyncTest
  void body_thatComesTooSlowly_isRefused() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawClient.inMemory(server)) {
      client.send(post(10_000));
      for (int i = 0; i < 3; i++) {
        client.send("x".repeat(1200));
        sleep(4.9);
      }
      client.send("x".repeat(1199));
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 408 Request Timeout\n")
          .contains("Connection: close\n");
    }
  }

  @AsyncTest
  void body_thatTheHandlerIsSlowToRead_mayTakeItsTime() throws Exception {
    try (var server =
            RawClient.server(
                rq -> {
                  sleep(100);
                  return Response.text("<" + rq.text().length() + ">");
                },
                DEFAULTS);
        var client = RawClient.inMemory(server)) {
      client.send(post(10) + "abcde");
      sleep(101);
      assertThat(client.send("fghij").readResponse()).endsWith("<10>");
    }
  }

  @AsyncTest
  void clientThatTakesNothingOfAResponse_isLeft() throws Exception {
    var problems = new ArrayList<Throwable>();
    var took = new double[1];
    try (var server =
            RawClient.server(
                rq ->
                    Response.stream(out -> {
                      double began = getRunningLoop().time();
                      try {
                        while (true) {
                          out.write(new byte[10_000]);
                        }
                      } catch (IOException e) {
                        problems.add(e);
                      } finally {
                        took[0] = getRunningLoop().time() - began;
                      }
                    }),
                DEFAULTS.cancelOnDisconnect(false));
        var client = RawClient.inMemory(server)) {
      client.send(GET);
      sleep(100);
      assertThat(took[0]).isEqualTo(60);
      assertThat(problems).singleElement().asString().contains("the client has gone");
    }
  }

  // ---- numbers ----------------------------------------------------------------------------------

  @AsyncTest
  void connections_thatAreTooMany_areToldSo() throws Exception {
    try (var server = server(DEFAULTS.maxConnections(1));
        var first = RawClient.inMemory(server)) {
      first.send(GET).readResponse();
      try (var second = RawClient.inMemory(server)) {
        assertThat(second.send(GET).readAll())
            .startsWith("HTTP/1.1 503 Service Unavailable\n")
            .contains("Retry-After: 10\n", "Connection: close\n");
      }
      assertThat(first.send(GET).readResponse()).startsWith("HTTP/1.1 200 ");
    }
  }

  @AsyncTest
  void requestsThatWait_stopTheReading() throws Exception {
    var begun = new int[1];
    try (var server =
            RawClient.server(
                rq -> {
                  begun[0]++;
                  sleep(1);
                  return Response.empty(204);
                },
                DEFAULTS.pipelined(4));
        var client = RawClient.inMemory(server)) {
      for (int i = 0; i < 20; i++) {
        client.send(GET);
        sleep(0.001);
      }
      assertThat(client.connection().writer().transport().getWriteBufferSize())
          .isEqualTo(15 * GET.length());
      for (int i = 0; i < 20; i++) {
        client.readHead();
      }
      assertThat(begun[0]).isEqualTo(20);
    }
  }

  @AsyncTest
  void options_thatMakeNoSense_areRefused() {
    assertThatThrownBy(() -> DEFAULTS.headerCount(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("headerCount");
    assertThatThrownBy(() -> DEFAULTS.grace(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @AsyncTest
  void chunkedBody_thatNobodyReads_hasALimit() throws Exception {
    try (var server = RawClient.server(rq -> Response.text("early"), DEFAULTS.maxBody(1000));
        var client = RawClient.inMemory(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      assertThat(client.readResponse()).endsWith("early");
      for (int i = 0; i < 11; i++) {
        client.send("64\r\n" + "a".repeat(100) + "\r\n");
      }
      double began = getRunningLoop().time();
      assertThat(client.readAll()).isEmpty();
      assertThat(getRunningLoop().time()).isEqualTo(began);
    }
  }

  @AsyncTest
  void largeResponse_beforeTheRequestHasEnded_isSentAsAWhole() throws Exception {
    try (var server =
            RawClient.server(
                rq ->
                    Response.stream(
                            150_000,
                            out -> {
                              for (int i = 0; i < 15; i++) {
                                out.write(new byte[10_000]);
                                sleep(0.01);
                              }
                            })
                        .header("Connection", "close"),
                DEFAULTS);
        var client = RawClient.inMemory(server)) {
      client.send(post(6) + "abc").readHead();
      sleep(5); // a slow client
      assertThat(client.read(150_000)).hasSize(150_000);
      assertThat(client.readAll()).isEmpty();
    }
  }

  @AsyncTest
  void body_mayHaveNoLimit() throws Exception {
    assertThat(ask(DEFAULTS.maxBody(Long.MAX_VALUE), post(3) + "abc", LAST)).contains("<3>");
  }

  private static String chunked(String chunks) {
    return "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
  }

  @AsyncTest
  void trailers_haveTheSameLimitAsHeaders_butNotTogether() throws Exception {
    var head =
        chunked("").replace("Host", "Connection: close\r\nX: " + "h".repeat(12_000) + "\r\nHost");
    assertThat(ask(DEFAULTS, head + "1\r\na\r\n0\r\nY: " + "t".repeat(12_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
    assertThat(ask(DEFAULTS, head + "1\r\na\r\n0\r\nY: " + "t".repeat(17_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("The trailers are longer than 16384 bytes.");
  }

  @AsyncTest
  void chunks_thatAreMostlyNoData_areRefused() throws Exception {
    var chunk = "1;x=" + "y".repeat(4000) + "\r\na\r\n";
    assertThat(ask(DEFAULTS, chunked(chunk.repeat(5))))
        .startsWith("HTTP/1.1 400 ")
        .contains("no data", "Connection: close\n");
    assertThat(ask(DEFAULTS, chunked("0".repeat(4000) + "1\r\na\r\n0\r\n\r\n").repeat(8), LAST))
        .as("body by body")
        .startsWith("HTTP/1.1 200 ");
    assertThat(ask(DEFAULTS, chunked(("0".repeat(4000) + "1\r\na\r\n").repeat(5))))
        .startsWith("HTTP/1.1 400 ");
  }

  @AsyncTest
  void chunks_ofOneByte_areTaken_howeverMany() throws Exception {
    assertThat(ask(DEFAULTS, chunked("1\r\na\r\n".repeat(30_000) + "0\r\n\r\n"), LAST))
        .contains("<30000>");
    assertThat(ask(DEFAULTS, chunked("2000;x\r\n" + "a".repeat(8192) + "\r\n0\r\n\r\n"), LAST))
        .contains("<8192>");
  }

  @AsyncTest
  void clientThatDoesNotTakeTheEndOfItsLastResponse_isLeft() throws Exception {
    var ended = new Event();
    try (var server =
            RawClient.server(
                rq -> {
                  rq.afterResponse(ended::set);
                  return crumbs(1000);
                },
                DEFAULTS);
        var client = RawClient.inMemory(server, 100)) {
      client.send(LAST);
      sleep(1);
      while (!ended.isSet() || client.unsentByServer() > 10_000) { // the server may go on writing
        client.read(100);
        sleep(0);
      }
      assertThat(client.unsentByServer()).isPositive();
      var told = client.serverSide().getProtocol();
      told.pauseWriting(); // as sockets do while they take a part of a long piece,
      told.resumeWriting(); // which those in memory do not
      assertThat(server.statistics().connections()).isEqualTo(1);
      sleep(130);
      assertThat(server.statistics().connections()).isZero();
    }
  }

  /// A response that comes in small pieces, of which the streams in memory take one by one.
  private static Response crumbs(int number) {
    return Response.stream(
        100L * number,
        out -> {
          for (int i = 0; i < number; i++) {
            out.write(new byte[100]);
            out.flush();
          }
        });
  }

  /// How long a server puts up with a client that takes a response at some rate.
  private static double endures(HttpOptions options, int bytes, double seconds) throws Exception {
    try (var server = RawClient.server(rq -> crumbs(10_000), options);
        var client = RawClient.inMemory(server, 100)) {
      double began = getRunningLoop().time();
      client.send(LAST);
      while (server.statistics().connections() > 0 && getRunningLoop().time() < began + 1000) {
        client.read(bytes);
        sleep(seconds);
      }
      return getRunningLoop().time() - began;
    }
  }

  @AsyncTest
  void clientThatTakesAResponseTooSlowly_isLeft() throws Exception {
    assertThat(endures(DEFAULTS, 200, 1)).isBetween(60.0, 70.0);
    assertThat(endures(DEFAULTS, 300, 1)).isGreaterThan(900);
    assertThat(endures(DEFAULTS.responseRate(100), 200, 1)).isGreaterThan(900);
    assertThat(endures(DEFAULTS.responseRate(0), 50, 10)).isGreaterThan(900);
  }

  @Test
  @OnLoop(time = TimeMode.REAL)
  void connections_thatAreMuchTooMany_areClosedAtOnce() throws Exception {
    var clients = new ArrayList<RawClient>();
    try (var server =
        Http.start(rq -> Response.text("x"), "127.0.0.1", 0, DEFAULTS.maxConnections(1))) {
      for (int i = 0; i < 101; i++) {
        clients.add(new RawClient(server));
      }
      assertThat(clients.getFirst().send(GET).readResponse()).startsWith("HTTP/1.1 200 ");
      var last = new RawClient(server);
      clients.add(last);
      assertThatThrownBy(() -> last.read(1)).isInstanceOf(IOException.class);
      assertThat(server.statistics().connections()).isEqualTo(101);
      assertThat(clients.get(100).send(GET).readResponse()).startsWith("HTTP/1.1 503 ");
    } finally {
      clients.forEach(RawClient::close);
    }
  }
}
