package jasyncio.http;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.LoopGroup;
import jasyncio.TaskGroup;
import jasyncio.net.Streams;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One port on the loops of a group, each with a server of its own.
@Timeout(600)
class SeveralLoopsTest {
  private static final String HOST = "127.0.0.1";
  private static final HttpOptions SHARED = HttpOptions.defaults().reusePort(true).signals(false);
  private static final int MANY = 1000; // connections: the system chooses who gets them

  private final Set<EventLoop> served = ConcurrentHashMap.newKeySet();
  private final AtomicInteger port = new AtomicInteger(); // 0: any, for the first
  private final AtomicInteger listening = new AtomicInteger();
  private final CompletableFuture<Boolean> goOn = new CompletableFuture<>();
  private final CompletableFuture<Boolean> begun = new CompletableFuture<>();

  private Response answer(Request request) {
    served.add(getRunningLoop());
    if (request.target().equals("/slow")) {
      begun.complete(true);
      await(goOn.copy());
    }
    return Response.text("hello");
  }

  private HttpServer start() throws IOException {
    var server = Http.start(this::answer, HOST, port.get(), SHARED);
    port.set(server.port());
    return server;
  }

  /// One server on each loop, all at the same port.
  private List<HttpServer> startAll(LoopGroup group) {
    var servers = new ArrayList<HttpServer>();
    for (var loop : group.loops()) {
      servers.add(await(loop.call(this::start)));
    }
    return servers;
  }

  private String get(String target) throws IOException {
    try (var client = new HttpClient()) {
      return get(client, target);
    }
  }

  private String get(HttpClient client, String target) throws IOException {
    return client.get("http://" + HOST + ":" + port + target).send().text();
  }

  private void assertNobodyListens() {
    assertThatThrownBy(() -> Streams.openConnection(HOST, port.get()).close())
        .isInstanceOf(IOException.class);
  }

  @Test
  void serversOfAllLoops_answerAtOnePort() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2)) {
        var servers = startAll(group);
        int sent = 0;
        for (; sent < MANY && served.size() < 2; sent++) {
          assertThat(get("/")).isEqualTo("hello");
        }
        assertThat(served).isEqualTo(Set.copyOf(group.loops()));
        long taken = 0;
        for (var server : servers) {
          taken += await(server.getLoop().call(() -> server.statistics().requests()));
          await(server.getLoop().call(server::close));
        }
        assertThat(taken).isEqualTo(sent);
        assertNobodyListens();
      }
    });
  }

  @Test
  void serve_onEachLoop_thatIsCancelled_answersWhatIsUnderWay_andEndsOnAll() throws Exception {
    run(() -> {
      try (var _ = keepPort();
          var group = LoopGroup.open(2)) {
        var ends = new ArrayList<TaskGroup>();
        var serving =
            createTask(() ->
                taskGroup(tg -> {
                  ends.add(tg); // what SIGTERM would end
                  group.callEach(this::serve);
                }));
        while (listening.get() < 2) {
          sleep(0);
        }
        var slow = createTask(() -> get("/slow"));
        await(begun.copy());
        ends.getFirst().cancel();
        while (isListening()) {
          sleep(0);
        }
        assertThat(slow.done()).isFalse();
        assertThat(serving.done()).isFalse();
        goOn.complete(true);
        assertThat(await(slow)).isEqualTo("hello");
        await(serving); // without an error
      }
    });
  }

  /// Keeps a port for those who share it, without listening there.
  private SocketChannel keepPort() throws IOException {
    var channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    port.set(((InetSocketAddress) channel.getLocalAddress()).getPort());
    return channel;
  }

  private void serve() throws IOException {
    var server = start();
    listening.incrementAndGet();
    server.serveForever();
  }

  private boolean isListening() {
    try {
      Streams.openConnection(HOST, port.get()).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void groupThatIsClosed_endsItsServers() throws Exception {
    run(() -> {
      var group = LoopGroup.open(2);
      startAll(group);
      try (var client = new HttpClient()) {
        assertThat(get(client, "/")).isEqualTo("hello");
        group.close();
      }
      assertNobodyListens();
      assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
    });
  }

  @Test
  void clientOfAnotherLoop_isRefused() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(1);
          var client = new HttpClient()) {
        startAll(group);
        assertThat(get(client, "/")).isEqualTo("hello");
        assertThatThrownBy(() -> await(group.submit(() -> get(client, "/"))))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the client is bound to a different event loop");
      }
    });
  }

  @Test
  void cancellationOfWhoServesOnEachLoop_isPassedOn() throws Exception {
    run(() -> {
      try (var _ = keepPort();
          var group = LoopGroup.open(2)) {
        var serving = createTask(() -> group.callEach(this::serve));
        while (listening.get() < 2) {
          sleep(0);
        }
        serving.cancel("enough");
        assertThatThrownBy(() -> await(serving))
            .isInstanceOf(CancelledError.class)
            .hasMessage("enough");
        assertNobodyListens();
      }
    });
  }
}
