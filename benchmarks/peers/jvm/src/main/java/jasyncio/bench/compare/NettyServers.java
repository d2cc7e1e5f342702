package jasyncio.bench.compare;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/// Netty's servers of the workloads.
final class NettyServers {
  private static final int BACKLOG = 4096;

  private NettyServers() {}

  /// What a connection has.
  private interface Pipeline {
    void begin(Channel channel);
  }

  /// Listens on a port, and says so.
  static void serve(
      EventLoopGroup group, Class<? extends ServerChannel> channels, String kind, int port)
      throws Exception {
    var pipeline = pipeline(kind);
    new ServerBootstrap()
        .group(group)
        .channel(channels)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                pipeline.begin(channel);
              }
            })
        .bind("127.0.0.1", port)
        .sync();
    System.out.println("READY");
  }

  private static Pipeline pipeline(String kind) throws SSLException {
    return switch (kind) {
      case "echo-proto" -> channel -> add(channel, new Echo());
      case "tls-proto" -> {
        var tls = tls();
        yield channel -> add(channel, tls.newHandler(channel.alloc()), new TlsEcho());
      }
      case "http" -> channel -> add(channel, new HttpServerCodec(), new Hello());
      default -> {
        Bench.unsupported(kind);
        throw new IllegalArgumentException(kind);
      }
    };
  }

  private static void add(Channel channel, ChannelHandler... handlers) {
    channel.pipeline().addLast(handlers);
  }

  private static SslContext tls() throws SSLException {
    var folder = Path.of(Bench.setting("BENCH_TLS_DIR", ""));
    return SslContextBuilder.forServer(
            folder.resolve("cert.pem").toFile(), folder.resolve("key.pem").toFile())
        .sslProvider(SslProvider.valueOf(Bench.setting("BENCH_TLS", "JDK")))
        .build();
  }

  /// Sends what is written when all that came has been read.
  private static class Batching extends ChannelInboundHandlerAdapter {
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nobody is left to be told
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  private static final class Echo extends Batching {
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // who fails is closed
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.write(message, context.voidPromise());
    }
  }

  /// The handler of TLS takes no void promises.
  private static final class TlsEcho extends Batching {
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // who fails is closed
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.write(message);
    }
  }

  private static final class Hello extends Batching {
    private static final ByteBuf BODY =
        Unpooled.unreleasableBuffer(
                Unpooled.directBuffer().writeBytes("Hello, World!".getBytes(US_ASCII)))
            .asReadOnly();

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // who fails is closed
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest) {
        var response =
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, BODY.duplicate());
        response
            .headers()
            .set(HttpHeaderNames.CONTENT_TYPE, "text/plain")
            .setInt(HttpHeaderNames.CONTENT_LENGTH, BODY.readableBytes());
        context.write(response);
      }
      ReferenceCountUtil.release(message);
    }
  }
}
