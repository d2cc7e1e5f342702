package jasyncio.http;

/// What sends events to a client for as long as that listens.
@FunctionalInterface
public interface EventHandler {
  /// Sends events; may suspend. Called in the task of its connection. The response ends when it
  /// returns.
  ///
  /// The head of the response, with which the client knows that it is connected, goes out with what
  /// is sent first, or half a second after this was called.
  ///
  /// **Cancellation**: when the client has gone, and at once when the server begins to shut down:
  /// such a stream has no end by itself, and clients connect again.
  ///
  /// @param request the request
  /// @param out takes the events
  /// @throws Exception before the head was sent what is answered instead, as if a [Handler] had
  ///   thrown it: an [HttpProblem], say. Later whatever goes wrong; it is reported to the loop's
  ///   exception handler, and the connection is ended once all that was sent has gone out
  void handle(Request request, EventStream out) throws Exception;
}
