package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import jasyncio.http.Headers;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// HTTP/2, of a client.
public final class Http2ClientCodec extends Http2Codec {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);
  private static final int MOST_INFORMATIONAL = 100; // responses before the one that counts
  private static final int MOST_STREAMS = Integer.MAX_VALUE - 2; // numbers of them
  private static final int ENABLE_PUSH = 2;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int MAX_HEADER_LIST_SIZE = 6;
  private static final AsciiString CONTENT_LENGTH = new AsciiString("content-length");

  private long maxStreams;

  /// The codec of a connection.
  ///
  /// @param shared what its client's connections have in common
  /// @param events what is told
  /// @param output what takes the bytes; it does not keep the buffer
  /// @param clock the time in seconds
  public Http2ClientCodec(
      Http2Shared shared, Http2Events events, Consumer<ByteBuffer> output, DoubleSupplier clock) {
    super(shared, events, output, clock);
    this.maxStreams = shared.limits.streams(); // until the server says so
  }

  /// Says what this side takes.
  public void start() {
    var limits = shared.limits;
    out().put(PREFACE);
    out()
        .putSettings(
            ENABLE_PUSH,
            0,
            INITIAL_WINDOW_SIZE,
            limits.streamWindow(),
            MAX_HEADER_LIST_SIZE,
            limits.listSize());
    widenConnection();
  }

  /// {@return how many streams may be open at the same time}
  public int maxStreams() {
    return (int) Math.min(maxStreams, shared.limits.streams());
  }

  /// {@return whether there are no numbers left for streams}
  public boolean isUsedUp() {
    return highest >= MOST_STREAMS;
  }

  @Override
  void maxStreams(long count) {
    maxStreams = count;
  }

  // ---- heads that come --------------------------------------------------------------------------

  @Override
  void checkBegins(int id) throws Http2Exception {
    throw broken("a server begins no streams");
  }

  @Override
  void first(int id, @Nullable Http2Headers headers, boolean ended) throws Http2Exception {
    if (isIdle(id)) {
      throw broken("a response to no request has come");
    }
    late(id);
  }

  @Override
  void next(Http2Stream stream, Http2Headers headers, boolean ended) throws Http2Exception {
    if (stream.headRead) {
      trailers(stream, headers, ended);
      return;
    }
    var to = Objects.requireNonNull(stream.events);
    try {
      var head = Http2Heads.response(stream.method, headers, ended, shared.limits.heads());
      if (head.status() >= 200) {
        stream.headRead = true;
        stream.left = head.length() >= 0 ? head.length() : -1;
        stream.remoteEnded = ended;
        closeIfEnded(stream);
        to.response(head, ended);
      } else if (ended || head.status() == 101) {
        throw new Http2Heads.Malformed("it ends with an announcement");
      } else if (++stream.informational > MOST_INFORMATIONAL) {
        throw new Http2Heads.Malformed(
            "more than " + MOST_INFORMATIONAL + " announcements come before it");
      } else {
        to.informational(head);
      }
    } catch (Http2Heads.Malformed e) {
      throw malformed(stream.id, e);
    }
  }

  @Override
  void wasCancelled() {} // as many streams as this side has begun

  @Override
  int lastTaken() {
    return 0;
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Begins a request.
  ///
  /// @param events what is told of it
  /// @param method the method
  /// @param scheme `http` or `https`
  /// @param target path and query
  /// @param headers the headers, with `Host`, and without those of framing
  /// @param length how many bytes will follow, or -1 if that is not known
  /// @return its stream
  public Http2Stream request(
      Http2Stream.Events events,
      String method,
      String scheme,
      String target,
      Headers headers,
      long length) {
    var stream = open(highest == 0 ? 1 : highest + 2);
    stream.events = events;
    stream.method = method;
    boolean measured = length > 0 || (length == 0 && Bodies.areExpectedOf(method));
    var fields = fieldsOf(headers, measured ? 1 : 0);
    if (measured) {
      fields[fields.length - 2] = CONTENT_LENGTH;
      fields[fields.length - 1] = new AsciiString(Long.toString(length));
    }
    var host = headers.get("Host");
    putHeaders(
        stream,
        ReadOnlyHttp2Headers.clientHeaders(
            false,
            new AsciiString(method),
            new AsciiString(target),
            new AsciiString(scheme),
            new AsciiString(host == null ? "" : host),
            fields),
        length == 0);
    guard.progress();
    return stream;
  }

  /// Tells the server that this side begins no more streams, and leaves.
  public void end() {
    if (!isClosed()) {
      goAway(0, Http2Error.NO_ERROR, "");
    }
  }
}
