package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.http.internal.ProxyHeader;
import jasyncio.net.ConnectOptions;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Connects to a handler in the same process, and knows what that has thrown.
final class LocalConnector implements ClientConnector {
  private final Handler handler;
  private @Nullable HttpServer server;
  private @Nullable Throwable failure; // since it was connected to

  LocalConnector(Handler handler) {
    this.handler = Objects.requireNonNull(handler, "handler");
  }

  @Override
  public Transport connect(Protocol protocol, String host, int port, ConnectOptions options) {
    var loop = Objects.requireNonNull(EventLoop.running());
    if (server == null) {
      server = new HttpServer(loop, handler, HttpOptions.defaults().fileReuse(Duration.ZERO));
      server.whenFailed(e -> failure = e);
    }
    failure = null;
    var secure = options.tls() == null ? null : new ProxyHeader(null, true); // as far as it says
    return LocalTransport.connect(loop, protocol, server.newConnection(secure));
  }

  /// An error that a client sees, with what the handler has thrown as its cause.
  <X extends Throwable> X explained(X error) {
    var reason = failure;
    Throwable last = error;
    while (last != reason && last.getCause() != null) {
      last = last.getCause();
    }
    if (reason != null && last != reason) {
      last.initCause(reason);
    }
    return error;
  }
}
