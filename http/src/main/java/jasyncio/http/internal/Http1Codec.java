package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import jasyncio.http.Headers;
import jasyncio.http.HttpVersion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// HTTP/1.1 and 1.0, of a server.
///
/// Requests are taken apart by Netty's decoder, called directly: its channel, pipeline and loop are
/// not needed for that. A head is looked through before, and its framing is checked after.
/// Responses are written here, head and small body into one piece.
public final class Http1Codec implements HttpCodec {
  private static final int MOST_EMPTY_LINES = 4; // before a request: some clients end bodies so
  private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1);
  private static final byte[] LENGTH = "Content-Length: ".getBytes(ISO_8859_1);
  private static final byte[] CHUNKED = "Transfer-Encoding: chunked\r\n".getBytes(ISO_8859_1);
  private static final byte[] CLOSE = "Connection: close\r\n".getBytes(ISO_8859_1);
  private static final byte[] KEEP_ALIVE = "Connection: keep-alive\r\n".getBytes(ISO_8859_1);

  private final Http1Shared shared;
  private final HttpEvents events;
  private final Http1Input input;
  private final Http1Output out;
  private final Decoder decoder;
  private final HeadScanner scanner;
  private final ChunkOverhead overhead = new ChunkOverhead();
  private final List<Object> decoded = new ArrayList<>(4);

  // receiving
  private boolean inBody;
  private boolean inTrailers;
  private boolean refused;
  private int emptyLines;
  private int stream;

  // sending
  private boolean closeAfterNext;
  private boolean last;
  private boolean chunked;
  private boolean hasBody;
  private boolean untilClosed;

  /// The codec of a connection.
  ///
  /// @param shared what its server's connections have in common
  /// @param events what is told
  /// @param output what takes the bytes; it does not keep the buffer
  public Http1Codec(Http1Shared shared, HttpEvents events, Consumer<ByteBuffer> output) {
    this.shared = shared;
    this.events = events;
    this.input = new Http1Input(shared);
    this.out = new Http1Output(shared, output);
    this.decoder = new Decoder(shared);
    this.scanner = new HeadScanner(shared.limits);
  }

  // ---- receiving --------------------------------------------------------------------------------

  private static final class Decoder extends HttpRequestDecoder {
    Decoder(Http1Shared shared) {
      super(shared.decoding);
    }

    /// One step; the context is for subclasses only.
    @SuppressWarnings("NullAway")
    void step(ByteBuf in, List<Object> target) throws Exception {
      decode(null, in, target);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }
  }

  @Override
  public void receive(ByteBuffer data) {
    if (refused) {
      data.position(data.limit());
      return;
    }
    var in = input.with(data);
    try {
      decode(in);
    } catch (Refusal e) {
      refused = true;
      input.clear();
      events.refused(e);
      return;
    } finally {
      Http1Input.release(decoded);
    }
    input.keep(in);
  }

  private void decode(ByteBuf in) throws Refusal {
    while (in.isReadable()) {
      if (!inBody && !isHeadComplete(in)) {
        return;
      } else if (inTrailers && !areTrailersComplete(in)) {
        return;
      }
      int before = in.readerIndex();
      boolean counts = inBody && !inTrailers;
      step(in);
      int taken = in.readerIndex() - before;
      if (counts && overhead.isTooMuch(taken, Http1Input.dataIn(decoded))) {
        throw new Refusal(400, "There is too much in the chunks of the body that is no data.");
      }
      if (!decoded.isEmpty()) {
        tell();
      } else if (taken == 0) {
        return;
      } else if (inBody && Http1Input.isLastChunk(in, before)) {
        inTrailers = true;
        scanner.beginTrailers();
      }
    }
  }

  private boolean isHeadComplete(ByteBuf in) throws Refusal {
    byte[] bytes = in.array();
    int start = in.arrayOffset() + in.readerIndex();
    int end = in.arrayOffset() + in.writerIndex();
    while (!scanner.hasBegun()
        && end - start >= 2
        && bytes[start] == '\r'
        && bytes[start + 1] == '\n') {
      if (++emptyLines > MOST_EMPTY_LINES) {
        throw new Refusal(400, "A request is expected, and not empty lines.");
      }
      start += 2;
      in.skipBytes(2);
    }
    if (end - start == 1 && bytes[start] == '\r') {
      return false; // perhaps half of such a line
    }
    return start < end && scanner.scan(bytes, start, end) >= 0;
  }

  private boolean areTrailersComplete(ByteBuf in) throws Refusal {
    int offset = in.arrayOffset();
    return scanner.scan(in.array(), offset + in.readerIndex(), offset + in.writerIndex()) >= 0;
  }

  private void step(ByteBuf in) throws Refusal {
    try {
      decoder.step(in, decoded);
    } catch (Exception e) {
      throw unreadable(e);
    }
  }

  private static Refusal unreadable(@Nullable Throwable e) {
    return new Refusal(
        400,
        "The request cannot be read: "
            + (e == null
                ? "unknown"
                : e.getMessage() != null ? e.getMessage() : e.getClass().getSimpleName()));
  }

  private void tell() throws Refusal {
    for (int i = 0; i < decoded.size(); i++) {
      switch (decoded.get(i)) {
        case HttpRequest request -> {
          emptyLines = 0;
          var head = headOf(request);
          boolean ended = i + 1 < decoded.size() && decoded.get(i + 1) instanceof LastHttpContent;
          if (ended != (head.length() == 0)) { // as of Sec-WebSocket-Key1, which Netty knows
            throw new Refusal(400, "The request has a body that no header tells of.");
          }
          inBody = !ended;
          overhead.reset();
          if (ended) {
            i++;
          }
          events.request(head, ended);
        }
        case HttpContent content -> tellContent(content);
        default -> {}
      }
    }
    Http1Input.release(decoded);
  }

  private void tellContent(HttpContent content) throws Refusal {
    if (content.decoderResult().isFailure()) {
      throw unreadable(content.decoderResult().cause());
    }
    if (content.content().isReadable()) {
      events.data(stream, ByteBufUtil.getBytes(content.content()));
    }
    if (content instanceof LastHttpContent end) {
      inBody = false;
      inTrailers = false;
      events.end(stream, headersOf(end.trailingHeaders()));
    }
  }

  private static Headers headersOf(HttpHeaders headers) throws Refusal {
    try {
      return Http1Input.headersOf(headers, Integer.MAX_VALUE);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "A header is wrong: " + e.getMessage());
    }
  }

  // ---- what a head says -------------------------------------------------------------------------

  private RequestHead headOf(HttpRequest request) throws Refusal {
    int minor = scanner.minor();
    var fields = request.headers(); // as Netty leaves them, see below
    var headers = headersOf(fields);
    var encoding = headers.get("Transfer-Encoding");
    var length = headers.all("Content-Length");
    checkFraming(minor, headers, encoding, length);
    if (request.decoderResult().isFailure()) {
      throw unreadable(request.decoderResult().cause());
    }
    var method = request.method().name();
    var target = request.uri();
    var host = host(minor, headers);
    if (target.charAt(0) != '/') {
      target = pathOf(method, target, host);
    }
    return new RequestHead(
        ++stream,
        minor == 0 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1,
        method,
        target,
        host,
        headers,
        encoding != null ? -1 : length.isEmpty() ? 0 : Long.parseLong(length.getFirst()),
        keepsAlive(minor, headers),
        expectsContinue(minor, headers));
  }

  /// Both ways to say how long the body is, or one of them twice, are how requests are smuggled.
  private static void checkFraming(
      int minor, Headers headers, @Nullable String encoding, List<String> length) throws Refusal {
    if (length.size() > 1) {
      throw new Refusal(400, "There is more than one Content-Length.");
    }
    if (!length.isEmpty() && !isNumber(length.getFirst())) {
      throw new Refusal(400, "Content-Length is not a number.");
    }
    if (encoding == null) {
      return;
    }
    if (!length.isEmpty()) {
      throw new Refusal(400, "There is both a Content-Length and a Transfer-Encoding.");
    }
    if (minor == 0) {
      throw new Refusal(400, "HTTP/1.0 has no Transfer-Encoding.");
    }
    if (headers.all("Transfer-Encoding").size() > 1 || !encoding.equalsIgnoreCase("chunked")) {
      boolean last = encoding.toLowerCase(Locale.ROOT).endsWith("chunked");
      throw new Refusal(
          last ? 501 : 400,
          "The only Transfer-Encoding that this server knows is chunked, once and alone.");
    }
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= 18
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static String host(int minor, Headers headers) throws Refusal {
    var host = headers.get("Host");
    if (host == null) {
      if (minor > 0) {
        throw new Refusal(400, "The header Host is missing.");
      }
      return "";
    }
    if (headers.all("Host").size() > 1) {
      throw new Refusal(400, "There is more than one Host.");
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c <= ' ' || c >= 127 || "/?#@\\,\"<>^`{|}".indexOf(c) >= 0) {
        throw new Refusal(400, "The header Host is not a host.");
      }
    }
    if (!host.isEmpty() && !Tokens.isHostAndPort(host)) {
      throw new Refusal(400, "The header Host is not a host, and perhaps a colon and a port.");
    }
    return host;
  }

  /// The path and query of a target that does not begin with them.
  private static String pathOf(String method, String target, String host) throws Refusal {
    if (method.equals("CONNECT")) {
      throw new Refusal(501, "This server is no proxy.");
    }
    if (target.equals("*")) {
      if (method.equals("OPTIONS")) {
        return target;
      }
      throw new Refusal(400, "The target * is for OPTIONS alone.");
    }
    int scheme =
        target.regionMatches(true, 0, "http://", 0, 7)
            ? 7
            : target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
    if (scheme < 0) {
      throw new Refusal(400, "The target of a request begins with a slash.");
    }
    int end = scheme;
    while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
      end++;
    }
    if (!target.substring(scheme, end).equalsIgnoreCase(host)) {
      throw new Refusal(400, "The target of the request is on another host than the header Host.");
    }
    var path = target.substring(end);
    return path.startsWith("/") ? path : "/" + path;
  }

  private static boolean keepsAlive(int minor, Headers headers) {
    if (!headers.contains("Connection")) {
      return minor > 0;
    }
    return minor > 0
        ? !headers.containsWord("Connection", "close")
        : headers.containsWord("Connection", "keep-alive")
            && !headers.containsWord("Connection", "close");
  }

  private static boolean expectsContinue(int minor, Headers headers) throws Refusal {
    if (minor == 0) { // which knows none: RFC 9110, section 10.1.1
      return false;
    }
    return expectsContinue(headers);
  }

  /// Whether a request with these headers waits to be asked for its body.
  static boolean expectsContinue(Headers headers) throws Refusal {
    var expectations = headers.all("Expect");
    for (var list : expectations) {
      for (var expectation : list.split(",", -1)) {
        if (!expectation.strip().equalsIgnoreCase("100-continue")) {
          throw new Refusal(417, "The only expectation that this server knows is 100-continue.");
        }
      }
    }
    return !expectations.isEmpty();
  }

  @Override
  public boolean inHead() {
    return !inBody && !refused && !input.isEmpty();
  }

  @Override
  public boolean expectsMore() {
    return inBody || refused || !input.isEmpty();
  }

  // ---- sending ----------------------------------------------------------------------------------

  @Override
  public void closeAfterNext() {
    closeAfterNext = true;
  }

  @Override
  public boolean isLast() {
    return last;
  }

  @Override
  public boolean hasBody() {
    return hasBody;
  }

  @Override
  public boolean endsWithConnection() {
    return untilClosed;
  }

  @Override
  public void continueNow(RequestHead request) {
    out.put(CONTINUE);
    flush();
  }

  @Override
  public void response(RequestHead request, int status, Headers headers, byte[] body) {
    head(request, status, headers, body.length);
    if (hasBody) {
      out.put(ByteBuffer.wrap(body));
    }
  }

  @Override
  public void head(RequestHead request, int status, Headers headers, long length) {
    boolean bodiless = !Bodies.ofResponse(status);
    untilClosed = !bodiless && length < 0 && request.version() == HttpVersion.HTTP_1_0;
    last |= closeAfterNext || untilClosed || !request.keepAlive();
    hasBody = !bodiless && !request.method().equals("HEAD");
    chunked = !bodiless && length < 0 && !untilClosed;
    out.put(Statuses.line(status));
    out.put(headers);
    if (!headers.contains("Date")) {
      out.put(shared.date());
    }
    if (chunked) {
      out.put(CHUNKED);
    } else if (!bodiless && length >= 0) {
      out.put(LENGTH);
      out.put(length);
      out.endLine();
    }
    if (last) {
      out.put(CLOSE);
    } else if (request.version() == HttpVersion.HTTP_1_0) {
      out.put(KEEP_ALIVE);
    }
    out.endLine();
  }

  @Override
  public void data(RequestHead request, ByteBuffer data) {
    if (hasBody) {
      out.putPart(data, chunked);
    } else {
      data.position(data.limit());
    }
  }

  @Override
  public void end(RequestHead request, Headers trailers) {
    if (chunked && hasBody) {
      out.putLastChunk(trailers);
    }
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public boolean hasUnflushed() {
    return !out.isEmpty();
  }

  @Override
  public void close() {
    refused = true;
    input.clear();
    out.clear();
  }
}
