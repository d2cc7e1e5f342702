package jasyncio.testing.gallery.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.testing.Exploration;
import jasyncio.testing.ExplorationFailure;
import jasyncio.testing.gallery.Effort;
import jasyncio.testing.gallery.simulated.Raft.Mistake;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A small Raft among crashes, partitions and losses: what it promises holds, unless one of the
/// classic mistakes is in it.
@Tag("slow")
class RaftTest {
  private static final int PATIENCE_SECONDS = 600; // on a busy machine
  private static final int MAX_DEVIATIONS = 8;
  private static final int RUNS = Effort.of(1000, 100);

  private static Exploration explore(Mistake mistake) {
    var exhibit = RaftCluster.exhibit(mistake);
    return exhibit.explore(exhibit.faulty()).seconds(PATIENCE_SECONDS);
  }

  @Test
  void raft_keepsItsPromises_amongFaults() {
    var result = explore(Mistake.NONE).runs(RUNS).check();
    assertThat(result.runs()).isEqualTo(RUNS);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void mistake_isFound_andShrunk(Mistake mistake) {
    var found = catchThrowableOfType(ExplorationFailure.class, explore(mistake).runs(1000)::check);
    assertThat(found).as("it was not found").isNotNull();
    assertThat(found).hasMessageContaining("always(");
    assertThat(found.deviations()).as(found.getMessage()).hasSizeBetween(1, MAX_DEVIATIONS);
  }
}
