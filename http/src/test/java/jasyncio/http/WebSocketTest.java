package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.TaskGroup;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.CancelEverywhere;
import jasyncio.testing.MemoryStreams;
import jasyncio.testing.StreamPair;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/// WebSockets of a server, most of them in memory: bytes, and the client of this module.
class WebSocketTest {
  private static final String ASK =
      """
      GET /ws HTTP/1.1
      Host: x
      Upgrade: websocket
      Connection: keep-alive, Upgrade
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

      """
          .replace("\n", "\r\n");
  private static final URI ANYWHERE = URI.create("ws://x/ws");
  private static final WebSocketOptions DEFAULTS = WebSocketOptions.defaults();
  private static final WebSocketHandler ECHO =
      ws -> {
        for (var message : ws) {
          if (message.isText()) {
            ws.send(message.text());
          } else {
            ws.send(message.bytes());
          }
        }
      };

  private final List<String> steps = new ArrayList<>();

  private static HttpServer server(WebSocketHandler handler) {
    return server(DEFAULTS, handler);
  }

  private static HttpServer server(WebSocketOptions options, WebSocketHandler handler) {
    return RawClient.server(
        new Router().webSocket("/ws", options, handler), HttpOptions.defaults());
  }

  /// The client of this module, in memory.
  private static final class Client implements AutoCloseable {
    final StreamPair pair = MemoryStreams.pair();
    final WebSocket ws;

    Client(HttpServer server) throws IOException {
      this(server, DEFAULTS);
    }

    Client(HttpServer server, WebSocketOptions options) throws IOException {
      var transport = pair.right().writer().transport();
      var protocol = server.newConnection();
      transport.setProtocol(protocol);
      protocol.connectionMade(transport);
      ws = new WebSocketClient(ANYWHERE, options).open(pair.left().writer().transport());
    }

    void abort() {
      pair.left().writer().transport().abort();
    }

    @Override
    public void close() {
      ws.close();
    }
  }

  /// A client in bytes that has agreed with the server.
  private static RawClient open(HttpServer server) throws IOException {
    return open(server, ASK);
  }

  private static RawClient open(HttpServer server, String request) throws IOException {
    var client = RawClient.inMemory(server).send(request);
    assertThat(client.readHead()).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
    return client;
  }

  /// A frame that is masked with zeros, so that its bytes can be read.
  private static String frame(int first, String payload) {
    int n = payload.length();
    var length =
        n < 126
            ? "" + (char) (128 | n)
            : n < 65536
                ? "\u00FE" + (char) (n >> 8) + (char) (n & 255)
                : "\u00FF\0\0\0\0\0" + (char) (n >> 16) + (char) (n >> 8 & 255) + (char) (n & 255);
    return (char) first + length + "\0\0\0\0" + payload;
  }

  private static String text(String payload) {
    return frame(0x81, payload);
  }

  /// What the server says when it closes.
  private static String close(int code, String reason) {
    return "\u0088"
        + (char) (2 + reason.length())
        + (char) (code >> 8)
        + (char) (code & 255)
        + reason;
  }

  private static String closeFrame(int code) {
    return frame(0x88, "" + (char) (code >> 8) + (char) (code & 255));
  }

  private List<ErrorContext> collectErrors() {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    return errors;
  }

  // ---- the handshake ----------------------------------------------------------------------------

  @AsyncTest
  void handshake_isThatOfTheStandard() throws Exception {
    try (var server = server(ECHO);
        var client = RawClient.inMemory(server).send(ASK)) {
      assertThat(client.readHead().replaceAll("Date: [^\r]*\r\n", ""))
          .isEqualTo(
              """
              HTTP/1.1 101 Switching Protocols
              Upgrade: websocket
              Connection: Upgrade
              Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=

              """
                  .replace("\n", "\r\n"));
      client.abort();
    }
  }

  private static String refusal(WebSocketOptions options, String request) throws IOException {
    try (var server = server(options, ECHO);
        var client = RawClient.inMemory(server).send(request)) {
      return client.readResponse();
    }
  }

  @AsyncTest
  void request_withoutUpgrade_isAnswered426() throws Exception {
    assertThat(refusal(DEFAULTS, "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 426 Upgrade Required\n")
        .contains("Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n");
    assertThat(refusal(DEFAULTS, ASK.replace(", Upgrade", ""))).startsWith("HTTP/1.1 426 ");
    assertThat(refusal(DEFAULTS, ASK.replace("websocket", "h2c"))).startsWith("HTTP/1.1 426 ");
  }

  @AsyncTest
  void request_ofAnotherVersion_isAnswered426() throws Exception {
    assertThat(refusal(DEFAULTS, ASK.replace("Version: 13", "Version: 8")))
        .startsWith("HTTP/1.1 426 ")
        .contains("Sec-WebSocket-Version: 13\n");
  }

  @AsyncTest
  void request_withAWrongKey_isAnswered400() throws Exception {
    for (var key : List.of("", "AAAA", "dGhlIHNhbXBsZSBub25jZQ", "%%%%%%%%%%%%%%%%%%%%%%==")) {
      assertThat(refusal(DEFAULTS, ASK.replace("dGhlIHNhbXBsZSBub25jZQ==", key)))
          .as(key)
          .startsWith("HTTP/1.1 400 Bad Request\n");
    }
  }

  @AsyncTest
  void request_byAnotherMethod_isAnswered405() throws Exception {
    assertThat(refusal(DEFAULTS, ASK.replace("GET", "POST")))
        .startsWith("HTTP/1.1 405 ")
        .contains("Allow: GET, HEAD, OPTIONS\n");
  }

  @AsyncTest
  void request_withABody_isAnswered400() throws Exception {
    try (var server = server(ECHO);
        var client = RawClient.inMemory(server)) {
      var asked = ASK.replace("Host: x", "Host: x\r\nContent-Length: 5");
      assertThat(client.send(asked).readResponse()).startsWith("HTTP/1.1 400 ");
    }
  }

  @AsyncTest
  void requestBehindTheHandshake_isNoFrame_andAnswered400() throws Exception {
    try (var server = server(ECHO);
        var client = RawClient.inMemory(server)) {
      client.send(ASK + "GET /secret HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.readAll()).startsWith("HTTP/1.1 400 ").contains("Connection: close\n");
    }
  }

  @AsyncTest
  void origin_ofAnotherHost_isAnswered403() throws Exception {
    var evil = ASK.replace("Host: x", "Host: x\r\nOrigin: https://evil.example");
    assertThat(refusal(DEFAULTS, evil)).startsWith("HTTP/1.1 403 ");
    assertThat(refusal(DEFAULTS, ASK.replace("Host: x", "Host: x\r\nOrigin: null")))
        .startsWith("HTTP/1.1 403 ");
    assertThat(refusal(DEFAULTS.origins("https://x"), evil)).startsWith("HTTP/1.1 403 ");
    for (var allowing : List.of(DEFAULTS.origins("*"), DEFAULTS.origins("https://evil.example"))) {
      try (var server = server(allowing, ECHO)) {
        open(server, evil).abort();
      }
    }
    try (var server = server(ECHO)) {
      open(server, ASK.replace("Host: x", "Host: X:80\r\nOrigin: http://x")).abort();
    }
  }

  @AsyncTest
  void subprotocol_isTheServersFirst_thatTheClientOffers() throws Exception {
    try (var server = server(DEFAULTS.subprotocols("v3", "v2", "v1"), ECHO);
        var client = new Client(server, DEFAULTS.subprotocols("v1", "v2"))) {
      assertThat(client.ws.subprotocol()).isEqualTo("v2");
    }
    try (var server = server(DEFAULTS.subprotocols("v3"), ECHO);
        var client = new Client(server, DEFAULTS.subprotocols("v1"))) {
      assertThat(client.ws.subprotocol()).isNull();
    }
  }

  @AsyncTest
  void testClient_saysThatItHasNoConnection() {
    var request = new Router().webSocket("/ws", ECHO).test().get("/ws");
    assertThatThrownBy(() ->
            request
                .header("Upgrade", "websocket")
                .header("Connection", "Upgrade")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .send())
        .hasMessageContaining("needs one: in tests use client.webSocket(path)");
  }

  // ---- frames -----------------------------------------------------------------------------------

  @AsyncTest
  void message_comesBack_unmasked() throws Exception {
    try (var server = server(ECHO);
        var client = open(server)) {
      assertThat(client.send(text("hello")).read(7)).isEqualTo("\u0081\u0005hello");
      assertThat(client.send(frame(0x82, "\u0001\u00FF")).read(4))
          .isEqualTo("\u0082\u0002\u0001\u00FF");
      var masked = "\u0081\u00857\u00fa!=\u007f\u009fMQX";
      assertThat(client.send(masked).read(7)).isEqualTo("\u0081\u0005Hello");
      client.abort();
    }
  }

  @AsyncTest
  void messageInPieces_isPutTogether_withAPingInBetween() throws Exception {
    try (var server = server(ECHO);
        var client = open(server)) {
      client.send(frame(0x01, "a") + frame(0x89, "p") + frame(0x00, "") + frame(0x80, "b"));
      assertThat(client.read(3)).isEqualTo("\u008A\u0001p");
      assertThat(client.read(4)).isEqualTo("\u0081\u0002ab");
      client.abort();
    }
  }

  @AsyncTest
  void messageByteByByte_isTheSame() throws Exception {
    try (var server = server(ECHO);
        var client = open(server)) {
      for (var each : frame(0x81, "x".repeat(200)).split("", -1)) {
        client.send(each);
      }
      assertThat(client.read(4)).isEqualTo("\u0081~\0\u00C8");
      client.abort();
    }
  }

  private void breaks(String frames, int code) throws IOException {
    breaks(DEFAULTS, frames, code);
  }

  /// The server closes with a code, and the handler hears of it.
  private void breaks(WebSocketOptions options, String frames, int code) throws IOException {
    steps.clear();
    WebSocketHandler handler =
        ws -> {
          try {
            for (var message : ws) {
              steps.add(message.toString());
            }
          } finally {
            steps.add("" + ws.closeCode());
          }
        };
    try (var server = server(options, handler);
        var client = open(server)) {
      var all = client.send(frames).readAll().getBytes(ISO_8859_1);
      assertThat(all).as(frames).startsWith(0x88);
      assertThat(ByteBuffer.wrap(all, 2, 2).getShort()).as(frames).isEqualTo((short) code);
    }
    assertThat(steps).containsExactly("" + code);
  }

  @AsyncTest
  void framesAgainstTheRules_closeWith1002() throws Exception {
    breaks("\u0081\u0002hi", 1002); // not masked
    breaks(frame(0xC1, "hi"), 1002); // a reserved bit
    breaks(frame(0x83, "hi"), 1002); // a reserved opcode
    breaks(frame(0x8B, "hi"), 1002);
    breaks(frame(0x09, "hi"), 1002); // a ping in pieces
    breaks(frame(0x89, "x".repeat(126)), 1002); // a long ping
    breaks(frame(0x80, "hi"), 1002); // the rest of nothing
    breaks(frame(0x01, "hi") + text("ho"), 1002); // the rest is missing
    breaks("\u0081\u00FE\0\u0002\0\0\0\0hi", 1002); // a length that is longer than need be
    breaks(frame(0x88, "x"), 1002); // half a code
    breaks(closeFrame(1005), 1002);
    breaks(closeFrame(999), 1002);
    breaks(closeFrame(5000), 1002);
  }

  @AsyncTest
  void textThatIsNotUtf8_closesWith1007() throws Exception {
    breaks(text("\u00FF"), 1007);
    breaks(text("\u00ED\u00A0\u0080"), 1007); // half of a pair
    breaks(text("\u00C0\u0080"), 1007); // longer than need be
    breaks(frame(0x01, "\u00C3") + frame(0x80, "x"), 1007);
    breaks(frame(0x88, "\u0003\u00E8\u00FF"), 1007);
  }

  @AsyncTest
  void characterInTwoPieces_isOne() throws Exception {
    try (var server = server(ECHO);
        var client = open(server)) {
      client.send(frame(0x01, "\u00C3") + frame(0x80, "\u00A4") + text("\u00EF\u00BF\u00BD"));
      assertThat(client.read(4)).isEqualTo("\u0081\u0002\u00C3\u00A4");
      assertThat(client.read(5)).isEqualTo("\u0081\u0003\u00EF\u00BF\u00BD");
      client.abort();
    }
  }

  @AsyncTest
  void longMessage_closesWith1009() throws Exception {
    var options = DEFAULTS.maxMessage(100);
    breaks(options, text("x".repeat(101)), 1009);
    breaks(options, "\u0081\u00FF\u007F\0\0\0\0\0\0\0\0\0\0\0", 1009);
    breaks(options, frame(0x01, "x".repeat(60)) + frame(0x80, "x".repeat(60)), 1009);
    try (var server = server(options, ECHO);
        var client = open(server)) {
      client.send(text("x".repeat(100)));
      assertThat(client.read(102)).endsWith("xxx");
      client.abort();
    }
  }

  // ---- compression ------------------------------------------------------------------------------

  private static final String DEFLATE =
      ASK.replace("Host: x", "Host: x\r\nSec-WebSocket-Extensions: permessage-deflate");

  @AsyncTest
  void compressedMessage_isRead() throws Exception {
    try (var server = server(ECHO);
        var client = RawClient.inMemory(server).send(DEFLATE)) {
      assertThat(client.readHead()).contains("Sec-WebSocket-Extensions: permessage-deflate\r\n");
      client.send(frame(0xC1, "\u00f2H\u00cd\u00c9\u00c9\u0007\u0000"));
      assertThat(client.read(7)).isEqualTo("\u0081\u0005Hello"); // too short to be compressed
      client.send(frame(0xC1, "\u00f2\u0000\u0011\u0000\u0000")); // refers to the one before
      assertThat(client.read(7)).isEqualTo("\u0081\u0005Hello");
      client.send(frame(0xC1, "\0")); // nothing
      assertThat(client.read(2)).isEqualTo("\u0081\0");
      client.abort();
    }
  }

  private void breaksCompressed(String frames, int code) throws IOException {
    try (var server = server(ECHO);
        var client = open(server, DEFLATE)) {
      var all = client.send(frames).readAll().getBytes(ISO_8859_1);
      assertThat(all).startsWith(0x88);
      assertThat(ByteBuffer.wrap(all, 2, 2).getShort()).isEqualTo((short) code);
    }
  }

  private static String deflated(int n) {
    try (var deflater = new Deflater(9, true)) {
      deflater.setInput(new byte[n]);
      var bytes = new byte[n / 100 + 100];
      int length = deflater.deflate(bytes, 0, bytes.length, Deflater.SYNC_FLUSH);
      return new String(bytes, 0, length - 4, ISO_8859_1);
    }
  }

  @AsyncTest
  void messageThatIsLongWhenDecompressed_closesWith1009() throws Exception {
    breaksCompressed(frame(0xC2, deflated(5_000_000)), 1009);
    var half = deflated(1_500_000);
    breaksCompressed(
        frame(0x42, half.substring(0, 1000)) + frame(0x80, half.substring(1000)), 1009);
  }

  @AsyncTest
  void longMessages_thatWereCompressedToLittle_doNotFillTheMemory() throws Exception {
    var go = new Event();
    var most = new int[1];
    var handler =
        (WebSocketHandler)
            ws -> {
              go.await();
              for (var message : ws) {
                most[0] = Math.max(most[0], ws.queued() + message.length());
                steps.add("" + message.length());
              }
            };
    try (var server = server(handler);
        var client = open(server, DEFLATE)) {
      client.send(frame(0xC2, deflated(1_000_000)).repeat(40) + closeFrame(1000));
      sleep(1);
      go.set();
      client.readAll();
    }
    assertThat(steps).hasSize(40).containsOnly("1000000");
    assertThat(most[0]).isLessThan(8_000_000);
  }

  @AsyncTest
  void compressedMessage_thatIsNone_closesWith1007() throws Exception {
    breaksCompressed(frame(0xC1, "\u00FF\u00FF\u00FF\u00FF"), 1007);
  }

  @AsyncTest
  void reservedBits_thatMeanNothing_closeWith1002() throws Exception {
    breaksCompressed(frame(0xE1, "\0"), 1002);
    breaksCompressed(frame(0xC9, "p"), 1002);
    breaksCompressed(frame(0x41, "\0") + frame(0xC0, "\0"), 1002);
  }

  @AsyncTest
  void message_ofTheGreatestLength_isTaken_howeverItIsSent() throws Exception {
    var noise = new byte[10_000]; // becomes longer when it is compressed
    new Random(5).nextBytes(noise);
    try (var server = server(DEFAULTS.maxMessage(noise.length), ECHO);
        var client = new Client(server)) {
      assertThat(client.ws.isCompressed()).isTrue();
      client.ws.send(noise);
      assertThat(client.ws.receive().bytes()).isEqualTo(noise);
    }
    try (var server = server(DEFAULTS.maxMessage(10), ECHO);
        var client = open(server)) {
      client.send(frame(0x89, "p".repeat(125)));
      assertThat(client.read(127)).startsWith("\u008A}ppp");
      client.send(text("x".repeat(11)));
      assertThat(client.readAll()).startsWith("\u0088").contains("\u0003\u00F1");
    }
  }

  @AsyncTest
  void clientAndServer_compress_ifBothWant() throws Exception {
    var long1 = "long ".repeat(1000);
    try (var server = server(ECHO)) {
      try (var client = new Client(server)) {
        assertThat(client.ws.isCompressed()).isTrue();
        for (int i = 0; i < 3; i++) {
          client.ws.send(long1);
          assertThat(client.ws.receive().text()).isEqualTo(long1);
          client.ws.send("");
          assertThat(client.ws.receive().text()).isEmpty();
        }
      }
      try (var client = new Client(server, DEFAULTS.compression(false))) {
        assertThat(client.ws.isCompressed()).isFalse();
        client.ws.send(long1);
        assertThat(client.ws.receive().text()).isEqualTo(long1);
      }
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @AsyncTest
  void closeOfTheClient_isAnswered_andEndsTheIteration() throws Exception {
    WebSocketHandler handler =
        ws -> {
          for (var message : ws) {
            steps.add(message.text());
          }
          steps.add(ws.closeCode() + " " + ws.closeReason());
          assertThatThrownBy(() -> ws.send("x"))
              .isInstanceOf(WebSocketClosedException.class)
              .hasMessage("the WebSocket is closed: code 1000, 'bye'");
          sleep(5); // to clean up takes time
          steps.add("clean");
        };
    try (var server = server(handler);
        var client = open(server)) {
      client.send(text("one") + text("two") + frame(0x88, "\u0003\u00E8bye"));
      assertThat(client.readAll()).isEqualTo(close(1000, ""));
    }
    assertThat(steps).containsExactly("one", "two", "1000 bye", "clean");
  }

  /// As Python's `websockets` has it: code 1000, 1001 or none is the end, any other an error.
  @AsyncTest
  void iteration_endsRegularly_orThrows_asTheCodeSays() throws Exception {
    for (int code : new int[] {1000, 1001, 1008, 1011, 4000}) {
      boolean regular = code == 1000 || code == 1001;
      steps.clear();
      try (var server =
              server(ws -> {
                ws.send("one");
                ws.close(code, "because");
              });
          var client = new Client(server)) {
        try {
          collect(client.ws);
          steps.add("end");
        } catch (WebSocketClosedException e) {
          steps.add(e.getMessage());
        }
        assertThatThrownBy(client.ws::receive).isInstanceOf(WebSocketClosedException.class);
        if (regular) {
          assertThat(client.ws.iterator().hasNext()).isFalse();
        } else {
          assertThatThrownBy(() -> client.ws.iterator().hasNext())
              .isInstanceOf(WebSocketClosedException.class);
        }
      }
      var closed = "the WebSocket is closed: code " + code + ", 'because'";
      assertThat(steps).as("" + code).containsExactly("one", regular ? "end" : closed);
    }
  }

  private void collect(WebSocket ws)
      throws WebSocketClosedException { // as the compiler cannot know
    for (var message : ws) {
      steps.add(message.text());
    }
  }

  @AsyncTest
  void iteration_thatEndsByACode_isNoErrorOfTheHandler() throws Exception {
    var errors = collectErrors();
    WebSocketHandler handler =
        ws -> {
          try {
            ECHO.handle(ws);
            steps.add("end");
          } catch (WebSocketClosedException e) {
            steps.add("" + e.code());
            throw e;
          }
        };
    try (var server = server(handler)) {
      try (var client = new Client(server)) {
        client.ws.close(4001, "");
      }
      var lost = new Client(server);
      sleep(1);
      lost.abort();
      sleep(1);
    }
    assertThat(steps).containsExactly("4001", "1006");
    assertThat(errors).isEmpty();
  }

  @AsyncTest
  void closeWithoutACode_isAnsweredWithoutOne() throws Exception {
    try (var server = server(ws -> steps.add(ws.iterator().hasNext() + " " + ws.closeCode()));
        var client = open(server)) {
      assertThat(client.send(frame(0x88, "")).readAll()).isEqualTo("\u0088\0");
    }
    assertThat(steps).containsExactly("false 1005");
  }

  @AsyncTest
  void handlerThatReturns_closesWith1000() throws Exception {
    try (var server = server(ws -> ws.send("only this"));
        var client = open(server)) {
      assertThat(client.read(11)).endsWith("only this");
      assertThat(client.read(4)).isEqualTo(close(1000, ""));
      client.send(text("late") + closeFrame(1000));
      assertThat(client.readAll()).isEmpty();
    }
  }

  @AsyncTest
  void clientThatDoesNotAnswerAClose_isAborted() throws Exception {
    try (var server = server(ws -> steps.add("done"));
        var client = open(server)) {
      assertThat(client.read(4)).isEqualTo(close(1000, ""));
      double began = getRunningLoop().time();
      assertThatThrownBy(client::readAll).isInstanceOf(IOException.class);
      assertThat(getRunningLoop().time() - began).isEqualTo(10);
    }
  }

  @AsyncTest
  void close_ofTheHandler_saysCodeAndReason() throws Exception {
    try (var server =
            server(ws -> {
              ws.close(4001, "go away");
              steps.add("closed " + ws.closeCode());
            });
        var client = new Client(server)) {
      assertThatThrownBy(client.ws.iterator()::hasNext).hasMessageContaining("code 4001");
      assertThat(client.ws.closeCode()).isEqualTo(4001);
      assertThat(client.ws.closeReason()).isEqualTo("go away");
      assertThatThrownBy(client.ws::receive)
          .isInstanceOfSatisfying(
              WebSocketClosedException.class, e -> assertThat(e.code()).isEqualTo(4001));
    }
    assertThat(steps).containsExactly("closed 4001");
  }

  @AsyncTest
  void wrongCodeOrReason_isRefused() throws Exception {
    try (var server = server(ECHO);
        var client = new Client(server)) {
      for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
        assertThatThrownBy(() -> client.ws.close(code, ""))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> client.ws.close(1000, "x".repeat(124)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("123");
      assertThat(client.ws.isOpen()).isTrue();
    }
  }

  @AsyncTest
  void handlerThatThrows_closesWith1011_andIsReported() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(ws -> {
              ws.send("");
              throw new IllegalStateException("the secret");
            });
        var client = open(server)) {
      client.read(2);
      assertThat(client.read(4)).isEqualTo(close(1011, ""));
      client.abort();
    }
    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().message())
        .isEqualTo("Unhandled exception in the handler of WebSocket GET /ws");
  }

  @AsyncTest
  void handlerThatFailsForTheEndAlone_isNotReported() throws Exception {
    var errors = collectErrors();
    try (var server =
        server(ws -> {
          try (var group = TaskGroup.open()) {
            group.createTask(() -> ws.receive());
            group.createTask(() -> new Event().await());
            group.join();
          }
        })) {
      try (var client = new Client(server)) {
        sleep(1);
      }
    }
    assertThat(errors).isEmpty();
  }

  // ---- who is not there any more ----------------------------------------------------------------

  private WebSocketHandler waiting() {
    return ws -> {
      try {
        steps.add("begun");
        new Event().await();
      } catch (CancelledError e) {
        steps.add("cancelled at " + Math.round(getRunningLoop().time()));
        throw e;
      }
    };
  }

  @AsyncTest
  void clientThatVanishes_cancelsAHandler_thatWaitsForSomethingElse() throws Exception {
    try (var server = server(waiting());
        var client = new Client(server)) {
      double began = getRunningLoop().time();
      sleep(3);
      client.abort();
      sleep(0);
      sleep(0.1);
      assertThat(steps).containsExactly("begun", "cancelled at " + Math.round(began + 3));
      assertThat(server.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void clientThatVanishes_endsTheIteration_withCode1006() throws Exception {
    try (var server =
        server(ws -> {
          assertThatThrownBy(ws.iterator()::hasNext)
              .isInstanceOf(WebSocketClosedException.class)
              .hasMessage("the WebSocket is closed: code 1006");
          sleep(3);
          steps.add("" + ws.closeCode());
        })) {
      try (var client = new Client(server)) {
        sleep(1);
        client.abort();
      }
    }
    assertThat(steps).containsExactly("1006");
  }

  @AsyncTest
  void clientThatCloses_cancelsAHandler_thatWaitsForSomethingElse_afterTheCloseTime()
      throws Exception {
    try (var server = server(waiting())) {
      double began;
      try (var client = new Client(server)) {
        began = getRunningLoop().time();
        sleep(3);
      }
      sleep(20);
      assertThat(steps).containsExactly("begun", "cancelled at " + Math.round(began + 13));
    }
  }

  @AsyncTest
  void handler_isNotCancelled_whileItWorksOffWhatCameBeforeTheClose() throws Exception {
    try (var server =
        server(ws -> {
          for (var message : ws) {
            sleep(6);
            steps.add(message.text());
          }
        })) {
      try (var client = new Client(server)) {
        for (int i = 0; i < 5; i++) {
          client.ws.send("" + i);
        }
      }
      sleep(40);
    }
    assertThat(steps).containsExactly("0", "1", "2", "3", "4");
  }

  @AsyncTest
  void silentClient_isPinged_andAborted() throws Exception {
    try (var server =
            server(ws -> {
              assertThatThrownBy(ws.iterator()::hasNext)
                  .hasMessage("the WebSocket is closed: code 1006, 'no answer to a ping'");
              steps.add(ws.closeCode() + " " + ws.closeReason());
            });
        var client = open(server)) {
      double began = getRunningLoop().time();
      assertThat(client.read(2)).isEqualTo("\u0089\u0008");
      var payload = client.read(8);
      assertThat(getRunningLoop().time() - began).isEqualTo(20);
      client.send(frame(0x8A, payload));
      client.read(10); // it was answered in time, so there is another
      assertThatThrownBy(() -> client.read(1)).isInstanceOf(IOException.class);
      assertThat(getRunningLoop().time() - began).isEqualTo(80);
    }
    assertThat(steps).containsExactly("1006 no answer to a ping");
  }

  @AsyncTest
  void pingOfTheHandler_doesNotMakeAClientSeemSilent() throws Exception {
    try (var server =
            server(ws -> {
              sleep(39.5); // half a second before the answer to the first ping is looked for
              steps.add("" + ws.ping().toMillis());
              ws.close();
            });
        var client = open(server)) {
      for (int i = 0; i < 2; i++) {
        client.read(2);
        var payload = client.read(8);
        sleep(1);
        client.send(frame(0x8A, payload));
      }
      client.read(4);
      client.abort();
    }
    assertThat(steps).containsExactly("1000");
  }

  @AsyncTest
  void clientAndServer_keepEachOtherAlive() throws Exception {
    try (var server = server(ECHO);
        var client = new Client(server)) {
      sleep(1000);
      client.ws.send("still here");
      assertThat(client.ws.receive().text()).isEqualTo("still here");
      assertThat(client.ws.ping()).isLessThan(Duration.ofSeconds(1));
    }
  }

  // ---- back-pressure ----------------------------------------------------------------------------

  @AsyncTest
  void send_waits_whileTheClientTakesNothing() throws Exception {
    var big = "x".repeat(100_000);
    try (var server =
            server(
                DEFAULTS.pingInterval(Duration.ZERO),
                ws -> {
                  for (int i = 0; i < 20; i++) {
                    ws.send(big);
                    steps.add("sent");
                  }
                });
        var client = open(server)) {
      sleep(1);
      assertThat(steps).hasSizeLessThan(10);
      for (int i = 0; i < 20; i++) {
        client.read(10 + big.length());
      }
      sleep(0.1);
      assertThat(steps).hasSize(20);
      client.abort();
    }
  }

  @AsyncTest
  void client_isHeldUp_whileTheHandlerTakesNothing() throws Exception {
    var go = new Event();
    try (var server =
            server(ws -> {
              go.await();
              for (var message : ws) {
                steps.add(message.text().substring(0, 1));
              }
            });
        var client = new Client(server, DEFAULTS.compression(false))) {
      assertThatThrownBy(() ->
              timeout(
                  1,
                  () -> {
                    for (int i = 0; i < 100; i++) {
                      client.ws.send(i % 10 + "x".repeat(50_000));
                    }
                  }))
          .isInstanceOf(TimeoutException.class);
      sleep(100); // whoever is held up is alive
      assertThat(client.ws.isOpen()).isTrue();
      go.set();
      sleep(0.1);
      client.ws.send("end");
      sleep(0.1);
      assertThat(steps).hasSizeGreaterThan(3).endsWith("e");
    }
  }

  @AsyncTest
  void cancelledReceive_losesNothing() throws Exception {
    try (var server = server(ECHO);
        var client = new Client(server)) {
      var first = createTask(() -> client.ws.receive());
      var second = createTask(() -> client.ws.receive());
      sleep(1);
      client.ws.send("x");
      first.cancel();
      assertThat(second.await().text()).isEqualTo("x");
    }
  }

  @Test
  void cancellationAnywhere_leavesNothing() {
    CancelEverywhere.of(
            scenario -> {
              var server = server(ECHO);
              scenario.other(() -> {
                sleep(30);
                server.close();
              });
              scenario.victim(() -> {
                try (var client = new Client(server)) {
                  client.ws.send("one");
                  client.ws.receive();
                  client.ws.ping();
                }
              });
              scenario.invariant(() -> assertThat(server.statistics().connections()).isZero());
            })
        .check();
  }

  // ---- shutting down ----------------------------------------------------------------------------

  @AsyncTest
  void shutdown_endsTheIteration_andClosesWith1001() throws Exception {
    var server =
        server(ws -> {
          for (var _ : ws) {}
          ws.send("goodbye");
          assertThatThrownBy(ws::receive).hasMessageContaining("code 1001");
        });
    try (var client = new Client(server)) {
      sleep(1);
      double began = getRunningLoop().time();
      var closing = createTask(server::close);
      assertThat(client.ws.receive().text()).isEqualTo("goodbye");
      for (var _ : client.ws) {}
      assertThat(client.ws.closeCode()).isEqualTo(1001);
      closing.await();
      assertThat(getRunningLoop().time()).isEqualTo(began);
    }
  }

  @AsyncTest
  void shutdown_cancelsAHandlerThatDoesNotLook_afterTheGrace() throws Exception {
    double began;
    var server = server(waiting());
    try (var client = new Client(server)) {
      began = getRunningLoop().time();
      sleep(1);
      var closing = createTask(server::close);
      for (var _ : client.ws) {}
      assertThat(client.ws.closeCode()).isEqualTo(1001);
      closing.await();
    }
    assertThat(steps).containsExactly("begun", "cancelled at " + Math.round(began + 11));
  }

  @AsyncTest
  void shutdown_doesNotHang_forAClientThatDoesNotAnswer() throws Exception {
    var server = server(ECHO);
    try (var client = open(server)) {
      sleep(1);
      double began = getRunningLoop().time();
      server.close();
      assertThat(getRunningLoop().time() - began).isBetween(9.0, 15.0);
      assertThat(client.read(4)).isEqualTo(close(1001, ""));
    }
  }

  // ---- the client -------------------------------------------------------------------------------

  @AsyncTest
  void client_onARealSocket_talksWithTheServer() throws Exception {
    var app = new Router().webSocket("/ws", ECHO);
    try (var server = Http.start(app, "127.0.0.1", 0);
        var ws = WebSocket.connect(URI.create("ws://127.0.0.1:" + server.port() + "/ws?x=1"))) {
      ws.send("text ä");
      assertThat(ws.receive().text()).isEqualTo("text ä");
      ws.send("bytes".getBytes(UTF_8));
      assertThat(ws.receive().bytes()).asString(UTF_8).isEqualTo("bytes");
      var big = "0123456789".repeat(50_000);
      ws.send(big);
      assertThat(ws.receive().text()).isEqualTo(big);
    }
  }

  @AsyncTest
  void client_ofAServerThatDoesNotAgree_saysWhatItSaid() throws Exception {
    try (var server = Http.start(rq -> Response.text(403, "no"), "127.0.0.1", 0)) {
      var uri = URI.create("ws://127.0.0.1:" + server.port() + "/");
      assertThatThrownBy(() -> WebSocket.connect(uri))
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class, e -> assertThat(e.status()).isEqualTo(403))
          .hasMessage(uri + " was answered 403 instead of a WebSocket: no");
    }
  }

  @AsyncTest
  void client_ofAServerThatSaysWhyPieceByPiece_saysIt_asFarAsItComes() throws Exception {
    for (var rest : List.of("y not", "")) {
      var pair = MemoryStreams.pair();
      var ws =
          createTask(
              () -> new WebSocketClient(ANYWHERE, DEFAULTS).open(pair.left().writer().transport()));
      pair.right().reader().readuntil("\r\n\r\n".getBytes(US_ASCII));
      pair.right()
          .writer()
          .write("HTTP/1.1 403 No\r\nContent-Length: 7\r\n\r\nwh".getBytes(US_ASCII));
      sleep(1);
      assertThat(ws.done()).isFalse();
      pair.right().writer().write(rest.getBytes(US_ASCII));
      pair.right().writer().close();
      assertThatThrownBy(ws::await)
          .isInstanceOf(WebSocketHandshakeException.class)
          .hasMessage(ANYWHERE + " was answered 403 instead of a WebSocket: wh" + rest);
    }
  }

  @AsyncTest
  void client_ofAWrongUri_isRefused() {
    for (var uri : List.of("http://x/", "ws:/x", "ws://x/#y", "ws://u:p@x/")) {
      assertThatThrownBy(() -> WebSocket.connect(URI.create(uri)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @AsyncTest
  void client_asksForAnyPath() throws Exception {
    try (var pair = MemoryStreams.pair()) {
      var client = new WebSocketClient(URI.create("ws://x/\u0447\u00E4?\u0447"), DEFAULTS);
      var opening = createTask(() -> client.open(pair.left().writer().transport()));
      var line = new String(pair.right().reader().readline(), ISO_8859_1);
      assertThat(line).isEqualTo("GET /%D1%87%C3%A4?%D1%87 HTTP/1.1\r\n");
      pair.right().close();
      assertThatThrownBy(opening::await).isInstanceOf(IOException.class);
    }
  }

  private static WebSocket openAgainst(StreamPair pair, String answer) throws IOException {
    pair.right().writer().write(answer.replace("\n", "\r\n").getBytes(ISO_8859_1));
    return new WebSocketClient(ANYWHERE, DEFAULTS).open(pair.left().writer().transport());
  }

  @AsyncTest
  void client_trustsNoAnswer_thatIsNotForIt() {
    for (var answer :
        List.of(
            "HTTP/1.1 101 OK\nUpgrade: websocket\nConnection: upgrade\n\n",
            """
            HTTP/1.1 101 OK
            Upgrade: websocket
            Connection: upgrade
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=

            """,
            "SSH-2.0-x\n\n",
            "HTTP/1.1 101 OK\n bad\n\n",
            "x".repeat(20_000))) {
      try (var pair = MemoryStreams.pair()) {
        assertThatThrownBy(() -> openAgainst(pair, answer))
            .as(answer)
            .isInstanceOf(WebSocketHandshakeException.class);
      }
    }
  }

  @AsyncTest
  void client_ofASilentServer_givesUp() throws Exception {
    Handler silent =
        rq -> {
          sleep(100);
          return Response.empty(204);
        };
    try (var server = Http.start(silent, "127.0.0.1", 0)) {
      var uri = URI.create("ws://127.0.0.1:" + server.port() + "/");
      assertThatThrownBy(() -> WebSocket.connect(uri, DEFAULTS.openTime(Duration.ofMillis(50))))
          .isInstanceOf(IOException.class)
          .hasMessage("the WebSocket " + uri + " could not be opened within 0.05 s (openTime)");
    }
  }

  @AsyncTest
  void peerThatTakesNothing_isLeft_byTheServer() throws Exception {
    try (var server =
            server(
                DEFAULTS.takeTime(Duration.ofSeconds(30)).pingInterval(Duration.ZERO),
                ws -> {
                  try {
                    while (true) {
                      ws.send("x".repeat(50_000));
                    }
                  } finally {
                    steps.add("ended " + ws.closeCode() + " " + ws.closeReason());
                  }
                });
        var client = open(server)) {
      sleep(25);
      assertThat(steps).isEmpty();
      sleep(40); // twice the time, as the first bytes were taken
      assertThat(steps).containsExactly("ended 1006 nothing of what was sent is taken");
      assertThat(server.statistics().connections()).isZero();
      client.abort();
    }
  }

  @AsyncTest
  void peerThatTakesNothing_isLeft_byTheClient() throws Exception {
    try (var server = server(ws -> new Event().await());
        var client = new Client(server, DEFAULTS.compression(false))) {
      double began = getRunningLoop().time();
      assertThatThrownBy(
              () -> {
                while (true) {
                  client.ws.send("x".repeat(50_000));
                }
              })
          .isInstanceOf(WebSocketClosedException.class)
          .hasMessageContaining("nothing of what was sent is taken");
      assertThat(getRunningLoop().time()).isEqualTo(began + 120);
    }
  }

  @AsyncTest
  void peerThatTakesLittleByLittle_isKept() throws Exception {
    try (var server =
            server(
                DEFAULTS.takeTime(Duration.ofSeconds(30)).compression(false),
                ws -> {
                  for (int i = 0; i < 1000; i++) {
                    ws.send("x".repeat(200));
                  }
                });
        var client = RawClient.inMemory(server, 1000).send(ASK)) {
      client.readHead();
      for (int i = 0; i < 50; i++) {
        client.read(200);
        sleep(2);
      }
      assertThat(server.statistics().connections()).isEqualTo(1);
      client.abort();
    }
  }

  @AsyncTest
  void origin_withThePortOfItsScheme_isTheSameAsWithout() throws Exception {
    for (var same : List.of("https://x:443", "https://X", "http://x:80", "http://x")) {
      try (var server = server(ECHO)) {
        open(server, ASK.replace("Host: x", "Host: x\r\nOrigin: " + same)).abort();
      }
    }
    for (var other : List.of("https://x:80", "http://x:443", "https://x:8443")) {
      assertThat(refusal(DEFAULTS, ASK.replace("Host: x", "Host: x\r\nOrigin: " + other)))
          .as(other)
          .startsWith("HTTP/1.1 403 ");
    }
    try (var server = server(DEFAULTS.origins("https://a:443"), ECHO)) {
      open(server, ASK.replace("Host: x", "Host: x\r\nOrigin: https://a")).abort();
    }
  }
}
