package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Retention.assertDropped;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.ContextVar;
import jasyncio.Future;
import jasyncio.Retention.Captured;
import jasyncio.process.ProcessOptions;
import jasyncio.process.Stdio;
import jasyncio.process.SubprocessProtocol;
import jasyncio.process.Subprocesses;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A connection that is closed keeps neither its protocol, nor what that captured, nor the context
/// that it was made in.
@Timeout(600)
@Tag("slow")
class NetRetentionTest {
  private static final ContextVar<Captured> VARIABLE = ContextVar.of("variable");

  private static final class Keeper extends Recorder {
    private final Captured captured;

    Keeper(Captured captured) {
      this.captured = captured;
    }

    @Override
    public boolean eofReceived() {
      captured.use();
      return super.eofReceived();
    }
  }

  /// Runs in a context that holds what is captured.
  private static <T> T inContext(Captured captured, Awaitable<T, ?> body) {
    return await(
        createTask(() -> {
          VARIABLE.set(captured);
          return body.await();
        }));
  }

  @Test
  void sockets() throws Exception {
    assertDropped(captured ->
        inContext(
            captured,
            () -> {
              var connection = Loopback.open(new Keeper(captured), new Keeper(captured));
              try (connection) {
                connection.client().write("x");
                connection.peer().awaitBytes(1);
              }
              return List.of(
                  connection.client().transport(),
                  connection.peer().transport(),
                  connection.server());
            }));
  }

  @Test
  void socketThatHadToWaitForItsPeer() throws Exception {
    assertDropped(captured ->
        inContext(
            captured,
            () -> {
              try (var connection = Loopback.open(new Keeper(captured), new Keeper(captured))) {
                var client = connection.client();
                connection.peer().transport().pauseReading();
                while (!client.calls.contains("pause")) {
                  client.transport().write(new byte[100_000]);
                }
                client.transport().close();
                connection.peer().transport().resumeReading();
                await(client.lost);
                return client.transport();
              }
            }));
  }

  @Test
  void tls() throws Exception {
    assertDropped(captured ->
        inContext(
            captured,
            () -> {
              var peer = new Keeper(captured);
              var server =
                  Transports.createServer(
                      () -> peer,
                      Loopback.HOST,
                      0,
                      ServerOptions.defaults()
                          .tls(TlsOptions.of(TlsProvider.JDK.server(TestPki.get().localhost()))));
              var client =
                  Transports.createConnection(
                          () -> new Keeper(captured),
                          "localhost",
                          Loopback.port(server),
                          ConnectOptions.defaults().tls(TlsOptions.of(TlsProvider.JDK.client())))
                      .protocol();
              client.write("x");
              peer.awaitBytes(1);
              client.transport().close();
              await(client.lost);
              await(peer.lost);
              server.close();
              server.waitClosed();
              return List.of(client.transport(), peer.transport(), server);
            }));
  }

  @Test
  void streams() throws Exception {
    assertDropped(captured -> {
      var kept = new ArrayList<Object>();
      inContext(
          captured,
          () -> {
            var server =
                Streams.startServer(
                    (reader, writer) -> {
                      captured.use();
                      writer.write(reader.readexactly(1));
                      writer.close();
                      writer.waitClosed();
                      kept.add(reader);
                      kept.add(writer);
                    },
                    Loopback.HOST,
                    0);
            var connection = Streams.openConnection(Loopback.HOST, Loopback.port(server));
            connection.writer().write(new byte[1]);
            assertThat(connection.reader().read()).hasSize(1);
            connection.writer().close();
            connection.writer().waitClosed();
            server.close();
            server.waitClosed();
            kept.add(server);
            kept.add(connection);
            return kept;
          });
      while (kept.size() < 4) {
        sleep(0);
      }
      return kept;
    });
  }

  @Test
  void readersAndWriters_keepNobodyWhoLeft() throws Exception {
    assertDropped(captured -> {
      try (var connection = Loopback.open()) {
        var reader = new StreamReader();
        var mixin = new FlowControlMixin();
        mixin.pauseWriting();
        var writer = new StreamWriter(connection.client().transport(), mixin, null);
        leave(reader::read, captured);
        leave(writer::drain, captured);
        leave(writer::waitClosed, captured);
        writer.close();
        return List.of(reader, writer);
      }
    });
  }

  private interface Wait {
    void call() throws IOException;
  }

  /// A task that waits for something, and is cancelled.
  private static void leave(Wait wait, Captured captured) {
    var task =
        createTask(() -> {
          wait.call();
          captured.use();
        });
    sleep(0);
    assertThat(task.cancel()).isTrue();
    Asyncio.wait(List.of(task));
    assertThat(task.cancelled()).isTrue();
  }

  @Test
  void pipes() throws Exception {
    assertDropped(captured ->
        inContext(
            captured,
            () -> {
              var pipe = Pipe.open();
              var reading = Pipes.connectReadPipe(() -> new Keeper(captured), pipe.source());
              var writing = Pipes.connectWritePipe(() -> new Keeper(captured), pipe.sink());
              writing.transport().write(new byte[1]);
              reading.protocol().awaitBytes(1);
              writing.transport().close();
              await(reading.protocol().lost);
              await(writing.protocol().lost);
              return List.of(reading.transport(), writing.transport());
            }));
  }

  @Test
  void pipesWithAThread() throws Exception {
    assertDropped(captured ->
        inContext(
            captured,
            () -> {
              var reading =
                  Pipes.connectReadPipe(
                      () -> new Keeper(captured), new ByteArrayInputStream(new byte[1]));
              var writing =
                  Pipes.connectWritePipe(() -> new Keeper(captured), new ByteArrayOutputStream());
              writing.transport().write(new byte[1]);
              writing.transport().close();
              await(reading.protocol().lost);
              await(writing.protocol().lost);
              return List.of(reading.transport(), writing.transport());
            }));
  }

  @Test
  void datagrams() throws Exception {
    assertDropped(captured ->
        inContext(
            captured,
            () -> {
              var lost = getRunningLoop().<@Nullable Void>createFuture();
              var endpoint =
                  Datagrams.createDatagramEndpoint(
                      () -> new Receiver(captured, lost),
                      DatagramOptions.defaults().localAddress(Loopback.at(0)));
              endpoint.transport().close();
              await(lost);
              var stream = Datagrams.bind(Loopback.HOST, 0);
              leave(stream::receive, captured);
              leave(stream::waitClosed, captured);
              stream.close();
              stream.waitClosed();
              return List.of(endpoint.transport(), stream);
            }));
  }

  private record Receiver(Captured captured, Future<@Nullable Void> lost)
      implements DatagramProtocol {
    @Override
    public void datagramReceived(byte[] data, SocketAddress from) {
      captured.use();
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      lost.setResult(null);
    }
  }

  @Test
  void processes() throws Exception {
    assertDropped(captured ->
        inContext(
            captured,
            () -> {
              var lost = getRunningLoop().<@Nullable Void>createFuture();
              var child =
                  Subprocesses.subprocessExec(
                      () -> new Parent(captured, lost),
                      ProcessOptions.defaults().stdin(Stdio.PIPE).stdout(Stdio.PIPE),
                      "cat");
              var transport = child.transport();
              var stdin = (WriteTransport) transport.getPipeTransport(0);
              var stdout = transport.getPipeTransport(1);
              assertThat(stdin).isNotNull();
              stdin.close();
              await(lost);
              transport.close();
              return List.of(transport, stdin, stdout);
            }));
  }

  private record Parent(Captured captured, Future<@Nullable Void> lost)
      implements SubprocessProtocol {
    @Override
    public void processExited() {
      captured.use();
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      lost.setResult(null);
    }
  }

  @Test
  void bareChannels_withoutAReaderAnyMore() throws Exception {
    assertDropped(captured -> {
      var pipe = Pipe.open();
      pipe.source().configureBlocking(false);
      pipe.sink().configureBlocking(false);
      inContext(
          captured,
          () -> {
            Sockets.addReader(pipe.source(), captured::use);
            Sockets.addWriter(pipe.sink(), captured::use);
            while (captured.uses == 0) {
              sleep(0);
            }
            assertThat(Sockets.removeReader(pipe.source())).isTrue();
            assertThat(Sockets.removeWriter(pipe.sink())).isTrue();
            leave(() -> Sockets.sockRecv(pipe.source(), 1), captured);
            return pipe;
          });
      sleep(0);
      pipe.source().close();
      pipe.sink().close();
      return pipe;
    });
  }

  @Test
  void transport_thatIsClosed_hasNobody() throws Exception {
    Asyncio.run(() -> {
      Transport transport;
      try (var connection = Loopback.open()) {
        transport = connection.client().transport();
        assertThat(transport.getProtocol()).isSameAs(connection.client());
      }
      sleep(0);
      assertThat(transport.getProtocol()).isInstanceOf(Protocol.class).hasToString("nobody");
      transport.setProtocol(new Protocol() {});
      assertThat(transport.getProtocol()).hasToString("nobody");
    });
  }
}
