package jasyncio.cli;

import static jasyncio.cli.PretendTurns.EPOCH;
import static jasyncio.cli.PretendTurns.loop;
import static jasyncio.cli.PretendTurns.nanos;
import static jasyncio.cli.PretendTurns.recording;
import static jasyncio.cli.PretendTurns.turn;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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

  private static RecordedLoop.Cut cut(
      String who, int task, double start, double end, boolean begunBefore, boolean goesOn) {
    return new RecordedLoop.Cut(
        EPOCH + nanos(start),
        EPOCH + nanos(end),
        who,
        task,
        "Main." + who,
        begunBefore,
        begunBefore ? nanos(1000) : 0,
        goesOn,
        false,
        "it computes");
  }

  @Test
  void cutTurns_alone_areTheTurnsOfALoopThatWasHeldUp() {
    var loop = new RecordedLoop("loop-1");
    loop.add(cut("stuck", 7, 0, 400, true, true)); // at the end of a first part
    loop.add(cut("stuck", 7, 0, 900, true, true));
    loop.finish(Long.MIN_VALUE);
    assertThat(loop.size()).isEqualTo(1);
    assertThat(loop.nanos(0)).isEqualTo(nanos(900));
    assertThat(loop.who(0)).isEqualTo("stuck");
    assertThat(loop.isCutAtStart(0)).isTrue();
    assertThat(loop.isCutAtEnd(0)).isTrue();
    assertThat(loop.missing()).isZero();
  }

  @Test
  void cutTurns_standBeforeAndBehindTheOthers() {
    var loop = new RecordedLoop("loop-1");
    loop.add(cut("last", 3, 120, 200, false, true));
    loop.add(turn(1, "a", 2).by(0).first().last().runs(100, 110).recorded());
    loop.add(cut("first", 1, 0, 99, true, false));
    loop.finish(Long.MIN_VALUE);
    assertThat(loop.size()).isEqualTo(3);
    assertThat(loop.who(0)).isEqualTo("first");
    assertThat(loop.isCutAtStart(0)).isTrue();
    assertThat(loop.isCutAtEnd(0)).isFalse();
    assertThat(loop.cut(1)).isNull();
    assertThat(loop.who(2)).isEqualTo("last");
    assertThat(loop.isCutAtEnd(2)).isTrue();
    assertThat(loop.missing()).isZero();
    Report report = Report.of("x.jfr", recording(loop), 5, null);
    assertThat(report.nanos()).isEqualTo(nanos(200));
    assertThat(report.cut()).extracting(SlowStep::who).containsExactly("first", "last");
    assertThat(report.cut())
        .allSatisfy(step ->
            assertThat(ReportText.consequences(step)).contains("woken by: what was not recorded"));
  }

  @Test
  void cutTurn_thatHasEndedInALaterPart_isTheTurnItself() {
    var loop = new RecordedLoop("loop-1");
    loop.add(cut("a", 2, 100, 105, false, true));
    loop.add(turn(1, "a", 2).by(0).first().last().runs(100, 110).recorded());
    loop.finish(Long.MIN_VALUE);
    assertThat(loop.size()).isEqualTo(1);
    assertThat(loop.cut(0)).isNull();
  }

  @Test
  void turn_thatBeganInAnotherRecordingBefore_isCutOff_whereThisOneBegins() {
    var loop = new RecordedLoop("loop-1");
    loop.add(turn(7, "stuck", 3).by(4).last().runs(0, 900).recorded());
    loop.add(turn(8, "next", 5).by(7).first().last().runs(900, 910).recorded());
    loop.add(cut("stuck", 3, 600, 800, true, true));
    loop.finish(EPOCH + nanos(600));
    assertThat(loop.size()).isEqualTo(2);
    assertThat(loop.nanos(0)).isEqualTo(nanos(300));
    assertThat(loop.isCutAtStart(0)).isTrue();
    assertThat(loop.isCutAtEnd(0)).isFalse();
    assertThat(loop.cut(0).before()).isEqualTo(nanos(600));
    assertThat(loop.cut(0).doing()).isEqualTo("it computes");
    assertThat(loop.cut(1)).isNull();
    assertThat(loop.waker(1)).isZero();
    assertThat(loop.busyNanos()).isEqualTo(nanos(310));
  }

  @Test
  void turn_thatBeganALittleEarlier_asClocksDiffer_isWhole() {
    var loop = new RecordedLoop("loop-1");
    loop.add(turn(7, "a", 3).by(0).first().last().runs(0, 900).recorded());
    loop.finish(EPOCH + nanos(1));
    assertThat(loop.nanos(0)).isEqualTo(nanos(900));
    assertThat(loop.cut(0)).isNull();
  }

  @Test
  void names_thatTasksGet_areNotKept_butTold() {
    RecordedLoop loop =
        loop(
            "loop-1",
            turn(1, "Task-7", 7).fromOutside().first().runs(0, 1),
            turn(2, "Task-8", 7).by(1).last().runs(1, 2),
            turn(3, "Task-07", 7).by(1).last().runs(2, 3),
            turn(4, "Task-", 9).by(1).last().runs(3, 4));
    assertThat(loop.who(0)).isEqualTo("Task-7");
    assertThat(loop.who(1)).isEqualTo("Task-8");
    assertThat(loop.who(2)).isEqualTo("Task-07");
    assertThat(loop.who(3)).isEqualTo("Task-");
    assertThat(RecordedLoop.isUsualName("Task-2147483647", Integer.MAX_VALUE)).isTrue();
    assertThat(RecordedLoop.isUsualName("Task-99999999999", 99)).isFalse();
    assertThat(RecordedLoop.isUsualName("Task-x", 1)).isFalse();
  }

  @Test
  void tasks_each_hasItsLastTurn() {
    RecordedLoop loop =
        loop(
            "loop-1",
            turn(1, "b", 9).fromOutside().first().runs(0, 1),
            turn(2, "a", 3).by(1).first().runs(1, 2),
            turn(3, "b", 9).by(2).last().runs(2, 3));
    var last = new ArrayList<Integer>();
    loop.forEachTask(last::add);
    assertThat(last).containsExactlyInAnyOrder(1, 2);
    assertThat(loop.previous(2)).isZero();
    assertThat(loop.first(2)).isZero();
  }
}
