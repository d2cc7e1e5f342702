package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Talks HTTP/2 to a server, frame by frame. What comes is told as text, such as `DATA 1 end
/// Hello`.
final class RawHttp2Peer implements AutoCloseable {
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  private final RawClient raw;
  private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private boolean skipsAcks; // of settings: they come whenever
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  RawHttp2Peer(RawClient raw) {
    this.raw = raw;
  }

  /// One in memory that has said its preface and settings, and has read those of the server.
  static RawHttp2Peer inMemory(HttpServer server, int... settings) throws IOException {
    var client = new RawHttp2Peer(RawClient.inMemory(server));
    client.raw.send(PREFACE);
    client.settings(settings);
    client.skip("SETTINGS", "WINDOW_UPDATE 0", "SETTINGS ack");
    return client;
  }

  /// One to a client, which has said its preface and settings.
  static RawHttp2Peer accept(ScriptedServer.Peer peer, int... settings) throws IOException {
    var server = new RawHttp2Peer(RawClient.of(peer.connection()));
    assertThat(server.raw.read(PREFACE.length())).isEqualTo(PREFACE);
    server.settings(settings).skip("SETTINGS", "WINDOW_UPDATE 0");
    server.send(SETTINGS, ACK, 0);
    server.skipsAcks = true;
    return server;
  }

  RawClient raw() {
    return raw;
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// The bytes of a frame.
  static byte[] frame(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  RawHttp2Peer send(byte[] bytes) throws IOException {
    raw.send(new String(bytes, ISO_8859_1));
    return this;
  }

  RawHttp2Peer send(int type, int flags, int stream, byte... payload) throws IOException {
    return send(frame(type, flags, stream, payload));
  }

  /// What is sent in many frames at once.
  RawHttp2Peer sendAll(List<byte[]> frames) throws IOException {
    var all = new ByteArrayOutputStream();
    frames.forEach(all::writeBytes);
    return send(all.toByteArray());
  }

  RawHttp2Peer settings(int... settings) throws IOException {
    var payload = ByteBuffer.allocate(settings.length * 3);
    for (int i = 0; i < settings.length; i += 2) {
      payload.putShort((short) settings[i]).putInt(settings[i + 1]);
    }
    return send(SETTINGS, 0, 0, payload.array());
  }

  /// A request without a body.
  RawHttp2Peer get(int stream, String path) throws IOException {
    return headers(stream, true, request("GET", path));
  }

  /// The beginning of a request with a body.
  RawHttp2Peer post(int stream, String path, String... more) throws IOException {
    return headers(stream, false, request("POST", path, more));
  }

  static String[] request(String method, String path, String... more) {
    var all =
        new ArrayList<>(
            List.of(
                ":method", method, ":scheme", "http", ":path", path, ":authority", "example.org"));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  RawHttp2Peer headers(int stream, boolean end, String... fields) throws IOException {
    return send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
  }

  /// A block of headers, compressed.
  byte[] block(String... fields) {
    var headers = new DefaultHttp2Headers(false);
    for (int i = 0; i < fields.length; i += 2) {
      headers.add(fields[i], fields[i + 1]);
    }
    return block(headers);
  }

  private byte[] block(Http2Headers headers) {
    var block = Unpooled.buffer();
    try {
      encoder.encodeHeaders(1, headers, block);
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
    return ByteBufUtil.getBytes(block);
  }

  RawHttp2Peer data(int stream, boolean end, String data) throws IOException {
    return send(DATA, end ? END_STREAM : 0, stream, data.getBytes(ISO_8859_1));
  }

  RawHttp2Peer goAway(int lastStream, int error) throws IOException {
    return send(GOAWAY, 0, 0, intBytes(lastStream, error));
  }

  RawHttp2Peer reset(int stream, int error) throws IOException {
    return send(RST_STREAM, 0, stream, intBytes(error));
  }

  RawHttp2Peer reset(int stream) throws IOException {
    return send(RST_STREAM, 0, stream, intBytes(8));
  }

  RawHttp2Peer window(int stream, int bytes) throws IOException {
    return send(WINDOW_UPDATE, 0, stream, intBytes(bytes));
  }

  static byte[] intBytes(int... numbers) {
    var bytes = ByteBuffer.allocate(4 * numbers.length);
    for (int number : numbers) {
      bytes.putInt(number);
    }
    return bytes.array();
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// The next frame; empty at the end.
  String next() throws IOException {
    var head = raw.connection().reader().read(1);
    if (head.length == 0) {
      return "";
    }
    var rest = ByteBuffer.wrap(raw.connection().reader().readexactly(8));
    int length = ((head[0] & 0xff) << 16) | Short.toUnsignedInt(rest.getShort());
    int type = rest.get();
    int flags = rest.get();
    int stream = rest.getInt();
    byte[] payload = raw.connection().reader().readexactly(length);
    var numbers = ByteBuffer.wrap(payload);
    var end = (flags & END_STREAM) != 0 ? " end" : "";
    var ack = (flags & ACK) != 0 ? " ack" : "";
    return switch (type) {
      case DATA -> "DATA " + stream + end + " " + new String(payload, ISO_8859_1);
      case HEADERS -> "HEADERS " + stream + end + text(payload);
      case RST_STREAM -> "RST_STREAM " + stream + " " + error(numbers.getInt());
      case SETTINGS -> skipsAcks && !ack.isEmpty() ? next() : "SETTINGS" + ack;
      case PING -> "PING" + ack;
      case GOAWAY -> {
        int last = numbers.getInt();
        var error = error(numbers.getInt());
        var why = new String(payload, 8, length - 8, ISO_8859_1);
        yield ("GOAWAY " + (last == Integer.MAX_VALUE ? "all" : last) + " " + error + " " + why)
            .strip();
      }
      case WINDOW_UPDATE -> "WINDOW_UPDATE " + stream + " " + numbers.getInt();
      default -> "frame of type " + type;
    };
  }

  private String text(byte[] block) {
    try {
      var text = new StringBuilder();
      for (var field : decoder.decodeHeaders(1, Unpooled.wrappedBuffer(block))) {
        if (!field.getKey().toString().equals("date")) {
          text.append(' ').append(field.getKey()).append('=').append(field.getValue());
        }
      }
      return text.toString();
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String error(int code) {
    return Http2Error.valueOf(code).toString();
  }

  /// The next frames, which have to begin so.
  RawHttp2Peer skip(String... beginnings) throws IOException {
    for (var beginning : beginnings) {
      var frame = next();
      if (!frame.startsWith(beginning)) {
        throw new AssertionError("expected " + beginning + ", got " + frame);
      }
    }
    return this;
  }

  /// The next frame that begins so; others are passed over.
  String await(String beginning) throws IOException {
    var passed = new ArrayList<String>();
    while (true) {
      var frame = next();
      if (frame.startsWith(beginning)) {
        return frame;
      } else if (frame.isEmpty()) {
        throw new AssertionError("expected " + beginning + ", got " + passed);
      }
      passed.add(frame.length() > 100 ? frame.substring(0, 100) : frame);
    }
  }

  /// Everything up to the end.
  List<String> rest() throws IOException {
    var frames = new ArrayList<String>();
    for (var frame = next(); !frame.isEmpty(); frame = next()) {
      frames.add(frame);
    }
    return frames;
  }

  @Override
  public void close() {
    raw.close();
    encoder.close();
  }
}
