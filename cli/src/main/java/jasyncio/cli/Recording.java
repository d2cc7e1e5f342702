package jasyncio.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a file of Flight Recorder has of event loops.
///
/// Times are nanoseconds since 1970, as the recorder's clock has them.
///
/// @param loops those of which turns were recorded
/// @param pauses the collector's, in which everything stood still, in order
/// @param slowSteps where some steps were seen
/// @param kept how much it has of what was to be recorded, if that is known
/// @param recorded from when to when was recorded, if that is known: a loop may do nothing at the
///   beginning, and at the end
/// @param problem why the file could not be read to its end; empty if it could
record Recording(
    List<RecordedLoop> loops,
    List<Pause> pauses,
    List<SeenStep> slowSteps,
    @Nullable KeptTime kept,
    @Nullable Span recorded,
    String problem) {

  /// A time.
  record Span(long start, long end) {}

  /// A pause for the garbage collector.
  record Pause(long start, long end) {
    /// For how much of a time it lasted.
    long nanosBetween(long from, long to) {
      return Math.max(0, Math.min(end, to) - Math.max(start, from));
    }
  }

  /// A step that was seen while it ran.
  record SeenStep(String loop, String who, long start, long end, String stack) {}

  int turns() {
    return loops.stream().mapToInt(RecordedLoop::size).sum();
  }

  /// When it began: at the latest with the first turn.
  long start() {
    long first = loops.stream().mapToLong(loop -> loop.start(0)).min().orElse(0);
    return recorded == null ? first : Math.min(first, recorded.start);
  }

  /// When it ended: at the earliest with the last turn.
  long end() {
    long last = loops.stream().mapToLong(loop -> loop.end(loop.size() - 1)).max().orElse(0);
    return recorded == null ? last : Math.max(last, recorded.end);
  }

  long pauseNanosBetween(long from, long to) {
    return pauses.stream().mapToLong(pause -> pause.nanosBetween(from, to)).sum();
  }

  /// Where a turn was seen, if it was.
  List<String> stack(RecordedLoop loop, int turn) {
    return slowSteps.stream()
        .filter(step -> step.loop.equals(loop.name) && step.who.equals(loop.who(turn)))
        .filter(step -> isSame(step, loop.start(turn), loop.end(turn)))
        .findFirst()
        .map(step -> step.stack.lines().map(String::strip).filter(line -> !line.isEmpty()).toList())
        .orElse(List.of());
  }

  /// The two are measured one after the other, so they are not equal.
  private static boolean isSame(SeenStep step, long start, long end) {
    long common = Math.min(step.end, end) - Math.max(step.start, start);
    return common * 2 > Math.max(step.end - step.start, end - start);
  }
}
