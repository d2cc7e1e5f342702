package jasyncio.inspect;

import jasyncio.Asyncio;
import jasyncio.Future;
import jasyncio.Task;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where a task is, and who waits for it, and who waits for them: the await graph, from one future
/// up.
///
/// A snapshot; taking one reads stacks and disturbs nobody. Call on the loop's thread. Python:
/// `asyncio.capture_call_graph`, `format_call_graph` and `print_call_graph`.
///
/// @param future the task or future
/// @param callStack its stack, innermost frame first; empty for a plain future
/// @param awaitedBy the graphs of those that wait for it
public record CallGraph(
    Future<?> future, List<StackTraceElement> callStack, List<CallGraph> awaitedBy) {

  /// A graph with copies of the lists.
  public CallGraph {
    callStack = List.copyOf(callStack);
    awaitedBy = List.copyOf(awaitedBy);
  }

  /// {@return the graph of the current task, or `null` in a callback}
  ///
  /// @throws IllegalStateException if no loop runs on this thread
  public static @Nullable CallGraph capture() {
    Asyncio.getRunningLoop();
    var task = Asyncio.currentTask();
    return task == null ? null : capture(task);
  }

  /// {@return the graph of `future`}
  ///
  /// @param future the task or future
  public static CallGraph capture(Future<?> future) {
    return capture(future, Integer.MAX_VALUE);
  }

  /// The graph of `future`, with stacks cut.
  ///
  /// @param future the task or future
  /// @param limit how many frames of each stack: the innermost if positive, the outermost if
  ///   negative, none if 0
  /// @return the graph
  public static CallGraph capture(Future<?> future, int limit) {
    return capture(future, limit, Set.of());
  }

  private static CallGraph capture(Future<?> future, int limit, Set<Future<?>> above) {
    var stack =
        future instanceof Task<?> task ? cut(task.getStack(), limit) : List.<StackTraceElement>of();
    var path = new java.util.HashSet<>(above);
    path.add(future);
    var waiting = new ArrayList<CallGraph>();
    for (var awaiter : future.awaitedBy()) {
      if (!path.contains(awaiter)) { // a cycle of awaits: shown once around
        waiting.add(capture(awaiter, limit, path));
      }
    }
    return new CallGraph(future, stack, waiting);
  }

  private static List<StackTraceElement> cut(List<StackTraceElement> stack, int limit) {
    int size = stack.size();
    if (limit >= 0) {
      return stack.subList(0, Math.min(limit, size));
    }
    return stack.subList(Math.max(0, size + Math.max(limit, -size)), size);
  }

  /// {@return the graph as an indented text}
  public String format() {
    var lines = new ArrayList<String>();
    format(lines, "");
    return String.join("\n", lines);
  }

  private void format(List<String> lines, String indent) {
    lines.add(indent + "* " + heading());
    if (!callStack.isEmpty()) {
      lines.add(indent + "  + Call stack:");
      for (var frame : callStack) {
        lines.add(indent + "  |   " + frame);
      }
    }
    if (!awaitedBy.isEmpty()) {
      lines.add(indent + "  + Awaited by:");
      awaitedBy.forEach(graph -> graph.format(lines, indent + "    "));
    }
  }

  private String heading() {
    var id = ", id=0x" + Integer.toHexString(System.identityHashCode(future)) + ")";
    return future instanceof Task<?> task
        ? "Task(name='" + task.getName() + "'" + id
        : "Future(" + id.substring(2);
  }

  /// Prints the graph.
  ///
  /// @param out where to
  public void print(PrintStream out) {
    out.println(format());
  }
}
