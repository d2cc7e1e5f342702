package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.Future;
import jasyncio.Logs;
import jasyncio.internal.net.TlsLayer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// TLS over real sockets: what applications see of it.
@Timeout(600)
class TlsTest {
  private static final TestPki.Identity LOCALHOST = TestPki.get().localhost();

  static Stream<Arguments> providersAndVersions() {
    return Arrays.stream(TlsProvider.values())
        .flatMap(provider ->
            Stream.of(Arguments.of(provider, "TLSv1.2"), Arguments.of(provider, "TLSv1.3")));
  }

  // ---- helpers ----------------------------------------------------------------------------------

  private static TlsOptions serverTls(TlsProvider provider) {
    return TlsOptions.of(provider.server(LOCALHOST));
  }

  private static TlsOptions clientTls(TlsProvider provider) {
    return TlsOptions.of(provider.client());
  }

  private static TlsOptions clientTls(TlsProvider provider, String version) {
    return clientTls(provider).parameters(p -> p.setProtocols(new String[] {version}));
  }

  /// A server that keeps the protocols it makes.
  private static final class Listener<P extends Protocol> implements AutoCloseable {
    final List<P> protocols = new ArrayList<>();
    final Server server;

    Listener(Supplier<P> factory, TlsOptions tls) throws IOException {
      server =
          Transports.createServer(
              () -> {
                var protocol = factory.get();
                protocols.add(protocol);
                return protocol;
              },
              "127.0.0.1",
              0,
              ServerOptions.defaults().tls(tls));
    }

    int port() throws IOException {
      return server.port();
    }

    @Override
    public void close() {
      server.close();
      server.abortClients();
      server.waitClosed();
    }
  }

  private static <P extends Protocol> P connect(Supplier<P> factory, int port, TlsOptions tls)
      throws IOException {
    return Transports.createConnection(
            factory, "localhost", port, ConnectOptions.defaults().tls(tls))
        .protocol();
  }

  private static Recorder connect(int port, TlsOptions tls) throws IOException {
    return connect(Recorder::new, port, tls);
  }

  /// Sends back what comes.
  private static class Echo extends Recorder {
    @Override
    public void dataReceived(ByteBuffer data) {
      transport().write(data);
    }
  }

  private static List<ErrorContext> errors() {
    var errors = new ArrayList<ErrorContext>();
    getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
    return errors;
  }

  private static byte[] random(int size) {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static <T> T onThread(Blocking<T> call) {
    return await(getRunningLoop().runInExecutor(null, call::call));
  }

  private interface Blocking<T> {
    T call() throws Exception;
  }

  // ---- data -------------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void bytes_arriveUnchangedInBothDirections(TlsProvider provider, String version)
      throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        for (int size : new int[] {1, 64, 16 * 1024, 16 * 1024 + 1, 3_000_000}) {
          var client = connect(listener.port(), clientTls(provider, version));
          var data = random(size);
          client.transport().write(data);
          client.awaitBytes(size);
          assertThat(client.received()).isEqualTo(data);
          assertThat(client.transport().getExtraInfo(ExtraInfo.SSL_SESSION).getProtocol())
              .isEqualTo(version);
          client.transport().close();
          assertThat(await(client.lost)).isNull();
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void manyPieces_arriveInOrder(TlsProvider provider) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        var expected = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
          expected.append(i).append(' ');
          client.transport().write((i + " ").getBytes(UTF_8));
          if (i % 100 == 0) {
            expected.append("a b c ");
            client
                .transport()
                .writelines(
                    List.of("a ".getBytes(UTF_8), "b ".getBytes(UTF_8), "c ".getBytes(UTF_8)));
            sleep(0);
          }
        }
        client.awaitBytes(expected.length());
        assertThat(client.text()).isEqualTo(expected.toString());
        client.transport().abort();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void streams_readAndWriteLines(TlsProvider provider) throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                for (var line : reader) {
                  writer.write(line);
                  writer.drain();
                }
                writer.close();
              },
              "127.0.0.1",
              0,
              ServerOptions.defaults().tls(serverTls(provider)))) {
        var connection =
            Streams.openConnection(
                "localhost", server.port(), ConnectOptions.defaults().tls(clientTls(provider)));
        connection.writer().write("one\ntwo\n", UTF_8);
        assertThat(connection.reader().readLine()).isEqualTo("one");
        assertThat(connection.reader().readLine()).isEqualTo("two");
        assertThat(connection.writer().canWriteEof()).isFalse();
        connection.writer().close();
        connection.writer().waitClosed();
        server.close();
        server.waitClosed();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void address_saysWhoseCertificateIsExpected_andAChannelDoesNot(TlsProvider provider)
      throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(provider));
          var channel = SocketChannel.open()) {
        var options = ConnectOptions.defaults().tls(clientTls(provider));
        for (var address :
            List.of(
                new InetSocketAddress("localhost", listener.port()),
                InetSocketAddress.createUnresolved("localhost", listener.port()))) {
          try (var connection = Streams.openConnection(address, options)) {
            connection.writer().write("hello\n");
            assertThat(connection.reader().readLine()).isEqualTo("hello");
          }
        }
        var loopback = InetAddress.getByAddress("other.example", new byte[] {127, 0, 0, 1});
        var another = new InetSocketAddress(loopback, listener.port()); // not in the certificate
        assertThatThrownBy(() -> Streams.openConnection(another, options))
            .isInstanceOf(SSLException.class);
        channel.configureBlocking(false);
        Sockets.sockConnect(channel, another);
        assertThatThrownBy(() -> Streams.openConnection(channel, options))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("serverHostname");
        var named = ConnectOptions.defaults().tls(clientTls(provider).serverHostname("localhost"));
        try (var connection = Streams.openConnection(channel, named)) {
          connection.writer().write("hello\n");
          assertThat(connection.reader().readLine()).isEqualTo("hello");
        }
      }
    });
  }

  /// Has room for a few bytes at a time, and can stop in between.
  private static final class Sipper extends Recorder implements BufferedProtocol {
    private final ByteBuffer cup = ByteBuffer.allocate(7);
    int stopAfter = Integer.MAX_VALUE;

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return cup.clear();
    }

    @Override
    public void bufferUpdated(int count) {
      assertThat(cup.position()).isEqualTo(count);
      dataReceived(Arrays.copyOf(cup.array(), count));
      if (received().length >= stopAfter) {
        stopAfter = Integer.MAX_VALUE;
        calls.add("stop");
        transport().pauseReading();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bufferedProtocol_getsEverythingPieceByPiece(TlsProvider provider) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        var client = connect(Sipper::new, listener.port(), clientTls(provider));
        client.stopAfter = 70;
        var data = random(100_000);
        client.transport().write(data);
        client.awaitBytes(70);
        for (int i = 0; i < 10; i++) {
          sleep(0);
        }
        assertThat(client.received()).hasSize(70);
        assertThat(((TlsTransport) client.transport()).getReadBufferSize()).isPositive();
        client.transport().resumeReading();
        client.awaitBytes(data.length);
        assertThat(client.received()).isEqualTo(data);
        client.transport().close();
        assertThat(await(client.lost)).isNull();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void bufferWithoutRoom_isAnErrorThatEndsTheConnection(TlsProvider provider) throws Exception {
    run(() -> {
      var errors = errors();
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        var client = connect(Sipper::new, listener.port(), clientTls(provider));
        client
            .transport()
            .setProtocol(
                new Recorder() {
                  @Override
                  public void connectionLost(@Nullable Throwable e) {
                    client.connectionLost(e);
                  }
                });
        client
            .transport()
            .setProtocol(
                new BufferedProtocol() {
                  @Override
                  public ByteBuffer getBuffer(int sizeHint) {
                    return ByteBuffer.allocate(0);
                  }

                  @Override
                  public void bufferUpdated(int bytes) {}

                  @Override
                  public void connectionLost(@Nullable Throwable e) {
                    client.connectionLost(e);
                  }
                });
        client.transport().write(new byte[1]);
        assertThat(await(client.lost)).hasMessageContaining("empty buffer");
        assertThat(errors)
            .singleElement()
            .satisfies(e -> assertThat(e.message()).isEqualTo("Fatal error on SSL protocol"));
      }
    });
  }

  // ---- handshake --------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void connectionMade_comesAfterTheHandshakeAndBeforeTheConnectionIsReturned(
      TlsProvider provider, String version) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        var client =
            connect(
                () ->
                    new Recorder() {
                      @Override
                      public void connectionMade(Transport transport) {
                        assertThat(transport.getExtraInfo(ExtraInfo.SSL_SESSION).getProtocol())
                            .isEqualTo(version);
                        super.connectionMade(transport);
                      }
                    },
                listener.port(),
                clientTls(provider, version));
        assertThat(client.calls).containsExactly("made");
        var transport = client.transport();
        assertThat(transport.getExtraInfo(ExtraInfo.SSL_OBJECT)).isInstanceOf(SSLEngine.class);
        assertThat(transport.getExtraInfo(ExtraInfo.SSL_CONTEXT)).isInstanceOf(SSLContext.class);
        assertThat(transport.getExtraInfo(ExtraInfo.PEERNAME))
            .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), listener.port()));
        assertThat(transport.getExtraInfo(ExtraInfo.SOCKET)).isNotNull();
        assertThat(transport.getProtocol()).isSameAs(client);
        assertThat(transport.isReading()).isTrue();
        assertThat(transport.isClosing()).isFalse();
        assertThat(transport)
            .hasToString(transport.toString())
            .asString()
            .startsWith("<TlsTransport open on");
        transport.abort();
        assertThat(transport.isClosing()).isTrue();
        assertThat(transport.isReading()).isFalse();
        assertThat(await(client.lost)).isNull();
        assertThat(client.calls).containsExactly("made", "lost");
      }
    });
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void applicationProtocol_isTheServersChoice(TlsProvider provider, String version)
      throws Exception {
    run(() -> {
      var tls = serverTls(provider).applicationProtocols("h2", "http/1.1");
      try (var listener = new Listener<>(Recorder::new, tls)) {
        var client =
            connect(
                listener.port(),
                clientTls(provider, version).applicationProtocols("http/1.1", "h3"));
        assertThat(client.transport().getExtraInfo(ExtraInfo.SSL_OBJECT).getApplicationProtocol())
            .isEqualTo("http/1.1");
        client.transport().abort();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void hostName_isSentToTheServer(TlsProvider provider) throws Exception {
    run(() -> {
      var identity = TestPki.get().issue("EC", "other.example");
      var names = new ArrayList<>();
      Supplier<Recorder> factory =
          () ->
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  super.connectionMade(transport);
                  var session = (ExtendedSSLSession) transport.getExtraInfo(ExtraInfo.SSL_SESSION);
                  names.add(session.getRequestedServerNames());
                  transport.write(new byte[1]);
                }
              };
      try (var listener = new Listener<>(factory, TlsOptions.of(provider.server(identity)))) {
        var client = connect(listener.port(), clientTls(provider).serverHostname("other.example."));
        client.awaitBytes(1);
        client.transport().abort();
        assertThat(names).containsExactly(List.of(new SNIHostName("other.example")));

        var unchecked = connect(listener.port(), clientTls(provider).serverHostname(""));
        unchecked.awaitBytes(1);
        unchecked.transport().abort();
        if (provider == TlsProvider.JDK) { // Conscrypt always sends the name of the host
          assertThat(names.get(1)).isEqualTo(List.of());
        }
      }
    });
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void certificateForAnotherHost_isRefused(TlsProvider provider, String version) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        assertThatThrownBy(() ->
                connect(
                    listener.port(), clientTls(provider, version).serverHostname("wrong.example")))
            .isInstanceOf(SSLHandshakeException.class)
            .hasStackTraceContaining("wrong.example");
      }
    });
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void certificateThatIsOldOrOfAnUnknownAuthority_isRefused(TlsProvider provider, String version)
      throws Exception {
    run(() -> {
      var expired =
          TestPki.get()
              .issue(TestPki.newKey("EC"), Instant.now().minus(Duration.ofHours(1)), "localhost");
      try (var listener = new Listener<>(Recorder::new, TlsOptions.of(provider.server(expired)))) {
        assertThatThrownBy(() -> connect(listener.port(), clientTls(provider, version)))
            .isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(() -> connect(listener.port(), TlsOptions.of(TlsContexts.client())))
            .isInstanceOf(SSLHandshakeException.class);
        var careless = connect(listener.port(), TlsOptions.of(TlsContexts.insecureClient()));
        careless.transport().abort();
      }
    });
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void clientCertificate_isSeenByTheServer(TlsProvider provider, String version) throws Exception {
    run(() -> {
      var tls =
          TlsOptions.of(provider.server(LOCALHOST, TestPki.get().authorities()))
              .parameters(p -> p.setNeedClientAuth(true));
      try (var listener = new Listener<>(Echo::new, tls)) {
        var identity = TestPki.get().issue("EC", "ann.example");
        var client =
            connect(
                listener.port(),
                TlsOptions.of(provider.client(identity))
                    .parameters(p -> p.setProtocols(new String[] {version})));
        client.transport().write(new byte[1]);
        client.awaitBytes(1);
        var session = listener.protocols.getFirst().transport().getExtraInfo(ExtraInfo.SSL_SESSION);
        assertThat(((X509Certificate) session.getPeerCertificates()[0]).getSubjectX500Principal())
            .hasToString("CN=ann.example");
        client.transport().abort();

        // Under TLS 1.3 the client is done before the server has seen that there is no certificate.
        var refused =
            catchThrowable(() -> {
              var anonymous = connect(listener.port(), clientTls(provider, version));
              anonymous.transport().write(new byte[1]);
              throw await(anonymous.lost);
            });
        assertThat(refused).isInstanceOf(SSLException.class);
      }
    });
  }

  /// Conscrypt's clients keep no tickets, which TLS 1.3 needs, unless their engine is told to.
  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "CONSCRYPT,TLSv1.2"})
  void secondConnection_resumesTheSession(TlsProvider provider, String version) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        var checks = new ArrayList<String>();
        var context = SSLContext.getInstance("TLS", provider.client().getProvider());
        context.init(null, new TrustManager[] {new Counting(checks)}, null);
        var tls = TlsOptions.of(context).parameters(p -> p.setProtocols(new String[] {version}));
        for (int i = 0; i < 3; i++) {
          var client = connect(listener.port(), tls);
          client.transport().write(new byte[1]);
          client.awaitBytes(1); // so the ticket of TLS 1.3 has come, too
          client.transport().close();
          assertThat(await(client.lost)).isNull();
        }
        assertThat(checks).containsExactly("server");
      }
    });
  }

  /// Notes when it has to check a certificate, which a resumed session needs not.
  private static final class Counting extends X509ExtendedTrustManager {
    private final List<String> checks;

    Counting(List<String> checks) {
      this.checks = checks;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      checks.add("server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      checks.add("server, by socket");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      checks.add("server, by nothing");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @ParameterizedTest
  @EnumSource
  void silentServer_runsIntoTheTimeLimit(TlsProvider provider) throws Exception {
    run(() -> {
      try (var silent =
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
        int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
        assertThatThrownBy(
                () -> connect(port, clientTls(provider).handshakeTimeout(Duration.ofMillis(50))))
            .isInstanceOf(SSLException.class)
            .hasMessage(
                "SSL handshake is taking longer than 0.05 seconds: aborting the connection");
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void silentClient_isDroppedAfterTheTimeLimit(TlsProvider provider) throws Exception {
    run(() -> {
      var tls = serverTls(provider).handshakeTimeout(Duration.ofMillis(50));
      try (var listener = new Listener<>(Recorder::new, tls)) {
        var connection = Streams.openConnection("127.0.0.1", listener.port());
        assertThat(connection.reader().read()).isEmpty();
        connection.writer().close();
        assertThat(listener.protocols.getFirst().calls).isEmpty();
      }
    });
  }

  @Test
  void abortBeforeTheConnectionIsThere_failsTheWaiter() throws Exception {
    run(() -> {
      try (var silent =
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
        int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
        var recorder = new Recorder();
        var waiter = getRunningLoop().<Void>createFuture();
        var layer =
            new TlsLayer(
                getRunningLoop(),
                recorder,
                clientTls(TlsProvider.JDK),
                false,
                "localhost",
                port,
                waiter,
                true);
        assertThat(layer.transport().getExtraInfo(ExtraInfo.PEERNAME)).isNull();
        layer.transport().abort();
        layer.transport().close();
        layer.connectionMade(new MemoryTransport(getRunningLoop(), layer));
        layer.connectionLost(null);
        assertThatThrownBy(() -> await(waiter)).isInstanceOf(SSLHandshakeException.class);
        assertThat(recorder.calls).isEmpty();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void serverThatHangsUp_isAFailedHandshake(TlsProvider provider) throws Exception {
    run(() -> {
      try (var server = Streams.startServer((reader, writer) -> writer.close(), "127.0.0.1", 0)) {
        var failure = catchThrowable(() -> connect(server.port(), clientTls(provider)));
        assertThat(failure).isInstanceOf(IOException.class);
        if (failure instanceof SSLException) { // else the connection was reset
          assertThat(failure).hasMessage("the peer closed the connection during the TLS handshake");
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void garbageOnTheServersPort_endsThatConnectionAlone(TlsProvider provider) throws Exception {
    run(() -> {
      var errors = errors();
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        for (var garbage :
            List.of(
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8),
                random(1000),
                new byte[100],
                new byte[] {22, 3, 1, 0x40, 0, 1, 2, 3},
                new byte[] {22, 3, 1, 0, 4, 1, 0, 0, 0})) {
          var connection = Streams.openConnection("127.0.0.1", listener.port());
          connection.writer().write(garbage);
          connection.writer().writeEof();
          var answer = catchThrowable(() -> connection.reader().read());
          assertThat(answer == null || answer instanceof IOException).isTrue();
          connection.writer().close();
        }
        assertThat(listener.protocols).allSatisfy(p -> assertThat(p.calls).isEmpty());
        var client = connect(listener.port(), clientTls(provider));
        client.transport().write(new byte[1]);
        client.awaitBytes(1);
        client.transport().abort();
      }
      assertThat(errors).isEmpty();
    });
  }

  @Test
  void clientWithoutAName_isToldToGiveOne() throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(TlsProvider.JDK))) {
        var connection = Streams.openConnection("127.0.0.1", listener.port());
        assertThatThrownBy(() -> connection.writer().startTls(clientTls(TlsProvider.JDK)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("serverHostname");
        connection.writer().close();
      }
    });
  }

  @Test
  void emptyHost_isNoNameToCheck() {
    run(() -> {
      var tls = ConnectOptions.defaults().tls(clientTls(TlsProvider.JDK));
      assertThatThrownBy(() -> Transports.createConnection(Recorder::new, "", 9, tls))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("serverHostname");
    });
  }

  @ParameterizedTest
  @EnumSource
  void cancelledConnect_closesTheConnection(TlsProvider provider) throws Exception {
    run(() -> {
      try (var silent =
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
        int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
        var task = createTask(() -> connect(port, clientTls(provider)));
        try (var accepted = onThread(silent::accept)) {
          var hello = ByteBuffer.allocate(1);
          assertThat(onThread(() -> accepted.read(hello))).isEqualTo(1);
          task.cancel();
          jasyncio.Asyncio.wait(List.of(task));
          assertThat(task.cancelled()).isTrue();
          var rest = ByteBuffer.allocate(100_000);
          assertThat(
                  onThread(() -> {
                    while (accepted.read(rest) > 0) {}
                    return "closed";
                  }))
              .isEqualTo("closed");
        }
      }
    });
  }

  @Test
  void debugMode_saysHowLongTheHandshakeTook() throws Exception {
    var logger = Logger.getLogger("jasyncio");
    logger.setLevel(Level.FINE);
    try (var logs = Logs.capture()) {
      run(() -> {
        getRunningLoop().setDebug(true);
        try (var listener = new Listener<>(Echo::new, serverTls(TlsProvider.JDK))) {
          connect(listener.port(), clientTls(TlsProvider.JDK)).transport().abort();
        }
      });
      assertThat(logs.lines())
          .anyMatch(l -> l.matches("(?s).*TlsTransport.*SSL handshake took [0-9.]+ ms.*"));
      assertThat(logs.lines()).anyMatch(l -> l.contains("starts SSL handshake"));
    } finally {
      logger.setLevel(null);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void close_sendsWhatIsWrittenAndIsARegularEndForBoth(TlsProvider provider, String version)
      throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider, version));
        var data = random(2_000_000);
        client.transport().write(data);
        client.transport().close();
        client.transport().close();
        assertThat(client.transport().isClosing()).isTrue();
        assertThat(await(client.lost)).isNull();
        var peer = listener.protocols.getFirst();
        assertThat(await(peer.lost)).isNull();
        assertThat(peer.received()).isEqualTo(data);
        assertThat(peer.calls).endsWith("eof", "lost");
        assertThat(client.calls)
            .filteredOn(call -> !Set.of("pause", "resume").contains(call)) // as buffers are large
            .containsExactly("made", "eof", "lost");
      }
    });
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void answerToTheEnd_isStillSent(TlsProvider provider, String version) throws Exception {
    run(() -> {
      Supplier<Recorder> factory =
          () ->
              new Recorder() {
                @Override
                public boolean eofReceived() {
                  transport().write("bye".getBytes(UTF_8));
                  return super.eofReceived();
                }
              };
      try (var listener = new Listener<>(factory, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider, version));
        client.transport().close(); // what still comes is dropped, and no error
        assertThat(await(client.lost)).isNull();
        assertThat(await(listener.protocols.getFirst().lost)).isNull();
        assertThat(client.text()).isEmpty();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void eofReceivedThatReturnsTrue_hasNoEffect(TlsProvider provider) throws Exception {
    try (var logs = Logs.capture()) {
      run(() -> {
        Supplier<Recorder> factory =
            () ->
                new Recorder() {
                  @Override
                  public boolean eofReceived() {
                    super.eofReceived();
                    return true;
                  }
                };
        try (var listener = new Listener<>(factory, serverTls(provider))) {
          var client = connect(listener.port(), clientTls(provider));
          client.transport().close();
          assertThat(await(client.lost)).isNull();
          assertThat(await(listener.protocols.getFirst().lost)).isNull();
        }
      });
      assertThat(logs.lines()).anyMatch(l -> l.contains("returning true from eofReceived()"));
    }
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void endWithoutCloseNotify_isAnError(TlsProvider provider, String version) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider, version));
        client.transport().write("half a mess".getBytes(UTF_8));
        var peer = listener.protocols.getFirst();
        peer.awaitBytes(11);
        client.transport().abort();
        assertThat(await(peer.lost))
            .isInstanceOf(SSLException.class)
            .hasMessageContaining("closed without close_notify");
        assertThat(peer.text()).isEqualTo("half a mess");
        assertThat(peer.calls).containsExactly("made", "data", "lost");
      }
    });
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void endWithoutCloseNotify_isARegularOneIfWanted(TlsProvider provider, String version)
      throws Exception {
    run(() -> {
      var tls = serverTls(provider).suppressRaggedEofs(true);
      try (var listener = new Listener<>(Recorder::new, tls)) {
        var client = connect(listener.port(), clientTls(provider, version));
        client.transport().write("all".getBytes(UTF_8));
        var peer = listener.protocols.getFirst();
        peer.awaitBytes(3);
        client.transport().abort();
        assertThat(await(peer.lost)).isNull();
        assertThat(peer.calls).containsExactly("made", "data", "eof", "lost");
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void end_isHeardOfOnlyAfterReadingIsResumed(TlsProvider provider) throws Exception {
    run(() -> {
      Supplier<Sipper> factory = Sipper::new;
      try (var listener = new Listener<>(factory, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        client.transport().write(new byte[1]);
        while (listener.protocols.isEmpty() || !listener.protocols.getFirst().made.done()) {
          sleep(0.001);
        }
        var peer = listener.protocols.getFirst();
        peer.stopAfter = 7;
        client.transport().write(new byte[20]);
        client.transport().close();
        peer.awaitBytes(7);
        for (int i = 0; i < 20; i++) {
          sleep(0.001);
        }
        assertThat(peer.calls).doesNotContain("eof");
        peer.transport().resumeReading();
        assertThat(await(peer.lost)).isNull();
        assertThat(peer.received()).hasSize(21);
        assertThat(peer.calls).endsWith("eof", "lost");
        assertThat(await(client.lost)).isNull();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void peerThatDoesNotAnswerTheEnd_isAbortedAfterTheTimeLimit(TlsProvider provider)
      throws Exception {
    run(() -> {
      Supplier<Recorder> deaf =
          () ->
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  super.connectionMade(transport);
                  transport.pauseReading();
                }
              };
      try (var listener = new Listener<>(deaf, serverTls(provider))) {
        var client =
            connect(listener.port(), clientTls(provider).shutdownTimeout(Duration.ofMillis(50)));
        client.transport().close();
        assertThat(await(client.lost))
            .isInstanceOf(SSLException.class)
            .hasMessage("SSL shutdown timed out");
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void limits_mayBeLongerThanAnyClockCounts(TlsProvider provider) throws Exception {
    var forever = Duration.ofSeconds(Long.MAX_VALUE);
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        var tls = clientTls(provider).handshakeTimeout(forever).shutdownTimeout(forever);
        var client = connect(listener.port(), tls);
        client.transport().close();
        assertThat(await(client.lost)).isNull();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void closeWithUnreadData_doesNotWaitForThePeer(TlsProvider provider) throws Exception {
    run(() -> {
      Supplier<Recorder> sender =
          () ->
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  super.connectionMade(transport);
                  transport.pauseReading(); // it will never hear of our end
                  transport.write(random(1_000_000));
                }
              };
      try (var listener = new Listener<>(sender, serverTls(provider))) {
        var client =
            connect(
                () ->
                    new Recorder() {
                      @Override
                      public void connectionMade(Transport transport) {
                        super.connectionMade(transport);
                        transport.pauseReading();
                      }
                    },
                listener.port(),
                clientTls(provider));
        var transport = (TlsTransport) client.transport();
        while (transport.getReadBufferSize() == 0) {
          sleep(0.001);
        }
        transport.close();
        Throwable lost = jasyncio.Asyncio.waitFor(client.lost, 10);
        assertThat(lost).isNull();
        assertThat(client.calls).containsExactly("made", "lost");
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void abort_endsAtOnceAlsoWhileClosing(TlsProvider provider) throws Exception {
    run(() -> {
      Supplier<Recorder> deaf =
          () ->
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  super.connectionMade(transport);
                  transport.pauseReading();
                }
              };
      try (var listener = new Listener<>(deaf, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        client.transport().write(random(8_000_000));
        client.transport().close();
        sleep(0);
        client.transport().abort();
        client.transport().abort();
        assertThat(await(client.lost)).isNull();
      }
    });
  }

  @Test
  void writesAfterTheEnd_areDroppedAndAtLengthWarnedOf() throws Exception {
    try (var logs = Logs.capture()) {
      run(() -> {
        try (var listener = new Listener<>(Recorder::new, serverTls(TlsProvider.JDK))) {
          var client = connect(listener.port(), clientTls(TlsProvider.JDK));
          client.transport().abort();
          for (int i = 0; i < 5; i++) {
            var data = ByteBuffer.allocate(3);
            client.transport().write(data);
            assertThat(data.hasRemaining()).isFalse();
          }
          await(client.lost);
        }
      });
      assertThat(logs.lines())
          .filteredOn(l -> l.startsWith("WARNING writing"))
          .singleElement()
          .asString()
          .contains("writing to a transport that is closed");
    }
  }

  @Test
  void halfClosing_isRefused() throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(TlsProvider.JDK))) {
        var client = connect(listener.port(), clientTls(TlsProvider.JDK));
        assertThat(client.transport().canWriteEof()).isFalse();
        assertThatThrownBy(() -> client.transport().writeEof())
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("TLS");
        client.transport().abort();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void clientsOfAServer_areClosedInTheRegularWay(TlsProvider provider) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        client.transport().write(new byte[1]);
        while (listener.protocols.isEmpty() || !listener.protocols.getFirst().made.done()) {
          sleep(0.001);
        }
        listener.server.close();
        listener.server.closeClients();
        assertThat(await(client.lost)).isNull();
        listener.server.waitClosed();
        assertThat(client.calls).containsExactly("made", "eof", "lost");
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void failureOfACallback_isReportedAndEndsTheConnection(TlsProvider provider) throws Exception {
    run(() -> {
      var errors = errors();
      Supplier<Recorder> factory =
          () ->
              new Recorder() {
                @Override
                public void dataReceived(byte[] data) {
                  throw new IllegalStateException("oops");
                }
              };
      try (var listener = new Listener<>(factory, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        client.transport().write(new byte[1]);
        assertThat(await(client.lost)).isInstanceOf(SSLException.class);
        var peer = listener.protocols.getFirst();
        assertThat(await(peer.lost)).hasMessage("oops");
        assertThat(errors)
            .singleElement()
            .satisfies(e -> {
              assertThat(e.exception()).hasMessage("oops");
              assertThat(e.details()).containsEntry("protocol", peer).containsKey("transport");
            });
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void failureOfConnectionMade_failsTheConnection(TlsProvider provider) throws Exception {
    run(() -> {
      var errors = errors();
      Supplier<Recorder> factory =
          () ->
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  throw new IllegalStateException("oops");
                }
              };
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        assertThatThrownBy(() -> connect(factory, listener.port(), clientTls(provider)))
            .hasMessage("oops");
        assertThat(errors).hasSize(1);
      }
    });
  }

  @Test
  void renegotiation_isRefused() throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(TlsProvider.JDK))) {
        int port = listener.port();
        var refused =
            createTask(() ->
                onThread(() -> {
                  var factory = TlsProvider.JDK.client().getSocketFactory();
                  try (var socket = (SSLSocket) factory.createSocket("127.0.0.1", port)) {
                    socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                    socket.getOutputStream().write(1);
                    socket.startHandshake(); // the second one
                    return socket.getInputStream().read();
                  } catch (IOException e) {
                    return -1;
                  }
                }));
        while (listener.protocols.isEmpty()) {
          sleep(0.001);
        }
        assertThat(await(listener.protocols.getFirst().lost))
            .isInstanceOf(SSLException.class)
            .hasMessageContaining("renegotiation");
        assertThat(await(refused)).isEqualTo(-1);
      }
    });
  }

  // ---- flow control -----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void slowReader_pausesTheWriter(TlsProvider provider) throws Exception {
    run(() -> {
      Supplier<Recorder> slow =
          () ->
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  super.connectionMade(transport);
                  transport.pauseReading();
                }
              };
      try (var listener = new Listener<>(slow, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        var transport = client.transport();
        assertThat(transport.getWriteBufferLimits())
            .isEqualTo(new WriteBufferLimits(128 * 1024, 512 * 1024));
        var piece = random(100_000);
        int pieces = 0;
        while (!client.calls.contains("pause")) {
          transport.write(piece);
          pieces++;
          sleep(0);
        }
        assertThat(transport.getWriteBufferSize()).isBetween(512 * 1024, 700 * 1024);
        var peer = listener.protocols.getFirst();
        while (((TlsTransport) peer.transport()).getReadBufferSize() < 256 * 1024) {
          sleep(0.001);
        }
        assertThat(((TlsTransport) peer.transport()).getReadBufferSize())
            .isBetween(256 * 1024, 400 * 1024);
        assertThat(client.calls).containsExactly("made", "pause");
        peer.transport().resumeReading();
        peer.awaitBytes(pieces * piece.length);
        assertThat(client.calls).containsExactly("made", "pause", "resume");
        assertThat(transport.getWriteBufferSize()).isZero();
        client.transport().close();
        assertThat(await(client.lost)).isNull();
        assertThat(await(peer.lost)).isNull();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void pauseInConnectionMade_holdsEverythingBack(TlsProvider provider) throws Exception {
    run(() -> {
      Supplier<Recorder> sender =
          () ->
              new Recorder() {
                @Override
                public void connectionMade(Transport transport) {
                  super.connectionMade(transport);
                  transport.write("hello".getBytes(UTF_8));
                }
              };
      try (var listener = new Listener<>(sender, serverTls(provider))) {
        var client =
            connect(
                () ->
                    new Recorder() {
                      @Override
                      public void connectionMade(Transport transport) {
                        super.connectionMade(transport);
                        transport.pauseReading();
                        transport.pauseReading();
                      }
                    },
                listener.port(),
                clientTls(provider));
        var transport = (TlsTransport) client.transport();
        while (transport.getReadBufferSize() == 0) {
          sleep(0.001);
        }
        assertThat(client.calls).containsExactly("made");
        transport.resumeReading();
        transport.resumeReading();
        assertThat(client.calls).containsExactly("made");
        client.awaitBytes(5);
        assertThat(client.text()).isEqualTo("hello");
        transport.abort();
      }
    });
  }

  @Test
  void limits_areChecked() throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(TlsProvider.JDK))) {
        var client = connect(listener.port(), clientTls(TlsProvider.JDK));
        var transport = (TlsTransport) client.transport();
        assertThat(transport.getReadBufferLimits())
            .isEqualTo(new ReadBufferLimits(64 * 1024, 256 * 1024));
        transport.setReadBufferLimits(4000);
        assertThat(transport.getReadBufferLimits()).isEqualTo(new ReadBufferLimits(1000, 4000));
        transport.setWriteBufferLimits(4000);
        assertThat(transport.getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(1000, 4000));
        assertThatThrownBy(() -> transport.setReadBufferLimits(1, 2))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("high (1) must be >= low (2) must be >= 0");
        assertThatThrownBy(() -> transport.setProtocol(new BaseProtocol() {}))
            .isInstanceOf(IllegalArgumentException.class);
        transport.abort();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void tinyReadLimit_doesNotStopRecordsThatAreLonger(TlsProvider provider) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        ((TlsTransport) client.transport()).setReadBufferLimits(0);
        var data = random(500_000);
        client.transport().write(data);
        client.transport().pauseReading();
        sleep(0.01);
        client.transport().resumeReading();
        client.awaitBytes(data.length);
        assertThat(client.received()).isEqualTo(data);
        client.transport().abort();
      }
    });
  }

  // CPython: gh-156793
  @ParameterizedTest
  @EnumSource
  void namesThatAreChecked_needAName(TlsProvider provider) throws Exception {
    run(() -> {
      var checking =
          clientTls(provider)
              .serverHostname("")
              .parameters(p -> p.setEndpointIdentificationAlgorithm("HTTPS"));
      try (var pair = Loopback.open();
          var listener = new Listener<>(Echo::new, serverTls(provider))) {
        for (var tls : List.of(checking, clientTls(provider))) {
          assertThatThrownBy(
                  () -> Transports.startTls(pair.client().transport(), new Recorder(), tls, false))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("TlsOptions.serverHostname(...)");
          try (var channel = SocketChannel.open(Loopback.at(listener.port()))) {
            assertThatThrownBy(() ->
                    Transports.createConnection(
                        Recorder::new, channel, ConnectOptions.defaults().tls(tls)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TlsOptions.serverHostname(...)");
          }
        }
        assertThatThrownBy(() -> connect(listener.port(), checking))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("have names checked (HTTPS), but none is expected");
        assertThat(pair.client().transport().isClosing()).isFalse();
      }
    });
  }

  // ---- TLS on a connection that is there already ------------------------------------------------

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void startTls_goesOnInSecret(TlsProvider provider, String version) throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                assertThat(reader.readLine()).isEqualTo("STARTTLS");
                writer.write("go\n", UTF_8);
                writer.startTls(serverTls(provider));
                writer.write("secret " + reader.readLine() + "\n", UTF_8);
                writer.close();
                writer.waitClosed();
              },
              "127.0.0.1",
              0)) {
        var connection = Streams.openConnection("127.0.0.1", server.port());
        connection.writer().write("STARTTLS\n", UTF_8);
        assertThat(connection.reader().readLine()).isEqualTo("go");
        assertThat(connection.writer().getExtraInfo(ExtraInfo.SSL_OBJECT)).isNull();
        connection.writer().startTls(clientTls(provider, version).serverHostname("localhost"));
        assertThat(connection.writer().getExtraInfo(ExtraInfo.SSL_SESSION).getProtocol())
            .isEqualTo(version);
        connection.writer().write("line\n", UTF_8);
        assertThat(connection.reader().readLine()).isEqualTo("secret line");
        assertThat(connection.reader().read()).isEmpty();
        connection.writer().close();
        connection.writer().waitClosed();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void startTls_getsWhatCameTooEarly(TlsProvider provider) throws Exception {
    run(() -> {
      var mayGoOn = new Future<Void>();
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                assertThat(reader.readLine()).isEqualTo("STARTTLS");
                await(mayGoOn);
                while (reader.buffered() == 0) { // the client's hello
                  sleep(0.001);
                }
                writer.startTls(serverTls(provider));
                writer.write(reader.readline());
                writer.close();
                writer.waitClosed();
              },
              "127.0.0.1",
              0)) {
        var connection = Streams.openConnection("127.0.0.1", server.port());
        connection.writer().write("STARTTLS\n", UTF_8);
        var task =
            createTask(() ->
                connection.writer().startTls(clientTls(provider).serverHostname("localhost")));
        sleep(0.01);
        mayGoOn.setResult(null);
        await(task);
        connection.writer().write("hello\n", UTF_8);
        assertThat(connection.reader().readLine()).isEqualTo("hello");
        connection.writer().close();
        connection.writer().waitClosed();
      }
    });
  }

  @Test
  void startTls_takesPlainTextBehindTheCommandForTls() throws Exception {
    run(() -> {
      var outcome = getRunningLoop().<Throwable>createFuture();
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                assertThat(reader.readLine()).isEqualTo("STARTTLS");
                outcome.setResult(
                    catchThrowable(() -> writer.startTls(serverTls(TlsProvider.JDK))));
                assertThat(reader.buffered()).isZero();
              },
              "127.0.0.1",
              0)) {
        var connection = Streams.openConnection("127.0.0.1", Loopback.port(server));
        connection.writer().write("STARTTLS\nDROP TABLE users\n", UTF_8);
        assertThat(await(outcome)).isInstanceOf(SSLException.class);
        connection.reader().read(); // the alert, and the end
        connection.writer().close();
      }
    });
  }

  /// Writes in one piece with the end of the handshake.
  private static final class Eager extends Recorder {
    @Override
    public void connectionMade(Transport transport) {
      super.connectionMade(transport);
      transport.write(new byte[10_000]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void startTls_withMuchBehindTheHandshake_goesOnReading(TlsProvider provider) throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                writer.startTls(serverTls(provider));
                reader.readexactly(10_000);
                writer.write("more", UTF_8);
                writer.write(reader.readexactly(10_000));
                writer.close();
              },
              "127.0.0.1",
              0,
              ServerOptions.defaults().limit(1024))) {
        var client = connect(Eager::new, Loopback.port(server), clientTls(provider));
        client.awaitBytes(4);
        client.transport().write(new byte[10_000]);
        timeout(10, () -> client.awaitBytes(10_004));
        assertThat(await(client.lost)).isNull();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void handlerThatFailsAfterStartTls_isARegularEndForTheClient(TlsProvider provider)
      throws Exception {
    run(() -> {
      var errors = errors();
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                writer.startTls(serverTls(provider));
                reader.readline();
                throw new IllegalStateException("oops");
              },
              "127.0.0.1",
              0)) {
        var client = connect(Loopback.port(server), clientTls(provider));
        client.write("\n");
        assertThat(await(client.lost)).isNull();
        assertThat(client.calls).containsExactly("made", "eof", "lost");
        assertThat(errors).hasSize(1);
      }
    });
  }

  // ---- files ------------------------------------------------------------------------------------

  /// Has paused its peer for good by the time it is asked.
  private static final class Deaf extends Recorder {
    @Override
    public void connectionMade(Transport transport) {
      super.connectionMade(transport);
      transport.pauseReading();
    }
  }

  private static Path megabyte(Path directory) throws IOException {
    return Files.write(directory.resolve("file"), random(1 << 20));
  }

  @ParameterizedTest
  @EnumSource
  void sendfileWhilePaused_waitsForItsTurn_andLetsTheWriterGoOn(
      TlsProvider provider, @TempDir Path directory) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Deaf::new, serverTls(provider));
          var file = FileChannel.open(megabyte(directory))) {
        var connection =
            Streams.openConnection(
                "localhost", listener.port(), ConnectOptions.defaults().tls(clientTls(provider)));
        var writer = connection.writer();
        var transport = writer.transport();
        writer.write(new byte[16 << 20]);
        int before = transport.getWriteBufferSize();
        assertThat(before).isGreaterThan(1 << 20);

        var sending = createTask(() -> Transports.sendfile(transport, file));
        for (int i = 0; i < 10; i++) {
          sleep(0.001);
          assertThat(transport.getWriteBufferSize()).isLessThanOrEqualTo(before);
        }
        assertThat(sending.done()).isFalse();

        var peer = listener.protocols.getFirst();
        peer.transport().resumeReading();
        assertThat(await(sending)).isEqualTo(1 << 20);
        timeout(10, writer::drain);
        peer.awaitBytes(17 << 20);
        assertThat(Arrays.copyOfRange(peer.received(), 16 << 20, 17 << 20))
            .isEqualTo(random(1 << 20));
        writer.close();
        writer.waitClosed();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void sendfileThatIsCancelled_tellsTheProtocolOnlyWhatItDoesNotKnow(
      TlsProvider provider, @TempDir Path directory) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Deaf::new, serverTls(provider));
          var file = FileChannel.open(megabyte(directory))) {
        var client = connect(listener.port(), clientTls(provider));
        client.transport().write(new byte[16 << 20]);
        assertThat(client.calls).containsExactly("made", "pause");
        var sending = createTask(() -> Transports.sendfile(client.transport(), file));
        sleep(0.001);
        assertThatThrownBy(() -> Transports.sendfile(client.transport(), file))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("unable to sendfile; sendfile is in progress");
        sending.cancel();
        assertThatThrownBy(() -> await(sending)).isInstanceOf(CancelledError.class);
        assertThat(client.calls).containsExactly("made", "pause");
        var peer = listener.protocols.getFirst();
        peer.transport().resumeReading();
        peer.awaitBytes(16 << 20);
        assertThat(client.calls).containsExactly("made", "pause", "resume");
        client.transport().close();
        await(client.lost);
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void connectionLostDuringSendfile_isTheLastThingThatTheProtocolHears(
      TlsProvider provider, @TempDir Path directory) throws IOException {
    var path = directory.resolve("huge");
    try (var file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 100_000_000); // a hole
    }
    run(() -> {
      try (var listener = new Listener<>(Deaf::new, serverTls(provider));
          var file = FileChannel.open(path)) {
        var client = connect(listener.port(), clientTls(provider));
        var sending = createTask(() -> Transports.sendfile(client.transport(), file));
        while (client.transport().getWriteBufferSize() <= 512 * 1024) {
          sleep(0.001);
        }
        client.transport().abort();
        assertThatThrownBy(() -> await(sending)).isInstanceOf(IOException.class);
        await(client.lost);
        assertThat(client.calls).containsExactly("made", "lost");
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void startTlsThatFails_closesTheConnection(TlsProvider provider) throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                writer.write("this is no TLS, and never will be\n", UTF_8);
                reader.read();
                writer.close();
              },
              "127.0.0.1",
              0)) {
        var recorder = new Recorder();
        var plain =
            Transports.createConnection(() -> recorder, "127.0.0.1", server.port()).transport();
        assertThatThrownBy(() ->
                Transports.startTls(
                    plain, recorder, clientTls(provider).serverHostname("localhost"), false))
            .isInstanceOf(SSLException.class);
        assertThat(await(recorder.lost)).isInstanceOf(SSLException.class);
        assertThat(plain.isClosing()).isTrue();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void tlsOnTopOfTls_works(TlsProvider provider) throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                reader.readline();
                writer.startTls(serverTls(provider));
                writer.write(reader.readexactly(100_000));
                writer.close();
                writer.waitClosed();
              },
              "127.0.0.1",
              0,
              ServerOptions.defaults().tls(serverTls(provider)))) {
        var connection =
            Streams.openConnection(
                "localhost", server.port(), ConnectOptions.defaults().tls(clientTls(provider)));
        connection.writer().write("\n", UTF_8);
        connection.writer().startTls(clientTls(provider).serverHostname("localhost"));
        var data = random(100_000);
        connection.writer().write(data);
        assertThat(connection.reader().readexactly(data.length)).isEqualTo(data);
        assertThat(connection.reader().read()).isEmpty();
        connection.writer().close();
        connection.writer().waitClosed();
      }
    });
  }

  // ---- faults -----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void reset_isTheReasonOfTheEnd(TlsProvider provider) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Recorder::new, serverTls(provider))) {
        var client = connect(listener.port(), clientTls(provider));
        client.transport().write(new byte[1]);
        while (listener.protocols.isEmpty()
            || listener.protocols.getFirst().received().length == 0) {
          sleep(0.001);
        }
        var channel = (SocketChannel) client.transport().getExtraInfo(ExtraInfo.SOCKET);
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.transport().abort();
        assertThat(await(listener.protocols.getFirst().lost)).isInstanceOf(IOException.class);
        assertThat(await(client.lost)).isNull();
      }
    });
  }

  @ParameterizedTest
  @EnumSource
  void manyConnections_comeAndGo(TlsProvider provider) throws Exception {
    run(() -> {
      try (var listener = new Listener<>(Echo::new, serverTls(provider))) {
        var tls = clientTls(provider);
        var tasks = new ArrayList<jasyncio.Task<Void>>();
        for (int t = 0; t < 8; t++) {
          int number = t;
          tasks.add(
              createTask(() -> {
                for (int i = 0; i < 10; i++) {
                  var client = connect(listener.port(), tls);
                  client.transport().write(random(5000));
                  if ((number + i) % 3 == 0) {
                    client.transport().abort();
                  } else {
                    client.awaitBytes(5000);
                    client.transport().close();
                  }
                  assertThat(await(client.lost)).isNull();
                }
              }));
        }
        for (var task : tasks) {
          await(task);
        }
        assertThat(listener.protocols).hasSize(80);
        for (var peer : listener.protocols) {
          await(peer.lost);
        }
      }
    });
  }

  // ---- new keys ---------------------------------------------------------------------------------

  @Test
  void contextOfASupplier_isThatOfTheMoment() throws Exception {
    run(() -> {
      var other = TestPki.get().localhost();
      var contexts = new SSLContext[] {TlsProvider.JDK.server(LOCALHOST)};
      try (var listener = new Listener<>(Recorder::new, TlsOptions.of(() -> contexts[0]))) {
        var tls = clientTls(TlsProvider.JDK);
        var first = connect(Recorder::new, listener.port(), tls);
        var before = contexts[0];
        contexts[0] = TlsProvider.JDK.server(other);
        var second = connect(Recorder::new, listener.port(), tls);
        assertThat(serialNumber(second)).isNotEqualTo(serialNumber(first));
        for (int i = 0; i < 2; i++) {
          var served = listener.protocols.get(i);
          served.made.await();
          assertThat(served.transport().getExtraInfo(ExtraInfo.SSL_CONTEXT))
              .isSameAs(i == 0 ? before : contexts[0]);
        }
        first.transport().close();
        second.transport().close();
      }
    });
  }

  private static BigInteger serialNumber(Recorder client) throws Exception {
    var session = client.transport().getExtraInfo(ExtraInfo.SSL_SESSION);
    return ((X509Certificate) session.getPeerCertificates()[0]).getSerialNumber();
  }
}
