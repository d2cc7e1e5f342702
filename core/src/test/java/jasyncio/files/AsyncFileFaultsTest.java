package jasyncio.files;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What was written is neither lost nor moved when a step fails: the disk is full, the executor
/// takes no more, somebody is cancelled.
@Timeout(600)
class AsyncFileFaultsTest {
  private static final int BUFFER = 128 * 1024;

  @TempDir Path folder;
  private Path path;
  private SmallDisk disk;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("file");
  }

  private AsyncFile create(int space) throws IOException {
    disk =
        new SmallDisk(
            FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            space);
    return new AsyncFile(path, new AsyncFile.Opened(disk, 0, 0), true, false);
  }

  private AsyncFile append(int space) throws IOException {
    disk =
        new SmallDisk(
            FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND), space);
    return new AsyncFile(path, new AsyncFile.Opened(disk, disk.size(), 0), true, true);
  }

  private static byte[] random(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] part(byte[] data, int from, int length) {
    return Arrays.copyOfRange(data, from, from + length);
  }

  private static void assertFull(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessage("No space left on device");
  }

  // ---- the disk is full -------------------------------------------------------------------------

  @Test
  void flushThatFails_keepsWhatIsNotWritten() throws IOException {
    var data = random(300_000);
    run(() -> {
      try (var file = create(4096)) {
        file.write(part(data, 0, 45_056));
        assertFull(file::flush);
        assertThat(file.position()).isEqualTo(45_056);
        assertThat(Files.size(path)).isEqualTo(4096);
        assertFull(file::flush);
        assertFull(file::size);
        assertFull(() -> file.seek(0));
        assertThat(file.position()).isEqualTo(45_056);
        file.write(part(data, 45_056, 45_056)); // there is room for it in the buffer
        disk.free(10_000);
        assertFull(file::flush);
        assertThat(Files.size(path)).isEqualTo(14_096);
        disk.free(1_000_000);
        file.write(part(data, 90_112, 209_888));
        file.flush();
        assertThat(Files.readAllBytes(path)).isEqualTo(data);
        file.seek(100_000);
        assertThat(file.read(1000)).isEqualTo(Arrays.copyOfRange(data, 100_000, 101_000));
      }
    });
    assertThat(Files.readAllBytes(path)).isEqualTo(data);
  }

  @Test
  void appendThatFails_goesOnAtTheEnd() throws IOException {
    Files.writeString(path, "before ");
    run(() -> {
      try (var file = append(3)) {
        file.writeString("written");
        assertFull(file::flush);
        assertThat(path).hasContent("before wri");
        file.writeString(" and more");
        Files.writeString(path, "|", StandardOpenOption.APPEND); // by somebody else
        disk.free(100);
        file.flush();
        assertThat(file.position()).isEqualTo(24);
      }
    });
    assertThat(path).hasContent("before wri|tten and more");
  }

  @Test
  void writeThatFails_hasTakenAllOrNothing() throws IOException {
    var first = random(100_000);
    var second = random(BUFFER);
    run(() -> {
      try (var file = create(1000)) {
        file.write(first);
        var buffer = ByteBuffer.wrap(second);
        assertFull(() -> file.write(buffer));
        assertThat(buffer.position()).isZero();
        assertThat(file.position()).isEqualTo(100_000);
        file.write(buffer); // there is room for it, beside what waits for the disk
        assertFull(() -> file.write(new byte[1]));
        assertThat(file.position()).isEqualTo(100_000 + BUFFER);
        disk.free(1_000_000);
      }
    });
    assertThat(Files.readAllBytes(path)).startsWith(first).endsWith(second).hasSize(231_072);
  }

  @Test
  void largeWriteThatFails_goesOnWhereThePositionIs() throws IOException {
    var data = random(1_000_000);
    run(() -> {
      try (var file = create(200_000)) {
        var buffer = ByteBuffer.wrap(data);
        assertFull(() -> file.write(buffer));
        assertThat(file.position()).isEqualTo(buffer.position()).isEqualTo(2L * BUFFER);
        disk.free(1_000_000);
        file.write(buffer);
      }
    });
    assertThat(Files.readAllBytes(path)).isEqualTo(data);
  }

  @Test
  void readAndTruncate_afterAWriteThatFailed_failUntilItIsWritten() throws IOException {
    run(() -> {
      try (var file = create(2)) {
        file.writeString("hello");
        assertFull(() -> file.read(1));
        assertFull(() -> file.truncate(1));
        assertThat(file.position()).isEqualTo(5);
        disk.free(3);
        file.truncate(4);
        file.seek(1);
        assertThat(file.readString()).isEqualTo("ell");
      }
    });
  }

  @Test
  void closeThatFails_closes_andSaysSo() throws IOException {
    run(() -> {
      var file = create(3);
      file.writeString("hello");
      assertFull(file::flush);
      assertFull(file::close);
      assertThat(file.isOpen()).isFalse();
      assertThat(disk.isOpen()).isFalse();
      file.close();
      assertThatThrownBy(file::flush).isInstanceOf(ClosedChannelException.class);
    });
    assertThat(path).hasContent("hel");
  }

  @Test
  void channelThatTakesNothing_isAnError() throws IOException {
    run(() -> {
      var file = new AsyncFile(path, new AsyncFile.Opened(new Idle(path), 0, 0), true, false);
      file.writeString("hello");
      assertThatThrownBy(file::close).hasMessageStartingWith("the file takes no more bytes");
    });
  }

  /// A channel that never takes anything.
  private static final class Idle extends SmallDisk {
    Idle(Path path) throws IOException {
      super(FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE), 0);
    }

    @Override
    public int write(ByteBuffer data, long at) {
      return 0;
    }
  }

  // ---- the executor takes no more ---------------------------------------------------------------

  @Test
  void executorThatRejects_losesNothing() throws IOException {
    var data = random(200_000);
    run(() -> {
      var executor = new StepExecutor();
      var file = create(Integer.MAX_VALUE);
      getRunningLoop().setDefaultExecutor(executor);
      executor.reject(true);
      file.write(part(data, 0, 1000));
      assertThatThrownBy(file::flush).isInstanceOf(RejectedExecutionException.class);
      assertThatThrownBy(() -> file.read(1)).isInstanceOf(RejectedExecutionException.class);
      var rest = ByteBuffer.wrap(data, 1000, 199_000);
      assertThatThrownBy(() -> file.write(rest)).isInstanceOf(RejectedExecutionException.class);
      assertThat(file.position()).isEqualTo(rest.position()).isEqualTo(1000 + BUFFER);
      executor.reject(false);
      var writing = createTask(() -> file.write(rest));
      runCalls(executor, writing);
      executor.reject(true);
      file.close(); // by itself
    });
    assertThat(Files.readAllBytes(path)).isEqualTo(data);
  }

  private static void runCalls(StepExecutor executor, Task<?> task) {
    while (!task.done()) {
      if (executor.waiting() > 0) {
        executor.step();
      }
      sleep(0);
    }
  }

  // ---- cancellation at each step ----------------------------------------------------------------

  /// What a task does with a file, each time from where it is: it can be repeated after any
  /// cancellation.
  private static void writeRest(AsyncFile file, byte[] data) throws IOException {
    while (file.position() < data.length) {
      int at = (int) file.position();
      file.write(part(data, at, Math.min(50_000, data.length - at)));
      if (file.position() % 100_000 == 0) {
        file.flush();
      }
    }
    file.flush(true);
  }

  /// @param after whether the call has been made when the cancellation comes
  private void cancelAt(int step, boolean after, int space, boolean appending) throws IOException {
    Files.deleteIfExists(path);
    var data = random(400_000);
    run(() -> {
      var executor = new StepExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      var file = appending ? append(space) : create(space);
      boolean cancelled = false;
      Task<?> task = null;
      while (task == null || !task.done() || file.position() < data.length) {
        if (task == null || task.done()) {
          if (task != null) {
            assertFullOrCancelled(task);
            disk.free(60_000);
          }
          task = createTask(() -> writeRest(file, data));
        }
        sleep(0);
        if (executor.waiting() > 0) {
          boolean now = !cancelled && executor.steps() == step;
          if (now && !after) {
            task.cancel();
            cancelled = true;
            sleep(0);
          }
          executor.step();
          if (now && after) {
            task.cancel();
            cancelled = true;
          }
        }
        sleep(0);
        sleep(0);
      }
      assertFullOrCancelled(task);
      disk.free(1_000_000);
      var closing = createTask(() -> file.close());
      runCalls(executor, closing);
      closing.await();
    });
    assertThat(Files.readAllBytes(path))
        .as("step %s, after %s, space %s, append %s", step, after, space, appending)
        .isEqualTo(data);
  }

  private static void assertFullOrCancelled(Task<?> task) {
    if (task.done() && !task.cancelled() && task.exception() != null) {
      assertThat(task.exception()).hasMessage("No space left on device");
    }
  }

  @Test
  void cancellationAtEachStep_losesAndMovesNothing() throws IOException {
    for (int step = 0; step < 12; step++) {
      for (int space : List.of(Integer.MAX_VALUE / 2, 0, 30_000, 170_000)) {
        for (boolean appending : List.of(false, true)) {
          cancelAt(step, false, space, appending);
          cancelAt(step, true, space, appending);
        }
      }
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Test
  void closeTwice_theSecondWaitsForTheFirst() throws IOException {
    run(() -> {
      var executor = new StepExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      var file = create(100);
      file.writeString("hello");
      var first = createTask(() -> file.close());
      var second = createTask(() -> file.close());
      sleep(0);
      sleep(0);
      assertThat(second.done()).isFalse();
      assertThat(file.isOpen()).isFalse();
      executor.step();
      second.await();
      first.await();
      assertThat(path).hasContent("hello");
    });
  }

  @Test
  void closeTwice_bothCancelled_isReportedOnce() throws IOException {
    var errors = new ArrayList<ErrorContext>();
    run(() -> {
      var executor = new StepExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      var file = create(0);
      file.writeString("hello");
      for (int i = 0; i < 2; i++) {
        var closing = createTask(() -> file.close());
        sleep(0);
        closing.cancel();
        assertThatThrownBy(closing::await).isInstanceOf(CancelledError.class);
      }
      executor.step();
      sleep(0);
      sleep(0);
      sleep(0);
      assertThat(disk.isOpen()).isFalse();
    });
    assertThat(errors)
        .singleElement()
        .satisfies(e -> assertThat(e.exception()).hasMessage("No space left on device"));
  }

  @Test
  void closeWhileAWriteFails_triesAgain() throws IOException {
    run(() -> {
      var executor = new StepExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      var file = create(0);
      file.writeString("hello");
      var flushing = createTask(() -> file.flush());
      sleep(0);
      var closing = createTask(() -> file.close());
      sleep(0);
      executor.step();
      disk.free(100);
      runCalls(executor, closing);
      closing.await();
      assertFull(() -> flushing.await(IOException.class));
    });
    assertThat(path).hasContent("hello");
  }

  @Test
  void changeThatFails_isToldToTheNext_ifItsCallerWasCancelled() throws IOException {
    run(() -> {
      var executor = new StepExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      var file = create(100);
      var truncating = createTask(() -> file.truncate(0));
      sleep(0);
      truncating.cancel();
      assertThatThrownBy(truncating::await).isInstanceOf(CancelledError.class);
      disk.close();
      executor.step();
      sleep(0);
      assertThatThrownBy(file::flush).isInstanceOf(ClosedChannelException.class);
      runCalls(executor, createTask(() -> file.close()));
    });
  }
}
