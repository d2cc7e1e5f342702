package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class StreamReaderTest {
  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private static StreamReader readerOf(String... pieces) {
    var reader = new StreamReader();
    for (var piece : pieces) {
      reader.feedData(bytes(piece));
    }
    return reader;
  }

  private static StreamReader ended(String... pieces) {
    var reader = readerOf(pieces);
    reader.feedEof();
    return reader;
  }

  private static StreamReader limited(int limit, String... pieces) {
    var reader = new StreamReader(limit);
    for (var piece : pieces) {
      reader.feedData(bytes(piece));
    }
    return reader;
  }

  /// Feeds a piece in each of the coming iterations.
  private static void feedLater(StreamReader reader, String... pieces) {
    createTask(() -> {
      for (var piece : pieces) {
        sleep(0);
        reader.feedData(bytes(piece));
      }
    });
  }

  private static void feedEofLater(StreamReader reader) {
    createTask(() -> {
      sleep(0);
      reader.feedEof();
    });
  }

  // ---- read -------------------------------------------------------------------------------------

  @Test
  void read_givesWhatIsThere_butNotMoreThanWasAsked() throws Exception {
    run(() -> {
      var reader = readerOf("hello ", "world");
      assertThat(text(reader.read(7))).isEqualTo("hello w");
      assertThat(text(reader.read(100))).isEqualTo("orld");
    });
  }

  @Test
  void read_ofNothing_doesNotWait() throws Exception {
    run(() -> {
      assertThat(readerOf().read(0)).isEmpty();
      assertThat(readerOf().read(ByteBuffer.allocate(0))).isZero();
    });
  }

  @Test
  void read_waitsForTheFirstByte() throws Exception {
    run(() -> {
      var reader = readerOf();
      feedLater(reader, "a", "b");
      assertThat(text(reader.read(100))).isEqualTo("a");
    });
  }

  @Test
  void read_atTheEnd_givesNothing() throws Exception {
    run(() -> {
      var reader = ended("x");
      assertThat(reader.atEof()).isFalse();
      assertThat(text(reader.read(100))).isEqualTo("x");
      assertThat(reader.atEof()).isTrue();
      assertThat(reader.read(100)).isEmpty();
      assertThat(reader.read()).isEmpty();
    });
  }

  @Test
  void read_withoutNumber_waitsForTheEnd() throws Exception {
    run(() -> {
      for (int n : new int[] {-1, -5}) {
        var reader = limited(2, "a");
        feedLater(reader, "bcdef", "ghijkl");
        createTask(() -> {
          sleep(0);
          sleep(0);
          sleep(0);
          reader.feedEof();
        });
        assertThat(text(n == -1 ? reader.read() : reader.read(n))).isEqualTo("abcdefghijkl");
      }
    });
  }

  @Test
  void read_intoABuffer_fillsWhatFits() throws Exception {
    run(() -> {
      var reader = readerOf("hello");
      var buffer = ByteBuffer.allocateDirect(4);
      buffer.position(1);
      assertThat(reader.read(buffer)).isEqualTo(3);
      assertThat(buffer.hasRemaining()).isFalse();
      buffer.clear();
      assertThat(reader.read(buffer)).isEqualTo(2);
      assertThat(text(new byte[] {buffer.get(0), buffer.get(1)})).isEqualTo("lo");
      feedEofLater(reader);
      assertThat(reader.read(buffer)).isEqualTo(-1);
    });
  }

  @Test
  void read_ofAllThatCameAtOnce_handsOutTheBytesWithoutSharingThem() throws Exception {
    run(() -> {
      var data = bytes("abc");
      var reader = new StreamReader();
      reader.feedData(data);
      var read = reader.read(3);
      reader.feedData(bytes("xyz"));
      assertThat(text(read)).isEqualTo("abc");
      assertThat(text(data)).isEqualTo("abc");
    });
  }

  @Test
  void feedData_takesABufferUpToItsLimit() throws Exception {
    run(() -> {
      var data = ByteBuffer.allocateDirect(10).put(bytes("0123456789")).position(2).limit(5);
      var reader = new StreamReader();
      reader.feedData(data);
      assertThat(data.position()).isEqualTo(5);
      assertThat(text(reader.read(100))).isEqualTo("234");
    });
  }

  // ---- readexactly ------------------------------------------------------------------------------

  @Test
  void readexactly_waitsForAll_andLeavesTheRest() throws Exception {
    run(() -> {
      var reader = readerOf("ab");
      feedLater(reader, "cd", "efg");
      assertThat(text(reader.readexactly(5))).isEqualTo("abcde");
      assertThat(text(reader.read(100))).isEqualTo("fg");
      assertThat(reader.readexactly(0)).isEmpty();
    });
  }

  @Test
  void readexactly_atAnEarlyEnd_hasWhatThereWas_andTheReaderIsEmpty() {
    run(() -> {
      var reader = readerOf("abc");
      feedEofLater(reader);
      var e = catchThrowableOfType(IncompleteReadException.class, () -> reader.readexactly(5));
      assertThat(e).hasMessage("3 bytes read on a total of 5 expected bytes");
      assertThat(text(e.partial())).isEqualTo("abc");
      assertThat(e.expected()).isEqualTo(OptionalInt.of(5));
      assertThat(reader.atEof()).isTrue();
    });
  }

  @Test
  void readexactly_ofANegativeNumber_isWrong() {
    run(() ->
        assertThatThrownBy(() -> readerOf().readexactly(-1))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("readexactly size can not be less than zero"));
  }

  // ---- readline ---------------------------------------------------------------------------------

  @Test
  void readline_givesTheLineWithItsNewline() throws Exception {
    run(() -> {
      var reader = readerOf("one\ntw", "o\n\nrest");
      assertThat(text(reader.readline())).isEqualTo("one\n");
      assertThat(text(reader.readline())).isEqualTo("two\n");
      assertThat(text(reader.readline())).isEqualTo("\n");
      feedEofLater(reader);
      assertThat(text(reader.readline())).isEqualTo("rest");
      assertThat(reader.readline()).isEmpty();
    });
  }

  @Test
  void readline_overTheLimit_withItsNewline_dropsTheLine() throws Exception {
    run(() -> {
      var reader = limited(3, "abcde\nok\n");
      var e = catchThrowableOfType(LimitOverrunException.class, reader::readline);
      assertThat(e).hasMessage("Separator is found, but chunk is longer than limit");
      assertThat(e.consumed()).isEqualTo(5);
      assertThat(text(reader.readline())).isEqualTo("ok\n");
    });
  }

  @Test
  void readline_overTheLimit_withoutNewline_dropsAll() throws Exception {
    run(() -> {
      var reader = limited(3, "abcde");
      var e = catchThrowableOfType(LimitOverrunException.class, reader::readline);
      assertThat(e).hasMessage("Separator is not found, and chunk exceed the limit");
      assertThat(e.consumed()).isEqualTo(5);
      feedLater(reader, "f\ng\n");
      assertThat(text(reader.readline())).isEqualTo("f\n");
    });
  }

  @Test
  void readline_atTheLimit_isFine() throws Exception {
    run(() -> assertThat(text(limited(3, "abc\n").readline())).isEqualTo("abc\n"));
  }

  @Test
  void readline_withALimitOfItsOwn_counts() throws Exception {
    run(() -> {
      assertThat(text(limited(3, "abcdef\n").readline(6))).isEqualTo("abcdef\n");
      assertThatThrownBy(() -> readerOf("abcdef\n").readline(5))
          .isInstanceOf(LimitOverrunException.class);
      assertThatThrownBy(() -> readerOf().readline(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Limit cannot be <= 0");
    });
  }

  @Test
  void readLine_decodes() throws Exception {
    run(() -> {
      var reader = new StreamReader();
      reader.feedData("größe\n".getBytes(UTF_8));
      reader.feedData("größe\n".getBytes(Charset.forName("windows-1252")));
      reader.feedEof();
      assertThat(reader.readLine()).isEqualTo("größe");
      assertThat(reader.readLine(Charset.forName("windows-1252"))).isEqualTo("größe");
      assertThat(reader.readLine(ISO_8859_1)).isNull();
    });
  }

  @Test
  void readLine_givesLinesAsABufferedReaderDoes() throws Exception {
    run(() -> {
      for (var text : List.of("", "\n", "\n\n", "a", "a\n", "a\n\nb", "a\r\nb\r\n", "\r\n")) {
        var expected = new BufferedReader(new StringReader(text)).lines().toList();
        var lines = new ArrayList<String>();
        var reader = ended(text);
        for (String line; (line = reader.readLine()) != null; ) {
          lines.add(line);
        }
        assertThat(lines).as(text).isEqualTo(expected);
        assertThat(reader.readLine()).isNull();
        assertThat(ended(text).lines()).containsExactlyElementsOf(expected);
        var handled = new ArrayList<String>();
        ended(text).forEachLine(handled::add);
        assertThat(handled).isEqualTo(expected);
      }
    });
  }

  @Test
  void readLine_overTheLimit_isAnError() throws Exception {
    run(() -> {
      var reader = limited(3, "abcde\nf\n");
      assertThatThrownBy(reader::readLine).isInstanceOf(LimitOverrunException.class);
      assertThat(reader.readLine()).isEqualTo("f");
    });
  }

  @Test
  void textWithAnotherNewline_isWrong() throws Exception {
    run(() -> {
      for (var call :
          List.<ThrowingCallable>of(
              () -> readerOf("x").readLine(UTF_16LE),
              () -> readerOf("x").lines(UTF_16LE),
              () -> readerOf("x").forEachLine(UTF_16LE, line -> {}))) {
        assertThatThrownBy(call)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("UTF-16LE")
            .hasMessageContaining("asInputStream");
      }
    });
  }

  /// Compiles: the stream's error and the handler's are announced, and nothing else.
  private static String upTo(String last, StreamReader reader)
      throws IOException, TimeoutException {
    var read = new StringBuilder();
    reader.forEachLine(read::append);
    reader.forEachLine(line -> {
      if (line.equals(last)) {
        throw new TimeoutException(line);
      }
    });
    return read.toString();
  }

  @Test
  void forEachLine_announcesTheErrorsOfBoth() throws Exception {
    run(() -> {
      assertThat(upTo("x", ended("a\nb\n"))).isEqualTo("ab");
      var reader = ended("a\nb\nc\n");
      assertThatThrownBy(() ->
              reader.forEachLine(line -> {
                if (line.equals("b")) {
                  throw new TimeoutException("at b");
                }
              }))
          .isInstanceOf(TimeoutException.class)
          .hasMessage("at b");
      assertThat(reader.readLine()).as("the rest is still there").isEqualTo("c");
      var error = new IOException("broken");
      var broken = readerOf();
      broken.setException(error);
      assertThatThrownBy(() -> broken.forEachLine(line -> {})).isSameAs(error);
      assertThatThrownBy(() -> broken.lines().iterator().hasNext()).isSameAs(error);
    });
  }

  @Test
  void iteration_givesTheLines() {
    run(() -> {
      var lines = new ArrayList<String>();
      for (var line : ended("a\nb", "b\n", "c")) {
        lines.add(text(line));
      }
      assertThat(lines).containsExactly("a\n", "bb\n", "c");
    });
  }

  @Test
  void iteration_readsAheadOneLine_andEndsAsIteratorsDo() throws Exception {
    run(() -> {
      var reader = readerOf("a\nb\n");
      var lines = reader.iterator();
      assertThat(lines.hasNext()).isTrue();
      assertThat(lines.hasNext()).isTrue();
      assertThat(text(lines.next())).isEqualTo("a\n");
      assertThat(text(reader.readline())).isEqualTo("b\n");
      reader.feedEof();
      assertThatThrownBy(lines::next).isInstanceOf(NoSuchElementException.class);
    });
  }

  @Test
  void iteration_throwsTheVeryError() {
    run(() -> {
      var reader = readerOf();
      var error = new IOException("broken");
      reader.setException(error);
      assertThatThrownBy(() -> reader.iterator().hasNext()).isSameAs(error);
    });
  }

  // ---- readuntil --------------------------------------------------------------------------------

  @Test
  void readuntil_findsASeparatorThatCameInPieces() throws Exception {
    run(() -> {
      var reader = readerOf("head\r");
      feedLater(reader, "\n\r", "\nbody");
      assertThat(text(reader.readuntil(bytes("\r\n\r\n")))).isEqualTo("head\r\n\r\n");
      assertThat(text(reader.read(100))).isEqualTo("body");
    });
  }

  @Test
  void readuntil_ofSeveral_takesTheOneThatEndsFirst() throws Exception {
    run(() -> {
      assertThat(text(readerOf("a;b,c").readuntil(List.of(bytes(","), bytes(";")))))
          .isEqualTo("a;");
      assertThat(text(readerOf("xABCDy").readuntil(List.of(bytes("ABCD"), bytes("BC")))))
          .isEqualTo("xABC");
      assertThat(text(readerOf("xABC").readuntil(List.of(bytes("ABC"), bytes("BC")))))
          .isEqualTo("xABC");
    });
  }

  @Test
  void readuntil_ofSeveral_findsTheLongOneAcrossPieces() throws Exception {
    run(() -> {
      var reader = readerOf("dataSEPARA");
      feedLater(reader, "TOR rest");
      assertThat(text(reader.readuntil(List.of(bytes("#"), bytes("SEPARATOR")))))
          .isEqualTo("dataSEPARATOR");
    });
  }

  @Test
  void readuntil_overTheLimit_takesNothing() throws Exception {
    run(() -> {
      var reader = limited(3, "abcde#x");
      var found =
          catchThrowableOfType(LimitOverrunException.class, () -> reader.readuntil(bytes("#")));
      assertThat(found.consumed()).isEqualTo(5);
      var not =
          catchThrowableOfType(LimitOverrunException.class, () -> reader.readuntil(bytes("##")));
      assertThat(not.consumed()).isEqualTo(6);
      assertThat(text(reader.readuntil(bytes("#"), 5))).isEqualTo("abcde#");
    });
  }

  @Test
  void readuntil_atTheEnd_hasWhatThereWas() {
    run(() -> {
      var reader = ended("abc");
      var e =
          catchThrowableOfType(IncompleteReadException.class, () -> reader.readuntil(bytes("#")));
      assertThat(e).hasMessage("3 bytes read on a total of undefined expected bytes");
      assertThat(text(e.partial())).isEqualTo("abc");
      assertThat(e.expected()).isEmpty();
      assertThat(reader.atEof()).isTrue();
    });
  }

  @Test
  void readuntil_withoutSeparator_isWrong() {
    run(() -> {
      assertThatThrownBy(() -> readerOf().readuntil(new byte[0]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Separator should be at least one-byte string");
      assertThatThrownBy(() -> readerOf().readuntil(List.of(bytes("a"), new byte[0])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Separator should be at least one-byte string");
      assertThatThrownBy(() -> readerOf().readuntil(List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Separator should contain at least one element");
    });
  }

  // ---- errors -----------------------------------------------------------------------------------

  @Test
  void limit_mustBePositive() {
    run(() ->
        assertThatThrownBy(() -> new StreamReader(0))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("Limit cannot be <= 0"));
  }

  @Test
  void exception_isThrownByEveryRead_theVeryObject() {
    run(() -> {
      var reader = readerOf("data\n");
      var error = new IOException("broken");
      reader.setException(error);
      assertThat(reader.exception()).isSameAs(error);
      assertThatThrownBy(reader::read).isSameAs(error);
      assertThatThrownBy(() -> reader.read(1)).isSameAs(error);
      assertThatThrownBy(() -> reader.read(0)).isSameAs(error);
      assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1))).isSameAs(error);
      assertThatThrownBy(() -> reader.readexactly(1)).isSameAs(error);
      assertThatThrownBy(reader::readline).isSameAs(error);
      assertThatThrownBy(() -> reader.readuntil(bytes("\n"))).isSameAs(error);
      assertThatThrownBy(() -> reader.asInputStream().read()).isSameAs(error);
    });
  }

  @Test
  void endByAnError_comesBehindWhatHasCome() throws Exception {
    run(() -> {
      var error = new IOException("broken");
      var reader = readerOf("a\nbcd");
      reader.feedEof(error);
      assertThat(reader.atEof()).isFalse();
      assertThat(text(reader.readline())).isEqualTo("a\n");
      assertThatThrownBy(reader::readline).as("a part of a line").isSameAs(error);
      assertThatThrownBy(() -> reader.readuntil(bytes("x"))).isSameAs(error);
      assertThatThrownBy(() -> reader.readexactly(4)).isSameAs(error);
      assertThatThrownBy(reader::read).isSameAs(error);
      assertThat(text(reader.readexactly(2))).as("nothing was taken").isEqualTo("bc");
      assertThat(text(reader.read(100))).isEqualTo("d");
      assertThat(reader.atEof()).isFalse();
      assertThatThrownBy(() -> reader.read(1)).isSameAs(error);
      assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1))).isSameAs(error);
      assertThatThrownBy(() -> reader.asInputStream().read()).isSameAs(error);
      assertThatThrownBy(() -> reader.feedData(bytes("x")))
          .isInstanceOf(IllegalStateException.class);
    });
  }

  @Test
  void endByAnError_wakesTheReader() throws Exception {
    run(() -> {
      var error = new IOException("broken");
      for (var piece : List.of("", "ab")) {
        var reader = readerOf(piece);
        createTask(() -> {
          sleep(0);
          reader.feedEof(error);
        });
        assertThatThrownBy(() -> reader.readexactly(3)).isSameAs(error);
        assertThat(text(piece.isEmpty() ? new byte[0] : reader.read(9))).isEqualTo(piece);
      }
    });
  }

  @Test
  void exception_wakesTheReader() {
    run(() -> {
      var reader = readerOf("abc");
      var error = new IllegalStateException("broken");
      createTask(() -> {
        sleep(0);
        reader.setException(error);
      });
      assertThatThrownBy(() -> reader.readexactly(5)).isSameAs(error);
    });
  }

  @Test
  void exceptionAfterData_inTheSameIteration_letsTheReaderHaveTheData() throws Exception {
    run(() -> {
      var reader = readerOf();
      createTask(() -> {
        reader.feedData(bytes("abc"));
        reader.setException(new IOException("broken"));
      });
      assertThat(text(reader.read(5))).isEqualTo("abc");
      assertThatThrownBy(() -> reader.read(5)).hasMessage("broken");
    });
  }

  @Test
  void exceptionForACancelledReader_isNotReportedAsForgotten() {
    var reported = new ArrayList<String>();
    run(() -> {
      getRunningLoop().setExceptionHandler((loop, error) -> reported.add(error.message()));
      var reader = readerOf();
      var task = createTask(() -> reader.read(1));
      sleep(0);
      reader.setException(new IOException("broken"));
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
    });
    assertThat(reported).isEmpty(); // the loop looks for forgotten errors when it is closed
  }

  @Test
  void feedData_afterTheEnd_isWrong() {
    run(() ->
        assertThatThrownBy(() -> ended().feedData(bytes("x")))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("feedData after feedEof"));
  }

  @Test
  void secondReader_isToldWhichMethodItMayNotCall() {
    run(() -> {
      var reader = readerOf("abc");
      var first = createTask(() -> reader.readexactly(5));
      sleep(0);
      record Try(String name, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {}
      for (var attempt :
          List.of(
              new Try("read", reader::read),
              new Try("read", () -> reader.read(1)), // there is data, but it is not for this one
              new Try("read", () -> reader.read(ByteBuffer.allocate(1))),
              new Try("readexactly", () -> reader.readexactly(1)),
              new Try("readline", reader::readline),
              new Try("readuntil", () -> reader.readuntil(bytes("#"))),
              new Try("read", () -> reader.asInputStream().read()))) {
        assertThatThrownBy(attempt.call)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith(
                attempt.name
                    + "() called while another coroutine is already waiting for incoming data");
      }
      reader.feedData(bytes("de"));
      assertThatThrownBy(() -> reader.read(1)) // woken, but has not run
          .isInstanceOf(IllegalStateException.class);
      assertThat(text(first.await())).isEqualTo("abcde");
    });
  }

  // ---- cancellation -----------------------------------------------------------------------------

  @Test
  void cancelledRead_losesNothing() throws Exception {
    run(() -> {
      var reader = readerOf("abc");
      for (Action<?> read :
          List.<Action<?>>of(
              reader::read,
              () -> reader.readexactly(100),
              reader::readline,
              () -> reader.readuntil(bytes("#")),
              () -> reader.readuntil(List.of(bytes("#"), bytes("##"))))) {
        var task = createTask(read);
        sleep(0);
        reader.feedData(
            bytes("d")); // which wakes some of them, but they are cancelled before they run
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      }
      reader.feedEof();
      assertThat(text(reader.read())).isEqualTo("abcddddd");
    });
  }

  @Test
  void cancelledRead_ofTheFirstBytes_losesNothing() throws Exception {
    run(() -> {
      var reader = readerOf();
      for (Action<?> read :
          List.<Action<?>>of(
              () -> reader.read(10),
              () -> reader.read(ByteBuffer.allocate(10)),
              () -> reader.asInputStream().read())) {
        var task = createTask(read);
        sleep(0);
        reader.feedData(bytes("d"));
        task.cancel();
        assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
        assertThat(text(reader.read(10))).isEqualTo("d");
      }
    });
  }

  @Test
  void cancelledRead_leavesTheStreamForTheNext() throws Exception {
    run(() -> {
      var reader = readerOf();
      var task = createTask(() -> reader.read(1));
      sleep(0);
      task.cancel();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
      feedLater(reader, "x");
      assertThat(text(reader.read(1))).isEqualTo("x");
    });
  }

  // ---- flow control -----------------------------------------------------------------------------

  private static MemoryTransport transportFor(StreamReader reader) {
    var transport = new MemoryTransport(getRunningLoop(), new StreamReaderProtocol(reader));
    reader.setTransport(transport);
    return transport;
  }

  @Test
  void transport_isPausedAboveTwiceTheLimit_andResumedAtTheLimit() throws Exception {
    run(() -> {
      var reader = new StreamReader(4);
      var transport = transportFor(reader);
      reader.feedData(bytes("01234567"));
      assertThat(transport.calls).isEmpty();
      reader.feedData(bytes("8"));
      reader.feedData(bytes("9"));
      assertThat(transport.calls).containsExactly("pause");
      reader.read(5);
      assertThat(transport.calls).containsExactly("pause");
      reader.read(1);
      assertThat(transport.calls).containsExactly("pause", "resume");
    });
  }

  @Test
  void transport_isResumedByAReadThatWaits() {
    run(() -> {
      var reader = new StreamReader(2);
      var transport = transportFor(reader);
      reader.feedData(bytes("01234"));
      assertThat(transport.isReading()).isFalse();
      var task = createTask(() -> reader.readexactly(10));
      sleep(0);
      assertThat(transport.isReading()).isTrue();
      reader.feedData(bytes("567"));
      assertThat(transport.isReading()).as("more is wanted").isTrue();
      reader.feedData(bytes("89"));
      assertThat(transport.isReading()).as("enough is there").isFalse();
      assertThat(text(task.await())).isEqualTo("0123456789");
      assertThat(transport.calls).containsExactly("pause", "resume", "pause", "resume");
    });
  }

  @Test
  void transport_isResumedWhenALineThatIsTooLongWasDropped() {
    run(() -> {
      var reader = new StreamReader(2);
      var transport = transportFor(reader);
      reader.feedData(bytes("012345\n"));
      assertThatThrownBy(reader::readline).isInstanceOf(LimitOverrunException.class);
      assertThat(transport.calls).containsExactly("pause", "resume");
    });
  }

  @Test
  void transport_thatCannotPause_isNotAskedAgain() throws Exception {
    run(() -> {
      var reader = new StreamReader(2);
      var asked = new ArrayList<String>();
      reader.setTransport(
          new MemoryTransport(getRunningLoop(), new StreamReaderProtocol(reader)) {
            @Override
            public void pauseReading() {
              asked.add("pause");
              throw new UnsupportedOperationException();
            }
          });
      reader.feedData(bytes("01234"));
      reader.feedData(bytes("56789"));
      assertThat(asked).containsExactly("pause");
      assertThat(text(reader.readexactly(10))).isEqualTo("0123456789");
    });
  }

  @Test
  void transport_thatBeginsPaused_isReadOnlyWhileAReadWaits() throws Exception {
    run(() -> {
      var reader = new StreamReader();
      var transport = new MemoryTransport(getRunningLoop(), new StreamReaderProtocol(reader));
      transport.pauseReading();
      reader.setTransport(transport);
      var task = createTask(() -> reader.read(2));
      sleep(0);
      assertThat(transport.isReading()).isTrue();
      reader.feedData(bytes("012"));
      assertThat(transport.isReading()).isFalse();
      assertThat(text(task.await())).isEqualTo("01");
      assertThat(text(reader.read(2))).isEqualTo("2");
      assertThat(transport.isReading()).as("nothing is read ahead").isFalse();

      var cancelled = createTask(() -> reader.read(2));
      sleep(0);
      cancelled.cancel();
      assertThatThrownBy(cancelled::await).isInstanceOf(CancelledError.class);
      assertThat(transport.isReading()).isFalse();
    });
  }

  @Test
  void transport_isSetOnce() {
    run(() -> {
      var reader = new StreamReader();
      var transport = transportFor(reader);
      assertThatThrownBy(() -> reader.setTransport(transport))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Transport already set");
    });
  }

  @Test
  void toString_tellsTheState() {
    run(() -> {
      assertThat(new StreamReader()).hasToString("<StreamReader>");
      assertThat(limited(7, "abc")).hasToString("<StreamReader 3 bytes limit=7>");
      var reader = ended("abc");
      reader.setException(new IOException("broken"));
      assertThat(reader)
          .hasToString("<StreamReader 3 bytes eof exception=java.io.IOException: broken>");
      var waiting = new StreamReader();
      var task = createTask(() -> waiting.read(1));
      sleep(0);
      assertThat(waiting.toString()).contains("waiter=<Future pending");
      task.cancel();
    });
  }

  @Test
  void read_inAnotherLoop_isRefused_andLeavesItAsItWas() throws Exception {
    try (var loop = EventLoop.create(null);
        var other = EventLoop.create(null)) {
      var reader = new StreamReader(16, loop);
      other.runUntilComplete(() -> {
        assertThatThrownBy(() -> reader.read(1))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageEndingWith("is bound to a different event loop");
      });
      loop.callSoon(() -> reader.feedData(bytes("a")));
      assertThat(text(loop.runUntilComplete(() -> reader.read(1)))).isEqualTo("a");
    }
  }
}
