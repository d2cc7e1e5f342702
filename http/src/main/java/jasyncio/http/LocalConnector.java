package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.net.ConnectOptions;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Connects to a handler in the same process.
final class LocalConnector implements ClientConnector {
  private final Handler handler;
  private @Nullable HttpServer server;

  LocalConnector(Handler handler) {
    this.handler = Objects.requireNonNull(handler, "handler");
  }

  @Override
  public Transport connect(Protocol protocol, String host, int port, ConnectOptions options) {
    var loop = Objects.requireNonNull(EventLoop.running());
    if (server == null) {
      server = new HttpServer(loop, handler, HttpOptions.defaults().fileReuse(Duration.ZERO));
    }
    return LocalTransport.connect(loop, protocol, server.newConnection());
  }
}
