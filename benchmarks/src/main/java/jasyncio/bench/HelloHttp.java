package jasyncio.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
import org.jspecify.annotations.Nullable;

/// `Hello, World!` over HTTP, with Netty's codec on our transport.
final class HelloHttp implements Protocol {
  private static final ByteBuf BODY =
      Unpooled.unreleasableBuffer(
              Unpooled.directBuffer().writeBytes("Hello, World!".getBytes(US_ASCII)))
          .asReadOnly();

  private final EmbeddedChannel codec = new EmbeddedChannel(new HttpServerCodec());
  private @Nullable Transport transport;

  @Override
  public void connectionMade(Transport newTransport) {
    transport = newTransport;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    codec.writeInbound(
        codec.alloc().buffer(data.remaining()).writeBytes(data)); // it may keep a part
    for (Object message; (message = codec.readInbound()) != null; ) {
      if (message instanceof HttpRequest) {
        answer();
      }
      ReferenceCountUtil.release(message);
    }
  }

  private void answer() {
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, BODY.duplicate());
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, BODY.readableBytes());
    codec.writeOutbound(response);
    for (ByteBuf piece; (piece = codec.readOutbound()) != null; ) {
      if (transport != null) {
        transport.write(piece.nioBuffer());
      }
      piece.release();
    }
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    codec.finishAndReleaseAll();
  }
}
