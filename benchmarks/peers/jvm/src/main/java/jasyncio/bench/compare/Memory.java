package jasyncio.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory a suspended task takes: what the process and its live heap have grown by since
/// an object of this class was made.
public final class Memory {
  private static final int COLLECTIONS = 3;

  private final long heapBefore = liveHeapBytes();
  private final long residentBefore = residentBytes();

  /// Takes the readings before the tasks are made.
  public Memory() {}

  /// {@return how many tasks a workload has}
  ///
  /// @param workload `memory.100k` or `memory.1m`
  public static int count(String workload) {
    return workload.endsWith("1m") ? 1_000_000 : 100_000;
  }

  /// Prints the growth per task, and ends the process.
  ///
  /// @param workload its name
  /// @param tasks all tasks, suspended
  /// @param count how many they are
  public void print(String workload, Object tasks, double count) {
    try {
      double resident = residentBytes() - residentBefore;
      double heap = liveHeapBytes() - heapBefore;
      double residentAfterwards = residentBytes() - residentBefore;
      var more =
          Bench.member("heap", heap / count) + Bench.member("rss_before_gc", resident / count);
      Bench.print(workload, residentAfterwards / count, "B-rss/task", more);
    } finally {
      Reference.reachabilityFence(tasks);
    }
    Runtime.getRuntime().halt(0);
  }

  private static long liveHeapBytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long residentBytes() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      var line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
