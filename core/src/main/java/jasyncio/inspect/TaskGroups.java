package jasyncio.inspect;

import jasyncio.WaitInfo;
import jasyncio.inspect.StepCosts.Cost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tasks, of which those that do the like in the same place are one entry.
///
/// One comes after the other, and of each entry only the first is kept, of so many entries: of a
/// million tasks little is in memory.
final class TaskGroups {
  private static final int MAX_GROUPS = 10_000;

  /// Tasks that do the like in the same place.
  static final class Group {
    final TaskInfo first;
    int size;
    Duration age = Duration.ZERO; // of the oldest
    final Cost cost = new Cost(); // of all, if it is measured

    private Group(TaskInfo first) {
      this.first = first;
    }
  }

  private final Map<Likeness, Group> groups = new LinkedHashMap<>();
  private int size;

  /// Adds a task. When there are very many groups already, one of its own is not kept, but counted.
  ///
  /// @param cost of the task; `null` if it is not measured, or there was none
  void add(TaskInfo task, @Nullable Cost cost) {
    size++;
    var likeness = Likeness.of(task);
    var group = groups.get(likeness);
    if (group == null && groups.size() < MAX_GROUPS) {
      group = new Group(task);
      groups.put(likeness, group);
    }
    if (group != null) {
      group.size++;
      group.age = task.age().compareTo(group.age) > 0 ? task.age() : group.age;
      if (cost != null) {
        group.cost.add(cost);
      }
    }
  }

  /// How many tasks there are.
  int size() {
    return size;
  }

  /// Small groups first, as large ones say least, else oldest first.
  List<Group> toList() {
    var list = new ArrayList<>(groups.values());
    list.sort((a, b) -> Integer.compare(a.size, b.size));
    return list;
  }

  /// What tasks of one entry have in common. Their names, and for how long they sleep, may differ.
  private record Likeness(
      String coroutine,
      TaskInfo.State state,
      @Nullable WaitInfo waitsFor,
      boolean awaited,
      List<StackTraceElement> stack) {

    static Likeness of(TaskInfo task) {
      var waitsFor = task.waitsFor();
      boolean sleeps = waitsFor != null && waitsFor.kind() == WaitInfo.Kind.TIMER;
      return new Likeness(
          task.coroutine(),
          task.state(),
          sleeps ? null : waitsFor,
          !task.awaitedBy().isEmpty(),
          task.stack());
    }
  }
}
