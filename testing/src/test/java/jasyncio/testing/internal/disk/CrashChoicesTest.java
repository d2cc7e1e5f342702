package jasyncio.testing.internal.disk;

import static jasyncio.testing.internal.disk.Crashes.content;
import static jasyncio.testing.internal.disk.Crashes.crashAndMount;
import static jasyncio.testing.internal.disk.Crashes.durable;
import static jasyncio.testing.internal.disk.Crashes.outcomes;
import static jasyncio.testing.internal.disk.Crashes.overwrite;
import static jasyncio.testing.internal.disk.Crashes.sectors;
import static jasyncio.testing.internal.disk.Crashes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Everything that a crash may keep of what was not synced.
class CrashChoicesTest {
  private static final DiskOptions POSIX = DiskOptions.defaults();
  private static final DiskOptions JOURNAL = POSIX.promise(Promise.JOURNAL);

  private static byte[] filled(int length, char with) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  @Test
  void anOverwriteOfThreeSectors_afterACrash_isAnyOfThem() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              durable(disk.path("/f"), "o".repeat(2048));
              overwrite(disk.path("/f"), 0, filled(1536, 'n'));
            },
            disk -> sectors(disk.path("/f"), b -> (char) (byte) b));
    assertThat(found)
        .containsExactly("nnno", "nnoo", "nono", "nooo", "onno", "onoo", "oono", "oooo");
  }

  @Test
  void anOverwrite_withSectorsAsLargeAsPages_isWholeOrNotAtAll() throws Exception {
    var found =
        outcomes(
            POSIX.sector(4096),
            disk -> {
              durable(disk.path("/f"), "o".repeat(2048));
              overwrite(disk.path("/f"), 0, filled(1536, 'n'));
            },
            disk -> sectors(disk.path("/f"), b -> (char) (byte) b));
    assertThat(found).containsExactly("nnno", "oooo");
  }

  @Test
  void overwritesOfTwoPages_afterACrash_surviveEachByItself() throws Exception {
    var found =
        outcomes(
            POSIX.sector(4096),
            disk -> {
              durable(disk.path("/f"), "o".repeat(8192));
              overwrite(disk.path("/f"), 4096, filled(1, 'n')); // the order says nothing
              overwrite(disk.path("/f"), 0, filled(1, 'n'));
            },
            disk -> {
              var bytes = Files.readAllBytes(disk.path("/f"));
              return (char) bytes[0] + "" + (char) bytes[4096];
            });
    assertThat(found).containsExactly("nn", "no", "on", "oo");
  }

  @Test
  void anAppend_afterACrash_isThereOrNotOrLeavesZeros() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              durable(disk.path("/f"), "");
              Files.writeString(disk.path("/f"), "text");
            },
            disk -> content(disk.path("/f")));
    assertThat(found).containsExactly("", "\0\0\0\0", "text");
  }

  @Test
  void aLongAppend_afterACrash_mayEndAtAPage() throws Exception {
    var found =
        outcomes(
            POSIX.sector(4096),
            disk -> {
              durable(disk.path("/f"), "");
              Files.writeString(disk.path("/f"), "x".repeat(9000));
            },
            disk -> Files.size(disk.path("/f")) + "");
    assertThat(found).containsExactly("0", "4096", "8192", "9000");
  }

  @Test
  void aTruncation_afterACrash_isDoneOrNot() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              durable(disk.path("/f"), "text");
              Files.writeString(disk.path("/f"), "");
            },
            disk -> content(disk.path("/f")));
    assertThat(found).containsExactly("", "text");
  }

  @Test
  void twoNewFiles_afterACrash_areThereInAnyCombination() throws Exception {
    assertThat(twoNewFiles(POSIX)).containsExactly("", "/a", "/a/b", "/b");
  }

  @Test
  void twoNewFiles_whenThereIsAJournal_areThereInTheirOrder() throws Exception {
    assertThat(twoNewFiles(JOURNAL)).containsExactly("", "/a", "/a/b");
  }

  private static Set<String> twoNewFiles(DiskOptions options) throws Exception {
    return outcomes(
        options,
        disk -> {
          Files.createFile(disk.path("/a"));
          Files.createFile(disk.path("/b"));
        },
        disk -> {
          try (var files = Files.list(disk.path("/"))) {
            return String.join("", files.map(Path::toString).sorted().toList());
          }
        });
  }

  @Test
  void aRename_afterACrash_isNeverHalfDone() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              durable(disk.path("/a"), "1");
              Files.move(disk.path("/a"), disk.path("/b"));
            },
            disk -> content(disk.path("/a")) + content(disk.path("/b")));
    assertThat(found).containsExactly("-1", "1-");
  }

  @Test
  void aRenameToAnotherDirectory_whenOnlyOneIsSynced_losesNothing() throws Exception {
    for (var synced : new String[] {"/from", "/to"}) {
      var found =
          outcomes(
              POSIX,
              disk -> {
                Files.createDirectory(disk.path("/from"));
                Files.createDirectory(disk.path("/to"));
                sync(disk.path("/"));
                durable(disk.path("/from/a"), "1");
                Files.move(disk.path("/from/a"), disk.path("/to/a"));
                sync(disk.path(synced));
              },
              disk -> content(disk.path("/from/a")) + content(disk.path("/to/a")));
      assertThat(found)
          .isEqualTo(
              synced.equals("/from")
                  ? new TreeSet<>(java.util.List.of("-1"))
                  : new TreeSet<>(java.util.List.of("-1", "11")));
    }
  }

  @Test
  void aNameThatChangedTwice_whenTheLaterChangeWasForcedOut_staysAsItWasLast() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              Files.createDirectory(disk.path("/from"));
              Files.createDirectory(disk.path("/to"));
              sync(disk.path("/"));
              durable(disk.path("/from/x"), "last");
              Files.writeString(disk.path("/to/x"), "first"); // its name is pending
              sync(disk.path("/to/x"));
              Files.move(disk.path("/from/x"), disk.path("/to/x"), StandardCopyOption.ATOMIC_MOVE);
              sync(disk.path("/from"));
            },
            disk -> content(disk.path("/to/x")));
    assertThat(found).containsExactly("last");
  }

  @Test
  void aDeletedFile_afterACrash_isThereOrNotWithWhatWasSyncedOfIt() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              durable(disk.path("/f"), "old");
              overwrite(disk.path("/f"), 0, "new, and long");
              Files.delete(disk.path("/f"));
            },
            disk -> content(disk.path("/f")));
    assertThat(found).containsExactly("-", "old");
  }

  @Test
  void aMovedDirectory_whenItsNewParentWasSynced_isThereAndNowhereElse() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              Files.createDirectories(disk.path("/from/d"));
              Files.createDirectory(disk.path("/to"));
              sync(disk.path("/"));
              sync(disk.path("/from"));
              Files.move(disk.path("/from/d"), disk.path("/to/d"));
              sync(disk.path("/to"));
            },
            disk -> Files.exists(disk.path("/from/d")) + " " + Files.exists(disk.path("/to/d")));
    assertThat(found).containsExactly("false true");
  }

  @Test
  void aMovedDirectory_afterACrash_hasOneName() throws Exception {
    EveryChoice.run(world -> {
      var disk = new SimDisk(world);
      Files.createDirectories(disk.path("/a/d"));
      Files.createDirectories(disk.path("/b"));
      sync(disk.path("/"));
      sync(disk.path("/a"));
      Files.move(disk.path("/a/d"), disk.path("/b/d"));
      Files.move(disk.path("/b/d"), disk.path("/e"));
      Files.move(disk.path("/b"), disk.path("/e/b"));
      crashAndMount(disk);
      try (var all = Files.walk(disk.path("/"))) {
        assertThat(all.filter(p -> p.endsWith("d") || p.equals(disk.path("/e")))).hasSize(1);
      }
    });
  }

  // ---- replacing a file -------------------------------------------------------------------------

  /// Replaces `/f`, in four steps of which the last `without` are left out.
  private static void replace(SimDisk disk, boolean forced, int steps) throws IOException {
    var next = disk.path("/f.new");
    var target = disk.path("/f");
    if (steps > 0) {
      Files.writeString(next, "new");
    }
    if (steps > 1 && forced) {
      sync(next);
    }
    if (steps > 2) {
      Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
    }
    if (steps > 3) {
      sync(target.getParent());
    }
  }

  private static Set<String> replaced(DiskOptions options, boolean forced, int steps)
      throws Exception {
    return outcomes(
        options,
        disk -> {
          durable(disk.path("/f"), "old");
          replace(disk, forced, steps);
        },
        disk -> content(disk.path("/f")));
  }

  @Test
  void theClassicReplacement_whereverItCrashes_leavesTheOldOrTheNewFile() throws Exception {
    for (var options : new DiskOptions[] {POSIX, JOURNAL}) {
      for (int steps = 0; steps < 3; steps++) {
        assertThat(replaced(options, true, steps)).containsExactly("old");
      }
      assertThat(replaced(options, true, 3)).containsExactly("new", "old");
      assertThat(replaced(options, true, 4)).containsExactly("new");
    }
  }

  @Test
  void aReplacementWithoutForce_afterACrash_mayLeaveNothing() throws Exception {
    assertThat(replaced(POSIX, false, 4)).containsExactly("", "\0\0\0", "new");
    assertThat(replaced(POSIX, false, 3)).containsExactly("", "\0\0\0", "new", "old");
  }

  @Test
  void aReplacementWithoutForce_whenThereIsAJournal_isWholeAllTheSame() throws Exception {
    assertThat(replaced(JOURNAL, false, 3)).containsExactly("new", "old");
    assertThat(replaced(JOURNAL, false, 4)).containsExactly("new");
  }

  @Test
  void aLog_whenEachRecordIsForced_losesNone() throws Exception {
    var found =
        outcomes(
            POSIX,
            disk -> {
              durable(disk.path("/log"), "");
              try (var log =
                  java.nio.channels.FileChannel.open(
                      disk.path("/log"), StandardOpenOption.APPEND)) {
                log.write(Transcript.bytes("1"));
                log.force(false);
                log.write(Transcript.bytes("2"));
                log.force(false);
                log.write(Transcript.bytes("3"));
              }
            },
            disk -> content(disk.path("/log")));
    assertThat(found).containsExactly("12", "12\0", "123");
  }

  @Test
  void whatTheSystemWritesBackByItself_mayBeAnEarlierVersion() throws Exception {
    var found =
        outcomes(
            POSIX.chance(Fault.WRITE_BACK, 2),
            disk -> {
              durable(disk.path("/f"), "o");
              overwrite(disk.path("/f"), 0, filled(1, '1'));
              overwrite(disk.path("/f"), 0, filled(1, '2'));
            },
            disk -> content(disk.path("/f")));
    assertThat(found).containsExactly("1", "2", "o");
  }

  @Test
  void theLookOfAFile_afterACrash_survivesAWholeSecondCrash() throws Exception {
    EveryChoice.run(world -> {
      var disk = new SimDisk(world);
      durable(disk.path("/f"), "o".repeat(1024));
      overwrite(disk.path("/f"), 0, filled(1200, 'n'));
      crashAndMount(disk);
      var once = content(disk.path("/f"));
      crashAndMount(disk);
      assertThat(content(disk.path("/f"))).isEqualTo(once);
    });
  }

  @Test
  void aFileOfManyPages_whenAPartSurvives_keepsItsFirstPages() throws Exception {
    var sizes = new TreeSet<Integer>();
    for (int kept : new int[] {0, 1, 70, 100}) {
      // a part; of the file a part; all of its size; so many pages
      var world = new ScriptedWorld(2, 2, 1, kept);
      var disk = new SimDisk(world);
      durable(disk.path("/f"), "");
      Files.write(disk.path("/f"), filled(100 * 4096, 'n'));
      crashAndMount(disk);
      int n = 0;
      for (byte b : Files.readAllBytes(disk.path("/f"))) {
        n += b == 'n' ? 1 : 0;
      }
      sizes.add(n / 4096);
    }
    assertThat(sizes).containsExactly(0, 1, 70, 100);
  }
}
