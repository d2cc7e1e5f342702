package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadingProgressTest {
  private final AtomicLong now = new AtomicLong(5);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// What is said if so many events have been read in each second.
  private String told(boolean isTerminal, int seconds) {
    var stream = new PrintStream(out, true, UTF_8);
    var progress = new ReadingProgress(stream, isTerminal, now::get);
    for (int i = 1; i <= seconds; i++) {
      now.addAndGet(TimeUnit.SECONDS.toNanos(1));
      progress.accept(i * 100_000L);
    }
    progress.end();
    return out.toString(UTF_8);
  }

  @Test
  void noTerminal_aLineEveryTenSeconds() {
    assertThat(told(false, 25))
        .isEqualTo(
            """
            jasyncio report: 1,000,000 events have been read
            jasyncio report: 2,000,000 events have been read
            """);
  }

  @Test
  void noTerminal_short_nothing() {
    assertThat(told(false, 9)).isEmpty();
  }

  @Test
  void terminal_oneLine_thatIsWrittenOver() {
    assertThat(told(true, 2))
        .isEqualTo(
            "\rjasyncio: 100,000 events have been read"
                + "\rjasyncio: 200,000 events have been read\r\033[K");
  }
}
