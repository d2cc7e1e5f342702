package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.LoopStatistics;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// A loop and all its tasks as they are at a moment.
///
/// ```java
/// import static jasyncio.Asyncio.*;
///
/// import jasyncio.inspect.LoopInfo;
///
/// void main() {
///   run(() -> {
///     for (int i = 0; i < 1_000; i++) {
///       createTask(() -> sleep(60));
///     }
///     sleep(0);
///     LoopInfo.capture().print(System.out); // the thousand that sleep are one entry
///   });
/// }
/// ```
///
/// A snapshot; it lives on unchanged, and any thread may read it. Python: `python -m asyncio ps`.
///
/// @param loop the loop's description
/// @param statistics what it has to do
/// @param tasks its tasks that are not done, oldest first
public record LoopInfo(String loop, LoopStatistics statistics, List<TaskInfo> tasks) {
  private static final int MAX_GROUPS = 50;
  private static final int MAX_FRAMES = 8;

  /// A loop with a copy of the list.
  public LoopInfo {
    tasks = List.copyOf(tasks);
  }

  /// {@return what the loop looks like that runs here}
  ///
  /// @throws IllegalStateException if no loop runs on this thread
  public static LoopInfo capture() {
    return capture(Current.loop());
  }

  /// What `loop` looks like now. Call on its thread; another one asks for it by
  /// [EventLoop#callSoonThreadsafe(Runnable)]. Takes some microseconds for each task. Suspends and
  /// disturbs nobody.
  ///
  /// @param loop the loop
  /// @return what it looks like
  public static LoopInfo capture(EventLoop loop) {
    var waitInfos = Tasks.waitInfos(loop);
    var tasks = new ArrayList<TaskInfo>();
    for (var task : Tasks.all(loop)) {
      tasks.add(TaskInfo.of(task, waitInfos.apply(task)));
    }
    return new LoopInfo(loop.toString(), loop.statistics(), tasks);
  }

  /// {@return all of it as text, with up to 50 entries; what waits for the like in the same place
  /// is one entry}
  public String format() {
    return format(MAX_GROUPS);
  }

  /// All of it as text: a line that says how many tasks there are, and for each of them what it
  /// does, who waits for it, and where it is. Tasks that do the like in the same place are one
  /// entry, so that a million of them fit a screen, though they wait each for a future of its own;
  /// the largest groups come last, as they say least, and are shown in any case.
  ///
  /// @param limit how many entries at most
  /// @return the text
  /// @throws IllegalArgumentException if the limit is negative
  public String format(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit must be >= 0, not " + limit);
    }
    var all = new TaskGroups();
    tasks.forEach(task -> all.add(task, null));
    var groups = all.shown(limit);
    var text = new StringBuilder(tasks.size() == 1 ? "1 task" : tasks.size() + " tasks");
    text.append(" of ").append(loop);
    groups.forEach(group -> append(text, group));
    int left = all.size() - groups.stream().mapToInt(group -> group.size).sum();
    if (left > 0) {
      text.append("\nand ").append(left).append(" more");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, TaskGroups.Group group) {
    var first = group.first;
    text.append("\n").append(first.name());
    if (group.size > 1) {
      text.append(" and ").append(group.size - 1).append(" like it");
    }
    text.append(" (").append(first.shownCoroutine()).append("): ").append(first.doing());
    if (first.cancellation() != null) {
      text.append("; ").append(first.cancellation());
    }
    if (!first.awaitedBy().isEmpty()) {
      text.append("; awaited by ").append(String.join(", ", first.awaitedBy()));
    }
    first.stack().stream()
        .limit(MAX_FRAMES)
        .forEach(frame -> text.append("\n    at ").append(frame));
  }

  /// Prints what [#format()] gives.
  ///
  /// @param out where to
  public void print(PrintStream out) {
    out.println(format());
  }
}
