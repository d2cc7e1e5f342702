package jasyncio.bench.growth;

import jasyncio.Action;
import jasyncio.bench.ProcessCpu;

/// Measures time.
final class Meter {
  private static final long ENOUGH_NANOS = 200_000_000;
  private static final int LEAST = 3;
  private static final int MOST = 20_000;

  private Meter() {}

  /// Processor time of a body, in nanoseconds: the least of several runs, as whatever else goes on
  /// only adds to it.
  static <X extends Exception> double nanos(Action<X> body) throws X {
    double least = Double.POSITIVE_INFINITY;
    long end = System.nanoTime() + ENOUGH_NANOS;
    for (int i = 0; i < LEAST || (i < MOST && System.nanoTime() < end); i++) {
      long began = ProcessCpu.nanos();
      body.run();
      least = Math.min(least, (double) (ProcessCpu.nanos() - began));
    }
    return least;
  }
}
