package jasyncio.internal.base;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Calls of the JDK that block their thread: which one it is, by the stack, and what a coroutine
/// does instead.
public final class BlockingCalls {
  /// What to do in place of a call, by the beginning of its class's name; the first one counts.
  private static final List<String[]> INSTEAD =
      List.of(
          row("java.util.concurrent.Semaphore", "jasyncio.sync.Semaphore suspends"),
          row("java.util.concurrent.CountDownLatch", "jasyncio.sync.Event suspends"),
          row("java.util.concurrent.CyclicBarrier", "jasyncio.sync.Barrier suspends"),
          row("java.util.concurrent.Phaser", "jasyncio.sync.Barrier suspends"),
          row(
              "java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject",
              "jasyncio.sync.Condition suspends"),
          row("java.util.concurrent.locks.LockSupport", "a Future suspends"),
          row("java.util.concurrent.locks.", "jasyncio.sync.Lock suspends"),
          row("java.util.concurrent.CompletableFuture", "await(future) suspends"),
          row("java.util.concurrent.FutureTask", "await(future) suspends"),
          row("java.util.concurrent.ForkJoinTask", "await(future) suspends"),
          row("java.util.concurrent.TimeUnit", "sleep(…) suspends"),
          row("java.net.http.", "await(client.sendAsync(…)) suspends"),
          row("jdk.internal.net.http.", "await(client.sendAsync(…)) suspends"),
          row("java.net.Inet", "jasyncio.net looks names up on other threads"),
          row("sun.nio.ch.FileChannel", "jasyncio.files suspends"),
          row("java.net.", "jasyncio.net suspends"),
          row("sun.net.", "jasyncio.net suspends"),
          row("sun.nio.ch.", "jasyncio.net suspends"),
          row("java.lang.Process", "jasyncio.process suspends"),
          row("java.io.", "jasyncio.files suspends, and Streams.stdin() for standard input"),
          row("java.nio.file.", "jasyncio.files suspends"),
          row("java.util.Scanner", "Streams.stdin() suspends"));

  private BlockingCalls() {}

  private static String[] row(String beginning, String instead) {
    return new String[] {beginning, instead};
  }

  /// The call of the JDK's that a thread is in: the outermost of its frames that lie above all
  /// others.
  ///
  /// @param stack innermost frame first
  /// @return it, or `null` if the thread is in somebody else's code
  public static @Nullable StackTraceElement called(List<StackTraceElement> stack) {
    StackTraceElement entry = null;
    for (var frame : stack) {
      if (!Frames.isOfTheJdk(frame)) {
        break;
      }
      entry = frame;
    }
    return entry;
  }

  /// What a coroutine does instead, in a few words; `null` if there is nothing better than another
  /// thread.
  public static @Nullable String instead(StackTraceElement call) {
    var name = call.getClassName();
    if (name.equals("java.lang.Thread")) {
      return call.getMethodName().startsWith("sleep") ? "sleep(…) suspends" : null;
    } else if (name.equals("java.lang.IO") || name.equals("java.io.PrintStream")) {
      return call.getMethodName().startsWith("read")
          ? "Streams.stdin() suspends"
          : "Streams.stdout() suspends";
    } else if (name.equals("java.lang.Object")) {
      return "jasyncio.sync.Condition suspends";
    } else if (isQueue(name)) {
      return "jasyncio.queue.Queue suspends, ThreadsafeQueue if threads have a part in it";
    }
    return INSTEAD.stream()
        .filter(row -> name.startsWith(row[0]))
        .map(row -> row[1])
        .findFirst()
        .orElse(null);
  }

  private static boolean isQueue(String name) {
    return name.startsWith("java.util.concurrent.")
        && (name.endsWith("Queue") || name.endsWith("Deque"));
  }
}
