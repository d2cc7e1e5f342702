package jasyncio.bench.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Netty with nothing on top, one event loop: `NettyServer nio|epoll serve|serve-tls PORT`.
public final class NettyServer {
  private static final int BACKLOG = 4096;
  private static final AsciiString TEXT = AsciiString.cached(Contents.TEXT);
  private static final AsciiString JSON = AsciiString.cached(Contents.JSON);
  private static final AsciiString BYTES = AsciiString.cached("application/octet-stream");
  private static final ByteBuf HELLO =
      Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes(Contents.HELLO_BYTES))
          .asReadOnly();

  private NettyServer() {}

  /// Serves until the process is ended.
  ///
  /// @param arguments `nio` or `epoll`, `serve` or `serve-tls`, the port
  public static void main(String[] arguments) throws Exception {
    boolean epoll = arguments[0].equals("epoll");
    var tls = arguments[1].equals("serve-tls") ? tls() : null;
    var group =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Class<? extends ServerChannel> channel =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    new ServerBootstrap()
        .group(group)
        .channel(channel)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel c) {
                if (tls != null) {
                  c.pipeline().addLast(tls.newHandler(c.alloc()));
                  c.pipeline().addLast("codec", new HttpServerCodec());
                  c.pipeline().addLast(new Http());
                } else {
                  c.pipeline().addLast(new EitherVersion());
                }
              }
            })
        .bind("127.0.0.1", Integer.parseInt(arguments[2]))
        .sync();
    System.out.println("READY");
  }

  private static SslContext tls() throws Exception {
    var folder = Contents.tls();
    return SslContextBuilder.forServer(
            folder.resolve("cert.pem").toFile(), folder.resolve("key.pem").toFile())
        .sslProvider(SslProvider.JDK)
        .build();
  }

  /// HTTP/2 if a connection begins so, else HTTP/1.1.
  private static final class EitherVersion extends ChannelInboundHandlerAdapter {
    private static final int DECISIVE = 3; // "PRI" begins no request of HTTP/1.1

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var bytes = (ByteBuf) message;
      boolean second =
          bytes.readableBytes() >= DECISIVE
              && bytes.toString(bytes.readerIndex(), DECISIVE, US_ASCII).equals("PRI");
      var pipeline = context.pipeline();
      if (second) {
        pipeline.addLast(Http2FrameCodecBuilder.forServer().build(), new Http2());
      } else {
        pipeline.addLast("codec", new HttpServerCodec()).addLast(new Http());
      }
      pipeline.remove(this);
      pipeline.fireChannelRead(message);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // who fails is closed
  private static final class Http extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof HttpRequest request) {
        switch (request.uri()) {
          case "/json" -> answer(context, Unpooled.wrappedBuffer(Contents.json()), JSON);
          case "/static/64k.bin" -> file(context);
          case "/ws" -> upgrade(context, request);
          default -> answer(context, HELLO.duplicate(), TEXT);
        }
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }

    private static void answer(ChannelHandlerContext context, ByteBuf body, AsciiString type) {
      var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, type)
          .set(HttpHeaderNames.DATE, Contents.date())
          .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
      context.write(response, context.voidPromise());
    }

    /// Opened for each request, as one would that knows what folders are for.
    private static void file(ChannelHandlerContext context) throws Exception {
      var path = Contents.file();
      var modified = Files.getLastModifiedTime(path);
      var file = FileChannel.open(path, StandardOpenOption.READ);
      long size = file.size();
      var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, BYTES)
          .set(HttpHeaderNames.DATE, Contents.date())
          .set(HttpHeaderNames.ETAG, "\"" + modified.toMillis() + "-" + size + "\"")
          .set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(size));
      context.write(response);
      context.write(new DefaultFileRegion(file, 0, size));
      context.write(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private static void upgrade(ChannelHandlerContext context, HttpRequest request) {
      var handshaker =
          new WebSocketServerHandshakerFactory("ws://localhost/ws", null, false)
              .newHandshaker(request);
      context.pipeline().addLast(new WebSocketEcho());
      var full =
          new DefaultFullHttpRequest(
              request.protocolVersion(),
              request.method(),
              request.uri(),
              Unpooled.EMPTY_BUFFER,
              request.headers(),
              EmptyHttpHeaders.INSTANCE);
      handshaker.handshake(context.channel(), full);
      context.pipeline().remove(context.handler());
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // who fails is closed
  private static final class WebSocketEcho extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof WebSocketFrame frame) {
        context.write(frame, context.voidPromise());
      } else {
        ReferenceCountUtil.release(message); // the end of the request
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // who fails is closed
  private static final class Http2 extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof Http2HeadersFrame frame && frame.isEndStream()) {
        answer(context, frame.stream());
      }
      ReferenceCountUtil.release(message);
    }

    private static void answer(ChannelHandlerContext context, @Nullable Http2FrameStream stream) {
      var headers =
          new DefaultHttp2Headers()
              .status("200")
              .add(HttpHeaderNames.CONTENT_TYPE, TEXT)
              .add(HttpHeaderNames.DATE, Contents.date())
              .addInt(HttpHeaderNames.CONTENT_LENGTH, HELLO.readableBytes());
      context.write(new DefaultHttp2HeadersFrame(headers).stream(stream));
      context.write(new DefaultHttp2DataFrame(HELLO.duplicate(), true).stream(stream));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
