package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What `jasyncio top` makes of terminals.
class TopCommandTest {
  @Test
  void terminal_thatIsTooNarrow_saysThatLinesAreCut() {
    assertThat(TopCommand.fitting(List.of("loop-1"), 40))
        .containsExactly("40 columns are too few, so lines are cut", "loop-1");
    assertThat(TopCommand.fitting(List.of("loop-1"), 10)).containsExactly("10 columns", "loop-1");
    assertThat(TopCommand.fitting(List.of("loop-1"), 80)).containsExactly("loop-1");
  }

  @Test
  void terminal_thatIsDumb_isNotWrittenOver() {
    assertThat(TopCommand.isDumb("dumb")).isTrue();
    assertThat(TopCommand.isDumb("dumb-color")).isTrue();
    assertThat(TopCommand.isDumb("xterm")).isFalse();
  }
}
