package jasyncio.http;

import jasyncio.Action;
import jasyncio.Context;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.Http1Codec;
import jasyncio.http.internal.HttpCodec;
import jasyncio.http.internal.HttpEvents;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import jasyncio.sync.Event;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A client of a server.
final class Connection implements Protocol, HttpEvents, Request.Exchange, TimeLimits.Watched {
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
   *   end of the last response -> finish() -> lingering, if the client may still be sending: else the answer to what it
   *     sends would be a reset, which may overtake the response -> closed
   *   the client goes -> connectionLost(): the task is cancelled
   *   shutdown: idle -> closed at once; else the response that is written next says that it is the last
   *
   * What is of one request is ServerExchange's, and what is of time is TimeLimits's. Here is what there is once: the
   * transport, the order of answers, and the end.
   */
  private static final int MOST_LINGERING = 1024 * 1024; // bytes

  private final HttpServer server;
  private final EventLoop loop;
  private final HttpOptions options;
  private final boolean tooMany; // connections: this one is told so
  private final @Nullable ProxyHeader proxied; // what a proxy says about it
  private final HttpCodec codec;
  private final TimeLimits limits;
  private @Nullable Transport transport;

  private @Nullable ServerExchange current;
  private @Nullable ServerExchange receiving;
  private final ArrayDeque<ServerExchange> queue = new ArrayDeque<>(1);
  private @Nullable Task<?> task;
  private @Nullable Upgrade upgrade; // what the connection was given to,
  private @Nullable Protocol upgraded; // and what is told of it
  private boolean working; // the task has begun

  private boolean bodyPaused;
  private boolean queuePaused;
  private boolean ended; // the client sends no more
  private boolean finishing; // no request is taken any more
  private boolean lingering;
  private long dropped; // bytes, while lingering
  private boolean lost;

  private boolean writingPaused;
  private boolean flushScheduled;
  private long written; // bytes, but for files
  private @Nullable WaitList draining;

  Connection(HttpServer server, boolean tooMany, @Nullable ProxyHeader proxied) {
    this.server = server;
    this.loop = server.getLoop();
    this.options = server.options();
    this.tooMany = tooMany;
    this.proxied = proxied;
    this.codec = new Http1Codec(server.shared, this, this::write);
    this.limits = new TimeLimits(loop, options, this);
  }

  // ---- for exchanges ----------------------------------------------------------------------------

  HttpCodec codec() {
    return codec;
  }

  HttpOptions options() {
    return options;
  }

  Transport transport() {
    return Objects.requireNonNull(transport);
  }

  boolean isLost() {
    return lost;
  }

  boolean isUpgraded() {
    return upgrade != null;
  }

  boolean isShuttingDown() {
    return server.isShuttingDown();
  }

  /// Whether the task was cancelled.
  boolean isCancelled() {
    return Objects.requireNonNull(task).cancelling() > 0;
  }

  /// Whether the response that comes next is the last, whatever it is.
  boolean endsAfterNext() {
    return server.isShuttingDown() || (ended && queue.isEmpty());
  }

  /// Whether something has come behind the request that is answered.
  boolean expectsMore() {
    return !queue.isEmpty() || codec.expectsMore();
  }

  static IOException gone() {
    return new IOException("the client has gone");
  }

  // ---- the protocol -----------------------------------------------------------------------------

  @Override
  public void connectionMade(Transport newTransport) {
    transport = newTransport;
    server.connected(this);
    if (server.isShuttingDown()) { // it was accepted just before
      finish();
      return;
    }
    limits.awaitFirst();
  }

  @Override
  public void dataReceived(byte[] data) {
    dataReceived(ByteBuffer.wrap(data));
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    if (upgraded != null) {
      upgraded.dataReceived(data);
      return;
    }
    if (finishing) {
      dropped += data.remaining();
      data.position(data.limit());
      if (lingering && dropped > MOST_LINGERING) {
        transport().abort();
      }
      return;
    }
    codec.receive(data);
    if (current == null && !finishing && codec.inHead() && limits.isAwaitingNext()) {
      limits.awaitHead();
    }
  }

  @Override
  public boolean eofReceived() {
    if (upgraded != null) {
      return upgraded.eofReceived();
    }
    ended = true;
    if (current == null || finishing || isTls()) {
      return false;
    }
    var incomplete = receiving;
    if (incomplete != null) {
      incomplete.fail(new IOException("the client has gone before all of the body had come"));
    }
    if (options.cancelOnDisconnect()) {
      limits.expectLeaving();
    }
    return true;
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    lost = true;
    finishing = true;
    codec.close();
    dropQueue();
    limits.stop();
    var unfinished = receiving;
    if (unfinished != null) {
      unfinished.fail(gone());
    }
    if (draining != null) {
      draining.wakeAll();
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
    if (finishing) {
      return;
    }
    var exchange = new ServerExchange(this, head, !bodyEnded);
    if (!bodyEnded) {
      receiving = exchange;
    }
    take(exchange);
    if (!bodyEnded) {
      watchRate(exchange);
    }
  }

  private void take(ServerExchange exchange) {
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
    exchange.end(trailers);
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
      take(new ServerExchange(this, refusal));
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

  private void start(ServerExchange exchange) {
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
      if (lost) {
        server.disconnected(this);
      } else if (!complete && !finishing && upgrade == null) {
        abort(); // there is nobody who would answer, or close it
      }
    }
  }

  /// What the server answers.
  Response answer(Request request) {
    server.requests++;
    return tooMany ? busy() : Answers.answer(server.handler(), request, loop);
  }

  private static Response busy() {
    return HttpProblem.of(503, "There are too many connections; try again later.")
        .header("Retry-After", "10")
        .toResponse()
        .close();
  }

  /// Gives the connection to another protocol.
  void upgrade(Upgrade to) {
    codec.close();
    upgrade = to;
    upgraded = to.begin(transport(), options);
  }

  /// What comes after a response was written: the next request to answer, or nothing.
  private @Nullable ServerExchange next(ServerExchange exchange) {
    exchange.runAfter();
    if (lost || upgrade != null) {
      return null;
    }
    if (codec.isLast()) {
      finish();
      return null;
    }
    if (queue.isEmpty() || !exchange.hasEnded()) {
      codec.flush();
    }
    if (writingPaused) { // before the next one is taken: what waits to be sent has a limit
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

  private @Nullable ServerExchange advance() {
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
    if (lost) {
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
    if (finishing) {
      return;
    }
    finishing = true;
    current = null;
    dropQueue();
    codec.flush();
    limits.awaitNothing();
    var to = transport();
    if (!ended && (receiving != null || codec.expectsMore()) && to.canWriteEof()) {
      lingering = true;
      to.writeEof();
      updateReading();
      limits.awaitEnd();
    } else {
      to.close();
    }
    receiving = null;
    if (to.getWriteBufferSize() > 0) {
      limits.awaitTaking();
    }
  }

  private void dropQueue() {
    queue.forEach(ServerExchange::dropped);
    queue.clear();
  }

  void afterResponse(Request request, Action<?> action) {
    server.afterResponse(request, action);
  }

  // ---- shutting down ----------------------------------------------------------------------------

  /// The server takes no more requests.
  void shutDown() {
    if (upgrade != null) {
      upgrade.shutDown();
      return;
    }
    if (current == null && !finishing && !codec.inHead() && transport != null) {
      finish();
    }
  }

  /// Cancels what answers, once: a second time would break off its clean-up.
  void cancel(String reason) {
    if (task != null && task.cancelling() == 0) {
      task.cancel(reason);
      if (!working) { // nor will it: its body, which would tell of its end, never runs
        task = null;
        if (current != null) {
          current.dropped();
        }
        if (!lost) {
          abort();
        }
      }
    }
  }

  @Override
  public void abort() {
    if (transport != null) {
      transport.abort();
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  private void write(ByteBuffer bytes) {
    written += bytes.remaining();
    transport().write(bytes);
  }

  void scheduleFlush() {
    if (!flushScheduled && codec.hasUnflushed()) {
      flushScheduled = true;
      var _ = loop.callSoon(this::flushNow);
    }
  }

  private void flushNow() {
    flushScheduled = false;
    if (!lost) {
      codec.flush();
    }
  }

  @Override
  public void pauseWriting() {
    writingPaused = true;
    if (upgraded != null) {
      upgraded.pauseWriting();
    } else {
      limits.awaitTaking();
    }
  }

  @Override
  public void resumeWriting() {
    writingPaused = false;
    if (!finishing) { // else the rest has to be taken, too
      limits.taken();
    }
    if (upgraded != null) {
      upgraded.resumeWriting();
    }
    if (draining != null) {
      draining.wakeAll();
    }
  }

  /// Waits while the client does not take what was written.
  void drain() throws IOException {
    while (writingPaused && !lost) {
      if (draining == null) {
        draining =
            new WaitList(
                this,
                () ->
                    new WaitInfo(
                        WaitInfo.Kind.IO, remoteAddress() + " to take more of the response"));
      }
      var place = draining.enter();
      try {
        place.await();
      } finally {
        place.leave();
      }
    }
    if (lost) {
      throw gone();
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  private void updateReading() {
    if (lost || transport == null) {
      return;
    }
    if ((bodyPaused || queuePaused) && !finishing) {
      transport.pauseReading();
    } else {
      transport.resumeReading();
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
  void watchRate(ServerExchange exchange) {
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
      take(new ServerExchange(this, new Refusal(408, "The head of the request comes too slowly.")));
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
  public long taken() {
    return written - unsent();
  }

  @Override
  public void hasLeft() {
    cancel("the client has gone");
  }

  @Override
  public int unsent() {
    return transport().getWriteBufferSize();
  }

  // ---- for requests -----------------------------------------------------------------------------

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public Event shuttingDown() {
    return server.shuttingDown();
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
    return proxied != null && proxied.source() != null
        ? proxied.source()
        : transport().getExtraInfo(ExtraInfo.PEERNAME);
  }

  @Override
  public boolean isSecure() {
    return isTls() || (proxied != null && proxied.secure());
  }

  /// Whether the connection itself is under TLS.
  boolean isTls() {
    return transport().getExtraInfo(ExtraInfo.SSL_CONTEXT) != null;
  }

  @Override
  public String toString() {
    return "<Connection of " + (transport == null ? "nobody" : remoteAddress()) + ">";
  }
}
