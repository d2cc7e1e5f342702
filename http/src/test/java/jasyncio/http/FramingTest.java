package jasyncio.http;

import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.OnLoop;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not HTTP/1.1 to the letter is refused, and ends the connection: two programs might read
/// it differently.
@SuppressWarnings("StringConcatToTextBlock") // which has no carriage returns
@OnLoop
class FramingTest {
  private static final String GET = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

  /// What a server says to a request, and to one behind it.
  private static String ask(String request) throws Exception {
    var server =
        RawClient.server(rq -> Response.text(rq.path() + rq.text()), HttpOptions.defaults());
    try (server;
        var client = RawClient.inMemory(server)) {
      client.send(plain(request) + GET);
      client.end();
      return client.readAll();
    }
  }

  private static String plain(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // lines
        "GET / HTTP/1.1\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\n",
        "GET / HTTP/1.1\\rHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\r\\nHost: x\\r\\n\\r\\n",
        "\\nGET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        " GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "\\r\\n\\r\\n\\r\\n\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        // the request line
        "GET  / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET /  HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1 \\r\\nHost: x\\r\\n\\r\\n",
        "GET\\t/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET /\\0 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET /# HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET /\u00e9 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "G@T / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET /\\r\\nHost: x\\r\\n\\r\\n",
        "GET / http/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/11\\r\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1x\\r\\nHost: x\\r\\n\\r\\n",
        "GET x HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET * HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET ftp://x/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        // headers
        "GET / HTTP/1.1\\r\\nHost: x\\r\\n folded\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\n X: y\\r\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\tfolded\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost : x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nX y\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\n: y\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nX: a\\0b\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nX\\0: y\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nX: a\\rb\\r\\n\\r\\n",
        // the host
        "GET / HTTP/1.1\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x, y\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x/y\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: a@x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: :\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: :80\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x:y\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x:1:2\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x]\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: [::1\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: [::1]x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: []\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: [x]\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x:0\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x:65536\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x:4294967297\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: %\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x%4g\\r\\n\\r\\n",
        "GET http://y/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET http://x:80/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        // the length of the body
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 1\\r\\n\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nContent-Length: 1\\r\\n\\r\\na",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nab",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1, 1\\r\\n\\r\\na",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: +1\\r\\n\\r\\na",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: -1\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0x1\\r\\n\\r\\na",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length:\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 99999999999999999999\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked, identity\\r\\n\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: identity\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: xchunkedx\\r\\n\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.0\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nSec-WebSocket-Key1: a\\r\\nSec-WebSocket-Key2: b\\r\\n\\r\\n12345678",
        // chunks
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\na\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nab\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\ng\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n-1\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0x1\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n+1\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n 1\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1 \\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n100000001\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1;\\n\\r\\na\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\nX: y\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\nX: y\\r\\n z\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\nX : y\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0 ;a\\r\\nX: y\\r\\n z\\r\\n\\r\\n",
      })
  void request_thatIsNotExact_isRefused(String request) throws Exception {
    assertThat(ask(request))
        .startsWith("HTTP/1.1 400 Bad Request\n")
        .contains("Connection: close\n", "application/problem+json", "\"status\":400")
        .doesNotContain("/next");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          'GET / HTTP/2.0\\r\\nHost: x\\r\\n\\r\\n', 505
          'GET / HTTP/0.9\\r\\nHost: x\\r\\n\\r\\n', 505
          'CONNECT x:80 HTTP/1.1\\r\\nHost: x:80\\r\\n\\r\\n', 501
          'POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n', 501
          'POST / HTTP/1.1\\r\\nHost: x\\r\\nExpect: dessert\\r\\nContent-Length: 1\\r\\n\\r\\na', 417
          'POST / HTTP/1.1\\r\\nHost: x\\r\\nExpect: 100-continue\\r\\nExpect: dessert\\r\\nContent-Length: 1\\r\\n\\r\\na', 417
          'POST / HTTP/1.1\\r\\nHost: x\\r\\nExpect: 100-continue, dessert\\r\\nContent-Length: 1\\r\\n\\r\\na', 417
          'POST / HTTP/1.1\\r\\nHost: x\\r\\nExpect:\\r\\nContent-Length: 1\\r\\n\\r\\na', 417
          """)
  void request_thatAsksForTooMuch_isRefused(String request, int status) throws Exception {
    assertThat(ask(request))
        .startsWith("HTTP/1.1 " + status + " ")
        .contains("Connection: close\n")
        .doesNotContain("/next");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "\\r\\nGET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost:\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost:x\\t \\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: [::1]:8080\\r\\nX-Empty:\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x%4A:65535\\r\\n\\r\\n",
        "GET http://x HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "GET HTTP://X:80/ HTTP/1.1\\r\\nHost: x:80\\r\\n\\r\\n",
        "GET / HTTP/1.2\\r\\nHost: x\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nHost: x\\r\\nExpect: 100-Continue\\r\\nExpect: 100-continue\\r\\n\\r\\n",
        "GET / HTTP/1.1\\r\\nhOsT: x\\r\\nX: \u00e9\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: Chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "POST / HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n000\\r\\nX: y\\r\\n\\r\\n",
      })
  void request_thatIsExact_isAnswered_asIsTheNext(String request) throws Exception {
    assertThat(ask(request))
        .startsWith("HTTP/1.1 200 OK\n")
        .contains("\n\n/HTTP")
        .endsWith("/next");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3", "7", "64"})
  void requests_inPiecesOfAnySize_areTheSame(int size) throws Exception {
    var server =
        RawClient.server(rq -> Response.text(rq.path() + rq.text()), HttpOptions.defaults());
    var requests =
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n\r\n"
            + "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ndef"
            + GET;
    try (server;
        var client = RawClient.inMemory(server)) {
      for (int i = 0; i < requests.length(); i += size) {
        client.send(requests.substring(i, Math.min(requests.length(), i + size)));
        sleep(0);
      }
      assertThat(client.readResponse()).endsWith("/aabc");
      assertThat(client.readResponse()).endsWith("/bdef");
      assertThat(client.readResponse()).endsWith("/next");
    }
  }
}
