package jasyncio.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// What is said of series, and that each can be measured.
class GrowthTest {
  private static List<Series.Point> points(int most, DoubleUnaryOperator each) {
    var points = new ArrayList<Series.Point>();
    for (int size : new Series("x", "ns", most, _ -> 0).sizes()) {
      points.add(new Series.Point(size, each.applyAsDouble(size)));
    }
    return points;
  }

  @Test
  void sizes_goUpInStepsOfAboutThree() {
    assertThat(new Series("x", "ns", 1000, _ -> 0).sizes())
        .containsExactly(1, 3, 10, 30, 100, 300, 1000);
    assertThat(new Series("x", "ns", 64, _ -> 0).sizes()).containsExactly(1, 3, 10, 30, 64);
  }

  @Test
  void cost_thatIsInProportion_isLevel_whateverAStartTakes() {
    assertThat(Series.isSteep(points(100_000, n -> 40 + 5000.0 / n))).isFalse();
    assertThat(Series.isSteep(points(100_000, n -> 40))).isFalse();
    assertThat(Series.isSteep(points(1_000_000, n -> 40 * Math.log(n)))).as("n log n").isFalse();
  }

  @Test
  void cost_thatGrows_isSteep() {
    assertThat(Series.isSteep(points(100_000, n -> 40 * Math.sqrt(n)))).isTrue();
    assertThat(Series.isSteep(points(64, n -> 40 + n))).isTrue();
  }

  @Test
  void chart_hasALineAndAPointForEachSize() {
    var series = new Series("tasks", "ns a task", 100, _ -> 0);
    assertThat(Chart.of(series, points(100, n -> 40)))
        .contains(
            ">tasks, ns a task</text>", "<polyline class=\"level\"", "<title>30: 40.0</title>");
    assertThat(Chart.of(series, points(100, n -> n))).contains("<polyline class=\"steep\"");
  }

  @Test
  void series_canBeMeasured() throws Exception {
    for (var series : Growth.all(null)) {
      assertThat(series.body().each(2)).as(series.name()).isNotNegative(); // 0 by a coarse clock
    }
  }
}
