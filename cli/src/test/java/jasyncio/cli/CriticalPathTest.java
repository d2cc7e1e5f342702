package jasyncio.cli;

import static jasyncio.cli.PretendTurns.EPOCH;
import static jasyncio.cli.PretendTurns.callback;
import static jasyncio.cli.PretendTurns.loop;
import static jasyncio.cli.PretendTurns.nanos;
import static jasyncio.cli.PretendTurns.turn;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CriticalPathTest {
  /// The path of the task whose last turn is this, line by line; it must fill the task's time.
  private static List<String> path(RecordedLoop loop, int last) {
    long from = loop.ready(loop.first(last));
    List<PathPart> parts = CriticalPath.of(loop, last, from).parts();
    assertFills(parts, from, loop.end(last));
    assertFills(CriticalPath.ofTaskAlone(loop, last).parts(), from, loop.end(last));
    return lines(parts);
  }

  private static List<String> lines(List<PathPart> parts) {
    return parts.stream()
        .map(part ->
            "%s-%s %s %s"
                .formatted(millis(part.start()), millis(part.end()), part.who(), part.doing()))
        .map(line -> line.replaceFirst(", others run: .*", "")) // of which other tests are
        .toList();
  }

  private static String millis(long nanos) {
    return Double.toString((nanos - EPOCH) / 1e6).replaceAll("\\.0$", "");
  }

  private static void assertFills(List<PathPart> parts, long from, long to) {
    long time = from;
    for (PathPart part : parts) {
      assertThat(part.start()).isEqualTo(time);
      assertThat(part.end()).isGreaterThan(time);
      time = part.end();
    }
    assertThat(time).isEqualTo(to);
    assertThat(parts.stream().mapToLong(PathPart::nanos).sum()).isEqualTo(to - from);
  }

  @Test
  void threeTasks_eachWakesTheNext_allAreOnThePathOfTheFirst() {
    var loop =
        loop(
            "loop-1",
            turn(1, "a", 1).fromOutside().first().runs(0, 2),
            turn(2, "b", 2).by(1).ready(1).first().runs(2, 5),
            turn(3, "c", 3).by(2).ready(4).first().last().runs(5, 9),
            turn(4, "b", 2).by(3).ready(9).waited(4, PathKind.TASK, "c").last().runs(9, 10),
            turn(5, "a", 1).by(4).ready(10).waited(8, PathKind.TASK, "b").last().runs(10, 11));
    assertThat(path(loop, 4))
        .containsExactly(
            "0-1 a runs Main.a",
            "1-2 b is ready",
            "2-4 b runs Main.b",
            "4-5 c is ready",
            "5-9 c runs Main.c",
            "9-10 b runs Main.b",
            "10-11 a runs Main.a");
    assertThat(lines(CriticalPath.ofTaskAlone(loop, 4).parts()))
        .containsExactly("0-2 a runs Main.a", "2-10 a waits for b", "10-11 a runs Main.a");
  }

  @Test
  void lock_whoseHolderWaitsForData_theDataIsOnThePath_andNotTheLock() {
    var loop = PretendTurns.lockAndThread();
    assertThat(path(loop, 8))
        .containsExactly(
            "0.6-1 writer is ready",
            "1-2 writer runs Main.writer",
            "2-60 writer waits for data from db:5432",
            "60-61 Socket.read is ready",
            "61-61.5 Socket.read runs Socket.read",
            "61.5-67 writer is ready",
            "67-68 writer runs Main.writer",
            "68-69 reader is ready",
            "69-70 reader runs Main.reader",
            "70-90 reader waits for Main.hash() on another thread",
            "90-92 reader runs Main.reader",
            "92-100 reader waits for its sleep to end",
            "100-101 reader is ready",
            "101-102 reader runs Main.reader");
  }

  @Test
  void process_thatStoodStill_isNotBlamedOnOthers() {
    var loop =
        loop(
            "loop-1",
            turn(1, "other", 2).fromOutside().first().last().runs(0, 1),
            turn(2, "a", 1).fromOutside().ready(0).first().last().runs(600, 601));
    assertThat(path(loop, 1))
        .containsExactly("0-600 a is ready, and nobody runs", "600-601 a runs Main.a");
    var busy =
        loop(
            "loop-1",
            turn(1, "other", 2).fromOutside().first().last().runs(0, 590),
            turn(2, "a", 1).fromOutside().ready(0).first().last().runs(600, 601));
    assertThat(path(busy, 1)).containsExactly("0-600 a is ready", "600-601 a runs Main.a");
    var lost =
        loop(
            "loop-1",
            turn(1, "other", 2).fromOutside().first().last().runs(0, 1),
            turn(900, "a", 1).fromOutside().ready(0).first().last().runs(600, 601));
    assertThat(path(lost, 1)).containsExactly("0-600 a is ready", "600-601 a runs Main.a");
    var first =
        loop("loop-1", turn(7, "a", 1).fromOutside().ready(0).first().last().runs(600, 601));
    assertThat(path(first, 0)).containsExactly("0-600 a is ready", "600-601 a runs Main.a");
  }

  @Test
  void process_withManyShortTurns_orOnesThatLieInOthers_wasBusy() {
    var many = new ArrayList<PretendTurns.Turn>();
    for (int i = 0; i < 5000; i++) {
      many.add(callback(i + 1, "tick").from(PathKind.TIMER).runs(i * 0.04, (i + 1) * 0.04));
    }
    many.add(turn(5001, "a", 1).fromOutside().ready(0).first().last().runs(200, 201));
    var busy = loop("loop-1", many.toArray(PretendTurns.Turn[]::new));
    assertThat(busy.isIdleBetween(EPOCH, EPOCH + 200_000_000)).isFalse();
    var nested =
        loop(
            "loop-1",
            turn(1, "outer", 2).fromOutside().first().last().runs(0, 15),
            turn(2, "inner", 3).by(1).first().last().runs(0, 15),
            turn(3, "a", 1).fromOutside().ready(0).first().last().runs(200, 201));
    assertThat(nested.isIdleBetween(EPOCH, EPOCH + 200_000_000)).isTrue(); // 15 of 200, not 30
  }

  @Test
  void future_thatACallbackFromOutsideResolves_isAWaitForWhereThatCameFrom() {
    var loop =
        loop(
            "loop-1",
            turn(1, "a", 1).fromOutside().first().runs(0, 1),
            callback(2, "Timeout.expire").from(PathKind.TIMER).ready(20).runs(20, 21),
            turn(3, "a", 1)
                .by(2)
                .ready(21)
                .waited(20, PathKind.SYNC, "Lock 'db'")
                .last()
                .runs(21, 22));
    assertThat(path(loop, 2))
        .containsExactly(
            "0-1 a runs Main.a",
            "1-20 a waits for Lock 'db', until Timeout.expire",
            "20-21 Timeout.expire runs Timeout.expire",
            "21-22 a runs Main.a");
    assertThat(CriticalPath.of(loop, 2, loop.ready(0)).parts().get(1).kind())
        .isEqualTo(PathKind.TIMER);
  }

  @Test
  void callback_thatWasReadyBeforeTheTaskWaited_taskRanMeanwhile() {
    var loop =
        loop(
            "loop-1",
            turn(1, "a", 1).fromOutside().first().runs(0, 10),
            callback(2, "Socket.read").from(PathKind.IO).ready(4).runs(10, 11),
            turn(3, "a", 1)
                .by(2)
                .ready(11)
                .waited(1, PathKind.FUTURE, "a future")
                .last()
                .runs(11, 12));
    assertThat(path(loop, 2))
        .containsExactly(
            "0-4 a runs Main.a",
            "4-10 Socket.read is ready",
            "10-11 Socket.read runs Socket.read",
            "11-12 a runs Main.a");
  }

  @Test
  void newTask_thatACallbackMade_pathGoesOnWithWhoWaitedForIt() {
    var loop =
        loop(
            "loop-1",
            turn(1, "main", 1).fromOutside().first().runs(0, 1),
            callback(2, "Server.accept").from(PathKind.IO).ready(30).runs(30, 31),
            turn(3, "handler", 2).by(2).ready(31).first().last().runs(31, 35),
            turn(4, "main", 1)
                .by(3)
                .ready(35)
                .waited(34, PathKind.SYNC, "Event 'served'")
                .last()
                .runs(35, 36));
    assertThat(path(loop, 3))
        .containsExactly(
            "0-1 main runs Main.main",
            "1-30 main waits for Event 'served', until Server.accept",
            "30-31 Server.accept runs Server.accept",
            "31-35 handler runs Main.handler",
            "35-36 main runs Main.main");
  }

  @Test
  void steps_ofTheSameTaskInARow_areOne() {
    var loop =
        loop(
            "loop-1",
            turn(1, "a", 1).fromOutside().first().runs(0, 1),
            turn(2, "a", 1).by(1).ready(1).runs(1, 2),
            turn(3, "a", 1).by(2).ready(2).last().runs(2, 3));
    assertThat(path(loop, 2)).containsExactly("0-3 a runs Main.a");
  }

  @Test
  void task_thatWasThereBefore_pathBeginsWithItsFirstRecordedTurn() {
    var loop =
        loop(
            "loop-1",
            turn(70, "a", 1).ready(5).waited(500, PathKind.SYNC, "Lock").runs(6, 7),
            turn(71, "a", 1)
                .fromOutside()
                .ready(9)
                .waited(2, PathKind.TIMER, "its sleep to end")
                .runs(9, 10));
    assertThat(path(loop, 1))
        .containsExactly(
            "5-6 a is ready",
            "6-7 a runs Main.a",
            "7-9 a waits for its sleep to end",
            "9-10 a runs Main.a");
  }

  @Test
  void waker_thatIsMissing_theWaitItselfIsOnThePath() {
    var loop =
        loop(
            "loop-1",
            turn(1, "a", 1).fromOutside().first().runs(0, 1),
            turn(9, "a", 1)
                .by(8)
                .ready(30)
                .waited(29, PathKind.SYNC, "Lock 'db'")
                .last()
                .runs(31, 32));
    assertThat(loop.missing()).isEqualTo(7);
    assertThat(path(loop, 1))
        .containsExactly(
            "0-1 a runs Main.a",
            "1-30 a waits for Lock 'db'",
            "30-31 a is ready",
            "31-32 a runs Main.a");
  }

  @Test
  void turns_ofTheTaskThatAreMissing_aPartIsNotRecorded() {
    var loop =
        loop(
            "loop-1",
            turn(1, "a", 1).fromOutside().first().runs(0, 1),
            turn(5, "a", 1)
                .fromOutside()
                .ready(30)
                .waited(10, PathKind.TIMER, "its sleep to end")
                .last()
                .runs(30, 31));
    assertThat(path(loop, 1))
        .containsExactly(
            "0-1 a runs Main.a",
            "1-20 a not recorded",
            "20-30 a waits for its sleep to end",
            "30-31 a runs Main.a");
  }

  @Test
  void task_thatWasThereBefore_andHasWokenOthers_howLongItWaitedIsKnown() {
    var loop =
        loop(
            "loop-1",
            callback(10, "start").from(PathKind.TIMER).runs(0, 1),
            turn(11, "a", 1).by(10).ready(0.5).first().runs(1, 2),
            turn(12, "b", 2)
                .fromOutside()
                .ready(50)
                .waited(30, PathKind.PROCESS, "process 7 to end")
                .runs(50, 51),
            turn(13, "a", 1)
                .by(12)
                .ready(51)
                .waited(49, PathKind.TASK, "task 'b'")
                .last()
                .runs(51, 52));
    assertThat(path(loop, 3))
        .containsExactly(
            "0.5-1 a is ready", // … of which nothing more is said: it was made at 0.5
            "1-2 a runs Main.a",
            "2-20 a waits for task 'b'",
            "20-50 b waits for process 7 to end",
            "50-51 b runs Main.b",
            "51-52 a runs Main.a");
  }

  @Test
  void turn_thatSaysToBeWokenByALaterOne_isWokenByNobodyKnown() {
    var loop =
        loop(
            "loop-1",
            turn(1, "a", 1).by(2).first().runs(0, 1),
            turn(2, "a", 1).by(2).ready(4).waited(3, PathKind.OTHER, "itself").last().runs(4, 5));
    assertThat(path(loop, 1))
        .containsExactly("0-1 a runs Main.a", "1-4 a waits for itself", "4-5 a runs Main.a");
  }

  @Test
  void turns_thatCameInAnyOrder_areInOrder() {
    RecordedLoop inOrder = PretendTurns.lockAndThread();
    var turns = new ArrayList<>(Arrays.asList(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    Collections.shuffle(turns, new Random(1));
    var loop = new RecordedLoop("loop-1");
    for (int number : turns) {
      int i = number - 1;
      loop.add(
          new RecordedLoop.Turn(
              number,
              inOrder.isFromOutside(i) ? 0 : inOrder.number(inOrder.waker(i)),
              inOrder.start(i),
              inOrder.nanos(i),
              inOrder.start(i) - inOrder.ready(i),
              inOrder.who(i),
              inOrder.task(i),
              inOrder.function(i),
              inOrder.isFirst(i),
              inOrder.isLast(i),
              inOrder.waited(i),
              inOrder.what(i),
              inOrder.kind(i)));
    }
    loop.finish(Long.MIN_VALUE);
    assertThat(path(loop, 8)).isEqualTo(path(inOrder, 8));
    assertThat(path(loop, 9)).isEqualTo(path(inOrder, 9));
  }

  @Test
  void twoLoops_ofOneName_wakerIsTheLatestOfItsNumber() {
    var loop =
        loop(
            "web",
            turn(1, "a", 1).fromOutside().first().last().runs(0, 1),
            turn(2, "b", 2).by(1).ready(0.5).first().last().runs(1, 2),
            turn(1, "c", 3).fromOutside().first().runs(10, 11),
            turn(2, "d", 4).by(1).ready(10.5).first().last().runs(11, 12),
            turn(3, "c", 3).by(2).ready(12).waited(1, PathKind.TASK, "d").last().runs(12, 13));
    assertThat(loop.isShared()).isTrue();
    assertThat(loop.missing()).isZero();
    assertThat(path(loop, 4))
        .containsExactly(
            "10-10.5 c runs Main.c",
            "10.5-11 d is ready",
            "11-12 d runs Main.d",
            "12-13 c runs Main.c");
  }

  /// Whatever turns there are, even impossible ones: every path ends, and fills its time.
  @Test
  void turns_atRandom_everyPathFillsItsTime() {
    List<PathKind> kinds = Arrays.stream(PathKind.values()).filter(PathKind::isWait).toList();
    for (int seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      var loop = new RecordedLoop("loop-1");
      double time = 10;
      long number = 0;
      for (int i = 0; i < 60; i++) {
        number += random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 1;
        double start = time + (random.nextBoolean() ? 0 : random.nextDouble() * 5);
        time = start + random.nextDouble() * 3;
        int task = random.nextInt(6);
        loop.add(
            new RecordedLoop.Turn(
                number,
                random.nextInt((int) number + 4) - 2,
                EPOCH + nanos(start),
                nanos(time) - nanos(start),
                random.nextBoolean() ? 0 : nanos(random.nextDouble() * 9),
                "t" + task,
                task,
                "f",
                random.nextInt(8) == 0,
                random.nextInt(8) == 0,
                random.nextBoolean() ? 0 : nanos(random.nextDouble() * 20),
                random.nextBoolean() ? null : "x",
                kinds.get(random.nextInt(kinds.size()))));
      }
      loop.finish(Long.MIN_VALUE);
      for (int i = 0; i < loop.size(); i++) {
        if (loop.task(i) != 0) {
          path(loop, i);
        }
      }
    }
  }

  /// Steps of 1 ms, of two tasks in turns, of which one takes 50 ms.
  private static RecordedLoop pingPong(int count) {
    var turns = new PretendTurns.Turn[count];
    double time = 0;
    for (int i = 0; i < count; i++) {
      double end = time + (i == 701 ? 50 : 1);
      var turn = i % 2 == 0 ? turn(i + 1, "a", 1) : turn(i + 1, "b", 2);
      turns[i] = turn.by(i).ready(time).runs(time, end);
      if (i > 1) {
        turns[i].waited(1, PathKind.QUEUE, "a queue's next");
      }
      time = end;
    }
    turns[0].fromOutside().first();
    turns[count - 1].last();
    return loop("loop-1", turns);
  }

  @Test
  void path_ofVeryManyParts_keepsTheLongest_andCountsAll() {
    int count = 100_001;
    RecordedLoop loop = pingPong(count);
    var found = CriticalPath.of(loop, count - 1, loop.ready(0));
    assertFills(found.parts(), loop.ready(0), loop.end(count - 1));
    assertThat(found.parts()).hasSizeLessThan(2500);
    assertThat(found.parts().stream().mapToInt(PathPart::folded).sum()).isEqualTo(count);
    assertThat(found.causes())
        .containsExactly(
            new TaskReport.Share("steps of Main.b", nanos(50_049)),
            new TaskReport.Share("steps of Main.a", nanos(50_001)));
    assertThat(found.parts())
        .filteredOn(part -> part.nanos() == nanos(50) && part.kind() == PathKind.STEP)
        .singleElement()
        .extracting(PathPart::who, PathPart::meanwhile)
        .containsExactly("b", "a queue's next");
    var own = CriticalPath.ofTaskAlone(loop, count - 1);
    assertThat(own.waits()).extracting(TaskReport.Share::what).containsExactly("a queue's next");
    assertThat(own.nanos(PathKind.STEP)).isEqualTo(nanos(50_001));
  }

  /// Of each task on the way it is looked for what it did before: not for each of its turns anew.
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void path_thatBeginsBeforeAllTurns_takesNoLongerForThat() {
    int count = 400_000;
    RecordedLoop loop = pingPong(count);
    long from = loop.ready(0) - nanos(5);
    var found = CriticalPath.of(loop, count - 1, from);
    assertFills(found.parts(), from, loop.end(count - 1));
    assertThat(found.nanos(PathKind.UNKNOWN)).isEqualTo(nanos(5));
  }

  @Test
  void summary_whatIsTiny_isCountedOnly() {
    var parts = new ArrayList<PathPart>();
    for (int i = 0; i < 8; i++) { // of 5 + 495 each
      parts.add(new PathPart(i * 500L, i * 500L + 5, PathKind.READY, "a", 1, "f", null, 1));
      parts.add(new PathPart(i * 500L + 5, i * 500L + 500, PathKind.IO, "a", 1, "f", "x" + i, 1));
    }
    var summary = PathPart.summary(parts, 12, 200);
    assertThat(summary.rows()).hasSize(8).allMatch(part -> part.kind() == PathKind.IO);
    assertThat(summary.left()).isEqualTo(8);
    assertThat(summary.leftNanos()).isEqualTo(40);
    summary = PathPart.summary(parts, 2, 200);
    assertThat(summary.rows())
        .extracting(PathPart::kind, PathPart::count)
        .containsExactly(
            Tuple.tuple(PathKind.IO, 1),
            Tuple.tuple(PathKind.IO, 1),
            Tuple.tuple(PathKind.SHORTER, 12));
    assertThat(summary.left()).isEqualTo(2);
  }

  @Test
  void longest_folded_restIsOneBetweenTwo() {
    var parts = new ArrayList<PathPart>();
    for (int i = 0; i < 10; i++) {
      parts.add(
          new PathPart(
              i * 10L, i * 10L + 10 + (i == 4 ? 5 : 0), PathKind.IO, "a", 1, "f", "x" + i, 1));
    }
    assertThat(PathPart.longest(parts, 10)).isSameAs(parts);
    assertThat(PathPart.longest(parts, 1))
        .extracting(PathPart::kind, PathPart::count, PathPart::start)
        .containsExactly(
            Tuple.tuple(PathKind.SHORTER, 4, 0L),
            Tuple.tuple(PathKind.IO, 1, 40L),
            Tuple.tuple(PathKind.SHORTER, 5, 50L));
  }
}
