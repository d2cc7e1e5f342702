package jasyncio.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
  private final RecordedLoop loop;
  private final long from;
  private long time; // all that is later has been told
  private final List<PathPart> parts = new ArrayList<>(); // the last one first
  private final ArrayDeque<Integer> way = new ArrayDeque<>(); // tasks' turns, the earliest first

  private CriticalPath(RecordedLoop loop, long from, long time) {
    this.loop = loop;
    this.from = from;
    this.time = time;
  }

  /// The path that leads to the end of a turn.
  ///
  /// @param last the turn
  /// @param from when the path begins
  /// @return what fills the time from there to the turn's end, without gaps
  static List<PathPart> of(RecordedLoop loop, int last, long from) {
    var path = new CriticalPath(loop, from, Math.max(from, loop.end(last)));
    path.walk(last);
    Collections.reverse(path.parts);
    return path.parts;
  }

  /// What a task itself did, from when it was first ready to the end of a turn.
  static List<PathPart> ofTaskAlone(RecordedLoop loop, int last) {
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
    Collections.reverse(path.parts);
    return path.parts;
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
      way.push(turn);
    }
  }

  /// Nobody on the loop has woken `woken`: goes on with what the last task on the way did before it
  /// waited.
  ///
  /// @return the turn that ended or went on at this time, or none
  private int beforeOutside(int woken) {
    while (!way.isEmpty()) {
      int waiting = way.pop();
      int before = loop.previous(waiting);
      while (before != RecordedLoop.NONE && loop.start(before) >= time) {
        waiting = before;
        before = loop.previous(waiting);
      }
      add(PathKind.READY, waiting, null, loop.ready(waiting));
      addWait(waiting, woken);
      if (before != RecordedLoop.NONE) {
        add(PathKind.UNKNOWN, waiting, null, loop.end(before));
        return before;
      }
    }
    return RecordedLoop.NONE;
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
    var part =
        new PathPart(
            begin, time, kind, loop.who(turn), loop.task(turn), loop.function(turn), what, 1);
    if (!parts.isEmpty() && part.isLike(parts.getLast())) {
      parts.add(part.and(parts.removeLast()));
    } else {
      parts.add(part);
    }
    time = begin;
  }
}
