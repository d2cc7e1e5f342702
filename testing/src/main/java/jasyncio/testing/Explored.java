package jasyncio.testing;

import jasyncio.testing.Choices.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One run in which the order of events is chosen: makes the choices, and notes what happens.
///
/// It has one loop, or in a simulation several, of which one runs at a time. Belongs to whoever
/// runs.
final class Explored {
  /// How long a step takes, or how late the loop wakes: from nothing to a pause of the collector.
  private static final long[] DELAYS = {0, 1_000, 1_000_000, 100_000_000, 1_000_000_000};

  static final int MAX_TURNS = 100_000; // of a run with one loop
  private static final int MAX_TURNS_OF_SEVERAL = 2_000_000;
  static final int IN_SILENCE = -1;
  private static final int MOST_PLACES = 1000; // in the beginning, and in the end, that are told of

  private final String testName;
  private final Choices choices;
  private final boolean chaos;
  private final boolean coarse;
  private final int toTell; // how many turns there will be, or IN_SILENCE
  private final Map<String, Integer> numbers = new HashMap<>(); // of labels
  private final List<String> labels = new ArrayList<>();
  private final List<String> deviations = new ArrayList<>(); // unless in silence
  private final List<TraceEvent> trace = new ArrayList<>(); // unless in silence
  private final ExploredLoop loop;
  private int[] turns = new int[64]; // who had them: labels
  private int turnCount;
  private boolean over;
  private boolean several; // loops
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
    this.loop = new ExploredLoop(this, "", new Jobs());
  }

  /// The loop of the test.
  ExploredLoop loop() {
    return loop;
  }

  /// Another loop of this run.
  ///
  /// @param name for its labels
  /// @param jobs its executor
  ExploredLoop loop(String name, Jobs jobs) {
    return new ExploredLoop(this, name + ": ", jobs);
  }

  /// Others are in the same time: a step of one of them does not stop it for all.
  void hasSeveralLoops() {
    several = true;
  }

  boolean isOfSeveralLoops() {
    return several;
  }

  /// How many turns a run may have before it seems to have no end.
  int mostTurns() {
    return several ? MAX_TURNS_OF_SEVERAL : MAX_TURNS;
  }

  /// Whose time it is.
  void isIn(VirtualTime time) {
    this.time = time;
  }

  private VirtualTime time() {
    return Objects.requireNonNull(time);
  }

  Choices choices() {
    return choices;
  }

  /// Whether what is ready may run in any order.
  boolean isChaos() {
    return chaos;
  }

  /// How many turns there were.
  int turns() {
    return turnCount;
  }

  /// What was not plain, in words.
  List<String> deviations() {
    return Collections.unmodifiableList(deviations);
  }

  /// What happened, in words; without the messages between hosts.
  List<String> events() {
    return trace.stream().filter(e -> !e.isMessage()).map(TraceEvent::toString).toList();
  }

  /// All that happened.
  List<TraceEvent> trace() {
    return Collections.unmodifiableList(trace);
  }

  /// The test is over: the loop is looked at and closed, in the plain order.
  void end() {
    over = true;
  }

  int draw(Kind kind, int bound, int[] who) {
    return draw(kind, bound, who, "");
  }

  /// @param where on which host, or for what
  int draw(Kind kind, int bound, int[] who, String where) {
    return over ? 0 : choices.draw(kind, bound, who, where);
  }

  /// An entry has its turn.
  ///
  /// @param host whose loop it is
  /// @param in text for it, with the line where it is
  void turn(String host, int label, Supplier<String> in) {
    if (over) {
      return;
    }
    if (!coarse && !several) {
      int choice = draw(Kind.STEP, DELAYS.length, Choices.NOBODY);
      if (choice > 0) {
        time().pass(DELAYS[choice]);
        deviation(
            () -> VirtualTime.text(DELAYS[choice]) + " passes before the turn of " + in.get());
      }
    }
    if (turnCount == turns.length) {
      turns = Arrays.copyOf(turns, turnCount * 2);
    }
    turns[turnCount++] = label;
    if (turnCount == mostTurns()) {
      loop.tooMany();
    }
    if (toTell != IN_SILENCE) {
      boolean briefly = turnCount > MOST_PLACES && turnCount < toTell - MOST_PLACES;
      event(TraceEvent.Kind.TURN, host, briefly ? labels.get(label) : in.get());
    }
  }

  /// How long a host does nothing, though it could: another program runs there, or its collector.
  ///
  /// @param host its name
  long standstill(String host) {
    int choice = coarse ? 0 : draw(Kind.STEP, DELAYS.length, Choices.NOBODY, host);
    return DELAYS[choice];
  }

  /// How much later than it wanted to a loop wakes.
  ///
  /// @param host whose; empty for the test
  long overshoot(String host) {
    int choice = draw(Kind.LATE, coarse ? 2 : DELAYS.length, Choices.NOBODY, host);
    if (choice == 0) {
      return 0;
    }
    long late = coarse ? DELAYS[DELAYS.length - 1] : DELAYS[choice];
    var whose = host.isEmpty() ? "the loop" : host;
    deviation(() -> whose + " wakes " + VirtualTime.text(late) + " late");
    return late;
  }

  /// Lets so much time pass.
  void pass(long nanos) {
    time().pass(nanos);
  }

  // ---- notes ------------------------------------------------------------------------------------

  /// A number for a label: the same in each run in which the same happens.
  int number(String label) {
    return numbers.computeIfAbsent(
        label,
        _ -> {
          labels.add(label);
          return labels.size() - 1;
        });
  }

  String label(int number) {
    return labels.get(number);
  }

  String testName() {
    return testName;
  }

  /// Something that is not plain.
  void deviation(Supplier<String> text) {
    if (toTell != IN_SILENCE && !over) {
      var words = text.get();
      deviations.add(words);
      event(TraceEvent.Kind.DEVIATION, "", words);
    }
  }

  /// Something that has happened.
  void note(Supplier<String> text) {
    if (toTell != IN_SILENCE && !over) {
      event(TraceEvent.Kind.NOTE, "", text.get());
    }
  }

  /// Something that one host has sent to another.
  ///
  /// @param sent when
  /// @param arrives whether it does, now; else it has been lost
  void message(String from, String to, long sent, boolean arrives, Supplier<String> text) {
    if (toTell != IN_SILENCE && !over) {
      var kind = arrives ? TraceEvent.Kind.MESSAGE : TraceEvent.Kind.LOST;
      trace.add(new TraceEvent(kind, time().nanos(), from, text.get(), to, sent));
    }
  }

  private void event(TraceEvent.Kind kind, String host, String text) {
    trace.add(new TraceEvent(kind, time().nanos(), host, text));
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
