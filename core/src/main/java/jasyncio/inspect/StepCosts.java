package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.internal.base.StepListener;
import jasyncio.internal.face.Loops;
import jasyncio.internal.face.Tasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the steps of a loop cost, of tasks and callbacks, since the measurement began. Belongs to
/// the loop's thread until it is handed over.
final class StepCosts implements StepListener {
  private static final int MAX_TASKS = 10_000; // of which it is known for each
  private static final int MAX_FUNCTIONS = 1_000;
  private static final int MAX_SLOW = 50;

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

  /// A step that has taken too long.
  ///
  /// @param task whose it was; `null` for a callback
  /// @param function what has run
  /// @param nanos how long
  /// @param ended when, by [System#nanoTime()]
  /// @param ready how many had to wait for their turn meanwhile
  /// @param stack where it was
  record SlowStep(
      @Nullable Task<?> task,
      String function,
      long nanos,
      long ended,
      int ready,
      List<StackTraceElement> stack) {}

  final long began = System.nanoTime();
  final Cost all = new Cost();
  final IdentityHashMap<Task<?>, Cost> tasks = new IdentityHashMap<>();
  final List<SlowStep> slow = new ArrayList<>();
  private final Map<String, Cost> others = new HashMap<>(); // callbacks, and tasks beyond the limit
  private final EventLoop loop;

  StepCosts(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public void stepEnded(Object step, long nanos, boolean isSlow, List<StackTraceElement> seen) {
    all.add(nanos);
    var task = step instanceof Task<?> t ? t : null;
    costOf(step, task).add(nanos);
    if (isSlow && slow.size() < MAX_SLOW) {
      int ready = loop.statistics().ready();
      slow.add(new SlowStep(task, function(step, task), nanos, System.nanoTime(), ready, seen));
    }
  }

  private Cost costOf(Object step, @Nullable Task<?> task) {
    var known = task == null ? null : tasks.get(task);
    if (known != null) {
      return known;
    } else if (task != null && tasks.size() < MAX_TASKS) {
      var cost = new Cost();
      tasks.put(task, cost);
      return cost;
    }
    return of(others, function(step, task));
  }

  private static Cost of(Map<String, Cost> functions, String name) {
    boolean isRoom = functions.size() < MAX_FUNCTIONS || functions.containsKey(name);
    return functions.computeIfAbsent(isRoom ? name : "others", _ -> new Cost());
  }

  private static String function(Object step, @Nullable Task<?> task) {
    return task == null ? Loops.nameOfCallback(step) : Tasks.coroutineName(task);
  }

  /// What ran, by name. Whoever it was handed over to.
  Map<String, Cost> functions() {
    var functions = new HashMap<String, Cost>();
    others.forEach((name, cost) -> of(functions, name).add(cost));
    tasks.forEach((task, cost) -> of(functions, Tasks.coroutineName(task)).add(cost));
    return functions;
  }
}
