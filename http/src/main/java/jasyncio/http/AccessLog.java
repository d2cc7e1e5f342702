package jasyncio.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells of every request when its response was sent, or broken off. A server that is given one by
/// [HttpOptions#accessLog] tells it of all: also of requests that are refused before they come to
/// the handler, as they are no HTTP, too long or too slow, whose method and target it says as `-`.
///
/// ```java fragment
/// var log = System.getLogger("access");
/// var lines = AccessLog.to(line -> log.log(System.Logger.Level.INFO, line));
/// Http.serve(app, "127.0.0.1", 8080, HttpOptions.defaults().accessLog(lines));
/// ```
///
/// ```text
/// 10.0.0.3 "GET /notes?full=1" 200 1534 bytes 0.012 s
/// ```
///
/// A request that nobody was answered has no status. As other servers have it, the log then says
/// 499 if the client has left before, and 444 if the server has ended the connection, as in a
/// shutdown that was hurried:
///
/// ```text
/// 10.0.0.3 "GET /report" 499 0 bytes 2.310 s client has left
/// ```
///
/// It is also a middleware, for a part of the requests, or for tests: make it the first, so that it
/// sees what the others answer.
///
/// What the log throws is reported to the loop's exception handler; the request is none the worse.
public final class AccessLog implements Middleware {
  private final Consumer<? super Entry> target;

  private AccessLog(Consumer<? super Entry> target) {
    this.target = target;
  }

  /// What is told of a request.
  ///
  /// @param method the method; `-` of a request that was refused before it was read
  /// @param target path and query, as they were sent; `-` likewise
  /// @param remote the address of the client, or `null` in tests
  /// @param status the status that the client was sent; 499 if it has left before there was one,
  ///   and 444 if the server has ended the connection before
  /// @param bytes how many bytes of body were sent
  /// @param took the time from the head of the request to the end of the response
  /// @param complete whether all of the response was handed to the network
  public record Entry(
      String method,
      String target,
      @Nullable String remote,
      int status,
      long bytes,
      Duration took,
      boolean complete) {

    /// {@return the entry as one line, without characters that would make it two}
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s \"%s %s\" %d %d bytes %.3f s%s",
          remote == null ? "-" : remote,
          method,
          target.replaceAll("[\\p{Cntrl}\"]", "?"),
          status,
          bytes,
          took.toNanos() / 1e9,
          complete ? "" : ending());
    }

    private String ending() {
      return switch (status) {
        case ServerExchange.CLIENT_CLOSED_REQUEST -> " client has left";
        case ServerExchange.NO_RESPONSE -> " not answered";
        default -> " broken off";
      };
    }
  }

  /// {@return a log of lines}
  ///
  /// @param lines what takes a line; must not suspend
  public static AccessLog to(Consumer<? super String> lines) {
    return new AccessLog(entry -> lines.accept(entry.toString()));
  }

  /// {@return a log of entries}
  ///
  /// @param entries what takes an entry; must not suspend
  public static AccessLog entries(Consumer<? super Entry> entries) {
    return new AccessLog(entries);
  }

  @Override
  public Response handle(Request request, Handler next) throws Exception {
    watch(request);
    return next.handle(request);
  }

  void watch(Request request) {
    double began = request.loop().time();
    request.whenAnswered(outcome -> {
      double took = request.loop().time() - began;
      target.accept(
          new Entry(
              request.method(),
              request.target(),
              hostOf(request),
              outcome.status(),
              outcome.bytes(),
              Duration.ofNanos(Math.round(took * 1e9)),
              outcome.complete()));
    });
  }

  private static @Nullable String hostOf(Request request) {
    var address = request.remoteAddress();
    return address instanceof InetSocketAddress inet
        ? inet.getHostString()
        : address == null ? null : "local";
  }
}
