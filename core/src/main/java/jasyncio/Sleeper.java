package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Timer;
import org.jspecify.annotations.Nullable;

/// A task asleep: timer and future in one object, because there may be a million of them.
///
/// It costs the same loop iterations as a future that a timer resolves: one to fire, one to wake
/// the task.
final class Sleeper extends Timer implements Waitable {
  private final Task<?> task;
  private boolean fired;
  private @Nullable String message;

  Sleeper(Task<?> task) {
    this.task = task;
  }

  @Override
  protected @Nullable Fiber turn() {
    if (!isCancelled()) {
      fired = true;
      task.getLoop().core.scheduleHere(task);
    }
    return null;
  }

  @Override
  public boolean cancel(@Nullable String message) {
    if (fired || isCancelled()) {
      return false;
    }
    this.message = message;
    task.getLoop().core.cancel(this);
    task.getLoop().core.schedule(task);
    return true;
  }

  boolean isCancelledByTask() {
    return !fired && isCancelled();
  }

  /// The task runs again: throws if it was woken by a cancellation.
  void check() {
    if (!fired) {
      if (isCancelled()) {
        throw new CancelledError(message);
      }
      task.getLoop().core.cancel(this);
    }
  }

  @Override
  public String toString() {
    return "<Future pending cb=[Task.task_wakeup()]>";
  }
}
