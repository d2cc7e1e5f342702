package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

/// Where a task is, as an answer has it.
class WhereCommandTest {
  private static boolean isHeldUpBy(String task, String holder) {
    return WhereCommand.isHeldUpBy(
        JsonParser.parseString("{\"loops\":[{\"heldUpBy\":\"it computes\"" + holder + "}]}")
            .getAsJsonObject(),
        task);
  }

  @Test
  void loop_thatIsHeldUpByTheVeryTask_byNameOrNumber() {
    String holder = ",\"holder\":{\"number\":17,\"name\":\"re': port\"}";
    assertThat(isHeldUpBy("re': port", holder)).isTrue();
    assertThat(isHeldUpBy("#17", holder)).isTrue();
    assertThat(isHeldUpBy("re", holder)).isFalse();
    assertThat(isHeldUpBy("#1", holder)).isFalse();
  }

  @Test
  void loop_thatIsHeldUpByACallback_orNobodyIsKnown_isNoTasks() {
    assertThat(isHeldUpBy("report", ",\"holder\":{\"doing\":\"it computes\"}")).isFalse();
    assertThat(isHeldUpBy("report", "")).isFalse();
  }
}
