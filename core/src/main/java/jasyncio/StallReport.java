package jasyncio;

import jasyncio.internal.base.BlockingCalls;
import jasyncio.internal.base.Frames;
import jasyncio.internal.base.HeldUp;
import jasyncio.internal.base.JdkClasses;
import jasyncio.internal.fiber.Fiber;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Who holds a loop up, and what is said of it.
///
/// @param who it is
/// @param what it does
/// @param computes whether its thread runs
/// @param advice what to do instead, and whatever else there is to say; may be empty
/// @param stack where it is, innermost frame first
record StallReport(
    Who who, String what, boolean computes, String advice, List<StackTraceElement> stack) {
  private static final int MAX_FRAMES = 40;
  private static final int MAX_OTHERS = 10;

  /// Who it is. Not the task itself, which is not to be held by a report.
  ///
  /// @param text begins a sentence
  /// @param name the task's; `null` if it is none
  /// @param number likewise; 0 if it is none
  record Who(String text, @Nullable String name, int number) {
    static Who of(@Nullable Task<?> task) {
      return task == null
          ? new Who("A callback", null, 0)
          : new Who("Task '" + task.getName() + "'", task.getName(), task.number());
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /// What is seen of the fiber that has control.
  ///
  /// @param frames its whole stack
  static StallReport of(
      EventLoop loop, Fiber fiber, Thread.State state, StackTraceElement[] frames) {
    var task = Running.taskOf(fiber);
    var who = Who.of(task);
    var stack = Debug.userStack(frames);
    if (isSuspended(frames) || loop.hub.isDetached(fiber)) {
      return notItself(loop, who, stack);
    } else if (state == Thread.State.RUNNABLE && !SlowSteps.isBelow(frames)) {
      return new StallReport(who, "it computes", true, Advice.to(task, Advice.ON_COMPUTING), stack);
    }
    return blocks(loop, task, who, state, frames);
  }

  /// The fiber is none that could do anything, and yet the loop does not go on.
  private static StallReport notItself(EventLoop loop, Who who, List<StackTraceElement> stack) {
    return loop.kind == FiberKind.SCHEDULED
        ? new StallReport(
            new Who("A virtual thread that a task has started", null, 0),
            "it computes, and runs on the loop's thread",
            true,
            "",
            List.of())
        : new StallReport(
            who,
            "it could go on, but all carriers of the JDK's virtual threads are in use",
            true,
            "",
            stack);
  }

  /// Or it has not begun.
  private static boolean isSuspended(StackTraceElement[] frames) {
    return frames.length == 0
        || Arrays.stream(frames)
            .dropWhile(f -> "java.base".equals(f.getModuleName()))
            .findFirst()
            .filter(f -> Frames.areOfFibers(f.getClassName()))
            .isPresent();
  }

  private static StallReport blocks(
      EventLoop loop,
      @Nullable Task<?> task,
      Who who,
      Thread.State state,
      StackTraceElement[] frames) {
    var call = BlockingCalls.called(List.of(frames));
    boolean below = state == Thread.State.RUNNABLE;
    boolean monitor = state == Thread.State.BLOCKED;
    var what = monitor ? "it waits for a monitor (synchronized)" : "it blocks in " + name(call);
    var stack = Debug.userStack(frames);
    if (!below && loop.getBlockingPolicy() == BlockingPolicy.SWITCH) {
      what += ", where it cannot be set aside: below a class initialiser or native code";
      return new StallReport(who, what, false, others(loop), stack);
    }
    var advice = monitor ? Advice.ON_MONITORS : Advice.onBlocking(loop, call, below);
    return new StallReport(who, what, false, Advice.to(task, advice), stack);
  }

  private static String name(@Nullable StackTraceElement call) {
    return call == null ? "native code" : call.getClassName() + "." + call.getMethodName();
  }

  /// Those that were set aside.
  private static String others(EventLoop loop) {
    var others = loop.blocked.toList();
    return others.isEmpty()
        ? ""
        : others.stream()
            .limit(MAX_OTHERS)
            .map(StallReport::other)
            .collect(
                Collectors.joining(
                    "\n", "set aside are, of which one may hold what it waits for:\n", ""));
  }

  private static String other(Fiber fiber) {
    var task = Running.taskOf(fiber);
    var thread = Objects.requireNonNull(fiber.thread());
    return (task == null ? "a callback" : "task '" + task.getName() + "'")
        + text(Debug.userStack(thread.getStackTrace()));
  }

  // ---- words ------------------------------------------------------------------------------------

  /// The step has lasted so long that somebody ought to know.
  String first(long nanos) {
    return who
        + " has held up the event loop for "
        + time(nanos)
        + ": "
        + what
        + text(stack)
        + line(advice);
  }

  /// What it does now.
  HeldUp now() {
    return new HeldUp(
        who.name,
        who.number,
        what,
        stack.stream().map(StackTraceElement::toString).toList(),
        who + ": " + what + text(stack) + line(advice));
  }

  /// It still lasts.
  String again(long nanos, StallReport before) {
    var text = who + " still holds up the event loop, for " + time(nanos) + " now: " + what;
    var place = place();
    return place != null && place.equals(before.place())
        ? text + ", at " + place
        : text + text(stack) + (what.equals(before.what) ? "" : line(advice));
  }

  /// Where in code that is not the JDK's.
  private @Nullable StackTraceElement place() {
    return stack.stream()
        .filter(frame -> !JdkClasses.areOf(frame.getClassName()))
        .findFirst()
        .orElse(null);
  }

  /// It is over.
  String over(long nanos) {
    return who + " no longer holds up the event loop, after " + time(nanos);
  }

  private static String time(long nanos) {
    return String.format(Locale.ROOT, "%.1f seconds", nanos / 1e9);
  }

  private static String text(List<StackTraceElement> stack) {
    int more = stack.size() - MAX_FRAMES;
    return more <= 0
        ? Describe.stack(stack)
        : Describe.stack(stack.subList(0, MAX_FRAMES)) + "\n  … " + more + " more";
  }

  private static String line(String advice) {
    return advice.isEmpty() ? "" : "\n" + advice;
  }
}
