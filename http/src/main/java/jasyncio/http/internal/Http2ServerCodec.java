package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import jasyncio.http.Headers;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// HTTP/2, of a server.
public final class Http2ServerCodec extends Http2Codec {
  /* The end of the connection is said in two steps, as what the client has sent meanwhile is to be answered:
   *
   *   prepareEnd()   "begin no more": GOAWAY with the highest number there is, and a ping. What comes before its answer was
   *                  sent before the client knew
   *   end()          "this was the last": GOAWAY with its number. What comes behind it is dropped
   */
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);
  private static final int MAX_CONCURRENT_STREAMS = 3;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int MAX_HEADER_LIST_SIZE = 6;
  private static final AsciiString DATE = new AsciiString("date");
  private static final AsciiString CONTENT_LENGTH = new AsciiString("content-length");
  private static final AsciiString CONTINUE = new AsciiString("100");

  private final Http2ServerEvents events;
  private boolean prefaceRead;
  private int last = Integer.MAX_VALUE; // stream that is answered

  /// The codec of a connection.
  ///
  /// @param shared what its server's connections have in common
  /// @param events what is told
  /// @param output what takes the bytes; it does not keep the buffer
  /// @param clock the time in seconds
  public Http2ServerCodec(
      Http2Shared shared,
      Http2ServerEvents events,
      Consumer<ByteBuffer> output,
      DoubleSupplier clock) {
    super(shared, events, output, clock);
    this.events = events;
  }

  /// {@return how many bytes that have come first are those of HTTP/2's preface: all of it, or as
  /// many as there are; -1 if they are something else}
  ///
  /// @param data the bytes, which are not read
  public static int prefaceIn(ByteBuffer data) {
    int n = Math.min(PREFACE.length, data.remaining());
    for (int i = 0; i < n; i++) {
      if (data.get(data.position() + i) != PREFACE[i]) {
        return -1;
      }
    }
    return n;
  }

  /// How long the preface is.
  public static final int PREFACE_LENGTH = 24;

  /// Says what this side takes.
  public void start() {
    var limits = shared.limits;
    out()
        .putSettings(
            MAX_CONCURRENT_STREAMS,
            limits.streams(),
            INITIAL_WINDOW_SIZE,
            limits.streamWindow(),
            MAX_HEADER_LIST_SIZE,
            limits.listSize());
    widenConnection();
    flush();
  }

  @Override
  boolean prefaceRead(ByteBuf in) throws Http2Exception {
    if (prefaceRead) {
      return true;
    }
    int n = Math.min(PREFACE.length, in.readableBytes());
    for (int i = 0; i < n; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        throw broken("the connection does not begin with the preface of HTTP/2");
      }
    }
    if (n == PREFACE.length) {
      in.skipBytes(n);
      prefaceRead = true;
    }
    return prefaceRead;
  }

  // ---- heads that come --------------------------------------------------------------------------

  @Override
  void checkBegins(int id) throws Http2Exception {
    if ((id & 1) == 0) {
      throw broken("a client's streams have odd numbers");
    }
  }

  @Override
  void first(int id, @Nullable Http2Headers headers, boolean ended) throws Http2Exception {
    checkBegins(id);
    if (id <= highest) {
      late(id);
      return;
    }
    if (id > last) {
      drop(id);
      return;
    }
    if (!events.hasRoom()) {
      drop(id);
      guard.reset();
      out().putReset(id, Http2Error.REFUSED_STREAM);
      return;
    }
    guard.progress();
    begin(id, headers, ended);
  }

  private void begin(int id, @Nullable Http2Headers headers, boolean ended) throws Http2Exception {
    try {
      if (headers == null) {
        throw new Refusal(431, "The headers are too long.");
      }
      var head = Http2Heads.request(id, headers, ended, shared.limits.heads());
      var stream = open(id, ended);
      stream.left = head.length();
      stream.events = events.request(stream, head, ended);
    } catch (Http2Heads.Malformed e) {
      throw malformed(id, e);
    } catch (Refusal e) {
      var stream = open(id, ended);
      stream.events = events.refused(stream, e);
    }
  }

  private Http2Stream open(int id, boolean ended) {
    var stream = open(id);
    stream.headRead = true;
    stream.remoteEnded = ended;
    stream.paused = true; // until somebody reads it
    return stream;
  }

  @Override
  void next(Http2Stream stream, Http2Headers headers, boolean ended) throws Http2Exception {
    trailers(stream, headers, ended);
  }

  @Override
  void wasCancelled() throws Http2Exception {
    guard.reset();
  }

  @Override
  int lastTaken() {
    return Math.min(highest, last);
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Asks the client for the body of its request.
  ///
  /// @param stream the stream
  public void continueNow(Http2Stream stream) {
    if (!stream.closed) {
      putHeaders(stream, ReadOnlyHttp2Headers.serverHeaders(false, CONTINUE), false);
      flush();
    }
  }

  /// Begins a response.
  ///
  /// @param stream the stream
  /// @param status the status
  /// @param headers the headers, without those of framing
  /// @param length how many bytes will follow, or would; -1 if that is not known
  /// @param end whether none will
  public void head(Http2Stream stream, int status, Headers headers, long length, boolean end) {
    if (stream.closed) {
      return;
    }
    boolean dated = headers.contains("Date");
    boolean measured = length >= 0 && status != 204 && status != 304;
    var fields = fieldsOf(headers, (dated ? 0 : 1) + (measured ? 1 : 0));
    int n = fields.length;
    if (measured) {
      fields[--n] = new AsciiString(Long.toString(length));
      fields[--n] = CONTENT_LENGTH;
    }
    if (!dated) {
      fields[--n] = shared.date();
      fields[--n] = DATE;
    }
    var block =
        ReadOnlyHttp2Headers.serverHeaders(
            false, new AsciiString(Integer.toString(status)), fields);
    guard.progress();
    putHeaders(stream, block, end);
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Tells the client to begin no more streams, and asks whether it knows.
  public void prepareEnd() {
    goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, "");
    askForAnswer();
  }

  /// Tells the client which stream is the last that is answered.
  public void end() {
    last = highest;
    goAway(last, Http2Error.NO_ERROR, "");
  }

  /// Ends the connection.
  ///
  /// @param error why
  /// @param why the same in words
  public void refuse(Http2Error error, String why) {
    fail(error, why);
  }
}
