package jasyncio.cli;

import java.util.Comparator;
import java.util.HashMap;
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
/// @param own what it did itself; the parts fill all of its time
/// @param critical its critical path; the parts fill all of its time, too
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
    CriticalPath.Found own,
    CriticalPath.Found critical) {

  private static final Comparator<Share> LONGEST_FIRST =
      Comparator.comparingLong(Share::nanos).reversed().thenComparing(Share::what);

  /// A part of a time, all together.
  record Share(String what, long nanos) {}

  static TaskReport of(Recording recording, RecordedLoop loop, int last) {
    int first = loop.first(last);
    int turns = 0;
    var others = new HashMap<String, long[]>();
    for (int turn = last; turn != RecordedLoop.NONE; turn = loop.previous(turn)) {
      turns++;
      int task = loop.task(turn);
      loop.forEachBetween(
          loop.ready(turn),
          loop.start(turn),
          (other, nanos) -> {
            if (loop.task(other) != task) {
              others.computeIfAbsent(loop.who(other), _ -> new long[1])[0] += nanos;
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
        longest(others),
        CriticalPath.ofTaskAlone(loop, last),
        CriticalPath.of(loop, last, loop.ready(first)));
  }

  private static @Nullable Share longest(Map<String, long[]> sums) {
    return sums.entrySet().stream()
        .map(entry -> new Share(entry.getKey(), entry.getValue()[0]))
        .min(LONGEST_FIRST)
        .orElse(null);
  }

  /// The longest ones first.
  static List<Share> sorted(List<Share> shares) {
    return shares.stream().sorted(LONGEST_FIRST).toList();
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
    return critical.nanos();
  }

  /// For how long it did this itself.
  long nanos(PathKind kind) {
    return own.nanos(kind);
  }

  long waitedNanos() {
    return own.waits().stream().mapToLong(Share::nanos).sum();
  }

  /// For what it waited, longest first.
  List<Share> waits() {
    return own.waits();
  }

  /// What its critical path consists of, longest first.
  List<Share> causes() {
    return critical.causes();
  }

  List<PathPart> path() {
    return critical.parts();
  }

  List<PathPart> alone() {
    return own.parts();
  }
}
