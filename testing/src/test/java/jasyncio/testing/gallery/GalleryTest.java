package jasyncio.testing.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jasyncio.testing.Exploration;
import jasyncio.testing.ExplorationFailure;
import jasyncio.testing.gallery.old.OldAsCompleted;
import jasyncio.testing.gallery.old.OldPool;
import jasyncio.testing.gallery.old.OldQueue;
import jasyncio.testing.gallery.old.OldResults;
import jasyncio.testing.gallery.old.OldTaskGroup;
import jasyncio.testing.gallery.old.OldThreadsafeQueue;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Each fault is found from scratch, whatever chance begins with; and not where it is mended.
@Tag("slow")
class GalleryTest {
  static final List<Exhibit> EXHIBITS =
      List.of(
          LostWakeUp.EXHIBIT,
          CheckThenAct.EXHIBIT,
          PoolLeak.EXHIBIT,
          PaidTwice.EXHIBIT,
          LockOrder.EXHIBIT,
          LockCircle.EXHIBIT,
          TimeoutLosesResult.EXHIBIT,
          Reordered.EXHIBIT,
          CacheStampede.EXHIBIT,
          ForgottenEnd.EXHIBIT,
          CleanUpCutShort.EXHIBIT,
          StaleLeader.EXHIBIT,
          SiblingLosesData.EXHIBIT,
          JobOrder.EXHIBIT,
          ChannelOrder.EXHIBIT,
          CrowdedLimit.EXHIBIT,
          BoundedBuffer.EXHIBIT,
          OpenBatch.EXHIBIT,
          StuckBreaker.EXHIBIT,
          StartUpOrder.EXHIBIT);

  /// Faults that this project had, put back.
  static final List<Exhibit> OLD =
      List.of(
          OldAsCompleted.TAKERS,
          OldAsCompleted.ITEMS,
          OldQueue.ROOM,
          OldThreadsafeQueue.GIVEN_BACK,
          OldTaskGroup.CANCELLATION,
          OldPool.PLACE,
          OldResults.TAKERS);

  private static final int MAX_RUNS = 1000;
  private static final int MAX_SECONDS = 10; // of processor time
  private static final int PATIENCE_SECONDS = 600; // on a busy machine
  private static final int MAX_DEVIATIONS = 4;
  private static final int SEEDS = 5;

  private static Exploration faulty(Exhibit exhibit) {
    return Exploration.of(exhibit.name(), exhibit.faulty())
        .runs(MAX_RUNS)
        .seconds(PATIENCE_SECONDS)
        .level(exhibit.level());
  }

  private static long processorSeconds() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(Duration::toSeconds)
        .orElse(0L); // not told on this system
  }

  @ParameterizedTest
  @FieldSource({"EXHIBITS", "OLD"})
  void fault_isFoundFromScratch_shrunk_andReplayed(Exhibit exhibit) {
    for (int seed = 1; seed <= SEEDS; seed++) {
      long before = processorSeconds();
      var found = catchThrowableOfType(ExplorationFailure.class, faulty(exhibit).seed(seed)::check);
      assertThat(found).as("found with seed %s", seed).isNotNull();
      assertThat(processorSeconds() - before).as(found.getMessage()).isLessThan(MAX_SECONDS);
      assertThat(found.run()).as(found.getMessage()).isBetween(2, MAX_RUNS);
      assertThat(found.deviations()).as(found.getMessage()).hasSizeBetween(1, MAX_DEVIATIONS);
      var again =
          catchThrowableOfType(
              ExplorationFailure.class, faulty(exhibit).replay(found.replay())::check);
      assertThat(again.deviations()).isEqualTo(found.deviations());
      assertThat(again.getCause()).hasSameClassAs(found.getCause());
    }
  }

  @ParameterizedTest
  @FieldSource({"EXHIBITS", "OLD"})
  void mended_passesTheSameCampaign(Exhibit exhibit) {
    var result =
        Exploration.of(exhibit.name(), exhibit.mended())
            .runs(MAX_RUNS)
            .seconds(PATIENCE_SECONDS)
            .level(exhibit.level())
            .check();
    assertThat(result.runs()).isEqualTo(MAX_RUNS);
  }
}
