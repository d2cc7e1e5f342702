package jasyncio.http;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;

/// Has handlers answer, whatever they throw.
final class Answers {
  private Answers() {}

  /// The response of a handler, or that to what it throws, which is reported unless it is an
  /// [HttpProblem], or that the client has gone. A cancellation goes on.
  static Response answer(Handler handler, Request request, EventLoop loop) {
    try {
      return responseOf(handler, request);
    } catch (CancelledError | KeyboardInterrupt | SystemExit e) {
      throw e;
    } catch (Throwable e) {
      return ClientGoneException.isReasonOf(e)
          ? HttpProblem.of(400, "The body of the request is not complete.").toResponse()
          : failed(request, e, loop);
    }
  }

  private static Response responseOf(Handler handler, Request request) throws Exception {
    try {
      var response = handler.handle(request);
      if (response != null) {
        return response;
      }
      throw new NullPointerException("a handler returned null instead of a response");
    } catch (HttpProblem e) {
      return e.toResponse(); // which fails if the problem has headers that no response can have
    }
  }

  /// Reports an error, of which the client is told no more than that there was one.
  static Response failed(Request request, Throwable e, EventLoop loop) {
    report("Unhandled exception in the handler of ", request, e, loop);
    return HttpProblem.of(500).toResponse();
  }

  static void report(String what, Request request, Throwable e, EventLoop loop) {
    loop.callExceptionHandler(
        ErrorContext.of(what + request.method() + " " + request.target())
            .exception(e)
            .detail("request", request));
  }
}
