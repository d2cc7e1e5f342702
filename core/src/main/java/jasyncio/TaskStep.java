package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The entry that starts a task, and goes on with it whenever what it awaits is done.
final class TaskStep extends Entry {
  private @Nullable Task<?> owner; // null once retired

  TaskStep(Task<?> task) {
    this.owner = task;
  }

  Task<?> task() {
    return Objects.requireNonNull(owner);
  }

  /// Makes the step void, wherever it may be queued.
  void retire() {
    owner = null;
  }

  @Override
  protected @Nullable Fiber turn() {
    var task = owner;
    if (task == null) {
      return null;
    }
    if (task.begins()) {
      var hub = task.getLoop().hub;
      return hub.reusesFibers() ? IN_PLACE : hub.newFiber(this::run);
    }
    return task.resume();
  }

  @Override
  protected void run() {
    task().start();
  }

  /// Starts the task at once, on another fiber; returns when it suspends or is done.
  void startNested() {
    var task = task();
    var hub = task.getLoop().hub;
    if (hub.reusesFibers()) {
      task.getLoop().core.runNested(this);
    } else {
      hub.call(hub.newFiber(this::run));
    }
  }

  @Override
  public String toString() {
    return "Task.task_wakeup()";
  }
}
