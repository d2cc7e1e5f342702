package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.Context;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.Timeout;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.Http1Codec;
import jasyncio.http.internal.HttpCodec;
import jasyncio.http.internal.HttpEvents;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.SendfileNotAvailableException;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import jasyncio.sync.Event;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A client of a server.
final class Connection implements Protocol, HttpEvents, Request.Exchange {
  /* Overview
   * Receiving is the protocol's: bytes go to the codec, which tells of requests and of parts of bodies. Answering is that of
   * a task, which there is while there are requests to answer: no task waits on an idle connection, and a handler that does
   * not wait needs no switch.
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
   * Time limits of receiving share one timer, which is not moved with each request: it is late at worst by nothing, as
   * it looks at `deadline` when it fires.
   */
  private static final double RATE_INTERVAL = 5; // seconds
  private static final double LINGER = 2; // seconds
  private static final double HALF_CLOSED = 1; // seconds for who has closed the sending side alone
  private static final int SLICE = 128 * 1024; // bytes of a file within the idle time
  private static final int NAME_LENGTH = 100;
  private static final int MOST_LINGERING = 1024 * 1024; // bytes

  /// What the deadline is for.
  private enum Watch {
    NOTHING,
    /// the first request of the connection
    FIRST,
    /// the rest of a head
    HEAD,
    /// the next request
    IDLE,
    /// the next part of a body
    BODY,
    /// the client's end, after the last response
    LINGER
  }

  private final HttpServer server;
  private final EventLoop loop;
  private final HttpOptions options;
  private final boolean tooMany; // connections: this one is told so
  private final HttpCodec codec;
  private @Nullable Transport transport;

  private @Nullable Exchange current;
  private @Nullable Exchange receiving;
  private final ArrayDeque<Exchange> queue = new ArrayDeque<>(1);
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
  private @Nullable WaitList draining;
  private @Nullable TimerHandle leaving; // cancels what a client does not wait for, it seems
  private @Nullable TimerHandle stall;
  private int unsent; // when it was looked at last

  private Watch watch = Watch.NOTHING;
  private double deadline = Double.POSITIVE_INFINITY;
  private @Nullable TimerHandle timer;

  Connection(HttpServer server, boolean tooMany) {
    this.server = server;
    this.loop = server.getLoop();
    this.options = server.options();
    this.tooMany = tooMany;
    this.codec = new Http1Codec(server.shared, this, this::write);
  }

  /// A request and its response.
  private final class Exchange implements RequestBody.Source, BodyWriter.Sink {
    final RequestHead head;
    final @Nullable RequestBody body;
    final @Nullable Request request; // null: it was refused
    final @Nullable Refusal refusal;
    boolean responded; // the response has begun
    boolean waiting; // it has ended, and the body of the request has not
    boolean asked; // for the body
    long receivedBefore; // when its rate was looked at last
    boolean stalled; // since then, by us
    long length; // of the response
    long sent;
    boolean written; // the body of the response is complete

    Exchange(RequestHead head, boolean hasBody) {
      this.head = head;
      this.body = hasBody ? new RequestBody(loop, this, head.length(), options.maxBody()) : null;
      this.request = new Request(head, body, Connection.this);
      this.refusal = null;
    }

    Exchange(Refusal refusal) {
      this.head = new RequestHead(0, 1, "?", "*", "", Headers.none(), 0, false, false);
      this.body = null;
      this.request = null;
      this.refusal = refusal;
    }

    boolean hasEnded() {
      return body == null || body.hasEnded();
    }

    // ---- the body of the request ----

    @Override
    public void wanted() {
      if (head.expectsContinue() && !asked && !responded && bodyOf(this).received() == 0 && !lost) {
        codec.continueNow(head);
      }
      asked = true;
      if (receiving == this) {
        watchRate(this);
      }
    }

    @Override
    public void pause() {
      stalled = true;
      bodyPaused = true;
      updateReading();
    }

    @Override
    public void resume() {
      bodyPaused = false;
      updateReading();
    }

    // ---- the body of the response ----

    @Override
    public void write(ByteBuffer data) throws IOException {
      checkOpen();
      count(data.remaining());
      codec.data(head, data);
      scheduleFlush();
      drain();
    }

    private void count(long bytes) {
      sent += bytes;
      if (length >= 0 && sent > length) {
        throw new IllegalStateException(
            "the body of the response is longer than the " + length + " bytes that were announced");
      }
    }

    /// Goes past the codec, so it is for bodies that are not in chunks.
    @Override
    public boolean sendFile(FileChannel file, long offset, long n) throws IOException {
      if (length < 0 || isSecure()) {
        return false;
      }
      codec.flush();
      for (long done = 0; done < n; ) {
        checkOpen();
        long from = offset + done;
        long slice = Math.min(SLICE, n - done);
        try {
          long passed =
              Timeout.after(options.idleTime())
                  .run(() -> Transports.sendfile(transport(), file, from, slice, false));
          if (passed == 0) {
            throw new EOFException("the file has become shorter while it was sent");
          }
          count(passed);
          done += passed;
        } catch (SendfileNotAvailableException e) {
          return false; // nothing was sent
        } catch (TimeoutException e) {
          transport().abort();
          throw gone();
        }
      }
      return true;
    }

    @Override
    public void flush() throws IOException {
      checkOpen();
      codec.flush();
      drain();
    }

    private void checkOpen() throws IOException {
      if (lost) {
        throw gone();
      }
      if (written) { // it would be taken for a part of the next response
        throw new IllegalStateException("the body of the response has ended; it takes no more");
      }
    }
  }

  private static RequestBody bodyOf(Exchange exchange) {
    return Objects.requireNonNull(exchange.body);
  }

  private static IOException gone() {
    return new IOException("the client has gone");
  }

  private Transport transport() {
    return Objects.requireNonNull(transport);
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
    watch(Watch.FIRST, seconds(options.headerTime()));
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
    if (current == null && !finishing && codec.inHead() && watch == Watch.IDLE) {
      watch(Watch.HEAD, seconds(options.headerTime()));
    }
  }

  @Override
  public boolean eofReceived() {
    if (upgraded != null) {
      return upgraded.eofReceived();
    }
    ended = true;
    if (current == null || finishing || isSecure()) {
      return false;
    }
    var incomplete = receiving;
    if (incomplete != null) {
      bodyOf(incomplete)
          .fail(new IOException("the client has gone before all of the body had come"));
    }
    if (options.cancelOnDisconnect()) {
      // It may have closed its sending half alone, and wait for the response.
      leaving = loop.callLater(HALF_CLOSED, () -> cancel("the client has gone"));
    }
    return true;
  }

  @Override
  public void connectionLost(@Nullable Throwable exception) {
    lost = true;
    finishing = true;
    codec.close();
    queue.clear();
    watch(Watch.NOTHING, Double.POSITIVE_INFINITY);
    for (var handle : new TimerHandle[] {timer, stall, leaving}) {
      if (handle != null) {
        handle.cancel();
      }
    }
    var unfinished = receiving;
    if (unfinished != null) {
      bodyOf(unfinished).fail(gone());
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
    var exchange = new Exchange(head, !bodyEnded);
    if (!bodyEnded) {
      receiving = exchange;
    }
    take(exchange);
    if (!bodyEnded) {
      watchRate(exchange);
    }
  }

  private void take(Exchange exchange) {
    if (current == null) {
      current = exchange;
      unwatch();
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
    if (exchange != null) {
      var body = bodyOf(exchange);
      body.feed(data);
      if (exchange.waiting && body.isTooLong()) {
        finish(); // nobody reads it, and it might go on for ever
      }
    }
  }

  @Override
  public void end(int stream, Headers trailers) {
    var exchange = receiving;
    if (exchange == null) {
      return;
    }
    receiving = null;
    bodyOf(exchange).end(trailers);
    if (watch == Watch.BODY) {
      unwatch();
    }
    if (exchange == current && exchange.waiting) {
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
      take(new Exchange(refusal));
      return;
    }
    receiving = null;
    unwatch();
    codec.closeAfterNext();
    bodyOf(exchange).fail(HttpProblem.of(refusal.status(), refusal.why()));
    if (exchange.waiting) {
      finish();
    }
  }

  // ---- answering --------------------------------------------------------------------------------

  private void start(Exchange exchange) {
    // not at once, in the middle of receiving, whatever the loop's task factory does with others
    task = loop.createTask(this::work, TaskOptions.named(nameOf(exchange)).eagerStart(false));
  }

  private static String nameOf(Exchange exchange) {
    var name = exchange.head.method() + " " + exchange.head.target();
    return name.length() <= NAME_LENGTH ? name : name.substring(0, NAME_LENGTH) + "…";
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
          answer(each);
        } else { // what the one before has set in its context is not seen
          Objects.requireNonNull(task).setName(nameOf(each));
          context.copy().run(() -> answer(each));
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

  private void answer(Exchange exchange) {
    var request = exchange.request;
    if (request == null) {
      respond(exchange, problemOf(Objects.requireNonNull(exchange.refusal)).toResponse().close());
      return;
    }
    server.requests++;
    try {
      respond(exchange, tooMany ? busy() : Answers.answer(server.handler(), request, loop));
    } catch (CancelledError e) {
      cancelled(exchange, request, e);
    }
  }

  private static HttpProblem problemOf(Refusal refusal) {
    return HttpProblem.of(refusal.status(), refusal.why());
  }

  private static Response busy() {
    return HttpProblem.of(503, "There are too many connections; try again later.")
        .header("Retry-After", "10")
        .toResponse()
        .close();
  }

  /// A handler was cancelled, or says so without having been.
  private void cancelled(Exchange exchange, Request request, CancelledError e) {
    if (upgrade != null) {
      throw e; // it has said so in its way
    }
    boolean meant = Objects.requireNonNull(task).cancelling() > 0;
    if (!lost && exchange.responded) { // the response has begun
      transport().abort();
    } else if (!lost && meant) {
      var why = server.isShuttingDown() ? "The server is shutting down." : "This was given up.";
      respond(exchange, HttpProblem.of(503, why).toResponse().close());
      finish();
    } else if (!lost) {
      respond(exchange, Answers.failed(request, e, loop));
      return;
    }
    request.answered(0, exchange.sent, false);
    throw e;
  }

  private void respond(Exchange exchange, Response response) {
    var request = exchange.request;
    if (lost) {
      if (request != null) {
        request.answered(response.status(), 0, false);
      }
      return;
    }
    if (response.streamingBody() instanceof Upgrade to) {
      upgrade(exchange, Objects.requireNonNull(request), response.headers(), to);
      return;
    }
    exchange.responded = true;
    if (response.closes() || server.isShuttingDown() || cannotGoOnAfter(exchange)) {
      codec.closeAfterNext();
    }
    var bytes = response.bytes();
    if (bytes != null) {
      codec.response(exchange.head, response.status(), response.headers(), bytes);
      exchange.sent = codec.hasBody() ? bytes.length : 0;
      if (request != null) {
        request.answered(response.status(), exchange.sent, true);
      }
    } else {
      stream(exchange, Objects.requireNonNull(request), response);
    }
  }

  /// Gives the connection to another protocol, for good.
  private void upgrade(Exchange exchange, Request request, Headers headers, Upgrade to) {
    if (server.isShuttingDown()) {
      respond(exchange, HttpProblem.of(503, "The server is shutting down.").toResponse().close());
      return;
    }
    var head = exchange.head;
    if (!exchange.hasEnded() || !head.keepAlive() || !queue.isEmpty() || codec.expectsMore()) {
      respond(
          exchange,
          HttpProblem.of(400, "Nothing may come before the answer to a request for an upgrade.")
              .toResponse()
              .close());
      return;
    }
    exchange.responded = true;
    codec.head(head, 101, headers, -1);
    codec.flush();
    codec.close();
    upgrade = to;
    upgraded = to.begin(transport(), options);
    try {
      to.run();
    } finally {
      request.answered(101, 0, !lost);
    }
  }

  /// Whether the rest of the request is not worth to be waited for.
  private boolean cannotGoOnAfter(Exchange exchange) {
    var body = exchange.body;
    return (ended && queue.isEmpty())
        || (body != null
            && !body.hasEnded()
            && (body.isTooLong()
                || body.hasFailed()
                || (exchange.head.expectsContinue() && !exchange.asked && body.received() == 0)));
  }

  private void stream(Exchange exchange, Request request, Response response) {
    exchange.length = response.length();
    codec.head(exchange.head, response.status(), response.headers(), response.length());
    scheduleFlush();
    var complete = false;
    try {
      if (codec.hasBody()) {
        var out = new BodyWriter(exchange);
        Objects.requireNonNull(response.streamingBody()).writeTo(out);
        if (exchange.length >= 0 && exchange.sent != exchange.length) {
          throw new IllegalStateException(
              "the body of the response has %d bytes, and %d were announced"
                  .formatted(exchange.sent, exchange.length));
        }
        if (!lost) {
          codec.end(exchange.head, out.trailers());
        }
      }
      complete = !lost;
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      if (!(lost || transport().isClosing()) || !(e instanceof IOException)) {
        Answers.report("Unhandled exception in the body of the response to ", request, e, loop);
      }
      if (!lost) {
        transport().abort(); // so that nobody takes the part for the whole
      }
    }
    exchange.written = true;
    request.answered(response.status(), exchange.sent, complete);
  }

  /// What comes after a response was written: the next request to answer, or nothing.
  private @Nullable Exchange next(Exchange exchange) {
    if (exchange.request != null) {
      exchange.request.after().forEach(action -> server.afterResponse(exchange.request, action));
    }
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
      exchange.waiting = true;
      bodyOf(exchange).discard();
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

  private @Nullable Exchange advance() {
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
      watch(Watch.HEAD, seconds(options.headerTime()));
    } else {
      watch(Watch.IDLE, seconds(options.idleTime()));
    }
  }

  /// Ends the connection once what was written is sent.
  private void finish() {
    if (finishing) {
      return;
    }
    finishing = true;
    current = null;
    queue.clear();
    codec.flush();
    unwatch();
    var to = transport();
    if (!ended && (receiving != null || codec.expectsMore()) && to.canWriteEof()) {
      lingering = true;
      to.writeEof();
      updateReading();
      watch(Watch.LINGER, LINGER);
    } else {
      to.close();
    }
    receiving = null;
    if (to.getWriteBufferSize() > 0) {
      watchStall();
    }
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
        if (!lost) {
          abort();
        }
      }
    }
  }

  void abort() {
    if (transport != null) {
      transport.abort();
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  private void write(ByteBuffer bytes) {
    transport().write(bytes);
  }

  private void scheduleFlush() {
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
    }
    watchStall();
  }

  @Override
  public void resumeWriting() {
    writingPaused = false;
    if (stall != null) {
      stall.cancel();
      stall = null;
    }
    if (upgraded != null) {
      upgraded.resumeWriting();
    }
    if (draining != null) {
      draining.wakeAll();
    }
  }

  /// Waits while the client does not take what was written.
  private void drain() throws IOException {
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

  /// Ends the connection if nothing of what was written is taken for as long as it may be idle.
  private void watchStall() {
    if (stall == null) {
      unsent = transport().getWriteBufferSize();
      stall = loop.callLater(seconds(options.idleTime()), this::checkStall);
    }
  }

  private void checkStall() {
    stall = null;
    int now = transport().getWriteBufferSize();
    if (lost || now == 0 || !(writingPaused || finishing)) {
      return;
    }
    if (now >= unsent) {
      transport().abort();
    } else {
      watchStall();
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

  private void watchRate(Exchange exchange) {
    exchange.receivedBefore = bodyOf(exchange).received();
    exchange.stalled = false;
    if (options.bodyRate() > 0) {
      watch(Watch.BODY, RATE_INTERVAL);
    }
  }

  private void checkRate() {
    var exchange = receiving;
    if (exchange == null) {
      return;
    }
    var body = bodyOf(exchange);
    boolean wanted = exchange.asked || exchange.waiting;
    if (wanted
        && !exchange.stalled
        && !body.isPaused()
        && body.received() - exchange.receivedBefore < options.bodyRate() * RATE_INTERVAL) {
      codec.closeAfterNext();
      body.fail(HttpProblem.of(408, "The body comes too slowly."));
      if (exchange.waiting) {
        finish();
      }
    } else {
      watchRate(exchange);
    }
  }

  // ---- time -------------------------------------------------------------------------------------

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private void unwatch() {
    watch = Watch.NOTHING;
    deadline = Double.POSITIVE_INFINITY;
  }

  private void watch(Watch what, double seconds) {
    watch = what;
    deadline = seconds == Double.POSITIVE_INFINITY ? seconds : loop.time() + seconds;
    if (timer != null && timer.when() > deadline) {
      timer.cancel();
      timer = null;
    }
    if (timer == null && deadline != Double.POSITIVE_INFINITY) {
      timer = loop.callAt(deadline, this::fire);
    }
  }

  private void fire() {
    var fired = Objects.requireNonNull(timer);
    timer = null;
    if (deadline == Double.POSITIVE_INFINITY) {
      return;
    }
    if (fired.when() < deadline) {
      timer = loop.callAt(deadline, this::fire);
      return;
    }
    switch (watch) {
      case NOTHING -> {}
      case FIRST, HEAD -> {
        if (codec.inHead()) {
          take(new Exchange(new Refusal(408, "The head of the request comes too slowly.")));
        } else {
          finish();
        }
      }
      case IDLE -> finish();
      case BODY -> checkRate();
      case LINGER -> {
        if (transport().getWriteBufferSize() > 0) { // a slow client: checkStall() has an eye on it
          watch(Watch.LINGER, LINGER);
        } else {
          transport().abort();
        }
      }
    }
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
    return transport().getExtraInfo(ExtraInfo.PEERNAME);
  }

  @Override
  public boolean isSecure() {
    return transport().getExtraInfo(ExtraInfo.SSL_CONTEXT) != null;
  }

  @Override
  public String toString() {
    return "<Connection of " + (transport == null ? "nobody" : remoteAddress()) + ">";
  }
}
