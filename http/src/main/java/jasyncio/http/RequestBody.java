package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.WaitInfo;
import jasyncio.WaitList;
import jasyncio.net.StreamReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The body of a request while it comes.
final class RequestBody {
  /* Overview
   *   What comes is kept in `pieces` until somebody asks for it, READ_AHEAD bytes at most: then the source is paused.
   *   readAll()  takes them when the end has come, and keeps them: `whole`; the limit is how much that can be.
   *   reader()   hands them to a StreamReader, and from then on everything that comes; that pauses the source by itself.
   *              Of a body that is there as a whole it is a copy.
   *   discard()  drops them, and what comes.
   */
  private static final int READ_AHEAD = 64 * 1024;

  /// Where a body comes from.
  interface Source {
    /// Somebody asks for the body, for the first time.
    void wanted();

    /// Nothing more is to come for now.
    void pause();

    /// More may come.
    void resume();
  }

  private final EventLoop loop;
  private final Source source;
  private final long length; // as the head says; -1: it does not
  private final Pieces pieces = new Pieces();
  private @Nullable WaitList waiters;
  private @Nullable StreamReader reader;
  private @Nullable Exception problem;
  private Headers trailers = Headers.none();
  private long limit;
  private long received;
  private boolean begun; // somebody has asked for it
  private boolean ended;
  private boolean whole; // it was read as that
  private boolean paused;
  private boolean discarded;

  RequestBody(EventLoop loop, Source source, long length, long limit) {
    this.loop = loop;
    this.source = source;
    this.length = length;
    this.limit = limit;
  }

  // ---- the source's side ------------------------------------------------------------------------

  void feed(byte[] data) {
    received += data.length;
    if (discarded || problem != null) {
      return;
    }
    if (begun && received > limit) {
      fail(tooLong());
      return;
    }
    if (reader != null) {
      reader.feedData(data);
      return;
    }
    pieces.add(data);
    if (!begun && received > READ_AHEAD && !paused) {
      paused = true;
      source.pause();
    }
  }

  void end(Headers newTrailers) {
    trailers = newTrailers;
    ended = true;
    if (reader != null && problem == null) {
      reader.feedEof();
    }
    wake();
    resume(); // what comes now is of the next request
  }

  /// Whoever reads gets this.
  void fail(Exception newProblem) {
    if (problem != null || ended) {
      return;
    }
    problem = newProblem;
    pieces.clear();
    if (reader != null && newProblem instanceof ClientGoneException) {
      reader.feedEof(newProblem); // what has come before may be of use
    } else if (reader != null) {
      reader.setException(newProblem);
    }
    wake();
    resume();
  }

  private void wake() {
    if (waiters != null) {
      waiters.wakeAll();
    }
  }

  boolean hasFailed() {
    return problem != null;
  }

  boolean hasEnded() {
    return ended;
  }

  /// Whether the source has been told to wait.
  boolean isPaused() {
    return paused;
  }

  /// Whether more has come, or is to come, than is allowed.
  boolean isTooLong() {
    return length > limit || received > limit;
  }

  long received() {
    return received;
  }

  private HttpProblem tooLong() {
    return HttpProblem.of(413, "The body is longer than " + limit + " bytes.");
  }

  // ---- the handler's side -----------------------------------------------------------------------

  void limit(long newLimit) {
    limit = newLimit;
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      if (isTooLong()) {
        problem = tooLong();
        pieces.clear();
      } else {
        source.wanted(); // also if it has ended: what it takes up is given back
      }
    }
    if (problem != null) {
      throw thrown(problem);
    }
  }

  private static IOException thrown(Exception e) {
    if (e instanceof HttpProblem problem) {
      throw problem;
    }
    return e instanceof ClientGoneException
        ? new ClientGoneException(e.getMessage(), e)
        : new IOException(e.getMessage(), e);
  }

  StreamReader reader() throws IOException {
    if (reader == null) {
      begin();
      resume(); // from now on the reader says when it has enough
      var stream = new StreamReader(READ_AHEAD, loop);
      stream.setTransport(new Pauses());
      if (whole) {
        stream.feedData(pieces.joined());
      } else {
        pieces.drainTo(stream::feedData);
      }
      if (ended) {
        stream.feedEof();
      }
      reader = stream;
    }
    return reader;
  }

  byte[] readAll() throws IOException {
    if (whole) {
      return pieces.joined();
    } else if (reader != null) {
      throw new IllegalStateException(
          "the body has been read already, or is being read, as a stream, by body() or multipart();"
              + " read the rest there, or call bytes(), text() or json() before, whose result is"
              + " kept");
    }
    begin();
    resume();
    while (!ended && problem == null) {
      await();
    }
    if (problem != null) {
      throw thrown(problem);
    }
    whole = true;
    return pieces.joined();
  }

  private void await() {
    if (waiters == null) {
      waiters =
          new WaitList(
              this, () -> new WaitInfo(WaitInfo.Kind.IO, "the rest of the body of a request"));
    }
    var place = waiters.enter();
    try {
      place.await();
    } finally {
      place.leave();
    }
  }

  Headers trailers() {
    return trailers;
  }

  /// Nobody is going to read any more.
  void discard() {
    fail(new IOException("the request was answered before all of its body had come"));
    discarded = true;
    if (!whole) {
      pieces.clear();
    }
    resume();
  }

  private void resume() {
    if (paused) {
      paused = false;
      source.resume();
    }
  }

  @Override
  public String toString() {
    return "<body of a request>";
  }

  /// How the reader says that it has enough.
  private final class Pauses extends PausingTransport {
    @Override
    public void pauseReading() {
      if (!paused && !discarded && !ended) {
        paused = true;
        source.pause();
      }
    }

    @Override
    public void resumeReading() {
      resume();
    }

    @Override
    public void close() {
      discard();
    }

    @Override
    public boolean isClosing() {
      return discarded;
    }
  }
}
