package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Action;
import jasyncio.BlockingPolicy;
import jasyncio.CancelledError;
import jasyncio.RunOptions;
import jasyncio.Runtimes;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.Pipe;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Protocols whose callbacks block under policy SWITCH, while the loop goes on.
@Runtimes.ScheduledOnly
@ExtendWith(OpenSockets.class)
@Timeout(600)
class BlockingCallbacksTest {
  private static final TlsOptions SERVER_TLS =
      TlsOptions.of(TlsProvider.JDK.server(TestPki.get().localhost()));
  private static final TlsOptions CLIENT_TLS = TlsOptions.of(TlsProvider.JDK.client());

  private static void runSwitching(Action<?> main) throws Exception {
    run(main, RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
  }

  /// Where a callback blocks until it is let go.
  private static final class Gate {
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile boolean reached;

    void pass() {
      reached = true;
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    /// Suspends.
    void awaitReached() {
      while (!reached) {
        sleep(0.001);
      }
    }

    void open() {
      open.countDown();
    }
  }

  /// Lets the loop look at its channels several times. Suspends.
  private static void iterations() {
    for (int i = 0; i < 5; i++) {
      sleep(0.001);
    }
  }

  private static final class SlowReader extends Recorder {
    final Gate data = new Gate();
    final Gate end = new Gate();

    @Override
    public void dataReceived(byte[] bytes) {
      calls.add("begin");
      data.pass();
      super.dataReceived(bytes);
    }

    @Override
    public boolean eofReceived() {
      super.eofReceived();
      end.pass();
      return false;
    }
  }

  @Test
  void socket_givesTheNextPieceWhenTheCallbackHasReturned() throws Exception {
    runSwitching(() -> {
      var slow = new SlowReader();
      try (var pair = Loopback.open(new Recorder(), slow)) {
        pair.client().write("one");
        slow.data.awaitReached();
        pair.client().write("two");
        iterations();
        assertThat(slow.calls).containsExactly("made", "begin");
        assertThat(slow.received()).isEmpty();
        slow.data.open();
        slow.awaitBytes(6);
        assertThat(slow.text()).isEqualTo("onetwo");

        pair.client().transport().close();
        slow.end.awaitReached();
        iterations();
        slow.end.open();
        await(slow.lost);
        assertThat(slow.calls)
            .containsExactly("made", "begin", "data", "begin", "data", "eof", "lost");
      }
    });
  }

  @Test
  void pipe_givesTheNextPieceWhenTheCallbackHasReturned() throws Exception {
    runSwitching(() -> {
      var slow = new SlowReader();
      slow.end.open();
      var pipe = Pipe.open();
      Pipes.connectReadPipe(() -> slow, pipe.source());
      var writer = Pipes.connectWritePipe(Recorder::new, pipe.sink()).protocol();
      writer.write("one");
      slow.data.awaitReached();
      writer.write("two");
      iterations();
      assertThat(slow.calls).containsExactly("made", "begin");
      slow.data.open();
      slow.awaitBytes(6);
      writer.transport().close();
      await(slow.lost);
      assertThat(slow.text()).isEqualTo("onetwo");
    });
  }

  @Test
  void datagrams_areGivenWhenTheCallbackHasReturned() throws Exception {
    runSwitching(() -> {
      var gate = new Gate();
      var slow =
          new DatagramRecorder() {
            @Override
            public void datagramReceived(byte[] data, SocketAddress from) {
              calls.add("begin");
              gate.pass();
              super.datagramReceived(data, from);
            }
          };
      Datagrams.createDatagramEndpoint(() -> slow, DatagramOptions.local(Loopback.HOST, 0));
      var sender = DatagramRecorder.bound();
      sender.send("one", slow);
      sender.send("two", slow);
      gate.awaitReached();
      iterations();
      assertThat(slow.calls).containsExactly("made", "begin");
      gate.open();
      slow.awaitDatagrams(2);
      assertThat(slow.texts()).containsExactly("one", "two");
      slow.end();
      sender.end();
    });
  }

  // ---- TLS --------------------------------------------------------------------------------------

  private static Recorder connect(Server server, TlsOptions tls) throws IOException {
    return Transports.createConnection(
            Recorder::new, "localhost", Loopback.port(server), ConnectOptions.defaults().tls(tls))
        .protocol();
  }

  @Test
  void tls_sendsWhatOthersWriteWhileACallbackBlocks() throws Exception {
    runSwitching(() -> {
      var slow = new SlowReader();
      slow.end.open();
      try (var server =
          Transports.createServer(
              () -> slow, Loopback.HOST, 0, ServerOptions.defaults().tls(SERVER_TLS))) {
        var client = connect(server, CLIENT_TLS);
        client.write("question");
        slow.data.awaitReached();
        slow.write("somebody else's answer");
        client.awaitBytes(22); // the callback still blocks
        assertThat(client.text()).isEqualTo("somebody else's answer");
        client.write(", more");
        iterations();
        assertThat(slow.calls).containsExactly("made", "begin");
        slow.data.open();
        slow.awaitBytes(14);
        assertThat(slow.text()).isEqualTo("question, more");
        client.transport().close();
        assertThat(await(client.lost)).isNull();
        assertThat(await(slow.lost)).isNull();
      }
    });
  }

  /// Trusts everybody, in its own time.
  private static final class SlowTrust extends X509ExtendedTrustManager {
    final Gate gate = new Gate();

    SSLContext context() throws GeneralSecurityException {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {this}, null);
      return context;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      gate.pass();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

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

  @Test
  void handshake_waitsForTheTrustManager() throws Exception {
    runSwitching(() -> {
      var trust = new SlowTrust();
      var peer = new Recorder();
      try (var server =
          Transports.createServer(
              () -> peer, Loopback.HOST, 0, ServerOptions.defaults().tls(SERVER_TLS))) {
        var connecting = createTask(() -> connect(server, TlsOptions.of(trust.context())));
        trust.gate.awaitReached();
        iterations();
        assertThat(connecting.done()).isFalse();
        trust.gate.open();
        var client = await(connecting);
        client.write("hello");
        await(peer.made);
        peer.awaitBytes(5);
        client.transport().abort();
        await(peer.lost);
      }
    });
  }

  @Test
  void connectionLostDuringTheHandshake_staysLost() throws Exception {
    runSwitching(() -> {
      var trust = new SlowTrust();
      var client = new Recorder();
      try (var server =
          Transports.createServer(
              Recorder::new, Loopback.HOST, 0, ServerOptions.defaults().tls(SERVER_TLS))) {
        var options = ConnectOptions.defaults().tls(trust.context());
        int port = Loopback.port(server);
        var connecting =
            createTask(() -> Transports.createConnection(() -> client, "localhost", port, options));
        trust.gate.awaitReached();
        connecting.cancel();
        assertThatThrownBy(() -> await(connecting)).isInstanceOf(CancelledError.class);
        iterations();
        trust.gate.open();
        iterations();
        assertThat(client.calls).isEmpty();
      }
    });
  }
}
