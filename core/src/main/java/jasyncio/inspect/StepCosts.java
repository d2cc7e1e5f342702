package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.base.StepListener;
import jasyncio.internal.face.Loops;
import jasyncio.internal.face.Tasks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the steps of a loop cost, of tasks and callbacks, since the measurement began. Belongs to
/// the loop's thread until it is handed over. Keeps no task that is done.
final class StepCosts implements StepListener {
  private static final int MAX_TASKS = 10_000; // of which it is known for each
  private static final int MAX_FUNCTIONS = 1_000;
  private static final int MAX_ENDED = 1_000;
  private static final int MAX_SLOW = 50;
  private static final long HEAVY_NANOS =
      1_000_000; // what a task has cost that is shown after its end

  /// So many steps, and the time that they took, in nanoseconds.
  static final class Cost {
    long steps;
    long nanos;
    long longest;

    private void add(long took) {
      steps++;
      nanos += took;
      longest = Math.max(longest, took);
    }

    void add(Cost other) {
      steps += other.steps;
      nanos += other.nanos;
      longest = Math.max(longest, other.longest);
    }
  }

  /// Who a task is, or was.
  record Identity(int number, String name, String coroutine) {
    static Identity of(Task<?> task, LambdaNames names) {
      return new Identity(Tasks.number(task), task.getName(), names.of(Tasks.naming(task)));
    }
  }

  /// What a task has cost.
  record TaskCost(Identity task, Cost cost) {}

  /// A step that has taken too long.
  ///
  /// @param task whose it was; `null` for a callback
  /// @param function what has run
  /// @param nanos how long
  /// @param ended when, by [System#nanoTime()]
  /// @param ready how many had to wait for their turn meanwhile
  /// @param stack where it was
  record SlowStep(
      @Nullable Identity task,
      String function,
      long nanos,
      long ended,
      int ready,
      List<StackTraceElement> stack) {}

  private final EventLoop loop;
  private final LambdaNames names;
  private final Cost all = new Cost();
  private final IdentityHashMap<Task<?>, Cost> tasks = new IdentityHashMap<>(); // not done
  private final List<TaskCost> ended = new ArrayList<>(); // the heavy ones
  private final Map<String, Cost> others =
      new HashMap<>(); // callbacks, the ended, and beyond the limit
  private final Deque<SlowStep> slow = new ArrayDeque<>(); // the last ones
  private final Predicate<Task<?>> isWatched;
  private final Set<Task<?>> more =
      Collections.newSetFromMap(
          new IdentityHashMap<>()); // watched, have had a step beyond the limit
  private boolean complete = true; // each watched task with a step, not done, is in one of the two

  /// @param isWatched of which tasks it is to be known whether they had a step
  StepCosts(EventLoop loop, LambdaNames names, Predicate<Task<?>> isWatched) {
    this.loop = loop;
    this.names = names;
    this.isWatched = isWatched;
  }

  @Override
  public void stepEnded(Object step, long nanos, boolean isSlow, List<StackTraceElement> seen) {
    all.add(nanos);
    if (step instanceof Task<?> task) {
      if (!seen.isEmpty()) { // one that never waits has no other stack to be named by
        names.look(Tasks.naming(task), () -> seen);
      }
      add(task, nanos);
    } else {
      of(others, Loops.nameOfCallback(step)).add(nanos);
    }
    if (isSlow) {
      if (slow.size() == MAX_SLOW) {
        slow.removeFirst();
      }
      slow.add(slowStep(step, nanos, seen));
    }
  }

  private void add(Task<?> task, long nanos) {
    var cost = tasks.get(task);
    if (cost == null && !task.done() && tasks.size() < MAX_TASKS) {
      cost = new Cost();
      tasks.put(task, cost);
    } else if (cost == null) {
      if (!task.done() && isWatched.test(task)) {
        watch(task);
      }
      cost = new Cost();
      of(others, names.of(Tasks.naming(task))).add(nanos);
    }
    cost.add(nanos);
    if (!task.done()) {
      names.look(Tasks.naming(task), task::getStack);
    } else {
      more.remove(task);
      var known = tasks.remove(task);
      if (known != null) {
        of(others, names.of(Tasks.naming(task))).add(known);
      }
      if (cost.nanos >= HEAVY_NANOS && ended.size() < MAX_ENDED) {
        ended.add(new TaskCost(Identity.of(task, names), cost));
      }
    }
  }

  private void watch(Task<?> task) {
    if (more.size() < MAX_TASKS) {
      more.add(task);
    } else {
      complete &= more.contains(task);
    }
  }

  private SlowStep slowStep(Object step, long nanos, List<StackTraceElement> seen) {
    var task = step instanceof Task<?> t ? Identity.of(t, names) : null;
    var function =
        task == null ? Loops.nameOfCallback(step) : LambdaNames.of(task.coroutine(), seen);
    return new SlowStep(
        task, function, nanos, System.nanoTime(), Loops.statistics(loop).ready(), seen);
  }

  private static Cost of(Map<String, Cost> functions, String name) {
    boolean isRoom = functions.size() < MAX_FUNCTIONS || functions.containsKey(name);
    return functions.computeIfAbsent(isRoom ? name : "others", _ -> new Cost());
  }

  // ---- what was measured ------------------------------------------------------------------------

  /// All steps together.
  Cost all() {
    return all;
  }

  /// What a task has cost that is not done; `null` if nothing.
  @Nullable Cost of(Task<?> task) {
    return tasks.get(task);
  }

  /// Whether it is known that a task, which is watched and not done, has had no step.
  boolean isWithoutStep(Task<?> task) {
    return complete && !tasks.containsKey(task) && !more.contains(task);
  }

  /// What tasks have cost, each.
  List<TaskCost> tasks() {
    var list = new ArrayList<>(ended);
    tasks.forEach((task, cost) -> list.add(new TaskCost(Identity.of(task, names), cost)));
    return list;
  }

  /// What ran, by name.
  Map<String, Cost> functions() {
    var functions = new HashMap<String, Cost>();
    others.forEach((name, cost) -> of(functions, name).add(cost));
    tasks.forEach((task, cost) -> of(functions, names.of(Tasks.naming(task))).add(cost));
    return functions;
  }

  /// The last steps that took too long.
  List<SlowStep> slow() {
    return List.copyOf(slow);
  }
}
