package jasyncio.testing.internal.disk;

import static jasyncio.testing.internal.disk.Crashes.crashAndMount;
import static jasyncio.testing.internal.disk.Crashes.durable;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random programs: each sector that a crash leaves has a value that it had at the last sync or
/// since, and a run is the same each time.
class CrashModelTest {
  private static final int SEEDS = 100;
  private static final int SECTORS = 24;
  private static final int SECTOR = 512;

  @Test
  void whatACrashLeaves_isOfTheLastSyncOrLater() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      var first = new ArrayList<String>();
      run(seed, first);
      var again = new ArrayList<String>();
      run(seed, again);
      assertThat(again).as("seed %d, again", seed).isEqualTo(first);
    }
  }

  private static void run(int seed, List<String> log) throws Exception {
    var random = new Random(seed);
    var options =
        seed % 2 == 0 ? DiskOptions.defaults() : DiskOptions.defaults().chance(Fault.WRITE_BACK, 4);
    var disk = new SimDisk(new RandomWorld(random, log), options);
    var path = durable(disk.path("/f"), "\0".repeat(SECTORS * SECTOR));
    for (int round = 0; round < 4; round++) {
      var versions = write(disk, random, seed * 8 + round);
      crashAndMount(disk);
      var bytes = Files.readAllBytes(path);
      assertThat(bytes.length).isEqualTo(SECTORS * SECTOR);
      for (int i = 0; i < SECTORS; i++) {
        byte value = bytes[i * SECTOR];
        assertThat(versions.get(i)).as("seed %d, sector %d", seed, i).contains(value);
        for (int j = 0; j < SECTOR; j++) {
          assertThat(bytes[i * SECTOR + j]).isEqualTo(value);
        }
      }
      log.add(java.util.Arrays.hashCode(bytes) + "");
    }
  }

  /// Writes sectors, and syncs now and then.
  ///
  /// @return what each sector may be after a crash
  private static List<List<Byte>> write(SimDisk disk, Random random, int number) throws Exception {
    var versions = new ArrayList<List<Byte>>();
    var now = Files.readAllBytes(disk.path("/f"));
    for (int i = 0; i < SECTORS; i++) {
      versions.add(new ArrayList<>(List.of(now[i * SECTOR])));
    }
    try (var channel = FileChannel.open(disk.path("/f"), StandardOpenOption.WRITE)) {
      for (int step = 0; step < 20; step++) {
        if (random.nextInt(8) == 0) {
          channel.force(random.nextBoolean());
          versions.forEach(v -> v.subList(0, v.size() - 1).clear());
        } else {
          int from = random.nextInt(SECTORS);
          int n = 1 + random.nextInt(SECTORS - from);
          byte value = (byte) (number * 20 + step);
          var data = ByteBuffer.allocate(n * SECTOR);
          java.util.Arrays.fill(data.array(), value);
          channel.write(data, (long) from * SECTOR);
          for (int i = from; i < from + n; i++) {
            versions.get(i).add(value);
          }
        }
      }
    }
    return versions;
  }
}
