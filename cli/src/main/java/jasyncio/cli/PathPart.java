package jasyncio.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A part of the time of a recorded task, and what it went by with. A list of them has no gaps.
///
/// @param start when it began, in nanoseconds of the recording's clock
/// @param end when it ended
/// @param who the task or the callback that ran, was ready or waited
/// @param task its number, or 0
/// @param function the coroutine's, or that of the callback
/// @param what for what it waited, or behind whom it was ready for longest; of several together
///   what most of their time went by with; if that is known
/// @param count how many parts are together in this one
/// @param meanwhile for what the task waited whose path this is, if the part is another's
record PathPart(
    long start,
    long end,
    PathKind kind,
    String who,
    int task,
    String function,
    @Nullable String what,
    int count,
    @Nullable String meanwhile) {

  /// One of which nobody has said yet for what the task waited meanwhile.
  PathPart(
      long start,
      long end,
      PathKind kind,
      String who,
      int task,
      String function,
      @Nullable String what,
      int count) {
    this(start, end, kind, who, task, function, what, count, null);
  }

  /// Its length, in nanoseconds.
  long nanos() {
    return end - start;
  }

  /// Whether the two are of the same, so that they can be one.
  boolean isLike(PathPart other) {
    return kind == other.kind
        && kind != PathKind.SHORTER
        && task == other.task
        && who.equals(other.who)
        && (kind != PathKind.STEP || function.equals(other.function))
        && Objects.equals(what, other.what);
  }

  /// This one and the one that begins at its end.
  PathPart and(PathPart next) {
    return new PathPart(
        start, next.end, kind, who, task, function, what, count + next.count, meanwhile);
  }

  /// The same, which was ready behind this one.
  PathPart behind(@Nullable String other) {
    return new PathPart(start, end, kind, who, task, function, other, count, meanwhile);
  }

  /// The same, in which the task whose path it is waited for this.
  PathPart meanwhile(@Nullable String wait) {
    return new PathPart(start, end, kind, who, task, function, what, count, wait);
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
      case HALTED -> "is ready, and nobody runs";
      case UNKNOWN, SHORTER -> cause();
      default -> "waits for " + cause();
    };
  }

  /// How many parts it stands for where only the longest ones are shown.
  int folded() {
    return kind == PathKind.SHORTER ? count : 1;
  }

  /// The longest ones, with what lies between two of them in one.
  ///
  /// @param max so many at most, without those that stand for several
  static List<PathPart> longest(List<PathPart> parts, int max) {
    return parts.size() <= max ? parts : folded(parts, isLong(parts, max, 0));
  }

  /// Which of them are to be shown, each for itself.
  private static boolean[] isLong(List<PathPart> parts, int max, long minNanos) {
    long[] lengths =
        parts.stream()
            .filter(part -> part.kind != PathKind.SHORTER)
            .mapToLong(PathPart::nanos)
            .filter(nanos -> nanos >= minNanos)
            .sorted()
            .toArray();
    long least = lengths.length <= max ? minNanos : lengths[lengths.length - max];
    long equal = max - Arrays.stream(lengths).filter(nanos -> nanos > least).count();
    var isLong = new boolean[parts.size()];
    for (int i = 0; i < isLong.length; i++) {
      PathPart part = parts.get(i);
      isLong[i] =
          part.kind != PathKind.SHORTER
              && (part.nanos() > least || (part.nanos() == least && equal-- > 0));
    }
    return isLong;
  }

  private static List<PathPart> folded(List<PathPart> parts, boolean[] isLong) {
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
        mainCause(parts),
        parts.stream().mapToInt(PathPart::folded).sum());
  }

  /// What more than half of their time went by with; `null` if that was nothing in particular.
  private static @Nullable String mainCause(List<PathPart> parts) {
    var nanos = new HashMap<String, Long>();
    for (PathPart part : parts) {
      String cause = part.kind == PathKind.SHORTER ? part.what : part.cause();
      if (cause != null) {
        nanos.merge(cause, part.nanos(), Long::sum);
      }
    }
    long half = (parts.getLast().end - parts.getFirst().start) / 2;
    return nanos.entrySet().stream()
        .filter(entry -> entry.getValue() > half)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /// What people are shown of a path.
  ///
  /// @param rows the parts that matter, which have gaps
  /// @param left how many there are in the gaps
  /// @param leftNanos how long these are together
  record Summary(List<PathPart> rows, int left, long leftNanos) {}

  /// What matters of a path: its longest parts, and those that are long together. All others are
  /// but counted.
  ///
  /// @param max so many at most, without those that stand for several
  /// @param least what is shorter than such a part of the whole does not matter: the number by
  ///   which the whole is divided
  static Summary summary(List<PathPart> parts, int max, int least) {
    long whole = parts.isEmpty() ? 0 : parts.getLast().end - parts.getFirst().start;
    var rows = new ArrayList<PathPart>();
    int left = 0;
    long leftNanos = 0;
    for (PathPart part : folded(parts, isLong(parts, max, whole / least))) {
      if (part.nanos() >= whole / least) {
        rows.add(part);
      } else {
        left += part.folded();
        leftNanos += part.nanos();
      }
    }
    return new Summary(rows, left, leftNanos);
  }
}
