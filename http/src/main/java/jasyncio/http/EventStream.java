package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.Timeout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Sends events to a client: what browsers read by `EventSource`, "server-sent events".
///
/// ```java fragment
/// router.sse("/ticks", (rq, out) -> {
///   for (int i = 0; ; i++) {
///     out.send(ServerSentEvent.of("tick").id("" + i));
///     sleep(1);
///   }
/// });
/// ```
///
/// While nothing is sent, a comment goes out every 15 s by default, so that proxies do not end the
/// connection and a client that has gone is noticed. Any number of tasks of its loop may send.
public final class EventStream {
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
  private static final String COMMENT = ":\n\n";

  private final BodyWriter out;
  private final @Nullable String lastEventId;
  private boolean quiet; // nothing was sent since that was looked at
  private boolean shutDown;

  private EventStream(BodyWriter out, @Nullable String lastEventId) {
    this.out = out;
    this.lastEventId = lastEventId;
  }

  // ---- making -----------------------------------------------------------------------------------

  /// {@return a response that consists of events} What [Router#sse] does, for other handlers.
  ///
  /// @param request the request
  /// @param handler what sends the events
  public static Response response(Request request, EventHandler handler) {
    return response(request, KEEP_ALIVE, handler);
  }

  /// {@return a response that consists of events}
  ///
  /// @param request the request
  /// @param keepAlive how long nothing may be sent before a comment is; 15 s by default
  /// @param handler what sends the events
  /// @throws IllegalArgumentException if that time is not positive
  public static Response response(Request request, Duration keepAlive, EventHandler handler) {
    Objects.requireNonNull(handler, "handler");
    Checks.positive("the time between comments", keepAlive);
    return Response.stream(
            out -> new EventStream(out, lastEventId(request)).run(request, keepAlive, handler))
        .type("text/event-stream")
        .header("Cache-Control", "no-cache")
        .header("X-Accel-Buffering", "no"); // for nginx, which else holds events back
  }

  /// What a client has got: in UTF-8, unlike other headers.
  private static @Nullable String lastEventId(Request request) {
    var raw = request.header("Last-Event-ID");
    if (raw == null) {
      return null;
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(raw.getBytes(ISO_8859_1))).toString();
    } catch (CharacterCodingException e) {
      return raw;
    }
  }

  private void run(Request request, Duration keepAlive, EventHandler handler) throws Exception {
    var task = Objects.requireNonNull(Asyncio.currentTask());
    var companion =
        Asyncio.createTask(() -> attend(task, request, keepAlive), "events of " + request.target());
    try {
      handler.handle(request, this);
    } catch (CancelledError e) {
      if (!shutDown || task.uncancel() > 0) {
        throw e;
      }
    } finally {
      companion.cancel();
    }
  }

  /// Keeps the connection alive, until the server shuts down.
  private void attend(Task<?> task, Request request, Duration keepAlive) {
    while (true) {
      quiet = true;
      try {
        Timeout.after(keepAlive).run(() -> request.shuttingDown().await());
        if (task.cancelling() == 0) {
          shutDown = true;
          task.cancel("the server shuts down");
        }
        return;
      } catch (TimeoutException e) {
        if (quiet) {
          try {
            out.write(COMMENT);
          } catch (IOException gone) {
            return; // which the handler is told in its way
          }
        }
      }
    }
  }

  // ---- sending ----------------------------------------------------------------------------------

  /// Sends data, as an event of kind `message`. Suspends while the client does not take what was
  /// sent before.
  ///
  /// **Cancellation** ends the waiting; the event is sent.
  ///
  /// @param data the data; may have several lines
  /// @throws IOException if the client has gone
  public void send(String data) throws IOException {
    send(ServerSentEvent.of(data));
  }

  /// Sends an event, as [#send(String)].
  ///
  /// @param event the event
  /// @throws IOException if the client has gone
  public void send(ServerSentEvent event) throws IOException {
    quiet = false;
    out.write(event.toText());
  }

  /// Sends what clients skip, as [#send(String)].
  ///
  /// @param text the text; may have several lines
  /// @throws IOException if the client has gone
  public void comment(String text) throws IOException {
    quiet = false;
    out.write(ServerSentEvent.lines(new StringBuilder(), ": ", text).append('\n').toString());
  }

  /// {@return the identifier of the last event that the client has got before it connected again,
  /// or `null` if it says none}
  public @Nullable String lastEventId() {
    return lastEventId;
  }
}
