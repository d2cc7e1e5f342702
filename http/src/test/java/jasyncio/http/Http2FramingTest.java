package jasyncio.http;

import static jasyncio.http.RawHttp2Peer.frame;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.OnLoop;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not HTTP/2 to the letter resets its stream, or ends its connection: two programs might
/// read it differently. What h2spec asks, see [H2SpecTest], is not asked again.
@OnLoop
class Http2FramingTest {
  private static HttpServer server() {
    return RawClient.server(rq -> Response.text(rq.target() + rq.text()), HttpOptions.defaults());
  }

  /// The fields of a regular request, changed: `-name` takes one away, `name=value` sets one that
  /// is there, or adds it.
  private static String[] fields(String changes) {
    var fields = new ArrayList<>(List.of(RawHttp2Peer.request("GET", "/")));
    for (var change : changes.split(";", -1)) {
      if (change.isEmpty()) {
        continue;
      }
      int equals = change.indexOf('=');
      var name = plain(equals < 0 ? change.substring(1) : change.substring(0, equals));
      int at = name.startsWith("+") ? -1 : fields.indexOf(name);
      if (equals < 0) {
        fields.subList(at, at + 2).clear();
      } else if (at >= 0) {
        fields.set(at + 1, plain(change.substring(equals + 1)));
      } else {
        fields.addAll(
            List.of(
                name.startsWith("+") ? name.substring(1) : name,
                plain(change.substring(equals + 1))));
      }
    }
    return fields.toArray(new String[0]);
  }

  private static String plain(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // what has to be there, once
        "-:method",
        "-:scheme",
        "-:path",
        "-:authority",
        "+:method=GET",
        "+:scheme=http",
        "+:path=/",
        "+:authority=example.org",
        "a=b;+:path=/",
        ":status=200",
        ":protocol=websocket",
        ":unknown=x",
        // the method, the scheme
        ":method=",
        ":method=G T",
        ":method=GET / HTTP/1.1\\r\\nx: y",
        ":scheme=ftp",
        ":scheme=",
        ":method=CONNECT",
        // the path
        ":path=",
        ":path=x",
        ":path=*",
        ":path=http://example.org/",
        ":path=/a b",
        ":path=/ HTTP/1.1\\r\\nHost: x",
        ":path=/#a",
        ":path=/\u00e9",
        ":path=/\\0",
        // the host
        ":authority=",
        ":authority=a@example.org",
        ":authority=example.org/x",
        ":authority=example.org x",
        "host=other.example.org",
        "host=example.org;+host=example.org",
        "-:authority;host=",
        // what belongs to connections, or to other versions
        "connection=close",
        "connection=x",
        "keep-alive=1",
        "proxy-connection=close",
        "transfer-encoding=chunked",
        "upgrade=websocket",
        "te=gzip",
        // names and values
        "X=y",
        "x y=z",
        "x:y=z",
        "x\\r\\ny=z",
        "\u00e9=z",
        "x= y",
        "x=y ",
        "x=a\\r\\nb: c",
        "x=a\\nb",
        "x=a\\0b",
        // the length of the body
        "content-length=1",
        "content-length=-1",
        "content-length=+0",
        "content-length=",
        "content-length=0, 0",
        "content-length=0;+content-length=0",
        "content-length=99999999999999999999",
      })
  void request_thatIsNotExact_isReset_andTheNextIsAnswered(String changes) throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      client.headers(1, true, fields(changes));
      assertThat(client.next()).isEqualTo("RST_STREAM 1 PROTOCOL_ERROR");
      client.get(3, "/next").skip("HEADERS 3 :status=200", "DATA 3 end /next");
      assertThat(server.statistics().requests()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "':method=CONNECT;-:scheme;-:path', 501",
    "'expect=dessert', 417",
  })
  void request_thatAsksForTooMuch_isRefused(String changes, int status) throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      client.headers(1, true, fields(changes));
      client.skip("HEADERS 1 :status=" + status, "DATA 1 end ");
      client.get(3, "/next").skip("HEADERS 3 :status=200", "DATA 3 end /next");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host=example.org",
        "-:authority;host=example.org",
        ":authority=[::1]:8080",
        ":scheme=https",
        "te=trailers",
        "x=;y=\u00e9",
        "content-length=0",
        ":method=OPTIONS;:path=*",
        ":method=x-y",
      })
  void request_thatIsExact_isAnswered(String changes) throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      client.headers(1, true, fields(changes)).skip("HEADERS 1 :status=200", "DATA 1 end");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {":path=/", "X=y", "connection=close", "x=a\\nb"})
  void trailers_thatAreNotExact_resetTheirStream(String field) throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      int equals = field.indexOf('=');
      client.post(1, "/");
      client.headers(1, true, field.substring(0, equals), plain(field.substring(equals + 1)));
      assertThat(client.await("RST_STREAM")).isEqualTo("RST_STREAM 1 PROTOCOL_ERROR");
      client.get(3, "/next").skip("HEADERS 3 :status=200", "DATA 3 end /next");
    }
  }

  @ParameterizedTest
  @CsvSource({"ab, abc", "abc, ab"})
  void body_thatIsNotAsLongAsItSays_resetsItsStream(String says, String comes) throws Exception {
    for (boolean trailers : new boolean[] {false, true}) {
      try (var server = server();
          var client = RawHttp2Peer.inMemory(server)) {
        client.post(1, "/", "content-length", "" + says.length());
        client.data(1, !trailers, comes);
        if (trailers) {
          client.headers(1, true, "x", "y");
        }
        assertThat(client.await("RST_STREAM")).isEqualTo("RST_STREAM 1 PROTOCOL_ERROR");
        client.get(3, "/next");
        assertThat(client.await("DATA 3")).isEqualTo("DATA 3 end /next");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // type, flags, stream, payload, what is said
    "1, 5, 2, '', PROTOCOL_ERROR", // a stream of the server's
    "0, 1, 3, 61, PROTOCOL_ERROR", // one that has not begun
    "3, 0, 3, 00000008, PROTOCOL_ERROR",
    "8, 0, 3, 00000001, PROTOCOL_ERROR",
    "8, 0, 3, 00000000, PROTOCOL_ERROR",
    "8, 0, 0, 00000000, PROTOCOL_ERROR",
    "0, 8, 3, '', PROTOCOL_ERROR",
    "0, 8, 1, 0561, PROTOCOL_ERROR", // more padding than there is
    "1, 8, 3, '', FRAME_SIZE_ERROR",
    "1, 5, 3, ff, COMPRESSION_ERROR",
    "1, 5, 3, 40, COMPRESSION_ERROR",
    "1, 5, 3, 4085, COMPRESSION_ERROR",
    "5, 4, 1, 0000000282, PROTOCOL_ERROR", // a push
    "9, 4, 1, 82, PROTOCOL_ERROR",
    "4, 0, 0, 00, FRAME_SIZE_ERROR",
    "4, 0, 0, 000500000001, PROTOCOL_ERROR",
    "7, 0, 0, 00, FRAME_SIZE_ERROR",
    "6, 0, 0, 00, FRAME_SIZE_ERROR",
  })
  void frame_thatIsWrong_endsTheConnection(
      int type, int flags, int stream, String payload, String error) throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      client.get(1, "/").skip("HEADERS 1", "DATA 1 end");
      client.send(type, flags, stream, HexFormat.of().parseHex(payload));
      client.get(5, "/never");
      assertThat(client.rest()).singleElement().asString().startsWith("GOAWAY ").contains(error);
    }
  }

  @Test
  void connectionThatBeginsWithAnotherFrame_isEnded() throws Exception {
    try (var server = server();
        var client = new RawHttp2Peer(RawClient.inMemory(server))) {
      client.raw().send(RawHttp2Peer.PREFACE);
      client.send(RawHttp2Peer.PING, 0, 0, new byte[8]);
      client.skip("SETTINGS", "WINDOW_UPDATE 0", "GOAWAY 0 PROTOCOL_ERROR");
    }
  }

  @Test
  void lateFrames_ofAStreamThatThisSideHasReset_areDropped() throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      client.post(1, "/").window(1, 0);
      assertThat(client.await("RST_STREAM")).isEqualTo("RST_STREAM 1 PROTOCOL_ERROR");
      client.data(1, false, "on its way").window(1, 5).headers(1, true, "trailer", "x").reset(1);
      client.get(3, "/next").skip("HEADERS 3 :status=200", "DATA 3 end /next");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64})
  void frames_inPiecesOfAnySize_areTheSame(int size) throws Exception {
    try (var server = server();
        var client = RawHttp2Peer.inMemory(server)) {
      var all = new ByteArrayOutputStream();
      all.writeBytes(
          frame(
              RawHttp2Peer.HEADERS,
              RawHttp2Peer.END_HEADERS,
              1,
              client.block(RawHttp2Peer.request("POST", "/a"))));
      all.writeBytes(frame(RawHttp2Peer.DATA, 0, 1, (byte) 'b'));
      all.writeBytes(frame(RawHttp2Peer.DATA, 1, 1, (byte) 'c'));
      byte[] block = client.block(RawHttp2Peer.request("GET", "/d"));
      all.writeBytes(frame(RawHttp2Peer.HEADERS, 1, 3, Arrays.copyOf(block, 5)));
      all.writeBytes(
          frame(
              RawHttp2Peer.CONTINUATION,
              RawHttp2Peer.END_HEADERS,
              3,
              Arrays.copyOfRange(block, 5, block.length)));
      byte[] bytes = all.toByteArray();
      for (int i = 0; i < bytes.length; i += size) {
        client.send(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size)));
      }
      assertThat(client.await("DATA 1")).isEqualTo("DATA 1 end /abc");
      assertThat(client.await("DATA 3")).isEqualTo("DATA 3 end /d");
    }
  }
}
