package jasyncio.testing.models;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.waitFor;

import jasyncio.Action;
import jasyncio.Awaitable;
import jasyncio.Task;
import jasyncio.testing.Exploration;
import jasyncio.testing.Explore.Level;
import jasyncio.testing.Explore.Strategy;
import jasyncio.testing.TestScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// What something does, in plain Java, side by side with the thing itself: one for each run of a
/// [Program].
///
/// Tasks of a loop have their turns one by one, so whatever a call does it does in one moment: when
/// it returns. By then the model must allow it; and when nothing can run any more, whoever still
/// waits must have a reason to.
///
/// @param <O> what tasks can do with it
abstract class Model<O> {
  private static final int RUNS = 300;
  private static final double END = 1000;

  /// What is shuffled.
  private enum Mode {
    /// Only when somebody is cancelled, and whether the loop is late.
    IN_ORDER,
    /// The order of turns, too.
    SHUFFLED,
    /// And each turn may take its time.
    SLOW
  }

  /// Somebody who waits, and what for.
  private record Wait(Task<?> task, String what, BooleanSupplier possible) {
    @Override
    public String toString() {
      return what + " of task " + task.getName();
    }
  }

  private final List<Wait> waits = new ArrayList<>(); // in the order of arrival
  private final List<Task<?>> tasks = new ArrayList<>();
  private Mode mode = Mode.IN_ORDER;
  private boolean quiet;

  /// Does something as a task of the program: calls the thing, and the model beside it.
  abstract void perform(int task, O operation) throws Exception;

  /// Whether those who wait for the thing wait for other threads, as far as the loop knows: time
  /// would stand still, and is advanced.
  boolean waitsForOthers() {
    return false;
  }

  /// All tasks are done: the thing is as if it were new, or what else it should be.
  abstract void end() throws Exception;

  // ---- the run ----------------------------------------------------------------------------------

  /// Whether those who are ready have their turns in the order in which they got so.
  final boolean isInOrder() {
    return mode == Mode.IN_ORDER;
  }

  /// Whether no turn takes time.
  final boolean isExact() {
    return mode != Mode.SLOW;
  }

  /// Whether nothing can run any more.
  final boolean isQuiet() {
    return quiet;
  }

  final Task<?> task(int number) {
    return tasks.get(number);
  }

  /// How many wait now.
  final int waiting() {
    return waits.size();
  }

  // ---- checks -----------------------------------------------------------------------------------

  @SuppressWarnings("AnnotateFormatMethod") // with an annotation of ErrorProne's
  static void ensure(boolean holds, String what, Object... details) {
    if (!holds) {
      throw new AssertionError(what.formatted(details));
    }
  }

  /// Calls what may have to wait.
  ///
  /// @param what for messages
  /// @param possible whether the model allows it to return, now
  final <T, X extends Exception> T waits(
      int task, String what, BooleanSupplier possible, Awaitable<T, X> call) throws X {
    return waits(task, what, possible, false, call);
  }

  /// Calls what may have to wait.
  ///
  /// @param fair whether those that came before, and wait for the same, have to be served before
  final <T, X extends Exception> T waits(
      int task, String what, BooleanSupplier possible, boolean fair, Awaitable<T, X> call)
      throws X {
    var wait = new Wait(tasks.get(task), what, possible);
    waits.add(wait);
    T value;
    try {
      value = call.await();
      ensure(possible.getAsBoolean(), "%s returned, and should wait", wait);
      if (fair) {
        ensureFirst(wait);
      }
    } finally {
      waits.remove(wait);
    }
    return value;
  }

  /// Does something that may take too long.
  static void withinASecond(Action<?> part) throws Exception {
    try {
      waitFor(part, 1);
    } catch (TimeoutException e) { // as it may
    }
  }

  private void ensureFirst(Wait served) {
    for (var wait : waits) {
      if (wait == served) {
        return;
      }
      ensure(
          !wait.what.equals(served.what) || wait.task.cancelling() > 0,
          "%s came before %s, and still waits",
          wait,
          served);
    }
  }

  private void ensureNobodyWaitsInVain() {
    quiet = true;
    for (var wait : waits) {
      ensure(!wait.possible.getAsBoolean(), "%s waits, and could have it", wait);
    }
    quiet = false;
  }

  /// Checks how a task has ended: a request to cancel it was heard, and there was none else.
  void ensureEndedWell(Task<?> task) {
    ensure(
        task.cancelled() == task.cancelling() > 0,
        "%s, with %d requests to cancel it",
        task,
        task.cancelling());
    if (!task.cancelled()) {
      task.result();
    }
  }

  // ---- runs -------------------------------------------------------------------------------------

  /// Runs programs, each in all its orders, if those are not too many, else in some.
  ///
  /// @param model makes a model, and the thing itself
  static <O> void check(String name, List<Program<O>> programs, Supplier<Model<O>> model) {
    for (var program : programs) {
      exploration(name, program, Mode.IN_ORDER, model).strategy(Strategy.EXHAUSTIVE).check();
      var shuffled = exploration(name, program, Mode.SHUFFLED, model).level(Level.CHAOS);
      if (!shuffled.strategy(Strategy.EXHAUSTIVE).check().exhausted()) {
        exploration(name, program, Mode.SLOW, model).level(Level.CHAOS).check();
      }
    }
  }

  private static <O> Exploration exploration(
      String name, Program<O> program, Mode mode, Supplier<Model<O>> model) {
    return Exploration.of(
            name + " " + program,
            scope -> {
              var one = model.get();
              one.mode = mode;
              one.run(program, scope);
            })
        .runs(RUNS);
  }

  private void run(Program<O> program, TestScope scope) throws Exception {
    start(program, scope);
    passTime(scope);
    ensureNobodyWaitsInVain();
    for (int i = 0; i < tasks.size(); i++) { // those who wait for nothing
      if (tasks.get(i).cancel()) {
        passTime(scope);
        ensureNobodyWaitsInVain();
      }
    }
    for (var task : tasks) {
      ensure(task.done(), "%s is not done", task);
      ensureEndedWell(task);
    }
    end();
  }

  private void passTime(TestScope scope) {
    if (isExact() || waitsForOthers()) {
      scope.clock().advance(END);
    } else {
      sleep(END);
      scope.clock().settle();
    }
  }

  /// Makes the tasks.
  void start(Program<O> program, TestScope scope) {
    for (int i = 0; i < program.tasks().size(); i++) {
      int task = i;
      begun(
          createTask(
              () -> {
                for (var operation : program.tasks().get(task)) {
                  perform(task, operation);
                }
              },
              "" + task),
          program,
          scope);
    }
  }

  /// Has been made: the next one of the tasks.
  final void begun(Task<?> task, Program<O> program, TestScope scope) {
    if (tasks.size() == program.victim()) {
      scope.mayBeCancelled(task);
    }
    tasks.add(task);
  }
}
