package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The frames of RFC 6455, by Netty's handlers in a channel that has no socket and no loop.
///
/// It puts messages together and checks what they are made of; it does not wait, and has no timer.
public final class WebSocketCodec {
  /// What the codec tells of. Must not call [WebSocketCodec#receive].
  public interface Events {
    /// A text has come.
    ///
    /// @param text the text
    /// @param encoded its bytes
    void text(String text, byte[] encoded);

    /// Bytes have come.
    ///
    /// @param data the bytes
    void binary(byte[] data);

    /// The other side wants an answer.
    ///
    /// @param data what is to be sent back
    void ping(byte[] data);

    /// The other side has answered.
    ///
    /// @param data what was sent to it
    void pong(byte[] data);

    /// The other side closes.
    ///
    /// @param code the code; 1005 if there was none
    /// @param reason the reason
    void close(int code, String reason);

    /// What has come is not what it should be. Nothing more will be told.
    ///
    /// @param code the code that says so
    /// @param why what is wrong
    void failed(int code, String why);
  }

  private static final int NO_CODE = 1005;
  private static final int LAST_CODE = 4999;
  private static final int MOST_CONTROL = 125; // bytes of a ping, pong or close
  private static final int SMALL = 128; // bytes: not worth to be compressed
  private static final int COPIED = 32 * 1024; // a longer message is not copied behind its head
  private static final int LONGEST_HEAD = 10; // bytes of a frame that is not masked
  private static final int MASK = 4; // bytes
  private static final int FINAL = 0x80;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final UnpooledByteBufAllocator ALLOCATOR =
      new UnpooledByteBufAllocator(false, true);

  private final int maxMessage;
  private final Events events;
  private final Consumer<ByteBuffer> output;
  private final boolean client;
  private final boolean plain; // data is sent as it is
  private final EmbeddedChannel channel;
  private boolean between = true; // frames: the decoder has nothing of the next
  private @Nullable ByteArrayOutputStream message; // what has come of one in several frames
  private boolean isText;
  private boolean over; // no more is told

  /// The codec of a connection.
  ///
  /// @param client whether this side is the client, which masks what it sends
  /// @param maxMessage how long a message may be
  /// @param compression what was agreed on, or `null`
  /// @param events what is told
  /// @param output what takes the bytes; it does not keep the buffer
  public WebSocketCodec(
      boolean client,
      int maxMessage,
      @Nullable WebSocketExtension compression,
      Events events,
      Consumer<ByteBuffer> output) {
    this.client = client;
    this.maxMessage = maxMessage;
    this.events = events;
    this.output = output;
    this.plain = !client && compression == null;
    this.channel = new EmbeddedChannel();
    channel.config().setAllocator(ALLOCATOR);
    var pipeline = channel.pipeline();
    pipeline.addLast(
        new Decoder(
            WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(!client)
                .allowExtensions(compression != null)
                .maxFramePayloadLength(mostOnTheWire(maxMessage, compression != null))
                .closeOnProtocolViolation(false)
                .build()));
    pipeline.addLast(new WebSocket13FrameEncoder(client));
    if (compression != null) {
      pipeline.addLast(new ReservedBits());
      pipeline.addLast(compression.newExtensionDecoder());
      pipeline.addLast(compression.newExtensionEncoder());
    }
    pipeline.addLast(new Receiver());
  }

  /// How long a frame may be: that of a control frame has its own limit, and what cannot be
  /// compressed becomes a little longer by it.
  private static int mostOnTheWire(int maxMessage, boolean compressed) {
    long most = compressed ? maxMessage + maxMessage / 8L + 128 : maxMessage;
    return Math.clamp(most, MOST_CONTROL, Integer.MAX_VALUE);
  }

  /// {@return whether a message is too short to be compressed}
  ///
  /// @param frame the message
  static boolean isSmall(WebSocketFrame frame) {
    return frame.content().readableBytes() < SMALL;
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// Takes bytes that have come, and tells of what is in them.
  ///
  /// @param data the bytes, which are not kept
  public void receive(ByteBuffer data) {
    while (!over && data.hasRemaining()) {
      if (!takeWhole(data)) {
        var bytes = ALLOCATOR.heapBuffer(data.remaining()).writeBytes(data);
        channel.pipeline().fireChannelRead(bytes); // there are no tasks, nor anything behind it
      }
    }
    data.position(data.limit());
  }

  /// Takes the next frame if it is a message as a whole and all of it is there, as most are. It
  /// passes no handlers. Anything else, and what breaks a rule, is the decoder's.
  private boolean takeWhole(ByteBuffer data) {
    int begin = data.position();
    int there = data.remaining();
    int mask = client ? 0 : MASK; // how long it is
    if (!between || message != null || there < 2 + mask) {
      return false;
    }
    int opcode = (data.get(begin) & 0xFF) ^ FINAL;
    int second = data.get(begin + 1);
    if ((opcode != TEXT && opcode != BINARY) || second < 0 == client) {
      return false;
    }
    int head = 2;
    int length = second & 0x7F;
    if (length == 126 && there >= 4) {
      head = 4;
      length = data.getShort(begin + 2) & 0xFFFF;
      if (length < 126) { // which has a shorter form
        return false;
      }
    } else if (length >= 126) {
      return false;
    }
    head += mask;
    if (length > maxMessage || there < head + length) {
      return false;
    }
    var bytes = new byte[length];
    data.get(begin + head, bytes).position(begin + head + length);
    if (mask > 0) {
      unmask(bytes, data.getInt(begin + head - mask));
    }
    isText = opcode == TEXT;
    tell(bytes);
    return true;
  }

  private static void unmask(byte[] bytes, int mask) {
    long twice = (long) mask << 32 | (mask & 0xFFFF_FFFFL);
    int i = 0;
    for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
      LONGS.set(bytes, i, (long) LONGS.get(bytes, i) ^ twice);
    }
    for (; i < bytes.length; i++) {
      bytes[i] ^= (byte) (mask >> (24 - 8 * (i & 3)));
    }
  }

  /// Knows where it is.
  private final class Decoder extends WebSocket13FrameDecoder {
    Decoder(WebSocketDecoderConfig config) {
      super(config);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> frames)
        throws Exception {
      super.decode(context, in, frames);
      between =
          !frames.isEmpty(); // it has given what it had, and takes no more before the next call
    }
  }

  /// Of the reserved bits only the first says something: that a message is compressed.
  private static final class ReservedBits extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
      var frame = (WebSocketFrame) received;
      boolean first = frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame;
      if ((frame.rsv() & (first ? 3 : 7)) != 0) {
        frame.release();
        context.fireExceptionCaught(
            new CorruptedWebSocketFrameException(
                WebSocketCloseStatus.PROTOCOL_ERROR, "a reserved bit is set"));
      } else {
        context.fireChannelRead(frame);
      }
    }
  }

  private final class Receiver extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
      var frame = (WebSocketFrame) received;
      try {
        if (!over) {
          take(frame);
        }
      } finally {
        frame.release();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (over) {
        return;
      }
      for (var e = cause; e != null; e = e.getCause()) {
        if (e instanceof CorruptedWebSocketFrameException corrupted) {
          fail(corrupted.closeStatus().code(), String.valueOf(e.getMessage()));
          return;
        } else if (e instanceof DecompressionException
            && String.valueOf(e.getMessage()).contains("maximum size")) {
          tooLong();
          return;
        }
      }
      fail(1007, "The message cannot be decompressed.");
    }
  }

  private void fail(int code, String why) {
    over = true;
    message = null;
    events.failed(code, why);
  }

  private void tooLong() {
    fail(1009, "The message is longer than " + maxMessage + " bytes.");
  }

  private void take(WebSocketFrame frame) {
    switch (frame) {
      case PingWebSocketFrame ping -> events.ping(ByteBufUtil.getBytes(ping.content()));
      case PongWebSocketFrame pong -> events.pong(ByteBufUtil.getBytes(pong.content()));
      case CloseWebSocketFrame close -> takeClose(close);
      case ContinuationWebSocketFrame next -> takeNext(next);
      default -> takeFirst(frame);
    }
  }

  private void takeClose(CloseWebSocketFrame close) {
    int code = close.statusCode();
    if (code > LAST_CODE) {
      fail(1002, "There is no code " + code + ".");
      return;
    }
    over = true;
    events.close(code < 0 ? NO_CODE : code, code < 0 ? "" : close.reasonText());
  }

  private void takeFirst(WebSocketFrame frame) {
    isText = frame instanceof TextWebSocketFrame;
    if (frame.isFinalFragment()) {
      var bytes = ByteBufUtil.getBytes(frame.content());
      if (bytes.length > maxMessage) {
        tooLong();
      } else {
        tell(bytes);
      }
    } else {
      message = new ByteArrayOutputStream(Math.max(32, frame.content().readableBytes()));
      append(message, frame);
    }
  }

  private void takeNext(WebSocketFrame frame) {
    var begun = message;
    if (begun != null && append(begun, frame) && frame.isFinalFragment()) {
      message = null;
      tell(begun.toByteArray());
    }
  }

  private boolean append(ByteArrayOutputStream begun, WebSocketFrame frame) {
    var content = frame.content();
    if (begun.size() + content.readableBytes() > maxMessage) {
      tooLong();
      return false;
    }
    begun.writeBytes(ByteBufUtil.getBytes(content));
    return true;
  }

  private void tell(byte[] bytes) {
    if (!isText) {
      events.binary(bytes);
      return;
    }
    var text = new String(bytes, UTF_8);
    if (text.indexOf('\uFFFD') >= 0 && !isUtf8(bytes)) { // it stands for what is none
      fail(1007, "The text is not UTF-8.");
      return;
    }
    events.text(text, bytes);
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Sends a text.
  ///
  /// @param encoded the text as UTF-8
  public void sendText(byte[] encoded) {
    if (plain) {
      sendPlain(TEXT, ByteBuffer.wrap(encoded));
    } else {
      send(new TextWebSocketFrame(true, 0, Unpooled.wrappedBuffer(encoded)));
    }
  }

  /// Sends bytes.
  ///
  /// @param data the bytes, which are taken
  public void sendBinary(ByteBuffer data) {
    if (plain) {
      sendPlain(BINARY, data);
    } else {
      send(new BinaryWebSocketFrame(true, 0, Unpooled.wrappedBuffer(data)));
      data.position(data.limit());
    }
  }

  /// A message that is neither masked nor compressed, in one frame: most that servers send. It
  /// passes no handlers.
  private void sendPlain(int opcode, ByteBuffer data) {
    int n = data.remaining();
    boolean alone = n > COPIED;
    var frame = ByteBuffer.allocate(LONGEST_HEAD + (alone ? 0 : n));
    frame.put((byte) (FINAL | opcode));
    if (n <= MOST_CONTROL) {
      frame.put((byte) n);
    } else if (n <= 0xFFFF) {
      frame.put((byte) 126).putShort((short) n);
    } else {
      frame.put((byte) 127).putLong(n);
    }
    if (!alone) {
      frame.put(data);
    }
    output.accept(frame.flip());
    if (alone) {
      output.accept(data);
    }
  }

  /// Asks for an answer.
  ///
  /// @param data at most 125 bytes
  public void sendPing(byte[] data) {
    send(new PingWebSocketFrame(Unpooled.wrappedBuffer(data)));
  }

  /// Answers.
  ///
  /// @param data what came
  public void sendPong(byte[] data) {
    send(new PongWebSocketFrame(Unpooled.wrappedBuffer(data)));
  }

  /// Closes.
  ///
  /// @param code the code; 1005 for none
  /// @param reason the reason, at most 123 bytes
  public void sendClose(int code, String reason) {
    send(
        code == NO_CODE
            ? new CloseWebSocketFrame(true, 0, Unpooled.EMPTY_BUFFER)
            : new CloseWebSocketFrame(true, 0, code, reason));
  }

  private void send(WebSocketFrame frame) {
    channel.writeOutbound(frame);
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      try {
        if (bytes.isReadable()) {
          output.accept(bytes.nioBuffer());
        }
      } finally {
        bytes.release();
      }
    }
  }

  /// Lets go of everything. Nothing may be called any more.
  public void close() {
    over = true;
    message = null;
    channel.finishAndReleaseAll();
  }
}
