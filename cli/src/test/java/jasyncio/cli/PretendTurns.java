package jasyncio.cli;

import java.util.ArrayList;
import java.util.List;

/// Turns of loops, written by hand. All times are in milliseconds from a point in time.
final class PretendTurns {
  static final long EPOCH = 1_795_946_400_000_000_000L; // 2026-11-29T10:00:00Z

  /// A turn of a task, or of a callback, which is written as a sentence.
  static final class Turn {
    private final long number;
    private final String who;
    private final int task;
    private final String function;
    private long wokenBy = -1;
    private double start;
    private double end;
    private double ready = -1; // as it began
    private double waited;
    private String what;
    private PathKind kind;
    private boolean isFirst;
    private boolean isLast;

    private Turn(long number, String who, int task, String function) {
      this.number = number;
      this.who = who;
      this.task = task;
      this.function = function;
    }

    Turn runs(double start, double end) {
      this.start = start;
      this.end = end;
      return this;
    }

    Turn ready(double ready) {
      this.ready = ready;
      return this;
    }

    Turn by(long number) {
      wokenBy = number;
      return this;
    }

    Turn fromOutside() {
      wokenBy = 0;
      return this;
    }

    /// What a callback came by.
    Turn from(PathKind kind) {
      this.kind = kind;
      return fromOutside();
    }

    Turn waited(double waited, PathKind kind, String what) {
      this.waited = waited;
      this.kind = kind;
      this.what = what;
      return this;
    }

    Turn first() {
      isFirst = true;
      return this;
    }

    Turn last() {
      isLast = true;
      return this;
    }

    RecordedLoop.Turn recorded() {
      return new RecordedLoop.Turn(
          number,
          wokenBy,
          EPOCH + nanos(start),
          nanos(end) - nanos(start),
          ready < 0 ? 0 : nanos(start) - nanos(ready),
          who,
          task,
          function,
          isFirst,
          isLast,
          nanos(waited),
          what,
          kind);
    }
  }

  private PretendTurns() {}

  static long nanos(double millis) {
    return Math.round(millis * 1e6);
  }

  /// A turn of the task `name`, which has this number, of the function `Main.name`.
  static Turn turn(long number, String name, int task) {
    return new Turn(number, name, task, "Main." + name);
  }

  static Turn callback(long number, String name) {
    return new Turn(number, name, 0, name);
  }

  /// A loop with these.
  static RecordedLoop loop(String name, Turn... turns) {
    var loop = new RecordedLoop(name);
    for (Turn turn : turns) {
      loop.add(turn.recorded());
    }
    loop.finish(Long.MIN_VALUE);
    return loop;
  }

  static Recording recording(RecordedLoop... loops) {
    return new Recording(List.of(loops), new ArrayList<>(), new ArrayList<>(), null, null, "");
  }

  /// `reader` waits for a lock, whose holder `writer` waits for data; then for a thread and a
  /// timer.
  static RecordedLoop lockAndThread() {
    return loop(
        "loop-1",
        turn(1, "main", 1).fromOutside().first().runs(0, 1),
        turn(2, "writer", 2).by(1).ready(0.5).first().runs(1, 2),
        turn(3, "reader", 3).by(1).ready(0.6).first().runs(2, 3),
        callback(4, "Socket.read").from(PathKind.IO).ready(60).runs(61, 62),
        callback(5, "log").by(4).ready(61.5).runs(62, 67),
        turn(6, "writer", 2)
            .by(4)
            .ready(61.5)
            .waited(59.5, PathKind.IO, "data from db:5432")
            .last()
            .runs(67, 69),
        turn(7, "reader", 3).by(6).ready(68).waited(65, PathKind.SYNC, "Lock 'db'").runs(69, 70),
        turn(8, "reader", 3)
            .fromOutside()
            .ready(90)
            .waited(20, PathKind.THREAD, "Main.hash() on another thread")
            .runs(90, 92),
        turn(9, "reader", 3)
            .fromOutside()
            .ready(100)
            .waited(8, PathKind.TIMER, "its sleep to end")
            .last()
            .runs(101, 102),
        turn(10, "main", 1)
            .by(9)
            .ready(102)
            .waited(101, PathKind.TASK, "task 'reader'")
            .last()
            .runs(102, 103));
  }
}
