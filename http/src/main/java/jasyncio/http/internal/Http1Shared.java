package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the connections of a server, or of a client, have in common: they work one after the other,
/// on one thread.
public final class Http1Shared {
  private static final int ROOM = 8 * 1024; // for the message that most are
  private static final int MOST = 64 * 1024; // kept for the next
  private static final int LONGEST_CHUNK_LINE = 4 * 1024;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  final HttpLimits limits;
  final HttpDecoderConfig decoding;
  final ByteBuf incoming = Unpooled.buffer(MOST); // what was received just now
  private byte @Nullable [] spare;
  private byte[] date = {};
  private long dateSecond = -1;

  /// What connections have in common.
  ///
  /// @param limits how long heads may be that are received
  public Http1Shared(HttpLimits limits) {
    this.limits = limits;
    this.decoding =
        new HttpDecoderConfig()
            // of a server's, the scanner has looked by then: for chunks and what comes behind
            .setMaxInitialLineLength(Math.max(limits.requestLine(), LONGEST_CHUNK_LINE) + 2)
            .setMaxHeaderSize(limits.headerBytes() + 2)
            .setMaxChunkSize(MOST)
            .setValidateHeaders(false) // so does Headers
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true)
            .setAllowDuplicateContentLengths(false);
  }

  byte[] takeRoom() {
    var room = spare;
    spare = null;
    return room == null ? new byte[ROOM] : room;
  }

  void giveBack(byte[] room) {
    if (room.length <= MOST) {
      spare = room;
    }
  }

  /// `Date: …` and the end of the line; made once a second.
  byte[] date() {
    long second = System.currentTimeMillis() / 1000;
    if (second != dateSecond) {
      dateSecond = second;
      date = ("Date: " + dateOf(second) + "\r\n").getBytes(ISO_8859_1);
    }
    return date;
  }

  static String dateOf(long second) {
    return DATE.format(Instant.ofEpochSecond(second));
  }
}
