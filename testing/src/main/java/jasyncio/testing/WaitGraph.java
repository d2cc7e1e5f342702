package jasyncio.testing;

import jasyncio.Asyncio;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Frames;
import jasyncio.internal.loop.LoopAccess;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who waits on a loop, for what, and where: as text. The loop's thread only.
final class WaitGraph {
  private static final int MAX_TASKS = 50;
  private static final int MAX_FRAMES = 8;
  private static final String KIT = WaitGraph.class.getPackageName() + ".";
  private static final Set<String> HARNESSES =
      Set.of(
          "org.junit.",
          "org.assertj.",
          "org.hamcrest.",
          "java.lang.reflect.",
          "jdk.internal.reflect.",
          "java.lang.invoke.",
          "java.lang.VirtualThread",
          "java.lang.System$");

  private WaitGraph() {}

  /// All tasks but `without`, each with its stack.
  static String describe(EventLoop loop, @Nullable Task<?> without) {
    var tasks =
        Asyncio.allTasks(loop).stream()
            .filter(task -> task != without)
            .sorted(Comparator.comparing(Task::getName, WaitGraph::compareNumbered))
            .toList();
    var text = new StringBuilder();
    tasks.stream().limit(MAX_TASKS).forEach(task -> text.append("\n  ").append(describe(task)));
    if (tasks.size() > MAX_TASKS) {
      text.append("\n  and ").append(tasks.size() - MAX_TASKS).append(" more tasks");
    }
    return text.toString();
  }

  /// Task-9 before Task-10.
  private static int compareNumbered(String a, String b) {
    return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
  }

  /// One task, what it waits for, where, and why it was cancelled if it was.
  static String describe(Task<?> task) {
    return describe(task, task.waitsFor());
  }

  /// The same, where what it waits for is known.
  static String describe(Task<?> task, @Nullable WaitInfo waitsFor) {
    var text = new StringBuilder(name(task)).append(' ').append(waits(task, waitsFor));
    var cancellation = task.cancellation();
    if (cancellation != null) {
      text.append("; ").append(cancellation);
    }
    for (var frame : stack(task)) {
      text.append("\n      at ").append(frame);
    }
    return text.toString();
  }

  /// A name that says what it is.
  static String name(Task<?> task) {
    var name = task.getName();
    return name.startsWith("Task-") || name.contains(" ") ? name : "task '" + name + "'";
  }

  private static String waits(Task<?> task, @Nullable WaitInfo waitsFor) {
    if (task.done()) {
      return "is done";
    }
    return waitsFor == null ? "is ready to run" : "waits for " + waitsFor;
  }

  /// Where the code of a test is, innermost frame first, without those who call it.
  static List<StackTraceElement> stack(Task<?> task) {
    return withoutHarness(task.getStack()).stream().limit(MAX_FRAMES).toList();
  }

  static List<StackTraceElement> withoutHarness(List<StackTraceElement> stack) {
    return stack.stream().filter(frame -> !isHarness(frame.getClassName())).toList();
  }

  private static boolean isHarness(String className) {
    return HARNESSES.stream().anyMatch(className::startsWith)
        || Frames.areOurs(className)
        || (className.startsWith(KIT) && isOfKit(className));
  }

  /// Not one of a test that lies in the same package.
  private static boolean isOfKit(String className) {
    try {
      var type = Class.forName(className, false, WaitGraph.class.getClassLoader());
      return type.getProtectionDomain().equals(WaitGraph.class.getProtectionDomain());
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /// A channel; a server with its address, which the JDK does not say.
  static String describe(SelectableChannel channel) {
    if (channel instanceof ServerSocketChannel server) {
      try {
        return "ServerSocketChannel at " + server.getLocalAddress();
      } catch (IOException e) { // it is closed
      }
    }
    return channel.toString();
  }

  /// The callbacks that are scheduled for later.
  static List<TimerHandle> timers(EventLoop loop) {
    return LoopAccess.get().core(loop).timers().wanted().stream()
        .filter(TimerHandle.class::isInstance)
        .map(TimerHandle.class::cast)
        .sorted()
        .toList();
  }
}
