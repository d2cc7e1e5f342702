package jasyncio.http;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Action;
import jasyncio.BlockingPolicy;
import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.sync.Event;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.OnLoop;
import jasyncio.testing.TimeMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/// The pool, and what may take how long.
class ClientLimitsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /// Answers each request after a second, with the number of its connection.
  private static ScriptedServer slow() {
    return ScriptedServer.inMemory(peer -> {
      while (!peer.head().isEmpty()) {
        sleep(1);
        peer.ok("" + peer.number);
      }
    });
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertLate(
      HttpTimeoutException.Limit limit, double after, Action<?> action) {
    double before = getRunningLoop().time();
    var thrown = assertThatThrownBy(action::run).isInstanceOf(HttpTimeoutException.class);
    thrown.extracting(e -> ((HttpTimeoutException) e).limit()).isEqualTo(limit);
    assertThat(getRunningLoop().time() - before).isEqualTo(after);
    return thrown;
  }

  // ---- the pool ---------------------------------------------------------------------------------

  @AsyncTest
  void noMoreConnectionsThanAllowed_toOneOrigin_andTheOthersWaitInOrder() throws Exception {
    try (var server = slow();
        var client = server.client(ClientOptions.defaults().maxPerOrigin(2))) {
      var order = new ArrayList<Integer>();
      var tasks = new ArrayList<Task<?>>();
      for (int i = 0; i < 6; i++) {
        int n = i;
        tasks.add(
            createTask(() -> {
              client.get(server.url("/" + n)).send();
              order.add(n);
            }));
      }
      sleep(0.5);
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(2, 0, 4, 2));
      for (var task : tasks) {
        task.await();
      }
      assertThat(order).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(server.connections).isEqualTo(2);
      assertThat(getRunningLoop().time()).isEqualTo(3);
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(2, 2, 0, 6));
    }
  }

  @AsyncTest
  void noMoreConnectionsThanAllowed_toAllOrigins() throws Exception {
    try (var server = slow();
        var client = server.client(ClientOptions.defaults().maxConnections(2))) {
      var tasks = new ArrayList<Task<?>>();
      for (int i = 0; i < 6; i++) {
        int n = i;
        tasks.add(createTask(() -> client.get("http://host" + n + "/").send()));
      }
      sleep(0.5);
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(2, 0, 4, 2));
      for (var task : tasks) {
        task.await();
      }
      assertThat(server.connections).isEqualTo(6); // idle ones have made room
      assertThat(getRunningLoop().time()).isEqualTo(3);
      assertThat(client.statistics()).isEqualTo(new HttpClient.Statistics(2, 2, 0, 6));
    }
  }

  @AsyncTest
  void waiterThatIsCancelled_leavesTheConnectionToTheNext() throws Exception {
    try (var server = slow();
        var client = server.client(ClientOptions.defaults().maxConnections(1))) {
      var first = createTask(() -> client.get(server.url("/")).send());
      var second = createTask(() -> client.get(server.url("/")).send());
      var third = createTask(() -> client.get(server.url("/")).send());
      sleep(0.5);
      second.cancel();
      first.await();
      third.await();
      assertThatThrownBy(second::await).isInstanceOf(CancelledError.class);
      assertThat(server.connections).isEqualTo(1);
      assertThat(client.statistics().waiting()).isZero();
    }
  }

  @AsyncTest
  void connectionThatFails_leavesItsRoomToTheNext() throws Exception {
    try (var server = slow();
        var client =
            server.client(ClientOptions.defaults().maxConnections(1).connectTimeout(SECOND))) {
      var never = new Event();
      var hanging =
          new HttpClient(
              ClientOptions.defaults()
                  .maxConnections(1)
                  .connectTimeout(SECOND)
                  .connector((protocol, host, port, options) -> {
                    if (host.equals("hangs")) {
                      never.await();
                    }
                    return server.connector().connect(protocol, host, port, options);
                  }));
      try (hanging) {
        var first = createTask(() -> hanging.get("http://hangs/").send());
        var second = createTask(() -> hanging.get("http://answers/").send());
        assertThatThrownBy(first::await).isInstanceOf(HttpTimeoutException.class);
        assertThat(second.await().status()).isEqualTo(200);
      }
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @Test
  @OnLoop(time = TimeMode.REAL, blocking = BlockingPolicy.BLOCK)
  void connectionThatTheServerEnds_whileTheLoopIsBlocked_isNotUsed() throws Exception {
    try (var listening = new ServerSocket(0)) {
      var accepted = new int[1];
      var ended = new CountDownLatch(1);
      var server =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (; accepted[0] < 2; accepted[0]++) {
                    try (var socket = listening.accept()) {
                      readHead(socket.getInputStream());
                      socket
                          .getOutputStream()
                          .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(UTF_8));
                    }
                    ended.countDown();
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      try (var client = new HttpClient()) {
        client.surelyFresh = -1;
        var url = "http://127.0.0.1:" + listening.getLocalPort();
        client.get(url).send();
        ended.await(); // the loop does not look meanwhile
        assertThat(client.post(url).send().status()).isEqualTo(200);
      }
      server.join();
      assertThat(accepted[0]).isEqualTo(2);
    }
  }

  private static void readHead(InputStream in) throws IOException {
    for (int last = 0; last < 4; ) {
      int b = in.read();
      last = b == (last % 2 == 0 ? '\r' : '\n') ? last + 1 : 0;
    }
  }

  // ---- time -------------------------------------------------------------------------------------

  @AsyncTest
  void poolTimeout_saysWhatIsInUse() throws Exception {
    try (var server = slow();
        var client =
            server.client(
                ClientOptions.defaults().maxPerOrigin(1).poolTimeout(Duration.ofMillis(250)))) {
      var first = createTask(() -> client.get(server.url("/")).send());
      sleep(0);
      assertLate(HttpTimeoutException.Limit.POOL, 0.25, () -> client.get(server.url("/x")).send())
          .hasMessage(
              "no connection to http://scripted became free within 0.25 s for GET"
                  + " http://scripted/x: all 1 that there may be to it are in use (maxPerOrigin)"
                  + " (poolTimeout)");
      first.await();
    }
  }

  @AsyncTest
  void connectTimeout_saysWho() throws Exception {
    var never = new Event();
    var options =
        ClientOptions.defaults()
            .connectTimeout(SECOND)
            .connector((protocol, host, port, how) -> {
              never.await();
              throw new AssertionError();
            });
    try (var client = new HttpClient(options)) {
      assertLate(HttpTimeoutException.Limit.CONNECT, 1, () -> client.get("http://a:8080/").send())
          .hasMessage(
              "http://a:8080 could not be connected to within 1 s for GET http://a:8080/"
                  + " (connectTimeout)");
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void readTimeout_isForSilence_beforeTheHeadAndInTheBody() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              if (peer.head().startsWith("GET /body")) {
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
                for (int i = 0; i < 3; i++) {
                  sleep(1.5);
                  peer.say("x");
                }
              }
              peer.awaitEnd();
            });
        var client = server.client(ClientOptions.defaults().readTimeout(Duration.ofSeconds(2)))) {
      assertLate(HttpTimeoutException.Limit.READ, 2, () -> client.get(server.url("/")).send())
          .hasMessage(
              "http://scripted sent nothing for 2 s after GET http://scripted/ (readTimeout)");
      assertLate(
          HttpTimeoutException.Limit.READ, 6.5, () -> client.get(server.url("/body")).send());
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void readTimeout_isNotForWhoDoesNotRead_norForWhoDoesNotWrite() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              while (!peer.head().isEmpty()) {
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                peer.say(new byte[1_000_000]);
              }
            });
        var client = server.client(ClientOptions.defaults().readTimeout(SECOND))) {
      try (var response = client.get(server.url("/")).open()) {
        sleep(10);
        assertThat(response.bytes()).hasSize(1_000_000);
      }
    }
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              peer.ok(peer.body(6));
              peer.awaitEnd();
            });
        var client = server.client(ClientOptions.defaults().readTimeout(SECOND))) {
      var response =
          client
              .put(server.url("/"))
              .body(
                  "a/b",
                  6,
                  out -> {
                    out.write("abc");
                    sleep(10);
                    out.write("def");
                  })
              .send();
      assertThat(response.text()).isEqualTo("abcdef");
    }
  }

  @AsyncTest
  void readTimeout_isForServersThatTakeNothing() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              peer.head();
              new Event().await();
            });
        var client = server.client(ClientOptions.defaults().readTimeout(SECOND))) {
      assertThatThrownBy(() ->
              client
                  .put(server.url("/"))
                  .body(
                      "a/b",
                      out -> {
                        while (true) {
                          out.write(new byte[100_000]);
                        }
                      })
                  .send())
          .isInstanceOf(HttpTimeoutException.class)
          .hasMessageContaining("took nothing for 1 s");
    }
  }

  @AsyncTest
  void timeout_isForAll() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              if (peer.head().startsWith("GET /body")) {
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
                while (true) {
                  sleep(1);
                  peer.say("x");
                }
              }
              peer.awaitEnd();
            });
        var client = server.client()) {
      assertLate(
              HttpTimeoutException.Limit.TOTAL,
              2.5,
              () -> client.get(server.url("/")).timeout(2.5).send())
          .hasMessage("GET http://scripted/ took longer than 2.5 s in all (timeout)");
      assertLate(
          HttpTimeoutException.Limit.TOTAL,
          2.5,
          () -> client.get(server.url("/body")).timeout(2.5).send());
      try (var response = client.get(server.url("/body")).timeout(2.5).open()) {
        assertThat(response.body().readexactly(2)).hasSize(2);
        assertLate(HttpTimeoutException.Limit.TOTAL, 0.5, () -> response.body().read());
      }
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void timeout_isForRedirectionsTogether_andTheWaitForConnections() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              while (!peer.head().isEmpty()) {
                sleep(1);
                peer.say("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
              }
            });
        var client = server.client(ClientOptions.defaults().maxConnections(1))) {
      var first =
          createTask(() ->
              assertLate(
                  HttpTimeoutException.Limit.TOTAL,
                  4.5,
                  () -> client.get(server.url("/")).timeout(4.5).send()));
      assertLate(
          HttpTimeoutException.Limit.TOTAL,
          0.5,
          () -> client.get(server.url("/")).timeout(0.5).send());
      first.await();
    }
  }

  @AsyncTest
  void nothingIsLeft_ofLimitsThatWereKept() throws Exception {
    for (var options :
        List.of(
            ClientOptions.defaults(),
            ClientOptions.defaults().readTimeout(null).poolTimeout(null).connectTimeout(null),
            ClientOptions.defaults().timeout(SECOND.multipliedBy(5)))) {
      try (var server = slow();
          var client = server.client(options)) {
        assertThat(client.get(server.url("/")).send().text()).isEqualTo("1");
      }
    }
  }

  @AsyncTest
  void responseOfAServerThatTakesNoMore_leavesNoConnection() throws Exception {
    try (var server =
        ScriptedServer.inMemory(peer -> {
          peer.head();
          peer.say("HTTP/1.1 413 Too long\r\nContent-Length: 0\r\n\r\n");
          sleep(1000);
        })) {
      var client = server.client();
      var response =
          client.put(server.url("/")).body("a/b", out -> out.write(new byte[10_000_000])).send();
      assertThat(response.status()).isEqualTo(413);
      sleep(1);
      double began = getRunningLoop().time();
      client.close(); // waits for the connections that are still there
      assertThat(getRunningLoop().time()).isEqualTo(began);
    }
  }

  @AsyncTest
  void responseWithoutABody_thatAnnouncesOne_endsItsConnection() throws Exception {
    try (var server =
            ScriptedServer.inMemory(peer -> {
              while (!peer.head().isEmpty()) {
                peer.say("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
              }
            });
        var client = server.client()) {
      assertThat(client.get(server.url("/")).send().status()).isEqualTo(204);
      assertThat(client.statistics().connections()).isZero();
    }
  }

  @AsyncTest
  void closing_whileAConnectionIsMade_endsThat() throws Exception {
    var never = new Event();
    var steps = new ArrayList<String>();
    var client =
        new HttpClient(
            ClientOptions.defaults()
                .maxConnections(1)
                .connector((protocol, host, port, how) -> {
                  try {
                    never.await();
                    throw new AssertionError();
                  } finally {
                    steps.add("connecting ended");
                  }
                }));
    var first = createTask(() -> client.get("http://a/").send());
    var second = createTask(() -> client.get("http://a/").send());
    sleep(1);
    client.close();
    assertThat(steps).as("when close returns").containsExactly("connecting ended");
    for (var task : List.of(first, second)) {
      assertThatThrownBy(task::await)
          .isInstanceOf(HttpException.class)
          .hasMessageContaining("the client was closed");
    }
    assertThat(getRunningLoop().time()).isEqualTo(1);
  }

  @AsyncTest
  void connection_onWhichTheEndOfARequestStillWaits_isNotUsedAgain() throws Exception {
    try (var server =
            ScriptedServer.inMemory(
                1000,
                peer -> {
                  peer.head();
                  peer.ok("early");
                  new Event().await();
                });
        var client = server.client(ClientOptions.defaults().readTimeout(SECOND))) {
      // more than the server takes, less than what is written without waiting
      for (int i = 0; i < 3; i++) {
        var response =
            client
                .put(server.url("/"))
                .body(
                    "a/b",
                    out -> {
                      for (int j = 0; j < 50; j++) {
                        out.write(new byte[1000]);
                        out.flush();
                      }
                    })
                .send();
        assertThat(response.text()).isEqualTo("early");
      }
      assertThat(server.connections).isEqualTo(3);
    }
  }
}
