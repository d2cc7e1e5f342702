package jasyncio.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// Measures a workload: repeats it until it is warm, then takes samples and reports the median one.
///
/// A sample is as many repetitions as fill 0.3 s. Times are per operation: wall clock, and process
/// CPU clock, which counts all threads, and so the JVM's own work too.
final class Stopwatch {
  private static final long SAMPLE_NANOS = 300_000_000;
  private static final int MIN_WARM_UPS = 2;

  /// The figure of a workload: which clock, in which unit.
  enum Figure {
    WALL_NANOS(1, false),
    WALL_MICROS(1e3, false),
    CPU_MICROS(1e3, true);

    private final double nanos;
    private final boolean isCpu;

    Figure(double nanos, boolean isCpu) {
      this.nanos = nanos;
      this.isCpu = isCpu;
    }
  }

  private Stopwatch() {}

  /// Measures `body`, which does `operations` operations, and prints the result.
  static void measure(String workload, long operations, String unit, Figure figure, Runnable body) {
    ProcessCpu.nanos(); // links the native call
    int repetitions = warmUp(body);
    double perOperation = 1 / (figure.nanos * operations * repetitions);
    long allocated = allocatedBytes();
    var wall = new double[Settings.SAMPLES];
    var cpu = new double[Settings.SAMPLES];
    for (int i = 0; i < Settings.SAMPLES; i++) {
      long cpuBegan = ProcessCpu.nanos();
      long wallBegan = System.nanoTime();
      for (int k = 0; k < repetitions; k++) {
        body.run();
      }
      wall[i] = (System.nanoTime() - wallBegan) * perOperation;
      cpu[i] = (ProcessCpu.nanos() - cpuBegan) * perOperation;
    }
    double all = (double) operations * repetitions * Settings.SAMPLES;
    var bytes = Result.member("bytes", (allocatedBytes() - allocated) / all);
    double w = median(wall);
    double c = median(cpu);
    var result =
        figure.isCpu
            ? new Result(workload, c, unit, Result.member("wall", w) + bytes)
            : new Result(workload, w, unit, Result.member("cpu", c) + bytes);
    result.print();
  }

  /// What all threads have allocated so far.
  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
  }

  /// Returns how many repetitions make a sample.
  private static int warmUp(Runnable body) {
    long end = System.nanoTime() + (long) (Settings.WARM_UP_SECONDS * 1e9);
    long last = 1;
    for (int i = 0; i < MIN_WARM_UPS || System.nanoTime() < end; i++) {
      long began = System.nanoTime();
      body.run();
      last = System.nanoTime() - began;
    }
    return Math.clamp(SAMPLE_NANOS / Math.max(1, last), 1, 10_000);
  }

  private static double median(double[] samples) {
    var sorted = samples.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
