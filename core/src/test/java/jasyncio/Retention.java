package jasyncio;

import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import jasyncio.testkit.Garbage;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.concurrent.locks.LockSupport;

/// Asserts that what is finished does not keep what it was given.
public final class Retention {
  private Retention() {}

  /// Something to be captured.
  public static final class Captured {
    public int uses;

    public void use() {
      uses++;
    }
  }

  /// A case: makes something finished from what is captured, and returns what the program keeps of
  /// it.
  @FunctionalInterface
  public interface Finished {
    Object of(Captured captured) throws Exception;
  }

  private record Kept(Object finished, WeakReference<Captured> captured) {}

  /// Runs in a frame of its own, so that no local refers to what was captured.
  private static Kept begin(Finished finished) throws Exception {
    var captured = new Captured();
    return new Kept(finished.of(captured), new WeakReference<>(captured));
  }

  /// Asserts that what `finished` returns lets what was captured be collected; inside of a loop.
  public static void assertDropped(Finished finished) throws Exception {
    run(() -> {
      awaitDropped(begin(finished), () -> sleep(0));
    });
  }

  /// The same where no loop runs.
  public static void assertDroppedOutside(Finished finished) throws Exception {
    awaitDropped(begin(finished), Retention::pauseOutside);
  }

  private static void pauseOutside() {
    LockSupport.parkNanos(1_000_000);
    if (Thread.interrupted()) {
      throw new AssertionError("what was captured is kept"); // the test's time is over
    }
  }

  private static void awaitDropped(Kept kept, Runnable pause) {
    try {
      Garbage.collectUntil(() -> kept.captured.refersTo(null), pause);
    } finally {
      Reference.reachabilityFence(kept.finished);
    }
  }
}
