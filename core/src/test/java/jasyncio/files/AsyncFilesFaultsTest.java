package jasyncio.files;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// File systems and executors that do not behave.
@Timeout(600)
class AsyncFilesFaultsTest {
  @TempDir Path folder;

  /// A channel whose methods fail.
  private class Bad extends SmallDisk {
    private final String failing;
    private final Throwable failure;

    Bad(String failing, Throwable failure) throws IOException {
      super(
          FileChannel.open(
              folder.resolve("file"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE),
          1000);
      this.failing = failing;
      this.failure = failure;
    }

    private void maybeFail(String method) throws IOException {
      if (method.equals(failing)) {
        switch (failure) {
          case IOException e -> throw e;
          case RuntimeException e -> throw e;
          case Error e -> throw e;
          default -> throw new AssertionError(failure);
        }
      }
    }

    @Override
    public long position() throws IOException {
      maybeFail("position");
      return super.position();
    }

    @Override
    public long size() throws IOException {
      maybeFail("size");
      return super.size();
    }

    @Override
    public int write(ByteBuffer data, long at) throws IOException {
      maybeFail("write");
      return super.write(data, at);
    }

    @Override
    public int read(ByteBuffer target, long at) throws IOException {
      maybeFail("read");
      return super.read(target, at);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      super.implCloseChannel();
      maybeFail("close");
    }
  }

  private static final List<Throwable> FAILURES =
      List.of(
          new IOException("io"), new IllegalStateException("runtime"), new AssertionError("error"));

  private static AsyncFile open(FileChannel channel) throws IOException {
    return AsyncFiles.open(
        StrangeFiles.path(() -> channel), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Test
  void openThatFails_closesTheChannel_andThrowsWhatItIs() throws Exception {
    run(() -> {
      for (var failure : FAILURES) {
        for (var method : List.of("position", "size")) {
          var channel = new Bad(method, failure);
          assertThatThrownBy(() -> open(channel)).isSameAs(failure);
          assertThat(channel.isOpen()).isFalse();
        }
      }
      assertThatThrownBy(() ->
              AsyncFiles.open(
                  StrangeFiles.path(() -> {
                    throw new IllegalStateException("no file");
                  })))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no file");
    });
  }

  @Test
  void readAndWriteThatFail_changeNothing() throws Exception {
    run(() -> {
      for (var failure : FAILURES) {
        Files.writeString(folder.resolve("file"), "hello");
        var reading = open(new Bad("read", failure));
        assertThatThrownBy(() -> reading.read(3)).isSameAs(failure);
        assertThatThrownBy(reading::readAll).isSameAs(failure);
        assertThat(reading.position()).isZero();
        reading.close();
        var writing = open(new Bad("write", failure));
        writing.writeString("jelly");
        assertThatThrownBy(writing::flush).isSameAs(failure);
        assertThat(writing.position()).isEqualTo(5);
        assertThatThrownBy(writing::close).isSameAs(failure);
        assertThat(writing.isOpen()).isFalse();
      }
    });
  }

  @Test
  void closeThatFails_isToldOnce() throws Exception {
    run(() -> {
      for (var failure : FAILURES) {
        var file = open(new Bad("close", failure));
        assertThatThrownBy(file::close).isSameAs(failure);
        file.close();
      }
    });
  }

  @Test
  void undoThatFails_isReported() throws Exception {
    var errors = new ArrayList<ErrorContext>();
    run(() -> {
      var executor = new StepExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      var failure = new IllegalStateException("runtime");
      var channel = new Bad("close", failure);
      var opening = createTask(() -> open(channel));
      sleep(0);
      executor.step();
      opening.cancel();
      assertThatThrownBy(opening::await).isInstanceOf(CancelledError.class);
      sleep(0);
      sleep(0);
      assertThat(channel.isOpen()).isFalse();
    });
    assertThat(errors)
        .singleElement()
        .satisfies(e -> assertThat(e.exception()).hasMessage("runtime"));
  }

  @Test
  void executorThatRejects_opensNothing() {
    run(() -> {
      var executor = new StepExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      executor.reject(true);
      assertThatThrownBy(() -> AsyncFiles.create(folder.resolve("file")))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(folder).isEmptyDirectory();
      assertThatThrownBy(() -> AsyncFiles.createTempFile(folder, "a", "b"))
          .isInstanceOf(RejectedExecutionException.class);
      assertThat(folder).isEmptyDirectory();
    });
  }

  private static final class Direct extends AbstractExecutorService {
    @Override
    public void execute(Runnable call) {
      call.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return true;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  @Test
  void executorThatCallsAtOnce_works() throws Exception {
    run(() -> {
      getRunningLoop().setDefaultExecutor(new Direct());
      try (var file = AsyncFiles.create(folder.resolve("file"))) {
        file.writeString("direct");
      }
      assertThat(AsyncFiles.readString(folder.resolve("file"))).isEqualTo("direct");
    });
  }
}
