package jasyncio.testing;

import jasyncio.Action;
import jasyncio.Asyncio;
import jasyncio.CancelledError;
import jasyncio.ErrorContext;
import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.Timeout;
import jasyncio.internal.loop.LoopAccess;
import jasyncio.internal.loop.LoopCore;
import jasyncio.internal.loop.LoopParts;
import jasyncio.testing.CancelEverywhere.Fault;
import jasyncio.testing.CancelEverywhere.Options;
import jasyncio.testing.CancelEverywhere.Scenario;
import jasyncio.testing.CancelEverywhere.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One run of a scenario whose victim is cancelled at one moment.
final class CancelRun implements Scenario {
  /* Overview
   * drive() runs the loop whenever something can happen, and stops it when nothing can, or all are done: set-up; then
   * the tasks, while the turns are counted; then the invariants; then what is left is told and cancelled.
   *
   * The disturbance is a turn of its own (see TurnQueue), where code of the program may run: to describe who waits
   * for what.
   */
  static final int NEVER = Integer.MAX_VALUE - 1;
  static final String UNDISTURBED = "nothing was cancelled";
  private static final int MAX_MOMENTS = 100_000;
  private static final int MAX_CANCELS = 100;

  private final Options options;
  private final Way way;
  private final int position;
  private final int target;
  private final boolean telling;
  private final TurnQueue queue = new TurnQueue(this::stop);
  private final Jobs jobs = new Jobs();
  private final Thread driver = Thread.currentThread();
  private final EventLoop loop;
  private final LoopCore core;
  private @Nullable StillTime time; // made with the loop

  private final List<Member> members = new ArrayList<>();
  private final List<Action<?>> invariants = new ArrayList<>();
  private final List<ErrorContext> reports = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<Task<?>> others = new ArrayList<>();
  private final List<Task<?>> background = new ArrayList<>();
  private @Nullable Task<?> victim;
  private @Nullable Timeout limit;
  private String where = UNDISTURBED;
  private boolean haveAllBegun;
  private boolean begun;
  private boolean disturbed;
  private boolean asked; // somebody was there to be cancelled
  private boolean cancelling; // all, at the end
  private boolean timedOut;
  private volatile @Nullable String late; // set by the watchdog's thread, once: what held it up

  private enum Role {
    VICTIM,
    OTHER,
    BACKGROUND
  }

  private record Member(Role role, Action<?> body) {}

  /// @param telling whether it is to be told where the victim was, which costs more than the run
  CancelRun(Options options, Way way, int position, int target, boolean telling) {
    this.options = options;
    this.way = way;
    this.position = position;
    this.target = target;
    this.telling = telling;
    EventLoop.running(); // initialises the class that installs the access
    loop = (EventLoop) LoopAccess.get().newLoop(null, parts(), "cancelEverywhere");
    core = LoopAccess.get().core(loop);
    loop.setDefaultExecutor(jobs);
    loop.setExceptionHandler((_, error) -> reports.add(error));
  }

  private LoopParts parts() {
    return new LoopParts(
        (inbox, channels, outside) -> {
          var made =
              new StillTime(
                  inbox, channels, outside, options.patienceNanos(), this::stop, queue::allWait);
          time = made;
          return made;
        },
        queue);
  }

  private void stop() {
    core.stop();
  }

  // ---- for scenarios ----------------------------------------------------------------------------

  @Override
  public void victim(Action<?> body) {
    if (hasVictim()) {
      throw new IllegalStateException("a scenario has one victim");
    }
    add(Role.VICTIM, body);
  }

  @Override
  public void other(Action<?> body) {
    add(Role.OTHER, body);
  }

  @Override
  public void background(Action<?> body) {
    add(Role.BACKGROUND, body);
  }

  private boolean hasVictim() {
    return members.stream().anyMatch(m -> m.role == Role.VICTIM);
  }

  private void add(Role role, Action<?> body) {
    if (haveAllBegun) {
      throw new IllegalStateException(
          "the tasks of this run have begun: say in the set-up who takes part, or call createTask");
    }
    members.add(new Member(role, Objects.requireNonNull(body, "body")));
  }

  @Override
  public void invariant(Action<?> check) {
    invariants.add(Objects.requireNonNull(check, "check"));
  }

  @Override
  public Way way() {
    return way;
  }

  @Override
  public boolean begun() {
    return begun;
  }

  @Override
  public boolean succeeded() {
    return victim != null
        && victim.done()
        && !victim.cancelled()
        && victim.exception() == null
        && !timedOut;
  }

  // ---- what the scenario's tasks run ------------------------------------------------------------

  private void begin() {
    for (var member : members) {
      switch (member.role) {
        case VICTIM -> victim = loop.createTask(victimBody(member.body), "victim");
        case OTHER -> others.add(loop.createTask(member.body, "other " + (others.size() + 1)));
        case BACKGROUND ->
            background.add(loop.createTask(member.body, "background " + (background.size() + 1)));
      }
    }
    haveAllBegun = true;
    members.clear(); // what they hold may be forgotten before the run is over
  }

  private Action<?> victimBody(Action<?> body) {
    Action<?> noted =
        () -> {
          begun = true;
          body.run();
        };
    return switch (way) {
      case GO_ON -> () -> goOn(noted);
      case TIME_OUT -> () -> limited(noted);
      default -> noted;
    };
  }

  private void goOn(Action<?> body) throws Exception {
    while (true) {
      try {
        body.run();
        return;
      } catch (CancelledError e) {
        var self = Objects.requireNonNull(Asyncio.currentTask());
        if (cancelling || self.cancelling() == 0) {
          throw e; // of something else
        }
        while (self.uncancel() > 0) {}
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
      if (limit == null || !limit.expired()) {
        throw e; // of the body's own
      }
      timedOut = true;
    }
  }

  // ---- the disturbance --------------------------------------------------------------------------

  private void disturb() {
    var task = way == Way.OTHERS ? others.get(target) : Objects.requireNonNull(victim);
    if (disturbed) { // the second time
      task.cancel();
      return;
    }
    disturbed = true;
    asked = !task.done();
    if (asked && telling) {
      where = describe(task);
    }
    switch (way) {
      case TWICE -> {
        task.cancel();
        task.cancel();
      }
      case TIME_OUT -> {
        if (limit != null && asked) {
          limit.reschedule(loop.time());
        }
      }
      default -> task.cancel();
    }
  }

  private String describe(Task<?> task) {
    var text = new StringBuilder("at moment ").append(position + 1);
    switch (queue.upcoming()) {
      case null -> text.append(", when all wait");
      case Task<?> next -> text.append(", before the turn of ").append(next.getName());
      case Object next -> text.append(", before the turn of ").append(next);
    }
    text.append("; ").append(task.getName()).append(' ').append(state(task));
    var stack = WaitGraph.stack(task);
    if (!stack.isEmpty()) {
      text.append(" at ").append(stack.getFirst());
    }
    return text.toString();
  }

  private String state(Task<?> task) {
    if (task.getStack(1).isEmpty()) {
      return "has not begun";
    }
    var waited = LoopAccess.get().waitInfo(task);
    if (queue.holds(task)) {
      return waited == null ? "is ready to go on" : "has been woken from its wait for " + waited;
    }
    return waited == null ? "is under way" : "waits for " + waited;
  }

  // ---- the driver -------------------------------------------------------------------------------

  /// How many others there are.
  int others() {
    return others.size();
  }

  /// Whether somebody was cancelled, or would have been: they were not done.
  boolean wasDisturbed() {
    return asked;
  }

  /// Whether it took too long, in real time.
  boolean isLate() {
    return late != null;
  }

  /// Runs it; what has gone wrong.
  ///
  /// @throws IllegalStateException if the scenario names no victim
  List<Fault> drive() {
    try (var _ = Watchdog.watch(options.limitSeconds(), this::tooLong)) {
      runAndCheck();
    }
    if (late != null) {
      Thread.interrupted(); // it had gone on by then
      faults.clear(); // they are of the interrupt
      fault(late, null);
    }
    return faults;
  }

  private void runAndCheck() {
    try {
      runCoroutine("the scenario's set-up", () -> options.setUp().accept(this));
      if (faults.isEmpty()) {
        if (!hasVictim()) {
          throw new IllegalStateException(
              "the scenario names no victim: call scenario.victim(...)");
        }
        runTasks();
        checkTasks();
        for (var invariant : invariants) {
          runCoroutine("the invariant", invariant);
        }
        checkNothingIsLeft();
      }
    } finally {
      queue.stop();
      cancelAll();
      LoopAccess.get().reportForgotten(loop, _ -> {}); // in each run, not when it is collected
      loop.close();
    }
    for (var report : reports) {
      if (!options.expected().test(report)) {
        fault("reported: " + report.message(), report.exception());
      }
    }
  }

  /// Called by the watchdog's thread.
  private void tooLong(Watchdog.Watch watch) {
    var thread = LoopAccess.get().currentThread(loop); // none while the driver does a job
    watch.interrupt(
        Objects.requireNonNullElse(thread, driver),
        "is not over after "
            + VirtualTime.text((long) (options.limitSeconds() * 1e9))
            + " of real time",
        text -> late = text);
  }

  private void runTasks() {
    int last = way == Way.AGAIN && position != NEVER ? position + 1 : position;
    begin();
    queue.count(LoopAccess.get().callback(loop, this::disturb), position, last);
    run(this::areMembersDone);
    queue.stop();
  }

  /// All that need come to an end, and what they have begun.
  private boolean areMembersDone() {
    return Asyncio.allTasks(loop).stream().allMatch(background::contains)
        && !LoopAccess.get().survey(loop).outside();
  }

  private void runCoroutine(String name, Action<?> body) {
    var task = loop.createTask(body, name);
    run(task::done);
    if (!task.done()) {
      fault(name + " does not come to an end: " + WaitGraph.describe(task), null);
    } else if (task.cancelled()) {
      fault(name + " was cancelled", null);
    } else if (task.exception() != null) {
      fault(name + " failed: " + task.exception(), task.exception());
    }
  }

  /// Runs the loop until nothing is ready and `enough` is true, or nothing can happen any more; and
  /// one job of its executor whenever nothing else can.
  private void run(BooleanSupplier enough) {
    queue.allow(MAX_MOMENTS);
    Objects.requireNonNull(time)
        .begin(() -> jobs.pending() > 0 || queue.isBeyondLimit() || enough.getAsBoolean());
    loop.runForever();
    while (jobs.pending() > 0 && !queue.isBeyondLimit()) {
      jobs.take(0).run(); // a thread for each would take longer than all the rest
      loop.runForever();
    }
    if (queue.isBeyondLimit()) {
      fault("does not come to an end within " + MAX_MOMENTS + " turns", null);
    }
  }

  // ---- what is looked at ------------------------------------------------------------------------

  private void checkTasks() {
    if (way == Way.OTHERS && asked) { // whoever was to wake the rest may be gone
      cancelAll();
      lookAt(Objects.requireNonNull(victim)); // how they end is their own affair
      others.forEach(CancelRun::lookAt);
      return;
    }
    checkVictim(Objects.requireNonNull(victim));
    for (var other : others) {
      if (other.done() && other.cancelled()) {
        fault(other.getName() + " was cancelled, too", null);
      } else if (other.done() && other.exception() != null) {
        fault(other.getName() + " failed: " + other.exception(), other.exception());
      }
    }
    for (var task : Asyncio.allTasks(loop)) {
      if (!background.contains(task)) {
        var hint =
            position == NEVER && others.contains(task)
                ? "\n    (one that need not come to its end: scenario.background)"
                : "";
        fault("is left: " + WaitGraph.describe(task) + hint, null);
      }
    }
    cancel(background);
  }

  private void checkVictim(Task<?> task) {
    if (!task.done()) {
      return; // it is left
    }
    boolean mayGoOn = way == Way.GO_ON || way == Way.TIME_OUT;
    if (task.cancelled()) {
      if (!asked) {
        fault("the victim was cancelled by nobody", null);
      } else if (mayGoOn && begun) {
        fault("the victim could not go on", null);
      }
      return;
    }
    var error = task.exception();
    if (error != null) {
      fault("the victim failed: " + error, error);
    } else if (asked && (way == Way.ONCE || way == Way.TWICE || way == Way.AGAIN)) {
      fault("the victim lost its cancellation, and came to its end", null);
    } else if (mayGoOn && task.cancelling() != 0) {
      fault("a request to cancel is left", null);
    }
  }

  private void checkNothingIsLeft() {
    LeakCheck.on(loop).stream()
        .filter(left -> left.kind() != Leftover.TASKS) // which are told by name
        .forEach(left -> fault(left.toString(), null));
    if (LoopAccess.get().survey(loop).outside()) {
      fault("another thread is still expected to call the loop", null);
    }
  }

  private void cancelAll() {
    cancelling = true;
    cancel(List.copyOf(Asyncio.allTasks(loop)));
  }

  /// Cancels tasks until they are done.
  private void cancel(List<Task<?>> tasks) {
    for (int i = 0; i < MAX_CANCELS && !areDone(tasks); i++) {
      tasks.forEach(Task::cancel);
      run(() -> areDone(tasks));
    }
    for (var task : tasks) {
      if (!task.done()) {
        fault("cannot be cancelled: " + WaitGraph.describe(task), null);
      } else {
        lookAt(task);
      }
    }
  }

  /// Has read its exception, if it has one.
  private static void lookAt(Task<?> task) {
    if (task.done() && !task.cancelled()) {
      Objects.requireNonNullElse(task.exception(), "");
    }
  }

  private static boolean areDone(List<Task<?>> tasks) {
    return tasks.stream().allMatch(Task::done);
  }

  private void fault(String what, @Nullable Throwable cause) {
    faults.add(new Fault(way, position, what, where, cause));
  }
}
