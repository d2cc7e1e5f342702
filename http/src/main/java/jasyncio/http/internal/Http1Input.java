package jasyncio.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import jasyncio.http.Headers;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a connection has received in HTTP/1.1, and is not complete. What comes mostly is, and is
/// taken apart in the buffer that all connections share.
final class Http1Input {
  private static final int BESIDE = 4; // bytes of a header: colon, blank, end of line

  private final Http1Shared shared;
  private @Nullable ByteBuf kept;

  Http1Input(Http1Shared shared) {
    this.shared = shared;
  }

  /// What was kept, and `data` behind it. Valid until [#keep].
  ByteBuf with(ByteBuffer data) {
    var in = kept != null ? kept : shared.incoming.clear();
    return in.writeBytes(data);
  }

  /// Keeps what was not read of `in`, which is what [#with] has returned.
  void keep(ByteBuf in) {
    if (!in.isReadable()) {
      kept = null;
    } else if (in == kept) {
      in.discardReadBytes();
    } else {
      kept = Unpooled.buffer(in.readableBytes()).writeBytes(in);
    }
  }

  /// Forgets what was kept.
  void clear() {
    kept = null;
  }

  boolean isEmpty() {
    return kept == null;
  }

  /// How many bytes of bodies there are in what Netty's decoder has made.
  static int dataIn(List<Object> decoded) {
    int n = 0;
    for (var message : decoded) {
      if (message instanceof HttpContent content) {
        n += content.content().readableBytes();
      }
    }
    return n;
  }

  /// Lets go of what Netty's decoder has made.
  static void release(List<Object> decoded) {
    for (var message : decoded) {
      if (message instanceof HttpContent content) {
        content.release();
      }
    }
    decoded.clear();
  }

  /// Whether what the decoder has just taken, and told nothing of, is the size of the last chunk:
  /// the size of another, or the end of one, is no row of zeros.
  static boolean isLastChunk(ByteBuf in, int from) {
    int i = from;
    while (i < in.readerIndex() && in.getByte(i) == '0') {
      i++;
    }
    return i > from && i < in.readerIndex() && Character.digit(in.getByte(i), 16) < 0;
  }

  /// Ours for Netty's.
  ///
  /// @param most how long they may be, in bytes as they were sent
  /// @throws IllegalArgumentException if one is none, or they are longer
  static Headers headersOf(HttpHeaders headers, int most) {
    if (headers.isEmpty()) {
      return Headers.none();
    }
    var fields = new String[2 * headers.size()];
    int n = 0;
    int bytes = 0;
    for (var each = headers.iteratorCharSequence(); each.hasNext(); ) {
      var field = each.next();
      fields[n++] = field.getKey().toString();
      fields[n++] = field.getValue().toString();
      bytes += fields[n - 2].length() + fields[n - 1].length() + BESIDE;
    }
    if (bytes > most) {
      throw new IllegalArgumentException("they are longer than " + most + " bytes");
    }
    return Headers.of(fields);
  }
}
