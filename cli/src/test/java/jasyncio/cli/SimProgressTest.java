package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class SimProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long nanos = 5_000_000_000L;

  private SimProgress progress(boolean isTerminal) {
    return new SimProgress(new PrintStream(bytes, true, UTF_8), isTerminal, () -> nanos, 600);
  }

  private String text() {
    return bytes.toString(UTF_8);
  }

  @Test
  void terminal_hasOneLine_thatIsWrittenOver() {
    var progress = progress(true);
    nanos += 48_000_000_000L;
    progress.show(48_000, 0);
    assertThat(text()).isEqualTo("\r\033[Ksim: 48,000 runs (1,000/s), 9 min 12 s left, no failure");
    progress.show(48_000, 2);
    assertThat(text()).endsWith("\r\033[Ksim: 48,000 runs (1,000/s), 9 min 12 s left, 2 failures");
    progress.clear();
    progress.clear();
    assertThat(text()).endsWith("2 failures\r\033[K");
  }

  @Test
  void elsewhere_thereIsALineNowAndThen() {
    var progress = progress(false);
    nanos += 29_000_000_000L;
    progress.show(1, 0);
    assertThat(text()).isEmpty();
    nanos += 1_000_000_000L;
    progress.show(1, 1);
    progress.show(1, 1);
    progress.clear();
    assertThat(text()).isEqualTo("sim: 1 run (0/s), 9 min 30 s left, 1 failure\n");
  }

  @Test
  void time_thatIsOver_isNotNegative() {
    var progress = progress(true);
    nanos += 601_000_000_000L;
    progress.show(601, 0);
    assertThat(text()).contains("(1/s), the last runs end, no failure");
  }
}
