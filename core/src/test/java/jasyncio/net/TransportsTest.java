package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ChildJvm;
import jasyncio.ErrorContext;
import jasyncio.ExceptionGroup;
import jasyncio.SystemExit;
import jasyncio.internal.net.Resolver;
import jasyncio.testkit.OpenSockets;
import jasyncio.testkit.Ports;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What the conformance pairs do not show of transports, connecting and files.
@ExtendWith(OpenSockets.class)
@Timeout(600)
class TransportsTest {
  private static final String HOST = Loopback.HOST;

  // ---- transports -------------------------------------------------------------------------------

  @Test
  void extraInfo_tellsAddressesAndChannel() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var client = pair.client().transport();
        var peer = pair.peer().transport();
        assertThat(client.getExtraInfo(ExtraInfo.PEERNAME))
            .isEqualTo(peer.getExtraInfo(ExtraInfo.SOCKNAME));
        assertThat(client.getExtraInfo(ExtraInfo.SOCKNAME))
            .isEqualTo(peer.getExtraInfo(ExtraInfo.PEERNAME));
        assertThat(
                client.getExtraInfo(ExtraInfo.SOCKET).getOption(StandardSocketOptions.TCP_NODELAY))
            .isTrue();
        assertThat(client.getExtraInfo(ExtraInfo.SSL_OBJECT)).isNull();
        client.close();
        pair.client().lost.await();
        assertThat(client.getExtraInfo(ExtraInfo.PEERNAME)).as("after the end").isNotNull();
      }
    });
  }

  @Test
  void toString_showsStateAndBuffer() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var transport = pair.client().transport();
        assertThat(transport.toString())
            .matches("<SocketTransport open peername=/127.0.0.1:\\d+ reading bufsize=0>");
        transport.close();
        pair.client().lost.await();
        sleep(0);
        assertThat(transport.toString())
            .startsWith("<SocketTransport closed")
            .doesNotContain("reading");
        assertThat(pair.server().toString()).matches("<Server sockets=\\[/127.0.0.1:\\d+]>");
      }
    });
  }

  @Test
  void written_isCopiedIfItHasToWait() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.peer().transport().pauseReading();
        var data = new byte[8_000_000];
        new Random(1).nextBytes(data);
        var copy = data.clone();
        pair.client().transport().write(data);
        java.util.Arrays.fill(data, (byte) 0);
        pair.peer().transport().resumeReading();
        pair.peer().awaitBytes(data.length);
        assertThat(pair.peer().received()).isEqualTo(copy);
        assertThat(pair.client().calls).containsSubsequence("pause", "resume");
      }
    });
  }

  @Test
  void write_takesWhatIsBetweenPositionAndLimit() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var buffer = ByteBuffer.wrap("-hello-".getBytes(UTF_8), 1, 5);
        pair.client().transport().write(buffer);
        assertThat(buffer.remaining()).isZero();
        pair.peer().awaitBytes(5);
        assertThat(pair.peer().text()).isEqualTo("hello");
      }
    });
  }

  @Test
  void manySmallWritesBehindAFullSocket_keepTheirOrder() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.peer().transport().pauseReading();
        var all = new StringBuilder("x".repeat(6_000_000));
        pair.client().write(all.toString());
        for (int i = 0; i < 20_000; i++) {
          var piece = i + ",";
          all.append(piece);
          if (i % 3 == 0) {
            pair.client().transport().writelines(List.of(piece.getBytes(UTF_8)));
          } else {
            pair.client().write(piece);
          }
        }
        pair.peer().transport().resumeReading();
        pair.peer().awaitBytes(all.length());
        assertThat(pair.peer().text()).isEqualTo(all.toString());
      }
    });
  }

  @Test
  void writelines_withANull_queuesNothing() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var transport = pair.client().transport();
        assertThatThrownBy(() -> transport.writelines(Arrays.asList(new byte[10], null)))
            .isInstanceOf(NullPointerException.class)
            .hasMessage("piece");
        assertThat(transport.getWriteBufferSize()).isZero();
        pair.client().write("hello");
        pair.peer().awaitBytes(5);
        assertThat(pair.peer().text()).isEqualTo("hello");
      }
    });
  }

  @Test
  void writesAfterTheEnd_nameTheirCall() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var transport = pair.client().transport();
        transport.writeEof();
        assertThatThrownBy(() -> transport.write(new byte[1]))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("Cannot call write() after writeEof()");
        assertThatThrownBy(() -> transport.writelines(List.of()))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("Cannot call writelines() after writeEof()");
      }
    });
  }

  @Test
  void bufferThatCannotBeReadInto_endsTheConnection() throws Exception {
    run(() -> {
      var errors = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      final class Unwritable extends Recorder implements BufferedProtocol {
        @Override
        public ByteBuffer getBuffer(int sizeHint) {
          return ByteBuffer.allocate(10).asReadOnlyBuffer();
        }

        @Override
        public void bufferUpdated(int bytes) {}
      }

      try (var pair = Loopback.open(new Recorder(), new Unwritable())) {
        pair.client().write("x");
        assertThat(pair.peer().lost.await()).isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(errors)
          .singleElement()
          .satisfies(
              e -> assertThat(e.message()).isEqualTo("Fatal read error on socket transport"));
    });
  }

  @Test
  void setProtocol_refusesAnotherKind() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        assertThatThrownBy(() -> pair.client().transport().setProtocol(new BaseProtocol() {}))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("needs a Protocol");
      }
    });
  }

  @Test
  void closingTheLoop_closesItsConnections() throws Exception {
    var channels = new ArrayList<java.nio.channels.Channel>();
    run(() -> {
      var pair = Loopback.open();
      channels.add(pair.client().transport().getExtraInfo(ExtraInfo.SOCKET));
      channels.add(pair.peer().transport().getExtraInfo(ExtraInfo.SOCKET));
      channels.addAll(pair.server().sockets());
    });
    assertThat(channels).hasSize(3).noneMatch(java.nio.channels.Channel::isOpen);
  }

  // ---- connecting -------------------------------------------------------------------------------

  @Test
  @Tag("kernel") // counts its descriptors
  void refusedConnection_saysWhere() throws Exception {
    run(() -> {
      int port = Ports.free();
      assertThatThrownBy(() -> Transports.createConnection(Recorder::new, HOST, port))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("Connect call failed")
          .hasMessageContaining(HOST + ":" + port);
    });
  }

  @Test
  void severalRefusals_areOneErrorOrAGroup() throws Exception {
    run(() -> {
      int port = Ports.free();
      assertThatThrownBy(() -> Transports.createConnection(Recorder::new, "localhost", port))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("Connection refused");
      assertThatThrownBy(() ->
              Transports.createConnection(
                  Recorder::new,
                  "localhost",
                  port,
                  ConnectOptions.defaults().allErrors(true).happyEyeballs(Duration.ofMillis(250))))
          .isInstanceOf(ExceptionGroup.class)
          .hasMessageContaining("createConnection failed");
      var patient = ConnectOptions.defaults().happyEyeballs(Duration.ofSeconds(Long.MAX_VALUE));
      assertThatThrownBy(
              () -> Transports.createConnection(Recorder::new, "localhost", port, patient))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Connection refused");
    });
  }

  @Test
  void unknownHost_isTheResolversError() {
    run(() ->
        assertThatThrownBy(() -> Transports.createConnection(Recorder::new, "nosuch.invalid", 80))
            .isInstanceOf(UnknownHostException.class)
            .hasMessageContaining("nosuch.invalid"));
  }

  @Test
  void familyWithoutAddress_isToldSo() {
    run(() ->
        assertThatThrownBy(() ->
                Transports.createConnection(
                    Recorder::new,
                    HOST,
                    80,
                    ConnectOptions.defaults().family(StandardProtocolFamily.INET6)))
            .isInstanceOf(UnknownHostException.class)
            .hasMessageContaining("no address of family INET6"));
  }

  @Test
  void localAddress_isBoundTo() throws Exception {
    run(() -> {
      var peer = new Recorder();
      try (var server = Transports.createServer(() -> peer, HOST, 0)) {
        var local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.7"), 0);
        var client =
            Transports.createConnection(
                    Recorder::new,
                    HOST,
                    Loopback.port(server),
                    ConnectOptions.defaults().localAddress(local))
                .protocol();
        peer.made.await();
        assertThat(peer.transport().getExtraInfo(ExtraInfo.PEERNAME).toString())
            .contains("127.0.0.7");
        client.transport().close();
        peer.lost.await();

        var foreign = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0);
        assertThatThrownBy(() ->
                Transports.createConnection(
                    Recorder::new,
                    HOST,
                    Loopback.port(server),
                    ConnectOptions.defaults().localAddress(foreign)))
            .isInstanceOf(BindException.class)
            .hasMessageContaining("error while attempting to bind on address 192.0.2.1");
      }
    });
  }

  @Test
  void localAddressOfAnotherFamily_failsThatAddressAlone() {
    run(() -> {
      var six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
      assertThatThrownBy(() ->
              Transports.createConnection(
                  Recorder::new, HOST, 9, ConnectOptions.defaults().localAddress(six)))
          .isInstanceOf(BindException.class)
          .hasMessage("no matching local address with family=INET found");
    });
  }

  @Test
  void localAddress_isLookedUp() throws Exception {
    run(() -> {
      try (var server = Transports.createServer(Recorder::new, HOST, 0)) {
        var local = InetSocketAddress.createUnresolved("localhost", 0);
        Transports.createConnection(
                Recorder::new,
                HOST,
                Loopback.port(server),
                ConnectOptions.defaults().localAddress(local))
            .transport()
            .close();
        server.closeClients();
      }
    });
  }

  @Test
  void cancelledConnecting_leavesNothingOpen() throws Exception {
    run(() -> {
      // nobody accepts, and the queue is full: the next connection hangs
      try (var listening = ServerSocketChannel.open()) {
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        var address = (InetSocketAddress) listening.getLocalAddress();
        var queued = new ArrayList<SocketChannel>();
        for (int i = 0; i < 8; i++) {
          var channel = SocketChannel.open();
          channel.configureBlocking(false);
          channel.connect(address);
          queued.add(channel);
        }
        var task =
            createTask(() ->
                Transports.createConnection(
                    Recorder::new, address.getHostString(), address.getPort()));
        sleep(0.05);
        assertThat(task.done()).isFalse();
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        for (var channel : queued) {
          channel.close();
        }
      }
    });
  }

  @Test
  void givenChannel_mustBeConnected() throws Exception {
    run(() -> {
      try (var channel = SocketChannel.open()) {
        assertThatThrownBy(() ->
                Transports.createConnection(Recorder::new, channel, ConnectOptions.defaults()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("a connected channel was expected");
      }
    });
  }

  @Test
  void channelOfATransport_isRefused_andTheTransportGoesOn() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var channel = (SocketChannel) pair.client().transport().getExtraInfo(ExtraInfo.SOCKET);
        var listening = pair.server().sockets().getFirst();
        var defaults = ConnectOptions.defaults();
        for (ThrowingCallable call :
            List.<ThrowingCallable>of(
                () -> Transports.createConnection(Recorder::new, channel, defaults),
                () -> Transports.connectAcceptedSocket(Recorder::new, channel, null),
                () ->
                    Transports.createServer(Recorder::new, listening, ServerOptions.defaults()))) {
          assertThatThrownBy(call)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("is used by");
        }
        pair.client().write("hello");
        pair.peer().awaitBytes(5);
        assertThat(pair.server().isServing()).isTrue();
      }
    });
  }

  @Test
  void badOptions_areRefused() {
    assertThatThrownBy(() -> ConnectOptions.defaults().limit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Limit cannot be <= 0");
    assertThatThrownBy(() -> ConnectOptions.defaults().happyEyeballs(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not be negative");
    assertThatThrownBy(() -> ServerOptions.defaults().backlog(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("backlog must be positive");
  }

  @Test
  void factoryThatFails_closesTheConnection() throws Exception {
    run(() -> {
      var peer = new Recorder();
      try (var server = Transports.createServer(() -> peer, HOST, 0)) {
        assertThatThrownBy(() ->
                Transports.createConnection(
                    () -> {
                      throw new IllegalStateException("no protocol today");
                    },
                    HOST,
                    Loopback.port(server)))
            .hasMessage("no protocol today");
        peer.lost.await();
      }
    });
  }

  // ---- Unix-domain sockets ----------------------------------------------------------------------

  @Test
  void unixSockets_connectAndCleanUp(@TempDir Path directory) throws Exception {
    var path = directory.resolve("socket");
    run(() -> {
      var peer = new Recorder();
      var server = Transports.createUnixServer(() -> peer, path);
      var client = Transports.createUnixConnection(Recorder::new, path).protocol();
      client.write("hello");
      peer.made.await();
      peer.awaitBytes(5);
      assertThat(client.transport().getExtraInfo(ExtraInfo.PEERNAME))
          .isEqualTo(UnixDomainSocketAddress.of(path));
      client.transport().close();
      peer.lost.await();
      server.close();
      assertThat(path).doesNotExist();
    });
  }

  @Test
  @Tag("kernel") // looks at the socket's file
  void staleUnixSocket_isReplaced_andAForeignOneIsLeft(@TempDir Path directory) throws Exception {
    var path = directory.resolve("socket");
    run(() -> {
      var first =
          Transports.createUnixServer(
              Recorder::new, path, ServerOptions.defaults().cleanUpSocket(false));
      first.close();
      assertThat(path).exists();
      var second = Transports.createUnixServer(Recorder::new, path);
      var third = Transports.createUnixServer(Recorder::new, path);
      second.close();
      assertThat(path).as("the file is the third server's").exists();
      third.close();
      assertThat(path).doesNotExist();
      Files.writeString(path, "no socket");
      assertThatThrownBy(() -> Transports.createUnixServer(Recorder::new, path))
          .isInstanceOf(BindException.class)
          .hasMessageContaining(path.toString());
      assertThat(path).hasContent("no socket");
    });
  }

  @Test
  void unixServer_hasNothingToKeepAlive(@TempDir Path directory) throws Exception {
    var path = directory.resolve("socket");
    run(() -> {
      var reports = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
      var peer = new Recorder();
      var options = ServerOptions.defaults().keepAlive(true);
      try (var server = Transports.createUnixServer(() -> peer, path, options)) {
        var client = Transports.createUnixConnection(Recorder::new, path).protocol();
        client.write("hello");
        client.transport().close();
        client.lost.await();
        server.close();
        server.waitClosed();
      }
      assertThat(reports).isEmpty();
      assertThat(peer.text()).isEqualTo("hello");
    });
  }

  // ---- files ------------------------------------------------------------------------------------

  private static Path bigFile(Path directory) throws IOException {
    var bytes = new byte[5_000_000];
    new Random(7).nextBytes(bytes);
    return Files.write(directory.resolve("big"), bytes);
  }

  @Test
  void sendfile_sendsBehindWhatWasWritten(@TempDir Path directory) throws IOException {
    var path = bigFile(directory);
    run(() -> {
      try (var pair = Loopback.open();
          var file = FileChannel.open(path)) {
        var head = "x".repeat(3_000_000);
        pair.client().write(head);
        assertThat(Transports.sendfile(pair.client().transport(), file)).isEqualTo(5_000_000);
        assertThat(file.position()).isEqualTo(5_000_000);
        pair.client().write("tail");
        pair.peer().awaitBytes(head.length() + 5_000_000 + 4);
        var received = pair.peer().received();
        assertThat(java.util.Arrays.copyOfRange(received, head.length(), received.length - 4))
            .isEqualTo(Files.readAllBytes(path));
        assertThat(pair.peer().text()).startsWith("xxx").endsWith("tail");
      }
    });
  }

  @Test
  void sendfile_sendsAPart(@TempDir Path directory) throws IOException {
    var path = Files.writeString(directory.resolve("small"), "0123456789");
    run(() -> {
      try (var pair = Loopback.open();
          var file = FileChannel.open(path)) {
        var transport = pair.client().transport();
        assertThat(Transports.sendfile(transport, file, 2, 3L, true)).isEqualTo(3);
        assertThat(file.position()).isEqualTo(5);
        assertThat(Transports.sendfile(transport, file, 5, Long.MAX_VALUE, true)).isEqualTo(5);
        assertThat(Transports.sendfile(transport, file, 100, null, true)).isZero();
        pair.peer().awaitBytes(8);
        assertThat(pair.peer().text()).isEqualTo("23456789");
      }
    });
  }

  @Test
  void sendfile_checksItsArguments(@TempDir Path directory) throws IOException {
    var path = Files.writeString(directory.resolve("small"), "0123456789");
    run(() -> {
      try (var pair = Loopback.open();
          var file = FileChannel.open(path)) {
        var transport = pair.client().transport();
        assertThatThrownBy(() -> Transports.sendfile(transport, file, -1, null, true))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("offset must be a non-negative integer");
        assertThatThrownBy(() -> Transports.sendfile(transport, file, 0, 0L, true))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("count must be a positive integer");
        transport.close();
        assertThatThrownBy(() -> Transports.sendfile(transport, file))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Transport is closing");
      }
    });
  }

  @Test
  void duringSendfile_writesAreRefusedAndACancellationEndsIt(@TempDir Path directory)
      throws IOException {
    var path = directory.resolve("huge");
    try (var file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 100_000_000); // a hole
    }
    run(() -> {
      try (var pair = Loopback.open();
          var file = FileChannel.open(path)) {
        pair.peer().transport().pauseReading();
        var transport = pair.client().transport();
        var task = createTask(() -> Transports.sendfile(transport, file));
        sleep(0.01);
        assertThatThrownBy(() -> transport.write(new byte[1]))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("unable to write; sendfile is in progress");
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        assertThat(file.position()).isPositive().isLessThan(100_000_000);
        transport.write(new byte[1]);
      }
    });
  }

  @Test
  void sendfileCancelledBehindWhatWasWritten_goesOnReading(@TempDir Path directory)
      throws IOException {
    var path = bigFile(directory);
    run(() -> {
      try (var pair = Loopback.open();
          var file = FileChannel.open(path)) {
        pair.peer().transport().pauseReading();
        var transport = pair.client().transport();
        transport.write(new byte[20_000_000]);
        assertThat(transport.getWriteBufferSize()).isPositive();
        var task = createTask(() -> Transports.sendfile(transport, file));
        sleep(0);
        assertThat(transport.isReading()).isFalse();
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        assertThat(transport.isReading()).isTrue();
        assertThatThrownBy(
                () -> {
                  transport.writeEof();
                  Transports.sendfile(transport, file);
                })
            .isInstanceOf(IllegalStateException.class);
        assertThat(transport.isReading()).isTrue();
      }
    });
  }

  @Test
  void connectionLostDuringSendfile_isAnError(@TempDir Path directory) throws IOException {
    var path = bigFile(directory);
    run(() -> {
      try (var pair = Loopback.open();
          var file = FileChannel.open(path)) {
        pair.peer().transport().pauseReading();
        var task = createTask(() -> Transports.sendfile(pair.client().transport(), file));
        sleep(0.01);
        pair.client().transport().abort();
        assertThatThrownBy(task::await)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("Connection is closed by peer");
      }
    });
  }

  // ---- servers ----------------------------------------------------------------------------------

  @Test
  void localhost_isListenedOnWithAllItsAddresses() throws Exception {
    run(() -> {
      try (var server = Transports.createServer(Recorder::new, "localhost", 0)) {
        var addresses = InetAddress.getAllByName("localhost");
        assertThat(server.sockets()).hasSameSizeAs(addresses);
      }
    });
  }

  @Test
  void everywhere_hearsIpv4() throws Exception {
    run(() -> {
      var peer = new Recorder();
      try (var server = Transports.createServer(() -> peer, 0, ServerOptions.defaults())) {
        var client =
            Transports.createConnection(Recorder::new, HOST, Loopback.port(server)).protocol();
        peer.made.await();
        client.transport().close();
        peer.lost.await();
      }
    });
  }

  @Test
  void portInUse_saysWhich_andOneFailureClosesAll() throws Exception {
    run(() -> {
      try (var server = Transports.createServer(Recorder::new, "127.0.0.2", 0)) {
        int port = Loopback.port(server);
        assertThatThrownBy(() ->
                Transports.createServer(
                    Recorder::new,
                    List.of("127.0.0.3", "127.0.0.2"),
                    port,
                    ServerOptions.defaults()))
            .isInstanceOf(BindException.class)
            .hasMessageContaining("error while attempting to bind on address 127.0.0.2:" + port);
      }
    });
  }

  @Test
  void addressOfAnotherMachine_isLeftOut_unlessThereIsNoOther() throws Exception {
    run(() -> {
      var options = ServerOptions.defaults();
      try (var server =
          Transports.createServer(Recorder::new, List.of("192.0.2.1", HOST), 0, options)) {
        assertThat(server.sockets()).hasSize(1);
        assertThat(server.toString()).contains(HOST);
      }
      assertThatThrownBy(() -> Transports.createServer(Recorder::new, "192.0.2.1", 0))
          .isInstanceOf(BindException.class)
          .hasMessage("could not bind on any address out of [/192.0.2.1:0]");
    });
  }

  @Test
  void everywhereOfAFamilyThatIsSwitchedOff_isAnError() {
    var result =
        ChildJvm.run(
            NoIpv6.class, List.of("-Djava.net.preferIPv4Stack=true", "-Djasyncio.fibers=portable"));
    assertThat(result.output().lines())
        .containsExactly("could not bind on any address out of [/[0:0:0:0:0:0:0:0]:0]", "0.0.0.0");
  }

  /// Where a server listens with and without an explicit family.
  static final class NoIpv6 {
    public static void main(String[] arguments) throws Exception {
      run(() -> {
        var options = ServerOptions.defaults();
        try {
          Transports.createServer(Recorder::new, 0, options.family(StandardProtocolFamily.INET6));
        } catch (BindException e) {
          System.out.println(e.getMessage());
        }
        try (var server = Transports.createServer(Recorder::new, 0, options)) {
          var address = (InetSocketAddress) server.address();
          System.out.println(address.getAddress().getHostAddress());
        }
      });
    }
  }

  // CPython: test_selector_events.BaseSelectorEventLoopTests.test_accept_connection_multiple
  @Test
  void connectionsThatWaitTogether_areAcceptedInOneIteration() throws Exception {
    assertAcceptedTogether(5, ServerOptions.defaults());
  }

  // CPython: test_selector_events.BaseSelectorEventLoopTests.test_accept_connection_zero_one
  @Test
  void backlogOfOne_acceptsTwoInOneIteration() throws Exception {
    assertAcceptedTogether(2, ServerOptions.defaults().backlog(1));
  }

  /// Connects without letting the loop run, and looks when the server has made its protocols.
  private static void assertAcceptedTogether(int count, ServerOptions options) throws Exception {
    run(() -> {
      var peers = new ArrayList<Recorder>();
      var server =
          Transports.createServer(
              () -> {
                var peer = new Recorder();
                peers.add(peer);
                return peer;
              },
              HOST,
              0,
              options);
      var clients = new ArrayList<SocketChannel>();
      for (int i = 0; i < count; i++) {
        clients.add(SocketChannel.open(Loopback.at(Loopback.port(server))));
      }
      while (peers.isEmpty()) {
        sleep(0);
      }
      assertThat(peers).hasSize(count);
      for (var client : clients) {
        client.close();
      }
      for (var peer : peers) {
        peer.lost.await();
      }
      server.close();
      server.waitClosed();
    });
  }

  @Test
  void longestBacklog_accepts() throws Exception {
    run(() -> {
      var peer = new Recorder();
      var options = ServerOptions.defaults().backlog(Integer.MAX_VALUE);
      try (var server = Transports.createServer(() -> peer, HOST, 0, options)) {
        var client =
            Transports.createConnection(Recorder::new, HOST, Loopback.port(server)).protocol();
        timeout(
            10,
            () -> {
              peer.made.await();
            });
        client.transport().close();
        peer.lost.await();
      }
    });
  }

  @Test
  void cancelledBeforeItServes_theServerIsClosed() throws Exception {
    run(() -> {
      int port = Ports.free();
      var task = createTask(() -> Transports.createServer(Recorder::new, HOST, port));
      sleep(0);
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      Transports.createServer(Recorder::new, HOST, port).close();
    });
  }

  @Test
  void reusePort_letsTwoServersListen() throws Exception {
    run(() -> {
      var options = ServerOptions.defaults().reusePort(true);
      try (var first = Transports.createServer(Recorder::new, HOST, 0, options);
          var second =
              Transports.createServer(Recorder::new, HOST, Loopback.port(first), options)) {
        assertThat(Loopback.port(second)).isEqualTo(Loopback.port(first));
      }
    });
  }

  @Test
  void givenChannel_isServed_andMustBeBound() throws Exception {
    run(() -> {
      var channel = ServerSocketChannel.open();
      assertThatThrownBy(() -> Transports.createServer(Recorder::new, channel))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a bound channel was expected");
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var server = Transports.createServer(Recorder::new, channel);
      Transports.createConnection(Recorder::new, HOST, Loopback.port(server)).transport().close();
      server.close();
      server.waitClosed();
    });
  }

  @Test
  void closeWithGrace_letsClientsEnd() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var closing = createTask(() -> pair.server().close(Duration.ofSeconds(100)));
        sleep(0);
        assertThat(pair.server().isServing()).isFalse();
        assertThat(closing.done()).isFalse();
        pair.client().write("bye");
        pair.peer().awaitBytes(3);
        pair.client().transport().close();
        closing.await();
      }
    });
  }

  @Test
  void closeWithGrace_abortsThoseThatStay() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.server().close(Duration.ofMillis(1));
        assertThat(pair.peer().lost.done()).isTrue();
      }
    });
  }

  @Test
  void closeWithGrace_takesSecondsToo() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        assertThatThrownBy(() -> pair.server().close(Double.NaN))
            .isInstanceOf(IllegalArgumentException.class);
        assertThat(pair.server().isServing()).isTrue();
        pair.server().close(0.001);
        assertThat(pair.peer().lost.done()).isTrue();
      }
    });
  }

  @Test
  void closedServer_refusesToServe() throws Exception {
    run(() -> {
      var server = Transports.createServer(Recorder::new, HOST, 0);
      server.close();
      assertThatThrownBy(server::startServing)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
      assertThat(server.sockets()).isEmpty();
    });
  }

  @Test
  void failingFactory_isReported_andTheConnectionClosed() throws Exception {
    run(() -> {
      var reports = new ArrayList<ErrorContext>();
      getRunningLoop().setExceptionHandler((loop, error) -> reports.add(error));
      try (var server =
          Transports.createServer(
              () -> {
                throw new IllegalStateException("no protocol");
              },
              HOST,
              0)) {
        var client =
            Transports.createConnection(Recorder::new, HOST, Loopback.port(server)).protocol();
        client.lost.await();
      }
      assertThat(reports)
          .singleElement()
          .satisfies(error -> {
            assertThat(error.message())
                .isEqualTo("Error on transport creation for incoming connection");
            assertThat(error.exception()).hasMessage("no protocol");
          });
    });
  }

  @Test
  void factoryThatExits_endsTheProgram() {
    assertThatThrownBy(() ->
            run(() -> {
              var server =
                  Transports.createServer(
                      () -> {
                        throw new SystemExit(3);
                      },
                      HOST,
                      0);
              Transports.createConnection(Recorder::new, HOST, Loopback.port(server))
                  .protocol()
                  .lost
                  .await();
            }))
        .isInstanceOf(SystemExit.class);
  }

  // ---- addresses --------------------------------------------------------------------------------

  @Test
  void families_takeTurns() throws UnknownHostException {
    var v6 = List.of(InetAddress.ofLiteral("::1"), InetAddress.ofLiteral("::2"));
    var v4 =
        List.of(
            InetAddress.ofLiteral("1.1.1.1"),
            InetAddress.ofLiteral("2.2.2.2"),
            InetAddress.ofLiteral("3.3.3.3"));
    var all = new ArrayList<>(v6);
    all.addAll(v4);
    assertThat(Resolver.interleave(all, 0)).isEqualTo(all);
    assertThat(Resolver.interleave(all, 1))
        .containsExactly(v6.get(0), v4.get(0), v6.get(1), v4.get(1), v4.get(2));
    assertThat(Resolver.interleave(all, 2))
        .containsExactly(v6.get(0), v6.get(1), v4.get(0), v4.get(1), v4.get(2));
    assertThat(Resolver.interleave(v4, 1)).isEqualTo(v4);
  }
}
