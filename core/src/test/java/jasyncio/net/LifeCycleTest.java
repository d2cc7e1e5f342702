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

import jasyncio.CancelledError;
import jasyncio.ContextVar;
import jasyncio.Future;
import jasyncio.internal.net.UdpTransport;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Transports and servers that are closed from their own callbacks, and in whose context they run.
@ExtendWith(OpenSockets.class)
class LifeCycleTest {
  private static final TlsOptions SERVER =
      TlsOptions.of(TlsProvider.JDK.server(TestPki.get().localhost()));
  private static final TlsOptions CLIENT =
      TlsOptions.of(TlsProvider.JDK.client()).serverHostname("localhost");

  enum End {
    CLOSE,
    ABORT;

    void of(Transport transport) {
      if (this == CLOSE) {
        transport.close();
        transport.close();
      } else {
        transport.abort();
        transport.abort();
      }
    }
  }

  /// Ends its transport in one of its callbacks.
  private static final class Ending extends Recorder {
    private final String callback;
    private final End end;

    Ending(String callback, End end) {
      this.callback = callback;
      this.end = end;
    }

    private void called(String name) {
      if (name.equals(callback)) {
        end.of(transport());
        assertThat(transport().isClosing()).isTrue();
      }
    }

    @Override
    public void connectionMade(Transport transport) {
      super.connectionMade(transport);
      called("made");
    }

    @Override
    public void dataReceived(byte[] data) {
      super.dataReceived(data);
      called("data");
    }

    @Override
    public boolean eofReceived() {
      super.eofReceived();
      called("eof");
      return transport().canWriteEof(); // not with TLS
    }

    @Override
    public void pauseWriting() {
      super.pauseWriting();
      called("pause");
    }

    @Override
    public void resumeWriting() {
      super.resumeWriting();
      called("resume");
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      super.connectionLost(exception); // fails when it is called twice
      called("lost");
    }
  }

  /// Lets everything happen to it. Suspends until it is lost.
  private static void live(Ending protocol, Recorder peer) throws TimeoutException {
    if (protocol.callback.equals("data")) {
      peer.write("data");
    } else if (protocol.callback.equals("eof")) {
      if (peer.transport().canWriteEof()) {
        peer.transport().writeEof();
      } else {
        peer.transport().close();
      }
    } else if (protocol.callback.equals("lost")) {
      protocol.transport().close();
    } else if (!protocol.callback.equals("made")) {
      peer.transport().pauseReading();
      while (!protocol.calls.contains("pause")) {
        protocol.transport().write(new byte[100_000]);
      }
      peer.transport().resumeReading();
    }
    timeout(20, () -> await(protocol.lost));
    sleep(0);
    sleep(0);
    assertThat(protocol.calls).contains(protocol.callback).containsOnlyOnce("made", "lost");
    assertThat(protocol.calls).endsWith("lost");
  }

  private static List<Ending> all() {
    var all = new ArrayList<Ending>();
    for (var callback : List.of("made", "data", "eof", "pause", "resume", "lost")) {
      for (var end : End.values()) {
        all.add(new Ending(callback, end));
      }
    }
    return all;
  }

  // CPython: gh-156512
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void end_inACallback_isToldOnce(boolean tls) throws Exception {
    run(() -> {
      var problems = new ArrayList<Throwable>();
      getRunningLoop().setExceptionHandler((loop, error) -> problems.add(error.exception()));
      for (var protocol : all()) {
        var peer = new Recorder();
        var options = ServerOptions.defaults();
        try (var server =
            Transports.createServer(
                () -> peer, Loopback.HOST, 0, tls ? options.tls(SERVER) : options)) {
          Transports.createConnection(
              () -> protocol,
              Loopback.HOST,
              Loopback.port(server),
              tls ? ConnectOptions.defaults().tls(CLIENT) : ConnectOptions.defaults());
          if (!protocol.callback.equals("made")) {
            await(peer.made);
          }
          live(protocol, peer);
          server.abortClients();
        }
      }
      assertThat(problems).isEmpty();
    });
  }

  @ParameterizedTest
  @EnumSource
  void pipe_endedInResumeWriting_isToldOnce(End end) throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var protocol = new Ending("resume", end);
      Pipes.connectWritePipe(() -> protocol, pipe.sink());
      while (!protocol.calls.contains("pause")) {
        protocol.transport().write(new byte[100_000]);
      }
      try (var source = pipe.source()) {
        source.configureBlocking(false);
        while (!protocol.lost.done()) {
          source.read(ByteBuffer.allocate(10_000));
          sleep(0);
        }
      }
      sleep(0);
      sleep(0);
      assertThat(protocol.calls).containsExactly("made", "pause", "resume", "lost");
    });
  }

  @Test
  void datagrams_closedInResumeWriting_areToldOnce() throws Exception {
    run(() -> {
      var lost = new Future<@Nullable Throwable>();
      var full = new boolean[] {true};
      var channel = DatagramChannel.open(StandardProtocolFamily.INET).bind(Loopback.at(0));
      class Closing implements DatagramProtocol {
        @Nullable DatagramTransport transport;

        @Override
        public void connectionMade(DatagramTransport made) {
          transport = made;
        }

        @Override
        public void resumeWriting() {
          transport.close();
        }

        @Override
        public void connectionLost(@Nullable Throwable exception) {
          lost.setResult(exception); // fails when it is called twice
        }
      }
      var problems = new ArrayList<Throwable>();
      getRunningLoop().setExceptionHandler((loop, error) -> problems.add(error.exception()));
      var transport =
          new UdpTransport(getRunningLoop(), channel, new Closing(), null) {
            @Override
            protected boolean send(ByteBuffer data, @Nullable SocketAddress target)
                throws IOException {
              return !full[0] && super.send(data, target);
            }
          };
      transport.start(null);
      transport.setWriteBufferLimits(0);
      sleep(0);
      transport.sendto("1".getBytes(UTF_8), channel.getLocalAddress());
      full[0] = false;
      assertThat(timeout(10, () -> await(lost))).isNull();
      sleep(0);
      sleep(0);
      assertThat(problems).isEmpty();
    });
  }

  // CPython: gh-155888
  @Test
  void writelines_whoseLastPieceIsEmpty_isSent() throws Exception {
    run(() -> {
      try (var pair = Loopback.open()) {
        pair.peer().transport().pauseReading();
        var big = new byte[8_000_000];
        pair.client().transport().writelines(List.of(big, new byte[0]));
        pair.client().transport().writelines(List.of(new byte[0], new byte[1], new byte[0]));
        pair.peer().transport().resumeReading();
        timeout(20, () -> pair.peer().awaitBytes(8_000_001));
        assertThat(pair.client().transport().getWriteBufferSize()).isZero();
      }
    });
  }

  // ---- servers ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"factory", "made"})
  void server_closedByItsOwnCallback_finishesWhenTheClientHasGone(String where) throws Exception {
    run(() -> {
      var servers = new ArrayList<Server>();
      var peer =
          new Recorder() {
            @Override
            public void connectionMade(Transport transport) {
              super.connectionMade(transport);
              if (where.equals("made")) {
                servers.getFirst().close();
              }
            }
          };
      servers.add(
          Transports.createServer(
              () -> {
                if (where.equals("factory")) {
                  servers.getFirst().close();
                }
                return peer;
              },
              Loopback.HOST,
              0));
      var server = servers.getFirst();
      var client = new Recorder();
      Transports.createConnection(() -> client, Loopback.HOST, Loopback.port(server));
      await(peer.made);
      var waiting = createTask(server::waitClosed);
      sleep(0);
      sleep(0);
      assertThat(waiting.done()).isFalse();
      client.transport().close();
      timeout(10, () -> await(waiting));
      server.close();
      assertThat(peer.calls).containsExactly("made", "eof", "lost");
    });
  }

  @Test
  void server_closedBetweenAcceptAndFactory_closesTheConnection() throws Exception {
    run(() -> {
      var server =
          Transports.createServer(
              () -> {
                throw new AssertionError("it is closed");
              },
              Loopback.HOST,
              0);
      try (var client = SocketChannel.open(Loopback.at(Loopback.port(server)))) {
        sleep(0); // accepted
        server.close();
        server.waitClosed();
        sleep(0);
        var outcome = new Future<Integer>();
        client.configureBlocking(false);
        Sockets.addReader(
            client,
            () -> {
              int n;
              try {
                n = client.read(ByteBuffer.allocate(1));
              } catch (IOException e) { // a reset
                n = -1;
              }
              Sockets.removeReader(client);
              outcome.setResult(n);
            });
        assertThat(timeout(10, () -> await(outcome))).isEqualTo(-1);
      }
    });
  }

  // ---- contexts ---------------------------------------------------------------------------------

  private static final ContextVar<String> WHO = ContextVar.of("who");

  /// Notes who the callbacks run for.
  private static final class Noting extends Recorder {
    private void note(String what) {
      calls.add(what + " for " + WHO.get("nobody"));
    }

    @Override
    public void connectionMade(Transport transport) {
      super.connectionMade(transport);
      note("made");
      WHO.set("connection");
    }

    @Override
    public void dataReceived(byte[] data) {
      super.dataReceived(data);
      note("data");
    }

    @Override
    public void resumeWriting() {
      note("resume");
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      note("lost");
      super.connectionLost(exception);
    }
  }

  // CPython: gh-140947
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void callbacks_runInTheContextOfTheirConnection(boolean tls) throws Exception {
    run(() -> {
      var options = ServerOptions.defaults().startServing(false);
      var peers = new ArrayList<Noting>();
      WHO.set("maker");
      try (var server =
          Transports.createServer(
              () -> {
                peers.add(new Noting());
                return peers.getLast();
              },
              Loopback.HOST,
              0,
              tls ? options.tls(SERVER) : options)) {
        WHO.set("server");
        server.startServing();
        WHO.set("client");
        for (int i = 0; i < 2; i++) {
          var client = new Recorder();
          Transports.createConnection(
              () -> client,
              Loopback.HOST,
              Loopback.port(server),
              tls ? ConnectOptions.defaults().tls(CLIENT) : ConnectOptions.defaults());
          while (peers.size() <= i || !peers.get(i).made.done()) {
            sleep(0);
          }
          var peer = peers.get(i);
          client.write("1");
          peer.awaitBytes(1);
          createTask(
                  () -> {
                    WHO.set("task");
                    peer.transport().pauseReading();
                    client.write("2");
                    sleep(0.001);
                    peer.transport().resumeReading();
                  })
              .await();
          peer.awaitBytes(2);
          createTask(
                  () -> {
                    WHO.set("task");
                    peer.transport().setWriteBufferLimits(0);
                    client.transport().pauseReading();
                    while (peer.transport().getWriteBufferSize() == 0) {
                      peer.transport().write(new byte[1_000_000]);
                    }
                    client.transport().resumeReading();
                  })
              .await();
          while (!peer.calls.contains("resume for connection")) {
            sleep(0);
          }
          createTask(
                  () -> {
                    WHO.set("task");
                    peer.transport().close();
                  })
              .await();
          timeout(10, () -> await(peer.lost));
          assertThat(peer.calls)
              .filteredOn(call -> call.contains(" for ") || call.equals("eof"))
              .containsSubsequence(
                  "made for server",
                  "data for connection",
                  "data for connection",
                  "resume for connection",
                  "lost for connection")
              .noneMatch(call -> call.endsWith("for task"));
        }
      }
    });
  }

  // ---- nothing is left open, nothing is lost ----------------------------------------------------

  // CPython: gh-153133
  @Test
  void createConnection_whoseFactoryOrTlsFails_leavesNothingOpen() throws Exception {
    run(() -> {
      try (var server = Transports.createServer(() -> new Protocol() {}, Loopback.HOST, 0)) {
        int port = Loopback.port(server);
        assertThatThrownBy(() ->
                Transports.createConnection(
                    () -> {
                      throw new IllegalStateException("no protocol");
                    },
                    Loopback.HOST,
                    port))
            .hasMessage("no protocol");
        var bad =
            CLIENT.parameters(p -> {
              throw new IllegalArgumentException("no parameters");
            });
        assertThatThrownBy(() ->
                Transports.createConnection(
                    Recorder::new, Loopback.HOST, port, ConnectOptions.defaults().tls(bad)))
            .hasMessage("no parameters");
      }
    });
  }

  // CPython: gh-153761
  @Test
  void cancelledSockAccept_leavesTheConnectionToTheNext() throws Exception {
    run(() -> {
      try (var listening = ServerSocketChannel.open()) {
        listening.bind(Loopback.at(0)).configureBlocking(false);
        var accepting = createTask(() -> Sockets.sockAccept(listening));
        sleep(0);
        try (var client = SocketChannel.open(listening.getLocalAddress())) {
          // It is woken, and cancelled in the same iteration.
          var cancelling = new boolean[1];
          while (!cancelling[0]) {
            sleep(0);
            cancelling[0] = accepting.cancel();
          }
          assertThatThrownBy(accepting::await).isInstanceOf(CancelledError.class);
          try (var accepted = timeout(10, () -> Sockets.sockAccept(listening))) {
            assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
          }
        }
      }
    });
  }

  // CPython: gh-148808
  @Test
  void sockRecvfromInto_staysBetweenPositionAndLimit() throws Exception {
    run(() -> {
      try (var a = DatagramChannel.open(StandardProtocolFamily.INET).bind(Loopback.at(0));
          var b = DatagramChannel.open(StandardProtocolFamily.INET).bind(Loopback.at(0))) {
        a.configureBlocking(false);
        b.configureBlocking(false);
        Sockets.sockSendto(a, "0123456789".getBytes(UTF_8), b.getLocalAddress());
        var buffer = ByteBuffer.wrap("----------".getBytes(UTF_8)).position(2).limit(5);
        assertThat(Sockets.sockRecvfromInto(b, buffer)).isEqualTo(a.getLocalAddress());
        assertThat(new String(buffer.array(), UTF_8)).isEqualTo("--012-----");
        assertThat(buffer.position()).isEqualTo(5);
      }
    });
  }

  @Test
  void connectionsBeyondTheMost_areClosedAsTheyCome_alsoWhileOthersShakeHands() throws IOException {
    run(() -> {
      for (var tls : new TlsOptions[] {null, SERVER}) { // no client of that says a word
        var server =
            Streams.startServer(
                (reader, writer) -> {
                  reader.read();
                  writer.close();
                },
                "127.0.0.1",
                0,
                ServerOptions.defaults().tls(tls).maxClients(2));
        try (server;
            var first = Streams.openConnection("127.0.0.1", server.port());
            var second = Streams.openConnection("127.0.0.1", server.port())) {
          try (var third = Streams.openConnection("127.0.0.1", server.port())) {
            assertThat(ending(third)).isTrue();
          }
          assertThat(server.statistics().clients()).isEqualTo(2);
          first.close();
          while (server.statistics().clients() > 1) {
            sleep(0.001);
          }
          try (var fourth = Streams.openConnection("127.0.0.1", server.port())) {
            while (server.statistics().clients() < 2) {
              sleep(0.001);
            }
            assertThat(fourth.reader().atEof()).isFalse();
          }
          second.close();
          server.abortClients();
        }
      }
      assertThatThrownBy(() -> ServerOptions.defaults().maxClients(0))
          .isInstanceOf(IllegalArgumentException.class);
    });
  }

  private static boolean ending(StreamConnection connection) {
    try {
      return connection.reader().read().length == 0;
    } catch (IOException e) {
      return true; // a reset is an end, too
    }
  }
}
