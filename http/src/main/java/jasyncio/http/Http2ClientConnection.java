package jasyncio.http;

import jasyncio.WaitInfo;
import jasyncio.http.internal.Http2ClientCodec;
import jasyncio.http.internal.Http2Events;
import jasyncio.http.internal.Http2Stream;
import jasyncio.net.Transport;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A connection of a client by HTTP/2.
final class Http2ClientConnection extends ClientConnection implements Http2Events {
  /* Overview
   *   claimed   requests that the pool has given it to, and that have not begun
   *   streams   exchanges under way
   *   retired   no request is given to it any more: the server has said so, or is silent. It is closed when the last exchange
   *             has ended
   *
   * While there is neither a claim nor a stream, it is idle.
   */
  private final Http2ClientCodec codec;
  private final Http2Turns turns;
  private final Set<Http2ClientStream> streams = new LinkedHashSet<>();
  private int claimed;
  private boolean used;
  private boolean retired;
  private boolean flushScheduled;

  /// What a connection becomes that speaks HTTP/2. It is claimed by whoever has connected it.
  Http2ClientConnection(Http1ClientConnection before, Transport transport) {
    super(before.client, before.pool, before.group, before.loop);
    transport(transport);
    this.codec = new Http2ClientCodec(client.shared2(), this, this::write, loop::time);
    this.turns =
        new Http2Turns(
            codec,
            this,
            () -> new WaitInfo(WaitInfo.Kind.IO, group.route + " to take more of the request"),
            () -> {});
    this.claimed = 1;
  }

  void start() {
    codec.start();
    scheduleFlush();
  }

  Http2ClientCodec codec() {
    return codec;
  }

  Http2Turns turns() {
    return turns;
  }

  private void write(ByteBuffer bytes) {
    transport().write(bytes);
  }

  // ---- for the pool -----------------------------------------------------------------------------

  @Override
  boolean isConnected() {
    return true;
  }

  @Override
  ClientConnection connect() {
    return this;
  }

  @Override
  boolean isUsable() {
    return !retired && !isShut() && !isLost() && !transport().isClosing() && !codec.isUsedUp();
  }

  @Override
  boolean isShared() {
    return true;
  }

  @Override
  boolean hasRoom() {
    return isUsable() && claimed + streams.size() < codec.maxStreams();
  }

  @Override
  void claim() {
    claimed++;
  }

  @Override
  boolean isUsed() {
    return used;
  }

  @Override
  void unused() {
    claimed--;
    changed();
  }

  @Override
  void closing() {
    codec.end();
    codec.close();
  }

  @Override
  void clientClosed() {
    for (var stream : List.copyOf(streams)) {
      stream.fail(new HttpException("the client was closed"));
    }
    shut();
  }

  /// No request is given to it any more.
  void retire() {
    retired = true;
    changed();
  }

  /// There is room for others, or nothing to wait for any more.
  private void changed() {
    if (isShut()) {
      return;
    } else if (claimed > 0 || !streams.isEmpty()) {
      pool.hasChanged(this);
    } else if (isUsable()) {
      pool.release(this);
    } else {
      shut();
    }
  }

  // ---- exchanges --------------------------------------------------------------------------------

  @Override
  ClientStream begin(ClientExchange exchange) {
    claimed--;
    idle(false);
    used = true;
    var stream = new Http2ClientStream(this, exchange);
    streams.add(stream);
    return stream;
  }

  /// An exchange is over.
  void over(Http2ClientStream stream) {
    if (streams.remove(stream)) {
      changed();
    }
  }

  void scheduleFlush() {
    if (!flushScheduled && codec.hasUnflushed()) {
      flushScheduled = true;
      var _ = loop.callSoon(this::flushNow);
    }
  }

  private void flushNow() {
    flushScheduled = false;
    if (!isLost() && !isShut()) {
      codec.flush();
    }
  }

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void dataReceived(byte[] data) {
    dataReceived(ByteBuffer.wrap(data));
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    codec.receive(data);
  }

  @Override
  public boolean eofReceived() {
    retired = true;
    died(null);
    shut();
    return false;
  }

  @Override
  void died(@Nullable Throwable exception) {
    for (var stream : List.copyOf(streams)) {
      stream.died(exception);
    }
    turns.wakeAll();
  }

  @Override
  public void pauseWriting() {
    turns.pause();
  }

  @Override
  public void resumeWriting() {
    turns.resume();
    streams.forEach(Http2ClientStream::active);
  }

  // ---- what the codec tells ---------------------------------------------------------------------

  @Override
  public void windowOpened() {
    turns.next();
  }

  @Override
  public void pingAnswered() {}

  @Override
  public void settingsChanged() {
    changed();
  }

  @Override
  public void goneAway(int lastStream, long code) {
    retired = true;
    for (var stream : List.copyOf(streams)) {
      if (stream.isBehind(lastStream)) {
        stream.refused(code);
      }
    }
    changed();
  }

  @Override
  public void closed(Http2Stream stream) {}

  @Override
  public void failed(String why) {
    retired = true;
    for (var stream : List.copyOf(streams)) {
      stream.broken(why);
    }
    shut();
  }
}
