package jasyncio.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the time of a task really went by with: from its end back, always to whatever it was that
/// had to happen first.
///
/// Before a turn it was ready, and others ran. Before that the turn ran that made it ready, if it
/// was one; and so on with that turn, whoever's it was. What came from outside has nothing before
/// it: then a task of those on the way has waited for it, and the path goes on with what this task
/// did before it waited. So a wait for a lock is never on the path if it is known who released it:
/// what the holder did is.
final class CriticalPath {
  /* Overview
   * There may be millions of parts. All are counted, by cause and by kind, but only the longest ones are kept, and what
   * lies between them in one: `parts` is folded whenever it has become long.
   */
  private static final int MAX_KEPT = 1000; // that are not folded
  private static final int MANY = 20 * MAX_KEPT;
  private static final long A_WHILE =
      20_000_000; // nanoseconds; what is shorter may be the loop's own work

  private final RecordedLoop loop;
  private final long from;
  private long time; // all that is later has been told
  private final List<PathPart> parts = new ArrayList<>(); // the last one first
  private int[] way = new int[16]; // tasks' turns, the earliest last
  private int wayLength;
  private final Map<Integer, Integer> reached = new HashMap<>(); // turns by task: see firstFrom
  private final Map<String, long[]> steps = new HashMap<>(); // nanoseconds by function
  private final Map<String, long[]> waits = new HashMap<>(); // by cause
  private final Map<PathKind, long[]> kinds = new EnumMap<>(PathKind.class); // nanoseconds

  private CriticalPath(RecordedLoop loop, long from, long time) {
    this.loop = loop;
    this.from = from;
    this.time = time;
  }

  /// A path that has been found.
  ///
  /// @param parts what fills its time, without gaps, the earliest first; what is short may be one
  ///   part
  /// @param causes what all of its parts were, longest first
  /// @param waits those of them that were waits, longest first
  /// @param kinds how many nanoseconds there are of each kind
  record Found(
      List<PathPart> parts,
      List<TaskReport.Share> causes,
      List<TaskReport.Share> waits,
      Map<PathKind, Long> kinds) {
    long nanos() {
      return parts.isEmpty() ? 0 : parts.getLast().end() - parts.getFirst().start();
    }

    long nanos(PathKind kind) {
      return kinds.getOrDefault(kind, 0L);
    }
  }

  /// The path that leads to the end of a turn.
  ///
  /// @param last the turn
  /// @param from when the path begins
  /// @return what fills the time from there to the turn's end
  static Found of(RecordedLoop loop, int last, long from) {
    var path = new CriticalPath(loop, from, Math.max(from, loop.end(last)));
    path.walk(last);
    path.fold();
    path.say(last);
    return path.found();
  }

  /// What a task itself did, from when it was first ready to the end of a turn.
  static Found ofTaskAlone(RecordedLoop loop, int last) {
    int first = loop.first(last);
    var path = new CriticalPath(loop, loop.ready(first), loop.end(last));
    for (int turn = last; turn != RecordedLoop.NONE; turn = loop.previous(turn)) {
      path.add(PathKind.STEP, turn, null, loop.start(turn));
      path.add(PathKind.READY, turn, null, loop.ready(turn));
      path.addWait(turn, null);
      int before = loop.previous(turn);
      if (before != RecordedLoop.NONE) {
        path.add(PathKind.UNKNOWN, turn, null, loop.end(before));
      }
    }
    path.fold();
    path.say(RecordedLoop.NONE);
    return path.found();
  }

  private void walk(int last) {
    int turn = last;
    while (turn != RecordedLoop.NONE && time > from) {
      add(PathKind.STEP, turn, null, loop.start(turn));
      int waker = loop.waker(turn);
      if (waker == RecordedLoop.NONE) {
        add(PathKind.READY, turn, null, loop.ready(turn));
        push(turn);
        turn = beforeOutside(turn);
      } else {
        // The clocks of the two may differ a little.
        long ready = Math.clamp(loop.ready(turn), loop.start(waker), loop.end(waker));
        add(PathKind.READY, turn, null, ready);
        push(turn);
        turn = waker;
      }
    }
    add(PathKind.UNKNOWN, last, null, from);
  }

  private void push(int turn) {
    if (loop.task(turn) != 0) {
      if (wayLength == way.length) {
        way = Arrays.copyOf(way, 2 * wayLength);
      }
      way[wayLength++] = turn;
    }
  }

  /// Nobody on the loop has woken `woken`: goes on with what the last task on the way did before it
  /// waited.
  ///
  /// @return the turn that ended or went on at this time, or none
  private int beforeOutside(int woken) {
    while (wayLength > 0 && time > from) {
      int waiting = firstFrom(way[--wayLength]);
      int before = loop.previous(waiting);
      add(PathKind.READY, waiting, null, loop.ready(waiting));
      addWait(waiting, woken);
      if (before != RecordedLoop.NONE) {
        add(PathKind.UNKNOWN, waiting, null, loop.end(before));
        return before;
      }
    }
    return RecordedLoop.NONE;
  }

  /// The first turn of the task of this one that began when we are, or later. Nobody looks twice at
  /// those in between, which may be all that there are.
  private int firstFrom(int turn) {
    int task = loop.task(turn);
    int found = Math.min(turn, reached.getOrDefault(task, turn));
    int start = found;
    for (int before = loop.previous(found);
        before != RecordedLoop.NONE && loop.start(before) >= time;
        before = loop.previous(found)) {
      found = before;
    }
    if (found != start) {
      reached.put(task, found);
    }
    return found;
  }

  /// A task has waited before a turn.
  ///
  /// @param woken the turn that came from outside, and led to this one
  private void addWait(int turn, @Nullable Integer woken) {
    PathKind said = loop.kind(turn);
    PathKind outside = woken == null || !loop.isFromOutside(woken) ? null : loop.kind(woken);
    String what = loop.what(turn);
    if (said == null || (outside != null && !said.isOutside())) {
      if (woken != null && loop.task(woken) == 0 && what != null) {
        what += ", until " + loop.who(woken);
      }
      said = Objects.requireNonNullElse(outside, PathKind.OTHER);
    }
    add(said, turn, what, loop.waitsSince(turn));
  }

  /// From `start` to where we are it was this.
  private void add(PathKind kind, int turn, @Nullable String what, long start) {
    long begin = Math.max(start, from);
    if (begin >= time) {
      return;
    }
    boolean halted = kind == PathKind.READY && isHalt(begin);
    add(halted ? PathKind.HALTED : kind, turn, what, begin, time);
    time = begin;
  }

  /// Whether nobody ran from then on until where we are, for a while.
  private boolean isHalt(long begin) {
    return time - begin > A_WHILE && loop.isIdleBetween(begin, time);
  }

  private void add(PathKind kind, int turn, @Nullable String what, long begin, long end) {
    var part =
        new PathPart(
            begin, end, kind, loop.who(turn), loop.task(turn), loop.function(turn), what, 1);
    if (kind == PathKind.STEP) {
      add(steps, part.function(), part.nanos());
    } else if (kind.isWait()) {
      add(waits, part.cause(), part.nanos());
    }
    add(kinds, kind, part.nanos());
    if (!parts.isEmpty() && part.isLike(parts.getLast())) {
      parts.add(part.and(parts.removeLast()));
    } else {
      if (parts.size() == MANY) {
        fold();
      }
      parts.add(part);
    }
  }

  private static <K> void add(Map<K, long[]> sums, K what, long nanos) {
    sums.computeIfAbsent(what, _ -> new long[1])[0] += nanos;
  }

  /// Keeps the longest parts only, and the last one, which may still become longer.
  private void fold() {
    if (parts.size() > MAX_KEPT) {
      PathPart last = parts.removeLast();
      Collections.reverse(parts);
      List<PathPart> kept = PathPart.longest(List.copyOf(parts), MAX_KEPT);
      parts.clear();
      parts.addAll(kept.reversed());
      parts.add(last);
    }
  }

  /// Has those that are kept say behind whom they were ready, and for what the task waited
  /// meanwhile.
  ///
  /// @param last the task's last turn, if it is a path of others', too
  private void say(int last) {
    int own = last;
    for (int i = 0; i < parts.size(); i++) {
      PathPart part = parts.get(i);
      if (part.kind() == PathKind.READY) {
        parts.set(i, part.behind(loop.longestBetween(part.start(), part.end())));
      }
      if (last != RecordedLoop.NONE && part.kind() != PathKind.SHORTER) {
        own = ownAt(own, part.end());
        if (part.task() != loop.task(last)) {
          parts.set(i, parts.get(i).meanwhile(waitAt(own, part.end())));
        }
      }
    }
  }

  /// The first turn of a task that ended then or later.
  private int ownAt(int turn, long end) {
    int found = turn;
    for (int before = loop.previous(found);
        before != RecordedLoop.NONE && loop.end(before) >= end;
        before = loop.previous(found)) {
      found = before;
    }
    return found;
  }

  /// For what a task waited before a turn, if it did at this time.
  private @Nullable String waitAt(int turn, long end) {
    if (end > loop.ready(turn) || end <= loop.waitsSince(turn)) {
      return null;
    }
    String what = loop.what(turn);
    return what != null ? what : Objects.requireNonNullElse(loop.kind(turn), PathKind.OTHER).title;
  }

  private Found found() {
    Collections.reverse(parts);
    List<TaskReport.Share> waited = shares(waits, "");
    var causes = new ArrayList<>(waited);
    causes.addAll(shares(steps, "steps of "));
    var byKind = new EnumMap<PathKind, Long>(PathKind.class);
    kinds.forEach((kind, nanos) -> byKind.put(kind, nanos[0]));
    for (PathKind kind : List.of(PathKind.READY, PathKind.HALTED, PathKind.UNKNOWN)) {
      long[] nanos = kinds.get(kind);
      if (nanos != null) {
        causes.add(new TaskReport.Share(kind.title, nanos[0]));
      }
    }
    return new Found(List.copyOf(parts), TaskReport.sorted(causes), waited, byKind);
  }

  private static List<TaskReport.Share> shares(Map<String, long[]> sums, String prefix) {
    return TaskReport.sorted(
        sums.entrySet().stream()
            .map(entry -> new TaskReport.Share(prefix + entry.getKey(), entry.getValue()[0]))
            .toList());
  }
}
