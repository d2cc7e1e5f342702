package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.LoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Servers on several loops that share a port.
@Timeout(600)
class SharedServerTest {
  private static final String HOST = "127.0.0.1";

  private final Set<EventLoop> served = ConcurrentHashMap.newKeySet();

  private void echo(StreamReader reader, StreamWriter writer) throws IOException {
    served.add(getRunningLoop());
    try (writer) {
      for (var line : reader) {
        writer.write(line);
        writer.drain();
      }
    }
  }

  private Server open(int port, ServerOptions options) throws IOException {
    return Streams.startServer(this::echo, HOST, port, options);
  }

  private static void talk(int port) throws IOException {
    try (var client = Streams.openConnection(HOST, port)) {
      client.writer().write("hello\n", UTF_8);
      assertThat(client.reader().readLine()).isEqualTo("hello");
    }
  }

  @Test
  void allLoops_listenOnOnePort_andShareItsConnections() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2);
          var server = SharedServer.start(group, 0, this::open)) {
        assertThat(server.servers()).extracting(Server::getLoop).isEqualTo(group.loops());
        assertThat(server.servers()).extracting(Server::port).containsOnly(server.port());
        assertThat(server.address())
            .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        assertThat(server).hasToString("<SharedServer of 2 at /127.0.0.1:" + server.port() + ">");
        for (int i = 0; i < 1000 && served.size() < 2; i++) { // the system chooses
          talk(server.port());
        }
        assertThat(served).isEqualTo(Set.copyOf(group.loops()));
      }
    });
  }

  @Test
  void portThatIsTaken_isAnError_andNobodyListens() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2);
          var other = Streams.startServer(this::echo, HOST, 0)) {
        assertThatThrownBy(() -> SharedServer.start(group, other.port(), this::open))
            .isInstanceOf(BindException.class);
      }
    });
  }

  @Test
  void failureOnALaterLoop_closesTheServersBefore() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(3)) {
        var opened = new ArrayList<Server>();
        assertThatThrownBy(() ->
                SharedServer.start(
                    group,
                    0,
                    (port, options) -> {
                      if (opened.size() == 2) {
                        throw new IOException("no more");
                      }
                      opened.add(open(port, options));
                      return opened.getLast();
                    }))
            .isInstanceOf(IOException.class)
            .hasMessage("no more");
        for (var server : opened) {
          assertThat(await(server.getLoop().call(() -> server.isServing()))).isFalse();
        }
        assertThatThrownBy(() -> talk(opened.getFirst().port())).isInstanceOf(IOException.class);
      }
    });
  }

  @Test
  void failureOnALaterLoop_isThrownWhenNobodyListensAnyMore() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2)) {
        var opened = new ArrayList<Server>();
        assertThatThrownBy(() ->
                SharedServer.start(
                    group,
                    0,
                    (port, options) -> {
                      if (!opened.isEmpty()) { // the first loop comes to the closing late
                        opened.getFirst().getLoop().callSoonThreadsafe(() -> pause());
                        throw new IOException("no more");
                      }
                      opened.add(open(port, options));
                      return opened.getLast();
                    }))
            .hasMessage("no more");
        assertThat(opened.getFirst().isServing()).isFalse();
      }
    });
  }

  private static void pause() {
    LockSupport.parkNanos(50_000_000);
  }

  /// Asserts that it is refused what `opening` gives, with this sentence, and that it is closed.
  private static void assertRefused(SharedServer.Opening opening, String sentence)
      throws Exception {
    var made = new CopyOnWriteArrayList<Server>();
    run(() -> {
      try (var group = LoopGroup.open(2)) {
        SharedServer.Opening noting =
            (port, options) -> {
              var server = opening.open(port, options);
              if (server != null) {
                made.add(server);
              }
              return server;
            };
        assertThatIllegalArgumentException()
            .isThrownBy(() -> SharedServer.start(group, 0, noting))
            .withMessageMatching(sentence);
        for (var server : made) { // each on its loop, after the closing
          assertThat(await(server.getLoop().call(() -> server.sockets()))).isEmpty();
        }
      }
    });
  }

  private static final String GAVE = "the opening gave jasyncio-loop-\\d+ ";

  @Test
  void openingThatGivesNoServer_isRefused() throws Exception {
    assertRefused((_, _) -> null, GAVE + "no server, but null");
  }

  @Test
  void openingThatGivesOneServerTwice_isRefused() throws Exception {
    var known = new AtomicReference<Server>();
    assertRefused(
        (port, options) -> {
          if (known.get() == null) {
            known.set(open(port, options));
          }
          return known.get();
        },
        GAVE
            + "a server of jasyncio-loop-\\d+; it is to make one on the loop that runs where it is"
            + " called");
  }

  @Test
  void openingThatGivesAServerOfTheCaller_isRefused() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(1);
          var ours = Streams.startServer(this::echo, HOST, 0)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> SharedServer.start(group, 0, (_, _) -> ours))
            .withMessageContaining(" a server of loop-");
        assertThat(ours.sockets()).isEmpty();
      }
    });
  }

  @Test
  void openingThatGivesAClosedServer_isRefused() throws Exception {
    assertRefused(
        (port, options) -> {
          var server = open(port, options);
          server.close();
          return server;
        },
        GAVE + "a server that is closed already");
  }

  @Test
  void openingThatListensElsewhere_isRefused(@TempDir Path folder) throws Exception {
    assertRefused(
        (_, options) -> open(0, options),
        GAVE + "a server at port \\d+; it is to listen at the one that it is given, \\d+");
    assertRefused(
        (_, _) -> Streams.startUnixServer(this::echo, folder.resolve("socket")),
        GAVE + "a server at .*socket, which is no port");
  }

  @Test
  void openingThatDoesNotUseTheOptions_isToldSo() throws Exception {
    assertRefused(
        (port, _) -> open(port, ServerOptions.defaults()),
        "the opening is to use the options that it is given, which have reusePort: .*");
  }

  @Test
  void whereNoTaskRuns_saysWhatToDo() {
    try (var group = LoopGroup.open(1)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> SharedServer.start(group, 0, this::open))
          .withMessageContaining("no task runs here that could; use run(...)");
    }
  }

  @Test
  void waitClosed_endsWithTheGroup() throws Exception {
    run(() -> {
      var group = LoopGroup.open(2);
      var server = SharedServer.start(group, 0, this::open);
      var client = Streams.openConnection(HOST, server.port());
      client.writer().write("a\n", UTF_8);
      assertThat(client.reader().readLine()).isEqualTo("a");
      var waiter = createTask(server::waitClosed);
      sleep(0);
      group.close();
      await(waiter);
      client.close();
    });
  }

  @Test
  void close_letsNobodyIn_andLeavesClientsAlone() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2)) {
        var server = SharedServer.start(group, 0, this::open);
        try (var client = Streams.openConnection(HOST, server.port())) {
          client.writer().write("a\n", UTF_8);
          assertThat(client.reader().readLine()).isEqualTo("a");
          server.close();
          server.close();
          var waiter = createTask(server::waitClosed);
          sleep(0);
          client.writer().write("b\n", UTF_8);
          assertThat(client.reader().readLine()).isEqualTo("b");
          assertThat(waiter.done()).isFalse();
          client.writer().close();
          await(waiter);
        }
        assertThatThrownBy(() -> talk(server.port())).isInstanceOf(IOException.class);
      }
    });
  }

  @Test
  void close_afterTheGroup_hasNoEffect() throws Exception {
    run(() -> {
      SharedServer server;
      try (var group = LoopGroup.open(2)) {
        server = SharedServer.start(group, 0, this::open);
      }
      server.close();
      server.waitClosed();
      server.close(Duration.ofSeconds(1));
      assertThatThrownBy(() -> talk(server.port())).isInstanceOf(IOException.class);
    });
  }

  @Test
  void close_withALimit_abortsClientsThatStay() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2)) {
        var server = SharedServer.start(group, 0, this::open);
        try (var client = Streams.openConnection(HOST, server.port())) {
          client.writer().write("a\n", UTF_8);
          assertThat(client.reader().readLine()).isEqualTo("a");
          server.close(Duration.ZERO);
          assertThatThrownBy(
                  () -> {
                    if (client.reader().readLine() == null) {
                      throw new IOException("the end");
                    }
                  })
              .isInstanceOf(IOException.class);
        }
      }
    });
  }

  @Test
  void serveForever_cancelled_closesAllAndTheirClients() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2)) {
        var server = SharedServer.start(group, 0, this::open);
        var serving = createTask(server::serveForever);
        var clients = new ArrayList<StreamConnection>();
        for (int i = 0; i < 10; i++) {
          clients.add(Streams.openConnection(HOST, server.port()));
          clients.getLast().writer().write("a\n", UTF_8);
          assertThat(clients.getLast().reader().readLine()).isEqualTo("a");
        }
        serving.cancel("enough");
        assertThatThrownBy(() -> await(serving))
            .isInstanceOf(CancelledError.class)
            .hasMessage("enough");
        for (var client : clients) {
          assertThat(client.reader().readLine()).isNull();
          client.close();
        }
      }
    });
  }

  @Test
  void serveForever_endsByClose() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2)) {
        var server = SharedServer.start(group, 0, this::open);
        var serving = createTask(server::serveForever);
        talk(server.port());
        server.close();
        assertThatThrownBy(() -> await(serving)).isInstanceOf(CancelledError.class);
        assertThatIllegalStateException()
            .isThrownBy(server::serveForever)
            .withMessage("server " + server + " is closed");
      }
    });
  }

  /// What takes the place of a shared port where the system has none: one loop accepts, and hands
  /// each connection to the next loop.
  @Test
  void connectionAcceptedByOneLoop_isServedByAnother() throws Exception {
    run(() -> {
      try (var group = LoopGroup.open(2);
          var listener = ServerSocketChannel.open()) {
        listener.configureBlocking(false);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        var acceptor =
            createTask(() -> {
              while (true) {
                SocketChannel channel = Sockets.sockAccept(listener);
                group.submit(() -> {
                  var connection = Streams.openConnection(channel);
                  echo(connection.reader(), connection.writer());
                });
              }
            });
        List<Integer> talks = List.of(1, 2, 3, 4);
        for (var _ : talks) {
          talk(port);
        }
        assertThat(served).isEqualTo(new HashSet<>(group.loops()));
        acceptor.cancel();
        assertThatThrownBy(() -> await(acceptor)).isInstanceOf(CancelledError.class);
      }
    });
  }
}
