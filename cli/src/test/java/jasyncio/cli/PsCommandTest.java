package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

/// What `jasyncio ps` shows of an answer.
class PsCommandTest {
  private static String text(String loop, boolean stack) {
    return PsCommand.text(
        JsonParser.parseString(
                """
                {"pid":7,"loops":[{"name":"loop-1","statistics":{"ready":0,"timers":0,"tasks":300000,"channels":0},
                 "unseen":0,%s}]}
                """
                    .formatted(loop))
            .getAsJsonObject(),
        stack);
  }

  private static String group(String name, int alike, String more) {
    return """
    {"number":1,"name":"%s","coroutine":"Main.f","state":"waiting","waitsFor":"Event","kind":"sync",
     "awaitedBy":[],"stack":["Main.f(Main.java:7)"],"age":1.0,"alike":%d%s}
    """
        .formatted(name, alike, more);
  }

  @Test
  void stacks_ofVeryManyTasks_saidOfHowMany() {
    String loop =
        """
        "matching":300000,"stacks":10020,"left":0,"groups":[%s,%s]
        """
            .formatted(group("a", 1, ""), group("b", 299999, ",\"estimated\":true"));
    assertThat(text(loop, true))
        .isEqualTo(
            """
            loop-1: 300000 tasks, 0 ready, 0 timers, 0 channels
            TASK                        AGE    STATE    WAITS FOR  AWAITED BY  COROUTINE
            a                           1.0 s  waiting  Event                  Main.f
                at Main.f(Main.java:7)
            b and about 299998 like it  1.0 s  waiting  Event                  Main.f
                at Main.f(Main.java:7)
            10020 were asked where they are; the others are counted with those that do the like\
            """);
    assertThat(text(loop, false)).doesNotContain("asked");
  }

  @Test
  void stacks_ofAll_orOfAnOlderProgram_nothingIsSaid() {
    String loop = "\"matching\":1,%s\"left\":0,\"groups\":[%s]";
    assertThat(text(loop.formatted("\"stacks\":1,", group("a", 1, "")), true))
        .doesNotContain("asked", "about");
    assertThat(text(loop.formatted("", group("a", 1, "")), true)).doesNotContain("asked", "about");
  }
}
