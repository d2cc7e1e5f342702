package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jasyncio.http.Headers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/// What a connection sends in HTTP/1.1: small pieces are put together, and handed on as one.
///
/// The room for them is one of those that all connections share. It is taken when there is
/// something to put into it, and given back when that is handed on: an idle connection has none.
final class Http1Output {
  private static final int COPIED = 32 * 1024; // a longer piece is not copied to what comes before
  private static final int FULL = 8 * 1024; // handed on without being asked
  private static final byte[] LAST_CHUNK = "0\r\n".getBytes(ISO_8859_1);
  private static final byte[] NO_BYTES = {};

  private final Http1Shared shared;
  private final Consumer<ByteBuffer> target;
  private byte[] room = NO_BYTES;
  private int size;

  /// The output of a connection.
  ///
  /// @param shared where the room comes from
  /// @param target what takes the bytes; it does not keep the buffer
  Http1Output(Http1Shared shared, Consumer<ByteBuffer> target) {
    this.shared = shared;
    this.target = target;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Hands on what there is.
  void flush() {
    if (size > 0) {
      var full = room;
      int n = size;
      clear();
      target.accept(ByteBuffer.wrap(full, 0, n));
      shared.giveBack(full);
    }
  }

  /// Forgets what there is.
  void clear() {
    room = NO_BYTES;
    size = 0;
  }

  // ---- heads ------------------------------------------------------------------------------------

  void put(byte[] bytes) {
    need(bytes.length);
    System.arraycopy(bytes, 0, room, size, bytes.length);
    size += bytes.length;
  }

  @SuppressWarnings("deprecation") // the low bytes are ISO 8859-1, which Headers has checked
  void put(String text) {
    int n = text.length();
    need(n);
    text.getBytes(0, n, room, size);
    size += n;
  }

  void put(char c) {
    need(1);
    room[size++] = (byte) c;
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
    room[size++] = '\r';
    room[size++] = '\n';
  }

  // ---- bodies -----------------------------------------------------------------------------------

  /// Puts a piece of a body as it is.
  void put(ByteBuffer data) {
    int n = data.remaining();
    if (n > COPIED) {
      flush();
      target.accept(data);
    } else {
      need(n);
      data.get(room, size, n);
      size += n;
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
    if (size >= FULL) {
      flush();
    }
  }

  /// Ends a body in chunks.
  void putLastChunk(Headers trailers) {
    put(LAST_CHUNK);
    put(trailers);
    endLine();
  }

  private void need(int n) {
    if (room.length == 0) {
      room = shared.takeRoom();
    }
    if (size + n > room.length) {
      room = Arrays.copyOf(room, Math.max(2 * room.length, size + n));
    }
  }
}
