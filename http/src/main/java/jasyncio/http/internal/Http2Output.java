package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// What a connection sends in HTTP/2: frames.
final class Http2Output extends Output {
  static final int LARGEST_FRAME = 16 * 1024; // which every receiver takes
  static final int END_STREAM = 0x1;
  static final int ACK = 0x1;
  static final int END_HEADERS = 0x4;

  private static final int HEADER = 9; // bytes
  private static final int FULL = 32 * 1024; // handed on without being asked

  /// The output of a connection.
  ///
  /// @param shared where the room comes from
  /// @param target what takes the bytes; it does not keep the buffer
  Http2Output(Http1Shared shared, Consumer<ByteBuffer> target) {
    super(shared, target);
  }

  // ---- frames -----------------------------------------------------------------------------------

  /// Puts a piece of a body.
  void putData(int stream, ByteBuffer data, int length, boolean end) {
    begin(length, Http2FrameTypes.DATA, end ? END_STREAM : 0, stream);
    put(data, length);
    flushFrom(FULL);
  }

  /// Puts a block of headers, in as many frames as it needs.
  void putHeaders(int stream, ByteBuf block, boolean end) {
    byte type = Http2FrameTypes.HEADERS;
    int flags = end ? END_STREAM : 0;
    do {
      int length = Math.min(block.readableBytes(), LARGEST_FRAME);
      boolean last = length == block.readableBytes();
      begin(length, type, last ? flags | END_HEADERS : flags, stream);
      put(block.nioBuffer(block.readerIndex(), length), length);
      block.skipBytes(length);
      type = Http2FrameTypes.CONTINUATION;
      flags = 0;
    } while (block.isReadable());
    flushFrom(FULL);
  }

  /// Puts settings: an identifier and a value, and so on.
  void putSettings(int... settings) {
    begin(settings.length * 3, Http2FrameTypes.SETTINGS, 0, 0);
    for (int i = 0; i < settings.length; i += 2) {
      putShort(settings[i]);
      putInt(settings[i + 1]);
    }
  }

  void putSettingsAck() {
    begin(0, Http2FrameTypes.SETTINGS, ACK, 0);
  }

  void putPing(long data, boolean ack) {
    begin(8, Http2FrameTypes.PING, ack ? ACK : 0, 0);
    putInt((int) (data >> 32));
    putInt((int) data);
  }

  void putReset(int stream, Http2Error error) {
    begin(4, Http2FrameTypes.RST_STREAM, 0, stream);
    putInt((int) error.code());
  }

  void putWindowUpdate(int stream, int bytes) {
    begin(4, Http2FrameTypes.WINDOW_UPDATE, 0, stream);
    putInt(bytes);
  }

  void putGoAway(int lastStream, Http2Error error, String why) {
    byte[] text = why.getBytes(UTF_8);
    begin(8 + text.length, Http2FrameTypes.GO_AWAY, 0, 0);
    putInt(lastStream);
    putInt((int) error.code());
    put(text);
  }

  // ---- bytes ------------------------------------------------------------------------------------

  /// Puts the header of a frame, and makes room for the rest.
  private void begin(int length, byte type, int flags, int stream) {
    need(HEADER + length);
    putByte(length >> 16);
    putShort(length);
    putByte(type);
    putByte(flags);
    putInt(stream);
  }

  private void putShort(int value) {
    putByte(value >> 8);
    putByte(value);
  }

  private void putInt(int value) {
    putShort(value >> 16);
    putShort(value);
  }
}
