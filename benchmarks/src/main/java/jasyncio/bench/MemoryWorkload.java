package jasyncio.bench;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;

import jasyncio.Asyncio;
import jasyncio.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/// How much memory a suspended task takes.
final class MemoryWorkload {
  private static final int LOOP_TURNS = 3;
  private static final double HOUR = 3600;

  private MemoryWorkload() {}

  /// Prints the growth of the process's memory, and of the live heap, per task; then ends the
  /// process, tasks and all.
  static void run(String workload, int count) {
    Asyncio.run(() -> {
      sleep(0);
      long heapBefore = LiveHeap.bytes();
      long residentBefore = residentBytes();
      var tasks = new ArrayList<Task<?>>(count);
      try {
        for (int i = 0; i < count; i++) {
          tasks.add(createTask(() -> sleep(HOUR)));
        }
        for (int i = 0; i < LOOP_TURNS; i++) {
          sleep(0);
        }
        double resident = residentBytes() - residentBefore;
        double heap = LiveHeap.bytes() - heapBefore;
        double residentAfterwards = residentBytes() - residentBefore;
        var more =
            Result.member("heap", heap / count) + Result.member("rss_before_gc", resident / count);
        new Result(workload, residentAfterwards / count, "B-rss/task", more).print();
      } finally {
        Reference.reachabilityFence(tasks);
      }
      Runtime.getRuntime().halt(0);
    });
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
