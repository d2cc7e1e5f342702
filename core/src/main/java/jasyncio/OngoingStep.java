package jasyncio;

import jasyncio.internal.base.LambdaNames;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A step that a loop was in when another thread looked.
///
/// Who begins to take the time of steps, or ceases to, does so in the middle of one; and that may
/// be the very one that is of interest, as it holds the loop up. The other thread makes this, and
/// the loop's says when the step has ended.
final class OngoingStep {
  private static final int TRIES = 3;

  final @Nullable Task<?> task; // null for a callback
  final long seenAt; // when it was looked at, as all times by System.nanoTime()
  final long before; // nanoseconds that it had lasted then, as far as that is known
  final boolean timed; // whether the loop takes its time anyway
  final String doing; // what it did
  final List<StackTraceElement> stack; // where
  private volatile long ended; // 0 while it goes on
  private volatile boolean wasLast; // of its task; written before `ended`

  private OngoingStep(
      @Nullable Task<?> task, long seenAt, long before, boolean timed, StallReport report) {
    this.task = task;
    this.seenAt = seenAt;
    this.before = before;
    this.timed = timed;
    this.doing = report.what();
    this.stack = report.stack();
  }

  /// Looks which step a loop is in. Another thread than the loop's.
  ///
  /// @param timed whether the loop takes the time of its steps
  /// @return the step; `null` if the loop waits, or goes from one to the next so fast that none is
  ///   worth to be told of
  static @Nullable OngoingStep of(EventLoop loop, boolean timed) {
    for (int i = 0; i < TRIES && loop.isRunning(); i++) {
      var fiber = loop.hub.current();
      int left = loop.core.turnsLeft();
      long began = loop.steps.clockedSince();
      if (fiber == null || fiber.thread() == null || loop.core.waiting().isWaiting()) {
        return null;
      }
      var thread = Objects.requireNonNull(fiber.thread()); // it has run
      long now = System.nanoTime();
      long before = began != 0 ? now - began : (long) (loop.stalls.heldUpFor() * 1e9);
      var report = StallReport.of(loop, fiber, thread.getState(), thread.getStackTrace());
      if (loop.hub.current() == fiber
          && loop.core.turnsLeft() == left
          && loop.steps.clockedSince() == began
          && !loop.core.waiting().isWaiting()) {
        return new OngoingStep(Running.taskOf(fiber), now, Math.max(0, before), timed, report);
      }
    }
    return null;
  }

  // ---- the loop's thread ------------------------------------------------------------------------

  /// It is over.
  void end(long now) {
    wasLast = task != null && task.done();
    ended = now == 0 ? 1 : now;
  }

  // ---- any thread -------------------------------------------------------------------------------

  boolean hasEnded() {
    return ended != 0;
  }

  /// When it ended; `now` if it goes on.
  long endOr(long now) {
    long end = ended;
    return end == 0 ? now : end;
  }

  /// Whether it was the last one of its task.
  boolean wasLast() {
    return hasEnded() && wasLast;
  }

  /// Who runs.
  String who() {
    return task == null ? "a callback" : task.getName();
  }

  /// What runs.
  String function() {
    return task == null ? who() : LambdaNames.of(task.coroutineName(), stack);
  }
}
