package jasyncio.inspect;

import jasyncio.EventLoop;
import jasyncio.Task;
import jasyncio.internal.face.Tasks;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// Tasks of a loop to be looked at again and again: all, or where they are too many, some.
///
/// Those are spread evenly over all, and stay the same ones as long as they live, so that it can be
/// told for how long they have waited. To choose anew, the whole list is gone through. That takes
/// some hundredths of a second for a million, in one go, and so it is not done each time: the loop
/// is to spend a thousandth of its time on it.
///
/// The loop's thread. Keeps no task alive.
final class TaskSample {
  private static final int GOLDEN = 0x9E3779B9; // such a part of 2^32
  private static final int SPARED = 1000; // times as long as it took is it not done again

  private final EventLoop loop;
  private final int max; // about
  private final LongSupplier clock; // nanoseconds
  private List<WeakReference<Task<?>>> kept = List.of(); // youngest first, if they are some
  private double part = 1; // of all tasks
  private long due; // when they are to be chosen anew

  TaskSample(EventLoop loop, int max, LongSupplier clock) {
    this.loop = loop;
    this.max = max;
    this.clock = clock;
  }

  /// The tasks to look at now, oldest first, in a list from which the first is removed cheaply.
  ///
  /// @param all how many tasks there are
  List<Task<?>> choose(int all) {
    if (all <= max) {
      part = 1;
      kept = List.of();
      return Tasks.all(loop);
    }
    long now = clock.getAsLong();
    if (part < 1 && now - due < 0) {
      return stillThere();
    }
    part = (double) max / all;
    var chosen = Tasks.all(loop, this::hasChosen);
    kept = new ArrayList<>(chosen.size());
    chosen.reversed().forEach(task -> kept.add(new WeakReference<>(task)));
    long end = clock.getAsLong();
    due = end + SPARED * (end - now);
    return chosen;
  }

  private List<Task<?>> stillThere() {
    var tasks = new ArrayList<Task<?>>(kept.size());
    for (var reference : kept) {
      var task = reference.get();
      if (task != null && !task.done()) {
        tasks.add(task);
      }
    }
    return tasks.reversed();
  }

  /// Whether it is one of those: all, or some.
  boolean hasChosen(Task<?> task) {
    return isIn(Tasks.number(task), part);
  }

  /// Whether the task of this number is one of a part of all tasks, which is spread evenly. A
  /// smaller part has no tasks that a larger one has not.
  static boolean isIn(int number, double part) {
    return Integer.toUnsignedLong(number * GOLDEN) < part * 0x1p32;
  }
}
