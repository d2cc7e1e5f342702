package jasyncio.cli;

import static jasyncio.cli.PretendTurns.callback;
import static jasyncio.cli.PretendTurns.loop;
import static jasyncio.cli.PretendTurns.recording;
import static jasyncio.cli.PretendTurns.turn;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/// What `jasyncio report` prints of recordings that there are not.
class ReportTextTest {
  private static String text(Recording recording, int top, String glob) {
    return String.join(
        "\n", ReportText.of(Report.of("crawl.jfr", recording, top, glob), ZoneOffset.UTC));
  }

  @Test
  void crawl_slowTasks_waitInARowForTheLock() {
    assertThat(text(PretendCrawl.record("page-6"), 1, "page-8"))
        .isEqualTo(
            """
            crawl.jfr: 573 ms from 2026-11-29 10:00:00, 74 turns, 1 GC pause of 12 ms in all
            loop-1: 74 turns, 37.8 % of the time, longest turn 131 ms, longest time ready 127 ms

            SLOWEST STEPS
            1. 11 ms  page-8 #9 (Crawler.visit), from 0.233 s
               8 turns were held up by it, for 83 ms together
               woken by: I/O → SocketTransport.read

            SLOWEST TASKS
            1. 570 ms  page-8 #9 (Crawler.visit), from 0.002 s
               6 steps of its own 13 ms, 2.3 %; ready, while others ran 53 ms, 9.2 %, longest behind page-9 (12 ms); waited 505 ms, 88.5 %
               waited for: Lock 'db' 52.8 %, data from 10.0.0.10:443 29.4 %, data from 10.0.0.2:5432 3.7 %, InetAddress.getByName() on another thread 1.8 %, its sleep to end 0.9 %
               CRITICAL PATH  TIME    SHARE           WHO                   DID WHAT                                                            WHILE IT WAITED FOR
               0.000 s        4.2 ms  0.7 %   ▏                             … 5 shorter ones, mostly InetAddress.getByName() on another thread
               0.004 s        40 ms   7.0 %   █       page-1                waits for data from 10.0.0.3:443                                    data from 10.0.0.10:443
               0.044 s        9.1 ms  1.6 %   ▏                             … 4 shorter ones, mostly its sleep to end
               0.053 s        127 ms  22.3 %  ████    page-1                is ready, others run: page-5                                        data from 10.0.0.10:443
               0.182 s        21 ms   3.7 %   █       page-1                waits for data from 10.0.0.2:5432
               0.203 s        40 ms   6.9 %   █       SocketTransport.read  is ready, others run: page-8                                        its sleep to end
               0.244 s        21 ms   3.7 %   █       page-5                waits for data from 10.0.0.2:5432                                   Lock 'db'
               0.267 s        21 ms   3.7 %   █       page-9                waits for data from 10.0.0.2:5432                                   Lock 'db'
               0.289 s        21 ms   3.7 %   █       page-2                waits for data from 10.0.0.2:5432                                   Lock 'db'
               0.311 s        21 ms   3.7 %   █       page-6                waits for data from 10.0.0.2:5432                                   Lock 'db'
               0.333 s        170 ms  29.8 %  ██████  page-3                waits for data from 10.0.0.2:5432                                   Lock 'db'
               0.504 s        21 ms   3.7 %   █       page-7                waits for data from 10.0.0.2:5432                                   Lock 'db'
               0.526 s        21 ms   3.7 %   █       page-4                waits for data from 10.0.0.2:5432                                   Lock 'db'
               0.549 s        21 ms   3.7 %   █       page-8                waits for data from 10.0.0.2:5432
               between them   12 ms   2.1 %   ▏                             … 46 shorter ones
               by cause: data from 10.0.0.2:5432 59.3 %, ready, while others ran 29.7 %, data from 10.0.0.3:443 7.0 %, steps of Crawler.visit 2.6 %, its sleep to end 0.9 %, the rest 0.6 %\
            """);
  }

  @Test
  void loop_thatWasHeldUpAllTheTime_isSaidToBe_byWhomAndWhere() {
    var loop = new RecordedLoop("loop-1");
    loop.add(
        new RecordedLoop.Cut(
            PretendTurns.EPOCH,
            PretendTurns.EPOCH + 10_000_000_000L,
            "import",
            7,
            "Shop.load",
            true,
            3_200_000_000L,
            true,
            false,
            "it blocks in java.lang.Thread.sleep"));
    loop.finish(Long.MIN_VALUE);
    var recording = recording(loop);
    recording
        .slowSteps()
        .add(
            new Recording.SeenStep(
                "loop-1",
                "import",
                PretendTurns.EPOCH,
                PretendTurns.EPOCH + 10_000_000_000L,
                "at java.base/java.lang.Thread.sleep(Thread.java:5)\n  at Shop.load(Shop.java:9)"));
    assertThat(text(recording, 1, "nobody"))
        .contains(
            "\nloop-1 was held up all the time that was recorded of it, 10.0 s (and for at least 3.2 s"
                + " before), by task import #7 (Shop.load): it blocks in java.lang.Thread.sleep,"
                + " at Shop.load(Shop.java:9).\n");
    assertThat(text(recording, 1, null))
        .contains(
            """
            1. 10.0 s  import #7 (Shop.load), from 0.000 s
               cut off: it had lasted for at least 3.2 s before, and went on when the recording ended; it blocks in java.lang.Thread.sleep
            """)
        .contains("only partly recorded: neither beginning nor end");
  }

  /// What a loop does is a part of the time that was recorded, and not of that between its turns.
  @Test
  void loop_thatIsIdleAtBeginningAndEnd_itsTimeIsThatOfTheRecording() {
    var turns = recording(loop("loop-1", callback(1, "tick").fromOutside().runs(0, 120)));
    var whole =
        new Recording.Span(
            PretendTurns.EPOCH - 4_000_000_000L, PretendTurns.EPOCH + 2_000_000_000L);
    var recording =
        new Recording(turns.loops(), turns.pauses(), turns.slowSteps(), turns.kept(), whole, "");
    assertThat(text(recording, 1, "nobody"))
        .isEqualTo(
            """
            crawl.jfr: 6.0 s from 2026-11-29 09:59:56, 1 turn, no GC pause
            loop-1: 1 turn, 2.0 % of the time, longest turn 120 ms, longest time ready 0\
            """);
  }

  @Test
  void task_thatWaitsForALock_holdersDataIsOnThePath() {
    assertThat(text(recording(PretendTurns.lockAndThread()), 1, "reader"))
        .isEqualTo(
            """
            crawl.jfr: 103 ms from 2026-11-29 10:00:00, 10 turns, no GC pause
            loop-1: 10 turns, 15.5 % of the time, longest turn 5.0 ms, longest time ready 5.5 ms

            SLOWEST STEPS
            1. 2.0 ms  reader #3 (Main.reader), from 0.090 s
               woken by: another thread

            SLOWEST TASKS
            1. 101 ms  reader #3 (Main.reader), from 0.001 s
               4 steps of its own 5.0 ms, 4.9 %; ready, while others ran 3.4 ms, 3.4 %, longest behind writer (2.0 ms); waited 93 ms, 91.7 %
               waited for: Lock 'db' 64.1 %, Main.hash() on another thread 19.7 %, its sleep to end 7.9 %
               CRITICAL PATH  TIME    SHARE                WHO          DID WHAT                                 WHILE IT WAITED FOR
               0.000 s        1.0 ms  1.0 %   ▏            writer       runs Main.writer
               0.001 s        58 ms   57.2 %  ███████████  writer       waits for data from db:5432              Lock 'db'
               0.059 s        1.0 ms  1.0 %   ▏            Socket.read  is ready                                 Lock 'db'
               0.061 s        5.5 ms  5.4 %   █            writer       is ready, others run: log                Lock 'db'
               0.066 s        1.0 ms  1.0 %   ▏            writer       runs Main.writer                         Lock 'db'
               0.067 s        1.0 ms  1.0 %   ▏            reader       is ready, others run: writer
               0.068 s        1.0 ms  1.0 %   ▏            reader       runs Main.reader
               0.069 s        20 ms   19.7 %  ████         reader       waits for Main.hash() on another thread
               0.089 s        2.0 ms  2.0 %   ▏            reader       runs Main.reader
               0.091 s        8.0 ms  7.9 %   ██           reader       waits for its sleep to end
               0.099 s        1.0 ms  1.0 %   ▏            reader       is ready
               0.100 s        1.0 ms  1.0 %   ▏            reader       runs Main.reader
               between them   900 µs  0.9 %   ▏                         … 2 shorter ones
               by cause: data from db:5432 57.2 %, Main.hash() on another thread 19.7 %, ready, while others ran 8.8 %, its sleep to end 7.9 %, steps of Main.reader 3.9 %, the rest 2.5 %\
            """);
  }

  @Test
  void loops_several_eachNamed_andNoTasks() {
    var text =
        text(
            recording(
                loop("loop-1", callback(1, "tick").from(PathKind.TIMER).runs(0, 10)),
                loop("web\n", turn(1, "a", 1).fromOutside().first().runs(5, 6))),
            5,
            null);
    assertThat(text)
        .isEqualTo(
            """
            crawl.jfr: 10 ms from 2026-11-29 10:00:00, 2 turns, no GC pause
            loop-1: 1 turn, 100.0 % of the time, longest turn 10 ms, longest time ready 0
            web : 1 turn, 10.0 % of the time, longest turn 1.0 ms, longest time ready 0

            SLOWEST STEPS
            1. 10 ms  tick, from 0.000 s, on loop-1
               woken by: a timer
            2. 1.0 ms  a #1 (Main.a), from 0.005 s, on web
               woken by: what is outside the loop

            SLOWEST TASKS
            1. 1.0 ms  a #1 (Main.a), from 0.005 s, on web ; only partly recorded: not to its end
               1 step of its own 1.0 ms, 100.0 %; ready, while others ran 0; waited 0
               CRITICAL PATH  TIME    SHARE                          WHO  DID WHAT     WHILE IT WAITED FOR
               0.000 s        1.0 ms  100.0 %  ████████████████████  a    runs Main.a
               by cause: steps of Main.a 100.0 %\
            """);
  }

  @Test
  void chain_thatIsLong_itsEnd_andRepetitionsOnce() {
    var turns = new PretendTurns.Turn[12];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = callback(i + 1, i < 2 ? "tick" : "c" + i).by(i).runs(i, i + (i == 11 ? 9 : 1));
    }
    turns[0].from(PathKind.TIMER);
    assertThat(text(recording(loop("loop-1", turns)), 1, null))
        .endsWith(
            """
            1. 9.0 ms  c11, from 0.011 s
               woken by: a timer → … 4 more → c5 → c6 → c7 → c8 → c9 → c10\
            """);
    var few = loop("loop-1", turns[0], turns[1], turns[2].runs(2, 9));
    assertThat(text(recording(few), 1, null)).endsWith("   woken by: a timer → tick (2 times)");
  }

  @Test
  void step_thatIsSlow_andWasNotSeen_saysWhy() {
    String unknown =
        "   its stack is not known: a step is looked at once it takes 0.1 s"
            + " (setSlowCallbackDuration), and this one was over before";
    var slow = loop("loop-1", callback(1, "tick").from(PathKind.TIMER).runs(0, 115));
    assertThat(text(recording(slow), 1, null)).contains("1. 115 ms  tick", unknown);
    var stopped = loop("loop-1", callback(1, "tick").from(PathKind.TIMER).runs(0, 2000));
    assertThat(text(recording(stopped), 1, null))
        .contains("and nobody came to it: the process was stopped meanwhile, or had no processor");
    var quick = loop("loop-1", callback(1, "tick").from(PathKind.TIMER).runs(0, 9));
    assertThat(text(recording(quick), 1, null)).doesNotContain("not known");
  }
}
