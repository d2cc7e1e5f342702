package jasyncio.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(600)
@EnabledOnOs(OS.LINUX)
class DescriptorsTest {

  @Test
  void descriptor_isThatOfTheChannel() throws IOException {
    for (int round = 0; round < 20; round++) {
      try (var pipe = new OpenPipe()) {
        assertThat(leadsTo(Descriptors.of(pipe.sink()), pipe, (byte) round)).isTrue();
      }
    }
  }

  @Test
  void descriptor_isFoundAmongMany_evenIfNoneWasClosed() throws IOException {
    var pipes = new ArrayList<OpenPipe>();
    try {
      for (int i = 0; i < 100; i++) {
        pipes.add(new OpenPipe());
      }
      Collections.shuffle(pipes, new java.util.Random(3));
      for (var pipe : pipes) {
        assertThat(leadsTo(Descriptors.of(pipe.sink()), pipe, (byte) 7)).isTrue();
      }
    } finally {
      for (var pipe : pipes) {
        pipe.close();
      }
    }
  }

  @Test
  void descriptor_isFound_whileOtherThreadsSearch() throws Exception {
    var failures = Collections.synchronizedList(new ArrayList<Throwable>());
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      byte mark = (byte) i;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int round = 0; round < 50; round++) {
                    try (var pipe = new OpenPipe()) {
                      assertThat(leadsTo(Descriptors.of(pipe.sink()), pipe, mark)).isTrue();
                    }
                  }
                } catch (Throwable e) {
                  failures.add(e);
                }
              }));
    }
    for (var thread : threads) {
      thread.join();
    }
    assertThat(failures).isEqualTo(List.of());
  }

  @Test
  void mode_staysAsItWas() throws IOException {
    try (var pipe = new OpenPipe()) {
      Descriptors.of(pipe.sink());
      assertThat(pipe.sink().isBlocking()).isTrue();
      pipe.sink().configureBlocking(false);
      Descriptors.of(pipe.sink());
      assertThat(pipe.sink().isBlocking()).isFalse();
    }
  }

  @Test
  void channelThatWasFound_keepsItsModeWhenAskedAgain() throws IOException {
    try (var pipe = new OpenPipe();
        var selector = Selector.open()) {
      int found = Descriptors.of(pipe.sink());
      pipe.sink().configureBlocking(false);
      pipe.sink().register(selector, SelectionKey.OP_WRITE); // now the mode cannot be switched
      assertThat(Descriptors.of(pipe.sink())).isEqualTo(found);
    }
  }

  @Test
  void pipeOfOurs_isKnownBeforeItIsAskedFor() throws IOException {
    for (var libc : Arrays.asList(Libc.ifPossible(), null)) {
      close(Descriptors.openPipe(libc)); // loads classes, which opens files
      try (var holes = new OpenPipe();
          var selector = Selector.open()) {
        holes.source().close();
        var pipe = Descriptors.openPipe(libc);
        for (var end : List.of(pipe.source(), pipe.sink())) {
          assertThat(end.isBlocking()).isTrue();
          end.configureBlocking(false);
          end.register(selector, end.validOps()); // so that looking for it would fail
          int number = Descriptors.of(end);
          assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString())
              .startsWith("pipe:");
        }
        assertThat(Descriptors.of(pipe.source())).isNotEqualTo(Descriptors.of(pipe.sink()));
        close(pipe);
      }
    }
  }

  @Test
  void pipeOfOurs_isKnown_whileAnotherThreadOpensFiles() throws Exception {
    var done = new AtomicBoolean();
    var other =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                try (var _ = new FileInputStream("/dev/null")) {
                  Thread.onSpinWait();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            });
    try (var selector = Selector.open()) {
      for (int round = 0; round < 300; round++) {
        var pipe = Descriptors.openPipe();
        for (var end : List.of(pipe.source(), pipe.sink())) {
          end.configureBlocking(false);
          end.register(selector, end.validOps()); // so that looking for it would fail
          assertThat(Descriptors.of(end)).isNotNegative();
        }
        close(pipe);
        selector.selectNow();
      }
    } finally {
      done.set(true);
      other.join();
    }
  }

  private static void close(Pipe pipe) throws IOException {
    pipe.source().close();
    pipe.sink().close();
  }

  @Test
  void closedChannel_hasNone() throws IOException {
    var pipe = new OpenPipe();
    Descriptors.of(pipe.source());
    pipe.close();
    assertThatThrownBy(() -> Descriptors.of(pipe.sink()))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> Descriptors.of(pipe.source()))
        .isInstanceOf(ClosedChannelException.class);
  }

  /// Whether what is written to the descriptor comes out of the pipe.
  private static boolean leadsTo(int descriptor, OpenPipe pipe, byte mark) throws IOException {
    try (var out = new FileOutputStream("/proc/self/fd/" + descriptor)) {
      out.write(mark);
    }
    var buffer = ByteBuffer.allocate(2);
    return pipe.source().read(buffer) == 1 && buffer.get(0) == mark;
  }

  private static final class OpenPipe implements AutoCloseable {
    private final Pipe pipe = Pipe.open();

    OpenPipe() throws IOException {}

    Pipe.SourceChannel source() {
      return pipe.source();
    }

    Pipe.SinkChannel sink() {
      return pipe.sink();
    }

    @Override
    public void close() throws IOException {
      DescriptorsTest.close(pipe);
    }
  }
}
