package jasyncio.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// What the HTTP/2 connections of a server, or of a client, have in common: they work one after the
/// other, on one thread.
public final class Http2Shared {
  private static final int MOST_NAMES = 256;
  private static final int LONGEST_NAME = 64;

  final Http1Shared shared; // with connections of HTTP/1.1
  final Http2Limits limits;

  /// For Netty's frame reader, which asks it for buffers, and for nothing else. There is no channel
  /// behind it that anything would pass through.
  final ChannelHandlerContext context;

  /// Where headers are compressed.
  final ByteBuf block = Unpooled.buffer(1024);

  private AsciiString date = AsciiString.EMPTY_STRING;
  private long dateSecond = -1;
  private final Map<String, AsciiString> names = new HashMap<>();

  /// What connections have in common.
  ///
  /// @param shared what they have in common with those of HTTP/1.1
  /// @param limits what they may do
  public Http2Shared(Http1Shared shared, Http2Limits limits) {
    this.shared = shared;
    this.limits = limits;
    var channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    channel.config().setAllocator(new UnpooledByteBufAllocator(false));
    this.context = Objects.requireNonNull(channel.pipeline().firstContext());
  }

  /// The date, made once a second.
  AsciiString date() {
    long second = System.currentTimeMillis() / 1000;
    if (second != dateSecond) {
      dateSecond = second;
      date = new AsciiString(Http1Shared.dateOf(second));
    }
    return date;
  }

  /// The name of a header, as HTTP/2 writes it.
  AsciiString nameOf(String name) {
    var known = names.get(name);
    if (known == null) {
      known = new AsciiString(name).toLowerCase();
      if (names.size() < MOST_NAMES && name.length() <= LONGEST_NAME) {
        names.put(name, known);
      }
    }
    return known;
  }
}
