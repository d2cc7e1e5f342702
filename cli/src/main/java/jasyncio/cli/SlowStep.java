package jasyncio.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A turn that had the loop for long, what led to it, and what it held up.
///
/// @param at when it began, in nanoseconds from the start of what was recorded
/// @param pauseNanos for how long of it the garbage collector stopped everything
/// @param heldUp how many turns were ready meanwhile
/// @param heldUpNanos for how long together
/// @param chain the turns that led to it, the first one first
/// @param outside what the first of them was woken by
/// @param stack where it was seen, innermost frame first; empty if it was not
/// @param cut what is known of it if it is cut off
record SlowStep(
    String loop,
    String who,
    int task,
    String function,
    long at,
    long nanos,
    long pauseNanos,
    int heldUp,
    long heldUpNanos,
    @Nullable String outside,
    List<Link> chain,
    List<String> stack,
    RecordedLoop.@Nullable Cut cut) {
  private static final int MAX_CHAIN = 100_000; // turns; they may go back to the loop's first one

  /// Turns of the same task or callback, each of which woke the next.
  record Link(String who, int count) {}

  static SlowStep of(Recording recording, RecordedLoop loop, int turn) {
    int heldUp = 0;
    long heldUpNanos = 0;
    for (int i = turn + 1; i < loop.size(); i++) {
      // One that was started eagerly lies within the step, and was not held up.
      long until = Math.min(loop.end(turn), loop.start(i));
      long common = until - Math.max(loop.start(turn), loop.ready(i));
      if (common > 0) {
        heldUp++;
        heldUpNanos += common;
      }
    }
    var chain = new ArrayList<Link>();
    int first = turn;
    for (int i = 0; i < MAX_CHAIN && loop.waker(first) != RecordedLoop.NONE; i++) {
      first = loop.waker(first);
      Link last = chain.isEmpty() ? null : chain.getLast();
      if (last != null && last.who.equals(loop.who(first))) {
        chain.set(chain.size() - 1, new Link(last.who, last.count + 1));
      } else {
        chain.add(new Link(loop.who(first), 1));
      }
    }
    Collections.reverse(chain);
    return new SlowStep(
        loop.name,
        loop.who(turn),
        loop.task(turn),
        loop.function(turn),
        loop.start(turn) - recording.start(),
        loop.nanos(turn),
        recording.pauseNanosBetween(loop.start(turn), loop.end(turn)),
        heldUp,
        heldUpNanos,
        outside(loop, first),
        chain,
        recording.stack(loop, turn),
        loop.cut(turn));
  }

  private static @Nullable String outside(RecordedLoop loop, int first) {
    if (!loop.isFromOutside(first)) {
      return null;
    }
    PathKind kind = loop.kind(first);
    return kind == null ? "what is outside the loop" : kind.title;
  }
}
