package jasyncio.cli;

import static jasyncio.cli.PretendTurns.EPOCH;
import static jasyncio.cli.PretendTurns.loop;
import static jasyncio.cli.PretendTurns.nanos;
import static jasyncio.cli.PretendTurns.recording;
import static jasyncio.cli.PretendTurns.turn;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecordedLoopTest {
  /// A step of 10 ms in which two tasks are started eagerly, before one that has waited for it.
  private static RecordedLoop eager() {
    return loop(
        "loop-1",
        turn(1, "main", 1).fromOutside().first().runs(0, 10),
        turn(2, "a", 2).by(1).first().last().runs(1, 2),
        turn(3, "b", 3).by(1).first().last().runs(3, 4),
        turn(4, "waiter", 4).fromOutside().ready(5).first().last().runs(10, 11));
  }

  @Test
  void turnsInOthers_countOnce() {
    assertThat(eager().busyNanos()).isEqualTo(nanos(11));
  }

  @Test
  void turnsInOthers_wereNotHeldUpByThem() {
    RecordedLoop loop = eager();
    SlowStep step = SlowStep.of(recording(loop), loop, 0);
    assertThat(step.heldUp()).isEqualTo(1);
    assertThat(step.heldUpNanos()).isEqualTo(nanos(5));
  }

  @Test
  void turnAroundOthers_isSeenBehindThem() {
    RecordedLoop loop = eager();
    assertThat(loop.longestBetween(EPOCH + nanos(5), EPOCH + nanos(10))).isEqualTo("main");
    TaskReport report = TaskReport.of(recording(loop), loop, 3);
    assertThat(report.behind()).isEqualTo(new TaskReport.Share("main", nanos(5)));
  }

  @Test
  void clock_thatIsSetBack_turnsStayInOrder() {
    RecordedLoop loop =
        loop(
            "loop-1",
            turn(1, "a", 1).fromOutside().first().runs(1, 2),
            turn(2, "b", 2).by(1).first().last().runs(1.999, 3),
            turn(3, "a", 1).by(2).last().runs(1.998, 4));
    assertThat(loop.isShared()).isFalse();
    assertThat(loop.missing()).isZero();
    assertThat(loop.number(2)).isEqualTo(3);
    assertThat(loop.waker(2)).isEqualTo(1);
    assertThat(loop.start(2)).isEqualTo(loop.start(1));
  }
}
