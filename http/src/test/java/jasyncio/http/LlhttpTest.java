package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// llhttp's cases, read by our codecs: both tell of the same messages, or both refuse. What needs
/// leniency there is refused here.
class LlhttpTest {
  /// Where we differ, and why. What is here and does not differ fails as well.
  private static final Map<String, String> EXCEPTIONS =
      exceptions(
          """
          # A method is any token, RFC 9110 9.1; whether there is such a one is for the handler to say.
          request/invalid.md: HTTP protocol and ANNOUNCE method

          # A fragment is no part of a target, RFC 9110 7.1.
          request/transfer-encoding.md: POST with `chunked` as last transfer-encoding
          request/transfer-encoding.md: POST with `chunked` as last transfer-encoding (multiple headers)
          request/uri.md: Fragment in URI

          # A name and password in a target are to be refused, RFC 9110 4.2.4.
          request/uri.md: `host:port` and basic auth

          # This server is no proxy.
          request/method.md: CONNECT request
          request/method.md: CONNECT request with CAPS
          request/method.md: CONNECT with body
          request/uri.md: Underscore in hostname

          # The target * is for OPTIONS alone, RFC 9112 3.2.4. SSDP is another protocol, on UDP.
          request/method.md: M-SEARCH request

          # Other protocols and versions.
          request/method.md: SOURCE request with ICE
          request/method.md: OPTIONS request with RTSP
          request/method.md: ANNOUNCE request with RTSP
          request/sample.md: No HTTP version
          response/sample.md: RTSP response
          response/sample.md: ICE response
          response/sample.md: HTTP version 0.9

          # The first draft of WebSockets has eight bytes behind the head, which no header tells of.
          request/connection.md: Upgrade GET request

          # There, a callback has the body of a request skipped as if it were the answer to HEAD.
          request/content-length.md: Content-Length reset when no body is received

          # An extension of a chunk without a name is as unread as any other: the line ends at the same place.
          request/transfer-encoding.md: No extension after semicolon
          response/transfer-encoding.md: No extension after semicolon

          # What comes behind the last message is not refused but not read.
          request/connection.md: Resetting flags when keep-alive is off (1.0, lenient)
          request/connection.md: CRLF between requests, explicit `close` (lenient)
          response/connection.md: HTTP/1.1 with keep-alive disabled, content-length (lenient)
          response/connection.md: HTTP/1.1 with keep-alive disabled and 204 status (lenient)

          # Proxy-Connection is in no RFC, and this was no answer to a proxy's question.
          response/connection.md: Proxy-Connection

          # Where there is no body, Netty takes away what says how it would be framed.
          response/connection.md: HTTP 101 response with Upgrade and Transfer-Encoding header
          response/connection.md: HTTP 304 with Transfer-Encoding

          # The only coding that this client knows is chunked, once and alone.
          response/transfer-encoding.md: `chunked` before other transfer-encoding
          response/transfer-encoding.md: multiple transfer-encoding where chunked is not the last one
          response/transfer-encoding.md: `chunkedchunked` transfer-encoding does not enable chunked enconding
          """);

  private static Map<String, String> exceptions(String text) {
    return Arrays.stream(text.split("\n\n"))
        .map(group -> group.split("\n", 2))
        .flatMap(group -> group[1].lines().map(name -> new String[] {name, group[0]}))
        .collect(toMap(row -> row[0], row -> row[1].substring(2)));
  }

  static List<LlhttpCase> cases() {
    var cases = LlhttpCase.all();
    assumeThat(cases)
        .as("llhttp's cases, in ../shared/http/llhttp beside the project")
        .isNotEmpty();
    return cases;
  }

  private static Reading read(LlhttpCase each, byte[] input, int piece) {
    return each.isRequest()
        ? CodecReader.ofServer(input, () -> piece, each.isFinished())
        : CodecReader.ofClient(
            input, () -> piece, each.skipsBody() ? "HEAD" : "GET", each.isFinished());
  }

  /// What we make of a case. A head is judged when it is complete; so what is cut off in one goes
  /// on with the end of a head where something is to be refused.
  private static Reading read(LlhttpCase each) {
    var whole = read(each, each.input(), Integer.MAX_VALUE);
    if (whole.isRefused() || (each.isStrict() && !each.expected().isRefused())) {
      return whole;
    }
    var text = new String(each.input(), ISO_8859_1);
    return read(each, (text + "\r\n\r\n").getBytes(ISO_8859_1), Integer.MAX_VALUE);
  }

  private static @Nullable String difference(LlhttpCase each, Reading ours) {
    var theirs = each.expected();
    if (!each.isStrict()) {
      return ours.isRefused() ? null : "it needs leniency, and we read it";
    } else if (theirs.isRefused()) {
      return !ours.isRefused()
          ? "llhttp refuses it: " + theirs.refusal() + "; we read it"
          : !ours.isBeginningOf(theirs) ? "we read more of it before we refuse it" : null;
    } else if (ours.isRefused()) {
      return "we refuse it: " + ours.refusal();
    }
    return ours.messages().equals(theirs.messages()) ? null : "we read something else";
  }

  @ParameterizedTest
  @MethodSource("cases")
  void llhttpCase_isReadAsByLlhttp(LlhttpCase each) {
    var ours = read(each);
    var reason = EXCEPTIONS.get(each.name());
    assertThat(difference(each, ours))
        .as(
            "%s%ninput:  %s%nours:   %s%nllhttp: %s",
            reason == null ? "no exception" : "a listed exception that is none: " + reason,
            new String(each.input(), ISO_8859_1).replace("\r", "\\r"),
            ours,
            each.expected())
        .matches(difference -> (difference != null) == (reason != null));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void llhttpCase_inSingleBytes_isTheSame(LlhttpCase each) {
    var whole = read(each, each.input(), Integer.MAX_VALUE);
    var bytes = read(each, each.input(), 1);
    assertThat(bytes.messages()).isEqualTo(whole.messages());
    assertThat(bytes.isRefused()).isEqualTo(whole.isRefused());
  }

  @Test
  void cases_areAllThere() {
    var names = cases().stream().map(LlhttpCase::name).toList();
    assertThat(names).hasSize(251).doesNotHaveDuplicates().containsAll(EXCEPTIONS.keySet());
    assertThat(cases()).filteredOn(each -> each.expected().isRefused()).hasSize(81);
    assertThat(cases()).filteredOn(each -> !each.isStrict()).hasSize(37);
  }
}
