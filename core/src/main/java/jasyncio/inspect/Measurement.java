package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.LoopStatistics;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.WaitInfo.Depth;
import jasyncio.inspect.StepCosts.Cost;
import jasyncio.inspect.StepCosts.Identity;
import jasyncio.inspect.StepCosts.SlowStep;
import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.base.StepListener;
import jasyncio.internal.face.Loops;
import jasyncio.internal.face.Tasks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Measures a loop for a visitor: what its tasks have cost since the last question, and for how
/// long they have waited. The visitor's thread makes, asks and closes it.
final class Measurement implements StepListener, AutoCloseable {
  private static final int MAX_TASKS = 10_000; // to be looked at each time, about
  private static final int MAX_HOT = 50;
  private static final int MAX_WAITS = 20;
  private static final int MAX_QUEUES = 20;
  private static final int FEW_ALIKE = 3;
  private static final double NANOS = 1e9; // in a second

  /// A task that waits.
  private record Waiter(
      Identity task, Object naming, WaitInfo what, double age, boolean awaited, boolean hasStood) {
    boolean sleeps() {
      return what.kind() == WaitInfo.Kind.TIMER;
    }

    /// For what, as it is for all that wait for the same: how full a queue is may change while it
    /// is looked.
    WaitInfo whatAlways() {
      return new WaitInfo(what.kind(), what.what(), what.heldBy());
    }
  }

  /// What tasks wait for that wait for the like.
  private static final class WaitedFor {
    final WaitInfo first;
    int tasks;
    boolean varies; // it is not the same for all

    WaitedFor(WaitInfo first) {
      this.first = first;
    }

    void add(WaitInfo what) {
      tasks++;
      varies |= !what.equals(first);
    }
  }

  private final EventLoop loop;
  private final LambdaNames names;
  private final TaskSample sample; // loop's thread
  private StepCosts costs; // loop's thread
  private Loops.Load load; // likewise: when these costs began
  private boolean isFirst = true; // likewise: these costs began within a step perhaps
  private final long begun; // after `load`: no step is to take longer than the loop was busy
  private double paused = CollectorPauses.seconds(); // visitor's thread
  private Map<Integer, Long> waits = Map.of(); // visitor's thread: since when, by numbers of tasks
  private long looked; // likewise: the last time

  Measurement(EventLoop loop, LambdaNames names) {
    this.loop = loop;
    this.names = names;
    this.sample = new TaskSample(loop, MAX_TASKS, System::nanoTime);
    this.costs = newCosts();
    this.load = Loops.watchLoad(loop);
    this.begun = System.nanoTime();
    this.looked = begun;
    try {
      Loops.addStepListener(loop, this);
    } catch (Throwable e) {
      Loops.unwatchLoad(loop);
      throw e;
    }
  }

  private StepCosts newCosts() {
    return new StepCosts(loop, names, sample::hasChosen);
  }

  @Override
  public void close() {
    Loops.removeStepListener(loop, this);
    Loops.unwatchLoad(loop);
  }

  // ---- on the loop ------------------------------------------------------------------------------

  @Override
  public void stepEnded(Object step, long nanos, boolean isSlow, List<StackTraceElement> seen) {
    long counted = isFirst ? Math.min(nanos, System.nanoTime() - begun) : nanos;
    costs.stepEnded(step, counted, isSlow, seen);
  }

  /// What the steps of a task have cost since the last question.
  @Nullable Cost costOf(Task<?> task) {
    return costs.of(task);
  }

  /// What was measured from one look to the next.
  private record Taken(StepCosts costs, Loops.Load from, Loops.Load to) {
    double seconds() {
      return (to.now() - from.now()) / NANOS;
    }

    /// It did not wait.
    double busy() {
      return (to.busy() - from.busy()) / NANOS;
    }
  }

  /// One look at the tasks. The loop's thread until it is over, then the visitor's.
  private final class Look implements Survey.Visitor {
    private final List<Waiter> waiters = new ArrayList<>();
    private int all; // tasks
    private int seen; // of them
    private @Nullable Taken taken;

    @Override
    public void begin(int all, Function<Task<?>, @Nullable WaitInfo> waitInfos) {
      this.all = all;
      Loops.endNotedStep(loop);
    }

    @Override
    public List<Task<?>> chosen() {
      return sample.choose(all);
    }

    @Override
    public void visit(Task<?> task, @Nullable WaitInfo waitsFor) {
      seen++;
      if (waitsFor != null) {
        names.look(Tasks.naming(task), task::getStack);
        boolean awaited = Tasks.isAwaited(task);
        boolean hasStood = costs.isWithoutStep(task);
        var identity = Identity.of(task, names);
        waiters.add(
            new Waiter(identity, Tasks.naming(task), waitsFor, Tasks.age(task), awaited, hasStood));
      }
    }

    @Override
    public void end(int unseen) {
      var now = Loops.load(loop);
      taken = new Taken(costs, load, now);
      costs = newCosts();
      load = now;
      isFirst = false;
    }
  }

  // ---- on the visitor's thread ------------------------------------------------------------------

  /// Asks the loop, and puts what is known since the last time into a map.
  ///
  /// @return what the loop has to do; `null` if it does not get on, or has ended
  @Nullable LoopStatistics take(int patience, Survey.Pace pace, Map<String, @Nullable Object> found)
      throws InterruptedException {
    var look = new Look();
    var statistics = Survey.of(loop, patience, pace, look);
    if (statistics != null) {
      putCosts(Objects.requireNonNull(look.taken), found);
      if (look.all > MAX_TASKS) {
        found.put("sampled", look.seen);
      }
      putWaits(look.waiters, found);
    }
    return statistics;
  }

  private void putCosts(Taken taken, Map<String, @Nullable Object> found) {
    long now = System.nanoTime();
    var costs = taken.costs();
    found.put("seconds", taken.seconds());
    found.put("steps", costs.all().steps);
    found.put("busy", taken.busy());
    found.put("inSteps", costs.all().nanos / NANOS);
    found.put("waited", Math.max(0, taken.seconds() - taken.busy()));
    double pausedBefore = paused;
    paused = CollectorPauses.seconds();
    if (!Double.isNaN(paused)) {
      found.put("collector", paused - pausedBefore);
    }
    found.put(
        "tasks",
        hottest(costs.tasks().stream(), StepCosts.TaskCost::cost)
            .map(task -> put(task.cost(), task(task.task())))
            .toList());
    found.put(
        "functions",
        hottest(costs.functions().entrySet().stream(), Map.Entry::getValue)
            .map(entry -> put(entry.getValue(), named(entry.getKey())))
            .toList());
    found.put("slow", costs.slow().stream().map(step -> slow(step, now)).toList());
  }

  private static <T> Stream<T> hottest(Stream<T> all, Function<T, Cost> cost) {
    return all.sorted(Comparator.comparingLong(each -> -cost.apply(each).nanos)).limit(MAX_HOT);
  }

  /// Puts what it has cost into a map.
  static Map<String, @Nullable Object> put(Cost cost, Map<String, @Nullable Object> map) {
    map.put("steps", cost.steps);
    map.put("seconds", cost.nanos / NANOS);
    map.put("longest", cost.longest / NANOS);
    return map;
  }

  private static Map<String, @Nullable Object> named(String name) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("name", name);
    return map;
  }

  private static Map<String, @Nullable Object> task(Identity task) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("number", task.number());
    map.put("name", task.name());
    map.put("coroutine", task.coroutine());
    return map;
  }

  private static Map<String, @Nullable Object> slow(SlowStep step, long now) {
    var map = step.task() == null ? named(step.function()) : task(step.task());
    map.put("function", step.function());
    map.put("seconds", step.nanos() / NANOS);
    map.put("ago", (now - step.ended()) / NANOS);
    map.put("ready", step.ready());
    map.put("stack", step.stack());
    return map;
  }

  // ---- waits ------------------------------------------------------------------------------------

  private void putWaits(List<Waiter> waiters, Map<String, @Nullable Object> found) {
    long now = System.nanoTime();
    var known = waits;
    long before = looked;
    looked = now;
    waits = new HashMap<>();
    var counts = new HashMap<WaitLikeness, WaitedFor>();
    for (var waiter : waiters) {
      int number = waiter.task().number();
      // As no step has begun another wait.
      waits.put(number, waiter.hasStood() ? known.getOrDefault(number, before) : now);
      if (!waiter.sleeps()) {
        var what = waiter.whatAlways();
        counts.computeIfAbsent(WaitLikeness.of(what), _ -> new WaitedFor(what)).add(what);
      }
    }
    found.put("waits", longest(waiters, now));
    found.put("waitedFor", mostWaitedFor(counts));
    found.put("queues", queues(waiters, now));
    found.put("unawaited", unawaited(waiters));
  }

  private static String kind(WaitInfo what) {
    return what.kind().name().toLowerCase(Locale.ROOT);
  }

  /// A task that waits, and for how many it stands that do the like.
  private record Alike(Waiter first, int count) {}

  /// What those have in common that do the like.
  private record Sort(Object naming, WaitLikeness what) {
    static Sort of(Waiter waiter) {
      return new Sort(waiter.naming(), WaitLikeness.of(waiter.what()));
    }
  }

  /// The first ones, of which one stands for all of its sort where these are more than a few: so
  /// those that were leaked do not hide the others.
  private static List<Alike> alike(List<Waiter> waiters) {
    var counts = new HashMap<Sort, Integer>();
    waiters.forEach(waiter -> counts.merge(Sort.of(waiter), 1, Integer::sum));
    var shown = new ArrayList<Alike>();
    for (var waiter : waiters) {
      var count = counts.get(Sort.of(waiter));
      if (count != null && count <= FEW_ALIKE) {
        shown.add(new Alike(waiter, 1));
      } else if (count != null) {
        shown.add(new Alike(waiter, count));
        counts.remove(Sort.of(waiter)); // the others are told of
      }
      if (shown.size() == MAX_WAITS) {
        break;
      }
    }
    return shown;
  }

  private static Map<String, @Nullable Object> task(Alike alike) {
    var map = task(alike.first.task());
    map.put("alike", alike.count);
    return map;
  }

  private List<Map<String, @Nullable Object>> longest(List<Waiter> waiters, long now) {
    var sorted =
        waiters.stream()
            .filter(waiter -> !waiter.sleeps())
            .sorted(Comparator.comparingLong(this::sinceOf))
            .toList();
    return alike(sorted).stream()
        .map(alike -> {
          var waiter = alike.first;
          var map = task(alike);
          map.put("waitsFor", waiter.what().toString());
          map.put("kind", kind(waiter.what()));
          map.put("seconds", (now - sinceOf(waiter)) / NANOS);
          return map;
        })
        .toList();
  }

  private long sinceOf(Waiter waiter) {
    return Objects.requireNonNull(waits.get(waiter.task().number()));
  }

  private static List<Map<String, @Nullable Object>> mostWaitedFor(
      Map<WaitLikeness, WaitedFor> counts) {
    return counts.values().stream()
        .sorted(Comparator.comparingInt(waited -> -waited.tasks))
        .limit(MAX_WAITS)
        .map(waited -> {
          Map<String, @Nullable Object> map = new LinkedHashMap<>();
          var text = waited.first.toString();
          map.put("what", waited.varies ? text + " and the like" : text);
          map.put("waiting", waited.varies ? WaitLikeness.start(waited.first.what()) : text);
          map.put("kind", kind(waited.first));
          map.put("tasks", waited.tasks);
          return map;
        })
        .toList();
  }

  // ---- queues -----------------------------------------------------------------------------------

  /// A queue for which tasks wait.
  ///
  /// @param depth when it was last seen
  /// @param since when the one has waited that waits for longest
  private record Queue(Depth depth, long since) {
    Queue and(Queue later) {
      return new Queue(later.depth, Math.min(since, later.since));
    }
  }

  /// The fullest ones, of these those for which somebody has waited longest.
  private List<Map<String, @Nullable Object>> queues(List<Waiter> waiters, long now) {
    var queues = new HashMap<Integer, Queue>();
    for (var waiter : waiters) {
      for (var depth : waiter.what().queues()) {
        queues.merge(depth.id(), new Queue(depth, sinceOf(waiter)), Queue::and);
      }
    }
    return queues.values().stream()
        .sorted(
            Comparator.comparingInt((Queue queue) -> -queue.depth.size())
                .thenComparingLong(Queue::since))
        .limit(MAX_QUEUES)
        .map(queue -> {
          var map = put(queue.depth, named(queue.depth.queue()));
          map.put("seconds", (now - queue.since) / NANOS);
          return map;
        })
        .toList();
  }

  /// Puts how full a queue is into a map.
  static Map<String, @Nullable Object> put(Depth depth, Map<String, @Nullable Object> map) {
    map.put("id", depth.id());
    map.put("size", depth.size());
    map.put("maxsize", depth.maxsize());
    map.put("getting", depth.getting());
    map.put("putting", depth.putting());
    return map;
  }

  // ---- leaks ------------------------------------------------------------------------------------

  /// Those that nobody awaits, oldest first: among them are those that were forgotten.
  private static List<Map<String, @Nullable Object>> unawaited(List<Waiter> waiters) {
    var lone = waiters.stream().filter(waiter -> !waiter.awaited()).toList(); // oldest first
    return alike(lone).stream()
        .map(alike -> {
          var waiter = alike.first;
          var map = task(alike);
          map.put("age", waiter.age());
          map.put("waitsFor", waiter.what().toString());
          return map;
        })
        .toList();
  }
}
