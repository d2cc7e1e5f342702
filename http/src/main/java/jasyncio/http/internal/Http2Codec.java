package jasyncio.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.netty.util.collection.IntObjectHashMap;
import jasyncio.http.Headers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// The framing of one HTTP/2 connection: bytes become events, messages become bytes. What server
/// and client have in common.
///
/// It does not wait, knows no task, and has no timer. What is written is kept until [#flush], or
/// until there is much of it. Of a body no more is written than the other side takes at once:
/// whoever has more of it waits.
public abstract class Http2Codec {
  /* Overview
   * Receiving: frames() finds the borders of frames, for they are handed one by one to Netty's reader, which takes them
   * apart into `frame` and checks how they are made; so what it throws is what is wrong with that frame, and nothing of this
   * side. handle() does what the frame is for:
   *
   *   wrong for its stream       the stream is reset, Events.reset()
   *   wrong for the connection   fail(): GOAWAY, Http2Events.failed(), and from then on nothing is received
   *
   * A stream is in `streams` from its first HEADERS until both sides have ended it, or one has reset it. Which ones have gone
   * recently, and how, is in `recent`: frames for one that this side has reset were on their way, and are dropped; for others
   * they are mistakes. Older ones are all taken for the latter.
   *
   * Windows: each direction has one for each stream, and one for the connection. Of what is sent they are counted here
   * (sendWindow), of what is received there, and here to see that it is heeded (receiveWindow). What has come is given back
   * once there is enough of it (unreturned): to the stream, and, of all streams together, to the connection. While a stream is
   * paused, what comes of it takes up room here, and is given back to neither (held). So what a connection can have this side
   * keep is the window of the connection.
   */
  static final int HEADER = 9; // bytes of a frame before its payload
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int LARGEST_TABLE = 4096; // of compressed headers, in bytes
  private static final long PING = 0x6a61_7379_6e63_696fL; // something to be sent back
  private static final int RECENT = 64; // streams
  private static final int SMALL = 64; // bytes: less than that brings nothing forward

  final Http2Shared shared;
  private final Http2Events events;
  private final Http1Input input;
  private final Http2Output out;
  private final DefaultHttp2FrameReader reader;
  private final Frame frame = new Frame();
  private @Nullable DefaultHttp2HeadersEncoder encoder; // once it is needed
  final Http2Guard guard;

  private final IntObjectHashMap<Http2Stream> streams = new IntObjectHashMap<>(4);
  private int @Nullable [] recent; // reset by this side: negative
  private int recentAt;
  int highest; // number of a stream that the other side, or this one in a client, has begun

  private boolean settingsRead; // the first frame
  private boolean headersOpen; // a block of headers has begun and not ended
  private int headersStream;
  private boolean headersEnded; // the stream with it
  private int partial = -1; // type of the frame that has come in part
  private int partialStream;
  private int partialBytes;
  private boolean closed;

  private int initialSendWindow = DEFAULT_WINDOW;
  private int sendWindow = DEFAULT_WINDOW;
  private int receiveWindow = DEFAULT_WINDOW;
  private int unreturned;
  private boolean exhausted; // since that was asked last: nothing more could come
  private boolean writingPaused;

  /// The codec of a connection.
  ///
  /// @param shared what the connections of its server, or client, have in common
  /// @param events what is told
  /// @param output what takes the bytes; it does not keep the buffer
  /// @param clock the time in seconds
  Http2Codec(
      Http2Shared shared, Http2Events events, Consumer<ByteBuffer> output, DoubleSupplier clock) {
    this.shared = shared;
    this.events = events;
    this.input = new Http1Input(shared.shared);
    this.out = new Http2Output(shared.shared, output);
    this.guard = new Http2Guard(clock);
    this.reader =
        new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(true, shared.limits.listSize()));
  }

  // ---- receiving --------------------------------------------------------------------------------

  /// A frame, as Netty's reader has taken it apart.
  private static final class Frame extends Http2FrameAdapter {
    @Nullable ByteBuf data;
    int padding;
    boolean ended;
    @Nullable Http2Headers headers;
    @Nullable Http2Settings settings;
    boolean ack;
    long number; // of a ping, or an error
    int count; // of a window, or the last stream

    void clear() {
      data = null;
      headers = null;
      settings = null;
      ack = false;
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext context, int id, ByteBuf newData, int newPadding, boolean end) {
      data = newData;
      padding = newPadding;
      ended = end;
      return 0;
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context, int id, Http2Headers newHeaders, int pad, boolean end) {
      headers = newHeaders;
      ended = end;
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context,
        int id,
        Http2Headers newHeaders,
        int dependency,
        short weight,
        boolean exclusive,
        int pad,
        boolean end) {
      headers = newHeaders;
      ended = end;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
      number = code;
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext context) {
      ack = true;
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings newSettings) {
      settings = newSettings;
    }

    @Override
    public void onPingRead(ChannelHandlerContext context, long data) {
      number = data;
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {
      ack = true;
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext context, int last, long code, ByteBuf text) {
      count = last;
      number = code;
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext context, int id, int increment) {
      count = increment;
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext context, byte type, int id, Http2Flags flags, ByteBuf payload) {}
  }

  /// Takes bytes that have come, and tells of what is in them.
  ///
  /// @param data the bytes, which are not kept
  public final void receive(ByteBuffer data) {
    if (closed) {
      data.position(data.limit());
      return;
    }
    var in = input.with(data);
    try {
      frames(in);
    } catch (Http2Exception e) {
      fail(e);
    }
    if (closed) {
      input.clear();
    } else {
      input.keep(in);
      flush(); // answers, and what may be sent again
    }
  }

  private void frames(ByteBuf in) throws Http2Exception {
    partial = -1;
    partialBytes = 0;
    if (!prefaceRead(in)) {
      return;
    }
    while (!closed && in.readableBytes() >= HEADER) {
      int start = in.readerIndex();
      int length = in.getUnsignedMedium(start);
      int type = in.getUnsignedByte(start + 3);
      int flags = in.getUnsignedByte(start + 4);
      int id = in.getInt(start + 5) & Integer.MAX_VALUE;
      int end = in.writerIndex();
      if (length <= reader.maxFrameSize() && end - start < HEADER + length) {
        partial = type;
        partialStream = id;
        partialBytes = end - start - HEADER;
        return;
      }
      if (!settingsRead && type != Http2FrameTypes.SETTINGS) {
        throw broken("the first frame is none of settings");
      }
      in.writerIndex(Math.min(end, start + HEADER + length));
      frame.clear();
      if (type == Http2FrameTypes.HEADERS) {
        headersStream = id;
        headersEnded = (flags & Http2Output.END_STREAM) != 0;
      }
      if (type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION) {
        headersOpen = (flags & Http2Output.END_HEADERS) == 0;
      }
      try {
        take(in);
        handle(type, id);
      } catch (Http2Exception e) {
        if (!Http2Exception.isStreamError(e)) {
          throw e;
        }
        streamFailed(type, Http2Exception.streamId(e), e);
      }
      frame.clear();
      in.writerIndex(end);
      in.readerIndex(Math.min(end, start + HEADER + length));
    }
  }

  /// Has the reader take a frame apart.
  private void take(ByteBuf in) throws Http2Exception {
    try {
      reader.readFrame(shared.context, in, frame);
    } catch (RuntimeException e) { // which it is not meant to throw
      throw broken("a frame cannot be read");
    }
  }

  /// Takes what comes before the first frame. Whether that is over.
  boolean prefaceRead(ByteBuf in) throws Http2Exception {
    return true;
  }

  static Http2Exception broken(String why) {
    return Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, why);
  }

  private static Http2Exception wrong(int stream, Http2Error error, String why) {
    return Http2Exception.streamError(stream, error, why);
  }

  private void handle(int type, int id) throws Http2Exception {
    switch (type) {
      case Http2FrameTypes.DATA -> data(id, Objects.requireNonNull(frame.data));
      case Http2FrameTypes.HEADERS, Http2FrameTypes.CONTINUATION -> {
        var headers = frame.headers;
        if (headers != null) { // else the block goes on
          headers(headersStream, headers, headersEnded);
        }
      }
      case Http2FrameTypes.RST_STREAM -> reset(id, frame.number);
      case Http2FrameTypes.SETTINGS -> settings();
      case Http2FrameTypes.PUSH_PROMISE -> throw broken("nothing may be pushed");
      case Http2FrameTypes.PING -> ping();
      case Http2FrameTypes.GO_AWAY -> {
        guard.chatter();
        events.goneAway(frame.count, frame.number);
      }
      case Http2FrameTypes.WINDOW_UPDATE -> windowUpdate(id, frame.count);
      default -> guard.chatter(); // PRIORITY, and what nobody knows
    }
  }

  /// A stream that is open, or `null` if it is over.
  private @Nullable Http2Stream known(int id) throws Http2Exception {
    var stream = streams.get(id);
    if (stream == null && isIdle(id)) {
      throw broken("a frame is for a stream that has not begun");
    }
    return stream;
  }

  /// Whether a stream has not begun.
  boolean isIdle(int id) {
    return id > highest || (id & 1) == 0;
  }

  // ---- bodies that come -------------------------------------------------------------------------

  private void data(int id, ByteBuf data) throws Http2Exception {
    int size = data.readableBytes() + frame.padding;
    if (size > receiveWindow) {
      throw Http2Exception.connectionError(
          Http2Error.FLOW_CONTROL_ERROR, "more has come than the connection's window allows");
    }
    var stream = known(id);
    receiveWindow -= size;
    if (stream == null) {
      giveBack(size);
      guard.chatter();
      if (!wasReset(id)) {
        throw wrong(id, Http2Error.STREAM_CLOSED, "the stream has ended");
      }
      return;
    }
    var wrong = wrongWith(stream, size);
    if (wrong != null) {
      giveBack(size);
      throw wrong;
    }
    int n = data.readableBytes();
    if (n > 0 || frame.ended) {
      guard.progress();
    } else {
      guard.chatter();
    }
    stream.receiveWindow -= size;
    stream.unreturned += size;
    if (stream.paused) {
      stream.held += size;
      giveBack(0);
    } else {
      giveBack(size);
    }
    if (stream.left >= 0) {
      stream.left -= n;
      if (stream.left < 0 || (frame.ended && stream.left > 0)) {
        throw wrong(id, Http2Error.PROTOCOL_ERROR, "the body is not as long as content-length");
      }
    }
    boolean ended = frame.ended;
    stream.remoteEnded = ended;
    if (n > 0) {
      Objects.requireNonNull(stream.events).data(ByteBufUtil.getBytes(data));
    }
    if (ended) {
      closeIfEnded(stream);
      Objects.requireNonNull(stream.events).ended(Headers.none());
    } else if (!stream.paused && !stream.closed) {
      giveBackIfMuch(stream);
    }
    if (receiveWindow <= 0) {
      exhausted = true;
    }
  }

  /// Why a part of a body is not taken; `null` if it is.
  private static @Nullable Http2Exception wrongWith(Http2Stream stream, int size) {
    if (stream.remoteEnded) {
      return wrong(stream.id, Http2Error.STREAM_CLOSED, "the stream has ended");
    } else if (!stream.headRead) {
      return wrong(stream.id, Http2Error.PROTOCOL_ERROR, "a body without a head");
    } else if (size > stream.receiveWindow) {
      var why = "more has come than the window allows";
      return wrong(stream.id, Http2Error.FLOW_CONTROL_ERROR, why);
    }
    return null;
  }

  /// The connection may send this much again.
  private void giveBack(int size) {
    unreturned += size;
    int whole = shared.limits.connectionWindow();
    boolean isWorthIt = unreturned >= whole / 2 || (unreturned > 0 && receiveWindow < whole / 4);
    if (!closed && isWorthIt) {
      out.putWindowUpdate(0, unreturned);
      receiveWindow += unreturned;
      unreturned = 0;
    }
  }

  /// What a stream has sent takes up no room any more.
  private void giveBack(Http2Stream stream) {
    giveBack(stream.held);
    stream.held = 0;
  }

  /// The stream may send as much again, and `more`.
  private void giveBackWith(Http2Stream stream, int more) {
    int n = stream.unreturned + more;
    stream.unreturned = 0;
    out.putWindowUpdate(stream.id, n);
    stream.receiveWindow += n;
  }

  private void giveBackIfMuch(Http2Stream stream) {
    if (stream.unreturned >= stream.mostReceived / 2) {
      giveBackWith(stream, 0);
    }
  }

  /// No more of the body is to come for now than has been allowed.
  ///
  /// @param stream the stream
  public final void pause(Http2Stream stream) {
    stream.paused = true;
  }

  /// More of the body may come.
  ///
  /// @param stream the stream
  public final void resume(Http2Stream stream) {
    stream.paused = false;
    giveBack(stream);
    if (!stream.remoteEnded && !stream.closed) {
      giveBackIfMuch(stream);
    }
    flush();
  }

  /// The body is read: more of it may be on its way.
  ///
  /// @param stream the stream
  public final void widen(Http2Stream stream) {
    int more = shared.limits.readingWindow() - stream.mostReceived;
    stream.paused = false;
    giveBack(stream);
    if (!stream.remoteEnded && !stream.closed && more > 0) {
      stream.mostReceived += more;
      giveBackWith(stream, more);
    }
    flush();
  }

  /// {@return whether it is this side's doing that nothing more comes of a body}
  ///
  /// @param stream the stream
  public final boolean isPaused(Http2Stream stream) {
    return stream.paused;
  }

  /// {@return whether this side has, since that was asked last, kept so much that nothing more
  /// could come on the connection}
  public final boolean wasExhausted() {
    boolean was = exhausted || receiveWindow <= 0;
    exhausted = false;
    return was;
  }

  /// {@return how much has come of a frame with a part of a body that is not there as a whole}
  ///
  /// @param stream the body's
  public final int partOf(Http2Stream stream) {
    return partial == Http2FrameTypes.DATA && partialStream == stream.id ? partialBytes : 0;
  }

  // ---- heads that come --------------------------------------------------------------------------

  private void headers(int id, Http2Headers headers, boolean ended) throws Http2Exception {
    var stream = streams.get(id);
    if (stream == null) {
      first(id, headers, ended);
    } else if (stream.remoteEnded) {
      throw wrong(id, Http2Error.STREAM_CLOSED, "the stream has ended");
    } else {
      guard.progress();
      next(stream, headers, ended);
    }
  }

  /// Headers have come for a stream that is not known.
  ///
  /// @param headers the headers; `null`: they were too many
  abstract void first(int id, @Nullable Http2Headers headers, boolean ended) throws Http2Exception;

  /// Further headers have come.
  abstract void next(Http2Stream stream, Http2Headers headers, boolean ended) throws Http2Exception;

  final void trailers(Http2Stream stream, Http2Headers headers, boolean ended)
      throws Http2Exception {
    if (!ended) {
      throw wrong(stream.id, Http2Error.PROTOCOL_ERROR, "headers in the middle of a body");
    } else if (stream.left > 0) {
      throw wrong(stream.id, Http2Error.PROTOCOL_ERROR, "the body is shorter than content-length");
    }
    var to = Objects.requireNonNull(stream.events);
    try {
      var trailers = Http2Heads.trailers(headers, shared.limits.heads());
      stream.remoteEnded = true;
      closeIfEnded(stream);
      to.ended(trailers);
    } catch (Http2Heads.Malformed e) {
      throw malformed(stream.id, e);
    } catch (Refusal e) {
      stream.remoteEnded = true;
      closeIfEnded(stream);
      to.refused(e);
    }
  }

  static Http2Exception malformed(int id, Http2Heads.Malformed e) {
    return wrong(id, Http2Error.PROTOCOL_ERROR, e.why());
  }

  /// The other side, or this one in a client, begins a stream.
  final Http2Stream open(int id) {
    var stream = new Http2Stream(id, initialSendWindow, shared.limits.streamWindow());
    streams.put(id, stream);
    highest = Math.max(highest, id);
    return stream;
  }

  /// Headers have come for a stream that is over.
  final void late(int id) throws Http2Exception {
    guard.chatter();
    if (!wasReset(id)) {
      throw Http2Exception.connectionError(
          wasKnown(id) ? Http2Error.STREAM_CLOSED : Http2Error.PROTOCOL_ERROR,
          "headers have come for a stream that has ended");
    }
  }

  // ---- other frames that come -------------------------------------------------------------------

  private void reset(int id, long code) throws Http2Exception {
    var stream = known(id);
    if (stream == null) {
      guard.chatter();
      return;
    }
    wasCancelled();
    var to = Objects.requireNonNull(stream.events);
    close(stream, false);
    to.reset(code);
  }

  /// The other side has reset a stream.
  abstract void wasCancelled() throws Http2Exception;

  private void settings() throws Http2Exception {
    var settings = frame.settings;
    if (settings == null) {
      if (!settingsRead) {
        throw broken("the first frame is none of settings");
      }
      guard.chatter();
      return;
    }
    guard.chatter();
    settingsRead = true;
    for (var setting : settings.entries()) {
      long value = setting.value();
      switch (setting.key()) {
        case 1 -> encoder().maxHeaderTableSize(Math.min(value, LARGEST_TABLE));
        case 3 -> maxStreams(value);
        case 4 -> initialWindow((int) value);
        default -> {} // what is not used here
      }
    }
    out.putSettingsAck();
    owe();
    events.settingsChanged();
  }

  /// How many streams the other side takes.
  void maxStreams(long count) {}

  private void initialWindow(int window) throws Http2Exception {
    int more = window - initialSendWindow;
    initialSendWindow = window;
    for (var stream : streams.values().toArray(new Http2Stream[0])) {
      long size = (long) stream.sendWindow + more;
      if (size > Integer.MAX_VALUE) {
        throw Http2Exception.connectionError(
            Http2Error.FLOW_CONTROL_ERROR, "a window is larger than 2 GiB");
      }
      stream.sendWindow = (int) size;
      if (more > 0) {
        Objects.requireNonNull(stream.events).windowOpened();
      }
    }
  }

  private void ping() throws Http2Exception {
    guard.chatter();
    if (frame.ack) {
      events.pingAnswered();
    } else {
      out.putPing(frame.number, true);
      owe();
    }
  }

  private void owe() throws Http2Exception {
    if (writingPaused) {
      guard.owe();
    }
  }

  /// The other side does not take what was written, or takes it again.
  ///
  /// @param paused whether it does not
  public final void writingPaused(boolean paused) {
    writingPaused = paused;
    if (!paused) {
      guard.read();
    }
  }

  private void windowUpdate(int id, int increment) throws Http2Exception {
    guard.chatter();
    if (id == 0) {
      long size = (long) sendWindow + increment;
      if (size > Integer.MAX_VALUE) {
        throw Http2Exception.connectionError(
            Http2Error.FLOW_CONTROL_ERROR, "the window is larger than 2 GiB");
      }
      boolean wasClosed = sendWindow <= 0;
      sendWindow = (int) size;
      if (wasClosed && sendWindow > 0) {
        events.windowOpened();
      }
      return;
    }
    var stream = known(id);
    if (stream == null) {
      return; // it was on its way
    }
    long size = (long) stream.sendWindow + increment;
    if (size > Integer.MAX_VALUE) {
      throw wrong(id, Http2Error.FLOW_CONTROL_ERROR, "the window is larger than 2 GiB");
    }
    boolean wasClosed = stream.sendWindow <= 0;
    stream.sendWindow = (int) size;
    if (wasClosed && stream.sendWindow > 0) {
      Objects.requireNonNull(stream.events).windowOpened();
    }
  }

  // ---- what is wrong ----------------------------------------------------------------------------

  /// The other side has broken a rule that is of one stream.
  private void streamFailed(int type, int id, Http2Exception e) throws Http2Exception {
    if (e instanceof Http2Exception.HeaderListSizeException) {
      var stream = streams.get(headersStream);
      if (stream == null) {
        first(headersStream, null, headersEnded);
        return;
      } else if (headersEnded && !stream.remoteEnded) {
        stream.remoteEnded = true;
        Objects.requireNonNull(stream.events)
            .refused(new Refusal(431, "What comes behind the body is too long."));
        closeIfEnded(stream);
        return;
      }
    }
    var stream = streams.get(id);
    if (stream == null && isIdle(id) && type != Http2FrameTypes.PRIORITY) {
      neverBegan(type, id);
    }
    guard.reset();
    out.putReset(id, e.error());
    if (stream != null) {
      var to = Objects.requireNonNull(stream.events);
      close(stream, true);
      to.broken(e.error(), String.valueOf(e.getMessage()));
    }
  }

  /// A wrong frame was for a stream that has not begun. With headers, it has now, and is over.
  private void neverBegan(int type, int id) throws Http2Exception {
    if (type != Http2FrameTypes.HEADERS && type != Http2FrameTypes.CONTINUATION) {
      throw broken("a frame is for a stream that has not begun");
    }
    checkBegins(id);
    drop(id);
  }

  /// Checks that the other side may begin a stream.
  abstract void checkBegins(int id) throws Http2Exception;

  private void fail(Http2Exception e) {
    fail(e.error(), String.valueOf(e.getMessage()));
  }

  /// Ends the connection: tells the other side, and receives nothing more.
  final void fail(Http2Error error, String why) {
    if (!closed) {
      closed = true;
      out.putGoAway(lastTaken(), error, why);
      flush();
      closeStreams();
      events.failed(why);
    }
  }

  /// From now on nothing is written of any stream.
  private void closeStreams() {
    for (var stream : streams.values().toArray(new Http2Stream[0])) {
      stream.closed = true;
    }
    streams.clear();
  }

  /// The last stream of the other side's that was looked at.
  abstract int lastTaken();

  /// {@return whether a block of headers has begun, and is not there as a whole}
  public final boolean inHead() {
    return headersOpen
        || partial == Http2FrameTypes.HEADERS
        || partial == Http2FrameTypes.CONTINUATION;
  }

  /// {@return whether nothing is received any more}
  public final boolean isClosed() {
    return closed;
  }

  // ---- streams that end -------------------------------------------------------------------------

  final void closeIfEnded(Http2Stream stream) {
    if (stream.localEnded && stream.remoteEnded && !stream.closed) {
      close(stream, false);
    }
  }

  private void close(Http2Stream stream, boolean resetHere) {
    stream.closed = true;
    giveBack(stream);
    streams.remove(stream.id);
    remember(resetHere ? -stream.id : stream.id);
    events.closed(stream);
  }

  /// A stream begins that is not looked at.
  final void drop(int id) {
    highest = id;
    remember(-id);
  }

  private void remember(int id) {
    if (recent == null) {
      recent = new int[RECENT];
    }
    recent[recentAt] = id;
    recentAt = (recentAt + 1) % RECENT;
  }

  private boolean wasReset(int id) {
    return isRecent(-id);
  }

  private boolean wasKnown(int id) {
    return isRecent(id);
  }

  private boolean isRecent(int id) {
    if (recent != null) {
      for (int each : recent) {
        if (each == id) {
          return true;
        }
      }
    }
    return false;
  }

  /// {@return how many streams are open}
  public final int openStreams() {
    return streams.size();
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Lets the other side send as much as this one keeps for a connection.
  final void widenConnection() {
    int more = shared.limits.connectionWindow() - receiveWindow;
    if (more > 0) {
      out.putWindowUpdate(0, more);
      receiveWindow += more;
    }
  }

  private DefaultHttp2HeadersEncoder encoder() {
    if (encoder == null) {
      encoder = new DefaultHttp2HeadersEncoder(Http2Codec::isSecret, true, 16);
    }
    return encoder;
  }

  /// What must not be put into the table, where it could be guessed.
  private static boolean isSecret(CharSequence name, CharSequence value) {
    return AsciiString.contentEquals(name, "authorization")
        || AsciiString.contentEquals(name, "proxy-authorization")
        || AsciiString.contentEquals(name, "set-cookie");
  }

  final Http2Output out() {
    return out;
  }

  /// Writes a block of headers.
  final void putHeaders(Http2Stream stream, Http2Headers headers, boolean end) {
    var block = shared.block.clear();
    try {
      encoder().encodeHeaders(stream.id, headers, block);
    } catch (Http2Exception e) {
      throw new IllegalStateException("headers could not be written", e); // they have no limit
    }
    out.putHeaders(stream.id, block, end);
    if (end) {
      ended(stream);
    }
  }

  /// The names and values that HTTP/2 sends.
  final AsciiString[] fieldsOf(Headers headers, int more) {
    var fields = new AsciiString[2 * (headers.size() + more)];
    int n = 0;
    for (int i = 0; i < headers.size(); i++) {
      var name = shared.nameOf(headers.name(i));
      if (!isOfConnection(name)) {
        fields[n++] = name;
        fields[n++] = new AsciiString(headers.value(i));
      }
    }
    return n + 2 * more == fields.length ? fields : Arrays.copyOf(fields, n + 2 * more);
  }

  private static boolean isOfConnection(AsciiString name) {
    return switch (name.toString()) {
      case "connection",
          "keep-alive",
          "proxy-connection",
          "transfer-encoding",
          "upgrade",
          "host",
          "te" ->
          true;
      default -> false;
    };
  }

  /// {@return whether a stream takes nothing for now}
  ///
  /// @param stream the stream
  public final boolean isFull(Http2Stream stream) {
    return stream.sendWindow <= 0;
  }

  /// {@return whether all of a body can be sent at once}
  ///
  /// @param stream the stream
  /// @param bytes how long the body is
  public final boolean takes(Http2Stream stream, int bytes) {
    return bytes <= Math.min(stream.sendWindow, sendWindow);
  }

  /// {@return whether the connection takes nothing of any stream for now}
  public final boolean isFull() {
    return sendWindow <= 0;
  }

  /// Goes on with a body, with as much as can be sent at once.
  ///
  /// @param stream the stream
  /// @param data a part of the body; what is not sent remains in it
  /// @param end whether that is the end of the body, if all of it can be sent
  public final void data(Http2Stream stream, ByteBuffer data, boolean end) {
    if (stream.closed || stream.localEnded) {
      data.position(data.limit());
      return;
    }
    int window = Math.max(0, Math.min(stream.sendWindow, sendWindow));
    int n = Math.min(data.remaining(), Math.min(window, Http2Output.LARGEST_FRAME));
    boolean last = end && n == data.remaining();
    if (n == 0 && !last) {
      return;
    }
    stream.sendWindow -= n;
    sendWindow -= n;
    if (n >= SMALL || last) {
      guard.progress();
    }
    out.putData(stream.id, data, n, last);
    if (last) {
      ended(stream);
    }
  }

  /// Ends a body.
  ///
  /// @param stream the stream
  /// @param trailers what comes behind it
  public final void end(Http2Stream stream, Headers trailers) {
    if (stream.closed || stream.localEnded) {
      return;
    }
    if (trailers.isEmpty()) {
      guard.progress();
      out.putData(stream.id, ByteBuffer.allocate(0), 0, true);
      ended(stream);
    } else {
      putHeaders(stream, ReadOnlyHttp2Headers.trailers(false, fieldsOf(trailers, 0)), true);
    }
  }

  private void ended(Http2Stream stream) {
    stream.localEnded = true;
    closeIfEnded(stream);
  }

  /// Ends a stream before its time.
  ///
  /// @param stream the stream
  /// @param error why
  public final void reset(Http2Stream stream, Http2Error error) {
    if (!stream.closed) {
      out.putReset(stream.id, error);
      close(stream, true);
      flush();
    }
  }

  /// Asks for an answer.
  final void askForAnswer() {
    out.putPing(PING, false);
    flush();
  }

  /// Tells the other side that no stream behind `last` is looked at, and to begin no more.
  ///
  /// @param last the last stream
  /// @param error why
  /// @param why the same in words
  final void goAway(int last, Http2Error error, String why) {
    out.putGoAway(last, error, why);
    flush();
  }

  /// Hands on what was written.
  public final void flush() {
    out.flush();
  }

  /// {@return whether something was written that has not been handed on}
  public final boolean hasUnflushed() {
    return !out.isEmpty();
  }

  /// Lets go of everything.
  public void close() {
    closed = true;
    reader.close();
    if (encoder != null) {
      encoder.close();
    }
    input.clear();
    out.clear();
    closeStreams();
  }
}
