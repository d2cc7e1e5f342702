package jasyncio.http;

import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.testing.OnLoop;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Servers of others in front of ours: for whatever comes, both agree on the number of messages.
///
/// Our server numbers what it answers. A number that no client has seen would be a request that the
/// front does not know of, whose response goes to whoever asks next over the same connection. So
/// somebody else asks after each payload, and must get his own answer.
@Tag("slow")
class GardenTest {
  private static final int PATIENCE = 60_000; // milliseconds; only what hangs takes that long
  private static final Pattern SERIAL = Pattern.compile("(?i)X-Serial: (\\d+)");
  private static final String AFTER = "GET /after HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  private static final String POISON = "GET /poison HTTP/1.1\r\nHost: x\r\nX: y\r\n\r\n";

  @TempDir Path folder;

  /// What a client has seen behind a payload, and what another one that asked after it.
  private record Seen(String payload, List<Integer> serials, List<Integer> clean, String text) {}

  @OnLoop(timeoutSeconds = 600)
  @ParameterizedTest
  @EnumSource(Front.Kind.class)
  void frontAndServer_agreeOnTheNumberOfMessages(Front.Kind kind) throws Exception {
    assumeTrue(kind.find().isPresent(), () -> "there is no " + kind + " on this machine");
    var handled = new ArrayList<String>();
    Handler handler =
        rq -> {
          try {
            handled.add(rq.method() + " " + rq.target() + " " + rq.bytes().length);
          } catch (IOException e) {
            return Response.empty(400); // the front has broken it off
          }
          var serial = String.valueOf(handled.size());
          // In the body as well: Apache still answers HTTP/0.9, without headers.
          return Response.text("X-Serial: " + serial).header("X-Serial", serial);
        };
    List<Seen> seen;
    try (var server = Http.start(handler, "127.0.0.1", 0)) {
      int back = server.port();
      seen = toThread(() -> sendAll(kind, back));
    }
    for (var each : seen) {
      assertThat(each.serials()).as("%s", each.text()).isSorted();
      assertThat(each.clean()).as("%s", each.text()).hasSize(1);
      assertThat(handled.get(each.clean().getFirst() - 1))
          .as("%s", each.text())
          .isEqualTo("GET /clean 0");
    }
    var all = new TreeSet<Integer>();
    seen.forEach(each -> all.addAll(each.serials()));
    seen.forEach(each -> all.addAll(each.clean()));
    var unseen = IntStream.rangeClosed(1, handled.size()).filter(i -> !all.contains(i));
    assertThat(unseen.mapToObj(i -> handled.get(i - 1) + " #" + i)).isEmpty();
    int through = LlhttpCase.all().isEmpty() ? 0 : 100; // payloads, beside what is asked after each
    assertThat(handled).hasSizeGreaterThan(seen.size() + through);
  }

  private List<Seen> sendAll(Front.Kind kind, int back) throws IOException {
    var result = new ArrayList<Seen>();
    try (var front = Front.start(kind, folder, back)) {
      for (var payload : payloads()) {
        var text = send(front, payload + AFTER);
        var clean = send(front, "GET /clean HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        result.add(
            new Seen(
                payload,
                serials(text),
                serials(clean),
                payload + "\n->\n" + text + "\nand then\n" + clean));
      }
    }
    return result;
  }

  /// What comes back until the front closes the connection.
  private static String send(Front front, String bytes) throws IOException {
    var text = new StringBuilder();
    try (var socket = front.connect()) {
      socket.setSoTimeout(PATIENCE);
      socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
      socket.shutdownOutput();
      var buffer = new byte[8192];
      for (int n; (n = socket.getInputStream().read(buffer)) >= 0; ) {
        text.append(new String(buffer, 0, n, ISO_8859_1));
      }
    } catch (SocketTimeoutException e) {
      throw new IOException("neither an answer nor the end after " + bytes, e);
    } catch (IOException e) {
      // a reset, since it had not read all: what came before counts
    }
    return text.toString();
  }

  private static List<Integer> serials(String text) {
    return SERIAL.matcher(text).results().map(m -> Integer.valueOf(m.group(1))).distinct().toList();
  }

  // ---- payloads ---------------------------------------------------------------------------------

  private static List<String> payloads() {
    var found =
        LlhttpCase.all().stream()
            .filter(LlhttpCase::isRequest)
            .map(each -> new String(each.input(), ISO_8859_1));
    return Stream.concat(classics(), found).toList();
  }

  /// What has fooled servers: two lengths, odd codings, odd lines and chunks.
  private static Stream<String> classics() {
    var result = new ArrayList<String>();
    int n = POISON.length();
    for (var length :
        List.of(
            "Content-Length: %d",
            "Content-Length : %d",
            "Content-Length: +%d",
            "Content-Length: 0%d",
            "Content-Length: %d,%d",
            "Content-Length: %d\r\nContent-Length: %d",
            "Content-Length: 0\r\nContent-Length: %d",
            "Content-Length: %d\r\nContent-Length: 0",
            "Content-Length: %d ",
            "Content-Length:\t%d",
            "Content-Length:\u000b%d",
            "Content-Length: 0, %d",
            "Content-Length\0: %d",
            "X: y\r\n Content-Length: %d",
            "X: y\nContent-Length: %d",
            "X: y\rContent-Length: %d",
            " Content-Length: %d",
            "Content_Length: %d",
            "Content-Length: 0x%x",
            "Content-Length: %d\r\nConnection: Content-Length",
            "Content-Length: -%d",
            "Expect: 100-continue\r\nContent-Length: %d")) {
      result.add(post(length.formatted(n, n), POISON));
      result.add(get(length.formatted(n, n), POISON));
    }
    for (var coding :
        List.of(
            "Transfer-Encoding: chunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding:\tchunked",
            "Transfer-Encoding:\u000bchunked",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding:\r\n chunked",
            "X: y\nTransfer-Encoding: chunked",
            "X: y\rTransfer-Encoding: chunked",
            " Transfer-Encoding: chunked",
            "Transfer_Encoding: chunked",
            "Transfer-Encoding: CHUNKED",
            "Transfer-Encoding\0: chunked",
            "Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding",
            "Transfer-Encoding: gzip, chunked")) {
      var body = "0\r\n\r\n" + POISON;
      result.add(post(coding, body));
      result.add(post(coding + "\r\nContent-Length: " + body.length(), body));
      result.add(post("Content-Length: " + body.length() + "\r\n" + coding, body));
      result.add(post("Content-Length: 3\r\n" + coding, body));
    }
    for (var chunks :
        List.of(
            "%x\r\n%s\r\n0\r\n\r\n",
            "0%x\r\n%s\r\n000\r\n\r\n",
            "%x;a=b\r\n%s\r\n0\r\n\r\n",
            "%x;a=\"b\r\n\"\r\n%s\r\n0\r\n\r\n",
            "%x\n%s\r\n0\r\n\r\n",
            "%x\r\n%s\n0\r\n\r\n",
            "%x\r\n%s\r\n0\n\n",
            "%x \r\n%s\r\n0\r\n\r\n",
            "0x%x\r\n%s\r\n0\r\n\r\n",
            "+%x\r\n%s\r\n0\r\n\r\n",
            "%x;\n%s\r\n0\r\n\r\n",
            "%x;a\rb\r\n%s\r\n0\r\n\r\n",
            "%x\r\r\n%s\r\n0\r\n\r\n",
            "%x\r\n%s0\r\n\r\n",
            "%x\r\n%sXX\r\n0\r\n\r\n",
            "10000000000000000%x\r\n%s\r\n0\r\n\r\n",
            "%x\r\n%s\r\n0\r\nX: y\r\n\r\n",
            "%x\r\n%s\r\n0\r\nContent-Length: 5\r\n\r\n",
            "%x\r\n%s\r\n0\r\nX : y\r\n\r\n",
            "%x\r\n%s\r\n0;a\r\n\r\n",
            "-1\r\n%s\r\n0\r\n\r\n")) {
      result.add(
          post(
              "Transfer-Encoding: chunked",
              chunks.replace("%x", Integer.toHexString(n)).replace("%s", POISON)));
    }
    for (var first :
        List.of(
            "GET http://x/a HTTP/1.1",
            "GET http://y/a HTTP/1.1",
            "GET //y/a HTTP/1.1",
            "GET /a  HTTP/1.1",
            "GET /a HTTP/1.0",
            "GET /a b HTTP/1.1",
            "GET /a",
            "GET /a HTTP/1.2",
            "GET /a HTTP/0.9",
            "GET /a#b HTTP/1.1",
            "GET\t/a HTTP/1.1",
            "\r\nGET /a HTTP/1.1",
            "\nGET /a HTTP/1.1",
            "get /a HTTP/1.1",
            "GET /a%0d%0aX:%20y HTTP/1.1",
            "GET /a%00 HTTP/1.1",
            "GET /../a HTTP/1.1",
            "GET * HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "TRACE /a HTTP/1.1",
            "HEAD /a HTTP/1.1",
            "CONNECT x:80 HTTP/1.1",
            "GET /a HTTP/1.1\r",
            "GET /a HTTP/1.1\nX: y")) {
      result.add(first + "\r\nHost: x\r\n\r\n");
      result.add(first + "\r\nHost: x\r\nContent-Length: " + n + "\r\n\r\n" + POISON);
    }
    for (var host :
        List.of(
            "",
            "Host: x\r\nHost: y\r\n",
            "Host: x, y\r\n",
            "Host : x\r\n",
            "Host: x y\r\n",
            "Host:\r\n",
            "Host: x/\r\n")) {
      result.add("GET /a HTTP/1.1\r\n" + host + "\r\n");
    }
    return result.stream();
  }

  private static String post(String headers, String body) {
    return "POST /a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n" + body;
  }

  private static String get(String headers, String body) {
    return "GET /a HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n" + body;
  }
}
