package jasyncio.http;

import jasyncio.net.ConnectOptions;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.io.IOException;

/// How an [HttpClient] makes its connections: by default over TCP. Another one leads it elsewhere,
/// such as to a Unix-domain socket, or into a test.
///
/// ```java fragment
/// ClientConnector docker =
///     (protocol, host, port, options) ->
///         Transports.createUnixConnection(() -> protocol, Path.of("/run/docker.sock")).transport();
/// var client = new HttpClient(ClientOptions.defaults().connector(docker));
/// ```
@FunctionalInterface
public interface ClientConnector {
  /// Makes a connection. May suspend. Called in the task of a request, which is cancelled if it
  /// takes longer than [ClientOptions#connectTimeout].
  ///
  /// @param protocol what the connection has to call; [Protocol#connectionMade] before this returns
  /// @param host the host of the URL, or the proxy
  /// @param port its port
  /// @param options how, with TLS where the URL says `https`
  /// @return the transport
  /// @throws IOException if there is no connection to be had
  Transport connect(Protocol protocol, String host, int port, ConnectOptions options)
      throws IOException;
}
