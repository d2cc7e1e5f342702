package jasyncio.testing;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/// Threads that the loop does not know of, and that may be what one of its tasks waits for: those
/// that the program has started since the first test in virtual time.
final class OtherThreads {
  /// How the names of others begin: the JDK's, JUnit's, the kit's; and those of the executors of
  /// loops, which wait for these.
  private static final List<String> OTHERS =
      List.of(
          "Attach Listener", "Keep-Alive-", "asyncio_", "jasyncio-", "junit-", "process reaper");

  /// Where a thread of an executor is that has nothing to do, by class and method.
  private static final Set<String> IDLE =
      Set.of(
          "java.util.concurrent.ThreadPoolExecutor.getTask",
          "java.util.concurrent.ForkJoinPool.awaitWork");

  /// Where it waits for what it is to do later.
  private static final String SCHEDULED =
      "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue";

  /// Asked by all loops, side by side.
  private static final Set<Thread> BEFORE =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  static {
    BEFORE.addAll(ThreadsLeft.now());
  }

  private OtherThreads() {}

  /// Remembers who is there before there are others.
  static void prepare() {}

  /// Those that there are now, but for the calling one.
  static List<Thread> now() {
    var self = Thread.currentThread();
    return platformThreads().stream()
        .filter(thread -> thread != self && !BEFORE.contains(thread) && isOfProgram(thread))
        .toList();
  }

  /// Without a look at their stacks, which would stop the JVM.
  private static List<Thread> platformThreads() {
    var group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    var threads = new Thread[group.activeCount() + 16];
    int count = group.enumerate(threads);
    return Arrays.asList(threads).subList(0, count);
  }

  private static boolean isOfProgram(Thread thread) {
    return OTHERS.stream().noneMatch(thread.getName()::startsWith)
        && !thread.getClass().getName().equals("jdk.internal.misc.InnocuousThread")
        && !thread.getClass().getName().startsWith("org.junit.");
  }

  /// Whether it does something, or will by itself.
  static boolean isAtWork(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TERMINATED, NEW -> false;
      case RUNNABLE, BLOCKED -> true;
      case TIMED_WAITING -> !isIdle(List.of(thread.getStackTrace()));
    };
  }

  private static boolean isIdle(List<StackTraceElement> stack) {
    return stack.stream().anyMatch(f -> IDLE.contains(f.getClassName() + "." + f.getMethodName()))
        && stack.stream().noneMatch(f -> f.getClassName().equals(SCHEDULED));
  }
}
