package jasyncio.net;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.net.Pipes.connectReadPipe;
import static jasyncio.net.Pipes.connectWritePipe;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ChildJvm;
import jasyncio.internal.base.Sneaky;
import jasyncio.testkit.OpenSockets;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(600)
@ExtendWith(OpenSockets.class)
class PipesTest {
  private static final List<String> SAME_FIBERS =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "-Djasyncio.fibers=" + System.getProperty("jasyncio.fibers", "scheduled"));

  // ---- standard input ---------------------------------------------------------------------------

  @Test
  void standardInputThatIsNotThere_isRefused() {
    try (var child = ChildJvm.startWithoutInput(ReadsInput.class, SAME_FIBERS)) {
      assertThat(child.finish())
          .isEqualTo(
              new ChildJvm.Result(
                  0,
                  """
                  standard input is closed: the program was started without one (<&-); start it with </dev/null instead
                  standard input is closed: the program was started without one (<&-); start it with </dev/null instead
                  standard input is closed: the program was started without one (<&-); start it with </dev/null instead
                  read 3\
                  """));
    }
  }

  /// Reads its standard input, which is not there, and another stream.
  static final class ReadsInput {
    public static void main(String[] args) throws Exception {
      run(() -> {
        for (var in : List.of(System.in, new FileInputStream(FileDescriptor.in))) {
          try {
            connectReadPipe(() -> new StreamReaderProtocol(new StreamReader()), in);
            IO.println("connected");
          } catch (IOException e) {
            IO.println(e.getMessage());
          }
        }
        try {
          Streams.standardStreams();
        } catch (IOException e) {
          IO.println(e.getMessage());
        }
        var reader = new StreamReader();
        connectReadPipe(
            () -> new StreamReaderProtocol(reader), new ByteArrayInputStream(new byte[3]));
        IO.println("read " + reader.read().length);
      });
    }
  }

  /// Something with two ends, of which one can be connected to.
  interface Kind {
    Ends open() throws IOException;
  }

  record Ends(
      Reading reading, // connects what is read from
      Writing writing) {}

  interface Reading {
    Connection<ReadTransport, Recorder> connect(Recorder protocol) throws IOException;
  }

  interface Writing {
    Connection<WriteTransport, Recorder> connect(Recorder protocol) throws IOException;
  }

  /// On the selector, and by threads on channels and on streams.
  static Stream<Kind> kinds() {
    return Stream.of(
        () -> {
          var pipe = Pipe.open();
          return new Ends(
              p -> connectReadPipe(() -> p, pipe.source()),
              p -> connectWritePipe(() -> p, pipe.sink()));
        },
        () -> {
          var pipe = Pipe.open();
          return new Ends(
              p -> connectReadPipe(() -> p, plain(pipe.source())),
              p -> connectWritePipe(() -> p, plain(pipe.sink())));
        },
        () -> {
          var in = new PipedInputStream(10_000);
          var out = new PipedOutputStream(in);
          return new Ends(p -> connectReadPipe(() -> p, in), p -> connectWritePipe(() -> p, out));
        });
  }

  private static ReadableByteChannel plain(Pipe.SourceChannel channel) {
    return new ReadableByteChannel() {
      @Override
      public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
      }

      @Override
      public boolean isOpen() {
        return channel.isOpen();
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  private static WritableByteChannel plain(Pipe.SinkChannel channel) {
    return new WritableByteChannel() {
      @Override
      public int write(ByteBuffer data) throws IOException {
        return channel.write(data);
      }

      @Override
      public boolean isOpen() {
        return channel.isOpen();
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void bytes_arriveInOrder_andThenTheEnd(Kind kind) throws Exception {
    var data = new byte[3 << 20];
    new Random(2).nextBytes(data);
    run(() -> {
      var ends = kind.open();
      var reader = ends.reading().connect(new Recorder()).protocol();
      var writer = ends.writing().connect(new Recorder());
      for (int at = 0; at < data.length; at += 1 << 18) {
        writer.transport().write(ByteBuffer.wrap(data, at, 1 << 18));
      }
      writer.transport().close();
      await(writer.protocol().lost);
      await(reader.lost);
      assertThat(Arrays.equals(reader.received(), data)).isTrue();
      assertThat(reader.calls).startsWith("made", "data").endsWith("eof", "lost");
      assertThat(writer.protocol().calls).containsExactly("made", "pause", "resume", "lost");
    });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void reader_thatIsPaused_leavesTheRestInThePipe(Kind kind) throws Exception {
    run(() -> {
      var ends = kind.open();
      var reader = ends.reading().connect(new Recorder());
      var writer = ends.writing().connect(new Recorder());
      reader.transport().pauseReading();
      reader.transport().pauseReading();
      assertThat(reader.transport().isReading()).isFalse();
      writer.transport().write(new byte[1 << 20]);
      sleep(0.03);
      assertThat(reader.protocol().received()).isEmpty();
      assertThat(writer.transport().getWriteBufferSize()).isGreaterThan(1 << 19);
      assertThat(writer.protocol().calls).containsExactly("made", "pause");
      reader.transport().resumeReading();
      reader.protocol().awaitBytes(1 << 20);
      writer.transport().close();
      await(reader.protocol().lost);
      assertThat(writer.transport().getWriteBufferSize()).isZero();
    });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void smallPieces_arriveAsOneStream(Kind kind) throws Exception {
    run(() -> {
      var ends = kind.open();
      var reader = ends.reading().connect(new Recorder()).protocol();
      var writer = ends.writing().connect(new Recorder()).transport();
      var expected = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        writer.write((i + " ").getBytes(UTF_8));
        expected.append(i).append(' ');
        if (i % 100 == 0) {
          sleep(0);
        }
      }
      writer.writelines(List.of("a".getBytes(UTF_8), new byte[0], "b".getBytes(UTF_8)));
      writer.writeEof();
      await(reader.lost);
      assertThat(reader.text()).isEqualTo(expected + "ab");
    });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void otherDirection_isRefused(Kind kind) throws Exception {
    run(() -> {
      var ends = kind.open();
      var reader = ends.reading().connect(new Recorder());
      var writer = ends.writing().connect(new Recorder());
      var reading = reader.protocol().transport();
      var writing = writer.protocol().transport();
      for (Runnable call :
          List.<Runnable>of(
              () -> reading.write(new byte[1]),
              () -> reading.writelines(List.of()),
              reading::writeEof,
              reading::getWriteBufferLimits,
              () -> reading.setWriteBufferLimits(1))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessage("this transport reads from a pipe; it cannot write");
      }
      assertThatThrownBy(writing::pauseReading)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("this transport writes to a pipe; it cannot read");
      assertThatThrownBy(writing::resumeReading).isInstanceOf(UnsupportedOperationException.class);
      assertThat(writing.isReading()).isFalse();
      assertThat(reading.canWriteEof()).isFalse();
      assertThat(reading.getWriteBufferSize()).isZero();
      assertThatThrownBy(() -> reading.setProtocol(new BaseProtocol() {}))
          .isInstanceOf(IllegalArgumentException.class);
      writing.close();
      await(reader.protocol().lost);
    });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void loop_thatIsClosed_closesThePipe(Kind kind) throws Exception {
    run(() -> {
      var ends = kind.open();
      ends.reading().connect(new Recorder());
      ends.writing().connect(new Recorder());
    });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void bufferedProtocol_isFilled(Kind kind) throws Exception {
    run(() -> {
      var ends = kind.open();
      var filled = new Filled();
      var reader = ends.reading().connect(filled);
      var writer = ends.writing().connect(new Recorder()).transport();
      assertThat(reader.protocol()).isSameAs(filled);
      writer.write("hello world".getBytes(UTF_8));
      writer.close();
      await(filled.lost);
      assertThat(filled.parts).containsExactly("hell", "o wo", "rld");
    });
  }

  private static final class Filled extends Recorder implements BufferedProtocol {
    final List<String> parts = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(4);

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      return buffer.clear();
    }

    @Override
    public void bufferUpdated(int bytes) {
      parts.add(new String(buffer.array(), 0, bytes, UTF_8));
    }
  }

  @Test
  void readerThatIsGone_failsTheWriter() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var writer = connectWritePipe(Recorder::new, pipe.sink());
      pipe.source().close();
      writer.transport().write(new byte[10]);
      assertThat(await(writer.protocol().lost))
          .isInstanceOf(SocketException.class)
          .hasMessage("Broken pipe");
      assertThat(writer.transport().isClosing()).isTrue();
      writer.transport().write(new byte[10]);
    });
  }

  @Test
  void streamsThatFail_endTheTransport() throws Exception {
    run(() -> {
      var failing =
          new InputStream() {
            @Override
            public int read() {
              throw new IllegalStateException("no such luck");
            }

            @Override
            public int read(byte[] target, int offset, int length) {
              return read();
            }
          };
      var reader = connectReadPipe(Recorder::new, failing).protocol();
      assertThat(await(reader.lost))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no such luck");
      for (var error : List.of(new IllegalStateException("no luck"), new StackOverflowError())) {
        var broken =
            new FilterInputStream(failing) {
              @Override
              public int read(byte[] target, int offset, int length) {
                throw Sneaky.sneak(error);
              }
            };
        assertThat(await(connectReadPipe(Recorder::new, broken).protocol().lost))
            .isInstanceOf(IOException.class)
            .hasRootCause(error);
        var deaf =
            new OutputStream() {
              @Override
              public void write(int b) {
                throw Sneaky.sneak(error);
              }
            };
        var writer = connectWritePipe(Recorder::new, deaf);
        writer.transport().write(new byte[1]);
        assertThat(await(writer.protocol().lost))
            .isInstanceOf(IOException.class)
            .hasRootCause(error);
      }
      var full =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new IOException("no room");
            }
          };
      var writer = connectWritePipe(Recorder::new, full);
      writer.transport().write(new byte[1]);
      assertThat(await(writer.protocol().lost))
          .isInstanceOf(IOException.class)
          .hasMessage("no room");
    });
  }

  @Test
  void files_canBeReadAndWritten(@TempDir Path folder) throws IOException {
    var file = folder.resolve("file");
    run(() -> {
      var out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      var writer = connectWritePipe(Recorder::new, out);
      writer.transport().write("contents".getBytes(UTF_8));
      writer.transport().close();
      await(writer.protocol().lost);
      while (out.isOpen()) {
        sleep(0.001);
      }
      var reader = connectReadPipe(Recorder::new, Files.newInputStream(file)).protocol();
      await(reader.lost);
      assertThat(reader.text()).isEqualTo("contents");
    });
  }

  @Test
  void channelThatIsClosed_isRefused(@TempDir Path folder) throws IOException {
    var file = FileChannel.open(Files.createFile(folder.resolve("file")));
    file.close();
    run(() -> {
      var pipe = Pipe.open();
      pipe.source().close();
      pipe.sink().close();
      assertThatThrownBy(() -> connectReadPipe(Recorder::new, pipe.source()))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> connectWritePipe(Recorder::new, pipe.sink()))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> connectReadPipe(Recorder::new, file))
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> connectWritePipe(Recorder::new, file))
          .isInstanceOf(ClosedChannelException.class);
    });
  }

  @Test
  void channelWithAReader_isTakenOver() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      pipe.source().configureBlocking(false);
      Sockets.addReader(
          pipe.source(),
          () -> {
            throw new AssertionError("still called");
          });
      var reader = connectReadPipe(Recorder::new, pipe.source()).protocol();
      pipe.sink().write(ByteBuffer.wrap("data".getBytes(UTF_8)));
      pipe.sink().close();
      await(reader.lost);
      assertThat(reader.text()).isEqualTo("data");
    });
  }

  @Test
  void channel_belongsToOneTransport() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var reader = connectReadPipe(Recorder::new, pipe.source());
      assertThat(reader.transport().getExtraInfo(ExtraInfo.PIPE)).isSameAs(pipe.source());
      assertThat(reader.transport().getExtraInfo(ExtraInfo.PEERNAME)).isNull();
      assertThat(reader.transport()).hasToString("<ReadPipeTransport open reading>");
      assertThatThrownBy(() -> connectReadPipe(Recorder::new, pipe.source()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is used by the transport of a pipe");
      pipe.sink().close();
      await(reader.protocol().lost);
      assertThat(reader.transport()).hasToString("<ReadPipeTransport closed>");
    });
  }

  @Test
  void connecting_thatFailsOrIsCancelled_closesThePipe() throws Exception {
    run(() -> {
      var first = Pipe.open();
      assertThatThrownBy(() ->
              Pipes.<Recorder>connectReadPipe(
                  () -> {
                    throw new IllegalStateException("no protocol");
                  },
                  first.source()))
          .hasMessage("no protocol");
      assertThat(first.source().isOpen()).isFalse();
      first.sink().close();
      var second = Pipe.open();
      var task = createTask(() -> connectWritePipe(Recorder::new, second.sink()));
      sleep(0);
      task.cancel();
      assertThatThrownBy(() -> await(task)).isInstanceOf(CancelledError.class);
      sleep(0);
      assertThat(second.sink().isOpen()).isFalse();
      second.source().close();
    });
  }
}
