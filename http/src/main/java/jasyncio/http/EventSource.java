package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Timeout;
import jasyncio.http.internal.EventParser;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The events of a server (server-sent events, `text/event-stream`), as they come. Made by
/// [HttpClient#events] and [ClientRequest#events()].
///
/// ```java fragment
/// try (var events = client.events("https://example.org/ticks").reconnect(3)) {
///   for (var event : events) {
///     IO.println(event.data());
///   }
/// }
/// ```
///
/// The stream ends when the server ends the response. With [#reconnect] it is asked again then, and
/// when the connection is lost, and told the id of the last event that has come (`Last-Event-ID`);
/// it ends when the server answers 204. The `id` of an event that has none is that of the one
/// before. Silence is no error: the request has a read timeout only if one is set for it by
/// [ClientRequest#readTimeout].
public final class EventSource implements Iterable<ServerSentEvent>, AutoCloseable {
  private static final int BLOCK = 16 * 1024;
  private static final int LONGEST = 1024 * 1024; // characters of an event

  private final ClientRequest request;
  private final ArrayDeque<ServerSentEvent> events = new ArrayDeque<>();
  private @Nullable StreamedResponse response;
  private EventParser parser = newParser();
  private double delay = -1; // seconds before the server is asked again; negative: it is not
  private String lastId = "";
  private boolean asked;
  private boolean ended;
  private @Nullable HttpException refusal; // for which it is not asked again
  private @Nullable LocalConnector connector; // of a test
  private @Nullable Timeout connecting; // while somebody waits for that

  EventSource(ClientRequest request) {
    var asking = request;
    if (!request.headers().contains("Accept")) {
      asking = asking.header("Accept", "text/event-stream");
    }
    if (!request.headers().contains("Cache-Control")) {
      asking = asking.header("Cache-Control", "no-store");
    }
    if (!request.hasOwnReadTimeout()) {
      asking = asking.readTimeout(null);
    }
    this.request = asking;
  }

  /// Has errors tell what the handler has thrown, in a test.
  EventSource explainedBy(LocalConnector newConnector) {
    connector = newConnector;
    return this;
  }

  private EventParser newParser() {
    return new EventParser(LONGEST, (type, data, id) -> events.add(event(type, data, id)));
  }

  private static ServerSentEvent event(String type, String data, String id) {
    return new ServerSentEvent(
        data, type.equals("message") ? null : type, id.isEmpty() ? null : id, null);
  }

  /// Has the server asked again when its response ends, or the connection is lost.
  ///
  /// @param seconds how long to wait before; a server may say something else (`retry`)
  /// @return this
  /// @throws IllegalArgumentException if that is negative
  public EventSource reconnect(double seconds) {
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException("the delay must not be negative, got " + seconds);
    }
    delay = seconds;
    return this;
  }

  /// As [#reconnect(double)].
  ///
  /// @param time how long to wait before
  /// @return this
  public EventSource reconnect(Duration time) {
    return reconnect(Checks.seconds(time));
  }

  /// {@return the id of the last event that had one; empty for none}
  public String lastId() {
    return lastId;
  }

  /// Waits for the next event. Suspends until it has come.
  ///
  /// **Cancellation** ends the waiting; no event is lost.
  ///
  /// @return the event, or `null` at the end
  /// @throws StatusException if the status is no success
  /// @throws HttpException if the server answers something else than events
  /// @throws IOException if the server cannot be asked, or, unless it is asked again, the
  ///   connection is lost
  public @Nullable ServerSentEvent next() throws IOException {
    try {
      return nextOrEnd();
    } catch (IOException e) {
      throw connector == null ? e : connector.explained(e);
    }
  }

  private @Nullable ServerSentEvent nextOrEnd() throws IOException {
    while (events.isEmpty() && !ended) {
      try {
        if (response == null) {
          connectUnlessClosed();
        } else {
          read();
        }
      } catch (IOException e) {
        if (e == refusal) {
          end();
          throw e;
        } else if (ended) {
          return null; // it was closed meanwhile
        }
        lose();
        if (delay < 0 || request.isOfClosedClient()) {
          ended = true;
          throw e;
        }
      }
    }
    var event = events.poll();
    if (event != null) {
      lastId = Objects.requireNonNullElse(event.id(), "");
    }
    return event;
  }

  /// Connects, which close() ends.
  private void connectUnlessClosed() throws IOException {
    var limit = Timeout.at(Double.POSITIVE_INFINITY);
    connecting = limit;
    try {
      limit.run((Action<IOException>) this::connect);
    } catch (TimeoutException e) {
      // it was closed
    } finally {
      connecting = null;
    }
  }

  private void connect() throws IOException {
    if (asked) {
      Asyncio.sleep(delay);
      if (ended) {
        return;
      }
    }
    asked = true;
    var asking = lastId.isEmpty() ? request : request.header("Last-Event-ID", encodedId());
    var opened = asking.open();
    try {
      if (ended) { // it was closed meanwhile
        opened.abort();
        return;
      } else if (opened.status() == 204) {
        ended = true;
        opened.close();
        return;
      } else if (!opened.isSuccess()) {
        throw refused(opened.readAll().failure());
      }
      var type = opened.header("Content-Type");
      if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
        throw refused(
            new HttpException(
                opened.url()
                    + " sends no events: its type is "
                    + type
                    + ", not text/event-stream"));
      }
    } catch (Throwable e) {
      opened.abort();
      throw e;
    }
    parser = newParser();
    parser.lastId(lastId);
    response = opened;
  }

  /// What a server answers that would answer the same again.
  private HttpException refused(HttpException why) {
    refusal = why;
    return why;
  }

  /// UTF-8 in a header, as browsers send it.
  private String encodedId() {
    return new String(lastId.getBytes(UTF_8), ISO_8859_1);
  }

  private void read() throws IOException {
    var open = response;
    if (open == null) {
      return;
    }
    var block = open.body().read(BLOCK);
    if (block.length > 0) {
      parser.feed(block);
    } else {
      open.close();
      response = null;
      ended = delay < 0;
    }
    double retry = parser.retry();
    if (retry >= 0 && delay >= 0) {
      delay = retry;
    }
  }

  private void lose() {
    if (response != null) {
      response.abort();
      response = null;
    }
  }

  private void end() {
    ended = true;
    lose();
  }

  /// {@return the events, to iterate over once} `hasNext()` suspends, and throws what [#next()]
  /// throws: also an [IOException], of which the compiler does not know here.
  @Override
  public Iterator<ServerSentEvent> iterator() {
    return new Iterator<>() {
      private @Nullable ServerSentEvent ahead;

      @Override
      public boolean hasNext() {
        if (ahead == null) {
          try {
            ahead = EventSource.this.next();
          } catch (IOException e) {
            throw Sneaky.sneak(e);
          }
        }
        return ahead != null;
      }

      @Override
      public ServerSentEvent next() {
        if (!hasNext() || ahead == null) {
          throw new NoSuchElementException("the stream of events has ended");
        }
        var event = ahead;
        ahead = null;
        return event;
      }
    };
  }

  /// Ends the stream, and closes its connection; who waits for the next event is told that there is
  /// none. Idempotent. Does not suspend.
  @Override
  public void close() {
    end();
    var limit = connecting;
    if (limit != null && EventLoop.running() != null) {
      connecting = null;
      limit.reschedule(0);
    }
    events.clear();
  }

  /// {@return such as `<EventSource of http://example.org/ticks>`}
  @Override
  public String toString() {
    return "<EventSource of " + request.url() + ">";
  }
}
