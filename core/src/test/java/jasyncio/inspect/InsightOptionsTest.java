package jasyncio.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What `-Djasyncio.insight` may say.
class InsightOptionsTest {
  @Test
  void words_inAnyOrder() {
    assertThat(InsightOptions.parse("")).isEqualTo(new InsightOptions(false, null, false, false));
    assertThat(InsightOptions.parse("socket"))
        .isEqualTo(new InsightOptions(true, null, false, false));
    assertThat(InsightOptions.parse("socket,repl"))
        .isEqualTo(new InsightOptions(true, null, false, true));
    assertThat(InsightOptions.parse("control, socket:/run/app/insight"))
        .isEqualTo(new InsightOptions(true, Path.of("/run/app/insight"), true, false));
  }

  @Test
  void anythingElse_isRefused() {
    for (var text : new String[] {"sockets", "socket:", "true", "control:x", "repl:x"}) {
      assertThatThrownBy(() -> InsightOptions.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "jasyncio.insight is '"
                  + text
                  + "'; it takes socket or socket:PATH, control, and repl, with commas between");
    }
  }
}
