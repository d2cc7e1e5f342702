package jasyncio.http;

import jasyncio.net.Protocol;
import jasyncio.net.Transport;

/// What goes on with a connection after status 101, instead of HTTP.
interface Upgrade extends StreamingBody {
  /// Takes the connection over.
  ///
  /// @param transport the connection, whose bytes come by way of what is returned
  /// @param options the server's
  /// @param agree tells the client of it: to be run once, before anything is sent. Until then it
  ///   may be answered otherwise
  /// @return what is told of the connection from now on; its `connectionMade` is not called
  Protocol begin(Transport transport, HttpOptions options, Runnable agree);

  /// Does what the handler is for, in its task. The connection ends by itself afterwards, unless
  /// this throws before the client was told: that is answered then.
  ///
  /// @throws Exception what the handler throws before the client was told
  void run() throws Exception;

  /// Whether it has ended in the regular way, as its protocol has it. Asked after [#run()].
  boolean hasEnded();

  /// The server begins to shut down.
  void shutDown();

  @Override
  default void writeTo(BodyWriter out) {
    throw new IllegalStateException(
        "a response that upgrades the connection needs one: in tests use client.webSocket(path)");
  }
}
