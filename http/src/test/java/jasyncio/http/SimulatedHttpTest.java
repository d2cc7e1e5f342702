package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.testing.Explore;
import jasyncio.testing.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;

/// Server and client as they are, on a network that is simulated.
class SimulatedHttpTest {
  private static void serve() throws Exception {
    var app =
        new Router()
            .get("/hello/{name}", rq -> Response.text("hello " + rq.path("name")))
            .get(
                "/slow",
                _ -> {
                  sleep(5);
                  return Response.text("slow");
                });
    Http.serve(app, "0.0.0.0", 8080);
  }

  private static String get(HttpClient client, String path) throws IOException {
    return client.get("http://server:8080" + path).send().text();
  }

  @Explore(runs = 30)
  void serverAndClient_onTwoHosts(Simulation sim) throws Exception {
    sim.host("server", SimulatedHttpTest::serve);
    sleep(10);
    sim.link("test", "server").latency(0.01, 0.2).splitting(0.3);
    try (var client = new HttpClient()) {
      for (int i = 0; i < 5; i++) {
        assertThat(get(client, "/hello/" + i)).isEqualTo("hello " + i);
      }
    }
  }

  @Explore(runs = 1)
  void requestUnderWay_isAnswered_whenTheServerIsToEnd(Simulation sim) throws Exception {
    var server = sim.host("server", SimulatedHttpTest::serve);
    sleep(1);
    var before = sim.elapsed();
    try (var client = new HttpClient()) {
      var slow = createTask(() -> get(client, "/slow"));
      sleep(1);
      server.signal("TERM");
      assertThat(slow.await()).isEqualTo("slow");
      assertThat(sim.elapsed().minus(before))
          .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
      sleep(1);
      assertThat(server.isRunning()).isFalse();
      assertThatThrownBy(() -> get(client, "/hello/again")).isInstanceOf(IOException.class);
    }
  }

  @Explore(runs = 1)
  void serverThatCrashes_isFoundAgain(Simulation sim) throws Exception {
    var server = sim.host("server", SimulatedHttpTest::serve);
    sleep(1);
    var seen = new ArrayList<String>();
    try (var client = new HttpClient()) {
      seen.add(get(client, "/hello/a"));
      server.crash();
      server.restart();
      sleep(1);
      seen.add(get(client, "/hello/b")); // the connection in the pool is dead: tried again
    }
    assertThat(seen).containsExactly("hello a", "hello b");
  }
}
