package jasyncio.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import jasyncio.http.Headers;
import jasyncio.http.HttpVersion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// HTTP/1.1 and 1.0, of a client.
///
/// Responses are taken apart by Netty's decoder, called directly: its channel, pipeline and loop
/// are not needed for that. Their framing is checked after. Requests are written here.
public final class Http1ClientCodec implements ClientCodec {
  private static final int MOST_INFORMATIONAL = 100; // responses before the one that counts

  /// How the end of a body is found.
  private enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  private final Http1Shared shared;
  private final ClientEvents events;
  private final Http1Input input;
  private final Http1Output out;
  private final Decoder decoder;
  private final ChunkOverhead overhead = new ChunkOverhead();
  private final List<Object> decoded = new ArrayList<>(4);

  // receiving
  private String method = "GET";
  private Framing framing = Framing.NONE;
  private boolean beforeHead; // nothing of the next one has come
  private boolean inBody;
  private boolean inTrailers;
  private int trailerBytes;
  private boolean ended = true; // no response is expected
  private boolean closed;
  private int headSeen; // bytes, since the last message
  private int informational;

  // sending
  private boolean chunked;

  /// The codec of a connection.
  ///
  /// @param shared what its client's connections have in common
  /// @param events what is told
  /// @param output what takes the bytes; it does not keep the buffer
  public Http1ClientCodec(Http1Shared shared, ClientEvents events, Consumer<ByteBuffer> output) {
    this.shared = shared;
    this.events = events;
    this.input = new Http1Input(shared);
    this.out = new Http1Output(shared, output);
    this.decoder = new Decoder();
  }

  // ---- receiving --------------------------------------------------------------------------------

  private final class Decoder extends HttpResponseDecoder {
    private int statusEnd;

    Decoder() {
      super(shared.decoding);
    }

    /// One step; the context is for subclasses only.
    @SuppressWarnings("NullAway")
    void step(ByteBuf in, List<Object> target) throws Exception {
      decode(null, in, target);
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
      return message instanceof HttpResponse response && isBodiless(response.status().code());
    }

    /// Netty would take any number of blanks, tabs and some control characters for one blank.
    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
      if (start < 2 || line[start - 1] != ' ' || line[start - 2] <= ' ' || length != 3) {
        throw new IllegalArgumentException(
            "its first line is not the version, a blank and a status of three digits");
      }
      statusEnd = start + length;
      // Where there is nothing but blanks behind, there is no third word to be looked at.
      for (int i = statusEnd; i < line.length && isBlank(line[i]); i++) {
        if (line[i] != ' ' && line[i] != '\t') {
          throw new IllegalArgumentException("its first line has a control character");
        }
      }
      return super.splitSecondWordInitialLine(line, start, length);
    }

    /// Whether Netty skips it.
    private static boolean isBlank(byte b) {
      return b == ' ' || (b >= '\t' && b <= '\r');
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
      for (int i = statusEnd; i < start + length; i++) {
        if (i == statusEnd ? line[i] != ' ' : isControl(line[i])) {
          throw new IllegalArgumentException("its first line has a control character");
        }
      }
      return super.splitThirdWordInitialLine(line, start, length);
    }

    private static boolean isControl(byte b) {
      return (b >= 0 && b < ' ' && b != '\t') || b == 127;
    }

    /// Netty would read `A b: c` as `A: c`.
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
      int end = start + length;
      if (end >= line.length || line[end] != ':') {
        throw new IllegalArgumentException("a header is not a name, a colon and a value");
      }
      return super.splitHeaderName(line, start, length);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new IllegalArgumentException("it has both Content-Length and Transfer-Encoding");
    }
  }

  private boolean isBodiless(int status) {
    return !Bodies.ofResponse(method, status) || (method.equals("CONNECT") && status < 300);
  }

  /// Why a response cannot be taken.
  @SuppressWarnings("serial") // never serialized
  private static final class Unreadable extends Exception {
    Unreadable(String why) {
      super(why, null, false, false);
    }
  }

  @Override
  public void receive(ByteBuffer data) {
    if (closed) {
      data.position(data.limit());
      return;
    }
    if (!inBody) {
      headSeen += data.remaining();
    }
    var in = input.with(data);
    try {
      decode(in);
    } catch (Unreadable e) {
      closed = true;
      input.clear();
      events.unreadable(String.valueOf(e.getMessage()));
      return;
    } finally {
      Http1Input.release(decoded);
    }
    if (closed) {
      input.clear();
    } else {
      input.keep(in);
    }
  }

  private void decode(ByteBuf in) throws Unreadable {
    while (in.isReadable() && !ended && !closed) {
      if (beforeHead && !beginsHead(in)) {
        break;
      }
      int before = in.readerIndex();
      boolean counts = inBody;
      try {
        decoder.step(in, decoded);
      } catch (Exception e) {
        throw unreadable(e);
      }
      int taken = in.readerIndex() - before;
      if (counts) {
        count(taken);
      }
      if (!decoded.isEmpty()) {
        tell(in);
      } else if (taken == 0) {
        break;
      } else if (inBody && Http1Input.isLastChunk(in, before)) {
        inTrailers = true;
      }
    }
    if (!inBody && !ended && headSeen - shared.limits.requestLine() > shared.limits.headerBytes()) {
      throw new Unreadable("its head is too long");
    }
  }

  /// Counts what was taken of a body.
  private void count(int bytes) throws Unreadable {
    if (inTrailers) {
      trailerBytes += bytes;
      if (trailerBytes > shared.limits.headerBytes()) {
        throw new Unreadable(
            "its trailers are longer than " + shared.limits.headerBytes() + " bytes");
      }
    } else if (overhead.isTooMuch(bytes, Http1Input.dataIn(decoded))) {
      throw new Unreadable("there is too much in the chunks of its body that is no data");
    }
  }

  /// Whether a head has begun. Empty lines may come before, but nothing else, which Netty would
  /// skip.
  private boolean beginsHead(ByteBuf in) throws Unreadable {
    while (in.isReadable()) {
      int at = in.readerIndex();
      byte first = in.getByte(at);
      if (first == 'H') {
        beforeHead = false;
        return true;
      } else if (first == '\r' && in.readableBytes() == 1) {
        return false; // perhaps half of such a line
      } else if (first != '\r' || in.getByte(at + 1) != '\n') {
        throw new Unreadable("it is no HTTP");
      }
      in.skipBytes(2);
    }
    return false;
  }

  private static Unreadable unreadable(@Nullable Throwable e) {
    return new Unreadable(
        e == null || e.getMessage() == null ? "it is no HTTP" : String.valueOf(e.getMessage()));
  }

  private void tell(ByteBuf in) throws Unreadable {
    for (int i = 0; i < decoded.size(); i++) {
      switch (decoded.get(i)) {
        case HttpResponse response -> {
          headSeen = in.readableBytes();
          if (tellHead(response) && i + 1 < decoded.size()) {
            i++; // its end, which was told
          }
        }
        case HttpContent content -> tellContent(content);
        default -> {}
      }
    }
    Http1Input.release(decoded);
  }

  /// Tells of a head; whether that was all of the message.
  private boolean tellHead(HttpResponse response) throws Unreadable {
    var head = headOf(response);
    if (head.status() < 200 && head.status() != 101) {
      if (++informational > MOST_INFORMATIONAL) {
        throw new Unreadable("more than " + MOST_INFORMATIONAL + " announcements come before it");
      }
      beforeHead = true;
      events.informational(head);
      return true;
    }
    boolean none = framing == Framing.NONE || (framing == Framing.LENGTH && head.length() == 0);
    ended = none;
    inBody = !none;
    inTrailers = false;
    trailerBytes = 0;
    overhead.reset();
    events.response(head, none);
    return none;
  }

  private void tellContent(HttpContent content) throws Unreadable {
    if (content.decoderResult().isFailure()) {
      throw unreadable(content.decoderResult().cause());
    }
    if (content.content().isReadable()) {
      events.data(ByteBufUtil.getBytes(content.content()));
    }
    if (content instanceof LastHttpContent end) {
      end(headersOf(end.trailingHeaders()), true);
    }
  }

  private void end(Headers trailers, boolean decoderIsReady) {
    inBody = false;
    inTrailers = false;
    ended = true;
    closed |= !decoderIsReady;
    events.end(trailers);
  }

  @Override
  public void endOfInput() {
    if (closed || ended) {
      return;
    }
    if (inBody && framing == Framing.UNTIL_CLOSE) {
      end(Headers.none(), false);
    } else {
      closed = true;
      if (inBody) {
        events.unreadable("the connection was closed in the middle of its body");
      } else {
        events.unreadable("the connection was closed in the middle of its head");
      }
    }
  }

  @Override
  public boolean hasLeftover() {
    return !input.isEmpty();
  }

  // ---- what a head says -------------------------------------------------------------------------

  private Headers headersOf(HttpHeaders headers) throws Unreadable {
    try {
      return Http1Input.headersOf(headers, shared.limits.headerBytes());
    } catch (IllegalArgumentException e) {
      throw new Unreadable("its headers are wrong: " + e.getMessage());
    }
  }

  private ResponseHead headOf(HttpResponse response) throws Unreadable {
    if (response.decoderResult().isFailure()) {
      throw unreadable(response.decoderResult().cause());
    }
    var version = response.protocolVersion();
    int status = response.status().code();
    if (version.majorVersion() != 1 || !version.protocolName().equals("HTTP")) {
      throw new Unreadable("it is " + Tokens.visible(version.text()) + ", and not HTTP/1.1");
    } else if (status < 100 || status > 999) {
      throw new Unreadable("a status has three digits, and not " + status);
    }
    int minor = Math.min(version.minorVersion(), 1);
    var headers = headersOf(response.headers());
    long length = frame(minor, status, headers);
    return new ResponseHead(
        minor == 0 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1,
        status,
        headers,
        length,
        keepsAlive(minor, status, headers));
  }

  /// Finds out how the body ends; how long it is, or -1.
  private long frame(int minor, int status, Headers headers) throws Unreadable {
    framing = Framing.NONE;
    if (isBodiless(status)) {
      return 0;
    }
    var encodings = headers.all("Transfer-Encoding");
    var lengths = headers.all("Content-Length");
    if (!encodings.isEmpty()) {
      if (encodings.size() > 1 || !encodings.getFirst().strip().equalsIgnoreCase("chunked")) {
        throw new Unreadable("the only Transfer-Encoding that is known is chunked, once and alone");
      } else if (minor == 0) {
        throw new Unreadable("HTTP/1.0 has no Transfer-Encoding");
      } else if (!lengths.isEmpty()) {
        throw new Unreadable("it has both Content-Length and Transfer-Encoding");
      }
      framing = Framing.CHUNKED;
      return -1;
    } else if (lengths.isEmpty()) {
      framing = Framing.UNTIL_CLOSE;
      return -1;
    } else if (lengths.size() > 1) {
      throw new Unreadable("it has more than one Content-Length");
    }
    var length = lengths.getFirst();
    if (length.isEmpty()
        || length.length() > 18
        || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new Unreadable("its Content-Length is not a number");
    }
    framing = Framing.LENGTH;
    return Long.parseLong(length);
  }

  private boolean keepsAlive(int minor, int status, Headers headers) {
    // A server that announces a body where there is none may send it all the same.
    boolean contradicts =
        status == 204 && !headers.all("Content-Length").stream().allMatch("0"::equals);
    return framing != Framing.UNTIL_CLOSE
        && !contradicts
        && !headers.containsWord("Connection", "close")
        && (minor > 0 || headers.containsWord("Connection", "keep-alive"));
  }

  // ---- sending ----------------------------------------------------------------------------------

  @Override
  public void head(String newMethod, String target, Headers headers, long length) {
    method = newMethod;
    ended = false;
    beforeHead = true;
    inBody = false;
    headSeen = 0;
    informational = 0;
    chunked = length < 0;
    out.put(method);
    out.put(' ');
    out.put(target);
    out.put(" HTTP/1.1\r\n");
    out.put(headers);
    if (chunked) {
      out.put("Transfer-Encoding: chunked\r\n");
    } else if (length > 0 || Bodies.areExpectedOf(method)) {
      out.put("Content-Length: ");
      out.put(length);
      out.endLine();
    }
    out.endLine();
  }

  @Override
  public void data(ByteBuffer data) {
    out.putPart(data, chunked);
  }

  @Override
  public void end(Headers trailers) {
    if (chunked) {
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
    closed = true;
    input.clear();
    out.clear();
  }
}
