package jasyncio;

import jasyncio.internal.base.Steps;
import jasyncio.internal.jfr.FlightRecording;
import jasyncio.internal.jfr.LeakedTaskEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The tasks of a loop that are not done, linked by themselves. Belongs to the loop's thread.
final class TaskList {
  private static final int MAX_RECORDED = 1000;

  private final EventLoop loop;
  private @Nullable Task<?> youngest;
  private int size;

  TaskList(EventLoop loop) {
    this.loop = loop;
  }

  /// @throws IllegalStateException if the loop is closed, or on another thread than the loop's: the
  ///   list is not made for that
  void add(Task<?> task) {
    loop.life.checkNotClosed();
    loop.thread.checkForTask();
    task.next = youngest;
    if (youngest != null) {
      youngest.previous = task;
    }
    youngest = task;
    size++;
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
    size--;
  }

  /// How many there are. Any thread, for others than the loop's a guess.
  int size() {
    return size;
  }

  /// Those that are not done, oldest first.
  List<Task<?>> toList() {
    return toList(Integer.MAX_VALUE, _ -> true);
  }

  /// The youngest of them that are meant, so many at most, oldest first.
  List<Task<?>> toList(int limit, Predicate<? super Task<?>> isMeant) {
    var list = new ArrayList<Task<?>>();
    for (var task = youngest; task != null && list.size() < limit; task = task.next) {
      if (!task.done() && isMeant.test(task)) {
        list.add(task);
      }
    }
    return list.reversed();
  }

  private static void record(List<Task<?>> tasks) {
    var events = tasks.stream().limit(MAX_RECORDED).map(TaskList::event).toList();
    FlightRecording.tell(() -> events.forEach(LeakedTaskEvent::tell));
  }

  private static LeakedTaskEvent event(Task<?> task) {
    var waitsFor = task.waitsFor(_ -> Task.UNKNOWN); // not for how long: see there
    return new LeakedTaskEvent(
        task.getName(),
        waitsFor == null ? null : waitsFor.toString(),
        Describe.stack(task.getStack()).strip());
  }

  /// The loop is being closed: reports those whose loss nobody else tells of, and lets the
  /// `finally` blocks of all run.
  void abandon(Steps closing) {
    if (FlightRecording.isOn() && LeakedTaskEvent.isWanted()) {
      closing.take(() -> record(toList()));
    }
    for (var task : toList()) {
      if (task.reportIfDestroyed) {
        closing.take(() ->
            loop.reports.tell(ErrorContext.of("Task was destroyed but it is pending!").task(task)));
      }
    }
    for (var task : toList()) {
      closing.take(task::unwind);
      remove(task);
    }
  }
}
