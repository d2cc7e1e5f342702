package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.timeout;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Peers that make TLS work for nothing.
@ExtendWith(OpenSockets.class)
class TlsFloodTest {
  private static final int SMALL = 4096; // a socket's buffer

  /// A client by hand, on a blocking channel.
  private static final class HostileClient implements AutoCloseable {
    private final SocketChannel channel = SocketChannel.open();
    private final SSLEngine engine = TlsProvider.JDK.client().createSSLEngine("localhost", 443);
    private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).limit(0);
    private final ByteBuffer plain = ByteBuffer.allocate(64 * 1024);

    HostileClient(int port) throws IOException {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
      channel.connect(Loopback.at(port));
      engine.setUseClientMode(true);
      engine.beginHandshake();
      while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
        switch (engine.getHandshakeStatus()) {
          case NEED_WRAP -> send(record());
          case NEED_TASK -> engine.getDelegatedTask().run();
          default -> receive();
        }
      }
    }

    private ByteBuffer record(byte... data) throws IOException {
      var out = ByteBuffer.allocate(32 * 1024);
      engine.wrap(ByteBuffer.wrap(data), out);
      return out.flip();
    }

    void send(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    /// Reads a record; {@return what is in it}
    int receive() throws IOException {
      plain.clear();
      while (true) {
        var result = engine.unwrap(in, plain);
        if (result.getStatus() != Status.BUFFER_UNDERFLOW) {
          return result.bytesProduced();
        }
        in.compact();
        int n = channel.read(in);
        in.flip();
        if (n < 0) {
          throw new IOException("the end");
        }
      }
    }

    /// The client changes its keys, and asks the server to do likewise.
    ByteBuffer keyUpdate() throws IOException {
      engine.beginHandshake();
      return record();
    }

    /// So many key updates in one piece, each behind a byte of data or not.
    ByteBuffer keyUpdates(int count, boolean withData) throws IOException {
      var all = ByteBuffer.allocate(100 * count);
      for (int i = 0; i < count; i++) {
        if (withData) {
          all.put(record((byte) i));
        }
        all.put(keyUpdate());
      }
      return all.flip();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static Server serve(Recorder protocol) throws IOException {
    var tls = TlsOptions.of(TlsProvider.JDK.server(TestPki.get().localhost()));
    return Transports.createServer(
        () -> protocol, Loopback.HOST, 0, ServerOptions.defaults().tls(tls));
  }

  @Test
  void recordsWithoutData_oneAfterTheOther_endTheConnection() throws Exception {
    run(() -> {
      var protocol = new Recorder();
      try (var server = serve(protocol);
          var client = toThread(() -> new HostileClient(Loopback.port(server)))) {
        toThread(() -> client.send(client.keyUpdates(33, false)));
        assertThat(timeout(10, () -> await(protocol.lost)))
            .isInstanceOf(SSLException.class)
            .hasMessageContaining("without data");
      }
    });
  }

  @Test
  void recordsWithoutData_someOfThem_areNoOffence() throws Exception {
    run(() -> {
      var protocol = new Recorder();
      try (var server = serve(protocol);
          var client = toThread(() -> new HostileClient(Loopback.port(server)))) {
        for (int i = 1; i <= 3; i++) {
          toThread(() -> client.send(client.keyUpdates(31, false)));
          toThread(() -> client.send(client.record((byte) 1)));
          protocol.awaitBytes(i);
        }
        protocol.write("answer");
        assertThat(toThread(() -> answer(client))).isEqualTo(6);
        protocol.transport().abort();
        await(protocol.lost);
      }
    });
  }

  /// Reads up to a record with data.
  private static int answer(HostileClient client) throws IOException {
    int n;
    do {
      n = client.receive();
    } while (n == 0);
    return n;
  }

  @Test
  void recordsWithoutData_betweenData_areDealtWithAFewAtATime() throws Exception {
    run(() -> {
      var perIteration = new ArrayList<Integer>();
      var protocol =
          new Recorder() {
            @Override
            public void dataReceived(byte[] data) {
              super.dataReceived(data);
              perIteration.set(perIteration.size() - 1, perIteration.getLast() + data.length);
            }
          };
      var counting =
          new Runnable() {
            @Override
            public void run() {
              perIteration.add(0);
              if (!protocol.lost.done()) {
                getRunningLoop().callSoon(this);
              }
            }
          };
      try (var server = serve(protocol);
          var client = toThread(() -> new HostileClient(Loopback.port(server)))) {
        var flood = toThread(() -> client.keyUpdates(400, true));
        counting.run();
        toThread(() -> client.send(flood));
        timeout(30, () -> protocol.awaitBytes(400));
        assertThat(perIteration).allMatch(n -> n <= 17);
        protocol.transport().abort();
        await(protocol.lost);
      }
    });
  }

  private static final Pattern BUFFERED = Pattern.compile("bufsize=(\\d+)");

  /// What the transport beneath TLS has not sent yet.
  private static int unsent(Transport transport) {
    var found = BUFFERED.matcher(transport.toString());
    assertThat(found.find()).isTrue();
    return Integer.parseInt(found.group(1));
  }

  @Test
  @Tag("slow")
  void answers_thatThePeerDoesNotRead_doNotPileUp() throws Exception {
    run(() -> {
      int rounds = 40;
      int each = 100; // key updates, whose answers are of 27 bytes
      var protocol =
          new Recorder() {
            @Override
            public void connectionMade(Transport transport) {
              super.connectionMade(transport);
              transport.pauseReading();
              try {
                transport
                    .getExtraInfo(ExtraInfo.SOCKET)
                    .setOption(StandardSocketOptions.SO_SNDBUF, SMALL);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
              transport.write(new byte[100_000]); // more than the sockets and the high mark take
              transport.resumeReading();
            }
          };
      try (var server = serve(protocol);
          var client = toThread(() -> new HostileClient(Loopback.port(server)))) {
        await(protocol.made);
        int before = unsent(protocol.transport());
        assertThat(before).isGreaterThan(64 * 1024);
        List<ByteBuffer> floods = new ArrayList<>();
        toThread(() -> {
          for (int i = 0; i < rounds; i++) {
            floods.add(client.keyUpdates(each, true));
          }
        });
        var sending =
            getRunningLoop()
                .runInExecutor(
                    null,
                    () -> {
                      for (var flood : floods) {
                        client.send(flood);
                      }
                      return true;
                    });
        while (protocol.transport().toString().contains(" reading")) {
          assertThat(unsent(protocol.transport())).isLessThan(before + 2000);
          sleep(0);
        }
        assertThat(unsent(protocol.transport())).isLessThan(before + 2000);
        var received = new int[1];
        toThread(() -> { // it reads at last, and all goes on
          while (received[0] < 100_000) {
            received[0] += client.receive();
          }
        });
        var reading =
            getRunningLoop()
                .runInExecutor(
                    null,
                    () -> {
                      while (true) {
                        client.receive();
                      }
                    });
        timeout(30, () -> protocol.awaitBytes(rounds * each));
        await(sending);
        protocol.transport().abort();
        await(protocol.lost);
        jasyncio.Asyncio.wait(List.of(reading)); // for its error
        reading.exception();
      }
    });
  }
}
