package jasyncio.testing;

import jasyncio.Task;
import jasyncio.internal.base.Functions;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.internal.loop.Waiting;
import jasyncio.testing.Choices.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A loop of a run in which the order of events is chosen: who has turns, whose jobs end, and who
/// is cancelled. Belongs to the loop's thread.
final class ExploredLoop implements VirtualTime.Lateness {
  /// Has a turn that is not needed.
  private static final Entry NOBODY = new Entry() {};

  private final Explored run;
  private final String prefix; // of labels
  private final Order order = new Order();
  private final Jobs jobs;
  private final IdentityHashMap<Entry, Integer> tasks =
      new IdentityHashMap<>(); // in the order of their first turns
  private final List<Task<?>> victims = new ArrayList<>(); // that may be cancelled
  private @Nullable Entry tooMany; // who has a turn when there have been too many

  ExploredLoop(Explored run, String prefix, Jobs jobs) {
    this.run = run;
    this.prefix = prefix;
    this.jobs = jobs;
  }

  /// Gives turns in the order that is chosen.
  ReadyQueue order() {
    return order;
  }

  /// The loop's executor.
  Jobs jobs() {
    return jobs;
  }

  /// Who has a turn if there have been so many that the run seems to have no end.
  void whenTooMany(Entry entry) {
    tooMany = entry;
  }

  void tooMany() {
    if (tooMany != null) {
      order.add(tooMany);
    }
  }

  // ---- cancellation -----------------------------------------------------------------------------

  /// Before one turn or another `task` is cancelled, or not at all.
  void mayBeCancelled(Task<?> task) {
    victims.add(task);
  }

  /// What cancels a task, if one is to be cancelled now.
  private @Nullable Entry canceller() {
    victims.removeIf(Task::done);
    int choice = run.draw(Kind.CANCEL, 1 + victims.size(), Choices.NOBODY, prefix);
    if (choice == 0) {
      return null;
    }
    var task = victims.remove(choice - 1);
    run.deviation(() -> text(task) + " is cancelled");
    return new Canceller(task);
  }

  /// Somebody who cancels a task.
  private static final class Canceller extends Entry {
    private final Task<?> task;

    Canceller(Task<?> task) {
      this.task = task;
    }

    @Override
    protected void run() {
      task.cancel();
    }

    @Override
    public String toString() {
      return "who cancels a task";
    }
  }

  // ---- turns ------------------------------------------------------------------------------------

  private final class Order extends ReadyQueue {
    private int left; // in this iteration
    private int spare; // turns that are promised, for who cancels somebody

    @Override
    public boolean isWatched() {
      return true;
    }

    @Override
    public int beginBatch() {
      if (jobs.pending() > 0) {
        int choice = run.draw(Kind.JOB, 1 + jobs.pending(), Choices.NOBODY, prefix);
        if (choice > 0) {
          run.deviation(
              () -> prefix + "a job of the executor ends while others can run: the " + nth(choice));
          jobs.run(choice - 1);
        }
      }
      left = super.beginBatch();
      spare = left == 0 ? 0 : victims.size();
      return left + spare;
    }

    @Override
    public void addFound(List<Entry> found) {
      for (int i = 0; i < found.size(); i++) {
        int ahead = run.draw(Kind.CHANNEL, found.size() - i, Choices.NOBODY, prefix);
        if (ahead > 0) {
          int from = i;
          run.deviation(() ->
              "of the channels that are ready the "
                  + nth(from + ahead + 1)
                  + " comes before the "
                  + nth(from + 1)
                  + ": "
                  + text(found.get(from + ahead)));
          Collections.rotate(found.subList(i, i + ahead + 1), 1);
        }
      }
      super.addFound(found);
    }

    @Override
    public Entry remove() {
      if (left == 0) {
        return spare-- > 0 ? NOBODY : super.remove(); // not for a turn
      }
      if (spare > 0) {
        var canceller = canceller();
        if (canceller != null) {
          spare--;
          return canceller;
        }
      }
      if (run.isChaos() && left > 1) {
        int chosen = run.draw(Kind.NEXT, left, ready(), prefix);
        if (chosen > 0) {
          run.deviation(() ->
              text(get(chosen))
                  + " runs before "
                  + text(get(0))
                  + (chosen > 1 ? " and " + (chosen - 1) + " more" : "")
                  + ", though ready after that");
          moveToFront(chosen);
        }
      }
      left--;
      var entry = super.remove();
      run.turn(host(), label(entry), () -> text(entry));
      return entry;
    }

    private int[] ready() {
      var who = new int[left];
      Arrays.setAll(who, i -> label(get(i)));
      return who;
    }

    @Override
    protected int removeLast(Entry entry) {
      int at = super.removeLast(entry);
      if (at >= 0 && at < left) {
        left--;
      }
      return at;
    }
  }

  // ---- waits ------------------------------------------------------------------------------------

  @Override
  public long overshoot(long nanos) {
    return run.overshoot("");
  }

  @Override
  public boolean instead(long nanos, boolean alone) {
    int waiting = jobs.pending();
    // How often it waits for others who are real is not the same each time.
    var canceller = alone || waiting > 0 ? canceller() : null;
    if (canceller != null) {
      order.add(canceller);
      return true;
    }
    if (waiting == 0) {
      return false;
    }
    boolean timed = nanos != Waiting.FOREVER;
    int choice = run.draw(Kind.JOB, timed ? waiting + 1 : waiting, Choices.NOBODY, prefix);
    if (choice == waiting) {
      run.deviation(
          () -> prefix + "the jobs of the executor take longer than " + VirtualTime.text(nanos));
      if (run.isOfSeveralLoops()) {
        return false;
      }
      run.pass(nanos);
    } else {
      if (choice > 0) {
        run.deviation(
            () -> prefix + "of the jobs of the executor the " + nth(choice + 1) + " ends first");
      }
      jobs.run(choice);
    }
    return true;
  }

  private String host() {
    return prefix.isEmpty() ? SimulatedWorld.TEST : prefix.substring(0, prefix.length() - 2);
  }

  private static String nth(int n) {
    return switch (n) {
      case 1 -> "1st";
      case 2 -> "2nd";
      case 3 -> "3rd";
      default -> n + "th";
    };
  }

  // ---- notes ------------------------------------------------------------------------------------

  private int label(Entry entry) {
    if (entry instanceof Task<?> task && !isNamed(task)) {
      int number = tasks.computeIfAbsent(entry, _ -> tasks.size());
      // The first is the test, which gets its name later.
      return run.number(
          prefix + (number == 0 && prefix.isEmpty() ? run.testName() : "task #" + number));
    }
    return run.number(prefix + (entry instanceof Task<?> task ? task.getName() : entry.toString()));
  }

  private static boolean isNamed(Task<?> task) {
    return !task.getName().startsWith("Task-");
  }

  /// In words, with the line where a task is.
  private String text(Entry entry) {
    var label = run.label(label(entry)).substring(prefix.length());
    if (!(entry instanceof Task<?> task)) {
      return prefix + label;
    }
    var name =
        label.equals(run.testName())
            ? "the test"
            : isNamed(task) && !label.contains(" ") ? "task '" + label + "'" : label;
    return prefix
        + WaitGraph.stack(task).stream()
            .findFirst()
            .map(frame -> name + " at " + shortened(frame))
            .orElse(name);
  }

  /// `Pool.borrow(Pool.java:12)`
  private static String shortened(StackTraceElement frame) {
    return Functions.simple(frame.getClassName())
        + "."
        + frame.getMethodName()
        + "("
        + frame.getFileName()
        + ":"
        + frame.getLineNumber()
        + ")";
  }
}
