package jasyncio.conformance;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.waitFor;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.kind;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Awaitable;
import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.IncompleteReadException;
import jasyncio.net.LimitOverrunException;
import jasyncio.net.ReadTransport;
import jasyncio.net.StreamReader;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// StreamReader, fed by hand: rules R1 to R4.
final class StreamsReaderScenarios {
  private StreamsReaderScenarios() {}

  /// Prints when reading is paused and resumed.
  private static final class FakeTransport implements ReadTransport {
    boolean pausable = true;

    @Override
    public void pauseReading() {
      print("pause");
      if (!pausable) {
        throw new UnsupportedOperationException();
      }
    }

    @Override
    public void resumeReading() {
      print("resume");
    }

    @Override
    public boolean isReading() { // when the reader gets it
      return true;
    }

    @Override
    public void close() {}

    @Override
    public boolean isClosing() {
      return false;
    }

    @Override
    public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
      return null;
    }

    @Override
    public void setProtocol(BaseProtocol protocol) {
      throw new AssertionError("there is none");
    }

    @Override
    public BaseProtocol getProtocol() {
      throw new AssertionError("there is none");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static List<byte[]> separators(String... texts) {
    return Stream.of(texts).map(StreamsReaderScenarios::bytes).toList();
  }

  /// A reader that has received the pieces.
  private static StreamReader readerOf(String... pieces) {
    return limitedReaderOf(StreamReader.DEFAULT_LIMIT, pieces);
  }

  private static StreamReader limitedReaderOf(int limit, String... pieces) {
    var reader = new StreamReader(limit);
    for (var piece : pieces) {
      reader.feedData(bytes(piece));
    }
    return reader;
  }

  private static StreamReader ended(StreamReader reader) {
    reader.feedEof();
    return reader;
  }

  /// Feeds a piece in each of the next iterations.
  private static void feedLater(StreamReader reader, String... pieces) {
    feedLater(reader, false, pieces);
  }

  /// Feeds a piece in each of the next iterations, and then the end.
  private static void feedLaterWithEof(StreamReader reader, String... pieces) {
    feedLater(reader, true, pieces);
  }

  private static void feedLater(StreamReader reader, boolean eof, String... pieces) {
    createTask(() -> {
      for (var piece : pieces) {
        pause();
        print("feed", bytes(piece));
        reader.feedData(bytes(piece));
      }
      if (eof) {
        pause();
        print("feed eof");
        reader.feedEof();
      }
    });
  }

  // ---- R1: flow control -------------------------------------------------------------------------

  @Scenario("R1")
  static void readingIsPausedAboveTwiceTheLimit() throws Exception {
    run(() -> {
      var reader = new StreamReader(4);
      reader.setTransport(new FakeTransport());
      reader.feedData(bytes("01234567"));
      print("twice the limit");
      reader.feedData(bytes("8"));
      print("above");
      reader.feedData(bytes("9"));
      print(reader.read(5));
      print(reader.read(1));
      print(reader.read(100));
    });
  }

  @Scenario("R1")
  static void everyWayOfReadingResumes() throws Exception {
    run(() -> {
      for (var method : List.of("readexactly", "readuntil", "readline", "line over the limit")) {
        print(method);
        var reader = new StreamReader(3);
        reader.setTransport(new FakeTransport());
        reader.feedData(bytes("123\n4567\n"));
        switch (method) {
          case "readexactly" -> print(reader.readexactly(8));
          case "readuntil" -> {
            print(reader.readuntil(bytes("3\n")));
            print(reader.read(3));
          }
          case "readline" -> {
            print(reader.readline());
            print(reader.read(3));
          }
          default -> {
            print(reader.readline());
            try {
              reader.readline();
            } catch (LimitOverrunException e) {
              print(e.getMessage());
            }
          }
        }
      }
    });
  }

  @Scenario("R1")
  static void aReadThatWaitsResumes() throws Exception {
    run(() -> {
      var reader = new StreamReader(2);
      reader.setTransport(new FakeTransport());
      reader.feedData(bytes("01234"));
      feedLater(reader, "56789");
      print(reader.readexactly(10));
    });
  }

  @Scenario("R1")
  static void readexactlyMayWantMoreThanTheLimit() throws Exception {
    run(() -> {
      var reader = new StreamReader(2);
      feedLater(reader, "0123456789", "0123456789", "0123456789");
      print(reader.readexactly(25));
      print(reader.read(100));
    });
  }

  @Scenario("R1")
  static void aTransportThatCannotBePausedIsAskedOnce() throws Exception {
    run(() -> {
      var reader = new StreamReader(2);
      var transport = new FakeTransport();
      transport.pausable = false;
      reader.setTransport(transport);
      reader.feedData(bytes("01234"));
      reader.feedData(bytes("56789"));
      print(reader.readexactly(10));
    });
  }

  // ---- R2: limits -------------------------------------------------------------------------------

  /// What a read that exceeds the limit says.
  private static void overLimit(Awaitable<byte[], Exception> read) throws Exception {
    try {
      print(read.await());
    } catch (LimitOverrunException e) {
      print(e.getMessage(), e.consumed());
    }
  }

  @Scenario("R2")
  static void readuntilOverTheLimitTakesNothing() throws Exception {
    run(() -> {
      var reader = limitedReaderOf(3, "abcde#x");
      overLimit(() -> reader.readuntil(bytes("#")));
      overLimit(() -> reader.readuntil(bytes("##")));
      overLimit(() -> reader.readuntil(bytes("###")));
      print(reader.read(100));
    });
  }

  @Scenario("R2")
  static void theSeparatorDoesNotCount() throws Exception {
    run(() -> {
      print(limitedReaderOf(3, "abc#").readuntil(bytes("#")));
      print(limitedReaderOf(3, "abc####").readuntil(bytes("####")));
      print(limitedReaderOf(3, "abc\n").readline());
      overLimit(() -> limitedReaderOf(3, "abcd#").readuntil(bytes("#")));
    });
  }

  @Scenario("R2")
  static void readuntilFindsOutAboutTheLimitWhileItWaits() throws Exception {
    run(() -> {
      var reader = limitedReaderOf(3, "ab");
      feedLater(reader, "c", "d", "e");
      overLimit(() -> reader.readuntil(bytes("#")));
      print(reader.read(100));
    });
  }

  @Scenario("R2")
  static void readlineOverTheLimitDropsTheLine() throws Exception {
    run(() -> {
      var reader = limitedReaderOf(3, "abcde\nok\nrest");
      try {
        reader.readline();
      } catch (LimitOverrunException e) {
        print(e.getMessage());
      }
      print(reader.readline());
      print(reader.read(100));
    });
  }

  @Scenario("R2")
  static void readlineOverTheLimitWithoutNewlineDropsAll() throws Exception {
    run(() -> {
      var reader = limitedReaderOf(3, "abcde");
      try {
        reader.readline();
      } catch (LimitOverrunException e) {
        print(e.getMessage());
      }
      feedLater(reader, "f\n");
      print(reader.readline());
    });
  }

  @Scenario("R2")
  static void iterationEndsAtALineOverTheLimit() {
    run(() -> {
      var reader = ended(limitedReaderOf(3, "abc\nabcde\nok\n"));
      print(outcomeOfLines(reader));
      for (var line : reader) {
        print(line);
      }
    });
  }

  private static String outcomeOfLines(StreamReader reader) {
    try {
      for (var line : reader) {
        print(line);
      }
      return "no error";
    } catch (Exception e) { // a LimitOverrunException, which an iterator cannot declare
      return String.valueOf(e.getMessage());
    }
  }

  // ---- R3: what is read -------------------------------------------------------------------------

  @Scenario("R3")
  static void readGivesWhatIsThere() throws Exception {
    run(() -> {
      var reader = readerOf("hello ", "world");
      print(reader.read(7));
      print(reader.read(100));
      print(reader.read(0));
    });
  }

  @Scenario("R3")
  static void readWaitsForSomething() throws Exception {
    run(() -> {
      var reader = readerOf();
      feedLaterWithEof(reader, "a", "b");
      print(reader.read(100));
      print(reader.read(100));
      print(reader.read(100), reader.atEof());
    });
  }

  @Scenario("R3")
  static void readWithoutNumberWaitsForTheEnd() throws Exception {
    run(() -> {
      var reader = limitedReaderOf(2, "a");
      feedLaterWithEof(reader, "bcdef", "ghijkl");
      print(reader.read());
      print(reader.read(), reader.read(-5));
    });
  }

  @Scenario("R3")
  static void readexactlyTakesNoMore() throws Exception {
    run(() -> {
      var reader = readerOf("ab");
      feedLater(reader, "cd", "efg");
      print(reader.readexactly(0));
      print(reader.readexactly(5));
      print(reader.readexactly(2));
    });
  }

  @Scenario("R3")
  static void readexactlyAtAnEarlyEnd() throws Exception {
    run(() -> {
      var reader = readerOf("abc");
      feedLaterWithEof(reader);
      try {
        reader.readexactly(5);
      } catch (IncompleteReadException e) {
        print(describe(e), e.partial(), e.expected().getAsInt());
      }
      print(reader.atEof(), reader.read());
      print(outcome(() -> reader.readexactly(1)));
    });
  }

  @Scenario("R3")
  static void readlineAtTheEndGivesWhatThereIs() throws Exception {
    run(() -> {
      var reader = readerOf("one\ntw", "o\n\nrest");
      feedLaterWithEof(reader);
      for (int i = 0; i < 5; i++) {
        print(reader.readline());
      }
    });
  }

  @Scenario("R3")
  static void readuntilAtAnEarlyEnd() throws Exception {
    run(() -> {
      var reader = ended(readerOf("abc"));
      try {
        reader.readuntil(bytes("#"));
      } catch (IncompleteReadException e) {
        print(describe(e), e.partial());
      }
      print(reader.atEof(), reader.read());
    });
  }

  @Scenario("R3")
  static void readuntilFindsWhatCameBeforeTheEnd() throws Exception {
    run(() -> {
      var reader = ended(readerOf("a#b"));
      print(reader.readuntil(bytes("#")));
      print(outcome(() -> reader.readuntil(bytes("#"))));
    });
  }

  @Scenario("R3")
  static void readuntilFindsASeparatorThatCameInPieces() throws Exception {
    run(() -> {
      var reader = readerOf("head\r");
      feedLater(reader, "\n\r", "\r\n", "\r\nbody");
      print(reader.readuntil(bytes("\r\n\r\n")));
      print(reader.read(100));
    });
  }

  @Scenario("R3")
  static void ofSeveralSeparatorsTheOneThatEndsFirstWins() throws Exception {
    record Case(String data, List<byte[]> separators) {}
    run(() -> {
      for (var c :
          List.of(
              new Case("a;b,c", separators(",", ";")),
              new Case("xABCDy", separators("ABCD", "BC")),
              new Case("xABC", separators("ABC", "BC")),
              new Case("xABCy", separators("A", "AB", "ABC")),
              new Case("1#2", separators("#", "#")))) {
        var reader = ended(readerOf(c.data));
        print(reader.readuntil(c.separators), reader.read());
      }
    });
  }

  @Scenario("R3")
  static void ofSeveralSeparatorsTheLongOneComesInPieces() throws Exception {
    run(() -> {
      var reader = readerOf("dataSEPARA");
      feedLater(reader, "TO", "R rest");
      print(reader.readuntil(separators("#", "SEPARATOR")));
    });
  }

  @Scenario("R3")
  static void iterationGivesTheLines() {
    run(() -> {
      var reader = readerOf("a\nb");
      feedLaterWithEof(reader, "b\n", "\nc");
      for (var line : reader) {
        print(line);
      }
    });
  }

  @Scenario("R3")
  static void aReaderGoesOnInTheNextIteration() {
    run(() -> {
      var reader = readerOf();
      var task = createTask(() -> print("read", reader.read(10)));
      pause();
      getRunningLoop().callSoon(() -> print("before"));
      reader.feedData(bytes("x"));
      getRunningLoop().callSoon(() -> print("after"));
      print("fed");
      task.await();
    });
  }

  @Scenario("R3")
  static void howAReaderDescribesItself() {
    run(() -> {
      print(readerOf());
      print(limitedReaderOf(7, "abc"));
      print(ended(readerOf("abc")));
    });
  }

  // ---- R4: misuse and errors --------------------------------------------------------------------

  @Scenario("R4")
  static void twoReadersAreOneTooMany() {
    run(() -> {
      var reader = readerOf();
      var first = createTask(() -> reader.read(100));
      pause();
      print(outcome(() -> reader.read(1)));
      print(outcome(() -> reader.read()));
      print(outcome(() -> reader.readexactly(1)));
      print(outcome(() -> reader.readuntil(bytes("#"))));
      reader.feedData(bytes("x"));
      print(first.await());
    });
  }

  @Scenario("R4")
  static void argumentsAreChecked() {
    run(() -> {
      var reader = readerOf();
      print(outcome(() -> reader.readexactly(-1)));
      print(outcome(() -> reader.readuntil(bytes(""))));
      print(outcome(() -> reader.readuntil(separators("a", ""))));
      print(outcome(() -> reader.readuntil(List.of())));
      for (int limit : new int[] {0, -1}) {
        try {
          print("not reached", new StreamReader(limit));
        } catch (IllegalArgumentException e) {
          print(kind(e));
        }
      }
    });
  }

  @Scenario("R4")
  static void aStoredExceptionIsRaisedByEveryRead() {
    run(() -> {
      var reader = readerOf("data\n");
      var error = new Oops("broken");
      reader.setException(error);
      print(reader.exception() == error);
      for (Awaitable<byte[], Exception> read :
          List.<Awaitable<byte[], Exception>>of(
              reader::read,
              () -> reader.read(1),
              () -> reader.read(0),
              () -> reader.readexactly(1),
              () -> reader.readexactly(0),
              reader::readline,
              () -> reader.readuntil(bytes("\n")))) {
        print(outcome(read));
      }
    });
  }

  @Scenario("R4")
  static void anExceptionWakesTheReader() {
    run(() -> {
      var reader = readerOf("abc");
      var task = createTask(() -> reader.readexactly(5));
      pause();
      reader.setException(new Oops("broken"));
      print(outcome(task));
    });
  }

  @Scenario("R4")
  static void anExceptionBehindDataLetsTheDataBeRead() {
    run(() -> {
      var reader = readerOf();
      var task = createTask(() -> reader.read(5));
      pause();
      reader.feedData(bytes("abc"));
      reader.setException(new Oops("broken"));
      print(outcome(task));
      print(outcome(() -> reader.read(5)));
    });
  }

  @Scenario("R4")
  static void aCancelledReadTakesNothing() throws Exception {
    run(() -> {
      var reader = readerOf("abc");
      var task = createTask(() -> reader.readexactly(5));
      pause();
      task.cancel();
      print(outcome(task));
      feedLater(reader, "de");
      print(reader.readexactly(5));
    });
  }

  @Scenario("R4")
  static void aReadThatIsCancelledAfterDataCameTakesNothing() throws Exception {
    run(() -> {
      var reader = readerOf();
      var task = createTask(() -> reader.read(5));
      pause();
      reader.feedData(bytes("abc"));
      task.cancel();
      print(outcome(task));
      print(reader.read(5));
    });
  }

  @Scenario("R4")
  static void aReadWithATimeLimitCanBeRepeated() throws Exception {
    run(() -> {
      var reader = readerOf("ab");
      try {
        waitFor(() -> reader.readline(), 0.001);
      } catch (TimeoutException e) {
        print("timeout");
      }
      reader.feedData(bytes("c\n"));
      print(reader.readline());
    });
  }
}
