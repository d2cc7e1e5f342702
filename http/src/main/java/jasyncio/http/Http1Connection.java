package jasyncio.http;

import jasyncio.Context;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.http.internal.Http1Codec;
import jasyncio.http.internal.Http2ServerCodec;
import jasyncio.http.internal.HttpCodec;
import jasyncio.http.internal.HttpEvents;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A client of a server that speaks HTTP/1.1, or has said nothing yet.
final class Http1Connection extends ServerConnection implements HttpEvents {
  /* Overview
   * Receiving is the protocol's: bytes go to the codec, which tells of requests and of parts of bodies. Answering is that of
   * a task, which there is while there are requests to answer: no task waits on an idle connection, and a handler that does
   * not wait needs no switch.
   *
   * Requests are answered one after the other, as HTTP/1.1 has it:
   *
   *   receiving   the exchange whose body comes, if one does: `current`, or the last in `queue`
   *   current     the exchange that is answered; it stays until its response is written and its body has ended
   *   queue       requests that came before their turn
   *
   * An exchange is over when both directions are. The response may end first (the rest of the body is then dropped), or the
   * body, as it mostly does. Whoever is last goes on to the next request: next() in the task, or end() from the codec.
   *
   * End of the connection:
   *   end of the last response -> finish()
   *   the client goes -> connectionLost(): the task is cancelled
   *   shutdown: idle -> finish(); else the response that is written next says that it is the last
   *
   * The first bytes show whether it is HTTP/2 after all; over TLS, that was agreed upon before. Then all goes to an
   * Http2Connection, and this one is forgotten.
   *
   * What is of one request is Http1Exchange's, what is of time is TimeLimits's, and what is of any version
   * ServerConnection's. Here is the order of answers.
   */
  private final HttpCodec codec;

  private @Nullable Http1Exchange current;
  private @Nullable Http1Exchange receiving;
  private final ArrayDeque<Http1Exchange> queue = new ArrayDeque<>(1);
  private @Nullable Task<?> task;
  private @Nullable Upgrade upgrade; // what the connection was given to,
  private @Nullable Protocol upgraded; // and what is told of it
  private boolean working; // the task has begun

  private boolean bodyPaused;
  private boolean queuePaused;
  private boolean ended; // the client sends no more,
  private boolean left; // and is taken to have gone

  private boolean begun; // to be HTTP/1.1
  private byte @Nullable [] early; // bytes that may be the beginning of HTTP/2

  private boolean flushScheduled;

  Http1Connection(HttpServer server, boolean tooMany, @Nullable ProxyHeader proxied) {
    super(server, tooMany, proxied);
    this.codec = new Http1Codec(server.shared, this, this::write);
  }

  // ---- for exchanges ----------------------------------------------------------------------------

  HttpCodec codec() {
    return codec;
  }

  @Override
  boolean isUpgraded() {
    return upgrade != null;
  }

  @Override
  boolean isGone() {
    return left || super.isGone();
  }

  /// Whether the task was cancelled.
  boolean isCancelled() {
    return Objects.requireNonNull(task).cancelling() > 0;
  }

  /// Whether the response that comes next is the last, whatever it is.
  boolean endsAfterNext() {
    return server.isShuttingDown() || (ended && queue.isEmpty());
  }

  /// Past the codec, so not under TLS.
  @Override
  public boolean canSendFiles() {
    return !isTls();
  }

  /// Whether something has come behind the request that is answered.
  boolean expectsMore() {
    return !queue.isEmpty() || codec.expectsMore();
  }

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void connectionMade(Transport newTransport) {
    super.connectionMade(newTransport);
    if (server.isShuttingDown()) { // it was accepted just before
      finish();
      return;
    }
    if (isTls()) {
      begun = true;
      var engine = newTransport.getExtraInfo(ExtraInfo.SSL_OBJECT);
      if (engine != null && HttpServer.HTTP_2.equals(engine.getApplicationProtocol())) {
        becomeHttp2();
        return;
      }
    } else {
      begun = !options.http2();
    }
    limits.awaitFirst();
  }

  private Http2Connection becomeHttp2() {
    limits.stop();
    codec.close();
    var other = new Http2Connection(server, isTooMany(), proxied());
    transport().setProtocol(other);
    other.connectionMade(transport());
    server.disconnected(this);
    return other;
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    if (upgraded != null) {
      upgraded.dataReceived(data);
      return;
    }
    super.dataReceived(data);
  }

  @Override
  void received(ByteBuffer data) {
    if (!begun) {
      begin(data);
      return;
    }
    codec.receive(data);
    if (current == null && !isFinishing() && codec.inHead() && limits.isAwaitingNext()) {
      limits.awaitHead();
    }
  }

  /// Looks at the first bytes.
  private void begin(ByteBuffer data) {
    var first = early == null ? data : ByteBuffer.allocate(early.length + data.remaining());
    if (early != null) {
      first.put(early).put(data).flip();
    }
    int n = Http2ServerCodec.prefaceIn(first);
    if (n == Http2ServerCodec.PREFACE_LENGTH) {
      early = null;
      becomeHttp2().dataReceived(first);
    } else if (n >= 0) {
      early = new byte[n];
      first.get(early);
    } else {
      early = null;
      begun = true;
      received(first);
    }
  }

  @Override
  public boolean eofReceived() {
    if (upgraded != null) {
      return upgraded.eofReceived();
    }
    ended = true;
    if (current == null || isFinishing() || isTls()) {
      return false;
    }
    var incomplete = receiving;
    if (incomplete != null) {
      incomplete.fail(
          new ClientGoneException("the client has gone before all of the body had come"));
    }
    if (options.cancelOnDisconnect()) {
      limits.expectLeaving();
    }
    return true;
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    super.connectionLost(exception);
    codec.close();
    dropQueue();
    var unfinished = receiving;
    if (unfinished != null) {
      unfinished.fail(gone());
    }
    if (upgraded != null) {
      upgraded.connectionLost(exception);
    } else if (options.cancelOnDisconnect()) {
      cancel("the client has gone");
    }
    if (task == null) {
      server.disconnected(this);
    }
  }

  // ---- what the codec tells ---------------------------------------------------------------------

  @Override
  public void request(RequestHead head, boolean bodyEnded) {
    if (isFinishing()) {
      return;
    }
    var exchange = new Http1Exchange(this, head, !bodyEnded);
    if (!bodyEnded) {
      receiving = exchange;
    }
    take(exchange);
    if (!bodyEnded) {
      watchRate(exchange);
    }
  }

  private void take(Http1Exchange exchange) {
    if (current == null) {
      current = exchange;
      limits.awaitNothing();
      start(exchange);
    } else {
      queue.add(exchange);
      if (queue.size() >= options.pipelined()) {
        queuePaused = true;
        updateReading();
      }
    }
  }

  @Override
  public void data(int stream, byte[] data) {
    var exchange = receiving;
    if (exchange != null && !exchange.feed(data)) {
      finish();
    }
  }

  @Override
  public void end(int stream, Headers trailers) {
    var exchange = receiving;
    if (exchange == null) {
      return;
    }
    receiving = null;
    exchange.endBody(trailers);
    if (limits.isAwaitingBody()) {
      limits.awaitNothing();
    }
    if (exchange == current && exchange.isWaiting()) {
      current = null;
      var next = advance();
      if (next != null) {
        start(next);
      }
    }
  }

  @Override
  public void refused(Refusal refusal) {
    var exchange = receiving;
    if (exchange == null) {
      take(new Http1Exchange(this, refusal));
      return;
    }
    receiving = null;
    limits.awaitNothing();
    codec.closeAfterNext();
    exchange.fail(ServerExchange.problemOf(refusal));
    if (exchange.isWaiting()) {
      finish();
    }
  }

  // ---- answering --------------------------------------------------------------------------------

  private void start(Http1Exchange exchange) {
    // not at once, in the middle of receiving, whatever the loop's task factory does with others
    task = loop.createTask(this::work, TaskOptions.named(exchange.name()).eagerStart(false));
  }

  /// Answers requests while there are some. The body of the task.
  private void work() {
    boolean complete = false;
    working = true;
    try {
      var exchange = current;
      var context = Context.copyContext();
      boolean first = true;
      while (exchange != null) {
        var each = exchange;
        if (first) {
          each.answer();
        } else { // what the one before has set in its context is not seen
          Objects.requireNonNull(task).setName(each.name());
          context.copy().run(each::answer);
        }
        first = false;
        exchange = next(each);
      }
      complete = true;
    } finally {
      task = null;
      working = false;
      if (isLost()) {
        server.disconnected(this);
      } else if (!complete && !isFinishing() && upgrade == null) {
        abort(); // there is nobody who would answer, or close it
      }
    }
  }

  /// Gives the connection to another protocol.
  ///
  /// @param agree tells the client
  void upgrade(Upgrade to, Runnable agree) {
    upgrade = to;
    upgraded = to.begin(transport(), options, agree);
  }

  /// Takes it back from that, as the client was not told.
  void takeBack() {
    upgrade = null;
    upgraded = null;
  }

  /// What comes after a response was written: the next request to answer, or nothing.
  private @Nullable Http1Exchange next(Http1Exchange exchange) {
    exchange.runAfter();
    if (isLost() || upgrade != null || isFinishing()) { // as its body broke off
      return null;
    }
    if (isGone()) { // half of it is still there
      abort();
      return null;
    }
    if (codec.isLast()) {
      finish();
      return null;
    }
    if (queue.isEmpty() || !exchange.hasEnded()) {
      codec.flush();
    }
    if (isWritingPaused()) { // before the next one is taken: what waits to be sent has a limit
      try {
        drain();
      } catch (IOException e) {
        return null; // there is nobody to answer
      }
    }
    if (!exchange.hasEnded()) {
      exchange.awaitEnd();
      if (receiving == exchange) {
        watchRate(exchange);
      } else {
        finish(); // it was refused: no more will come
      }
      return null; // end() goes on
    }
    current = null;
    return advance();
  }

  private @Nullable Http1Exchange advance() {
    var next = queue.poll();
    if (next == null) {
      codec.flush();
      idle();
      return null;
    }
    current = next;
    scheduleFlush(); // with the next response, if that comes at once
    if (queuePaused && queue.size() < options.pipelined()) {
      queuePaused = false;
      updateReading();
    }
    return next;
  }

  private void idle() {
    if (isLost()) {
      return;
    }
    if (ended || (server.isShuttingDown() && !codec.inHead())) {
      finish();
    } else if (codec.inHead()) {
      limits.awaitHead();
    } else {
      limits.awaitNext();
    }
  }

  /// Ends the connection once what was written is sent.
  void finish() {
    if (isFinishing()) {
      return;
    }
    codec.flush();
    finish(!ended && (receiving != null || codec.expectsMore()));
    current = null;
    receiving = null;
    dropQueue();
  }

  private void dropQueue() {
    queue.forEach(ServerExchange::dropped);
    queue.clear();
  }

  // ---- shutting down ----------------------------------------------------------------------------

  @Override
  void shutDown() {
    if (upgrade != null) {
      upgrade.shutDown();
      return;
    }
    if (current == null && !isFinishing() && !codec.inHead()) {
      finish();
    }
  }

  /// Cancels what answers, once: a second time would break off its clean-up.
  @Override
  void cancel(String reason) {
    if (task != null && task.cancelling() == 0) {
      task.cancel(reason);
      if (!working) { // nor will it: its body, which would tell of its end, never runs
        task = null;
        if (current != null) {
          current.dropped();
        }
        if (!isLost()) {
          abort();
        }
      }
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  void scheduleFlush() {
    if (!flushScheduled && codec.hasUnflushed()) {
      flushScheduled = true;
      var _ = loop.callSoon(this::flushNow);
    }
  }

  private void flushNow() {
    flushScheduled = false;
    if (!isLost()) {
      codec.flush();
    }
  }

  @Override
  public void pauseWriting() {
    super.pauseWriting();
    if (upgraded != null) {
      upgraded.pauseWriting();
    }
  }

  @Override
  public void resumeWriting() {
    super.resumeWriting();
    if (upgraded != null) {
      upgraded.resumeWriting();
    }
  }

  /// Waits while the client does not take what was written.
  void drain() throws IOException {
    awaitTaking();
    if (isLost()) {
      throw gone();
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  private void updateReading() {
    if (isLost()) {
      return;
    }
    if ((bodyPaused || queuePaused) && !isFinishing()) {
      transport().pauseReading();
    } else {
      transport().resumeReading();
    }
  }

  void pauseBody() {
    bodyPaused = true;
    updateReading();
  }

  void resumeBody() {
    bodyPaused = false;
    updateReading();
  }

  /// Has an eye on how fast the body comes, if it does.
  void watchRate(Http1Exchange exchange) {
    if (exchange == receiving) {
      exchange.count();
      if (options.bodyRate() > 0) {
        limits.awaitBody();
      }
    }
  }

  // ---- when time is over ------------------------------------------------------------------------

  @Override
  public void headIsLate() {
    if (codec.inHead()) {
      take(new Http1Exchange(this, new Refusal(408, "The head of the request comes too slowly.")));
    } else {
      finish();
    }
  }

  @Override
  public void bodyIsDue() {
    var exchange = receiving;
    if (exchange == null) {
      return;
    }
    if (!exchange.isSlowerThan(options.bodyRate() * TimeLimits.RATE_INTERVAL)) {
      watchRate(exchange);
      return;
    }
    codec.closeAfterNext();
    exchange.fail(HttpProblem.of(408, "The body comes too slowly."));
    if (exchange.isWaiting()) {
      finish();
    }
  }

  @Override
  public void hasLeft() {
    left = current != null;
    cancel("the client has gone");
  }
}
