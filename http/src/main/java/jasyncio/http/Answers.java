package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import java.util.concurrent.TimeoutException;

/// Has handlers answer, whatever they throw.
///
/// A problem becomes a response as far inside as can be, so that each middleware sees one. Anything
/// else that is thrown goes on through them, as some may know what to do, and becomes a response
/// where nobody is left who could.
final class Answers {
  private Answers() {}

  /// The response of a handler, or that to what it throws, which is reported unless it is an
  /// [HttpProblem], or that the client has gone. A cancellation goes on.
  static Response answer(Handler handler, Request request, EventLoop loop) {
    Response response;
    try {
      response = responseOf(handler, request);
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      return failed(request, e, loop);
    }
    return request.withOwnHeaders(response);
  }

  /// A handler that throws no problem, but returns it as a response.
  static Handler answering(Handler handler) {
    return request -> responseOf(handler, request);
  }

  private static Response responseOf(Handler handler, Request request) throws Exception {
    try {
      var response = handler.handle(request);
      if (response != null) {
        return response.finished();
      }
      throw new NullPointerException("a handler returned null instead of a response");
    } catch (HttpProblem e) {
      return e.toResponse(); // which fails if the problem has headers that no response can have
    }
  }

  /// What is answered in place of a response whose body has thrown before anything of it was sent:
  /// also with what middleware has added, unless that is of the body.
  static Response instead(Response begun, Request request, Throwable e, EventLoop loop) {
    var answer = answer(_ -> rethrow(e), request, loop).withMissing(begun.headers());
    return begun.closes() ? answer.close() : answer;
  }

  /// Throws what a handler, or what it has left to answer, has thrown.
  static Response rethrow(Throwable e) throws Exception {
    if (e instanceof Error error) {
      throw error;
    }
    throw (Exception) e;
  }

  /// What the client is told of an error, and others by a report.
  static Response failed(Request request, Throwable e, EventLoop loop) {
    HttpProblem problem;
    if (ClientGoneException.isReasonOf(e)) {
      problem = HttpProblem.of(400, "The body of the request is not complete.");
    } else {
      report("Unhandled exception in the handler of ", request, e, loop);
      problem =
          e instanceof TimeoutException
              ? HttpProblem.of(503, "The answer took too long; try again later.")
              : HttpProblem.of(500);
    }
    return request.withOwnHeaders(problem.toResponse());
  }

  /// Tells of what the body of a response has thrown, too late for another response.
  static void reportBody(Request request, Throwable e) {
    report("Unhandled exception in the body of the response to ", request, e, request.loop());
  }

  static void report(String what, Request request, Throwable e, EventLoop loop) {
    loop.callExceptionHandler(
        ErrorContext.of(what + request.method() + " " + request.target())
            .exception(e)
            .detail("request", request));
    request.failed(e);
  }
}
