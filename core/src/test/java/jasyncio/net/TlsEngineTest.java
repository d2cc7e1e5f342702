package jasyncio.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import jasyncio.internal.net.TlsBuffers;
import jasyncio.internal.net.TlsEngine;
import jasyncio.internal.net.TlsEngine.Progress;
import jasyncio.internal.net.TlsEngines;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Two sides of a TLS connection, in memory.
class TlsEngineTest {
  private static final TestPki.Identity LOCALHOST = TestPki.get().localhost();

  /// One side, with what has come from the other one and what that was.
  private static final class Side {
    final TlsBuffers buffers = new TlsBuffers();
    final TlsEngine tls;
    final ByteArrayOutputStream plain = new ByteArrayOutputStream();
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    boolean established;
    boolean peerClosed;

    Side(TlsProvider provider, boolean server, String version) {
      var options =
          TlsOptions.of(server ? provider.server(LOCALHOST) : provider.client())
              .parameters(p -> p.setProtocols(new String[] {version}));
      tls =
          new TlsEngine(
              server
                  ? TlsEngines.server(options, options.context())
                  : TlsEngines.client(options, options.context(), "localhost", 1),
              buffers);
    }

    void receive(byte[] bytes) throws SSLException {
      var input = ByteBuffer.wrap(bytes);
      var output = ByteBuffer.allocate(40_000);
      while (true) {
        var progress = tls.decrypt(input, output);
        plain.write(output.array(), 0, output.position());
        output.clear();
        established |= progress == Progress.ESTABLISHED;
        peerClosed |= progress == Progress.CLOSED;
        if (progress == Progress.NEEDS_INPUT || progress == Progress.CLOSED) {
          rest = new byte[input.remaining()];
          input.get(rest);
          return;
        }
      }
    }

    byte[] rest = {};

    /// What there is to be sent.
    byte[] take() {
      var output = tls.output();
      var bytes = new byte[output == null ? 0 : output.remaining()];
      if (output != null) {
        output.get(bytes);
        tls.outputSent();
      }
      sent.writeBytes(bytes);
      return bytes;
    }

    /// Encrypts everything.
    byte[] seal(byte[] data) throws SSLException {
      var sealed = new ByteArrayOutputStream();
      for (var bytes = ByteBuffer.wrap(data); bytes.hasRemaining(); ) {
        tls.encrypt(bytes);
        sealed.writeBytes(take());
      }
      return sealed.toByteArray();
    }
  }

  private static Side[] connected(TlsProvider provider, String version) throws SSLException {
    var client = new Side(provider, false, version);
    var server = new Side(provider, true, version);
    server.tls.begin();
    client.tls.begin();
    for (int i = 0; i < 10; i++) {
      server.receive(client.take());
      client.receive(server.take());
    }
    assertThat(client.established).isTrue();
    assertThat(server.established).isTrue();
    return new Side[] {client, server};
  }

  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "CONSCRYPT,TLSv1.2", "CONSCRYPT,TLSv1.3"})
  void bytes_arriveUnchanged(TlsProvider provider, String version) throws SSLException {
    var sides = connected(provider, version);
    for (int size : new int[] {1, 100, 16_384, 16_385, 1_000_000}) {
      var data = new byte[size];
      new Random(size).nextBytes(data);
      for (int i = 0; i < 2; i++) {
        var receiver = sides[1 - i];
        receiver.plain.reset();
        receiver.receive(sides[i].seal(data));
        assertThat(receiver.plain.toByteArray()).isEqualTo(data);
        assertThat(receiver.rest).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "CONSCRYPT,TLSv1.2", "CONSCRYPT,TLSv1.3"})
  void handshake_getsByInSinglePieces(TlsProvider provider, String version) throws SSLException {
    var client = new Side(provider, false, version);
    var server = new Side(provider, true, version);
    server.tls.begin();
    client.tls.begin();
    for (int i = 0; i < 10; i++) {
      drip(client.take(), server);
      drip(server.take(), client);
    }
    assertThat(client.established).isTrue();
    assertThat(server.established).isTrue();
    drip(client.seal("hello".getBytes(UTF_8)), server);
    assertThat(server.plain).hasToString("hello");
  }

  private static void drip(byte[] bytes, Side to) throws SSLException {
    var kept = new ByteArrayOutputStream();
    for (byte b : bytes) {
      kept.write(b);
      to.receive(kept.toByteArray());
      kept.reset();
      kept.writeBytes(to.rest);
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "CONSCRYPT,TLSv1.2", "CONSCRYPT,TLSv1.3"})
  void close_isSeenByThePeer(TlsProvider provider, String version) throws SSLException {
    var sides = connected(provider, version);
    var last = new ByteArrayOutputStream();
    last.writeBytes(sides[0].seal("bye".getBytes(UTF_8)));
    sides[0].tls.close();
    last.writeBytes(sides[0].take());
    sides[1].receive(last.toByteArray());
    assertThat(sides[1].plain).hasToString("bye");
    assertThat(sides[1].peerClosed).isTrue();
    assertThat(sides[0].tls.isOutboundClosed()).isTrue();
    sides[1].tls.close();
    sides[0].receive(sides[1].take());
    assertThat(sides[0].peerClosed).isTrue();
    assertThat(sides[0].tls.output()).isNull();
    sides[0].tls.encrypt(ByteBuffer.wrap(new byte[1]));
    assertThat(sides[0].take()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void changedByte_isAnErrorBehindWhatWasGood(TlsProvider provider) throws SSLException {
    var sides = connected(provider, "TLSv1.3");
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(sides[0].seal("good".getBytes(UTF_8)));
    var bad = sides[0].seal("bad".getBytes(UTF_8));
    bad[10] ^= 1;
    bytes.writeBytes(bad);
    var plain = ByteBuffer.allocate(40_000);
    assertThatThrownBy(() -> sides[1].tls.decrypt(ByteBuffer.wrap(bytes.toByteArray()), plain))
        .isInstanceOf(SSLException.class);
    assertThat(new String(plain.array(), 0, plain.position(), UTF_8)).isEqualTo("good");
    sides[1].tls.alert();
    var alert = sides[1].take();
    if (provider == TlsProvider.JDK) { // Conscrypt's engine just stops
      assertThatThrownBy(() -> sides[0].receive(alert)).isInstanceOf(SSLException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void garbage_isAnErrorThatThePeerIsToldOf(TlsProvider provider) throws SSLException {
    var server = new Side(provider, true, "TLSv1.3");
    server.tls.begin();
    var failure =
        catchThrowable(() -> server.receive("GET / HTTP/1.1\r\n\r\n".repeat(10).getBytes(UTF_8)));
    assertThat(failure).isInstanceOf(SSLException.class);
    server.tls.alert(); // says something, or nothing, and ends
  }

  @ParameterizedTest
  @EnumSource
  void smallPlainBuffer_takesTurns(TlsProvider provider) throws SSLException {
    var sides = connected(provider, "TLSv1.3");
    var data = new byte[100_000];
    new Random(1).nextBytes(data);
    var input = ByteBuffer.wrap(sides[0].seal(data));
    var plain = ByteBuffer.allocate(17_000); // for one record alone
    var all = new ByteArrayOutputStream();
    int turns = 0;
    while (sides[1].tls.decrypt(input, plain) == Progress.PLAIN_FULL) {
      all.write(plain.array(), 0, plain.position());
      plain.clear();
      turns++;
    }
    all.write(plain.array(), 0, plain.position());
    assertThat(all.toByteArray()).isEqualTo(data);
    assertThat(turns).isGreaterThanOrEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource
  void idleSide_holdsNoBuffers(TlsProvider provider) throws SSLException {
    var sides = connected(provider, "TLSv1.3");
    for (var side : sides) {
      var output = side.buffers.output.peek();
      side.seal("hello".getBytes(UTF_8));
      assertThat(side.buffers.output.peek()).isSameAs(output);
    }
  }
}
