package jasyncio.files;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.Future;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class AsyncFileTest {
  private static final int LARGE = 1_000_000; // several buffers

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("file");
  }

  /// Whatever a test opened is closed again.
  @AfterEach
  void nothingIsOpen() throws IOException {
    var descriptors = Path.of("/proc/self/fd");
    if (Files.isDirectory(descriptors)) {
      try (var entries = Files.list(descriptors)) {
        assertThat(entries.map(AsyncFileTest::target))
            .noneMatch(target -> target.startsWith(folder.toString()));
      }
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] random(int size) {
    var data = new byte[size];
    new Random(size).nextBytes(data);
    return data;
  }

  // ---- reading ----------------------------------------------------------------------------------

  @Test
  void read_givesAsManyAsAsked_andFewerAtTheEnd() throws IOException {
    var data = random(LARGE);
    Files.write(path, data);
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        assertThat(file.read(0)).isEmpty();
        assertThat(file.read(10)).isEqualTo(Arrays.copyOf(data, 10));
        assertThat(file.position()).isEqualTo(10);
        assertThat(file.read(600_000)).isEqualTo(Arrays.copyOfRange(data, 10, 600_010));
        var buffer = ByteBuffer.allocate(200_000);
        assertThat(file.read(buffer)).isEqualTo(200_000);
        assertThat(buffer.array()).isEqualTo(Arrays.copyOfRange(data, 600_010, 800_010));
        assertThat(file.read(buffer)).as("no room").isZero();
        assertThat(file.readexactly(5)).isEqualTo(Arrays.copyOfRange(data, 800_010, 800_015));
        assertThat(file.read(Integer.MAX_VALUE))
            .isEqualTo(Arrays.copyOfRange(data, 800_015, LARGE));
        assertThat(file.read(10)).isEmpty();
        assertThat(file.read(buffer.clear())).isEqualTo(-1);
        assertThat(file.readAll()).isEmpty();
        assertThat(file.size()).isEqualTo(LARGE);
      }
    });
  }

  @Test
  void readexactly_behindTheEnd_leavesThePosition() throws IOException {
    Files.write(path, bytes("0123456789"));
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        assertThat(file.readexactly(4)).asString(UTF_8).isEqualTo("0123");
        assertThatThrownBy(() -> file.readexactly(7))
            .isInstanceOf(EOFException.class)
            .hasMessage("6 bytes read on a total of 7 expected");
        assertThat(file.position()).isEqualTo(4);
        assertThat(file.readexactly(6)).asString(UTF_8).isEqualTo("456789");
      }
    });
  }

  @Test
  void readAll_givesTheRest() throws IOException {
    var data = random(LARGE);
    Files.write(path, data);
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        file.read(100);
        assertThat(file.readAll()).isEqualTo(Arrays.copyOfRange(data, 100, LARGE));
        assertThat(file.position()).isEqualTo(LARGE);
        file.seek(LARGE - 3);
        assertThat(file.readAll()).hasSize(3);
      }
    });
  }

  @Test
  void readline_givesLinesOfAnyLength() throws IOException {
    var random = new Random(7);
    List<String> lines =
        IntStream.range(0, 2000)
            .mapToObj(i -> "x".repeat(random.nextInt(i % 500 == 3 ? 400_000 : 200)) + i)
            .toList();
    Files.writeString(path, String.join("\n", lines));
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        var found = new ArrayList<String>();
        for (var line : file) {
          found.add(new String(line, UTF_8));
        }
        assertThat(String.join("", found)).isEqualTo(String.join("\n", lines));
        assertThat(found).hasSize(2000);
        assertThat(file.readline()).isEmpty();
        file.seek(0);
        assertThat(file.lines()).containsExactlyElementsOf(lines);
        file.seek(0);
        assertThat(file.lines(ISO_8859_1)).containsExactlyElementsOf(lines);
      }
    });
  }

  @Test
  void lines_haveNoEnds_andBytesHave() throws IOException {
    Files.write(path, bytes("a\r\n\nb\rc\nd"));
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        assertThat(file.lines()).containsExactly("a", "", "b\rc", "d");
        file.seek(0);
        assertThat(file.readLine()).isEqualTo("a");
        assertThat(file.readLine(ISO_8859_1)).isEmpty();
        assertThat(file.readLine()).isEqualTo("b\rc");
        assertThat(file.readLine()).isEqualTo("d");
        assertThat(file.readLine()).isNull();
        file.seek(0);
        assertThat(file.readline()).asString(UTF_8).isEqualTo("a\r\n");
        var lines = file.iterator();
        assertThat(lines.hasNext()).isTrue();
        assertThat(lines.hasNext()).isTrue();
        assertThat(lines.next()).asString(UTF_8).isEqualTo("\n");
        assertThat(file.position()).isEqualTo(4);
        assertThat(lines.next()).asString(UTF_8).isEqualTo("b\rc\n");
        assertThat(lines.next()).asString(UTF_8).isEqualTo("d");
        assertThatThrownBy(lines::next)
            .isInstanceOf(NoSuchElementException.class)
            .hasMessage("the file has ended");
      }
    });
  }

  @Test
  void text_isDecodedStrictly() throws IOException {
    Files.write(path, new byte[] {'o', 'k', '\n', (byte) 0xff, '\n'});
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        var lines = file.lines().iterator();
        assertThat(lines.next()).isEqualTo("ok");
        assertThatThrownBy(lines::hasNext).isInstanceOf(CharacterCodingException.class);
        file.seek(3);
        assertThatThrownBy(() -> file.readLine()).isInstanceOf(CharacterCodingException.class);
        file.seek(0);
        assertThatThrownBy(file::readString).isInstanceOf(CharacterCodingException.class);
        file.seek(0);
        assertThat(file.readString(ISO_8859_1)).isEqualTo("ok\n\u00ff\n");
        assertThatThrownBy(() -> file.lines(UTF_16))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "lines end with the byte 10, which is no newline in UTF-16; use readString");
      }
      Files.writeString(path, "\ufffd is fine");
      try (var file = AsyncFiles.open(path)) {
        assertThat(file.lines()).containsExactly("\ufffd is fine");
      }
      Files.writeString(path, "wide", UTF_16);
      try (var file = AsyncFiles.open(path)) {
        assertThat(file.readString(UTF_16)).isEqualTo("wide");
      }
    });
  }

  @Test
  void fileThatGrows_isReadOn() throws IOException {
    Files.write(path, bytes("one\n"));
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        assertThat(file.readline()).hasSize(4);
        assertThat(file.readline()).isEmpty();
        var more = random(LARGE);
        Files.write(path, more, StandardOpenOption.APPEND);
        assertThat(file.read(LARGE)).isEqualTo(more);
      }
    });
  }

  @Test
  void readingLines_hopsOncePerBuffer() throws IOException {
    Files.writeString(path, "0123456789\n".repeat(100_000));
    var hops = new ArrayList<Integer>();
    run(() -> {
      getRunningLoop().setDefaultExecutor(counting(hops));
      try (var file = AsyncFiles.open(path)) {
        int count = 0;
        for (var line : file.lines()) {
          count += line.length();
        }
        assertThat(count).isEqualTo(1_000_000);
      }
    });
    assertThat(hops).hasSizeLessThan(15);
  }

  @Test
  void readingMuchAtATime_hopsOncePerRead() throws IOException {
    int piece = 1024 * 1024;
    var data = random(4 * piece + 5);
    Files.write(path, data);
    var hops = new ArrayList<Integer>();
    run(() -> {
      getRunningLoop().setDefaultExecutor(counting(hops));
      try (var file = AsyncFiles.open(path)) {
        int before = hops.size();
        var first = file.read(piece);
        var second = file.read(piece);
        Arrays.fill(first, (byte) 0); // they are the caller's own
        assertThat(second).isEqualTo(Arrays.copyOfRange(data, piece, 2 * piece));
        var buffer = ByteBuffer.allocate(piece);
        assertThat(file.read(buffer)).isEqualTo(piece);
        assertThat(buffer.array()).isEqualTo(Arrays.copyOfRange(data, 2 * piece, 3 * piece));
        assertThat(file.readexactly(piece))
            .isEqualTo(Arrays.copyOfRange(data, 3 * piece, 4 * piece));
        assertThat(hops.size() - before).isEqualTo(4);
        assertThat(file.read(piece)).isEqualTo(Arrays.copyOfRange(data, 4 * piece, data.length));
        file.seek(0);
        assertThat(file.read(3 * piece)).isEqualTo(Arrays.copyOf(data, 3 * piece));
      }
    });
  }

  @Test
  void readingMuch_ofASmallFileThatGrows_givesWhatThereIs() throws IOException {
    int piece = 1024 * 1024;
    var data = random(2 * piece);
    Files.write(path, Arrays.copyOf(data, 10));
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        Files.write(path, data);
        assertThat(file.read(piece)).isEqualTo(Arrays.copyOf(data, piece));
        assertThat(file.read(2 * piece)).isEqualTo(Arrays.copyOfRange(data, piece, 2 * piece));
        assertThat(file.read(piece)).isEmpty();
      }
    });
  }

  private static ExecutorService counting(List<Integer> hops) {
    var executor = Executors.newSingleThreadExecutor();
    return new AbstractExecutorService() {
      @Override
      public void execute(Runnable command) {
        hops.add(hops.size());
        executor.execute(command);
      }

      @Override
      public void shutdown() {
        executor.shutdown();
      }

      @Override
      public List<Runnable> shutdownNow() {
        return executor.shutdownNow();
      }

      @Override
      public boolean isShutdown() {
        return executor.isShutdown();
      }

      @Override
      public boolean isTerminated() {
        return executor.isTerminated();
      }

      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
      }
    };
  }

  // ---- writing ----------------------------------------------------------------------------------

  @Test
  void written_isThereAfterFlushOrClose() throws Exception {
    run(() -> {
      try (var file = AsyncFiles.create(path)) {
        file.writeString("gr\u00fc\u00df ");
        file.write(bytes("dich\n"));
        assertThat(Files.size(path)).isZero();
        assertThat(file.position()).isEqualTo(12);
        file.flush();
        assertThat(path).hasContent("gr\u00fc\u00df dich\n");
        file.writelines(List.of(bytes("a\n"), bytes("b\n")));
        file.writeString("\u00fc", ISO_8859_1);
        assertThat(file.size()).isEqualTo(17);
        file.flush(true);
        file.writeString("end");
      }
      assertThat(Files.readString(path, ISO_8859_1)).endsWith("dich\na\nb\n\u00fcend");
    });
  }

  @Test
  void largeWrites_arriveWhole() throws IOException {
    var data = random(LARGE);
    run(() -> {
      try (var file = AsyncFiles.create(path)) {
        file.write(Arrays.copyOf(data, 300_000));
        var rest = ByteBuffer.wrap(data, 300_000, LARGE - 300_000);
        file.write(rest);
        assertThat(rest.hasRemaining()).isFalse();
      }
    });
    assertThat(Files.readAllBytes(path)).isEqualTo(data);
  }

  @Test
  void append_writesAtTheEnd() throws Exception {
    run(() -> {
      try (var file = AsyncFiles.append(path)) {
        file.writeString("one ");
      }
      try (var file = AsyncFiles.append(path)) {
        assertThat(file.position()).isEqualTo(4);
        file.seek(0);
        file.writeString("two");
        file.flush();
        assertThat(file.position()).isEqualTo(7);
      }
      assertThat(path).hasContent("one two");
    });
  }

  @Test
  void readingAndWriting_shareOnePosition() throws IOException {
    Files.write(path, bytes("0123456789"));
    run(() -> {
      try (var file = AsyncFiles.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        assertThat(file.read(3)).asString(UTF_8).isEqualTo("012");
        file.write(bytes("abc"));
        assertThat(file.read(2)).asString(UTF_8).isEqualTo("67");
        file.seek(2);
        assertThat(file.read(3)).asString(UTF_8).isEqualTo("2ab");
        file.seek(12);
        file.write(bytes("!"));
        file.seek(0);
        assertThat(file.readAll()).asString(UTF_8).isEqualTo("012abc6789\0\0!");
        file.truncate(5);
        assertThat(file.position()).isEqualTo(13);
        assertThat(file.size()).isEqualTo(5);
        assertThat(file.read(1)).isEmpty();
        file.truncate(100);
        assertThat(file.size()).as("never longer").isEqualTo(5);
      }
      assertThat(path).hasContent("012ab");
    });
  }

  @Test
  void randomOperations_giveWhatAnArrayGives() throws IOException {
    var random = new Random(42);
    var model = new byte[600_000];
    Files.write(path, model);
    run(() -> {
      try (var file = AsyncFiles.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        int position = 0;
        for (int i = 0; i < 2000; i++) {
          int n = Math.min(random.nextInt(i % 50 == 0 ? 300_000 : 500), model.length - position);
          switch (random.nextInt(4)) {
            case 0 -> {
              var data = new byte[n];
              random.nextBytes(data);
              file.write(data);
              System.arraycopy(data, 0, model, position, n);
              position += n;
            }
            case 1 -> {
              assertThat(file.read(n)).isEqualTo(Arrays.copyOfRange(model, position, position + n));
              position += n;
            }
            case 2 -> {
              position = random.nextInt(model.length);
              file.seek(position);
            }
            default -> {
              int back = random.nextInt(Math.min(position + 1, 300));
              position -= back;
              file.seek(position);
            }
          }
          assertThat(file.position()).isEqualTo(position);
        }
      }
    });
    assertThat(Files.readAllBytes(path)).isEqualTo(model);
  }

  // ---- cancellation -----------------------------------------------------------------------------

  /// An executor of one thread that can be held up.
  private static final class Gate {
    private final CountDownLatch open = new CountDownLatch(1);

    /// The next call waits until the gate is opened.
    static Gate close() {
      var gate = new Gate();
      getRunningLoop().runInExecutor(null, () -> gate.open.await());
      return gate;
    }

    void open() {
      open.countDown();
    }
  }

  private static void oneThread() {
    getRunningLoop().setDefaultExecutor(Executors.newSingleThreadExecutor());
  }

  private static void assertCancelled(Future<?> task) {
    task.cancel();
    assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
  }

  @Test
  void cancelledRead_leavesThePosition() throws IOException {
    var data = random(LARGE);
    Files.write(path, data);
    run(() -> {
      oneThread();
      try (var file = AsyncFiles.open(path)) {
        file.read(1000);
        var gate = Gate.close();
        var reading = createTask(() -> file.read(500_000));
        var lines = createTask(() -> file.readline());
        sleep(0);
        assertThatThrownBy(lines::await)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith("readline() called while another coroutine is in read() of <");
        assertCancelled(reading);
        assertThat(file.position()).isEqualTo(1000);
        gate.open();
        assertThat(file.readAll()).isEqualTo(Arrays.copyOfRange(data, 1000, LARGE));
      }
    });
  }

  @Test
  void cancelledLine_isReadAgain() throws IOException {
    var line = "x".repeat(500_000) + "\n";
    Files.writeString(path, line + "next\n");
    run(() -> {
      try (var file = AsyncFiles.open(path)) {
        var reading = createTask(() -> file.readline());
        while (file.position() == 0) { // it has the first piece, and waits for the next one
          sleep(0);
        }
        assertCancelled(reading);
        assertThat(file.position()).isZero();
        assertThat(file.readline()).asString(UTF_8).isEqualTo(line);
        assertThat(file.readline()).asString(UTF_8).isEqualTo("next\n");
      }
    });
  }

  @Test
  void cancelledWrite_isWrittenAsFarAsItWasTaken() throws IOException {
    var data = random(LARGE);
    run(() -> {
      oneThread();
      try (var file = AsyncFiles.create(path)) {
        var gate = Gate.close();
        var buffer = ByteBuffer.wrap(data);
        var writing = createTask(() -> file.write(buffer));
        sleep(0);
        assertCancelled(writing);
        assertThat(file.position()).isEqualTo(buffer.position()).isPositive();
        gate.open();
        file.write(buffer); // goes on where it was
      }
    });
    assertThat(Files.readAllBytes(path)).isEqualTo(data);
  }

  @Test
  void cancelledWriteThatFails_isTriedAgainByTheNext() throws IOException {
    assumeFullDevice();
    run(() -> {
      oneThread();
      var file = AsyncFiles.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
      var gate = Gate.close();
      file.writeString("x");
      var flushing = createTask(() -> file.flush());
      sleep(0);
      assertCancelled(flushing);
      gate.open();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(file::flush)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left");
      }
      file.writeString("y");
      assertThatThrownBy(file::close).hasMessageContaining("No space left");
      assertThat(file.isOpen()).isFalse();
      file.close();
    });
  }

  @Test
  void cancelledClose_closesAllTheSame() throws Exception {
    run(() -> {
      oneThread();
      var file = AsyncFiles.create(path);
      file.writeString("written");
      var gate = Gate.close();
      var closing = createTask(() -> file.close());
      sleep(0);
      assertCancelled(closing);
      assertThat(file.isOpen()).isFalse();
      gate.open();
    });
    assertThat(path).hasContent("written");
  }

  @Test
  void closeOfACancelledTask_writesWhatIsUnderWayFirst() throws IOException {
    var data = random(LARGE);
    var buffer = ByteBuffer.wrap(data);
    run(() -> {
      oneThread();
      var gates = new ArrayList<Gate>();
      var task =
          createTask(() -> {
            try (var file = AsyncFiles.create(path)) {
              gates.add(Gate.close());
              file.write(buffer);
            }
          });
      while (gates.isEmpty()) {
        sleep(0);
      }
      task.cancel();
      sleep(0);
      gates.getFirst().open();
      assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
    });
    assertThat(Files.readAllBytes(path)).isEqualTo(Arrays.copyOf(data, buffer.position()));
  }

  @Test
  void failedCloseThatNobodyWaitsFor_isReported() throws IOException {
    assumeFullDevice();
    var errors = new ArrayList<ErrorContext>();
    run(() -> {
      oneThread();
      getRunningLoop().setExceptionHandler((loop, error) -> errors.add(error));
      var file = AsyncFiles.open(Path.of("/dev/full"), StandardOpenOption.WRITE);
      file.writeString("x");
      var gate = Gate.close();
      var closing = createTask(() -> file.close());
      sleep(0);
      assertCancelled(closing);
      gate.open();
      while (errors.isEmpty()) {
        sleep(0);
      }
    });
    assertThat(errors)
        .singleElement()
        .satisfies(error -> {
          assertThat(error.message()).startsWith("cannot close <AsyncFile closed path=/dev/full");
          assertThat(error.exception()).hasMessageContaining("No space left");
        });
  }

  @Test
  void cancelledOpen_leavesNothingOpen() throws IOException {
    Files.write(path, bytes("x"));
    run(() -> {
      oneThread();
      for (int i = 0; i < 20; i++) {
        var gate = Gate.close();
        var opening = createTask(() -> AsyncFiles.open(path));
        sleep(0);
        if (i % 2 == 0) {
          assertCancelled(opening);
          gate.open();
        } else {
          gate.open();
          opening.cancel();
          try {
            opening.await().close();
          } catch (CancelledError e) {
            // it was not there yet
          }
        }
      }
      AsyncFiles.exists(path); // the executor has done all that came before
      sleep(0);
    });
  }

  // ---- the end ----------------------------------------------------------------------------------

  @Test
  void closedFile_refusesCalls() throws Exception {
    run(() -> {
      var file = AsyncFiles.create(path);
      file.close();
      file.close();
      assertThat(file.isOpen()).isFalse();
      assertThatThrownBy(() -> file.read(1)).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> file.write(bytes("x"))).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(file::flush).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> file.iterator().hasNext())
          .isInstanceOf(ClosedChannelException.class);
      assertThat(file.toString()).isEqualTo("<AsyncFile closed path=" + path + " position=0>");
      assertThat(file.path()).isEqualTo(path);
    });
  }

  @Test
  void closeWhileAnotherReads_endsTheRead() throws IOException {
    Files.write(path, random(LARGE));
    run(() -> {
      oneThread();
      var file = AsyncFiles.open(path);
      var gate = Gate.close();
      var reading = createTask(() -> file.readAll());
      sleep(0);
      var closing = createTask(() -> file.close());
      sleep(0);
      gate.open();
      closing.await();
      try {
        assertThat(reading.await(IOException.class)).hasSize(LARGE); // it was first
      } catch (ClosedChannelException e) {
        assertThat(file.isOpen()).isFalse();
      }
    });
  }

  @Test
  void closeWhileAnotherWrites_endsTheWrite() throws Exception {
    run(() -> {
      oneThread();
      var file = AsyncFiles.create(path);
      var gate = Gate.close();
      var writing = createTask(() -> file.write(new byte[LARGE]));
      sleep(0);
      var closing = createTask(() -> file.close());
      sleep(0);
      gate.open();
      closing.await();
      assertThatThrownBy(writing::await).isInstanceOf(ClosedChannelException.class);
      assertThat(Files.size(path)).isEqualTo(128 * 1024);
    });
  }

  @Test
  void closeAfterTheExecutorHasEnded_stillWrites() throws Exception {
    run(() -> {
      var file = AsyncFiles.create(path);
      file.writeString("late");
      getRunningLoop().shutdownDefaultExecutor();
      file.close();
    });
    assertThat(path).hasContent("late");
  }

  @Test
  void closeThatTheExecutorRejects_closesAllTheSame() throws Exception {
    run(() -> {
      var executor = Executors.newSingleThreadExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      var file = AsyncFiles.create(path);
      file.writeString("rejected");
      executor.shutdown();
      file.close();
    });
    assertThat(path).hasContent("rejected");
  }

  @Test
  void closeThatTheExecutorRejects_whileAWriteIsUnderWay_closesAllTheSame() throws Exception {
    run(() -> {
      var executor = Executors.newSingleThreadExecutor();
      getRunningLoop().setDefaultExecutor(executor);
      var file = AsyncFiles.create(path);
      file.writeString("one ");
      var gate = Gate.close();
      assertCancelled(startedFlush(file));
      file.writeString("two");
      executor.shutdown();
      var closing = createTask(() -> file.close());
      sleep(0);
      gate.open();
      closing.await();
    });
    assertThat(path).hasContent("one two");
  }

  private static Future<?> startedFlush(AsyncFile file) {
    var flushing = createTask(() -> file.flush());
    sleep(0);
    return flushing;
  }

  @Test
  void manyFiles_atOnce() {
    run(() -> {
      var data = random(200_000);
      List<Future<?>> tasks = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        var mine = folder.resolve("file" + i);
        tasks.add(
            createTask(() -> {
              try (var file = AsyncFiles.create(mine)) {
                file.write(data);
              }
              try (var file = AsyncFiles.open(mine)) {
                var read = new ByteArrayOutputStream();
                for (var line : file) {
                  read.writeBytes(line);
                }
                assertThat(read.toByteArray()).isEqualTo(data);
              }
            }));
      }
      tasks.forEach(task -> await(task));
    });
  }

  // ---- misuse -----------------------------------------------------------------------------------

  @Test
  void misuse_isSaidInOneSentence() throws IOException {
    Files.write(path, bytes("x"));
    run(() -> {
      assertThatThrownBy(() -> AsyncFiles.open(folder.resolve("missing")))
          .isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(
              () -> AsyncFiles.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))
          .isInstanceOf(FileAlreadyExistsException.class);
      assertThatThrownBy(() -> AsyncFiles.open(null)).isInstanceOf(NullPointerException.class);
      try (var file = AsyncFiles.open(path)) {
        assertThatThrownBy(() -> file.write(bytes("x")))
            .isInstanceOf(NonWritableChannelException.class);
        assertIllegal("a number of bytes must not be negative, got -1", () -> file.read(-1));
        assertIllegal("a number of bytes must not be negative, got -1", () -> file.readexactly(-1));
        assertIllegal("the position must not be negative, got -1", () -> file.seek(-1));
        assertIllegal("the size must not be negative, got -1", () -> file.truncate(-1));
        assertThat(file.read(1)).as("and it goes on").asString(UTF_8).isEqualTo("x");
      }
      try (var file = AsyncFiles.append(path)) {
        assertThatThrownBy(() -> file.read(1)).isInstanceOf(NonReadableChannelException.class);
        assertThatThrownBy(file::readAll).isInstanceOf(NonReadableChannelException.class);
      }
    });
  }

  private static void assertIllegal(
      String sentence, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }

  private static void assumeFullDevice() {
    assumeTrue(Files.exists(Path.of("/dev/full")), "no device that is full");
  }
}
