package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.ErrorContext;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What CPython's test_ssl.py, test_sslproto.py and test_sendfile.py assert, and what its other
/// files assert of TLS, and nothing else here does.
@Timeout(600)
@ExtendWith(OpenSockets.class)
class CPythonTlsTest {
  private static final TlsOptions SERVER =
      TlsOptions.of(TlsProvider.JDK.server(TestPki.get().localhost()));
  private static final TlsOptions CLIENT = TlsOptions.of(TlsProvider.JDK.client());
  private static final int SIZE = 160 * 1024;

  private static Path file(Path folder) throws IOException {
    var data = new byte[SIZE];
    new Random(1).nextBytes(data);
    return Files.write(folder.resolve("file"), data);
  }

  /// A server under TLS with one client, or without TLS.
  private static Loopback open(@Nullable TlsOptions server, @Nullable TlsOptions client)
      throws IOException {
    var peer = new Recorder();
    var listening =
        Transports.createServer(() -> peer, "127.0.0.1", 0, ServerOptions.defaults().tls(server));
    var connection =
        Transports.createConnection(
            Recorder::new,
            "localhost",
            Loopback.port(listening),
            ConnectOptions.defaults().tls(client));
    peer.made.await();
    return new Loopback(listening, connection.protocol(), peer);
  }

  // CPython: test_events.EventLoopTestsMixin.test_create_ssl_unix_connection,
  // test_create_unix_server_ssl, …_ssl_verified, …_ssl_verify_failed;
  // test_streams.StreamTests.test_open_unix_connection_no_loop_ssl
  @Test
  void unixSockets_speakTls(@TempDir Path folder) throws Exception {
    var path = folder.resolve("socket");
    run(() -> {
      jasyncio.Asyncio.getRunningLoop()
          .setExceptionHandler((loop, error) -> ignoreHandshake(error));
      try (var _ =
          Streams.startUnixServer(
              (reader, writer) -> {
                writer.write("echo " + reader.readLine() + "\n", UTF_8);
                writer.close();
                writer.waitClosed();
              },
              path,
              ServerOptions.defaults().tls(SERVER))) {
        var connection =
            Streams.openUnixConnection(
                path, ConnectOptions.defaults().tls(CLIENT.serverHostname("localhost")));
        connection.writer().write("hello\n", UTF_8);
        assertThat(connection.reader().readLine()).isEqualTo("echo hello");
        assertThat(connection.writer().getExtraInfo(ExtraInfo.SSL_SESSION)).isNotNull();
        connection.writer().close();
        connection.writer().waitClosed();
        assertThatThrownBy(() ->
                Streams.openUnixConnection(
                    path, ConnectOptions.defaults().tls(CLIENT.serverHostname("invalid"))))
            .isInstanceOf(SSLHandshakeException.class);
      }
    });
  }

  private static void ignoreHandshake(ErrorContext error) {
    assertThat(error.exception()).isInstanceOf(IOException.class);
  }

  // CPython: test_ssl.TestSSL.test_ssl_connect_accepted_socket
  @Test
  void acceptedSocket_speaksTls() throws Exception {
    run(() -> {
      try (var listening = ServerSocketChannel.open().bind(Loopback.at(0))) {
        int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
        var connecting =
            createTask(() ->
                Transports.createConnection(
                        Recorder::new, "localhost", port, ConnectOptions.defaults().tls(CLIENT))
                    .protocol());
        listening.configureBlocking(false);
        var accepted = Sockets.sockAccept(listening);
        var server = Transports.connectAcceptedSocket(Recorder::new, accepted, SERVER).protocol();
        var client = await(connecting);
        client.write("test data");
        server.awaitBytes(9);
        server.write("roger");
        client.awaitBytes(5);
        client.transport().close();
        assertThat(server.lost.await()).isNull();
        assertThat(client.lost.await()).isNull();
        assertThat(server.text()).isEqualTo("test data");
        assertThat(client.text()).isEqualTo("roger");
      }
    });
  }

  // CPython: test_ssl.TestSSL.test_create_connection_ssl_slow_handshake
  @Test
  void slowHandshake_isWaitedFor() throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                sleep(0.02);
                writer.startTls(SERVER);
                writer.write("at last", UTF_8);
                writer.close();
                writer.waitClosed();
              },
              "127.0.0.1",
              0)) {
        var connection =
            Streams.openConnection(
                "localhost", Loopback.port(server), ConnectOptions.defaults().tls(CLIENT));
        assertThat(connection.reader().read()).isEqualTo("at last".getBytes(UTF_8));
        connection.writer().close();
        connection.writer().waitClosed();
      }
    });
  }

  // CPython: test_ssl.TestSSL.test_start_tls_slow_client_cancel
  @Test
  void startTls_cancelled_closesTheConnection() throws Exception {
    run(() -> {
      var ended = jasyncio.Asyncio.getRunningLoop().<Integer>createFuture();
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                ended.setResult(reader.read().length); // never answers
                writer.close();
              },
              "127.0.0.1",
              0)) {
        var connection = Streams.openConnection("localhost", Loopback.port(server));
        assertThatThrownBy(() ->
                waitFor(
                    () -> connection.writer().startTls(CLIENT.serverHostname("localhost")), 0.02))
            .isInstanceOf(TimeoutException.class);
        assertThat(await(ended)).isPositive(); // the beginning of a handshake, and the end
        connection.writer().close();
      }
    });
  }

  // CPython: test_sslproto.SslProtoHandshakeTests.test_set_new_app_protocol
  @Test
  void anotherProtocol_takesOverUnderTls() throws Exception {
    run(() -> {
      try (var pair = open(SERVER, CLIENT)) {
        var heir = new Recorder();
        pair.peer().transport().setProtocol(heir);
        assertThat(pair.peer().transport().getProtocol()).isSameAs(heir);
        pair.client().write("hello");
        heir.awaitBytes(5);
        assertThat(heir.calls).containsExactly("data");
        pair.peer().transport().setProtocol(pair.peer());
      }
    });
  }

  // ---- files ------------------------------------------------------------------------------------

  // CPython: test_sendfile.SendfileMixin.test_sendfile_ssl, …_ssl_pre_and_post_data, …_ssl_partial
  @Test
  void sendfileUnderTls_sendsAllAndParts_betweenOtherData(@TempDir Path folder) throws IOException {
    var path = file(folder);
    var data = Files.readAllBytes(path);
    run(() -> {
      try (var pair = open(SERVER, CLIENT);
          var file = FileChannel.open(path)) {
        pair.client().write("before");
        assertThat(Transports.sendfile(pair.client().transport(), file)).isEqualTo(SIZE);
        assertThat(file.position()).isEqualTo(SIZE);
        pair.client().write("between");
        assertThat(Transports.sendfile(pair.client().transport(), file, 1000, 100L, true))
            .isEqualTo(100);
        assertThat(file.position()).isEqualTo(1100);
        pair.client().write("after");
        pair.peer().awaitBytes(6 + SIZE + 7 + 100 + 5);
        var got = pair.peer().received();
        assertThat(new String(got, 0, 6, UTF_8)).isEqualTo("before");
        assertThat(Arrays.copyOfRange(got, 6, 6 + SIZE)).isEqualTo(data);
        assertThat(new String(got, 6 + SIZE, 7, UTF_8)).isEqualTo("between");
        assertThat(Arrays.copyOfRange(got, 13 + SIZE, 113 + SIZE))
            .isEqualTo(Arrays.copyOfRange(data, 1000, 1100));
        assertThat(new String(got, 113 + SIZE, 5, UTF_8)).isEqualTo("after");
      }
    });
  }

  // CPython: test_sendfile.SendfileMixin.test_sendfile_no_fallback_for_fallback_transport
  @Test
  void sendfileUnderTls_withoutFallback_isNotAvailable(@TempDir Path folder) throws IOException {
    var path = file(folder);
    run(() -> {
      try (var pair = open(SERVER, CLIENT);
          var file = FileChannel.open(path)) {
        assertThatThrownBy(
                () -> Transports.sendfile(pair.client().transport(), file, 0, null, false))
            .isInstanceOf(SendfileNotAvailableException.class);
        assertThat(file.position()).isZero();
        pair.client().write("goes on");
        pair.peer().awaitBytes(7);
      }
    });
  }

  // CPython: test_sendfile.SendfileMixin.test_sendfile_close_peer_after_receiving, …_ssl_…
  @Test
  void sendfile_toAPeerThatClosesWhenItHasAll_isWhole(@TempDir Path folder) throws IOException {
    var path = file(folder);
    run(() -> {
      for (boolean tls : new boolean[] {false, true}) {
        try (var pair = open(tls ? SERVER : null, tls ? CLIENT : null);
            var file = FileChannel.open(path)) {
          var closing =
              createTask(() -> {
                pair.peer().awaitBytes(SIZE);
                pair.peer().transport().close();
              });
          assertThat(Transports.sendfile(pair.client().transport(), file)).isEqualTo(SIZE);
          await(closing);
          assertThat(pair.client().lost.await()).isNull();
          assertThat(pair.peer().received()).isEqualTo(Files.readAllBytes(path));
        }
      }
    });
  }

  /// A channel that is connected to the peer of the pair.
  private static SocketChannel channelTo(Server server) throws IOException {
    var channel = SocketChannel.open();
    channel.configureBlocking(false);
    Sockets.sockConnect(channel, Loopback.at(Loopback.port(server)));
    return channel;
  }

  // CPython: test_sendfile.SockSendfileMixin.test_sock_sendfile_zero_size
  @Test
  void sendfile_ofAnEmptyFile_sendsNothing(@TempDir Path folder) throws Exception {
    run(() -> {
      var peer = new Recorder();
      var server = Transports.createServer(() -> peer, "127.0.0.1", 0);
      var empty = Files.createFile(folder.resolve("empty"));
      try (var channel = channelTo(server);
          var file = FileChannel.open(empty)) {
        assertThat(Sockets.sockSendfile(channel, file)).isZero();
        assertThat(file.position()).isZero();
      }
      peer.lost.await();
      assertThat(peer.received()).isEmpty();
      server.close();
      server.waitClosed();
    });
  }

  // CPython: test_sendfile.SockSendfileMixin.test_sock_sendfile_mix_with_regular_send
  @Test
  void sockSendfile_betweenOtherData_keepsTheOrder(@TempDir Path folder) throws IOException {
    var path = file(folder);
    run(() -> {
      var peer = new Recorder();
      var server = Transports.createServer(() -> peer, "127.0.0.1", 0);
      try (var channel = channelTo(server);
          var file = FileChannel.open(path)) {
        Sockets.sockSendall(channel, "before".getBytes(UTF_8));
        assertThat(Sockets.sockSendfile(channel, file)).isEqualTo(SIZE);
        assertThat(file.position()).isEqualTo(SIZE);
        Sockets.sockSendall(channel, "after".getBytes(UTF_8));
      }
      peer.lost.await();
      assertThat(peer.received()).hasSize(SIZE + 11);
      assertThat(Arrays.copyOfRange(peer.received(), 6, 6 + SIZE))
          .isEqualTo(Files.readAllBytes(path));
      assertThat(peer.text()).startsWith("before").endsWith("after");
      server.close();
      server.waitClosed();
    });
  }
}
