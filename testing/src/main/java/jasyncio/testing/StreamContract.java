package jasyncio.testing;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.BlockingPolicy;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.net.StreamConnection;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/// What every connection promises to those who write and read: rules that any implementation of a
/// pair of streams can be checked against, be it in memory, over sockets, under TLS, or one's own.
///
/// ```java
/// class MemoryStreamsContractTest {
///   @TestFactory
///   Stream<DynamicTest> contract() {
///     return StreamContract.tests(() -> MemoryStreams.pair());
///   }
/// }
/// ```
///
/// There are rules for each direction (bytes arrive whole and in order; `drain` waits for who does
/// not read; what is written before `close` arrives; reads and writes end when one side is gone; a
/// cancellation loses nothing), for both at once, and for the end of one direction alone where the
/// writers [can do that][StreamWriter#canWriteEof]. Each has a new pair, on a loop of its own, in
/// virtual time, and fails by its name. What is left in the end, of tasks, timers or watched
/// channels, is a fault, too.
///
/// Called by a thread that runs no loop. trio: `trio.testing.check_two_way_stream`,
/// `check_half_closeable_stream`.
public final class StreamContract {
  /// Makes the two ends of a connection. A coroutine.
  @FunctionalInterface
  public interface Maker {
    /// A new pair. Whatever else was needed for that, such as a server, is closed again.
    ///
    /// @return the ends
    /// @throws Exception whatever goes wrong
    StreamPair make() throws Exception;
  }

  private static final int SMALL = 1000;
  private static final int MUCH = 1 << 20;
  private static final int PIECE = 1 << 18;
  private static final int MORE_THAN_ANY_BUFFER = 32 << 20;
  private static final double A_MOMENT = 0.05; // in which something would happen if it could
  private static final int MAX_LATE_WRITES = 100;
  private static final Settings SETTINGS =
      new Settings(
          TimeMode.VIRTUAL,
          BlockingPolicy.BLOCK,
          null,
          false,
          30,
          LoopScope.TEST,
          Set.of(Leftover.THREADS));

  private static final byte[] PATTERN = newPattern();
  private static final List<Rule> RULES = rules();

  private StreamContract() {}

  /// Checks a kind of streams against all rules.
  ///
  /// @param maker makes a pair of them, for each rule
  /// @throws AssertionError with all rules that are broken, by name
  /// @throws IllegalStateException if a loop runs here
  public static void check(Maker maker) {
    Objects.requireNonNull(maker, "maker");
    var broken = new ArrayList<AssertionError>();
    for (var rule : RULES) {
      try {
        check(rule, maker);
      } catch (NoPair e) {
        throw e; // there is nothing to check
      } catch (AssertionError e) {
        broken.add(e);
      }
    }
    if (!broken.isEmpty()) {
      var text = new StringBuilder(broken.size() + " of " + RULES.size() + " rules are broken:");
      broken.forEach(e -> text.append("\n- ").append(e.getMessage()));
      var error = new AssertionError(text.toString());
      broken.forEach(error::addSuppressed);
      throw error;
    }
  }

  /// A test for each rule, for a `@TestFactory`.
  ///
  /// @param maker makes a pair of the streams, for each rule
  /// @return the tests
  public static Stream<DynamicTest> tests(Maker maker) {
    Objects.requireNonNull(maker, "maker");
    return RULES.stream().map(r -> DynamicTest.dynamicTest(r.name, () -> check(r, maker)));
  }

  // ---- one rule ---------------------------------------------------------------------------------

  private record Rule(String name, Check check) {}

  @FunctionalInterface
  private interface Check {
    void check(StreamPair pair) throws Exception;
  }

  private static void check(Rule rule, Maker maker) {
    if (EventLoop.running() != null) {
      throw new IllegalStateException(
          "the contract's rules run on loops of their own, and so not inside of another: check it"
              + " in a plain @Test");
    }
    var run = new TestRun("rule '" + rule.name + "'", SETTINGS, false);
    var failure = new ArrayList<Throwable>();
    try {
      run.run(
          rule.name,
          () -> {
            var pair = make(maker);
            try {
              rule.check.check(pair);
            } finally {
              end(pair);
            }
            return true;
          });
    } catch (Throwable e) {
      failure.add(e);
    }
    try {
      run.finish();
    } catch (AssertionError e) {
      failure.add(e);
    }
    if (!failure.isEmpty()) {
      if (failure.getFirst() instanceof TestAbortedException e) { // the maker cannot work here
        throw e;
      } else if (failure.getFirst() instanceof NoPair e) {
        throw e;
      }
      var error =
          new AssertionError(
              "rule '" + rule.name + "': " + failure.getFirst().getMessage(), failure.getFirst());
      failure.stream().skip(1).forEach(error::addSuppressed);
      throw error;
    }
  }

  private static StreamPair make(Maker maker) {
    try {
      return Objects.requireNonNull(maker.make(), "the maker gave none");
    } catch (TestAbortedException e) {
      throw e;
    } catch (Exception e) {
      throw new NoPair(e);
    }
  }

  /// The maker has failed.
  private static final class NoPair extends AssertionError {
    private static final long serialVersionUID = 1;

    NoPair(Exception cause) {
      super("no pair of streams was made: " + cause, cause);
    }
  }

  private static void end(StreamPair pair) {
    for (var end : List.of(pair.left(), pair.right())) {
      end.writer().transport().abort();
    }
    for (var end : List.of(pair.left(), pair.right())) {
      try {
        end.writer().waitClosed();
      } catch (IOException e) { // of whatever the rule has done to it
      }
    }
  }

  // ---- the rules --------------------------------------------------------------------------------

  /// What is to hold for each direction.
  @FunctionalInterface
  private interface Direction {
    /// @param sender the end that writes
    /// @param receiver the end that reads
    void check(StreamConnection sender, StreamConnection receiver) throws Exception;
  }

  private static List<Rule> rules() {
    var rules = new ArrayList<Rule>();
    addBothWays(rules, "bytes arrive whole and in order", StreamContract::bytesArrive);
    addBothWays(rules, "an empty write sends nothing", StreamContract::emptyWrite);
    addBothWays(rules, "a read waits until something comes", StreamContract::readWaits);
    addBothWays(rules, "a read gives what there is", StreamContract::readGivesWhatThereIs);
    addBothWays(rules, "a cancelled read loses nothing", StreamContract::cancelledRead);
    addBothWays(rules, "much arrives, while both go on", StreamContract::muchArrives);
    addBothWays(rules, "drain waits for who does not read", StreamContract::drainWaits);
    addBothWays(rules, "a cancelled drain loses nothing", StreamContract::cancelledDrain);
    addBothWays(rules, "what is written before close arrives", StreamContract::closeAfterWrite);
    addBothWays(rules, "the end is seen again and again", StreamContract::endIsSeenAgain);
    addBothWays(rules, "close can be repeated", StreamContract::closeRepeated);
    addBothWays(rules, "close ends one's own read", StreamContract::closeEndsOwnRead);
    addBothWays(rules, "after close, drain fails", StreamContract::drainAfterClose);
    addBothWays(rules, "writing to who has closed fails", StreamContract::peerHasClosed);
    addBothWays(rules, "abort ends both sides", StreamContract::abortEndsBoth);
    addBothWays(rules, "abort ends a drain that waits", StreamContract::abortEndsDrain);
    addBothWays(rules, "writeEof ends one direction alone", StreamContract::writeEof);
    addBothWays(rules, "after writeEof, write is refused", StreamContract::writeAfterEof);
    rules.add(new Rule("both directions work at once", StreamContract::bothAtOnce));
    return List.copyOf(rules);
  }

  private static void addBothWays(List<Rule> rules, String name, Direction direction) {
    rules.add(new Rule(name, pair -> direction.check(pair.left(), pair.right())));
    rules.add(
        new Rule(name + " (right to left)", pair -> direction.check(pair.right(), pair.left())));
  }

  private static void bytesArrive(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    int from = 0;
    for (int size : new int[] {1, 2, SMALL, 7}) {
      sender.writer().write(pattern(from, size));
      checkBytes(from, receiver.reader().readexactly(size));
      sender.writer().drain();
      from += size;
    }
    sender.writer().writelines(List.of(pattern(from, 3), pattern(from + 3, 4)));
    checkBytes(from, receiver.reader().readexactly(7));
  }

  private static void emptyWrite(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    sender.writer().write(new byte[0]);
    sender.writer().drain();
    sender.writer().write(pattern(0, 1));
    checkBytes(0, receiver.reader().readexactly(1));
  }

  private static void readWaits(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    var read = createTask(() -> receiver.reader().read(SMALL));
    check(!isDoneSoon(read), "it came back though nothing had been written");
    sender.writer().write(pattern(0, 1));
    checkBytes(0, read.await());
  }

  private static void readGivesWhatThereIs(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    sender.writer().write(pattern(0, 3));
    int got = receiver.reader().read(SMALL).length;
    check(got >= 1 && got <= 3, "3 bytes were written, and " + got + " read");
    receiver.reader().readexactly(3 - got);
    sender.writer().write(pattern(3, 3));
    checkBytes(3, receiver.reader().readexactly(2));
    checkBytes(5, receiver.reader().read(SMALL));
  }

  private static void cancelledRead(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    var read = createTask(() -> receiver.reader().readexactly(SMALL));
    sender.writer().write(pattern(0, SMALL - 1));
    check(!isDoneSoon(read), "it came back though not enough had been written");
    cancel(read);
    sender.writer().write(pattern(SMALL - 1, 1));
    checkBytes(0, receiver.reader().readexactly(SMALL));
  }

  private static void muchArrives(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    taskGroup(group -> {
      group.createTask(() -> sendMuch(sender.writer()));
      receiveMuch(receiver.reader());
    });
  }

  private static void bothAtOnce(StreamPair pair) {
    taskGroup(group -> {
      group.createTask(() -> sendMuch(pair.left().writer()));
      group.createTask(() -> receiveMuch(pair.right().reader()));
      group.createTask(() -> sendMuch(pair.right().writer()));
      group.createTask(() -> receiveMuch(pair.left().reader()));
    });
  }

  private static void sendMuch(StreamWriter writer) throws IOException {
    for (int sent = 0, size = 1; sent < MUCH; sent += size, size = size * 3 % 65_521) {
      writer.write(pattern(sent, Math.min(size, MUCH - sent)));
      writer.drain();
    }
  }

  private static void receiveMuch(StreamReader reader) throws IOException {
    for (int got = 0; got < MUCH; ) {
      var bytes = reader.read(MUCH - got);
      check(bytes.length > 0, "the stream ended after " + got + " of " + MUCH + " bytes");
      checkBytes(got, bytes);
      got += bytes.length;
      if (got % 3 == 0) {
        sleep(0); // not always in the same step
      }
    }
  }

  private static void drainWaits(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    var clogged = clog(sender.writer());
    receive(receiver.reader(), clogged.written);
    clogged.drain.await();
    sender.writer().drain();
  }

  private static void cancelledDrain(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    var clogged = clog(sender.writer());
    cancel(clogged.drain);
    sender.writer().write(pattern(clogged.written, 1));
    receive(receiver.reader(), clogged.written + 1);
    sender.writer().drain();
  }

  private static void closeAfterWrite(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    sender.writer().write(pattern(0, MUCH));
    sender.writer().write(pattern(MUCH, 1));
    sender.writer().close();
    var all = receiver.reader().read();
    check(all.length == MUCH + 1, "of " + (MUCH + 1) + " bytes " + all.length + " arrived");
    checkBytes(0, all);
    sender.writer().waitClosed();
  }

  private static void endIsSeenAgain(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    sender.writer().close();
    for (int i = 0; i < 3; i++) {
      checkEnd(receiver.reader());
    }
  }

  private static void closeRepeated(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    check(!sender.writer().isClosing(), "isClosing() says that it is closed before it is");
    for (int i = 0; i < 2; i++) {
      sender.writer().close();
      check(sender.writer().isClosing(), "isClosing() does not say that it is closed");
      receiver.writer().close();
      sender.writer().waitClosed();
      receiver.writer().waitClosed();
    }
  }

  private static void closeEndsOwnRead(StreamConnection sender, StreamConnection receiver) {
    var read = createTask(() -> sender.reader().read(SMALL));
    check(!isDoneSoon(read), "the read came back though nothing had been written");
    sender.writer().close();
    receiver.writer().close();
    checkEnds(read);
  }

  private static void drainAfterClose(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    sender.writer().close();
    receiver.writer().close();
    sender.writer().waitClosed();
    sender.writer().write(pattern(0, 1)); // is dropped
    checkFails("drain() on a closed connection", () -> sender.writer().drain());
  }

  private static void peerHasClosed(StreamConnection sender, StreamConnection receiver) {
    receiver.writer().close();
    checkFails(
        "writing on and on to who has closed",
        () -> {
          for (int i = 0; i < MAX_LATE_WRITES; i++) {
            sender.writer().write(pattern(0, SMALL));
            sender.writer().drain();
            sleep(A_MOMENT);
          }
        });
  }

  private static void abortEndsBoth(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    var near = createTask(() -> sender.reader().read(SMALL));
    var far = createTask(() -> receiver.reader().read(SMALL));
    sleep(0);
    sender.writer().transport().abort();
    checkEnds(near);
    checkEnds(far);
    sender.writer().waitClosed();
  }

  private static void abortEndsDrain(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    check(!receiver.writer().isClosing(), "it is closed from the beginning");
    var drain = clog(sender.writer()).drain;
    sender.writer().transport().abort();
    checkEnds(drain);
    sender.writer().waitClosed();
  }

  private static void writeEof(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    if (!sender.writer().canWriteEof()) {
      checkRefused(
          UnsupportedOperationException.class,
          "writeEof(), of which canWriteEof() says that it does not work",
          sender.writer()::writeEof);
      return;
    }
    sender.writer().write(pattern(0, SMALL));
    sender.writer().writeEof();
    checkBytes(0, receiver.reader().read());
    checkEnd(receiver.reader());
    receiver.writer().write(pattern(0, SMALL));
    checkBytes(0, sender.reader().readexactly(SMALL));
    receiver.writer().drain();
    receiver.writer().writeEof();
    checkEnd(sender.reader());
  }

  private static void writeAfterEof(StreamConnection sender, StreamConnection receiver)
      throws IOException {
    if (sender.writer().canWriteEof()) {
      sender.writer().writeEof();
      sender.writer().writeEof(); // has no effect
      checkRefused(
          IllegalStateException.class,
          "a write after writeEof()",
          () -> sender.writer().write(pattern(0, 1)));
      checkEnd(receiver.reader());
    }
  }

  // ---- what they are made of --------------------------------------------------------------------

  /// A connection on which more is under way than it takes.
  private record Clogged(int written, Task<Void> drain) {}

  private static Clogged clog(StreamWriter writer) {
    for (int written = 0; written < MORE_THAN_ANY_BUFFER; ) {
      writer.write(pattern(written, PIECE));
      written += PIECE;
      var drain = createTask(() -> writer.drain());
      if (!isDoneSoon(drain)) {
        return new Clogged(written, drain);
      }
      drain.result();
    }
    throw new AssertionError(
        "drain() has not waited, though "
            + MORE_THAN_ANY_BUFFER
            + " bytes were written that nobody"
            + " reads");
  }

  private static void receive(StreamReader reader, int count) throws IOException {
    for (int got = 0; got < count; ) {
      var bytes = reader.read(Math.min(PIECE, count - got));
      check(bytes.length > 0, "the stream ended after " + got + " of " + count + " bytes");
      checkBytes(got, bytes);
      got += bytes.length;
    }
  }

  private static boolean isDoneSoon(Task<?> task) {
    return !Asyncio.wait(List.of(task), A_MOMENT).done().isEmpty();
  }

  private static void cancel(Task<?> task) {
    task.cancel();
    try {
      task.await();
    } catch (CancelledError e) {
      return;
    }
    throw new AssertionError("it was cancelled, and came back all the same");
  }

  /// Bytes of a stream that tells if one is lost, doubled or moved.
  private static byte[] pattern(int from, int size) {
    var bytes = new byte[size];
    for (int done = 0, count; done < size; done += count) {
      int at = (from + done) % PATTERN.length;
      count = Math.min(PATTERN.length - at, size - done);
      System.arraycopy(PATTERN, at, bytes, done, count);
    }
    return bytes;
  }

  private static byte[] newPattern() {
    var bytes = new byte[65_521]; // a prime: no piece is like the one that is a buffer away
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8) * 7);
    }
    return bytes;
  }

  private static void checkBytes(int from, byte[] bytes) {
    var expected = pattern(from, bytes.length);
    int at = Arrays.mismatch(expected, bytes);
    check(at < 0, "byte " + (from + at) + " is not the one that was written");
  }

  private static void checkEnd(StreamReader reader) throws IOException {
    int got = reader.read(SMALL).length;
    check(got == 0, "no end of the stream was seen, but " + got + " bytes");
    check(reader.atEof(), "atEof() does not say that the stream has ended");
  }

  /// It ends, one way or another.
  private static void checkEnds(Task<?> task) {
    try {
      task.await();
    } catch (Exception e) {
      check(e instanceof IOException, "it failed, but not with an IOException: " + e);
    }
  }

  private static void checkFails(String what, Action<IOException> call) {
    try {
      call.run();
    } catch (IOException e) {
      return;
    }
    throw new AssertionError(what + " has not failed with an IOException");
  }

  private static void checkRefused(
      Class<? extends RuntimeException> expected, String what, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      check(expected.isInstance(e), what + " is refused with " + e + ", and not " + expected);
      return;
    }
    throw new AssertionError(what + " is not refused with " + expected.getSimpleName());
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
