package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.testkit.Ports;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// TLS with other programs: OpenSSL's command, and Python's `ssl`. What is not installed is
/// skipped.
@Timeout(600)
class TlsInteropTest {
  private static final TestPki.Identity LOCALHOST = TestPki.get().localhost();
  private static final @Nullable String OPENSSL = find("openssl", "version");
  private static final @Nullable String PYTHON =
      find("python3", "-c", "import ssl, sys; sys.exit(not ssl.HAS_TLSv1_3)");

  static @TempDir Path folder;

  private static @Nullable String find(String program, String... arguments) {
    try {
      var command = new ArrayList<>(List.of(program));
      command.addAll(List.of(arguments));
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0 ? program : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Arguments> providersAndVersions() {
    return TlsTest.providersAndVersions();
  }

  private static String flag(String version) {
    return version.equals("TLSv1.2") ? "-tls1_2" : "-tls1_3";
  }

  /// Another program, which is ended at the latest when the test is.
  private static final class Program implements AutoCloseable {
    final Process process;

    Program(String... command) throws IOException {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    void say(String text) throws IOException {
      process.getOutputStream().write(text.getBytes(UTF_8));
      process.getOutputStream().flush();
    }

    /// Waits for a line; what comes before is kept for the message of a failure.
    String awaitLine(Predicate<String> wanted) {
      return await(
          getRunningLoop()
              .runInExecutor(
                  null,
                  () -> {
                    var seen = new ArrayList<String>();
                    var reader = process.inputReader(UTF_8);
                    for (String line; (line = reader.readLine()) != null; ) {
                      seen.add(line);
                      if (wanted.test(line)) {
                        return line;
                      }
                    }
                    throw new AssertionError("not among the lines: " + seen);
                  }));
    }

    String awaitEnd() {
      return await(
          getRunningLoop()
              .runInExecutor(
                  null,
                  () -> {
                    process.getOutputStream().close();
                    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
                    assertThat(process.waitFor()).as(output).isZero();
                    return output;
                  }));
    }

    @Override
    public void close() {
      process.destroyForcibly();
      try {
        process.waitFor(100, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Server lineServer(TlsProvider provider) throws IOException {
    return Streams.startServer(
        (reader, writer) -> {
          for (var line : reader) {
            writer.write("got ".getBytes(UTF_8));
            writer.write(line);
            writer.drain();
          }
          writer.close();
        },
        "127.0.0.1",
        0,
        ServerOptions.defaults()
            .tls(
                TlsOptions.of(provider.server(LOCALHOST))
                    .applicationProtocols("lines")
                    .suppressRaggedEofs(true)));
  }

  private static int port(Server server) throws IOException {
    return server.port();
  }

  private static StreamConnection connect(int port, TlsOptions tls) throws IOException {
    while (true) { // the other program is about to listen
      try {
        return Streams.openConnection("localhost", port, ConnectOptions.defaults().tls(tls));
      } catch (ConnectException e) {
        jasyncio.Asyncio.sleep(0.02);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void opensslClient_talksToOurServer(TlsProvider provider, String version) throws Exception {
    assumeTrue(OPENSSL != null, "no openssl here");
    run(() -> {
      try (var server = lineServer(provider);
          var client =
              new Program(
                  OPENSSL,
                  "s_client",
                  "-connect",
                  "127.0.0.1:" + port(server),
                  "-servername",
                  "localhost",
                  "-verify_hostname",
                  "localhost",
                  "-CAfile",
                  TestPki.get().authorities().toString(),
                  "-verify_return_error",
                  "-alpn",
                  "lines",
                  flag(version))) {
        client.say("hello\n");
        assertThat(client.awaitLine(l -> l.contains("ALPN protocol"))).endsWith("lines");
        client.awaitLine(l -> l.contains("Verify return code: 0"));
        client.awaitLine(l -> l.equals("got hello"));
        client.awaitEnd();
      }
    });
  }

  @Test
  void opensslClientThatRenegotiates_isRefused() throws Exception {
    assumeTrue(OPENSSL != null, "no openssl here");
    run(() -> {
      var recorders = new ArrayList<Recorder>();
      try (var server =
              Transports.createServer(
                  () -> {
                    recorders.add(new Recorder());
                    return recorders.getLast();
                  },
                  "127.0.0.1",
                  0,
                  ServerOptions.defaults().tls(TlsOptions.of(TlsProvider.JDK.server(LOCALHOST))));
          var client =
              new Program(
                  OPENSSL, "s_client", "-connect", "127.0.0.1:" + port(server), "-tls1_2")) {
        client.awaitLine(l -> l.contains("Verify return code"));
        client.say("R\n");
        assertThat(await(recorders.getFirst().lost))
            .isInstanceOf(SSLException.class)
            .hasMessageContaining("renegotiation");
      }
    });
  }

  @Test
  void opensslServerThatRenegotiates_isRefused() throws Exception {
    assumeTrue(OPENSSL != null, "no openssl here");
    run(() -> {
      int port = Ports.free();
      try (var server = opensslServer(port, "-tls1_2")) {
        var connection = connect(port, TlsOptions.of(TlsProvider.JDK.client()));
        connection.writer().write("hello\n", UTF_8);
        server.awaitLine(l -> l.equals("hello"));
        server.say("R\n");
        var failure =
            org.assertj.core.api.Assertions.catchThrowable(() -> connection.reader().read());
        assertThat(failure).isInstanceOf(SSLException.class).hasMessageContaining("renegotiation");
        connection.writer().close();
      }
    });
  }

  private static Program opensslServer(int port, String version) throws IOException {
    return new Program(
        OPENSSL,
        "s_server",
        "-accept",
        "127.0.0.1:" + port,
        "-cert",
        LOCALHOST.chain().toString(),
        "-key",
        LOCALHOST.privateKey().toString(),
        "-alpn",
        "lines",
        version);
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void opensslServer_talksToOurClient(TlsProvider provider, String version) throws Exception {
    assumeTrue(OPENSSL != null, "no openssl here");
    run(() -> {
      int port = Ports.free();
      try (var server = opensslServer(port, flag(version))) {
        var connection =
            connect(
                port,
                TlsOptions.of(provider.client())
                    .applicationProtocols("lines")
                    .suppressRaggedEofs(true)); // s_server does not care for a regular end
        assertThat(connection.writer().getExtraInfo(ExtraInfo.SSL_OBJECT).getApplicationProtocol())
            .isEqualTo("lines");
        connection.writer().write("hello\n", UTF_8);
        server.awaitLine(l -> l.equals("hello"));
        server.say("welcome\n");
        assertThat(connection.reader().readLine()).isEqualTo("welcome");
        server.say("Q\n");
        assertThat(connection.reader().read()).isEmpty();
        connection.writer().close();
        connection.writer().waitClosed();
      }
    });
  }

  @Test
  void opensslsEncryptedKey_isRead() throws Exception {
    assumeTrue(OPENSSL != null, "no openssl here");
    for (var algorithm : List.of("EC", "RSA")) {
      var identity = TestPki.get().issue(algorithm, "localhost");
      var file = folder.resolve(algorithm + ".pem");
      var process =
          new ProcessBuilder(
                  OPENSSL,
                  "pkcs8",
                  "-topk8",
                  "-in",
                  identity.privateKey().toString(),
                  "-out",
                  file.toString(),
                  "-passout",
                  "pass:open")
              .redirectErrorStream(true)
              .start();
      assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).isEmpty();
      assertThat(process.waitFor()).isZero();
      assertThat(Files.readString(file)).contains("BEGIN ENCRYPTED PRIVATE KEY");
      assertThat(TlsContexts.keyManagers(identity.chain(), file, "open".toCharArray())).hasSize(1);
    }
  }

  private static Path script(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "script", ".py"), text);
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void pythonClient_talksToOurServer(TlsProvider provider, String version) throws Exception {
    assumeTrue(PYTHON != null, "no python3 with ssl here");
    run(() -> {
      var script =
          script(
              """
              import socket, ssl, sys
              context = ssl.create_default_context(cafile=sys.argv[2])
              context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, sys.argv[3])
              with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as sock:
                  with context.wrap_socket(sock, server_hostname="localhost", suppress_ragged_eofs=False) as tls:
                      data = b"x" * 300_000 + b"\\n"
                      tls.sendall(data)
                      expected = b"got " + data
                      received = b""
                      while len(received) < len(expected):
                          received += tls.recv(65536)
                      assert received == expected
                      tls.unwrap()  # sends its end and waits for ours
              print("fine")
              """);
      try (var server =
              Streams.startServer(
                  (reader, writer) -> {
                    var line = reader.readline(1_000_000);
                    writer.write("got ".getBytes(UTF_8));
                    writer.write(line);
                    assertThat(reader.read()).isEmpty();
                    writer.close();
                    writer.waitClosed();
                  },
                  "127.0.0.1",
                  0,
                  ServerOptions.defaults().tls(TlsOptions.of(provider.server(LOCALHOST))));
          var client =
              new Program(
                  PYTHON,
                  script.toString(),
                  "" + port(server),
                  TestPki.get().authorities().toString(),
                  version.replace('.', '_'))) {
        assertThat(client.awaitEnd()).isEqualToIgnoringNewLines("fine");
      }
    });
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void pythonServer_talksToOurClient(TlsProvider provider, String version) throws Exception {
    assumeTrue(PYTHON != null, "no python3 with ssl here");
    run(() -> {
      var script =
          script(
              """
              import socket, ssl, sys
              context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=sys.argv[3])
              context.load_cert_chain(sys.argv[1], sys.argv[2])
              context.verify_mode = ssl.CERT_REQUIRED
              context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, sys.argv[4])
              with socket.create_server(("127.0.0.1", 0)) as listener:
                  print(listener.getsockname()[1], flush=True)
                  with context.wrap_socket(listener.accept()[0], server_side=True) as tls:
                      print(tls.getpeercert()["subject"][0][0][1], flush=True)
                      tls.sendall(b"x" * 300_000)
                      assert tls.recv(10) == b"thanks"
                      tls.unwrap()
              """);
      var identity = TestPki.get().issue("EC", "ann.example");
      try (var server =
          new Program(
              PYTHON,
              script.toString(),
              LOCALHOST.chain().toString(),
              LOCALHOST.privateKey().toString(),
              TestPki.get().authorities().toString(),
              version.replace('.', '_'))) {
        int port = Integer.parseInt(server.awaitLine(l -> true));
        var connection = connect(port, TlsOptions.of(provider.client(identity)));
        assertThat(server.awaitLine(l -> true)).isEqualTo("ann.example");
        assertThat(connection.reader().readexactly(300_000)).containsOnly('x');
        connection.writer().write("thanks", UTF_8);
        assertThat(connection.reader().read()).isEmpty();
        connection.writer().close();
        connection.writer().waitClosed();
        server.awaitEnd();
      }
    });
  }
}
