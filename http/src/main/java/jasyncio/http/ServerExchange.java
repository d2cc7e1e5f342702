package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.Timeout;
import jasyncio.http.internal.HttpCodec;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import jasyncio.net.SendfileNotAvailableException;
import jasyncio.net.Transports;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A request that a server has got, and its response: what there is once per stream.
final class ServerExchange implements RequestBody.Source, BodyWriter.Sink {
  /* Overview
   * Two directions, of which either may end first. The connection asks for both, and goes on when both are over.
   *
   *   receiving   feed(), end(), fail() on the connection's part; `asked` once the handler wants the body; hasEnded()
   *   answering   answer(), in a task: the handler, then respond(), which is one of
   *                 bytes       written at once
   *                 stream()    piece by piece, by way of write(), sendFile() and flush(); then `written`
   *                 upgrade()   the connection becomes another protocol's
   *               `responded` from the first byte on: then there is no other response that could be sent instead
   *   waiting     the response has ended, and the body has not: what still comes of it is dropped
   *
   * What could not be read as a request has a `refusal`: it is answered in its turn, by no handler.
   */
  private static final int SLICE = 128 * 1024; // bytes of a file within the idle time
  private static final int NAME_LENGTH = 100;

  private final Connection connection;
  private final HttpCodec codec;
  private final RequestHead head;
  private final @Nullable RequestBody body;
  private final Request request;
  private final @Nullable Refusal refusal;

  private boolean asked;
  private boolean waiting;
  private long receivedBefore; // when its rate was looked at last
  private boolean stalled; // since then, by us

  private boolean responded;
  private long length; // of the response; -1: unknown
  private long sent;
  private boolean written;

  /// A request, whose body comes unless there is none.
  ServerExchange(Connection connection, RequestHead head, boolean hasBody) {
    this.connection = connection;
    this.codec = connection.codec();
    this.head = head;
    this.body =
        hasBody
            ? new RequestBody(
                connection.loop(), this, head.length(), connection.options().maxBody())
            : null;
    this.request = new Request(head, body, connection);
    this.refusal = null;
    log();
  }

  /// One that cannot be taken.
  ServerExchange(Connection connection, Refusal refusal) {
    this.connection = connection;
    this.codec = connection.codec();
    this.head = new RequestHead(0, 1, "-", "-", "", Headers.none(), 0, false, false);
    this.body = null;
    this.request = new Request(head, null, connection);
    this.refusal = refusal;
    log();
  }

  private void log() {
    var log = connection.options().accessLog();
    if (log != null) {
      log.watch(request);
    }
  }

  /// What its task is called.
  String name() {
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
  boolean hasEnded() {
    return body == null || body.hasEnded();
  }

  /// A part of the body has come. Whether that goes on is worth to be waited for.
  boolean feed(byte[] data) {
    body().feed(data);
    return !(waiting && body().isTooLong()); // nobody reads it, and it might go on for ever
  }

  void end(Headers trailers) {
    body().end(trailers);
  }

  /// No more of the body will come. Whoever reads it gets `problem`.
  void fail(Exception problem) {
    body().fail(problem);
  }

  boolean isWaiting() {
    return waiting;
  }

  /// The response has ended: nobody is going to read what still comes of the body.
  void awaitEnd() {
    waiting = true;
    body().discard();
  }

  @Override
  public void wanted() {
    if (head.expectsContinue() && !asked && !responded && !hasBegun() && !connection.isLost()) {
      codec.continueNow(head);
    }
    asked = true;
    connection.watchRate(this);
  }

  private boolean hasBegun() {
    return body().received() > 0;
  }

  @Override
  public void pause() {
    stalled = true;
    connection.pauseBody();
  }

  @Override
  public void resume() {
    connection.resumeBody();
  }

  /// From now on it is counted how much comes.
  void count() {
    receivedBefore = body().received();
    stalled = false;
  }

  /// Whether less than `least` bytes have come since [#count], and that is the client's fault.
  boolean isSlowerThan(double least) {
    boolean wanted = asked || waiting;
    return wanted && !stalled && !body().isPaused() && body().received() - receivedBefore < least;
  }

  // ---- answering --------------------------------------------------------------------------------

  /// Answers the request. In a task of the connection. Suspends.
  void answer() {
    if (refusal != null) {
      respond(problemOf(refusal).toResponse().close());
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

  /// A handler was cancelled, or says so without having been.
  private void cancelled(CancelledError e) {
    if (connection.isUpgraded()) {
      throw e; // it has said so in its way
    }
    boolean lost = connection.isLost();
    if (!lost && responded) {
      connection.abort();
    } else if (!lost && connection.isCancelled()) {
      var why = connection.isShuttingDown() ? "The server is shutting down." : "This was given up.";
      respond(HttpProblem.of(503, why).toResponse().close());
      connection.finish();
    } else if (!lost) {
      respond(Answers.failed(request, e, connection.loop()));
      return;
    }
    answered(0, false);
    throw e;
  }

  private void respond(Response response) {
    if (connection.isLost()) {
      answered(response.status(), false);
      return;
    }
    if (response.streamingBody() instanceof Upgrade to) {
      upgrade(response.headers(), to);
      return;
    }
    responded = true;
    if (response.closes() || connection.endsAfterNext() || isBodyUnwanted()) {
      codec.closeAfterNext();
    }
    var bytes = response.bytes();
    if (bytes != null) {
      codec.response(head, response.status(), response.headers(), bytes);
      sent = codec.hasBody() ? bytes.length : 0;
      answered(response.status(), true);
    } else {
      stream(response);
    }
  }

  private void answered(int status, boolean complete) {
    request.answered(status, sent, complete);
  }

  /// Whether the rest of the body is not worth to be waited for.
  private boolean isBodyUnwanted() {
    return body != null
        && !body.hasEnded()
        && (body.isTooLong()
            || body.hasFailed()
            || (head.expectsContinue() && !asked && !hasBegun()));
  }

  /// Gives the connection to another protocol, for good.
  private void upgrade(Headers headers, Upgrade to) {
    if (connection.isShuttingDown()) {
      respond(HttpProblem.of(503, "The server is shutting down.").toResponse().close());
      return;
    }
    if (!hasEnded() || !head.keepAlive() || connection.expectsMore()) {
      respond(
          HttpProblem.of(400, "Nothing may come before the answer to a request for an upgrade.")
              .toResponse()
              .close());
      return;
    }
    responded = true;
    codec.head(head, 101, headers, -1);
    codec.flush();
    connection.upgrade(to);
    try {
      to.run();
    } finally {
      answered(101, !connection.isLost());
    }
  }

  private void stream(Response response) {
    length = response.length();
    codec.head(head, response.status(), response.headers(), length);
    connection.scheduleFlush();
    var complete = false;
    try {
      if (codec.hasBody()) {
        writeBody(Objects.requireNonNull(response.streamingBody()));
      }
      complete = !connection.isLost();
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      broken(e);
    }
    written = true;
    answered(response.status(), complete);
  }

  private void writeBody(StreamingBody streaming) throws Exception {
    var out = new BodyWriter(this);
    streaming.writeTo(out);
    if (length >= 0 && sent != length) {
      throw new IllegalStateException(
          "the body of the response has %d bytes, and %d were announced".formatted(sent, length));
    }
    if (!connection.isLost()) {
      codec.end(head, out.trailers());
    }
  }

  /// The body of the response could not be written to its end.
  private void broken(Throwable e) {
    boolean gone = connection.isLost() || connection.transport().isClosing();
    if (!gone || !(e instanceof IOException)) {
      Answers.report(
          "Unhandled exception in the body of the response to ", request, e, connection.loop());
    }
    if (!connection.isLost()) {
      connection.abort(); // so that nobody takes the part for the whole
    }
  }

  /// It was taken, and will not be answered.
  void dropped() {
    answered(0, false);
  }

  /// Has that done what is to be done after the response.
  void runAfter() {
    request.after().forEach(action -> connection.afterResponse(request, action));
  }

  // ---- the body of the response -----------------------------------------------------------------

  @Override
  public void write(ByteBuffer data) throws IOException {
    checkOpen();
    count(data.remaining());
    codec.data(head, data);
    connection.scheduleFlush();
    connection.drain();
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
    if (length < 0 || connection.isTls()) {
      return false;
    }
    codec.flush();
    for (long done = 0; done < n; ) {
      checkOpen();
      try {
        long passed = sendSlice(file, offset + done, Math.min(SLICE, n - done));
        count(passed);
        done += passed;
      } catch (SendfileNotAvailableException e) {
        return false; // nothing was sent
      }
    }
    return true;
  }

  private long sendSlice(FileChannel file, long from, long n) throws IOException {
    try {
      long passed =
          Timeout.after(connection.options().idleTime())
              .run(() -> Transports.sendfile(connection.transport(), file, from, n, false));
      if (passed == 0) {
        throw new EOFException("the file has become shorter while it was sent");
      }
      return passed;
    } catch (TimeoutException e) {
      long passed = Math.clamp(file.position() - from, 0, n);
      if (passed < connection.options().leastTaken()) {
        connection.abort();
        throw Connection.gone();
      }
      return passed; // the client is slow
    }
  }

  @Override
  public void flush() throws IOException {
    checkOpen();
    codec.flush();
    connection.drain();
  }

  private void checkOpen() throws IOException {
    if (connection.isLost()) {
      throw Connection.gone();
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
