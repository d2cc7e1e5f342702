package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.MemoryStreams;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Handlers that end otherwise than by returning, clients that leave, and servers that do.
class ShutdownTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final HttpOptions DEFAULTS = HttpOptions.defaults();

  private final List<String> steps = new ArrayList<>();
  private final List<String> logged = new ArrayList<>();

  private AccessLog log() {
    return AccessLog.entries(e ->
        logged.add(e.status() + " " + e.bytes() + " bytes" + (e.complete() ? "" : ", broken off")));
  }

  private HttpServer server(Handler handler) {
    return RawClient.server(handler, DEFAULTS);
  }

  /// A handler that waits for ever, and cleans up.
  private Response waitForEver() {
    try {
      steps.add("begun");
      sleep(1_000_000);
      return Response.empty(204);
    } catch (CancelledError e) {
      steps.add("cancelled");
      throw e;
    } finally {
      sleep(1); // to clean up may take time
      steps.add("clean");
    }
  }

  private List<ErrorContext> collectErrors() {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((_, context) -> errors.add(context));
    return errors;
  }

  // ---- handlers that fail -----------------------------------------------------------------------

  @AsyncTest
  void handlerThatThrows_isAnswered500_andReportedOnce() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(rq -> {
              throw new IllegalStateException("the secret");
            });
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse())
          .startsWith("HTTP/1.1 500 Internal Server Error\n")
          .contains("application/problem+json")
          .doesNotContain("secret");
      assertThat(client.send(GET).readResponse()).startsWith("HTTP/1.1 500 ");
    }
    assertThat(errors).hasSize(2);
    assertThat(errors.getFirst().message())
        .isEqualTo("Unhandled exception in the handler of GET /");
    assertThat(errors.getFirst().exception()).hasMessage("the secret");
  }

  @AsyncTest
  void handlerThatThrowsAProblem_isAnsweredByIt_andNothingIsReported() throws Exception {
    try (var server =
            server(rq -> {
              throw HttpProblem.of(404, "There is no \"x\".").with("note", 7);
            });
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse())
          .startsWith("HTTP/1.1 404 Not Found\n")
          .endsWith(
              "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"There is no \\\"x\\\".\",\"note\":7}");
    }
  }

  @AsyncTest
  void handlerThatReturnsNull_isAnswered500() throws Exception {
    var errors = collectErrors();
    try (var server = server(rq -> null);
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse()).startsWith("HTTP/1.1 500 ");
    }
    assertThat(errors).hasSize(1);
  }

  @AsyncTest
  void handlerThatIsCancelledByItself_isAnswered500() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(rq -> {
              throw new CancelledError();
            });
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse()).startsWith("HTTP/1.1 500 ");
      assertThat(client.send(GET).readResponse()).startsWith("HTTP/1.1 500 ");
    }
    assertThat(errors).hasSize(2);
  }

  @AsyncTest
  void streamedBodyThatThrows_endsTheConnection_inTheMiddle() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(rq ->
                Response.stream(out -> {
                  out.write("abc");
                  out.flush();
                  sleep(1);
                  throw new IllegalStateException("broken");
                }));
        var client = RawClient.inMemory(server)) {
      client.send(GET).readHead();
      assertThat(client.readAll()).isEqualTo("3\nabc\n"); // without the last chunk
    }
    assertThat(errors).hasSize(1);
  }

  @AsyncTest
  void streamedBody_ofTheWrongLength_endsTheConnection() throws Exception {
    var errors = collectErrors();
    try (var server = server(rq -> Response.stream(5, out -> out.write("abc")));
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readAll()).contains("Content-Length: 5\n").endsWith("\n\nabc");
    }
    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().exception())
        .hasMessage("the body of the response has 3 bytes, and 5 were announced");
  }

  // ---- clients that leave -----------------------------------------------------------------------

  @AsyncTest
  void clientThatLeaves_cancelsItsHandler() throws Exception {
    try (var server = server(rq -> waitForEver())) {
      try (var client = RawClient.inMemory(server)) {
        client.send(GET);
        sleep(1);
        client.abort();
      }
      sleep(2);
      assertThat(steps).containsExactly("begun", "cancelled", "clean");
      assertThat(server.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void clientThatLeaves_onARealSocket_cancelsItsHandler() throws Exception {
    var begun = new Event();
    var cancelled = new Event();
    Handler handler =
        rq -> {
          begun.set();
          try {
            new Event().await();
          } finally {
            cancelled.set();
          }
          return Response.empty(204);
        };
    try (var server = Http.start(handler, "127.0.0.1", 0)) {
      try (var client = new RawClient(server)) {
        client.send(GET);
        begun.await();
      }
      cancelled.await();
    }
  }

  @AsyncTest
  void clientThatLeaves_doesNotCancel_ifToldNotTo() throws Exception {
    var server =
        RawClient.server(
            rq -> {
              sleep(10);
              steps.add("done");
              return Response.text("nobody reads this");
            },
            DEFAULTS.cancelOnDisconnect(false));
    try (server) {
      try (var client = RawClient.inMemory(server)) {
        client.send(GET);
        sleep(1);
        client.abort();
      }
    }
    assertThat(steps).containsExactly("done");
  }

  @AsyncTest
  void clientThatClosesItsSendingHalf_isStillAnswered() throws Exception {
    try (var server =
            server(rq -> {
              sleep(0.5);
              return Response.text(rq.path());
            });
        var client = RawClient.inMemory(server)) {
      client.send(GET).end();
      assertThat(client.readAll()).contains("Connection: close\n").endsWith("/");
    }
  }

  @AsyncTest
  void clientThatClosesItsSendingHalf_isTakenToHaveLeft_afterASecond() throws Exception {
    try (var server = server(rq -> waitForEver());
        var client = RawClient.inMemory(server)) {
      client.send(GET).end();
      sleep(0.9);
      assertThat(steps).containsExactly("begun");
      sleep(0.2);
      assertThat(steps).containsExactly("begun", "cancelled");
      assertThatThrownBy(client::readAll).as("nobody to answer").isInstanceOf(IOException.class);
    }
  }

  @AsyncTest
  void clientThatLeaves_isInTheLog_asThat() throws Exception {
    Handler stubborn =
        rq -> {
          try {
            sleep(1_000);
          } catch (CancelledError e) {
            steps.add("cancelled");
          }
          return Response.text("nobody reads this");
        };
    for (boolean half : new boolean[] {false, true}) {
      for (var handler : List.of(stubborn, (Handler) rq -> waitForEver())) {
        try (var server = RawClient.server(handler, DEFAULTS.accessLog(log()));
            var client = RawClient.inMemory(server)) {
          client.send(GET);
          sleep(1);
          if (half) {
            client.end();
          } else {
            client.abort();
          }
          sleep(3);
          assertThat(server.statistics().connections()).isZero();
        }
      }
    }
    assertThat(logged).hasSize(4).containsOnly("499 0 bytes, broken off");
  }

  @AsyncTest
  void clientThatLeaves_beforeItsBodyHasCome_breaksOffTheReading() throws Exception {
    var server =
        RawClient.server(
            rq -> {
              try {
                return Response.text(rq.text());
              } catch (IOException e) {
                steps.add(String.valueOf(e.getMessage()));
                throw e;
              }
            },
            DEFAULTS.cancelOnDisconnect(false));
    collectErrors();
    try (server;
        var client = RawClient.inMemory(server)) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").end();
      client.readAll();
    }
    assertThat(steps).containsExactly("the client has gone before all of the body had come");
  }

  // ---- servers that shut down -------------------------------------------------------------------

  @AsyncTest
  void idleConnections_areClosedAtOnce() throws Exception {
    var server = server(rq -> Response.empty(204));
    try (var client = RawClient.inMemory(server);
        var silent = RawClient.inMemory(server)) {
      client.send(GET).readHead();
      double began = getRunningLoop().time();
      server.close();
      assertThat(getRunningLoop().time() - began).isZero();
      assertThat(client.readAll()).isEmpty();
      assertThat(silent.readAll()).isEmpty();
    }
  }

  @AsyncTest
  void requestUnderWay_isAnswered_asTheLast() throws Exception {
    var server =
        server(rq -> {
          sleep(5);
          return Response.text(rq.shuttingDown().isSet() ? "and goodbye" : "?");
        });
    try (var client = RawClient.inMemory(server)) {
      client.send(GET);
      sleep(1);
      var closing = createTask(server::close);
      assertThat(client.readAll()).contains("Connection: close\n").endsWith("and goodbye");
      closing.await();
      assertThat(getRunningLoop().time()).isLessThan(6);
    }
  }

  @AsyncTest
  void streamUnderWay_seesTheShutdown_andEndsInItsWay() throws Exception {
    var server =
        server(rq ->
            Response.stream(out -> {
              out.write("tick");
              rq.shuttingDown().await();
              out.write("bye");
            }));
    try (var client = RawClient.inMemory(server)) {
      client.send(GET).readHead();
      createTask(server::close).await();
      assertThat(client.readAll()).isEqualTo("4\ntick\n3\nbye\n0\n\n");
    }
  }

  @AsyncTest
  void handlerThatDoesNotEnd_isCancelledAfterTheGrace_andCleansUp() throws Exception {
    var server = server(rq -> waitForEver());
    try (var client = RawClient.inMemory(server)) {
      client.send(GET);
      sleep(1);
      double began = getRunningLoop().time();
      server.close();
      assertThat(getRunningLoop().time() - began).isEqualTo(11);
      assertThat(steps).containsExactly("begun", "cancelled", "clean");
      assertThat(client.readAll()).startsWith("HTTP/1.1 503 ").contains("Connection: close\n");
    }
  }

  @AsyncTest
  void streamThatDoesNotEnd_isCancelledAfterTheGrace_andBrokenOff() throws Exception {
    var server =
        server(rq ->
            Response.stream(out -> {
              while (true) {
                out.write("tick");
                sleep(1);
              }
            }));
    try (var client = RawClient.inMemory(server)) {
      client.send(GET).readHead();
      double began = getRunningLoop().time();
      server.close();
      assertThat(getRunningLoop().time() - began).isEqualTo(10);
      assertThat(client.readAll()).endsWith("4\ntick\n"); // without the last chunk
    }
  }

  @AsyncTest
  void secondWish_endsTheGrace() throws Exception {
    var server = server(rq -> waitForEver());
    try (var client = RawClient.inMemory(server)) {
      client.send(GET);
      sleep(1);
      double began = getRunningLoop().time();
      var closing = createTask(server::close);
      sleep(1);
      closing.cancel();
      assertThatThrownBy(closing::await).isInstanceOf(CancelledError.class);
      server.waitClosed();
      assertThat(getRunningLoop().time() - began).isEqualTo(2);
      assertThat(steps).containsExactly("begun", "cancelled", "clean");
    }
  }

  @AsyncTest
  void secondSignal_endsTheGrace_andClientsAreTold() throws Exception {
    var app = new Router().get("/", rq -> waitForEver()).webSocket("/talk", ws -> sleep(1_000_000));
    var server = Http.start(app, "127.0.0.1", 0, DEFAULTS.signals(false).accessLog(log()));
    var serving = createTask(server::serveForever);
    try (var client = RawClient.inMemory(server)) {
      var talking = new RawClient(server);
      talking.send(
          """
          GET /talk HTTP/1.1
          Host: x
          Upgrade: websocket
          Connection: Upgrade
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==

          """
              .replace("\n", "\r\n"));
      talking.readHead();
      client.send(GET);
      sleep(1);
      server.terminate();
      sleep(1);
      assertThat(steps).containsExactly("begun");
      double began = getRunningLoop().time();
      server.terminate();
      assertThat(talking.read(4)).isEqualTo("\u0088\u0002\u0003\u00e9"); // close with 1001
      talking.connection().writer().write(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0});
      assertThat(client.readAll()).startsWith("HTTP/1.1 503 ").contains("shutting down");
      serving.await();
      talking.close();
      assertThat(getRunningLoop().time() - began).isLessThanOrEqualTo(1.1);
      assertThat(steps).containsExactly("begun", "cancelled", "clean");
    }
    assertThat(logged).hasSize(2).anyMatch(s -> s.startsWith("503 ") && !s.contains("broken"));
    assertThat(logged).contains("101 0 bytes");
  }

  @AsyncTest
  void thirdSignal_aborts_andTheLogDoesNotClaimMore() throws Exception {
    var server =
        Http.start(rq -> waitForEver(), "127.0.0.1", 0, DEFAULTS.signals(false).accessLog(log()));
    var serving = createTask(server::serveForever);
    try (var client = RawClient.inMemory(server)) {
      client.send(GET);
      sleep(1);
      server.terminate();
      server.terminate();
      server.terminate();
      assertThatThrownBy(client::readAll).isInstanceOf(IOException.class);
      serving.await();
    }
    assertThat(steps).containsExactly("begun", "cancelled", "clean");
    assertThat(logged).containsExactly("444 0 bytes, broken off");
  }

  @AsyncTest
  void cancelledClose_stillTellsClients_andWaitsForTheCleanUp() throws Exception {
    var server = RawClient.server(rq -> waitForEver(), DEFAULTS.accessLog(log()));
    try (var client = RawClient.inMemory(server)) {
      client.send(GET);
      sleep(1);
      var closing = createTask(server::close);
      sleep(1);
      closing.cancel();
      assertThatThrownBy(closing::await).isInstanceOf(CancelledError.class);
      assertThat(steps).containsExactly("begun", "cancelled", "clean");
      assertThat(client.readAll()).startsWith("HTTP/1.1 503 ");
    }
    assertThat(logged).singleElement().asString().startsWith("503 ").doesNotContain("broken");
  }

  @AsyncTest
  void afterResponse_isWaitedFor_andCancelledAfterTheGrace() throws Exception {
    var server =
        server(rq -> {
          rq.afterResponse(() -> waitForEver());
          return Response.empty(204);
        });
    try (var client = RawClient.inMemory(server)) {
      client.send(GET).readHead();
      double began = getRunningLoop().time();
      server.close();
      assertThat(getRunningLoop().time() - began).isEqualTo(11);
      assertThat(steps).containsExactly("begun", "cancelled", "clean");
    }
  }

  @AsyncTest
  void serve_endsInOrder_whenItsTaskIsCancelled() throws Exception {
    var serving =
        createTask(
            () -> Http.serve(rq -> Response.empty(204), "127.0.0.1", 0, DEFAULTS.signals(false)));
    sleep(0);
    serving.cancel();
    assertThatThrownBy(serving::await).isInstanceOf(CancelledError.class);
  }

  @AsyncTest
  void serveForever_endsInOrder_whenTheServerIsStopped() throws Exception {
    var server = Http.start(rq -> waitForEver(), "127.0.0.1", 0, DEFAULTS.signals(false));
    var serving = createTask(server::serveForever);
    try (var client = RawClient.inMemory(server)) {
      client.send(GET);
      sleep(1);
      assertThat(serving.done()).isFalse();
      server.stop();
      sleep(1);
      assertThat(serving.done()).isFalse();
      serving.await();
      assertThat(steps).containsExactly("begun", "cancelled", "clean");
    }
  }

  @AsyncTest
  void connectionThatIsMade_whileTheServerStops_isClosedAtOnce() throws Exception {
    var server = server(rq -> Response.empty(204));
    server.stop();
    double began = getRunningLoop().time();
    try (server;
        var client = RawClient.inMemory(server)) {
      assertThat(client.readAll()).isEmpty();
      assertThat(getRunningLoop().time()).isEqualTo(began);
    }
  }

  @AsyncTest
  void handlerThatIsCancelled_beforeItBegins_isForgotten() throws Exception {
    var server = server(rq -> Response.empty(204));
    for (boolean lost : new boolean[] {false, true}) {
      try (var pair = MemoryStreams.pair()) {
        var transport = pair.right().writer().transport();
        var protocol = server.newConnection();
        transport.setProtocol(protocol);
        protocol.connectionMade(transport);
        protocol.dataReceived(GET.getBytes(ISO_8859_1));
        if (lost) {
          transport.abort();
          protocol.connectionLost(null);
        } else {
          server.abort();
        }
        sleep(1);
        assertThat(server.statistics()).isEqualTo(new HttpServer.Statistics(0, 0));
      }
    }
    server.close();
  }

  @AsyncTest
  void problemThatCannotBeSent_isAnswered500_andReported() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(rq -> {
              throw HttpProblem.of(400).header("Content-Length", "5");
            });
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse()).startsWith("HTTP/1.1 500 ");
    }
    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().exception()).isInstanceOf(IllegalArgumentException.class);
  }

  @AsyncTest
  void logThatThrows_isReported_andNothingElse() throws Exception {
    var errors = collectErrors();
    try (var server =
            server(
                ((Handler) rq -> Response.text("Hello"))
                    .with(
                        AccessLog.to(_ -> {
                          throw new IllegalStateException("the disk is full");
                        })));
        var client = RawClient.inMemory(server)) {
      assertThat(client.send(GET).readResponse()).endsWith("Hello");
      assertThat(client.send(GET).readResponse()).endsWith("Hello");
    }
    assertThat(errors).hasSize(2);
    assertThat(errors.getFirst().exception()).hasMessage("the disk is full");
  }
}
