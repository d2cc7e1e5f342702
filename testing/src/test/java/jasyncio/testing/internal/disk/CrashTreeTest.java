package jasyncio.testing.internal.disk;

import static jasyncio.testing.internal.disk.Crashes.crashAndMount;
import static jasyncio.testing.internal.disk.Crashes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random trees of names, and crashes: all is there if all was synced, and whatever is left is a
/// tree.
class CrashTreeTest {
  private static final int SEEDS = 60;

  private static SimDisk disk(int seed, List<String> log) {
    var promise = seed % 2 == 0 ? Promise.POSIX : Promise.JOURNAL;
    return new SimDisk(
        new RandomWorld(new Random(seed), log), DiskOptions.defaults().promise(promise));
  }

  private static void change(SimDisk disk, int seed) {
    RandomScripts.names(new Transcript(disk.path("/")), seed);
  }

  private static List<Path> all(SimDisk disk) throws IOException {
    try (var paths = Files.walk(disk.path("/"))) {
      return paths.toList();
    }
  }

  private static List<String> describe(SimDisk disk) throws IOException {
    var found = new ArrayList<String>();
    for (var path : all(disk)) {
      found.add(
          path
              + " "
              + Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS)
              + " "
              + Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
              + " "
              + (isFile(path) ? Files.readString(path) : ""));
    }
    return found;
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void whatIsThere_whenAllWasSynced_survivesEveryCrash() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      var disk = disk(seed, new ArrayList<>());
      change(disk, seed);
      for (var path : all(disk)) {
        if (isFile(path) || isDirectory(path)) {
          sync(path);
        }
      }
      var before = describe(disk);
      crashAndMount(disk);
      assertThat(describe(disk)).as("seed %d", seed).isEqualTo(before);
    }
  }

  @Test
  void whatIsLeft_whenOnlySomeWasSynced_isATree() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      var log = new ArrayList<String>();
      var disk = disk(seed, log);
      var random = new Random(-seed);
      for (int round = 0; round < 6; round++) {
        change(disk, seed * 10 + round);
        for (var path : all(disk)) {
          if ((isFile(path) || isDirectory(path)) && random.nextInt(3) == 0) {
            sync(path);
          }
        }
        crashAndMount(disk);
        checkTree(disk, "seed " + seed + " round " + round);
      }
    }
  }

  /// Each directory has one name, links and space are counted rightly, and nothing is unsynced.
  private static void checkTree(SimDisk disk, String when) throws IOException {
    var nodes = new HashSet<Object>();
    long pages = 0;
    for (var path : all(disk)) {
      var node = Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
      boolean isNew = nodes.add(node);
      if (isDirectory(path)) {
        assertThat(isNew).as("%s: %s has one name", when, path).isTrue();
        assertThat(links(path)).as("%s: links of %s", when, path).isEqualTo(2 + inner(path));
        pages++;
      } else if (isNew && isFile(path)) {
        pages += (Files.size(path) + 4095) / 4096;
      }
      if (isFile(path)) {
        assertThat(links(path)).isEqualTo(namesOf(disk, node));
      }
    }
    assertThat(disk.statistics().used()).as(when).isLessThanOrEqualTo(pages * 4096);
    assertThat(disk.unsynced()).as(when).isEmpty();
  }

  private static int links(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
  }

  private static int inner(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return (int) entries.filter(CrashTreeTest::isDirectory).count();
    }
  }

  private static int namesOf(SimDisk disk, Object node) throws IOException {
    int n = 0;
    for (var path : all(disk)) {
      n += node.equals(Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS)) ? 1 : 0;
    }
    return n;
  }
}
