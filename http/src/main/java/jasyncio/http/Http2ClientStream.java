package jasyncio.http;

import io.netty.handler.codec.http2.Http2Error;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.http.internal.Http2ClientCodec;
import jasyncio.http.internal.Http2Stream;
import jasyncio.http.internal.Refusal;
import jasyncio.http.internal.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A stream of a client's HTTP/2 connection: what one exchange is sent on.
final class Http2ClientStream implements ClientStream, Http2Stream.Events, ClientLimits.Watched {
  /* Overview
   * It begins with head(), and is over when the response has ended (completed()), or the exchange has failed (giveUp()). If
   * the request has not been sent to its end by then, nobody wants the rest, and the stream is reset.
   */
  private final Http2ClientConnection connection;
  private final Http2ClientCodec codec;
  private final ClientExchange exchange;
  private final ClientLimits limits;
  private @Nullable Http2Stream stream;
  private @Nullable Http2Pieces pieces; // of a body that does not go at once
  private @Nullable WaitList window; // to open
  private boolean readingPaused;
  private boolean waiting; // for the server to take more
  private boolean over;

  Http2ClientStream(Http2ClientConnection connection, ClientExchange exchange) {
    this.connection = connection;
    this.codec = connection.codec();
    this.exchange = exchange;
    this.limits = new ClientLimits(connection.loop, this);
    limits.begin(exchange);
  }

  // ---- the request ------------------------------------------------------------------------------

  @Override
  public void head(String method, String target, Headers headers, long length) {
    var scheme = connection.group.route.origin().secure() ? "https" : "http";
    stream = codec.request(this, method, scheme, target, headers, length);
  }

  private boolean isClosed() {
    return over || stream == null || stream.isClosed();
  }

  @Override
  public boolean dataAtOnce(ByteBuffer data) {
    if (stream == null || !codec.takes(stream, data.remaining()) || connection.turns().isPaused()) {
      return false;
    }
    while (data.hasRemaining()) {
      codec.data(stream, data, true);
    }
    return true;
  }

  @Override
  public void data(ClientExchange which, ByteBuffer data) throws IOException {
    if (pieces == null) {
      pieces = new Http2Pieces(this::send);
    }
    pieces.send(data);
  }

  private void send(ByteBuffer data) {
    var to = stream;
    while (to != null && data.hasRemaining()) {
      awaitWindow(to);
      awaitTurn();
      if (isClosed()) {
        connection.turns().next();
        return; // the writer is being cancelled
      }
      codec.data(to, data, false);
      limits.active();
      connection.scheduleFlush();
      connection.turns().next();
    }
  }

  private void awaitTurn() {
    waiting = true;
    try {
      connection.turns().await(this::isClosed);
    } finally {
      waiting = false;
    }
  }

  private void awaitWindow(Http2Stream to) {
    while (!isClosed() && codec.isFull(to)) {
      if (window == null) {
        window =
            new WaitList(
                this,
                () ->
                    new WaitInfo(
                        WaitInfo.Kind.IO, connection.group.route + " to take more of the request"));
      }
      var place = window.enter();
      waiting = true;
      try {
        place.await();
      } finally {
        waiting = false;
        place.leave();
      }
    }
  }

  @Override
  public void endBody(Headers trailers) throws IOException {
    if (pieces != null) {
      pieces.finish();
    }
    if (stream != null) {
      codec.end(stream, trailers);
      limits.active();
    }
  }

  @Override
  public void flush() {
    connection.scheduleFlush();
  }

  @Override
  public void drain(ClientExchange which) {
    codec.flush();
    awaitTurn();
    connection.turns().next();
  }

  @Override
  public void wakeWriters() {
    windowOpened();
    connection.turns().wakeAll();
  }

  /// The server takes something again.
  void active() {
    limits.active();
  }

  // ---- the response -----------------------------------------------------------------------------

  @Override
  public void informational(ResponseHead head) {
    begins();
    if (head.status() == 100) {
      exchange.continued();
    }
  }

  @Override
  public void response(ResponseHead head, boolean ended) {
    begins();
    exchange.response(head, ended);
    if (ended) {
      completed();
    }
  }

  private void begins() {
    limits.active();
    exchange.answerBegins();
  }

  @Override
  public void data(byte[] data) {
    limits.active();
    exchange.data(data);
  }

  @Override
  public void ended(Headers trailers) {
    limits.active();
    exchange.end(trailers);
    completed();
  }

  @Override
  public void refused(Refusal refusal) {
    broken("what comes behind its body is too much");
  }

  private void completed() {
    if (!over) {
      over = true;
      exchange.completed();
      leave();
    }
  }

  /// Lets go of the stream, and of what the server may still want of the request.
  private void leave() {
    limits.stop();
    if (stream != null) {
      codec.reset(stream, Http2Error.CANCEL);
    }
    wakeWriters();
    connection.over(this);
  }

  @Override
  public void giveUp(ClientExchange which) {
    if (!over) {
      over = true;
      leave();
    }
  }

  @Override
  public void drainUntil(double when) {
    resumeReading(exchange);
    limits.until(when);
  }

  @Override
  public void pauseReading(ClientExchange which) {
    if (stream != null) {
      readingPaused = true;
      codec.pause(stream);
    }
  }

  @Override
  public void resumeReading(ClientExchange which) {
    if (stream != null && readingPaused) {
      readingPaused = false;
      limits.active();
      codec.resume(stream);
    }
  }

  // ---- what goes wrong --------------------------------------------------------------------------

  void fail(HttpException problem) {
    exchange.fail(problem);
  }

  void died(@Nullable Throwable exception) {
    exchange.died(exception);
  }

  /// Whether the server has not looked at it, if `last` is the last that it has.
  boolean isBehind(int last) {
    return stream == null || stream.id() > last;
  }

  /// The server has not looked at it, and says why.
  void refused(long code) {
    if (code == Http2Error.HTTP_1_1_REQUIRED.code()) {
      exchange.http1Required();
    } else {
      exchange.refused();
    }
  }

  @Override
  public void reset(long code) {
    if (code == Http2Error.REFUSED_STREAM.code()) {
      exchange.refused();
    } else if (code == Http2Error.HTTP_1_1_REQUIRED.code()) {
      exchange.http1Required();
    } else {
      exchange.wasReset(String.valueOf(Http2Error.valueOf(code)));
    }
  }

  @Override
  public void broken(Http2Error error, String why) {
    broken(why);
  }

  void broken(String why) {
    exchange.unreadable(why);
  }

  @Override
  public void windowOpened() {
    limits.active();
    if (window != null) {
      window.wakeAll();
    }
  }

  // ---- time -------------------------------------------------------------------------------------

  @Override
  public void late() {
    exchange.late();
  }

  @Override
  public void silent() {
    exchange.silent();
    connection.retire(); // others may find out that it is dead, and not only this
  }

  @Override
  public boolean isExcused() {
    return readingPaused || (!exchange.isSent() && !waiting);
  }
}
