package jasyncio.internal.fiber;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;

/// A small pool of daemon threads for virtual threads that got one of our fibers as their scheduler
/// by inheritance, and for fibers that wake up after their loop was closed. Submission never blocks
/// and never throws: the JVM's own helper threads would die of it.
public final class FallbackScheduler {
  private static final ForkJoinPool POOL =
      new ForkJoinPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()), Worker::new, null, true);

  private FallbackScheduler() {}

  public static void run(Runnable continuation) {
    POOL.execute(continuation);
  }

  private static final class Worker extends ForkJoinWorkerThread {
    Worker(ForkJoinPool pool) {
      super(null, pool, true);
      setName("jasyncio-fallback-scheduler-" + getPoolIndex());
      setDaemon(true);
    }
  }
}
