package jasyncio.http;

/// What sends events to a client for as long as that listens.
@FunctionalInterface
public interface EventHandler {
  /// Sends events; may suspend. Called in the task of its connection, after the head of the
  /// response was sent. The response ends when it returns.
  ///
  /// **Cancellation**: when the client has gone, and at once when the server begins to shut down:
  /// such a stream has no end by itself, and clients connect again.
  ///
  /// @param request the request
  /// @param out takes the events
  /// @throws Exception whatever goes wrong; it is reported to the loop's exception handler, and the
  ///   connection is ended
  void handle(Request request, EventStream out) throws Exception;
}
