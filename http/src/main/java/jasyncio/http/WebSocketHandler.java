package jasyncio.http;

/// What talks with a client over a [WebSocket].
///
/// ```java fragment
/// WebSocketHandler echo = ws -> {
///   for (var message : ws) {
///     ws.send(message.text());
///   }
/// };
/// ```
@FunctionalInterface
public interface WebSocketHandler {
  /// Talks with a client; may suspend. Called in the task of its connection. When it returns, the
  /// socket is closed with code 1000, or 1001 if the server shuts down.
  ///
  /// The client is told that it has its socket when this first sends something, or wants a message,
  /// or half a second after it was called.
  ///
  /// **Cancellation**: when the client has gone without a goodbye, and does not find this waiting
  /// for a message; when it has closed the socket, and this has not ended
  /// [WebSocketOptions#closeTime()] after it took the last message; and when a shutdown's grace is
  /// over. [HttpOptions#cancelOnDisconnect] can exclude the first two.
  ///
  /// @param ws the socket
  /// @throws Exception before the client has its socket what it is answered instead, as if a
  ///   [Handler] had thrown it: an [HttpProblem], say. Later whatever goes wrong: it is reported to
  ///   the loop's exception handler, and the client is told code 1011. A [WebSocketClosedException]
  ///   is no error then
  void handle(WebSocket ws) throws Exception;
}
