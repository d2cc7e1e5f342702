package jasyncio.testing;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.testing.Checkpoints.assertDoesNotSuspend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Task;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MemoryStreamsTest {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static void turns(int count) {
    for (int i = 0; i < count; i++) {
      sleep(0);
    }
  }

  // ---- the plain pair ---------------------------------------------------------------------------

  @AsyncTest
  void write_bothWays_comes() throws Exception {
    try (var pair = MemoryStreams.pair()) {
      pair.left().writer().write("hello\n");
      assertThat(pair.right().reader().readLine()).isEqualTo("hello");
      pair.right().writer().writelines(List.of(bytes("a"), bytes("b"), bytes("")));
      assertThat(text(pair.left().reader().readexactly(2))).isEqualTo("ab");
    }
  }

  @AsyncTest
  void write_bufferUsedAgain_bytesAreThoseWritten() throws Exception {
    try (var pair = MemoryStreams.pair()) {
      var buffer = ByteBuffer.wrap(bytes("abc"));
      pair.left().writer().write(buffer);
      assertThat(buffer.hasRemaining()).isFalse();
      buffer.array()[0] = 'x';
      assertThat(text(pair.right().reader().read(10))).isEqualTo("abc");
    }
  }

  @AsyncTest
  void write_comesInALaterTurn() throws Exception {
    try (var pair = MemoryStreams.pair()) {
      pair.left().writer().write("a");
      assertThat(pair.left().writer().transport().getWriteBufferSize()).isEqualTo(1);
      sleep(0);
      assertThat(pair.left().writer().transport().getWriteBufferSize()).isZero();
      assertThat(assertDoesNotSuspend(() -> pair.right().reader().read(10))).hasSize(1);
    }
  }

  @AsyncTest
  void drain_aboveHighWaterMark_waitsUntilPeerHasRead() throws Exception {
    try (var pair = MemoryStreams.pair(10)) {
      var writer = pair.left().writer();
      writer.write(new byte[21]); // is read ahead, and then the reader pauses
      writer.drain();
      turns(2);
      writer.write(new byte[10]);
      assertDoesNotSuspend(writer::drain);
      writer.write(new byte[1]);
      var drained = createTask(writer::drain);
      turns(5);
      assertThat(drained.done()).isFalse();
      pair.right().reader().readexactly(20);
      drained.await();
      assertThat(pair.right().reader().readexactly(12)).hasSize(12);
    }
  }

  @AsyncTest
  void drain_cancelled_leavesConnectionAlone() throws Exception {
    try (var pair = MemoryStreams.pair(1)) {
      pair.left().writer().write(new byte[10]);
      sleep(0);
      pair.left().writer().write(new byte[10]);
      var drained = createTask(pair.left().writer()::drain);
      sleep(0);
      drained.cancel();
      assertThatThrownBy(drained::await).isInstanceOf(CancelledError.class);
      assertThat(pair.right().reader().readexactly(20)).hasSize(20);
    }
  }

  @AsyncTest
  void writeEof_closesOneDirection() throws Exception {
    try (var pair = MemoryStreams.pair()) {
      var left = pair.left();
      left.writer().write("last");
      left.writer().writeEof();
      assertThat(text(pair.right().reader().read())).isEqualTo("last");
      assertThat(pair.right().reader().atEof()).isTrue();
      assertThatThrownBy(() -> left.writer().write("more"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Cannot call write() after writeEof()");
      pair.right().writer().write("answer\n");
      assertThat(left.reader().readLine()).isEqualTo("answer");
      assertThat(left.writer().isClosing()).isFalse();
    }
  }

  @AsyncTest
  void close_bytesOnTheirWay_comeBeforeTheEnd() throws Exception {
    try (var pair = MemoryStreams.pair(1)) {
      pair.left().writer().write("abcdef");
      sleep(0); // is read ahead, and then the reader pauses
      pair.left().writer().write("ghi");
      pair.left().writer().close();
      var closed = createTask(() -> pair.left().writer().waitClosed());
      turns(3);
      assertThat(closed.done()).isFalse();
      assertThat(text(pair.right().reader().read())).isEqualTo("abcdefghi");
      closed.await();
      assertThat(pair.right().writer().isClosing()).isFalse();
    }
  }

  @AsyncTest
  void close_nothingOnItsWay_isOverSoon() throws Exception {
    var pair = MemoryStreams.pair();
    var waiting = createTask(() -> pair.right().reader().read(1));
    sleep(0);
    pair.left().close();
    pair.left().writer().waitClosed();
    assertThat(waiting.await()).isEmpty();
    assertThat(pair.left().reader().read(1)).isEmpty();
    pair.right().close();
    pair.right().writer().waitClosed();
  }

  @AsyncTest
  void close_peerWrites_isReset() throws Exception {
    var pair = MemoryStreams.pair();
    pair.left().close();
    turns(2);
    pair.right().writer().write("too late");
    assertThatThrownBy(() -> pair.right().writer().drain()).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> pair.right().writer().waitClosed()).hasMessage("Connection reset");
  }

  @AsyncTest
  void close_peerHasBytesOnTheirWay_isResetAfterTheLastOnes() throws Exception {
    var pair = MemoryStreams.pair(1);
    pair.right().writer().write(new byte[5]);
    sleep(0); // is read ahead, and then the reader pauses
    pair.right().writer().write(new byte[5]);
    pair.left().writer().write("last");
    pair.left().close();
    assertThat(text(pair.right().reader().read(10))).isEqualTo("last");
    assertThatThrownBy(() -> pair.right().writer().waitClosed())
        .isInstanceOf(SocketException.class)
        .hasMessage("Connection reset");
  }

  @AsyncTest
  void abort_peerSeesReset() throws Exception {
    var pair = MemoryStreams.pair();
    pair.left().writer().write("dropped");
    var reading = createTask(() -> pair.right().reader().read(10));
    var waiting = createTask(() -> pair.left().reader().read(10));
    pair.left().writer().transport().abort();
    assertThatThrownBy(reading::await)
        .isInstanceOf(SocketException.class)
        .hasMessage("Connection reset");
    assertThat(waiting.await()).isEmpty();
    pair.left().writer().waitClosed();
    assertThatThrownBy(() -> pair.right().writer().waitClosed())
        .isInstanceOf(SocketException.class);
  }

  @AsyncTest
  void write_afterClose_isDropped() throws Exception {
    var pair = MemoryStreams.pair();
    pair.close();
    pair.left().writer().write("nobody");
    assertThatThrownBy(() -> pair.left().writer().drain()).isInstanceOf(IOException.class);
    pair.close();
  }

  @AsyncTest
  void getExtraInfo_addresses_areEachOthers() {
    try (var pair = MemoryStreams.pair()) {
      var left = pair.left().writer();
      assertThat(left.remoteAddress()).isEqualTo(pair.right().writer().localAddress());
      assertThat(pair.right().writer().remoteAddress()).isEqualTo(left.localAddress());
      assertThat(left.localAddress()).isNotEqualTo(left.remoteAddress());
      assertThat(left.getExtraInfo(ExtraInfo.SOCKET)).isNull();
    }
  }

  @AsyncTest
  void transport_describesItself() {
    var pair = MemoryStreams.pair();
    pair.left().writer().write("abc");
    assertThat(pair.left().writer().transport())
        .hasToString("<MemoryTransport open reading bufsize=3>");
    pair.left().close();
    assertThat(pair.left().writer().transport()).hasToString("<MemoryTransport closing bufsize=3>");
    sleep(0);
    assertThat(pair.left().writer().transport()).hasToString("<MemoryTransport lost bufsize=0>");
    pair.right().close();
  }

  @AsyncTest
  void setProtocol_anotherTakesOver_hearsTheRest() {
    var pair = MemoryStreams.pair();
    var heard = new ArrayList<String>();
    pair.right()
        .writer()
        .transport()
        .setProtocol(
            new Protocol() {
              @Override
              public void dataReceived(byte[] data) {
                heard.add(text(data));
              }

              @Override
              public void connectionLost(Throwable exception) {
                heard.add("lost " + exception);
              }
            });
    pair.left().writer().write("abc");
    pair.left().close();
    turns(4);
    assertThat(heard).containsExactly("abc", "lost null"); // its eofReceived says so
  }

  @AsyncTest
  void dataReceived_throws_isReportedAndEndsTheConnection() {
    var pair = MemoryStreams.pair();
    var reports = new ArrayList<Object>();
    jasyncio.Asyncio.getRunningLoop()
        .setExceptionHandler((_, error) -> reports.add(Objects.requireNonNull(error.exception())));
    var broken = new IllegalStateException("broken");
    pair.right()
        .writer()
        .transport()
        .setProtocol(
            new Protocol() {
              @Override
              public void dataReceived(byte[] data) {
                throw broken;
              }
            });
    pair.left().writer().write("abc");
    assertThatThrownBy(() -> pair.left().reader().read(1)).isInstanceOf(SocketException.class);
    assertThat(reports).containsExactly(broken);
  }

  @Test
  void close_afterTheLoop_hasNoEffect() {
    var pair = run(() -> MemoryStreams.pair());
    pair.close();
    pair.left().writer().transport().abort();
  }

  // ---- the lockstep pair ------------------------------------------------------------------------

  @AsyncTest
  void lockstep_write_isTakenOnlyByARead() throws Exception {
    try (var pair = MemoryStreams.lockstepPair()) {
      var writer = pair.left().writer();
      writer.write("a");
      var drained = createTask(writer::drain);
      turns(5);
      assertThat(drained.done()).isFalse();
      assertThat(text(pair.right().reader().read(10))).isEqualTo("a");
      drained.await();
    }
  }

  @AsyncTest
  void lockstep_severalWrites_oneEachTime() throws Exception {
    try (var pair = MemoryStreams.lockstepPair()) {
      var writer = pair.left().writer();
      writer.write("ab");
      writer.write("c");
      var reader = pair.right().reader();
      assertThat(text(reader.read(10))).isEqualTo("ab");
      turns(3);
      assertThat(writer.transport().getWriteBufferSize()).isEqualTo(1);
      assertThat(text(reader.read(10))).isEqualTo("c");
      writer.write("d");
      writer.write("ef");
      assertThat(text(reader.readexactly(2))).isEqualTo("de");
      assertThat(text(reader.read(1))).isEqualTo("f");
    }
  }

  @AsyncTest
  void lockstep_cancelledRead_takesNothing() throws Exception {
    try (var pair = MemoryStreams.lockstepPair()) {
      Task<byte[]> read = createTask(() -> pair.right().reader().read(10));
      turns(2);
      read.cancel();
      turns(2);
      pair.left().writer().write("a");
      turns(3);
      assertThat(pair.left().writer().transport().getWriteBufferSize()).isEqualTo(1);
      assertThat(text(pair.right().reader().read(10))).isEqualTo("a");
    }
  }

  @AsyncTest
  void lockstep_end_isSeenByReading() throws Exception {
    try (var pair = MemoryStreams.lockstepPair()) {
      pair.left().writer().write("last");
      pair.left().writer().close();
      turns(3);
      assertThat(pair.right().reader().atEof()).isFalse();
      assertThat(text(pair.right().reader().read())).isEqualTo("last");
      assertThat(pair.right().reader().atEof()).isTrue();
      pair.left().writer().waitClosed();
    }
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void pair_noLoop_refused() {
    assertThatThrownBy(MemoryStreams::pair).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pair_limitNotPositive_refused() {
    run(() ->
        assertThatThrownBy(() -> MemoryStreams.pair(0))
            .isInstanceOf(IllegalArgumentException.class));
  }
}
