package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.net.BaseProtocol;
import jasyncio.net.ConnectOptions;
import jasyncio.net.ExtraInfo;
import jasyncio.net.ServerOptions;
import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamReaderProtocol;
import jasyncio.net.StreamWriter;
import jasyncio.net.Streams;
import jasyncio.net.TlsOptions;
import jasyncio.net.Transport;
import jasyncio.net.WriteBufferLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

@Tag("slow")
class StreamContractTest {
  private final List<StreamPair> kept = new ArrayList<>(); // who is forgotten is closed

  @TestFactory
  Stream<DynamicTest> memoryPair() {
    return StreamContract.tests(() -> MemoryStreams.pair());
  }

  @TestFactory
  Stream<DynamicTest> memoryPairWithSmallBuffers() {
    return StreamContract.tests(() -> MemoryStreams.pair(1));
  }

  @TestFactory
  Stream<DynamicTest> lockstepPair() {
    return StreamContract.tests(() -> MemoryStreams.lockstepPair());
  }

  @Test
  void check_memoryPair_passes() {
    StreamContract.check(() -> MemoryStreams.pair());
  }

  @Test
  void check_ofWhatCannotBeMadeHere_isCalledOff() {
    assertThatExceptionOfType(TestAbortedException.class)
        .isThrownBy(() ->
            StreamContract.check(() -> {
              assumeTrue(false);
              return MemoryStreams.pair();
            }));
  }

  // ---- connections over sockets -----------------------------------------------------------------

  private static StreamPair connect(ServerOptions serverOptions, ConnectOptions clientOptions)
      throws IOException {
    var accepted = getRunningLoop().<StreamConnection>createFuture();
    try (var server =
        Streams.startServer(
            (reader, writer) -> accepted.setResult(new StreamConnection(reader, writer)),
            "127.0.0.1",
            0,
            serverOptions)) {
      var client = Streams.openConnection("127.0.0.1", server.port(), clientOptions);
      return new StreamPair(client, await(accepted));
    }
  }

  @Nested
  class OverSockets {
    @TestFactory
    Stream<DynamicTest> tcp() {
      return StreamContract.tests(
          () -> connect(ServerOptions.defaults(), ConnectOptions.defaults()));
    }

    @TestFactory
    Stream<DynamicTest> tls(@TempDir Path directory) throws Exception {
      var context = selfSigned(directory);
      return StreamContract.tests(() ->
          connect(
              ServerOptions.defaults().tls(context),
              ConnectOptions.defaults().tls(TlsOptions.of(context).serverHostname("localhost"))));
    }
  }

  private static SSLContext selfSigned(Path directory) throws Exception {
    var file = directory.resolve("keys.p12");
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var process =
        new ProcessBuilder(
                (keytool
                        + " -genkeypair -alias a -keyalg EC -dname CN=localhost -ext san=dns:localhost"
                        + " -storetype PKCS12 -storepass secret -keystore "
                        + file)
                    .split(" "))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    var keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      keys.load(in, "secret".toCharArray());
    }
    var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, "secret".toCharArray());
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(keys);
    var context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  // ---- planted faults ---------------------------------------------------------------------------

  @Test
  void drainThatNeverWaits_isFound() {
    assertThatThrownBy(() ->
            StreamContract.check(() -> {
              var pair = MemoryStreams.pair();
              pair.left().writer().transport().setWriteBufferLimits(Integer.MAX_VALUE);
              return pair;
            }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("rules are broken:")
        .hasMessageContaining("- rule 'drain waits for who does not read': drain() has not waited")
        .hasMessageNotContaining("right to left");
  }

  @Test
  void lastBytesLostAtClose_isFound() {
    class Hasty extends Delegate {
      Hasty(Transport inner) {
        super(inner);
      }

      @Override
      public void close() {
        if (getWriteBufferSize() > 0) {
          abort();
        } else {
          super.close();
        }
      }
    }

    assertThat(broken(Hasty::new)).containsExactly("what is written before close arrives");
  }

  @Test
  void endThatIsNotSent_isFound() {
    class Endless extends Delegate {
      Endless(Transport inner) {
        super(inner);
      }

      @Override
      public void writeEof() {}
    }

    assertThat(broken(Endless::new)).contains("writeEof ends one direction alone");
  }

  @Test
  void bytesThatChangePlaces_areFound() {
    class Shuffling extends Delegate {
      Shuffling(Transport inner) {
        super(inner);
      }

      @Override
      public void writelines(List<byte[]> pieces) {
        super.writelines(pieces.reversed());
      }
    }

    assertThat(broken(Shuffling::new)).containsExactly("bytes arrive whole and in order");
  }

  @Test
  void somethingLeftBehind_isFound() {
    assertThatThrownBy(() ->
            StreamContract.check(() -> {
              getRunningLoop().callLater(3600, () -> {});
              return MemoryStreams.pair();
            }))
        .hasMessageContaining("a timer is left");
  }

  /// Which rules are broken if the left end writes through another transport.
  private List<String> broken(java.util.function.UnaryOperator<Transport> change) {
    return StreamContract.tests(
            () -> {
              var pair = MemoryStreams.pair();
              kept.add(pair);
              var left = pair.left();
              var reader = new StreamReader();
              var protocol = new StreamReaderProtocol(reader);
              left.writer().transport().setProtocol(protocol);
              var transport = change.apply(left.writer().transport());
              reader.setTransport(transport);
              var writer = new StreamWriter(transport, protocol, reader);
              return new StreamPair(new StreamConnection(reader, writer), pair.right());
            })
        .filter(StreamContractTest::fails)
        .map(DynamicTest::getDisplayName)
        .filter(name -> !name.contains("right to left"))
        .toList();
  }

  private static boolean fails(DynamicTest test) {
    try {
      test.getExecutable().execute();
      return false;
    } catch (Throwable e) {
      return true;
    }
  }

  /// A transport that does what another one does.
  private static class Delegate implements Transport {
    private final Transport inner;

    Delegate(Transport inner) {
      this.inner = inner;
    }

    @Override
    public boolean isReading() {
      return inner.isReading();
    }

    @Override
    public void pauseReading() {
      inner.pauseReading();
    }

    @Override
    public void resumeReading() {
      inner.resumeReading();
    }

    @Override
    public void write(ByteBuffer data) {
      inner.write(data);
    }

    @Override
    public void writelines(List<byte[]> pieces) {
      inner.writelines(pieces);
    }

    @Override
    public void writeEof() {
      inner.writeEof();
    }

    @Override
    public boolean canWriteEof() {
      return inner.canWriteEof();
    }

    @Override
    public void abort() {
      inner.abort();
    }

    @Override
    public int getWriteBufferSize() {
      return inner.getWriteBufferSize();
    }

    @Override
    public WriteBufferLimits getWriteBufferLimits() {
      return inner.getWriteBufferLimits();
    }

    @Override
    public void setWriteBufferLimits(int high, int low) {
      inner.setWriteBufferLimits(high, low);
    }

    @Override
    public void close() {
      inner.close();
    }

    @Override
    public boolean isClosing() {
      return inner.isClosing();
    }

    @Override
    public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
      return inner.getExtraInfo(info);
    }

    @Override
    public void setProtocol(BaseProtocol protocol) {
      inner.setProtocol(protocol);
    }

    @Override
    public BaseProtocol getProtocol() {
      return inner.getProtocol();
    }
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void check_inALoop_refused() {
    run(() ->
        assertThatThrownBy(() -> StreamContract.check(() -> MemoryStreams.pair()))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("plain @Test"));
  }

  @Test
  void check_makerFails_isToldOf() {
    assertThatThrownBy(() ->
            StreamContract.check(() -> {
              throw new IOException("no network");
            }))
        .hasMessage("no pair of streams was made: java.io.IOException: no network")
        .hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  void check_makerGivesNone_isToldOf() {
    assertThatThrownBy(() -> StreamContract.check(() -> null))
        .isInstanceOf(AssertionError.class)
        .hasMessageEndingWith("the maker gave none");
  }
}
