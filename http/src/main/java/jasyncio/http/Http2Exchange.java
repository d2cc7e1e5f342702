package jasyncio.http;

import io.netty.handler.codec.http2.Http2Error;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.Bodies;
import jasyncio.http.internal.Http2ServerCodec;
import jasyncio.http.internal.Http2Stream;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.RequestHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A request and its response, by HTTP/2: on a stream of their own, in a task of their own.
final class Http2Exchange extends ServerExchange implements Http2Stream.Events {
  /* Overview
   *   task     from start() to its end; null before and after. If it is cancelled before it has begun, its end is told by
   *            whoever has cancelled it.
   *   stream   is over when both sides have ended it, or either has reset it. From then on isLost(): nobody takes the response
   *   done     both are over
   *
   * After the response, what still comes of the body is dropped, as long as that is worth it.
   */
  private static final double ROUNDING = 1e-6; // seconds

  private final Http2Connection connection;
  private final Http2ServerCodec codec;
  private final Http2Stream stream;
  private @Nullable Task<?> task;
  private boolean working; // the task has begun
  private boolean receiving; // a body
  private double countedAt; // how much of it has come
  private boolean last; // response on the connection
  private @Nullable Http2Pieces pieces; // of a body that is streamed
  private @Nullable WaitList window; // to open
  private @Nullable TimerHandle stall;
  private double waitingSince; // for the window; NaN: it does not

  /// A request, whose body comes unless there is none.
  Http2Exchange(Http2Connection connection, Http2Stream stream, RequestHead head, boolean hasBody) {
    super(connection, head, hasBody);
    this.connection = connection;
    this.codec = connection.codec();
    this.stream = stream;
    this.waitingSince = Double.NaN;
    if (hasBody) {
      receiving = true;
      connection.receiving(1);
      countIfReceiving();
    }
  }

  /// One that cannot be taken.
  Http2Exchange(Http2Connection connection, Http2Stream stream, Refusal refusal) {
    super(connection, HttpVersion.HTTP_2, refusal);
    this.connection = connection;
    this.codec = connection.codec();
    this.stream = stream;
    this.waitingSince = Double.NaN;
  }

  // ---- the task ---------------------------------------------------------------------------------

  void start() {
    // not at once, in the middle of receiving, whatever the loop's task factory does with others
    task = connection.loop.createTask(this::work, TaskOptions.named(name()).eagerStart(false));
  }

  private void work() {
    working = true;
    boolean complete = false;
    try {
      answer();
      complete = true;
    } finally {
      task = null;
      if (!complete) { // there is nobody who would answer; after a response this changes nothing
        codec.reset(stream, Http2Error.CANCEL);
      }
      afterResponse();
    }
  }

  private void afterResponse() {
    stopWatchingStall();
    runAfter();
    if (!stream.isClosed() && !hasEnded()) {
      if (isBodyUnwanted()) {
        codec.reset(stream, Http2Error.NO_ERROR);
      } else {
        awaitEnd();
        codec.resume(stream);
      }
    } else if (!stream.isClosed()) { // it was refused, and its body has not come
      codec.reset(stream, Http2Error.NO_ERROR);
    }
    if (last && !connection.isFinishing()) {
      connection.shutDown();
    }
    connection.scheduleFlush();
    connection.overIfDone(this);
  }

  boolean isDone() {
    return task == null && stream.isClosed();
  }

  /// Cancels the task, once: a second time would break off its clean-up.
  void cancel(String reason) {
    if (task != null && task.cancelling() == 0) {
      task.cancel(reason);
      if (!working) { // nor will it: its body, which would tell of its end, never runs
        task = null;
        dropped();
        codec.reset(stream, Http2Error.REFUSED_STREAM);
        connection.overIfDone(this);
      }
    }
  }

  @Override
  boolean isLost() {
    return stream.isClosed() || connection.isGone() || codec.isClosed();
  }

  @Override
  boolean isCancelled() {
    return task != null && task.cancelling() > 0;
  }

  // ---- what the codec tells ---------------------------------------------------------------------

  @Override
  public void data(byte[] data) {
    if (!feed(data)) {
      received();
      codec.reset(stream, Http2Error.NO_ERROR);
    }
  }

  @Override
  public void ended(Headers trailers) {
    received();
    endBody(trailers);
  }

  @Override
  public void refused(Refusal refusal) {
    received();
    fail(problemOf(refusal));
  }

  @Override
  public void reset(long code) {
    clientHasGone();
  }

  private void received() {
    if (receiving) {
      receiving = false;
      connection.receiving(-1);
    }
  }

  /// The client does not wait for the response any more.
  void clientHasGone() {
    received();
    fail(ServerConnection.gone());
    stopWatchingStall();
    windowOpened();
    connection.turns().wakeAll();
    if (connection.options.cancelOnDisconnect()) {
      cancel("the client has gone");
    }
    connection.overIfDone(this);
  }

  @Override
  public void windowOpened() {
    if (window != null) {
      window.wakeAll();
    }
  }

  // ---- the body of the request ------------------------------------------------------------------

  @Override
  public void wanted() {
    super.wanted();
    codec.widen(stream);
    countIfReceiving();
  }

  @Override
  void continueNow() {
    codec.continueNow(stream);
  }

  @Override
  public void pause() {
    stalled();
    codec.pause(stream);
  }

  @Override
  public void resume() {
    codec.resume(stream);
  }

  @Override
  int partial() {
    return codec.partOf(stream);
  }

  void countIfReceiving() {
    if (receiving) {
      count();
      countedAt = connection.loop.time();
    }
  }

  /// Whether the body has come too slowly for long enough, and that is the client's fault.
  boolean isTooSlow(int rate) {
    double seconds = connection.loop.time() - countedAt;
    return receiving
        && seconds >= TimeLimits.RATE_INTERVAL - ROUNDING
        && isSlowerThan(rate * seconds);
  }

  /// Whether it is to be counted anew.
  boolean isCounted() {
    return connection.loop.time() - countedAt >= TimeLimits.RATE_INTERVAL - ROUNDING;
  }

  /// The body comes too slowly.
  void tooSlow() {
    received();
    if (isWaiting()) {
      codec.reset(stream, Http2Error.NO_ERROR);
    } else {
      fail(HttpProblem.of(408, "The body comes too slowly."));
    }
  }

  // ---- the response -----------------------------------------------------------------------------

  @Override
  void beforeResponse(boolean isLast) {
    last = isLast;
  }

  @Override
  boolean sendWhole(int status, Headers headers, byte[] bytes) {
    boolean body = Bodies.ofResponse(head.method(), status) && bytes.length > 0;
    codec.head(stream, status, headers, bytes.length, !body);
    connection.scheduleFlush();
    if (!body) {
      connection.awaitTaking(); // it counts until that is taken
      return true;
    }
    try {
      send(ByteBuffer.wrap(bytes), true);
      return true;
    } catch (IOException e) {
      return false; // the client has gone
    }
  }

  @Override
  boolean sendHead(int status, Headers headers, long announced) {
    boolean body = Bodies.ofResponse(head.method(), status);
    codec.head(stream, status, headers, announced, !body);
    connection.scheduleFlush();
    if (!body) {
      connection.awaitTaking();
    }
    return body;
  }

  @Override
  void scheduleFlush() {
    connection.scheduleFlush();
  }

  @Override
  void finishPieces() throws IOException {
    if (pieces != null) {
      pieces.finish();
    }
  }

  @Override
  void sendEnd(Headers trailers) {
    codec.end(stream, trailers);
    connection.scheduleFlush();
  }

  @Override
  void breakOff(Throwable why) {
    codec.reset(stream, Http2Error.INTERNAL_ERROR);
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    checkOpen();
    if (pieces == null) {
      pieces = new Http2Pieces(piece -> send(piece, false));
    }
    checkLength((long) data.remaining() + pieces.left());
    begin();
    pieces.send(data);
  }

  @Override
  public void flush() throws IOException {
    checkOpen();
    begin();
    codec.flush();
    connection.awaitTurn(this);
    connection.turns().next();
  }

  /// Sends a piece of the body, frame by frame. Suspends while it is not taken.
  private void send(ByteBuffer data, boolean end) throws IOException {
    while (data.hasRemaining()) {
      awaitWindow();
      connection.awaitTurn(this);
      int before = data.remaining();
      codec.data(stream, data, end);
      count(before - data.remaining());
      connection.scheduleFlush();
      connection.turns().next();
    }
  }

  /// Waits until the client takes more of this stream.
  private void awaitWindow() throws IOException {
    while (!isLost() && codec.isFull(stream)) {
      if (window == null) {
        window =
            new WaitList(
                this,
                () ->
                    new WaitInfo(
                        WaitInfo.Kind.IO,
                        connection.remoteAddress() + " to take more of the response"));
      }
      waitingSince = connection.loop.time();
      watchStall(waitingSince);
      var place = window.enter();
      try {
        place.await();
      } finally {
        place.leave();
        waitingSince = Double.NaN;
      }
    }
    if (isLost()) {
      throw ServerConnection.gone();
    }
  }

  // ---- a client that takes nothing --------------------------------------------------------------

  private void watchStall(double since) {
    if (stall == null) {
      double idle = Checks.seconds(connection.options.idleTime());
      stall = connection.loop.callAt(since + idle, this::checkStall);
    }
  }

  private void stopWatchingStall() {
    if (stall != null) {
      stall.cancel();
      stall = null;
    }
  }

  /// Looks whether the window was waited for all the time; a timer is not set for each wait.
  private void checkStall() {
    stall = null;
    if (Double.isNaN(waitingSince) || isLost()) {
      return;
    }
    double idle = Checks.seconds(connection.options.idleTime());
    if (connection.loop.time() >= waitingSince + idle) {
      codec.reset(stream, Http2Error.CANCEL);
      clientHasGone();
    } else {
      watchStall(waitingSince);
    }
  }
}
