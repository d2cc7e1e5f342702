package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.testkit.Garbage.collectUntil;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Logs;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class StreamWriterTest {

  /// Reader, writer and protocol of a connection that is not there.
  private static final class Fixture {
    final StreamReader reader = new StreamReader();
    final StreamReaderProtocol protocol = new StreamReaderProtocol(reader);
    final MemoryTransport transport = new MemoryTransport(getRunningLoop(), protocol);
    final StreamWriter writer = new StreamWriter(transport, protocol, reader);
  }

  // ---- writing ----------------------------------------------------------------------------------

  @Test
  void write_passesTheBytesOn() {
    run(() -> {
      var f = new Fixture();
      f.writer.write(new byte[] {'a', 'b'});
      var buffer = ByteBuffer.wrap("xcdx".getBytes(UTF_8)).position(1).limit(3);
      f.writer.write(buffer);
      assertThat(buffer.hasRemaining()).isFalse();
      f.writer.write("é", UTF_8);
      f.writer.write("ü");
      f.writer.writelines(List.of(new byte[] {'f'}, new byte[] {'g'}));
      assertThat(f.transport.text()).isEqualTo("abcdéüfg");
      f.writer.close();
    });
  }

  @Test
  void transportsMethods_arePassedOn() {
    run(() -> {
      var f = new Fixture();
      assertThat(f.writer.transport()).isSameAs(f.transport);
      assertThat(f.writer.canWriteEof()).isTrue();
      f.writer.writeEof();
      assertThat(f.writer.isClosing()).isFalse();
      assertThat(f.writer.getExtraInfo(ExtraInfo.PEERNAME)).isNull();
      assertThat(f.writer.remoteAddress()).isNull();
      assertThat(f.writer.localAddress()).isNull();
      f.writer.close();
      f.writer.close();
      assertThat(f.writer.isClosing()).isTrue();
      assertThat(f.transport.calls).containsExactly("eof", "close");
      assertThat(f.writer.toString()).startsWith("<StreamWriter transport=").contains(" reader=<");
    });
  }

  @Test
  void transport_ofTheProgramsOwn_thatOnlyWrites_isNotGiven() throws Exception {
    run(() -> {
      var onlyWrites =
          (WriteTransport)
              Proxy.newProxyInstance(
                  WriteTransport.class.getClassLoader(),
                  new Class<?>[] {WriteTransport.class},
                  (proxy, method, arguments) ->
                      switch (method.getName()) {
                        case "isClosing" -> true;
                        case "toString" -> "mine";
                        default -> null;
                      });
      var writer = new StreamWriter(onlyWrites, new FlowControlMixin(), null);
      assertThatThrownBy(writer::transport)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("it is no Transport: mine");
    });
  }

  @Test
  void tryStatement_closes() {
    run(() -> {
      var f = new Fixture();
      try (var writer = f.writer) {
        writer.write("x", UTF_8);
      }
      assertThat(f.transport.isClosing()).isTrue();
      var g = new Fixture();
      try (var connection = new StreamConnection(g.reader, g.writer)) {
        assertThat(connection.writer().isClosing()).isFalse();
      }
      assertThat(g.transport.isClosing()).isTrue();
    });
  }

  @Test
  void startTls_needsAStreamConnection() throws Exception {
    run(() -> {
      var f = new Fixture();
      var writer = new StreamWriter(f.transport, new FlowControlMixin(getRunningLoop()), f.reader);
      var options = TlsOptions.of(SSLContext.getDefault());
      assertThatThrownBy(() -> writer.startTls(options))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("startTls needs a connection with a StreamReaderProtocol");
      f.writer.close();
    });
  }

  // ---- drain ------------------------------------------------------------------------------------

  @Test
  void drain_whileWritingIsNotPaused_doesNotSuspend() throws Exception {
    run(() -> {
      var f = new Fixture();
      boolean[] other = new boolean[1];
      getRunningLoop().callSoon(() -> other[0] = true);
      f.writer.drain();
      assertThat(other[0]).isFalse();
      f.writer.close();
    });
  }

  @Test
  void drain_waitsWhileWritingIsPaused_inSeveralTasks() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var first = createTask(f.writer::drain);
      var second = createTask(f.writer::drain);
      sleep(0);
      sleep(0);
      assertThat(first.done() || second.done()).isFalse();
      f.protocol.resumeWriting();
      first.await();
      second.await();
      f.writer.close();
    });
  }

  @Test
  void drain_thatIsCancelled_leavesTheOthersWaiting() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var first = createTask(f.writer::drain);
      var second = createTask(f.writer::drain);
      sleep(0);
      first.cancel();
      f.protocol.resumeWriting();
      assertThatThrownBy(first::await).isInstanceOf(CancelledError.class);
      second.await();
      f.writer.close();
    });
  }

  @Test
  void drain_thatWaits_getsTheErrorOfTheConnection() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var task = createTask(f.writer::drain);
      sleep(0);
      var error = new IOException("broken pipe");
      f.protocol.connectionLost(error);
      assertThatThrownBy(task::await).isSameAs(error);
      assertThatThrownBy(f.writer::drain).as("as the reader's").isSameAs(error);
      f.writer.close();
    });
  }

  @Test
  void drain_thatWaits_endsQuietlyWhenTheConnectionIsClosed() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var task = createTask(f.writer::drain);
      sleep(0);
      f.protocol.connectionLost(null);
      task.await();
      assertThatThrownBy(f.writer::drain)
          .isInstanceOf(SocketException.class)
          .hasMessage("Connection lost");
      f.writer.close();
    });
  }

  @Test
  void drain_whileClosing_letsTheConnectionEnd_andSaysThatItIsLost() {
    run(() -> {
      var f = new Fixture();
      f.writer.close();
      assertThatThrownBy(f.writer::drain)
          .isInstanceOf(SocketException.class)
          .hasMessage("Connection lost");
      assertThat(f.reader.atEof()).isTrue();
    });
  }

  @Test
  void drain_throwsTheReadersError() {
    run(() -> {
      var f = new Fixture();
      var error = new IllegalStateException("not even an I/O error");
      f.reader.setException(error);
      assertThatThrownBy(f.writer::drain).isSameAs(error);
      f.writer.close();
    });
  }

  @Test
  void drain_withoutReader_works() throws Exception {
    run(() -> {
      var f = new Fixture();
      var writer = new StreamWriter(f.transport, f.protocol, null);
      writer.drain();
      assertThat(writer.toString()).doesNotContain("reader");
      writer.close();
    });
  }

  // ---- waitClosed -------------------------------------------------------------------------------

  @Test
  void waitClosed_waitsForTheEnd() throws Exception {
    run(() -> {
      var f = new Fixture();
      var task = createTask(f.writer::waitClosed);
      sleep(0);
      sleep(0);
      assertThat(task.done()).isFalse();
      f.writer.close();
      task.await();
      f.writer.waitClosed();
    });
  }

  @Test
  void waitClosed_throwsTheErrorOfTheConnection_eachTime() {
    run(() -> {
      var f = new Fixture();
      var task = createTask(f.writer::waitClosed);
      sleep(0);
      var error = new IOException("broken pipe");
      f.protocol.connectionLost(error);
      assertThatThrownBy(task::await).isSameAs(error);
      assertThatThrownBy(f.writer::waitClosed).isSameAs(error);
      f.writer.close();
    });
  }

  @Test
  void waitClosed_thatIsCancelled_canBeCalledAgain() throws Exception {
    run(() -> {
      var f = new Fixture();
      var task = createTask(f.writer::waitClosed);
      sleep(0);
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      f.writer.close();
      f.writer.waitClosed();
    });
  }

  @Test
  void errorThatNobodyAsksFor_isNotReported() {
    try (var logs = Logs.capture()) {
      run(() -> {
        var f = new Fixture();
        f.protocol.connectionLost(new IOException("broken pipe"));
        f.writer.close();
      });
      assertThat(logs.lines()).noneMatch(line -> line.contains("broken pipe"));
    }
  }

  // ---- forgotten --------------------------------------------------------------------------------

  @Test
  void forgottenWriter_closesItsConnection_andSaysSo() {
    try (var logs = Logs.capture()) {
      run(() -> {
        var transport = forget();
        collectUntil(transport::isClosing, () -> sleep(0.005));
        assertThat(logs.lines())
            .anyMatch(line -> line.startsWith("WARNING unclosed <StreamWriter transport="));
      });
    }
  }

  private static MemoryTransport forget() {
    return new Fixture().transport;
  }

  @Test
  void forgottenWriter_isNotClosedWhileItsReaderIsInUse() {
    run(() -> {
      var reader = new StreamReader();
      var transport = readerOnly(reader);
      var task = createTask(() -> reader.read(10));
      for (int i = 0; i < 5; i++) {
        System.gc();
        sleep(0.005);
      }
      assertThat(transport.isClosing()).isFalse();
      reader.feedData(new byte[] {'x'});
      assertThat(task.await()).hasSize(1);
      transport.close();
    });
  }

  private static MemoryTransport readerOnly(StreamReader reader) {
    var protocol = new StreamReaderProtocol(reader);
    var transport = new MemoryTransport(getRunningLoop(), protocol);
    var writer = new StreamWriter(transport, protocol, reader);
    writer.write("x", UTF_8);
    return transport;
  }
}
