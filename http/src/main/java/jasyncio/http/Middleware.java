package jasyncio.http;

/// A function around a handler: it may look at the request, answer it by itself, change the
/// response, or catch what the handler throws. It runs in the handler's task, so that context
/// variables, time limits and `finally` work across it.
///
/// ```java fragment
/// Middleware timed = (rq, next) -> next.handle(rq).header("X-Served-By", "jasyncio");
/// ```
@FunctionalInterface
public interface Middleware {
  /// Answers a request, most often by means of the handler behind. May suspend.
  ///
  /// @param request the request
  /// @param next the handler behind
  /// @return the response
  /// @throws Exception what becomes the response instead, as from a [Handler]
  Response handle(Request request, Handler next) throws Exception;
}
