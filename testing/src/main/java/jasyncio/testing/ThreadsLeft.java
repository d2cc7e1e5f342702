package jasyncio.testing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The platform threads that a test has left: all but those that the JDK and the library keep for
/// the whole JVM.
final class ThreadsLeft {
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// How the names of those begin that serve the whole JVM, and stay.
  private static final List<String> SERVICES =
      List.of(
          "Attach Listener",
          "Cleaner-",
          "Common-Cleaner",
          "CompletableFutureDelayScheduler",
          "ForkJoinPool", // the common one, and the carriers of virtual threads
          "HttpClient-", // ends when the client has been collected
          "Keep-Alive-",
          "Master-Poller",
          "Read-Poller",
          "VirtualThread-",
          "Write-Poller",
          "junit-",
          "process reaper",
          "jasyncio-fallback-scheduler",
          "jasyncio-watchdog",
          "jasyncio-cleaner",
          "jasyncio-test-watchdog");

  private ThreadsLeft() {}

  /// All that there are now.
  static Set<Thread> now() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }

  /// Those of loops' executors.
  static List<Thread> ofExecutors() {
    return now().stream().filter(thread -> thread.getName().startsWith("asyncio_")).toList();
  }

  /// Those that were not there `before`, and do not end within two seconds.
  static List<Thread> since(Set<Thread> before) {
    var left = new ArrayList<Thread>();
    long deadline = System.nanoTime() + GRACE_NANOS;
    for (var thread : now()) {
      if (!before.contains(thread) && isOfATest(thread) && !ends(thread, deadline)) {
        left.add(thread);
      }
    }
    return left;
  }

  private static boolean isOfATest(Thread thread) {
    var name = thread.getName();
    return SERVICES.stream().noneMatch(name::startsWith)
        && !thread.getClass().getName().equals("jdk.internal.misc.InnocuousThread");
  }

  private static boolean ends(Thread thread, long deadline) {
    try {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      thread.join(Math.max(1, millis)); // 0 would be for ever
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
