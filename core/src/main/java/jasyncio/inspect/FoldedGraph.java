package jasyncio.inspect;

import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.face.Tasks;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Who waits for whom, of many tasks: those that do the like, and for each other need not be told
/// apart, are one node.
///
/// A task is a node of its own if it awaits another one, or holds for what another one waits. That
/// is known only when this other one is seen, so each node keeps its tasks until all have been.
final class FoldedGraph implements Survey.Visitor {
  private static final int MAX_NODES = 10_000;

  /// What is drawn.
  private record Node(
      String coroutine,
      String doing,
      @Nullable String cancellation,
      @Nullable String caller,
      List<Integer> awaitedBy,
      List<Integer> heldBy) {

    /// What others have in common with it that do the like: that somebody has called, not who.
    Node doing(String what) {
      var anybody = caller == null ? null : "";
      return new Node(coroutine, what, cancellation, anybody, awaitedBy, heldBy);
    }
  }

  /// Tasks whose nodes differ in what they wait for, of the same sort, or in nothing.
  private record Folded(Node first, List<Task<?>> tasks) {}

  private final LambdaNames names;
  private final Map<Node, Folded> folded = new LinkedHashMap<>();
  private final IdentityHashMap<Task<?>, Node> single = new IdentityHashMap<>();
  private int left; // tasks for which there was no room
  private int unseen;
  private Function<Task<?>, @Nullable WaitInfo> waitInfos = _ -> null;

  FoldedGraph(LambdaNames names) {
    this.names = names;
  }

  // ---- on the loop ------------------------------------------------------------------------------

  @Override
  public void begin(int all, Function<Task<?>, @Nullable WaitInfo> waitInfos) {
    this.waitInfos = waitInfos;
  }

  @Override
  public void visit(Task<?> task, @Nullable WaitInfo waitsFor) {
    for (var awaiter : task.awaitedBy()) {
      if (awaiter instanceof Task<?> other) {
        tellApart(other);
      }
    }
    if (waitsFor != null && waitsFor.heldBy().size() == 1) {
      tellApart(waitsFor.heldBy().getFirst());
    }
    if (!single.containsKey(task)) {
      var what = waitsFor == null ? null : WaitLikeness.of(waitsFor);
      fold(task, node(task, waitsFor), what);
    }
  }

  private void tellApart(Task<?> task) {
    if (single.size() < MAX_NODES && !single.containsKey(task) && !task.done()) {
      single.put(task, node(task, waitInfos.apply(task)));
    }
  }

  private void fold(Task<?> task, Node node, @Nullable WaitLikeness what) {
    var likeness = node.doing(what == null ? node.doing : what.toString());
    var known = folded.get(likeness);
    if (known == null && folded.size() == MAX_NODES) {
      left++;
      return;
    } else if (known == null) {
      known = new Folded(node, new ArrayList<>());
      folded.put(likeness, known);
    }
    known.tasks.add(task);
  }

  private Node node(Task<?> task, @Nullable WaitInfo waitsFor) {
    var info = TaskInfo.briefly(task, waitsFor, names);
    return new Node(
        info.coroutine(),
        info.doing(),
        cancellation(info),
        Tasks.caller(task),
        Survey.awaiters(task),
        Survey.holder(waitsFor));
  }

  /// What is known of a task's cancellation: not whose it is, which is the task's name again.
  static @Nullable String cancellation(TaskInfo info) {
    var cancellation = info.cancellation();
    return cancellation == null
        ? null
        : cancellation.toString().substring(cancellation.target().length()).strip();
  }

  @Override
  public void end(int unseen) {
    this.unseen = unseen;
  }

  // ---- once all have been seen; any thread ------------------------------------------------------

  /// Puts the nodes into a map.
  void putInto(Map<String, @Nullable Object> found) {
    var nodes = new ArrayList<Map<String, @Nullable Object>>();
    for (var alike : folded.values()) {
      alike.tasks.removeIf(single::containsKey);
      if (!alike.tasks.isEmpty()) {
        nodes.add(map(alike.first, alike.tasks.getFirst(), alike.tasks.size()));
      }
    }
    single.forEach((task, node) -> nodes.add(map(node, task, 1)));
    int kept = Math.min(nodes.size(), MAX_NODES);
    int more = nodes.size() - kept;
    found.put("tasks", nodes.subList(0, kept));
    found.put("left", left + more);
    found.put("unseen", unseen);
  }

  private static Map<String, @Nullable Object> map(Node node, Task<?> first, int alike) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("number", Tasks.number(first));
    map.put("name", first.getName());
    map.put("coroutine", node.coroutine);
    map.put("doing", node.doing);
    if (node.cancellation != null) {
      map.put("cancellation", node.cancellation);
    }
    if (node.caller != null) {
      map.put("caller", node.caller);
    }
    map.put("awaitedBy", node.awaitedBy);
    map.put("heldBy", node.heldBy);
    map.put("alike", alike);
    return map;
  }
}
