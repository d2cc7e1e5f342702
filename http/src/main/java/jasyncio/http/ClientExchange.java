package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import jasyncio.Task;
import jasyncio.TaskOptions;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import jasyncio.http.internal.Decompressor;
import jasyncio.http.internal.ResponseHead;
import jasyncio.net.StreamReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request on a connection, and its response.
final class ClientExchange implements BodyWriter.Sink {
  /* Overview
   *   sending    start(), and for a long body, or one that is written piece by piece, a task of its own: `writer`. The
   *              response may come meanwhile, and be read.
   *   head       awaitHead()
   *   body       what comes is fed to `reader`, which has the connection pause
   *   over       completed(): the response has ended. fail(): it never will, and whoever waits gets `problem`.
   *              close() before the end: the rest is dropped, if it is little; else abort()
   */
  private static final int SMALL = 64 * 1024; // a body that is written at once
  private static final int READ_AHEAD = 64 * 1024;
  private static final int MOST_DROPPED = 64 * 1024; // of a response that was closed
  private static final double DROPPING = 1; // seconds
  private static final double CONTINUE =
      1; // seconds for the server to say whether it wants the body
  private static final double NEVER = Double.POSITIVE_INFINITY;

  private final EventLoop loop;
  private final ConnectionPool.Route route;
  private final String what;
  private @Nullable ClientStream connection;
  private @Nullable Duration readTimeout;
  private @Nullable Duration total;
  private double deadline = NEVER;
  private boolean decompresses;
  private byte @Nullable [] bytes;
  private @Nullable StreamingBody stream;
  private long length;
  private boolean expects;

  private @Nullable Future<Boolean> signal; // somebody waits for the head
  private @Nullable ResponseHead head;
  private @Nullable StreamReader reader;
  private @Nullable Decompressor decompressor;
  private Headers trailers = Headers.none();
  private @Nullable Throwable problem;
  private @Nullable Task<?> writer;
  private @Nullable TimerHandle continueTimer;
  private boolean continues; // the body is wanted, or may be
  private boolean answerBegun;
  private boolean diedEarly;
  private boolean brokeOff; // in the middle: what has come can be read
  private boolean refused;
  private boolean wantsHttp1;
  private boolean sent;
  private boolean over;
  private boolean dropping;
  private long written;
  private long dropped;

  ClientExchange(EventLoop loop, ConnectionPool.Route route, String what) {
    this.loop = loop;
    this.route = route;
    this.what = what;
  }

  /// What it is sent on.
  void on(ClientStream newConnection) {
    connection = newConnection;
  }

  private ClientStream connection() {
    return Objects.requireNonNull(connection);
  }

  // ---- what is sent -----------------------------------------------------------------------------

  void limits(@Nullable Duration newReadTimeout, double newDeadline, @Nullable Duration newTotal) {
    readTimeout = newReadTimeout;
    deadline = newDeadline;
    total = newTotal;
  }

  void decompress() {
    decompresses = true;
  }

  void body(byte @Nullable [] newBytes, @Nullable StreamingBody newStream, long newLength) {
    bytes = newBytes;
    stream = newStream;
    length = newLength;
  }

  /// The server is to say whether it wants the body.
  void expectContinue() {
    expects = true;
  }

  double silence() {
    return readTimeout == null ? NEVER : Checks.seconds(readTimeout);
  }

  double deadline() {
    return deadline;
  }

  void start(String method, String target, Headers headers) throws IOException {
    connection().head(method, target, headers, length);
    if (expects) {
      connection().flush();
      continueTimer = loop.callLater(CONTINUE, this::continued);
    } else {
      sendBody();
    }
  }

  private void sendBody() throws IOException {
    var small = stream == null && length <= SMALL;
    if (small && (bytes == null || connection().dataAtOnce(ByteBuffer.wrap(bytes)))) {
      connection().endBody(Headers.none());
      sent = true;
      connection().flush();
    } else {
      connection().flush();
      writer = loop.createTask(this::writeBody, TaskOptions.named("body of " + shortened(what)));
    }
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  /// Writes the body. In a task of its own.
  private void writeBody() {
    var out = new BodyWriter(this);
    try {
      if (stream != null) {
        stream.writeTo(out);
      } else if (bytes != null) {
        for (int at = 0; at < bytes.length; at += SMALL) {
          out.write(ByteBuffer.wrap(bytes, at, Math.min(SMALL, bytes.length - at)));
        }
      }
      if (over) {
        return;
      }
      if (length >= 0 && written != length) {
        throw new IllegalStateException(
            "the body of %s has %d bytes, and %d were announced".formatted(what, written, length));
      }
      connection().endBody(out.trailers());
      sent = true;
      connection().flush();
    } catch (CancelledError e) {
      fail(new HttpException("the task that writes the body of " + what + " was cancelled", e));
      throw e;
    } catch (KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      if (!over) {
        connection().flush(); // the server may make something of what was written
      }
      fail(e);
    }
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    checkNotOver();
    written += data.remaining();
    if (length >= 0 && written > length) {
      throw new IllegalStateException(
          "the body of " + what + " is longer than the " + length + " bytes that were announced");
    }
    connection().data(this, data);
  }

  @Override
  public void flush() throws IOException {
    checkNotOver();
    connection().drain(this);
  }

  private void checkNotOver() throws IOException {
    if (over) {
      throw new IOException("the body of " + what + " is not wanted any more");
    }
  }

  boolean isSent() {
    return sent;
  }

  // ---- the head ---------------------------------------------------------------------------------

  /// Waits for the head of the response. Suspends.
  ResponseHead awaitHead() throws IOException {
    try {
      while (true) {
        if (expects && continues && !over) {
          expects = false;
          sendBody();
        }
        if (head != null || problem != null) { // the head may have come along with the asking
          break;
        }
        signal = loop.createFuture(() -> new WaitInfo(WaitInfo.Kind.IO, "the response to " + what));
        signal.await();
      }
    } catch (Throwable e) { // most likely a CancelledError
      abort();
      throw e;
    } finally {
      if (continueTimer != null) {
        continueTimer.cancel();
      }
    }
    if (problem != null && !(brokeOff && head != null)) {
      throw thrown(problem);
    }
    return Objects.requireNonNull(head);
  }

  private IOException thrown(Throwable e) {
    if (e instanceof RuntimeException unchecked) {
      throw unchecked;
    } else if (e instanceof Error error) {
      throw error;
    }
    return e instanceof IOException io
        ? io
        : new HttpException("the body of " + what + " could not be written: " + e.getMessage(), e);
  }

  private void wake() {
    if (signal != null && !signal.done()) {
      signal.setResult(true);
    }
  }

  /// The body is wanted, or nothing is said about it.
  void continued() {
    continues = true;
    wake();
  }

  /// Whether the connection ended without a byte of the response.
  boolean diedEarly() {
    return diedEarly;
  }

  /// Whether the server has said that it has not looked at the request.
  boolean wasRefused() {
    return refused;
  }

  /// Whether the server has said that it answers by HTTP/1.1 alone.
  boolean wantsHttp1() {
    return wantsHttp1;
  }

  /// Whether nothing of the body was sent: the server has said before that it does not want it.
  boolean keptBody() {
    return expects;
  }

  void answerBegins() {
    answerBegun = true;
  }

  boolean hasAnswer() {
    return answerBegun;
  }

  void response(ResponseHead newHead, boolean ended) {
    head = newHead;
    if (!ended) {
      reader = newReader();
      if (decompresses) {
        decompressor = Decompressor.of(newHead.headers().all("Content-Encoding"));
      }
    }
    wake();
  }

  // ---- the body ---------------------------------------------------------------------------------

  private StreamReader newReader() {
    var stream = new StreamReader(READ_AHEAD, loop);
    stream.setTransport(new Pauses());
    return stream;
  }

  StreamReader reader() {
    if (reader == null) {
      reader = newReader();
      reader.feedEof();
    }
    return reader;
  }

  boolean isLongerThan(long limit) {
    return head != null && decompressor == null && head.length() > limit;
  }

  Headers trailers() {
    return trailers;
  }

  void data(byte[] data) {
    if (over) {
      return;
    } else if (dropping) {
      dropped += data.length;
      if (dropped > MOST_DROPPED) {
        abort();
      }
      return;
    }
    try {
      var plain = decompressor == null ? data : decompressor.decode(data);
      if (plain.length > 0) {
        reader().feedData(plain);
      }
    } catch (IOException e) {
      fail(new HttpException("the body of " + what + " cannot be read: " + e.getMessage(), e));
    }
  }

  void end(Headers newTrailers) {
    if (over || dropping) {
      return;
    }
    trailers = newTrailers;
    try {
      if (decompressor != null) {
        decompressor.end();
      }
      reader().feedEof();
    } catch (IOException e) {
      fail(new HttpException("the body of " + what + " cannot be read: " + e.getMessage(), e));
    }
  }

  /// The response has come as a whole, and the connection is not this exchange's any more.
  void completed() {
    over = true;
    release();
  }

  private void release() {
    if (decompressor != null) {
      decompressor.close();
    }
    if (continueTimer != null) {
      continueTimer.cancel();
    }
    if (writer != null && !sent && !writer.done()) {
      writer.cancel("the response has come, or is not wanted any more");
      connection().wakeWriters();
    }
  }

  // ---- what goes wrong --------------------------------------------------------------------------

  /// Whoever waits gets this, and the connection is closed.
  void fail(Throwable newProblem) {
    if (!over) {
      fail(newProblem, () -> reader().setException(newProblem));
    }
  }

  /// The server has ended the response before its end. What has come of it can be read before.
  private void breakOff(HttpException newProblem) {
    if (!over) {
      brokeOff = true;
      fail(newProblem, () -> reader().feedEof(newProblem));
    }
  }

  private void fail(Throwable newProblem, Runnable reading) {
    over = true;
    problem = newProblem;
    if (head != null && !dropping) {
      reading.run();
    }
    wake();
    release();
    connection().giveUp(this);
  }

  /// Nobody waits any more, and the connection is closed.
  void abort() {
    if (!over) {
      over = true;
      endReading();
      release();
      connection().giveUp(this);
    }
  }

  /// Whoever reads is told.
  private void endReading() {
    if (reader != null) {
      reader.setException(new HttpException("the response to " + what + " was closed"));
    }
  }

  /// The connection has ended.
  void died(@Nullable Throwable exception) {
    if (!answerBegun) {
      diedEarly = true;
      fail(broken(route + " closed the connection before it answered " + what, exception));
    } else {
      breakOff(
          broken(
              "the connection to "
                  + route
                  + " was lost in the middle of the response to "
                  + what
                  + (exception == null ? "" : ": " + exception.getMessage()),
              exception));
    }
  }

  private static HttpException broken(String message, @Nullable Throwable cause) {
    return cause == null ? new HttpException(message) : new HttpException(message, cause);
  }

  /// The server has ended the exchange.
  void wasReset(String why) {
    breakOff(new HttpException(route + " broke off the response to " + what + " (" + why + ")"));
  }

  /// The server answers by HTTP/1.1 alone (`HTTP_1_1_REQUIRED`).
  void http1Required() {
    wantsHttp1 = head == null;
    fail(new HttpException(route + " answers " + what + " by HTTP/1.1 alone (versions)"));
  }

  /// The server has not looked at the request.
  void refused() {
    refused = true;
    fail(new HttpException(route + " refused " + what));
  }

  void unreadable(String why) {
    breakOff(new HttpException("the response to " + what + " cannot be read: " + why));
  }

  /// The time for all is over.
  void late() {
    if (dropping) {
      abort();
    } else if (total != null) {
      fail(tooLong(what, total));
    }
  }

  static HttpTimeoutException tooLong(String what, Duration total) {
    return new HttpTimeoutException(
        HttpTimeoutException.Limit.TOTAL,
        what + " took longer than " + HttpTimeoutException.text(total) + " in all (timeout)");
  }

  /// Nothing has come for too long.
  void silent() {
    if (dropping) {
      abort();
    } else if (readTimeout != null) {
      fail(
          new HttpTimeoutException(
              HttpTimeoutException.Limit.READ,
              "%s %s for %s after %s (readTimeout)"
                  .formatted(
                      route,
                      sent ? "sent nothing" : "took nothing",
                      HttpTimeoutException.text(readTimeout),
                      what)));
    }
  }

  /// Nobody is going to read what is left.
  void close() {
    if (over || dropping) {
      return;
    }
    var now = head;
    boolean little = sent && now != null && now.keepAlive() && now.length() <= MOST_DROPPED;
    if (!little) {
      abort();
      return;
    }
    dropping = true;
    endReading();
    connection().drainUntil(loop.time() + DROPPING);
  }

  /// How the reader says that it has enough.
  private final class Pauses extends PausingTransport {
    @Override
    public void pauseReading() {
      connection().pauseReading(ClientExchange.this);
    }

    @Override
    public void resumeReading() {
      connection().resumeReading(ClientExchange.this);
    }

    @Override
    public void close() {
      ClientExchange.this.close();
    }

    @Override
    public boolean isClosing() {
      return over;
    }
  }

  @Override
  public String toString() {
    return "<" + what + ">";
  }
}
