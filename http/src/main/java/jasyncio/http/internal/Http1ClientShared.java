package jasyncio.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpDecoderConfig;
import org.jspecify.annotations.Nullable;

/// What the connections of a client have in common: they work one after the other, on one thread.
public final class Http1ClientShared {
  private static final int ROOM = 4 * 1024; // for the request that most are
  private static final int MOST = 64 * 1024; // kept for the next
  private static final int LONGEST_LINE = 8 * 1024; // the first, and the sizes of chunks

  final int mostHead; // bytes
  final HttpDecoderConfig decoding;
  final ByteBuf incoming = Unpooled.buffer(MOST); // what was received just now
  private byte @Nullable [] spare;

  /// What the connections of a client have in common.
  ///
  /// @param headerBytes how long the headers of a response may be together
  public Http1ClientShared(int headerBytes) {
    this.mostHead = headerBytes + LONGEST_LINE;
    this.decoding =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(LONGEST_LINE)
            .setMaxHeaderSize(headerBytes)
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
}
