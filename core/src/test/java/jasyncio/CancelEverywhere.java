package jasyncio;

import jasyncio.testkit.OpenSockets;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/// Cancels a coroutine everywhere: a scenario is run again and again, and each time its victim is
/// cancelled before another turn of the loop, until a run ends before that turn comes.
///
/// Between two turns nothing changes, so these are all the moments there are: before the victim
/// begins, while it waits, when its wake-up is queued but others of the same batch come first, and
/// when it has gone on. After each run nothing may be lost, which is for the scenario to say, and
/// nobody may be left: no task, no waiter, no timer, no channel on the selector, no report.
///
/// A run is deterministic: the driver runs the loop one iteration at a time, the clock is its own
/// and jumps when nothing else can happen, and what is sent to the executor is done in between.
/// Only scenarios that are [Scenario#external] wait for something out of its hands.
final class CancelEverywhere {
  /// What is done to the victim.
  enum Way {
    /// It is cancelled.
    ONCE,
    /// It is cancelled two times in a row.
    TWICE,
    /// It is cancelled, and again before the next turn.
    AGAIN,
    /// It is cancelled, takes that back, and begins the same call again: that must succeed.
    GO_ON,
    /// Its time limit is over: the cancellation comes at the end of the next batch.
    TIME_OUT,
    /// Not the victim is cancelled but the others, each in turn.
    OTHERS
  }

  /// What has gone wrong in one run.
  record Fault(Way way, int position, String what) {}

  /// Makes objects and tasks; a coroutine. Once it has made the first task it must not suspend.
  @FunctionalInterface
  interface Setup {
    void begin(Run run) throws Exception;
  }

  /// A waiting call and what belongs to it.
  ///
  /// @param calls the methods of the public API that it covers, like `Lock.acquire`
  /// @param title what is special about it
  /// @param external whether threads, sockets or processes take part
  /// @param ways what is done to the victim
  /// @param expected reports that are no fault
  record Scenario(
      List<String> calls,
      String title,
      Setup setup,
      boolean external,
      Set<Way> ways,
      Predicate<ErrorContext> expected) {

    /// A scenario.
    ///
    /// @param calls the methods that it covers, separated by blanks
    static Scenario scenario(String calls, String title, Setup setup) {
      return new Scenario(
          List.of(calls.split(" ")), title, setup, false, EnumSet.allOf(Way.class), e -> false);
    }

    /// Threads, sockets or processes take part.
    Scenario asExternal() {
      return new Scenario(calls, title, setup, true, without(Way.OTHERS).ways, expected);
    }

    Scenario without(Way... unwanted) {
      var fewer = EnumSet.copyOf(ways);
      fewer.removeAll(List.of(unwanted));
      return new Scenario(calls, title, setup, external, fewer, expected);
    }

    Scenario expecting(Predicate<ErrorContext> reports) {
      return new Scenario(calls, title, setup, external, ways, reports);
    }

    @Override
    public String toString() {
      return String.join(", ", calls) + ": " + title;
    }
  }

  private static final boolean TRACE = Boolean.getBoolean("jasyncio.test.turns"); // to be seen
  private static final int MAX_POSITIONS = 1000;
  private static final int MAX_ITERATIONS = 10_000;
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(20); // of waiting for others

  private CancelEverywhere() {}

  /// Fails with everything that goes wrong in `scenario`.
  static void check(Scenario scenario) {
    var faults = faults(scenario);
    if (!faults.isEmpty()) {
      var positions = new LinkedHashMap<String, List<Integer>>();
      for (var fault : faults) {
        var place =
            positions.computeIfAbsent(fault.way + ": " + fault.what, _ -> new ArrayList<>());
        place.add(fault.position);
      }
      var text = new StringBuilder("faults by position of the cancellation");
      positions.forEach((what, at) -> text.append("\n  ").append(at).append(' ').append(what));
      throw new AssertionError(text.toString());
    }
  }

  /// A test for each scenario.
  static Stream<DynamicTest> tests(Collection<Scenario> scenarios) {
    return scenarios.stream().map(s -> DynamicTest.dynamicTest(s.toString(), () -> check(s)));
  }

  /// Everything that goes wrong in `scenario`.
  static List<Fault> faults(Scenario scenario) {
    var faults = new ArrayList<Fault>();
    var undisturbed = new Run(scenario, Way.ONCE, Integer.MAX_VALUE, 0);
    undisturbed.drive(faults);
    if (!faults.isEmpty()) {
      return faults;
    }
    for (var way : scenario.ways) {
      int targets = way == Way.OTHERS ? undisturbed.others.size() : 1;
      for (int target = 0; target < targets; target++) {
        for (int position = 0; position < MAX_POSITIONS; position++) {
          var run = new Run(scenario, way, position, target);
          run.drive(faults);
          if (!run.asked) { // it was done before: later is no different
            break;
          }
        }
      }
    }
    return faults;
  }

  /// One run of a scenario.
  static final class Run {
    private final Scenario scenario;
    private final Way way;
    private final int position;
    private final int target;
    private final LoopProbe probe = new LoopProbe(this::beforeTurn);
    private final EventLoop loop = probe.loop;
    private final StepExecutor executor = new StepExecutor();
    private final List<Object> got = new ArrayList<>();
    private final List<Object> put = new ArrayList<>();
    private final List<Object> watched = new ArrayList<>();
    private final List<Task<?>> others = new ArrayList<>();
    private final List<Handle> timers = new ArrayList<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<Action<?>> endings = new ArrayList<>();
    private final List<Runnable> afterClose = new ArrayList<>();
    private final List<ErrorContext> reports = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private @Nullable Task<?> victim;
    private @Nullable Timeout limit;
    private boolean counting;
    private int turns;
    private boolean asked; // somebody was cancelled
    private boolean cancelling; // all, at the end
    private boolean begun; // by the victim
    private boolean timedOut;

    private Run(Scenario scenario, Way way, int position, int target) {
      this.scenario = scenario;
      this.way = way;
      this.position = position;
      this.target = target;
      loop.setDefaultExecutor(executor);
      loop.setExceptionHandler((l, error) -> reports.add(error));
    }

    // ---- for scenarios --------------------------------------------------------------------------

    /// Makes the task that is cancelled. With [Way#GO_ON] `call` is called again after that.
    Task<?> victim(Action<?> call) {
      Action<?> body =
          () -> {
            begun = true;
            call.run();
          };
      victim =
          switch (way) {
            case GO_ON -> loop.createTask(() -> goOn(body), "victim");
            case TIME_OUT -> loop.createTask(() -> limited(body), "victim");
            default -> loop.createTask(body, "victim");
          };
      return victim;
    }

    private void goOn(Action<?> body) throws Exception {
      while (true) {
        try {
          body.run();
          return;
        } catch (CancelledError e) {
          if (cancelling || Asyncio.currentTask().cancelling() == 0) {
            throw e; // of something else
          }
          while (Asyncio.currentTask().uncancel() > 0) {}
        }
      }
    }

    private void limited(Action<?> body) throws Exception {
      try {
        Asyncio.timeout(
            Double.POSITIVE_INFINITY,
            t -> {
              limit = t;
              body.run();
            });
      } catch (TimeoutException e) {
        timedOut = true;
      }
    }

    /// Makes a task that must come to its end whatever happens to the victim.
    Task<?> other(Action<?> body) {
      var task = loop.createTask(body, "other-" + others.size());
      others.add(task);
      return task;
    }

    /// Makes a line of tasks that all do the same, of which one is the victim.
    void inLine(int size, int victimAt, Action<?> body) {
      for (int i = 0; i < size; i++) {
        if (i == victimAt) {
          victim(body);
        } else {
          other(body);
        }
      }
    }

    /// Has something done later, at the latest before the run ends.
    void later(double seconds, Runnable callback) {
      timers.add(loop.callLater(seconds, callback));
    }

    /// Notes something.
    void got(Object what) {
      got.add(what);
    }

    /// Notes that something was put where others can get it.
    void put(Object what) {
      put.add(what);
    }

    /// What has been put.
    List<Object> put() {
      return put;
    }

    /// What has been noted, in this order.
    List<Object> got() {
      return got;
    }

    /// Whether the victim has come to its end by itself.
    boolean succeeded() {
      return victim != null && victim.done() && !victim.cancelled() && !timedOut;
    }

    /// Whether the victim has come to its end in whatever way.
    boolean done() {
      return victim != null && victim.done();
    }

    /// Whether the victim has got so far as to make its call.
    boolean begun() {
      return begun;
    }

    /// Whether all but the victim can be expected to have done their part.
    boolean othersUndisturbed() {
      return way != Way.OTHERS;
    }

    /// Says that nobody may be waiting in these objects, or in what they consist of, at the end.
    <T> T watch(T object) {
      watched.add(object);
      return object;
    }

    /// Has something closed after the run.
    <T extends AutoCloseable> T closing(T resource) {
      resources.add(resource);
      return resource;
    }

    /// What is to happen when nothing happens any more, to look what is there and clean up.
    void atEnd(Action<?> ending) {
      endings.add(ending);
    }

    Way way() {
      return way;
    }

    /// What is to be looked at when the loop is closed, and has reported what nobody read.
    void afterClose(Runnable check) {
      afterClose.add(check);
    }

    /// How many reports have come that were expected.
    long expected() {
      return reports.stream().filter(scenario.expected).count();
    }

    EventLoop loop() {
      return loop;
    }

    // ---- the driver -----------------------------------------------------------------------------

    private void drive(List<Fault> all) {
      var sockets = scenario.external ? OpenSockets.now() : Set.<String>of();
      try {
        try {
          runCoroutine("setup", run -> scenario.setup.begin(run));
          counting = true;
          runUntilStill(this::isOver);
          counting = false;
          checkOutcome();
          if (way == Way.OTHERS) {
            cancelAll();
          } else {
            checkNobodyWaits();
          }
          for (var ending : endings) {
            runCoroutine("ending", run -> ending.run());
          }
          checkNothingIsLeft();
        } finally {
          counting = false;
          cancelAll();
          close();
        }
      } catch (Throwable e) {
        fault(describe(e));
      }
      if (scenario.external) {
        var left = OpenSockets.leftSince(sockets);
        if (!left.isEmpty()) {
          fault("left open: " + left);
        }
      }
      for (var report : reports) {
        if (!scenario.expected.test(report)) {
          fault("reported: " + ErrorReports.text(report) + " " + report.exception());
        }
      }
      int at = position == Integer.MAX_VALUE ? -1 : position;
      faults.forEach(what -> all.add(new Fault(way, at, what)));
    }

    private void close() throws Exception {
      for (var resource : resources.reversed()) {
        resource.close();
      }
      // Who failed because another was cancelled is held here, and so never reported as lost; the
      // loop would collect garbage for it, and wait.
      others.forEach(Task::markRead);
      if (victim != null) {
        victim.markRead();
      }
      loop.close();
      afterClose.forEach(Runnable::run);
    }

    private static String describe(Throwable e) {
      var at = Arrays.stream(e.getStackTrace()).limit(12).toList();
      return e
          + " at "
          + at
          + (e.getCause() == null ? "" : " because of " + describe(e.getCause()));
    }

    private void fault(String what) {
      faults.add(what);
    }

    /// The loop gives the next entry its turn.
    private void beforeTurn(Object entry) {
      if (!counting) {
        return;
      }
      int turn = turns++;
      if (TRACE) {
        System.err.println("turn " + turn + " " + entry);
      }
      if (turn == position) {
        disturb();
      } else if (way == Way.AGAIN && turn == position + 1) {
        victim.cancel();
      }
    }

    private void disturb() {
      var task = way == Way.OTHERS ? others.get(target) : victim;
      switch (way) {
        case TWICE -> {
          asked = task.cancel();
          task.cancel();
        }
        case TIME_OUT -> {
          asked = !task.done();
          loop.callSoon(() -> {
            if (limit != null && !victim.done()) {
              limit.reschedule(loop.time());
            }
          });
        }
        default -> asked = task.cancel();
      }
    }

    private boolean isOver() {
      return loop.tasks.toList().isEmpty() && (!scenario.external || probe.answersExpected() == 0);
    }

    private void runCoroutine(String name, Setup body) {
      var task = loop.createTask(() -> body.begin(this), name);
      run(task::done, task::done);
      if (task.done()) {
        task.result();
      } else {
        fault(name + " does not end: " + task + " " + task.getStack());
      }
    }

    /// Runs the loop until nothing happens any more. Where somebody else may do something, and
    /// where time would have to pass, it goes on only until `over`.
    private void runUntilStill(BooleanSupplier over) {
      run(() -> false, over);
    }

    private void run(BooleanSupplier atOnce, BooleanSupplier over) {
      long began = System.nanoTime();
      for (int i = 0; i < MAX_ITERATIONS; ) {
        if (atOnce.getAsBoolean()) {
          return;
        } else if (!probe.isStill()) {
          i++;
          probe.step();
        } else if (executor.runNext() || probe.idle()) {
          i++;
        } else if (over.getAsBoolean()) {
          return;
        } else if (scenario.external) {
          if (System.nanoTime() - began > MAX_NANOS) {
            return;
          }
          LockSupport.parkNanos(20_000);
          probe.step();
        } else if (!probe.jump()) {
          return;
        }
      }
      fault("does not come to an end");
    }

    private void checkOutcome() {
      if (victim == null || way == Way.OTHERS || !victim.done()) {
        return;
      }
      var error = victim.peekException();
      victim.markRead();
      if (error != null) {
        fault("the victim failed: " + describe(error));
      } else if (!asked && victim.cancelled()) {
        fault("the victim was cancelled by nobody");
      } else if (asked && (way == Way.ONCE || way == Way.TWICE) && !victim.cancelled()) {
        fault("the victim lost its cancellation");
      } else if ((way == Way.GO_ON || way == Way.TIME_OUT) && begun && victim.cancelling() != 0) {
        fault("a request to cancel is left");
      } else if ((way == Way.GO_ON || way == Way.TIME_OUT) && victim.cancelled() && begun) {
        fault("the victim could not go on");
      }
    }

    private void checkNobodyWaits() {
      for (var task : loop.tasks.toList()) {
        fault("left: " + task + " at " + task.getStack());
      }
      for (var task : others) {
        if (task.done() && task.cancelled()) {
          fault("was cancelled, too: " + task);
        } else if (task.done() && task.peekException() != null) {
          fault("failed: " + describe(task.exception()));
        }
      }
    }

    private void checkNothingIsLeft() {
      timers.forEach(Handle::cancel);
      runUntilStill(this::isOver);
      faults.addAll(probe.leftovers());
      for (var object : watched) {
        new Waiters(faults).visit(object, object.getClass().getSimpleName());
      }
      if (executor.pending() > 0) {
        fault("left in the executor: " + executor.pending());
      }
    }

    /// Cancels all tasks, until none is left.
    private void cancelAll() {
      cancelling = true;
      for (int i = 0; i < 100 && !loop.tasks.toList().isEmpty(); i++) {
        loop.tasks.toList().forEach(Task::cancel);
        runUntilStill(() -> loop.tasks.toList().isEmpty());
      }
      if (!loop.tasks.toList().isEmpty()) {
        fault("cannot be cancelled: " + loop.tasks.toList());
      }
    }
  }

  /// Does what it is given when the driver says so.
  private static final class StepExecutor extends AbstractExecutorService {
    private final ArrayDeque<Runnable> jobs = new ArrayDeque<>();
    private boolean shutDown;

    boolean runNext() {
      var job = jobs.poll();
      if (job != null) {
        job.run();
      }
      return job != null;
    }

    int pending() {
      return jobs.size();
    }

    @Override
    public void execute(Runnable job) {
      jobs.add(job);
    }

    @Override
    public void shutdown() {
      shutDown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutDown = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return shutDown;
    }

    @Override
    public boolean isTerminated() {
      return shutDown && jobs.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return isTerminated();
    }
  }

  /// Finds who waits in an object, or was left in one of its lists.
  private static final class Waiters {
    private static final List<String> LINES = List.of("Waiter", "OfTask", "OfThread", "Visitor");

    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> found;

    Waiters(List<String> found) {
      this.found = found;
    }

    void visit(@Nullable Object object, String path) {
      if (object == null || !seen.add(object)) {
        return;
      }
      switch (object) {
        case EventLoop _, Task<?> _, Thread _, Class<?> _, Enum<?> _ -> {}
        case WaitList list when list.size() > 0 ->
            found.add(list.size() + " wait in " + path + ", " + list);
        case WaitList _ -> {}
        case Future<?> future -> {
          if (future.awaitedBy().stream().anyMatch(f -> !f.done())) {
            found.add(path + " is awaited by " + future.awaitedBy());
          }
        }
        case Collection<?> all -> all.forEach(e -> visitMember(e, path));
        case Map<?, ?> map -> {
          map.keySet().forEach(e -> visitMember(e, path));
          map.values().forEach(e -> visitMember(e, path));
        }
        case AtomicReference<?> reference -> visit(reference.get(), path);
        case Object[] array -> Arrays.asList(array).forEach(e -> visitMember(e, path));
        default -> visitFields(object, path);
      }
    }

    private void visitMember(@Nullable Object member, String path) {
      if (member == null) {
        return;
      }
      boolean waits =
          LINES.contains(member.getClass().getSimpleName())
              || (member instanceof Future<?> && !(member instanceof Task<?>) && !isResults(path));
      if (waits) {
        found.add("left in " + path + ": " + member);
      } else {
        visit(member, path + "[]");
      }
    }

    private static boolean isResults(String path) {
      return path.matches(".*AsCompleted.(done|ready|todo)");
    }

    private void visitFields(Object object, String path) {
      for (Class<?> c = object.getClass();
          c != null && c.getName().startsWith("jasyncio.");
          c = c.getSuperclass()) {
        if (c.getName().startsWith("jasyncio.internal.loop")) {
          return;
        }
        for (var field : c.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
            visit(LoopProbe.get(field, object), path + "." + field.getName());
          }
        }
      }
    }
  }
}
