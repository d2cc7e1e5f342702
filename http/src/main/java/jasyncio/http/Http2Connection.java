package jasyncio.http;

import io.netty.handler.codec.http2.Http2Error;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import jasyncio.http.internal.Http2ServerCodec;
import jasyncio.http.internal.Http2ServerEvents;
import jasyncio.http.internal.Http2Stream;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import jasyncio.net.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A client of a server that speaks HTTP/2.
final class Http2Connection extends ServerConnection implements Http2ServerEvents {
  /* Overview
   * Receiving is the protocol's: bytes go to the codec, which tells of requests, and tells each of them of its body.
   * Answering is that of a task for each request. An exchange counts (`exchanges`) from its request until its stream is over
   * and its task, too: a client that resets a stream does not thereby get room for another while the handler of the first
   * still cleans up.
   *
   * Sending: a task writes as much as its stream takes, frame by frame, each in its turn: see Http2Turns.
   *
   * End of the connection:
   *   shutdown: prepareEnd() -> the client knows, or a second is over -> end(): the last request is known
   *   the last exchange after end() -> finish()
   *   the client breaks a rule -> failed() -> finish(), and all tasks are told that it has gone
   *   the client goes -> connectionLost(), the same
   */
  private static final double KNOWS = 1; // seconds for the client to say so

  private final Http2ServerCodec codec;
  private final Set<Http2Exchange> exchanges = new LinkedHashSet<>();
  private final Http2Turns turns;
  private int receiving; // bodies that are to come
  private boolean settled; // the client's settings have come
  private boolean preparing; // the end
  private boolean ending;
  private @Nullable TimerHandle endTimer;
  private boolean flushScheduled;

  Http2Connection(HttpServer server, boolean tooMany, @Nullable ProxyHeader proxied) {
    super(server, tooMany, proxied);
    this.codec = new Http2ServerCodec(server.shared2(), this, this::write, loop::time);
    this.turns =
        new Http2Turns(
            codec,
            this,
            () -> new WaitInfo(WaitInfo.Kind.IO, remoteAddress() + " to take more of the response"),
            limits::awaitTaking);
  }

  Http2ServerCodec codec() {
    return codec;
  }

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void connectionMade(Transport newTransport) {
    super.connectionMade(newTransport);
    codec.start();
    limits.awaitFirst();
    if (server.isShuttingDown()) { // it was accepted just before
      shutDown();
    }
  }

  @Override
  void received(ByteBuffer data) {
    codec.receive(data);
    updateLimits();
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    super.connectionLost(exception);
    if (endTimer != null) {
      endTimer.cancel();
    }
    codec.close();
    leave();
    if (exchanges.isEmpty()) {
      server.disconnected(this);
    }
  }

  /// Tells all exchanges that the client has gone.
  private void leave() {
    List.copyOf(exchanges).forEach(Http2Exchange::clientHasGone);
    turns.wakeAll();
  }

  // ---- what the codec tells ---------------------------------------------------------------------

  @Override
  public boolean hasRoom() {
    return exchanges.size() < options.streams();
  }

  @Override
  public Http2Stream.Events request(Http2Stream stream, RequestHead head, boolean ended) {
    return begin(new Http2Exchange(this, stream, head, !ended));
  }

  @Override
  public Http2Stream.Events refused(Http2Stream stream, Refusal refusal) {
    return begin(new Http2Exchange(this, stream, refusal));
  }

  private Http2Exchange begin(Http2Exchange exchange) {
    exchanges.add(exchange);
    exchange.start();
    return exchange;
  }

  @Override
  public void closed(Http2Stream stream) {
    if (stream.owner() instanceof Http2Exchange exchange) {
      overIfDone(exchange);
    }
  }

  @Override
  public void settingsChanged() {
    settled = true;
  }

  @Override
  public void windowOpened() {
    if (!isWritingPaused()) {
      limits.taken();
    }
    turns.next();
  }

  @Override
  public void pingAnswered() {
    if (preparing) {
      end();
    }
  }

  @Override
  public void failed(String why) {
    finish(true);
    leave();
  }

  // ---- exchanges --------------------------------------------------------------------------------

  /// The exchange is over if its stream is, and its task.
  void overIfDone(Http2Exchange exchange) {
    if (!exchange.isDone() || !exchanges.remove(exchange)) {
      return;
    }
    if (exchanges.isEmpty()) {
      if (isLost()) {
        server.disconnected(this);
        return;
      } else if (ending) {
        scheduleFlush();
        var _ = loop.callSoon(this::finishIfIdle);
      }
    }
    updateLimits();
  }

  private void finishIfIdle() {
    if (exchanges.isEmpty() && !isFinishing()) {
      codec.flush();
      finish(true);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Override
  void shutDown() {
    if (preparing || isFinishing()) {
      return;
    }
    preparing = true;
    codec.prepareEnd();
    endTimer = loop.callLater(KNOWS, this::end);
  }

  private void end() {
    if (ending || isFinishing()) {
      return;
    }
    ending = true;
    if (endTimer != null) {
      endTimer.cancel();
    }
    codec.end();
    finishIfIdle();
  }

  @Override
  void cancel(String reason) {
    List.copyOf(exchanges).forEach(exchange -> exchange.cancel(reason));
  }

  // ---- writing ----------------------------------------------------------------------------------

  Http2Turns turns() {
    return turns;
  }

  /// Waits until it is an exchange's turn to send something. Suspends.
  void awaitTurn(Http2Exchange exchange) throws IOException {
    turns.await(exchange::isLost);
    if (exchange.isLost()) {
      turns.next();
      throw gone();
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
    if (!isLost() && !isFinishing()) {
      codec.flush();
    }
  }

  @Override
  public void pauseWriting() {
    super.pauseWriting();
    turns.pause();
  }

  @Override
  public void resumeWriting() {
    super.resumeWriting();
    turns.resume();
  }

  @Override
  public int unsent() {
    return super.unsent() + (turns.isHeldUp() ? 1 : 0);
  }

  // ---- time -------------------------------------------------------------------------------------

  /// Has an eye on what the client has to send next.
  void updateLimits() {
    if (isFinishing()) {
      return;
    } else if (codec.inHead()) {
      if (!limits.isAwaitingHead()) {
        limits.awaitHead();
      }
    } else if (!settled) {
      return; // it is still the first that is awaited
    } else if (exchanges.isEmpty()) {
      if (!limits.isAwaitingNext()) {
        limits.awaitNext();
      }
    } else if (options.bodyRate() > 0 && receiving > 0) {
      if (limits.isAwaitingHead()) {
        bodyIsDue(); // it may have been while that head came
      } else if (!limits.isAwaitingBody()) {
        limits.awaitBody();
      }
    } else {
      limits.awaitNothing();
    }
  }

  /// A body is to come, or is not any more.
  void receiving(int more) {
    receiving += more;
  }

  @Override
  public void headIsLate() {
    if (codec.inHead()) {
      codec.refuse(Http2Error.ENHANCE_YOUR_CALM, "the head of the request comes too slowly");
    } else if (settled) {
      end();
    } else {
      codec.refuse(Http2Error.SETTINGS_TIMEOUT, "there are no settings");
    }
  }

  @Override
  public void bodyIsDue() {
    boolean excused = codec.wasExhausted(); // it was not for the client to send
    for (var exchange : List.copyOf(exchanges)) {
      if (!excused && exchange.isTooSlow(options.bodyRate())) {
        exchange.tooSlow();
      } else if (excused || exchange.isCounted()) {
        exchange.countIfReceiving();
      }
    }
    if (isFinishing()) {
      return;
    } else if (receiving > 0) {
      limits.awaitBody();
    } else {
      limits.awaitNothing();
      updateLimits();
    }
  }

  @Override
  public void hasLeft() {} // there is no half of a connection
}
