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
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Faults: those asked for outright, and those of chance.
class FaultTest {
  private final ScriptedWorld world = new ScriptedWorld();
  private final SimDisk disk = new SimDisk(world);

  private static SimDisk disk(Fault fault, Integer... choices) {
    return new SimDisk(new ScriptedWorld(choices), DiskOptions.defaults().chance(fault, 3));
  }

  private static void assertFails(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isExactlyInstanceOf(IOException.class).hasMessage(message);
  }

  // ---- syncs ------------------------------------------------------------------------------------

  @Test
  void aFailedSync_doesNotFailAgain_andWhatItShouldHaveWrittenIsLost() throws IOException {
    var f = durable(disk.path("/f"), "old");
    try (var c = FileChannel.open(f, StandardOpenOption.WRITE)) {
      c.write(Transcript.bytes("new"));
      disk.failNextSync();
      assertFails("Input/output error", () -> c.force(true));
      c.force(true); // as if all were well: "fsyncgate"
    }
    assertThat(content(f)).isEqualTo("new");
    assertThat(disk.unsynced()).isEmpty();
    assertThat(world.notes).containsExactly("disk: fsync of /f fails, what was written is lost");
    assertThat(disk.statistics().failedSyncs()).isEqualTo(1);
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("old");
  }

  @Test
  void aFailedSync_whenTheBytesAreWrittenAgain_isMadeUpFor() throws IOException {
    var f = durable(disk.path("/f"), "old");
    try (var c = FileChannel.open(f, StandardOpenOption.WRITE)) {
      c.write(Transcript.bytes("new"));
      disk.failNextSync(f);
      assertFails("Input/output error", () -> c.force(true));
      c.write(Transcript.bytes("new"), 0);
      c.force(true);
    }
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("new");
  }

  @Test
  void aFailedSync_whenTheCacheForgets_showsTheOldContent() throws IOException {
    var f = durable(disk.path("/f"), "old");
    overwrite(f, 0, "new");
    disk.failNextSync();
    assertThatThrownBy(() -> sync(f)).isInstanceOf(IOException.class);
    disk.evict(f);
    assertThat(content(f)).isEqualTo("old");
  }

  @Test
  void aFailedSyncOfAnAppend_leavesZerosWithTheNextSync() throws IOException {
    var f = durable(disk.path("/f"), "");
    Files.writeString(f, "text");
    disk.failNextSync();
    assertThatThrownBy(() -> sync(f)).isInstanceOf(IOException.class);
    sync(f);
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("\0\0\0\0");
  }

  @Test
  void aFailedSync_isToldToEachChannelOnce() throws IOException {
    var f = durable(disk.path("/f"), "old");
    try (var a = FileChannel.open(f, StandardOpenOption.WRITE);
        var b = FileChannel.open(f, StandardOpenOption.READ)) {
      a.write(Transcript.bytes("new"));
      disk.failNextSync();
      assertFails("Input/output error", () -> a.force(true));
      assertFails("Input/output error", () -> b.force(true));
      a.force(true);
      b.force(true);
    }
    try (var later = FileChannel.open(f, StandardOpenOption.READ)) {
      later.force(true);
    }
  }

  @Test
  void aFailureOfTheSystemsOwnWriting_isToldByTheNextSync_whoeverOpensTheFile() throws IOException {
    var f = durable(disk.path("/f"), "old");
    overwrite(f, 0, "new");
    disk.failWritingBack(f, 0, 1);
    disk.writeBack(f);
    disk.heal();
    assertFails("Input/output error", () -> sync(f));
    sync(f);
    crashAndMount(disk);
    assertThat(content(f)).isEqualTo("old");
  }

  @Test
  void badSectors_loseTheirPageOnly() throws IOException {
    var f = durable(disk.path("/f"), "o".repeat(12_288));
    Files.writeString(f, "n".repeat(12_288));
    disk.failWritingBack(f, 5000, 5001);
    assertThatThrownBy(() -> sync(f)).isInstanceOf(IOException.class);
    crashAndMount(disk);
    var text = content(f);
    assertThat(text).startsWith("n".repeat(4096)).endsWith("n".repeat(4096));
    assertThat(text.substring(4096, 8192)).doesNotContain("n");
  }

  @Test
  void aFailedSyncOfADirectory_leavesTheNamesForTheNext() throws IOException {
    Files.createFile(disk.path("/f"));
    disk.failNextSync(disk.path("/"));
    assertFails("Input/output error", () -> sync(disk.path("/")));
    sync(disk.path("/"));
    crashAndMount(disk);
    assertThat(disk.path("/f")).exists();
  }

  @Test
  void aSync_whenItFailsByChance_isChosen() throws IOException {
    var failing = disk(Fault.SYNC_FAILS, 0, 0, 1);
    var f = durable(failing.path("/f"), "old");
    assertThatThrownBy(
            () -> {
              overwrite(f, 0, "new");
              sync(f);
            })
        .hasMessage("Input/output error");
    crashAndMount(failing);
    assertThat(content(f)).isEqualTo("old");
  }

  // ---- space ------------------------------------------------------------------------------------

  @Test
  void aWrite_whenTheDiskIsFull_takesWhatFitsAndThenFails() throws IOException {
    disk.setCapacity(4 * 4096); // of which the root has one
    try (var c =
        FileChannel.open(disk.path("/f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(c.write(Transcript.bytes(20_000))).isEqualTo(3 * 4096);
      assertFails("No space left on device", () -> c.write(Transcript.bytes(1)));
      assertThat(c.size()).isEqualTo(3 * 4096);
      assertThat(c.write(Transcript.bytes(10), 0)).isEqualTo(10); // that is there already
      c.truncate(5000);
      assertThat(c.write(Transcript.bytes(20_000), 5000)).isEqualTo(3 * 4096 - 5000);
    }
  }

  @Test
  void space_whenAFileIsDeletedAndClosed_isThereAgain() throws IOException {
    disk.setCapacity(4 * 4096);
    var f = Files.write(disk.path("/f"), new byte[3 * 4096]);
    var c = FileChannel.open(f, StandardOpenOption.READ);
    Files.delete(f);
    assertFails("No space left on device", () -> Files.write(disk.path("/g"), new byte[1]));
    c.close();
    Files.write(disk.path("/g"), new byte[3 * 4096]);
    assertThatThrownBy(() -> Files.createDirectory(disk.path("/d")))
        .isExactlyInstanceOf(FileSystemException.class)
        .hasMessage("/d: No space left on device");
    assertThat(Files.getFileStore(f.getRoot()).getUsableSpace()).isZero();
  }

  @Test
  void aHole_takesNoSpace() throws IOException {
    try (var c =
        FileChannel.open(disk.path("/f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      c.write(Transcript.bytes(1), 1L << 39);
    }
    assertThat(disk.statistics().used()).isEqualTo(2 * 4096);
  }

  @Test
  void aCopy_whenTheDiskIsFull_leavesNothing() throws IOException {
    disk.setCapacity(5 * 4096);
    Files.write(disk.path("/f"), new byte[3 * 4096]);
    assertThatThrownBy(() -> Files.copy(disk.path("/f"), disk.path("/g")))
        .isExactlyInstanceOf(FileSystemException.class)
        .hasMessage("/f -> /g: No space left on device");
    assertThat(disk.path("/g")).doesNotExist();
    Files.write(disk.path("/h"), new byte[4096]);
  }

  @Test
  void aWrite_whenTheDiskIsFullByChance_fails() {
    var full = disk(Fault.NO_SPACE, 1);
    assertFails("No space left on device", () -> Files.write(full.path("/f"), new byte[1]));
    assertThat(full.path("/f")).exists().isEmptyFile();
  }

  // ---- short calls and errors -------------------------------------------------------------------

  @Test
  void shortWritesAndReads_areOfOneCallOnly() throws IOException {
    try (var c =
        FileChannel.open(
            disk.path("/f"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.READ)) {
      disk.shortenNextWrite(3);
      assertThat(c.write(Transcript.bytes("abcdef"))).isEqualTo(3);
      assertThat(c.write(Transcript.bytes("def"))).isEqualTo(3);
      disk.shortenNextRead(2);
      assertThat(c.read(ByteBuffer.allocate(6), 0)).isEqualTo(2);
      assertThat(c.read(ByteBuffer.allocate(6), 0)).isEqualTo(6);
    }
  }

  @Test
  void shortCallsByChance_areAnyLengthThatIsShorter() throws Exception {
    var lengths = new java.util.TreeSet<Integer>();
    EveryChoice.run(w -> {
      var d = new SimDisk(w, DiskOptions.defaults().chance(Fault.SHORT_WRITE, 2));
      try (var c =
          FileChannel.open(d.path("/f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        lengths.add(c.write(Transcript.bytes("abcd")));
      }
    });
    assertThat(lengths).containsExactly(1, 2, 3, 4);
  }

  @Test
  void filesOfTheJdk_whenCallsAreShort_areWholeAllTheSame() throws Exception {
    EveryChoice.run(w -> {
      var d =
          new SimDisk(
              w, DiskOptions.defaults().chance(Fault.SHORT_WRITE, 2).chance(Fault.SHORT_READ, 2));
      Files.writeString(d.path("/f"), "abc");
      assertThat(Files.readString(d.path("/f"))).isEqualTo("abc");
    });
  }

  @Test
  void badRanges_failReadsAndWritesThatTouchThem() throws IOException {
    var f = durable(disk.path("/f"), "0123456789");
    disk.failReads(f, 4, 6);
    disk.failWrites(f, 8, 9);
    try (var c = FileChannel.open(f, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      assertThat(c.read(ByteBuffer.allocate(4), 0)).isEqualTo(4);
      assertFails("Input/output error", () -> c.read(ByteBuffer.allocate(5), 0));
      assertThat(c.read(ByteBuffer.allocate(4), 6)).isEqualTo(4);
      assertFails("Input/output error", () -> c.write(Transcript.bytes("x"), 8));
      assertThat(c.write(Transcript.bytes("x"), 9)).isEqualTo(1);
      crashAndMount(disk);
    }
    assertThatThrownBy(() -> content(f)).hasMessage("Input/output error");
    disk.heal();
    assertThat(content(f)).isEqualTo("0123456789");
  }

  @Test
  void readsAndWrites_whenTheyFailByChance_haveDoneNothing() {
    var reads = disk(Fault.READ_FAILS, 1);
    assertFails(
        "Input/output error",
        () -> {
          Files.writeString(reads.path("/f"), "x");
          Files.readString(reads.path("/f"));
        });
    var writes = disk(Fault.WRITE_FAILS, 1);
    assertFails("Input/output error", () -> Files.writeString(writes.path("/f"), "x"));
    assertThat(writes.path("/f")).isEmptyFile();
  }

  // ---- corruption -------------------------------------------------------------------------------

  @Test
  void corruption_flipsBitsOfTheDiskAndOfACacheThatHasNothingNewer() throws IOException {
    var f = durable(disk.path("/f"), "b".repeat(10_000));
    overwrite(f, 5000, "n");
    disk.corrupt(f, 4090, 4100);
    assertThat(content(f).substring(4088, 4102)).isEqualTo("bbccccccbbbbbb");
    crashAndMount(disk);
    assertThat(content(f).substring(4088, 4102)).isEqualTo("bbccccccccccbb");
    assertThat(content(f)).hasSize(10_000);
  }

  @Test
  void aBadRead_flipsOneBit_andTheNextIsRight() throws IOException {
    var bad = disk(Fault.BAD_READ, 1, 2);
    Files.writeString(bad.path("/f"), "bbbb");
    assertThat(content(bad.path("/f"))).isEqualTo("bbcb");
    assertThat(content(bad.path("/f"))).isEqualTo("bbbb");
  }

  // ---- the rest ---------------------------------------------------------------------------------

  @Test
  void everythingThatChangesSomething_whenTheDiskIsReadOnly_fails() throws IOException {
    var f = durable(disk.path("/f"), "text");
    var d = Files.createDirectory(disk.path("/d"));
    var open = FileChannel.open(f, StandardOpenOption.WRITE);
    disk.setReadOnly(true);
    var x = disk.path("/x");
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> Files.createFile(x),
          () -> Files.createDirectory(x),
          () -> Files.createSymbolicLink(x, f),
          () -> Files.createLink(x, f),
          () -> Files.delete(f),
          () -> Files.delete(d),
          () -> Files.move(f, x, StandardCopyOption.ATOMIC_MOVE),
          () -> Files.copy(f, x),
          () -> Files.writeString(f, "x"),
          () -> Files.setLastModifiedTime(f, FileTime.fromMillis(0)),
        }) {
      assertThatThrownBy(call)
          .isExactlyInstanceOf(FileSystemException.class)
          .hasMessageEndingWith(": Read-only file system");
    }
    assertFails("Read-only file system", () -> open.write(Transcript.bytes("x")));
    assertFails("Read-only file system", () -> open.truncate(0));
    assertThat(Files.isWritable(f)).isFalse();
    assertThat(Files.getFileStore(f).isReadOnly()).isTrue();
    assertThat(content(f)).isEqualTo("text");
    assertThatThrownBy(() -> Files.delete(x)).isInstanceOf(NoSuchFileException.class);
    disk.setReadOnly(false);
    Files.delete(f);
    open.close();
  }

  @Test
  void calls_whenTheDiskTakesTime_areChargedForIt() throws IOException {
    var slow = new SimDisk(world, DiskOptions.defaults().speed(100, 200, 1000, 1_000_000_000L));
    var costs = new ArrayList<Long>();
    slow.onCost(costs::add);
    var f = Files.writeString(slow.path("/f"), "text");
    sync(f);
    assertThat(content(f)).isEqualTo("text");
    assertThat(costs).containsExactly(200L, 1000L + 4096, 104L);
  }

  @Test
  void aCallThatIsSlowByChance_isChargedMore() throws IOException {
    var slow = disk(Fault.SLOW, 1);
    var costs = new ArrayList<Long>();
    slow.onCost(costs::add);
    Files.writeString(slow.path("/f"), "text");
    Files.writeString(slow.path("/f"), "text");
    assertThat(costs).containsExactly(1_000_000_000L);
  }

  @Test
  void whoIsChargedForACall_mayUseTheDisk() throws IOException {
    var slow = new SimDisk(world, DiskOptions.defaults().speed(0, 200, 0, Long.MAX_VALUE));
    var seen = new ArrayList<Boolean>();
    slow.onCost(nanos -> seen.add(Files.exists(slow.path("/f"))));
    Files.writeString(slow.path("/f"), "text");
    assertThat(seen).containsExactly(true);
  }

  @Test
  void aListing_whenItsOrderIsItsOwn_isChosen() throws Exception {
    var orders = new java.util.TreeSet<String>();
    EveryChoice.run(w -> {
      var d = new SimDisk(w, DiskOptions.defaults().chance(Fault.LISTING_ORDER, 2));
      for (var name : new String[] {"/b", "/c", "/a"}) {
        Files.createFile(d.path(name));
      }
      try (var files = Files.list(d.path("/"))) {
        orders.add(String.join("", files.map(Object::toString).toList()));
      }
    });
    assertThat(orders).containsExactly("/a/b/c", "/a/c/b", "/b/a/c", "/b/c/a", "/c/a/b", "/c/b/a");
  }

  @Test
  void options_whenTheyMakeNoSense_areRefused() {
    var options = DiskOptions.defaults();
    assertThatThrownBy(() -> options.chance(Fault.SLOW, 1))
        .hasMessage("a fault by chance happens once in 2 or more times, or never (0), got 1");
    assertThatThrownBy(() -> options.sector(1000))
        .hasMessage("a page of 4096 bytes has no sectors of 1000");
    assertThatThrownBy(() -> options.capacity(-1))
        .hasMessage("a capacity must not be negative, got -1");
    assertThatThrownBy(() -> options.speed(0, 0, 0, 0))
        .hasMessage("a disk moves at least 1 byte a second, got 0");
    assertThatThrownBy(() -> disk.shortenNextRead(0))
        .hasMessage("a call moves at least 1 byte, got 0");
    assertThatThrownBy(() -> disk.setCapacity(-1))
        .hasMessage("a capacity must not be negative, got -1");
  }
}
