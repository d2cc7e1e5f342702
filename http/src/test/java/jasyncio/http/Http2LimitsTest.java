package jasyncio.http;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.http.RawHttp2Peer.frame;
import static jasyncio.http.RawHttp2Peer.intBytes;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.AsyncTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/// Each limit of HTTP/2 is exceeded once.
class Http2LimitsTest {
  private static final HttpOptions DEFAULTS = HttpOptions.defaults();

  private static HttpServer server(HttpOptions options) {
    return RawClient.server(rq -> Response.text("<" + rq.text().length() + ">"), options);
  }

  /// What a server says to some frames of one kind, and to nothing else.
  private static List<String> flood(HttpServer server, int count, IntFunction<byte[]> frames)
      throws IOException {
    try (server;
        var client = RawHttp2Peer.inMemory(server)) {
      var all = new ArrayList<byte[]>();
      for (int i = 0; i < count; i++) {
        all.add(frames.apply(i));
      }
      client.sendAll(all);
      return client.rest();
    }
  }

  private static List<String> flood(int count, byte[] frame) throws IOException {
    return flood(server(DEFAULTS), count, _ -> frame);
  }

  private static final String CALM = "GOAWAY 0 ENHANCE_YOUR_CALM";

  // ---- sizes ------------------------------------------------------------------------------------

  @AsyncTest
  void target_thatIsTooLong_isRefused_andTheConnectionGoesOn() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/" + "a".repeat(8192)).skip("HEADERS 1 :status=414", "DATA 1 end ");
      client.get(3, "/" + "a".repeat(8191)).skip("HEADERS 3 :status=200", "DATA 3 end <0>");
    }
  }

  @AsyncTest
  void headers_thatAreTooLong_areRefused_andTheConnectionGoesOn() throws Exception {
    int room = 16 * 1024 - "x".length() - 4;
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int over : new int[] {0, 1, 9_000}) { // the last is more than is taken in
        var fields = RawHttp2Peer.request("GET", "/", "x", "a".repeat(room + over));
        byte[] block = client.block(fields);
        int half = block.length / 2;
        int stream = 1 + 2 * Math.min(over, 2);
        client.send(RawHttp2Peer.HEADERS, 1, stream, Arrays.copyOf(block, half));
        client.send(
            RawHttp2Peer.CONTINUATION,
            RawHttp2Peer.END_HEADERS,
            stream,
            Arrays.copyOfRange(block, half, block.length));
        assertThat(client.await("HEADERS " + stream))
            .startsWith("HEADERS " + stream + " :status=" + (over == 0 ? 200 : 431));
      }
    }
  }

  @AsyncTest
  void headers_thatAreTooMany_areRefused() throws Exception {
    var fields = new ArrayList<String>();
    for (int i = 0; i < 100; i++) {
      fields.addAll(List.of("x", "y"));
    }
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.headers(1, true, RawHttp2Peer.request("GET", "/", fields.toArray(new String[0])));
      client.skip("HEADERS 1 :status=200", "DATA 1 end");
      fields.addAll(List.of("x", "y"));
      client.headers(3, true, RawHttp2Peer.request("GET", "/", fields.toArray(new String[0])));
      client.skip("HEADERS 3 :status=431");
    }
  }

  @AsyncTest
  void trailers_thatAreTooLong_areRefused() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/").headers(1, true, "x", "a".repeat(16_380));
      assertThat(client.await("HEADERS 1")).startsWith("HEADERS 1 :status=431");
      client.get(3, "/");
      assertThat(client.await("HEADERS 3")).startsWith("HEADERS 3 :status=200");
    }
  }

  @AsyncTest
  void headersWithoutEnd_endTheConnection() throws Exception {
    var part = new byte[16_000];
    Arrays.fill(part, (byte) 0x88);
    assertThat(
            flood(
                server(DEFAULTS),
                3,
                i -> frame(i == 0 ? RawHttp2Peer.HEADERS : RawHttp2Peer.CONTINUATION, 0, 1, part)))
        .singleElement()
        .asString()
        .startsWith("GOAWAY 0 ");
  }

  @AsyncTest
  void continuationsThatBringLittle_endTheConnection() throws Exception {
    assertThat(
            flood(
                server(DEFAULTS),
                100,
                i ->
                    frame(
                        i == 0 ? RawHttp2Peer.HEADERS : RawHttp2Peer.CONTINUATION,
                        0,
                        1,
                        new byte[i % 2])))
        .singleElement()
        .asString()
        .startsWith(CALM);
  }

  @AsyncTest
  void body_thatIsTooLong_isRefused() throws Exception {
    try (var server = server(DEFAULTS.maxBody(5));
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/", "content-length", "6");
      client.skip("HEADERS 1 :status=413", "DATA 1 end", "RST_STREAM 1 NO_ERROR");
      client.post(3, "/").data(3, false, "abcdef");
      assertThat(client.await("HEADERS 3")).contains(":status=413");
      client.skip("DATA 3 end", "RST_STREAM 3 NO_ERROR");
      client.post(5, "/").data(5, true, "abcde");
      assertThat(client.await("DATA 5")).isEqualTo("DATA 5 end <5>");
    }
  }

  @AsyncTest
  void bodyThatNobodyReads_hasALimit() throws Exception {
    try (var server = RawClient.server(rq -> Response.text("early"), DEFAULTS.maxBody(1000));
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/").skip("HEADERS 1", "DATA 1 end early");
      client.data(1, false, "a".repeat(1001)).skip("RST_STREAM 1 NO_ERROR");
    }
  }

  @AsyncTest
  void frameThatIsTooLong_endsTheConnection() throws Exception {
    assertThat(flood(1, frame(RawHttp2Peer.PING, 0, 0, new byte[16_385])))
        .singleElement()
        .asString()
        .startsWith("GOAWAY 0 FRAME_SIZE_ERROR");
  }

  // ---- windows ----------------------------------------------------------------------------------

  @AsyncTest
  void moreThanTheStreamsWindow_resetsTheStream() throws Exception {
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/");
      for (int i = 0; i < 4; i++) {
        client.data(1, false, "a".repeat(16_384));
      }
      client.skip("RST_STREAM 1 FLOW_CONTROL_ERROR");
      client.get(3, "/").reset(3);
    }
  }

  private static Response waitForEver() {
    sleep(1_000_000);
    return Response.empty(204);
  }

  @AsyncTest
  void moreThanTheConnectionsWindow_endsTheConnection() throws Exception {
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int stream = 1; stream < 35; stream += 2) { // 17 streams that nobody reads
        client.post(stream, "/");
        for (int i = 0; i < 4; i++) {
          client.data(stream, false, "a".repeat(i == 3 ? 16_383 : 16_384));
        }
      }
      assertThat(client.rest())
          .singleElement()
          .asString()
          .startsWith("GOAWAY 33 FLOW_CONTROL_ERROR");
    }
  }

  private static RawHttp2Peer ping(RawHttp2Peer client) throws IOException {
    client.send(RawHttp2Peer.PING, 0, 0, new byte[8]).await("PING ack");
    return client;
  }

  @AsyncTest
  void bodiesThatAreDropped_leaveTheConnectionsWindowAsItWas() throws Exception {
    var piece = "x".repeat(16_384); // 70 of them are more than the window of the connection
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int i = 0; i < 70; i++) { // behind their end
        int stream = 2 * i + 1;
        client.get(stream, "/").data(stream, false, piece);
        client.await("RST_STREAM " + stream + " STREAM_CLOSED");
      }
      ping(client);
    }
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int i = 0; i < 70; i++) { // more than the stream's window
        int stream = 2 * i + 1;
        client.post(stream, "/");
        for (int j = 0; j < 4; j++) {
          client.data(stream, false, piece);
        }
        client.await("RST_STREAM " + stream + " FLOW_CONTROL_ERROR");
      }
      ping(client);
    }
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").window(1, 0).await("RST_STREAM 1 ");
      for (int i = 0; i < 70; i++) { // of a stream that this side has reset
        client.data(1, false, piece);
      }
      ping(client);
    }
  }

  @AsyncTest
  void windowThatIsKeptByOthers_isGivenBackBeforeHalfOfItIsUsed() throws Exception {
    Handler handler = rq -> rq.path().equals("/read") ? Response.text(rq.text()) : waitForEver();
    try (var server = RawClient.server(handler, DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      double began = getRunningLoop().time();
      client.post(1, "/read").await("WINDOW_UPDATE 1 ");
      for (int i = 0; i < 25; i++) {
        client.data(1, false, "x".repeat(16_000)); // is read: less than half of the window
      }
      for (int stream = 3; stream < 17; stream += 2) { // is not: with that, three quarters
        client.post(stream, "/");
        for (int i = 0; i < 4; i++) {
          client.data(stream, false, "x".repeat(15_000));
        }
      }
      assertThat(client.await("WINDOW_UPDATE 0 ")).isEqualTo("WINDOW_UPDATE 0 400000");
      assertThat(getRunningLoop().time()).isEqualTo(began); // and not when a body comes too slowly
    }
  }

  @AsyncTest
  void window_isGivenBackOnce() throws Exception {
    int sent = 0;
    int returned = 0;
    Handler handler =
        rq -> {
          sleep(1); // it is held until then
          return Response.text("<" + rq.text().length() + ">");
        };
    try (var server = RawClient.server(handler, DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 16; i++) {
          int stream = 32 * round + 2 * i + 1;
          client.post(stream, "/");
          for (int j = 0; j < 4; j++) {
            client.data(stream, j == 3, "x".repeat(15_000));
            sent += 15_000;
          }
        }
        for (int ended = 0; ended < 16; ) {
          var frame = client.next();
          assertThat(frame).isNotEmpty(); // as at the end of the connection
          if (frame.startsWith("WINDOW_UPDATE 0 ")) {
            returned += Integer.parseInt(frame.substring("WINDOW_UPDATE 0 ".length()));
          } else if (frame.startsWith("DATA ") && frame.endsWith(" end <60000>")) {
            ended++;
          }
        }
        assertThat(returned).isBetween(sent - 1024 * 1024, sent);
      }
    }
  }

  @AsyncTest
  void windowThatGrowsWithoutEnd_isAnError() throws Exception {
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").window(1, Integer.MAX_VALUE).skip("RST_STREAM 1 FLOW_CONTROL_ERROR");
      client.window(0, Integer.MAX_VALUE);
      assertThat(client.rest())
          .singleElement()
          .asString()
          .startsWith("GOAWAY 1 FLOW_CONTROL_ERROR");
    }
  }

  // ---- numbers ----------------------------------------------------------------------------------

  @AsyncTest
  void requests_thatAreTooMany_areRefused() throws Exception {
    try (var server =
            RawClient.server(
                rq -> {
                  sleep(1);
                  return Response.empty(204);
                },
                DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int i = 0; i < 101; i++) {
        client.get(2 * i + 1, "/");
      }
      client.skip("RST_STREAM 201 REFUSED_STREAM");
      for (int i = 0; i < 100; i++) {
        client.skip("HEADERS " + (2 * i + 1) + " end :status=204");
      }
      client.get(203, "/").skip("HEADERS 203 end :status=204");
    }
  }

  @AsyncTest
  void requestsWhoseStreamsWereReset_countUntilTheirHandlersEnd() throws Exception {
    try (var server =
            RawClient.server(
                rq -> {
                  try {
                    sleep(100);
                  } finally {
                    sleep(1); // to clean up may take time
                  }
                  return Response.empty(204);
                },
                DEFAULTS.streams(2));
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").get(3, "/");
      sleep(1);
      client.reset(1).window(3, 0).skip("RST_STREAM 3 PROTOCOL_ERROR"); // by this side, and by that
      client.get(5, "/").skip("RST_STREAM 5 REFUSED_STREAM");
      sleep(2);
      client.get(7, "/").reset(7).send(RawHttp2Peer.PING, 0, 0, new byte[8]).skip("PING ack");
    }
  }

  @AsyncTest
  void streamsThatAreResetWithoutEnd_endTheConnection() throws Exception {
    var cancelled = new int[1];
    try (var server =
            RawClient.server(
                rq -> {
                  try {
                    return waitForEver();
                  } finally {
                    cancelled[0]++;
                  }
                },
                DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int i = 0; i < 200; i++) {
        client.get(2 * i + 1, "/");
        sleep(0.1);
        client.reset(2 * i + 1);
      }
      client.get(401, "/");
      sleep(0.1);
      client.reset(401);
      assertThat(client.rest())
          .singleElement()
          .asString()
          .startsWith("GOAWAY 401 ENHANCE_YOUR_CALM");
      sleep(1);
      assertThat(cancelled[0]).isEqualTo(201);
    }
  }

  @AsyncTest
  void streamsThatAreReset_nowAndThen_areFine() throws Exception {
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int i = 0; i < 400; i++) {
        client.get(2 * i + 1, "/").reset(2 * i + 1);
        sleep(0.16);
      }
      client.send(RawHttp2Peer.PING, 0, 0, new byte[8]).skip("PING ack");
    }
  }

  @AsyncTest
  void streamsThatThisSideIsMadeToReset_endTheConnection() throws Exception {
    try (var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int i = 0; i <= 200; i++) {
        int stream = 2 * i + 1;
        client.get(stream, "/");
        switch (i % 4) {
          case 0 -> client.window(stream, 0);
          case 1 -> client.window(stream, Integer.MAX_VALUE);
          case 2 -> client.data(stream, false, "behind the end");
          default -> client.send(RawHttp2Peer.PRIORITY, 0, stream, intBytes(stream, 0));
        }
        sleep(0.01);
      }
      var said = client.rest();
      assertThat(said).hasSize(201);
      assertThat(said.getLast()).startsWith("GOAWAY 401 ENHANCE_YOUR_CALM");
    }
  }

  // ---- frames that bring nothing forward --------------------------------------------------------

  @AsyncTest
  void framesThatBringNothing_endTheConnection() throws Exception {
    for (var frame :
        List.of(
            frame(RawHttp2Peer.PING, 0, 0, new byte[8]),
            frame(RawHttp2Peer.PING, RawHttp2Peer.ACK, 0, new byte[8]),
            frame(RawHttp2Peer.SETTINGS, 0, 0),
            frame(RawHttp2Peer.SETTINGS, RawHttp2Peer.ACK, 0),
            frame(RawHttp2Peer.PRIORITY, 0, 1, new byte[] {0, 0, 0, 0, 7}),
            frame(RawHttp2Peer.WINDOW_UPDATE, 0, 0, intBytes(1)),
            frame(RawHttp2Peer.GOAWAY, 0, 0, new byte[8]),
            frame(0xbb, 0, 0, new byte[100]))) {
      assertThat(flood(900, frame))
          .as("the idle time")
          .last()
          .asString()
          .isEqualTo("GOAWAY 0 NO_ERROR");
      assertThat(flood(1001, frame)).last().asString().startsWith(CALM);
    }
  }

  @AsyncTest
  void emptyPiecesOfABody_endTheConnection() throws Exception {
    for (int flags : new int[] {0, RawHttp2Peer.PADDED}) {
      byte[] empty = frame(RawHttp2Peer.DATA, flags, 1, new byte[flags == 0 ? 0 : 1]);
      var server = RawClient.server(rq -> waitForEver(), DEFAULTS);
      try (server;
          var client = RawHttp2Peer.inMemory(server)) {
        client.post(1, "/");
        for (int i = 0; i < 1010; i++) {
          client.send(empty);
        }
        assertThat(client.rest()).last().asString().startsWith("GOAWAY 1 ENHANCE_YOUR_CALM");
      }
    }
  }

  @AsyncTest
  void framesBetweenRequests_areFine() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      for (int i = 0; i < 2000; i++) {
        client.get(2 * i + 1, "/").window(0, 1).window(0, 1);
        client.send(RawHttp2Peer.PING, 0, 0, new byte[8]);
        client.await("DATA " + (2 * i + 1) + " end");
      }
    }
  }

  @AsyncTest
  void answersThatAreNotRead_endTheConnection() throws Exception {
    try (var server =
            RawClient.server(
                rq -> Response.stream(out -> out.write(new byte[1_000_000])), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.window(0, 1_000_000);
      for (int i = 0; i < 400; i++) { // patience for pings
        client.get(2 * i + 1, "/none").reset(2 * i + 1);
        sleep(1);
      }
      client.get(1001, "/");
      sleep(1); // what is sent is not read
      for (int i = 0; i < 1001; i++) {
        client.send(RawHttp2Peer.PING, 0, 0, new byte[8]);
      }
      sleep(1);
      assertThat(client.await("GOAWAY")).startsWith("GOAWAY 1001 ENHANCE_YOUR_CALM");
    }
  }

  // ---- times ------------------------------------------------------------------------------------

  @AsyncTest
  void connectionWithoutSettings_isClosed() throws Exception {
    try (var server = server(DEFAULTS);
        var client = new RawHttp2Peer(RawClient.inMemory(server))) {
      double began = getRunningLoop().time();
      client.raw().send(RawHttp2Peer.PREFACE);
      client.skip("SETTINGS", "WINDOW_UPDATE 0");
      assertThat(client.rest()).singleElement().asString().startsWith("GOAWAY 0 SETTINGS_TIMEOUT");
      assertThat(getRunningLoop().time() - began).isEqualTo(10);
    }
  }

  @AsyncTest
  void head_thatComesTooSlowly_endsTheConnection() throws Exception {
    for (boolean inOneFrame : new boolean[] {false, true}) {
      try (var server = server(DEFAULTS);
          var client = RawHttp2Peer.inMemory(server)) {
        sleep(20);
        double began = getRunningLoop().time();
        byte[] block = client.block(RawHttp2Peer.request("GET", "/"));
        if (inOneFrame) {
          byte[] frame = frame(RawHttp2Peer.HEADERS, 5, 1, block);
          client.send(Arrays.copyOf(frame, 12));
          for (int i = 12; i < 21; i++) {
            sleep(1);
            client.send(new byte[] {frame[i]});
          }
        } else {
          client.send(RawHttp2Peer.HEADERS, 0, 1, block);
          sleep(9);
          client.send(RawHttp2Peer.CONTINUATION, 0, 1);
        }
        assertThat(client.rest())
            .singleElement()
            .asString()
            .startsWith("GOAWAY 0 ENHANCE_YOUR_CALM the head of the request comes too slowly");
        assertThat(getRunningLoop().time() - began).isEqualTo(10);
      }
    }
  }

  @AsyncTest
  void connection_thatIsIdle_isClosed_whateverItPings() throws Exception {
    try (var server = server(DEFAULTS.idleTime(Duration.ofSeconds(20)));
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").await("DATA 1 end");
      sleep(15);
      client.get(3, "/").await("DATA 3 end");
      double began = getRunningLoop().time();
      for (int i = 0; i < 10; i++) {
        sleep(1.5);
        client.send(RawHttp2Peer.PING, 0, 0, new byte[8]).skip("PING ack");
      }
      assertThat(client.rest()).containsExactly("GOAWAY 3 NO_ERROR");
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
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").skip("HEADERS 1", "DATA 1 end late");
    }
  }

  @AsyncTest
  void body_thatComesTooSlowly_isRefused_andOthersAreNot() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/").post(3, "/");
      for (int i = 0; i < 3; i++) {
        client.data(1, false, "x".repeat(1200)).data(3, false, "x".repeat(1200));
        sleep(4.9);
      }
      client.data(1, false, "x".repeat(1100)).data(3, false, "x".repeat(1200));
      assertThat(client.await("HEADERS 1")).startsWith("HEADERS 1 :status=408");
      client.skip("DATA 1 end", "RST_STREAM 1 NO_ERROR");
      client.data(3, true, "");
      assertThat(client.await("DATA 3")).isEqualTo("DATA 3 end <4800>");
    }
  }

  @AsyncTest
  void body_thatComesTooSlowly_isRefused_alsoIfThereAreHeadsAllTheTime() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/");
      for (int stream = 3;
          stream < 11;
          stream += 2) { // each is what is awaited when the body is due
        byte[] block = client.block(RawHttp2Peer.request("GET", "/"));
        sleep(4);
        client.send(RawHttp2Peer.HEADERS, 1, stream, Arrays.copyOf(block, 2));
        sleep(2);
        client.send(
            RawHttp2Peer.CONTINUATION, 4, stream, Arrays.copyOfRange(block, 2, block.length));
      }
      assertThat(client.await("HEADERS 1 ")).startsWith("HEADERS 1 :status=408");
      client.await("DATA 9 end");
    }
  }

  @AsyncTest
  void body_thatComesTooSlowly_isRefused_alsoAfterAnotherWhoseHandlerGoesOn() throws Exception {
    Handler handler =
        rq -> {
          try {
            return Response.text(rq.text());
          } catch (HttpProblem e) {
            sleep(rq.path().equals("/first") ? 1_000 : 0);
            throw e;
          }
        };
    try (var server = RawClient.server(handler, DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/first");
      sleep(20); // it was too slow after five
      double began = getRunningLoop().time();
      client.post(3, "/second");
      assertThat(client.await("HEADERS ")).startsWith("HEADERS 3 :status=408");
      assertThat(getRunningLoop().time() - began).isBetween(4.9, 10.1);
    }
  }

  @AsyncTest
  void bodyInLargeFrames_isCountedByteByByte() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/");
      sleep(0.5);
      byte[] frame = frame(RawHttp2Peer.DATA, 1, 1, new byte[16_000]);
      for (int i = 0; i < frame.length; i += 300) {
        client.send(Arrays.copyOfRange(frame, i, Math.min(frame.length, i + 300)));
        sleep(1);
      }
      assertThat(client.await("DATA 1")).isEqualTo("DATA 1 end <16000>");
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
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/").data(1, false, "abcde");
      sleep(101);
      client.data(1, true, "fghij");
      assertThat(client.await("DATA 1")).isEqualTo("DATA 1 end <10>");
    }
  }

  @AsyncTest
  void restOfABodyThatNobodyReads_hasToCome() throws Exception {
    try (var server = RawClient.server(rq -> Response.text("early"), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/").skip("HEADERS 1", "DATA 1 end early");
      double began = getRunningLoop().time();
      client.skip("RST_STREAM 1 NO_ERROR");
      double over = getRunningLoop().time();
      assertThat(over - began).isBetween(4.9, 10.1);
      assertThat(client.rest()).containsExactly("GOAWAY 1 NO_ERROR"); // it is idle from then on
      assertThat(getRunningLoop().time() - over).isBetween(59.9, 61.1);
    }
  }

  @AsyncTest
  void streamOfWhichNothingIsTaken_isReset_andOthersAreNot() throws Exception {
    var problems = new ArrayList<String>();
    try (var server =
            RawClient.server(
                rq ->
                    rq.path().equals("/other")
                        ? Response.text("other")
                        : Response.stream(out -> {
                          try {
                            while (true) {
                              out.write(new byte[10_000]);
                            }
                          } catch (IOException e) {
                            problems.add(String.valueOf(e.getMessage()));
                          }
                        }),
                DEFAULTS.cancelOnDisconnect(false));
        var client = RawHttp2Peer.inMemory(server, 4, 100)) {
      client.get(1, "/").skip("HEADERS 1", "DATA 1 ");
      double began = getRunningLoop().time();
      sleep(30);
      client.window(1, 100).skip("DATA 1 ");
      client.get(3, "/other").await("DATA 3 end");
      assertThat(client.next()).isEqualTo("RST_STREAM 1 CANCEL");
      assertThat(getRunningLoop().time() - began).isEqualTo(90);
      assertThat(problems).containsExactly("the client has gone");
      client.get(5, "/other").await("DATA 5 end");
    }
  }

  @AsyncTest
  void connectionOfWhichNothingIsTaken_isLeft() throws Exception {
    try (var server = RawClient.server(rq -> Response.bytes(new byte[100_000]), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      double began = getRunningLoop().time();
      client.get(1, "/").get(3, "/");
      sleep(30);
      client.window(0, 1000);
      sleep(89);
      assertThat(server.statistics().connections()).isZero();
      assertThat(getRunningLoop().time() - began).isEqualTo(119);
    }
  }

  private static HttpServer bodies() {
    return bodies(DEFAULTS);
  }

  private static HttpServer bodies(HttpOptions options) {
    return RawClient.server(
        rq -> Response.bytes(new byte[Integer.parseInt(rq.path().substring(1))]), options);
  }

  private static void isLeftAfterAMinute(HttpServer server) {
    sleep(59);
    assertThat(server.statistics().connections()).isEqualTo(1);
    sleep(2);
    assertThat(server.statistics().connections()).isZero();
  }

  @AsyncTest
  void connectionOfWhichNothingIsTaken_isLeft_ifOneStreamWaits() throws Exception {
    try (var server = bodies();
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.get(1, "/70000").skip("HEADERS 1", "DATA 1 ", "DATA 1 ", "DATA 1 ", "DATA 1 ");
      isLeftAfterAMinute(server);
    }
  }

  @AsyncTest
  void connectionOfWhichNothingIsTaken_isLeft_ifAnotherStreamHasTakenTheLastOfIt()
      throws Exception {
    try (var server = bodies();
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.get(1, "/70000").skip("HEADERS 1", "DATA 1 ", "DATA 1 ", "DATA 1 ", "DATA 1 ");
      client.get(3, "/10").skip("HEADERS 3");
      sleep(30);
      client.window(0, 70_000 - 65_535).skip("DATA 1 end");
      isLeftAfterAMinute(server);
    }
  }

  @AsyncTest
  void connectionWhoseStreamsHaveTakenTurns_hasItsTimeFromWhenItsWindowIsClosed() throws Exception {
    try (var server = bodies(DEFAULTS.responseRate(1000));
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.get(1, "/" + (65_535 + 17_000));
      client.skip("HEADERS 1", "DATA 1 ", "DATA 1 ", "DATA 1 ", "DATA 1 ");
      client.get(3, "/1000").skip("HEADERS 3");
      client.window(0, 20_000); // both wait for their turns, and not for the window
      client.skip("DATA 1 ", "DATA 3 end", "DATA 1 end");
      sleep(59);
      client.get(5, "/70000").skip("HEADERS 5", "DATA 5 ");
      sleep(2);
      client.window(0, 100_000).await("DATA 5 end");
    }
  }

  @AsyncTest
  void responsesWithoutABody_count_asLongAsTheirHeadsAreNotTaken() throws Exception {
    for (boolean streamed : new boolean[] {false, true}) {
      var answered = new ArrayList<Integer>();
      Handler handler =
          rq -> {
            answered.add(answered.size());
            return (streamed ? Response.stream(out -> out.write("a")) : Response.empty(204))
                .header("x", answered.size() + "a".repeat(1000));
          };
      try (var server = RawClient.server(handler, DEFAULTS);
          var client = RawHttp2Peer.inMemory(server)) {
        for (int stream = 1; stream < 2 * 1000; stream += 2) {
          client.headers(stream, true, RawHttp2Peer.request("HEAD", "/"));
          sleep(0);
        }
        sleep(1);
      }
      assertThat(answered).hasSizeBetween(100, 500);
    }
  }

  @AsyncTest
  void clientThatReadsNothing_isLeft() throws Exception {
    try (var server = RawClient.server(rq -> Response.bytes(new byte[1_000_000]), DEFAULTS);
        var client = RawHttp2Peer.inMemory(server, 4, 1_000_000)) {
      client.window(0, 1_000_000).get(1, "/");
      sleep(59);
      assertThat(server.statistics().connections()).isEqualTo(1);
      sleep(2);
      assertThat(server.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void connections_thatAreTooMany_areToldSo() throws Exception {
    try (var server = server(DEFAULTS.maxConnections(1));
        var first = RawHttp2Peer.inMemory(server).get(1, "/")) {
      first.await("DATA 1 end");
      try (var second = RawHttp2Peer.inMemory(server).get(1, "/")) {
        assertThat(second.await("HEADERS 1")).contains(":status=503", "retry-after=10");
        assertThat(second.rest()).contains("GOAWAY 1 NO_ERROR");
      }
      first.get(3, "/").await("DATA 3 end");
    }
  }

  @AsyncTest
  void refusedRequest_withABody_leavesTheConnectionAlone() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      byte[] block = client.block(RawHttp2Peer.request("POST", "/" + "a".repeat(8192)));
      client.sendAll(
          List.of(
              RawHttp2Peer.frame(1, 4, 1, block),
              RawHttp2Peer.frame(0, 0, 1, new byte[] {'a', 'b'}),
              RawHttp2Peer.frame(0, 1, 1, new byte[] {'c'})));
      client.await("HEADERS 1 :status=414");
      client.get(3, "/").await("HEADERS 3 :status=200");
    }
  }

  @AsyncTest
  void authority_isAHostAndAPort() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      int stream = 1;
      for (var authority : List.of("a.example:80:evil", "[::1", "a:b")) {
        client.headers(
            stream,
            true,
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            authority);
        client.await("RST_STREAM " + stream + " PROTOCOL_ERROR");
        stream += 2;
      }
    }
  }

  @AsyncTest
  void expectations_areAllLookedAt() throws Exception {
    try (var server = server(DEFAULTS);
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/", "expect", "100-continue", "expect", "dessert");
      client.await("HEADERS 1 :status=417");
      client.post(3, "/", "expect", "100-Continue, 100-continue");
      client.await("HEADERS 3 :status=100");
      client.data(3, true, "abc").await("DATA 3 end <3>");
    }
  }
}
