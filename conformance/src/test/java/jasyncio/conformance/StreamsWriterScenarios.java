package jasyncio.conformance;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.conformance.Helpers.collect;
import static jasyncio.conformance.Helpers.logs;
import static jasyncio.conformance.Helpers.pause;
import static jasyncio.conformance.Helpers.report;
import static jasyncio.conformance.Trace.outcome;
import static jasyncio.conformance.Trace.print;
import static jasyncio.testing.InVirtualTime.run;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.Task;
import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.StreamReader;
import jasyncio.net.StreamReaderProtocol;
import jasyncio.net.StreamWriter;
import jasyncio.net.Transport;
import jasyncio.net.WriteBufferLimits;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// StreamWriter on a transport that is not there: rules R5 and R6.
final class StreamsWriterScenarios {
  private StreamsWriterScenarios() {}

  /// Prints what it is told; closing it tells the protocol in the next iteration.
  private static final class FakeTransport implements Transport {
    private final BaseProtocol protocol;
    private boolean closing;

    FakeTransport(BaseProtocol protocol) {
      this.protocol = protocol;
    }

    @Override
    public void write(ByteBuffer data) {
      var bytes = new byte[data.remaining()];
      data.get(bytes);
      print("write", bytes);
    }

    @Override
    public void writelines(List<byte[]> pieces) {
      print("write lines", pieces);
    }

    @Override
    public void writeEof() {
      print("eof");
    }

    @Override
    public boolean canWriteEof() {
      return true;
    }

    @Override
    public void close() {
      if (!closing) {
        print("close");
        closing = true;
        getRunningLoop().callSoon(() -> protocol.connectionLost(null));
      }
    }

    @Override
    public boolean isClosing() {
      return closing;
    }

    @Override
    public void abort() {
      throw unused();
    }

    @Override
    public boolean isReading() { // when the reader gets it
      return true;
    }

    @Override
    public void pauseReading() {
      throw unused();
    }

    @Override
    public void resumeReading() {
      throw unused();
    }

    @Override
    public int getWriteBufferSize() {
      throw unused();
    }

    @Override
    public WriteBufferLimits getWriteBufferLimits() {
      throw unused();
    }

    @Override
    public void setWriteBufferLimits(int high, int low) {
      throw unused();
    }

    @Override
    public <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
      return null;
    }

    @Override
    public void setProtocol(BaseProtocol protocol) {
      throw unused();
    }

    @Override
    public BaseProtocol getProtocol() {
      return protocol;
    }

    private static AssertionError unused() {
      return new AssertionError("a writer does not need this");
    }
  }

  /// A reader, a writer and their protocol.
  private static final class Fixture {
    final StreamReader reader = new StreamReader();
    final StreamReaderProtocol protocol = new StreamReaderProtocol(reader);
    final FakeTransport transport = new FakeTransport(protocol);
    final StreamWriter writer = new StreamWriter(transport, protocol, reader);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /// Awaits and prints what came of it.
  private static void named(String name, Action<?> action) {
    print(name, outcome(action));
  }

  private static Task<Void> namedTask(String name, Action<?> action) {
    return createTask(() -> named(name, action));
  }

  @Scenario("R5")
  static void writingIsTheTransportsMatter() {
    run(() -> {
      var f = new Fixture();
      f.writer.write(bytes("abc"));
      f.writer.writelines(List.of(bytes("de"), bytes("f")));
      print(f.writer.canWriteEof());
      f.writer.writeEof();
      print(f.writer.isClosing());
      f.writer.close();
      f.writer.close();
      print(f.writer.isClosing(), f.writer.transport().isClosing());
    });
  }

  @Scenario("R5")
  static void drainDoesNotWaitWithoutNeed() throws Exception {
    run(() -> {
      var f = new Fixture();
      getRunningLoop().callSoon(() -> print("next iteration"));
      f.writer.drain();
      print("drained");
      pause();
      f.writer.close();
    });
  }

  @Scenario("R5")
  static void drainsWaitTogetherWhileWritingIsPaused() throws Exception {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var tasks = Stream.of("a", "b", "c").map(n -> namedTask(n, f.writer::drain)).toList();
      pause(3);
      print("waiting", tasks.stream().map(Task::done).toList());
      f.protocol.resumeWriting();
      print("resumed");
      Asyncio.wait(tasks);
      f.writer.drain();
      f.writer.close();
    });
  }

  @Scenario("R5")
  static void aCancelledDrainLeavesTheOthersWaiting() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var first = namedTask("first", f.writer::drain);
      var second = namedTask("second", f.writer::drain);
      pause();
      first.cancel();
      first.await();
      print(second.done());
      f.protocol.resumeWriting();
      second.await();
      f.writer.close();
    });
  }

  @Scenario("R5")
  static void aWaitingDrainGetsTheErrorOfTheConnection() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var tasks = Stream.of("a", "b").map(n -> namedTask(n, f.writer::drain)).toList();
      pause();
      f.protocol.connectionLost(new Oops("broken"));
      Asyncio.wait(tasks);
      named("again", f.writer::drain);
      f.writer.close();
    });
  }

  @Scenario("R5")
  static void aWaitingDrainEndsQuietlyWithTheConnection() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var task = namedTask("first", f.writer::drain);
      pause();
      f.protocol.connectionLost(null);
      task.await();
      named("again", f.writer::drain);
      f.writer.close();
    });
  }

  @Scenario("R5")
  static void drainOnAClosingTransportLetsItClose() {
    run(() -> {
      var f = new Fixture();
      f.writer.close();
      print(f.reader.atEof());
      named("drain", f.writer::drain);
      print(f.reader.atEof());
    });
  }

  @Scenario("R5")
  static void drainRaisesTheErrorOfTheReader() {
    run(() -> {
      var f = new Fixture();
      f.reader.setException(new Oops("broken"));
      named("drain", f.writer::drain);
      named("drain", f.writer::drain);
      f.writer.close();
    });
  }

  @Scenario("R5")
  static void aLostConnectionIsToldToAll() {
    run(() -> {
      var f = new Fixture();
      f.protocol.pauseWriting();
      var tasks =
          List.of(
              namedTask("drain", f.writer::drain),
              namedTask("closed", f.writer::waitClosed),
              namedTask("read", () -> f.reader.read(1)));
      pause();
      f.protocol.connectionLost(new Oops("broken"));
      print("lost");
      Asyncio.wait(tasks);
      f.writer.close();
    });
  }

  @Scenario("R6")
  static void waitClosedWaitsForTheEnd() {
    run(() -> {
      var f = new Fixture();
      var task = namedTask("closed", f.writer::waitClosed);
      pause(2);
      print(task.done());
      f.writer.close();
      task.await();
      named("again", f.writer::waitClosed);
    });
  }

  @Scenario("R6")
  static void waitClosedRaisesTheErrorOfTheConnection() {
    run(() -> {
      var f = new Fixture();
      f.protocol.connectionLost(new Oops("broken"));
      named("closed", f.writer::waitClosed);
      named("again", f.writer::waitClosed);
      f.writer.close();
    });
  }

  @Scenario("R6")
  static void anErrorThatNobodyAsksForIsNotLogged() throws Exception {
    logs(() -> {
      run(() -> {
        report(getRunningLoop());
        var f = new Fixture();
        f.protocol.connectionLost(new Oops("broken"));
        f.writer.close();
        pause(2);
      });
      collect();
      print("nothing");
    });
  }

  @Scenario("R8")
  static void theEndOfAPlainStreamKeepsTheTransportOpen() {
    run(() -> {
      var f = new Fixture();
      f.protocol.connectionMade(f.transport);
      print(f.protocol.eofReceived(), f.reader.atEof());
      f.writer.close();
    });
  }
}
