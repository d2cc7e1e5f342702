package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.CancelEverywhere;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Streams of events.
class EventStreamTest {
  private static final String GET = "GET /e HTTP/1.1\r\nHost: x\r\n\r\n";

  private final List<String> steps = new ArrayList<>();

  private static HttpServer server(EventHandler handler) {
    return RawClient.server(new Router().sse("/e", handler), HttpOptions.defaults());
  }

  private void waitForEver() {
    try {
      new Event().await();
    } catch (CancelledError e) {
      steps.add("cancelled");
      throw e;
    }
  }

  @AsyncTest
  void events_areFramed() throws Exception {
    var response =
        new Router()
            .sse(
                "/e",
                (rq, out) -> {
                  out.send("plain");
                  out.send("three\nlines\r\nof\rdata\n");
                  out.send(
                      ServerSentEvent.of("").event("kind").id("7").retry(Duration.ofSeconds(3)));
                  out.comment("nobody\nsees this");
                })
            .test()
            .get("/e")
            .send()
            .expect(200);
    assertThat(response.header("Content-Type")).isEqualTo("text/event-stream");
    assertThat(response.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(response.text())
        .isEqualTo(
            """
            data: plain

            data: three
            data: lines
            data: of
            data: data
            data:\s

            event: kind
            id: 7
            retry: 3000
            data:\s

            : nobody
            : sees this

            """);
  }

  @Test
  void fieldsThatWouldEndTheirLine_areRefused() {
    var event = ServerSentEvent.of("x");
    for (var bad : List.of("a\nb", "a\rb")) {
      assertThatThrownBy(() -> event.id(bad)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> event.event(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> event.id("\0")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> event.retry(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @AsyncTest
  void clientThatConnectsAgain_saysWhatItHasGot() throws Exception {
    var app = new Router().sse("/e", (rq, out) -> out.send("" + out.lastEventId()));
    assertThat(app.test().get("/e").send().text()).isEqualTo("data: null\n\n");
    assertThat(app.test().get("/e").header("Last-Event-ID", "41").send().text())
        .isEqualTo("data: 41\n\n");
  }

  @AsyncTest
  void lastId_ofAnyCharacters_comesBackAsItWasSent() throws Exception {
    var app =
        new Router()
            .sse(
                "/e", (_, out) -> out.send(ServerSentEvent.of("" + out.lastEventId()).id("1 é €")));
    try (var client = HttpClient.of(app);
        var events = client.events("http://x/e").reconnect(1)) {
      assertThat(events.next().data()).isEqualTo("null");
      assertThat(events.next().data()).isEqualTo("1 é €");
    }
    assertThat(app.test().get("/e").header("Last-Event-ID", "\u00e9").send().text())
        .startsWith("id: 1 é €\ndata: é\n");
  }

  @AsyncTest
  void head_isSent_afterHalfASecond_andEventsWhenTheyCome() throws Exception {
    try (var server =
            server((rq, out) -> {
              sleep(1);
              out.send("one");
              sleep(1);
            });
        var client = RawClient.inMemory(server).send(GET)) {
      double began = getRunningLoop().time();
      assertThat(client.readHead()).contains("text/event-stream");
      assertThat(getRunningLoop().time()).isEqualTo(began + 0.5);
      assertThat(client.read(16)).isEqualTo("b\r\ndata: one\n\n\r\n");
      assertThat(getRunningLoop().time()).isEqualTo(began + 1);
      assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
      assertThat(client.send(GET).readHead()).startsWith("HTTP/1.1 200 "); // it goes on
    }
  }

  @AsyncTest
  void quietStream_isKeptAliveByComments() throws Exception {
    try (var server = server((rq, out) -> waitForEver());
        var client = RawClient.inMemory(server).send(GET)) {
      double began = getRunningLoop().time();
      client.readHead();
      assertThat(client.read(16)).isEqualTo("3\r\n:\n\n\r\n3\r\n:\n\n\r\n");
      assertThat(getRunningLoop().time()).isEqualTo(began + 30);
    }
  }

  @AsyncTest
  void clientThatLeaves_cancelsTheHandler() throws Exception {
    try (var server = server((rq, out) -> waitForEver())) {
      try (var client = RawClient.inMemory(server).send(GET)) {
        client.readHead();
        client.abort();
      }
      sleep(0.1);
      assertThat(steps).containsExactly("cancelled");
      assertThat(server.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void clientThatTakesNothing_holdsTheHandlerUp_andIsAborted() throws Exception {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    var big = "x".repeat(100_000);
    try (var server =
            server((rq, out) -> {
              try {
                while (true) {
                  out.send(big);
                  steps.add("sent");
                }
              } catch (IOException | CancelledError e) {
                steps.add("end");
                throw e;
              }
            });
        var _ = RawClient.inMemory(server).send(GET)) {
      sleep(50);
      assertThat(steps).isNotEmpty().hasSizeLessThan(10).doesNotContain("end");
      sleep(100);
      assertThat(steps).endsWith("end");
    }
    assertThat(errors).isEmpty();
  }

  @AsyncTest
  void shutdown_endsTheStream_inOrder_withoutWaitingForTheGrace() throws Exception {
    var server =
        server((rq, out) -> {
          try {
            waitForEver();
          } finally {
            sleep(1);
            out.send("bye");
          }
        });
    try (var client = RawClient.inMemory(server).send(GET)) {
      client.readHead();
      double began = getRunningLoop().time();
      var closing = createTask(server::close);
      assertThat(client.readAll()).isEqualTo("b\ndata: bye\n\n\n0\n\n");
      closing.await();
      assertThat(getRunningLoop().time()).isEqualTo(began + 1);
    }
  }

  @AsyncTest
  void shutdown_doesNotHang_forAHandlerThatIgnoresIt() throws Exception {
    var release = new Event();
    var server =
        server((rq, out) -> {
          try {
            waitForEver();
          } catch (CancelledError e) {
            release.await();
          }
        });
    try (var client = RawClient.inMemory(server).send(GET)) {
      client.readHead();
      double began = getRunningLoop().time();
      server.close();
      assertThat(getRunningLoop().time() - began).isBetween(10.0, 15.0);
      assertThatThrownBy(client::readAll).isInstanceOf(IOException.class);
      release.set();
    }
  }

  @Test
  void clientThatIsCancelledAnywhere_leavesNothing() {
    CancelEverywhere.of(
            scenario -> {
              var server =
                  server((rq, out) -> {
                    for (int i = 0; i < 3; i++) {
                      out.send("" + i);
                      sleep(1);
                    }
                  });
              scenario.other(() -> {
                sleep(30);
                server.close();
              });
              scenario.victim(() -> {
                try (var client = RawClient.inMemory(server).send(GET)) {
                  client.readHead();
                  client.read(30);
                }
              });
              scenario.invariant(() -> assertThat(server.statistics().connections()).isZero());
            })
        .check();
  }
}
