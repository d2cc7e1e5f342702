package jasyncio.testing;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.gallery.Effort;
import jasyncio.testing.gallery.SimulatedExhibit;
import jasyncio.testing.gallery.simulated.SimulatedGallery;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What happens in a simulated world follows from the seed: each event, and its time.
@Tag("slow")
class SimulationDeterminismTest {
  private static final int SEEDS = Effort.of(100, 15);

  /// A run that fails is one, too.
  static List<String> events(SimulatedExhibit exhibit, int seed) {
    var picker = Pickers.of(Explore.Strategy.RANDOM, seed).next();
    var exploration = exhibit.explore(exhibit.faulty());
    var outcome = exploration.run(new Choices(picker), Explored.MAX_TURNS);
    var events = new ArrayList<>(outcome.explored().events());
    events.add("in the end: " + outcome.failure());
    return events;
  }

  static Stream<SimulatedExhibit> exhibits() {
    return Stream.concat(
        SimulatedGallery.EXHIBITS.stream(), Stream.of(SimulatedGallery.RAFT.getFirst()));
  }

  @ParameterizedTest
  @MethodSource("exhibits")
  void sameSeed_givesTheSameEvents(SimulatedExhibit exhibit) {
    for (int seed = 1; seed <= SEEDS; seed++) {
      var first = events(exhibit, seed);
      assertThat(first).hasSizeGreaterThan(10);
      assertThat(events(exhibit, seed)).as("seed %s", seed).isEqualTo(first);
    }
  }
}
