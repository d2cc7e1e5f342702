package jasyncio.http;

/// A function around a handler: it may look at the request, answer it by itself, change the
/// response, or catch what the handler throws. It runs in the handler's task, so that context
/// variables, time limits and `finally` work across it.
///
/// An [HttpProblem] that is thrown behind it comes as its response, as any other does. Other
/// exceptions come as they are: a middleware may catch them, and answer; those that none catches
/// become 500 outside of all of them. What every response is to have, that one included, is said
/// before, by [Request#responseHeader].
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
