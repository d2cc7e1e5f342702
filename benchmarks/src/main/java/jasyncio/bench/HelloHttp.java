package jasyncio.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `Hello, World!` over HTTP, with Netty's codec on our transport.
///
/// The codec is the middle of a pipeline whose ends are ours: bytes go in at the one, and what the
/// codec makes of a response goes from there to the transport.
final class HelloHttp implements Protocol {
  private static final ByteBuf BODY =
      Unpooled.unreleasableBuffer(
              Unpooled.directBuffer().writeBytes("Hello, World!".getBytes(US_ASCII)))
          .asReadOnly();

  // Arrays from the heap: Netty's pools are made for its own threads.
  private static final ByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false, true);

  private final EmbeddedChannel codec =
      new EmbeddedChannel(new Outlet(), new HttpServerCodec(), new Answers());
  private @Nullable Transport transport;

  @Override
  public void connectionMade(Transport newTransport) {
    codec.config().setAllocator(ALLOCATOR);
    transport = newTransport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    var copy = ALLOCATOR.buffer(data.remaining()).writeBytes(data); // the codec may keep a part
    codec.pipeline().fireChannelRead(copy).fireChannelReadComplete();
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    codec.finishAndReleaseAll();
  }

  @SuppressWarnings(
      "FutureReturnValueIgnored") // a void promise: the outlet fails at once or not at all
  private static final class Answers extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest) {
        var response =
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, BODY.duplicate());
        response
            .headers()
            .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
            .setInt(HttpHeaderNames.CONTENT_LENGTH, BODY.readableBytes());
        context.write(response, context.voidPromise());
      }
      ReferenceCountUtil.release(message);
    }
  }

  private final class Outlet extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      var bytes = (ByteBuf) message;
      Objects.requireNonNull(transport).write(bytes.nioBuffer());
      bytes.release();
      promise.trySuccess();
    }
  }
}
