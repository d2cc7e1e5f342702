package jasyncio.conformance;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.print;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Future;
import jasyncio.net.BufferedProtocol;
import jasyncio.net.ConnectOptions;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.Server;
import jasyncio.net.ServerOptions;
import jasyncio.net.Streams;
import jasyncio.net.TlsContexts;
import jasyncio.net.TlsOptions;
import jasyncio.net.TlsTransport;
import jasyncio.net.Transport;
import jasyncio.net.Transports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// TLS: rules X8, X2 and R8.
final class TlsScenarios {
  private static final String HOST = "127.0.0.1";

  private TlsScenarios() {}

  private static Path certificates(String file) {
    return PythonSources.folder().resolve("certificates").resolve(file);
  }

  private static TlsOptions serverTls() throws IOException, GeneralSecurityException {
    return TlsOptions.of(
        TlsContexts.server(
            certificates("cert.pem"), certificates("key.pem"), certificates("ca.pem")));
  }

  private static TlsOptions clientTls() throws IOException, GeneralSecurityException {
    return TlsOptions.of(TlsContexts.client(certificates("ca.pem")));
  }

  /// Keeps what it is told: the two sides are told at the same time.
  private static class Recorder implements Protocol {
    final boolean keepOpen;
    final boolean paused;
    final List<String> calls = new ArrayList<>();
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    @Nullable Transport transport;
    final Future<@Nullable Void> made = getRunningLoop().createFuture();
    final Future<@Nullable Void> lost = getRunningLoop().createFuture();

    Recorder() {
      this(false, false);
    }

    Recorder(boolean keepOpen, boolean paused) {
      this.keepOpen = keepOpen;
      this.paused = paused;
    }

    Transport transport() {
      return Objects.requireNonNull(transport);
    }

    /// The calls as Python prints them.
    String calls() {
      return calls.stream().map(c -> "'" + c + "'").collect(Collectors.joining(", ", "[", "]"));
    }

    @Override
    public void connectionMade(Transport transport) {
      calls.add("made");
      this.transport = transport;
      if (paused) {
        transport.pauseReading();
      }
      made.setResult(null);
    }

    @Override
    public void dataReceived(byte[] data) {
      if (!calls.getLast().equals("data")) {
        calls.add("data");
      }
      received.writeBytes(data);
    }

    @Override
    public boolean eofReceived() {
      calls.add("eof");
      return keepOpen;
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      calls.add("lost " + (exception == null ? "None" : describe(exception)));
      lost.setResult(null);
    }

    void receivedSoMuch(int count) {
      while (received.size() < count) {
        sleep(0.001);
      }
    }
  }

  private static final class Echo extends Recorder {
    @Override
    public void dataReceived(byte[] data) {
      super.dataReceived(data);
      transport().write(data);
    }
  }

  /// A server with one protocol for its one client.
  private static Server serving(Protocol server, TlsOptions tls) throws IOException {
    return Transports.createServer(() -> server, HOST, 0, ServerOptions.defaults().tls(tls));
  }

  private static int port(Server server) throws IOException {
    var address = server.sockets().getFirst().getLocalAddress();
    return ((InetSocketAddress) Objects.requireNonNull(address)).getPort();
  }

  private static Transport connect(Protocol client, Server server, TlsOptions tls)
      throws IOException {
    return Transports.createConnection(
            () -> client, "localhost", port(server), ConnectOptions.defaults().tls(tls))
        .transport();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static <T> T info(Transport transport, ExtraInfo<T> key) {
    return Objects.requireNonNull(transport.getExtraInfo(key));
  }

  @Scenario("X8")
  static void connectionMadeComesAfterTheHandshake() throws Exception {
    run(() -> {
      var client = new Recorder();
      try (var server = serving(new Recorder(), serverTls())) {
        var transport = connect(client, server, clientTls());
        print(client.calls(), transport == client.transport);
        print(info(transport, ExtraInfo.SSL_SESSION).getProtocol());
        print(transport.getExtraInfo(ExtraInfo.SSL_CONTEXT) != null);
        var peer = (InetSocketAddress) info(transport, ExtraInfo.PEERNAME);
        print(peer.getPort() == port(server));
        print(transport.getExtraInfo(ExtraInfo.SOCKET) != null);
        print(transport.getProtocol() == client, transport.isClosing(), transport.isReading());
        transport.abort();
        print(transport.isClosing());
        client.lost.await();
        print(client.calls());
      }
    });
  }

  @Scenario("X8")
  static void bytesArriveInOrder() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Echo();
      try (var server = serving(peer, serverTls())) {
        var transport = connect(client, server, clientTls());
        var expected = new StringBuilder();
        for (int i = 0; i < 300; i++) {
          transport.write(bytes(i + " "));
          transport.writelines(List.of(bytes("a "), bytes(""), bytes("b ")));
          expected.append(i).append(" a b ");
        }
        transport.write(bytes("x".repeat(1_000_000)));
        expected.append("x".repeat(1_000_000));
        client.receivedSoMuch(expected.length());
        print(client.received.size(), client.received.toString(UTF_8).contentEquals(expected));
        transport.close();
        client.lost.await();
        peer.lost.await();
        print(client.calls(), peer.calls());
      }
    });
  }

  @Scenario("X8")
  static void closeIsARegularEndForBothSides() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Recorder();
      try (var server = serving(peer, serverTls())) {
        var transport = connect(client, server, clientTls());
        transport.write(bytes("last words"));
        transport.close();
        print(transport.isClosing());
        transport.write(bytes("too late"));
        client.lost.await();
        peer.lost.await();
        print(peer.received.toString(UTF_8));
        print(client.calls(), peer.calls());
      }
    });
  }

  @Scenario("X8")
  static void theServerMayCloseFirst() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Recorder();
      try (var server = serving(peer, serverTls())) {
        connect(client, server, clientTls());
        peer.made.await();
        peer.transport().write(bytes("bye"));
        peer.transport().close();
        client.lost.await();
        peer.lost.await();
        print(client.received.toString(UTF_8));
        print(client.calls(), peer.calls());
      }
    });
  }

  @Scenario("X2")
  static void eofReceivedCannotKeepTlsOpen() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Recorder(true, false);
      try (var server = serving(peer, serverTls())) {
        var transport = connect(client, server, clientTls());
        peer.made.await();
        transport.close();
        client.lost.await();
        peer.lost.await();
        print(client.calls(), peer.calls());
      }
    });
  }

  @Scenario("X2")
  static void tlsHasNoWriteEof() throws Exception {
    run(() -> {
      var client = new Recorder();
      try (var server = serving(new Recorder(), serverTls())) {
        var transport = connect(client, server, clientTls());
        print(transport.canWriteEof());
        try {
          transport.writeEof();
        } catch (UnsupportedOperationException e) {
          print("refused");
        }
        transport.close();
        client.lost.await();
        print(client.calls());
      }
    });
  }

  @Scenario("X8")
  static void tlsHasLimitsOfItsOwn() throws Exception {
    run(() -> {
      var client = new Recorder();
      try (var server = serving(new Recorder(), serverTls())) {
        var transport = (TlsTransport) connect(client, server, clientTls());
        var limits = transport.getWriteBufferLimits();
        print("(" + limits.low() + ", " + limits.high() + ")", transport.getWriteBufferSize());
        transport.setWriteBufferLimits(4000);
        limits = transport.getWriteBufferLimits();
        print("(" + limits.low() + ", " + limits.high() + ")");
        print(attempt(() -> transport.setWriteBufferLimits(1, 2)));
        transport.setReadBufferLimits(8000);
        print(transport.getReadBufferSize());
        transport.abort();
        client.lost.await();
      }
    });
  }

  @Scenario("X8")
  static void aHandshakeThatTakesTooLongIsAborted() throws Exception {
    run(() -> {
      var client = new Recorder();
      var server =
          Streams.startServer(
              (reader, writer) -> {
                reader.read();
                writer.close();
              },
              HOST,
              0);
      try {
        connect(client, server, clientTls().handshakeTimeout(Duration.ofMillis(50)));
      } catch (IOException e) {
        print(e.getMessage());
      }
      print(client.calls());
      server.close();
      server.waitClosed();
    });
  }

  @Scenario("X8")
  static void aPeerThatDoesNotAnswerTheEndIsAborted() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Recorder(false, true);
      try (var server = serving(peer, serverTls())) {
        var transport = connect(client, server, clientTls().shutdownTimeout(Duration.ofMillis(50)));
        peer.made.await();
        transport.close();
        client.lost.await();
        print(client.calls().replace("OSError", "error"));
        peer.transport().abort();
        peer.lost.await();
      }
    });
  }

  @Scenario("X8")
  static void theCertificateMustBeForTheHost() throws Exception {
    run(() -> {
      for (var hostname : List.of("localhost", "wrong.example")) {
        var client = new Recorder();
        try (var server = serving(new Recorder(), serverTls())) {
          try {
            connect(client, server, clientTls().serverHostname(hostname));
            client.transport().close();
            client.lost.await();
          } catch (SSLException e) {
            print("refused");
          }
          print(hostname, client.calls());
        }
      }
    });
  }

  @Scenario("X8")
  static void theAuthorityMustBeKnown() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Recorder();
      try (var server = serving(peer, serverTls())) {
        try {
          connect(client, server, TlsOptions.of(TlsContexts.client()));
        } catch (SSLException e) {
          print("refused");
        }
        print(client.calls(), peer.calls());
      }
    });
  }

  @Scenario("X8")
  static void anAddressIsCheckedLikeAName() throws Exception {
    run(() -> {
      var client = new Recorder();
      try (var server = serving(new Recorder(), serverTls())) {
        connect(client, server, clientTls().serverHostname(HOST));
        client.transport().close();
        client.lost.await();
        print(client.calls());
      }
    });
  }

  @Scenario("X8")
  static void theApplicationProtocolIsNegotiated() throws Exception {
    run(() -> {
      for (var offered : List.of(new String[] {"http/1.1", "h2"}, new String[] {"h3"})) {
        var client = new Recorder();
        var tls = serverTls();
        if (offered.length > 1) {
          tls = tls.applicationProtocols("h2", "http/1.1");
        }
        try (var server = serving(new Recorder(), tls)) {
          var transport = connect(client, server, clientTls().applicationProtocols(offered));
          var chosen = info(transport, ExtraInfo.SSL_OBJECT).getApplicationProtocol();
          print(chosen.isEmpty() ? "none" : chosen);
          transport.abort();
          client.lost.await();
        }
      }
    });
  }

  @Scenario("X8")
  static void theClientCanShowACertificate() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Echo();
      var tls = serverTls().parameters(p -> p.setNeedClientAuth(true));
      try (var server = serving(peer, tls)) {
        var context =
            TlsContexts.client(
                certificates("ca.pem"), certificates("cert.pem"), certificates("key.pem"));
        var transport = connect(client, server, TlsOptions.of(context));
        transport.write(bytes("x"));
        client.receivedSoMuch(1);
        var chain = info(peer.transport(), ExtraInfo.SSL_SESSION).getPeerCertificates();
        print(((X509Certificate) chain[0]).getSubjectX500Principal().toString());
        transport.close();
        client.lost.await();
      }
    });
  }

  @Scenario("X9")
  static void garbageDoesNotStopTheServer() throws Exception {
    run(() -> {
      var protocols = new ArrayList<Recorder>();
      var server =
          Transports.createServer(
              () -> {
                protocols.add(new Echo());
                return protocols.getLast();
              },
              HOST,
              0,
              ServerOptions.defaults().tls(serverTls()));
      var plain = Streams.openConnection(HOST, port(server));
      plain.writer().write(bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      try {
        plain.reader().read();
      } catch (IOException e) {
        // reset
      }
      plain.writer().close();
      var client = new Recorder();
      var transport = connect(client, server, clientTls());
      transport.write(bytes("hello"));
      client.receivedSoMuch(5);
      print(protocols.stream().map(Recorder::calls).collect(Collectors.joining(", ", "[", "]")));
      transport.close();
      client.lost.await();
      server.close();
      server.waitClosed();
    });
  }

  @Scenario("X6")
  static void pausedReadingHoldsEverythingBack() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Recorder();
      try (var server = serving(peer, serverTls())) {
        var transport = (TlsTransport) connect(client, server, clientTls());
        peer.made.await();
        transport.pauseReading();
        peer.transport().write(bytes("hello"));
        while (transport.getReadBufferSize() == 0) {
          sleep(0.001);
        }
        sleep(0.01);
        print(client.calls(), transport.isReading());
        transport.resumeReading();
        print(client.calls(), transport.isReading());
        client.receivedSoMuch(5);
        print(client.calls(), client.received.toString(UTF_8));
        transport.abort();
        client.lost.await();
      }
    });
  }

  /// Has room for five bytes.
  private static final class Sipper implements BufferedProtocol {
    private final ByteBuffer cup = ByteBuffer.allocate(5);
    private int received;
    final Future<@Nullable Void> all = getRunningLoop().createFuture();

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return cup.clear();
    }

    @Override
    public void bufferUpdated(int count) {
      print("updated", new String(Arrays.copyOf(cup.array(), count), StandardCharsets.UTF_8));
      received += count;
      if (received == 13) {
        all.setResult(null);
      }
    }
  }

  @Scenario("X6")
  static void aBufferedProtocolGetsItsPieces() throws Exception {
    run(() -> {
      var client = new Sipper();
      var peer = new Recorder();
      try (var server = serving(peer, serverTls())) {
        var transport = connect(client, server, clientTls());
        peer.made.await();
        peer.transport().write(bytes("Hello, world!"));
        client.all.await();
        transport.abort();
        sleep(0.01);
      }
    });
  }

  @Scenario("R8")
  static void streamsGoOverTls() throws Exception {
    run(() -> {
      var server =
          Streams.startServer(
              (reader, writer) -> {
                for (var line : reader) {
                  writer.write(bytes("got " + new String(line, UTF_8)));
                  writer.drain();
                }
                writer.close();
              },
              HOST,
              0,
              ServerOptions.defaults().tls(serverTls()));
      var connection =
          Streams.openConnection(
              "localhost", port(server), ConnectOptions.defaults().tls(clientTls()));
      var reader = connection.reader();
      var writer = connection.writer();
      writer.write("one\ntwo\n", UTF_8);
      print(reader.readLine().strip(), writer.canWriteEof());
      print(reader.readLine().strip());
      writer.close();
      writer.waitClosed();
      print(reader.read().length == 0, reader.atEof());
      server.close();
      server.waitClosed();
    });
  }

  @Scenario("R8")
  static void tlsCanStartLater() throws Exception {
    run(() -> {
      var server =
          Streams.startServer(
              (reader, writer) -> {
                print("server", reader.readLine().strip());
                writer.write("go ahead\n", UTF_8);
                writer.startTls(serverTls());
                writer.write("secret " + reader.readLine() + "\n", UTF_8);
                writer.close();
                writer.waitClosed();
              },
              HOST,
              0);
      var connection = Streams.openConnection(HOST, port(server));
      var reader = connection.reader();
      var writer = connection.writer();
      writer.write("STARTTLS\n", UTF_8);
      print("client", reader.readLine().strip());
      print(writer.getExtraInfo(ExtraInfo.SSL_OBJECT));
      writer.startTls(clientTls().serverHostname("localhost"));
      print(Objects.requireNonNull(writer.getExtraInfo(ExtraInfo.SSL_SESSION)).getProtocol());
      writer.write("line\n", UTF_8);
      print("client", reader.readLine().strip());
      print(reader.read().length == 0, reader.atEof());
      writer.close();
      writer.waitClosed();
      server.close();
      server.waitClosed();
    });
  }

  @Scenario("X8")
  static void startTlsTellsTheProtocolNothing() throws Exception {
    run(() -> {
      var client = new Recorder();
      var peer = new Recorder();
      var server = Transports.createServer(() -> peer, HOST, 0);
      Transports.createConnection(() -> client, HOST, port(server));
      peer.made.await();
      var secured =
          createTask(() -> Transports.startTls(peer.transport(), peer, serverTls(), true));
      var transport =
          Transports.startTls(
              client.transport(), client, clientTls().serverHostname("localhost"), false);
      peer.transport = secured.await();
      print(client.calls(), peer.calls(), transport == client.transport);
      print(transport.getProtocol() == client);
      transport.write(bytes("hello"));
      peer.receivedSoMuch(5);
      transport.close();
      client.lost.await();
      peer.lost.await();
      print(client.calls(), peer.calls());
      server.close();
    });
  }
}
