package jasyncio.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A part of the time of a recorded task, and what it went by with. A list of them has no gaps.
///
/// @param start when it began, in nanoseconds of the recording's clock
/// @param end when it ended
/// @param who the task or the callback that ran, was ready or waited
/// @param task its number, or 0
/// @param function the coroutine's, or that of the callback
/// @param what for what it waited, or behind whom it was ready for longest; if that is known
/// @param count how many parts are together in this one
record PathPart(
    long start,
    long end,
    PathKind kind,
    String who,
    int task,
    String function,
    @Nullable String what,
    int count) {

  /// Its length, in nanoseconds.
  long nanos() {
    return end - start;
  }

  /// Whether the two are of the same, so that they can be one.
  boolean isLike(PathPart other) {
    return kind == other.kind
        && task == other.task
        && who.equals(other.who)
        && cause().equals(other.cause());
  }

  /// This one and the one that begins at its end.
  PathPart and(PathPart next) {
    return new PathPart(start, next.end, kind, who, task, function, what, count + next.count);
  }

  /// The same, which was ready behind this one.
  PathPart behind(@Nullable String other) {
    return new PathPart(start, end, kind, who, task, function, other, count);
  }

  /// What it was, without who it was.
  String cause() {
    return kind == PathKind.STEP
        ? "steps of " + function
        : kind.isWait() && what != null ? what : kind.title;
  }

  /// What `who` did, for people.
  String doing() {
    return switch (kind) {
      case STEP -> "runs " + function;
      case READY -> what == null ? "is ready" : "is ready, others run: " + what;
      case UNKNOWN, SHORTER -> cause();
      default -> "waits for " + cause();
    };
  }

  /// The longest ones, with what lies between two of them in one.
  ///
  /// @param max so many at most, without those that stand for several
  static List<PathPart> longest(List<PathPart> parts, int max) {
    if (parts.size() <= max) {
      return parts;
    }
    var isLong = new boolean[parts.size()];
    IntStream.range(0, parts.size())
        .boxed()
        .sorted(Comparator.comparingLong(i -> -parts.get(i).nanos()))
        .limit(max)
        .forEach(i -> isLong[i] = true);
    var folded = new ArrayList<PathPart>();
    for (int i = 0, next; i < isLong.length; i = next) {
      next = i + 1;
      while (!isLong[i] && next < isLong.length && !isLong[next]) {
        next++;
      }
      folded.add(next == i + 1 ? parts.get(i) : one(parts.subList(i, next)));
    }
    return folded;
  }

  private static PathPart one(List<PathPart> parts) {
    return new PathPart(
        parts.getFirst().start,
        parts.getLast().end,
        PathKind.SHORTER,
        "",
        0,
        "",
        null,
        parts.size());
  }
}
