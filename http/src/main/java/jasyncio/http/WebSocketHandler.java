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
  /// **Cancellation**: when the client has gone without a goodbye, and does not find this waiting
  /// for a message; when it has closed the socket, and this has not ended
  /// [WebSocketOptions#closeTime()] after it took the last message; and when a shutdown's grace is
  /// over. [HttpOptions#cancelOnDisconnect] can exclude the first two.
  ///
  /// @param ws the socket
  /// @throws Exception whatever goes wrong: it is reported to the loop's exception handler, and the
  ///   client is told code 1011. A [WebSocketClosedException] is no error
  void handle(WebSocket ws) throws Exception;
}
