package jasyncio.inspect;

import jasyncio.Task;
import jasyncio.inspect.StepCosts.Cost;
import jasyncio.internal.face.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tasks, of which those that do the like in the same place are one entry.
///
/// One comes after the other, and of each entry only the first is kept, of so many entries: of a
/// million tasks little is in memory.
final class TaskGroups {
  /* Overview
   * A kind are the tasks that do the like, wherever that is, and a group are those of a kind that do it in the same
   * place. To see where a task is takes ten times as long as all the rest. So of very many tasks only some are asked:
   * the first ones of each kind, and then some that are spread evenly over all. The others are counted with these, in
   * turn, so that each group gets as large a part of its kind as it has of those that were asked.
   */
  private static final int MAX_GROUPS = 10_000;
  private static final int MAX_STACKS = 10_000; // about
  private static final int FIRST = 20; // of each kind

  /// Tasks that do the like in the same place.
  static final class Group {
    final TaskInfo first;
    int size;
    boolean isEstimated; // as of some of its kind it was not asked where they are
    Duration age = Duration.ZERO; // of the oldest
    final Cost cost = new Cost(); // of all, if it is measured

    private Group(TaskInfo first) {
      this.first = first;
    }

    private void add(Duration age, @Nullable Cost cost) {
      size++;
      this.age = age.compareTo(this.age) > 0 ? age : this.age;
      if (cost != null) {
        this.cost.add(cost);
      }
    }
  }

  /// Tasks that do the like.
  private static final class Kind {
    final Map<List<StackTraceElement>, Group> groups = new LinkedHashMap<>();
    final List<Group> asked = new ArrayList<>(); // of each task that was asked where it is, so many
    int others;

    void note(Group group) {
      if (asked.size() < MAX_STACKS) {
        asked.add(group);
      }
    }

    Group next() {
      return asked.get(others++ % asked.size());
    }
  }

  private final Map<Likeness, Kind> kinds = new LinkedHashMap<>();
  private final double part; // of all tasks: those are asked where they are
  private int groups;
  private int size;
  private int stacks;

  /// All are asked where they are.
  TaskGroups() {
    this(MAX_STACKS);
  }

  /// @param all how many tasks there may be
  TaskGroups(int all) {
    this.part = all <= MAX_STACKS ? 1 : (double) MAX_STACKS / all;
  }

  /// Adds a task of which it is known where it is. When there are very many groups already, one of
  /// its own is not kept, but counted.
  ///
  /// @param cost of the task; `null` if it is not measured, or there was none
  void add(TaskInfo task, @Nullable Cost cost) {
    size++;
    put(Likeness.of(task, task.coroutine()), task, cost);
  }

  /// Adds a task, and asks it where it is if need be.
  ///
  /// @param info without its stack
  /// @param cost as the other form
  void add(Task<?> task, TaskInfo info, @Nullable Cost cost) {
    size++;
    var likeness = Likeness.of(info, Tasks.naming(task));
    var kind = kinds.get(likeness);
    if (isToBeAsked(kind, info.number())) {
      stacks++;
      put(likeness, info.withStack(task.getStack()), cost);
    } else if (kind != null && !kind.asked.isEmpty()) {
      kind.next().add(info.age(), cost);
    }
  }

  private boolean isToBeAsked(@Nullable Kind kind, int number) {
    boolean isRoom = groups < MAX_GROUPS;
    if (kind == null || kind.asked.isEmpty()) {
      return isRoom;
    }
    boolean isFirst = kind.asked.size() < FIRST && stacks < 2 * MAX_STACKS && isRoom;
    return isFirst || TaskSample.isIn(number, part);
  }

  private void put(Likeness likeness, TaskInfo task, @Nullable Cost cost) {
    var kind = kinds.get(likeness);
    if (kind == null) {
      kind = new Kind();
      if (groups < MAX_GROUPS) {
        kinds.put(likeness, kind);
      }
    }
    var group = kind.groups.get(task.stack());
    if (group == null && groups < MAX_GROUPS) {
      groups++;
      group = new Group(task);
      kind.groups.put(task.stack(), group);
    }
    if (group != null) {
      group.add(task.age(), cost);
      kind.note(group);
    }
  }

  /// How many tasks there are.
  int size() {
    return size;
  }

  /// How many of them were asked where they are.
  int stacks() {
    return stacks;
  }

  /// Those that are to be shown where there is room for so many. Small groups come first, as large
  /// ones say least, and oldest first. Where there are too many, the largest ones are among those
  /// that are shown: a fault that many tasks have is not to be hidden behind tasks of all sorts.
  List<Group> shown(int limit) {
    var all = toList();
    if (all.size() <= limit) {
      return all;
    }
    int large = 0;
    while (large < (limit + 1) / 2 && all.get(all.size() - 1 - large).size > 1) {
      large++;
    }
    var shown = new ArrayList<>(all.subList(0, limit - large));
    shown.addAll(all.subList(all.size() - large, all.size()));
    return shown;
  }

  /// All of them, in that order.
  List<Group> toList() {
    var list = new ArrayList<Group>();
    for (var kind : kinds.values()) {
      for (var group : kind.groups.values()) {
        group.isEstimated = kind.others > 0 && kind.groups.size() > 1;
        list.add(group);
      }
    }
    list.sort(
        Comparator.comparingInt((Group group) -> group.size)
            .thenComparing(group -> group.first.number(), Integer::compareUnsigned));
    return list;
  }

  /// What tasks of one kind have in common. Their names, for how long they sleep, and which future,
  /// say, it is for which they wait, may differ.
  ///
  /// @param naming what names its function: a class, which tells lambdas apart, or the name itself
  private record Likeness(
      Object naming, TaskInfo.State state, @Nullable WaitLikeness waited, boolean awaited) {

    static Likeness of(TaskInfo task, Object naming) {
      var waitsFor = task.waitsFor();
      return new Likeness(
          naming,
          task.state(),
          waitsFor == null ? null : WaitLikeness.of(waitsFor),
          !task.awaitedBy().isEmpty());
    }
  }
}
