package jasyncio.bench.compare;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServerOptions;

/// Vert.x, one event loop, its default transport: `VertxPeer serve echo-proto|http PORT`.
public final class VertxPeer {
  private static final int BACKLOG = 4096;
  private static final String HOST = "127.0.0.1";

  private VertxPeer() {}

  /// Serves until the process is ended.
  ///
  /// @param arguments see above
  public static void main(String[] arguments) {
    if (!arguments[0].equals("serve")) {
      Bench.unsupported(arguments[0]);
    }
    int port = Integer.parseInt(arguments[2]);
    Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1))
        .deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return arguments[1].equals("http") ? http(vertx, port) : echo(vertx, port);
              }
            })
        .onSuccess(_ -> System.out.println("READY"))
        .onFailure(e -> {
          e.printStackTrace();
          System.exit(1);
        });
  }

  private static Future<?> http(Vertx vertx, int port) {
    return vertx
        .createHttpServer(new HttpServerOptions().setAcceptBacklog(BACKLOG))
        .requestHandler(request ->
            request.response().putHeader("Content-Type", "text/plain").end("Hello, World!"))
        .listen(port, HOST);
  }

  private static Future<?> echo(Vertx vertx, int port) {
    return vertx
        .createNetServer(new NetServerOptions().setAcceptBacklog(BACKLOG).setTcpNoDelay(true))
        .connectHandler(socket -> socket.handler(socket::write))
        .listen(port, HOST);
  }
}
