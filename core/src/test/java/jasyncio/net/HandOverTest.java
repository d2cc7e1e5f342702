package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.Logs;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a protocol, or TLS, is told that takes a connection over: what it has missed.
@ExtendWith(OpenSockets.class)
class HandOverTest {
  private static final TlsOptions SERVER =
      TlsOptions.of(TlsProvider.JDK.server(TestPki.get().localhost()));
  private static final TlsOptions CLIENT =
      TlsOptions.of(TlsProvider.JDK.client()).serverHostname("localhost");

  /// Stays open at the peer's end.
  private static final class HalfOpen extends Recorder {
    final Future<@Nullable Void> ended = getRunningLoop().createFuture();

    @Override
    public boolean eofReceived() {
      super.eofReceived();
      if (!ended.done()) {
        ended.setResult(null);
      }
      return true;
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Test
  void setProtocol_afterThePeersEnd_theNewOneHearsOfIt() throws Exception {
    run(() -> {
      var first = new HalfOpen();
      try (var pair = Loopback.open(new Recorder(), first)) {
        pair.client().transport().writeEof();
        await(first.ended);
        var second = new Recorder();
        first.transport().pauseReading();
        first.transport().setProtocol(second);
        sleep(0);
        sleep(0);
        assertThat(second.calls).as("while reading is paused").isEmpty();
        first.transport().resumeReading();
        assertThat(timeout(10, () -> await(second.lost))).isNull();
        assertThat(second.calls).containsExactly("eof", "lost");
        assertThat(first.calls).containsExactly("made", "eof");
        first.lost.setResult(null);
      }
    });
  }

  @Test
  void setProtocol_ofTheSameOne_repeatsNothing() throws Exception {
    run(() -> {
      var protocol = new HalfOpen();
      try (var pair = Loopback.open(new Recorder(), protocol)) {
        pair.client().transport().writeEof();
        await(protocol.ended);
        protocol.transport().setProtocol(protocol);
        sleep(0);
        sleep(0);
        assertThat(protocol.calls).containsExactly("made", "eof");
      }
    });
  }

  @Test
  void startTls_afterThePeersEnd_failsAtOnce() throws Exception {
    run(() -> {
      var outcome = getRunningLoop().<Throwable>createFuture();
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                assertThat(reader.readLine()).isEqualTo("STARTTLS");
                assertThat(reader.read()).isEmpty();
                outcome.setResult(catchThrowable(() -> writer.startTls(SERVER)));
              },
              Loopback.HOST,
              0)) {
        var client = Streams.openConnection(Loopback.HOST, Loopback.port(server));
        client.writer().write("STARTTLS\n", UTF_8);
        client.writer().close();
        assertThat(timeout(10, () -> await(outcome)))
            .hasMessageContaining("closed the connection during the TLS handshake");
      }
    });
  }

  @Test
  void startTls_ofAClient_afterTheServersEnd_failsAtOnce() throws Exception {
    run(() -> {
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                writer.writeEof();
                reader.read();
                writer.close();
              },
              Loopback.HOST,
              0)) {
        var client = Streams.openConnection(Loopback.HOST, Loopback.port(server));
        assertThat(client.reader().read()).isEmpty();
        assertThatThrownBy(() -> timeout(10, () -> client.writer().startTls(CLIENT)))
            .hasMessageContaining("closed the connection during the TLS handshake");
      }
    });
  }

  @Test
  void startTls_onAClosedTransport_isRefusedAtOnce() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var transport = pair.client().transport();
        transport.close();
        for (int i = 0; i < 3; i++) { // closing, and then lost
          assertThatThrownBy(() -> Transports.startTls(transport, new Recorder(), CLIENT, false))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("TLS cannot begin");
          sleep(0);
        }
        await(pair.client().lost);
      }
    });
  }

  @Test
  void startTls_twice_isRefused() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var transport = pair.client().transport();
        var first =
            getRunningLoop()
                .createTask(() -> Transports.startTls(transport, pair.client(), CLIENT, false));
        sleep(0);
        assertThatThrownBy(() -> Transports.startTls(transport, pair.client(), CLIENT, false))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("TLS has begun");
        assertThat(transport.isClosing()).isFalse();
        first.cancel();
        assertThatThrownBy(first::await).isInstanceOf(CancelledError.class);
      }
    });
  }

  @Test
  void startTls_lostMeanwhile_failsAtOnce() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var transport = pair.client().transport();
        getRunningLoop().callSoon(transport::abort);
        assertThatThrownBy(() ->
                timeout(10, () -> Transports.startTls(transport, pair.client(), CLIENT, false)))
            .isInstanceOf(IOException.class);
      }
    });
  }

  // ---- pauses -----------------------------------------------------------------------------------

  /// Fills what the sockets take, until the protocol is paused.
  private static void fill(Recorder protocol) {
    while (!protocol.calls.contains("pause")) {
      protocol.transport().write(new byte[100_000]);
    }
  }

  private static void drain(Recorder peer) {
    peer.transport().resumeReading();
  }

  @Test
  void setProtocol_whileWritingIsPaused_theNewOneHearsOfIt() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        var first = pair.client();
        pair.peer().transport().pauseReading();
        fill(first);
        var second = new Recorder();
        first.transport().setProtocol(second);
        assertThat(second.calls).containsExactly("pause");
        drain(pair.peer());
        while (second.calls.size() < 2) {
          sleep(0);
        }
        assertThat(second.calls).containsExactly("pause", "resume");
        first.transport().setProtocol(first);
        assertThat(first.calls).containsExactly("made", "pause");
      }
    });
  }

  @Test
  void setProtocol_ofTlsAndPipes_whileWritingIsPaused_theNewOneHearsOfIt() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      try (var source = pipe.source()) {
        var first = new Recorder();
        var transport = Pipes.connectWritePipe(() -> first, pipe.sink()).transport();
        fill(first);
        var second = new Recorder();
        transport.setProtocol(second);
        assertThat(second.calls).containsExactly("pause");
        transport.abort();
        await(second.lost);
        assertThat(source.isOpen()).isTrue();
      }
      var peer = new Recorder();
      try (var server =
          Transports.createServer(
              () -> peer, Loopback.HOST, 0, ServerOptions.defaults().tls(SERVER))) {
        var first = new Recorder();
        Transports.createConnection(
            () -> first,
            Loopback.HOST,
            Loopback.port(server),
            ConnectOptions.defaults().tls(CLIENT));
        await(peer.made);
        peer.transport().pauseReading();
        fill(first);
        var second = new Recorder();
        first.transport().setProtocol(second);
        assertThat(second.calls).containsExactly("pause");
        first.transport().abort();
        await(second.lost);
        await(peer.lost);
      }
    });
  }

  @Test
  void startTls_whoWasToldToPause_isToldToResume() throws Exception {
    run(() -> {
      int size = 8_000_000;
      var mayRead = getRunningLoop().<@Nullable Void>createFuture();
      try (var server =
          Streams.startServer(
              (reader, writer) -> {
                await(mayRead);
                reader.readexactly(size);
                writer.startTls(SERVER);
                reader.read();
                writer.close();
              },
              Loopback.HOST,
              0)) {
        var client = new Recorder();
        Transports.createConnection(() -> client, Loopback.HOST, Loopback.port(server));
        client.transport().write(new byte[size]);
        assertThat(client.calls).containsExactly("made", "pause");
        var starting =
            getRunningLoop()
                .createTask(() -> Transports.startTls(client.transport(), client, CLIENT, false));
        sleep(0);
        mayRead.setResult(null);
        var secured = timeout(20, () -> await(starting));
        assertThat(client.calls).containsExactly("made", "pause", "resume");
        secured.close();
        await(client.lost);
      }
    });
  }

  // ---- without a word ---------------------------------------------------------------------------

  @Test
  void startTls_ofStreams_whosePeerEndsWithTheHandshake_logsNothing() throws Exception {
    run(() -> {
      var read = getRunningLoop().<String>createFuture();
      try (var logs = Logs.capture();
          var server =
              Streams.startServer(
                  (reader, writer) -> {
                    writer.startTls(SERVER);
                    read.setResult(new String(reader.read(), UTF_8));
                    writer.close();
                    writer.waitClosed();
                  },
                  Loopback.HOST,
                  0)) {
        var client =
            new Recorder() {
              @Override
              public void connectionMade(Transport transport) {
                super.connectionMade(transport);
                transport.write("all in one piece".getBytes(UTF_8));
                transport.close();
              }
            };
        Transports.createConnection(
            () -> client,
            Loopback.HOST,
            Loopback.port(server),
            ConnectOptions.defaults().tls(CLIENT));
        assertThat(await(read)).isEqualTo("all in one piece");
        await(client.lost);
        assertThat(logs.lines()).noneMatch(line -> line.startsWith("WARNING"));
      }
    });
  }

  @Test
  void tlsOverTls_endsWithoutAWord() throws Exception {
    run(() -> {
      var read = getRunningLoop().<String>createFuture();
      try (var logs = Logs.capture();
          var server =
              Streams.startServer(
                  (reader, writer) -> {
                    writer.startTls(SERVER);
                    read.setResult(new String(reader.read(), UTF_8));
                    writer.close();
                  },
                  Loopback.HOST,
                  0,
                  ServerOptions.defaults().tls(SERVER))) {
        var client =
            Streams.openConnection(
                Loopback.HOST, Loopback.port(server), ConnectOptions.defaults().tls(CLIENT));
        client.writer().startTls(CLIENT);
        client.writer().write("twice", UTF_8);
        client.writer().close();
        assertThat(await(read)).isEqualTo("twice");
        client.writer().waitClosed();
        server.close();
        server.waitClosed();
        assertThat(logs.lines()).noneMatch(line -> line.startsWith("WARNING"));
      }
    });
  }

  @Test
  void streamProtocol_ofOnesOwn_isToldOfTls() throws Exception {
    run(() -> {
      try (var logs = Logs.capture();
          var server =
              Streams.startServer(
                  (reader, writer) -> {
                    writer.startTls(SERVER);
                    writer.write("hello", UTF_8);
                    writer.close();
                    writer.waitClosed();
                  },
                  Loopback.HOST,
                  0)) {
        var reader = new StreamReader();
        var plain =
            Transports.createConnection(
                () -> new StreamReaderProtocol(reader), Loopback.HOST, Loopback.port(server));
        var secured = Transports.startTls(plain.transport(), plain.protocol(), CLIENT, false);
        assertThat(new String(reader.read(), UTF_8)).isEqualTo("hello");
        assertThat(reader.toString()).contains("<TlsTransport ");
        assertThat(logs.lines()).noneMatch(line -> line.startsWith("WARNING"));
        secured.close();
      }
    });
  }
}
