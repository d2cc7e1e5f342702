package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutputAbovePromptTest {
  private final BlockingQueue<String> above = new LinkedBlockingQueue<>();
  private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
  private final OutputAbovePrompt output = new OutputAbovePrompt(above::add);
  private final PrintStream out = output.instead(new PrintStream(terminal, true, UTF_8));

  @AfterEach
  void close() {
    output.close();
  }

  private String shown() {
    return terminal.toString(UTF_8);
  }

  @Test
  void print_nobodyTypes_atOnce() {
    out.print("a");
    assertThat(shown()).isEqualTo("a");
  }

  @Test
  void print_somebodyTypes_wholeLinesAbove() throws Exception {
    output.beginReading();
    out.print("a");
    out.print("b\nc");
    assertThat(above.take()).isEqualTo("ab");
    out.print("d\n");
    assertThat(above.take()).isEqualTo("cd");
    assertThat(shown()).isEmpty();
    output.endReading();
    assertThat(shown()).isEmpty();
  }

  @Test
  void endReading_partOfALine_shown() {
    output.beginReading();
    out.print("ä");
    output.endReading();
    assertThat(shown()).isEqualTo("ä");
    assertThat(above).isEmpty();
    out.print("b");
    assertThat(shown()).isEqualTo("äb");
  }
}
