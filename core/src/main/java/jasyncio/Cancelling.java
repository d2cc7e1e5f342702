package jasyncio;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// Passes a cancellation on along what tasks and gathers wait for, however far that goes, and asks
/// each of them once.
final class Cancelling {
  /* Overview
   * A task that is asked asks what it waits for in turn; if that cannot be cancelled any more, the wish stays with
   * the task. A gather asks its children, and says yes if one of them does. Both are steps, on a stack of our own:
   * what waits for what may be deeper than a thread's stack. Everything else answers at once.
   *
   * Who is reached twice gives the same answer twice. If it has not finished asking, there is a circle: everybody in
   * it waits for the others, so a task of it gets the cancellation where it stands.
   *
   * `once`: word of the same end comes by several ways. A task that was asked before is left alone, since it cleans up,
   * except as long as it still waits for what was asked with it: then the word goes on, which may be in a circle over
   * several loops.
   */

  private final Cancellation cancellation;
  private final boolean once;
  private final IdentityHashMap<Future<?>, Step> known = new IdentityHashMap<>();
  private final ArrayDeque<Step> open = new ArrayDeque<>();

  private Cancelling(Cancellation cancellation, boolean once) {
    this.cancellation = cancellation;
    this.once = once;
  }

  /// Whether `future`, when it is cancelled, cancels others.
  static boolean passesOn(Future<?> future) {
    return future instanceof Task<?> || future instanceof Gather<?>;
  }

  /// Cancels a task or a gather; whether it was not too late for that.
  static boolean cancel(Future<?> future, Cancellation cancellation) {
    return new Cancelling(cancellation, false).run(future);
  }

  /// See [Cancellation#reach].
  static boolean cancelOnce(Future<?> future, Cancellation cancellation) {
    return new Cancelling(cancellation, true).run(future);
  }

  private boolean run(Future<?> root) {
    var first = ask(root, null);
    if (first != null) {
      return first;
    }
    while (true) {
      var step = open.getLast();
      var next = step.next();
      if (next != null) {
        step.note(ask(next, step));
        continue;
      }
      open.removeLast();
      boolean answer = step.end(cancellation);
      if (open.isEmpty()) {
        return answer;
      }
      open.getLast().note(answer);
    }
  }

  /// The answer of `future`, or `null` if it has to ask others first.
  private @Nullable Boolean ask(Future<?> future, @Nullable Step asking) {
    var before = known.get(future);
    if (before != null) {
      return before.ended ? before.answer : breakCircle(before);
    }
    if (asking != null && future.done()) {
      return false; // its error stays unread, to be told of
    }
    if (once && cleansUp(future)) {
      return true;
    }
    var step = new Step(future);
    known.put(future, step);
    if (step.begin()) {
      open.add(step);
      return null;
    }
    step.answer = !passesOn(future) && future.cancelBy(cancellation);
    step.ended = true;
    return step.answer;
  }

  /// Whether it was asked before, and what was asked with it has ended.
  private boolean cleansUp(Future<?> future) {
    return future instanceof Task<?> task
        && cancellation.hasReached(task)
        && !(task.awaited() != null && cancellation.hasReached(task.awaited()));
  }

  /// What is open from `reached` on is the circle. One task of it is enough, and there is one:
  /// gathers alone cannot make a circle.
  private boolean breakCircle(Step reached) {
    var step = reached;
    for (var others = open.descendingIterator(); step.task == null; ) {
      step = others.next();
    }
    step.task.cancelInCircle(cancellation);
    step.answer = true;
    return true;
  }

  /// One future that asks others.
  private static final class Step {
    final @Nullable Task<?> task;
    final @Nullable Gather<?> gather;
    private int next;
    boolean answer;
    boolean ended;

    Step(Future<?> future) {
      task = future instanceof Task<?> t ? t : null;
      gather = future instanceof Gather<?> g ? g : null;
    }

    /// Whether it is to ask others; it is not if it is done.
    boolean begin() {
      return task != null ? task.noteRequest() : gather != null && !gather.done();
    }

    @Nullable Future<?> next() {
      if (task != null) {
        return next++ == 0 ? task.awaited() : null;
      }
      return gather == null ? null : gather.child(next++);
    }

    void note(@Nullable Boolean answerOfOther) {
      answer |= Boolean.TRUE.equals(answerOfOther);
    }

    boolean end(Cancellation cancellation) {
      ended = true;
      if (task != null) {
        if (!answer) {
          task.cancelItself(cancellation);
          answer = true;
        }
        task.note(cancellation);
      } else if (gather != null && answer) {
        gather.noteCancelled(cancellation);
      }
      return answer;
    }
  }
}
