package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.AsyncTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/// Compressed bodies, and events.
class ClientBodyTest {
  private static byte[] gzip(byte[] plain) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private static byte[] deflate(byte[] plain, boolean raw) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(bytes, new Deflater(9, raw))) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  /// Answers with bytes in pieces.
  private static ScriptedServer answering(String encoding, byte[] bytes, int piece) {
    return ScriptedServer.inMemory(peer -> {
      while (!peer.head().isEmpty()) {
        peer.say(
            "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(encoding, bytes.length));
        for (int i = 0; i < bytes.length; i += piece) {
          peer.say(java.util.Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + piece)));
          sleep(0.01);
        }
      }
    });
  }

  private static byte[] sample() {
    var bytes = new byte[50_000];
    new Random(7).nextBytes(bytes);
    System.arraycopy(new byte[20_000], 0, bytes, 10_000, 20_000);
    return bytes;
  }

  @AsyncTest
  void compressedBodies_areDecompressed_inPiecesOfAnySize() throws Exception {
    var plain = sample();
    var twoMembers = new ByteArrayOutputStream();
    twoMembers.write(gzip("abc".getBytes(UTF_8)));
    twoMembers.write(gzip("def".getBytes(UTF_8)));
    @SuppressWarnings("ArrayRecordComponent")
    record Case(String encoding, byte[] bytes, byte[] plain) {}
    for (var each :
        List.of(
            new Case("gzip", gzip(plain), plain),
            new Case("X-GZIP", gzip(plain), plain),
            new Case("deflate", deflate(plain, false), plain),
            new Case("deflate", deflate(plain, true), plain),
            new Case("identity", plain, plain),
            new Case("br", plain, plain), // not known
            new Case("deflate, gzip", gzip(deflate(plain, false)), plain),
            new Case("gzip", twoMembers.toByteArray(), "abcdef".getBytes(UTF_8)),
            new Case("gzip", new byte[0], new byte[0]))) {
      for (int piece : new int[] {100_000, 999, 7}) {
        if (piece == 7 && each.bytes.length > 100) {
          continue;
        }
        try (var server = answering(each.encoding, each.bytes, piece);
            var client = server.client()) {
          assertThat(client.get(server.url("/")).send().bytes())
              .as(each.encoding + " in pieces of " + piece)
              .isEqualTo(each.plain);
          assertThat(client.statistics().idle()).isEqualTo(1);
        }
      }
    }
  }

  @AsyncTest
  void gzipHeaderAndTrailer_byteByByte_areRead() throws Exception {
    try (var server = answering("gzip", gzip("abc".getBytes(UTF_8)), 1);
        var client = server.client()) {
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("abc");
    }
  }

  @AsyncTest
  void decompression_canBeSwitchedOff() throws Exception {
    var bytes = gzip(sample());
    try (var server = answering("gzip", bytes, 100_000);
        var client = server.client(ClientOptions.defaults().decompression(false))) {
      assertThat(client.get(server.url("/")).send().bytes()).isEqualTo(bytes);
      assertThat(server.heads.getFirst()).doesNotContain("Accept-Encoding");
    }
  }

  @AsyncTest
  void damagedBodies_areErrors() throws Exception {
    var whole = gzip(sample());
    var damaged = whole.clone();
    damaged[whole.length - 6] ^= 1; // the checksum
    for (var bytes :
        List.of(
            java.util.Arrays.copyOf(whole, whole.length - 1),
            java.util.Arrays.copyOf(whole, 5),
            damaged,
            "abc".getBytes(UTF_8))) {
      try (var server = answering("gzip", bytes, 100_000);
          var client = server.client()) {
        assertThatThrownBy(() -> client.get(server.url("/")).send())
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("the body of GET http://scripted/ cannot be read: ");
      }
    }
  }

  @AsyncTest
  void bodyThatGrowsBeyondMeasure_isRefused() throws Exception {
    var bomb = gzip(new byte[20_000_000]);
    for (var encoding : List.of("gzip", "gzip, gzip")) {
      var bytes = encoding.equals("gzip") ? bomb : gzip(bomb);
      try (var server = answering(encoding, bytes, 100_000);
          var client = server.client()) {
        assertThatThrownBy(() -> client.get(server.url("/")).send(), encoding)
            .isInstanceOf(HttpException.class)
            .hasMessageContaining("grows to more than 100 times its size");
        assertThat(client.statistics().connections()).isZero();
      }
    }
    try (var server = answering("gzip", gzip(new byte[900_000]), 100_000);
        var client = server.client()) {
      assertThat(client.get(server.url("/")).send().bytes()).hasSize(900_000);
    }
  }

  @AsyncTest
  void limitOfTheBody_isForWhatIsDecompressed() throws Exception {
    try (var server = answering("gzip", gzip(new byte[500_000]), 100_000);
        var client = server.client(ClientOptions.defaults().maxBody(400_000))) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .hasMessageContaining("longer than 400000 bytes");
    }
  }

  // ---- events -----------------------------------------------------------------------------------

  private static final String EVENTS =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

  @AsyncTest
  void events_areReadAsTheStandardSays() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(EVENTS);
              peer.say("\u00ef\u00bb\u00bf: a comment\n\ndata: a\ndata:b\n\n");
              peer.say("event: tick\r\nid: 7\r\ndata:  c\r\n\r\nid\rdata\r\r");
              peer.say("data: \u00c3");
              sleep(1);
              peer.say("\u00a4\n\nnothing: x\nevent: no data\n\nevent: unfinished\ndata: x");
            });
        var client = server.client();
        var events = client.events(server.url("/"))) {
      var all = new ArrayList<ServerSentEvent>();
      events.forEach(all::add);
      assertThat(all)
          .containsExactly(
              ServerSentEvent.of("a\nb"),
              ServerSentEvent.of(" c").event("tick").id("7"),
              ServerSentEvent.of(""),
              ServerSentEvent.of("ä"));
      assertThat(server.heads).hasSize(1);
      assertThat(server.heads.getFirst()).contains("\nAccept: text/event-stream\n");
    }
  }

  @AsyncTest
  void events_goOnAfterALoss_ifWanted() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              switch (peer.number) {
                case 1 -> {
                  peer.say(EVENTS + "retry: 5000\nid: 1\ndata: a\n\ndata: lost");
                  sleep(1);
                  peer.reset();
                }
                case 2 -> peer.reset();
                case 3 -> peer.say(EVENTS + "data: b\n\n");
                default -> peer.say("HTTP/1.1 204 No Content\r\n\r\n");
              }
            });
        var client = server.client();
        var events = client.events(server.url("/")).reconnect(1)) {
      var all = new ArrayList<String>();
      for (var event : events) {
        all.add(event.data() + "@" + jasyncio.Asyncio.getRunningLoop().time());
      }
      assertThat(all).containsExactly("a@0.0", "b@11.0");
      assertThat(server.heads).hasSize(4);
      assertThat(server.heads.getFirst()).doesNotContain("Last-Event-ID");
      assertThat(server.heads.getLast()).contains("\nLast-Event-ID: 1\n");
    }
  }

  @AsyncTest
  void silenceBetweenEvents_isNoError() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(EVENTS);
              sleep(3600);
              peer.say("data: a\n\n");
            });
        var client = server.client();
        var events = client.events(server.url("/"))) {
      assertThat(events.next()).isEqualTo(ServerSentEvent.of("a"));
      assertThat(events.next()).isNull();
    }
  }

  @AsyncTest
  void whatIsNoStreamOfEvents_isAnError() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              while (!peer.head().isEmpty()) {
                peer.say("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
                peer.head();
                peer.say("HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\noops");
              }
            });
        var client = server.client()) {
      for (var why : List.of("its type is text/html", "was answered 500: oops")) {
        try (var events = client.events(server.url("/")).reconnect(1)) {
          assertThatThrownBy(events::next)
              .isInstanceOf(HttpException.class)
              .hasMessageContaining(why);
          assertThat(events.next()).isNull();
        }
      }
    }
  }

  @AsyncTest
  void eventWithoutEnd_isRefused() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(EVENTS);
              while (true) {
                peer.say("data: " + "x".repeat(1000) + "\n");
              }
            });
        var client = server.client();
        var events = client.events(server.url("/"))) {
      assertThatThrownBy(events::next).hasMessageContaining("longer than");
    }
  }

  @AsyncTest
  void closing_wakesWhoReads() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(EVENTS);
              peer.awaitEnd();
            });
        var client = server.client()) {
      var events = client.events(server.url("/")).reconnect(1);
      var event = createTask(events::next);
      var response = client.get(server.url("/")).open();
      var body = createTask(() -> response.body().read());
      sleep(1);
      events.close();
      response.close();
      assertThat(event.await()).isNull();
      assertThatThrownBy(body::await)
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("was closed");
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void eventsOfAClosedClient_end() throws Exception {
    try (var server =
        ScriptedServer.inMemory(peer -> {
          peer.head();
          peer.say(EVENTS);
          peer.awaitEnd();
        })) {
      var client = server.client();
      try (var events = client.events(server.url("/")).reconnect(1)) {
        var event = createTask(events::next);
        sleep(1);
        client.close();
        assertThatThrownBy(event::await)
            .isInstanceOf(HttpException.class)
            .hasMessage("the client was closed");
      }
    }
  }

  @AsyncTest
  void eventsWithoutId_goOnAfterALoss() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(
                  peer.number <= 2
                      ? EVENTS + "data: " + peer.number + "\n\n"
                      : "HTTP/1.1 204 No Content\r\n\r\n");
            });
        var client = server.client();
        var events = client.events(server.url("/")).reconnect(1)) {
      var all = new ArrayList<String>();
      for (var event : events) {
        all.add(event.data());
        assertThat(events.lastId()).isEmpty();
      }
      assertThat(all).containsExactly("1", "2");
      assertThat(server.heads.getLast()).doesNotContain("Last-Event-ID");
    }
  }

  @AsyncTest
  void idThatNoHeaderCanHave_isNone() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(
                  peer.number == 1
                      ? EVENTS + "id: 1\ndata: a\n\nid: \u0001\ndata: b\n\n"
                      : "HTTP/1.1 204 No Content\r\n\r\n");
            });
        var client = server.client();
        var events = client.events(server.url("/")).reconnect(1)) {
      assertThat(events).hasSize(2);
      assertThat(server.heads.getLast()).contains("\nLast-Event-ID: 1\n");
    }
  }

  @AsyncTest
  void closing_whileTheServerIsAsked_leavesNoConnection() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              sleep(2);
              peer.say(EVENTS);
              peer.awaitEnd();
            });
        var client = server.client()) {
      var events = client.events(server.url("/")).reconnect(1);
      var event = createTask(events::next);
      sleep(1);
      events.close();
      assertThat(event.await()).isNull();
      assertThat(getRunningLoop().time()).as("at once").isEqualTo(1);
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void closing_whileTheServerIsToBeAskedAgain_asksItNoMore() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(EVENTS);
            });
        var client = server.client()) {
      var events = client.events(server.url("/")).reconnect(10);
      var event = createTask(events::next);
      sleep(1);
      events.close();
      assertThat(event.await()).isNull();
      assertThat(getRunningLoop().time()).as("at once").isEqualTo(1);
      assertThat(server.heads).hasSize(1);
    }
  }

  @AsyncTest
  void bodyThatGrowsBeyondMeasure_inTwoSteps_isRefused() throws Exception {
    // No step is beyond measure by itself: blocks of noise and zeros, each compressed alone.
    var block = new byte[40_000];
    var noise = new byte[350];
    new Random(3).nextBytes(noise);
    System.arraycopy(noise, 0, block, 0, noise.length);
    var inner = new ByteArrayOutputStream();
    int blocks = 1000;
    try (var deflater = new Deflater(9)) {
      var room = new byte[1000];
      for (int i = 0; i < blocks; i++) {
        deflater.setInput(block);
        inner.write(room, 0, deflater.deflate(room, 0, room.length, Deflater.FULL_FLUSH));
      }
      deflater.finish();
      inner.write(room, 0, deflater.deflate(room));
    }
    var outer = gzip(inner.toByteArray());
    assertThat(blocks * block.length).isLessThan(100 * inner.size());
    assertThat(inner.size()).isLessThan(1_000_000).isGreaterThan(50 * outer.length);
    try (var server = answering("deflate, gzip", outer, 100_000);
        var client = server.client(ClientOptions.defaults().maxBody(100_000_000))) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("100 times");
    }
  }

  @AsyncTest
  void gzipOfManyMembers_isRead() throws Exception {
    var members = new ByteArrayOutputStream();
    for (int i = 0; i < 20_000; i++) {
      members.write(gzip(new byte[0]));
    }
    members.write(gzip("abc".getBytes(UTF_8)));
    try (var server = answering("gzip", members.toByteArray(), 100_000);
        var client = server.client()) {
      assertThat(client.get(server.url("/")).send().text()).isEqualTo("abc");
    }
  }

  @AsyncTest
  void closing_whileTheNextEventIsAwaited_endsTheWaiting() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
              peer.awaitEnd();
            });
        var client = server.client()) {
      var events = client.events(server.url("/")).reconnect(10);
      var event = createTask(events::next);
      sleep(1);
      events.close();
      assertThat(event.await()).isNull();
      assertThat(getRunningLoop().time()).isEqualTo(1);
    }
  }

  @AsyncTest
  void chunks_thatAreMostlyNoData_areRefused() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              peer.say(("1;x=" + "y".repeat(4000) + "\r\na\r\n").repeat(5) + "0\r\n\r\n");
              peer.awaitEnd();
            });
        var client = server.client()) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("too much in the chunks");
    }
  }

  @AsyncTest
  void trailers_haveTheSameLimitAsHeaders_butNotTogether() throws Exception {
    for (int length : new int[] {800, 1100}) {
      try (var server =
              ScriptedServer.inMemory(peer -> {
                peer.head();
                peer.say("HTTP/1.1 200 OK\r\nX: " + "h".repeat(800) + "\r\n");
                peer.say("Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n");
                peer.say("Y: " + "t".repeat(length) + "\r\n\r\n");
                peer.awaitEnd();
              });
          var client = server.client(ClientOptions.defaults().headerBytes(1000))) {
        if (length == 800) {
          assertThat(client.get(server.url("/")).send().text()).isEqualTo("a");
        } else {
          assertThatThrownBy(() -> client.get(server.url("/")).send())
              .isInstanceOf(HttpException.class)
              .hasMessageContaining("1000 bytes");
        }
      }
    }
  }

  @AsyncTest
  void headers_thatAreTooLong_areRefused() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.say(
                  "HTTP/1.1 200 OK\r\nX: " + "h".repeat(1000) + "\r\nContent-Length: 0\r\n\r\n");
              peer.awaitEnd();
            });
        var client = server.client(ClientOptions.defaults().headerBytes(1000))) {
      assertThatThrownBy(() -> client.get(server.url("/")).send())
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("1000 bytes");
    }
  }
}
