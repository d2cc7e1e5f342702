package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.http.internal.ProxyHeaderParser;
import jasyncio.net.ConnectOptions;
import jasyncio.net.IncompleteReadException;
import jasyncio.net.Streams;
import jasyncio.net.TlsOptions;
import jasyncio.testing.OnEachRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The header that a proxy puts before a connection.
class ProxyProtocolTest {
  private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  private static final String LINE = "PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\r\n";
  private static final HttpOptions OPTIONS = HttpOptions.defaults().proxyProtocol(true);
  private static final String ADDRESSES = "\300\0\2\1\300\0\2\2\23\210\1\273"; // those of LINE

  // ---- headers ----------------------------------------------------------------------------------

  private static String version2(int command, int family, String rest) {
    return SIGNATURE
        + (char) (0x20 | command)
        + (char) family
        + (char) (rest.length() >> 8)
        + (char) (rest.length() & 0xff)
        + rest;
  }

  private static String tlv(int type, String value) {
    return "" + (char) type + '\0' + (char) value.length() + value;
  }

  /// What the parser makes of bytes, which come in pieces; it has to leave what follows.
  private static ProxyHeader parse(String text, int pieces) throws IOException {
    var bytes = ByteBuffer.wrap((text + "GET").getBytes(ISO_8859_1));
    var parser = new ProxyHeaderParser(1000);
    ProxyHeader header = null;
    while (header == null && bytes.hasRemaining()) {
      var room = parser.room();
      assertThat(room.hasRemaining()).isTrue();
      int n = Math.min(Math.min(pieces, room.remaining()), bytes.remaining());
      room.put(bytes.slice(bytes.position(), n));
      bytes.position(bytes.position() + n);
      header = parser.received(n);
    }
    if (header == null) {
      throw new IOException("incomplete");
    }
    assertThat(bytes.remaining()).isEqualTo(3);
    return header;
  }

  private static ProxyHeader parse(String text) throws IOException {
    var whole = parse(text, 10_000);
    for (int pieces = 1; pieces < 20; pieces++) {
      assertThat(parse(text, pieces)).isEqualTo(whole);
    }
    return whole;
  }

  private static InetSocketAddress address(String host, int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(host), port);
  }

  @Test
  void line_namesTheClient() throws IOException {
    assertThat(parse(LINE)).isEqualTo(new ProxyHeader(address("192.0.2.1", 5000), false));
    assertThat(parse("PROXY TCP4 1.1.1.1 2.2.2.2 0 1\r\n").source())
        .isEqualTo(address("1.1.1.1", 0));
    assertThat(parse("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n").source())
        .isEqualTo(address("255.255.255.255", 65_535));
    assertThat(parse("PROXY TCP6 :: ::1 1 2\r\n").source()).isEqualTo(address("::", 1));
    var longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    assertThat(parse("PROXY TCP6 " + longest + " " + longest + " 65535 65535\r\n").source())
        .isEqualTo(address(longest, 65_535));
  }

  @Test
  void unknown_andLocal_keepTheConnectionsOwn() throws IOException {
    assertThat(parse("PROXY UNKNOWN\r\n").source()).isNull();
    assertThat(parse("PROXY UNKNOWN anything 1 2 3\r\n").source()).isNull();
    assertThat(parse(version2(0, 0, "")).source()).isNull();
    assertThat(parse(version2(0, 0x11, ADDRESSES)).source()).isNull();
    assertThat(parse(version2(0, 0x77, "whatever")).source()).isNull();
    assertThat(parse(version2(1, 0, "")).source()).isNull();
  }

  @Test
  void version2_namesTheClient() throws IOException {
    assertThat(parse(version2(1, 0x11, ADDRESSES)))
        .isEqualTo(new ProxyHeader(address("192.0.2.1", 5000), false));
    var six = "\0".repeat(15) + "\1" + "\0".repeat(15) + "\2" + "\23\210\1\273";
    assertThat(parse(version2(1, 0x21, six)).source()).isEqualTo(address("::1", 5000));
    var unix = "/run/a" + "\0".repeat(102) + "/run/b" + "\0".repeat(102);
    assertThat(parse(version2(1, 0x31, unix)).source())
        .isEqualTo(UnixDomainSocketAddress.of("/run/a"));
  }

  @Test
  void version2_saysWhetherTheClientUsedTls() throws IOException {
    var tls = tlv(0x20, "\1\0\0\0\0" + tlv(0x21, "TLSv1.3"));
    var other = tlv(2, "example.org") + tlv(4, "");
    assertThat(parse(version2(1, 0x11, ADDRESSES + other + tls)).secure()).isTrue();
    assertThat(parse(version2(1, 0x11, ADDRESSES + tlv(0x20, "\0\0\0\0\0"))).secure()).isFalse();
  }

  private static String withSum(boolean right) {
    var header = version2(1, 0x11, ADDRESSES + tlv(3, "\0\0\0\0"));
    var sum = new CRC32C();
    sum.update(header.getBytes(ISO_8859_1));
    int value = (int) sum.getValue() + (right ? 0 : 1);
    var bytes = ByteBuffer.allocate(4).putInt(value).array();
    return header.substring(0, header.length() - 4) + new String(bytes, ISO_8859_1);
  }

  @Test
  void checksum_isChecked() throws IOException {
    assertThat(parse(withSum(true)).source()).isEqualTo(address("192.0.2.1", 5000));
    assertThatThrownBy(() -> parse(withSum(false))).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n",
        "PROXY  TCP4 192.0.2.1 192.0.2.2 5000 443\r\n",
        "PROXY TCP4  192.0.2.1 192.0.2.2 5000 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 5000 443 \r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 5000 443\n\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 5000\r\r\n",
        "PROXY TCP4 192.0.2.1\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2 5000 443\r\n",
        "PROXY TCP4 192.0.2.01 192.0.2.2 5000 443\r\n",
        "PROXY TCP4 192.0.2.256 192.0.2.2 5000 443\r\n",
        "PROXY TCP4 localhost 192.0.2.2 5000 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 65536 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 05000 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 -1 443\r\n",
        "PROXY TCP4 ::1 ::2 5000 443            \r\n",
        "PROXY TCP4 ::1 ::2 5000 443\r\n",
        "PROXY TCP6 192.0.2.1 192.0.2.2 5000 443\r\n",
        "PROXY TCP6 ::1%lo ::2 5000 443\r\n",
        "PROXY TCP6 [::1] ::2 5000 443\r\n",
        "PROXY TCP6 ::1::2 ::2 5000 443\r\n",
        "PROXY UDP4 192.0.2.1 192.0.2.2 5000 443\r\n",
        "PROXY UNKNOWNS 192.0.2.1 192.0.2.2 5000 443\r\n",
        "proxy TCP4 192.0.2.1 192.0.2.2 5000 443\r\n",
      })
  void lineThatIsMalformed_isRefused(String line) {
    assertThatThrownBy(() -> parse(line)).isInstanceOf(IOException.class);
  }

  @Test
  void lineWithoutEnd_isRefused() {
    var endless = "PROXY UNKNOWN " + "x".repeat(200);
    assertThatThrownBy(() -> parse(endless))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("malformed");
  }

  @Test
  void version2ThatIsMalformed_isRefused() {
    var malformed =
        new String[] {
          SIGNATURE + "\21\21\0\14" + ADDRESSES, // version 1
          SIGNATURE + "\61\21\0\14" + ADDRESSES, // version 3
          version2(2, 0x11, ADDRESSES), // no such command
          version2(1, 0x12, ADDRESSES), // UDP
          version2(1, 0x01, ADDRESSES),
          version2(1, 0x11, ADDRESSES.substring(1)), // too short
          version2(1, 0x21, ADDRESSES),
          version2(1, 0x31, ADDRESSES),
          version2(1, 0x11, ADDRESSES + "\4"), // half a TLV
          version2(1, 0x11, ADDRESSES + "\4\0\2\0"),
          version2(1, 0x11, ADDRESSES + tlv(0x20, "\1\0\0\0")),
          version2(1, 0x11, ADDRESSES + tlv(3, "\1\0\0")),
          version2(1, 0x11, ADDRESSES + tlv(4, "x".repeat(200)).repeat(5)), // longer than 1000
        };
    for (var each : malformed) {
      assertThatThrownBy(() -> parse(each)).as(each).isInstanceOf(IOException.class);
    }
  }

  // ---- connections ------------------------------------------------------------------------------

  private static HttpServer start(HttpOptions options) throws IOException {
    return Http.start(
        rq -> {
          var from = (InetSocketAddress) rq.remoteAddress();
          return Response.text(
              from.getAddress().getHostAddress() + " " + from.getPort() + " " + rq.isSecure());
        },
        "127.0.0.1",
        0,
        options);
  }

  private static String lastLine(String response) {
    return response.substring(response.lastIndexOf('\n') + 1);
  }

  @OnEachRuntime
  void request_comesFromTheClientThatTheProxyNames() throws Exception {
    try (var server = start(OPTIONS)) {
      assertThat(lastLine(RawClient.ask(server, LINE + GET))).isEqualTo("192.0.2.1 5000 false");
      var tls = version2(1, 0x11, ADDRESSES + tlv(0x20, "\1\0\0\0\0"));
      assertThat(lastLine(RawClient.ask(server, tls + GET))).isEqualTo("192.0.2.1 5000 true");
      assertThat(lastLine(RawClient.ask(server, "PROXY UNKNOWN\r\n" + GET)))
          .startsWith("127.0.0.1 ");
    }
  }

  @OnEachRuntime
  void header_comesInPieces() throws Exception {
    try (var server = start(OPTIONS)) {
      for (int at = 1; at < LINE.length() + 3; at += 3) {
        try (var client = new RawClient(server)) {
          client.send((LINE + GET).substring(0, at));
          Asyncio.sleep(0);
          Asyncio.sleep(0);
          client.send((LINE + GET).substring(at));
          assertThat(lastLine(client.readAll())).isEqualTo("192.0.2.1 5000 false");
        }
      }
    }
  }

  /// That the server has ended the connection without a word.
  private static void checkAborted(RawClient client) {
    try {
      assertThat(client.readAll()).isEmpty();
    } catch (IOException e) {
      assertThat(e).isNotInstanceOf(IncompleteReadException.class); // a reset
    }
  }

  @OnEachRuntime
  void connectionWithoutHeader_isAborted() throws Exception {
    try (var server = start(OPTIONS);
        var client = new RawClient(server)) {
      client.send(GET);
      checkAborted(client);
      assertThat(server.statistics().requests()).isZero();
    }
  }

  @OnEachRuntime
  void headerThatDoesNotCome_isNotWaitedForLongerThanAHead() throws Exception {
    try (var server = start(OPTIONS.headerTime(Duration.ofMillis(50)));
        var client = new RawClient(server)) {
      client.send(LINE.substring(0, 20));
      checkAborted(client);
    }
  }

  @OnEachRuntime
  void connectionThatEndsInTheHeader_isForgotten() throws Exception {
    try (var server = start(OPTIONS)) {
      try (var client = new RawClient(server)) {
        client.send(LINE.substring(0, 20));
        client.end();
        assertThat(client.readAll()).isEmpty();
      }
      assertThat(RawClient.ask(server, LINE + GET)).startsWith("HTTP/1.1 200");
    }
  }

  private static void awaitClient(HttpServer server) {
    while (server.statistics().connections() == 0) {
      Asyncio.sleep(0);
    }
  }

  @OnEachRuntime
  void shutdown_doesNotWaitForAHeader() throws Exception {
    var server = start(OPTIONS);
    try (var client = new RawClient(server)) {
      client.send(LINE.substring(0, 20));
      awaitClient(server);
      double before = Asyncio.getRunningLoop().time();
      server.close();
      assertThat(Asyncio.getRunningLoop().time() - before).isLessThan(5);
      checkAborted(client);
    }
  }

  @OnEachRuntime
  void tooManyHeaders_areNotWaitedFor() throws Exception {
    try (var server = start(OPTIONS.maxConnections(1));
        var first = new RawClient(server)) {
      first.send(LINE.substring(0, 20));
      try (var second = new RawClient(server)) {
        checkAborted(second);
      }
      first.send(LINE.substring(20) + GET);
      assertThat(first.readAll()).startsWith("HTTP/1.1 200");
    }
  }

  // ---- TLS behind the header --------------------------------------------------------------------

  @OnEachRuntime
  void tls_followsTheHeader() throws Exception {
    try (var server = start(OPTIONS.tls(TestKeys.server()))) {
      var options = ClientOptions.defaults().tls(TestKeys.client()).connector(withHeader());
      try (var client = new HttpClient(options)) {
        var url = "https://localhost:" + server.port() + "/";
        assertThat(client.get(url).send().text()).isEqualTo("192.0.2.1 5000 true");
        assertThat(client.get(url).send().text()).isEqualTo("192.0.2.1 5000 true");
      }
    }
  }

  /// Sends the header and then begins TLS at once, so that both may come in one piece.
  private static ClientConnector withHeader() {
    return (protocol, host, port, options) -> {
      var connection =
          Streams.openConnection("127.0.0.1", port, ConnectOptions.defaults()).writer();
      connection.write(LINE.getBytes(ISO_8859_1));
      var tls = java.util.Objects.requireNonNull(options.tls()).serverHostname(host);
      connection.startTls(tls);
      var transport = connection.transport();
      transport.setProtocol(protocol);
      protocol.connectionMade(transport);
      KEPT.set(connection); // one that nobody refers to is closed
      return transport;
    };
  }

  private static final ThreadLocal<@Nullable Object> KEPT = new ThreadLocal<>();

  @OnEachRuntime
  void handshakeThatFails_isForgotten() throws Exception {
    try (var server = start(OPTIONS.tls(TestKeys.server()))) {
      try (var client = new RawClient(server)) {
        client.send(LINE + GET);
        checkAborted(client, server);
      }
      assertThat(server.statistics().connections()).isZero();
    }
  }

  private static void checkAborted(RawClient client, HttpServer server) {
    try {
      assertThat(client.readAll()).doesNotContain("HTTP"); // perhaps an alert of TLS
    } catch (IOException e) {
      assertThat(server.statistics().requests()).isZero(); // a reset
    }
  }

  @OnEachRuntime
  void shutdown_doesNotWaitForAHandshake() throws Exception {
    var server = start(OPTIONS.tls(TlsOptions.of(TestKeys.server())));
    try (var client = new RawClient(server)) {
      client.send(LINE + "\26\3\1"); // the beginning of a greeting
      awaitClient(server);
      double before = Asyncio.getRunningLoop().time();
      server.close();
      assertThat(Asyncio.getRunningLoop().time() - before).isLessThan(5);
      checkAborted(client, server);
    }
  }

  @Test
  void signature_isThatOfTheStandard() {
    assertThat(HexFormat.of().formatHex(SIGNATURE.getBytes(ISO_8859_1)))
        .isEqualTo("0d0a0d0a000d0a515549540a");
    assertThat(Arrays.equals(ADDRESSES.getBytes(ISO_8859_1), new byte[12])).isFalse();
  }
}
