package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Logs;
import jasyncio.RunOptions;
import jasyncio.testkit.OpenSockets;
import jasyncio.testkit.Ports;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What the loop does with bare channels.
@ExtendWith(OpenSockets.class)
@Timeout(600)
class SocketsTest {
  private static final String HOST = Loopback.HOST;

  private final List<String> order = new ArrayList<>();

  /// Two connected sockets of the program's own.
  private record Pair(SocketChannel left, SocketChannel right) implements Closeable {
    static Pair open() throws IOException {
      try (var server = ServerSocketChannel.open()) {
        server.bind(Loopback.at(0));
        var left = SocketChannel.open(server.getLocalAddress());
        var right = server.accept();
        left.configureBlocking(false);
        right.configureBlocking(false);
        return new Pair(left, right);
      }
    }

    @Override
    public void close() throws IOException {
      left.close();
      right.close();
    }
  }

  private static Pipe pipe() throws IOException {
    var pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    pipe.sink().configureBlocking(false);
    return pipe;
  }

  private static void close(Pipe pipe) throws IOException {
    pipe.source().close();
    pipe.sink().close();
  }

  private static DatagramChannel datagramChannel() throws IOException {
    var channel = DatagramChannel.open(StandardProtocolFamily.INET);
    channel.bind(Loopback.at(0));
    channel.configureBlocking(false);
    return channel;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void write(Pipe pipe) throws IOException {
    pipe.sink().write(ByteBuffer.wrap(bytes("x")));
  }

  // ---- callbacks --------------------------------------------------------------------------------

  @Test
  void reader_runsInEveryIterationUntilItIsRemoved() throws Exception {
    run(() -> {
      var pipe = pipe();
      Sockets.addReader(pipe.source(), () -> order.add("readable"));
      sleep(0);
      assertThat(order).isEmpty();
      write(pipe);
      while (order.size() < 3) {
        sleep(0);
      }
      assertThat(Sockets.removeReader(pipe.source())).isTrue();
      assertThat(Sockets.removeReader(pipe.source())).isFalse();
      sleep(0);
      sleep(0);
      assertThat(order).hasSize(3);
      close(pipe);
    });
  }

  @Test
  void secondReader_takesThePlaceOfTheFirst_evenIfThatIsQueued() throws Exception {
    run(() -> {
      var pipe = pipe();
      var other = pipe();
      write(pipe);
      write(other);
      // Whichever is first replaces the other, which is queued behind it.
      Sockets.addReader(pipe.source(), () -> replace(pipe, other));
      Sockets.addReader(other.source(), () -> replace(other, pipe));
      while (order.size() < 2) {
        sleep(0);
      }
      assertThat(order.subList(0, 2)).containsExactly("first", "replaced");
      assertThat(Sockets.removeReader(pipe.source()) ^ Sockets.removeReader(other.source()))
          .isTrue();
      close(pipe);
      close(other);
    });
  }

  // CPython: test_selector_events.BaseSelectorEventLoopTests.test_add_writer_existing
  @Test
  void secondWriter_takesThePlaceOfTheFirst_besideTheReader() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        Sockets.addReader(pair.left(), () -> order.add("readable"));
        Sockets.addWriter(pair.left(), () -> order.add("first"));
        Sockets.addWriter(pair.left(), () -> order.add("second"));
        while (order.isEmpty()) {
          sleep(0);
        }
        assertThat(order).containsOnly("second");
        assertThat(Sockets.removeWriter(pair.left())).isTrue();
        assertThat(Sockets.removeWriter(pair.left())).isFalse();
        order.clear();
        pair.right().write(ByteBuffer.wrap(bytes("x")));
        while (order.isEmpty()) {
          sleep(0);
        }
        assertThat(order).containsOnly("readable");
        assertThat(Sockets.removeReader(pair.left())).isTrue();
      }
    });
  }

  private void replace(Pipe self, Pipe other) {
    order.add("first");
    Sockets.removeReader(self.source());
    Sockets.addReader(other.source(), () -> order.add("replaced"));
  }

  @Test
  void removedReader_doesNotRunEvenIfItIsQueued() throws Exception {
    run(() -> {
      var pipe = pipe();
      var other = pipe();
      write(pipe);
      write(other);
      Sockets.addReader(pipe.source(), () -> removeBoth("pipe", pipe, other));
      Sockets.addReader(other.source(), () -> removeBoth("other", pipe, other));
      while (order.isEmpty()) {
        sleep(0);
      }
      sleep(0);
      sleep(0);
      assertThat(order).hasSize(1);
      close(pipe);
      close(other);
    });
  }

  private void removeBoth(String name, Pipe pipe, Pipe other) {
    order.add(name);
    assertThat(Sockets.removeReader(pipe.source())).isTrue();
    assertThat(Sockets.removeReader(other.source())).isTrue();
  }

  @Test
  void readerAndWriter_areIndependent() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        Sockets.addReader(pair.left(), () -> order.add("readable"));
        Sockets.addWriter(pair.left(), () -> order.add("writable"));
        while (order.isEmpty()) {
          sleep(0);
        }
        assertThat(order).containsOnly("writable");
        assertThat(Sockets.removeWriter(pair.left())).isTrue();
        assertThat(Sockets.removeWriter(pair.left())).isFalse();
        order.clear();
        pair.right().write(ByteBuffer.wrap(bytes("x")));
        while (order.isEmpty()) {
          sleep(0);
        }
        assertThat(order).containsOnly("readable");
        assertThat(Sockets.removeReader(pair.left())).isTrue();
      }
    });
  }

  @Test
  void reader_ofEveryKindOfChannel() throws Exception {
    run(() -> {
      var datagrams = datagramChannel();
      var server = ServerSocketChannel.open().bind(Loopback.at(0));
      server.configureBlocking(false);
      Sockets.addReader(datagrams, () -> ready("datagram", datagrams));
      Sockets.addReader(server, () -> ready("connection", server));
      datagrams.send(ByteBuffer.wrap(bytes("x")), datagrams.getLocalAddress());
      try (var client = SocketChannel.open(server.getLocalAddress())) {
        while (order.size() < 2) {
          sleep(0);
        }
        assertThat(client.isConnected()).isTrue();
      }
      assertThat(order).containsExactlyInAnyOrder("datagram", "connection");
      datagrams.close();
      server.close();
    });
  }

  private void ready(String name, SelectableChannel channel) {
    order.add(name);
    Sockets.removeReader(channel);
  }

  @Test
  void writer_runsWhenAConnectEnds() throws Exception {
    run(() -> {
      try (var server = ServerSocketChannel.open().bind(Loopback.at(0));
          var client = SocketChannel.open()) {
        client.configureBlocking(false);
        client.connect(server.getLocalAddress());
        var connected = getRunningLoop().<Boolean>createFuture();
        Sockets.addWriter(
            client,
            () -> {
              try {
                order.add(client.finishConnect() ? "connected" : "not yet");
              } catch (IOException e) {
                order.add(e.toString());
              }
              if (order.size()
                  == 2) { // the second time it is the connection that can be written to
                Sockets.removeWriter(client);
                connected.setResult(true);
              }
            });
        connected.await();
        assertThat(order).containsExactly("connected", "connected");
      }
    });
  }

  @Test
  void channelThatIsLetGo_isOffTheSelector() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        Sockets.addReader(pair.left(), () -> {});
        Sockets.addWriter(pair.left(), () -> {});
        Sockets.removeReader(pair.left());
        Sockets.removeWriter(pair.left());
        pair.left().configureBlocking(true); // not possible with a valid key
        pair.left().configureBlocking(false);
        Sockets.addReader(pair.left(), () -> order.add("again"));
        pair.right().write(ByteBuffer.wrap(bytes("x")));
        while (order.isEmpty()) {
          sleep(0);
        }
        Sockets.removeReader(pair.left());
      }
    });
  }

  @Test
  void transport_takesAChannelOver() throws Exception {
    run(() -> {
      var pair = Pair.open();
      Sockets.addReader(pair.left(), () -> order.add("never"));
      var recorder = new Recorder();
      Transports.createConnection(() -> recorder, pair.left(), ConnectOptions.defaults());
      pair.right().write(ByteBuffer.wrap(bytes("data")));
      recorder.awaitBytes(4);
      assertThatThrownBy(() -> Sockets.removeReader(pair.left()))
          .isInstanceOf(IllegalStateException.class);
      assertThat(order).isEmpty();
      recorder.transport().abort();
      recorder.lost.await();
      pair.close();
    });
  }

  @Test
  void transport_takesAChannelOver_withBothSides() throws Exception {
    run(() -> {
      var pair = Pair.open();
      pair.right().write(ByteBuffer.wrap(bytes("data")));
      Sockets.addReader(pair.left(), () -> order.add("readable"));
      Sockets.addWriter(pair.left(), () -> order.add("writable"));
      var recorder = new Recorder();
      Transports.createConnection(() -> recorder, pair.left(), ConnectOptions.defaults());
      recorder.awaitBytes(4);
      sleep(0);
      assertThat(order).isEmpty();
      recorder.transport().abort();
      recorder.lost.await();
      pair.close();
    });
  }

  @Test
  void channelThatACoroutineWaitsFor_isNotTakenOver() throws Exception {
    run(() -> {
      var pipe = pipe();
      var piped = createTask(() -> Sockets.sockRecv(pipe.source(), 100));
      var datagrams = datagramChannel();
      var receiving = createTask(() -> Sockets.sockRecvfrom(datagrams, 100));
      try (var pair = Pair.open()) {
        var waiting = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        sleep(0);
        assertThatThrownBy(() ->
                Transports.createConnection(Recorder::new, pair.left(), ConnectOptions.defaults()))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("another coroutine is waiting already to read from " + pair.left());
        assertThatThrownBy(() -> Pipes.connectReadPipe(Recorder::new, pipe.source()))
            .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Datagrams.open(datagrams))
            .isInstanceOf(IllegalStateException.class);
        pair.right().write(ByteBuffer.wrap(bytes("kept")));
        assertThat(waiting.await()).asString(UTF_8).isEqualTo("kept");
        piped.cancel();
        receiving.cancel();
        sleep(0);
      }
      close(pipe);
      datagrams.close();
    });
  }

  @Test
  void removeReader_leavesACoroutineWaiting() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var waiting = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        sleep(0);
        assertThat(Sockets.removeReader(pair.left())).isFalse();
        assertThat(Sockets.removeWriter(pair.left())).isFalse();
        pair.right().write(ByteBuffer.wrap(bytes("here")));
        assertThat(waiting.await()).asString(UTF_8).isEqualTo("here");
      }
    });
  }

  // ---- receiving and sending --------------------------------------------------------------------

  @Test
  void recv_givesWhatThereIs_andNothingAtTheEnd() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var waiting = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        sleep(0);
        Sockets.sockSendall(pair.right(), bytes("hello"));
        assertThat(waiting.await()).asString(UTF_8).isEqualTo("hello");
        Sockets.sockSendall(pair.right(), bytes("hello"));
        assertThat(Sockets.sockRecv(pair.left(), 2)).asString(UTF_8).isEqualTo("he");
        assertThat(Sockets.sockRecv(pair.left(), 0)).isEmpty();
        var buffer = ByteBuffer.allocate(10).position(4);
        assertThat(Sockets.sockRecvInto(pair.left(), buffer)).isEqualTo(3);
        assertThat(buffer.position()).isEqualTo(7);
        assertThat(Sockets.sockRecvInto(pair.left(), ByteBuffer.allocate(0))).isZero();
        pair.right().close();
        assertThat(Sockets.sockRecv(pair.left(), 100)).isEmpty();
        assertThat(Sockets.sockRecvInto(pair.left(), buffer)).isEqualTo(-1);
      }
    });
  }

  @Test
  void recv_readsPipes() throws Exception {
    run(() -> {
      var pipe = pipe();
      var waiting = createTask(() -> Sockets.sockRecv(pipe.source(), 100));
      sleep(0);
      Sockets.sockSendall(pipe.sink(), bytes("hello"));
      assertThat(waiting.await()).asString(UTF_8).isEqualTo("hello");
      close(pipe);
    });
  }

  @Test
  void sendall_sendsAll() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var data = new byte[5_000_000];
        new Random(1).nextBytes(data);
        var sending = createTask(() -> Sockets.sockSendall(pair.left(), data));
        var received = ByteBuffer.allocate(data.length);
        while (received.hasRemaining()) {
          Sockets.sockRecvInto(pair.right(), received);
        }
        sending.await();
        assertThat(received.array()).isEqualTo(data);
      }
    });
  }

  @Test
  void cancelledSendall_leavesThePositionBehindWhatWasSent() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var data = ByteBuffer.allocate(20_000_000);
        var sending = createTask(() -> Sockets.sockSendall(pair.left(), data));
        sleep(0);
        sending.cancel();
        assertThatThrownBy(sending::await).isInstanceOf(CancelledError.class);
        assertThat(data.position()).isPositive();
        pair.left().shutdownOutput();
        int received = 0;
        for (int n = 0;
            n >= 0;
            n = Sockets.sockRecvInto(pair.right(), ByteBuffer.allocate(65536))) {
          received += n;
        }
        assertThat(received).isEqualTo(data.position());
      }
    });
  }

  @Test
  void cancelledRecv_takesNothing() throws Exception {
    run(() -> {
      try (var pair = Pair.open()) {
        var waiting = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        sleep(0);
        pair.right().write(ByteBuffer.wrap(bytes("kept")));
        waiting.cancel();
        assertThatThrownBy(waiting::await).isInstanceOf(CancelledError.class);
        assertThat(Sockets.sockRecv(pair.left(), 100)).asString(UTF_8).isEqualTo("kept");
        assertThat(Sockets.removeReader(pair.left())).isFalse();
      }
    });
  }

  @Test
  void recvThatIsCancelledAfterItWasWoken_takesNothing() throws Exception {
    run(() -> {
      var pipe = pipe();
      try (var pair = Pair.open()) {
        var waiting = createTask(() -> Sockets.sockRecv(pair.left(), 100));
        sleep(0);
        write(pipe);
        pair.right().write(ByteBuffer.wrap(bytes("kept")));
        // In the iteration in which both are ready it runs before the task does, woken or not.
        Sockets.addReader(
            pipe.source(),
            () -> {
              waiting.cancel();
              Sockets.removeReader(pipe.source());
            });
        assertThatThrownBy(waiting::await).isInstanceOf(CancelledError.class);
        assertThat(Sockets.sockRecv(pair.left(), 100)).asString(UTF_8).isEqualTo("kept");
      }
      close(pipe);
    });
  }

  @Test
  void datagrams_withTheirSenders() throws Exception {
    run(() -> {
      var a = datagramChannel();
      var b = datagramChannel();
      var waiting = createTask(() -> Sockets.sockRecvfrom(b, 100));
      sleep(0);
      assertThat(Sockets.sockSendto(a, bytes("hello"), b.getLocalAddress())).isEqualTo(5);
      assertThat(waiting.await()).isEqualTo(new Datagram(bytes("hello"), a.getLocalAddress()));
      Sockets.sockSendto(a, bytes("cut off"), b.getLocalAddress());
      assertThat(Sockets.sockRecvfrom(b, 3).text()).isEqualTo("cut");
      assertThat(Sockets.sockSendto(a, new byte[0], b.getLocalAddress())).isZero();
      assertThat(Sockets.sockRecvfrom(b, 3).data()).isEmpty();
      Sockets.sockSendto(a, bytes("into"), b.getLocalAddress());
      var buffer = ByteBuffer.allocate(10).position(1);
      assertThat(Sockets.sockRecvfromInto(b, buffer)).isEqualTo(a.getLocalAddress());
      assertThat(buffer.position()).isEqualTo(5);
      Sockets.sockConnect(a, b.getLocalAddress());
      Sockets.sockSendall(a, bytes("connected"));
      assertThat(Sockets.sockRecv(b, 100)).asString(UTF_8).isEqualTo("connected");
      Sockets.sockSendto(b, new byte[0], a.getLocalAddress());
      assertThat(Sockets.sockRecvInto(a, ByteBuffer.allocate(3))).isZero();
      a.close();
      b.close();
    });
  }

  // ---- connections ------------------------------------------------------------------------------

  @Test
  void connectAndAccept() throws Exception {
    run(() -> {
      try (var server = ServerSocketChannel.open().bind(Loopback.at(0));
          var client = SocketChannel.open(StandardProtocolFamily.INET)) {
        server.configureBlocking(false);
        client.configureBlocking(false);
        var accepting = createTask(() -> Sockets.sockAccept(server));
        sleep(0);
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        Sockets.sockConnect(client, InetSocketAddress.createUnresolved("localhost", port));
        try (var accepted = accepting.await()) {
          assertThat(accepted.isBlocking()).isFalse();
          assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
        }
      }
    });
  }

  @Test
  void cancelledAccept_leavesTheConnectionToTheNext() throws Exception {
    run(() -> {
      try (var server = ServerSocketChannel.open().bind(Loopback.at(0))) {
        server.configureBlocking(false);
        var accepting = createTask(() -> Sockets.sockAccept(server));
        sleep(0);
        try (var client = SocketChannel.open(server.getLocalAddress())) {
          accepting.cancel();
          assertThatThrownBy(accepting::await).isInstanceOf(CancelledError.class);
          try (var accepted = Sockets.sockAccept(server)) {
            assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
          }
        }
      }
    });
  }

  @Test
  void connect_toNobody_namesTheAddress() throws Exception {
    run(() -> {
      int port = Ports.free();
      try (var client = SocketChannel.open()) {
        client.configureBlocking(false);
        assertThatThrownBy(() -> Sockets.sockConnect(client, Loopback.at(port)))
            .isInstanceOf(ConnectException.class)
            .hasMessage("Connect call failed 127.0.0.1:" + port + ": Connection refused");
      }
    });
  }

  @Test
  void sendfile_sendsAPartOrTheRest(@TempDir Path folder) throws IOException {
    var data = new byte[3_000_000];
    new Random(2).nextBytes(data);
    var path = Files.write(folder.resolve("file"), data);
    run(() -> {
      try (var pair = Pair.open();
          var file = FileChannel.open(path, StandardOpenOption.READ)) {
        var received = ByteBuffer.allocate(data.length);
        var receiving =
            createTask(() -> {
              while (received.hasRemaining()
                  && Sockets.sockRecvInto(pair.right(), received) >= 0) {}
            });
        assertThat(Sockets.sockSendfile(pair.left(), file, 1000, 2000L)).isEqualTo(2000);
        assertThat(file.position()).isEqualTo(3000);
        assertThat(Sockets.sockSendfile(pair.left(), file, 3000, Long.MAX_VALUE))
            .isEqualTo(data.length - 3000);
        assertThat(file.position()).isEqualTo(data.length);
        assertThat(Sockets.sockSendfile(pair.left(), file)).isZero();
        pair.left().shutdownOutput();
        receiving.await();
        assertThat(Arrays.copyOf(received.array(), received.position()))
            .isEqualTo(Arrays.copyOfRange(data, 1000, data.length));
        assertThatThrownBy(() -> Sockets.sockSendfile(pair.left(), file, -1, null))
            .isInstanceOf(IllegalArgumentException.class);
      }
    });
  }

  // ---- names ------------------------------------------------------------------------------------

  @Test
  void names_areLookedUpBothWays() throws Exception {
    run(() -> {
      assertThat(Sockets.getaddrinfo("localhost", 80))
          .isNotEmpty()
          .allMatch(a -> a.getAddress().isLoopbackAddress() && a.getPort() == 80);
      assertThat(Sockets.getaddrinfo(HOST, 80, StandardProtocolFamily.INET))
          .containsExactly(Loopback.at(80));
      assertThatThrownBy(() -> Sockets.getaddrinfo(HOST, 80, StandardProtocolFamily.INET6))
          .isInstanceOf(UnknownHostException.class);
      assertThatThrownBy(() -> Sockets.getaddrinfo("no.invalid", 80))
          .isInstanceOf(UnknownHostException.class);
      assertThat(Sockets.getnameinfo(Loopback.at(80))).isNotEmpty();
      var nameless =
          new InetSocketAddress(InetAddress.getByAddress("made-up", new byte[] {0, 0, 0, 1}), 80);
      assertThat(Sockets.getnameinfo(nameless)).isEqualTo("0.0.0.1");
      assertThatThrownBy(() -> Sockets.getnameinfo(nameless, true))
          .isInstanceOf(UnknownHostException.class)
          .hasMessage("0.0.0.1 has no name");
      assertThatThrownBy(
              () -> Sockets.getnameinfo(InetSocketAddress.createUnresolved("localhost", 80)))
          .isInstanceOf(UnknownHostException.class);
    });
  }

  @Test
  void debugMode_logsHowLongALookUpTook() throws Exception {
    try (var logs = Logs.capture()) {
      run(
          () -> {
            getRunningLoop().setSlowCallbackDuration(0);
            Sockets.getaddrinfo("localhost", 80);
          },
          RunOptions.defaults().debug(true));
      assertThat(logs.lines())
          .anyMatch(line -> line.matches("INFO Getting address info localhost took .*ms: .*"));
    }
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void misuse_isSaidInOneSentence() throws Exception {
    run(() -> {
      try (var pair = Pair.open();
          var blocking = SocketChannel.open();
          var server = ServerSocketChannel.open()) {
        var pipe = pipe();
        server.configureBlocking(false);
        assertIllegal(
            "the channel must be non-blocking; call configureBlocking(false) first",
            () -> Sockets.addReader(blocking, () -> {}),
            () -> Sockets.sockRecv(blocking, 1),
            () -> Sockets.sockConnect(blocking, Loopback.at(1)));
        assertIllegal(
            "the channel cannot be read from: " + pipe.sink(),
            () -> Sockets.addReader(pipe.sink(), () -> {}));
        assertIllegal(
            "the channel cannot be written to: " + server,
            () -> Sockets.addWriter(server, () -> {}));
        assertIllegal("negative buffersize, got -1", () -> Sockets.sockRecv(pair.left(), -1));
        assertThatThrownBy(() -> Sockets.addReader(pair.left(), null))
            .isInstanceOf(NullPointerException.class)
            .hasMessage("callback");
        var waiting = createTask(() -> Sockets.sockRecv(pair.left(), 1));
        sleep(0);
        assertThatThrownBy(() -> Sockets.sockRecv(pair.left(), 1))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("another coroutine is waiting already to read from " + pair.left());
        assertThatThrownBy(() -> Sockets.addReader(pair.left(), () -> {}))
            .isInstanceOf(IllegalStateException.class);
        waiting.cancel();
        sleep(0);
        close(pipe);
        assertIllegal(
            "the channel is closed: " + pipe.source(),
            () -> Sockets.addReader(pipe.source(), () -> {}));
      }
    });
  }

  private static void assertIllegal(
      String sentence, org.assertj.core.api.ThrowableAssert.ThrowingCallable... calls) {
    for (var call : calls) {
      assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
    }
  }

  @Test
  void channelOfATransport_isRefused() throws Exception {
    run(() -> {
      var a = DatagramRecorder.bound();
      var channel = (DatagramChannel) a.transport().getExtraInfo(ExtraInfo.SOCKET);
      var sentence =
          "the channel %s is used by transport %s; use that, or a channel of your own"
              .formatted(channel, a.transport());
      assertThatThrownBy(() -> Sockets.addReader(channel, () -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(sentence);
      assertThatThrownBy(() -> Sockets.removeWriter(channel))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(sentence);
      assertThatThrownBy(() -> Sockets.sockRecvfrom(channel, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(sentence);
      a.end();
      try (var server = Transports.createServer(Recorder::new, HOST, 0)) {
        assertThatThrownBy(() -> Sockets.sockAccept(server.sockets().getFirst()))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageEndingWith("is used by a server; use that, or a channel of your own");
      }
    });
  }

  @Test
  void outsideALoop_isAnError() throws IOException {
    var pipe = pipe();
    assertThatThrownBy(() -> Sockets.addReader(pipe.source(), () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no running event loop; ");
    close(pipe);
  }

  @Test
  void loopThatIsClosed_leavesTheChannelAlone() throws IOException {
    var pipe = pipe();
    run(() -> Sockets.addReader(pipe.source(), () -> {}));
    assertThat(pipe.source().isOpen()).isTrue();
    assertThat(pipe.source().isRegistered()).isFalse();
    close(pipe);
  }
}
