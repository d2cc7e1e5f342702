package jasyncio.testing.internal.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is the simulated disk's own.
class SimDiskTest {
  private final ScriptedWorld world = new ScriptedWorld();
  private final SimDisk disk = new SimDisk(world);

  @Test
  void aDisk_isNowhereRegistered() throws IOException {
    var uri = Files.writeString(disk.path("/a b"), "text").toUri();
    assertThat(uri).isEqualTo(URI.create("simdisk:/a%20b"));
    assertThatThrownBy(() -> Path.of(uri)).isInstanceOf(FileSystemNotFoundException.class);
    assertThat(disk.fileSystem().provider().getPath(uri)).isEqualTo(disk.path("/a b"));
  }

  @Test
  void pathsOfTwoDisks_areStrangers() {
    var other = new SimDisk(world);
    assertThat(disk.path("/f")).isNotEqualTo(other.path("/f"));
    assertThatThrownBy(() -> disk.fileSystem().provider().delete(other.path("/f")))
        .isInstanceOf(ProviderMismatchException.class);
  }

  @Test
  void files_areCopiedBetweenDisks(@TempDir Path folder) throws IOException {
    var other = new SimDisk(world);
    Files.writeString(disk.path("/f"), "text");
    Files.copy(disk.path("/f"), other.path("/g"));
    Files.move(other.path("/g"), folder.resolve("h"));
    Files.copy(folder.resolve("h"), disk.path("/i"));
    assertThat(disk.path("/i")).hasContent("text");
    assertThat(other.path("/g")).doesNotExist();
  }

  @Test
  void whatCannotBe_saysWhatToDo() throws IOException {
    Files.writeString(disk.path("/f"), "text");
    assertThatThrownBy(() -> disk.path("/f").toFile())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "a path on a simulated disk is no java.io.File; use java.nio.file.Files on the path");
    assertThatThrownBy(() -> disk.fileSystem().newWatchService())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("a simulated disk does not tell of changes; list the directory again");
    try (var c =
        FileChannel.open(disk.path("/f"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      assertThatThrownBy(() -> c.map(FileChannel.MapMode.READ_WRITE, 0, 4))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(
              "a file on a simulated disk cannot be mapped for writing; write to its channel");
    }
  }

  @Test
  void timesOfFiles_areTheWorlds() throws IOException {
    var created =
        Files.readAttributes(Files.createFile(disk.path("/f")), BasicFileAttributes.class)
            .creationTime();
    assertThat(created.toInstant()).isBetween("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z");
  }

  @Test
  void linksOfDirectories_areCountedAsExt4Does() throws IOException {
    Files.createDirectories(disk.path("/a/b"));
    Files.createDirectory(disk.path("/c"));
    assertThat(links("/", "/a", "/a/b", "/c")).containsExactly(4, 3, 2, 2);
    Files.move(disk.path("/a/b"), disk.path("/c/b"));
    assertThat(links("/", "/a", "/c", "/c/b")).containsExactly(4, 2, 3, 2);
    for (var synced : List.of("/", "/a", "/c")) {
      Crashes.sync(disk.path(synced));
    }
    Crashes.crashAndMount(disk);
    assertThat(links("/", "/a", "/c", "/c/b")).containsExactly(4, 2, 3, 2);
    Files.delete(disk.path("/c/b"));
    Files.delete(disk.path("/c"));
    assertThat(links("/", "/a")).containsExactly(3, 2);
  }

  private List<Integer> links(String... paths) throws IOException {
    var links = new ArrayList<Integer>();
    for (var path : paths) {
      links.add((Integer) Files.getAttribute(disk.path(path), "unix:nlink"));
    }
    return links;
  }

  @Test
  void aWriteTooFarBehind_failsAsOnExt4() throws IOException {
    try (var c =
        FileChannel.open(disk.path("/f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThatThrownBy(() -> c.write(Transcript.bytes("x"), 1L << 44))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("File too large");
    }
  }

  @Test
  void aWriteTooFarBehind_leavesTheFileAsItWas() throws IOException {
    var f = Files.writeString(disk.path("/f"), "text");
    assertThatThrownBy(() -> Crashes.overwrite(f, Long.MAX_VALUE - 3, "long"))
        .hasMessage("File too large");
    assertThat(f).hasContent("text");
  }

  @Test
  void statistics_areKept() throws IOException {
    Files.writeString(disk.path("/f"), "text");
    Files.readString(disk.path("/f"));
    Crashes.sync(disk.path("/f"));
    try (var c = FileChannel.open(disk.path("/f"))) {
      assertThat(c.size()).isEqualTo(4);
      assertThat(disk.openFiles()).containsExactly("/f");
      assertThat(disk.statistics()).isEqualTo(new DiskStatistics(1, 1, 1, 0, 4, 4, 0, 2 * 4096, 1));
    }
    assertThat(disk.openFiles()).isEmpty();
  }

  @Test
  void manyThreads_shareADisk() throws Exception {
    try (var threads = Executors.newFixedThreadPool(4)) {
      var tasks = new ArrayList<Callable<Object>>();
      for (int i = 0; i < 4; i++) {
        int number = i;
        tasks.add(() -> work(number));
      }
      for (var done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
    for (int i = 0; i < 4; i++) {
      assertThat(Files.size(disk.path("/own" + i))).isEqualTo(200);
    }
    assertThat(Files.size(disk.path("/shared"))).isEqualTo(800);
    assertThat(disk.openFiles()).isEmpty();
  }

  private Object work(int number) throws IOException {
    for (int i = 0; i < 200; i++) {
      for (var name : List.of("/own" + number, "/shared")) {
        Files.writeString(
            disk.path(name), "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    }
    return number;
  }

  @Test
  void anAsynchronousChannel_withoutExecutor_worksWhenTheWorldGoesOn() throws Exception {
    try (var c =
        AsynchronousFileChannel.open(
            disk.path("/f"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      var written = c.write(Transcript.bytes("text"), 2);
      assertThat(written.isDone()).isFalse();
      world.runEvents();
      assertThat(written.get()).isEqualTo(4);
      assertThat(c.size()).isEqualTo(6);
      var lock = c.lock();
      world.runEvents();
      assertThat(lock.get().isValid()).isTrue();
      c.truncate(4).force(true);
      var buffer = ByteBuffer.allocate(10);
      var seen = new ArrayList<String>();
      c.read(buffer, 0, "x", handler(seen));
      c.read(buffer, 100, "y", handler(seen));
      world.runEvents();
      assertThat(seen).containsExactly("4x", "-1y");
      assertThatThrownBy(() -> c.read(buffer, -1)).hasMessage("Negative position");
    }
  }

  private static CompletionHandler<Integer, String> handler(List<String> seen) {
    return new CompletionHandler<>() {
      @Override
      public void completed(Integer result, String attachment) {
        seen.add(result + attachment);
      }

      @Override
      public void failed(Throwable error, String attachment) {
        seen.add(error.getClass().getSimpleName() + attachment);
      }
    };
  }

  @Test
  void anAsynchronousChannel_withExecutor_worksThere() throws Exception {
    try (var executor = Executors.newSingleThreadExecutor();
        var c =
            AsynchronousFileChannel.open(
                disk.path("/f"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                executor)) {
      assertThat(c.write(Transcript.bytes("text"), 0).get()).isEqualTo(4);
      Crashes.crashAndMount(disk);
      assertThat(c.isOpen()).isFalse();
      assertThatThrownBy(() -> c.write(Transcript.bytes("text"), 0).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ClosedChannelException.class);
    }
  }
}
