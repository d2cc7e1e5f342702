package jasyncio.bench.peers;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PemKeyCertOptions;

/// Vert.x, one event loop: `VertxServer nio|epoll serve|serve-tls PORT`.
public final class VertxServer {
  private static final CharSequence TEXT = HttpHeaders.createOptimized(Contents.TEXT);
  private static final CharSequence JSON = HttpHeaders.createOptimized(Contents.JSON);
  private static final Buffer HELLO = Buffer.buffer(Contents.HELLO);

  private VertxServer() {}

  /// Serves until the process is ended.
  ///
  /// @param arguments `nio` or `epoll`, `serve` or `serve-tls`, the port
  public static void main(String[] arguments) {
    var options =
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setPreferNativeTransport(arguments[0].equals("epoll"));
    boolean tls = arguments[1].equals("serve-tls");
    int port = Integer.parseInt(arguments[2]);
    Vertx.vertx(options)
        .deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return vertx
                    .createHttpServer(options(tls))
                    .requestHandler(VertxServer::answer)
                    .webSocketHandler(VertxServer::echo)
                    .listen(port, "127.0.0.1");
              }
            })
        .onSuccess(_ -> System.out.println("READY"))
        .onFailure(e -> {
          e.printStackTrace();
          System.exit(1);
        });
  }

  private static HttpServerOptions options(boolean tls) {
    var options = new HttpServerOptions().setAcceptBacklog(4096);
    if (tls) {
      options
          .setSsl(true)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertPath(Contents.tls().resolve("cert.pem").toString())
                  .setKeyPath(Contents.tls().resolve("key.pem").toString()));
    }
    return options;
  }

  private static void answer(HttpServerRequest request) {
    var response = request.response().putHeader(HttpHeaders.DATE, Contents.date());
    switch (request.uri()) {
      case "/json" ->
          response.putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(Buffer.buffer(Contents.json()));
      case "/static/64k.bin" -> response.sendFile(Contents.file().toString());
      default -> response.putHeader(HttpHeaders.CONTENT_TYPE, TEXT).end(HELLO);
    }
  }

  private static void echo(ServerWebSocket socket) {
    socket.textMessageHandler(socket::writeTextMessage);
  }
}
