package jasyncio.net;

import static jasyncio.Asyncio.allTasks;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.timeout;
import static jasyncio.testkit.Garbage.collectUntil;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.Future;
import jasyncio.Logs;
import jasyncio.Task;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class StreamsTest {
  private static final String HOST = "127.0.0.1";

  private static Server serve(ClientHandler handler) throws IOException {
    return Streams.startServer(handler, HOST, 0);
  }

  private static int portOf(Server server) {
    return server.port();
  }

  private static StreamConnection connect(Server server) throws IOException {
    return Streams.openConnection(HOST, portOf(server));
  }

  private static void echo(StreamReader reader, StreamWriter writer) throws IOException {
    try (writer) {
      for (var line : reader) {
        writer.write(line);
        writer.drain();
      }
    }
  }

  // ---- the regular way --------------------------------------------------------------------------

  @Test
  void lines_goThereAndBack() throws Exception {
    run(() -> {
      try (var server = serve(StreamsTest::echo);
          var connection = connect(server)) {
        for (int i = 0; i < 100; i++) {
          connection.writer().write("line " + i + "\n", UTF_8);
          connection.writer().drain();
          assertThat(connection.reader().readLine()).isEqualTo("line " + i);
        }
        connection.writer().writeEof();
        assertThat(connection.reader().readline()).isEmpty();
      }
    });
  }

  @Test
  void unixSockets_workAlike(@TempDir Path directory) throws Exception {
    run(() -> {
      var path = directory.resolve("socket");
      try (var server = Streams.startUnixServer(StreamsTest::echo, path);
          var connection = Streams.openUnixConnection(path, ConnectOptions.defaults().limit(10))) {
        assertThat(server.isServing()).isTrue();
        connection.writer().write("hello\na line too long\n", UTF_8);
        assertThat(connection.reader().readLine()).isEqualTo("hello");
        assertThatThrownBy(connection.reader()::readline).isInstanceOf(LimitOverrunException.class);
      }
      assertThatThrownBy(() -> Streams.openUnixConnection(path)).isInstanceOf(IOException.class);
    });
  }

  @Test
  void addresses_areConnectedTo_andListenedOn(@TempDir Path directory) throws Exception {
    run(() -> {
      var free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      for (var address :
          List.of(
              free,
              InetSocketAddress.createUnresolved("127.0.0.1", 0),
              new InetSocketAddress(0),
              UnixDomainSocketAddress.of(directory.resolve("socket")))) {
        try (var server = Streams.startServer(StreamsTest::echo, address)) {
          var reachable =
              server.address() instanceof InetSocketAddress inet
                  ? new InetSocketAddress(free.getAddress(), inet.getPort())
                  : server.address();
          try (var connection = Streams.openConnection(reachable)) {
            talk(connection);
          }
        }
      }
      try (var server = Streams.startServer(StreamsTest::echo, 0);
          var connection =
              Streams.openConnection(
                  InetSocketAddress.createUnresolved("localhost", server.port()),
                  ConnectOptions.defaults().limit(3))) {
        connection.writer().write("long\n");
        assertThatThrownBy(connection.reader()::readLine).isInstanceOf(LimitOverrunException.class);
      }
    });
  }

  @Test
  void addressOfAnotherKind_isRefused() throws Exception {
    run(() -> {
      var other = new SocketAddress() {};
      assertThatThrownBy(() -> Streams.openConnection(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("an InetSocketAddress or a UnixDomainSocketAddress was expected");
      assertThatThrownBy(() -> Streams.startServer(StreamsTest::echo, other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("an InetSocketAddress or a UnixDomainSocketAddress was expected");
    });
  }

  @Test
  void givenChannels_areUsed() throws Exception {
    run(() -> {
      var listening = ServerSocketChannel.open();
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (var server = Streams.startServer(StreamsTest::echo, listening)) {
        assertThat(server.sockets()).containsExactly(listening);
        var channel = SocketChannel.open();
        channel.configureBlocking(false);
        Sockets.sockConnect(channel, server.address());
        try (var connection = Streams.openConnection(channel)) {
          assertThat(connection.writer().getExtraInfo(ExtraInfo.SOCKET)).isSameAs(channel);
          talk(connection);
        }
      }
      assertThat(listening.isOpen()).isFalse();
    });
  }

  private static void talk(StreamConnection connection) throws IOException {
    connection.writer().write("hello\n");
    assertThat(connection.reader().readLine()).isEqualTo("hello");
  }

  @Test
  void server_tellsItsAddresses_alsoWhenItIsClosed(@TempDir Path directory) throws Exception {
    run(() -> {
      var options = ServerOptions.defaults();
      var server = Streams.startServer(StreamsTest::echo, List.of(HOST, "127.0.0.2"), 0, options);
      assertThat(server.addresses()).hasSize(2);
      assertThat(server.address()).isEqualTo(server.sockets().getFirst().getLocalAddress());
      assertThat(server.addresses().getLast())
          .isEqualTo(server.sockets().getLast().getLocalAddress());
      int port = server.port();
      assertThat(server.address()).isEqualTo(Loopback.at(port));
      server.close();
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.addresses()).hasSize(2);

      var path = directory.resolve("socket");
      try (var unix = Streams.startUnixServer(StreamsTest::echo, path)) {
        assertThat(unix.address()).isEqualTo(UnixDomainSocketAddress.of(path));
        assertThatThrownBy(unix::port)
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("no port");
      }
    });
  }

  @Test
  void manyClients_areServedAtTheSameTime() throws Exception {
    run(() -> {
      try (var server = serve(StreamsTest::echo)) {
        taskGroup(group -> {
          for (int i = 0; i < 100; i++) {
            var name = "client " + i;
            group.createTask(() -> {
              try (var connection = connect(server)) {
                for (int k = 0; k < 10; k++) {
                  connection.writer().write(name + "\n");
                  assertThat(connection.reader().readLine()).isEqualTo(name);
                }
              }
            });
          }
        });
        server.close();
        server.waitClosed();
      }
    });
  }

  @Test
  void limits_areThoseOfTheOptions() throws Exception {
    run(() -> {
      var problem = new Future<Throwable>();
      ClientHandler handler =
          (reader, writer) -> {
            try (writer) {
              problem.setResult(catchThrowable(reader::readline));
            }
          };
      try (var server =
              Streams.startServer(handler, List.of(HOST), 0, ServerOptions.defaults().limit(100));
          var connection = connect(server)) {
        connection.writer().write("x".repeat(101) + "\n", UTF_8);
        assertThat(problem.await()).isInstanceOf(LimitOverrunException.class);
      }
    });
  }

  @Test
  void server_goesOnAfterALineOverTheLimit() throws Exception {
    run(() -> {
      ClientHandler handler =
          (reader, writer) -> {
            try (writer) {
              while (!reader.atEof()) {
                try {
                  writer.write(reader.readline(5));
                } catch (LimitOverrunException e) {
                  writer.write("too long\n", UTF_8);
                }
              }
            }
          };
      try (var server = serve(handler);
          var connection = connect(server)) {
        connection.writer().write("123\n1234567\n12345\n", UTF_8);
        connection.writer().writeEof();
        assertThat(new String(connection.reader().read(), UTF_8))
            .isEqualTo("123\ntoo long\n12345\n");
      }
    });
  }

  @Test
  void connection_tellsItsAddresses() throws Exception {
    run(() -> {
      try (var server = serve(StreamsTest::echo);
          var connection = connect(server)) {
        var writer = connection.writer();
        assertThat(writer.remoteAddress()).isEqualTo(server.address());
        assertThat(writer.getExtraInfo(ExtraInfo.PEERNAME)).isEqualTo(server.address());
        assertThat(writer.localAddress()).isEqualTo(writer.getExtraInfo(ExtraInfo.SOCKNAME));
        assertThat(((InetSocketAddress) writer.localAddress()).getPort()).isPositive();
        assertThat(connection.writer().getExtraInfo(ExtraInfo.SSL_CONTEXT)).isNull();
      }
    });
  }

  @Test
  void halfClosedConnection_stillCarriesTheAnswer() throws Exception {
    run(() -> {
      ClientHandler handler =
          (reader, writer) -> {
            try (writer) {
              var request = reader.read();
              sleep(0); // the other side is half closed all the while
              writer.write("got " + request.length, UTF_8);
            }
          };
      try (var server = serve(handler);
          var connection = connect(server)) {
        assertThat(connection.writer().canWriteEof()).isTrue();
        connection.writer().write(new byte[1000]);
        connection.writer().writeEof();
        assertThat(new String(connection.reader().read(), UTF_8)).isEqualTo("got 1000");
        connection.close();
        connection.writer().waitClosed();
      }
    });
  }

  // ---- the server's tasks -----------------------------------------------------------------------

  @Test
  void handlersError_isReported_andItsConnectionClosed() throws Exception {
    run(() -> {
      var errors = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      var problem = new IOException("broken handler");
      try (var server =
              serve((reader, writer) -> {
                throw problem;
              });
          var connection = connect(server)) {
        assertThat(connection.reader().read()).isEmpty();
        assertThat(errors)
            .singleElement()
            .satisfies(error -> {
              assertThat(error.message()).isEqualTo("Unhandled exception in client_connected_cb");
              assertThat(error.exception()).isSameAs(problem);
              assertThat(error.details()).containsKey("transport");
            });
      }
    });
  }

  @Test
  void cancelledHandler_isNoError_andItsConnectionIsClosed() throws Exception {
    run(() -> {
      var errors = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      try (var server =
              serve((reader, writer) -> {
                currentTask().cancel();
                reader.read();
              });
          var connection = connect(server)) {
        assertThat(connection.reader().read()).isEmpty();
        assertThat(errors).isEmpty();
      }
    });
  }

  @Test
  void handlerThatReturns_leavesTheConnectionToWhoHasTheWriter() throws Exception {
    run(() -> {
      var writers = new Future<StreamWriter>();
      try (var server = serve((reader, writer) -> writers.setResult(writer));
          var connection = connect(server);
          var writer = writers.await()) {
        sleep(0);
        writer.write("still there\n", UTF_8);
        assertThat(connection.reader().readLine()).isEqualTo("still there");
      }
    });
  }

  @Test
  void forgottenConnection_isClosed() throws Exception {
    try (var logs = Logs.capture()) {
      run(() -> {
        try (var server = serve((reader, writer) -> writer.write("hello\n", UTF_8));
            var connection = connect(server)) {
          assertThat(connection.reader().readLine()).isEqualTo("hello");
          var end = createTask(() -> connection.reader().read());
          collectUntil(end::done, () -> sleep(0.005));
          assertThat(end.result()).isEmpty();
        }
      });
      assertThat(logs.lines())
          .anyMatch(line -> line.startsWith("WARNING unclosed <StreamWriter transport="));
    }
  }

  // ---- flow control -----------------------------------------------------------------------------

  @Test
  void slowReader_holdsTheWriterBack_andMemoryStaysBounded() throws Exception {
    run(() -> {
      int piece = 64 * 1024;
      int count = 1000; // 64 MB, more than any buffer on the way
      int[] waits = new int[1];
      int[] largest = new int[1];
      ClientHandler handler =
          (reader, writer) -> {
            try (writer) {
              for (int i = 0; i < count; i++) {
                writer.write(new byte[piece]);
                int buffered = writer.transport().getWriteBufferSize();
                largest[0] = Math.max(largest[0], buffered);
                if (buffered > writer.transport().getWriteBufferLimits().high()) {
                  waits[0]++;
                }
                writer.drain();
              }
            }
          };
      try (var server = serve(handler);
          var connection = connect(server)) {
        while (waits[0] == 0) { // reads nothing until the server has to wait
          sleep(0.001);
        }
        var received = ByteBuffer.allocate(10_000);
        long total = 0;
        for (int n; (n = connection.reader().read(received.clear())) >= 0; ) {
          total += n;
          assertThat(connection.reader().buffered()).isLessThan(400 * 1024); // limits and one read
        }
        assertThat(total).isEqualTo((long) piece * count);
        assertThat(largest[0]).isLessThanOrEqualTo(64 * 1024 + piece);
      }
    });
  }

  // ---- faults -----------------------------------------------------------------------------------

  @Test
  void nobodyThere_isAConnectException() throws Exception {
    run(() -> {
      var server = serve(StreamsTest::echo);
      int port = portOf(server);
      server.close();
      server.waitClosed();
      assertThatThrownBy(() -> Streams.openConnection(HOST, port))
          .isInstanceOf(ConnectException.class);
    });
  }

  @Test
  void nothingThere_isANoSuchFileException(@TempDir Path directory) throws IOException {
    var missing = directory.resolve("socket");
    var inNoFolder = directory.resolve("folder/socket");
    var file = Files.writeString(directory.resolve("file"), "no socket");
    run(() -> {
      assertThatThrownBy(() -> Streams.openUnixConnection(missing))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageStartingWith(missing.toString());
      assertThatThrownBy(() -> Streams.openUnixConnection(inNoFolder))
          .isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> Streams.startUnixServer((r, w) -> {}, inNoFolder))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageStartingWith(inNoFolder.toString());
      try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.configureBlocking(false);
        assertThatThrownBy(() -> Sockets.sockConnect(channel, UnixDomainSocketAddress.of(missing)))
            .isInstanceOf(NoSuchFileException.class);
      }
      assertThatThrownBy(() -> Streams.openUnixConnection(file))
          .isInstanceOf(ConnectException.class);
      assertThatThrownBy(() -> Streams.startUnixServer((r, w) -> {}, file))
          .isInstanceOf(BindException.class);
    });
  }

  // ---- the end of serving -----------------------------------------------------------------------

  /// A task that serves for ever, and has begun.
  private static Task<Void> serving(Server server) {
    var task = createTask(() -> server.serveForever());
    sleep(0);
    return task;
  }

  // CPython: test_server.TestServer2.test_close_with_hanging_client
  @Test
  void cancelledServeForever_closesIdleClients_andTheirHandlersSeeTheEnd() throws Exception {
    run(() -> {
      var seen = new Future<byte[]>();
      var talking = new Future<@Nullable Void>();
      var server =
          Streams.startServer(
              (reader, writer) -> {
                talking.setResult(null);
                seen.setResult(reader.read());
                writer.close();
              },
              HOST,
              0);
      var serving = serving(server);
      try (var client = Streams.openConnection(HOST, Loopback.port(server))) {
        await(talking);
        serving.cancel();
        assertThatThrownBy(() -> timeout(10, () -> await(serving)))
            .isInstanceOf(CancelledError.class);
        assertThat(await(seen)).isEmpty();
        assertThat(client.reader().read()).isEmpty();
      }
    });
  }

  @Test
  void closedServeForever_waitsForItsClients_whichGoOn() throws Exception {
    run(() -> {
      var server = Streams.startServer(StreamsTest::echo, HOST, 0);
      var serving = serving(server);
      try (var client = Streams.openConnection(HOST, Loopback.port(server))) {
        client.writer().write("1\n", UTF_8);
        assertThat(client.reader().readLine()).isEqualTo("1");
        server.close();
        sleep(0);
        client.writer().write("2\n", UTF_8);
        assertThat(client.reader().readLine()).isEqualTo("2");
        assertThat(serving.done()).isFalse();
      }
      assertThatThrownBy(serving::await).isInstanceOf(CancelledError.class);
    });
  }

  @Test
  void closedAndCancelledServeForever_closesItsClients() throws Exception {
    run(() -> {
      for (boolean closedFirst : new boolean[] {true, false}) {
        var server = Streams.startServer(StreamsTest::echo, HOST, 0);
        var serving = serving(server);
        try (var client = Streams.openConnection(HOST, Loopback.port(server))) {
          client.writer().write("1\n", UTF_8);
          assertThat(client.reader().readLine()).isEqualTo("1");
          if (closedFirst) {
            server.close();
            serving.cancel();
          } else {
            serving.cancel();
            server.close();
          }
          assertThatThrownBy(() -> timeout(10, () -> await(serving)))
              .isInstanceOf(CancelledError.class);
          assertThat(client.reader().read()).isEmpty();
        }
      }
    });
  }

  @Test
  void cancelledServeForever_aSecondCancellationEndsTheWaitingForWhoTakesNothing()
      throws Exception {
    run(() -> {
      var written = new Future<@Nullable Void>();
      var server =
          Streams.startServer(
              (reader, writer) -> {
                writer.write(new byte[20_000_000]);
                written.setResult(null);
                reader.read();
              },
              HOST,
              0);
      var serving = serving(server);
      var client = new Recorder();
      Transports.createConnection(() -> client, HOST, Loopback.port(server));
      client.transport().pauseReading();
      await(written);
      serving.cancel();
      sleep(0);
      sleep(0);
      assertThat(serving.done()).isFalse();
      serving.cancel();
      assertThatThrownBy(() -> timeout(10, () -> await(serving)))
          .isInstanceOf(CancelledError.class);
      server.abortClients();
      client.transport().abort();
      await(client.lost);
      server.waitClosed();
    });
  }

  @Test
  void waitClosed_cancelled_leavesNothing_andIsToldInTime() throws Exception {
    run(() -> {
      var server = Streams.startServer(StreamsTest::echo, HOST, 0);
      var one = createTask(server::waitClosed);
      var other = createTask(server::waitClosed);
      sleep(0);
      one.cancel();
      assertThatThrownBy(one::await).isInstanceOf(CancelledError.class);
      server.close();
      sleep(0);
      assertThat(other.done()).as("one iteration later").isTrue();
      server.waitClosed();
    });
  }

  @Test
  void reset_isTheErrorOfReaderAndWriter() throws Exception {
    run(() -> {
      ClientHandler handler =
          (reader, writer) -> {
            reader.read(1);
            reset(writer);
          };
      try (var server = serve(handler);
          var connection = connect(server)) {
        connection.writer().write("x", UTF_8);
        var error = catchThrowable(connection.reader()::read);
        assertThat(error).isInstanceOf(SocketException.class);
        assertThatThrownBy(connection.writer()::drain).isSameAs(error);
        assertThatThrownBy(connection.writer()::waitClosed).isSameAs(error);
        assertThatThrownBy(connection.reader()::readline).isSameAs(error);
      }
    });
  }

  @Test
  void peerThatResets_whileMuchIsWritten_endsTheWriting() throws Exception {
    run(() -> {
      ClientHandler handler =
          (reader, writer) -> {
            reader.read(1);
            reset(writer);
          };
      try (var server = serve(handler);
          var connection = connect(server)) {
        var error =
            catchThrowable(() -> {
              while (true) {
                connection.writer().write(new byte[100_000]);
                connection.writer().drain();
              }
            });
        assertThat(error).isInstanceOf(SocketException.class);
        assertThat(connection.writer().isClosing()).isTrue();
      }
    });
  }

  @Test
  void everyWayToLoseAConnection_isCaughtAsASocketException() throws Exception {
    run(() -> {
      var server = serve((reader, writer) -> reset(writer));
      List<String> caught = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        try (var connection = connect(server)) {
          while (true) {
            connection.writer().write(new byte[10_000]);
            connection.writer().drain();
          }
        } catch (SocketException e) { // Python: except ConnectionError
          caught.add("broken");
        }
      }
      var address = server.address();
      server.close();
      try {
        Streams.openConnection(address);
      } catch (SocketException e) {
        caught.add("refused");
      }
      assertThat(caught).hasSize(11).endsWith("refused");
    });
  }

  /// Ends the connection with a reset in place of an end of the stream.
  private static void reset(StreamWriter writer) throws IOException {
    var channel = writer.getExtraInfo(ExtraInfo.SOCKET);
    assertThat(channel).isNotNull();
    ((SocketChannel) channel).setOption(StandardSocketOptions.SO_LINGER, 0);
    writer.transport().abort();
  }

  @Test
  void writingInALoop_onAClosedWriter_ends() throws Exception {
    run(() -> {
      try (var server = serve(StreamsTest::echo);
          var connection = connect(server)) {
        connection.close();
        assertThatThrownBy(
                () -> {
                  while (true) {
                    connection.writer().write("x", UTF_8);
                    connection.writer().drain();
                  }
                })
            .isInstanceOf(SocketException.class)
            .hasMessage("Connection lost");
      }
    });
  }

  @Test
  void clientsThatComeAndGoAtRandom_leaveNothingBehind() throws Exception {
    run(() -> {
      var random = new Random(1);
      var unexpected = new ArrayList<ErrorContext>();
      getRunningLoop()
          .setExceptionHandler((loop, error) -> {
            if (!(error.exception() instanceof IOException)) { // resets are what this is about
              unexpected.add(error);
            }
          });
      var server = serve(StreamsTest::echo);
      for (int round = 0; round < 100; round++) {
        var tasks = new ArrayList<Task<Void>>();
        for (int i = 0; i < 10; i++) {
          int fate = random.nextInt(5);
          tasks.add(createTask(() -> oneClient(server, fate)));
        }
        for (int i = random.nextInt(6); i > 0; i--) {
          sleep(0);
        }
        tasks.get(random.nextInt(10)).cancel();
        for (var task : tasks) {
          var error = ended(task);
          assertThat(error)
              .satisfiesAnyOf(
                  e -> assertThat(e).isNull(),
                  e -> assertThat(e).isInstanceOf(CancelledError.class));
        }
      }
      server.close();
      server.waitClosed(); // every connection is gone
      sleep(0);
      sleep(0);
      assertThat(allTasks()).containsExactly(currentTask());
      assertThat(unexpected).isEmpty();
    });
  }

  private static @Nullable Throwable ended(Task<Void> task) {
    return catchThrowable(task::await);
  }

  private static void oneClient(Server server, int fate) throws IOException {
    try (var connection = connect(server)) {
      var writer = connection.writer();
      switch (fate) {
        case 0 -> reset(writer);
        case 1 -> {
          writer.write("half a line", UTF_8);
          reset(writer);
        }
        case 2 -> writer.write("not waited for\n", UTF_8);
        case 3 -> {
          writer.write("x\n", UTF_8);
          assertThat(connection.reader().readline()).hasSize(2);
          writer.writeEof();
          assertThat(connection.reader().read()).isEmpty();
        }
        default -> {
          writer.close();
          writer.waitClosed();
        }
      }
    }
  }

  @Test
  void nulls_areToldAtOnce() {
    run(() -> {
      assertThatThrownBy(() -> Streams.startServer(nothing(), HOST, 0))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("handler");
      assertThatThrownBy(() -> Streams.openConnection(nothing(), 1))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("host");
    });
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // that is what is tested
  private static <T> T nothing() {
    return null;
  }

  @Test
  void outsideOfALoop_thereIsNothingToConnectOn() {
    assertThatThrownBy(() -> Streams.openConnection(HOST, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no running event loop; ");
  }
}
