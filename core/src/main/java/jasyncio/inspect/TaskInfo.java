package jasyncio.inspect;

import jasyncio.Cancellation;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.face.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A task as it is at a moment: what it does, or for what it waits, where, and who waits for it.
///
/// A snapshot; it lives on unchanged, and any thread may read it. Python: a row of `python -m
/// asyncio ps`.
///
/// @param number counts the tasks of this JVM; part of the name of those that were given none
/// @param name the name
/// @param coroutine the name of the function that it runs: `Server.handle`, `Main.<lambda>`
/// @param state what it does
/// @param waitsFor for what it waits; `null` unless the state is `WAITING` or `BLOCKED`
/// @param cancellation the last request to cancel it, if there is one
/// @param awaitedBy the names of the tasks that wait for it; of one that has called from another
///   loop: `Task-3 on jasyncio-loop-1`
/// @param stack where it is, innermost frame first, the program's own frames only
/// @param age for how long there has been the task: at least so long, and some percent or a quarter
///   of a second more at most, since no task has a field for it
public record TaskInfo(
    int number,
    String name,
    String coroutine,
    State state,
    @Nullable WaitInfo waitsFor,
    @Nullable Cancellation cancellation,
    List<String> awaitedBy,
    List<StackTraceElement> stack,
    Duration age) {

  /// What a task does.
  public enum State {
    /// It is about to begin.
    NEW,
    /// Its code runs.
    RUNNING,
    /// It is about to go on.
    READY,
    /// It waits.
    WAITING,
    /// It waits in a blocking call, under [jasyncio.BlockingPolicy#SWITCH].
    BLOCKED,
    /// It has come to its end.
    DONE
  }

  /// A task with copies of the lists.
  public TaskInfo {
    awaitedBy = List.copyOf(awaitedBy);
    stack = List.copyOf(stack);
  }

  /// What `task` looks like now. Call on its loop's thread. Suspends and disturbs nobody.
  ///
  /// @param task the task
  /// @return what it looks like
  public static TaskInfo capture(Task<?> task) {
    return of(task, task.waitsFor());
  }

  static TaskInfo of(Task<?> task, @Nullable WaitInfo waitsFor) {
    return of(task, waitsFor, Tasks.coroutineName(task), task.getStack());
  }

  /// Without its stack, which costs ten times as much as everything else together.
  ///
  /// @param names what its function is called, as the stack does not say it
  static TaskInfo briefly(Task<?> task, @Nullable WaitInfo waitsFor, LambdaNames names) {
    names.look(Tasks.naming(task), task::getStack);
    return of(task, waitsFor, names.of(Tasks.naming(task)), List.of());
  }

  /// The same, without its stack, and named as it is with it.
  static TaskInfo withoutStack(Task<?> task, @Nullable WaitInfo waitsFor) {
    return of(task, waitsFor, Tasks.coroutineName(task), List.of());
  }

  /// This with a stack.
  TaskInfo withStack(List<StackTraceElement> known) {
    return new TaskInfo(
        number, name, coroutine, state, waitsFor, cancellation, awaitedBy, known, age);
  }

  private static TaskInfo of(
      Task<?> task, @Nullable WaitInfo waitsFor, String coroutine, List<StackTraceElement> stack) {
    return new TaskInfo(
        Tasks.number(task),
        task.getName(),
        coroutine,
        stateOf(task, waitsFor),
        waitsFor,
        task.cancellation(),
        awaitersOf(task),
        stack,
        Duration.ofNanos(Math.round(Tasks.age(task) * 1e9)));
  }

  private static State stateOf(Task<?> task, @Nullable WaitInfo waitsFor) {
    if (task.done()) {
      return State.DONE;
    } else if (waitsFor != null) {
      return waitsFor.kind() == WaitInfo.Kind.BLOCKING ? State.BLOCKED : State.WAITING;
    } else if (Tasks.isRunning(task)) {
      return State.RUNNING;
    }
    return Tasks.hasBegun(task) ? State.READY : State.NEW;
  }

  private static List<String> awaitersOf(Task<?> awaited) {
    var names = new ArrayList<String>();
    for (var awaiter : awaited.awaitedBy()) {
      if (awaiter instanceof Task<?> task) {
        names.add(task.getName());
      }
    }
    var caller = Tasks.caller(awaited);
    if (caller != null) {
      names.add(caller);
    }
    return names;
  }

  /// What it runs, for people: of a lambda what that has called.
  String shownCoroutine() {
    return LambdaNames.of(coroutine, stack);
  }

  /// {@return what it does, in a few words: `waits for Lock 'db', held by Task-7`}
  public String doing() {
    return switch (state) {
      case NEW -> "is about to begin";
      case RUNNING -> "runs";
      case READY -> "is about to go on";
      case WAITING, BLOCKED -> "waits for " + waitsFor;
      case DONE -> "is done";
    };
  }
}
