package jasyncio.http;

import java.util.Objects;

/// What answers requests: a method that takes one and returns its response. May suspend; what it
/// throws becomes a response, too: an [HttpProblem] that which it describes, anything else 500, or
/// 503 if it is a [java.util.concurrent.TimeoutException], and a report to the loop's exception
/// handler.
///
/// ```java fragment
/// Handler hello = rq -> Response.text("Hello, World!");
/// ```
///
/// **Cancellation**: the task of a handler is cancelled when its client has gone, unless
/// [HttpOptions#cancelOnDisconnect] says otherwise, and when a shutdown's grace is over.
@FunctionalInterface
public interface Handler {
  /// Answers a request. Called in a task of its connection.
  ///
  /// @param request the request
  /// @return the response
  /// @throws Exception what becomes the response instead
  Response handle(Request request) throws Exception;

  /// {@return this handler behind a middleware, which sees the request first and the response last,
  /// also that to an [HttpProblem] that the handler throws}
  ///
  /// @param middleware the middleware
  default Handler with(Middleware middleware) {
    Objects.requireNonNull(middleware, "middleware");
    var inner = Answers.answering(this);
    return request -> middleware.handle(request, inner);
  }

  /// {@return a client that calls this handler in the same process, without a socket}
  default TestClient test() {
    return new TestClient(this);
  }
}
