package jasyncio.bench.peers;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/// Vert.x's client, one event loop: `VertxClient nio|epoll client URL`.
public final class VertxClient {
  private final HttpClient client;
  private final RequestOptions options;

  private VertxClient(HttpClient client, URI uri) {
    this.client = client;
    this.options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost(uri.getHost())
            .setPort(uri.getPort())
            .setURI(uri.getPath());
  }

  /// Makes requests as it is told.
  ///
  /// @param arguments `nio` or `epoll`, `client` and the URL
  public static void main(String[] arguments) throws Exception {
    var vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setPreferNativeTransport(arguments[0].equals("epoll")));
    var client =
        vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(1000).setEventLoopSize(1));
    var requests = new VertxClient(client, URI.create(arguments[2]));
    ClientLoop.run((connections, end) -> {
      var made = new CompletableFuture<Long>();
      vertx.runOnContext(_ -> requests.start(connections, end, made));
      return made.get();
    });
    vertx.close().await();
  }

  private void start(int connections, long end, CompletableFuture<Long> made) {
    var count = new long[1];
    var left = new CountDownLatch(connections); // all on one thread: it only counts
    for (int i = 0; i < connections; i++) {
      next(
          end,
          count,
          () -> {
            left.countDown();
            if (left.getCount() == 0) {
              made.complete(count[0]);
            }
          },
          made);
    }
  }

  private void next(long end, long[] count, Runnable done, CompletableFuture<Long> made) {
    client
        .request(options)
        .compose(request ->
            request
                .send()
                .compose(response ->
                    response.statusCode() == 200
                        ? response.body()
                        : Future.failedFuture("status " + response.statusCode())))
        .onComplete(result -> {
          if (result.failed() || result.result().length() != Contents.HELLO_BYTES.length) {
            made.completeExceptionally(result.cause());
            return;
          }
          count[0]++;
          if (System.nanoTime() < end) {
            next(end, count, done, made);
          } else {
            done.run();
          }
        });
  }
}
