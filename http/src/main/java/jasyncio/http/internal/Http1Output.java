package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.http.Headers;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// What a connection sends in HTTP/1.1.
final class Http1Output extends Output {
  private static final int COPIED = 32 * 1024; // a longer piece is not copied to what comes before
  private static final int FULL = 8 * 1024; // handed on without being asked
  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(ISO_8859_1);

  /// The output of a connection.
  ///
  /// @param shared where the room comes from
  /// @param target what takes the bytes; it does not keep the buffer
  Http1Output(Http1Shared shared, Consumer<ByteBuffer> target) {
    super(shared, target);
  }

  // ---- heads ------------------------------------------------------------------------------------

  void put(char c) {
    need(1);
    putByte(c);
  }

  void put(long number) {
    if (number >= 0 && number < 10) {
      put((char) ('0' + number));
    } else {
      put(Long.toString(number));
    }
  }

  void put(Headers headers) {
    for (int i = 0; i < headers.size(); i++) {
      put(headers.name(i));
      put(':');
      put(' ');
      put(headers.value(i));
      endLine();
    }
  }

  void endLine() {
    need(2);
    putByte('\r');
    putByte('\n');
  }

  // ---- bodies -----------------------------------------------------------------------------------

  /// Puts a piece of a body as it is.
  void put(ByteBuffer data) {
    int n = data.remaining();
    if (n > COPIED) {
      flushWith(data);
    } else {
      put(data, n);
    }
  }

  /// Puts a piece of a body, and hands on what there is if it has become much.
  void putPart(ByteBuffer data, boolean chunked) {
    int n = data.remaining();
    if (n == 0) { // an empty chunk would be the last
      return;
    }
    if (chunked) {
      put(Integer.toHexString(n));
      endLine();
    }
    put(data);
    if (chunked) {
      endLine();
    }
    flushFrom(FULL);
  }

  /// Ends a body in chunks.
  void putLastChunk(Headers trailers) {
    put(LAST_CHUNK);
    put(trailers);
    endLine();
  }
}
