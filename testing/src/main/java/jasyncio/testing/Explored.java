package jasyncio.testing;

import jasyncio.Task;
import jasyncio.internal.base.Functions;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.LoopParts;
import jasyncio.internal.loop.ReadyQueue;
import jasyncio.internal.loop.Waiting;
import jasyncio.testing.Choices.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One run of a loop whose order of events is chosen: makes the choices, and notes what happens.
///
/// Belongs to the loop's thread.
final class Explored implements VirtualTime.Lateness {
  /// How long a step takes, or how late the loop wakes: from nothing to a pause of the collector.
  private static final long[] DELAYS = {0, 1_000, 1_000_000, 100_000_000, 1_000_000_000};

  static final int MAX_TURNS = 100_000;
  static final int IN_SILENCE = -1;
  private static final int MOST_PLACES = 1000; // in the beginning, and in the end, that are told of

  /// Has a turn that is not needed.
  private static final Entry NOBODY = new Entry() {};

  private final String testName;
  private final Choices choices;
  private final boolean chaos;
  private final boolean coarse;
  private final int toTell; // how many turns there will be, or IN_SILENCE
  private final Order order = new Order();
  private final Jobs jobs = new Jobs();
  private final IdentityHashMap<Entry, Integer> tasks =
      new IdentityHashMap<>(); // in the order of their first turns
  private final Map<String, Integer> numbers = new HashMap<>(); // of labels
  private final List<String> labels = new ArrayList<>();
  private final List<String> deviations = new ArrayList<>(); // unless in silence
  private final List<String> events = new ArrayList<>(); // unless in silence
  private int[] turns = new int[64]; // who had them: labels
  private @Nullable Entry tooMany; // who has a turn when there have been too many
  private int turnCount;
  private final List<Task<?>> victims = new ArrayList<>(); // that may be cancelled
  private boolean over;
  private @Nullable VirtualTime time;

  /// A run that has not begun.
  ///
  /// @param testName the name of the main task
  /// @param toTell how many turns there will be, to note what happens in words, too, which takes
  ///   longer; or [#IN_SILENCE]
  Explored(
      String testName,
      Choices choices,
      Explore.Level level,
      Explore.Strategy strategy,
      int toTell) {
    this.testName = testName;
    this.choices = choices;
    this.chaos = level == Explore.Level.CHAOS;
    this.coarse = strategy == Explore.Strategy.EXHAUSTIVE;
    this.toTell = toTell;
  }

  /// The parts of the loop of this run.
  LoopParts parts(Consumer<VirtualTime> made) {
    return new LoopParts(
        (inbox, channels, outside) -> {
          var virtual = new VirtualTime(inbox, channels, outside, this);
          time = virtual;
          made.accept(virtual);
          return virtual;
        },
        order);
  }

  /// Who has a turn if there have been so many that the run seems to have no end.
  void whenTooMany(Entry entry) {
    tooMany = entry;
  }

  Jobs jobs() {
    return jobs;
  }

  Choices choices() {
    return choices;
  }

  /// How many turns there were.
  int turns() {
    return turnCount;
  }

  /// What was not plain, in words.
  List<String> deviations() {
    return Collections.unmodifiableList(deviations);
  }

  /// What happened, in words.
  List<String> events() {
    return Collections.unmodifiableList(events);
  }

  /// The test is over: the loop is looked at and closed, in the plain order.
  void end() {
    over = true;
  }

  private int draw(Kind kind, int bound, int[] who) {
    return over ? 0 : choices.draw(kind, bound, who);
  }

  // ---- cancellation -----------------------------------------------------------------------------

  /// Before one turn or another `task` is cancelled, or not at all.
  void mayBeCancelled(Task<?> task) {
    victims.add(task);
  }

  /// What cancels a task, if one is to be cancelled now.
  private @Nullable Entry canceller() {
    victims.removeIf(Task::done);
    int choice = draw(Kind.CANCEL, 1 + victims.size(), Choices.NOBODY);
    if (choice == 0) {
      return null;
    }
    var task = victims.remove(choice - 1);
    deviation(() -> text(task) + " is cancelled");
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

  /// Gives turns in the order that is chosen.
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
        int choice = draw(Kind.JOB, 1 + jobs.pending(), Choices.NOBODY);
        if (choice > 0) {
          deviation(() -> "a job of the executor ends while others can run: the " + nth(choice));
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
        int ahead = draw(Kind.CHANNEL, found.size() - i, Choices.NOBODY);
        if (ahead > 0) {
          int from = i;
          deviation(() ->
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
      if (chaos && left > 1) {
        int chosen = draw(Kind.NEXT, left, ready());
        if (chosen > 0) {
          deviation(() ->
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
      turn(entry);
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

  private void turn(Entry entry) {
    if (over) {
      return;
    }
    if (!coarse) {
      int choice = draw(Kind.STEP, DELAYS.length, Choices.NOBODY);
      if (choice > 0) {
        Objects.requireNonNull(time).pass(DELAYS[choice]);
        deviation(
            () -> VirtualTime.text(DELAYS[choice]) + " passes before the turn of " + text(entry));
      }
    }
    if (turnCount == turns.length) {
      turns = Arrays.copyOf(turns, turnCount * 2);
    }
    turns[turnCount++] = label(entry);
    if (turnCount == MAX_TURNS && tooMany != null) {
      order.add(tooMany);
    }
    if (toTell != IN_SILENCE) {
      boolean briefly = turnCount > MOST_PLACES && turnCount < toTell - MOST_PLACES;
      event(briefly ? labels.get(label(entry)) : text(entry));
    }
  }

  // ---- waits ------------------------------------------------------------------------------------

  @Override
  public long overshoot(long nanos) {
    int choice = draw(Kind.LATE, coarse ? 2 : DELAYS.length, Choices.NOBODY);
    if (choice == 0) {
      return 0;
    }
    long late = coarse ? DELAYS[DELAYS.length - 1] : DELAYS[choice];
    deviation(() -> "the loop wakes " + VirtualTime.text(late) + " late");
    return late;
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
    int choice = draw(Kind.JOB, timed ? waiting + 1 : waiting, Choices.NOBODY);
    if (choice == waiting) {
      deviation(() -> "the jobs of the executor take longer than " + VirtualTime.text(nanos));
      Objects.requireNonNull(time).pass(nanos);
    } else {
      if (choice > 0) {
        deviation(() -> "of the jobs of the executor the " + nth(choice + 1) + " ends first");
      }
      jobs.run(choice);
    }
    return true;
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

  /// A number for the label of an entry: the same in each run in which the same happens.
  private int label(Entry entry) {
    if (entry instanceof Task<?> task && !isNamed(task)) {
      int number = tasks.computeIfAbsent(entry, _ -> tasks.size());
      return numbered(number == 0 ? testName : "task #" + number); // which gets its name later
    }
    return numbered(entry instanceof Task<?> task ? task.getName() : entry.toString());
  }

  private int numbered(String label) {
    return numbers.computeIfAbsent(
        label,
        _ -> {
          labels.add(label);
          return labels.size() - 1;
        });
  }

  private static boolean isNamed(Task<?> task) {
    return !task.getName().startsWith("Task-");
  }

  /// In words, with the line where a task is.
  private String text(Entry entry) {
    var label = labels.get(label(entry));
    if (!(entry instanceof Task<?> task)) {
      return label;
    }
    var name =
        label.equals(testName)
            ? "the test"
            : isNamed(task) && !label.contains(" ") ? "task '" + label + "'" : label;
    return WaitGraph.stack(task).stream()
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

  private void deviation(Supplier<String> text) {
    if (toTell != IN_SILENCE) {
      var words = text.get();
      deviations.add(words);
      event("! " + words);
    }
  }

  private void event(String text) {
    events.add(VirtualTime.text(Objects.requireNonNull(time).nanos()) + "  " + text);
  }

  // ---- comparing --------------------------------------------------------------------------------

  /// Adds who has run after whom; whether there is anything new.
  boolean addEdgesTo(Set<Long> edges) {
    boolean any = false;
    for (int i = 1; i < turnCount; i++) {
      long edge =
          ((long) labels.get(turns[i - 1]).hashCode() << 32) ^ labels.get(turns[i]).hashCode();
      any |= edges.add(edge);
    }
    return any;
  }

  /// What is first different in another run that was to be the same, or `null`.
  @Nullable String difference(Explored other) {
    int common = Math.min(turnCount, other.turnCount);
    for (int i = 0; i < common; i++) {
      var here = labels.get(turns[i]);
      var there = other.labels.get(other.turns[i]);
      if (!here.equals(there)) {
        return "turn " + (i + 1) + " was that of " + here + ", and then that of " + there;
      }
    }
    if (turnCount != other.turnCount) {
      return "it had " + turnCount + " turns, and then " + other.turnCount;
    }
    return Arrays.equals(choices.bounds(), other.choices.bounds())
        ? null
        : "there was not the same to choose from";
  }
}
