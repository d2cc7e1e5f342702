package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.TimerHandle;
import jasyncio.http.internal.Bodies;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A request that a server has got, and its response: what there is once per stream, and is the
/// same in every version of HTTP.
abstract class ServerExchange implements RequestBody.Source, BodyWriter.Sink {
  /* Overview
   * Two directions, of which either may end first. The connection asks for both, and goes on when both are over.
   *
   *   receiving   feed(), end(), fail() on the connection's part; `asked` once the handler wants the body; hasEnded()
   *   answering   answer(), in a task: the handler, then respond(), which is one of
   *                 bytes       written at once
   *                 stream()    piece by piece, by way of write(), sendFile() and flush(); then `written`. Its head is held
   *                             back (`pending`) until begin(): something is written, or HELD_BACK is over
   *                 upgrade()   the connection becomes another protocol's
   *               `responded` from the first byte on: then there is no other response that could be sent instead. What is
   *               thrown before is answered like what a handler throws
   *   waiting     the response has ended, and the body has not: what still comes of it is dropped
   *
   * What could not be read as a request has a `refusal`: it is answered in its turn, by no handler.
   */
  static final int CLIENT_CLOSED_REQUEST = 499; // in logs alone, where nothing was sent,
  static final int NO_RESPONSE = 444; // and it is not the client's doing: nginx calls them so

  static final double HELD_BACK = 0.5; // seconds in which a handler may still answer otherwise

  private static final int NAME_LENGTH = 100;
  private static final String TOO_LATE =
      "the client waits to be asked for the body (Expect: 100-continue), for which it is too late: the"
          + " response has begun; call body() before, and not where the response is written";

  private final ServerConnection connection;
  final RequestHead head;
  private final @Nullable RequestBody body;
  private final Request request;
  private final @Nullable Refusal refusal;

  private boolean asked;
  private boolean waiting;
  private long receivedBefore; // when its rate was looked at last
  private boolean stalled; // since then, by us

  private boolean irregular; // it was refused, or cancelled
  private @Nullable Response pending; // of which nothing was sent
  private @Nullable TimerHandle holding;
  private boolean responded;
  private int status; // that the client is told, once that has begun
  private long length = -1; // of the response; -1: unknown
  private long sent;
  private boolean written;

  /// A request, whose body comes unless there is none.
  ServerExchange(ServerConnection connection, RequestHead head, boolean hasBody) {
    this.connection = connection;
    this.head = head;
    this.body =
        hasBody
            ? new RequestBody(connection.loop, this, head.length(), connection.options.maxBody())
            : null;
    this.request = new Request(head, body, connection);
    this.refusal = null;
    log();
  }

  /// One that cannot be taken.
  ServerExchange(ServerConnection connection, HttpVersion version, Refusal refusal) {
    this.connection = connection;
    this.head = new RequestHead(0, version, "-", "-", "", Headers.none(), 0, false, false);
    this.body = null;
    this.request = new Request(head, null, connection);
    this.refusal = refusal;
    log();
  }

  private void log() {
    var log = connection.options.accessLog();
    if (log != null) {
      log.watch(request);
    }
  }

  final Request request() {
    return request;
  }

  /// What its task is called.
  final String name() {
    if (refusal != null) {
      return "refused request";
    }
    var name = head.method() + " " + head.target();
    return name.length() <= NAME_LENGTH ? name : name.substring(0, NAME_LENGTH) + "…";
  }

  // ---- the body of the request ------------------------------------------------------------------

  private RequestBody body() {
    return Objects.requireNonNull(body);
  }

  /// Whether all of the request has come.
  final boolean hasEnded() {
    return body == null || body.hasEnded();
  }

  /// A part of the body has come. Whether it is worth to wait for more.
  final boolean feed(byte[] data) {
    if (body == null) { // it was refused
      return true;
    }
    body.feed(data);
    return !(waiting && body.isTooLong()); // nobody reads it, and it might go on for ever
  }

  final void endBody(Headers trailers) {
    if (body != null) {
      body.end(trailers);
    }
  }

  /// No more of the body will come. Whoever reads it gets `problem`.
  final void fail(Exception problem) {
    if (body != null) {
      body.fail(problem);
    }
  }

  final boolean isWaiting() {
    return waiting;
  }

  /// The response has ended: nobody is going to read what still comes of the body.
  final void awaitEnd() {
    waiting = true;
    body().discard();
  }

  @Override
  public void wanted() {
    if (head.expectsContinue() && !asked && !hasBegun() && !hasEnded() && !isLost()) {
      if (responded) {
        body().fail(new IOException(TOO_LATE));
        return;
      }
      continueNow();
    }
    asked = true;
  }

  /// Asks the client for the body.
  abstract void continueNow();

  private boolean hasBegun() {
    return body().received() > 0;
  }

  /// It is this side that wants nothing for now.
  final void stalled() {
    stalled = true;
  }

  /// How many bytes have come of a part that has not been fed.
  int partial() {
    return 0;
  }

  /// From now on it is counted how much comes.
  final void count() {
    receivedBefore = body().received() + partial();
    stalled = false;
  }

  /// Whether less than `least` bytes have come since [#count], and that is the client's fault.
  final boolean isSlowerThan(double least) {
    boolean wanted = asked || waiting;
    return wanted
        && !stalled
        && !body().isPaused()
        && body().received() + partial() - receivedBefore < least;
  }

  // ---- answering --------------------------------------------------------------------------------

  /// Answers the request. In a task of the connection. Suspends.
  final void answer() {
    if (refusal != null) {
      irregular = true;
      respond(problemOf(refusal).toResponse());
      return;
    }
    try {
      respond(connection.answer(request));
    } catch (CancelledError e) {
      cancelled(e);
    }
  }

  static HttpProblem problemOf(Refusal refusal) {
    return HttpProblem.of(refusal.status(), refusal.why());
  }

  /// Whether the client does not wait for the response any more.
  abstract boolean isLost();

  /// Whether the task was cancelled.
  abstract boolean isCancelled();

  /// A handler was cancelled, or says so without having been.
  private void cancelled(CancelledError e) {
    if (hasSaidSo()) {
      throw e;
    }
    if (!isLost() && responded) {
      breakOff(e);
    } else if (!isLost() && isCancelled()) {
      var why = connection.isShuttingDown() ? "The server is shutting down." : "This was given up.";
      irregular = true;
      respond(request.withOwnHeaders(HttpProblem.of(503, why).toResponse()));
      wasCancelled();
    } else if (!isLost()) {
      respond(Answers.failed(request, e, connection.loop));
      return;
    }
    answered(false);
    throw e;
  }

  /// Whether the client knows already that the handler was cancelled.
  boolean hasSaidSo() {
    return false;
  }

  /// The client was told that the handler was cancelled.
  void wasCancelled() {}

  final void respond(Response response) {
    if (isLost()) {
      answered(false);
      return;
    }
    if (response.streamingBody() instanceof Upgrade to) {
      upgrade(response.headers(), to);
      return;
    }
    var bytes = response.bytes();
    if (bytes == null) {
      stream(response);
      return;
    }
    responded(response.status());
    beforeResponse(response.closes());
    boolean complete = sendWhole(response.status(), response.headers(), bytes);
    answered(complete);
  }

  /// Whether it was refused, or cancelled: something is wrong with its connection, or with the
  /// server.
  final boolean isIrregular() {
    return irregular;
  }

  /// Prepares for a response, perhaps the last on the connection.
  abstract void beforeResponse(boolean last);

  /// Sends all of a response. Whether that went well.
  abstract boolean sendWhole(int status, Headers headers, byte[] bytes);

  /// Begins a response, which is sent with what follows. Whether it is to have a body.
  abstract boolean sendHead(int status, Headers headers, long announced);

  /// Sends what has begun after this turn of the loop.
  abstract void scheduleFlush();

  /// Sends what was written, and has not been sent as its writer was cancelled.
  void finishPieces() throws IOException {}

  /// Ends a response.
  abstract void sendEnd(Headers trailers) throws IOException;

  /// Ends a response before its end, so that nobody takes the part for the whole. What was written
  /// is sent before.
  abstract void breakOff(Throwable why);

  /// Gives the connection to another protocol, for good.
  void upgrade(Headers headers, Upgrade to) {
    respond(HttpProblem.of(501, "This is spoken over HTTP/1.1 alone.").toResponse());
  }

  /// Answers after all, instead of an upgrade.
  final void refuseUpgrade(int status, String why) {
    respond(HttpProblem.of(status, why).toResponse().close());
  }

  final boolean hasResponded() {
    return responded;
  }

  /// From now on the client is told a status.
  final void responded(int newStatus) {
    responded = true;
    status = newStatus;
  }

  /// Tells whoever watches what was sent; the first time counts.
  ///
  /// @param complete whether that is all of the response
  final void answered(boolean complete) {
    boolean left = isLost() && !connection.isAborted();
    int told = responded ? status : left ? CLIENT_CLOSED_REQUEST : NO_RESPONSE;
    request.answered(told, sent, complete);
  }

  /// Whether the rest of the body is not worth to be waited for.
  final boolean isBodyUnwanted() {
    return body != null
        && !body.hasEnded()
        && (body.isTooLong()
            || body.hasFailed()
            || (head.expectsContinue() && !asked && !hasBegun()));
  }

  private void stream(Response response) {
    length = response.length();
    pending = response;
    var complete = false;
    try {
      if (Bodies.ofResponse(head.method(), response.status())) {
        var _ = connection.loop.callSoon(this::holdBack);
        complete = writeBody(Objects.requireNonNull(response.streamingBody()));
      } else {
        begin();
        complete = true;
      }
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      if (pending != null && !isLost()) {
        endStream();
        respond(Answers.instead(response, request, e, connection.loop));
        return;
      }
      broken(e);
    } finally {
      endStream();
    }
    answered(complete);
  }

  private void endStream() {
    written = true;
    pending = null;
    stopHolding();
  }

  /// The first turn of the body is over, and nothing was written.
  private void holdBack() {
    if (pending != null) {
      holding = connection.loop.callLater(HELD_BACK, this::holdNoLonger);
    }
  }

  private void holdNoLonger() {
    if (pending != null && !isLost()) {
      begin();
      scheduleFlush();
    }
  }

  private void stopHolding() {
    if (holding != null) {
      holding.cancel();
      holding = null;
    }
  }

  /// From now on it is this response: puts its head before what is written.
  final void begin() {
    var response = pending;
    if (response != null) {
      pending = null;
      stopHolding();
      responded(response.status());
      beforeResponse(response.closes());
      sendHead(response.status(), response.headers(), response.length());
    }
  }

  /// Whether somebody was there to take all of it.
  private boolean writeBody(StreamingBody streaming) throws Exception {
    var out = new BodyWriter(this);
    streaming.writeTo(out);
    finishPieces();
    if (length >= 0 && sent != length) {
      throw new IllegalStateException(
          "the body of the response has %d bytes, and %d were announced".formatted(sent, length));
    }
    if (isLost()) {
      return false;
    }
    begin();
    sendEnd(out.trailers());
    return true;
  }

  /// The body of the response could not be written to its end.
  private void broken(Throwable e) {
    if (!ClientGoneException.isReasonOf(e) && (!isLost() || !(e instanceof IOException))) {
      Answers.reportBody(request, e);
    }
    if (!isLost()) {
      breakOff(e);
    }
  }

  /// It was taken, and will not be answered.
  void dropped() {
    answered(false);
  }

  /// Has that done what is to be done after the response.
  final void runAfter() {
    request.after().forEach(action -> connection.server.afterResponse(request, action));
  }

  // ---- the body of the response -----------------------------------------------------------------

  /// How long the body of the response is to be; -1 if that is not known.
  final long length() {
    return length;
  }

  final void count(long bytes) {
    sent += bytes;
  }

  /// Checks that the response is not longer than it says, with `more` bytes.
  final void checkLength(long more) {
    if (length >= 0 && sent + more > length) {
      throw new IllegalStateException(
          "the body of the response is longer than the " + length + " bytes that were announced");
    }
  }

  final void checkOpen() throws IOException {
    if (isLost()) {
      throw ServerConnection.gone();
    }
    if (written) { // it would be taken for a part of the next response
      throw new IllegalStateException("the body of the response has ended; it takes no more");
    }
  }

  @Override
  public String toString() {
    return "<" + name() + ">";
  }
}
