package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import jasyncio.http.Headers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
  private static final int COPIED = 32 * 1024; // a longer piece is not copied to what comes before
  private static final int FULL = 8 * 1024; // handed on without being asked
  private static final int MOST_EMPTY_LINES = 4; // before a request: some clients end bodies so
  private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1);
  private static final byte[] LENGTH = "Content-Length: ".getBytes(ISO_8859_1);
  private static final byte[] CHUNKED = "Transfer-Encoding: chunked\r\n".getBytes(ISO_8859_1);
  private static final byte[] CLOSE = "Connection: close\r\n".getBytes(ISO_8859_1);
  private static final byte[] KEEP_ALIVE = "Connection: keep-alive\r\n".getBytes(ISO_8859_1);
  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(ISO_8859_1);
  private static final byte[] NO_BYTES = {};

  private final Http1Shared shared;
  private final HttpEvents events;
  private final Consumer<ByteBuffer> output;
  private final Decoder decoder;
  private final HeadScanner scanner;
  private final List<Object> decoded = new ArrayList<>(4);

  // receiving
  private @Nullable ByteBuf kept; // what has come of something that is not complete
  private boolean inBody;
  private boolean inTrailers;
  private boolean refused;
  private int emptyLines;
  private int stream;

  // sending
  private byte[] out = NO_BYTES;
  private int outSize;
  private boolean closeAfterNext;
  private boolean last;
  private boolean chunked;
  private boolean hasBody;

  /// The codec of a connection.
  ///
  /// @param shared what its server's connections have in common
  /// @param events what is told
  /// @param output what takes the bytes; it does not keep the buffer
  public Http1Codec(Http1Shared shared, HttpEvents events, Consumer<ByteBuffer> output) {
    this.shared = shared;
    this.events = events;
    this.output = output;
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
    var in = kept != null ? kept : shared.incoming.clear();
    in.writeBytes(data);
    try {
      decode(in);
    } catch (Refusal e) {
      refused = true;
      kept = null;
      events.refused(e);
      return;
    } finally {
      release();
    }
    if (!in.isReadable()) {
      kept = null;
    } else if (in == kept) {
      in.discardReadBytes();
    } else {
      kept = Unpooled.buffer(in.readableBytes()).writeBytes(in);
    }
  }

  private void decode(ByteBuf in) throws Refusal {
    while (in.isReadable()) {
      if (!inBody && !isHeadComplete(in)) {
        return;
      } else if (inTrailers && !areTrailersComplete(in)) {
        return;
      }
      int before = in.readerIndex();
      step(in);
      if (!decoded.isEmpty()) {
        tell();
      } else if (in.readerIndex() == before) {
        return;
      } else if (inBody && isLastChunk(in, before)) {
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

  /// Whether what the decoder has just taken, and told nothing of, is the size of the last chunk:
  /// the size of another, or the end of one, is no row of zeros.
  private static boolean isLastChunk(ByteBuf in, int from) {
    int i = from;
    while (i < in.readerIndex() && in.getByte(i) == '0') {
      i++;
    }
    return i > from && i < in.readerIndex() && Character.digit(in.getByte(i), 16) < 0;
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
          if (ended) {
            i++;
          }
          events.request(head, ended);
        }
        case HttpContent content -> tellContent(content);
        default -> {}
      }
    }
    release();
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

  private void release() {
    for (var message : decoded) {
      if (message instanceof HttpContent content) {
        content.release();
      }
    }
    decoded.clear();
  }

  private static Headers headersOf(HttpHeaders headers) throws Refusal {
    if (headers.isEmpty()) {
      return Headers.none();
    }
    var fields = new String[2 * headers.size()];
    int n = 0;
    for (var each = headers.iteratorCharSequence(); each.hasNext(); ) {
      var field = each.next();
      fields[n++] = field.getKey().toString();
      fields[n++] = field.getValue().toString();
    }
    try {
      return Headers.of(fields);
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
        minor,
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
    var expect = headers.get("Expect");
    if (expect == null || minor == 0) {
      return false;
    }
    if (!expect.equalsIgnoreCase("100-continue")) {
      throw new Refusal(417, "The only expectation that this server knows is 100-continue.");
    }
    return true;
  }

  @Override
  public boolean inHead() {
    return !inBody && !refused && kept != null;
  }

  @Override
  public boolean expectsMore() {
    return inBody || refused || kept != null;
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
  public void continueNow(RequestHead request) {
    put(CONTINUE);
    flush();
  }

  @Override
  public void response(RequestHead request, int status, Headers headers, byte[] body) {
    head(request, status, headers, body.length);
    if (hasBody) {
      write(body, 0, body.length);
    }
  }

  @Override
  public void head(RequestHead request, int status, Headers headers, long length) {
    boolean bodiless = status < 200 || status == 204 || status == 304;
    boolean untilClosed = !bodiless && length < 0 && request.minor() == 0;
    last |= closeAfterNext || untilClosed || !request.keepAlive();
    hasBody = !bodiless && !request.method().equals("HEAD");
    chunked = !bodiless && length < 0 && !untilClosed;
    put(Statuses.line(status));
    for (int i = 0; i < headers.size(); i++) {
      put(headers.name(i));
      put((byte) ':');
      put((byte) ' ');
      put(headers.value(i));
      endLine();
    }
    if (!headers.contains("Date")) {
      put(shared.date());
    }
    if (chunked) {
      put(CHUNKED);
    } else if (!bodiless && length >= 0) {
      put(LENGTH);
      putNumber(length);
      endLine();
    }
    if (last) {
      put(CLOSE);
    } else if (request.minor() == 0) {
      put(KEEP_ALIVE);
    }
    endLine();
  }

  @Override
  public void data(RequestHead request, ByteBuffer data) {
    int n = data.remaining();
    if (n == 0 || !hasBody) { // an empty chunk would be the last
      data.position(data.limit());
      return;
    }
    if (chunked) {
      put(Integer.toHexString(n));
      endLine();
    }
    write(data);
    if (chunked) {
      endLine();
    }
    if (outSize >= FULL) {
      flush();
    }
  }

  @Override
  public void end(RequestHead request, Headers trailers) {
    if (!chunked || !hasBody) {
      return;
    }
    put(LAST_CHUNK);
    for (int i = 0; i < trailers.size(); i++) {
      put(trailers.name(i));
      put((byte) ':');
      put((byte) ' ');
      put(trailers.value(i));
      endLine();
    }
    endLine();
  }

  @Override
  public void flush() {
    if (outSize > 0) {
      var room = out;
      int n = outSize;
      out = NO_BYTES;
      outSize = 0;
      output.accept(ByteBuffer.wrap(room, 0, n));
      shared.giveBack(room);
    }
  }

  @Override
  public boolean hasUnflushed() {
    return outSize > 0;
  }

  @Override
  public void close() {
    refused = true;
    kept = null;
    out = NO_BYTES;
    outSize = 0;
  }

  private void write(byte[] bytes, int offset, int n) {
    write(ByteBuffer.wrap(bytes, offset, n));
  }

  private void write(ByteBuffer data) {
    int n = data.remaining();
    if (n > COPIED) {
      flush();
      output.accept(data);
    } else {
      need(n);
      data.get(out, outSize, n);
      outSize += n;
    }
  }

  private void put(byte[] bytes) {
    need(bytes.length);
    System.arraycopy(bytes, 0, out, outSize, bytes.length);
    outSize += bytes.length;
  }

  @SuppressWarnings("deprecation") // the low bytes are ISO 8859-1, which Headers has checked
  private void put(String text) {
    int n = text.length();
    need(n);
    text.getBytes(0, n, out, outSize);
    outSize += n;
  }

  private void put(byte b) {
    need(1);
    out[outSize++] = b;
  }

  private void endLine() {
    need(2);
    out[outSize++] = '\r';
    out[outSize++] = '\n';
  }

  private void putNumber(long number) {
    if (number < 10) {
      put((byte) ('0' + number));
    } else {
      put(Long.toString(number));
    }
  }

  private void need(int n) {
    if (out.length == 0) {
      out = shared.takeRoom();
    }
    if (outSize + n > out.length) {
      out = Arrays.copyOf(out, Math.max(2 * out.length, outSize + n));
    }
  }
}
