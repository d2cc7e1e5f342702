package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.ChildJvm;
import jasyncio.Runtimes;
import jasyncio.testkit.OpenSockets;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `System.in`, `System.out` and `System.err` in coroutines.
@ExtendWith(OpenSockets.class)
class StandardStreamsTest {
  /// Answers each line.
  static final class Program {
    public static void main(String[] arguments) throws Exception {
      ChildJvm.keepQuietAboutSlowSteps();
      run(() -> {
        try (var standard = Streams.standardStreams()) {
          var ticking =
              createTask(() -> {
                while (true) {
                  sleep(0.01); // the loop goes on while nothing comes
                }
              });
          for (var line : standard.reader()) {
            standard.writer().write("got " + new String(line, UTF_8), UTF_8);
            standard.writer().drain();
          }
          ticking.cancel();
          standard.writer().write(new byte[200_000]);
          standard.writer().write("\n", UTF_8);
          standard.writer().drain();
        }
      });
      System.out.println("still open");
    }
  }

  @Test
  @Tag("slow")
  void standardStreams_areThoseOfTheProgram() {
    try (var child = ChildJvm.start(Program.class, Runtimes.jvmOptions())) {
      child.write("one\n");
      assertThat(child.readLine()).isEqualTo("got one");
      child.write("two\nthree\n");
      assertThat(child.readLine()).isEqualTo("got two");
      assertThat(child.readLine()).isEqualTo("got three");
      child.closeInput();
      assertThat(child.readLine()).hasSize(200_000);
      var end = child.finish();
      assertThat(end.output()).isEqualTo("still open");
      assertThat(end.exitCode()).isZero();
    }
  }

  /// Answers each line, as one would write it.
  static final class Talker {
    public static void main(String[] arguments) throws Exception {
      ChildJvm.keepQuietAboutSlowSteps();
      run(() -> {
        var stdin = Streams.stdin();
        try (var stdout = Streams.stdout();
            var stderr = Streams.stderr()) {
          for (String line; (line = stdin.readLine()) != null; ) {
            stdout.write("got " + line + "\n");
            stdout.drain();
          }
          stderr.write("no more\n");
          stderr.drain();
        }
      });
      System.err.println("both still open");
      System.out.println("still open");
    }
  }

  @Test
  @Tag("slow")
  void stdinStdoutAndStderr_areThoseOfTheProgram() {
    try (var child = ChildJvm.start(Talker.class, Runtimes.jvmOptions())) {
      child.write("one\n");
      assertThat(child.readLine()).isEqualTo("got one");
      child.write("two");
      child.closeInput();
      assertThat(child.readLine()).isEqualTo("got two");
      var end = child.finish();
      assertThat(end.output()).contains("still open");
      assertThat(end.exitCode()).isZero();
    }
  }

  @Test
  void output_thatNobodyReads_isAnError() throws Exception {
    var before = System.out;
    var broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    System.setOut(new PrintStream(broken));
    try {
      run(() -> {
        var output = Pipes.connectWritePipe(FlowControlMixin::new, StandardStreams.out());
        output.transport().setWriteBufferLimits(0);
        var writer = new StreamWriter(output.transport(), output.protocol(), null);
        writer.write("x", UTF_8);
        assertThatThrownBy(writer::drain).hasMessageContaining("nobody reads it any more");
        assertThatThrownBy(writer::waitClosed).hasMessageContaining("nobody reads it any more");
      });
    } finally {
      System.setOut(before);
    }
  }

  @Test
  void flowControlMixin_byItself_isTheProtocolOfAnOutput() throws Exception {
    run(() -> {
      var pipe = Pipe.open();
      var output = Pipes.connectWritePipe(FlowControlMixin::new, pipe.sink());
      var writer = new StreamWriter(output.transport(), output.protocol(), null);
      writer.write(new byte[1_000_000]);
      var draining = createTask(writer::drain);
      sleep(0);
      assertThat(draining.done()).isFalse();
      try (var source = pipe.source()) {
        var buffer = ByteBuffer.allocate(10_000);
        source.configureBlocking(false);
        for (int left = 1_000_000; left > 0; sleep(0)) {
          left -= source.read(buffer.clear());
        }
        draining.await();
        writer.close();
        writer.waitClosed();
      }
    });
  }
}
