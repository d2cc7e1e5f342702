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

  /// Lets go of what Netty's decoder has made.
  static void release(List<Object> decoded) {
    for (var message : decoded) {
      if (message instanceof HttpContent content) {
        content.release();
      }
    }
    decoded.clear();
  }

  /// Ours for Netty's.
  ///
  /// @throws IllegalArgumentException if one is none
  static Headers headersOf(HttpHeaders headers) {
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
    return Headers.of(fields);
  }
}
