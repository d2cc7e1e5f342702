package jasyncio.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What there is to say of a recording.
///
/// @param file its name
/// @param start when it began: that of the recording, or if that is not known, of the first turn
/// @param nanos from there to its end, or that of the last turn
/// @param kept how much there is of what was to be recorded, if that is known
/// @param problem why the file could not be read to its end; empty if it could
/// @param loops each of which turns were recorded
/// @param cut those that held a loop up when the recording began, or ended
/// @param steps the slowest steps, slowest first
/// @param tasks the slowest tasks, slowest first; those that were recorded from the first step to
///   the last one before all others
/// @param partly how many more tasks there are that were only partly recorded
/// @param matching how many tasks there are of those that were asked for
record Report(
    String file,
    Instant start,
    long nanos,
    int turns,
    int pauses,
    long pauseNanos,
    @Nullable KeptTime kept,
    String problem,
    List<Loop> loops,
    List<SlowStep> cut,
    List<SlowStep> steps,
    List<TaskReport> tasks,
    int partly,
    int matching) {

  /// A loop as a whole.
  record Loop(
      String name,
      int turns,
      long missing,
      boolean isShared,
      long busyNanos,
      long longestNanos,
      long longestReadyNanos) {}

  private static final long LONG_NANOS = 50_000_000; // of a turn that holds a loop up

  /// Some turns of some loop.
  private record Place(RecordedLoop loop, int turn) {
    long nanos() {
      return loop.nanos(turn);
    }

    long taskNanos() {
      return TaskReport.nanos(loop, turn);
    }

    boolean isWhole() {
      return TaskReport.isWhole(loop, turn);
    }
  }

  /// The largest of what it is given.
  private static final class Largest {
    private final int max;
    private final Comparator<Place> order;
    private final PriorityQueue<Place> found;

    Largest(int max, Comparator<Place> order) {
      this.max = max;
      this.order = order;
      found = new PriorityQueue<>(order);
    }

    /// Whether it is one of the largest so far.
    boolean takes(Place place) {
      return found.size() < max || order.compare(place, found.element()) > 0;
    }

    void add(Place place) {
      if (takes(place)) {
        if (found.size() == max) {
          found.remove();
        }
        found.add(place);
      }
    }

    List<Place> sorted() {
      return found.stream().sorted(order.reversed()).toList();
    }
  }

  /// Says it.
  ///
  /// @param top so many steps and tasks
  /// @param glob the name of a task, with `*` and `?`, or `#` and its number; `null` for all, and
  ///   for callbacks
  static Report of(String file, Recording recording, int top, @Nullable String glob) {
    var steps = new Largest(top, Comparator.comparingLong(Place::nanos));
    var tasks =
        new Largest(top, Comparator.comparing(Place::isWhole).thenComparingLong(Place::taskNanos));
    int[] counts = new int[2]; // of tasks, and of those that are not whole
    var loops = new ArrayList<Loop>();
    var cut = new ArrayList<SlowStep>();
    for (RecordedLoop loop : recording.loops()) {
      Predicate<Place> isWanted = glob == null ? _ -> true : matching(glob);
      for (int turn = 0; turn < loop.size(); turn++) {
        var place = new Place(loop, turn);
        if (steps.takes(place) && isWanted.test(place)) {
          steps.add(place);
        }
        RecordedLoop.Cut known = loop.cut(turn);
        if (known != null && (loop.nanos(turn) >= LONG_NANOS || known.before() >= LONG_NANOS)) {
          cut.add(SlowStep.of(recording, loop, turn));
        }
      }
      loop.forEachTask(last -> {
        var place = new Place(loop, last);
        if (isWanted.test(place)) {
          tasks.add(place);
          counts[0]++;
          counts[1] += place.isWhole() ? 0 : 1;
        }
      });
      loops.add(
          new Loop(
              loop.name,
              loop.size(),
              loop.missing(),
              loop.isShared(),
              loop.busyNanos(),
              loop.longestNanos(),
              loop.longestReadyNanos()));
    }
    List<TaskReport> reports =
        tasks.sorted().stream()
            .map(place -> TaskReport.of(recording, place.loop, place.turn))
            .toList();
    int partlyShown = (int) reports.stream().filter(report -> !report.isWhole()).count();
    return new Report(
        file,
        Instant.ofEpochSecond(0, recording.start()),
        recording.end() - recording.start(),
        recording.turns(),
        recording.pauses().size(),
        recording.pauses().stream().mapToLong(pause -> pause.end() - pause.start()).sum(),
        recording.kept(),
        recording.problem(),
        loops,
        cut,
        steps.sorted().stream()
            .map(place -> SlowStep.of(recording, place.loop, place.turn))
            .toList(),
        reports,
        counts[1] - partlyShown,
        counts[0]);
  }

  private static Predicate<Place> matching(String glob) {
    if (glob.matches("#\\d{1,9}")) {
      int number = Integer.parseInt(glob.substring(1));
      return place -> place.loop.task(place.turn) == number;
    }
    Pattern pattern = glob(glob, 0);
    return place ->
        place.loop.task(place.turn) != 0 && pattern.matcher(place.loop.who(place.turn)).matches();
  }

  /// `*` stands for anything, and `?` for one character.
  static Pattern glob(String glob, int flags) {
    String regex =
        glob.codePoints()
            .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining());
    return Pattern.compile(regex, Pattern.DOTALL | flags);
  }
}
