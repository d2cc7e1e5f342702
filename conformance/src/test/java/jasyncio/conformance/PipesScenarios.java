package jasyncio.conformance;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Trace.print;
import static jasyncio.net.Pipes.connectReadPipe;
import static jasyncio.net.Pipes.connectWritePipe;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.Future;
import jasyncio.net.Protocol;
import jasyncio.net.Transport;
import jasyncio.net.WriteBufferLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Pipes as transports: what holds of X1 to X6 for them.
final class PipesScenarios {
  private PipesScenarios() {}

  /// Prints what it is told.
  private static class Recorder implements Protocol {
    final String name;
    final boolean keepOpen;
    final StringBuilder received = new StringBuilder();
    final Future<@Nullable Void> lost = getRunningLoop().createFuture();
    Transport transport;

    Recorder(String name, boolean keepOpen) {
      this.name = name;
      this.keepOpen = keepOpen;
    }

    int count() {
      return received.length();
    }

    @Override
    public void connectionMade(Transport newTransport) {
      transport = newTransport;
      print(name, "made");
    }

    @Override
    public void dataReceived(byte[] data) {
      received.append(new String(data, UTF_8));
    }

    @Override
    public boolean eofReceived() {
      print(name, "eof", count());
      return keepOpen;
    }

    @Override
    public void connectionLost(@Nullable Throwable exception) {
      print(name, "lost", exception);
      lost.setResult(null);
    }

    @Override
    public void pauseWriting() {
      print(name, "pause writing");
    }

    @Override
    public void resumeWriting() {
      print(name, "resume writing");
    }
  }

  /// Both ends of a pipe.
  private record Ends(Recorder reader, Recorder writer) {}

  private static Ends pipe() throws IOException {
    return pipe(false);
  }

  private static Ends pipe(boolean keepOpen) throws IOException {
    var pipe = Pipe.open();
    var reader = connectReadPipe(() -> new Recorder("reader", keepOpen), pipe.source()).protocol();
    var writer = connectWritePipe(() -> new Recorder("writer", false), pipe.sink()).protocol();
    return new Ends(reader, writer);
  }

  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      sleep(0.001);
    }
  }

  private static String limits(WriteBufferLimits limits) {
    return "(" + limits.low() + ", " + limits.high() + ")";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Scenario("X1")
  static void whatIsWrittenIsRead() throws Exception {
    run(() -> {
      var ends = pipe();
      ends.writer.transport.write(bytes("hello"));
      until(() -> ends.reader.count() == 5);
      print(ends.reader.received.toString(), ends.reader.transport.isReading());
      ends.writer.transport.close();
      print(ends.writer.transport.isClosing());
      await(ends.writer.lost);
      await(ends.reader.lost);
      print(ends.reader.transport.isClosing(), ends.reader.transport.isReading());
    });
  }

  @Scenario("X2")
  static void theEndOfAPipeClosesItWhateverTheProtocolSays() throws Exception {
    run(() -> {
      var ends = pipe(true);
      print(ends.writer.transport.canWriteEof());
      ends.writer.transport.writeEof();
      print(ends.writer.transport.isClosing());
      await(ends.writer.lost);
      await(ends.reader.lost);
    });
  }

  @Scenario("X3")
  static void closeSendsWhatIsInTheBuffer() throws Exception {
    run(() -> {
      var ends = pipe();
      ends.writer.transport.write(new byte[1 << 20]);
      ends.writer.transport.close();
      print(ends.writer.transport.getWriteBufferSize() > 0);
      await(ends.writer.lost);
      await(ends.reader.lost);
      print(ends.reader.count());
    });
  }

  @Scenario("X3")
  static void abortDropsWhatIsInTheBuffer() throws Exception {
    run(() -> {
      var ends = pipe();
      ends.reader.transport.pauseReading();
      ends.writer.transport.write(new byte[1 << 20]);
      ends.writer.transport.abort();
      print(ends.writer.transport.getWriteBufferSize(), ends.writer.transport.isClosing());
      await(ends.writer.lost);
      ends.reader.transport.close();
      await(ends.reader.lost);
      print(ends.reader.count() < 1 << 20);
    });
  }

  @Scenario("X4")
  static void flowControl() throws Exception {
    run(() -> {
      var ends = pipe();
      ends.reader.transport.pauseReading();
      print(limits(ends.writer.transport.getWriteBufferLimits()));
      ends.writer.transport.setWriteBufferLimits(1000);
      print(limits(ends.writer.transport.getWriteBufferLimits()));
      ends.writer.transport.write(new byte[1 << 20]);
      ends.writer.transport.write(new byte[1 << 20]);
      print("reading");
      ends.reader.transport.resumeReading();
      until(() -> ends.reader.count() == 2 << 20);
      print(ends.writer.transport.getWriteBufferSize());
      ends.writer.transport.close();
      await(ends.reader.lost);
    });
  }

  @Scenario("X5")
  static void writesAfterCloseAreDropped() throws Exception {
    run(() -> {
      var ends = pipe();
      ends.writer.transport.close();
      ends.writer.transport.write(bytes("late"));
      await(ends.reader.lost);
      print(ends.reader.count());
    });
  }

  @Scenario("X5")
  static void severalPiecesAtOnce() throws Exception {
    run(() -> {
      var ends = pipe();
      ends.writer.transport.writelines(
          List.of(bytes("one "), bytes(""), bytes("two "), bytes("three")));
      ends.writer.transport.write(bytes(""));
      ends.writer.transport.close();
      await(ends.reader.lost);
      print(ends.reader.received.toString());
    });
  }

  @Scenario("X6")
  static void pausingIsIdempotent() throws Exception {
    run(() -> {
      var ends = pipe();
      print(ends.reader.transport.isReading());
      ends.reader.transport.pauseReading();
      ends.reader.transport.pauseReading();
      print(ends.reader.transport.isReading());
      ends.writer.transport.write(bytes("hello"));
      sleep(0.02);
      print(ends.reader.count());
      ends.reader.transport.resumeReading();
      ends.reader.transport.resumeReading();
      until(() -> ends.reader.count() == 5);
      ends.reader.transport.close();
      ends.reader.transport.pauseReading();
      print(ends.reader.transport.isReading());
      await(ends.reader.lost);
      ends.writer.transport.abort();
      await(ends.writer.lost);
    });
  }

  @Scenario("X6")
  static void anotherProtocolTakesOver() throws Exception {
    run(() -> {
      var ends = pipe();
      var other = new Recorder("other", false);
      ends.reader.transport.setProtocol(other);
      print(ends.reader.transport.getProtocol() == other);
      ends.writer.transport.write(bytes("hello"));
      ends.writer.transport.close();
      await(other.lost);
      print(ends.reader.count(), other.count());
    });
  }

  @Scenario("X1")
  static void aReaderThatPausesAtOnceReadsNothing() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      pipe.sink().write(ByteBuffer.wrap(bytes("text")));
      var reader =
          connectReadPipe(
                  () ->
                      new Recorder("reader", false) {
                        @Override
                        public void connectionMade(Transport newTransport) {
                          super.connectionMade(newTransport);
                          newTransport.pauseReading();
                        }
                      },
                  pipe.source())
              .protocol();
      sleep(0.02);
      print(reader.count());
      reader.transport.close();
      await(reader.lost);
      pipe.sink().close();
    });
  }
}
