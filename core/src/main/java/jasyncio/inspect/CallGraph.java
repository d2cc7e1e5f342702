package jasyncio.inspect;

import jasyncio.Future;
import jasyncio.Task;
import jasyncio.internal.face.Current;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
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

  /* Overview
   * A graph that several wait for is one object, in the lists of all of them, and what waits for what may go further
   * than a stack is deep. So nothing here calls itself along the graph, what a record brings along included.
   */
  private static final int MAX_INDENT = 32;

  /// A graph with copies of the lists.
  public CallGraph {
    callStack = List.copyOf(callStack);
    awaitedBy = List.copyOf(awaitedBy);
  }

  /// {@return the graph of the current task, or `null` in a callback}
  ///
  /// @throws IllegalStateException if no loop runs on this thread
  public static @Nullable CallGraph capture() {
    Current.loop();
    var task = Current.task();
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
    return captureAll(future, limit);
  }

  private static CallGraph captureAll(Future<?> root, int limit) {
    var known = new IdentityHashMap<Future<?>, CallGraph>();
    var path = new ArrayDeque<Step>();
    Set<Future<?>> onPath = Collections.newSetFromMap(new IdentityHashMap<>());
    path.push(new Step(root));
    onPath.add(root);
    while (true) {
      var step = path.element();
      if (step.awaiters.hasNext()) {
        var awaiter = step.awaiters.next();
        var graph = known.get(awaiter);
        if (graph != null) {
          step.waiting.add(graph);
        } else if (onPath.add(awaiter)) { // else a circle of awaits: shown once around
          path.push(new Step(awaiter));
        }
        continue;
      }
      path.pop();
      onPath.remove(step.future);
      var graph = new CallGraph(step.future, stackOf(step.future, limit), step.waiting);
      known.put(step.future, graph);
      if (path.isEmpty()) {
        return graph;
      }
      path.element().waiting.add(graph);
    }
  }

  /// A future whose awaiters are being captured.
  private static final class Step {
    final Future<?> future;
    final Iterator<Future<?>> awaiters;
    final List<CallGraph> waiting = new ArrayList<>();

    Step(Future<?> future) {
      this.future = future;
      this.awaiters = future.awaitedBy().iterator();
    }
  }

  private static List<StackTraceElement> stackOf(Future<?> future, int limit) {
    return limit != 0 && future instanceof Task<?> task ? cut(task.getStack(), limit) : List.of();
  }

  private static List<StackTraceElement> cut(List<StackTraceElement> stack, int limit) {
    int size = stack.size();
    if (limit >= 0) {
      return stack.subList(0, Math.min(limit, size));
    }
    return stack.subList(Math.max(0, size + Math.max(limit, -size)), size);
  }

  /// {@return the graph as an indented text; what several wait for is shown once, and what is far
  /// up is indented no further}
  public String format() {
    var lines = new ArrayList<String>();
    Set<CallGraph> shown = Collections.newSetFromMap(new IdentityHashMap<>());
    var open = new ArrayDeque<Line>();
    open.push(new Line(this, 0));
    while (!open.isEmpty()) {
      var next = open.pop();
      var graph = next.graph();
      var indent = "    ".repeat(Math.min(next.depth(), MAX_INDENT));
      if (shown.add(graph)) {
        graph.format(lines, indent);
        for (var awaiter : graph.awaitedBy.reversed()) {
          open.push(new Line(awaiter, next.depth() + 1));
        }
      } else {
        lines.add(indent + "* " + graph.heading() + " (see above)");
      }
    }
    return String.join("\n", lines);
  }

  private record Line(CallGraph graph, int depth) {}

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

  /// Whether it is a graph of the same future that reads the same.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof CallGraph graph
            && graph.future == future
            && graph.format().equals(format()));
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(future);
  }

  /// {@return what [#format()] gives}
  @Override
  public String toString() {
    return format();
  }
}
