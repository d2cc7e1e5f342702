package jasyncio.cli;

import static java.util.stream.Collectors.groupingBy;

import com.google.gson.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Who waits for whom on a loop, as a tree, and the circles in that.
///
/// Nothing here calls itself along the tree: what waits for what may go further than a stack is
/// deep.
final class TaskTree {
  /// A task, and those it waits for: the tasks it awaits, and the holders of the lock.
  ///
  /// @param alike how many tasks it stands for, as the program has told none of them apart
  private record Node(
      int number,
      String name,
      int alike,
      String what,
      List<Integer> awaited,
      List<Integer> holders,
      boolean isRoot) {
    String label() {
      return label(alike);
    }

    String label(int alike) {
      return name + (alike > 1 ? " and " + (alike - 1) + " like it" : "") + what;
    }

    /// Whether it awaits nobody and nobody awaits it: of such there may be very many alike.
    boolean isAlone() {
      return isRoot && awaited.isEmpty();
    }

    /// What such have in common: all but numbers.
    String likeness() {
      return what.replaceAll("[\\d.]+", "");
    }

    List<Integer> waitsFor() {
      var all = new ArrayList<>(awaited);
      all.addAll(holders);
      return all;
    }
  }

  private final String loop;
  private final int left; // tasks that are not in it
  private final Map<Integer, Node> nodes = new LinkedHashMap<>();
  private final List<List<Node>> circles = new ArrayList<>();

  private TaskTree(String loop, int left) {
    this.loop = loop;
    this.left = left;
  }

  /// The tree of a loop's tasks.
  static TaskTree of(JsonObject loop) {
    var tree = new TaskTree(PsCommand.name(loop), loop.get("left").getAsInt());
    List<JsonObject> tasks =
        PsCommand.objects(loop, "tasks").stream()
            .sorted((one, other) -> Integer.compareUnsigned(number(one), number(other)))
            .toList();
    var awaited = new HashMap<Integer, List<Integer>>();
    for (JsonObject task : tasks) {
      for (int awaiter : numbers(task, "awaitedBy")) {
        awaited.computeIfAbsent(awaiter, _ -> new ArrayList<>()).add(number(task));
      }
    }
    Set<Integer> known = tasks.stream().map(TaskTree::number).collect(Collectors.toSet());
    for (JsonObject task : tasks) {
      boolean isRoot = numbers(task, "awaitedBy").stream().noneMatch(known::contains);
      tree.nodes.put(
          number(task),
          new Node(
              number(task),
              Visit.text(task, "name"),
              task.has("alike") ? task.get("alike").getAsInt() : 1,
              what(task),
              awaited.getOrDefault(number(task), List.of()),
              numbers(task, "heldBy").stream().filter(known::contains).toList(),
              isRoot));
    }
    tree.findCircles();
    return tree;
  }

  private static String what(JsonObject task) {
    return " (%s): %s%s%s"
        .formatted(
            Visit.text(task, "coroutine"),
            Visit.text(task, "doing"),
            task.has("cancellation") ? "; " + Visit.text(task, "cancellation") : "",
            task.has("caller") ? "; awaited by " + Visit.text(task, "caller") : "");
  }

  private Node node(int number) {
    return Objects.requireNonNull(nodes.get(number));
  }

  private static int number(JsonObject task) {
    return task.get("number").getAsInt();
  }

  private static List<Integer> numbers(JsonObject task, String name) {
    var numbers = new ArrayList<Integer>();
    task.getAsJsonArray(name).forEach(number -> numbers.add(number.getAsInt()));
    return numbers;
  }

  /// Whether some wait for each other.
  boolean hasCircles() {
    return !circles.isEmpty();
  }

  // ---- circles ----------------------------------------------------------------------------------

  /// A place on the way from a task to one that it waits for.
  private static final class Step {
    final Node node;
    int next; // of those it waits for

    Step(Node node) {
      this.node = node;
    }
  }

  private void findCircles() {
    var seen = new HashSet<Integer>();
    for (Node start : nodes.values()) {
      var way = new ArrayDeque<Step>();
      var onWay = new HashSet<Integer>();
      if (seen.add(start.number)) {
        way.push(new Step(start));
        onWay.add(start.number);
      }
      while (!way.isEmpty()) {
        Step step = way.element();
        List<Integer> targets = step.node.waitsFor();
        if (step.next == targets.size()) {
          way.pop();
          onWay.remove(step.node.number);
          continue;
        }
        Node target = nodes.get(targets.get(step.next++));
        if (target != null && onWay.contains(target.number)) {
          circles.add(circle(way, target));
        } else if (target != null && seen.add(target.number)) {
          way.push(new Step(target));
          onWay.add(target.number);
        }
      }
    }
  }

  /// From `first` to the end of the way, which waits for it.
  private static List<Node> circle(ArrayDeque<Step> way, Node first) {
    var circle = new ArrayList<Node>();
    for (Step step : way) { // the last one first
      circle.addFirst(step.node);
      if (step.node.number == first.number) {
        return circle;
      }
    }
    throw new IllegalStateException("not on the way: " + first);
  }

  // ---- text -------------------------------------------------------------------------------------

  /// A line that is to be written.
  private record Line(Node node, String indent, String branch, String below) {}

  /// The circles, then the tree.
  String text() {
    int tasks = nodes.values().stream().mapToInt(Node::alike).sum();
    var text = new StringBuilder(loop + ": " + tasks + (tasks == 1 ? " task" : " tasks"));
    for (List<Node> circle : circles) {
      text.append("\nthese wait for each other:");
      circle.forEach(node -> text.append("\n  ").append(node.label()));
    }
    var told = new HashSet<Integer>();
    nodes.values().stream()
        .filter(node -> node.isRoot && !node.isAlone())
        .forEach(root -> append(text, root, told));
    nodes.values().stream()
        .filter(Node::isAlone)
        .collect(groupingBy(Node::likeness, LinkedHashMap::new, Collectors.toList()))
        .values()
        .forEach(alike -> append(text, alike, told));
    nodes.values().stream() // in circles
        .filter(node -> !told.contains(node.number))
        .forEach(node -> append(text, node, told));
    if (left > 0) {
      text.append("\nand ").append(left).append(" more, which are not shown");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, List<Node> alike, Set<Integer> told) {
    int tasks = alike.stream().mapToInt(Node::alike).sum();
    text.append('\n').append(alike.getFirst().label(tasks));
    alike.forEach(node -> told.add(node.number));
  }

  private void append(StringBuilder text, Node root, Set<Integer> told) {
    var lines = new ArrayDeque<Line>();
    lines.push(new Line(root, "", "", ""));
    for (Line line; (line = lines.poll()) != null; ) {
      text.append('\n').append(line.indent).append(line.branch).append(line.node.label());
      if (!told.add(line.node.number)) {
        text.append(line.node.awaited.isEmpty() ? "" : " (see above)");
        continue;
      }
      push(lines, line);
    }
  }

  private void push(ArrayDeque<Line> lines, Line parent) {
    List<Node> children = parent.node.awaited.stream().map(this::node).toList();
    String indent = parent.indent + parent.below;
    for (int i = children.size() - 1; i >= 0; i--) {
      boolean last = i == children.size() - 1;
      lines.push(new Line(children.get(i), indent, last ? "└── " : "├── ", last ? "    " : "│   "));
    }
  }
}
