package jasyncio.testing.gallery.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.testing.ExplorationFailure;
import jasyncio.testing.gallery.Effort;
import jasyncio.testing.gallery.SimulatedExhibit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Each fault of a program in a simulated world is found from scratch, shrunk and replayed; and not
/// where it is mended.
@Tag("slow")
class SimulatedGalleryTest {
  private static final int MAX_RUNS = 1000;
  private static final int MENDED_RUNS = Effort.of(300, 60);
  private static final int PATIENCE_SECONDS = 600; // on a busy machine
  private static final int MAX_DEVIATIONS = 5;
  private static final int SEEDS = Effort.of(3, 1);

  @ParameterizedTest
  @FieldSource("jasyncio.testing.gallery.simulated.SimulatedGallery#EXHIBITS")
  void fault_isFoundFromScratch_shrunk_andReplayed(SimulatedExhibit exhibit) {
    for (int seed = 1; seed <= SEEDS; seed++) {
      var search = exhibit.explore(exhibit.faulty()).runs(MAX_RUNS).seconds(PATIENCE_SECONDS);
      var found = catchThrowableOfType(ExplorationFailure.class, search.seed(seed)::check);
      assertThat(found).as("found with seed %s", seed).isNotNull();
      assertThat(found.run()).as(found.getMessage()).isBetween(2, MAX_RUNS);
      assertThat(found.deviations()).as(found.getMessage()).hasSizeBetween(1, MAX_DEVIATIONS);
      var again =
          catchThrowableOfType(
              ExplorationFailure.class,
              exhibit.explore(exhibit.faulty()).replay(found.replay())::check);
      assertThat(again.deviations()).isEqualTo(found.deviations());
      assertThat(again.getCause()).hasSameClassAs(found.getCause());
    }
  }

  @ParameterizedTest
  @FieldSource("jasyncio.testing.gallery.simulated.SimulatedGallery#EXHIBITS")
  void mended_passesTheSameCampaign(SimulatedExhibit exhibit) {
    var result =
        exhibit.explore(exhibit.mended()).runs(MENDED_RUNS).seconds(PATIENCE_SECONDS).check();
    assertThat(result.runs()).isEqualTo(MENDED_RUNS);
  }
}
