package jasyncio.testing.internal.disk;

import static jasyncio.testing.internal.disk.Crashes.content;
import static jasyncio.testing.internal.disk.Crashes.crashAndMount;
import static jasyncio.testing.internal.disk.Crashes.durable;
import static jasyncio.testing.internal.disk.Crashes.overwrite;
import static jasyncio.testing.internal.disk.Crashes.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/// What a crash keeps when it keeps nothing but what was synced.
class CrashTest {
  private final ScriptedWorld world = new ScriptedWorld();
  private final SimDisk disk = new SimDisk(world);

  @Test
  void aFile_whenNothingWasSynced_isGone() throws IOException {
    Files.writeString(disk.path("/f"), "text");
    crashAndMount(disk);
    assertThat(disk.path("/")).isEmptyDirectory();
  }

  @Test
  void aFile_whenOnlyItsNameWasSynced_isEmpty() throws IOException {
    Files.writeString(disk.path("/f"), "text");
    sync(disk.path("/"));
    crashAndMount(disk);
    assertThat(content(disk.path("/f"))).isEmpty();
  }

  @Test
  void aFile_whenOnlyItsContentWasSynced_isGone() throws IOException {
    Files.writeString(disk.path("/f"), "text");
    sync(disk.path("/f"));
    crashAndMount(disk);
    assertThat(content(disk.path("/f"))).isEqualTo("-");
  }

  @Test
  void aFile_whenOnlyItsContentWasSyncedButThereIsAJournal_isThere() throws IOException {
    var journalled = new SimDisk(world, DiskOptions.defaults().promise(Promise.JOURNAL));
    Files.createDirectory(journalled.path("/d"));
    Files.writeString(journalled.path("/d/f"), "text");
    sync(journalled.path("/d/f"));
    crashAndMount(journalled);
    assertThat(content(journalled.path("/d/f"))).isEqualTo("text");
  }

  @Test
  void aFile_whenItAndItsNameWereSynced_isThere() throws IOException {
    durable(disk.path("/f"), "text");
    crashAndMount(disk);
    assertThat(content(disk.path("/f"))).isEqualTo("text");
  }

  @Test
  void aFile_whenTheDirectoryAboveItsOwnWasNotSynced_isGone() throws IOException {
    Files.createDirectories(disk.path("/a/b"));
    durable(disk.path("/a/b/f"), "text");
    sync(disk.path("/a"));
    crashAndMount(disk);
    assertThat(Files.exists(disk.path("/a"))).isFalse();
  }

  @Test
  void whatWasAppended_whenItWasNotSynced_isGone() throws IOException {
    var f = durable(disk.path("/f"), "text");
    Files.writeString(f, " and more", StandardOpenOption.APPEND);
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("text");
  }

  @Test
  void whatWasAppended_whenForceLeftTheMetaDataOut_isThereWithItsSize() throws IOException {
    var f = durable(disk.path("/f"), "text");
    try (var c = FileChannel.open(f, StandardOpenOption.APPEND)) {
      c.write(Transcript.bytes(" and more"));
      c.force(false);
    }
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("text and more");
  }

  @Test
  void whatWasWritten_throughASyncChannel_isThere() throws IOException {
    var f = durable(disk.path("/f"), "");
    Files.writeString(f, "text", StandardOpenOption.DSYNC);
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("text");
  }

  @Test
  void anOverwrite_whenItWasNotSynced_isUndone() throws IOException {
    var f = durable(disk.path("/f"), "text");
    overwrite(f, 0, "TEXT");
    assertThat(content(f)).isEqualTo("TEXT");
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("text");
  }

  @Test
  void aTruncation_whenItWasNotSynced_isUndone() throws IOException {
    var f = durable(disk.path("/f"), "x".repeat(10_000));
    Files.writeString(f, "short");
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("x".repeat(10_000));
  }

  @Test
  void aTruncation_whenItWasSynced_leavesNothingOfWhatWasBehind() throws IOException {
    var f = durable(disk.path("/f"), "x".repeat(10_000));
    try (var c = FileChannel.open(f, StandardOpenOption.WRITE)) {
      c.truncate(100);
      c.write(ByteBuffer.wrap(new byte[] {'y'}), 9_999);
      c.force(true);
    }
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("x".repeat(100) + "\0".repeat(9_899) + "y");
  }

  @Test
  void aRename_whenTheDirectoryWasNotSynced_isUndone() throws IOException {
    durable(disk.path("/a"), "old");
    durable(disk.path("/b"), "new");
    Files.move(disk.path("/b"), disk.path("/a"), StandardCopyOption.ATOMIC_MOVE);
    crashAndMount(disk);
    assertThat(content(disk.path("/a"))).isEqualTo("old");
    assertThat(content(disk.path("/b"))).isEqualTo("new");
  }

  @Test
  void aRename_whenTheDirectoryWasSynced_isDone() throws IOException {
    durable(disk.path("/a"), "old");
    durable(disk.path("/b"), "new");
    Files.move(disk.path("/b"), disk.path("/a"), StandardCopyOption.ATOMIC_MOVE);
    sync(disk.path("/"));
    crashAndMount(disk);
    assertThat(content(disk.path("/a"))).isEqualTo("new");
    assertThat(content(disk.path("/b"))).isEqualTo("-");
  }

  @Test
  void aDeletedFile_whenTheDirectoryWasNotSynced_isThereAgain() throws IOException {
    var f = durable(disk.path("/f"), "text");
    Files.delete(f);
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("text");
  }

  @Test
  void permissionsAndTimes_whenForceLeftThemOut_areTheOldOnes() throws IOException {
    var f = durable(disk.path("/f"), "text");
    var old = Files.getPosixFilePermissions(f);
    Files.setPosixFilePermissions(f, PosixFilePermissions.fromString("rwx------"));
    Files.setLastModifiedTime(f, FileTime.fromMillis(0));
    try (var c = FileChannel.open(f, StandardOpenOption.WRITE)) {
      c.force(false);
    }
    crashAndMount(disk);
    assertThat(Files.getPosixFilePermissions(f)).isEqualTo(old);
    assertThat(Files.getLastModifiedTime(f)).isNotEqualTo(FileTime.fromMillis(0));
  }

  @Test
  void permissionsAndTimes_whenTheyWereSynced_areKept() throws IOException {
    var f = durable(disk.path("/f"), "text");
    Files.setPosixFilePermissions(f, PosixFilePermissions.fromString("rwx------"));
    Files.setLastModifiedTime(f, FileTime.fromMillis(0));
    sync(f);
    crashAndMount(disk);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(f)))
        .isEqualTo("rwx------");
    assertThat(Files.getLastModifiedTime(f)).isEqualTo(FileTime.fromMillis(0));
  }

  @Test
  void linksOfBothKinds_whenTheirDirectoryWasSynced_areThere() throws IOException {
    durable(disk.path("/f"), "text");
    Files.createLink(disk.path("/hard"), disk.path("/f"));
    Files.createSymbolicLink(disk.path("/soft"), disk.path("f"));
    sync(disk.path("/"));
    crashAndMount(disk);
    overwrite(disk.path("/hard"), 0, "TEXT");
    assertThat(content(disk.path("/soft"))).isEqualTo("TEXT");
    assertThat(Files.getAttribute(disk.path("/f"), "unix:nlink")).isEqualTo(2);
    assertThat(Files.isSameFile(disk.path("/f"), disk.path("/hard"))).isTrue();
  }

  @Test
  void whatAFileIs_afterACrash_isTheSameNode() throws IOException {
    var f = durable(disk.path("/f"), "text");
    var key = Files.getAttribute(f, "fileKey");
    crashAndMount(disk);
    assertThat(Files.getAttribute(f, "fileKey")).isEqualTo(key);
    var other = Files.createFile(disk.path("/g"));
    assertThat(Files.getAttribute(other, "fileKey")).isNotEqualTo(key);
  }

  @Test
  void openChannels_afterACrash_areClosed() throws IOException {
    var f = durable(disk.path("/f"), "text");
    var channel = FileChannel.open(f, StandardOpenOption.READ, StandardOpenOption.WRITE);
    var lock = channel.lock();
    var bytes = Files.newByteChannel(f);
    var stream = Files.newInputStream(f);
    crashAndMount(disk);
    assertThat(channel.isOpen()).isFalse();
    assertThat(lock.isValid()).isFalse();
    assertThatThrownBy(() -> channel.write(Transcript.bytes("lost")))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> bytes.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    channel.close();
    try (var again = FileChannel.open(f, StandardOpenOption.WRITE)) {
      assertThat(again.tryLock()).isNotNull();
    }
    assertThat(disk.openFiles()).isEmpty();
  }

  @Test
  void whatAProgramWrote_whenItEnds_stays() throws IOException {
    var channel =
        FileChannel.open(disk.path("/f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.write(Transcript.bytes("text"));
    var lock = channel.lock();
    disk.closeAll();
    assertThat(channel.isOpen()).isFalse();
    assertThat(lock.isValid()).isFalse();
    assertThat(disk.openFiles()).isEmpty();
    assertThat(content(disk.path("/f"))).isEqualTo("text");
    crashAndMount(disk);
    assertThat(content(disk.path("/f"))).isEqualTo("-");
  }

  @Test
  void whatAPartOfSurvived_isNoted() throws IOException {
    // a part; no name changes; of the file a part: its size, one page, of the other one sector
    var chosen = new ScriptedWorld(2, 2, 1, 1, 2, 0, 1);
    var other = new SimDisk(chosen);
    durable(other.path("/f"), "");
    Files.writeString(other.path("/f"), "x".repeat(6000));
    crashAndMount(other);
    assertThat(chosen.notes)
        .containsExactly(
            "disk: crash, what was not synced survives in part: "
                + "[/f (bytes 0-6000, size, attributes)]",
            "disk: crash keeps of /f: [size 6000, page 0, page 1 torn]");
  }

  @Test
  void allCalls_whileTheDiskIsNotMounted_fail() throws IOException {
    durable(disk.path("/f"), "text");
    disk.crash();
    assertThat(disk.isMounted()).isFalse();
    assertThatThrownBy(() -> Files.readString(disk.path("/f")))
        .isInstanceOf(FileSystemException.class)
        .hasMessage("/f: Input/output error");
    assertThat(Files.exists(disk.path("/f"))).isFalse();
    disk.mount();
    assertThat(content(disk.path("/f"))).isEqualTo("text");
  }

  @Test
  void aCrash_whenEverythingWasSynced_asksNothing() throws IOException {
    durable(disk.path("/f"), "text");
    sync(disk.path("/"));
    assertThat(disk.unsynced()).isEmpty();
    crashAndMount(disk);
    crashAndMount(disk);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void aCrash_whenSomethingWasNotSynced_asksOnceAndKeepsNothingForZero() throws IOException {
    Files.writeString(disk.path("/f"), "text");
    crashAndMount(disk);
    assertThat(world.asked).containsExactly("crash keeps what was not synced");
    assertThat(world.notes)
        .containsExactly(
            "disk: crash, what was not synced is lost: "
                + "[/ (attributes, names f), /f (bytes 0-4, size, attributes)]");
    assertThat(disk.unsynced()).isEmpty();
    assertThat(disk.statistics().crashes()).isEqualTo(1);
  }

  @Test
  void spaceTaken_afterACrash_isThatOfWhatSurvived() throws IOException {
    durable(disk.path("/f"), "x".repeat(5000));
    long used = disk.statistics().used();
    Files.writeString(disk.path("/g"), "x".repeat(500_000));
    Files.createDirectory(disk.path("/d"));
    assertThat(disk.statistics().used()).isGreaterThan(used + 500_000);
    crashAndMount(disk);
    assertThat(disk.statistics().used()).isEqualTo(used);
  }

  @Test
  void whatIsUnsynced_isTold() throws IOException {
    var f = durable(disk.path("/f"), "x".repeat(20_000));
    overwrite(f, 5000, new byte[10]);
    overwrite(f, 8192, new byte[10]);
    overwrite(f, 19_999, new byte[] {1, 2});
    Files.createDirectory(disk.path("/d"));
    assertThat(disk.unsynced())
        .containsExactly(
            new Unsynced("/", java.util.List.of(), false, true, java.util.List.of("d")),
            new Unsynced(
                "/f",
                java.util.List.of(
                    new Unsynced.Range(4096, 12_288), new Unsynced.Range(16_384, 20_001)),
                true,
                true,
                java.util.List.of()));
  }

  @Test
  void manyChangesOfNames_whenNobodySyncs_areWrittenAsAJournalMust() throws IOException {
    for (int i = 0; i < 5000; i++) {
      Files.createFile(disk.path("/f" + i));
    }
    crashAndMount(disk);
    try (var files = Files.list(disk.path("/"))) {
      assertThat(files.count()).isEqualTo(5000 - 4096);
    }
  }
}
