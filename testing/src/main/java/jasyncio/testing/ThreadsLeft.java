package jasyncio.testing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The platform threads that a test has left: loops' and executors' own, and whatever is not a
/// daemon.
final class ThreadsLeft {
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// How the names of loops' threads begin.
  private static final List<String> OURS = List.of("jasyncio-", "asyncio_");

  /// Those of them that serve the whole JVM, and stay.
  private static final List<String> SERVICES =
      List.of(
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
    return (!thread.isDaemon() || startsWithAny(name, OURS)) && !startsWithAny(name, SERVICES);
  }

  private static boolean startsWithAny(String name, List<String> prefixes) {
    return prefixes.stream().anyMatch(name::startsWith);
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
