package jasyncio.bench.peers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Netty with nothing on top, not even a pool, one event loop: `NettyClient nio|epoll client URL`.
public final class NettyClient {
  private final URI uri;
  private final Bootstrap bootstrap;
  private final List<Channel> channels = new ArrayList<>();

  private NettyClient(URI uri, boolean epoll) {
    this.uri = uri;
    this.bootstrap =
        new Bootstrap()
            .group(
                new MultiThreadIoEventLoopGroup(
                    1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory()))
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel c) {
                    c.pipeline().addLast(new HttpClientCodec(), new HttpObjectAggregator(1 << 20));
                  }
                });
  }

  /// Makes requests as it is told.
  ///
  /// @param arguments `nio` or `epoll`, `client` and the URL
  public static void main(String[] arguments) throws Exception {
    var client = new NettyClient(URI.create(arguments[2]), arguments[0].equals("epoll"));
    ClientLoop.run(client::make);
    System.exit(0);
  }

  private long make(int connections, long end) throws Exception {
    while (channels.size() < connections) {
      channels.add(bootstrap.connect(uri.getHost(), uri.getPort()).sync().channel());
    }
    var left = new CountDownLatch(connections);
    var callers = new ArrayList<Caller>();
    for (var channel : channels) {
      var caller = new Caller(end, left);
      callers.add(caller);
      channel.pipeline().addLast(caller);
      channel.eventLoop().execute(() -> caller.send(channel));
    }
    left.await();
    return callers.stream().mapToLong(caller -> caller.count).sum();
  }

  private final class Caller extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final long end;
    private final CountDownLatch left;
    private long count; // read once `left` is zero

    Caller(long end, CountDownLatch left) {
      this.end = end;
      this.left = left;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // no response comes then, and all stops
    void send(Channel channel) {
      var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri.getPath());
      request.headers().set(HttpHeaderNames.HOST, uri.getAuthority());
      channel.writeAndFlush(request, channel.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response)
        throws Exception {
      var body = new byte[response.content().readableBytes()];
      response.content().readBytes(body);
      ClientLoop.check(response.status().code(), body.length);
      count++;
      if (System.nanoTime() < end) {
        send(context.channel());
      } else {
        context.pipeline().remove(this);
        left.countDown();
      }
    }
  }
}
