package jasyncio.bench.check;

import static jasyncio.bench.check.Comparison.Verdict.BETTER;
import static jasyncio.bench.check.Comparison.Verdict.SAME;
import static jasyncio.bench.check.Comparison.Verdict.WORSE;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.bench.check.Comparison.Figure;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is said to have moved, and what is noise.
class ComparisonTest {
  private static List<Double> of(double... values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static Comparison bytes(List<Double> base, List<Double> now) {
    return new Comparison("switch", Figure.BYTES, base, now);
  }

  private static Comparison cpu(List<Double> base, List<Double> now) {
    return new Comparison("switch", Figure.CPU, base, now);
  }

  @Test
  void counts_thatDoNotOverlap_haveMoved() {
    assertThat(bytes(of(48, 48, 48.2), of(72, 72.1, 72)).verdict()).isEqualTo(WORSE);
    assertThat(bytes(of(72, 72.1, 72), of(48, 48, 48.2)).verdict()).isEqualTo(BETTER);
    assertThat(bytes(of(48, 48, 90), of(72, 72.1, 72)).verdict()).isEqualTo(SAME);
  }

  @Test
  void counts_thatDifferByAPartOfOne_areTheSame() {
    assertThat(bytes(of(0, 0, 0), of(0.4, 0.4, 0.4)).verdict()).isEqualTo(SAME);
    assertThat(bytes(of(0, 0, 0), of(16, 16, 16)).verdict()).isEqualTo(WORSE);
    assertThat(bytes(of(1000, 1000, 1000), of(1009, 1009, 1009)).verdict()).isEqualTo(SAME);
  }

  @Test
  void times_areComparedRoundByRound() {
    var slowMinute = of(100, 200, 110);
    assertThat(cpu(slowMinute, of(110, 220, 121)).verdict()).isEqualTo(WORSE);
    assertThat(cpu(slowMinute, of(90, 180, 99)).verdict()).isEqualTo(BETTER);
    assertThat(cpu(slowMinute, of(110, 190, 121)).verdict()).as("they disagree").isEqualTo(SAME);
    assertThat(cpu(slowMinute, of(102, 204, 112)).verdict()).as("too little").isEqualTo(SAME);
  }

  @Test
  void line_saysBothAndTheRange() {
    assertThat(cpu(of(100, 200, 110), of(110, 220, 121)))
        .hasToString(
            "switch         CPU, ns                110 →          121  +10.0 %  (+10.0 % to +10.0 %)  WORSE");
    assertThat(bytes(of(48), of(48)))
        .hasToString("switch         bytes                 48.0 →         48.0   +0.0 %");
  }
}
