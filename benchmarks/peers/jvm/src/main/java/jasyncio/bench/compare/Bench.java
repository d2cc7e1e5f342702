package jasyncio.bench.compare;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/// Measures a workload as `benchmarks/README.md` says: repeats it until it is warm, takes samples
/// of at least 0.3 s each, and prints the median one per operation.
public final class Bench {
  private static final int EXIT_UNSUPPORTED = 64;
  private static final long SAMPLE_NANOS = 300_000_000;
  private static final int MIN_WARM_UPS = 2;

  private static final double SCALE = Double.parseDouble(setting("BENCH_SCALE", "1"));
  private static final double WARM_UP_SECONDS = Double.parseDouble(setting("BENCH_WARM_S", "3"));
  private static final int SAMPLES = Integer.parseInt(setting("BENCH_INNER", "5"));

  private Bench() {}

  /// A workload.
  public interface Body {
    /// Runs it once.
    void run() throws Exception;
  }

  /// The figure of a workload: which clock, in which unit.
  public enum Figure {
    /// Nanoseconds by the clock on the wall.
    WALL_NANOS(1, false),
    /// Microseconds by the clock on the wall.
    WALL_MICROS(1e3, false),
    /// Microseconds of processor time, of all threads.
    CPU_MICROS(1e3, true);

    private final double nanos;
    private final boolean isCpu;

    Figure(double nanos, boolean isCpu) {
      this.nanos = nanos;
      this.isCpu = isCpu;
    }
  }

  static String setting(String name, String fallback) {
    return System.getenv().getOrDefault(name, fallback);
  }

  /// {@return a count of a workload, smaller where it is only seen whether all runs}
  ///
  /// @param count the count that is measured
  public static int scaled(int count) {
    return Math.max(1, (int) (count * SCALE));
  }

  /// Measures `body`, which does `operations` operations, and prints the result.
  ///
  /// @param workload its name
  /// @param operations how many operations it does
  /// @param unit the unit of the figure
  /// @param figure the figure
  /// @param body the workload
  public static void measure(
      String workload, long operations, String unit, Figure figure, Body body) {
    try {
      int repetitions = warmUp(body);
      double perOperation = 1 / (figure.nanos * operations * repetitions);
      var wall = new double[SAMPLES];
      var cpu = new double[SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        long cpuBegan = CpuClock.nanos();
        long wallBegan = System.nanoTime();
        for (int k = 0; k < repetitions; k++) {
          body.run();
        }
        wall[i] = (System.nanoTime() - wallBegan) * perOperation;
        cpu[i] = (CpuClock.nanos() - cpuBegan) * perOperation;
      }
      double first = median(figure.isCpu ? cpu : wall);
      double second = median(figure.isCpu ? wall : cpu);
      print(workload, first, unit, member(figure.isCpu ? "wall" : "cpu", second));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /// Returns how many repetitions make a sample.
  private static int warmUp(Body body) throws Exception {
    CpuClock.nanos(); // links the native call
    long end = System.nanoTime() + (long) (WARM_UP_SECONDS * 1e9);
    long last = 1;
    for (int i = 0; i < MIN_WARM_UPS || System.nanoTime() < end; i++) {
      long began = System.nanoTime();
      body.run();
      last = System.nanoTime() - began;
    }
    return Math.clamp(SAMPLE_NANOS / Math.max(1, last), 1, 10_000);
  }

  private static double median(double[] samples) {
    Arrays.sort(samples);
    int middle = samples.length / 2;
    return samples.length % 2 == 1 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
  }

  static String member(String name, double value) {
    return String.format(Locale.ROOT, ", \"%s\": %.3f", name, value);
  }

  /// Prints a line of results.
  static void print(String workload, double value, String unit, String more) {
    System.out.printf(
        Locale.ROOT,
        "{\"peer\": \"%s\", \"workload\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"%s}%n",
        setting("BENCH_PEER", "jvm"),
        workload,
        value,
        unit,
        more);
    System.out.flush();
  }

  /// {@return how many items a workload's queue holds}
  ///
  /// @param workload `queue.1` or `queue.1000`
  public static int queueSize(String workload) {
    return workload.endsWith("1000") ? 1000 : 1;
  }

  /// {@return delays in [0,1) seconds, the same ones each time}
  ///
  /// @param count how many
  public static double[] delays(int count) {
    return new Random(42).doubles(count).toArray();
  }

  /// Ends the process by the status that says that a peer has no such workload.
  ///
  /// @param what what it has not
  public static void unsupported(String what) {
    System.err.println("not supported: " + what);
    System.exit(EXIT_UNSUPPORTED);
  }
}
