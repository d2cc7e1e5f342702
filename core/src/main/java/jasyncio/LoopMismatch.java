package jasyncio;

import java.util.Objects;

/// What is said when something of one loop turns up on another.
final class LoopMismatch {
  private LoopMismatch() {}

  /// @throws IllegalArgumentException if `future` is not of `loop`
  static void check(Future<?> future, EventLoop loop) {
    var theirs = Objects.requireNonNull(future, "future").getLoop();
    if (theirs != loop) {
      boolean isOurs = theirs == Running.loop(); // and the loop is that of another future
      throw new IllegalArgumentException(
          "The future belongs to a different loop than the one specified as the loop argument"
              + (isOurs ? meeting(loop, theirs) : meeting(theirs, loop)));
    }
  }

  /// What to add to a message about two loops that have met; nothing if neither has a name.
  static String meeting(EventLoop theirs, EventLoop ours) {
    return theirs.label == null && ours.label == null
        ? ""
        : ": it belongs to " + theirs + ", and here runs " + ours;
  }
}
