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
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeoutException;

/// A request and its response, by HTTP/1.1: the connection is theirs alone meanwhile.
final class Http1Exchange extends ServerExchange {
  private static final int SLICE = 128 * 1024; // bytes of a file within the idle time

  private final Http1Connection connection;
  private final HttpCodec codec;

  /// A request, whose body comes unless there is none.
  Http1Exchange(Http1Connection connection, RequestHead head, boolean hasBody) {
    super(connection, head, hasBody);
    this.connection = connection;
    this.codec = connection.codec();
  }

  /// One that cannot be taken.
  Http1Exchange(Http1Connection connection, Refusal refusal) {
    super(connection, HttpVersion.HTTP_1_1, refusal);
    this.connection = connection;
    this.codec = connection.codec();
  }

  // ---- the body of the request ------------------------------------------------------------------

  @Override
  public void wanted() {
    super.wanted();
    connection.watchRate(this);
  }

  @Override
  void continueNow() {
    codec.continueNow(head);
  }

  @Override
  public void pause() {
    stalled();
    connection.pauseBody();
  }

  @Override
  public void resume() {
    connection.resumeBody();
  }

  // ---- answering --------------------------------------------------------------------------------

  @Override
  boolean isLost() {
    return connection.isGone();
  }

  @Override
  boolean isCancelled() {
    return connection.isCancelled();
  }

  @Override
  boolean hasSaidSo() {
    return connection.isUpgraded();
  }

  @Override
  void wasCancelled() {
    connection.finish();
  }

  @Override
  void beforeResponse(boolean last) {
    if (last || isIrregular() || connection.endsAfterNext() || isBodyUnwanted()) {
      codec.closeAfterNext();
    }
  }

  @Override
  boolean sendWhole(int status, Headers headers, byte[] bytes) {
    codec.response(head, status, headers, bytes);
    if (codec.hasBody()) {
      count(bytes.length);
    }
    return true;
  }

  @Override
  boolean sendHead(int status, Headers headers, long announced) {
    codec.head(head, status, headers, announced);
    return codec.hasBody();
  }

  @Override
  void scheduleFlush() {
    connection.scheduleFlush();
  }

  @Override
  void sendEnd(Headers trailers) {
    codec.end(head, trailers);
  }

  @Override
  void breakOff(Throwable why) {
    codec.flush();
    if (codec.endsWithConnection()) { // whose regular end would be that of the body
      connection.abort();
    } else {
      connection.finish();
    }
  }

  @Override
  void upgrade(Headers headers, Upgrade to) {
    if (connection.isShuttingDown()) {
      refuseUpgrade(503, "The server is shutting down.");
      return;
    }
    if (!hasEnded() || !head.keepAlive() || connection.expectsMore()) {
      refuseUpgrade(400, "Nothing may come before the answer to a request for an upgrade.");
      return;
    }
    connection.upgrade(to, () -> agree(headers));
    try {
      to.run();
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      if (!hasResponded()) {
        connection.takeBack();
        throw e;
      }
      answered(to.hasEnded());
      throw e;
    } catch (Throwable e) {
      connection.takeBack();
      respond(Answers.answer(_ -> Answers.rethrow(e), request(), connection.loop).close());
      return;
    }
    answered(to.hasEnded());
  }

  /// Tells the client that the connection is another protocol's.
  private void agree(Headers headers) {
    if (!isLost()) {
      responded(101);
      codec.head(head, 101, headers, -1);
      codec.flush();
      codec.close();
    }
  }

  // ---- the body of the response -----------------------------------------------------------------

  @Override
  public void write(ByteBuffer data) throws IOException {
    checkOpen();
    checkLength(data.remaining());
    begin();
    count(data.remaining());
    codec.data(head, data);
    connection.scheduleFlush();
    connection.drain();
  }

  /// Goes past the codec, so it is for bodies that are not in chunks.
  @Override
  public boolean sendFile(FileChannel file, long offset, long n) throws IOException {
    if (length() < 0 || !connection.canSendFiles()) {
      return false;
    }
    begin();
    codec.flush();
    for (long done = 0; done < n; ) {
      checkOpen();
      if (connection.transport().isClosing()) { // which connectionLost is about to tell
        throw ServerConnection.gone();
      }
      try {
        long slice = Math.min(SLICE, n - done);
        checkLength(slice);
        long passed = sendSlice(file, offset + done, slice);
        count(passed);
        done += passed;
      } catch (SendfileNotAvailableException e) {
        return false; // nothing was sent
      }
    }
    return true;
  }

  private long sendSlice(FileChannel file, long from, long n) throws IOException {
    long before = connection.taken();
    try {
      long passed =
          Timeout.after(connection.options.idleTime())
              .run(() -> Transports.sendfile(connection.transport(), file, from, n, false));
      if (passed == 0) {
        throw new EOFException("the file has become shorter while it was sent");
      }
      return passed;
    } catch (TimeoutException e) {
      long passed = Math.clamp(file.position() - from, 0, n);
      if (passed + connection.taken() - before < connection.options.leastTaken()) {
        connection.abort();
        throw ServerConnection.gone();
      }
      return passed; // the client is slow
    } catch (SocketException e) { // not the file's; it may show here first
      throw ServerConnection.gone();
    }
  }

  @Override
  public void flush() throws IOException {
    checkOpen();
    begin();
    codec.flush();
    connection.drain();
  }
}
