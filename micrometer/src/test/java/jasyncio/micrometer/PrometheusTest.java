package jasyncio.micrometer;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What Prometheus gets, over a socket.
@Timeout(600)
class PrometheusTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private static HttpRequest request(int port) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
  }

  @Test
  void scrape_servedByTheLoopItself_hasItsMeters() throws Exception {
    var text =
        run(() -> {
          try (var client = HttpClient.newHttpClient();
              var metrics =
                  new EventLoopMetrics(
                      getRunningLoop(), "main", Tags.of("app", "shop"), Duration.ofDays(1))) {
            metrics.bindTo(registry);
            metrics.lagWatch().look();
            var server = Streams.startServer(this::serve, "127.0.0.1", 0);
            int port =
                ((InetSocketAddress) server.sockets().getFirst().getLocalAddress()).getPort();
            var answer = await(client.sendAsync(request(port), BodyHandlers.ofString())).body();
            server.close();
            return answer;
          }
        });
    assertThat(text)
        .contains("jasyncio_loop_ready_steps{app=\"shop\",loop=\"main\"} ")
        .contains("jasyncio_loop_tasks{app=\"shop\",loop=\"main\",state=\"blocked\"} 0.0\n")
        .contains("jasyncio_loop_tasks{app=\"shop\",loop=\"main\",state=\"unblocked\"} 2.0\n")
        .contains("jasyncio_loop_timers{app=\"shop\",loop=\"main\"} ")
        .contains("jasyncio_loop_channels{app=\"shop\",loop=\"main\"} 2.0\n")
        .contains("jasyncio_loop_utilization{app=\"shop\",loop=\"main\"} 0.")
        .contains("jasyncio_loop_lag_seconds_count{app=\"shop\",loop=\"main\"} ")
        .contains("jasyncio_loop_lag_current_seconds{app=\"shop\",loop=\"main\"} 0.0\n")
        .contains("jasyncio_loop_executor_active_threads{app=\"shop\",loop=\"main\"} NaN\n")
        .contains("jasyncio_loop_executor_queued_calls{app=\"shop\",loop=\"main\"} NaN\n")
        .contains("jasyncio_loop_executor_size_threads{app=\"shop\",loop=\"main\"} NaN\n");
  }

  private void serve(StreamReader reader, StreamWriter writer) throws IOException {
    reader.readuntil("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    var body = registry.scrape().getBytes(StandardCharsets.UTF_8);
    var head =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n";
    writer.write(head.getBytes(StandardCharsets.US_ASCII));
    writer.write(body);
    writer.drain();
    writer.close();
  }

  @Test
  void scrape_loopIsStuck_isAnsweredAndShowsIt() throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          var body = registry.scrape().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    var clock = new HandClock();
    try (var client = HttpClient.newHttpClient();
        var loop = clock.newLoop();
        var metrics = new EventLoopMetrics(loop, "main", Tags.empty(), Duration.ofDays(1))) {
      metrics.bindTo(registry);
      HandClock.block(
          loop,
          () -> {
            metrics.lagWatch().look();
            clock.pass(4);
            assertThat(scrape(client, server.getAddress().getPort()))
                .contains("jasyncio_loop_utilization{loop=\"main\"} 1.0\n")
                .contains("jasyncio_loop_lag_current_seconds{loop=\"main\"} 4.0\n")
                .contains("jasyncio_loop_ready_steps{loop=\"main\"} 1.0\n");
          });
      metrics.lagWatch().look();
      assertThat(scrape(client, server.getAddress().getPort()))
          .contains("jasyncio_loop_lag_seconds_sum{loop=\"main\"} 4.0\n")
          .contains("jasyncio_loop_lag_seconds_max{loop=\"main\"} 4.0\n");
    } finally {
      server.stop(0);
    }
  }

  private static String scrape(HttpClient client, int port) {
    try {
      return client.send(request(port), BodyHandlers.ofString()).body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
