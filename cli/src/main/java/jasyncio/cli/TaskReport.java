package jasyncio.cli;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What became of the time of a task: from when it was first ready to its end, or as much of that
/// as was recorded.
///
/// @param at when it was first ready, in nanoseconds from the start of what was recorded
/// @param hasFirst whether its first step was recorded
/// @param hasLast whether its last step was
/// @param turns how many of its steps were recorded
/// @param behind whom it was ready behind for the longest time, if it ever was
/// @param alone what it did itself; the parts fill all of its time
/// @param path its critical path; the parts fill all of its time, too
record TaskReport(
    String loop,
    String name,
    int number,
    String function,
    long at,
    boolean hasFirst,
    boolean hasLast,
    int turns,
    @Nullable Share behind,
    List<PathPart> alone,
    List<PathPart> path) {

  /// A part of a time, all together.
  record Share(String what, long nanos) {}

  static TaskReport of(Recording recording, RecordedLoop loop, int last) {
    int first = loop.first(last);
    int turns = 0;
    var others = new HashMap<String, Long>();
    for (int turn = last; turn != RecordedLoop.NONE; turn = loop.previous(turn)) {
      turns++;
      int task = loop.task(turn);
      loop.forEachBetween(
          loop.ready(turn),
          loop.start(turn),
          (other, nanos) -> {
            if (loop.task(other) != task) {
              others.merge(loop.who(other), nanos, Long::sum);
            }
          });
    }
    return new TaskReport(
        loop.name,
        loop.who(last),
        loop.task(last),
        loop.function(last),
        loop.ready(first) - recording.start(),
        loop.isFirst(first),
        loop.isLast(last),
        turns,
        shares(others).stream().findFirst().orElse(null),
        behind(loop, CriticalPath.ofTaskAlone(loop, last)),
        behind(loop, CriticalPath.of(loop, last, loop.ready(first))));
  }

  /// Has those who were ready say behind whom.
  private static List<PathPart> behind(RecordedLoop loop, List<PathPart> parts) {
    return parts.stream()
        .map(part ->
            part.kind() == PathKind.READY
                ? part.behind(loop.longestBetween(part.start(), part.end()))
                : part)
        .toList();
  }

  /// How long a task took: as the report has it, but without making one.
  static long nanos(RecordedLoop loop, int last) {
    return loop.end(last) - loop.ready(loop.first(last));
  }

  static boolean isWhole(RecordedLoop loop, int last) {
    return loop.isLast(last) && loop.isFirst(loop.first(last));
  }

  boolean isWhole() {
    return hasFirst && hasLast;
  }

  long nanos() {
    return path.isEmpty() ? 0 : path.getLast().end() - path.getFirst().start();
  }

  /// For how long it did this itself.
  long nanos(PathKind kind) {
    return alone.stream().filter(part -> part.kind() == kind).mapToLong(PathPart::nanos).sum();
  }

  long waitedNanos() {
    return alone.stream().filter(part -> part.kind().isWait()).mapToLong(PathPart::nanos).sum();
  }

  /// For what it waited, longest first.
  List<Share> waits() {
    return causes(alone.stream().filter(part -> part.kind().isWait()).toList());
  }

  /// What its critical path consists of, longest first.
  List<Share> causes() {
    return causes(path);
  }

  private static List<Share> causes(List<PathPart> parts) {
    var sums = new LinkedHashMap<String, Long>();
    parts.forEach(part -> sums.merge(part.cause(), part.nanos(), Long::sum));
    return shares(sums);
  }

  private static List<Share> shares(Map<String, Long> sums) {
    return sums.entrySet().stream()
        .map(entry -> new Share(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Share::nanos).reversed().thenComparing(Share::what))
        .toList();
  }

  /// What it waited for itself at the end of a part of its path, if that part is another's.
  @Nullable PathPart meanwhile(PathPart part) {
    if (part.task() == number || part.kind() == PathKind.SHORTER) {
      return null;
    }
    int low = 0;
    int high = alone.size() - 1;
    while (low < high) { // to the one in which it ends
      int middle = (low + high) >>> 1;
      if (alone.get(middle).end() < part.end()) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    PathPart own = alone.get(low);
    return own.kind().isWait() ? own : null;
  }
}
