package jasyncio;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The daemon thread that looks after loops while they run: one for all of them. It begins with the
/// first one that is to be looked after, sleeps before it first looks, and ends some time after the
/// last one.
final class Watchdog implements Runnable { // no lambda: it is there whenever a program starts
  /// What it looks at.
  interface Eye {
    /// Looks. On the watchdog's thread; what it throws is dropped.
    ///
    /// @param now what [System#nanoTime()] shows
    /// @return after how many nanoseconds to look again
    long look(long now);
  }

  private static final long LINGER_NANOS = 2_000_000_000;

  private static final Set<Eye> EYES = ConcurrentHashMap.newKeySet();
  private static @Nullable Thread thread; // guarded by the class

  /* Loops may begin to run thousands of times a second, and need not wake the thread each time: who opens an eye adds it,
   * and then asks whether the thread is looking, and may have missed it, or sleeps for too long. The thread says when it
   * will wake before it says that it no longer looks.
   */
  private static volatile boolean looking;
  private static volatile long wakesAt; // what nanoTime() shows then

  private long pause;

  private Watchdog(long pause) {
    this.pause = pause;
  }

  /// Opens an eye. Any thread.
  ///
  /// @param nanos when it is to look first, unless the thread looks before for others
  static synchronized void open(Eye eye, long nanos) {
    EYES.add(eye);
    if (thread == null) {
      looking = false;
      wakesAt = System.nanoTime() + nanos;
      thread =
          Thread.ofPlatform()
              .name("jasyncio-watchdog")
              .daemon()
              .inheritInheritableThreadLocals(false)
              .start(new Watchdog(nanos));
    } else if (looking || System.nanoTime() + nanos - wakesAt < 0) {
      LockSupport.unpark(thread);
    }
  }

  /// Closes an eye. Any thread.
  static void close(Eye eye) {
    EYES.remove(eye);
  }

  @Override
  public void run() {
    int idle = 0; // how often there was nothing to look at
    do {
      LockSupport.parkNanos(pause);
      looking = true;
      idle = EYES.isEmpty() ? idle + 1 : 0;
      pause = LINGER_NANOS;
      for (var eye : EYES) {
        pause = Math.min(pause, look(eye));
      }
      wakesAt = System.nanoTime() + pause;
      looking = false;
    } while (idle < 2 || !end());
  }

  private static long look(Eye eye) {
    try {
      return eye.look(System.nanoTime());
    } catch (Throwable e) { // what one loop has in it is no reason to leave the others alone
      return LINGER_NANOS;
    }
  }

  private static synchronized boolean end() {
    if (EYES.isEmpty()) {
      thread = null;
    }
    return thread == null;
  }
}
