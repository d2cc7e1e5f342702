package jasyncio;

import jasyncio.internal.base.Log;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// The end of a program whose loop does not react to Ctrl-C.
final class Stuck {
  private static final int PATIENCE_SECONDS = 2;
  private static final long CHECK_NANOS = 100_000_000;
  private static final long LOG_MILLIS = 10_000;
  private static final int STATUS = 130; // 128 + SIGINT

  private Stuck() {}

  /// Ends the JVM after a while, unless `reacted` by then.
  static void endUnless(EventLoop loop, BooleanSupplier reacted) {
    long patience =
        TimeUnit.SECONDS.toNanos(
            Integer.getInteger("jasyncio.interrupt.patience", PATIENCE_SECONDS));
    daemon(
        "jasyncio-ctrl-c",
        () -> {
          long end = System.nanoTime() + patience;
          while (!reacted.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
              end(loop);
            }
            LockSupport.parkNanos(Math.min(left, CHECK_NANOS));
          }
        });
  }

  /// Says where the loop is stuck, and ends the JVM.
  static void end(EventLoop loop) {
    var log =
        daemon("jasyncio-ctrl-c-log", () -> log(loop)); // what is stuck may hold the log's lock
    try {
      log.join(LOG_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // then without waiting
    }
    Runtime.getRuntime().halt(STATUS); // shutdown hooks may wait for what is stuck
  }

  private static void log(EventLoop loop) {
    var thread = loop.hub.currentThread();
    var where =
        thread == null
            ? ""
            : "; it is stuck" + Describe.stack(Debug.userStack(thread.getStackTrace()));
    Log.log(
        Level.ERROR,
        "Ctrl-C has no effect, the program ends: the event loop does not react" + where);
  }

  private static Thread daemon(String name, Runnable body) {
    return Thread.ofPlatform()
        .name(name)
        .daemon()
        .inheritInheritableThreadLocals(false)
        .start(body);
  }
}
