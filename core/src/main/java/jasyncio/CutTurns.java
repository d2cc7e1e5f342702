package jasyncio;

import jasyncio.internal.jfr.CutTurnEvent;
import org.jspecify.annotations.Nullable;

/// Tells Flight Recorder of the turns of a loop that are cut off, because turns began or ceased to
/// be recorded meanwhile. Without them a recording says nothing of a loop that was held up for all
/// of it. No thread of the loop has a part in it; see [OngoingStep].
final class CutTurns {
  /* Overview
   * `first` is the turn that went on when turns began to be recorded. It is told at the end of each part of the recording
   * until it has ended, each time anew with the time up to then: who reads takes the longest. And so is whatever goes on
   * there: if it ends in a later part, its own event has more to say, and takes precedence.
   */

  /// A turn, and since when turns have been recorded.
  private record First(OngoingStep step, long since) {}

  private final EventLoop loop;
  private volatile @Nullable First first;

  CutTurns(EventLoop loop) {
    this.loop = loop;
  }

  /// Turns begin to be recorded, in the middle of one.
  void begin(@Nullable OngoingStep step, long now) {
    first = step == null ? null : new First(step, now);
  }

  /// They are not recorded any more.
  void end() {
    first = null;
  }

  /// A part of the recording ends.
  void tell() {
    var known = first;
    if (known != null) {
      tell(known.step, known.since);
      if (!known.step.hasEnded()) {
        return; // what goes on is this one
      }
      first = null;
    }
    var now = OngoingStep.of(loop, true);
    if (now != null && now.before > 0) {
      tell(now, now.seenAt - now.before);
    }
  }

  private void tell(OngoingStep step, long since) {
    long now = System.nanoTime();
    long end = step.endOr(now);
    long began = step.seenAt - step.before;
    var task = step.task;
    CutTurnEvent.of(since - began > 0, !step.hasEnded(), step.wasLast())
        .times(Math.max(0, since - began), Math.max(0, end - since), now - end)
        .seen(step.doing, Describe.stack(step.stack).strip())
        .tell(loop.observer.name(), step.who(), task == null ? 0 : task.number(), step.function());
  }
}
