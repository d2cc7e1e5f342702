package jasyncio.files;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Calls on whole files and folders.
@Timeout(600)
class AsyncFilesTest {
  @TempDir Path folder;

  @Test
  void wholeFiles_areWrittenAndRead() throws Exception {
    run(() -> {
      var path = folder.resolve("file");
      AsyncFiles.writeBytes(path, "bytes\n".getBytes(UTF_8));
      assertThat(AsyncFiles.readBytes(path)).asString(UTF_8).isEqualTo("bytes\n");
      AsyncFiles.writeString(path, "gr\u00fc\u00dfe\n", StandardOpenOption.APPEND);
      assertThat(AsyncFiles.readString(path)).isEqualTo("bytes\ngr\u00fc\u00dfe\n");
      assertThat(AsyncFiles.readLines(path)).containsExactly("bytes", "gr\u00fc\u00dfe");
      assertThat(AsyncFiles.size(path)).isEqualTo(14);
      AsyncFiles.writeString(path, "\u00fc", ISO_8859_1);
      assertThat(AsyncFiles.readString(path, ISO_8859_1)).isEqualTo("\u00fc");
      assertThat(AsyncFiles.readLines(path, ISO_8859_1)).containsExactly("\u00fc");
      assertThatThrownBy(() -> AsyncFiles.readString(path))
          .isInstanceOf(CharacterCodingException.class);
      AsyncFiles.writeLines(path, List.of("a", "b"));
      assertThat(AsyncFiles.readLines(path)).containsExactly("a", "b");
    });
  }

  @Test
  void foldersAndFiles_areMadeMovedAndDeleted() throws Exception {
    run(() -> {
      var deep = folder.resolve("a/b");
      AsyncFiles.createDirectories(deep);
      AsyncFiles.createDirectories(deep);
      var one = deep.resolve("one");
      var two = folder.resolve("two");
      AsyncFiles.writeString(one, "1");
      AsyncFiles.copy(one, two);
      assertThatThrownBy(() -> AsyncFiles.copy(one, two))
          .isInstanceOf(FileAlreadyExistsException.class);
      AsyncFiles.copy(one, two, StandardCopyOption.REPLACE_EXISTING);
      assertThat(AsyncFiles.list(folder)).containsExactly(folder.resolve("a"), two);
      assertThat(AsyncFiles.walk(folder))
          .containsExactly(folder, folder.resolve("a"), deep, one, two);
      assertThat(AsyncFiles.walk(folder, 1)).containsExactly(folder, folder.resolve("a"), two);
      assertThat(AsyncFiles.attributes(deep).isDirectory()).isTrue();
      assertThatThrownBy(() -> AsyncFiles.delete(deep))
          .isInstanceOf(DirectoryNotEmptyException.class);
      AsyncFiles.move(one, folder.resolve("three"));
      assertThat(AsyncFiles.exists(one)).isFalse();
      assertThat(AsyncFiles.exists(folder.resolve("three"))).isTrue();
      AsyncFiles.delete(deep);
      assertThat(AsyncFiles.deleteIfExists(deep)).isFalse();
      assertThat(AsyncFiles.deleteIfExists(two)).isTrue();
    });
  }

  @Test
  void temporaryFiles_areMade() throws Exception {
    run(() -> {
      var file = AsyncFiles.createTempFile("jasyncio", ".tmp");
      var here = AsyncFiles.createTempFile(folder, "a", "z");
      var directory = AsyncFiles.createTempDirectory("jasyncio");
      assertThat(file).isEmptyFile();
      assertThat(here.getParent()).isEqualTo(folder);
      assertThat(directory).isEmptyDirectory();
      AsyncFiles.delete(file);
      AsyncFiles.delete(directory);
    });
  }

  @Test
  void cancelledTemporaryFile_isDeletedAgain() throws IOException {
    run(() -> {
      getRunningLoop().setDefaultExecutor(Executors.newSingleThreadExecutor());
      var go = new CountDownLatch(1);
      getRunningLoop().runInExecutor(null, () -> go.await());
      var making = createTask(() -> AsyncFiles.createTempFile(folder, "a", "z"));
      sleep(0);
      making.cancel();
      assertThatThrownBy(making::await).isInstanceOf(CancelledError.class);
      go.countDown();
    });
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void cancelledCall_thatHasNotBegun_isDropped() throws Exception {
    run(() -> {
      getRunningLoop().setDefaultExecutor(Executors.newSingleThreadExecutor());
      var go = new CountDownLatch(1);
      getRunningLoop().runInExecutor(null, () -> go.await());
      var path = folder.resolve("never");
      var writing = createTask(() -> AsyncFiles.writeString(path, "x"));
      sleep(0);
      writing.cancel();
      assertThatThrownBy(writing::await).isInstanceOf(CancelledError.class);
      go.countDown();
      assertThat(AsyncFiles.exists(path)).isFalse();
    });
  }

  @Test
  void cancelledOpen_thatHasNotBegun_isDropped() throws Exception {
    run(() -> {
      getRunningLoop().setDefaultExecutor(Executors.newSingleThreadExecutor());
      var path = folder.resolve("file");
      AsyncFiles.writeString(path, "kept");
      var go = new CountDownLatch(1);
      getRunningLoop().runInExecutor(null, () -> go.await());
      var creating = createTask(() -> AsyncFiles.create(path)); // would empty it
      sleep(0);
      creating.cancel();
      assertThatThrownBy(creating::await).isInstanceOf(CancelledError.class);
      go.countDown();
      assertThat(AsyncFiles.readString(path)).isEqualTo("kept");
    });
  }

  @Test
  void optionGivenTwice_countsOnce() throws Exception {
    run(() -> {
      var write = StandardOpenOption.WRITE;
      try (var file =
          AsyncFiles.open(folder.resolve("file"), write, StandardOpenOption.CREATE, write)) {
        file.writeString("text");
      }
      assertThat(AsyncFiles.readString(folder.resolve("file"))).isEqualTo("text");
    });
  }

  @Test
  void errors_areTheJdks() throws Exception {
    run(() -> {
      var missing = folder.resolve("missing");
      assertThatThrownBy(() -> AsyncFiles.readBytes(missing))
          .isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> AsyncFiles.size(missing)).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> AsyncFiles.delete(missing)).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> AsyncFiles.walk(missing)).isInstanceOf(NoSuchFileException.class);
      AsyncFiles.writeString(missing, "no longer");
      assertThatThrownBy(() -> AsyncFiles.list(missing)).isInstanceOf(NotDirectoryException.class);
    });
  }

  @Test
  void outsideALoop_isAnError() {
    assertThatThrownBy(() -> AsyncFiles.exists(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no running event loop; ");
  }
}
