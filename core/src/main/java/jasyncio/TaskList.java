package jasyncio;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tasks of a loop that are not done, linked by themselves. Belongs to the loop's thread.
final class TaskList {
  private @Nullable Task<?> youngest;

  void add(Task<?> task) {
    task.next = youngest;
    if (youngest != null) {
      youngest.previous = task;
    }
    youngest = task;
  }

  void remove(Task<?> task) {
    if (task.previous != null) {
      task.previous.next = task.next;
    } else if (youngest == task) {
      youngest = task.next;
    }
    if (task.next != null) {
      task.next.previous = task.previous;
    }
    task.next = null;
    task.previous = null;
  }

  /// Those that are not done, oldest first.
  List<Task<?>> toList() {
    var list = new ArrayList<Task<?>>();
    for (var task = youngest; task != null; task = task.next) {
      if (!task.done()) {
        list.add(task);
      }
    }
    return list.reversed();
  }
}
