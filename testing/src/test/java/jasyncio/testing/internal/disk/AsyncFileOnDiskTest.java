package jasyncio.testing.internal.disk;

import static jasyncio.Asyncio.run;
import static jasyncio.testing.internal.disk.Crashes.content;
import static jasyncio.testing.internal.disk.Crashes.crashAndMount;
import static jasyncio.testing.internal.disk.Crashes.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.files.AsyncFile;
import jasyncio.files.AsyncFiles;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// jasyncio's files on the simulated disk, unmodified.
@Timeout(600)
class AsyncFileOnDiskTest {
  private final SimDisk disk = new SimDisk(new ScriptedWorld());

  @Test
  void anAsyncFile_onASimulatedDisk_isReadAndWritten() throws IOException {
    var path = disk.path("/numbers");
    run(() -> {
      try (var file = AsyncFiles.create(path)) {
        for (int i = 0; i < 100_000; i++) {
          file.writeString(i + "\n");
        }
      }
      try (var file = AsyncFiles.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        int n = 0;
        for (var line : file.lines()) {
          assertThat(line).isEqualTo(n++ + "");
        }
        assertThat(n).isEqualTo(100_000);
        file.seek(2);
        file.writeString("X");
        file.seek(0);
        assertThat(file.readLine()).isEqualTo("0");
        assertThat(file.readLine()).isEqualTo("X");
        file.truncate(3);
        assertThat(file.size()).isEqualTo(3);
      }
      try (var file = AsyncFiles.append(path)) {
        file.writeString("end");
      }
    });
    assertThat(content(path)).isEqualTo("0\nXend");
    assertThat(disk.openFiles()).isEmpty();
  }

  @Test
  void callsOnWholeFiles_onASimulatedDisk_workToo() throws IOException {
    run(() -> {
      AsyncFiles.createDirectories(disk.path("/a/b"));
      AsyncFiles.writeString(disk.path("/a/b/f"), "text");
      AsyncFiles.copy(disk.path("/a/b/f"), disk.path("/a/g"));
      AsyncFiles.move(disk.path("/a/g"), disk.path("/a/h"));
      assertThat(AsyncFiles.readString(disk.path("/a/h"))).isEqualTo("text");
      assertThat(AsyncFiles.exists(disk.path("/a/g"))).isFalse();
      assertThat(AsyncFiles.size(disk.path("/a/h"))).isEqualTo(4);
      assertThat(AsyncFiles.deleteIfExists(disk.path("/a/h"))).isTrue();
      var temporary = AsyncFiles.createTempFile(disk.path("/a"), "x", "y");
      assertThat(temporary.getParent()).isEqualTo(disk.path("/a"));
    });
  }

  @Test
  void whatWasFlushed_survivesACrashOnlyIfItWasForced() throws IOException {
    for (boolean forced : new boolean[] {false, true}) {
      var path = disk.path("/f" + forced);
      run(() -> {
        var file = AsyncFiles.create(path);
        sync(path.getParent());
        file.writeString("text");
        file.flush(forced);
        file.writeString(" and more");
        crashAndMount(disk);
        assertThatThrownBy(file::flush).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::close).isInstanceOf(ClosedChannelException.class);
      });
      assertThat(content(path)).isEqualTo(forced ? "text" : "");
    }
  }

  // ---- a flush fails, and the program goes on ---------------------------------------------------

  private interface Opener {
    BufferedFile open(Path path) throws IOException;
  }

  private record OnAsyncFile(AsyncFile file) implements BufferedFile {
    @Override
    public void write(byte[] data) throws IOException {
      file.write(data);
    }

    @Override
    public void flush() throws IOException {
      file.flush();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /// Writes records and goes on when a flush fails: somebody will have made space.
  ///
  /// @return whether nothing said at the end that something is missing
  private static boolean writeRecords(Opener opener, Path path) throws IOException {
    boolean complete = false;
    try (var file = opener.open(path)) {
      for (var text : List.of("1st ", "2nd ", "3rd")) {
        file.write(text.getBytes(StandardCharsets.UTF_8));
        try {
          file.flush();
          complete = true;
        } catch (IOException e) {
          complete = false;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return complete;
  }

  /// {@return what the file has, for every choice of which writes find the disk full and how many
  /// bytes they take, if the program believes that it has all}
  private static List<String> believed(Opener opener, Fault... faults) throws Exception {
    var found = new ArrayList<String>();
    EveryChoice.run(world -> {
      var options = DiskOptions.defaults();
      for (var fault : faults) {
        options = options.chance(fault, 2);
      }
      var path = new SimDisk(world, options).path("/f");
      if (writeRecords(opener, path)) {
        found.add(content(path));
      }
    });
    return found;
  }

  @Test
  void aFileThatForgetsWhatItCouldNotWrite_whenTheDiskIsFullAtTimes_isFound() throws Exception {
    assertThat(believed(HastyFile::new, Fault.NO_SPACE))
        .contains("1st 2nd 3rd", "\0\0\0\0002nd 3rd");
  }

  @Test
  void anAsyncFile_whenTheDiskIsFullAtTimes_losesNothing() throws Exception {
    Opener opener = path -> new OnAsyncFile(AsyncFiles.create(path));
    var found = new ArrayList<String>();
    run(() -> found.addAll(believed(opener, Fault.NO_SPACE)));
    assertThat(found).hasSizeGreaterThan(3).containsOnly("1st 2nd 3rd");
  }

  @Test
  void anAsyncFile_whenWritesAreShort_losesNothing() throws Exception {
    Opener opener = path -> new OnAsyncFile(AsyncFiles.create(path));
    var found = new ArrayList<String>();
    run(() -> found.addAll(believed(opener, Fault.SHORT_WRITE)));
    assertThat(found).hasSizeGreaterThan(100).containsOnly("1st 2nd 3rd");
  }

  // ---- a program confirms, and the machine crashes ----------------------------------------------

  private interface Save {
    void run(SimDisk disk) throws IOException;
  }

  /// {@return what is left of something that was confirmed, for every choice of the crash}
  private static Iterable<String> afterCrash(Save save) throws Exception {
    return Crashes.outcomes(
        DiskOptions.defaults(),
        disk -> {
          Crashes.durable(disk.path("/state"), "old");
          save.run(disk);
        },
        disk -> content(disk.path("/state")));
  }

  private static void replace(SimDisk disk, boolean force, boolean syncName) throws IOException {
    run(() -> {
      var next = disk.path("/state.new");
      try (var file = AsyncFiles.create(next)) {
        file.writeString("new");
        file.flush(force);
      }
      AsyncFiles.move(next, disk.path("/state"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      if (syncName) {
        sync(disk.path("/"));
      }
    });
  }

  @Test
  void aStateThatWasConfirmed_whenOneStepIsMissing_isLostInSomeCrash() throws Exception {
    assertThat(afterCrash(disk -> replace(disk, false, true))).contains("");
    assertThat(afterCrash(disk -> replace(disk, true, false))).contains("old");
    assertThat(afterCrash(disk -> run(() -> AsyncFiles.writeString(disk.path("/state"), "new"))))
        .contains("", "old", "new");
  }

  @Test
  void aStateThatWasConfirmed_whenAllStepsAreDone_survivesEveryCrash() throws Exception {
    assertThat(afterCrash(disk -> replace(disk, true, true))).containsExactly("new");
  }
}
