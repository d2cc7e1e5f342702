package jasyncio.net;

/// Talks to one client of a server; run in a task of its own. May suspend.
///
/// When it returns, the connection stays as it is: close the writer. If it throws, the error goes
/// to the loop's exception handler and the connection is closed. If the task is cancelled, the
/// connection is closed. Python: `client_connected_cb`.
@FunctionalInterface
public interface ClientHandler {

  /// A client has connected.
  ///
  /// @param reader what the client sends
  /// @param writer what the client gets
  /// @throws Exception whatever goes wrong
  void clientConnected(StreamReader reader, StreamWriter writer) throws Exception;
}
