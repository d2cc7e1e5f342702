package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

/// What `jasyncio top` shows of an answer.
class TopFrameTest {
  private static final String STATISTICS =
      """
      "statistics":{"ready":3,"timers":101,"tasks":12000,"blocked":0,"channels":12,
        "executor":{"threads":2,"maxThreads":6,"active":1,"queued":4}}
      """;

  private static JsonObject answer(String loop) {
    return JsonParser.parseString("{\"pid\":7,\"loops\":[" + loop + "]}").getAsJsonObject();
  }

  @Test
  void loop_withAllThereIs() {
    var answer =
        answer(
            """
            {"name":"loop-1",%s,"seconds":2.0,"steps":5000,"busy":1.0,
             "lag":{"samples":9,"p50":0.0019,"p99":0.011,"max":0.014},
             "slow":[{"number":7,"name":"report","function":"Report.render","seconds":0.131,"ago":0.1,"ready":17,
               "stack":["Report.render(Report.java:88)"]},
              {"name":"tick","function":"Main.tick","seconds":0.2,"ago":0.1,"ready":0,"stack":[]}],
             "functions":[{"name":"Report.render","steps":9,"seconds":0.5,"longest":0.131}],
             "tasks":[{"number":7,"name":"report","coroutine":"Report.render","steps":9,"seconds":0.5,"longest":0.131}],
             "waits":[{"number":8,"name":"worker","waitsFor":"Lock 'db'","kind":"sync","seconds":75}],
             "waitedFor":[{"what":"Lock 'db'","kind":"sync","tasks":17}],
             "queues":[{"name":"Queue 'jobs'","id":1,"size":10000,"maxsize":10000,"getting":0,"putting":12,"seconds":4.1},
              {"name":"Queue","id":2,"size":0,"maxsize":0,"getting":3,"putting":0,"seconds":60}],
             "unawaited":[{"number":9,"name":"lost","coroutine":"Main.lost","age":7200,"waitsFor":"a future"}]}
            """
                .formatted(STATISTICS));
    assertThat(String.join("\n", TopFrame.of(answer, 120)))
        .isEqualTo(
            """
            loop-1  busy 50.0 %  lag p50 1.9 ms  p99 11 ms  max 14 ms  2,500 steps/s
              tasks 12,000  ready 3  blocked 0  timers 101  channels 12  executor 1/6, 4 queued
              slow: task 'report' took 131 ms, and 17 had to wait: Report.render(Report.java:88)
              slow: a callback took 200 ms: Main.tick

            BUSIEST FUNCTIONS  LOOP    STEPS  LONGEST
            Report.render      25.0 %  9      131 ms

            BUSIEST TASKS  LOOP    STEPS  LONGEST
            report         25.0 %  9      131 ms

            LONGEST WAITS  AT LEAST    WAITS FOR
            worker         1 min 15 s  Lock 'db'

            MOST WAITED FOR  TASKS
            Lock 'db'        17

            QUEUES WAITED FOR  ITEMS             GETTING  PUTTING  LONGEST WAIT
            Queue 'jobs'       10,000 of 10,000  0        12       4.1 s
            Queue              0                 3        0        1 min

            OLDEST THAT NOBODY AWAITS  AGE  WAITS FOR
            lost                       2 h  a future\
            """);
  }

  @Test
  void waits_ofVeryManyTasks_areSaidToBeOfASample() {
    var answer =
        answer(
            """
            {"name":"loop-1",%s,"seconds":1,"steps":0,"busy":0,"slow":[],"functions":[],"tasks":[],
             "sampled":10012,"waits":[],"waitedFor":[{"what":"Event","kind":"sync","tasks":9000}],"unawaited":[]}
            """
                .formatted(STATISTICS));
    assertThat(TopFrame.of(answer, 120))
        .endsWith(
            "",
            "There are too many tasks to look at each of them every time: what follows is of 10,012 of them,"
                + " spread evenly.",
            "",
            "MOST WAITED FOR  TASKS",
            "Event            9000");
  }

  @Test
  void shares_ofTheTime_withTheCollectorIfItIsKnown() {
    String loop =
        """
        {"name":"loop-1",%s,"seconds":2.0,"steps":0,"busy":1.9,"inSteps":0.4,"waited":0.1%s,
         "slow":[],"functions":[],"tasks":[]}
        """;
    assertThat(TopFrame.of(answer(loop.formatted(STATISTICS, ",\"collector\":0.05")), 120))
        .startsWith(
            "loop-1  busy 95.0 %  lag not known yet  0 steps/s",
            "  in steps 20.0 %  between them 75.0 %  waiting 5.0 %  collector 2.5 %");
    assertThat(TopFrame.of(answer(loop.formatted(STATISTICS, "")), 120))
        .contains("  in steps 20.0 %  between them 75.0 %  waiting 5.0 %");
  }

  @Test
  void loop_thatIsNew_isNotMeasuredYet() {
    var answer =
        answer(
            """
            {"name":"loop-9",%s,"new":true,"seconds":0.0,"steps":0,"busy":0,"slow":[],
             "functions":[],"tasks":[]}
            """
                .formatted(STATISTICS));
    assertThat(TopFrame.of(answer, 120)).containsExactly("loop-9: has just begun");
  }

  @Test
  void slowStep_whereItDoesNotFit_hasItsPlaceInALineOfItsOwn() {
    var answer =
        answer(
            """
            {"name":"loop-1",%s,"seconds":1,"steps":1,"busy":0,"functions":[],"tasks":[],
             "slow":[{"number":7,"name":"worker-2","seconds":0.15,"ready":1,"function":"Shop.slow",
                      "stack":["Shop.slow(Shop.java:19)"]}]}
            """
                .formatted(STATISTICS));
    assertThat(TopFrame.of(answer, 60))
        .containsSubsequence(
            "  slow: task 'worker-2' took 150 ms, and 1 had to wait:",
            "    Shop.slow(Shop.java:19)");
    assertThat(TopFrame.of(answer, 100))
        .contains(
            "  slow: task 'worker-2' took 150 ms, and 1 had to wait: Shop.slow(Shop.java:19)");
  }

  @Test
  void slowStep_thatWasSeenInTheJdk_hasTheProgramsPlace() {
    String loop =
        """
        {"name":"loop-1",%s,"seconds":1,"steps":1,"busy":0,"functions":[],"tasks":[],
         "slow":[{"name":"x","seconds":0.15,"ready":0,"function":"Shop.slow","stack":[%s]}]}
        """;
    String sleep = "\"java.base/java.lang.Thread.sleep(Thread.java:500)\"";
    assertThat(
            TopFrame.of(
                answer(loop.formatted(STATISTICS, sleep + ",\"Shop.slow(Shop.java:19)\"")), 100))
        .contains("  slow: a callback took 150 ms: Shop.slow(Shop.java:19)");
    assertThat(TopFrame.of(answer(loop.formatted(STATISTICS, sleep)), 100))
        .contains("  slow: a callback took 150 ms: Shop.slow");
    assertThat(TopFrame.isOfProgram("app//javafx.Shop.slow(Shop.java:1)")).isTrue();
  }

  @Test
  void wait_thatBeganSinceTheLastLook_isNotSaidToBeNone() {
    var answer =
        answer(
            """
            {"name":"loop-1",%s,"seconds":1,"steps":0,"busy":0,"slow":[],"functions":[],"tasks":[],
             "waits":[{"number":8,"name":"worker","waitsFor":"Lock","kind":"sync","seconds":0.0}],
             "waitedFor":[],"unawaited":[]}
            """
                .formatted(STATISTICS));
    assertThat(TopFrame.of(answer, 100)).endsWith("worker         –         Lock");
  }

  @Test
  void line_thatIsTooLong_isCut() {
    var answer =
        answer(
            """
            {"name":"loop-1",%s,"seconds":1,"steps":0,"busy":0,"slow":[],"functions":[],"tasks":[]}
            """
                .formatted(STATISTICS));
    assertThat(TopFrame.of(answer, 20)).allMatch(line -> line.length() <= 20);
    assertThat(TopFrame.of(answer, 20)).contains("loop-1  busy 0.0 % …");
    assertThat(TopFrame.of(answer, 100))
        .contains(
            "Waits are not shown: there are too many tasks to look at each of them every time; jasyncio ps"
                + " does.");
  }

  @Test
  void loop_thatIsHeldUp_andNone() {
    var heldUp =
        answer("{\"name\":\"loop-1\",\"heldUpBy\":\"Task 'x'\\n  at y\",\"noAnswerFor\":0.25}");
    assertThat(TopFrame.of(heldUp, 100))
        .containsExactly(
            "loop-1: has not answered for 0.25 s, as it is held up", "Task 'x'", "  at y");
    heldUp =
        answer("{\"name\":\"loop-1\",\"heldUpBy\":\"x\",\"noAnswerFor\":0.25,\"heldUpFor\":1.93}");
    assertThat(TopFrame.of(heldUp, 100)).containsExactly("loop-1: has been held up for 1.9 s", "x");
    assertThat(TopFrame.of(answer(""), 100)).containsExactly("no event loop runs in process 7");
  }
}
