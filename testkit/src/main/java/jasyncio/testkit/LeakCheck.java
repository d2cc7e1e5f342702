package jasyncio.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/// Fails a test that leaves a platform thread of the library behind.
///
/// After each test every thread that was not there before it, and whose name says that a loop or
/// its executor made it, gets two seconds to end. What the class itself started in `@BeforeAll` is
/// looked at after `@AfterAll`. JUnit finds this extension by itself in every module that has the
/// testkit on its class path.
public final class LeakCheck
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  /// How the names of the threads begin that must be gone.
  static final List<String> OWNED = List.of("jasyncio-", "asyncio_");

  /// How the names of the daemon threads begin that serve the whole JVM and stay.
  static final List<String> SERVICES =
      List.of(
          "jasyncio-fallback-scheduler",
          "jasyncio-watchdog",
          "jasyncio-test-watchdog",
          "jasyncio-cleaner");

  // Each leak is told once: to the test that made it, and not to its class again.
  private static final Set<Thread> TOLD = ConcurrentHashMap.newKeySet();

  private final Duration grace;

  /// Creates the check that JUnit registers by itself.
  public LeakCheck() {
    this(Duration.ofSeconds(2));
  }

  /// Creates a check that gives threads this time to end.
  LeakCheck(Duration grace) {
    this.grace = grace;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    check(context);
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    check(context);
  }

  private static void remember(ExtensionContext context) {
    context.getStore(namespace(context)).put("before", owned());
  }

  private void check(ExtensionContext context) throws InterruptedException {
    Set<Thread> left = owned();
    Set<?> before = context.getStore(namespace(context)).get("before", Set.class);
    if (before != null) {
      left.removeAll(before);
    }
    List<Thread> leaked = outliving(left);
    if (!leaked.isEmpty()) {
      TOLD.addAll(leaked);
      throw new AssertionError(describe(leaked));
    }
  }

  /// One store per context: a test looks up what is not in its own store in that of its class.
  private static Namespace namespace(ExtensionContext context) {
    return Namespace.create(LeakCheck.class, context.getUniqueId());
  }

  // Only platform threads: virtual ones are not in this map.
  private static Set<Thread> owned() {
    Set<Thread> owned = new HashSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (startsWithAny(thread.getName(), OWNED) && !isService(thread) && !TOLD.contains(thread)) {
        owned.add(thread);
      }
    }
    return owned;
  }

  private static boolean isService(Thread thread) {
    return thread.isDaemon() && startsWithAny(thread.getName(), SERVICES);
  }

  private static boolean startsWithAny(String name, List<String> prefixes) {
    return prefixes.stream().anyMatch(name::startsWith);
  }

  private List<Thread> outliving(Set<Thread> threads) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + grace.toNanos();
    List<Thread> outliving = new ArrayList<>();
    for (Thread thread : threads) {
      // join(0) would wait for ever
      long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      thread.join(Math.max(1, millis));
      if (thread.isAlive()) {
        outliving.add(thread);
      }
    }
    return outliving;
  }

  private static String describe(List<Thread> leaked) {
    StringJoiner text = new StringJoiner("\n", "threads left behind by this test:\n", "");
    for (Thread thread : leaked) {
      text.add("  " + thread.getName() + " (" + thread.getState() + ")");
      for (StackTraceElement frame : thread.getStackTrace()) {
        text.add("      at " + frame);
      }
    }
    return text.toString();
  }
}
