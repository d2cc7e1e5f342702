package jasyncio.bench.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTest {
  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("http", "ours", 1, Map.of("cpu_us", 9.0)),
          new Sample("http", "ours", 2, Map.of("cpu_us", 11.0)),
          new Sample("http", "ours", 3, Map.of("cpu_us", 10.0)),
          new Sample("json", "theirs", 1, Map.of("cpu_us", 1234.0)));

  @Test
  void cell_isMedian_andHalfOfTheRange() {
    assertThat(Tables.of(SAMPLES))
        .contains("| | http | json |", "| ours | 10.0 ±10% |  |", "| theirs |  | 1,234 |");
  }

  @Test
  void samples_areReadAsTheyWereWritten(@TempDir Path folder) throws Exception {
    var file = folder.resolve("results.jsonl");
    for (var sample : SAMPLES) {
      sample.append(file);
    }
    assertThat(Sample.read(file)).isEqualTo(SAMPLES);
  }
}
