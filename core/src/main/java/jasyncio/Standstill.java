package jasyncio;

import jasyncio.internal.base.Log;
import jasyncio.internal.loop.Entry;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.stream.Collectors;

/// Warns, once, when nothing is in sight that could ever wake a loop, though the task that it runs
/// for is not done.
///
/// Another thread may have a future in its hands all the same, of which the loop cannot know. So it
/// takes its time; and nobody asks where such a thread has called before.
final class Standstill {
  private static final int LIMITS = 5; // so many times the limit of stalls
  private static final int MAX_TASKS = 20;

  private final EventLoop loop;
  private volatile boolean asked; // and what it says will come
  private long lasted; // watchdog's thread only: nanos

  Standstill(EventLoop loop) {
    this.loop = loop;
  }

  // ---- on the watchdog's thread -----------------------------------------------------------------

  /// The loop does something.
  void moves() {
    lasted = 0;
  }

  /// The loop waits.
  void look(long nanos, double limit) {
    if (asked || !isOne()) {
      lasted = 0;
      return;
    }
    lasted += nanos;
    if (lasted >= LIMITS * limit * 1e9) {
      asked = true;
      lasted = 0; // to ask again wakes the loop: that may take as long
      loop.core.send(new Question());
    }
  }

  /// Whether nothing is in sight. Any thread; for others than the loop's a guess.
  private boolean isOne() {
    return loop.core.hasNothingToDo()
        && !loop.idleHooks.isWanted()
        && !loop.idleHooks.expectsAnswer()
        && loop.signals.names().isEmpty();
  }

  // ---- on the loop's ----------------------------------------------------------------------------

  /// Looks again where nothing changes meanwhile.
  private final class Question extends Entry {
    @Override
    protected void run() {
      var tasks = loop.tasks.toList();
      if (!isOne() || tasks.stream().noneMatch(task -> task.has(Future.MAIN))) {
        asked = false;
        return;
      }
      Log.log(Level.WARNING, () -> text(tasks));
    }
  }

  private static String text(List<Task<?>> tasks) {
    return tasks.stream()
        .limit(MAX_TASKS)
        .map(Standstill::text)
        .collect(
            Collectors.joining(
                "",
                "Nothing is in sight that could wake the event loop: no timer, no connection, no call in"
                    + " another thread. Unless a thread calls callSoonThreadsafe, these wait for ever:",
                tasks.size() > MAX_TASKS ? "\n… " + (tasks.size() - MAX_TASKS) + " more" : ""));
  }

  private static String text(Task<?> task) {
    var what = task.waitsFor();
    return "\nTask '"
        + task.getName()
        + "' waits for "
        + (what == null ? "its turn" : what)
        + Describe.stack(task.getStack());
  }
}
